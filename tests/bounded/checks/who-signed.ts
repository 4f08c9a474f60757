// Who may ask for what (the first section of every page in docs/procedures): an accepted request bears the signatures
// that its page asks for. What is not in this table may not be asked for at all once the registry is open.

import type { Holder, JsonObject } from '@cadastre/records'
import type { Check, Taken } from '@cadastre/simulator/bounded'
import {
  anyKeySigned,
  applicationBefore,
  bodyOf,
  clerksSigned,
  holderSigned,
  keySigned,
  opening,
  staffSigned,
  stepOf,
  textAt,
  valueAt,
} from './reading.ts'

type Rule = (taken: Taken, body: JsonObject) => boolean

const holder =
  (name: string, role: 'full' | 'routing' | 'technical' = 'full'): Rule =>
  (taken, body) =>
    holderSigned(taken, textAt(body, name), role)
const anyKey =
  (name: string): Rule =>
  (taken, body) =>
    anyKeySigned(taken, textAt(body, name))
const staff =
  (...roles: readonly string[]): Rule =>
  (taken, body) =>
    staffSigned(taken, body['staff'], roles)
const clerks: Rule = (taken, body) => clerksSigned(taken, body['staff'])
const claimant: Rule = (taken, body) => keySigned(taken, textAt(body, 'key'))
const both =
  (...rules: readonly Rule[]): Rule =>
  (taken, body) =>
    rules.every((rule) => rule(taken, body))
const anybody: Rule = () => true

/** Two different operators. */
const operators: Rule = (taken, body) => {
  const handles = body['staff']
  const all = Array.isArray(handles) ? handles : []
  return new Set(all).size >= 2 && all.every((one) => staffSigned(taken, one, ['operator']))
}

/** A party that signed when it was asked for withdraws it; of some changes one full key is enough. */
const withdrawal: Rule = (taken, body) => {
  const by = textAt(body, 'by')
  const application = applicationBefore(taken, textAt(body, 'application'))
  const isParty = application?.consents.includes(by) === true || application?.body['by'] === by
  return isParty && (anyKeySigned(taken, by) || staffSigned(taken, by, ['clerk']))
}

/** A holder whom the application concerns stops it with any one key. */
const veto: Rule = (taken, body) => {
  const by = textAt(body, 'by') || textAt(body, 'holder')
  const application = textAt(body, 'application')
  return concerns(taken, application, by) && anyKeySigned(taken, by)
}

function concerns(taken: Taken, application: string, party: string): boolean {
  const recorded = applicationBefore(taken, application)
  const began = opening(taken, application)
  const asked = began === null ? (recorded?.body ?? {}) : bodyOf(began)
  const named = ['holder', 'parent', 'child', 'predecessor', 'from'].some((name) => asked[name] === party)
  return named || recorded?.examination?.affected.includes(party) === true
}

const identified: Rule = (taken, body) => {
  const policy = body['policy']
  const keys = typeof policy === 'object' && policy !== null && 'keys' in policy ? policy['keys'] : []
  const owned =
    Array.isArray(keys) && keys.every((key) => keySigned(taken, String((key as JsonObject)['key'])))
  const registry = valueAt<{ profile: string }>(taken.before, 'obj/registry/REGISTRY')
  return owned && (registry?.profile === 'community' || clerksSigned(taken, body['attestors']))
}

/** More than half of the guardians that the holder named. */
const guardians: Rule = (taken, body) => {
  const named = valueAt<Holder>(taken.before, `obj/holder/${textAt(body, 'holder')}`)?.policy?.guardians ?? []
  const signed = named.filter((one) => holderSigned(taken, one))
  return named.length > 0 && signed.length * 2 > named.length
}

const succession: Rule = (taken, body) =>
  holderSigned(taken, textAt(body, 'successor')) &&
  (body['attestor'] !== null || holderSigned(taken, textAt(body, 'predecessor')))

const grant: Rule = (taken, body) =>
  holderSigned(taken, textAt(body, 'parent')) &&
  (body['protected'] !== true || holderSigned(taken, textAt(body, 'child')))

const correction: Rule = (taken, body) => {
  const by = textAt(body, 'by')
  return holderSigned(taken, by) || staffSigned(taken, by, ['clerk'])
}

const service: Rule = (taken, body) => {
  const declared = body['service']
  const kind = typeof declared === 'object' && declared !== null && 'kind' in declared ? declared['kind'] : ''
  return holderSigned(taken, textAt(body, 'holder'), kind === 'rdns' ? 'technical' : 'routing')
}

const VETOES = { withdraw: withdrawal, veto }

