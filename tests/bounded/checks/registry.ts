// What the registry may do to itself: pause (I6), change terms (I5), staff, witnesses, peers and successor; and what its
// staff may say. Each rule is a sentence of the procedure's page.

import { feeNotesOf } from '@cadastre/evidence'
import type {
  Application,
  Authority,
  Identity,
  Peer,
  ProcedureRecord,
  Registry,
  Staff,
  WitnessPolicy,
} from '@cadastre/records'
import { type Check, type Taken, WITNESS } from '@cadastre/simulator/bounded'
import { attestedYes, subjectOf, wasEnded } from './grounds.ts'
import {
  bodyOf,
  changedRecords,
  DAY,
  keySigned,
  opening,
  pastOf,
  SECONDS,
  stepOf,
  textAt,
  valueAt,
} from './reading.ts'
import { placeOf, stretchesOf } from './stretches.ts'
import { parameter } from './windows.ts'

const REGISTRY = 'obj/registry/REGISTRY'
/** Which members of the registry's record may change, by which procedures. */
const MEMBERS: { readonly [procedure: string]: readonly string[] } = {
  'pause/1': ['paused', 'pauses'],
  'hand-over/1': ['successor', 'handOver', 'state'],
  'take-over/1': ['name', 'origin', 'relyingParty', 'state', 'successor', 'handOver', 'predecessor', 'since'],
}

export const registryChanges: Check = {
  name: 'I6: a pause names nobody and writes nothing but itself; the registry changes as its pages say',
  check(taken) {
    const pauses = taken.procedure === 'pause/1'
    if (pauses && taken.effects.some(({ key }) => key !== REGISTRY)) return 'a pause writes other records'
    if (
      pauses &&
      !Object.keys(bodyOf(taken)).every((name) =>
        ['step', 'trigger', 'seconds', 'report', 'staff'].includes(name),
      )
    )
      return 'a pause says more than when and why'
    for (const { was, is } of changedRecords<Registry>(taken, REGISTRY)) {
      if (was === null || is === null) return 'the registry is gone'
      const members = Object.keys(is) as (keyof Registry)[]
      const wrong = members.find(
        (name) =>
          JSON.stringify(was[name]) !== JSON.stringify(is[name]) &&
          !(MEMBERS[taken.procedure] ?? []).includes(name),
      )
      if (wrong !== undefined) return `${wrong} of the registry changes`
      const fault = pauses ? pauseFault(taken, is) : handOverFault(taken, was, is)
      if (fault !== null) return fault
    }
    return null
  },
}

function pauseFault(taken: Taken, { paused }: Registry): string | null {
  if (paused === null || stepOf(taken) !== 'pause') return null
  if (SECONDS(paused.until) - SECONDS(paused.since) > 72 * 3600) return 'a pause of more than 72 hours'
  let sum = 0
  let end = SECONDS(paused.until)
  for (const one of pastOf(taken)) {
    if (one.procedure !== 'pause/1') continue
    if (stepOf(one) !== 'pause') end = SECONDS(one.at)
    else {
      const until = Math.min(SECONDS(one.at) + Number(bodyOf(one)['seconds']), end)
      sum += Math.max(0, until - Math.max(SECONDS(one.at), SECONDS(paused.until) - 90 * DAY))
      end = SECONDS(one.at)
    }
  }
  return sum > 144 * 3600 ? 'pauses of more than 144 hours in 90 days' : null
}

function handOverFault(taken: Taken, was: Registry, is: Registry): string | null {
  if (taken.procedure === 'take-over/1') {
    const { mandate } = bodyOf(taken)['predecessor'] as { readonly mandate: { readonly kind: string } }
    return mandate.kind === 'hand-over' && was.state !== 'handed-over'
      ? 'taken over before it was handed over'
      : null
  }
  const named = is.successor
  if (named !== null && named.key !== was.successor?.key && !keySigned(taken, named.key))
    return 'a successor that did not sign'
  if (
    is.handOver !== null &&
    was.handOver === null &&
    (was.successor === null || !keySigned(taken, was.successor.key))
  )
    return 'announced without the successor'
  if (is.state !== 'handed-over' || was.state === 'handed-over') return null
  const announced = [...pastOf(taken)].find(
    (one) => one.procedure === 'hand-over/1' && stepOf(one) === 'announce',
  )
  return announced === undefined || SECONDS(taken.at) < SECONDS(announced.at) + 7 * DAY
    ? 'handed over without seven days’ notice'
    : null
}

