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
      text += (index === 0 ? '' : ',') + canonicalJson(item)
    }
    return `${text}]`
  }
  // RFC 8785 section 3.2.3: members sorted by UTF-16 code units, which is what Array.prototype.sort does.
  const names = Object.keys(value)
  if (!isSorted(names)) names.sort()
  let text = '{'
  let first = true
  for (const name of names) {
    const member = value[name]
    if (member === undefined) throw new NotCanonicalError(`member ${name} is undefined`)
    text += `${first ? '' : ','}${canonicalString(name)}:${canonicalJson(member)}`
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
  // With its members in order, RFC 8785 is what JSON.stringify makes (section 3.2.2), several times as fast.
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

function isSorted(names: readonly string[]): boolean {
  let previous = ''
  for (const name of names) {
    if (name < previous) return false
    previous = name
  }
  return true
}

const MAX_DEPTH = 32

const NO_LEDGER_VALUE = 0
const UNSORTED = 1
const SORTED = 2

/**
 * Whether a parsed value holds only what the ledger allows, and whether each object in it has its members in the order
 * of RFC 8785: names like numbers come first in an object whatever the text said.
 */
function formOf(value: Json, depth: number): typeof NO_LEDGER_VALUE | typeof UNSORTED | typeof SORTED {
  if (depth > MAX_DEPTH) return NO_LEDGER_VALUE
  if (typeof value === 'string') return value.isWellFormed() ? SORTED : NO_LEDGER_VALUE
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? SORTED : NO_LEDGER_VALUE
  if (value === null || typeof value === 'boolean') return SORTED
  return isArray(value) ? formOfItems(value, depth) : formOfMembers(value, depth)
}

function formOfItems(items: readonly Json[], depth: number): ReturnType<typeof formOf> {
  let form: ReturnType<typeof formOf> = SORTED
  for (const item of items) {
    const inner = formOf(item, depth + 1)
    if (inner === NO_LEDGER_VALUE) return inner
    if (inner === UNSORTED) form = inner
  }
  return form
}

function formOfMembers(value: JsonObject, depth: number): ReturnType<typeof formOf> {
  let form: ReturnType<typeof formOf> = SORTED
  let previous = ''
  for (const name of Object.keys(value)) {
    if (!name.isWellFormed()) return NO_LEDGER_VALUE
    if (name < previous) form = UNSORTED
    previous = name
    const inner = formOf(value[name] ?? null, depth + 1)
    if (inner === NO_LEDGER_VALUE) return inner
    if (inner === UNSORTED) form = inner
  }
  return form
}
