import { type Block, type NumberSpace, WIDTH } from './model.ts'

const SHIFTS: readonly bigint[] = Array.from({ length: 128 }, (_, shift) => BigInt(shift))

/** Bit `index` of a number of the space; 0 is the most significant. Throws a RangeError outside 0 to width - 1. */
export function bitAt(space: NumberSpace, value: bigint, index: number): 0 | 1 {
  const shift = WIDTH[space] - 1 - index
  if (shift < 0 || index < 0) throw new RangeError(`${space} has no bit ${index}`)
  if (space !== 'ip6') return (Number(value) >>> shift) & 1 ? 1 : 0
  return (value >> (SHIFTS[shift] ?? 0n)) & 1n ? 1 : 0
}

/** How many leading bits two numbers of the space share, 0 to its width. */
export function commonPrefixLength(space: NumberSpace, a: bigint, b: bigint): number {
  if (space !== 'ip6') return Math.clz32(Number(a) ^ Number(b))
  const difference = a ^ b
  // 32 bits at a time: a Number holds 53 bits exactly, and rounding up would lose a leading zero.
  for (let known = 0; known < 128; known += 32) {
    const zeros = Math.clz32(Number(BigInt.asUintN(32, difference >> (SHIFTS[96 - known] ?? 0n))))
    if (zeros < 32) return known + zeros
  }
  return 128
}

/** A number of the space as big-endian bytes, width / 8 of them. */
export function valueBytes(space: NumberSpace, value: bigint): Uint8Array {
  const bytes = new Uint8Array(WIDTH[space] / 8)
  const view = new DataView(bytes.buffer)
  if (space !== 'ip6') {
    view.setUint32(0, Number(value))
    return bytes
  }
  view.setBigUint64(0, value >> 64n)
  view.setBigUint64(8, value)
  return bytes
}

/** The block's label in the state trie: its first number as big-endian bytes, zero after the length. */
export function blockBytes(of: Block): Uint8Array {
  return valueBytes(of.space, of.first)
}

/** The number that big-endian bytes, any count of them, spell; the reverse of `valueBytes`. */
export function bytesToValue(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length === 16) return (view.getBigUint64(0) << 64n) | view.getBigUint64(8)
  if (bytes.length === 4) return BigInt(view.getUint32(0))
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}
