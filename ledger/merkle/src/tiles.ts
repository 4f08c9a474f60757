import { assertSize, shiftRight } from './integers.ts'
import type { TreeNode } from './spans.ts'

/** Hashes in a full tile, entries in a full bundle: C2SP tlog-tiles. */
export const TILE_WIDTH = 256
/** Tree levels that one tile level spans. */
export const TILE_HEIGHT = 8

/** `width` consecutive nodes of tree level 8·level, from node 256·index on; 256 when full. */
export interface Tile {
  readonly level: number
  readonly index: number
  readonly width: number
}

/** `width` consecutive entries from 256·index on; 256 when full. */
export interface EntryBundle {
  readonly index: number
  readonly width: number
}

/** What one row of `to` nodes adds to a row of `from`: full tiles, then at most one partial, never an empty one. */
function growth(from: number, to: number): EntryBundle[] {
  const added: EntryBundle[] = []
  if (from === to) return added
  const full = Math.floor(to / TILE_WIDTH)
  for (let index = Math.floor(from / TILE_WIDTH); index < full; index++)
    added.push({ index, width: TILE_WIDTH })
  if (to % TILE_WIDTH > 0) added.push({ index: full, width: to % TILE_WIDTH })
  return added
}

function assertGrowth(from: number, to: number): void {
  assertSize(from, 'old size')
  assertSize(to, 'new size')
  if (from > to) throw new RangeError(`a log does not shrink from ${from} to ${to}`)
}

/** The tiles to write when a log grows from one published size to the next, lowest level first. */
export function tilesForGrowth(from: number, to: number): Tile[] {
  assertGrowth(from, to)
  const tiles: Tile[] = []
  for (let level = 0; ; level++) {
    const oldRow = shiftRight(from, TILE_HEIGHT * level)
    const newRow = shiftRight(to, TILE_HEIGHT * level)
    if (oldRow === newRow) return tiles
    for (const tile of growth(oldRow, newRow)) tiles.push({ level, ...tile })
  }
}

/** The entry bundles to write when a log grows from one published size to the next. */
export function bundlesForGrowth(from: number, to: number): EntryBundle[] {
  assertGrowth(from, to)
  return growth(from, to)
}

/** Every tile of a log of this size, the partial ones of this size only. */
export function tilesForSize(size: number): Tile[] {
  return tilesForGrowth(0, size)
}

/** Every entry bundle of a log of this size. */
export function bundlesForSize(size: number): EntryBundle[] {
  return bundlesForGrowth(0, size)
}

/** The tile that a log of `size` publishes for a node, as wide as that size makes it. */
export function tileOfNode(node: TreeNode, size: number): Tile {
  const level = Math.floor(node.level / TILE_HEIGHT)
  const first = node.index * 2 ** (node.level % TILE_HEIGHT)
  const index = Math.floor(first / TILE_WIDTH)
  const width = Math.min(TILE_WIDTH, shiftRight(size, TILE_HEIGHT * level) - index * TILE_WIDTH)
  const needed = first - index * TILE_WIDTH + 2 ** (node.level % TILE_HEIGHT)
  if (needed > width) throw new RangeError(`node ${node.level}/${node.index} is not complete at size ${size}`)
  return { level, index, width }
}

/** The tiles that hold these nodes at a size, each once: what to fetch before making or checking a proof. */
export function tilesForNodes(nodes: readonly TreeNode[], size: number): Tile[] {
  const tiles = new Map<string, Tile>()
  for (const node of nodes) {
    const tile = tileOfNode(node, size)
    tiles.set(`${tile.level}/${tile.index}`, tile)
  }
  return [...tiles.values()]
}
