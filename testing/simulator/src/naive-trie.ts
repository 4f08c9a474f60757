/** The state trie's hashes, said as slowly and plainly as ledger.md says them: bits are characters, nodes are calls. */

/** SHA-256 (FIPS 180-4); pass `node:crypto`'s. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** A record's place: its key as a text of `0` and `1`, and H(0x03 ‖ record). */
export type Leaf = { readonly bits: string; readonly hash: Uint8Array }

export const SPACE_TAGS: { readonly [space: string]: { readonly tag: number; readonly width: number } } = {
  ip4: { tag: 4, width: 32 },
  ip6: { tag: 6, width: 128 },
  asn: { tag: 10, width: 32 },
  obj: { tag: 16, width: 256 },
}

const ABSENT = new Uint8Array(32)

export function joinBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

/** Big-endian unsigned 16 bits. */
export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 255)
}

/** The bytes that spell the bits, zero past their end. */
function labelOf(bits: string, width: number): Uint8Array {
  const label = new Uint8Array(width / 8)
  for (let at = 0; at < bits.length; at++)
    if (bits[at] === '1') label[at >> 3] = (label[at >> 3] ?? 0) | (128 >> (at & 7))
  return label
}

function nodeHash(sha256: Sha256, space: string, leaves: readonly Leaf[], label: string): Uint8Array {
  const shape = SPACE_TAGS[space]
  if (shape === undefined) throw new RangeError(`no such space: ${space}`)
  const own = leaves.find((leaf) => leaf.bits === label)
  const side = (bit: string): Uint8Array =>
    topmost(
      sha256,
      space,
      leaves.filter((leaf) => leaf.bits.length > label.length && leaf.bits[label.length] === bit),
    ) ?? ABSENT
  return sha256(
    joinBytes(
      Uint8Array.of(2, shape.tag),
      u16(label.length),
      labelOf(label, shape.width),
      own?.hash ?? ABSENT,
      side('0'),
      side('1'),
    ),
  )
}

/** Hash of the topmost node over these leaves: a node exists iff it has a value or two children. Null for none. */
export function topmost(sha256: Sha256, space: string, leaves: readonly Leaf[]): Uint8Array | null {
  const [one] = leaves
  if (one === undefined) return null
  let length = 0
  while (length < one.bits.length && leaves.every((leaf) => leaf.bits[length] === one.bits[length])) length++
  return nodeHash(sha256, space, leaves, one.bits.slice(0, length))
}

/** Hash of the root of a space: of length 0, always present. */
export function naiveRoot(sha256: Sha256, space: string, leaves: readonly Leaf[]): Uint8Array {
  return nodeHash(sha256, space, leaves, '')
}
