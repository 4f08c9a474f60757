/**
 * The parameters that a profile gives each procedure. A profile changes parameters and published texts, never the
 * shape of a procedure. Genesis writes them into the procedures' records; `decide` reads only those.
 */

import { DAY_SECONDS, HOUR_SECONDS, type ProcedureRecord, type Profile } from '@cadastre/records'
import { hexOfBase64 } from './base64.ts'
import { WEEKDAYS_HASH } from './weekdays.ts'

export type Parameters = ProcedureRecord['parameters']

const YEAR_SECONDS = 365 * DAY_SECONDS

/** By what business days are counted, unless the founders name another calendar. */
const calendar = WEEKDAYS_HASH

/** The same in both profiles. */
const COMMON = {
  'adopt-procedure/1': { noticeSeconds: 90 * DAY_SECONDS, protectiveSeconds: 7 * DAY_SECONDS },
  'genesis/1': {},
  'take-over/1': {},
  'import/1': {},
  'declare-service/1': {},
  'delegate/1': { maxTermSeconds: 5 * YEAR_SECONDS + DAY_SECONDS, guardSeconds: 7 * DAY_SECONDS },
  'annotate-dispute/1': {
    lapseSeconds: 30 * DAY_SECONDS,
    periodSeconds: 30 * DAY_SECONDS,
    noticeSeconds: 21 * DAY_SECONDS,
    delayDays: 10,
    calendar,
  },
  'apply-sanctions-act/1': { delayDays: 10, quietSeconds: 365 * DAY_SECONDS, calendar },
  'attest/1': { clerkDays: 5, orderDays: 2, places: 8, placesSeconds: 7 * DAY_SECONDS, calendar },
  'certified-extract/1': {},
  'change-staff/1': { noticeSeconds: 7 * DAY_SECONDS },
  'change-witnesses/1': { overlapSeconds: 30 * DAY_SECONDS },
  'claim/1': { windowDays: 15, calendar },
  'complain/1': { answerDays: 5, calendar },
  'contest-order/1': {},
  'correct/1': { noticeDays: 5, calendar },
  'dissolve/1': {
    windowDays: 5,
    notices: 16,
    noticesOfKey: 4,
    periodSeconds: 7 * DAY_SECONDS,
    calendar,
  },
  'erase/1': {},
  'move-in/1': {},
  'confirm/1': {},
  'lock/1': {
    maxLockSeconds: 5 * YEAR_SECONDS + DAY_SECONDS,
    freezeSeconds: 14 * DAY_SECONDS,
    freezePeriodSeconds: 90 * DAY_SECONDS,
  },
  'pause/1': {
    maxSeconds: 72 * HOUR_SECONDS,
    maxTotalSeconds: 144 * HOUR_SECONDS,
    periodSeconds: 90 * DAY_SECONDS,
  },
  'record-notice/1': { noticeSeconds: DAY_SECONDS },
  'recover-keys/1': {
    guardianSeconds: 7 * DAY_SECONDS,
    evidenceSeconds: 30 * DAY_SECONDS,
    dormantSeconds: 2 * YEAR_SECONDS,
    vetoSeconds: 14 * DAY_SECONDS,
    transferAfterSeconds: 60 * DAY_SECONDS,
  },
  'register-authority/1': { noticeSeconds: 90 * DAY_SECONDS },
  'report-incident/1': { disclosureSeconds: 72 * HOUR_SECONDS },
  'return/1': { withdrawalSeconds: 14 * DAY_SECONDS, quarantineSeconds: 180 * DAY_SECONDS },
  'rotate-keys/1': { guardSeconds: 7 * DAY_SECONDS, vetoSeconds: 14 * DAY_SECONDS },
  'serve-order/1': {
    acknowledgeDays: 1,
    windowDays: 10,
    askAgainSeconds: 180 * DAY_SECONDS,
    conflictDays: 10,
    quarantineSeconds: 180 * DAY_SECONDS,
    calendar,
  },
  'succeed/1': { windowDays: 15, endedWindowDays: 30, calendar },
  'update-holder/1': {
    guardSeconds: 7 * DAY_SECONDS,
    formerContactSeconds: 30 * DAY_SECONDS,
    maxCoolingSeconds: 30 * DAY_SECONDS,
  },
} as const satisfies { readonly [id: string]: Parameters }

/**
 * Units: seconds; business days of the calendar whose hash stands beside them (`…Days`); prefix lengths in bits, of IPv6 those from `ip6Min` to `ip6Max` in steps of `ip6Step`; quotas in
 * IPv4 addresses, IPv6 blocks, AS numbers, 0 = none. Floors are the longest prefix length that may move: 32 and 128 =
 * none.
 */
