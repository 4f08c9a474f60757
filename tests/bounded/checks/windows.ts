// Windows, holds and terms: what waits takes effect no sooner than the terms by which it was asked for say (I5), not after
// it was ended, and not while something stands against it that its page lists.

import { parseRange } from '@cadastre/numbers'
import type {
  Application,
  Holder,
  HolderNotes,
  Instant,
  Notes,
  OrderRecord,
  ProcedureRecord,
  Registration,
  Transit,
} from '@cadastre/records'
import type { Check, Taken } from '@cadastre/simulator/bounded'
import { attestedYes, pausedSeconds, subjectOf, toldAt, wasEnded } from './grounds.ts'
import { bodyOf, changedRecords, DAY, opening, SECONDS, stepOf, textAt, valueAt } from './reading.ts'

/** A parameter in the terms that were in force when this was asked for. */
export function parameter(began: Taken, id: string, name: string): number | boolean | null {
  const key = `obj/procedure/${id.toUpperCase().replace('/', '-')}`
  const record = valueAt<ProcedureRecord>(began.before, key)
  const terms = record?.revisions.findLast(({ from }) => from <= began.at) ?? record
  const value = terms?.parameters[name]
  return typeof value === 'number' || typeof value === 'boolean' ? value : null
}
const seconds = (began: Taken, id: string, name: string): number => Number(parameter(began, id, name) ?? 0)

/** How long what was asked for must wait, from when it was asked for; what waits for a notice is looked at elsewhere. */
function waitOf(began: Taken): number {
  const { procedure } = began
  const body = bodyOf(began)
  switch (procedure) {
    case 'transfer/1':
      return preset(began, textAt(body, 'from')) ?? seconds(began, procedure, 'coolingSeconds')
    case 'return/1':
      return seconds(began, procedure, 'withdrawalSeconds')
    case 'rotate-keys/1':
    case 'update-holder/1':
    case 'delegate/1':
      return seconds(began, procedure, 'guardSeconds')
    case 'adopt-procedure/1':
      return 7 * DAY
    case 'change-staff/1':
      return 7 * DAY
    default:
      return 0
  }
}
function preset(began: Taken, holder: string): number | null {
  return valueAt<Holder>(began.before, `obj/holder/${holder}`)?.coolingSeconds ?? null
}

/** Least windows that begin with a notice, by procedure; business days as their least number of days. */
const NOTICED: { readonly [procedure: string]: number } = {
  'recover-keys/1': 7 * DAY,
  'succeed/1': 19 * DAY,
  'dissolve/1': 5 * DAY,
  'correct/1': 5 * DAY,
}

/** What is written when an application is no longer open, by whomever. */
export const windowsRun: Check = {
  name: 'I5: windows are as long as the terms by which they were asked for',
  check(taken) {
    for (const { key, was, is } of changedRecords<Application>(taken, 'obj/application/')) {
      if (is === null) return `${key} is gone`
      if (was === null) continue
      const fault = applicationFault(taken, was, is)
      if (fault !== null) return `${key}: ${fault}`
    }
    return null
  },
}

const OF_ORDERS: readonly string[] = ['serve-order/1', 'contest-order/1']
const OPEN: readonly string[] = ['waiting', 'fee-due', 'examining', 'to-notify', 'noticed', 'cooling']

/** A seal hides an order from its holder only until it ends: then the holder is told, though the order is verified. */
function toldAfterSeal(taken: Taken, was: Application, is: Application): boolean {
  const ended = changedRecords<OrderRecord>(taken, 'obj/order/').some(
    ({ was: sealed, is: shown }) =>
      shown?.application === is.handle &&
      (sealed?.seal?.overdue !== shown.seal?.overdue || sealed?.seal?.opened !== shown.seal?.opened),
  )
  return ended && is.procedure === 'serve-order/1' && was.state === 'effected' && is.state === 'to-notify'
}