/** I5: terms change only by adoption, after their notice, and those that were in force stay as they were. */
export const termsStay: Check = {
  name: 'I5: terms change only by adoption after its notice, and bind nothing earlier',
  check(taken) {
    const { procedure } = taken
    if (procedure === 'adopt-procedure/1' && stepOf(taken) === 'adopt') {
      const { otherwise, holders } = bodyOf(taken)['impact'] as {
        readonly otherwise: number
        readonly holders: number
      }
      if (otherwise > 0 && holders === 1) return 'terms that fit one holder'
    }
    for (const { key, was, is } of changedRecords<ProcedureRecord>(taken, 'obj/procedure/')) {
      if (is === null) return `${key} is gone`
      const kept = { ...is, revisions: is.revisions.slice(0, was?.revisions.length ?? 0) }
      if (was !== null && JSON.stringify(kept) !== JSON.stringify(was))
        return `${key}: terms that were in force are rewritten`
      const application = subjectOf(taken)
      const began = opening(taken, application)
      if (procedure !== 'adopt-procedure/1' || began === null || wasEnded(taken, application))
        return `${key}: terms without an adoption`
      const least = isLonger(was, is) ? 7 * DAY : 90 * DAY
      if (SECONDS(taken.at) < SECONDS(began.at) + least) return `${key}: terms in force before their notice`
      const { parameters, from } = is.revisions.at(-1) ?? { ...is, from: taken.at }
      if (from < taken.at) return `${key}: terms that bind what was asked for before`
      if (JSON.stringify(parameters) !== JSON.stringify(bodyOf(began)['parameters']))
        return `${key}: other terms than were adopted`
    }
    return null
  },
}

/** Whether every number that changed is a wait of the procedure that became longer. */
function isLonger(was: ProcedureRecord | null, is: ProcedureRecord): boolean {
  const [old, next] = [
    was?.revisions.at(-1)?.parameters ?? was?.parameters ?? {},
    is.revisions.at(-1)?.parameters ?? {},
  ]
  const changed = Object.keys(next).filter((name) => old[name] !== next[name])
  return changed.length > 0 && changed.every((name) => Number(next[name]) > Number(old[name]))
}

const least: readonly (readonly [number, (member: Staff) => boolean])[] = [
  [2, ({ role }) => role === 'operator'],
  [1, ({ role }) => role === 'adopter'],
  [2, ({ role }) => role === 'clerk'],
  [1, ({ role, outside }) => role === 'clerk' && outside],
]

export const staffStays: Check = {
  name: 'staff changes after seven days, and enough stay',
  check(taken) {
    const changes = changedRecords<Staff>(taken, 'obj/staff/')
    if (changes.length === 0 || taken.procedure === 'take-over/1') return null
    const began = opening(taken, subjectOf(taken))
    if (taken.procedure !== 'change-staff/1' || began === null || wasEnded(taken, subjectOf(taken)))
      return 'staff changes without notice'
    if (SECONDS(taken.at) < SECONDS(began.at) + 7 * DAY) return 'staff changes before its notice'
    const [before, after] = [members(taken.before), members(taken.after)]
    const few = least.some(
      ([count, of]) => after.filter(of).length < Math.min(count, before.filter(of).length),
    )
    return few ? 'too few remain' : null
  },
}
function members(state: Taken['before']): readonly Staff[] {
  const found: Staff[] = []
  for (const [key, { value }] of state.entries()) {
    const member: unknown = value
    if (key.startsWith('obj/staff/') && (member as Staff).until === null) found.push(member as Staff)
  }
  return found
}

export const witnessesStay: Check = {
  name: 'witnesses change only by their old quorum, with 30 days of overlap',
  check(taken) {
    for (const { was, is } of changedRecords<WitnessPolicy>(taken, 'obj/witnesses/')) {
      if (was === null || is === null) return 'the policy is gone'
      if (was.policy === is.policy) continue
      if (was.policy.includes('quorum w') && !keySigned(taken, WITNESS.key))
        return 'the old quorum did not sign'
      if (was.previous !== null && was.previous.until > taken.at) return 'changed again within the overlap'
      if (is.previous?.policy !== was.policy || SECONDS(is.previous.until) < SECONDS(taken.at) + 30 * DAY)
        return 'no overlap'
    }
    return null
  },
}

