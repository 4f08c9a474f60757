import { decodeBase64, decodeUtf8 } from '@cadastre/crypto'

/** The text of bytes from a stranger, or null if not UTF-8; a string passes if it could be UTF-8. */
export function textOf(input: Uint8Array | string): string | null {
  if (typeof input !== 'string') return decodeUtf8(input)
  return input.isWellFormed() ? input : null
}

/** A decimal without leading zeros, up to 2^53 - 1; null otherwise. */
export function parseDecimal(text: string): number | null {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return null
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : null
}

/** A SHA-256 hash in standard base64; null otherwise. */
export function parseHash(text: string): Uint8Array | null {
  if (text.length !== 44) return null
  const bytes = decodeBase64(text)
  return bytes !== null && bytes.length === 32 ? bytes : null
}

// Control characters are what this looks for.
// biome-ignore lint/suspicious/noControlCharactersInRegex: C2SP signed-note forbids them
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/

/** Whether a text has an ASCII control character other than the newline. */
export function hasControl(text: string): boolean {
  return CONTROL.test(text)
}

/** Lines of a text in which every line ends in a newline; null if the last does not. */
export function linesOf(text: string): string[] | null {
  if (!text.endsWith('\n')) return null
  return text.slice(0, -1).split('\n')
}

/** Unicode's White_Space and the plus sign: written out, since the property takes milliseconds to compile. */
const SPACE_OR_PLUS = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]/

/** A signed-note key name: non-empty, no Unicode space, no plus sign, no control character. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !SPACE_OR_PLUS.test(name) && !hasControl(name)
}

/** Whether a text is a time in RFC 3339, UTC, whole seconds, and exists in the calendar. */
export function isTime(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/.test(text)) return false
  const time = Date.parse(text)
  return !Number.isNaN(time) && `${new Date(time).toISOString().slice(0, 19)}Z` === text
}
