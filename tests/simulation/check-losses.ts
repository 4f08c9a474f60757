// I1: what an act takes from a holder, its numbers, children, keys, services or available acts, needs that holder's
// consent to exactly this; there are no orders and no public instruments yet. Written against the text of
// procedures.md, from the state before and after alone.

import {
  type Application,
  addSeconds,
  type Holder,
  type HolderNotes,
  type Instant,
  type Notes,
  type Registration,
} from '@cadastre/records'
import type { Applied, Observer } from '@cadastre/simulator'
import { type Agreement, agreementTo, objectAt, objects } from './agreement.ts'
import {
  cellsOf,
  changedSpaces,
  isChildKind,
  type Live,
  liveIn,
  type Numbers,
  numbersOfText,
  over,
  type PlacedCell,
  SPACES,
  servicesIn,
  sideBySide,
  within,
} from './picture.ts'

const over_ = ({ until }: Registration, at: Instant): boolean => until !== null && until <= at
const agrees = (set: ReadonlySet<string>, holder: string | null): boolean =>
  holder !== null && set.has(holder)

/** Whether the holder signed away this part of this registration. */
function signedAway(registration: Registration, part: Numbers, { full, body }: Agreement): boolean {
  const named = body['registration']
  const id = typeof named === 'object' && named !== null && 'id' in named ? named['id'] : null
  const range = numbersOfText(body['range'])
  const giver = body['from'] ?? body['holder']
  return (
    agrees(full, registration.holder) &&
    body['step'] === 'offer' &&
    giver === registration.holder &&
    id === registration.id &&
    range !== null &&
    within(part, range)
  )
}

/** Whether a child may end here: at its term, by its own hand, or, unprotected, by whoever is around it. */
function mayEnd(
  child: Registration,
  around: readonly Registration[],
  { full }: Agreement,
  at: Instant,
): boolean {
  if (over_(child, at) || agrees(full, child.holder)) return true
  if (child.protected) return false
  return around.some((outer) => agrees(full, outer.holder) || (isChildKind(outer) && over_(outer, at)))
}

const same = (a: Registration, b: Registration): boolean =>
  a.id === b.id &&
  a.holder === b.holder &&
  a.kind === b.kind &&
  a.until === b.until &&
  a.protected === b.protected

export const numbersLost: Observer = {
  name: 'I1: numbers',
  applied(step: Applied): string | null {
    const agreement = agreementTo(step)
    for (const space of changedSpaces(step.before, step.after))
      for (const { first, last, was, is } of sideBySide(
        cellsOf(step.before, space),
        cellsOf(step.after, space),
      ))
        for (const [place, old] of was.entries()) {
          if (old.kind !== 'holding' && !isChildKind(old)) continue
          if (is.some((one) => same(one, old))) continue
          const may = isChildKind(old)
            ? mayEnd(old, was.slice(0, place), agreement, step.at)
            : signedAway(old, { first, last }, agreement)
          if (!may) return `${old.holder} loses ${old.id} over ${space} ${first} - ${last}`
        }
    return null
  },
}

/** Members of a holder's record, and whose agreement changing them takes. */
const MEMBERS = {
  policy: 'full',
  lockedUntil: 'full',
  lockReleaseSeconds: 'full',
  coolingSeconds: 'full',
  formerKeys: 'full',
  formerGuardians: 'full',
  guardianThreshold: 'full',
  evidenceRecovery: 'full',
  frozenUntil: 'any',
  frozenAt: 'any',
  active: 'any',
  contacts: 'technical',
  confirmed: 'technical',
} as const
const FIXED = [
  ...(['handle', 'kind', 'name', 'country', 'identity', 'procedure', 'since'] as const),
  ...(['transferableFrom', 'recoveryVetoed'] as const),
] as const

export const controlLost: Observer = {
  name: 'I1: keys and locks',
  applied(step: Applied): string | null {
    const agreement = agreementTo(step)
    for (const old of objects<Holder>(step.before, 'holder')) {
      const next = objectAt<Holder>(step.after, `obj/holder/${old.handle}`)
      if (next === null) return `${old.handle} is gone`
      if (next === old) continue
      const differs = (member: keyof Holder): boolean =>
        JSON.stringify(old[member]) !== JSON.stringify(next[member])
      const fixed = FIXED.find(differs)
      if (fixed !== undefined) return `${old.handle}: ${fixed} has changed`
      for (const [member, role] of Object.entries(MEMBERS) as [
        keyof typeof MEMBERS,
        'full' | 'technical' | 'any',
      ][]) {
        if (!differs(member)) continue
        if (!agreement[role].has(old.handle) || agreement.body['holder'] !== old.handle)
          return `${old.handle}: ${member} has changed without consent`
      }
      if (guardSkipped(old, next) && step.act.kind !== 'due') return `${old.handle}: keys are gone at once`
      if (unlockedEarly(old, next, step)) return `${old.handle} is unlocked early`
    }
    return null
  },
}

