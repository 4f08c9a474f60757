/**
 * Standing aside: a bounded delay, or a fee that is awaited, holds up its own applicant only. The application is not
 * in the queue meanwhile, so that the others go on, and takes its place when that has ended: before everybody who
 * arrived later, behind everybody who arrived earlier, however many they are.
 */

import type { Application, Instant, Pool } from '@cadastre/records'
import { applicationKey, applicationOf, poolKey, poolOf, recordNeed } from './common.ts'
import { put } from './effects.ts'
import { arrivalOf, queueOf, withQueue } from './pool-queues.ts'
import type { Effect, Inputs, Need } from './procedure.ts'

type Wish = { readonly pool: string; readonly length: number }

/** So many that arrived earlier are looked at in one act; a longer way goes on in a due op at once. */
const MAX_STEPS = 32

export function stoodAside(head: Application, until: Instant): Application {
  return { ...head, state: 'cooling', due: until, next: null }
}

/**
 * Where the way to the application's place begins: with one who arrived earlier and is remembered as `next`, if that
 * one still waits; else with the head.
 */
function beginOf({ next }: Application, wish: Wish, known: Inputs): string | null {
  const waits = next !== null && applicationOf(known, next)?.state === 'waiting'
  return waits ? next : headOf(poolOf(known, wish.pool), wish)
}

/** Applications of the queue that arrived before this one, as far as they are known, in order. */
function earlier(application: Application, wish: Wish, known: Inputs): readonly Application[] {
  const found: Application[] = []
  let name = beginOf(application, wish, known)
  // Nobody who arrived later is asked for.
  while (name !== null && known.has(recordNeed(applicationKey(name)))) {
    const one = applicationOf(known, name)
    if (one === null) break
    found.push(one)
    name = one.next
  }
  return found
}

export function rejoinNeeds(application: Application, wish: Wish, known: Inputs): readonly Need[] {
  const pool = recordNeed(poolKey(wish.pool))
  const { next: begin } = application
  const first = begin === null ? [pool] : [pool, recordNeed(applicationKey(begin))]
  if (!first.every((need) => known.has(need))) return first
  const before = earlier(application, wish, known)
  const last = before.at(-1)
  const next = last === undefined ? beginOf(application, wish, known) : last.next
  const looksOn =
    next !== null && before.length < MAX_STEPS && arrivalOf(next) < arrivalOf(application.handle)
  return looksOn ? [...first, recordNeed(applicationKey(next))] : first
}

function headOf(pool: Pool | null, wish: Wish): string | null {
  return pool === null ? null : (queueOf(pool, wish.length)?.head ?? null)
}

/** The application takes its place in the queue, or goes on looking for it in the next act. */
export function rejoined(
  application: Application,
  wish: Wish,
  inputs: Inputs,
  at: Instant,
): readonly Effect[] {
  const { handle } = application
  const pool = poolOf(inputs, wish.pool)
  if (pool === null) throw new Error('an application stands in the queue of a pool')
  const queue = queueOf(pool, wish.length)
  const before = earlier(application, wish, inputs).at(-1)
  const next = before === undefined ? (queue?.head ?? null) : before.next
  if (before !== undefined && next !== null && arrivalOf(next) < arrivalOf(handle))
    return [put(applicationKey(handle), { ...application, state: 'cooling', due: at, next: before.handle })]
  const placed: Application = { ...application, state: 'waiting', due: null, next }
  const effects: Effect[] = [put(applicationKey(handle), placed)]
  if (before !== undefined) effects.push(put(applicationKey(before.handle), { ...before, next: handle }))
  const head = before === undefined ? handle : (queue?.head ?? handle)
  const tail = next === null ? handle : (queue?.tail ?? handle)
  return [
    ...effects,
    put(poolKey(pool.handle), { ...withQueue(pool, wish.length, { head, tail }), serve: at }),
  ]
}
