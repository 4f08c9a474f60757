/**
 * An order as a clerk takes it in: the body of `serve`, and what sends it back at once. Whatever a machine can see from
 * the register, the roots and the record is looked at here; the rest is for the attestors.
 */

import { contains, err, formatRange, ok, overlaps, parseRange, type Range } from '@cadastre/numbers'
import {
  type Authenticity,
  type Authority,
  addSeconds,
  array,
  commitmentsOf,
  country,
  type Desk,
  enrolledKey,
  handle,
  hash32,
  type Instant,
  instant,
  integer,
  isLasting,
  isObject,
  legalName,
  MAX_SEAL_SECONDS,
  nullable,
  type OrderDetail,
  type OrderRecord,
  object,
  oneOf,
  parseDate,
  parsedText,
  type Schema,
  type ScopeItem,
  tagged,
  text,
  waitsForWindow,
} from '@cadastre/records'
import { holderOf } from './common.ts'
import { rangeOfText } from './holds.ts'
import {
  cutRefusal,
  movableSubject,
  namedServices,
  scatteredRefusal,
  subjectOf,
  subtreesEach,
  targetOf,
} from './order-scope.ts'
import { authorityAt, canBeTouched, orderAt } from './orders.ts'
import type { Inputs } from './procedure.ts'
import { blockOfKey } from './ranges.ts'
import type { RefusalCode } from './refusals.ts'
import { service } from './services.ts'

export type ServeBody = {
  /** Clerk or operator at the desk. */
  readonly staff: string
  /** The outside attestor whom the authority chose from the published list; null: in turn. */
  readonly attestor: string | null
  readonly authority: string
  /** The authority's own reference, and the document's hash: both null under a seal. */
  readonly reference: string | null
  readonly document: string | null
  /** Date of the order. */
  readonly date: string
  /** When it came to the desk. */
  readonly served: Instant
  readonly authenticity: Authenticity
  readonly order: OrderDetail
  readonly scope: readonly ScopeItem[]
  /** Whom it names. */
  readonly holder: string | null
  readonly until: Instant | null
  readonly executeFrom: Instant | null
  readonly seal: { readonly until: Instant; readonly commitment: string } | null
  readonly reverses: string | null
}

/** An order lists so many items; a longer one is served in parts. */
const MAX_ITEMS = 16

const cellText: Schema<string> = parsedText({
  expected: 'the key of a cell, such as ip4/203.0.113.0/24',
  maxLength: 60,
  parse: (value) => (blockOfKey(value) === null ? null : value),
})
const rangeText: Schema<string> = parsedText({
  expected: 'a prefix, an address range, an AS number or an AS number range',
  maxLength: 90,
  parse(value) {
    const parsed = parseRange(value)
    return parsed.ok ? formatRange(parsed.value) : null
  },
})
const date: Schema<string> = parsedText({
  expected: 'an RFC 3339 full-date, such as 2026-05-01',
  maxLength: 10,
  parse: parseDate,
})
export const printable: Schema<string> = text({
  expected: '1 to 120 printable ASCII characters',
  maxLength: 120,
  pattern: '^[\\x21-\\x7e](?:[\\x20-\\x7e]{0,118}[\\x21-\\x7e])?$',
})

const idText: Schema<string> = text({
  expected: 'the id of a registration, such as R-41',
  maxLength: 30,
  pattern: '^R-(?:0|[1-9][0-9]*)(?:-[1-9][0-9]*)?$',
})

/** A service in its published form, kept as it was written. */
const namedService: Schema<Extract<OrderDetail, { effect: 'withdrawNamedService' }>['services'][number]> = {
  json: { type: 'object', properties: { at: cellText.json, service: service.json } },
  read(value, pointer) {
    const read = object({ at: cellText, service }).read(value, pointer)
    if (!read.ok) return read
    const written = isObject(value) ? value['service'] : undefined
    return isObject(written)
      ? ok({ at: read.value.at, service: written })
      : err({ pointer, value: '', expected: 'a service' })
  },
}

const order = handle
const detail: Schema<OrderDetail> = tagged('effect', {
  disclose: object({ commitments: array(hash32, 16) }),
  annotate: object({}),
  hold: object({}),
  cancelToPool: object({}),
  correct: object({
    field: oneOf(['country', 'registered', 'status', 'name']),
    value: nullable(legalName),
  }),
  transferTo: object({ receiver: handle }),
  appointRepresentative: object({ m: integer(1, 16), keys: array(enrolledKey, 16, 1) }),
  withdrawNamedService: object({ services: array(namedService, 16, 1) }),
  vary: object({ order, until: nullable(instant), sealUntil: nullable(instant) }),
  stay: object({ order }),
  lift: object({ order, what: oneOf(['order', 'stay']) }),
  outside: object({ described: hash32 }),
})
const byService = object({ record: hash32, callBack: hash32 })
const authenticity: Schema<Authenticity> = tagged('means', {
  seal: object({ certificate: hash32, root: hash32, report: hash32 }),
  bailiff: byService,
  'certified-copy': byService,
})

