/**
 * Canonical JSON (RFC 8785, JCS) over the values that the ledger allows: strings, safe integers, booleans,
 * null, arrays, objects. Hashes and signatures cover these bytes, so there is exactly one spelling.
 */

export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [member: string]: Json
}

/** Thrown on a value that canonical JSON of the ledger cannot hold: a bug in the caller, never bad input. */
export class NotCanonicalError extends Error {
  override readonly name: string = 'NotCanonicalError'
}

/**
 * The RFC 8785 text of a value. Numbers must be safe integers (RFC 8785 section 3.2.2.3 then prints them as
 * decimal digits); strings must be well-formed UTF-16 (section 3.2.2.2).
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'object' && value !== null) {
    // With its members in order, RFC 8785 is what JSON.stringify makes (section 3.2.2), in fewer steps and one piece.
    const form = formOf(value, 0)
    const ordered = form === UNSORTED ? inOrder(value) : form === SORTED ? value : null
    if (ordered !== null) return JSON.stringify(ordered)
  }
  return memberwise(value)
}

/** The same, written out: for what nests deep or has names like numbers, and to say what is wrong with a value. */
function memberwise(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return canonicalString(value)
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0))
      throw new NotCanonicalError(`not a safe integer: ${value}`)
    return String(value)
  }
  if (isArray(value)) {
    let text = '['
    for (let index = 0; index < value.length; index++) {
      const item = value[index]
      if (item === undefined) throw new NotCanonicalError('array with a hole')
      text += (index === 0 ? '' : ',') + memberwise(item)
    }
    return `${text}]`
  }
  // RFC 8785 section 3.2.3: members sorted by UTF-16 code units, which is what Array.prototype.sort does.
  let text = '{'
  let first = true
  for (const name of Object.keys(value).sort()) {
    const member = value[name]
    if (member === undefined) throw new NotCanonicalError(`member ${name} is undefined`)
    text += `${first ? '' : ','}${canonicalString(name)}:${memberwise(member)}`
    first = false
  }
  return `${text}}`
}

/**
 * Parse a text only if it is its own RFC 8785 form. A text with duplicate members, other spacing, other number
 * spellings or a lone surrogate differs from its canonical form, so it gives null.
 */
export function parseCanonicalJson(text: string): Json | null {
  let value: Json
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  const form = formOf(value, 0)
  if (form === NO_LEDGER_VALUE) return null
  return (form === SORTED ? JSON.stringify(value) : canonicalJson(value)) === text ? value : null
}

/** Whether the value is a JSON object (not null, not an array). */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether the value is a JSON array; `Array.isArray` does not narrow readonly arrays. */
export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** Printable ASCII without quotation mark and backslash: RFC 8785 section 3.2.2.2 writes it as it is. */
const PLAIN = /^[ !#-[\]-~]*$/

function canonicalString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  if (!text.isWellFormed()) throw new NotCanonicalError('string with a lone surrogate')
  return JSON.stringify(text)
}

const MAX_DEPTH = 32

const NO_LEDGER_VALUE = 0
const UNSORTED = 1
const SORTED = 2
type Form = typeof NO_LEDGER_VALUE | typeof UNSORTED | typeof SORTED

/**
 * Whether a value holds only what the ledger allows, and whether each object in it has its members in the order of RFC
 * 8785: names like numbers come first in an object whatever the text said.
 */
function formOf(value: Json | undefined, depth: number): Form {
  if (depth > MAX_DEPTH) return NO_LEDGER_VALUE
  if (typeof value === 'string') return value.isWellFormed() ? SORTED : NO_LEDGER_VALUE
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? SORTED : NO_LEDGER_VALUE
  if (value === null || typeof value === 'boolean') return SORTED
  if (typeof value !== 'object') return NO_LEDGER_VALUE
  return isArray(value) ? formOfItems(value, depth) : formOfMembers(value, depth)
}

function formOfItems(items: readonly Json[], depth: number): Form {
  let form: Form = SORTED
  for (let index = 0; index < items.length; index++) {
    const inner = formOf(items[index], depth + 1)
    if (inner === NO_LEDGER_VALUE) return inner
    if (inner === UNSORTED) form = inner
  }
  return form
}

function formOfMembers(value: JsonObject, depth: number): Form {
  let form: Form = SORTED
  let previous = ''
  for (const name of Object.keys(value)) {
    if (name < previous) form = UNSORTED
    previous = name
    const inner = formOf(value[name], depth + 1)
    if (inner === NO_LEDGER_VALUE || !name.isWellFormed()) return NO_LEDGER_VALUE
    if (inner === UNSORTED) form = inner
  }
  return form
}

/**
 * The value with the members of each object in order; null where JavaScript keeps another order. It has passed
 * {@link formOf}.
 */
function inOrder(value: readonly Json[] | JsonObject): readonly Json[] | JsonObject | null {
  return isArray(value) ? itemsInOrder(value) : membersInOrder(value)
}

function itemsInOrder(items: readonly Json[]): readonly Json[] | null {
  const ordered: Json[] = []
  for (const item of items) {
    const inner = typeof item === 'object' && item !== null ? inOrder(item) : item
    if (inner === null && item !== null) return null
    ordered.push(inner)
  }
  return ordered
}

function membersInOrder(value: JsonObject): JsonObject | null {
  const ordered: Record<string, Json> = {}
  for (const name of orderOf(Object.keys(value))) {
    // An assignment would lose this member, and numbers come first whatever was assigned first.
    if (name === '__proto__' || DIGIT.test(name)) return null
    const member = value[name] ?? null
    const inner = typeof member === 'object' && member !== null ? inOrder(member) : member
    if (inner === null && member !== null) return null
    ordered[name] = inner
  }
  return ordered
}

const DIGIT = /^[0-9]/

/** Names that were sorted, by the order in which they came: records and requests have few shapes, made again and again. */
type Order = { readonly next: Map<string, Order>; sorted: readonly string[] | null }
const orders: Order = { next: new Map(), sorted: null }
/** Strangers name members too: so much is remembered, and no more. */
const ORDERS_MAX = 4096
const NAME_MAX = 40
let ordersLeft = ORDERS_MAX

function orderOf(names: readonly string[]): readonly string[] {
  let order = orders
  for (const name of names) {
    let next = order.next.get(name)
    if (next === undefined) {
      if (ordersLeft === 0 || name.length > NAME_MAX) return names.toSorted()
      ordersLeft -= 1
      next = { next: new Map(), sorted: null }
      order.next.set(name, next)
    }
    order = next
  }
  order.sorted ??= names.toSorted()
  return order.sorted
}
