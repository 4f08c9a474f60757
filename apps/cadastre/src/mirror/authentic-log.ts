/**
 * A log under one signed checkpoint: every tile and every entry is proved to belong to its tree before it is given out.
 * Then what is wrong with an entry was signed, and what is wrong with a file is the fault of whoever served it.
 */

import { bytesEqual, type Crypto } from '@cadastre/crypto'
import {
  consistencyNodes,
  consistencyProof,
  decodeBundle,
  type EntryBundle,
  emptyRoot,
  entriesPath,
  HASH_BYTES,
  leafHash,
  type NodeReader,
  nodeFromTile,
  nodeHash,
  TILE_WIDTH,
  type Tile,
  tileNodeReader,
  tilePath,
  tilesForNodes,
  treeRoot,
} from '@cadastre/merkle'
import type { Checkpoint } from '@cadastre/notes'
import type { LogReader } from '@cadastre/why'
import type { Found, LogFiles } from './log-files.ts'

/** Tree levels in one tile. */
const TILE_HEIGHT = 8
/** Tiles kept: a walk through the log asks for the same parent 256 times. */
const KEPT_TILES = 256

export type AuthenticBundle = {
  /** The bundle as it is to be published: as wide as the checkpoint makes it. */
  readonly bytes: Uint8Array
  readonly entries: readonly Uint8Array[]
  readonly leafHashes: readonly Uint8Array[]
}

export class AuthenticLog {
  readonly checkpoint: Checkpoint
  readonly #crypto: Crypto
  readonly #files: LogFiles
  readonly #kept = new Map<string, Promise<Found<Uint8Array>>>()
  /** The partial tiles of this size, by level: all but whole tiles that they lead to. */
  #edge: Promise<ReadonlyMap<number, Found<Uint8Array>>> | null = null

  constructor(crypto: Crypto, checkpoint: Checkpoint, files: LogFiles) {
    this.#crypto = crypto
    this.checkpoint = checkpoint
    this.#files = files
  }

  /** The partial tiles that this size has, lowest level first. */
  edge(): readonly Tile[] {
    return edgeOf(this.checkpoint.size)
  }

  /** A tile of this size; `bytes` hold exactly its hashes. */
  tile(tile: Tile): Promise<Found<Uint8Array>> {
    return tile.width < TILE_WIDTH ? this.#edgeTile(tile) : this.#fullTile(tile)
  }

  async #edgeTile({ level, index }: Tile): Promise<Found<Uint8Array>> {
    const found = (await this.#edgeTiles()).get(level)
    if (found === undefined) throw new RangeError(`no partial tile ${level}/${index} at this size`)
    return found
  }

