/**
 * Orders and applications that concern a registration or a holder while nothing in its own record says so: orders that
 * are stayed, representatives by order, claims and successions in their window. Found from their own records.
 */

import type { Application, Instant, Json, Notes, ObjectRecords, OrderRecord } from '@cadastre/records'
import { isArray, isObject } from '@cadastre/records'
import type { ServedRecord } from './record.ts'
import { type OrderInForce, ordersInForce } from './words.ts'

export type Concern = { readonly type: 'order' | 'application'; readonly handle: string }

/** The order or application of a key; null for other objects. */
export function concernOf(key: string): Concern | null {
  const [space, type, handle = ''] = key.split('/')
  if (space !== 'obj' || (type !== 'order' && type !== 'application')) return null
  return { type, handle }
}

/** Ids and handles that the record of a concern is about, while it is to be shown with them. */
export function subjectsOf<T extends Concern['type']>(
  type: T,
  record: ObjectRecords[T] | null,
): readonly string[] {
  if (record === null) return []
  const subjects = type === 'order' ? ofOrder(record as OrderRecord) : ofApplication(record as Application)
  return [...new Set(subjects)]
}

function ofOrder({ state, detail: { effect }, scope, holder, executed }: OrderRecord): readonly string[] {
  const acts = effect === 'appointRepresentative'
  const inForce = state === 'executed' || state === 'varied'
  if (!(state === 'stayed' || (acts && inForce))) return []
  const party = acts && executed !== null && holder !== null ? [holder] : []
  return [...scope.map(({ id }) => id), ...party]
}

function ofApplication({ procedure, state, body }: Application): readonly string[] {
  if (state !== 'cooling' && state !== 'noticed') return []
  const idOf = (ref: Json | undefined): readonly string[] =>
    ref !== undefined && isObject(ref) && typeof ref['id'] === 'string' ? [ref['id']] : []
  if (procedure === 'claim/1')
    return typeof body['holder'] === 'string' ? [body['holder']] : idOf(body['registration'])
  const list = body['registrations']
  return procedure === 'succeed/1' && list !== undefined && isArray(list) ? list.flatMap(idOf) : []
}

/** Concerns by what they are about, as the log's entries make them. */
export class Concerns {
  readonly #bySubject = new Map<string, Map<string, Concern>>()
  readonly #byKey = new Map<string, readonly string[]>()

  note(key: string, next: Json): void {
    const concern = concernOf(key)
    if (concern === null) return
    for (const subject of this.#byKey.get(key) ?? []) this.#bySubject.get(subject)?.delete(key)
    const record: unknown = next
    const subjects = subjectsOf(concern.type, record as ObjectRecords[typeof concern.type] | null)
    if (subjects.length === 0) {
      this.#byKey.delete(key)
      return
    }
    this.#byKey.set(key, subjects)
    for (const subject of subjects) {
      const known = this.#bySubject.get(subject) ?? new Map<string, Concern>()
      known.set(key, concern)
      this.#bySubject.set(subject, known)
    }
  }

  about(subject: string): readonly Concern[] {
    return [...(this.#bySubject.get(subject)?.values() ?? [])]
  }
}

const STATED = [
  /Order (O-\d+) \(\w+\) on [^"\n]* is stayed by /g,
  /Order (O-\d+) appoints a representative /g,
  /\((A-\d+)\): it/g,
]

/**
 * Orders and applications that an answer names in such a sentence. Whether it may is read from their records, so that
 * evidence of an answer proves these too: what is left out of the proofs contradicts nothing.
 */
export function statedIn(answer: string): readonly Concern[] {
  const handles = STATED.flatMap((pattern) => [...answer.matchAll(pattern)].map(([, handle = '']) => handle))
  return [...new Set(handles)].map((handle) => ({
    type: handle.startsWith('O-') ? 'order' : 'application',
    handle,
  }))
}

export type Act = {
  readonly title: 'Claim' | 'Succession'
  readonly application: string
  readonly says: string
}
export type Representative = { readonly order: string; readonly holder: string; readonly says: string }
export type Standing = {
  readonly orders: readonly OrderInForce[]
  readonly acts: readonly Act[]
  readonly representatives: readonly Representative[]
}

/** What stands on a registration (its id) or a holder (its handle) by order, and what is under way about it. */
export function standingOn(record: ServedRecord, subject: string, notes: Notes | null): Standing {
  const { at } = record
  const concerns = record.concerns(subject)
  const orders = concerns.flatMap(({ type, handle }) =>
    type === 'order' ? (record.object('order', handle) ?? []) : [],
  )
  const applications = concerns.flatMap(({ type, handle }) =>
    type === 'application' ? (record.object('application', handle) ?? []) : [],
  )
  const rests = orders.flatMap((order) => stayed(order, subject, at))
  return {
    orders: [
      ...ordersInForce(notes, at).filter((one) => rests.every(({ order }) => order !== one.order)),
      ...rests,
    ],
    acts: applications.flatMap((one) => actSays(one, at) ?? []),
    representatives: orders.flatMap((order) =>
      order.holder === subject ? (representativeOf(order, at) ?? []) : [],
    ),
  }
}

const over = (end: Instant | null, at: Instant): boolean => end !== null && end <= at

function stayed(order: OrderRecord, subject: string, at: Instant): readonly OrderInForce[] {
  if (order.state !== 'stayed' || over(order.until, at)) return []
  const { handle, detail, holder, stayed: stay } = order
  const stated = [...new Set(order.scope.flatMap(({ id, range }) => (id === subject ? [range] : [])))]
  const on = stated.length > 0 ? stated : holder === subject ? [subject] : []
  const who = stay?.by == null ? 'an appeal' : `order ${stay.by}`
  const end = stay?.until == null ? '' : `, until ${stay.until}`
  return on.map((what) => ({
    order: handle,
    holds: false,
    says: `Order ${handle} (${detail.effect}) on ${what} is stayed by ${who}${end}: it has no effect meanwhile.`,
  }))
}

/** Who acts for the holder whom an order names; null where it appoints nobody at that time. */
export function representativeOf(order: OrderRecord, at: Instant): Representative | null {
  const { handle, detail, holder, state, until } = order
  const inForce = (state === 'executed' || state === 'varied') && !over(until, at)
  if (detail.effect !== 'appointRepresentative' || holder === null || !inForce) return null
  const says =
    `Order ${handle} appoints a representative of ${holder}, whose keys act for it` +
    `${until === null ? '' : `, until ${until}`}; its own keys come back when that ends.`
  return { order: handle, holder, says }
}

function actSays({ handle, procedure, state, due, body }: Application, at: Instant): Act | null {
  if (due === null || due <= at) return null
  const { claimant, holder, predecessor, successor } = body
  const window = `(${handle}): its window ends ${due}, and until then it can be vetoed.`
  if (procedure === 'claim/1') {
    const what = holder === undefined ? 'this registration' : `the record of ${holder}`
    return { title: 'Claim', application: handle, says: `${claimant} claims ${what} ${window}` }
  }
  const who = `${successor} is to take the place of ${predecessor}`
  const agreed = `(${handle}): it takes effect ${due}, unless one of them withdraws.`
  const says = state === 'cooling' ? `${who}, as both have asked ${agreed}` : `${who} by law ${window}`
  return { title: 'Succession', application: handle, says }
}
