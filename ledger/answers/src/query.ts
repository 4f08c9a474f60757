import type { Hasher } from '@cadastre/crypto'
import { type Block, blockBytes, blockKey } from '@cadastre/numbers'
import { type ObjectType, objectKey, parseKey } from '@cadastre/records'
import { type HashedSpace, objectLabel } from '@cadastre/trie'

/** What is asked: a key of the state. A single address or AS number is asked at full length, a block at its own. */
export interface Query {
  /** The key's text, such as `ip4/203.0.113.0/24`. */
  readonly key: string
  readonly space: HashedSpace
  /** Width/8 bytes, zero past the length. */
  readonly label: Uint8Array
  readonly length: number
}

/** The query for a prefix, or for an aligned block of AS numbers. */
export function blockQuery(block: Block): Query {
  return { key: blockKey(block), space: block.space, label: blockBytes(block), length: block.length }
}

/** The query for an object. The handle is in stored form. */
export function objectQuery(hasher: Hasher, type: ObjectType, handle: string): Query {
  const key = objectKey(type, handle)
  return { key, space: 'obj', label: objectLabel(hasher, type, handle), length: 256 }
}

/** The query for a key in its canonical text; null if the text is no key. */
export function keyQuery(hasher: Hasher, text: string): Query | null {
  const key = parseKey(text)
  if (key === null) return null
  return key.kind === 'cell' ? blockQuery(key.block) : objectQuery(hasher, key.type, key.handle)
}
