import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAddress, formatRange } from '@cadastre/numbers'
import fc from 'fast-check'
import {
  DELEGATION_STATUSES,
  kindOfStatus,
  MAX_ROW_LENGTH,
  readImportRow,
  readPrefixRow,
  readRow,
} from '../src/index.ts'

function read(raw: string): object {
  const row = readImportRow(raw)
  if (!row.ok) return { code: row.error.code }
  const { range, ...rest } = row.value
  return { range: formatRange(range), ...rest }
}
const code = (raw: string): unknown => (read(raw) as { code?: string }).code

test('the rows that the five registries publish, with what is odd in them', () => {
  const cases: readonly (readonly [string, object])[] = [
    // Plain, seven fields; also RIPE-style extended rows without an opaque id.
    [
      'example|CH|ipv4|192.0.2.0|256|20130501|allocated',
      {
        registry: 'example',
        range: '192.0.2.0 - 192.0.2.255',
        country: 'CH',
        registered: '2013-05-01',
        status: 'allocated',
        opaqueId: null,
      },
    ],
    // A count that is no prefix.
    [
      'example|US|ipv4|192.0.2.0|192|00000000|assigned|F36B9F4B',
      {
        registry: 'example',
        range: '192.0.2.0 - 192.0.2.191',
        country: 'US',
        registered: null,
        status: 'assigned',
        opaqueId: 'F36B9F4B',
      },
    ],
    // Available: no country, no date; with an empty opaque id or without one; ZZ.
    [
      'example||asn|64496|16||available|',
      {
        registry: 'example',
        range: 'AS64496 - AS64511',
        country: null,
        registered: null,
        status: 'available',
        opaqueId: null,
      },
    ],
    [
      'example|ZZ|ipv6|2001:db8::|30||reserved|',
      {
        registry: 'example',
        range: '2001:db8:: - 2001:dbb:ffff:ffff:ffff:ffff:ffff:ffff',
        country: null,
        registered: null,
        status: 'reserved',
        opaqueId: null,
      },
    ],
    // More fields than eight, and an uncompressed address.
    [
      'example|BR|ipv6|2001:0db8:0000::|32|20240104|allocated|310248|e-stats',
      {
        registry: 'example',
        range: '2001:db8:: - 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
        country: 'BR',
        registered: '2024-01-04',
        status: 'allocated',
        opaqueId: '310248',
      },
    ],
    // A day that does not exist is not known.
    [
      'example|BR|asn|64496|1|20230229|assigned|',
      {
        registry: 'example',
        range: 'AS64496',
        country: 'BR',
        registered: null,
        status: 'assigned',
        opaqueId: null,
      },
    ],
    // Prefix lists.
    [
      '198.51.100.0/24,AU,64496',
      {
        registry: '',
        range: '198.51.100.0 - 198.51.100.255',
        country: 'AU',
        registered: null,
        status: 'assigned',
        opaqueId: 'AS64496',
      },
    ],
    [
      '198.51.100.0/24,,',
      {
        registry: '',
        range: '198.51.100.0 - 198.51.100.255',
        country: null,
        registered: null,
        status: 'assigned',
        opaqueId: null,
      },
    ],
  ]
  for (const [raw, expected] of cases) assert.deepEqual(read(raw), expected, raw)
})

test('what cannot be read is refused with its code', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['example|RU|ipv4|192.0.2.0|1024|201310', 'field-count'],
    ['example|*|ipv4|*|5327|summary', 'field-count'],
    ['|CH|ipv4|192.0.2.0|256|20130501|allocated', 'bad-registry'],
    ['example|che|ipv4|192.0.2.0|256|20130501|allocated', 'bad-country'],
    ['example|CH|ipx|192.0.2.0|256|20130501|allocated', 'bad-type'],
    ['example|CH|ipv4|192.0.2|256|20130501|allocated', 'bad-start'],
    ['example|CH|ipv4|192.0.02.0|256|20130501|allocated', 'bad-start'],
    ['example|CH|ipv4|192.0.2.0|0|20130501|allocated', 'bad-value'],
    ['example|CH|ipv4|192.0.2.0|0256|20130501|allocated', 'bad-value'],
    ['example|CH|ipv4|255.255.255.0|257|20130501|allocated', 'bad-value'],
    ['example|CH|asn|4294967295|2|20130501|allocated', 'bad-value'],
    ['example|CH|asn|AS64496|1|20130501|allocated', 'bad-start'],
    ['example|CH|ipv6|2001:db8::|129|20130501|allocated', 'bad-value'],
    ['example|CH|ipv6|2001:db8::1|64|20130501|allocated', 'bad-start'],
    ['example|CH|ipv6|192.0.2.0|24|20130501|allocated', 'bad-start'],
    ['example|CH|ipv4|192.0.2.0|256|2013-05-01|allocated', 'bad-date'],
    ['example|CH|ipv4|192.0.2.0|256|20131|allocated', 'bad-date'],
    ['example|ZZ|ipv4|192.0.2.0|256|19810901|ietf', 'bad-status'],
    ['example|CH|ipv4|192.0.2.0|256|20130501|allocated|a b', 'bad-opaque-id'],
    ['example|CH|ipv4|192.0.2.0|256|20130501|allocated|é', 'row-not-printable'],
    [`example|CH|ipv4|192.0.2.0|256|20130501|allocated|${'x'.repeat(MAX_ROW_LENGTH)}`, 'row-too-long'],
    ['198.51.100.0/24', 'field-count'],
    ['198.51.100.0/24,AU,64496,x', 'field-count'],
    ['198.51.100.1/24,AU,64496', 'bad-start'],
    ['198.51.100.0/24,AUS,64496', 'bad-country'],
    ['198.51.100.0/24,AU,AS64496', 'bad-opaque-id'],
  ]
  for (const [raw, expected] of cases) assert.equal(code(raw), expected, raw)
})

test('kinds: available is a pool, reserved stays, the rest is held', () => {
  assert.deepEqual(DELEGATION_STATUSES.map(kindOfStatus), ['holding', 'holding', 'pool', 'reserved'])
})

test('any range written as a row is read back, whatever its count', () => {
  const number = fc.bigInt({ min: 0n, max: 0xffffffffn })
  fc.assert(
    fc.property(fc.constantFrom('ip4', 'asn'), number, number, (space, a, b) => {
      const [first, last] = a < b ? [a, b] : [b, a]
      const type = space === 'ip4' ? 'ipv4' : 'asn'
      const row = readRow(`example|CH|${type}|${formatAddress(space, first)}|${last - first + 1n}||assigned`)
      assert.ok(row.ok)
      assert.deepEqual({ ...row.value.range }, { space, first, last })
    }),
  )
})

test('reading is total: any text is read or refused, and the refusal echoes at most 80 characters', () => {
  const field = fc.oneof(
    fc.string(),
    fc.constantFrom('ipv4', 'ipv6', 'asn', '', 'CH', '192.0.2.0', '1', '::', 'allocated'),
  )
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.array(field, { maxLength: 10 }).map((fields) => fields.join('|')),
    fc.array(field, { maxLength: 5 }).map((fields) => fields.join(',')),
  )
  fc.assert(
    fc.property(line, (text) => {
      for (const reader of [readRow, readPrefixRow, readImportRow]) {
        const row = reader(text)
        if (!row.ok) assert.ok(row.error.value.length <= 81, row.error.value)
      }
    }),
    { numRuns: 2000 },
  )
})
