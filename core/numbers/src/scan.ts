// Scanners over part of a string: no substring, no regular expression, and no bigint for 32-bit numbers.

const DOT = 46
const COLON = 58
const ZERO = 48

/**
 * Reads `text[start, end)` as an unsigned decimal without sign, spaces or leading zeros.
 * Returns -1 when it is none or exceeds `max` (at most 2^32).
 */
export function scanDecimal(text: string, start: number, end: number, max: number): number {
  if (start >= end || end - start > 10) return -1
  if (text.charCodeAt(start) === ZERO) return end - start === 1 ? 0 : -1
  let value = 0
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value <= max ? value : -1
}

/**
 * Reads `text[start, end)` as a dotted quad: four decimals of one to three digits. A leading zero is refused,
 * because some readers take it as octal (RFC 6943 section 3.1.1). Returns -1 when it is none.
 */
export function scanDottedQuad(text: string, start: number, end: number): number {
  if (end - start < 7 || end - start > 15) return -1
  let value = 0
  let octet = -1
  let octets = 0
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === DOT) {
      if (octet < 0) return -1
      value = value * 256 + octet
      octets++
      octet = -1
      continue
    }
    const digit = code - ZERO
    if (digit < 0 || digit > 9 || octet === 0) return -1
    octet = octet < 0 ? digit : octet * 10 + digit
    if (octet > 255) return -1
  }
  return octets === 3 && octet >= 0 ? value * 256 + octet : -1
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 97 && code <= 102) return code - 87
  if (code >= 65 && code <= 70) return code - 55
  return -1
}

/** The eight groups of the address being read; overwritten by every call, never seen outside. */
const scratch = new DataView(new ArrayBuffer(16))

/** Moves the groups from `gap` on to the end, where they belong, and clears what '::' stands for. */
function expandGap(gap: number, count: number): void {
  for (let moved = 1; moved <= count - gap; moved++) {
    scratch.setUint16(16 - 2 * moved, scratch.getUint16(2 * (count - moved)))
  }
  for (let group = gap; group < 8 - (count - gap); group++) scratch.setUint16(2 * group, 0)
}

/**
 * Reads `text[start, end)` as IPv6 in any of the three forms of RFC 4291 section 2.2: eight groups, '::' for one
 * or more groups of zeros, and a dotted quad as the last 32 bits. No zone identifier. Returns null when it is none.
 */
export function scanIp6(text: string, start: number, end: number): bigint | null {
  if (end - start < 2 || end - start > 45) return null
  let count = 0
  let gap = -1
  let at = start
  if (text.charCodeAt(at) === COLON) {
    if (text.charCodeAt(at + 1) !== COLON) return null
    gap = 0
    at += 2
  }
  while (at < end || gap !== count) {
    const groupStart = at
    let group = 0
    for (; at < end; at++) {
      const digit = hexDigit(text.charCodeAt(at))
      if (digit < 0) break
      group = group * 16 + digit
    }
    if (at < end && text.charCodeAt(at) === DOT) {
      const quad = count <= 6 ? scanDottedQuad(text, groupStart, end) : -1
      if (quad < 0) return null
      scratch.setUint32(2 * count, quad)
      count += 2
      break
    }
    if (at === groupStart || at - groupStart > 4 || count === 8) return null
    scratch.setUint16(2 * count, group)
    count++
    if (at === end) break
    if (text.charCodeAt(at) !== COLON) return null
    at++
    if (text.charCodeAt(at) === COLON && at < end) {
      if (gap >= 0) return null
      gap = count
      at++
    }
  }
  if (gap < 0 ? count !== 8 : count > 7) return null
  if (gap >= 0) expandGap(gap, count)
  return (scratch.getBigUint64(0) << 64n) | scratch.getBigUint64(8)
}
