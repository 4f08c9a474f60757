/** Why an order goes back as it is taken in, in the order of the page; and again when it is to be executed. */

import type { OrderRecord } from '@cadastre/records'
import { blockAt, inside, type Span, sameSpan, spanOf, touches } from './numbers.ts'
import { cutFault, isProtected, nestedIn, sameWhat, servicesAt } from './parts.ts'
import { statedService } from './services.ts'
import { firstOf, later } from './verdict.ts'
import type { Parcel, World } from './world.ts'

const WINDOWED: readonly string[] = [
  'transferTo',
  'cancelToPool',
  'withdrawNamedService',
  'appointRepresentative',
]
export const waitsForWindow = ({ detail }: OrderRecord): boolean => WINDOWED.includes(detail.effect)
const LASTING: readonly string[] = ['annotate', 'hold', 'appointRepresentative']
export const isLasting = ({ detail }: OrderRecord): boolean => LASTING.includes(detail.effect)
const YEAR = 366 * 86_400

export const hasEnded = ({ state }: OrderRecord): boolean =>
  ['returned', 'expired', 'lifted', 'reversed'].includes(state)
export function isLive(order: OrderRecord): boolean {
  if (hasEnded(order)) return false
  return order.state === 'executed' || order.state === 'varied' ? isLasting(order) : true
}

type Item = { readonly parcel: Parcel; readonly span: Span }
/** What the scope names as it stands; null where a registration is not there any more. */
export function itemsOf(world: World, { scope }: OrderRecord): readonly Item[] | null {
  const items: Item[] = []
  for (const { key, id, range } of scope) {
    const [at, span] = [blockAt(key), spanOf(range)]
    const parcel = at === null ? undefined : world.over(at).find(({ entry }) => entry.id === id)
    if (parcel === undefined || span === null) return null
    items.push({ parcel, span })
  }
  return items
}

/** Whether the services are there is asked when they are to be withdrawn. */
export function returnFault(world: World, order: OrderRecord): string | null {
  const { detail, seal, until, reverses } = order
  const named = namedBy(order)
  const other = named === null ? null : world.get('order', named)
  return firstOf(
    ((named !== null && other === null) || (reverses !== null && world.get('order', reverses) === null)) &&
      'order-unknown',
    detail.effect === 'vary' &&
      detail.sealUntil !== null &&
      (other?.seal == null || other.seal.opened !== null) &&
      'not-sealed',
    authorityFault(world, order),
    seal !== null && waitsForWindow(order) && 'seal-not-possible',
    ((until !== null && until <= world.at) || (seal !== null && seal.until <= world.at)) && 'term-past',
    detail.effect === 'vary' &&
      [detail.until, detail.sealUntil].some((end) => end !== null && end <= world.at) &&
      'term-past',
    seal !== null && seal.until > later(world.at, YEAR) && 'seal-too-long',
    until !== null && !isLasting(order) && detail.effect !== 'stay' && 'duration-not-possible',
    other !== null && isClosedFor(order, other, world.at) && 'order-closed',
    scopeFault(world, order, false),
  )
}
/** Whether the order that is named has ended, or is not stayed where a stay is to be lifted. */
function isClosedFor({ detail }: OrderRecord, other: OrderRecord, at: string): boolean {
  if (other.state === 'received') return true
  if (detail.effect === 'lift' && detail.what === 'stay') return other.state !== 'stayed'
  if (detail.effect === 'stay' && other.state === 'stayed') return true
  const sealOnly = detail.effect === 'vary' && detail.sealUntil !== null && sealRuns(other, at)
  return !isLive(other) && !(sealOnly && other.state !== 'returned')
}
const sealRuns = ({ seal }: OrderRecord, at: string): boolean =>
  seal !== null && seal.opened === null && seal.until > at
export function namedBy({ detail }: OrderRecord): string | null {
  return detail.effect === 'vary' || detail.effect === 'stay' || detail.effect === 'lift'
    ? detail.order
    : null
}

function authorityFault(world: World, order: OrderRecord): string | null {
  const { detail, authenticity } = order
  const authority = world.get('authority', order.authority)
  if (authority === null || (authority.ended !== null && authority.ended <= world.at))
    return 'authority-unknown'
  const { terms, noticedUntil } = authority
  const { effect } = detail
  const named = namedBy(order)
  const ownEarlier =
    named !== null && effect === 'lift' && world.get('order', named)?.authority === order.authority
  return firstOf(
    effect === 'outside' && 'effect-outside-vocabulary',
    !terms.effectsAllowed.some((one) => one === effect) && 'effect-not-allowed',
    noticedUntil > world.at &&
      effect !== 'hold' &&
      effect !== 'annotate' &&
      !ownEarlier &&
      'authority-noticed',
    authenticity.means === 'seal' && !terms.sealCerts.includes(authenticity.certificate) && 'seal-unknown',
  )
}

