/**
 * P14 Sovereign order. A clerk takes the order in by the hash of its document; what a machine sees sends it back at once;
 * two attestors answer the checklist blind to each other. Then it is executed exactly: at once, or after a notice and a
 * window. It ends by itself at its end. How it is executed stands in `order-execution.ts`, what falls due in
 * `order-due.ts`.
 *
 * Refusals, in order: see `serveOrder.refusals`; the page is `docs/procedures/serve-order.md`.
 */

import {
  array,
  CHECKLIST,
  type Desk,
  dateOf,
  handle,
  hash32,
  type Instant,
  NOT_FOR_OPERATOR,
  nullable,
  type OrderRecord,
  object,
  type Schema,
  type SealOpening,
  tagged,
  text,
} from '@cadastre/records'
import { newApplication } from './applications.ts'
import {
  type Asked,
  applicationKey,
  applicationOf,
  asked,
  baseNeeds,
  objectAt,
  recordNeed,
  staffRefusal,
} from './common.ts'
import { accept, DRAFT_SINCE, put, refuse } from './effects.ts'
import { examinationNeeds, openExamination } from './examination.ts'
import { policyRefusal } from './key-policy.ts'
import { decideApplicationDue, decideOrderDue, dueNeeds } from './order-due.ts'
import { isRooted, isServeMalformed, printable, returnCode, SERVE, type ServeBody } from './order-form.ts'
import { scopeNeeds } from './order-scope.ts'
import {
  authorityAt,
  authorityKey,
  closed,
  DESK_KEY,
  deskOf,
  documentKey,
  orderAt,
  orderKey,
  owedNotice,
  putOrder,
  SERVE_ORDER_ID,
  windowNeeds,
  withWindow,
} from './orders.ts'
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { signedByStaff, staffNeeds } from './staff.ts'
import { noticeNeeds } from './to-notify.ts'

type Serve = { readonly step: 'serve' } & ServeBody
/** `text`: hash of the order's text as it is public, redacted as ordered. */
type Publish = {
  readonly step: 'publish'
  readonly staff: string
  readonly order: string
  readonly text: string
}
type Unseal = {
  readonly step: 'unseal'
  readonly staff: string
  readonly order: string
  readonly opening: SealOpening
}
export type ServeOrderBody = Serve | Publish | Unseal

const ID = SERVE_ORDER_ID
const body: Schema<ServeOrderBody> = tagged('step', {
  serve: SERVE,
  publish: object({ staff: handle, order: handle, text: hash32 }),
  unseal: object({
    staff: handle,
    order: handle,
    opening: object({
      document: hash32,
      reference: printable,
      holder: nullable(handle),
      commitments: array(hash32, 16),
      nonce: text({ expected: '32 random bytes in standard base64', maxLength: 44, pattern: '^.{44}$' }),
    }),
  }),
})

/** What an order is known by, so that none is served twice. */
function servedAs(wish: ServeBody): string {
  return wish.document ?? wish.seal?.commitment ?? ''
}

/** The order that was served with this document and not returned: it is not served again. */
function servedBefore(wish: ServeBody, inputs: Inputs): boolean {
  const served = objectAt('document', documentKey(servedAs(wish), inputs), inputs)
  const order = served === null ? null : orderAt(served.order, inputs)
  return order !== null && order.state !== 'returned'
}

/** Earlier orders that this one names. */
function namedOrders({ order, reverses }: ServeBody): readonly string[] {
  return [...('order' in order ? [order.order] : []), ...(reverses === null ? [] : [reverses])]
}

function serveNeeds(wish: ServeBody, known: Inputs): readonly Need[] {
  const document = recordNeed(documentKey(servedAs(wish), known))
  const first = [
    ...examinationNeeds(known),
    recordNeed(authorityKey(wish.authority)),
    recordNeed(DESK_KEY),
    document,
    ...namedOrders(wish).map((one) => recordNeed(orderKey(one))),
    ...scopeNeeds(wish.order, wish.scope, wish.holder, known),
  ]
  const served = known.has(document) ? objectAt('document', document.key, known) : null
  return served === null ? first : [...first, recordNeed(orderKey(served.order))]
}

