/** Pools and their queues, by arithmetic that tries every place in turn. */

import { WIDTH } from '@cadastre/numbers'
import type { Application, Pool } from '@cadastre/records'
import { type Prefixed, prefixed, type Span, spanBetween, touches } from './numbers.ts'
import type { World } from './world.ts'

export const poolSpan = ({ space, first, last }: Pool): Span => spanBetween(space, first, last)

/** The stretches of a pool in which nothing is registered further in. */
function freeStretches(world: World, pool: Pool): readonly Span[] {
  const whole = poolSpan(pool)
  const taken = world
    .touching(whole)
    .filter(({ entry }) => entry.kind !== 'pool')
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  const free: Span[] = []
  let next = whole.first
  for (const { first, last } of taken) {
    if (first > next) free.push({ space: whole.space, first: next, last: first - 1n })
    if (last >= next) next = last + 1n
  }
  if (next <= whole.last) free.push({ space: whole.space, first: next, last: whole.last })
  return free
}

/** The lowest aligned block of this length that is free. */
export function lowestFree(world: World, pool: Pool, length: number): Prefixed | null {
  for (const stretch of freeStretches(world, pool)) {
    const fit = firstBlock(stretch, length)
    if (fit !== null) return fit
  }
  return null
}
function firstBlock({ space, first, last }: Span, length: number): Prefixed | null {
  const size = 1n << BigInt(WIDTH[space] - length)
  const aligned = ((first + size - 1n) / size) * size
  return aligned + size - 1n <= last ? prefixed(space, aligned, length) : null
}
/** Whether the pool could ever hold an aligned block of this length. */
export const holdsBlock = (pool: Pool, length: number): boolean => firstBlock(poolSpan(pool), length) !== null

export function isFree(world: World, block: Prefixed): boolean {
  return world.touching(block).every(({ entry }) => entry.kind === 'pool')
}

/** Who waits for this size in this pool, in order of arrival; who withdrew stands there until its turn comes. */
export function queueOf(world: World, pool: string, length: number): readonly Application[] {
  const handles = world.queues.get(pool)?.get(length) ?? []
  return handles.flatMap((handle) => world.application(handle) ?? [])
}
export function enqueue(world: World, pool: string, length: number, handle: string): void {
  const queues = world.queues.get(pool) ?? new Map<number, readonly string[]>()
  const inOrder = [...(queues.get(length) ?? []), handle].sort(
    (a, b) => Number(a.slice(2)) - Number(b.slice(2)),
  )
  world.queues.set(pool, queues.set(length, inOrder))
}
export function dequeue(world: World, pool: string, length: number): void {
  world.queues.get(pool)?.set(length, (world.queues.get(pool)?.get(length) ?? []).slice(1))
}
/** Sizes of this pool that somebody waits for. */
export const sizesWaited = (world: World, pool: string): readonly number[] =>
  [...(world.queues.get(pool) ?? [])].flatMap(([length, handles]) => (handles.length > 0 ? [length] : []))

/** Numbers came back: the queues of the pools around them are to be served. */
export function poolGrew(world: World, span: Span): void {
  for (const pool of world.all('pool'))
    if (touches(poolSpan(pool), span)) {
      world.touched.add(`obj/pool/${pool.handle}`)
      world.exhausted.delete(pool.handle)
      if (sizesWaited(world, pool.handle).length > 0) world.toServe.add(pool.handle)
    }
}
/** Pools in which somebody waits. */
export const poolsWaitedBy = (world: World, holder: string): readonly string[] =>
  world
    .all('application')
    .filter(
      ({ procedure, state, body }) =>
        procedure === 'allocate/1' && state === 'waiting' && body['holder'] === holder,
    )
    .map(({ body }) => String(body['pool']))
/** Nothing of this size is free, until numbers come back. */
export function markExhausted(world: World, pool: string, length: number): void {
  world.exhausted.set(pool, (world.exhausted.get(pool) ?? new Set()).add(length))
}