export const registersStay: Check = {
  name: 'authorities and peers count only after their notice; identities stand once',
  check(taken) {
    const given = stretchesOf(taken).filter(
      ({ was, is }) => placeOf(was) === 'free' && placeOf(is) === 'held',
    )
    const count = changedRecords<Identity>(taken, 'obj/identity/').reduce(
      (sum, { was, is }) => sum + (is?.granted.ip4 ?? 0) - (was?.granted.ip4 ?? 0),
      0,
    )
    if (BigInt(count) !== given.reduce((sum, { first, last }) => sum + last - first + 1n, 0n))
      return 'what is granted is not counted'
    for (const { key, was, is } of changedRecords<Authority>(taken, 'obj/authority/')) {
      if (is === null) return `${key} is gone`
      if (taken.procedure !== 'register-authority/1' || !attestedYes(taken, subjectOf(taken)))
        return `${key}: nobody examined it`
      if (was === null && SECONDS(is.noticedUntil) < SECONDS(taken.at) + 90 * DAY)
        return `${key}: no 90 days of notice`
    }
    for (const { key, was, is } of changedRecords<Peer>(taken, 'obj/peer/')) {
      if (is === null) return `${key} is gone`
      const latest = is.policies.at(-1)
      const notice = Number(parameter(taken, 'list-peer/1', 'noticeSeconds') ?? 0)
      if (latest !== undefined && SECONDS(latest.from) < SECONDS(taken.at) + notice)
        return `${key}: its keys count before their notice`
      const kept = (was?.policies ?? []).every((one) =>
        is.policies.some((other) => JSON.stringify(other) === JSON.stringify(one)),
      )
      if (!kept) return `${key}: keys are forgotten`
      if (is.origin === valueAt<Registry>(taken.before, REGISTRY)?.origin) return 'a registry is its own peer'
    }
    for (const { key, was, is } of changedRecords<Identity>(taken, 'obj/identity/')) {
      if (is === null || (was !== null && was.holder !== is.holder))
        return `${key}: an identity changes hands`
      if (was !== null && is.granted.ip4 < was.granted.ip4) return `${key}: what was granted is forgotten`
      if (is.granted.ip4 === (was?.granted.ip4 ?? 0)) continue
      const quota = Number(parameter(taken, 'allocate/1', 'quotaIp4') ?? 0)
      if (quota > 0 && is.granted.ip4 > quota) return `${key}: more than its quota`
      if (taken.procedure !== 'allocate/1') return `${key}: granted by something that is no allocation`
    }
    return null
  },
}

/** Attestors are blind to each other: nobody reveals before all have committed, and only what it committed itself to. */
export const attestorsBlind: Check = {
  name: 'attestors commit themselves before any reveals, and reveal what they committed to',
  check(taken) {
    if (taken.procedure !== 'attest/1' || stepOf(taken) !== 'reveal') return null
    const { step: _, ...said } = bodyOf(taken)
    const application = textAt(said, 'application')
    const commits = [...pastOf(taken)].filter(
      (one) => stepOf(one) === 'commit' && bodyOf(one)['application'] === application,
    )
    const own = commits.find((one) => bodyOf(one)['staff'] === said['staff'])
    if (own === undefined || bodyOf(own)['commitment'] !== taken.before.memberHash(said))
      return 'it reveals what it did not commit to'
    const calls =
      valueAt<Application>(taken.before, `obj/application/${application}`)?.examination?.calls ?? []
    const missing = calls.find(
      ({ staff, missed }) => !missed && !commits.some((one) => bodyOf(one)['staff'] === staff),
    )
    return missing === undefined ? null : `${missing.staff} has not committed itself`
  },
}

/** What each procedure may write at all: kinds of records, by its page's "Effect". */
const WRITES: { readonly [procedure: string]: readonly string[] } = {
  'certified-extract/1': [],
  'complain/1': ['complaint'],
  'report-incident/1': ['incident'],
  'confirm/1': ['holder'],
  'erase/1': ['holder'],
  'lock/1': ['holder', 'application'],
  'update-holder/1': ['holder', 'application'],
  'rotate-keys/1': ['holder', 'application'],
  'recover-keys/1': ['holder', 'application', 'roster', 'call', 'notes'],
  'identify-holder/1': ['holder', 'identity'],
  'record-notice/1': ['application', 'order'],
  'attest/1': ['application', 'roster', 'call'],
  'annotate-dispute/1': ['notes'],
  'apply-sanctions-act/1': ['notes'],
  'list-peer/1': ['peer'],
  'pause/1': ['registry'],
  'hand-over/1': ['registry'],
  'change-witnesses/1': ['witnesses'],
}