function needs(act: Act, known: Inputs): readonly Need[] {
  const base = baseNeeds(ID)
  if (act.kind === 'due') return [...base, ...dueNeeds(act.subject, known)]
  const from = asked(act, body)
  if (from === null) return []
  const wish = from.body
  const staff = staffNeeds([wish.staff])
  if (wish.step === 'serve') return [...base, ...staff, ...serveNeeds(wish, known)]
  const key = recordNeed(orderKey(wish.order))
  const first = [...base, ...staff, key]
  const order = known.has(key) ? orderAt(wish.order, known) : null
  if (wish.step === 'publish') return order === null ? first : [...first, ...windowNeeds(order, known)]
  const application = order === null ? [] : [recordNeed(applicationKey(order.application))]
  return [...first, recordNeed(DESK_KEY), ...noticeNeeds(), ...application]
}

/** The public counts after one more order: how many there are is known at once, sealed ones included. */
function counted(inputs: Inputs, served: number, sealed: number): Effect {
  const empty: Desk = { v: 1, roots: [], served: 0, sealed: 0, since: DRAFT_SINCE }
  const desk = deskOf(inputs) ?? empty
  return put(DESK_KEY, { ...desk, served: desk.served + served, sealed: desk.sealed + sealed })
}

function recordOf(wish: ServeBody, rooted: boolean, at: Instant): OrderRecord {
  const { authority, reference, document, date, authenticity, order, scope, holder } = wish
  const { until, executeFrom, seal, reverses, served } = wish
  return {
    v: 1,
    handle: 'O-#',
    authority,
    reference,
    document,
    date,
    authenticity,
    rooted,
    detail: order,
    scope,
    holder,
    until,
    executeFrom,
    seal: seal === null ? null : { ...seal, opened: null, overdue: false },
    reverses,
    state: 'received',
    reason: null,
    application: 'A-#',
    checklist: null,
    served,
    received: at,
    verified: null,
    notified: null,
    published: null,
    windowEnd: null,
    opened: at,
    pausedSeconds: 0,
    executed: null,
    ended: null,
    stayed: null,
    conflicts: [],
    variedBy: null,
    objection: null,
    asked: null,
    askAgain: null,
    due: null,
    since: DRAFT_SINCE,
  }
}

/** A representative proves that it has its keys: they sign what is served. */
function keysRefusal(from: Asked<Serve>): RefusalCode | null {
  const { order } = from.body
  return order.effect === 'appointRepresentative' ? policyRefusal(order, order.keys, from) : null
}

function decideServe(from: Asked<Serve>, inputs: Inputs, at: Instant): Decision {
  const wish = from.body
  if (wish.served > at || wish.date > dateOf(at)) return refuse('instant-in-future')
  const keys = keysRefusal(from)
  if (keys !== null) return refuse(keys)
  if (servedBefore(wish, inputs)) return refuse('order-served-before')
  const order = recordOf(wish, isRooted(wish, deskOf(inputs)), at)
  const effects = [
    put(documentKey(servedAs(wish), inputs), { v: 1, order: 'O-#', since: DRAFT_SINCE }),
    counted(inputs, 1, wish.seal === null ? 0 : 1),
  ]
  const code = returnCode(wish, inputs, at)
  if (code !== null) return accept([...effects, putOrder(closed(order, 'returned', code, at))])
  const court = authorityAt(wish.authority, inputs)?.terms.kind === 'court'
  const plan = {
    applicant: null,
    attestor: wish.attestor,
    questions: court ? CHECKLIST : [...CHECKLIST, NOT_FOR_OPERATOR],
    affected: [],
    windowSeconds: 0,
  }
  const application = newApplication(ID, from.request.body, [], 'examining', null, at)
  const opened = openExamination(application, plan, inputs, at)
  return opened.ok ? accept([...effects, putOrder(order), ...opened.value]) : refuse(opened.error)
}

