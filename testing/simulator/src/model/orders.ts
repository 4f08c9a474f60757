/** `serve-order/1`: what an authority orders is checked, and executed exactly. */

import type {
  Application,
  Authority,
  Instant,
  OrderDetail,
  OrderRecord,
  SealOpening,
} from '@cadastre/records'
import { asRead } from './as-read.ts'
import { callFromDesk, deskAttestorFault } from './authorities.ts'
import { staffFault } from './desk.ts'
import { answersSay, atOnce, awaitNotice, ENDINGS } from './examined.ts'
import { pseudonym } from './identify.ts'
import { policyFault } from './keys.ts'
import { plainRange } from './numbers.ts'
import { returnFault } from './order-checks.ts'
import { advance, notVerified, returned, saveOrder, shown, told, verified } from './order-steps.ts'
import { type Asked, firstOf, opening, type Rule, refuse, SIZES, textOf, type Verdict } from './verdict.ts'
import { memberHash, type World } from './world.ts'

const CHECKLIST: readonly string[] = [
  'authority-registered',
  'effect-allowed',
  'in-force-at-seat',
  'served-authentic',
  'binds-registry',
  'lists-numbers',
  'effect-in-vocabulary',
  'duration-stated',
  'notice-stated',
  'not-superseded',
]

export const serveOrder: Rule = {
  by: 'step',
  shape: {
    serve:
      'staff:handle attestor:handle? authority:handle reference? document:hash? date:text served:instant authenticity:object order:object scope:list holder:handle? until:instant? executeFrom:instant? seal:object? reverses:handle?',
    publish: 'order staff:handle text:hash',
    unseal: 'order staff:handle opening',
  },
  request(asked) {
    const code = firstOf(
      opening(asked),
      staffFault(asked, [textOf(asked.body, 'staff')], ['clerk', 'operator']),
    )
    if (code !== null) return refuse(code)
    switch (asked.body['step']) {
      case 'serve':
        return serve(asked)
      case 'publish':
        return publish(asked)
      default:
        return unseal(asked)
    }
  },
  due({ world, subject }) {
    if (subject.startsWith('obj/application/')) return applicationDue(world, subject)
    const order = world.get('order', subject.split('/')[2])
    if (order?.due == null || order.due > world.at) return refuse('not-due')
    return { accept: () => advance(world, order), unless: SIZES }
  },
}

type Served = Pick<
  OrderRecord,
  | 'authority'
  | 'reference'
  | 'document'
  | 'date'
  | 'served'
  | 'authenticity'
  | 'scope'
  | 'holder'
  | 'until'
  | 'executeFrom'
  | 'reverses'
> & {
  readonly order: OrderDetail
  readonly seal: { readonly until: Instant; readonly commitment: string } | null
}

const documentHandle = (world: World, document: string): string => pseudonym(world, document).slice(0, 40)
function serveOnce(world: World, document: string, order: string): void {
  world.put('document', documentHandle(world, document), { v: 1, order, since: world.index })
}

function serve(asked: Asked): Verdict {
  const { world, body } = asked
  const said = asRead<Served>(body)
  const { order: detail, document } = said
  const keys =
    detail.effect === 'appointRepresentative' ? { m: detail.m, keys: detail.keys, guardians: [] } : null
  const before = world.get('document', documentHandle(world, document ?? said.seal?.commitment ?? ''))
  const earlier = before === null ? null : world.get('order', before.order)
  const code = firstOf(
    (said.date > world.at.slice(0, 10) || said.served > world.at) && 'instant-in-future',
    keys !== null && policyFault(asked, keys, []),
    earlier !== null && earlier.state !== 'returned' && 'order-served-before',
    deskAttestorFault(world, body['attestor'], textOf(body, 'staff')),
  )
  return code !== null ? refuse(code) : { accept: () => record(world, asked, said), unless: SIZES }
}