export const writesOnly: Check = {
  name: 'a procedure writes only what its page says',
  check(taken) {
    const allowed = WRITES[taken.procedure]
    if (allowed === undefined) return null
    const wrong = taken.effects.find(
      ({ key }) => !key.startsWith('obj/') || !allowed.includes(key.split('/')[1] ?? ''),
    )
    return wrong === undefined ? null : `${taken.procedure} writes ${wrong.key}`
  },
}

/** Facts that a page asks for, one by one. */
export const factsHold: Check = {
  name: 'what a page asks for is so',
  check(taken) {
    const body = bodyOf(taken)
    switch (`${taken.procedure} ${stepOf(taken)}`) {
      case 'certified-extract/1 ': {
        const record = taken.before.record(textAt(body, 'key') as never).value
        return body['record'] === (record === null ? null : taken.before.memberHash(record as never))
          ? null
          : 'the extract is of another record'
      }
      case 'contest-order/1 appeal':
        return 'an appeal stays an order of a court whose orders no appeal stays'
      case 'contest-order/1 object': {
        const again = [...pastOf(taken)].some(
          (one) => one !== taken && stepOf(one) === 'object' && bodyOf(one)['order'] === body['order'],
        )
        return again ? 'a second objection' : null
      }
      case 'complain/1 answer':
        return valueAt(taken.before, `obj/complaint/${textAt(body, 'complaint')}`) === null
          ? 'no such complaint'
          : null
      case 'report-incident/1 ':
        return textAt(body, 'discovered') > taken.at ? 'discovered in the future' : null
      case 'serve-order/1 serve':
        return servedTwice(taken, body) ?? servedTooSoon(taken, body)
      case 'claim/1 holder':
        return valueAt<{ policy: unknown }>(taken.before, `obj/holder/${textAt(body, 'holder')}`)?.policy ===
          null
          ? null
          : 'claimed from somebody with keys'
      case 'identify-holder/1 ':
        return taken.effects.some(
          ({ key }) => key.startsWith('obj/identity/') && taken.before.get(key) !== null,
        )
          ? 'identified a second time'
          : null
      case 'annotate-dispute/1 claim':
      case 'annotate-dispute/1 court':
        return repeatedFacts(taken, body)
      case 'allocate/1 ':
        return freeOfCharge(taken)
      default:
        return null
    }
  },
}

function servedTwice(taken: Taken, body: ReturnType<typeof bodyOf>): string | null {
  const name = body['document'] ?? JSON.stringify(body['seal'])
  const before = [...pastOf(taken)].some(
    (one) =>
      one !== taken &&
      stepOf(one) === 'serve' &&
      !returned(one) &&
      (bodyOf(one)['document'] ?? JSON.stringify(bodyOf(one)['seal'])) === name,
  )
  return before ? 'a document that was served before' : null
}

/** What goes back at once was not served. */
function returned({ after, index }: Taken): boolean {
  return valueAt<{ state: string }>(after, `obj/order/O-${index}`)?.state === 'returned'
}

/** Until its full notice has run an authority may only hold and annotate; what takes something away is never sealed. */
function servedTooSoon(taken: Taken, body: ReturnType<typeof bodyOf>): string | null {
  if (returned(taken)) return null
  const { effect } = body['order'] as { readonly effect: string }
  const authority = valueAt<Authority>(taken.before, `obj/authority/${textAt(body, 'authority')}`)
  if (authority === null) return 'an order of an authority that no register lists'
  if (authority.noticedUntil > taken.at && effect !== 'hold' && effect !== 'annotate')
    return 'an order of an authority without its notice'
  const takes = ['transferTo', 'cancelToPool', 'withdrawNamedService', 'appointRepresentative'].includes(
    effect,
  )
  return takes && body['seal'] !== null ? 'a sealed order that takes something away' : null
}

function repeatedFacts(taken: Taken, body: ReturnType<typeof bodyOf>): string | null {
  const { id } = body['registration'] as { readonly id: string }
  const again = [...pastOf(taken)].some((one) => {
    if (one === taken || one.procedure !== 'annotate-dispute/1' || bodyOf(one)['facts'] !== body['facts'])
      return false
    return (bodyOf(one)['registration'] as { readonly id: string }).id === id
  })
  return again && body['leave'] == null ? 'the same facts again' : null
}

/** Where the terms ask for a fee, numbers are held at once only with the word of the fees' key. */
function freeOfCharge(taken: Taken): string | null {
  const { act, effects } = taken
  const held = effects.some(({ key }) => !key.startsWith('obj/'))
  if (act.kind === 'due' || !held || parameter(taken, 'allocate/1', 'actFee') !== true) return null
  return feeNotesOf(act.signatures).length > 0 ? null : 'no fee was paid'
}
