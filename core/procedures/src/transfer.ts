/**
 * P4 Transfer, whole or part. Both parties sign the same request; the registry executes and never judges. It cools
 * for the seller's preset or the profile's time, in which either party may withdraw. What moves starts with the
 * services that the buyer staged; what the seller keeps keeps its services, re-cut where the cut goes through them.
 */

import { type Consent, consentInApplication } from '@cadastre/evidence'
import {
  type Block,
  contains,
  equalRange,
  err,
  ok,
  type Range,
  type Result,
  rangeToBlocks,
} from '@cadastre/numbers'
import {
  type Application,
  addSeconds,
  array,
  type CoveringCell,
  type Holder,
  type HolderNotes,
  handle,
  type Instant,
  innermost,
  object,
  type Registration,
  range as rangeSchema,
  registrationRange,
  type Schema,
  tagged,
} from '@cadastre/records'
import { endApplication, newApplication, stepIn, withdrawalRefusal, withPending } from './applications.ts'
import { CellEdits } from './cell-edits.ts'
import { withoutServicesOf } from './cells.ts'
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
  longestFor,
  namesMember,
  notesKey,
  notesOf,
  numberParameter,
  objectAt,
  recordNeed,
  registrationMember,
  termsFor,
} from './common.ts'
import { accept, DRAFT_SINCE, draftId, put, refuse } from './effects.ts'
import { fitsEntry } from './entry-room.ts'
import { heldRefusal } from './holds.ts'
import { movableRefusal } from './movable.ts'
import { carriedNotes, delayEnd, holderNotesKey, holderNotesOf, partialDelayEnd } from './notes.ts'
import { beforeEffect } from './pauses.ts'
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import {
  canCarve,
  carve,
  carveNeeds,
  cellBlock,
  childrenIn,
  childSide,
  insideNeeds,
  insideOf,
  MAX_SUBTREES,
  protectedAt,
  type RegistrationRef,
  rangeTexts,
  referred,
  registrationRef,
} from './ranges.ts'
import type { RefusalCode } from './refusals.ts'
import { type Service, service, serviceEffects } from './services.ts'

/** A service that the buyer stages: it takes effect together with the transfer. */
type StagedService = { readonly at: Block; readonly service: Service }
type Offer = {
  readonly step: 'offer'
  readonly from: string
  readonly to: string
  readonly registration: RegistrationRef
  /** The whole registration or a part of it. */
  readonly range: Range
  readonly services: readonly StagedService[]
}
type Withdraw = { readonly step: 'withdraw'; readonly application: string; readonly by: string }
export type TransferBody = Offer | Withdraw

const ID = 'transfer/1'
const body: Schema<TransferBody> = tagged('step', {
  offer: object({
    from: handle,
    to: handle,
    registration: registrationRef,
    range: rangeSchema,
    services: array(object({ at: cellBlock, service }), 16),
  }),
  withdraw: object({ application: handle, by: handle }),
})

/** The registration that is offered, or why there is none. */
function offered(offer: Offer, inputs: Inputs): Result<Registration, RefusalCode> {
  const found = referred(offer.registration, inputs)
  if (found === null) return err('registration-unknown')
  const { registration } = found
  if (registration.holder !== offer.from) return err('not-holder')
  return registration.kind === 'holding' ? ok(registration) : err('not-a-holding')
}

/** Whether everything lies where it must, and leaves few enough prefixes to write in one entry. */
function rangeRefusal(offer: Offer, registration: Registration): RefusalCode | null {
  const { space } = offer.registration.key
  if (!contains(registrationRange(registration, space), offer.range)) return 'range-outside'
  if (offer.services.some((staged) => !contains(offer.range, staged.at))) return 'range-outside'
  return canCarve(registration, space, offer.range) ? null : 'range-not-a-block'
}

/** Blocks in which a child that the cut goes through would show; none where everything moves. */
function blocksToLookInto(offer: Offer, registration: Registration): readonly Block[] {
  const whole = registrationRange(registration, offer.registration.key.space)
  return equalRange(whole, offer.range) ? [] : rangeToBlocks(offer.range)
}

/** Inputs of an offer, and again of its effect. */
function offerNeeds(offer: Offer, known: Inputs): readonly Need[] {
  const chain = chainNeed(offer.registration.key)
  const first = [
    recordNeed(holderKey(offer.from)),
    recordNeed(holderKey(offer.to)),
    recordNeed(notesKey(offer.registration.id)),
    recordNeed(holderNotesKey(offer.from)),
    recordNeed(holderNotesKey(offer.to)),
    chain,
  ]
  if (!known.has(chain)) return first
  const registration = offered(offer, known)
  if (!registration.ok || rangeRefusal(offer, registration.value) !== null) return first
  const { space } = offer.registration.key
  return [
    ...first,
    ...carveNeeds(registration.value, space, offer.range),
    ...insideNeeds(blocksToLookInto(offer, registration.value), known),
    ...offer.services.map((staged) => chainNeed(staged.at)),
  ]
}

