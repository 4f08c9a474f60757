// I1 for keys, control and available acts: what a holder's record says of it changes only by its own word, and what stops
// its acts only by an order, a court-filed claim once, a sanctions act, or its own word.

import type { Holder, HolderNotes, Notes } from '@cadastre/records'
import type { Check, Taken } from '@cadastre/simulator/bounded'
import { attestedYes, consents, instrument, orderBehind, subjectOf, wasEnded } from './grounds.ts'
import {
  anyKeySigned,
  bodyOf,
  changedRecords,
  clerksSigned,
  DAY,
  holderSigned,
  keySigned,
  opening,
  SECONDS,
  stepOf,
  textAt,
  valueAt,
} from './reading.ts'

type Change = { readonly taken: Taken; readonly was: Holder; readonly is: Holder }
type Ground = (change: Change) => boolean

const own: Ground = ({ taken, was }) => consents(taken, was.handle) || holderSigned(taken, was.handle)
const technical: Ground = ({ taken, was }) => holderSigned(taken, was.handle, 'technical')
const anyKey: Ground = ({ taken, was }) => anyKeySigned(taken, was.handle)
const by =
  (procedure: string, ground: Ground = () => true): Ground =>
  (change) =>
    change.taken.procedure === procedure && ground(change)
const any =
  (...grounds: readonly Ground[]): Ground =>
  (change) =>
    grounds.some((ground) => ground(change))

/** A key or a role gone, a lower threshold, other guardians: what a thief of a key would do. */
function lessens({ policy: old }: Holder, { policy: next }: Holder): boolean {
  if (old === null || next === null) return old !== null
  const kept = old.keys.every(({ key, roles }) =>
    next.keys.some((one) => one.key === key && roles.every((role) => one.roles.includes(role))),
  )
  return !kept || next.m < old.m || old.guardians.join() !== next.guardians.join()
}

/** The holder's own keys, at once where nothing is taken away, after seven days where something is. */
const rotated: Ground = (change) => {
  const { taken, was, is } = change
  if (taken.procedure !== 'rotate-keys/1' || !own(change)) return false
  return !lessens(was, is) || waited(taken, 7 * DAY)
}

/** Guardians, or evidence that two attestors found authentic, then a window in which no key vetoed. */
const recovered: Ground = ({ taken, was }) => {
  const application = subjectOf(taken)
  const began = opening(taken, application)
  if (taken.procedure !== 'recover-keys/1' || began === null || wasEnded(taken, application)) return false
  if (stepOf(began) === 'evidence') return instrument(taken, application, was.handle, 30 * DAY)
  const guardians = was.policy?.guardians ?? []
  const signed = guardians.filter((one) => holderSigned(began, one)).length
  return 2 * signed > guardians.length && waited(taken, 7 * DAY)
}

/** The claimed record of an imported holder: by a listed key, or by proof. */
const claimed: Ground = ({ taken, was }) => {
  if (taken.procedure !== 'claim/1' || was.policy !== null) return false
  if (taken.act.kind === 'due')
    return attestedYes(taken, subjectOf(taken)) && !wasEnded(taken, subjectOf(taken))
  const body = bodyOf(taken)
  const listed =
    valueAt<{ keys: { key?: string }[] }>(taken.before, `obj/maintainers/${was.handle}`)?.keys ?? []
  const key = textAt(body, 'key')
  return (
    listed.some((one) => one.key === key) &&
    keySigned(taken, key) &&
    holderSigned(taken, textAt(body, 'claimant'))
  )
}

const ordered: Ground = ({ taken, was }) => {
  const order = orderBehind(taken)
  return (
    order !== null &&
    attestedYes(taken, `A-${order.served.index}`) &&
    bodyOf(order.served)['holder'] === was.handle
  )
}

/** Corrected by two attestors: told, and vetoed by no key. */
const corrected: Ground = ({ taken, was }) => {
  const application = subjectOf(taken)
  const began = opening(taken, application)
  if (taken.procedure !== 'correct/1' || began === null || !attestedYes(taken, application)) return false
  return holderSigned(began, was.handle) || instrument(taken, application, was.handle, 5 * DAY)
}

