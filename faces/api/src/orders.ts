/** Orders and authorities as `/api` shows them: what their records say, and nothing that a seal hides. */

import { overlaps, type Range } from '@cadastre/numbers'
import { QUESTIONS } from '@cadastre/procedures'
import type { Snapshot } from '@cadastre/reader'
import {
  type Authority,
  CHECKLIST,
  type Desk,
  NOT_FOR_OPERATOR,
  type OrderRecord,
  objectKey,
} from '@cadastre/records'
import type { ReadContext } from './context.ts'
import type {
  Authorities,
  AuthorityAnswer,
  AuthorityBrief,
  Frame,
  OrderAnswer,
  OrderBrief,
  Orders,
} from './generated/lookup-types.ts'
import { linksOf } from './links.ts'
import type { ListPosition } from './lists.ts'
import { refusalText } from './lookup-objects.ts'
import { type Listing, type OrderRow, objectIndex } from './object-index.ts'
import { frameOf, partyOf } from './views.ts'

function authorityBrief(snapshot: Snapshot, handle: string): AuthorityBrief {
  const authority = snapshot.object('authority', handle) as Authority | null
  // An order of nobody in the register is returned, and stands on record all the same.
  if (authority === null) return { handle, name: 'not in the register', kind: 'court', country: '' }
  const { kind, name, country } = authority.terms
  return { handle, name, kind, country }
}

function briefOf(snapshot: Snapshot, order: OrderRecord): OrderBrief {
  const { handle, authority, detail, state, reason, date, scope, received, executed, until, ended } = order
  return {
    handle,
    authority: authorityBrief(snapshot, authority),
    effect: detail.effect,
    state,
    reason: reason === null ? null : refusalText(reason),
    date,
    scope,
    received,
    executed,
    until,
    ended,
    seal: order.seal,
    since: order.since,
  }
}

export async function orderAnswer(
  { times }: ReadContext,
  snapshot: Snapshot,
  query: Frame,
  handle: string,
): Promise<OrderAnswer | null> {
  const order = snapshot.object('order', handle) as OrderRecord | null
  if (order === null) return null
  const { reference, document, detail, holder, authenticity, rooted, application, executeFrom } = order
  const { reverses, served, verified, notified, published, windowEnd, stayed, conflicts } = order
  const { variedBy, objection, asked, askAgain, due, since } = order
  return {
    kind: 'order',
    query,
    ...briefOf(snapshot, order),
    reference,
    document,
    detail: { ...detail },
    holder: partyOf(snapshot, holder),
    authenticity: { ...authenticity },
    rooted,
    checklist: checklistOf(order),
    application,
    executeFrom,
    reverses,
    served,
    verified,
    notified,
    published,
    windowEnd,
    stayed: stayed === null ? null : { by: stayed.by, until: stayed.until },
    conflicts,
    variedBy,
    objection,
    asked,
    askAgain,
    due,
    sinceAt: await times.at(since),
    links: linksOf(snapshot, { kind: 'object', type: 'order', handle }, objectKey('order', handle)),
  }
}

function checklistOf({ checklist }: OrderRecord): OrderAnswer['checklist'] {
  const texts: { readonly [id: string]: string } = QUESTIONS
  const extra = checklist !== null && Object.hasOwn(checklist, NOT_FOR_OPERATOR) ? [NOT_FOR_OPERATOR] : []
  return [...CHECKLIST, ...extra].map((item) => ({
    item,
    text: texts[item] ?? '',
    answer: checklist?.[item] ?? null,
  }))
}

export async function authorityAnswer(
  { reader, times }: ReadContext,
  snapshot: Snapshot,
  query: Frame,
  handle: string,
  counts: ReadonlyMap<string, number> | null = null,
): Promise<AuthorityAnswer | null> {
  const authority = snapshot.object('authority', handle) as Authority | null
  if (authority === null) return null
  const { terms, noticedUntil, gazette, application, ended, since } = authority
  const { kind, ...rest } = terms
  const orders = (counts ?? ordersByAuthority(await objectIndex(reader).listing())).get(handle) ?? 0
  return {
    kind: 'authority',
    query,
    handle,
    about: kind,
    ...rest,
    noticedUntil,
    gazette,
    application,
    ended,
    orders,
    since,
    sinceAt: await times.at(since),
    links: linksOf(snapshot, { kind: 'object', type: 'authority', handle }, objectKey('authority', handle)),
  }
}

