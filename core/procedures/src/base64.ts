/** Base64 and hexadecimal: core sees bytes only as such texts. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Standard padded base64 (RFC 4648 section 4) of the bytes that a hexadecimal text spells. */
export function base64OfHex(hex: string): string {
  let text = ''
  for (let at = 0; at < hex.length; at += 6) {
    const part = hex.slice(at, at + 6)
    const value = Number.parseInt(part.padEnd(6, '0'), 16)
    const digits = [18, 12, 6, 0].map((shift) => DIGITS.charAt((value >> shift) & 63)).join('')
    text += digits.slice(0, part.length / 2 + 1).padEnd(4, '=')
  }
  return text
}

/** The bytes of a standard padded base64 text, in lower-case hexadecimal; null where it is none, or has bits to spare. */
export function hexOfBase64(text: string): string | null {
  let hex = ''
  for (let at = 0; at < text.length; at += 4) {
    const part = text.slice(at, at + 4).replace(/={1,2}$/, '')
    if (part.length < 2) return null
    const digits = [...part].map((digit) => DIGITS.indexOf(digit))
    if (digits.includes(-1)) return null
    const value = [0, 1, 2, 3].reduce((sum, place) => sum * 64 + (digits[place] ?? 0), 0)
    hex += value
      .toString(16)
      .padStart(6, '0')
      .slice(0, 2 * (part.length - 1))
  }
  return base64OfHex(hex) === text ? hex : null
}
