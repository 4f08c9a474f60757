/** The five key spaces of the state and what a key is in each. */
import type { Hasher } from '@cadastre/crypto'

/** `ip4 ip6 asn obj` are hashed and provable; `index` holds in-process secondary indexes and is never proved. */
export type Space = 'ip4' | 'ip6' | 'asn' | 'obj' | 'index'
export type HashedSpace = 'ip4' | 'ip6' | 'asn' | 'obj'

export interface SpaceShape {
  /** The byte that names the space in a node's preimage (ledger.md, Hashes). */
  readonly tag: number
  /** Bits in a full key; a label is always width/8 bytes. */
  readonly width: number
  readonly hashed: boolean
  /** Whether only keys of full length may hold a record. */
  readonly fullLengthOnly: boolean
}

export const SPACES: Readonly<Record<Space, SpaceShape>> = {
  ip4: { tag: 4, width: 32, hashed: true, fullLengthOnly: false },
  ip6: { tag: 6, width: 128, hashed: true, fullLengthOnly: false },
  asn: { tag: 10, width: 32, hashed: true, fullLengthOnly: false },
  obj: { tag: 16, width: 256, hashed: true, fullLengthOnly: true },
  index: { tag: 0, width: 256, hashed: false, fullLengthOnly: false },
}

export const SPACE_NAMES: readonly Space[] = ['ip4', 'ip6', 'asn', 'obj', 'index']
export const HASHED_SPACES: readonly HashedSpace[] = ['ip4', 'ip6', 'asn', 'obj']

/** 32-bit words of the widest label. */
export const LABEL_WORDS_MAX: number = 8

/**
 * The full-length label of an object: H(type ‖ 0x00 ‖ HANDLE). Both are ASCII and the handle is already in
 * upper case (design.md section 4); anything else is a bug and throws a RangeError.
 */
export function objectLabel(hasher: Hasher, type: string, handle: string): Uint8Array {
  const bytes = new Uint8Array(type.length + 1 + handle.length)
  writeAscii(bytes, 0, type)
  writeAscii(bytes, type.length + 1, handle)
  if (/[a-z]/.test(handle)) throw new RangeError(`handle is not in upper case: ${handle}`)
  return hasher.sha256(bytes)
}

function writeAscii(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x21 || code > 0x7e) throw new RangeError(`not printable ASCII: ${JSON.stringify(text)}`)
    bytes[at + i] = code
  }
}

/**
 * Reads a label into big-endian words, as nodes hold it. Throws a RangeError on a label of the wrong size, a
 * length outside 0..width, or bits set past the length: labels come from parsers, so that is a bug.
 */
export function loadLabel(words: Uint32Array, space: Space, label: Uint8Array, length: number): void {
  const { width } = SPACES[space]
  if (label.length * 8 !== width) throw new RangeError(`a label of ${space} has ${width / 8} bytes`)
  if (!(length >= 0 && length <= width) || !Number.isInteger(length))
    throw new RangeError(`a length in ${space} is 0 to ${width}, not ${length}`)
  const count = width >>> 5
  for (let i = 0; i < count; i++) {
    const at = i << 2
    const word =
      ((label[at] as number) << 24) |
      ((label[at + 1] as number) << 16) |
      ((label[at + 2] as number) << 8) |
      (label[at + 3] as number)
    const kept = length - (i << 5)
    if (kept < 32 && (kept <= 0 ? word : word << kept) !== 0)
      throw new RangeError(`a label of ${space} has bits set past its length ${length}`)
    words[i] = word
  }
}

/** Bit `index` of a label in words; bit 0 is the most significant. */
export function labelBit(words: Uint32Array, index: number): 0 | 1 {
  return ((words[index >>> 5] as number) & (0x80000000 >>> (index & 31))) === 0 ? 0 : 1
}
