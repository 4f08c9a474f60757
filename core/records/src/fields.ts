/** Schemas of the values that many bodies share. */

import { type Asn, type Block, parseAsn, parsePrefix, parseRange, type Range } from '@cadastre/numbers'
import { type Calendar, MAX_WEEKEND } from './calendar.ts'
import { asRecordKey, parseHandle, type RecordKey } from './keys.ts'
import { type Contact, type EnrolledKey, KEY_ROLES, type KeyPolicy } from './objects.ts'
import { array, integer, keptText, map, object, oneOf, parsedText, type Schema, text } from './schema.ts'
import { type CalendarDate, type Instant, parseDate, parseInstant } from './time.ts'

/** 32 bytes in standard padded base64. */
export const hash32: Schema<string> = text({
  expected: '32 bytes in standard base64 with padding',
  maxLength: 44,
  pattern: '^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$',
})
/** RFC 4648 section 4, in its only spelling: padded, and pad bits zero (section 3.5). */
export const base64: Schema<string> = text({
  expected: 'standard base64 with padding',
  maxLength: 4096,
  pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$',
})
/** An upper-case handle in stored form. */
export const handle: Schema<string> = keptText({
  expected: 'a handle in upper case, such as H-7',
  maxLength: 100,
  parse: (value) => (parseHandle(value) === value ? value : null),
})
export const instant: Schema<Instant> = keptText({
  expected: 'an RFC 3339 instant in UTC with whole seconds, such as 2026-11-24T06:13:43Z',
  maxLength: 20,
  parse: parseInstant,
})
export const recordKey: Schema<RecordKey> = keptText({
  expected: 'a record key, such as ip4/203.0.113.0/24, asn/64496/32 or obj/holder/H-7',
  maxLength: 140,
  parse: asRecordKey,
})
/** A prefix in its canonical text, or an aligned AS block as `64496/32`. */
export const prefix: Schema<Block> = parsedText({
  expected: 'a prefix without host bits, such as 203.0.113.0/24 or 2001:db8::/32',
  maxLength: 43,
  parse: (value) => okOrNull(parsePrefix(value)),
})
/** A range of addresses or AS numbers: `203.0.113.0 - 203.0.113.127`, a prefix, `AS64496`, `AS64496 - AS64499`. */
export const range: Schema<Range> = parsedText({
  expected: 'a prefix, an address range, an AS number or an AS number range',
  maxLength: 90,
  parse: (value) => okOrNull(parseRange(value)),
})
export const asn: Schema<number> = integer(0, 4294967295)
/** An ISO 3166-1 alpha-2 code. */
export const country: Schema<string> = text({
  expected: 'two upper-case letters (ISO 3166-1 alpha-2)',
  maxLength: 2,
  pattern: '^[A-Z]{2}$',
})
/** A calendar of business days, whose members have the right types; {@link isCalendar} says whether it can be one. */
export const calendar: Schema<Calendar> = object({
  seat: country,
  first: integer(1970, 2400),
  last: integer(1970, 2400),
  weekend: array(integer(1, 7), MAX_WEEKEND),
  holidays: array(
    parsedText<CalendarDate>({ expected: 'an RFC 3339 full-date', maxLength: 10, parse: parseDate }),
    600,
  ),
})
/** A legal name: one line of printable text. */
export const legalName: Schema<string> = text({
  expected: '1 to 200 printable characters on one line',
  maxLength: 200,
  pattern: '^[^\\p{C}\\p{Zl}\\p{Zp}]{1,200}$',
})

export const enrolledKey: Schema<EnrolledKey> = object({
  alg: oneOf(['ed25519', 'es256', 'webauthn']),
  key: base64,
  roles: array(oneOf(KEY_ROLES), 3, 1),
})
export const keyPolicy: Schema<KeyPolicy> = object({
  m: integer(1, 16),
  keys: array(enrolledKey, 16, 1),
  guardians: array(handle, 16),
})
export const contact: Schema<Contact> = object({
  role: oneOf(['registrant', 'technical', 'administrative', 'abuse', 'noc']),
  kind: oneOf(['individual', 'group', 'org']),
  fields: map(hash32, {
    pattern: '^(fn|email|tel|adr)$',
    maxMembers: 4,
    expected: 'commitments to fn, email, tel, adr',
  }),
})

function okOrNull<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false }): T | null {
  return result.ok ? result.value : null
}

/** An AS number in asplain, with or without `AS`. */
export const asnText: Schema<Asn> = parsedText({
  expected: 'an AS number from 0 to 4294967295',
  maxLength: 12,
  parse: (value) => okOrNull(parseAsn(value)),
})
