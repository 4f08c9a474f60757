/** Follows a log from its public files to any position that an answer names; every root is compared. */

import { bytesEqual, type Crypto } from '@cadastre/crypto'
import { decodeBundle, entriesPath, TILE_WIDTH, tilePath } from '@cadastre/merkle'
import { type Checkpoint, checkPolicy, type Policy } from '@cadastre/notes'
import type { LogSource } from '../source.ts'
import { TreeCheck } from '../tree-check.ts'
import { LogAtFaultError, LogRecord } from './log-record.ts'

/** There is no checkpoint, or none that the policy accepts: nothing can be compared with anything. */
export class NoRecordError extends Error {
  override readonly name: string = 'NoRecordError'
}

/** Bundles fetched ahead. */
const AHEAD = 12
/** Positions whose root is remembered, to compare other askers' checkpoints with. */
const ROOTS_KEPT = 10_000

export type SignedCheckpoint = Checkpoint & { readonly note: string }

export class Follower {
  readonly record: LogRecord
  readonly #crypto: Crypto
  readonly #policy: Policy
  readonly #source: LogSource
  readonly #tree: TreeCheck
  /** Entries that were fetched and are not yet part of the record. */
  #waiting: Uint8Array[] = []
  readonly #roots = new Map<number, Uint8Array>()
  /** SHA-256 of each full file, by its path. */
  readonly #files = new Map<string, Uint8Array>()
  #latest: SignedCheckpoint | null = null

  constructor(source: LogSource, policy: Policy, crypto: Crypto) {
    this.#source = source
    this.#policy = policy
    this.#crypto = crypto
    this.#tree = new TreeCheck(crypto)
    this.record = new LogRecord(crypto)
  }

  /** The last checkpoint that was followed to. */
  get latest(): SignedCheckpoint {
    if (this.#latest === null) throw new TypeError('no checkpoint was followed yet')
    return this.#latest
  }

  /** Full files of the log so far: path and SHA-256. */
  get files(): ReadonlyMap<string, Uint8Array> {
    return this.#files
  }

  /** Tiles that are not full at the last checkpoint. */
  get partialTiles(): ReturnType<TreeCheck['partial']> {
    return this.#tree.partial()
  }

  /** Fetch what was published since the last time. `whole`: make it part of the record at once. */
  async fetch(
    whole: boolean,
    progress: (entries: number, of: number) => void = () => undefined,
  ): Promise<void> {
    const checkpoint = await this.#checkpoint()
    if (checkpoint.size < this.#tree.size)
      throw new LogAtFaultError(
        `The log has ${checkpoint.size} entries; it had ${this.#tree.size} a moment ago.`,
      )
    const ahead: Promise<readonly Uint8Array[]>[] = []
    let next = Math.floor(this.#tree.size / TILE_WIDTH)
    // A size that somebody signed may be any: what is not there is met when it is fetched.
    while (this.#tree.size < checkpoint.size) {
      while (next * TILE_WIDTH < checkpoint.size && ahead.length < AHEAD) {
        const fetching = this.#bundle(next, Math.min(TILE_WIDTH, checkpoint.size - next * TILE_WIDTH))
        next += 1
        // What fails is told when its turn comes.
        fetching.catch((error: unknown) => error)
        ahead.push(fetching)
      }
      const entries = (await ahead.shift()) ?? []
      for (const entry of entries.slice(this.#tree.size % TILE_WIDTH)) {
        this.#tree.add(entry)
        if (whole) this.record.step(entry)
        else this.#waiting.push(entry)
      }
      for (const { tile, bytes } of this.#tree.takeFull())
        this.#files.set(tilePath(tile.level, tile.index), this.#crypto.sha256(bytes))
      progress(this.#tree.size, checkpoint.size)
    }
    if (!bytesEqual(this.#tree.root(), checkpoint.root))
      throw new LogAtFaultError(
        `The checkpoint of size ${checkpoint.size} does not sign the root of the entries.`,
      )
    this.#remember(checkpoint)
  }

  /**
   * Bring the record to exactly this size. `unknown`: more was published than was fetched; `passed`: the record is
   * already further; `no-position`: no state entry ends there, so that nothing was ever published at this size.
   */
  advance(size: number): 'there' | 'passed' | 'unknown' | 'no-position' {
    if (size < this.record.size) return 'passed'
    if (size > this.record.size + this.#waiting.length) return 'unknown'
    let last: 'op' | 'state' = 'state'
    while (this.record.size < size) {
      const entry = this.#waiting.shift()
      if (entry === undefined) throw new TypeError('an entry that was counted is there')
      last = this.record.step(entry)
    }
    return last === 'state' ? 'there' : 'no-position'
  }

  /** Root of the tree at a size that was once the latest; null where that is not remembered. */
  rootAt(size: number): Uint8Array | null {
    return this.#roots.get(size) ?? null
  }

  #remember(checkpoint: SignedCheckpoint): void {
    this.#latest = checkpoint
    this.#roots.set(checkpoint.size, checkpoint.root)
    for (const oldest of this.#roots.keys()) {
      if (this.#roots.size <= ROOTS_KEPT) break
      this.#roots.delete(oldest)
    }
  }

  async #checkpoint(): Promise<SignedCheckpoint> {
    const bytes = await this.#source.read('checkpoint')
    if (bytes === null) throw new NoRecordError(`There is no checkpoint at ${this.#source.name}.`)
    return openCheckpoint(this.#crypto, this.#policy, bytes, this.#source.name)
  }

  async #bundle(index: number, width: number): Promise<readonly Uint8Array[]> {
    const path = entriesPath(index, width)
    let [bytes, held] = [await this.#source.read(path), width]
    // A partial file may be gone once the full one exists (C2SP tlog-tiles).
    if (bytes === null && width < TILE_WIDTH)
      [bytes, held] = [await this.#source.read(entriesPath(index)), TILE_WIDTH]
    const entries = bytes === null ? null : decodeBundle(bytes, held)
    if (bytes === null || entries === null || !entries.ok)
      throw new LogAtFaultError(
        `${this.#source.name}${path} is ${bytes === null ? 'not there' : 'no bundle'}.`,
      )
    if (held === TILE_WIDTH) this.#files.set(entriesPath(index), this.#crypto.sha256(bytes))
    return entries.value.slice(0, width)
  }
}

/** A checkpoint that the policy accepts. Throws {@link NoRecordError} on any other. */
export function openCheckpoint(
  crypto: Crypto,
  policy: Policy,
  bytes: Uint8Array,
  where: string,
): SignedCheckpoint {
  const note = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(bytes)
  const opened = checkPolicy(crypto, policy, note)
  if (!opened.ok)
    throw new NoRecordError(`The policy does not accept the checkpoint of ${where}: ${opened.error}.`)
  return { ...opened.value.checkpoint, note }
}
