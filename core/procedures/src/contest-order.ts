/**
 * P14, what the holder can do here: object, once, to facts of the checklist, which a third attestor then looks at again;
 * and show an appeal that by law stays the orders of this authority. Merits go to the court that gave the order.
 *
 * Refusals, in order: see `contestOrder.refusals`; the page is `docs/procedures/contest-order.md`.
 */

import {
  type Application,
  array,
  CHECKLIST,
  handle,
  hash32,
  type Instant,
  type OrderRecord,
  object,
  oneOf,
  type Schema,
  tagged,
} from '@cadastre/records'
import { endApplication, newApplication, stepIn } from './applications.ts'
import {
  type Asked,
  applicationKey,
  applicationOf,
  asked,
  baseNeeds,
  commonRefusal,
  holderKey,
  holderOf,
  objectAt,
  recordNeed,
  staffRefusal,
} from './common.ts'
import { accept, refuse } from './effects.ts'
import { answerBy, examinationNeeds, openRecheck } from './examination.ts'
import { ownKeySigned } from './holder-changes.ts'
import { asStayed, returned } from './order-execution.ts'
import {
  authorityAt,
  authorityKey,
  canBeTouched,
  isInEffect,
  orderAt,
  orderKey,
  putOrder,
  releaseNeeds,
  undone,
} from './orders.ts'
import type { Act, Decision, Inputs, Need, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { certifiedByClerks, staffNeeds } from './staff.ts'

/** `items`: facts of the checklist that are said to be otherwise; `evidence`: hash of what shows it. */
type Objection = {
  readonly step: 'object'
  readonly order: string
  readonly holder: string
  readonly items: readonly (typeof CHECKLIST)[number][]
  readonly evidence: string
}
/** `filed`: hash of the appeal as the court stamped it; two clerks certify the stamp. */
type Appeal = {
  readonly step: 'appeal'
  readonly order: string
  readonly filed: string
  readonly staff: readonly string[]
}
export type ContestOrderBody = Objection | Appeal

const ID = 'contest-order/1'
const body: Schema<ContestOrderBody> = tagged('step', {
  object: object({
    order: handle,
    holder: handle,
    items: array(oneOf(CHECKLIST), CHECKLIST.length, 1),
    evidence: hash32,
  }),
  appeal: object({ order: handle, filed: hash32, staff: array(handle, 2, 2) }),
})

function objectionRefusal(from: Asked<Objection>, inputs: Inputs, at: Instant): RefusalCode | null {
  const order = orderAt(from.body.order, inputs)
  if (order === null) return 'order-unknown'
  if (!canBeTouched(order)) return 'order-closed'
  if (order.holder !== from.body.holder) return 'not-party'
  const holder = holderOf(inputs, from.body.holder)
  if (holder === null) return 'holder-unknown'
  if (!ownKeySigned(holder, from, at)) return 'consent-missing'
  return order.objection === null ? null : 'objection-used'
}

function decideObjection(from: Asked<Objection>, inputs: Inputs, at: Instant): Decision {
  const refusal = objectionRefusal(from, inputs, at)
  if (refusal !== null) return refuse(refusal)
  const order = orderAt(from.body.order, inputs)
  const examined = order === null ? null : applicationOf(inputs, order.application)
  if (order === null || examined?.examination == null) throw new Error('checked by objectionRefusal')
  // Whoever took the order in is remembered, and not called to look at it again, nor in place of one who was silent.
  const asked = { ...from.request.body, staff: examined.body['staff'] ?? null }
  const application = newApplication(ID, asked, [from.body.holder], 'examining', null, at)
  const recheck = { earlier: examined.examination, questions: [...new Set(from.body.items)] }
  const opened = openRecheck(application, recheck, inputs, at)
  if (!opened.ok) return refuse(opened.error)
  const objection = { application: application.handle, upheld: null }
  const waiting = waitingFor(order, answerBy(application, inputs, at))
  return accept([...opened.value, putOrder({ ...waiting, objection })])
}

/** A window does not end before the attestor's deadline, unless the order itself fixes when it is executed. */
function waitingFor(order: OrderRecord, answered: Instant): OrderRecord {
  const { state, windowEnd, executeFrom } = order
  const waits = state === 'window' && executeFrom === null && windowEnd !== null && windowEnd < answered
  return waits ? { ...order, windowEnd: answered } : order
}

function decideAppeal(from: Asked<Appeal>, inputs: Inputs, at: Instant): Decision {
  const staff = certifiedByClerks(from, from.body.staff, inputs)
  if (staff !== null) return refuse(staff)
  const order = orderAt(from.body.order, inputs)
  if (order === null) return refuse('order-unknown')
  if (!canBeTouched(order) || order.state === 'stayed') return refuse('order-closed')
  if (authorityAt(order.authority, inputs)?.terms.appealStays !== true) return refuse('appeal-does-not-stay')
  const next = asStayed(order, { by: null, from: order.state, until: null })
  return accept(isInEffect(order) ? undone(next, order, inputs, at) : [putOrder(next)])
}

function orderOfObjection(application: Application | null): string | null {
  if (application === null) return null
  const { staff: _, ...signed } = application.body
  return stepIn({ ...application, body: signed }, body, 'object')?.order ?? null
}

/** The third attestor has looked again: what it found decides on the facts that were objected to. */
function decideAnswered(application: Application | null, inputs: Inputs, at: Instant): Decision {
  const name = orderOfObjection(application)
  const order = name === null ? null : orderAt(name, inputs)
  const due = application?.due ?? null
  if (application?.state !== 'noticed' || due === null || due > at || order === null) return refuse('not-due')
  const answers = application.examination?.calls.at(-1)?.answers ?? {}
  const upheld = Object.values(answers).includes('no')
  const known: OrderRecord = { ...order, objection: { application: application.handle, upheld } }
  const ended = endApplication(application, 'effected')
  if (!upheld || !canBeTouched(order)) return accept([putOrder(known), ended])
  return accept([...returned(known, 'objection-upheld', inputs, at), ended])
}

function orderNeeds(name: string, known: Inputs): readonly Need[] {
  const key = recordNeed(orderKey(name))
  const order = known.has(key) ? orderAt(name, known) : null
  return order === null
    ? [key]
    : [
        key,
        recordNeed(authorityKey(order.authority)),
        recordNeed(applicationKey(order.application)),
        ...releaseNeeds(order),
      ]
}

function needs(act: Act, known: Inputs): readonly Need[] {
  const base = baseNeeds(ID)
  if (act.kind === 'due') {
    const name = orderOfObjection(objectAt('application', act.subject, known))
    return name === null ? base : [...base, ...orderNeeds(name, known)]
  }
  const from = asked(act, body)
  if (from === null) return []
  const wish = from.body
  const shared = [...base, ...orderNeeds(wish.order, known)]
  return wish.step === 'appeal'
    ? [...shared, ...staffNeeds(wish.staff)]
    : [...shared, ...examinationNeeds(known), recordNeed(holderKey(wish.holder))]
}

export const contestOrder: Procedure<ContestOrderBody> = {
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
    'staff-unknown',
    'wrong-staff-role',
    'staff-signature-missing',
    'attestations-missing',
    'order-unknown',
    'order-closed',
    'appeal-does-not-stay',
    'not-party',
    'holder-unknown',
    'consent-missing',
    'objection-used',
    'attestors-unavailable',
    'objection-upheld',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') return decideAnswered(objectAt('application', act.subject, inputs), inputs, at)
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const { body: wish, ...rest } = from
    const common = (wish.step === 'appeal' ? staffRefusal : commonRefusal)(from, inputs, ID)
    if (common !== null) return refuse(common)
    return wish.step === 'appeal'
      ? decideAppeal({ ...rest, body: wish }, inputs, at)
      : decideObjection({ ...rest, body: wish }, inputs, at)
  },
}
