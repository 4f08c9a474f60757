/**
 * P6 Move in, from a holder of another registry that is on the list of peers. The holder here accepts what the other
 * registry says is on its way; from then on this registry does what the other one's record says: it completes the move
 * when that is final, and ends it when that is cancelled. Anybody may carry the other's word here.
 *
 * Refusals, in order: see `moveIn.refusals`; the page is `docs/procedures/move-in.md`.
 */

import {
  type Block,
  contains,
  err,
  formatRange,
  ok,
  type Range,
  type Result,
  rangeToBlocks,
} from '@cadastre/numbers'
import {
  cellKey,
  handle,
  type Instant,
  isOccupying,
  object,
  type Registration,
  range as rangeSchema,
  registrationRange,
  registrationsOn,
  type Schema,
  type Transit,
  type TransitState,
  tagged,
} from '@cadastre/records'
import { CellEdits } from './cell-edits.ts'
import { withRegistration } from './cells.ts'
import {
  type Asked,
  admitted,
  asked,
  baseNeeds,
  chainNeed,
  consent,
  fewBlocks,
  holderKey,
  holderOf,
  recordNeed,
} from './common.ts'
import { accept, DRAFT_SINCE, draftId, put, refuse } from './effects.ts'
import { fitsEntry } from './entry-room.ts'
import { originText, peerKey, peerOf, policyAt } from './peers.ts'
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import {
  blockOfKey,
  canCarve,
  carve,
  carveNeeds,
  insideNeeds,
  insideOf,
  rangeTexts,
  referred,
} from './ranges.ts'
import type { RefusalCode } from './refusals.ts'
import { arrivalHandle, counterpart, rangeOf, transitHandle, transitKey, transitOf } from './transits.ts'

type Accept = {
  readonly step: 'accept'
  readonly origin: string
  /** Handle of the source's record. */
  readonly transit: string
  readonly holder: string
  readonly range: Range
}
type Carry = { readonly step: 'complete' | 'cancel'; readonly origin: string; readonly transit: string }
export type MoveInBody = Accept | Carry

const ID = 'move-in/1'
const carried = object({ origin: originText, transit: transitHandle })
const body: Schema<MoveInBody> = tagged('step', {
  accept: object({ origin: originText, transit: transitHandle, holder: handle, range: rangeSchema }),
  complete: carried,
  cancel: carried,
})

/** What these numbers are here so far: nothing, or what this very source once took over. */
type Place = { readonly blocks: readonly Block[]; readonly returning: Registration | null }

/** The moved-out registration around the first number, if these numbers once went to this source. */
function goneBefore(origin: string, first: Block, range: Range, inputs: Inputs): Registration | null {
  const found = registrationsOn(inputs.chain(first)).find(({ registration }) =>
    isOccupying(registration.kind),
  )
  const old = found?.registration ?? null
  const gone = old?.kind === 'moved-out' && old.procedure.startsWith('move-out/') && old.provenance === origin
  return gone && contains(registrationRange(old, range.space), range) ? old : null
}

/** Where the numbers are to stand, or why they cannot: they must be absent here. */
function placeOf({ origin, range }: Accept, inputs: Inputs): Result<Place, RefusalCode> {
  const blocks = fewBlocks(range)
  const [first] = blocks ?? []
  if (blocks === null || first === undefined) return err('range-not-a-block')
  const returning = goneBefore(origin, first, range, inputs)
  if (returning !== null)
    return canCarve(returning, range.space, range) ? ok({ blocks, returning }) : err('range-not-a-block')
  const { cells, complete } = insideOf(blocks, inputs)
  const around = blocks.flatMap((block) => inputs.chain(block))
  if ([...around, ...cells].some(({ cell }) => cell.registrations.length > 0)) return err('block-taken')
  return complete ? ok({ blocks, returning }) : err('range-too-busy')
}