/** A lock that runs ends early only after the wait that was preset with it. */
function unlockedEarly(old: Holder, next: Holder, { act, before, at }: Applied): boolean {
  const { lockedUntil, lockReleaseSeconds: wait } = old
  if (lockedUntil === null || lockedUntil <= at || (next.lockedUntil ?? '') >= lockedUntil) return false
  if (wait === null) return true
  if (act.kind === 'request') return wait > 0
  const opened = objectAt<Application>(before, act.subject)?.opened
  return opened === undefined || addSeconds(opened, wait) > at
}

/** A key or a role gone, a lower threshold, other guardians: these wait (section 0, Stolen keys). */
function guardSkipped({ policy: old }: Holder, { policy: next }: Holder): boolean {
  if (old === null) return false
  if (next === null || next.m < old.m) return true
  if (old.guardians.join() !== next.guardians.join()) return true
  const has = (key: string, role: string): boolean =>
    next.keys.some((one) => one.key === key && one.roles.some((r) => r === role))
  return old.keys.some(({ key, roles }) => roles.some((role) => !has(key, role)))
}

const nameOf = ({ key, kind, what }: Pick<Live, 'key' | 'kind' | 'what'>): string => `${key} ${kind} ${what}`

export const servicesLost: Observer = {
  name: 'I1: services',
  applied(step: Applied): string | null {
    const agreement = agreementTo(step)
    const mine = ({ kind, owner }: Live): boolean =>
      agrees(agreement.full, owner) ||
      agrees(kind === 'rdns' ? agreement.technical : agreement.routing, owner)
    for (const space of changedSpaces(step.before, step.after)) {
      const [before, after] = [cellsOf(step.before, space), cellsOf(step.after, space)]
      const [was, is] = [liveIn(before), liveIn(after)]
      const names = new Set(is.map(nameOf))
      for (const live of was) {
        // What ended with its registration was weighed with the registration.
        const stands = over(after, live.first).some(({ id }) => id === live.under)
        if (!names.has(nameOf(live)) && stands && !mine(live)) return `${live.owner} loses ${nameOf(live)}`
      }
      const old = new Set(was.map(nameOf))
      for (const live of is)
        if (!old.has(nameOf(live)) && !mine(live) && !slept(before, live))
          return `${live.owner} is given ${nameOf(live)}`
    }
    return null
  },
}

/** Whether the service stood there before, out of force below a child that has ended. */
function slept(before: readonly PlacedCell[], { key, kind, what }: Live): boolean {
  const cell = before.find((one) => one.key === key)?.cell
  return cell !== undefined && servicesIn(cell).some((one) => one.kind === kind && one.what === what)
}

/** What an application says was agreed to must have been agreed to: the act that falls due rests on it alone. */
export const consentsRecorded: Observer = {
  name: 'I1: recorded consents',
  applied(step: Applied): string | null {
    const { full } = agreementTo(step)
    for (const application of objects<Application>(step.after, 'application')) {
      const old = objectAt<Application>(step.before, `obj/application/${application.handle}`)
      if (old === null) {
        const liar = application.consents.find((handle) => !full.has(handle))
        if (liar !== undefined) return `${application.handle}: ${liar} did not consent`
      } else if (JSON.stringify(old.consents) !== JSON.stringify(application.consents)) {
        return `${application.handle}: its consents have changed`
      } else if (JSON.stringify(old.body) !== JSON.stringify(application.body)) {
        return `${application.handle}: what was signed has changed`
      }
    }
    return null
  },
}

/** No act of the histories forbids a holder anything: of what is noted on it nothing but notices changes. */
function holderBlocked(
  { holder, blocked, delayed, representative }: HolderNotes,
  step: Applied,
): string | null {
  const old = objectAt<HolderNotes>(step.before, `obj/notes/${holder}`)
  const was = [old?.blocked ?? [], old?.delayed ?? null, old?.representative ?? null]
  return JSON.stringify(was) === JSON.stringify([blocked, delayed, representative])
    ? null
    : `${holder}: its acts are blocked`
}

export const actsBlocked: Observer = {
  name: 'I1: available acts',
  applied(step: Applied): string | null {
    const { full } = agreementTo(step)
    for (const notes of objects<Notes | HolderNotes>(step.after, 'notes')) {
      if ('holder' in notes) {
        const wrong = holderBlocked(notes, step)
        if (wrong !== null) return wrong
        continue
      }
      const old = objectAt<Notes>(step.before, `obj/notes/${notes.registration}`)
      const blocked = notes.pending !== null && notes.pending !== (old?.pending ?? null)
      const held = notes.heldUntil !== (old?.heldUntil ?? null)
      if (!blocked && !held) continue
      const holder = SPACES.flatMap((space) => cellsOf(step.after, space))
        .flatMap(({ cell }) => cell.registrations)
        .find(({ id }) => id === notes.registration)?.holder
      if (!agrees(full, holder ?? null)) return `${holder}: acts on ${notes.registration} are blocked`
      if (held && old !== null) return `${holder}: ${notes.registration} is held anew`
    }
    return null
  },
}
