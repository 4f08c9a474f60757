/**
 * P23 Succession of the registry, the predecessor's side: a successor is named in advance, the hand-over is announced, and
 * after the notice this log ends. Holdings are not touched; the successor goes on where the log ends (`take-over`).
 *
 * Refusals, in order: see `handOver.refusals`; the page is `docs/procedures/hand-over.md`.
 */

import { keySigned } from '@cadastre/evidence'
import {
  addSeconds,
  DAY_SECONDS,
  handle,
  hash32,
  type Instant,
  object,
  type ProcedureRecord,
  type Registry,
  type Schema,
  tagged,
} from '@cadastre/records'
import {
  type Asked,
  asked,
  baseNeeds,
  numberParameter,
  procedureOf,
  REGISTRY_KEY,
  registryOf,
  staffRefusal,
} from './common.ts'
import { accept, put, refuse } from './effects.ts'
import { originText } from './peers.ts'
import type { Inputs, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { signedByStaff, staffNeeds } from './staff.ts'

type Name = {
  readonly step: 'name'
  readonly staff: string
  /** The successor's log: its origin and its Ed25519 key, 32 bytes. */
  readonly origin: string
  readonly key: string
}
type Step = { readonly step: 'announce' | 'withdraw' | 'finish'; readonly staff: string }
export type HandOverBody = Name | Step

const ID = 'hand-over/1'
const byStaff = object({ staff: handle })
const body: Schema<HandOverBody> = tagged('step', {
  name: object({ staff: handle, origin: originText, key: hash32 }),
  announce: byStaff,
  withdraw: byStaff,
  finish: byStaff,
})

/** The least notice, whatever the parameters say. */
const NOTICE_SECONDS = 7 * DAY_SECONDS

function nameRefusal({ body: wish, ...from }: Asked<Name>, registry: Registry): RefusalCode | null {
  if (!keySigned(wish.key, from.signatures)) return 'successor-signature-missing'
  const { successor } = registry
  return successor?.origin === wish.origin && successor.key === wish.key ? 'nothing-changed' : null
}

function announceRefusal(
  from: Asked<unknown>,
  { successor, handOver: announced }: Registry,
  parameters: ProcedureRecord,
  at: Instant,
): RefusalCode | null {
  if (successor === null || addSeconds(successor.named, numberParameter(parameters, 'namedSeconds')) > at)
    return 'successor-missing'
  if (!keySigned(successor.key, from.signatures)) return 'successor-signature-missing'
  return announced === null ? null : 'nothing-changed'
}

function finishRefusal({ handOver: announced }: Registry, at: Instant): RefusalCode | null {
  if (announced === null) return 'not-announced'
  return announced.from > at ? 'notice-running' : null
}

function stepRefusal(
  from: Asked<HandOverBody>,
  registry: Registry,
  parameters: ProcedureRecord,
  at: Instant,
): RefusalCode | null {
  const { body: wish, ...rest } = from
  switch (wish.step) {
    case 'name':
      return nameRefusal({ ...rest, body: wish }, registry)
    case 'announce':
      return announceRefusal(from, registry, parameters, at)
    case 'withdraw':
      return registry.handOver === null ? 'not-announced' : null
    case 'finish':
      return finishRefusal(registry, at)
  }
}

function after(wish: HandOverBody, registry: Registry, parameters: ProcedureRecord, at: Instant): Registry {
  switch (wish.step) {
    case 'name':
      // Whoever was announced before is not this one.
      return { ...registry, successor: { origin: wish.origin, key: wish.key, named: at }, handOver: null }
    case 'announce': {
      const notice = Math.max(NOTICE_SECONDS, numberParameter(parameters, 'noticeSeconds'))
      return { ...registry, handOver: { announced: at, from: addSeconds(at, notice) } }
    }
    case 'withdraw':
      return { ...registry, handOver: null }
    case 'finish':
      return { ...registry, state: 'handed-over' }
  }
}

function refusalOf(from: Asked<HandOverBody>, inputs: Inputs): RefusalCode | null {
  return staffRefusal(from, inputs, ID) ?? signedByStaff(from, [from.body.staff], ['operator'], inputs)
}

export const handOver: Procedure<HandOverBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'staff-unknown',
    'wrong-staff-role',
    'staff-signature-missing',
    'successor-missing',
    'successor-signature-missing',
    'nothing-changed',
    'not-announced',
    'notice-running',
  ],
  deadlineSeconds: 60,
  needs(act) {
    const from = asked(act, body)
    return from === null ? [] : [...baseNeeds(ID), ...staffNeeds([from.body.staff])]
  },
  decide(act, inputs, at) {
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const refusal = refusalOf(from, inputs)
    if (refusal !== null) return refuse(refusal)
    const registry = registryOf(inputs)
    const parameters = procedureOf(inputs, ID)
    if (registry === null || parameters === null) throw new Error('checked by staffRefusal')
    const step = stepRefusal(from, registry, parameters, at)
    return step === null
      ? accept([put(REGISTRY_KEY, after(from.body, registry, parameters, at))])
      : refuse(step)
  },
}
