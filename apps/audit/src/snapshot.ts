/**
 * Where an audit stands, on its own disk, so that it can go on: the records of the state, the right edge of the tree, and
 * what replay knows beside them. Nothing in it has to be trusted more than the audit itself: the records are compared with
 * the roots in the log's own state entry, and the tree with every later checkpoint.
 */

import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoggedEffect } from '@cadastre/records'
import type { SavedReplay } from '@cadastre/replay'
import { HASHED_SPACES, SPACES, type TrieView, type TrieWriter } from '@cadastre/trie'
import type { AuditFault } from './report.ts'
import type { SavedTree } from './tree-check.ts'

const FORMAT = 'cadastre-audit-snapshot/v1'

export type Snapshot = {
  /** The checkpoint that was under audit, a signed note. */
  readonly checkpoint: string
  readonly tree: SavedTree
  readonly replay: SavedReplay
  readonly faults: readonly AuditFault[]
  readonly fileFaults: number
  readonly tiles: number
  readonly orders: readonly LoggedEffect[]
}

/** There is a snapshot, and it cannot be gone on from. */
export class SnapshotError extends Error {
  override readonly name: string = 'SnapshotError'
}

const fileOf = (size: number): string => `audit-${size}.json`
const recordsOf = (size: number): string => `records-${size}.bin`

/** Keep where the audit stands; the one before is deleted once this one is whole. */
export async function saveSnapshot(directory: string, snapshot: Snapshot, view: TrieView): Promise<void> {
  await mkdir(directory, { recursive: true })
  const { size } = snapshot.replay
  await writeWhole(join(directory, recordsOf(size)), recordChunks(view))
  const text = `${JSON.stringify({ format: FORMAT, ...snapshot })}\n`
  await writeWhole(join(directory, fileOf(size)), [Buffer.from(text)])
  for (const name of await readdir(directory))
    if (sizeIn(name) !== null && sizeIn(name) !== size) await rm(join(directory, name))
}

/** Forget where an audit stood: the files that it had read are not those that were signed. */
export async function dropSnapshot(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(nothingThere))
    if (sizeIn(name) !== null) await rm(join(directory, name))
}

function nothingThere(error: unknown): string[] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
  throw error
}

async function writeWhole(file: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const temporary = `${file}.tmp`
  const handle = await open(temporary, 'w')
  try {
    for (const chunk of chunks) await handle.writeFile(chunk)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
}

function sizeIn(name: string): number | null {
  const match = /^(?:audit|records)-(\d{1,16})\.(?:json|bin)(?:\.tmp)?$/.exec(name)
  return match === null ? null : Number(match[1])
}

const PAGE = 4096
const CHUNK_BYTES = 1 << 20

/** Records one after the other: space (1), length of the key in bits (2), label, length of the record (4), record. */
function* recordChunks(view: TrieView): Generator<Uint8Array> {
  let parts: Uint8Array[] = []
  let held = 0
  for (const [tag, space] of HASHED_SPACES.entries()) {
    const root = new Uint8Array(SPACES[space].width / 8)
    let after: { readonly label: Uint8Array; readonly length: number } | null = null
    for (;;) {
      const page = view.inside(space, root, 0, after === null ? { limit: PAGE } : { limit: PAGE, after })
      for (const { label, length, record } of page) {
        const head = Buffer.alloc(7 + label.length)
        head.writeUInt8(tag, 0)
        head.writeUInt16BE(length, 1)
        head.set(label, 3)
        head.writeUInt32BE(record.length, 3 + label.length)
        parts.push(head, record)
        held += head.length + record.length
        if (held < CHUNK_BYTES) continue
        yield Buffer.concat(parts)
        parts = []
        held = 0
      }
      after = page.at(-1) ?? null
      if (page.length < PAGE) break
    }
  }
  yield Buffer.concat(parts)
}

/** The last snapshot in a directory that is whole; null where there is none. */
export async function loadSnapshot(directory: string): Promise<Snapshot | null> {
  const names = await readdir(directory).catch(nothingThere)
  const sizes = names.flatMap((name) =>
    name.startsWith('audit-') && name.endsWith('.json') ? [sizeIn(name)] : [],
  )
  const size = Math.max(...sizes.flatMap((one) => one ?? []), -1)
  if (size < 0) return null
  let json: unknown
  try {
    json = JSON.parse(await readFile(join(directory, fileOf(size)), 'utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new SnapshotError(`${fileOf(size)} is damaged`)
  }
  const snapshot = json as Snapshot & { readonly format?: unknown }
  if (snapshot.format !== FORMAT || snapshot.replay?.size !== size)
    throw new SnapshotError(`${fileOf(size)} is of another version`)
  return snapshot
}

/** Write the records of a snapshot into an empty trie. */
export async function fillFrom(directory: string, size: number, trie: TrieWriter): Promise<void> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(join(directory, recordsOf(size)), {
    highWaterMark: CHUNK_BYTES,
  })) {
    const bytes = Buffer.concat([rest, chunk])
    rest = bytes.subarray(takeRecords(bytes, trie))
  }
  if (rest.length > 0) throw new SnapshotError(`${recordsOf(size)} is cut off`)
}

/** Write the records that are whole; how many bytes they take. */
function takeRecords(bytes: Buffer, trie: TrieWriter): number {
  let at = 0
  for (;;) {
    const space = at < bytes.length ? HASHED_SPACES[bytes.readUInt8(at)] : undefined
    if (space === undefined) {
      if (at < bytes.length) throw new SnapshotError('a record is of no space')
      return at
    }
    const labelBytes = SPACES[space].width / 8
    const head = 7 + labelBytes
    if (bytes.length < at + head) return at
    const end = at + head + bytes.readUInt32BE(at + 3 + labelBytes)
    if (bytes.length < end) return at
    const label = new Uint8Array(bytes.subarray(at + 3, at + 3 + labelBytes))
    trie.set(space, label, bytes.readUInt16BE(at + 1), bytes.subarray(at + head, end))
    at = end
  }
}
