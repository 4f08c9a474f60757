/** What falls due: a pure function of a record, so that the queue of due ops is a projection like any other. */

import type { Cell } from './cell.ts'
import type { RecordKey } from './keys.ts'
import type { Application, Pool } from './objects.ts'
import type { Instant } from './time.ts'

export type Due = { readonly at: Instant; readonly procedure: string; readonly key: RecordKey }

/** The next thing that falls due in a record; null where nothing does. `record` is the parsed record at `key`. */
export function dueOf(key: RecordKey, record: unknown): Due | null {
  if (key.startsWith('obj/application/')) {
    const application = record as Application
    if (application.state !== 'cooling' || application.due === null) return null
    return { at: application.due, procedure: application.procedure, key }
  }
  if (key.startsWith('obj/pool/')) {
    const pool = record as Pool
    return pool.serve === null ? null : { at: pool.serve, procedure: 'allocate/1', key }
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