function ordersByAuthority({ rows }: Listing): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { order } of rows('order'))
    if (order !== null) counts.set(order.authority, (counts.get(order.authority) ?? 0) + 1)
  return counts
}

/** What is asked of the list: null members ask for nothing. */
export type OrderFilter = {
  readonly authority: string | null
  readonly effect: string | null
  readonly state: string | null
  /** Orders whose numbers overlap these. */
  readonly resource: Range | null
}

function fits({ authority, effect, ranges }: OrderRow, state: string | null, filter: OrderFilter): boolean {
  if (filter.authority !== null && authority !== filter.authority) return false
  if (filter.effect !== null && effect !== filter.effect) return false
  if (filter.state !== null && state !== filter.state) return false
  const { resource } = filter
  if (resource === null) return true
  return ranges.some((range) => overlaps(range, resource))
}

/** Orders, the newest first; null where `before` is none of what is asked for. */
export async function orders(
  { reader }: ReadContext,
  filter: OrderFilter,
  { before, limit }: ListPosition,
): Promise<Orders | null> {
  const { snapshot, rows } = await objectIndex(reader).listing()
  const desk = snapshot.object('desk', 'ORDERS') as Desk | null
  const found = [...rows('order')]
    .filter(({ order, state }) => order !== null && fits(order, state, filter))
    .map(({ handle }) => handle)
    .reverse()
  const start = before === null ? 0 : found.indexOf(before) + 1
  if (before !== null && start === 0) return null
  const shown = found.slice(start, start + limit)
  const { size, at } = snapshot.publication
  return {
    size,
    at,
    served: desk?.served ?? 0,
    sealed: desk?.sealed ?? 0,
    found: found.length,
    items: shown.flatMap((handle) => {
      const order = snapshot.object('order', handle) as OrderRecord | null
      return order === null ? [] : [briefOf(snapshot, order)]
    }),
    before: start + limit < found.length ? (shown.at(-1) ?? null) : null,
  }
}

/** Of a number's history: more orders than that about it are looked up by `/api/orders`. */
const ORDERS_OF_NUMBERS = 64

/** Keys of the latest orders about any of these numbers, whoever held them then. */
export async function orderKeys(reader: ReadContext['reader'], numbers: Range): Promise<readonly string[]> {
  const { rows } = await objectIndex(reader).listing()
  const found = [...rows('order')].filter(({ order }) =>
    order?.ranges.some((range) => overlaps(range, numbers)),
  )
  return found.slice(-ORDERS_OF_NUMBERS).map(({ handle }) => objectKey('order', handle))
}

/** The register of authorities, the newest first; null where `before` is none. */
export async function authorities(
  context: ReadContext,
  { before, limit }: ListPosition,
): Promise<Authorities | null> {
  const { reader } = context
  const listing = await objectIndex(reader).listing()
  const { snapshot, rows } = listing
  const counts = ordersByAuthority(listing)
  const handles = [...rows('authority')].map(({ handle }) => handle).reverse()
  const start = before === null ? 0 : handles.indexOf(before) + 1
  if (before !== null && start === 0) return null
  const shown = handles.slice(start, start + limit)
  const items: AuthorityAnswer[] = []
  for (const handle of shown) {
    const frame = frameOf(reader, snapshot, handle, handle)
    const item = await authorityAnswer(context, snapshot, frame, handle, counts)
    if (item !== null) items.push(item)
  }
  const { size, at } = snapshot.publication
  const roots = (snapshot.object('desk', 'ORDERS') as Desk | null)?.roots ?? []
  return { size, at, roots, items, before: start + limit < handles.length ? (shown.at(-1) ?? null) : null }
}