  #edgeTiles(): Promise<ReadonlyMap<number, Found<Uint8Array>>> {
    this.#edge ??= this.#fetchEdge()
    return this.#edge
  }

  async #fetchEdge(): Promise<ReadonlyMap<number, Found<Uint8Array>>> {
    const { size, root } = this.checkpoint
    const tiles = edgeOf(size)
    if (tiles.length === 0) {
      if (!bytesEqual(root, emptyRoot(this.#crypto))) throw new RangeError('an empty log has another root')
      return new Map()
    }
    const paths = tiles.map(({ level, index, width }) => [
      tilePath(level, index, width),
      tilePath(level, index),
    ])
    const { value, held } = await this.#files.findSet(paths, (files) => {
      const edge = new Map<number, Uint8Array>()
      for (const [at, tile] of tiles.entries()) {
        const bytes = exact(files[at]?.bytes, files[at]?.path ?? '', tile)
        if (bytes === null) return { problem: `tile ${tile.level}/${tile.index} has another length` }
        edge.set(tile.level, bytes)
      }
      const read = tileNodeReader(this.#crypto, size, ({ level }) => edge.get(level) ?? NOTHING)
      return bytesEqual(treeRoot(this.#crypto, read, size), root)
        ? { value: edge }
        : { problem: 'its tiles do not make the root that the checkpoint signs' }
    })
    return new Map(Array.from(value, ([level, bytes]) => [level, { value: bytes, held }]))
  }

  #fullTile(tile: Tile): Promise<Found<Uint8Array>> {
    const name = `${tile.level}/${tile.index}`
    let found = this.#kept.get(name)
    if (found === undefined) {
      found = this.#fetchOrForget(tile, name)
      this.#kept.set(name, found)
      for (const oldest of this.#kept.keys()) {
        if (this.#kept.size <= KEPT_TILES) break
        this.#kept.delete(oldest)
      }
    }
    return found
  }

  /** Where it cannot be had now, the next one asks again. */
  async #fetchOrForget(tile: Tile, name: string): Promise<Found<Uint8Array>> {
    try {
      return await this.#fetchTile(tile)
    } catch (error) {
      this.#kept.delete(name)
      throw error
    }
  }

  async #fetchTile({ level, index }: Tile): Promise<Found<Uint8Array>> {
    const nodes = Math.floor(this.checkpoint.size / TILE_WIDTH ** (level + 1))
    const parent = Math.floor(index / TILE_WIDTH)
    const width = Math.min(TILE_WIDTH, nodes - parent * TILE_WIDTH)
    const above = (await this.tile({ level: level + 1, index: parent, width })).value
    const right = slot(above, index % TILE_WIDTH)
    return this.#files.find([tilePath(level, index)], (bytes) => {
      if (bytes.length !== TILE_WIDTH * HASH_BYTES) return { problem: 'the tile has another length' }
      return bytesEqual(this.#rootOf(bytes, level, index), right)
        ? { value: bytes }
        : { problem: 'the tile does not hold the hashes that the checkpoint signs' }
    })
  }

  #rootOf(bytes: Uint8Array, level: number, index: number): Uint8Array {
    const tile = { level, index, width: TILE_WIDTH }
    const half = (at: number): Uint8Array => {
      const node = { level: level * TILE_HEIGHT + TILE_HEIGHT - 1, index: 2 * index + at }
      return nodeFromTile(this.#crypto, tile, bytes, node)
    }
    return nodeHash(this.#crypto, half(0), half(1))
  }

  /** A bundle of entries, each of them in the tree where it stands. */
  async bundle({ index, width }: EntryBundle): Promise<Found<AuthenticBundle>> {
    const tile = (await this.tile({ level: 0, index, width })).value
    const paths = width === TILE_WIDTH ? [width] : [width, TILE_WIDTH]
    return this.#files.find(
      paths.map((wide) => entriesPath(index, wide)),
      (bytes, path) => {
        const wide = path === entriesPath(index) ? TILE_WIDTH : width
        const decoded = decodeBundle(bytes, wide)
        if (!decoded.ok) return { problem: `no bundle of ${wide} entries (${decoded.error})` }
        const entries = decoded.value.slice(0, width)
        const leafHashes = entries.map((entry) => leafHash(this.#crypto, entry))
        const wrong = leafHashes.findIndex((hash, at) => !bytesEqual(hash, slot(tile, at)))
        if (wrong >= 0)
          return { problem: `entry ${index * TILE_WIDTH + wrong} is not the one that the checkpoint signs` }
        const length = entries.reduce((sum, entry) => sum + 2 + entry.length, 0)
        return { value: { bytes: bytes.subarray(0, length), entries, leafHashes } }
      },
    )
  }

  /** The same log as makers of proofs and evidence read one. */
  reader(): LogReader {
    const { size } = this.checkpoint
    return {
      entries: async (from, count) => {
        const found: Uint8Array[] = []
        for (let at = from; at < Math.min(size, from + count); ) {
          const index = Math.floor(at / TILE_WIDTH)
          const first = index * TILE_WIDTH
          const { entries } = (await this.bundle({ index, width: Math.min(TILE_WIDTH, size - first) })).value
          found.push(...entries.slice(at - first, from + count - first))
          at = first + entries.length
        }
        return found
      },
      tileHashes: async (level, from, count) => {
        const index = Math.floor(from / TILE_WIDTH)
        const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH)
        const bytes = (await this.tile({ level, index, width })).value
        return Array.from({ length: count }, (_, at) => slot(bytes, at + from - index * TILE_WIDTH))
      },
    }
  }

  /** Proof that this tree goes on from the tree of `old` entries, 0 < old < size; whether it does is for the caller. */
  async consistency(old: number): Promise<readonly Uint8Array[]> {
    const { size } = this.checkpoint
    const tiles = new Map<string, Uint8Array>()
    for (const tile of tilesForNodes(consistencyNodes(old, size), size))
      tiles.set(`${tile.level}/${tile.index}`, (await this.tile(tile)).value)
    const read: NodeReader = tileNodeReader(
      this.#crypto,
      size,
      ({ level, index }) => tiles.get(`${level}/${index}`) ?? NOTHING,
    )
    return consistencyProof(this.#crypto, read, old, size)
  }
}

const NOTHING: Uint8Array = new Uint8Array(0)

function slot(tile: Uint8Array, at: number): Uint8Array {
  return tile.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)
}

/** The tile's own hashes out of a file that may be the full one. */
function exact(
  bytes: Uint8Array | undefined,
  path: string,
  { level, index, width }: Tile,
): Uint8Array | null {
  const wide = path === tilePath(level, index) ? TILE_WIDTH : width
  return bytes?.length === wide * HASH_BYTES ? bytes.subarray(0, width * HASH_BYTES) : null
}

/** The partial tiles of a size, lowest level first. */
function edgeOf(size: number): readonly Tile[] {
  const tiles: Tile[] = []
  for (let [level, nodes] = [0, size]; nodes > 0; level++, nodes = Math.floor(nodes / TILE_WIDTH)) {
    const width = nodes % TILE_WIDTH
    if (width > 0) tiles.push({ level, index: Math.floor(nodes / TILE_WIDTH), width })
  }
  return tiles
}
