/** A second, naive model of the state: a Map of records, everything recomputed from the whole set. */
import { createHash } from 'node:crypto'
import type { HashedSpace, NodePreimage, Space } from '../src/index.ts'

const TAGS: Record<HashedSpace, number> = { ip4: 4, ip6: 6, asn: 10, obj: 16 }
export const WIDTHS: Record<Space, number> = { ip4: 32, ip6: 128, asn: 32, obj: 256, index: 256 }
const ZERO = Buffer.alloc(32)

/** A key is its bits as a string of 0 and 1; order by text is "first address, then shorter first". */
export type Model = Map<string, Uint8Array>

export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export function toLabel(bits: string, width: number): Uint8Array {
  const padded = bits.padEnd(width, '0')
  return Uint8Array.from({ length: width / 8 }, (_, i) => Number.parseInt(padded.slice(i * 8, i * 8 + 8), 2))
}

export function toBits(label: Uint8Array, length: number): string {
  return [...label]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, length)
}

export function modelRecordHash(record: Uint8Array): Buffer {
  return sha256(Uint8Array.of(3), record)
}

export interface NaiveNode {
  readonly bits: string
  readonly hash: Buffer
  readonly preimage: NodePreimage
}

/**
 * The node over a sorted, non-empty set of keys (or the root): its label is what all of them share. Written
 * from ledger.md, top down over the whole set, unlike the trie.
 */
export function naiveNode(
  space: HashedSpace,
  model: Model,
  keys: readonly string[],
  root: boolean,
): NaiveNode {
  const width = WIDTHS[space]
  const first = keys[0] ?? ''
  const last = keys.at(-1) ?? ''
  let bits = ''
  if (!root)
    while (bits.length < first.length && first[bits.length] === last[bits.length]) bits += first[bits.length]
  const below = (digit: string): Buffer | null => {
    const part = keys.filter((key) => key.startsWith(bits + digit))
    return part.length === 0 ? null : naiveNode(space, model, part, false).hash
  }
  const record = model.get(bits)
  const value = record === undefined ? null : modelRecordHash(record)
  const left = below('0')
  const right = below('1')
  const size = Buffer.alloc(2)
  size.writeUInt16BE(bits.length)
  const label = toLabel(bits, width)
  const hash = sha256(Uint8Array.of(2, TAGS[space]), size, label, value ?? ZERO, left ?? ZERO, right ?? ZERO)
  return { bits, hash, preimage: { label, length: bits.length, value, left, right } }
}

export function naiveRoot(space: HashedSpace, model: Model): Buffer {
  return naiveNode(space, model, [...model.keys()].sort(), true).hash
}

export function naiveCovering(model: Model, query: string): string[] {
  return [...model.keys()].filter((key) => query.startsWith(key)).sort()
}

export function naiveInside(model: Model, query: string): string[] {
  return [...model.keys()].filter((key) => key.startsWith(query)).sort()
}

export function naiveSubtree(space: HashedSpace, model: Model, query: string): Buffer | null {
  if (query === '') return naiveRoot(space, model)
  const keys = naiveInside(model, query)
  return keys.length === 0 ? null : naiveNode(space, model, keys, false).hash
}
