/**
 * Memory of a full audit while the log grows and the state does not: holders confirm their data again and again, 500 acts
 * a batch, ten minutes between batches. The log is written as static files; a process of its own audits it and says at
 * each tenth what it holds.
 *
 * Run: `node bench/audit-memory.ts [acts, default 200000]`.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { auditLog, directorySource, policyOfVkey, SignaturePool } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import { CompactRange, encodeBundle, entriesPath, leafHash, tileBytes, tilePath } from '@cadastre/merkle'
import {
  formatCheckpoint,
  formatVkey,
  KEY_TYPE_ED25519,
  makeVkey,
  noteSigner,
  signNote,
} from '@cadastre/notes'
import { BATCH, founded, HOLDERS, logKey, ORIGIN, operator } from './audit-log-maker.ts'
import { record } from './figures.ts'

const STEP_SECONDS = 600
const WIDTH = 256
/** Memory at the end against memory after the third tenth, when all caches are full. */
const LIMIT = 1.15
const megabytes = (bytes: number): number => Math.round(bytes / 1e6)

/** Writes a log's files as it grows. */
class Files {
  readonly #directory: string
  readonly #range = new CompactRange(nodeCrypto)
  readonly #open: Uint8Array[][] = []
  #entries: Uint8Array[] = []

  constructor(directory: string) {
    this.#directory = directory
  }

  get size(): number {
    return this.#range.size
  }

  add(entry: Uint8Array): void {
    this.#entries.push(entry)
    this.#range.append(leafHash(nodeCrypto, entry), (height, index, hash) => {
      if (height % 8 !== 0) return
      const hashes = this.#open[height / 8] ?? []
      this.#open[height / 8] = hashes
      hashes.push(hash)
      if (hashes.length < WIDTH) return
      this.#write(tilePath(height / 8, Math.floor(index / WIDTH)), tileBytes(hashes))
      this.#open[height / 8] = []
    })
    if (this.#entries.length < WIDTH) return
    this.#write(entriesPath(this.size / WIDTH - 1), encodeBundle(this.#entries))
    this.#entries = []
  }

  finish(): void {
    for (const [level, hashes] of this.#open.entries()) {
      const index = Math.floor(Math.floor(this.size / WIDTH ** level) / WIDTH)
      if (hashes.length > 0) this.#write(tilePath(level, index, hashes.length), tileBytes(hashes))
    }
    const { length } = this.#entries
    if (length > 0)
      this.#write(entriesPath(Math.floor(this.size / WIDTH), length), encodeBundle(this.#entries))
    const text = formatCheckpoint({ origin: ORIGIN, size: this.size, root: this.#range.root() })
    writeFileSync(
      join(this.#directory, 'checkpoint'),
      signNote(text, [noteSigner(nodeCrypto, ORIGIN, logKey)]),
    )
  }

  #write(path: string, bytes: Uint8Array): void {
    const file = join(this.#directory, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, bytes)
  }
}

function write(directory: string, acts: number): number {
  const files = new Files(directory)
  const { log, signers, handles } = founded(STEP_SECONDS)
  const drain = (): void => {
    for (const entry of log.entries.splice(0)) files.add(entry)
  }
  for (let done = 0; done < acts; done += BATCH) {
    log.batch(
      Array.from({ length: BATCH }, (_, at) => {
        const holder = (done + at) % HOLDERS
        return log.pending('confirm/1', { holder: handles[holder] ?? '' }, signers[holder] ?? operator)
      }),
    )
    drain()
  }
  files.finish()
  return files.size
}

/** In a process of its own, with the garbage collected at each tenth: what stays is what is held. */
async function audit(directory: string): Promise<void> {
  const policy = policyOfVkey(
    nodeCrypto,
    formatVkey(makeVkey(nodeCrypto, ORIGIN, KEY_TYPE_ED25519, logKey.publicKey)),
  )
  if (!policy.ok) throw new Error(policy.error)
  const pool = new SignaturePool()
  let tenth = 0
  const held: number[] = []
  const { report } = await auditLog(directorySource(directory), {
    crypto: nodeCrypto,
    policy: policy.value,
    trust: 'given',
    pool,
    clock: () => performance.now() / 1000,
    progress: (entries, size) => {
      if (Math.floor((10 * entries) / size) === tenth) return
      tenth = Math.floor((10 * entries) / size)
      globalThis.gc?.()
      const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
      held.push(rss)
      console.log(
        `${String(entries).padStart(9)} entries: ${megabytes(rss)} MB resident, ${megabytes(heapUsed)} MB heap, ${megabytes(arrayBuffers)} MB buffers`,
      )
    },
  })
  await pool.close()
  if (report.faultCount > 0) throw new Error(JSON.stringify(report.faults.slice(0, 3)))
  const [, , third = 1] = held
  const ratio = (held.at(-1) ?? 0) / third
  console.log(
    `${(report.entries / report.seconds).toFixed(0)} entries/s; last tenth ${ratio.toFixed(2)} of the third`,
  )
  record({
    what: `audit of ${report.entries} entries, resident memory`,
    value: megabytes(Math.max(...held)),
    unit: 'MB',
    limit: null,
  })
  record({
    what: 'audit, memory at the end against the third tenth',
    value: ratio,
    unit: 'x',
    limit: { atMost: LIMIT },
  })
}

const [first, folder] = process.argv.slice(2)
if (first === '--audit' && folder !== undefined) await audit(folder)
else {
  const directory = mkdtempSync(join(tmpdir(), 'cadastre-audit-memory-'))
  try {
    const size = write(directory, Number(first ?? 200_000))
    console.log(`${size.toLocaleString('en')} entries written`)
    const { status } = spawnSync(
      process.execPath,
      ['--expose-gc', import.meta.filename, '--audit', directory],
      {
        stdio: 'inherit',
      },
    )
    if (status !== 0) process.exitCode = 1
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
