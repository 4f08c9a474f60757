/**
 * P8 Move out, whole or part, to a holder of another registry. As a transfer: the holder signs, it cools, the holder may
 * cancel until the effect. The effect needs the other registry's signed word that it has accepted; then nobody here can
 * refuse it, and anybody may carry that word here.
 *
 * Refusals, in order: see `moveOut.refusals`; the page is `docs/procedures/move-out.md`.
 */

import { consentInTransit } from '@cadastre/evidence'
import { err, formatRange, ok, type Range, type Result } from '@cadastre/numbers'
import {
  addSeconds,
  cellKey,
  type Holder,
  handle,
  type Instant,
  object,
  type Registration,
  range as rangeSchema,
  type Schema,
  type Transit,
  tagged,
} from '@cadastre/records'
import { withPending } from './applications.ts'
import type { CellEdits } from './cell-edits.ts'
import {
  type Asked,
  admitted,
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
  procedureOf,
  recordNeed,
  registrationMember,
  registryOf,
} from './common.ts'
import { accept, DRAFT_SINCE, draftId, put, refuse } from './effects.ts'
import { heldRefusal } from './holds.ts'
import { type Leaving, leavingEdits, leavingNeeds } from './leaving.ts'
import { movableRefusal } from './movable.ts'
import { holderNotesKey, holderNotesOf } from './notes.ts'
import { lengthened, windowEnd } from './pauses.ts'
import { originText, peerKey, peerOf, policyAt } from './peers.ts'
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import { blockOfKey, type RegistrationRef, rangeTexts, referred, registrationRef } from './ranges.ts'
import type { RefusalCode } from './refusals.ts'
import { arrivalHandle, counterpart, rangeOf, transitHandle, transitKey, transitOf } from './transits.ts'

type Init = {
  readonly step: 'init'
  readonly holder: string
  readonly registration: RegistrationRef
  /** The whole registration or a part of it. */
  readonly range: Range
  /** The holder there, who is to accept. */
  readonly recipient: Transit['recipient']
}
type Finalize = { readonly step: 'finalize'; readonly transit: string }
type Cancel = { readonly step: 'cancel'; readonly transit: string; readonly by: string }
export type MoveOutBody = Init | Finalize | Cancel

const ID = 'move-out/1'
const body: Schema<MoveOutBody> = tagged('step', {
  init: object({
    holder: handle,
    registration: registrationRef,
    range: rangeSchema,
    recipient: object({ origin: originText, holder: handle }),
  }),
  finalize: object({ transit: transitHandle }),
  cancel: object({ transit: transitHandle, by: handle }),
})

type Departure = Leaving & { readonly holder: string }

/** The registration that leaves, or why there is none. */
function leaving(
  { registration: ref, holder }: Departure,
  inputs: Inputs,
): Result<Registration, RefusalCode> {
  const found = referred(ref, inputs)
  if (found === null) return err('registration-unknown')
  const { registration } = found
  if (registration.holder !== holder) return err('not-holder')
  return registration.kind === 'holding' ? ok(registration) : err('not-a-holding')
}

function departureNeeds(departure: Departure, known: Inputs): readonly Need[] {
  const chain = chainNeed(departure.registration.key)
  const first = [
    recordNeed(holderKey(departure.holder)),
    recordNeed(holderNotesKey(departure.holder)),
    recordNeed(notesKey(departure.registration.id)),
    chain,
  ]
  if (!known.has(chain)) return first
  const registration = leaving(departure, known)
  return registration.ok ? [...first, ...leavingNeeds(departure, registration.value, known)] : first
}

/** What would be written, or why it cannot be: the same at the start and at the effect. */
function plan(
  departure: Departure,
  recipient: string,
  pending: string | null,
  inputs: Inputs,
  at: Instant,
): Result<{ readonly registration: Registration; readonly edits: CellEdits }, RefusalCode> {
  const holder = holderOf(inputs, departure.holder)
  if (holder === null) return err('holder-unknown')
  const registration = leaving(departure, inputs)
  if (!registration.ok) return registration
  const notes = notesOf(inputs, registration.value.id)
  const parties = [holderNotesOf(inputs, departure.holder)]
  const refusal =
    movableRefusal(holder, notes, parties, pending, at) ?? heldRefusal(notes, departure.range, at)
  if (refusal !== null) return err(refusal)
  const successor = movedOut(departure.range, registration.value, recipient)
  const edits = leavingEdits(departure, registration.value, successor, inputs, at)
  return edits.ok ? ok({ registration: registration.value, edits: edits.value }) : edits
}

