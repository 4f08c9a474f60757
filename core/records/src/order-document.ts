/**
 * The form that accompanies an order, filled in by the authority: what a court clerk writes down so that a machine can
 * read it. It is in the authority's own terms, without the registry's keys and ids; the document under seal is the
 * order, the form restates it. `docs/orders.md` is the guide to it, `docs/order.schema.json` its JSON Schema.
 */

import { err, ok, overlaps, type Range, type Result } from '@cadastre/numbers'
import { asn, enrolledKey, handle, instant, legalName, range } from './fields.ts'
import { isArray, isObject, type Json, type JsonObject } from './json.ts'
import type { EnrolledKey } from './objects.ts'
import { type CHECKLIST, type CorrectedField, isLasting, type OrderEffect, waitsForWindow } from './orders.ts'
import {
  array,
  bool,
  integer,
  nullable,
  object,
  oneOf,
  parsedText,
  type Schema,
  type SchemaError,
  tagged,
  text,
} from './schema.ts'
import { type CalendarDate, dateOf, type Instant, parseDate } from './time.ts'

/** What is ordered, in the authority's terms. */
type OrderedEffect =
  | { readonly effect: 'disclose'; readonly asked: readonly string[] }
  | { readonly effect: 'annotate' | 'hold' | 'cancelToPool' }
  | { readonly effect: 'correct'; readonly field: CorrectedField; readonly value: string | null }
  | { readonly effect: 'transferTo'; readonly receiver: string }
  | { readonly effect: 'appointRepresentative'; readonly m: number; readonly keys: readonly EnrolledKey[] }
  | {
      readonly effect: 'withdrawNamedService'
      readonly services: readonly {
        readonly kind: 'rdns' | 'route' | 'roa'
        readonly range: Range
        /** AS number of a route or ROA. */
        readonly asn: number | null
      }[]
    }
  | {
      readonly effect: 'vary'
      readonly order: string
      readonly until: Instant | null
      readonly sealUntil: Instant | null
    }
  | { readonly effect: 'stay'; readonly order: string }
  | { readonly effect: 'lift'; readonly order: string; readonly what: 'order' | 'stay' }

export type OrderDocument = {
  readonly v: number
  /** Origin of the log of the registry that is bound. */
  readonly registry: string
  /** Handle of the authority in the register. */
  readonly authority: string
  readonly reference: string
  readonly date: CalendarDate
  readonly order: OrderedEffect
  /** Exactly these numbers. */
  readonly resources: readonly Range[]
  /** Whom the order names. */
  readonly holder: string | null
  readonly duration: { readonly kind: 'until'; readonly until: Instant } | { readonly kind: 'open' | 'once' }
  /** Earliest execution where the order fixes it: it prevails over the window. */
  readonly executeFrom: Instant | null
  readonly notice: { readonly kind: 'to-holder' } | { readonly kind: 'sealed'; readonly until: Instant }
  readonly appeal:
    | { readonly kind: 'none' }
    | { readonly kind: 'possible'; readonly until: CalendarDate | null; readonly stays: boolean }
  /** The order that this one reverses on appeal, such as `O-41`. */
  readonly reverses: string | null
}

/** An order lists so many ranges; a longer one is served in parts. */
const MAX_RANGES = 16
/** UTF-16 code units of the whole form. */
const MAX_TEXT = 32_768

const fullDate: Schema<CalendarDate> = parsedText({
  expected: 'an RFC 3339 full-date, such as 2026-05-01',
  maxLength: 10,
  parse: parseDate,
})
const ownReference: Schema<string> = text({
  expected: 'the authority’s own reference: 1 to 120 printable ASCII characters',
  maxLength: 120,
  pattern: '^[\\x21-\\x7e](?:[\\x20-\\x7e]{0,118}[\\x21-\\x7e])?$',
})
const origin: Schema<string> = text({
  expected: 'the registry that is bound, by the origin of its log, such as registry.example/log',
  maxLength: 255,
  pattern: '^[\\x21-\\x7e]+$',
})
const order: Schema<string> = parsedText({
  expected: 'the earlier order, such as O-41',
  maxLength: 30,
  parse: (value) => (/^O-(?:0|[1-9][0-9]*)$/.test(value) ? value : null),
})

