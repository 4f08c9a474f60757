/**
 * The queues of a pool: one for each size, so that who waits for a large block holds up nobody who asks for a small one.
 * Within a size the order is that of arrival; of all sizes, who has waited longest is tried first.
 */

import type { Application, Instant, Pool } from '@cadastre/records'

export type Queue = { readonly head: string; readonly tail: string }

/** The queue of applications for this prefix length; null where nobody waits. */
export function queueOf(pool: Pool, length: number): Queue | null {
  return pool.queues[String(length)] ?? null
}

/** The pool with this queue; null removes it. */
export function withQueue(pool: Pool, length: number | string, queue: Queue | null): Pool {
  const { [String(length)]: _, ...others } = pool.queues
  return { ...pool, queues: queue === null ? others : { ...others, [String(length)]: queue } }
}

/** Nothing of this size is free, until numbers come back. */
export function withExhausted(pool: Pool, length: number): Pool {
  const name = String(length)
  return pool.exhausted.includes(name) ? pool : { ...pool, exhausted: [...pool.exhausted, name].sort() }
}

/** Whose turn it is: the earliest head of all queues whose size may be free. */
export type Turn = { readonly length: string; readonly head: string }

export function nextTurn(pool: Pool): Turn | null {
  let turn: Turn | null = null
  for (const [length, { head }] of Object.entries(pool.queues)) {
    if (pool.exhausted.includes(length)) continue
    if (turn === null || arrivalOf(head) < arrivalOf(turn.head)) turn = { length, head }
  }
  return turn
}

/** An application's handle carries the index of the entry that recorded it. */
export function arrivalOf(handle: string): number {
  return Number(handle.slice('A-'.length))
}

/** The pool with its next serving set: at once while anybody may be served, else when numbers come back. */
export function served(pool: Pool, at: Instant): Pool {
  return { ...pool, serve: nextTurn(pool) === null ? null : at }
}

/** The pool without the application whose turn it was. */
export function dequeued(pool: Pool, { length }: Turn, head: Application, at: Instant): Pool {
  const tail = pool.queues[length]?.tail ?? head.handle
  return served(withQueue(pool, length, head.next === null ? null : { head: head.next, tail }), at)
}