export const PROFILES: { readonly [P in Profile]: { readonly [id: string]: Parameters } } = {
  community: {
    ...COMMON,
    'hand-over/1': { namedSeconds: 0, noticeSeconds: 7 * DAY_SECONDS },
    'list-peer/1': { noticeSeconds: 0 },
    'move-out/1': { coolingSeconds: 0, finalizeSeconds: 14 * DAY_SECONDS },
    'open/1': { objectionSeconds: 0 },
    'identify-holder/1': { attestations: 0 },
    'allocate/1': {
      ip4Min: 8,
      ip4Max: 32,
      ip6Min: 16,
      ip6Max: 128,
      ip6Step: 1,
      quotaIp4: 0,
      quotaIp6: 0,
      quotaAsn: 0,
      holdSeconds: 0,
      chooseBlock: true,
      actFee: false,
      feeDays: 5,
      calendar,
    },
    'transfer/1': { coolingSeconds: 0, maxCoolingSeconds: 30 * DAY_SECONDS, floorIp4: 32, floorIp6: 128 },
  },
  national: {
    ...COMMON,
    'hand-over/1': { namedSeconds: 30 * DAY_SECONDS, noticeSeconds: 7 * DAY_SECONDS },
    'list-peer/1': { noticeSeconds: 30 * DAY_SECONDS },
    'move-out/1': { coolingSeconds: 72 * HOUR_SECONDS, finalizeSeconds: 14 * DAY_SECONDS },
    'open/1': { objectionSeconds: 30 * DAY_SECONDS },
    'identify-holder/1': { attestations: 2 },
    'allocate/1': {
      ip4Min: 24,
      ip4Max: 24,
      ip6Min: 32,
      ip6Max: 48,
      ip6Step: 16,
      quotaIp4: 256,
      quotaIp6: 0,
      quotaAsn: 0,
      holdSeconds: 2 * YEAR_SECONDS,
      chooseBlock: false,
      actFee: false,
      feeDays: 5,
      calendar,
    },
    'transfer/1': {
      coolingSeconds: 72 * HOUR_SECONDS,
      maxCoolingSeconds: 30 * DAY_SECONDS,
      floorIp4: 24,
      floorIp6: 48,
    },
  },
}

/** Largest number a parameter may be: all IPv4 addresses, or 136 years. */
export const MAX_PARAMETER: number = 2 ** 32

/** Business days that a parameter may be, about a year. */
const MAX_DAYS = 250
/** From the first to the last value; beyond them an invariant (`bounds.ts`) would refuse the act to everybody. */
type Limits = readonly [least: number, most: number]
const atMost = (most: number): Limits => [0, most]
const atLeast = (least: number): Limits => [least, MAX_PARAMETER]
const LIMITS: { readonly [id: string]: { readonly [name: string]: Limits } } = {
  'annotate-dispute/1': { delayDays: [1, 10] },
  'apply-sanctions-act/1': { delayDays: [1, 10], quietSeconds: atLeast(365 * DAY_SECONDS) },
  'attest/1': { places: [1, 64] },
  'lock/1': { freezeSeconds: atMost(14 * DAY_SECONDS), freezePeriodSeconds: atLeast(90 * DAY_SECONDS) },
  'pause/1': {
    maxSeconds: atMost(72 * HOUR_SECONDS),
    maxTotalSeconds: atMost(144 * HOUR_SECONDS),
    periodSeconds: atLeast(90 * DAY_SECONDS),
  },
  // Windows in which somebody may veto: at zero seconds none would begin, and the act could never take effect.
  'recover-keys/1': {
    guardianSeconds: atLeast(1),
    evidenceSeconds: atLeast(1),
    transferAfterSeconds: atMost(60 * DAY_SECONDS),
  },
}

/** Whether the parameters are those that this version of the procedure reads: the same names, of the same types. */
export function parametersFit(id: string, parameters: Parameters): boolean {
  const model = Object.hasOwn(PROFILES.community, id) ? PROFILES.community[id] : undefined
  if (model === undefined) return false
  const names = Object.keys(model)
  return (
    Object.keys(parameters).length === names.length &&
    names.every(
      (name) => Object.hasOwn(parameters, name) && typeof parameters[name] === typeof model[name],
    ) &&
    names.every((name) => valueFits(id, name, parameters[name]))
  )
}

function valueFits(id: string, name: string, value: Parameters[string] | undefined): boolean {
  if (typeof value === 'string') return hexOfBase64(value)?.length === 64
  if (typeof value !== 'number') return true
  const [least, most] = LIMITS[id]?.[name] ?? (name.endsWith('Days') ? [1, MAX_DAYS] : [0, MAX_PARAMETER])
  return least <= value && value <= most
}

/** The same parameters, by another calendar where they count business days. */
export function withCalendar(parameters: Parameters, hash: string): Parameters {
  return Object.hasOwn(parameters, 'calendar') ? { ...parameters, calendar: hash } : parameters
}