const dissolved: Ground = ({ taken, was, is }) => {
  if (taken.procedure !== 'dissolve/1') return false
  if (is.dissolved === null) return anyKeySigned(taken, was.handle)
  return instrument(taken, subjectOf(taken), was.handle, 5 * DAY)
}

function waited(taken: Taken, seconds: number): boolean {
  const began = opening(taken, subjectOf(taken))
  const ended = wasEnded(taken, subjectOf(taken))
  return (
    taken.act.kind === 'due' && began !== null && !ended && SECONDS(taken.at) >= SECONDS(began.at) + seconds
  )
}

/** A veto of a recovery is remembered; rotating the keys forgets it. */
const vetoed: Ground = (change) => change.taken.procedure === 'recover-keys/1' && anyKey(change)

const GROUNDS: { readonly [M in keyof Holder]: Ground } = {
  v: () => false,
  handle: () => false,
  kind: claimed,
  name: any(claimed, corrected, ordered),
  country: any(claimed, corrected, ordered),
  identity: claimed,
  policy: any(rotated, recovered, claimed, ordered),
  contacts: any(by('update-holder/1', technical), by('erase/1', own), claimed, ordered),
  formerContacts: any(by('update-holder/1', technical), by('erase/1'), ordered),
  lockedUntil: by('lock/1', own),
  lockReleaseSeconds: by('lock/1', own),
  coolingSeconds: by('update-holder/1', own),
  frozenUntil: by('lock/1', anyKey),
  frozenAt: by('lock/1', anyKey),
  transferableFrom: recovered,
  formerKeys: any(rotated, recovered, ordered),
  formerGuardians: any(rotated, recovered, ordered),
  guardianThreshold: by('rotate-keys/1', own),
  evidenceRecovery: by('rotate-keys/1', own),
  recoveryVetoed: any(vetoed, rotated),
  active: () => true,
  dissolved,
  confirmed: by('confirm/1', technical),
  procedure: claimed,
  since: claimed,
}

export const controlLost: Check = {
  name: 'I1: a holder’s record changes only by its own word, an order, or an instrument after its window',
  check(taken) {
    for (const { key, was, is } of changedRecords<Holder>(taken, 'obj/holder/')) {
      if (was === null) continue
      if (is === null) return `${key} is gone`
      for (const [member, ground] of Object.entries(GROUNDS) as [keyof Holder, Ground][]) {
        if (JSON.stringify(was[member]) === JSON.stringify(is[member])) continue
        if (!ground({ taken, was, is })) return `${key}: ${member} changes without a ground`
      }
      const early = unlockedEarly(taken, was, is)
      if (early !== null) return `${key}: ${early}`
    }
    return null
  },
}

/** A lock that runs ends early only after the wait that was preset with it; a freeze does not end early. */
function unlockedEarly(taken: Taken, was: Holder, is: Holder): string | null {
  const { lockedUntil, lockReleaseSeconds } = was
  const runs = lockedUntil !== null && lockedUntil > taken.at
  if (runs && (is.lockedUntil ?? '') < lockedUntil)
    if (lockReleaseSeconds === null || !waited(taken, lockReleaseSeconds)) return 'unlocked early'
  const { frozenUntil } = is
  if (frozenUntil === null || frozenUntil === was.frozenUntil) return null
  if (SECONDS(frozenUntil) > SECONDS(taken.at) + 14 * DAY) return 'frozen for more than 14 days'
  const tooSoon = was.frozenAt !== null && SECONDS(taken.at) < SECONDS(was.frozenAt) + 90 * DAY
  return tooSoon ? 'frozen twice within 90 days' : null
}

/** Procedures by which a holder itself makes an act of its own pending. */
const PENDING = ['transfer/1', 'return/1', 'move-out/1', 'succeed/1']

