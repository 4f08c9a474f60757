/** Keys of records in the state trie: `ip4/203.0.113.0/24`, `asn/64496/32`, `obj/holder/H-7` (design.md section 5). */

import { type Block, blockKey, parseBlockKey } from '@cadastre/numbers'

declare const keyBrand: unique symbol
export type RecordKey = string & { readonly [keyBrand]: 'RecordKey' }

export const OBJECT_TYPES = [
  'registry',
  'holder',
  'identity',
  'order',
  'authority',
  'procedure',
  'peer',
  'application',
  'staff',
  'pool',
  'notes',
  'incident',
  'complaint',
  'transit',
  'witnesses',
  'roster',
  'call',
  'maintainers',
  'desk',
  'document',
  'calendar',
] as const
export type ObjectType = (typeof OBJECT_TYPES)[number]
const TYPES: ReadonlyMap<string, ObjectType> = new Map(OBJECT_TYPES.map((type) => [type, type]))

/** Upper-case ASCII letters, digits, `-`, `.`, `_`; 1 to 100 characters; starts with a letter or digit. */
const HANDLE = /^[A-Z0-9][A-Z0-9._-]{0,99}$/

/** Checked before upper-casing, which makes ASCII of other letters too (U+0131 becomes I). */
const ANY_CASE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/** A handle in its stored form (upper-cased ASCII), or null where the text cannot be one. */
export function parseHandle(text: string): string | null {
  return ANY_CASE.test(text) ? text.toUpperCase() : null
}

/** The key of the cell at a block. */
export function cellKey(block: Block): RecordKey {
  return blockKey(block) as RecordKey
}

/** Keys made lately, by type and handle: an act asks for the same few again and again. */
const KEPT_KEYS = 8192
let keptKeys = 0
const kept = new Map<ObjectType, Map<string, RecordKey>>()

/** The key of an object. The handle must already be in stored form; a handle that is not is a bug. */
export function objectKey(type: ObjectType, handle: string): RecordKey {
  let ofType = kept.get(type)
  const known = ofType?.get(handle)
  if (known !== undefined) return known
  const key = madeKey(type, handle)
  if (keptKeys === KEPT_KEYS) {
    kept.clear()
    keptKeys = 0
    ofType = undefined
  }
  if (ofType === undefined) {
    ofType = new Map()
    kept.set(type, ofType)
  }
  ofType.set(handle, key)
  keptKeys += 1
  return key
}

function madeKey(type: ObjectType, handle: string): RecordKey {
  if (!HANDLE.test(handle) && !DRAFT_HANDLE.test(handle))
    throw new TypeError(`not a stored handle: ${handle}`)
  return `obj/${type}/${handle}` as RecordKey
}

/** A handle that `apply` stamps with the entry's index: `H-#` becomes `H-41`, `R-#-1` becomes `R-41-1`. */
const DRAFT_HANDLE = /^[A-Z]-#(?:-[1-9][0-9]*)?$/

export type ParsedKey =
  | { readonly kind: 'cell'; readonly block: Block }
  | { readonly kind: 'object'; readonly type: ObjectType; readonly handle: string }

/** Parse a key in its one canonical spelling; null otherwise. */
export function parseKey(text: string): ParsedKey | null {
  if (text.startsWith('obj/')) {
    const slash = text.indexOf('/', 4)
    if (slash < 0) return null
    const type = TYPES.get(text.slice(4, slash))
    const handle = text.slice(slash + 1)
    return type !== undefined && HANDLE.test(handle) ? { kind: 'object', type, handle } : null
  }
  const block = parseBlockKey(text)
  return block.ok ? { kind: 'cell', block: block.value } : null
}

/** The key as a branded value, or null where the text is not a canonical key. */
export function asRecordKey(text: string): RecordKey | null {
  return parseKey(text) === null ? null : (text as RecordKey)
}
