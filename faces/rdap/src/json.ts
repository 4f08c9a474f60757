/** RDAP objects and their text: members without a value are left out, so that no answer holds null or an empty array. */

import type { Json, JsonObject } from '@cadastre/records'

/** A member's value before it is known whether there is one. */
export type Member = Json | undefined

/** The object without members that are undefined, null or an empty array (RFC 9083 section 2.1: omit what is absent). */
export function rdapObject(members: { readonly [name: string]: Member }): JsonObject {
  const kept: { [name: string]: Json } = {}
  for (const [name, value] of Object.entries(members))
    if (value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0))
      kept[name] = value
  return kept
}

/** JSON in ASCII: every other character is escaped (RFC 8259 section 7), so that text and bytes have one length. */
export function asciiJson(value: Json): string {
  const text = JSON.stringify(value)
  // Nearly all answers are ASCII already, which this tells without a copy.
  if (!NOT_ASCII.test(text)) return text
  return text.replace(EACH_NOT_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const NOT_ASCII = /[\x7f-\uffff]/
const EACH_NOT_ASCII = /[\x7f-\uffff]/g
