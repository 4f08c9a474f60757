/**
 * Who waits, in the order in which they came: applications in the queues of pools, and calls in those of attestors. Each
 * application stands under its handle alone.
 */

import { callKey, ROSTER_KEY } from '@cadastre/procedures'
import type { Snapshot } from '@cadastre/reader'
import type { Application, Pool, QueuedCall, Roster } from '@cadastre/records'
import type { ApiContext } from './context.ts'
import { poolHandles } from './pools.ts'

type QueueItem = {
  readonly application: string
  readonly procedure: string
  /** How many are served before it. */
  readonly ahead: number
  readonly due: string | null
  readonly since: number
}
export type QueueView = {
  /** `CL-1`: an attestor; `IP4/24`: blocks of this length out of a pool. */
  readonly queue: string
  readonly kind: 'attestor' | 'pool'
  /** Null for a pool, whose queue is not counted. */
  readonly waiting: number | null
  readonly items: readonly QueueItem[]
  readonly more: boolean
}
export type Page = { readonly from: number; readonly limit: number }

/** Nobody walks further into a pool's queue in one question: it is a linked list. */
export const MAX_WALK = 5000

function rosterOf(snapshot: Snapshot): Roster | null {
  const name = ROSTER_KEY.slice('obj/roster/'.length)
  return snapshot.object('roster', name) as Roster | null
}

function itemOf(snapshot: Snapshot, handle: string, ahead: number): QueueItem | null {
  const application = snapshot.object('application', handle) as Application | null
  if (application === null) return null
  const { procedure, due, since } = application
  return { application: handle, procedure, ahead, due, since }
}

/** The queue of an attestor; null where it is not on the roster. */
function attestorQueue(snapshot: Snapshot, staff: string, { from, limit }: Page): QueueView | null {
  const clerk = rosterOf(snapshot)?.clerks.find((one) => one.staff === staff)
  if (clerk === undefined) return null
  const waiting = clerk.next - clerk.first
  const items: QueueItem[] = []
  for (let ahead = from; ahead < Math.min(from + limit, waiting); ahead++) {
    const key = callKey(staff, clerk.first + ahead)
    const call = snapshot.object('call', key.slice('obj/call/'.length)) as QueuedCall | null
    const item = call === null ? null : itemOf(snapshot, call.application, ahead)
    if (item !== null) items.push(item)
  }
  return { queue: staff, kind: 'attestor', waiting, items, more: from + limit < waiting }
}

/** The queue of a pool for one length; null where nobody waits. */
function poolQueue(snapshot: Snapshot, name: string, { from, limit }: Page): QueueView | null {
  const [handle = '', length = ''] = name.split('/')
  const pool = snapshot.object('pool', handle) as Pool | null
  const queue = pool !== null && Object.hasOwn(pool.queues, length) ? pool.queues[length] : undefined
  if (queue === undefined) return null
  const items: QueueItem[] = []
  let next: string | null = queue.head
  for (let ahead = 0; next !== null && ahead < from + limit; ahead++) {
    if (ahead >= MAX_WALK) break
    const application = snapshot.object('application', next) as Application | null
    const item = ahead < from ? null : itemOf(snapshot, next, ahead)
    if (item !== null) items.push(item)
    next = application?.next ?? null
  }
  return { queue: name, kind: 'pool', waiting: null, items, more: next !== null }
}

/** One queue by name; null where there is none, or nobody waits in it. */
export function queueNamed(snapshot: Snapshot, name: string, page: Page): QueueView | null {
  return name.includes('/') ? poolQueue(snapshot, name, page) : attestorQueue(snapshot, name, page)
}

/** The beginning of every queue. */
export async function allQueues(
  { reader }: ApiContext,
  snapshot: Snapshot,
  limit: number,
): Promise<readonly QueueView[]> {
  const attestors = (rosterOf(snapshot)?.clerks ?? []).map(({ staff }) => staff)
  const pools = (await poolHandles(reader)).flatMap((handle) => {
    const pool = snapshot.object('pool', handle) as Pool | null
    return Object.keys(pool?.queues ?? {}).map((length) => `${handle}/${length}`)
  })
  return [...attestors, ...pools]
    .map((name) => queueNamed(snapshot, name, { from: 0, limit }))
    .filter((queue) => queue !== null)
}