function movedOut(range: Range, old: Registration, recipient: string): Registration {
  return {
    ...old,
    ...rangeTexts(range),
    id: draftId(0),
    kind: 'moved-out',
    holder: null,
    status: 'reserved',
    until: null,
    protected: false,
    provenance: recipient,
    procedure: ID,
    since: DRAFT_SINCE,
  }
}

function seconds(inputs: Inputs, name: string): number {
  const parameters = procedureOf(inputs, ID)
  if (parameters === null) throw new Error('checked by commonRefusal')
  return numberParameter(parameters, name)
}

function initRefusal(
  from: Asked<Init>,
  holder: Holder | null,
  registration: Result<Registration, RefusalCode>,
  inputs: Inputs,
): RefusalCode | null {
  if (policyAt(peerOf(from.body.recipient.origin, inputs), from.received) === null) return 'peer-unknown'
  if (holder === null) return 'holder-unknown'
  if (consent(holder, from, 'full') === null) return 'consent-missing'
  if (!registration.ok) return registration.error
  const member = registrationMember(registration.value, from.body.registration.key.space)
  return namesMember(from, member, registration.value, inputs) ? null : 'member-changed'
}

function decideInit(from: Asked<Init>, inputs: Inputs, at: Instant): Decision {
  const wish = from.body
  const holder = holderOf(inputs, wish.holder)
  const found = leaving(wish, inputs)
  const refusal = initRefusal(from, holder, found, inputs)
  if (refusal !== null) return refuse(refusal)
  // What would be refused at the effect is refused now, so that nobody waits for nothing.
  const planned = plan(wish, wish.recipient.origin, null, inputs, at)
  if (!planned.ok) return refuse(planned.error)
  const { registration } = planned.value
  const notBefore = addSeconds(
    at,
    holder?.coolingSeconds ?? longestFor(inputs, ID, registration, 'coolingSeconds'),
  )
  const { status, country, registered, id } = registration
  const transit: Transit = {
    v: 1,
    handle: 'T-#',
    state: 'sourceInitialized',
    source: { origin: from.request.origin, holder: wish.holder },
    recipient: wish.recipient,
    range: formatRange(wish.range),
    status,
    country,
    registered,
    registration: { key: cellKey(wish.registration.key), id },
    returning: false,
    consents: [wish.holder],
    notBefore,
    due: addSeconds(notBefore, seconds(inputs, 'finalizeSeconds')),
    opened: at,
    pausedSeconds: 0,
    statement: null,
    since: DRAFT_SINCE,
  }
  const pending = withPending(notesOf(inputs, id), id, 'T-#')
  return accept([put(transitKey('T-#'), transit), put(pending.key, pending.next)])
}

/** The departure that a record of this registry describes; null where it describes an arrival. */
function departureOf(transit: Transit | null): Departure | null {
  if (transit === null || !transit.handle.startsWith('T-')) return null
  const key = blockOfKey(transit.registration.key)
  if (key === null) throw new TypeError('a record of move-out names a cell')
  return {
    holder: transit.source.holder,
    registration: { key, id: transit.registration.id },
    range: rangeOf(transit),
  }
}

/** The way is at its end, and the registration is no longer pending. */
function ended(
  transit: Transit,
  state: 'sourceFinalized' | 'sourceCancelled',
  statement: string | null,
  inputs: Inputs,
): readonly Effect[] {
  const effects = [put(transitKey(transit.handle), { ...transit, state, statement, due: null })]
  const { id } = transit.registration
  const notes = notesOf(inputs, id)
  if (notes?.pending !== transit.handle) return effects
  const pending = withPending(notes, id, null)
  return [...effects, put(pending.key, pending.next)]
}

function openRefusal(transit: Transit | null, at: Instant): RefusalCode | null {
  if (departureOf(transit) === null || transit === null) return 'transit-unknown'
  return transit.state !== 'sourceInitialized' || transit.due === null || transit.due <= at
    ? 'transit-closed'
    : null
}

/** Whether the holder's time to cancel still runs; a pause, in which nobody can, makes it longer. */
function isCooling({ notBefore, opened }: Transit, inputs: Inputs, at: Instant): boolean {
  const registry = registryOf(inputs)
  if (registry === null) throw new Error('checked by commonRefusal')
  return notBefore !== null && windowEnd(registry, opened, notBefore, at) > at
}

