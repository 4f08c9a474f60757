/**
 * The parameters that a profile gives each procedure. A profile changes parameters and published texts, never the
 * shape of a procedure. Genesis writes them into the procedures' records; `decide` reads only those.
 */

import { DAY_SECONDS, HOUR_SECONDS, type ProcedureRecord, type Profile } from '@cadastre/records'

export type Parameters = ProcedureRecord['parameters']

const YEAR_SECONDS = 365 * DAY_SECONDS

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
    delaySeconds: 14 * DAY_SECONDS,
  },
  'apply-sanctions-act/1': { delaySeconds: 14 * DAY_SECONDS, quietSeconds: 365 * DAY_SECONDS },
  'attest/1': { clerkSeconds: 7 * DAY_SECONDS, orderSeconds: 4 * DAY_SECONDS },
  'certified-extract/1': {},
  'change-staff/1': { noticeSeconds: 7 * DAY_SECONDS },
  'change-witnesses/1': { overlapSeconds: 30 * DAY_SECONDS },
  'claim/1': { windowSeconds: 21 * DAY_SECONDS },
  'complain/1': { answerSeconds: 7 * DAY_SECONDS },
  'contest-order/1': {},
  'correct/1': { noticeSeconds: 7 * DAY_SECONDS },
  'dissolve/1': {
    windowSeconds: 7 * DAY_SECONDS,
    notices: 16,
    noticesOfKey: 4,
    periodSeconds: 7 * DAY_SECONDS,
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
    acknowledgeSeconds: 3 * DAY_SECONDS,
    windowSeconds: 14 * DAY_SECONDS,
    askAgainSeconds: 180 * DAY_SECONDS,
    conflictSeconds: 14 * DAY_SECONDS,
    quarantineSeconds: 180 * DAY_SECONDS,
  },
  'succeed/1': { windowSeconds: 21 * DAY_SECONDS, endedWindowSeconds: 42 * DAY_SECONDS },
  'update-holder/1': {
    guardSeconds: 7 * DAY_SECONDS,
    formerContactSeconds: 30 * DAY_SECONDS,
    maxCoolingSeconds: 30 * DAY_SECONDS,
  },
} as const satisfies { readonly [id: string]: Parameters }

/**
 * Units: seconds; prefix lengths in bits, of IPv6 those from `ip6Min` to `ip6Max` in steps of `ip6Step`; quotas in
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
      feeSeconds: 7 * DAY_SECONDS,
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
      feeSeconds: 7 * DAY_SECONDS,
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

/** Whether the parameters are those that this version of the procedure reads: the same names, of the same types. */
export function parametersFit(id: string, parameters: Parameters): boolean {
  const model = Object.hasOwn(PROFILES.community, id) ? PROFILES.community[id] : undefined
  if (model === undefined) return false
  const names = Object.keys(model)
  return (
    Object.keys(parameters).length === names.length &&
    names.every((name) => Object.hasOwn(parameters, name) && typeof parameters[name] === typeof model[name])
  )
}
