/**
 * P4 Transfer, whole or part. Both parties sign the same request; the registry executes and never judges. It cools
 * for the seller's preset or the profile's time, in which either party may withdraw. What moves starts with the
 * services that the buyer staged; what the seller keeps keeps its services, re-cut where the cut goes through them.
 */

import { type Consent, consentInApplication } from '@cadastre/evidence'
import {
  type Block,
  contains,
  formatAddress,
  type Range,
  rangeToBlocks,
  subtract,
} from '@cadastre/numbers'
import {
  type Application,
  addSeconds,
  array,
  type CoveringCell,
  cellKey,
  handle,
  type Holder,
  type Instant,
  isChild,
  object,
  parseKey,
  type ProcedureRecord,
  type RecordKey,
  type Registration,
  range as rangeSchema,
  recordKey,
  registrationRange,
  type Schema,
  tagged,
  text,
} from '@cadastre/records'
import { endApplication, newApplication, withdrawalRefusal, withPending } from './applications.ts'
import { CellEdits } from './cell-edits.ts'
import { withoutServicesOf, withRegistration } from './cells.ts'
import {
  type Asked,
  applicationKey,
  asked,
  baseNeeds,
  blocksOf,
  chainNeed,
  commonRefusal,
  consent,
  fewBlocks,
  findOnPath,
  holderKey,
  holderOf,
  namesMember,
  notesKey,
  notesOf,
  numberParameter,
  procedureOf,
  recordNeed,
  registrationMember,
} from './common.ts'
import { accept, DRAFT_SINCE, draftId, put, refuse } from './effects.ts'
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { recut, recutNeeds, type Service, service, serviceEffects } from './services.ts'

/** A service that the buyer stages: it takes effect together with the transfer. */
export type StagedService = { readonly at: RecordKey; readonly service: Service }
type Offer = {
  readonly step: 'offer'
  readonly from: string
  readonly to: string
  readonly registration: { readonly key: RecordKey; readonly id: string }
  readonly range: Range
  readonly services: readonly StagedService[]
}
type Withdraw = { readonly step: 'withdraw'; readonly application: string; readonly by: string }
export type TransferBody = Offer | Withdraw

const ID = 'transfer/1'
/** Id of a registration as `apply` stamps it. */
const registrationId = text({
  expected: 'a registration id, such as R-41 or R-41-2',
  maxLength: 40,
  pattern: '^R-[0-9]+(-[0-9]+)?$',
})
const body: Schema<TransferBody> = tagged('step', {
  offer: object({
    from: handle,
    to: handle,
    registration: object({ key: recordKey, id: registrationId }),
    range: rangeSchema,
    services: array(object({ at: recordKey, service }), 16),
  }),
  withdraw: object({ application: handle, by: handle }),
})

/** What the state says about the registration that is offered. */
type Subject = {
  readonly registration: Registration
  readonly whole: Range
  /** Minimal blocks of what moves, each with its chain. */
  readonly moved: readonly { readonly block: Block; readonly path: readonly CoveringCell[] }[]
  readonly kept: readonly Range[]
}

function blockOfKey(key: RecordKey): Block | null {
  const parsed = parseKey(key)
  return parsed?.kind === 'cell' ? parsed.block : null
}

/** The registration at the key that the offer names; null where there is none. */
function offered(offer: Offer, known: Inputs): Registration | null {
  const at = blockOfKey(offer.registration.key)
  if (at === null) return null
  return findOnPath(known.chain(at), offer.registration.id)?.registration ?? null
}

function needsOfOffer(offer: Offer, known: Inputs): readonly Need[] {
  const at = blockOfKey(offer.registration.key)
  const first = [
    recordNeed(holderKey(offer.from)),
    recordNeed(holderKey(offer.to)),
    recordNeed(notesKey(offer.registration.id)),
    ...(at === null ? [] : [chainNeed(at)]),
  ]
  if (at === null || !first.every((need) => known.has(need))) return first
  const registration = offered(offer, known)
  if (registration === null) return []
  const whole = registrationRange(registration, at.space)
  const moved = fewBlocks(offer.range)
  if (moved === null || offer.range.space !== at.space || !contains(whole, offer.range)) return []
  const staged = offer.services
    .map((one) => blockOfKey(one.at))
    .filter((block) => block !== null)
    .map((block) => recordNeed(cellKey(block)))
  return [
    ...blocksOf(registration, at.space).map(chainNeed),
    ...moved.map(chainNeed),
    ...recutNeeds(subtract(whole, [offer.range])),
    ...staged,
  ]
}

/** The subject of an offer, or why there is none. */
function subjectOf(offer: Offer, inputs: Inputs): Subject | RefusalCode {
  const at = blockOfKey(offer.registration.key)
  const registration = offered(offer, inputs)
  if (at === null || registration === null) return 'registration-unknown'
  if (registration.holder !== offer.from) return 'not-holder'
  if (registration.kind !== 'holding') return 'not-a-holding'
  const whole = registrationRange(registration, at.space)
  if (offer.range.space !== at.space || !contains(whole, offer.range)) return 'range-outside'
  const blocks = fewBlocks(offer.range)
  const kept = subtract(whole, [offer.range])
  if (blocks === null || kept.some((piece) => fewBlocks(piece) === null)) return 'range-not-a-block'
  const moved = blocks.map((block) => ({ block, path: inputs.chain(block) }))
  return { registration, whole, moved, kept }
}