/** Whether the cut goes through a child registration. */
function cutRefusal(
  offer: Offer,
  registration: Registration,
  inputs: Inputs,
  at: Instant,
): RefusalCode | null {
  const paths: CoveringCell[] = rangeToBlocks(offer.range).flatMap((block) => inputs.chain(block))
  const { cells, complete } = insideOf(blocksToLookInto(offer, registration), inputs)
  const cut = childrenIn([...paths, ...cells]).filter((child) => childSide(child, offer.range) === 'cut')
  if (cut.some((child) => protectedAt(child.registration, at))) return 'splits-protected'
  if (cut.length > 0) return 'splits-child'
  return complete ? null : 'range-too-busy'
}

/** Whether the range is too small by all terms that the holding may use. */
function floorRefusal(range: Range, registration: Registration, inputs: Inputs): RefusalCode | null {
  if (range.space === 'asn') return null
  const name = range.space === 'ip4' ? 'floorIp4' : 'floorIp6'
  const longest = Math.max(...rangeToBlocks(range).map(({ length }) => length))
  const floors = termsFor(inputs, ID, registration).map((terms) => numberParameter(terms, name))
  return floors.every((floor) => longest > floor) ? 'floor-not-met' : null
}

/** Preconditions that hold when the transfer is asked for and again when it takes effect. */
function subjectOf(
  offer: Offer,
  inputs: Inputs,
  at: Instant,
  pending: string | null,
): Result<Registration, RefusalCode> {
  const seller = holderOf(inputs, offer.from)
  if (seller === null || holderOf(inputs, offer.to) === null) return err('holder-unknown')
  if (offer.from === offer.to) return err('same-holder')
  const registration = offered(offer, inputs)
  if (!registration.ok) return registration
  const notes = notesOf(inputs, registration.value.id)
  const refusal =
    rangeRefusal(offer, registration.value) ??
    floorRefusal(offer.range, registration.value, inputs) ??
    movableRefusal(seller, notes, partiesNotes(offer, inputs), pending, at) ??
    heldRefusal(notes, offer.range, at) ??
    cutRefusal(offer, registration.value, inputs, at)
  return refusal === null ? registration : err(refusal)
}

function partiesNotes(offer: Offer, inputs: Inputs): readonly (HolderNotes | null)[] {
  return [holderNotesOf(inputs, offer.from), holderNotesOf(inputs, offer.to)]
}

/** A bounded delay does not let a transfer fail that has cooled: it waits for the delay's end. Null where none runs. */
function delayOf(offer: Offer, inputs: Inputs, at: Instant): Instant | null {
  const ends = [
    delayEnd(notesOf(inputs, offer.registration.id), at),
    ...partiesNotes(offer, inputs).map((party) => partialDelayEnd(party, 'transfer', at)),
  ]
  return (
    ends
      .flatMap((end) => (end === null ? [] : [end]))
      .sort()
      .at(-1) ?? null
  )
}

function moved(offer: Offer, old: Registration): Registration {
  return {
    ...old,
    ...rangeTexts(offer.range),
    id: draftId(0),
    holder: offer.to,
    procedure: ID,
    since: DRAFT_SINCE,
  }
}

/** Every cell that the transfer writes, or why it cannot. */
function effectsOf(
  offer: Offer,
  registration: Registration,
  inputs: Inputs,
  basis: Consent,
): Result<readonly Effect[], RefusalCode> {
  const { space } = offer.registration.key
  const blocks = rangeToBlocks(offer.range)
  const edits = new CellEdits(
    inputs,
    blocks.flatMap((block) => inputs.chain(block)),
  )
  if (!carve(edits, inputs, registration, space, offer.range, moved(offer, registration)))
    return err('cell-full')
  // The seller's own services inside the moved range end here; deeper ones are inert from now on.
  for (const block of blocks) edits.edit(block, (cell) => withoutServicesOf(cell, registration.id))
  const refusal = stage(offer, registration, inputs, edits)
  if (refusal !== null) return err(refusal)
  const effects = [...edits.effects(basis)]
  // Claims are about the numbers: they, and the one delay that was used, go where the numbers go.
  const carried = carriedNotes(notesOf(inputs, registration.id), draftId(0))
  if (carried !== null) effects.push(put(notesKey('R-#'), carried))
  const looked = carveNeeds(registration, space, offer.range).length + offer.services.length + MAX_SUBTREES
  return fitsEntry(effects, looked) ? ok(effects) : err('entry-too-large')
}

