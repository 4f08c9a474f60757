/**
 * P18 Technical emergency: two operators pause everything, for everyone, for a bounded time. The request has no place
 * for a holder or a number (invariant I6), and no record but the registry's own is written.
 *
 * Refusals, in order: see `pause.refusals`; the page is `docs/procedures/pause.md`.
 */

import {
  addSeconds,
  array,
  handle,
  hash32,
  type Instant,
  integer,
  object,
  oneOf,
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
  objectAt,
  procedureOf,
  REGISTRY_KEY,
  registryOf,
  staffRefusal,
} from './common.ts'
import { accept, put, refuse } from './effects.ts'
import { MAX_PAUSES, pausedBetween, pausesAfter } from './pauses.ts'
import type { Decision, Inputs, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { signedByStaff, staffNeeds } from './staff.ts'

const TRIGGERS = ['log-key-compromise', 'corruption', 'active-attack'] as const

type Begin = {
  readonly step: 'pause'
  readonly trigger: (typeof TRIGGERS)[number]
  readonly seconds: number
  /** Hash of the published cause. */
  readonly report: string
  /** Two operators. */
  readonly staff: readonly string[]
}
type Resume = { readonly step: 'resume'; readonly staff: string }
export type PauseBody = Begin | Resume

const ID = 'pause/1'
const body: Schema<PauseBody> = tagged('step', {
  pause: object({
    trigger: oneOf(TRIGGERS),
    seconds: integer(1, 366 * 86400),
    report: hash32,
    staff: array(handle, 2, 2),
  }),
  resume: object({ staff: handle }),
})

function staffOfBody(wish: PauseBody): readonly string[] {
  return wish.step === 'pause' ? wish.staff : [wish.staff]
}

function limitRefusal(
  wish: Begin,
  registry: Registry,
  parameters: ProcedureRecord,
  at: Instant,
): RefusalCode | null {
  if (wish.seconds > numberParameter(parameters, 'maxSeconds')) return 'pause-too-long'
  const from = addSeconds(at, -numberParameter(parameters, 'periodSeconds'))
  const all = pausedBetween(registry, from, at) + wish.seconds
  if (all > numberParameter(parameters, 'maxTotalSeconds')) return 'pause-limit'
  return pausesAfter(registry, at).length < MAX_PAUSES ? null : 'pause-limit'
}

function refusalOf(from: Asked<PauseBody>, inputs: Inputs, at: Instant): RefusalCode | null {
  const common = staffRefusal(from, inputs, ID)
  if (common !== null) return common
  const registry = registryOf(inputs)
  const parameters = procedureOf(inputs, ID)
  if (registry === null || parameters === null) throw new Error('checked by staffRefusal')
  const wish = from.body
  const staff = signedByStaff(from, staffOfBody(wish), ['operator'], inputs)
  if (staff !== null) return staff
  if (wish.step === 'resume')
    return registry.paused !== null && registry.paused.until > at ? null : 'not-paused'
  if (wish.staff[0] === wish.staff[1]) return 'second-operator-missing'
  return limitRefusal(wish, registry, parameters, at)
}

function decideDue(registry: Registry | null, at: Instant): Decision {
  if (registry?.paused == null || registry.paused.until > at) return refuse('not-due')
  return accept([put(REGISTRY_KEY, ended(registry, at))])
}

function ended(registry: Registry, at: Instant): Registry {
  return { ...registry, paused: null, pauses: pausesAfter(registry, at) }
}

export const pause: Procedure<PauseBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'not-due',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'staff-unknown',
    'wrong-staff-role',
    'staff-signature-missing',
    'not-paused',
    'second-operator-missing',
    'pause-too-long',
    'pause-limit',
  ],
  deadlineSeconds: 60,
  needs(act) {
    if (act.kind === 'due') return []
    const from = asked(act, body)
    return from === null ? [] : [...baseNeeds(ID), ...staffNeeds(staffOfBody(from.body))]
  },
  decide(act, inputs, at) {
    if (act.kind === 'due') return decideDue(objectAt('registry', act.subject, inputs), at)
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const refusal = refusalOf(from, inputs, at)
    if (refusal !== null) return refuse(refusal)
    const registry = registryOf(inputs)
    if (registry === null) throw new Error('checked by refusalOf')
    const stopped = ended(registry, at)
    if (from.body.step === 'resume') return accept([put(REGISTRY_KEY, stopped)])
    const { trigger, seconds, report } = from.body
    const paused = { since: at, until: addSeconds(at, seconds), trigger, report }
    return accept([put(REGISTRY_KEY, { ...stopped, paused })])
  },
}