/** Whether the numbers, or the order, that it names are there, and the holder's that it names. */
export function isThere(world: World, order: OrderRecord): boolean {
  const { holder } = order
  const items = itemsOf(world, order)
  if (items === null) return false
  const named = namedBy(order)
  const about = named === null ? null : world.get('order', named)
  return (
    holder === null ||
    (items.every(({ parcel }) => parcel.entry.holder === holder) && (about?.holder ?? holder) === holder)
  )
}
/** What is said of numbers and of the holder. */
export function scopeFault(world: World, order: OrderRecord, isNow = true): string | null {
  const { detail, scope, holder } = order
  const named = namedBy(order)
  const other = named === null || !isNow ? null : world.get('order', named)
  if (other !== null && isClosedFor(order, other, world.at)) return 'order-closed'
  const needsNumbers = !['disclose', 'appointRepresentative', 'vary', 'stay', 'lift'].includes(detail.effect)
  const aboutHolder = detail.effect === 'correct' && scope.length === 0
  const items = itemsOf(world, order)
  if (items === null) return 'resource-moved'
  return firstOf(
    !isThere(world, order) && 'resource-moved',
    needsNumbers !== scope.length > 0 && !aboutHolder && 'scope-missing',
    detail.effect === 'disclose' && detail.commitments.length === 0 && order.seal === null && 'scope-missing',
    items.some((one, place) => items.some((two, at) => at < place && touches(one.span, two.span))) &&
      'scope-repeated',
    commitmentFault(world, order),
    aboutHolder &&
      detail.effect === 'correct' &&
      detail.field === 'name' &&
      world.holder(holder)?.kind === 'person' &&
      'not-for-persons',
    holderFault(world, order),
    partsFault(world, order, items, isNow),
  )
}
function commitmentFault(world: World, { detail, holder, seal }: OrderRecord): string | null {
  // Under a seal the opening says which.
  if (detail.effect !== 'disclose' || (seal !== null && seal.opened === null)) return null
  const record = world.holder(holder)
  const contacts = [
    ...(record?.contacts ?? []),
    ...(record?.formerContacts ?? []).map(({ contact }) => contact),
  ]
  const known = contacts.flatMap(({ fields }) => Object.values(fields))
  return detail.commitments.every((one) => known.includes(one)) ? null : 'commitment-unknown'
}
function holderFault(world: World, { detail, holder, seal }: OrderRecord): string | null {
  if (holder !== null && world.holder(holder) === null) return 'holder-unknown'
  if (holder === null && seal === null && detail.effect === 'appointRepresentative') return 'holder-unknown'
  if (detail.effect !== 'transferTo') return null
  const receiver = world.holder(detail.receiver)
  return receiver?.identity == null ? 'holder-unknown' : null
}

function partsFault(world: World, order: OrderRecord, items: readonly Item[], isNow: boolean): string | null {
  const { detail } = order
  const takes = detail.effect === 'transferTo' || detail.effect === 'cancelToPool'
  const isNamed = (child: Parcel): boolean =>
    items.some(({ parcel, span }) => parcel.entry.id === child.entry.id && sameSpan(span, child))
  for (const { parcel, span } of items) {
    const fault = firstOf(
      !inside(span, parcel) && 'range-outside',
      takes && parcel.entry.kind !== 'holding' && 'not-a-holding',
      takes && cutFault(world, parcel, span),
      isNow &&
        detail.effect === 'cancelToPool' &&
        nestedIn(world, parcel, span).some((child) => isProtected(child, world.at) && !isNamed(child)) &&
        'protected-child',
    )
    if (fault !== null) return fault
  }
  const fault = servicesFault(world, order, items)
  return !isNow && fault !== 'range-outside' ? null : fault
}
function servicesFault(world: World, { detail }: OrderRecord, items: readonly Item[]): string | null {
  if (detail.effect !== 'withdrawNamedService') return null
  for (const { at, service } of detail.services) {
    const block = blockAt(at)
    if (block === null || !items.some(({ span }) => inside(block, span))) return 'range-outside'
    if (block.space === 'asn') return 'not-for-numbers'
    const stated = statedService(service)
    const stands = servicesAt(world, block).some(
      (one) =>
        one.kind === stated.kind &&
        sameWhat(one, stated) &&
        items.some(({ parcel }) => parcel.entry.id === one.under),
    )
    if (!stands) return 'service-unknown'
  }
  return null
}
