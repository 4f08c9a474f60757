/**
 * Claim. An identified holder claims what was imported: an imported holder, whose record then bears the claimant's keys
 * and identity, or a registration that was imported without a holder. A listed maintainer's SSH or OpenPGP
 * signature is checked by the machine and takes effect at once; every other means of proof is examined by two attestors, and a window follows.
 *
 * Refusals, in order: see `claim.refusals`; the page is `docs/procedures/claim.md`.
 */

import { err, ok, type Result } from '@cadastre/numbers'
import {
  type Application,
  base64,
  type Holder,
  handle,
  hash32,
  type Instant,
  type JsonObject,
  object,
  oneOf,
  type Registration,
  type Schema,
  tagged,
} from '@cadastre/records'
import { endApplication, hasEnded, newApplication, stepIn, withdrawalRefusal } from './applications.ts'
import { calendarNeeds, longestDays } from './business-days.ts'
import { CellEdits } from './cell-edits.ts'
import {
  type Asked,
  admitted,
  applicationKey,
  applicationOf,
  asked,
  baseNeeds,
  chainNeed,
  consent,
  holderKey,
  holderOf,
  namesMember,
  objectAt,
  recordNeed,
  registrationMember,
} from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import { fitsEntry } from './entry-room.ts'
import { decideExamined, examinationNeeds, openExamination } from './examination.ts'
import { maintainersKey, maintainersOf } from './import-maintainers.ts'
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import { CLAIM_QUESTIONS } from './questions.ts'
import { type RegistrationRef, referred, registrationRef } from './ranges.ts'
import type { RefusalCode } from './refusals.ts'
import { editNeeds, editRegistration, fewEnough, type Referenced } from './registration-edits.ts'

const MEANS = ['instrument', 'checklist', 'reverse-zone', 'openpgp'] as const
type Means = (typeof MEANS)[number]

/** By the key of a listed maintainer, which signs the request too. */
type ByKey = {
  readonly step: 'key'
  readonly claimant: string
  readonly holder: string
  /** As it is listed: a raw SSH key, or the body of an OpenPGP public-key packet, in base64. */
  readonly key: string
}
type Proof = {
  readonly claimant: string
  readonly means: Means
  readonly evidence: string
  readonly attestor: string
}
type OfHolder = Proof & { readonly step: 'holder'; readonly holder: string }
type OfRegistration = Proof & { readonly step: 'registration'; readonly registration: RegistrationRef }
type Withdraw = { readonly step: 'withdraw'; readonly application: string; readonly by: string }
/** A listed maintainer's key objects, signing the request. */
type Veto = {
  readonly step: 'veto'
  readonly application: string
  readonly holder: string
  readonly key: string
}
type Examined = OfHolder | OfRegistration
export type ClaimBody = ByKey | Examined | Withdraw | Veto

const ID = 'claim/1'
const proof = { claimant: handle, means: oneOf(MEANS), evidence: hash32, attestor: handle }
const body: Schema<ClaimBody> = tagged('step', {
  key: object({ claimant: handle, holder: handle, key: base64 }),
  holder: object({ ...proof, holder: handle }),
  registration: object({ ...proof, registration: registrationRef }),
  withdraw: object({ application: handle, by: handle }),
  veto: object({ application: handle, holder: handle, key: base64 }),
})

/**
 * What a claim's token is the hash of (as of a member of a record): bound to registry, claimant and what is claimed, so
 * that nobody else can use it. The signed checklist lists the SHA-256 of the token's base64 text; the TXT record holds
 * that text; an OpenPGP signature is over it.
 */
export function claimToken(
  origin: string,
  claimant: string,
  claimed: string | { readonly key: string; readonly id: string },
): JsonObject {
  const target = typeof claimed === 'string' ? holderKey(claimed) : `${claimed.key}#${claimed.id}`
  return { claimant, origin, target }
}

/** The imported holder that can still be claimed, or why there is none. */
function claimable(name: string, inputs: Inputs): Result<Holder, RefusalCode> {
  const holder = holderOf(inputs, name)
  if (holder === null) return err('holder-unknown')
  if (holder.policy !== null) return err('already-claimed')
  return holder.kind === 'imported' ? ok(holder) : err('not-imported')
}

/** The imported registration without a holder, or why there is none. */
function ownerless(ref: RegistrationRef, inputs: Inputs): Result<Referenced, RefusalCode> {
  const registration = referred(ref, inputs)?.registration
  if (registration === undefined) return err('registration-unknown')
  if (registration.kind !== 'holding') return err('not-a-holding')
  if (registration.holder !== null) return err('not-imported')
  const few = fewEnough([{ ref, registration }])
  return few.ok ? ok({ ref, registration }) : few
}

/** An identified holder, that signs. */
function claimantRefusal(from: Asked<ByKey | Examined>, inputs: Inputs): RefusalCode | null {
  const claimant = holderOf(inputs, from.body.claimant)
  if (claimant === null || claimant.identity === null) return 'holder-unknown'
  return consent(claimant, from, 'full') === null ? 'consent-missing' : null
}