function applicationFault(taken: Taken, was: Application, is: Application): string | null {
  if (JSON.stringify(was.body) !== JSON.stringify(is.body)) return 'what was signed has changed'
  if (JSON.stringify(was.consents) !== JSON.stringify(is.consents)) return 'its consents have changed'
  if (was.state === is.state) return null
  if (!OPEN.includes(was.state))
    return toldAfterSeal(taken, was, is) ? null : `${was.state}, and now ${is.state}`
  const examined = was.state === 'examining' && (is.state === 'to-notify' || is.state === 'noticed')
  // Of an order the desk itself says what follows from a no.
  if (
    examined &&
    !OF_ORDERS.includes(is.procedure) &&
    opening(taken, is.handle) !== null &&
    !attestedYes(taken, is.handle)
  )
    return 'it goes on though two attestors did not say yes'
  if (was.state === 'to-notify' && is.state === 'noticed') {
    const untold = (is.notice?.to ?? []).find(
      (holder) => opening(taken, is.handle) !== null && toldAt(taken, is.handle, holder) === null,
    )
    if (untold !== undefined) return `its window begins, and ${untold} was not told`
  }
  if (is.state !== 'effected') return null
  const began = opening(taken, is.handle)
  if (began === null) return null
  if (wasEnded(taken, is.handle)) return 'it was ended, and takes effect'
  const since = SECONDS(taken.at) - SECONDS(began.at) - pausedSeconds(taken, began.at, taken.at)
  if (since < waitOf(began)) return `it takes effect after ${since} s`
  return noticedFault(taken, is, began)
}

/** Procedures that nobody may veto whose opponents have signed. */
function noticedFault(taken: Taken, { handle, examination }: Application, began: Taken): string | null {
  const least = NOTICED[began.procedure]
  const affected =
    began.procedure === 'recover-keys/1' ? [textAt(bodyOf(began), 'holder')] : (examination?.affected ?? [])
  const waits =
    began.procedure === 'recover-keys/1' ||
    (examination?.windowSeconds ?? 0) > 0 ||
    (examination?.windowDays ?? []).length > 0
  if (least === undefined || !waits) return null
  for (const holder of affected) {
    const told = toldAt(taken, handle, holder)
    if (told === null) return `${holder} was not told of it`
    const since = SECONDS(taken.at) - SECONDS(told) - pausedSeconds(taken, told, taken.at)
    if (since < least) return `its window lasted ${since} s`
  }
  return null
}

/** What stands against numbers passing to somebody else, whatever the basis is but an order. */
function bars(taken: Taken, holder: string, registration: string, range: string): string | null {
  const { before, at } = taken
  const runs = (until: Instant | null | undefined): boolean => until != null && until > at
  const record = valueAt<Holder>(before, `obj/holder/${holder}`)
  if (runs(record?.lockedUntil)) return 'its holder has locked it'
  if (runs(record?.frozenUntil)) return 'a key has frozen it'
  if (runs(record?.transferableFrom)) return 'the keys were recovered lately'
  const notes = valueAt<Notes>(before, `obj/notes/${registration}`)
  if (runs(notes?.heldUntil) && taken.procedure !== 'return/1') return 'the hold after allocation runs'
  if (runs(notes?.delayedUntil) && taken.procedure !== 'return/1')
    return 'it is delayed under a court’s claim'
  const held = (notes?.orders ?? []).some(
    (one) => one.holds && (one.until === null || runs(one.until)) && meet(one.range, range),
  )
  if (held) return 'an order holds it'
  const blocked = valueAt<HolderNotes>(before, `obj/notes/${holder}`)?.blocked ?? []
  const blocks = blocked.some(
    ({ kinds, until }) => kinds.includes('transfer') && (until === null || runs(until)),
  )
  return blocks && taken.procedure !== 'return/1' ? 'a legal act forbids it' : null
}

function meet(one: string, other: string): boolean {
  const [a, b] = [parseRange(one), parseRange(other)]
  return (
    a.ok &&
    b.ok &&
    a.value.space === b.value.space &&
    a.value.first <= b.value.last &&
    b.value.first <= a.value.last
  )
}

const GIVING = ['transfer/1', 'return/1', 'move-out/1']

/** Asked for or carried out: nothing that the page lists stands against it. */
export const nothingBars: Check = {
  name: 'I8: what an order, a lock or a claim stops does not pass',
  check(taken) {
    if (!GIVING.includes(taken.procedure)) return null
    const began =
      taken.act.kind === 'due' || stepOf(taken) === 'finalize' ? opening(taken, subjectOf(taken)) : taken
    if (began === null || !['offer', 'init'].includes(stepOf(began))) return null
    const passes = began === taken || taken.effects.some(({ key }) => !key.startsWith('obj/'))
    if (!passes) return null
    const body = bodyOf(began)
    const holder = textAt(body, 'from') || textAt(body, 'holder')
    const { id } = body['registration'] as { readonly id: string }
    const wrong = bars(taken, holder, id, textAt(body, 'range'))
    if (wrong !== null) return wrong
    return began === taken ? offerFault(taken, id, holder) : protectedFault(taken, id)
  },
}

