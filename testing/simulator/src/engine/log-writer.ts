/**
 * Writes what an engine does as a public log: entries, tiles, bundles and a signed checkpoint as static files
 * (C2SP tlog-tiles), as they come, in the same memory however long the log becomes.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { encodeUtf8, type Signer as SigningKey } from '@cadastre/crypto'
import {
  CompactRange,
  encodeBundle,
  entriesPath,
  leafHash,
  TILE_WIDTH,
  tilePath,
  tilesForSize,
} from '@cadastre/merkle'
import { formatCheckpoint, noteSigner, signNote } from '@cadastre/notes'
import type { Executed } from '@cadastre/procedures'
import type { Instant } from '@cadastre/records'
import { entryText, fitting, stateEntry } from '@cadastre/replay'
import { requestText } from '@cadastre/signatures'
import type { Digest } from './digest.ts'
import type { Acted, Engine } from './engine.ts'
import type { SignaturePort } from './signature-port.ts'

export type LogWriterOptions = {
  /** Null: nothing is written, and {@link LogWriterOptions.onEntry} is told. */
  readonly directory: string | null
  readonly onEntry?: (entry: Uint8Array) => void
  readonly origin: string
  readonly digest: Digest
  readonly signatures: SignaturePort
  readonly logKey: SigningKey
}

export class LogWriter {
  readonly #options: LogWriterOptions
  readonly #range: CompactRange
  /** Entries of the bundle that is not full yet. */
  #bundle: Uint8Array[] = []
  /** Of each level of tiles, the hashes of the one that is not full yet. */
  readonly #tiles: Uint8Array[][] = []
  readonly #made = new Set<string>()
  #ops = 0
  #previousState: number | null = null
  #seq = 0
  bytes = 0

  constructor(options: LogWriterOptions) {
    this.#options = options
    this.#range = new CompactRange(options.digest.crypto)
  }

  get size(): number {
    return this.#range.size
  }
  /** Ops since the last state entry. */
  get open(): number {
    return this.#ops
  }

  /** The entry of an act; what was decided, unless that does not fit. */
  readonly act = (acted: Acted): Executed => {
    const { at, procedure, request, by, documents, founding, forged, index } = acted
    if (index !== this.#range.size) throw new Error(`entry ${index} would be entry ${this.#range.size}`)
    const text = request === null ? null : requestText(request)
    const signed = text === null ? [] : this.#options.signatures.sign(forged ? `${text} ` : text, by)
    const received = request === null || founding ? null : { seq: ++this.#seq, at }
    const head = { at, received, procedure, request, evidence: [...signed, ...documents] }
    const { executed, bytes } = fitting(head, acted.executed, text)
    this.#push(bytes)
    this.#ops += 1
    return executed
  }

  /** The state entry that ends the batch; nothing where there was no act. */
  readonly endBatch = (engine: Engine): void => {
    if (this.#ops === 0) return
    this.#state(engine.at, engine)
    engine.index += 1
  }

  #state(at: Instant, engine: Engine): void {
    const entry = stateEntry(at, this.#ops, this.#previousState, engine.state.roots())
    this.#previousState = this.#range.size
    this.#ops = 0
    this.#push(encodeUtf8(entryText(entry)))
  }

  #push(entry: Uint8Array): void {
    this.bytes += entry.length
    this.#options.onEntry?.(entry)
    this.#bundle.push(entry)
    this.#range.append(leafHash(this.#options.digest.crypto, entry), (level, _index, hash) => {
      if (level % 8 === 0) this.#tile(level / 8, hash)
    })
    if (this.#bundle.length < TILE_WIDTH) return
    this.#write(entriesPath(this.#range.size / TILE_WIDTH - 1, TILE_WIDTH), encodeBundle(this.#bundle))
    this.#bundle = []
  }

  #tile(level: number, hash: Uint8Array): void {
    const tile = this.#tiles[level] ?? []
    this.#tiles[level] = tile
    tile.push(hash)
    if (tile.length < TILE_WIDTH) return
    const index = Math.floor(this.#range.size / TILE_WIDTH ** (level + 1))
    this.#write(tilePath(level, index, TILE_WIDTH), Buffer.concat(tile))
    this.#tiles[level] = []
  }

  /** The log as it is can be read from here on. Call it after a state entry. */
  publish(): void {
    const { size } = this.#range
    for (const { level, index, width } of tilesForSize(size))
      if (width < TILE_WIDTH)
        this.#write(tilePath(level, index, width), Buffer.concat(this.#tiles[level] ?? []))
    const width = this.#bundle.length
    if (width > 0) this.#write(entriesPath(Math.floor(size / TILE_WIDTH), width), encodeBundle(this.#bundle))
    const { origin, digest, logKey } = this.#options
    const text = formatCheckpoint({ origin, size, root: this.#range.root() })
    this.#write('checkpoint', encodeUtf8(signNote(text, [noteSigner(digest.crypto, origin, logKey)])))
  }

  #write(path: string, bytes: Uint8Array): void {
    const root = this.#options.directory
    if (root === null) return
    const file = join(root, path)
    const directory = dirname(file)
    if (!this.#made.has(directory)) {
      mkdirSync(directory, { recursive: true })
      this.#made.add(directory)
    }
    writeFileSync(file, bytes)
  }
}
