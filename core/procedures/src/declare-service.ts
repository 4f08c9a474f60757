/**
 * Declare a service: reverse DNS, a route, the intent of a ROA, at one block. Whoever holds what is registered there
 * declares it; the registry checks its form and nothing else. Only the holder's routing keys (routes, ROAs) or
 * technical keys (reverse DNS) are asked for.
 *
 * Refusals, in order: see `declareService.refusals`; the page is `docs/procedures/declare-service.md`.
 */

import type { Block } from '@cadastre/numbers'
import {
  type CoveringCell,
  cellKey,
  EMPTY_CELL,
  handle,
  type Instant,
  isChild,
  type KeyRole,
  object,
  oneOf,
  type Registration,
  registrationsOn,
  type Schema,
} from '@cadastre/records'
import {
  type Asked,
  asked,
  baseNeeds,
  chainNeed,
  commonRefusal,
  consent,
  holderKey,
  holderOf,
  namesMember,
  recordNeed,
  registrationMember,
} from './common.ts'
import { accept, cellRecord, lessen, refuse } from './effects.ts'
import type { Decision, Inputs, Procedure } from './procedure.ts'
import { cellBlock, termIsOver } from './ranges.ts'
import { type Service, service, serviceEffects, withoutService } from './services.ts'

export type DeclareServiceBody = {
  readonly holder: string
  /** The cell at which the service stands. */
  readonly at: Block
  readonly service: Service
  readonly action: 'set' | 'remove'
}

const ID = 'declare-service/1'
const body: Schema<DeclareServiceBody> = object({
  holder: handle,
  at: cellBlock,
  service,
  action: oneOf(['set', 'remove']),
})

/**
 * Who declares services on a path: the holder of the innermost registration. A child without a holder is its parent's
 * note about a customer who has no handle, so there the parent declares. Null where nobody holds anything.
 */
function serviceHolder(
  path: readonly CoveringCell[],
): { readonly holder: string; readonly under: Registration } | null {
  const registrations = registrationsOn(path).map(({ registration }) => registration)
  const under = registrations.at(-1)
  if (under === undefined) return null
  for (const registration of registrations.toReversed()) {
    if (registration.holder !== null) return { holder: registration.holder, under }
    if (!isChild(registration.kind)) return null
  }
  return null
}

function roleFor(declared: Service): KeyRole {
  return declared.kind === 'rdns' ? 'technical' : 'routing'
}

/** The cell at exactly the block, empty where there is none. */
function cellAt(path: readonly CoveringCell[], block: Block): CoveringCell {
  const last = path.at(-1)
  return last !== undefined && last.block.length === block.length ? last : { block, cell: EMPTY_CELL }
}

/** Whether the request names the registration and, for reverse DNS, what stands there under it. */
function namesWhatItReplaces(
  from: Asked<DeclareServiceBody>,
  under: Registration,
  at: CoveringCell,
  inputs: Inputs,
): boolean {
  const registration = registrationMember(under, at.block.space)
  if (!namesMember(from, registration, under, inputs)) return false
  if (from.body.service.kind !== 'rdns') return true
  const current = at.cell.rdns?.under === under.id ? at.cell.rdns : null
  return namesMember(from, `${cellKey(at.block)}#rdns`, current, inputs)
}

function decideAsked(from: Asked<DeclareServiceBody>, inputs: Inputs, at: Instant): Decision {
  const common = commonRefusal(from, inputs, ID)
  if (common !== null) return refuse(common)
  const { at: block, service: declared, action } = from.body
  const path = inputs.chain(block)
  const holder = holderOf(inputs, from.body.holder)
  if (holder === null) return refuse('holder-unknown')
  const authority = serviceHolder(path)
  if (
    authority?.holder !== holder.handle ||
    termIsOver(
      registrationsOn(path).map(({ registration }) => registration),
      at,
    )
  )
    return refuse('not-holder')
  const given = consent(holder, from, roleFor(declared))
  if (given === null) return refuse('consent-missing')
  const here = cellAt(path, block)
  const { under } = authority
  if (!namesWhatItReplaces(from, under, here, inputs)) return refuse('member-changed')
  const next =
    action === 'set' ? serviceEffects(here, declared, under.id) : withoutService(here, declared, under.id)
  return next.ok ? accept([lessen(cellKey(block), cellRecord(next.value), given)]) : refuse(next.error)
}

export const declareService: Procedure<DeclareServiceBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'paused',
    'holder-unknown',
    'not-holder',
    'consent-missing',
    'member-changed',
    'not-for-numbers',
    'not-on-boundary',
    'max-length-invalid',
    'service-unknown',
    'nothing-changed',
    'cell-full',
  ],
  deadlineSeconds: 60,
  needs(act) {
    const from = asked(act, body)
    if (from === null) return []
    return [...baseNeeds(ID), recordNeed(holderKey(from.body.holder)), chainNeed(from.body.at)]
  },
  decide(act, inputs, at) {
    const from = asked(act, body)
    return from === null ? refuse('body-malformed') : decideAsked(from, inputs, at)
  },
}