export const SERVE: Schema<ServeBody> = object({
  staff: handle,
  attestor: nullable(handle),
  authority: handle,
  reference: nullable(printable),
  document: nullable(hash32),
  date,
  served: instant,
  authenticity,
  order: detail,
  scope: array(object({ key: cellText, id: idText, range: rangeText }), MAX_ITEMS),
  holder: nullable(handle),
  until: nullable(instant),
  executeFrom: nullable(instant),
  seal: nullable(object({ until: instant, commitment: hash32 })),
  reverses: nullable(handle),
})

/** What a schema cannot say: a sealed order shows neither reference nor document, every other one shows both. */
export function isServeMalformed(wish: ServeBody): boolean {
  const hidden = wish.reference === null && wish.document === null
  const shown = wish.reference !== null && wish.document !== null
  const unread = wish.order.effect === 'correct' && !fieldFits(wish.order)
  return unread || (wish.seal === null ? !shown : !hidden)
}

function fieldFits({ field, value }: Extract<OrderDetail, { effect: 'correct' }>): boolean {
  switch (field) {
    case 'country':
      return value === null || country.read(value, '').ok
    case 'registered':
      return value === null || parseDate(value) !== null
    case 'status':
      return value === 'allocated' || value === 'assigned'
    case 'name':
      return value !== null
  }
}

/** Whether the seal chains to a root that the genesis names. */
export function isRooted({ authenticity: by }: ServeBody, desk: Desk | null): boolean {
  return by.means === 'seal' && (desk?.roots ?? []).some(({ certificate }) => certificate === by.root)
}

/** Why the order goes back at once: items 1, 2, 6, 7, 8 and 9 of the checklist, as far as a machine sees them. */
export function returnCode(wish: ServeBody, inputs: Inputs, at: Instant): RefusalCode | null {
  const { effect } = wish.order
  const authority = authorityAt(wish.authority, inputs)
  if (authority === null || (authority.ended !== null && authority.ended <= at)) return 'authority-unknown'
  if (effect === 'outside') return 'effect-outside-vocabulary'
  if (!authority.terms.effectsAllowed.includes(effect)) return 'effect-not-allowed'
  return (
    noticeCode(wish, authority, inputs, at) ??
    sealCode(wish, authority, at) ??
    durationCode(wish, at) ??
    earlierCode(wish, inputs) ??
    scopeCode(wish, inputs, at)
  )
}

/** Before its full notice has run an authority only holds, annotates, and lifts what it ordered itself. */
function noticeCode(
  { order: { effect, ...rest } }: ServeBody,
  { handle: name, noticedUntil }: Authority,
  inputs: Inputs,
  at: Instant,
): RefusalCode | null {
  if (noticedUntil <= at || effect === 'hold' || effect === 'annotate') return null
  const own = effect === 'lift' && 'order' in rest && orderAt(rest.order, inputs)?.authority === name
  return own ? null : 'authority-noticed'
}

function sealCode(
  { seal, authenticity: by, order: ordered }: ServeBody,
  { terms }: Authority,
  at: Instant,
): RefusalCode | null {
  if (by.means === 'seal' && !terms.sealCerts.includes(by.certificate)) return 'seal-unknown'
  const longest = addSeconds(at, MAX_SEAL_SECONDS)
  const renewed = ordered.effect === 'vary' ? ordered.sealUntil : null
  if (renewed !== null && renewed > longest) return 'seal-too-long'
  if (seal === null) return null
  if (waitsForWindow(ordered.effect)) return 'seal-not-possible'
  if (seal.until <= at) return 'term-past'
  return seal.until > longest ? 'seal-too-long' : null
}

function durationCode({ until, order: { effect } }: ServeBody, at: Instant): RefusalCode | null {
  if (until === null) return null
  if (!isLasting(effect) && effect !== 'stay') return 'duration-not-possible'
  return until <= at ? 'term-past' : null
}

