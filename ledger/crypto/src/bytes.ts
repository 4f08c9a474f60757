/** Byte helpers that behave the same in Node and in a browser, and that accept one spelling only. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES: Int8Array = new Int8Array(128).fill(-1)
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i

const encoder = new TextEncoder()
// ignoreBOM keeps a leading U+FEFF in the text: dropping it would let two byte strings read as one.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Whether two byte strings are equal. Not constant-time: nothing compared here is secret. */
export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** The parts, one after another, in a new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** UTF-8 of a text. Throws on a lone surrogate, which has no UTF-8 form: such a text is a bug. */
export function encodeUtf8(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new TypeError('text has a lone surrogate')
  return encoder.encode(text)
}

/**
 * The same, into memory that is at hand; gives the number of bytes, or null where they do not fit (then what is in
 * there has no meaning).
 */
export function encodeUtf8Into(text: string, into: Uint8Array): number | null {
  if (!text.isWellFormed()) throw new TypeError('text has a lone surrogate')
  const { read, written } = encoder.encodeInto(text, into)
  return read === text.length ? written : null
}

/** The text of UTF-8 bytes, or null if they are not valid UTF-8 (RFC 3629). A byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

/** Lower-case hexadecimal. */
export function encodeHex(bytes: Uint8Array): string {
  let out = ''
  for (const byte of bytes) out += byte.toString(16).padStart(2, '0')
  return out
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    out += ALPHABET.charAt(word >> 18) + ALPHABET.charAt((word >> 12) & 63)
    out += left > 1 ? ALPHABET.charAt((word >> 6) & 63) : '='
    out += left > 2 ? ALPHABET.charAt(word & 63) : '='
  }
  return out
}

function sextet(text: string, at: number): number {
  return VALUES[text.charCodeAt(at)] ?? -1
}

/**
 * Decodes standard base64 with padding, strictly: no white space, no missing padding, and the unused bits
 * zero (RFC 4648 section 3.5), so that each byte string has exactly one spelling. Null otherwise.
 */
export function decodeBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const digits = text.length - padding
  const out = new Uint8Array((text.length / 4) * 3 - padding)
  let bits = 0
  let held = 0
  let at = 0
  for (let i = 0; i < digits; i++) {
    const value = sextet(text, i)
    if (value < 0) return null
    bits = ((bits << 6) | value) & 0xffff
    held += 6
    if (held >= 8) {
      held -= 8
      out[at++] = (bits >> held) & 0xff
    }
  }
  return (bits & ((1 << held) - 1)) === 0 ? out : null
}
