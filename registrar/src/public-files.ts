/**
 * The public files: tiles, entry bundles and the checkpoint, in a directory that any static server can publish. They
 * are derived from the store, and durable before the checkpoint that covers them; after a crash what the store has
 * beyond the public checkpoint is written anew.
 */

import { rm } from 'node:fs/promises'
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
import { flushDirectory, makeDirectory, readIfThere, writeDurably, writeFlushed } from './durable-file.ts'

type Source = Pick<StoreReader, 'entries' | 'tileHashes'>

/** Files written and flushed at a time: each blocks a thread of Node's pool, which has four and signs receipts too. */
const WRITES_AT_ONCE = 2

export class PublicFiles {
  protected readonly directory: string
  readonly #made = new Set<string>()

  constructor(directory: string) {
    this.directory = directory
  }

  /** Write every tile and bundle by which the log grows from one size to the next. On return they are on disk. */
  async grow(store: Source, from: number, to: number, progress?: (entries: number) => void): Promise<void> {
    const touched = new Set<string>()
    const bundles = bundlesForGrowth(from, to).map(({ index, width }) => async (): Promise<void> => {
      const entries = await store.entries(index * TILE_WIDTH, width)
      if (entries.length !== width) throw new Error(`the store lacks entries of bundle ${index}`)
      touched.add(await this.write(entriesPath(index, width), encodeBundle(entries)))
      progress?.(index * TILE_WIDTH + width)
    })
    const tiles = tilesForGrowth(from, to).map(({ level, index, width }) => async (): Promise<void> => {
      const hashes = await store.tileHashes(level, index * TILE_WIDTH, width)
      if (hashes.length !== width) throw new Error(`the store lacks hashes of tile ${level}/${index}`)
      touched.add(await this.write(tilePath(level, index, width), Buffer.concat(hashes)))
    })
    await inGroups([...bundles, ...tiles])
    await inGroups([...touched].map((directory) => () => flushDirectory(directory)))
  }

  /** Partial tiles may be deleted once the full one is published (C2SP tlog-tiles); none of these sizes is needed. */
  async dropPartials(from: number, to: number): Promise<void> {
    const full = [
      ...bundlesForGrowth(from, to).map(({ index, width }) => ({
        path: entriesPath(index, TILE_WIDTH),
        width,
      })),
      ...tilesForGrowth(from, to).map(({ level, index, width }) => ({
        path: tilePath(level, index, TILE_WIDTH),
        width,
      })),
    ].filter(({ width }) => width === TILE_WIDTH)
    for (const { path } of full) {
      const directory = join(this.directory, `${path}.p`)
      await rm(directory, { recursive: true, force: true })
      this.#made.delete(directory)
    }
  }

  /** Write one file of the log and flush it. Gives its directory, which the caller flushes. */
  protected async write(path: string, bytes: Uint8Array): Promise<string> {
    const file = join(this.directory, path)
    const directory = dirname(file)
    if (!this.#made.has(directory)) {
      await makeDirectory(directory)
      this.#made.add(directory)
    }
    await writeFlushed(file, bytes)
    return directory
  }

  /** Replace the checkpoint: readers see the old one or the new one, whole. */
  async checkpoint(note: string): Promise<void> {
    await writeDurably(join(this.directory, 'checkpoint'), note)
  }

  /** The checkpoint as last published; null where there is none. */
  async published(): Promise<string | null> {
    return readIfThere(join(this.directory, 'checkpoint'))
  }
}

/** All are tried to the end before an error is thrown: nothing goes on writing afterwards. */
async function inGroups(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  for (let at = 0; at < tasks.length; at += WRITES_AT_ONCE) {
    const settled = await Promise.allSettled(tasks.slice(at, at + WRITES_AT_ONCE).map((task) => task()))
    for (const result of settled) if (result.status === 'rejected') throw result.reason
  }
}