/** The eleven effects, each with what it needs to know. */
const effect = tagged('effect', {
  disclose: object({ asked: array(legalName, 16, 1) }),
  annotate: object({}),
  hold: object({}),
  correct: object({ field: oneOf(['country', 'registered', 'status', 'name']), value: nullable(legalName) }),
  transferTo: object({ receiver: handle }),
  appointRepresentative: object({ m: integer(1, 16), keys: array(enrolledKey, 16, 1) }),
  cancelToPool: object({}),
  withdrawNamedService: object({
    services: array(
      object({ kind: oneOf(['rdns', 'route', 'roa']), range, asn: nullable(asn) }),
      MAX_RANGES,
      1,
    ),
  }),
  vary: object({ order, until: nullable(instant), sealUntil: nullable(instant) }),
  stay: object({ order }),
  lift: object({ order, what: oneOf(['order', 'stay']) }),
} satisfies { readonly [E in OrderEffect]: Schema<object> })

const MEMBERS = {
  v: integer(1, 1),
  registry: origin,
  authority: handle,
  reference: ownReference,
  date: fullDate,
  order: effect,
  resources: array(range, MAX_RANGES),
  holder: nullable(handle),
  duration: tagged('kind', { until: object({ until: instant }), open: object({}), once: object({}) }),
  executeFrom: nullable(instant),
  notice: tagged('kind', { 'to-holder': object({}), sealed: object({ until: instant }) }),
  appeal: tagged('kind', {
    none: object({}),
    possible: object({ until: nullable(fullDate), stays: bool }),
  }),
  reverses: nullable(order),
} as const

const orderDocument: Schema<OrderDocument> = object(MEMBERS)

/** JSON Schema (draft 2020-12) of the form. What a schema cannot say, {@link readOrderDocument} says besides. */
export const ORDER_DOCUMENT_SCHEMA: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Order to a number registry',
  ...orderDocument.json,
}

type ChecklistItem = (typeof CHECKLIST)[number]
/** What is wrong with a form, and the item of the checklist that would fail for it; null: it is no such form at all. */
export type OrderDocumentFault = SchemaError & { readonly item: ChecklistItem | null }

/** The item of the checklist that each member answers. */
const ITEMS: { readonly [N in keyof typeof MEMBERS]: ChecklistItem | null } = {
  v: null,
  registry: 'binds-registry',
  authority: 'authority-registered',
  reference: 'served-authentic',
  date: 'in-force-at-seat',
  order: 'effect-in-vocabulary',
  resources: 'lists-numbers',
  holder: 'lists-numbers',
  duration: 'duration-stated',
  executeFrom: 'duration-stated',
  notice: 'notice-stated',
  appeal: 'in-force-at-seat',
  reverses: 'not-superseded',
}

type Faults = readonly OrderDocumentFault[]
const fault = (pointer: string, value: string, expected: string, item: ChecklistItem | null): Faults => [
  { pointer, value, expected, item },
]

/** Effects that are about numbers, and name them. */
const ON_NUMBERS: readonly OrderEffect[] = [
  'annotate',
  'hold',
  'transferTo',
  'cancelToPool',
  'withdrawNamedService',
]

/** Effects that are about a holder or an earlier order, and name a holder but no numbers. */
const ON_HOLDER: readonly OrderEffect[] = ['disclose', 'appointRepresentative', 'vary', 'stay', 'lift']

