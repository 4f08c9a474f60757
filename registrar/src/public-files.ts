/**
 * The public files: tiles, entry bundles and the checkpoint, in a directory that any static server can publish. They
 * are derived from the store, written before the checkpoint that covers them, and rewritten at boot where a crash
 * left them short.
 */

import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  bundlesForGrowth,
  encodeBundle,
  entriesPath,
  TILE_WIDTH,
  tilePath,
  tilesForGrowth,
} from '@cadastre/merkle'
import type { StoreReader } from '@cadastre/store-port'

/** Bundles read from the store at a time while tiles are written. */
const WRITES_AT_ONCE = 8

export class PublicFiles {
  readonly #directory: string
  readonly #made = new Set<string>()

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Write every tile and bundle by which the log grows from one published size to the next. */
  async grow(store: StoreReader, from: number, to: number, progress?: (entries: number) => void): Promise<void> {
    const bundles = bundlesForGrowth(from, to)
    for (let at = 0; at < bundles.length; at += WRITES_AT_ONCE) {
      const some = bundles.slice(at, at + WRITES_AT_ONCE)
      await Promise.all(some.map((bundle) => this.#bundle(store, bundle.index, bundle.width)))
      progress?.(Math.min(to, ((some.at(-1)?.index ?? 0) + 1) * TILE_WIDTH))
    }
    for (const tile of tilesForGrowth(from, to)) {
      const hashes = await store.tileHashes(tile.level, tile.index * TILE_WIDTH, tile.width)
      if (hashes.length !== tile.width) throw new Error(`the store lacks hashes of tile ${tile.level}/${tile.index}`)
      await this.#write(tilePath(tile.level, tile.index, tile.width), concat(hashes))
      if (tile.width === TILE_WIDTH) await this.#dropPartials(tilePath(tile.level, tile.index, TILE_WIDTH))
    }
    for (const { index, width } of bundles)
      if (width === TILE_WIDTH) await this.#dropPartials(entriesPath(index, TILE_WIDTH))
  }

  async #bundle(store: StoreReader, index: number, width: number): Promise<void> {
    const entries = await store.entries(index * TILE_WIDTH, width)
    if (entries.length !== width) throw new Error(`the store lacks entries of bundle ${index}`)
    await this.#write(entriesPath(index, width), encodeBundle(entries))
  }

  /** A partial tile may be deleted once the full one exists (C2SP tlog-tiles). */
  async #dropPartials(path: string): Promise<void> {
    await rm(join(this.#directory, `${path}.p`), { recursive: true, force: true })
    this.#made.delete(dirname(join(this.#directory, `${path}.p/1`)))
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const file = join(this.#directory, path)
    const directory = dirname(file)
    if (!this.#made.has(directory)) {
      await mkdir(directory, { recursive: true })
      this.#made.add(directory)
    }
    await writeFile(file, bytes)
  }

  /** Replace the checkpoint: readers see the old one or the new one, whole. */
  async checkpoint(note: string): Promise<void> {
    await writeDurably(join(this.#directory, 'checkpoint'), note)
  }

  /** The checkpoint as last published; null where there is none. */
  async published(): Promise<string | null> {
    return readIfThere(join(this.#directory, 'checkpoint'))
  }
}

/** Write a file so that after a crash it is the old one or the new one: temporary file, fsync, rename, fsync. */
export async function writeDurably(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.new`
  const handle = await open(temporary, 'w')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
  const directory = await open(dirname(file), 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

export async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function concat(hashes: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(hashes)
}