function placeNeeds(wish: Accept, known: Inputs): readonly Need[] {
  const blocks = fewBlocks(wish.range)
  const [first] = blocks ?? []
  if (blocks === null || first === undefined) return []
  const chains = blocks.map(chainNeed)
  if (!known.has(chainNeed(first))) return chains
  const returning = goneBefore(wish.origin, first, wish.range, known)
  if (returning === null) return [...chains, ...insideNeeds(blocks, known)]
  if (!canCarve(returning, wish.range.space, wish.range)) return chains
  return [...chains, ...carveNeeds(returning, wish.range.space, wish.range)]
}

/** What stands here of numbers that are on their way: they are in the other registry, and for nobody else. */
function markOf(origin: string, range: Range, said: Pick<Transit, 'country' | 'registered'>): Registration {
  return {
    id: draftId(0),
    kind: 'moved-out',
    ...rangeTexts(range),
    holder: null,
    status: 'reserved',
    country: said.country,
    registered: said.registered,
    until: null,
    protected: false,
    provenance: origin,
    procedure: ID,
    since: DRAFT_SINCE,
  }
}

/** What is absent here has no registration, and what comes takes the place of one: there is always room. */
const NO_ROOM = 'a cell has lost its room'

function markEffects(
  place: Place,
  range: Range,
  mark: Registration,
  inputs: Inputs,
): Result<readonly Effect[], RefusalCode> {
  const edits = new CellEdits(
    inputs,
    place.blocks.flatMap((block) => inputs.chain(block)),
  )
  if (place.returning !== null) {
    if (!carve(edits, inputs, place.returning, range.space, range, mark)) throw new Error(NO_ROOM)
  } else
    for (const block of place.blocks) {
      const cell = withRegistration(edits.cell(block), mark)
      if (cell === null) throw new Error(NO_ROOM)
      edits.set(block, cell)
    }
  const effects = edits.effects()
  // As many cells will be written again when they arrive.
  return fitsEntry(effects, 3 * place.blocks.length + 8) ? ok(effects) : err('entry-too-large')
}

function decideAccept(from: Asked<Accept>, inputs: Inputs, at: Instant): Decision {
  const wish = from.body
  const policy = policyAt(peerOf(wish.origin, inputs), from.received)
  if (policy === null) return refuse('peer-unknown')
  const name = arrivalHandle(wish.origin, wish.transit, inputs)
  if (transitOf(inputs, name) !== null) return refuse('transit-exists')
  const holder = holderOf(inputs, wish.holder)
  if (holder === null) return refuse('holder-unknown')
  if (consent(holder, from, 'full') === null) return refuse('consent-missing')
  const recipient = { origin: from.request.origin, holder: wish.holder }
  const said = counterpart(from, {
    origin: wish.origin,
    policy,
    handle: wish.transit,
    states: ['sourceInitialized'],
    source: null,
    recipient,
    range: wish.range,
  })
  if (!said.ok) return refuse(said.error)
  const { source, status, country, registered } = said.value.transit
  if (source.origin !== wish.origin) return refuse('statement-differs')
  const place = placeOf(wish, inputs)
  if (!place.ok) return refuse(place.error)
  const [first] = place.value.blocks
  if (first === undefined) throw new Error('a range has at least one block')
  const effects = markEffects(
    place.value,
    wish.range,
    markOf(wish.origin, wish.range, said.value.transit),
    inputs,
  )
  if (!effects.ok) return refuse(effects.error)
  const transit: Transit = {
    v: 1,
    handle: name,
    state: 'recipientAccepted',
    source,
    recipient,
    range: formatRange(wish.range),
    status,
    country,
    registered,
    registration: { key: cellKey(first), id: draftId(0) },
    returning: place.value.returning !== null,
    consents: [wish.holder],
    notBefore: null,
    due: null,
    opened: at,
    pausedSeconds: 0,
    statement: said.value.hash,
    since: DRAFT_SINCE,
  }
  return accept([put(transitKey(name), transit), ...effects.value])
}

/** The mark of numbers that are on their way. Only this procedure writes it, so it is there. */
function markAt(transit: Transit, inputs: Inputs): Registration {
  const key = blockOfKey(transit.registration.key)
  const found = key === null ? null : referred({ key, id: transit.registration.id }, inputs)
  if (found === null) throw new Error(`the mark of ${transit.handle} is gone`)
  return found.registration
}

