/**
 * P3, how children begin. A child that is not protected is recorded at once. A protected one takes something from its
 * parent for a term, which is what a thief of the parent's keys might sell: it waits `guardSeconds`, in which any one
 * living key of either party vetoes it.
 */

import { type Consent, consentInApplication } from '@cadastre/evidence'
import { contains, equalBlock, err, ok, type Range, type Result } from '@cadastre/numbers'
import {
  type Application,
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
} from '@cadastre/records'
import { endApplication, newApplication } from './applications.ts'
import { CellEdits } from './cell-edits.ts'
import { withRegistration } from './cells.ts'
import {
  type Asked,
  applicationKey,
  chainNeed,
  consent,
  fewBlocks,
  holderKey,
  holderOf,
  longestFor,
  namesMember,
  notesKey,
  notesOf,
  recordNeed,
  registrationMember,
} from './common.ts'
import { accept, DRAFT_SINCE, draftId, put, refuse } from './effects.ts'
import { fitsEntry } from './entry-room.ts'
import { heldRefusal } from './holds.ts'
import { beforeEffect } from './pauses.ts'
import type { Decision, Effect, Inputs, Need } from './procedure.ts'
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

const ID = 'delegate/1'

export type Grant = {
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
export const GRANT: Schema<Omit<Grant, 'step'>> = object({
  parent: handle,
  registration: registrationRef,
  range: rangeSchema,
  child: nullable(handle),
  kind: oneOf(['sub', 'lease']),
  status: oneOf(['allocated', 'assigned']),
  until: nullable(instant),
  protected: bool,
  country: nullable(country),
})

export function grantNeeds(wish: Grant, known: Inputs): readonly Need[] {
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

/** The registration in which the child is to lie, if it is the parent's to grant from. */
function grantable(wish: Grant, inputs: Inputs, at: Instant): Result<Registration, RefusalCode> {
  const known = (name: string | null): boolean => name === null || holderOf(inputs, name) !== null
  if (!known(wish.parent) || !known(wish.child)) return err('holder-unknown')
  const found = referred(wish.registration, inputs)
  if (found === null) return err('registration-unknown')
  const { outer, registration } = found
  const delegable = registration.kind === 'holding' || isChild(registration.kind)
  const holds = delegable && registration.holder === wish.parent && !termIsOver([...outer, registration], at)
  return holds ? ok(registration) : err('not-holder')
}

/** The parent's consent, if those sign who must, and what they signed for still stands. */
function agreed(
  from: Asked<Grant>,
  registration: Registration,
  inputs: Inputs,
): Result<Consent, RefusalCode> {
  const wish = from.body
  const [parent, child] = [wish.parent, wish.child].map((name) =>
    name === null ? null : holderOf(inputs, name),
  )
  const given = parent == null ? null : consent(parent, from, 'full')
  if (given === null) return err('consent-missing')
  if (wish.protected && (child == null || consent(child, from, 'full') === null))
    return err('child-consent-missing')
  const member = registrationMember(registration, wish.registration.key.space)
  return namesMember(from, member, registration, inputs) ? ok(given) : err('member-changed')
}

/** Whether the range lies free in the registration: inside it, and with nothing registered further in. */
function rangeRefusal(
  wish: Grant,
  registration: Registration,
  inputs: Inputs,
  at: Instant,
): RefusalCode | null {
  const { space } = wish.registration.key
  if (!contains(registrationRange(registration, space), wish.range)) return 'range-outside'
  const blocks = fewBlocks(wish.range)
  if (blocks === null) return 'range-not-a-block'
  const notes = notesOf(inputs, registration.id)
  if (notes?.pending != null) return 'act-pending'
  // A protected child is a holding of somebody else's for years; any other is its parent's own note.
  const held = wish.protected ? heldRefusal(notes, wish.range, at) : null
  if (held !== null) return held
  const taken = blocks.some((block) => innermost(inputs.chain(block))?.registration.id !== registration.id)
  const { cells, complete } = insideOf(blocks, inputs)
  // What is registered at the range's own blocks is on their chains; deeper there must be nothing.
  const deeper = cells.filter(({ block }) => !blocks.some((own) => equalBlock(own, block)))
  if (taken || deeper.some(({ cell }) => cell.registrations.length > 0)) return 'overlaps-sibling'
  return complete ? null : 'range-too-busy'
}

/** The longest of all terms that the parent's holding may use. */
function maxTermSeconds(parent: Registration, inputs: Inputs): number {
  return longestFor(inputs, ID, parent, 'maxTermSeconds')
}

/** Whether the child may have its term. It begins at `from`. */
function termRefusal(
  wish: Grant,
  parent: Registration,
  inputs: Inputs,
  from: Instant,
  at: Instant,
): RefusalCode | null {
  // A parent that can be ended at any moment would take a protected child with it, or be held hostage by it.
  if (wish.protected && isChild(parent.kind) && !parent.protected) return 'parent-unprotected'
  if (wish.until === null) return wish.protected || wish.kind === 'lease' ? 'term-missing' : null
  if (wish.until <= from) return 'term-past'
  const outlives = parent.until !== null && wish.until > parent.until
  return outlives || wish.until > addSeconds(at, maxTermSeconds(parent, inputs)) ? 'term-too-long' : null
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

/** The cells in which the child stands, or why it cannot stand there. */
function childEffects(
  wish: Grant,
  given: Consent,
  inputs: Inputs,
  at: Instant,
): Result<readonly Effect[], RefusalCode> {
  const edits = new CellEdits(inputs)
  for (const block of fewBlocks(wish.range) ?? []) {
    const cell = withRegistration(edits.cell(block), childOf(wish, at))
    if (cell === null) return err('cell-full')
    edits.set(block, cell)
  }
  return ok(edits.effects(given))
}

export function decideGrant(from: Asked<Grant>, inputs: Inputs, at: Instant): Decision {
  const wish = from.body
  const registration = grantable(wish, inputs, at)
  if (!registration.ok) return refuse(registration.error)
  const given = agreed(from, registration.value, inputs)
  if (!given.ok) return refuse(given.error)
  const wait = wish.protected ? longestFor(inputs, ID, registration.value, 'guardSeconds') : 0
  const begins = addSeconds(at, wait)
  const refusal =
    rangeRefusal(wish, registration.value, inputs, at) ??
    termRefusal(wish, registration.value, inputs, begins, at)
  if (refusal !== null) return refuse(refusal)
  const effects = childEffects(wish, given.value, inputs, at)
  if (!effects.ok) return refuse(effects.error)
  if (wait === 0) return accept(effects.value)
  // What would not fit its entry when the time has come is refused now.
  if (!fitsEntry(effects.value, looked(wish))) return refuse('entry-too-large')
  const parties = wish.child === null ? [wish.parent] : [wish.parent, wish.child]
  const waiting = { ...from.request.body, replaces: inputs.memberHash(registration.value) }
  const application = newApplication(ID, waiting, parties, 'cooling', begins, at)
  return accept([put(applicationKey(application.handle), application)])
}

function looked(wish: Grant): number {
  return 2 * (fewBlocks(wish.range) ?? []).length + 8
}

/** The grant that waits in an application; null where it holds none. */
export function grantIn(application: Application | null): Grant | null {
  if (application === null) return null
  const { replaces: _, step: __, ...signed } = application.body
  const read = GRANT.read(signed, '')
  return read.ok ? { step: 'grant', ...read.value } : null
}

/** The wait has passed unvetoed: the protected child is recorded, or the application fails and says why. */
export function decideGranted(application: Application, inputs: Inputs, at: Instant): Decision {
  const wish = grantIn(application)
  if (wish === null) return refuse('not-due')
  const waits = beforeEffect(application, inputs, at)
  if (waits !== null) return waits
  const effects = grantedEffects(wish, application, inputs, at)
  return effects.ok
    ? accept([...effects.value, endApplication(application, 'effected')])
    : accept([endApplication(application, 'failed', effects.error)])
}

function grantedEffects(
  wish: Grant,
  application: Application,
  inputs: Inputs,
  at: Instant,
): Result<readonly Effect[], RefusalCode> {
  const registration = grantable(wish, inputs, at)
  if (!registration.ok) return registration
  const given = consentInApplication(application, wish.parent)
  if (given === null) return err('consent-missing')
  if (application.body['replaces'] !== inputs.memberHash(registration.value)) return err('member-changed')
  const refusal =
    rangeRefusal(wish, registration.value, inputs, at) ??
    termRefusal(wish, registration.value, inputs, at, at)
  if (refusal !== null) return err(refusal)
  const effects = childEffects(wish, given, inputs, at)
  return effects.ok && !fitsEntry(effects.value, looked(wish)) ? err('entry-too-large') : effects
}
