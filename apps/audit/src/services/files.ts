/** The log's files from each source address: one log for everybody, byte for byte. */

import { setTimeout as sleep } from 'node:timers/promises'
import { bytesEqual, type Crypto, encodeBase64 } from '@cadastre/crypto'
import { tilePath } from '@cadastre/merkle'
import type { Policy } from '@cadastre/notes'
import { type Follower, NoRecordError, openCheckpoint, type SignedCheckpoint } from './follower.ts'
import type { HttpChannel, ServedBytes } from './http-channel.ts'
import type { ServiceFinding } from './report.ts'

type FileAsker = { readonly from: string; readonly log: HttpChannel }

export type FilesOptions = {
  readonly crypto: Crypto
  readonly policy: Policy
  readonly follower: Follower
  readonly askers: readonly FileAsker[]
  /** Which of the full files are asked for. */
  readonly chosen: (paths: readonly string[]) => readonly string[]
  readonly progress: (files: number, of: number) => void
  readonly find: (finding: ServiceFinding) => void
  /** Two signed checkpoints of which one log cannot be the log of both: what convicts. */
  readonly fork: ForkMaker
}

export type ForkMaker = (
  one: SignedCheckpoint,
  other: SignedCheckpoint,
  /** The log as whoever was given the other checkpoint is given it. */
  otherLog: HttpChannel,
) => Promise<{ readonly evidence: string } | { readonly noEvidence: string }>

const ATTEMPTS = 5
const AGAIN_MILLISECONDS = 200
/** Files asked for at once. */
const AT_ONCE = 16

/** How many files were compared. */
export async function compareFiles(options: FilesOptions): Promise<number> {
  for (const asker of options.askers) await compareCheckpoint(options, asker)
  const paths = options.chosen([...options.follower.files.keys()])
  let [compared, partial] = [0, 0]
  const all = paths.length * options.askers.length
  for (const asker of options.askers) {
    for (let at = 0; at < paths.length; at += AT_ONCE) {
      const some = paths.slice(at, at + AT_ONCE)
      await Promise.all(some.map((path) => compareFile(options, asker, path)))
      compared += some.length
      options.progress(compared, all)
    }
    partial += await comparePartial(options, asker)
  }
  return compared + partial
}

/** The checkpoint that an asker is given signs the entries that the first asker was given. */
async function compareCheckpoint(options: FilesOptions, { from, log }: FileAsker): Promise<void> {
  const { follower } = options
  for (let attempt = 1; ; attempt++) {
    const served = await patiently(log, '/checkpoint')
    if (served.kind !== 'answer' || served.status !== 200) {
      options.find(lacking('/checkpoint', from, served))
      return
    }
    const checkpoint = opened(options, from, served.bytes)
    if (checkpoint === null) return
    if (checkpoint.size > follower.latest.size) await follower.fetch(false)
    const root = follower.rootAt(checkpoint.size)
    if (root !== null) {
      if (bytesEqual(root, checkpoint.root)) return
      await findFork(options, { from, log }, checkpoint)
      return
    }
    if (attempt === ATTEMPTS) {
      const detail = `The checkpoint is of size ${checkpoint.size}; the log has ${follower.latest.size}, and that size was not seen.`
      options.find({
        ...found('/checkpoint', from),
        code: 'answer-stale',
        size: checkpoint.size,
        details: [detail],
      })
      return
    }
    await sleep(AGAIN_MILLISECONDS * attempt)
  }
}

function opened(
  { crypto, policy, find }: FilesOptions,
  from: string,
  bytes: Uint8Array,
): SignedCheckpoint | null {
  try {
    return openCheckpoint(crypto, policy, bytes, from)
  } catch (error) {
    if (!(error instanceof NoRecordError)) throw error
    find({ ...found('/checkpoint', from), code: 'file-differs', details: [error.message] })
    return null
  }
}

async function findFork(
  options: FilesOptions,
  { from, log }: FileAsker,
  checkpoint: SignedCheckpoint,
): Promise<void> {
  const { follower } = options
  const right = follower.rootAt(checkpoint.size) ?? new Uint8Array(0)
  const detail = `At size ${checkpoint.size} it signs ${encodeBase64(checkpoint.root)}; the log that other askers are given has ${encodeBase64(right)}.`
  const made = await options.fork(follower.latest, checkpoint, log)
  options.find({
    ...found('/checkpoint', from),
    code: 'fork',
    size: checkpoint.size,
    details: [detail],
    evidence: 'evidence' in made ? made.evidence : null,
    noEvidence: 'noEvidence' in made ? made.noEvidence : null,
  })
}

async function compareFile(options: FilesOptions, { from, log }: FileAsker, path: string): Promise<void> {
  const right = options.follower.files.get(path)
  const served = await patiently(log, `/${path}`)
  if (served.kind !== 'answer' || served.status !== 200) options.find(lacking(`/${path}`, from, served))
  else if (right !== undefined && !bytesEqual(options.crypto.sha256(served.bytes), right))
    options.find({ ...found(`/${path}`, from), code: 'file-differs', details: [OTHER_BYTES] })
}

/** Tiles that are not full may be gone once they are, so they are compared only while the log stands still. */
async function comparePartial(options: FilesOptions, { from, log }: FileAsker): Promise<number> {
  const { size } = options.follower.latest
  const tiles = options.follower.partialTiles
  const wrong: ServiceFinding[] = []
  for (const { tile, bytes } of tiles) {
    const path = `/${tilePath(tile.level, tile.index, tile.width)}`
    const served = await patiently(log, path)
    if (served.kind !== 'answer' || served.status !== 200) wrong.push(lacking(path, from, served))
    else if (!bytesEqual(served.bytes, bytes))
      wrong.push({ ...found(path, from), code: 'file-differs', details: [OTHER_BYTES] })
  }
  await options.follower.fetch(false)
  if (options.follower.latest.size === size) for (const one of wrong) options.find(one)
  return tiles.length
}

const OTHER_BYTES = 'Its bytes are not those of the log that the checkpoint signs.'

async function patiently(log: HttpChannel, path: string): Promise<ServedBytes> {
  for (let attempt = 1; ; attempt++) {
    const served = await log.bytes(path)
    if (served.kind === 'answer' || attempt === ATTEMPTS) return served
    const seconds = served.kind === 'refused' ? Math.min(served.waitSeconds, 30) : 0
    await sleep(Math.max(seconds * 1000, AGAIN_MILLISECONDS * attempt))
  }
}

function found(path: string, from: string): ServiceFinding {
  return {
    code: 'file-differs',
    service: 'log',
    question: path,
    from: [from],
    others: [],
    size: null,
    details: [],
    evidence: null,
    noEvidence: 'Files are not signed one by one; the audit of the log convicts what a checkpoint signs.',
  }
}

function lacking(path: string, from: string, served: ServedBytes): ServiceFinding {
  const why = served.kind === 'answer' ? `HTTP status ${served.status}` : served.why
  return { ...found(path, from), code: 'file-missing', details: [`It is not served: ${why}.`] }
}
