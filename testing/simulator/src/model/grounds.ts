/**
 * Why something may be taken from a holder by the act at hand: its consent, an order that names the resource, a public
 * instrument that nobody vetoed. Read from signers, bodies and the picture before the act; what the registry says of its
 * own grounds is not looked at.
 */

import type { Application, JsonObject, OrderRecord, Transit } from '@cadastre/records'
import { asRead } from './as-read.ts'
import { answersSay } from './examined.ts'
import { anySigned, fullSigned, roleSigned } from './keys.ts'
import { inside, type Span, spanOf } from './numbers.ts'
import { isChild, termOver } from './parts.ts'
import type { Key } from './verdict.ts'
import type { Parcel, World } from './world.ts'

export type Grounds = {
  readonly body: JsonObject
  /** Holders whose threshold of `full` keys agreed, now or when it was asked for. */
  readonly full: readonly string[]
  /** Holders of which some key signed; those of whose narrower roles one did. */
  readonly any: readonly string[]
  readonly routing: readonly string[]
  readonly technical: readonly string[]
  readonly order: OrderRecord | null
  /** An application that attestors found well, and whose window has passed. */
  readonly instrument: Application | null
  readonly transit: Transit | null
}

const NONE: Grounds = {
  body: {},
  full: [],
  any: [],
  routing: [],
  technical: [],
  order: null,
  instrument: null,
  transit: null,
}

export function ofRequest(world: World, body: JsonObject, keys: readonly Key[]): Grounds {
  const signed = { keys }
  const all = world.all('holder')
  const those = (test: (handle: (typeof all)[number]) => boolean): readonly string[] =>
    all.filter(test).map(({ handle }) => handle)
  const transit = world.get('transit', body['transit'])
  return {
    ...NONE,
    body,
    full: those((holder) => fullSigned(signed, holder)),
    any: those((holder) => anySigned(signed, holder)),
    routing: those((holder) => roleSigned(signed, holder, 'routing')),
    technical: those((holder) => roleSigned(signed, holder, 'technical')),
    transit: transit !== null && transit.state === 'sourceInitialized' ? transit : null,
  }
}

/** What falls due rests on what was agreed to, examined or ordered before. */
export function ofDue(world: World, subject: string): Grounds {
  const [, type, handle = ''] = subject.split('/')
  if (type === 'order') return { ...NONE, order: world.get('order', handle) }
  if (type === 'pool') return { ...NONE, full: world.all('holder').map((one) => one.handle) }
  const application = type === 'application' ? world.application(handle) : null
  if (application === null || application.due === null || application.due > world.at) return NONE
  const { body, consents, state, examination, procedure } = application
  if (procedure === 'serve-order/1') return { ...NONE, order: world.get('order', handle.replace('A-', 'O-')) }
  const agreed = { ...NONE, body, full: consents, any: consents, routing: consents, technical: consents }
  const isGood = state === 'noticed' && examination !== null && answersSay(examination) === 'positive'
  const byGuardians = state === 'noticed' && procedure === 'recover-keys/1' && body['step'] === 'guardians'
  return isGood || byGuardians ? { ...agreed, instrument: application } : agreed
}

type Named = { readonly id: string }
/** Whether a body names this part of this registration. */
function isNamed(body: JsonObject, { entry }: Parcel, lost: Span): boolean {
  const one = body['registration'] as Named | undefined
  const many = asRead<readonly Named[]>(body['registrations'] ?? [])
  if (many.some(({ id }) => id === entry.id)) return true
  const range = 'range' in body ? spanOf(body['range']) : lost
  return one?.id === entry.id && range !== null && inside(lost, range)
}
function isOrdered(order: OrderRecord | null, id: string | null, lost: Span): boolean {
  return (order?.scope ?? []).some((item) => {
    const range = spanOf(item.range)
    return (id === null || item.id === id) && range !== null && inside(lost, range)
  })
}
const TAKES: readonly string[] = ['transferTo', 'cancelToPool']

/** Whether this part of a registration may pass from its holder. */
export function mayLose(world: World, grounds: Grounds, parcel: Parcel, lost: Span): boolean {
  const { body, full, order, instrument, transit } = grounds
  const { holder, id } = parcel.entry
  if (holder !== null && full.includes(holder) && (isChild(parcel) || isNamed(body, parcel, lost)))
    return true
  if (instrument !== null && isNamed(instrument.body, parcel, lost)) return true
  if (
    order !== null &&
    TAKES.includes(order.detail.effect) &&
    isOrdered(order, isChild(parcel) ? null : id, lost)
  )
    return !(isChild(parcel) && parcel.entry.protected) || isOrdered(order, id, lost)
  if (transit !== null)
    return transit.registration.id === id ? transit.consents.includes(holder ?? '') : isChild(parcel)
  return isChild(parcel) && mayEnd(world, grounds, parcel)
}
/** A child ends at its term, or, unprotected, by whoever is around it. */
function mayEnd(world: World, { full }: Grounds, parcel: Parcel): boolean {
  if (termOver(parcel, world.at)) return true
  const around = world.over(parcel).filter((one) => one !== parcel)
  if (around.some((one) => isChild(one) && termOver(one, world.at))) return true
  return (
    !parcel.entry.protected &&
    around.some(({ entry }) => entry.holder !== null && full.includes(entry.holder))
  )
}

/** Whether a holder's keys may become others. */
export function mayLoseKeys({ body, full, order, instrument }: Grounds, handle: string): boolean {
  if (full.includes(handle) && body['holder'] === handle) return true
  if (instrument !== null && instrument.body['holder'] === handle) return true
  // A claim by a listed key gives an imported holder its first keys.
  if (body['step'] === 'key' && body['holder'] === handle) return true
  return order !== null && order.holder === handle
}
/** Whether a service may end although its registration stands. */
export function mayLoseService(
  { full, routing, technical, order, body, transit }: Grounds,
  holders: readonly string[],
  kind: 'rdns' | 'route' | 'roa',
  at: Span,
): boolean {
  const own = [...full, ...(kind === 'rdns' ? technical : routing), ...(transit?.consents ?? [])]
  if (holders.some((holder) => own.includes(holder))) return true
  if (order !== null && isOrdered(order, null, at)) return true
  return order !== null && TAKES.includes(order.detail.effect) && body['step'] === undefined
}
