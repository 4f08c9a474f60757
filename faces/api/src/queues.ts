/**
 * Who waits, in the order in which they came: applications in the queues of pools, and calls in those of attestors. Each
 * application stands under its handle alone.
 */

import { callKey, ROSTER_KEY } from '@cadastre/procedures'
import { pauseOf, type RegistryReader, type Snapshot } from '@cadastre/reader'
import {
  APPLICATION_STATES,
  type Application,
  type ApplicationState,
  type Pool,
  type QueuedCall,
  type Roster,
} from '@cadastre/records'
import type { Applications, Pause, Queues } from './generated/lookup-types.ts'
import { type Listing, objectIndex } from './object-index.ts'
import { poolHandles } from './pools.ts'

type QueueView = Queues['queues'][number]
type QueueItem = QueueView['items'][number]
export type Page = { readonly from: number; readonly limit: number }

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
function poolQueue(listing: Listing, name: string, { from, limit }: Page): QueueView | null {
  const { snapshot } = listing
  const [handle = '', length = ''] = name.split('/')
  const pool = snapshot.object('pool', handle) as Pool | null
  const queue = pool !== null && Object.hasOwn(pool.queues, length) ? pool.queues[length] : undefined
  if (queue === undefined) return null
  const waiting = listing.queue(queue.head)
  const items = waiting
    .slice(from, from + limit)
    .map((application, index) => itemOf(snapshot, application, from + index))
    .filter((item) => item !== null)
  return { queue: name, kind: 'pool', waiting: waiting.length, items, more: from + limit < waiting.length }
}

/** One queue by name; null where there is none, or nobody waits in it. */
function queueIn(listing: Listing, name: string, page: Page): QueueView | null {
  return name.includes('/') ? poolQueue(listing, name, page) : attestorQueue(listing.snapshot, name, page)
}

type Position = { readonly size: number; readonly at: string; readonly paused: Pause | null }
function positionOf(snapshot: Snapshot): Position {
  const { size, at } = snapshot.publication
  return { size, at, paused: pauseOf(snapshot) }
}
/** One queue by name, or without a name the beginning of every queue. */
export async function queues(reader: RegistryReader, name: string | null, page: Page): Promise<Queues> {
  const pools = await poolHandles(reader)
  const listing = await objectIndex(reader).listing()
  const { snapshot } = listing
  const names = name === null ? queueNames(snapshot, pools) : [name]
  const found = names.map((one) => queueIn(listing, one, page)).filter((queue) => queue !== null)
  return { ...positionOf(snapshot), queues: found }
}

function queueNames(snapshot: Snapshot, pools: readonly string[]): readonly string[] {
  const attestors = (rosterOf(snapshot)?.clerks ?? []).map(({ staff }) => staff)
  const lengths = pools.flatMap((handle) => {
    const pool = snapshot.object('pool', handle) as Pool | null
    return Object.keys(pool?.queues ?? {}).map((length) => `${handle}/${length}`)
  })
  return [...attestors, ...lengths]
}

/** The queue of a pool in which an application waits, and how many are served before it; null for one that does not. */
export async function placeOf(
  reader: RegistryReader,
  { handle, body, state }: Application,
): Promise<{ readonly queue: string; readonly ahead: number } | null> {
  const { pool: name, length } = body
  if (state !== 'waiting' || typeof name !== 'string' || typeof length !== 'number') return null
  const listing = await objectIndex(reader).listing()
  const pool = listing.snapshot.object('pool', name) as Pool | null
  const head = pool?.queues[String(length)]?.head
  const ahead = head === undefined ? -1 : listing.queue(head).indexOf(handle)
  return ahead < 0 ? null : { queue: `${name}/${length}`, ahead }
}

/** What is asked of the list of applications: no states and a null procedure ask for nothing. */
export type ApplicationFilter = {
  readonly states: readonly ApplicationState[]
  readonly procedure: string | null
}

/** Applications under their handles alone, in order of arrival or the newest first; null where `after` is none. */
export async function applications(
  reader: RegistryReader,
  { states, procedure }: ApplicationFilter,
  {
    after,
    limit,
    newest,
  }: { readonly after: string | null; readonly limit: number; readonly newest: boolean },
): Promise<Applications | null> {
  const { snapshot, rows } = await objectIndex(reader).listing()
  const counts = new Map<string | null, number>()
  const fitting: string[] = []
  let place = after === null ? 0 : null
  for (const { handle, state, procedure: asked } of rows('application')) {
    if (procedure === null || asked === procedure) {
      counts.set(state, (counts.get(state) ?? 0) + 1)
      if (states.length === 0 || states.some((one) => one === state)) fitting.push(handle)
    }
    // What has left the states that are asked for keeps its place: a page goes on after it.
    if (handle === after) place = fitting.at(-1) === handle && newest ? fitting.length - 1 : fitting.length
  }
  if (place === null) return null
  const left = after === null ? fitting : newest ? fitting.slice(0, place) : fitting.slice(place)
  const shown = newest ? left.slice(-limit).reverse() : left.slice(0, limit)
  return {
    ...positionOf(snapshot),
    found: fitting.length,
    states: APPLICATION_STATES.map((state) => ({ state, count: counts.get(state) ?? 0 })),
    items: shown.flatMap((handle) => itemIn(snapshot, handle)),
    after: left.length > limit ? (shown.at(-1) ?? null) : null,
  }
}

function itemIn(snapshot: Snapshot, handle: string): Applications['items'] {
  const application = snapshot.object('application', handle) as Application | null
  if (application === null) return []
  const { procedure, due, since, state } = application
  return [{ application: handle, procedure, state, due, since }]
}
