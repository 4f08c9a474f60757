import { type Asn, type Block, mintAsn, mintBlock } from './model.ts'
import { type NumberError, numberError, ok, type Result } from './result.ts'
import { scanDecimal } from './scan.ts'

const ASN_MAX = 0xffffffff

/** What the asdot text `high.low` (RFC 5396) is in asplain, to name it in the refusal; -1 if it is no asdot. */
function asdotValue(digits: string): number {
  const dot = digits.indexOf('.')
  const high = dot < 0 ? -1 : scanDecimal(digits, 0, dot, 0xffff)
  const low = dot < 0 ? -1 : scanDecimal(digits, dot + 1, digits.length, 0xffff)
  return high < 0 || low < 0 ? -1 : high * 65536 + low
}

/** Reads an AS number, "64496" or "AS64496" in any case: asplain of RFC 5396, no leading zeros, no asdot. */
export function parseAsn(text: string): Result<Asn, NumberError> {
  // 0x20 is the case bit of an ASCII letter; no digit becomes a letter by it.
  const named = (text.charCodeAt(0) | 0x20) === 97 && (text.charCodeAt(1) | 0x20) === 115
  const value = scanDecimal(text, named ? 2 : 0, text.length, ASN_MAX)
  if (value >= 0) return ok(mintAsn(value))
  const asdot = asdotValue(named ? text.slice(2) : text)
  return numberError('bad-asn', text, asdot < 0 ? 'AS and a decimal from 0 to 4294967295' : `AS${asdot}`)
}

/** The AS number `value`; refused unless an integer from 0 to 4294967295. */
export function asn(value: number): Result<Asn, NumberError> {
  if (Number.isInteger(value) && value >= 0 && value <= ASN_MAX) return ok(mintAsn(value))
  return numberError('out-of-space', String(value), 'an integer from 0 to 4294967295')
}

/** Writes an AS number as "AS64496". */
export function formatAsn(number: Asn): string {
  return `AS${Number(number)}`
}

/** The block that holds this AS number alone. */
export function asnBlock(number: Asn): Block {
  return mintBlock('asn', BigInt(number), 32)
}