/** An offer is of a holding that is its holder's, on which nothing else is pending, as it stands. */
function offerFault(taken: Taken, id: string, holder: string): string | null {
  const { key } = bodyOf(taken)['registration'] as { readonly key: string }
  const cell = valueAt<{ registrations: Registration[] }>(taken.before, key)
  const registration = cell?.registrations.find((one) => one.id === id)
  if (registration?.kind !== 'holding' || registration.holder !== holder)
    return 'it is no holding of this holder'
  const notes = valueAt<Notes>(taken.before, `obj/notes/${id}`)
  if (notes?.pending != null) return 'another act on it is pending'
  const { act, before } = taken
  const named =
    act.kind === 'request' &&
    act.request.replaces.some(({ hash }) => hash === before.memberHash(registration as never))
  return named ? protectedFault(taken, id) : 'it is not what was signed for'
}

/** No protected child lies in what is returned or moves out. */
function protectedFault(taken: Taken, _id: string): string | null {
  if (taken.procedure === 'transfer/1') return null
  const gone = taken.effects.filter(({ key }) => !key.startsWith('obj/'))
  for (const { key } of gone) {
    const cell = valueAt<{ registrations: Registration[] }>(taken.before, key)
    const child = cell?.registrations.find((one) => one.protected && (one.until ?? '') > taken.at)
    if (child !== undefined) return `${child.id} is protected`
  }
  return null
}

const HOLDERS_OWN = [
  ...[
    'transfer/1',
    'return/1',
    'allocate/1',
    'delegate/1',
    'declare-service/1',
    'update-holder/1',
    'rotate-keys/1',
    'lock/1',
  ],
  ...[
    'recover-keys/1',
    'confirm/1',
    'erase/1',
    'move-out/1',
    'move-in/1',
    'succeed/1',
    'claim/1',
    'dissolve/1',
    'identify-holder/1',
  ],
]

/** I6: while everything is paused nothing of anybody is decided, whoever it is. */
export const pausedForAll: Check = {
  name: 'I6: a pause stops everybody alike',
  check(taken) {
    const { paused } = valueAt<{ paused: { until: Instant } | null }>(
      taken.before,
      'obj/registry/REGISTRY',
    ) ?? { paused: null }
    if (paused === null || paused.until <= taken.at || !HOLDERS_OWN.includes(taken.procedure)) return null
    if (taken.act.kind === 'request') return 'it is decided during a pause'
    const writes = taken.effects.some(({ key }) => !key.startsWith('obj/') || key.startsWith('obj/holder/'))
    return writes && taken.procedure !== 'erase/1' && !isTerm(taken) ? 'it takes effect during a pause' : null
  },
}

/** The end of a stated term is no window: it was fixed when it began. */
const isTerm = ({ act }: Taken): boolean => act.kind === 'due' && !act.subject.startsWith('obj/')

/** Numbers on their way: final only when the peer has bound itself, and the holder's time to cancel has passed. */
export const waysEnd: Check = {
  name: 'numbers move out only when the peer took them, after the time to cancel',
  check(taken) {
    for (const { key, was, is } of changedRecords<Transit>(taken, 'obj/transit/')) {
      if (is === null) return `${key} is gone`
      if (was === null) continue
      if (!['sourceInitialized', 'recipientAccepted'].includes(was.state))
        return `${key}: ${was.state}, and now ${is.state}`
      if (is.state === 'sourceFinalized') {
        if (was.notBefore !== null && SECONDS(taken.at) < SECONDS(was.notBefore))
          return `${key}: final before its time`
        if (!says(taken, 'recipientAccepted', was)) return `${key}: final without the peer’s word`
      }
      if (is.state === 'recipientCompleted' && !says(taken, 'sourceFinalized', was))
        return `${key}: complete without the peer’s word`
      if (is.state === 'recipientCancelled' && !says(taken, 'sourceCancelled', was))
        return `${key}: cancelled without the peer’s word`
    }
    return null
  },
}

function says({ act }: Taken, state: string, { range, source, recipient }: Transit): boolean {
  if (act.kind !== 'request') return false
  return (act.signatures.statements ?? []).some(({ record }) => {
    const word: unknown = record
    const said = word as Transit
    return (
      said.state === state &&
      meet(said.range, range) &&
      JSON.stringify([said.source, said.recipient]) === JSON.stringify([source, recipient])
    )
  })
}
