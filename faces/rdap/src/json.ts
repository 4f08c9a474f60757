/** Building RDAP objects: members without a value are left out, so that no answer holds null or an empty array. */

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
