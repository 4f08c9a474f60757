/**
 * Lowest fit inside a pool, from declared inputs only: it probes block after block from the pool's cursor, asking for
 * the chain and the subtree of each, and jumps over what is taken. The pool's cursor remembers that nothing below it
 * fits, so that in the usual case one probe is enough.
 */

import { type Block, block, blockLast, parseNumber, WIDTH } from '@cadastre/numbers'
import { innermost, type Pool, registrationRange } from '@cadastre/records'
import { chainNeed, subtreeNeed } from './common.ts'
import type { Inputs, Need } from './procedure.ts'

/** Probes in one act; a longer search goes on in a due op, from the cursor reached. */
export const MAX_PROBES = 48

export type Search =
  | { readonly kind: 'ask'; readonly needs: readonly Need[] }
  | { readonly kind: 'found'; readonly block: Block }
  /** Nothing that fits is free in the whole pool. */
  | { readonly kind: 'full' }
  /** Nothing fits below `cursor`; the search is to go on from there. */
  | { readonly kind: 'unfinished'; readonly cursor: bigint }

/** First and last number of the pool. */
export function poolBounds(pool: Pool): { readonly first: bigint; readonly last: bigint } {
  return { first: numberOf(pool, pool.first), last: numberOf(pool, pool.last) }
}

function numberOf(pool: Pool, text: string): bigint {
  const number = parseNumber(pool.space, text)
  if (!number.ok) throw new TypeError(`pool ${pool.handle} states no number: ${text}`)
  return number.value
}

/** Whether an aligned block of this length lies in the pool at all, free or not. */
export function holdsAligned(pool: Pool, length: number): boolean {
  if (length > WIDTH[pool.space]) return false
  const size = 1n << BigInt(WIDTH[pool.space] - length)
  const { first, last } = poolBounds(pool)
  return alignUp(first, size) + size - 1n <= last
}

/** The cursor of a size: nothing of this length is free below it. */
export function cursorOf(pool: Pool, length: number): bigint {
  const stored = pool.cursors[String(length)]
  return stored === undefined ? poolBounds(pool).first : numberOf(pool, stored)
}

/** Search for the lowest free block of this length, as far as the known inputs reach. */
export function searchLowestFit(pool: Pool, length: number, known: Inputs): Search {
  const size = 1n << BigInt(WIDTH[pool.space] - length)
  const { last } = poolBounds(pool)
  let cursor = alignUp(cursorOf(pool, length), size)
  for (let probe = 0; probe < MAX_PROBES; probe++) {
    if (cursor + size - 1n > last) return { kind: 'full' }
    const candidate = block(pool.space, cursor, length)
    if (!candidate.ok) throw new Error('an aligned block inside a pool is a block')
    const needs = [chainNeed(candidate.value), subtreeNeed(candidate.value)]
    if (!needs.every((need) => known.has(need))) return { kind: 'ask', needs }
    const taken = takenUntil(candidate.value, known)
    if (taken === null) return { kind: 'found', block: candidate.value }
    cursor = alignUp(taken + 1n, size)
  }
  return { kind: 'unfinished', cursor }
}

/** Whether the block is free inside its pool: null, or the last number of what is taken in it. */
export function takenUntil(candidate: Block, known: Inputs): bigint | null {
  const inner = innermost(known.chain(candidate))
  if (inner !== null && inner.registration.kind !== 'pool')
    return registrationRange(inner.registration, candidate.space).last
  const { cells, complete } = known.subtree(candidate)
  if (!complete) return blockLast(candidate)
  let last: bigint | null = null
  for (const { cell } of cells)
    for (const registration of cell.registrations) {
      if (registration.kind === 'pool') continue
      const end = registrationRange(registration, candidate.space).last
      if (last === null || end > last) last = end
    }
  return last
}

function alignUp(value: bigint, size: bigint): bigint {
  return ((value + size - 1n) / size) * size
}
