/** The log's tree as it grows from the entries themselves: its root, and the tiles that must have been published. */

import { type Crypto, decodeBase64, encodeBase64 } from '@cadastre/crypto'
import { CompactRange, leafHash, TILE_WIDTH, type Tile, tileBytes } from '@cadastre/merkle'

/** Tree levels in one tile level (C2SP tlog-tiles). */
const TILE_HEIGHT = 8

export type MadeTile = { readonly tile: Tile; readonly bytes: Uint8Array }

/** The right edge of the tree, in base64: of its range, and of the tile being filled at each tile level. */
export type SavedTree = {
  readonly size: number
  readonly hashes: readonly string[]
  readonly open: readonly (readonly string[])[]
}

export class TreeCheck {
  readonly #crypto: Crypto
  readonly #range: CompactRange
  /** The tile being filled at each tile level. */
  readonly #open: Uint8Array[][]
  #full: MadeTile[] = []

  /** Goes on from what was saved. Throws a RangeError where that is no edge of a tree. */
  constructor(crypto: Crypto, saved: SavedTree | null = null) {
    const decode = (hashes: readonly string[]): Uint8Array[] =>
      hashes.map((hash) => decodeBase64(hash) ?? new Uint8Array(0))
    this.#crypto = crypto
    this.#range = new CompactRange(crypto, saved?.size ?? 0, decode(saved?.hashes ?? []))
    this.#open = (saved?.open ?? []).map(decode)
  }

  saved(): SavedTree {
    const encode = (hashes: readonly Uint8Array[]): readonly string[] => hashes.map(encodeBase64)
    return {
      size: this.size,
      hashes: encode(this.#range.hashes),
      open: Array.from(this.#open, (hashes) => encode(hashes ?? [])),
    }
  }

  get size(): number {
    return this.#range.size
  }

  root(): Uint8Array {
    return this.#range.root()
  }

  add(entry: Uint8Array): void {
    this.#range.append(leafHash(this.#crypto, entry), (height, index, hash) => {
      if (height % TILE_HEIGHT !== 0) return
      const level = height / TILE_HEIGHT
      const open = this.#open[level] ?? []
      this.#open[level] = open
      open.push(hash)
      if (open.length < TILE_WIDTH) return
      const tile = { level, index: Math.floor(index / TILE_WIDTH), width: TILE_WIDTH }
      this.#full.push({ tile, bytes: tileBytes(open) })
      this.#open[level] = []
    })
  }

  /** Full tiles since the last call. */
  takeFull(): readonly MadeTile[] {
    const full = this.#full
    this.#full = []
    return full
  }

  /** The partial tiles of the log at this size. */
  partial(): readonly MadeTile[] {
    return this.#open.flatMap((open, level) => {
      if (open.length === 0) return []
      const nodes = Math.floor(this.size / TILE_WIDTH ** level)
      const tile = { level, index: Math.floor(nodes / TILE_WIDTH), width: open.length }
      return [{ tile, bytes: tileBytes(open) }]
    })
  }
}
