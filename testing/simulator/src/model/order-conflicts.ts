/** Orders that contradict each other: within one hierarchy rank decides, then date; otherwise nothing changes. */

import type { Authority, OrderRecord } from '@cadastre/records'
import { spanOf, touches } from './numbers.ts'
import { hasEnded, isLive } from './order-checks.ts'
import type { World } from './world.ts'

const TAKES: readonly string[] = ['transferTo', 'cancelToPool']

/** Whether one order's effect cannot stand beside the other's. */
function contradicts(one: OrderRecord, other: OrderRecord): boolean {
  const [a, b] = [one.detail.effect, other.detail.effect]
  if (a === 'appointRepresentative' && b === 'appointRepresentative') return one.holder === other.holder
  const takesFromHold =
    TAKES.includes(a) && b === 'hold' && (other.state === 'executed' || other.state === 'varied')
  if (!takesFromHold && !(TAKES.includes(a) && TAKES.includes(b))) return false
  return one.scope.some((item) =>
    other.scope.some(({ range }) => {
      const [mine, theirs] = [spanOf(item.range), spanOf(range)]
      return mine !== null && theirs !== null && touches(mine, theirs)
    }),
  )
}
function prevails(world: World, one: OrderRecord, other: OrderRecord): boolean {
  const [a, b] = [
    world.get('authority', one.authority),
    world.get('authority', other.authority),
  ] as (Authority | null)[]
  if (a?.terms === undefined || b?.terms === undefined) return false
  const same = a.terms.country === b.terms.country && a.terms.hierarchy === b.terms.hierarchy
  if (!same) return false
  if (a.terms.rank !== b.terms.rank) return a.terms.rank > b.terms.rank
  return one.date > other.date
}

/** Handles of orders that contradict this one, and over which it does not prevail. */
export function contradicting(world: World, order: OrderRecord): readonly string[] {
  const named = order.detail
  const about =
    named.effect === 'vary' || named.effect === 'stay' || named.effect === 'lift' ? named.order : null
  return world
    .all('order')
    .filter(
      ({ handle, state, verified }) => handle !== order.handle && state !== 'stayed' && verified !== null,
    )
    .filter((other) => {
      // What it is about contradicts it also where it has been executed, and nothing of it is left to do.
      if (other.handle === about || other.handle === order.reverses) return !hasEnded(other)
      return isLive(other) && contradicts(order, other)
    })
    .filter((other) => other.authority !== order.authority || other.date > order.date)
    .filter((other) => !prevails(world, order, other))
    .map(({ handle }) => handle)
}
