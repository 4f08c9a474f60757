/**
 * The bounded exceptions to invariant I1, held at run time like I1 itself, whatever a procedure's parameters say: one
 * delay of transfers under a court claim, one delay on a name alone, the act kinds that a legal act may forbid, and a
 * pause of everything that writes nothing but itself (I6). And that a window with a veto begins with its notice.
 * What orders may do stands in `order-bounds.ts`.
 */

import {
  addBusinessDays,
  addSeconds,
  asObject,
  BLOCKABLE_ACTS,
  type Calendar,
  canonicalJson,
  DAY_SECONDS,
  HOUR_SECONDS,
  type Holder,
  type HolderNotes,
  type Instant,
  type Json,
  type Notes,
  type RecordKey,
  type Registry,
  secondsOf,
} from '@cadastre/records'
import { calendarKey, calendarNamed, isWindow } from './business-days.ts'
import { procedureKey, REGISTRY_KEY } from './common.ts'
import { beyondOrders } from './order-bounds.ts'
import { pausedBetween } from './pauses.ts'
import type { Effect } from './procedure.ts'

/** The longest delay that is not the holder's own, whatever the parameters say. */
const DELAY_DAYS = 10
/** After every instant. */
const NEVER = '~'
const QUIET_SECONDS = 365 * DAY_SECONDS
const PAUSE_SECONDS = 72 * HOUR_SECONDS
const PAUSES_SECONDS = 144 * HOUR_SECONDS
const PERIOD_SECONDS = 90 * DAY_SECONDS
const FREEZE_SECONDS = 14 * DAY_SECONDS
const FREEZE_PERIOD_SECONDS = 90 * DAY_SECONDS
const RECOVERED_SECONDS = 60 * DAY_SECONDS

type Before = (key: RecordKey) => unknown

/** The first effect beyond its bounds; null where there is none. `before` gives the state before the act. */
export function beyondBounds(effects: readonly Effect[], before: Before, at: Instant): string | null {
  for (const { key, next } of effects) {
    const fault =
      key === REGISTRY_KEY
        ? pauseFault(before(key), next, effects.length)
        : key.startsWith('obj/notes/')
          ? notesFault(before(key), next, before, at)
          : key.startsWith('obj/holder/')
            ? protectionFault(before(key), next, at)
            : key.startsWith('obj/procedure/')
              ? termsFault(key, before(key), next)
              : windowFault(key, before(key), next, before, at)
    if (fault !== null) return `${key}: ${fault}`
  }
  return beyondOrders(effects, before, at)
}

/** Terms that were in force stay as they were: what was recorded under them goes by them. */
function termsFault(key: RecordKey, old: unknown, next: Json): string | null {
  const was = asObject('procedure', key, old)
  const is = asObject('procedure', key, next)
  if (was === null) return null
  if (is === null) return 'a version that ends'
  const kept = { ...is, revisions: is.revisions.slice(0, was.revisions.length) }
  return canonicalJson(kept) === canonicalJson(was) ? null : 'terms that were in force are rewritten'
}

/** A window that somebody may veto begins after whom it concerns was notified, and lasts as long as was said. */
function windowFault(key: RecordKey, old: unknown, next: Json, before: Before, at: Instant): string | null {
  const was = asObject('application', key, old)
  const is = asObject('application', key, next)
  if (is?.state !== 'noticed' || was?.state === 'noticed') return null
  const { notice, due, examination } = is
  if (notice === null)
    return examination === null || isWindow(examination) ? 'a window without a notice' : null
  if (was?.state !== 'to-notify' || !notice.to.every((holder) => notice.attempted.includes(holder)))
    return 'a window that begins before everybody was notified'
  const ends = notice.windowDays.map(({ days, calendar: hash }) => {
    const calendar = calendarBefore(hash, before)
    return calendar === null ? NEVER : addBusinessDays(calendar, at, days, 'longest')
  })
  const enough = [addSeconds(at, notice.windowSeconds), ...ends].every((end) => due !== null && due >= end)
  return enough ? null : 'a window that is too short'
}