function decideFinalize(from: Asked<Finalize>, inputs: Inputs, at: Instant): Decision {
  const transit = transitOf(inputs, from.body.transit)
  const departure = departureOf(transit)
  const closed = openRefusal(transit, at)
  if (closed !== null || transit === null || departure === null) return refuse(closed ?? 'transit-unknown')
  const { source, recipient } = transit
  // The keys that counted when the numbers set out: later ones cannot make a way final.
  const policy = policyAt(peerOf(recipient.origin, inputs), transit.opened)
  if (policy === null) return refuse('peer-unknown')
  const accepted = counterpart(from, {
    origin: recipient.origin,
    policy,
    handle: arrivalHandle(source.origin, transit.handle, inputs),
    states: ['recipientAccepted'],
    source,
    recipient,
    range: departure.range,
  })
  if (!accepted.ok) return refuse(accepted.error)
  if (isCooling(transit, inputs, at)) return refuse('still-cooling')
  const given = consentInTransit(transit, departure.holder)
  if (given === null) return refuse('consent-missing')
  const planned = plan(departure, recipient.origin, transit.handle, inputs, at)
  if (!planned.ok) return refuse(planned.error)
  return accept([
    ...planned.value.edits.effects(given),
    ...ended(transit, 'sourceFinalized', accepted.value.hash, inputs),
  ])
}

function decideCancel(from: Asked<Cancel>, inputs: Inputs, at: Instant): Decision {
  const transit = transitOf(inputs, from.body.transit)
  const closed = openRefusal(transit, at)
  if (closed !== null || transit === null) return refuse(closed ?? 'transit-unknown')
  if (transit.source.holder !== from.body.by) return refuse('not-party')
  const holder = holderOf(inputs, from.body.by)
  if (holder === null) return refuse('holder-unknown')
  if (consent(holder, from, 'full') === null) return refuse('consent-missing')
  return accept(ended(transit, 'sourceCancelled', null, inputs))
}

function decideDue(transit: Transit | null, inputs: Inputs, at: Instant): Decision {
  if (transit?.state !== 'sourceInitialized' || transit.due === null || transit.due > at)
    return refuse('not-due')
  const { due, opened, pausedSeconds } = transit
  const longer = lengthened({ due, opened, pausedSeconds }, inputs, at)
  return accept(
    longer === null
      ? ended(transit, 'sourceCancelled', null, inputs)
      : [put(transitKey(transit.handle), { ...transit, ...longer })],
  )
}

function transitNeeds(name: string, known: Inputs): readonly Need[] {
  const key = recordNeed(transitKey(name))
  if (!known.has(key)) return [key]
  const transit = transitOf(known, name)
  const departure = departureOf(transit)
  if (transit === null || departure === null) return [key]
  return [key, recordNeed(peerKey(transit.recipient.origin, known)), ...departureNeeds(departure, known)]
}

function needs(act: Act, known: Inputs): readonly Need[] {
  if (act.kind === 'due') {
    const transit = objectAt('transit', act.subject, known)
    return transit === null ? [] : [...baseNeeds(ID), recordNeed(notesKey(transit.registration.id))]
  }
  const from = asked(act, body)
  if (from === null) return []
  const wish = from.body
  switch (wish.step) {
    case 'init':
      return [
        ...baseNeeds(ID),
        recordNeed(peerKey(wish.recipient.origin, known)),
        ...departureNeeds(wish, known),
      ]
    case 'finalize':
      return [...baseNeeds(ID), ...transitNeeds(wish.transit, known)]
    case 'cancel': {
      const key = recordNeed(transitKey(wish.transit))
      const first = [...baseNeeds(ID), key, recordNeed(holderKey(wish.by))]
      const transit = known.has(key) ? transitOf(known, wish.transit) : null
      return transit === null ? first : [...first, recordNeed(notesKey(transit.registration.id))]
    }
  }
}

export const moveOut: Procedure<MoveOutBody> = {
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
    'transit-unknown',
    'transit-closed',
    'not-party',
    'peer-unknown',
    'holder-unknown',
    'consent-missing',
    'statement-missing',
    'statement-differs',
    'still-cooling',
    'registration-unknown',
    'not-holder',
    'not-a-holding',
    'member-changed',
    'locked',
    'frozen',
    'recovered-recently',
    'hold-after-allocation',
    'delayed',
    'act-blocked',
    'act-pending',
    'held',
    'range-outside',
    'range-not-a-block',
    'splits-protected',
    'splits-child',
    'protected-child',
    'range-too-busy',
    'cell-full',
    'entry-too-large',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') return decideDue(objectAt('transit', act.subject, inputs), inputs, at)
    const from = admitted(act, body, inputs, ID)
    if (!from.ok) return refuse(from.error)
    const { body: wish, ...rest } = from.value
    switch (wish.step) {
      case 'init':
        return decideInit({ ...rest, body: wish }, inputs, at)
      case 'finalize':
        return decideFinalize({ ...rest, body: wish }, inputs, at)
      case 'cancel':
        return decideCancel({ ...rest, body: wish }, inputs, at)
    }
  },
}