/** Whether the cut goes through a child: the registrations inside the holding on the way to a moved block. */
function cutRefusal(subject: Subject, range: Range): RefusalCode | null {
  for (const { path } of subject.moved)
    for (const { block, cell } of path)
      for (const child of cell.registrations) {
        if (!isChild(child.kind)) continue
        if (contains(range, registrationRange(child, block.space))) continue
        return child.protected ? 'splits-protected' : 'splits-child'
      }
  return null
}

function floorRefusal(range: Range, parameters: ProcedureRecord): RefusalCode | null {
  if (range.space === 'asn') return null
  const floor = numberParameter(parameters, range.space === 'ip4' ? 'floorIp4' : 'floorIp6')
  return rangeToBlocks(range).some((block) => block.length > floor) ? 'floor-not-met' : null
}

/** Preconditions that hold when the transfer is asked for and again when it takes effect. */
function offerRefusal(
  offer: Offer,
  inputs: Inputs,
  at: Instant,
  pending: string | null,
): RefusalCode | Subject {
  const seller = holderOf(inputs, offer.from)
  if (seller === null || holderOf(inputs, offer.to) === null) return 'holder-unknown'
  if (offer.from === offer.to) return 'same-holder'
  const subject = subjectOf(offer, inputs)
  if (typeof subject === 'string') return subject
  const parameters = procedureOf(inputs, ID)
  if (parameters === null) return 'procedure-unknown'
  const notes = notesOf(inputs, subject.registration.id)
  return (
    floorRefusal(offer.range, parameters) ??
    (seller.lockedUntil !== null && seller.lockedUntil > at ? 'locked' : null) ??
    (notes !== null && notes.heldUntil !== null && notes.heldUntil > at ? 'hold-after-allocation' : null) ??
    ((notes?.pending ?? null) !== pending ? 'act-pending' : null) ??
    cutRefusal(subject, offer.range) ??
    subject
  )
}

function newRegistration(offer: Offer, old: Registration): Registration {
  const { space, first, last } = offer.range
  return {
    ...old,
    id: draftId(0),
    first: formatAddress(space, first),
    last: formatAddress(space, last),
    holder: offer.to,
    procedure: ID,
    since: DRAFT_SINCE,
  }
}

function keptRegistration(old: Registration, piece: Range): Registration {
  return {
    ...old,
    first: formatAddress(piece.space, piece.first),
    last: formatAddress(piece.space, piece.last),
  }
}

/** Every cell that the transfer writes, or why it cannot. */
function effectsOf(offer: Offer, subject: Subject, inputs: Inputs, basis: Consent): readonly Effect[] | RefusalCode {
  const { registration, kept } = subject
  const space = offer.range.space
  const edits = new CellEdits(inputs, subject.moved.flatMap(({ path }) => path))
  for (const { path } of subject.moved) recut(edits, registration, kept, path)
  for (const block of blocksOf(registration, space))
    edits.edit(block, (cell) => ({
      ...cell,
      registrations: cell.registrations.filter((other) => other.id !== registration.id),
    }))
  const place = (block: Block, placed: Registration): boolean => {
    const next = withRegistration(edits.cell(block), placed)
    if (next !== null) edits.set(block, next)
    return next !== null
  }
  for (const piece of kept)
    for (const block of rangeToBlocks(piece))
      if (!place(block, keptRegistration(registration, piece))) return 'cell-full'
  for (const { block } of subject.moved) {
    // The seller's own services inside the moved range end here; deeper ones are inert from now on.
    edits.edit(block, (cell) => withoutServicesOf(cell, registration.id))
    if (!place(block, newRegistration(offer, registration))) return 'cell-full'
  }
  const staged = stage(offer, edits)
  if (staged !== null) return staged
  return edits.overfull() ? 'cell-full' : edits.effects(basis)
}

/** Put the buyer's services into the moved range; null, or why one of them cannot stand. */
function stage(offer: Offer, edits: CellEdits): RefusalCode | null {
  for (const { at, service: declared } of offer.services) {
    const block = blockOfKey(at)
    if (block === null || !contains(offer.range, block)) return 'range-outside'
    const cell = edits.cell(block)
    // A service below a child would be the child's, not the buyer's.
    if (cell.registrations.some((other) => isChild(other.kind))) return 'overlaps-sibling'
    const placed = serviceEffects({ block, cell }, declared, draftId(0))
    if (!placed.ok) return placed.error
    edits.set(block, placed.value)
  }
  return null
}