/** The imported holder's record in the claimant's hands; its handle stays, so that no cell changes. */
function holderEffects(claimant: Holder, claimed: Holder, inputs: Inputs, at: Instant): readonly Effect[] {
  const { kind, name, country, identity, policy, contacts } = claimant
  const next: Holder = {
    ...claimed,
    kind,
    name,
    country: claimed.country ?? country,
    identity,
    policy,
    contacts,
    active: at,
    procedure: ID,
    since: DRAFT_SINCE,
  }
  const effects = [put(holderKey(claimed.handle), next)]
  return maintainersOf(inputs, claimed.handle) === null
    ? effects
    : [...effects, put(maintainersKey(claimed.handle), null)]
}

function registrationEffects(
  claimant: string,
  claimed: Referenced,
  inputs: Inputs,
): Result<readonly Effect[], RefusalCode> {
  const edits = new CellEdits(inputs)
  editRegistration(edits, claimed, { holder: claimant, procedure: ID, since: DRAFT_SINCE })
  const effects = edits.effects()
  return fitsEntry(effects, editNeeds([claimed]).length + 10) ? ok(effects) : err('entry-too-large')
}

/** What the claim writes, or why it cannot be: the same when it is asked for and at effect. */
function effectsOf(
  wish: ByKey | Examined,
  inputs: Inputs,
  at: Instant,
): Result<readonly Effect[], RefusalCode> {
  const claimant = holderOf(inputs, wish.claimant)
  if (claimant === null) return err('holder-unknown')
  if (wish.step === 'registration') {
    const claimed = ownerless(wish.registration, inputs)
    return claimed.ok ? registrationEffects(wish.claimant, claimed.value, inputs) : claimed
  }
  const claimed = claimable(wish.holder, inputs)
  return claimed.ok ? ok(holderEffects(claimant, claimed.value, inputs, at)) : claimed
}

/** How the keys sign that a machine can check; an OpenPGP key of which the fingerprint alone is listed is not among them. */
const SIGNS = { ssh: 'sshsig', pgp: 'openpgp' } as const

function keyRefusal(from: Asked<ByKey | Veto>, inputs: Inputs): RefusalCode | null {
  const { holder, key } = from.body
  const keys = maintainersOf(inputs, holder)?.keys ?? []
  const [way] = keys.flatMap((one) => (one.kind !== 'openpgp' && one.key === key ? [SIGNS[one.kind]] : []))
  if (way === undefined) return 'key-not-listed'
  const signed = from.signatures.keys.some((one) => one.alg === way && one.key === key)
  return signed ? null : 'claimant-signature-missing'
}

function decideByKey(from: Asked<ByKey>, inputs: Inputs, at: Instant): Decision {
  const refusal = claimantRefusal(from, inputs)
  if (refusal !== null) return refuse(refusal)
  const effects = effectsOf(from.body, inputs, at)
  if (!effects.ok) return refuse(effects.error)
  const key = keyRefusal(from, inputs)
  return key === null ? accept(effects.value) : refuse(key)
}

function meansRefusal(from: Asked<Examined>, inputs: Inputs): RefusalCode | null {
  const wish = from.body
  if (wish.step === 'registration') {
    const claimed = ownerless(wish.registration, inputs)
    if (!claimed.ok) return claimed.error
    const { ref, registration } = claimed.value
    const member = registrationMember(registration, ref.key.space)
    if (!namesMember(from, member, registration, inputs)) return 'member-changed'
    if (wish.means === 'openpgp') return 'means-not-possible'
    return wish.means === 'reverse-zone' && ref.key.space === 'asn' ? 'means-not-possible' : null
  }
  if (wish.means !== 'openpgp') return null
  const listed = maintainersOf(inputs, wish.holder)?.keys.some(({ kind }) => kind !== 'ssh') === true
  return listed ? null : 'key-not-listed'
}

/** What is claimed, which was recorded under some terms. */
function claimedOf(wish: Examined, inputs: Inputs): Pick<Registration, 'since'> {
  if (wish.step === 'holder') {
    const holder = holderOf(inputs, wish.holder)
    if (holder !== null) return holder
  } else {
    const claimed = ownerless(wish.registration, inputs)
    if (claimed.ok) return claimed.value.registration
  }
  throw new Error('checked by effectsOf')
}

