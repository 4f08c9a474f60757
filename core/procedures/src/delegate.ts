/**
 * P3 Sub-delegate and lease. Whoever holds numbers registers a child inside them, for a term or without one. An
 * unprotected child is its parent's note about a customer; a protected one is a holding that ends early only by its
 * own signature. The registry mediates no contract. How children end stands in `delegate-end.ts`.
 *
 * Refusals, in order: see `delegate.refusals`; the page is `docs/procedures/delegate.md`.
 */

import type { Consent } from '@cadastre/evidence'
import { contains, equalBlock, type Range } from '@cadastre/numbers'
import {
  addSeconds,
  bool,
  country,
  dateOf,
  handle,
  type Instant,
  innermost,
  instant,
  isChild,
  nullable,
  object,
  oneOf,
  type Registration,
  range as rangeSchema,
  registrationRange,
  type Schema,
  tagged,
} from '@cadastre/records'
import { CellEdits } from './cell-edits.ts'
import { withRegistration } from './cells.ts'
import {
  type Asked,
  asked,
  baseNeeds,
  chainNeed,
  commonRefusal,
  consent,
  fewBlocks,
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
import { decideEnd, decideTerm, type End, endNeeds, termNeeds } from './delegate-end.ts'
import { accept, DRAFT_SINCE, draftId, refuse } from './effects.ts'
import type { Decision, Inputs, Need, Procedure } from './procedure.ts'
import {
  insideNeeds,
  insideOf,
  type RegistrationRef,
  rangeTexts,
  referred,
  registrationRef,
  termIsOver,
} from './ranges.ts'
import type { RefusalCode } from './refusals.ts'

type Grant = {
  readonly step: 'grant'
  readonly parent: string
  /** The registration inside which the child is to lie. */
  readonly registration: RegistrationRef
  readonly range: Range
  readonly child: string | null
  readonly kind: 'sub' | 'lease'
  readonly status: 'allocated' | 'assigned'
  readonly until: Instant | null
  readonly protected: boolean
  readonly country: string | null
}
export type DelegateBody = Grant | End

const ID = 'delegate/1'
const body: Schema<DelegateBody> = tagged('step', {
  grant: object({
    parent: handle,
    registration: registrationRef,
    range: rangeSchema,
    child: nullable(handle),
    kind: oneOf(['sub', 'lease']),
    status: oneOf(['allocated', 'assigned']),
    until: nullable(instant),
    protected: bool,
    country: nullable(country),
  }),
  end: object({ registration: registrationRef, by: handle }),
})

function grantNeeds(wish: Grant, known: Inputs): readonly Need[] {
  const blocks = fewBlocks(wish.range) ?? []
  return [
    recordNeed(holderKey(wish.parent)),
    ...(wish.child === null ? [] : [recordNeed(holderKey(wish.child))]),
    chainNeed(wish.registration.key),
    recordNeed(notesKey(wish.registration.id)),
    ...blocks.map(chainNeed),
    ...insideNeeds(blocks, known),
  ]
}

/** What a grant is decided on once it is known who signs and inside what. */
type Parties = { readonly registration: Registration; readonly given: Consent }

/** Who signs, and whether what they signed for still stands. */
function partiesOf(from: Asked<Grant>, inputs: Inputs, at: Instant): Parties | RefusalCode {
  const wish = from.body
  const parent = holderOf(inputs, wish.parent)
  const child = wish.child === null ? null : holderOf(inputs, wish.child)
  if (parent === null || (wish.child !== null && child === null)) return 'holder-unknown'
  const found = referred(wish.registration, inputs)
  if (found === null) return 'registration-unknown'
  const { path, registration } = found
  const delegable = registration.kind === 'holding' || isChild(registration.kind)
  if (!delegable || registration.holder !== wish.parent || termIsOver(path, at)) return 'not-holder'
  const given = consent(parent, from, 'full')
  if (given === null) return 'consent-missing'
  if (wish.protected && (child === null || consent(child, from, 'full') === null))
    return 'child-consent-missing'
  const member = registrationMember(registration, wish.registration.key.space)
  return namesMember(from, member, registration, inputs) ? { registration, given } : 'member-changed'
}

/** Whether the range lies free in the registration: inside it, and with nothing registered further in. */
function rangeRefusal(wish: Grant, registration: Registration, inputs: Inputs): RefusalCode | null {
  const { space } = wish.registration.key
  if (!contains(registrationRange(registration, space), wish.range)) return 'range-outside'
  const blocks = fewBlocks(wish.range)
  if (blocks === null) return 'range-not-a-block'
  if (notesOf(inputs, registration.id)?.pending != null) return 'act-pending'
  const taken = blocks.some((block) => innermost(inputs.chain(block))?.registration.id !== registration.id)
  const { cells, complete } = insideOf(blocks, inputs)
  // What is registered at the range's own blocks is on their chains; deeper there must be nothing.
  const deeper = cells.filter(({ block }) => !blocks.some((own) => equalBlock(own, block)))
  if (taken || deeper.some(({ cell }) => cell.registrations.length > 0)) return 'overlaps-sibling'
  return complete ? null : 'range-too-busy'
}

function termRefusal(
  wish: Grant,
  parent: Registration,
  maxTermSeconds: number,
  at: Instant,
): RefusalCode | null {
  // A parent that can be ended at any moment would take a protected child with it, or be held hostage by it.
  if (wish.protected && isChild(parent.kind) && !parent.protected) return 'parent-unprotected'
  if (wish.until === null) return wish.protected || wish.kind === 'lease' ? 'term-missing' : null
  if (wish.until <= at) return 'term-past'
  const outlives = parent.until !== null && wish.until > parent.until
  return outlives || wish.until > addSeconds(at, maxTermSeconds) ? 'term-too-long' : null
}

function childOf(wish: Grant, at: Instant): Registration {
  return {
    id: draftId(0),
    kind: wish.kind,
    ...rangeTexts(wish.range),
    holder: wish.child,
    status: wish.status,
    country: wish.country,
    registered: dateOf(at),
    until: wish.until,
    protected: wish.protected,
    provenance: null,
    procedure: ID,
    since: DRAFT_SINCE,
  }
}

function decideGrant(from: Asked<Grant>, inputs: Inputs, at: Instant): Decision {
  const wish = from.body
  const parties = partiesOf(from, inputs, at)
  if (typeof parties === 'string') return refuse(parties)
  const parameters = procedureOf(inputs, ID)
  if (parameters === null) throw new Error('checked by commonRefusal')
  const { registration, given } = parties
  const refusal =
    rangeRefusal(wish, registration, inputs) ??
    termRefusal(wish, registration, numberParameter(parameters, 'maxTermSeconds'), at)
  if (refusal !== null) return refuse(refusal)
  const edits = new CellEdits(inputs)
  for (const block of fewBlocks(wish.range) ?? []) {
    const cell = withRegistration(edits.cell(block), childOf(wish, at))
    if (cell === null) return refuse('cell-full')
    edits.set(block, cell)
  }
  return accept(edits.effects(given))
}

export const delegate: Procedure<DelegateBody> = {
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
    'holder-unknown',
    'registration-unknown',
    'not-a-child',
    'not-holder',
    'consent-missing',
    'child-consent-missing',
    'member-changed',
    'range-outside',
    'range-not-a-block',
    'act-pending',
    'overlaps-sibling',
    'range-too-busy',
    'parent-unprotected',
    'term-missing',
    'term-past',
    'term-too-long',
    'protected-child',
    'cell-full',
  ],
  deadlineSeconds: 60,
  needs(act, known) {
    if (act.kind === 'due') return termNeeds(act.subject, known)
    const from = asked(act, body)
    if (from === null) return []
    const wish = from.body
    return [...baseNeeds(ID), ...(wish.step === 'grant' ? grantNeeds(wish, known) : endNeeds(wish, known))]
  },
  decide(act, inputs, at) {
    if (act.kind === 'due') return decideTerm(act.subject, inputs, at)
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const common = commonRefusal(from, inputs, ID)
    if (common !== null) return refuse(common)
    const { body: wish, ...rest } = from
    return wish.step === 'grant'
      ? decideGrant({ ...rest, body: wish }, inputs, at)
      : decideEnd({ ...rest, body: wish }, inputs, at)
  },
}