function pauseFault(old: unknown, next: Json, effects: number): string | null {
  const [was, is] = [old as Registry | null, next as Registry | null]
  const [before, after] = [was?.paused ?? null, is?.paused ?? null]
  if (before?.since === after?.since && before?.until === after?.until) return null
  if (effects !== 1) return 'a pause writes other records'
  if (is === null || after === null) return null
  if (secondsOf(after.until) - secondsOf(after.since) > PAUSE_SECONDS) return 'a pause of more than 72 hours'
  const from = addSeconds(after.until, -PERIOD_SECONDS)
  return pausedBetween(is, from, after.until) > PAUSES_SECONDS
    ? 'pauses of more than 144 hours in 90 days'
    : null
}

/** What protects a holder against stolen keys does not last longer, whatever a procedure's parameters say. */
function protectionFault(old: unknown, next: Json, at: Instant): string | null {
  const [was, is] = [old as Holder | null, next as Holder | null]
  if (is === null) return null
  if (is.frozenUntil !== null && is.frozenUntil !== (was?.frozenUntil ?? null)) {
    if (is.frozenUntil > addSeconds(at, FREEZE_SECONDS)) return 'a freeze of more than 14 days'
    const last = was?.frozenAt ?? null
    if (is.frozenAt !== at || (last !== null && at < addSeconds(last, FREEZE_PERIOD_SECONDS)))
      return 'a second freeze within 90 days'
  }
  const from = is.transferableFrom
  const later = from !== null && from !== (was?.transferableFrom ?? null)
  return later && from > addSeconds(at, RECOVERED_SECONDS) ? 'more than 60 days without transfers' : null
}

/** The end of a delay of ten business days that begins now, by the calendar of any terms of its procedure. */
function delayLimit(id: string, before: Before, at: Instant): Instant {
  const key = procedureKey(id)
  const record = asObject('procedure', key, before(key))
  const named = record === null ? [] : [record, ...record.revisions].map(calendarNamed)
  const ends = named.flatMap((hash) => {
    const calendar = hash === null ? null : calendarBefore(hash, before)
    return calendar === null ? [] : [addBusinessDays(calendar, at, DELAY_DAYS, 'weekdays')]
  })
  return ends.sort().at(-1) ?? at
}
function calendarBefore(hash: string, before: Before): Calendar | null {
  const key = calendarKey(hash)
  return asObject('calendar', key, before(key))?.calendar ?? null
}

function notesFault(old: unknown, next: Json, before: Before, at: Instant): string | null {
  const was = old as Notes | HolderNotes | null
  const is = next as Notes | HolderNotes | null
  if ((was !== null && 'holder' in was) || (is !== null && 'holder' in is))
    return blocksFault(was as HolderNotes | null, is as HolderNotes | null, before, at)
  return delayFault(was, is as Notes | null, before, at)
}

function delayFault(was: Notes | null, is: Notes | null, before: Before, at: Instant): string | null {
  const [earlier, after] = [was?.delayedUntil ?? null, is?.delayedUntil ?? null]
  if (earlier === after) return null
  if (earlier !== null) return 'a second delay of transfers'
  return after !== null && after > delayLimit('annotate-dispute/1', before, at)
    ? 'a delay of more than 10 business days'
    : null
}

function blocksFault(
  was: HolderNotes | null,
  is: HolderNotes | null,
  before: Before,
  at: Instant,
): string | null {
  const blocked = is?.blocked ?? []
  const allowed: readonly string[] = BLOCKABLE_ACTS
  if (blocked.some(({ kinds }) => kinds.some((kind) => !allowed.includes(kind))))
    return 'an act kind that nothing may block'
  const known = new Set((was?.blocked ?? []).map(({ act, match, until }) => `${match} ${until} ${act}`))
  const delays = blocked.filter(
    ({ act, match, until }) => match === 'partial' && !known.has(`${match} ${until} ${act}`),
  )
  const [latest] = delays
    .map(({ until }) => until ?? NEVER)
    .sort()
    .reverse()
  if (latest !== undefined && latest > delayLimit('apply-sanctions-act/1', before, at))
    return 'a delay of more than 10 business days'
  const last = was?.delayed ?? null
  const tooSoon = last !== null && at < addSeconds(last, QUIET_SECONDS)
  if (tooSoon && (delays.length > 0 || is?.delayed !== last)) return 'a second delay on a name alone'
  return delays.length > 0 && is?.delayed !== at ? 'a delay that is not remembered' : null
}