function notesFault(taken: Taken, was: Notes | null, is: Notes): string | null {
  const body = bodyOf(taken)
  if (is.pending !== null && is.pending !== (was?.pending ?? null)) {
    const holder = textAt(body, 'from') || textAt(body, 'holder') || textAt(body, 'predecessor')
    if (!PENDING.includes(taken.procedure) || !holderSigned(taken, holder))
      return 'an act is pending that its holder did not ask for'
  }
  if (is.heldUntil !== (was?.heldUntil ?? null) && is.heldUntil !== null && taken.procedure !== 'allocate/1')
    return 'held after something that is no allocation'
  if (is.delayedUntil !== (was?.delayedUntil ?? null) && is.delayedUntil !== null) {
    if (was?.delayedUntil != null) return 'delayed a second time'
    if (stepOf(taken) !== 'court' || !clerksSigned(taken, body['staff']))
      return 'delayed without a court’s file'
    // Ten business days, begun on the eve of a week-end, are no more than this.
    if (SECONDS(is.delayedUntil) > SECONDS(taken.at) + 16 * DAY)
      return 'delayed for more than ten business days'
  }
  const before = new Set((was?.orders ?? []).map((one) => JSON.stringify(one)))
  const order = orderBehind(taken)
  for (const one of is.orders) {
    if (before.has(JSON.stringify(one))) continue
    const scope = (order === null ? [] : bodyOf(order.served)['scope']) as readonly {
      readonly id: string
      readonly range: string
    }[]
    if (order === null || !scope.some(({ id }) => id === is.registration))
      return 'an order is noted that does not name it'
    if (one.holds && !attestedYes(taken, `A-${order.served.index}`))
      return 'held by an order that nobody examined'
  }
  return null
}

function blockFault(taken: Taken, was: HolderNotes | null, is: HolderNotes): string | null {
  const body = bodyOf(taken)
  const known = new Set((was?.blocked ?? []).map((one) => JSON.stringify(one)))
  for (const block of is.blocked) {
    if (known.has(JSON.stringify(block))) continue
    if (taken.procedure !== 'apply-sanctions-act/1' || !clerksSigned(taken, body['staff']))
      return 'blocked without two clerks'
    if (block.kinds.some((kind) => kind !== 'allocate' && kind !== 'transfer'))
      return 'an act kind that nothing may block'
    if (block.match === 'exact' && !matches(taken, is.holder)) return 'blocked under another register number'
    if (block.match === 'exact') continue
    if (block.until === null || SECONDS(block.until) > SECONDS(taken.at) + 16 * DAY)
      return 'delayed for more than ten business days'
    const last = was?.delayed ?? null
    if (last !== null && SECONDS(taken.at) < SECONDS(last) + 365 * DAY)
      return 'delayed on a name a second time within a year'
  }
  const represented = JSON.stringify(is.representative) !== JSON.stringify(was?.representative ?? null)
  return represented && taken.procedure !== 'serve-order/1' ? 'represented without an order' : null
}

function matches(taken: Taken, holder: string): boolean {
  const body = bodyOf(taken)
  if (body['ruling'] !== null) return true
  const identity = valueAt<Holder>(taken.before, `obj/holder/${holder}`)?.identity
  const register = valueAt<{ register: unknown }>(taken.before, `obj/identity/${identity}`)?.register
  return register != null && JSON.stringify(register) === JSON.stringify(body['register'])
}

export const actsBlocked: Check = {
  name: 'I1: a holder’s acts are stopped only by itself, an order, one claim before a court, or a sanctions act',
  check(taken) {
    for (const { key, was, is } of changedRecords<Notes | HolderNotes>(taken, 'obj/notes/')) {
      if (is === null) continue
      // What a part takes along from the whole is no new note.
      const fresh = was === null && !('holder' in is) && !existed(taken, is.registration)
      const fault =
        'holder' in is
          ? blockFault(taken, was as HolderNotes | null, is)
          : fresh
            ? null
            : notesFault(taken, was as Notes | null, is)
      if (fault !== null) return `${key}: ${fault}`
    }
    return null
  },
}

function existed(taken: Taken, id: string): boolean {
  for (const [key, { text }] of taken.before.entries())
    if (!key.startsWith('obj/') && text.includes(`"id":"${id}"`)) return true
  return false
}