/** Put the buyer's services into the moved range; null, or why one of them cannot stand. */
function stage(
  offer: Offer,
  registration: Registration,
  inputs: Inputs,
  edits: CellEdits,
): RefusalCode | null {
  for (const { at: block, service: declared } of offer.services) {
    // Inside a child the services are the child's, not the buyer's.
    if (innermost(inputs.chain(block))?.registration.id !== registration.id) return 'overlaps-sibling'
    const cell = edits.cell(block)
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
  const subject = subjectOf(offer, inputs, at, null)
  if (!subject.ok) return refuse(subject.error)
  const registration = subject.value
  const member = registrationMember(registration, offer.registration.key.space)
  if (!namesMember(from, member, registration, inputs)) return refuse('member-changed')
  // What would be refused at effect is refused now, so that nobody waits for nothing.
  const effects = effectsOf(offer, registration, inputs, given)
  if (!effects.ok) return refuse(effects.error)
  const cooling = coolingSeconds(seller, registration, inputs)
  if (cooling === 0) return accept(effects.value)
  const consents = [offer.from, offer.to]
  const application = newApplication(ID, from.request.body, consents, 'cooling', addSeconds(at, cooling), at)
  const pending = withPending(notesOf(inputs, registration.id), registration.id, 'A-#')
  return accept([put(applicationKey('A-#'), application), put(pending.key, pending.next)])
}

/** The seller's own preset; without one as long as by any terms since the registration was recorded. */
function coolingSeconds(seller: Holder, registration: Registration, inputs: Inputs): number {
  return seller.coolingSeconds ?? longestFor(inputs, ID, registration, 'coolingSeconds')
}

function offerIn(application: Application): Offer | null {
  return stepIn(application, body, 'offer')
}

function decideWithdrawal(from: Asked<Withdraw>, inputs: Inputs, at: Instant): Decision {
  const refusal = withdrawalRefusal(from, ID, inputs, at)
  if (refusal !== null) return refuse(refusal)
  const application = applicationOf(inputs, from.body.application)
  if (application === null) throw new Error('checked by withdrawalRefusal')
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
  const notes = notesOf(inputs, offer.registration.id)
  const effects = [endApplication(application, state, reason)]
  if (notes?.pending !== application.handle) return effects
  const pending = withPending(notes, offer.registration.id, null)
  return [...effects, put(pending.key, pending.next)]
}

function decideDue(application: Application, inputs: Inputs, at: Instant): Decision {
  const waits = beforeEffect(application, inputs, at)
  if (waits !== null) return waits
  const offer = offerIn(application)
  if (offer === null) throw new Error('an application of transfer holds an offer')
  const delayed = delayOf(offer, inputs, at)
  if (delayed !== null)
    return accept([put(applicationKey(application.handle), { ...application, due: delayed })])
  const given = consentInApplication(application, offer.from)
  if (given === null) return accept(ended(application, 'failed', 'consent-missing', inputs))
  const subject = subjectOf(offer, inputs, at, application.handle)
  const effects = subject.ok ? effectsOf(offer, subject.value, inputs, given) : subject
  if (!effects.ok) return accept(ended(application, 'failed', effects.error, inputs))
  return accept([...effects.value, ...ended(application, 'effected', null, inputs)])
}

function needs(act: Act, known: Inputs): readonly Need[] {
  const base = baseNeeds(ID)
  if (act.kind === 'due') {
    const application = objectAt('application', act.subject, known)
    const offer = application === null ? null : offerIn(application)
    return offer === null ? base : [...base, ...offerNeeds(offer, known)]
  }
  const from = asked(act, body)
  if (from === null) return []
  const wish = from.body
  if (wish.step === 'offer') return [...base, ...offerNeeds(wish, known)]
  const key = recordNeed(applicationKey(wish.application))
  const first = [...base, key, recordNeed(holderKey(wish.by))]
  if (!known.has(key)) return first
  const application = applicationOf(known, wish.application)
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
    'paused',
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
    'frozen',
    'recovered-recently',
    'hold-after-allocation',
    'delayed',
    'act-blocked',
    'act-pending',
    'held',
    'splits-protected',
    'splits-child',
    'range-too-busy',
    'member-changed',
    'cell-full',
    'overlaps-sibling',
    'not-for-numbers',
    'not-on-boundary',
    'max-length-invalid',
    'nothing-changed',
    'entry-too-large',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') {
      const application = objectAt('application', act.subject, inputs)
      return application === null ? refuse('not-due') : decideDue(application, inputs, at)
    }
    const from = admitted(act, body, inputs, ID)
    if (!from.ok) return refuse(from.error)
    const { body: wish, ...rest } = from.value
    return wish.step === 'withdraw'
      ? decideWithdrawal({ ...rest, body: wish }, inputs, at)
      : decideOffer({ ...rest, body: wish }, inputs, at)
  },
}