function decidePublish({ order: name, text: hash }: Publish, inputs: Inputs, at: Instant): Decision {
  const order = orderAt(name, inputs)
  if (order === null) return refuse('order-unknown')
  if (order.seal !== null && order.seal.opened === null) return refuse('seal-running')
  if (order.published !== null) return refuse('text-published')
  const published: OrderRecord = { ...order, published: { text: hash, at } }
  const waiting = order.state === 'noticed'
  return accept([putOrder(waiting ? withWindow(published, inputs, at) : published)])
}

/** The end of a seal shows what it was a commitment to; from now on the holder is to be notified. */
function decideUnseal({ order: name, opening }: Unseal, inputs: Inputs, at: Instant): Decision {
  const order = orderAt(name, inputs)
  if (order === null) return refuse('order-unknown')
  const { seal } = order
  if (seal === null || seal.opened !== null) return refuse('not-sealed')
  if (seal.until > at) return refuse('seal-running')
  const sameHolder = order.holder === null || order.holder === opening.holder
  if (inputs.memberHash(opening) !== seal.commitment || !sameHolder) return refuse('opening-differs')
  const { document, reference, holder, commitments } = opening
  const { detail } = order
  const shown: OrderRecord = {
    ...order,
    document,
    reference,
    holder,
    detail: detail.effect === 'disclose' ? { ...detail, commitments } : detail,
    seal: { ...seal, opened: at, overdue: false },
  }
  const application = applicationOf(inputs, order.application)
  // Under an ended seal an attempt may be owed already, to whom the order names in public.
  const waits = application?.state === 'to-notify' && order.holder !== holder
  const told =
    application !== null && (waits || application.state === 'effected')
      ? [owedNotice(application, holder, inputs, at)]
      : []
  return accept([putOrder(shown), counted(inputs, 0, -1), ...told])
}

export const serveOrder: Procedure<ServeOrderBody> = {
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
    'instant-in-future',
    'key-repeated',
    'threshold-unreachable',
    'key-bound-to-site',
    'key-unsigned',
    'order-served-before',
    'attestor-not-outside',
    'attestors-unavailable',
    'order-unknown',
    'seal-running',
    'text-published',
    'not-sealed',
    'opening-differs',
    'authority-unknown',
    'effect-outside-vocabulary',
    'effect-not-allowed',
    'authority-noticed',
    'seal-unknown',
    'seal-not-possible',
    'term-past',
    'seal-too-long',
    'duration-not-possible',
    'order-closed',
    'resource-moved',
    'scope-missing',
    'scope-repeated',
    'commitment-unknown',
    'not-for-persons',
    'holder-unknown',
    'range-outside',
    'not-a-holding',
    'range-not-a-block',
    'splits-protected',
    'splits-child',
    'protected-child',
    'range-too-busy',
    'service-unknown',
    'not-for-numbers',
    'cell-full',
    'notes-full',
    'examination-negative',
    'entry-too-large',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due')
      return act.subject.startsWith('obj/order/')
        ? decideOrderDue(objectAt('order', act.subject, inputs), inputs, at)
        : decideApplicationDue(objectAt('application', act.subject, inputs), inputs, at)
    const from = asked(act, body)
    if (from === null || (from.body.step === 'serve' && isServeMalformed(from.body)))
      return refuse('body-malformed')
    const { body: wish, ...rest } = from
    const refusal =
      staffRefusal(from, inputs, ID) ?? signedByStaff(from, [wish.staff], ['clerk', 'operator'], inputs)
    if (refusal !== null) return refuse(refusal)
    switch (wish.step) {
      case 'serve':
        return decideServe({ ...rest, body: wish }, inputs, at)
      case 'publish':
        return decidePublish(wish, inputs, at)
      case 'unseal':
        return decideUnseal(wish, inputs, at)
    }
  },
}