function carryNeeds({ origin, transit: name }: Carry, known: Inputs): readonly Need[] {
  const handleHere = arrivalHandle(origin, name, known)
  const key = recordNeed(transitKey(handleHere))
  const first = [recordNeed(peerKey(origin, known)), key]
  const transit = known.has(key) ? transitOf(known, handleHere) : null
  const block = transit === null ? null : blockOfKey(transit.registration.key)
  if (transit === null || block === null) return first
  const chain = chainNeed(block)
  if (!known.has(chain)) return [...first, chain]
  const range = rangeOf(transit)
  if (referred({ key: block, id: transit.registration.id }, known) === null) return [...first, chain]
  return [...first, chain, ...carveNeeds(markAt(transit, known), range.space, range)]
}

const STATES: { readonly [S in Carry['step']]: readonly [TransitState, TransitState] } = {
  complete: ['sourceFinalized', 'recipientCompleted'],
  cancel: ['sourceCancelled', 'recipientCancelled'],
}

function arrived(transit: Transit, mark: Registration): Registration {
  return {
    ...mark,
    id: draftId(0),
    kind: 'holding',
    holder: transit.recipient.holder,
    status: transit.status,
    since: DRAFT_SINCE,
  }
}

/** What stands here again when the way is cancelled: what had gone to this source before stays gone. */
function goneAgain(transit: Transit, mark: Registration): Registration | null {
  return transit.returning ? { ...mark, procedure: 'move-out/1' } : null
}

function decideCarry(from: Asked<Carry>, inputs: Inputs): Decision {
  const { step, origin } = from.body
  const policy = policyAt(peerOf(origin, inputs), from.received)
  if (policy === null) return refuse('peer-unknown')
  const transit = transitOf(inputs, arrivalHandle(origin, from.body.transit, inputs))
  if (transit === null) return refuse('transit-unknown')
  if (transit.state !== 'recipientAccepted') return refuse('transit-closed')
  const { source, recipient } = transit
  const range = rangeOf(transit)
  const [wanted, state] = STATES[step]
  const said = counterpart(from, {
    origin,
    policy,
    handle: from.body.transit,
    states: [wanted],
    source,
    recipient,
    range,
  })
  if (!said.ok) return refuse(said.error)
  const mark = markAt(transit, inputs)
  const successor = step === 'complete' ? arrived(transit, mark) : goneAgain(transit, mark)
  const edits = new CellEdits(
    inputs,
    rangeToBlocks(range).flatMap((block) => inputs.chain(block)),
  )
  if (!carve(edits, inputs, mark, range.space, range, successor)) throw new Error(NO_ROOM)
  return accept([
    ...edits.effects(),
    put(transitKey(transit.handle), { ...transit, state, statement: said.value.hash }),
  ])
}

function needs(act: Act, known: Inputs): readonly Need[] {
  const from = asked(act, body)
  if (from === null) return []
  const wish = from.body
  if (wish.step !== 'accept') return [...baseNeeds(ID), ...carryNeeds(wish, known)]
  return [
    ...baseNeeds(ID),
    recordNeed(peerKey(wish.origin, known)),
    recordNeed(transitKey(arrivalHandle(wish.origin, wish.transit, known))),
    recordNeed(holderKey(wish.holder)),
    ...placeNeeds(wish, known),
  ]
}

export const moveIn: Procedure<MoveInBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'paused',
    'peer-unknown',
    'transit-exists',
    'transit-unknown',
    'transit-closed',
    'holder-unknown',
    'consent-missing',
    'statement-missing',
    'statement-differs',
    'range-not-a-block',
    'block-taken',
    'range-too-busy',
    'entry-too-large',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    const from = admitted(act, body, inputs, ID)
    if (!from.ok) return refuse(from.error)
    const { body: wish, ...rest } = from.value
    return wish.step === 'accept'
      ? decideAccept({ ...rest, body: wish }, inputs, at)
      : decideCarry({ ...rest, body: wish }, inputs)
  },
}