/** The order that this one stays, varies, lifts or reverses. */
function earlierCode({ order: ordered, reverses, holder }: ServeBody, inputs: Inputs): RefusalCode | null {
  if (reverses !== null) {
    const reversed = orderAt(reverses, inputs)
    if (reversed === null) return 'order-unknown'
    if (reversed.state !== 'executed' && reversed.state !== 'varied') return 'order-closed'
  }
  if (!('order' in ordered)) return null
  // An order about an order says what becomes of it; it reverses nothing besides.
  if (reverses !== null) return 'scope-repeated'
  const target = orderAt(ordered.order, inputs)
  if (target === null) return 'order-unknown'
  if (target.holder !== holder) return 'resource-moved'
  return touchCode(ordered, target)
}

/** Whether what is to be done can be done to that order as it stands. */
export function touchCode(ordered: OrderDetail, target: OrderRecord | null): RefusalCode | null {
  if (!canBeTouched(target)) return 'order-closed'
  const stayed = target.state === 'stayed'
  if (ordered.effect === 'stay' && stayed) return 'order-closed'
  if (ordered.effect === 'lift' && ordered.what === 'stay' && !stayed) return 'order-closed'
  const sealed = target.seal !== null && target.seal.opened === null
  return ordered.effect === 'vary' && ordered.sealUntil !== null && !sealed ? 'not-sealed' : null
}

const ON_NUMBERS: readonly string[] = [
  'annotate',
  'hold',
  'transferTo',
  'cancelToPool',
  'withdrawNamedService',
]

/** Whether the scope is what this effect takes, and is there. */
function scopeCode(wish: ServeBody, inputs: Inputs, at: Instant): RefusalCode | null {
  const { order: ordered, scope, holder, seal } = wish
  const onNumbers = ON_NUMBERS.includes(ordered.effect)
  if (onNumbers ? scope.length === 0 : scope.length > 0 && ordered.effect !== 'correct')
    return 'scope-missing'
  if (repeats(wish)) return 'scope-repeated'
  if (!onNumbers && scope.length === 0 && !('order' in ordered)) {
    const sealedDisclosure = ordered.effect === 'disclose' && seal !== null
    if (!sealedDisclosure) return holderCode(ordered, holder, inputs)
  }
  if (ordered.effect === 'transferTo' && holderOf(inputs, ordered.receiver) === null) return 'holder-unknown'
  const unmet = scope.map((item) => subjectCode(ordered, item, holder, inputs)).find((code) => code !== null)
  const scattered = unmet ?? scatteredRefusal(ordered, scope, holder, inputs)
  if (scattered !== null) return scattered
  if (ordered.effect === 'transferTo' || ordered.effect === 'cancelToPool')
    for (const item of scope) {
      const cut = cutRefusal(targetOf(item), subtreesEach(scope), inputs, at)
      if (cut !== null) return cut
    }
  const inside = namedServices(ordered).every(({ at: block }) =>
    scope.some(({ range }) => contains(rangeOfText(range), block)),
  )
  return inside ? null : 'range-outside'
}

function subjectCode(
  { effect }: OrderDetail,
  item: ScopeItem,
  holder: string | null,
  inputs: Inputs,
): RefusalCode | null {
  const taken = effect === 'transferTo' || effect === 'cancelToPool'
  const subject = (taken ? movableSubject : subjectOf)(item, holder, inputs)
  if (!subject.ok) return subject.error
  return null
}

function holderCode(ordered: OrderDetail, holder: string | null, inputs: Inputs): RefusalCode | null {
  const named = holder === null ? null : holderOf(inputs, holder)
  if (named === null) return 'scope-missing'
  if (ordered.effect === 'disclose') {
    const known = commitmentsOf(named)
    if (ordered.commitments.length === 0) return 'scope-missing'
    return ordered.commitments.every((one) => known.includes(one)) ? null : 'commitment-unknown'
  }
  if (ordered.effect !== 'correct') return null
  if (ordered.field === 'registered' || ordered.field === 'status') return 'scope-missing'
  return ordered.field === 'name' && named.kind === 'person' ? 'not-for-persons' : null
}

/** What is taken or corrected is named once; what is held or noted may be parts of one registration. */
function repeats({ order: { effect }, scope }: ServeBody): boolean {
  const once = effect === 'transferTo' || effect === 'cancelToPool' || effect === 'correct'
  return scope.some((one, index) =>
    scope.slice(index + 1).some((other) => (once && one.id === other.id) || overlap(one.range, other.range)),
  )
}
function overlap(one: string, other: string): boolean {
  const [a, b]: readonly Range[] = [rangeOfText(one), rangeOfText(other)]
  return a !== undefined && b !== undefined && a.space === b.space && overlaps(a, b)
}