const RULES: { readonly [procedure: string]: { readonly [step: string]: Rule } } = {
  'identify-holder/1': { '': identified },
  'update-holder/1': { contacts: holder('holder', 'technical'), cooling: holder('holder'), veto },
  'rotate-keys/1': { rotate: holder('holder'), recovery: holder('holder'), veto },
  'recover-keys/1': { guardians, evidence: holder('by'), veto },
  'lock/1': { lock: holder('holder'), release: holder('holder'), freeze: anyKey('holder'), veto },
  'confirm/1': { '': holder('holder', 'technical') },
  'erase/1': { '': holder('holder') },
  'allocate/1': { '': holder('holder'), fee: anybody, withdraw: withdrawal },
  'delegate/1': { grant, end: holder('by'), veto },
  'transfer/1': { offer: both(holder('from'), holder('to')), withdraw: withdrawal },
  'return/1': { offer: holder('holder'), withdraw: withdrawal },
  'declare-service/1': { '': service },
  'move-out/1': { init: holder('holder'), finalize: anybody, cancel: holder('by') },
  'move-in/1': { accept: holder('holder'), complete: anybody, cancel: anybody },
  'succeed/1': { apply: succession, ...VETOES },
  'dissolve/1': { notice: claimant, lift: anyKey('holder'), ...VETOES },
  'claim/1': {
    key: both(holder('claimant'), claimant),
    holder: holder('claimant'),
    registration: holder('claimant'),
    withdraw: withdrawal,
    veto: claimant,
  },
  'correct/1': { registration: correction, holder: correction, ...VETOES },
  'certified-extract/1': { '': anybody },
  'annotate-dispute/1': {
    claim: claimant,
    court: both(claimant, clerks),
    lapse: (taken, body) => noted(taken, body),
    withdraw: claimant,
    end: clerks,
  },
  'apply-sanctions-act/1': { certify: clerks, delay: clerks, lift: staff('clerk') },
  'complain/1': { complain: anybody, answer: staff('clerk') },
  'serve-order/1': {
    serve: staff('clerk', 'operator'),
    publish: staff('clerk', 'operator'),
    unseal: staff('clerk', 'operator'),
  },
  'contest-order/1': { object: anyKey('holder'), appeal: clerks },
  'register-authority/1': {
    register: staff('clerk', 'operator'),
    change: staff('clerk', 'operator'),
    end: staff('clerk', 'operator'),
  },
  'attest/1': { commit: staff('clerk'), reveal: staff('clerk'), pass: staff('clerk') },
  'record-notice/1': { '': staff('notifier') },
  'pause/1': { pause: operators, resume: staff('operator') },
  'report-incident/1': { '': staff('operator', 'auditor') },
  'adopt-procedure/1': { adopt: staff('adopter'), withdraw: staff('adopter') },
  'change-staff/1': { change: operators, withdraw: operators },
  'change-witnesses/1': { '': staff('operator') },
  'list-peer/1': { '': staff('operator') },
  'hand-over/1': {
    name: both(staff('operator'), claimant),
    announce: staff('operator'),
    withdraw: staff('operator'),
    finish: staff('operator'),
  },
  'take-over/1': { '': (taken, body) => takenOver(taken, body) },
}

/** The holder of the registration that is annotated. */
function noted(taken: Taken, body: JsonObject): boolean {
  const named = body['registration'] as { readonly key: string; readonly id: string } | undefined
  const cell = valueAt<{ registrations: { id: string; holder: string | null }[] }>(
    taken.before,
    named?.key ?? '',
  )
  const owner = cell?.registrations.find(({ id }) => id === named?.id)?.holder ?? ''
  return holderSigned(taken, owner)
}

/** A member of the new staff signs, and unless an order says otherwise the successor that was named. */
function takenOver(taken: Taken, body: JsonObject): boolean {
  const members = (body['staff'] ?? []) as readonly { readonly key: string; readonly role: string }[]
  const own = members.some(({ key, role }) => role === 'operator' && keySigned(taken, key))
  const { mandate } = body['predecessor'] as { readonly mandate: { readonly kind: string } }
  const named = valueAt<{ successor: { key: string } | null }>(
    taken.before,
    'obj/registry/REGISTRY',
  )?.successor
  return own && (mandate.kind === 'order' || (named != null && keySigned(taken, named.key)))
}

export const whoSigned: Check = {
  name: 'who may ask',
  check(taken) {
    if (taken.act.kind === 'due') return null
    const step = stepOf(taken)
    const rule = RULES[taken.procedure]?.[step]
    if (rule === undefined) return `${taken.procedure} ${step} may not be asked for`
    return rule(taken, bodyOf(taken))
      ? null
      : `${taken.procedure} ${step} without the signatures that it takes`
  },
}