function decideProof(from: Asked<Examined>, inputs: Inputs, at: Instant): Decision {
  const refusal = claimantRefusal(from, inputs)
  if (refusal !== null) return refuse(refusal)
  // What would be refused at effect is refused now, so that nobody waits for nothing.
  const effects = effectsOf(from.body, inputs, at)
  if (!effects.ok) return refuse(effects.error)
  const means = meansRefusal(from, inputs)
  if (means !== null) return refuse(means)
  const { claimant, attestor } = from.body
  const opened = openExamination(
    newApplication(ID, from.request.body, [claimant], 'examining', null, at),
    {
      applicant: claimant,
      attestor,
      questions: CLAIM_QUESTIONS[from.body.means],
      // Whoever still has a key that the imported source lists may veto, and is told as the holder.
      affected: from.body.step === 'holder' ? [from.body.holder] : [],
      windowSeconds: 0,
      windowDays: longestDays(inputs, ID, claimedOf(from.body, inputs), 'windowDays'),
    },
    inputs,
    at,
  )
  return opened.ok ? accept(opened.value) : refuse(opened.error)
}

function examinedIn(application: Application | null): Examined | null {
  return stepIn(application, body, 'holder', 'registration')
}

function vetoRefusal(from: Asked<Veto>, inputs: Inputs, at: Instant): RefusalCode | null {
  const application = applicationOf(inputs, from.body.application)
  if (application === null || application.procedure !== ID) return 'application-unknown'
  if (hasEnded(application, at)) return 'application-closed'
  const claimed = examinedIn(application)
  if (claimed?.step !== 'holder' || claimed.holder !== from.body.holder) return 'not-party'
  return keyRefusal(from, inputs)
}

function decideEnd(from: Asked<Withdraw | Veto>, inputs: Inputs, at: Instant): Decision {
  const { body: wish, ...rest } = from
  const refusal =
    wish.step === 'veto'
      ? vetoRefusal({ ...rest, body: wish }, inputs, at)
      : withdrawalRefusal({ ...rest, body: wish }, ID, inputs, at)
  if (refusal !== null) return refuse(refusal)
  const application = applicationOf(inputs, wish.application)
  if (application === null) throw new Error('checked before')
  return accept([endApplication(application, wish.step === 'veto' ? 'vetoed' : 'withdrawn')])
}

function decideDue(application: Application, inputs: Inputs, at: Instant): Decision {
  const wish = examinedIn(application)
  if (wish === null) return refuse('not-due')
  return decideExamined(application, () => effectsOf(wish, inputs, at), inputs, at)
}

function claimNeeds(wish: ByKey | Examined, known: Inputs): readonly Need[] {
  const first = [
    recordNeed(holderKey(wish.claimant)),
    ...(wish.step === 'key' ? [] : examinationNeeds(known, wish.claimant)),
  ]
  if (wish.step !== 'registration')
    return [...first, recordNeed(holderKey(wish.holder)), recordNeed(maintainersKey(wish.holder))]
  const chain = chainNeed(wish.registration.key)
  if (!known.has(chain)) return [...first, chain]
  const claimed = ownerless(wish.registration, known)
  return claimed.ok ? [...first, chain, ...editNeeds([claimed.value])] : [...first, chain]
}

function needs(act: Act, known: Inputs): readonly Need[] {
  const base = baseNeeds(ID)
  if (act.kind === 'due') {
    const wish = examinedIn(objectAt('application', act.subject, known))
    return wish === null ? base : [...base, ...claimNeeds(wish, known)]
  }
  const from = asked(act, body)
  if (from === null) return []
  const wish = from.body
  if (wish.step === 'withdraw')
    return [...base, recordNeed(applicationKey(wish.application)), recordNeed(holderKey(wish.by))]
  if (wish.step === 'veto')
    return [...base, recordNeed(applicationKey(wish.application)), recordNeed(maintainersKey(wish.holder))]
  const calendars = wish.step === 'key' ? [] : calendarNeeds(ID, known)
  return [...base, ...calendars, ...claimNeeds(wish, known)]
}

function decideAsked(from: Asked<ClaimBody>, inputs: Inputs, at: Instant): Decision {
  const { body: wish, ...rest } = from
  switch (wish.step) {
    case 'key':
      return decideByKey({ ...rest, body: wish }, inputs, at)
    case 'holder':
    case 'registration':
      return decideProof({ ...rest, body: wish }, inputs, at)
    case 'withdraw':
    case 'veto':
      return decideEnd({ ...rest, body: wish }, inputs, at)
  }
}

export const claim: Procedure<ClaimBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'not-due',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'paused',
    'application-unknown',
    'application-closed',
    'not-party',
    'holder-unknown',
    'consent-missing',
    'already-claimed',
    'registration-unknown',
    'not-a-holding',
    'not-imported',
    'range-not-a-block',
    'entry-too-large',
    'member-changed',
    'means-not-possible',
    'key-not-listed',
    'claimant-signature-missing',
    'quota-reached',
    'attestor-not-outside',
    'attestors-unavailable',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') {
      const application = objectAt('application', act.subject, inputs)
      return application === null ? refuse('not-due') : decideDue(application, inputs, at)
    }
    const from = admitted(act, body, inputs, ID)
    return from.ok ? decideAsked(from.value, inputs, at) : refuse(from.error)
  },
}