function decideOffer(from: Asked<Offer>, inputs: Inputs, at: Instant): Decision {
  const offer = from.body
  const seller = holderOf(inputs, offer.from)
  const buyer = holderOf(inputs, offer.to)
  if (seller === null || buyer === null) return refuse('holder-unknown')
  const given = consent(seller, from, 'full')
  if (given === null || consent(buyer, from, 'full') === null) return refuse('consent-missing')
  const subject = offerRefusal(offer, inputs, at, null)
  if (typeof subject === 'string') return refuse(subject)
  const member = registrationMember(subject.registration, offer.range.space)
  if (!namesMember(from, member, subject.registration, inputs)) return refuse('member-changed')
  // What would be refused at effect is refused now, so that nobody waits for nothing.
  const effects = effectsOf(offer, subject, inputs, given)
  if (typeof effects === 'string') return refuse(effects)
  const cooling = coolingSeconds(seller, inputs)
  if (cooling === 0) return accept(effects)
  const consents = [offer.from, offer.to]
  const application = newApplication(ID, from.request.body, consents, 'cooling', addSeconds(at, cooling))
  const pending = withPending(notesOf(inputs, subject.registration.id), subject.registration.id, 'A-#')
  return accept([put(applicationKey('A-#'), application), put(pending.key, pending.next)])
}

function coolingSeconds(seller: Holder, inputs: Inputs): number {
  const parameters = procedureOf(inputs, ID)
  if (parameters === null) throw new Error('checked by commonRefusal')
  return seller.coolingSeconds ?? numberParameter(parameters, 'coolingSeconds')
}

function offerIn(application: Application): Offer | null {
  const read = body.read(application.body, '')
  return read.ok && read.value.step === 'offer' ? read.value : null
}

function decideWithdrawal(from: Asked<Withdraw>, inputs: Inputs): Decision {
  const refusal = withdrawalRefusal(from, ID, inputs, (application) => application.consents)
  if (refusal !== null) return refuse(refusal)
  const application = inputs.record(applicationKey(from.body.application)) as Application
  return accept(ended(application, 'withdrawn', null, inputs))
}

/** The application ends, and the registration is no longer pending. */
function ended(
  application: Application,
  state: 'withdrawn' | 'failed' | 'effected',
  reason: RefusalCode | null,
  inputs: Inputs,
): readonly Effect[] {
  const offer = offerIn(application)
  if (offer === null) throw new Error('an application of transfer holds an offer')
  const pending = withPending(notesOf(inputs, offer.registration.id), offer.registration.id, null)
  return [endApplication(application, state, reason), put(pending.key, pending.next)]
}

function decideDue(application: Application, inputs: Inputs, at: Instant): Decision {
  if (application.state !== 'cooling' || application.due === null || application.due > at) return refuse('not-due')
  const offer = offerIn(application)
  if (offer === null) throw new Error('an application of transfer holds an offer')
  const subject = offerRefusal(offer, inputs, at, application.handle)
  const given = consentInApplication(application, offer.from)
  if (given === null) return accept(ended(application, 'failed', 'consent-missing', inputs))
  const effects = typeof subject === 'string' ? subject : effectsOf(offer, subject, inputs, given)
  if (typeof effects === 'string') return accept(ended(application, 'failed', effects, inputs))
  return accept([...effects, ...ended(application, 'effected', null, inputs)])
}

function needs(act: Act, known: Inputs): readonly Need[] {
  const base = baseNeeds(ID)
  if (act.kind === 'due') {
    const application = known.record(act.subject) as Application | null
    const offer = application === null ? null : offerIn(application)
    return offer === null ? base : [...base, ...needsOfOffer(offer, known)]
  }
  const from = asked(act, body)
  if (from === null) return []
  const wish = from.body
  if (wish.step === 'offer') return [...base, ...needsOfOffer(wish, known)]
  const key = recordNeed(applicationKey(wish.application))
  const first = [...base, key, recordNeed(holderKey(wish.by))]
  if (!known.has(key)) return first
  const application = known.record(key.key) as Application | null
  const offer = application === null || application.procedure !== ID ? null : offerIn(application)
  return offer === null ? first : [...first, recordNeed(notesKey(offer.registration.id))]
}

export const transfer: Procedure<TransferBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'not-due',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'application-unknown',
    'application-closed',
    'not-party',
    'holder-unknown',
    'consent-missing',
    'same-holder',
    'registration-unknown',
    'not-holder',
    'not-a-holding',
    'range-outside',
    'range-not-a-block',
    'floor-not-met',
    'locked',
    'hold-after-allocation',
    'act-pending',
    'splits-protected',
    'splits-child',
    'member-changed',
    'cell-full',
    'overlaps-sibling',
    'not-for-numbers',
    'not-on-boundary',
    'max-length-invalid',
    'nothing-changed',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') {
      const application = inputs.record(act.subject) as Application | null
      return application === null ? refuse('not-due') : decideDue(application, inputs, at)
    }
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const common = commonRefusal(from, inputs, ID)
    if (common !== null) return refuse(common)
    const { body: wish, ...rest } = from
    return wish.step === 'withdraw'
      ? decideWithdrawal({ ...rest, body: wish }, inputs)
      : decideOffer({ ...rest, body: wish }, inputs, at)
  },
}