/** Where the registry sends an order back for its size, the model takes its word. */
function sizeReason(world: World, handle: string): string | null {
  const reason = world.nameIn(`obj/order/${handle}`, 'reason')
  return ['range-not-a-block', 'cell-full', 'notes-full', ...SIZES].includes(reason) ? reason : null
}
function record(world: World, { body }: Asked, { order: detail, seal, ...said }: Served): void {
  const handle = `O-${world.index}`
  const {
    authority,
    reference,
    document,
    date,
    served,
    authenticity,
    scope,
    holder,
    until,
    executeFrom,
    reverses,
  } = said
  const desk = world.get('desk', 'ORDERS')
  if (desk === null) throw new Error('there is a desk')
  const sealed = seal !== null
  const rooted =
    authenticity.means === 'seal' && desk.roots.some(({ certificate }) => certificate === authenticity.root)
  const order: OrderRecord = {
    v: 1,
    handle,
    ...{
      authority,
      reference,
      document,
      date,
      authenticity,
      rooted,
      detail,
      scope: scope.map((item) => ({ ...item, range: plainRange(item.range) })),
      holder,
      until,
      executeFrom,
    },
    seal: seal === null ? null : { ...seal, opened: null, overdue: false },
    reverses,
    state: 'received',
    reason: null,
    application: `A-${world.index}`,
    checklist: null,
    served,
    received: world.at as Instant,
    ...NOTHING_YET,
    opened: world.at as Instant,
    pausedSeconds: 0,
    conflicts: [],
    due: null,
    since: world.index,
  }
  world.put('desk', 'ORDERS', { ...desk, served: desk.served + 1, sealed: desk.sealed + (sealed ? 1 : 0) })
  serveOnce(world, document ?? seal?.commitment ?? '', handle)
  const reason = returnFault(world, order) ?? sizeReason(world, handle)
  if (reason !== null) {
    returned(world, order, reason)
    return
  }
  saveOrder(world, order)
  const known = world.get('authority', authority) as Authority
  const questions = known.terms.kind === 'court' ? CHECKLIST : [...CHECKLIST, 'not-for-operator']
  const window = { seconds: 0, days: [] }
  callFromDesk(world, { procedure: 'serve-order/1', body, consents: [], affected: [], questions, window })
}
const NOTHING_YET = {
  verified: null,
  notified: null,
  published: null,
  windowEnd: null,
  executed: null,
  ended: null,
  stayed: null,
  variedBy: null,
  objection: null,
  asked: null,
  askAgain: null,
} as const

/** The order whose examination the application is. */
const orderOf = (world: World, { handle }: Application): OrderRecord | null =>
  world.get('order', handle.replace('A-', 'O-'))

ENDINGS['serve-order/1'] = { effect: nothing, positive: atOnce }
function nothing(): void {
  // An order goes by its own record.
}
/** The application falls due when the answers are in, and again when the holder has been told. */
function applicationDue(world: World, subject: string): Verdict {
  const application = world.application(subject.split('/')[2])
  if (application?.state !== 'noticed' || application.due === null || application.due > world.at)
    return refuse('not-due')
  const order = orderOf(world, application)
  const { examination } = application
  if (order === null || examination === null) return refuse('not-due')
  return {
    accept() {
      if (order.verified !== null) told(world, order, application)
      else if (answersSay(examination) === 'positive') verified(world, order, application)
      else {
        const isSplit = answersSay(examination) === 'split'
        notVerified(world, order, application, isSplit ? 'attestors-unavailable' : 'examination-negative')
      }
    },
    unless: SIZES,
  }
}

function publish(asked: Asked): Verdict {
  const { world, body } = asked
  const order = world.get('order', body['order'])
  const code = firstOf(
    order === null && 'order-unknown',
    order?.seal != null && order.seal.opened === null && 'seal-running',
    order?.published != null && 'text-published',
  )
  if (code !== null || order === null) return refuse(code ?? '')
  const published = { text: textOf(body, 'text'), at: world.at as Instant }
  return { accept: () => shown(world, { ...order, published }) }
}

/** When it is opened its holder is told, once more where it was told when the seal ended. */
function tellNow(world: World, order: OrderRecord, holder: string | null): void {
  const application = world.application(order.application)
  if (application === null || holder === null) return
  const { state } = application
  if (state === 'effected' || (state === 'to-notify' && order.holder !== holder))
    awaitNotice(world, application, [holder], { seconds: 0, days: [] })
}
function unseal(asked: Asked): Verdict {
  const { world, body } = asked
  const order = world.get('order', body['order'])
  if (order === null) return refuse('order-unknown')
  const { seal } = order
  const opening = asRead<SealOpening>(body['opening'])
  const code = firstOf(
    seal === null && 'not-sealed',
    seal !== null && seal.until > world.at && 'seal-running',
    seal !== null && seal.opened !== null && 'not-sealed',
    seal !== null && memberHash(world, opening) !== seal.commitment && 'opening-differs',
    order.holder !== null && opening.holder !== order.holder && 'opening-differs',
  )
  if (code !== null || seal === null) return refuse(code ?? '')
  return {
    accept() {
      const { document, reference, holder, commitments } = opening
      const isDisclosed = order.detail.effect === 'disclose'
      const open: OrderRecord = {
        ...order,
        detail: isDisclosed ? { effect: 'disclose', commitments } : order.detail,
        document,
        reference,
        holder,
        seal: { ...seal, opened: world.at as Instant, overdue: false },
      }
      const desk = world.get('desk', 'ORDERS')
      if (desk !== null) world.put('desk', 'ORDERS', { ...desk, sealed: desk.sealed - 1 })
      world.put('order', order.handle, open)
      tellNow(world, order, holder)
    },
    unless: ['order-served-before'],
  }
}
