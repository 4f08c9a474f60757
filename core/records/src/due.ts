/** What falls due: a pure function of a record, so that the queue of due ops is a projection like any other. */

import type { Cell } from './cell.ts'
import type { RecordKey } from './keys.ts'
import { asObject, type HolderNotes, type Notes } from './objects.ts'
import type { Instant } from './time.ts'

export type Due = { readonly at: Instant; readonly procedure: string; readonly key: RecordKey }

/** Kinds of objects in which something may fall due. */
const DUE_OBJECTS = ['application', 'holder', 'notes', 'order', 'pool', 'registry', 'transit'].map(
  (type) => `obj/${type}/`,
)

/** Whether anything can ever fall due in a record of this key. */
export function canFallDue(key: RecordKey): boolean {
  return !key.startsWith('obj/') || DUE_OBJECTS.some((start) => key.startsWith(start))
}

/** The next thing that falls due in a record; null where nothing does. `record` is the parsed record at `key`. */
export function dueOf(key: RecordKey, record: unknown): Due | null {
  if (key.startsWith('obj/application/')) {
    const application = asObject('application', key, record)
    if (application === null || application.due === null) return null
    const { state, due } = application
    if (state === 'examining') return { at: due, procedure: 'attest/1', key }
    if (state === 'to-notify') return { at: due, procedure: 'record-notice/1', key }
    return state === 'cooling' || state === 'noticed' || state === 'fee-due'
      ? { at: due, procedure: application.procedure, key }
      : null
  }
  if (key.startsWith('obj/pool/')) {
    const pool = asObject('pool', key, record)
    return pool?.serve == null ? null : { at: pool.serve, procedure: 'allocate/1', key }
  }
  if (key.startsWith('obj/notes/')) return dueInNotes(key, record as Notes | HolderNotes)
  if (key.startsWith('obj/holder/')) {
    const times = (asObject('holder', key, record)?.formerContacts ?? []).map(({ until }) => until).sort()
    return times[0] === undefined ? null : { at: times[0], procedure: 'erase/1', key }
  }
  if (key.startsWith('obj/transit/')) {
    const transit = asObject('transit', key, record)
    if (transit?.state !== 'sourceInitialized' || transit.due === null) return null
    return { at: transit.due, procedure: 'move-out/1', key }
  }
  if (key.startsWith('obj/order/')) {
    const due = asObject('order', key, record)?.due ?? null
    return due === null ? null : { at: due, procedure: 'serve-order/1', key }
  }
  if (key.startsWith('obj/registry/')) {
    const paused = asObject('registry', key, record)?.paused ?? null
    return paused === null ? null : { at: paused.until, procedure: 'pause/1', key }
  }
  if (key.startsWith('obj/')) return null
  let next: Due | null = null
  for (const registration of (record as Cell).registrations) {
    if (registration.until === null || (next !== null && next.at <= registration.until)) continue
    const procedure = registration.kind === 'quarantined' ? 'return/1' : 'delegate/1'
    next = { at: registration.until, procedure, key }
  }
  return next
}

/** The first annotation that lapses, or the first delay that ends. */
function dueInNotes(key: RecordKey, notes: Notes | HolderNotes): Due | null {
  const [procedure, ending] =
    'holder' in notes ? ['apply-sanctions-act/1', notes.blocked] : ['annotate-dispute/1', notes.annotations]
  const times = ending.flatMap(({ until }) => (until === null ? [] : [until])).sort()
  return times[0] === undefined ? null : { at: times[0], procedure, key }
}