/** Reads the text of a form: all that is wrong with it, not only the first. A member that stands twice is wrong. */
export function readOrderDocument(source: string): Result<OrderDocument, Faults> {
  const members = source.length > MAX_TEXT ? null : parseOnce(source)
  if (!isObject(members))
    return err(fault('', source.slice(0, 40), 'one JSON object in which no member stands twice', null))
  const faults = Object.entries(MEMBERS).flatMap(([name, schema]): Faults => {
    const read = schema.read(Object.hasOwn(members, name) ? members[name] : undefined, `/${name}`)
    return read.ok ? [] : [{ ...read.error, item: itemOf(name) }]
  })
  if (faults.length > 0) return err(faults)
  const read = orderDocument.read(members, '')
  if (!read.ok) return err([{ ...read.error, item: null }])
  const further = inconsistencies(read.value)
  return further.length === 0 ? ok(read.value) : err(further)
}

function itemOf(name: string): ChecklistItem | null {
  return Object.entries(ITEMS).find(([member]) => member === name)?.[1] ?? null
}

/** What a schema cannot say. */
function inconsistencies(form: OrderDocument): Faults {
  return [...numberFaults(form), ...durationFaults(form), ...noticeFaults(form)]
}

function numberFaults({ order: ordered, resources, holder }: OrderDocument): Faults {
  const item = 'lists-numbers'
  if (ON_NUMBERS.includes(ordered.effect) && resources.length === 0)
    return fault('/resources', '[]', `the exact prefixes or AS numbers, which ${ordered.effect} needs`, item)
  if (ON_HOLDER.includes(ordered.effect) && resources.length > 0)
    return fault('/resources', '', `none: ${ordered.effect} names a holder, and no numbers`, item)
  if (ON_HOLDER.includes(ordered.effect) && holder === null)
    return fault('/holder', 'null', `the holder, whom ${ordered.effect} names`, item)
  if (resources.some((one, index) => resources.slice(index + 1).some((other) => meet(one, other))))
    return fault('/resources', '', 'ranges that do not overlap', item)
  if (ordered.effect === 'transferTo' && ordered.receiver === holder)
    return fault('/order/receiver', ordered.receiver, 'another holder than the present one', item)
  return []
}

function meet(one: Range, other: Range): boolean {
  return one.space === other.space && overlaps(one, other)
}

function durationFaults({ order: ordered, duration, date: given }: OrderDocument): Faults {
  const item = 'duration-stated'
  const lasts = isLasting(ordered.effect) || ordered.effect === 'stay'
  if (lasts === (duration.kind === 'once')) {
    const expected = lasts ? 'until or open: the effect lasts' : 'once: the effect is done once'
    return fault('/duration/kind', duration.kind, expected, item)
  }
  if (duration.kind === 'until' && dateOf(duration.until) < given)
    return fault('/duration/until', duration.until, 'an end that is not before the date of the order', item)
  return []
}

function noticeFaults({ order: ordered, notice, date: given }: OrderDocument): Faults {
  const item = 'notice-stated'
  if (notice.kind !== 'sealed') return []
  if (waitsForWindow(ordered.effect))
    return fault('/notice/kind', notice.kind, `to-holder: ${ordered.effect} is never sealed`, item)
  return dateOf(notice.until) < given
    ? fault('/notice/until', notice.until, 'an end that is not before the date of the order', item)
    : []
}

/** A text that is a member's name, in JSON that parses: a string with a colon behind it. */
const STRING = /"(?:[^"\\]|\\.)*"(\s*:)?/gs

/** The value of a JSON text in which no object has a member twice; null for any other text. */
function parseOnce(source: string): Json {
  let value: Json
  try {
    value = JSON.parse(source)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  const written = [...source.matchAll(STRING)].filter(([, colon]) => colon !== undefined).length
  return written === countMembers(value) ? value : null
}

function countMembers(value: Json): number {
  if (isArray(value)) return value.reduce<number>((count, item) => count + countMembers(item), 0)
  if (!isObject(value)) return 0
  return Object.values(value).reduce<number>((count, member) => count + 1 + countMembers(member), 0)
}
