import assert from 'node:assert/strict'
import { isIPv4, isIPv6 } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatAddress, parseAddress, parseNumber } from '../src/index.ts'
import { anyNumber, bitsOf, codeOf, fromBits, must } from './arbitraries.ts'

const print = (text: string): string => {
  const { space, value } = must(parseAddress(text))
  return formatAddress(space, value)
}

test('RFC 5952: recommended and not recommended spellings', () => {
  const table: [section: string, recommended: string, others: string[]][] = [
    [
      '1',
      '2001:db8::1:0:0:1',
      [
        '2001:db8:0:0:1:0:0:1',
        '2001:0db8:0:0:1:0:0:1',
        '2001:db8::1:0:0:1',
        '2001:db8::0:1:0:0:1',
        '2001:0db8::1:0:0:1',
        '2001:db8:0:0:1::1',
        '2001:db8:0000:0:1::1',
        '2001:DB8:0:0:1::1',
      ],
    ],
    ['2.1', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:1', ['2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001']],
    ['2.2', '2001:db8::1', ['2001:db8:0:0:0::1', '2001:db8:0:0::1', '2001:db8:0::1', '2001:db8::1']],
    ['2.2', '2001:db8::aaaa:0:0:1', ['2001:db8::aaaa:0:0:1', '2001:db8:0:0:aaaa::1']],
    ['2.3', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa', ['2001:db8:aaaa:bbbb:cccc:dddd:eeee:AaAa']],
    ['4.1', '2001:db8::1', ['2001:0db8::0001']],
    ['4.1', '2001:db8::', ['2001:0db8:0000:0000:0000:0000:0000:0000']],
    ['4.2.1', '2001:db8::2:1', ['2001:db8:0:0:0:0:2:1', '2001:db8::0:2:1']],
    ['4.2.2', '2001:db8:0:1:1:1:1:1', ['2001:db8::1:1:1:1:1']],
    ['4.2.3', '2001:0:0:1::1', ['2001:0:0:1:0:0:0:1', '2001::1:0:0:0:1']],
    ['4.2.3', '2001:db8::1:0:0:1', ['2001:db8:0:0:1:0:0:1']],
    ['4.3', '2001:db8::abcd:ef', ['2001:DB8::ABCD:EF']],
    ['5', '::ffff:192.0.2.1', ['::ffff:c000:201', '0:0:0:0:0:ffff:192.0.2.1', '::FFFF:192.0.2.1']],
    ['5 (mapped only)', '::c000:201', ['::192.0.2.1']],
    ['5 (mapped only)', '64:ff9b::c000:201', ['64:ff9b::192.0.2.1']],
    ['-', '::', ['0:0:0:0:0:0:0:0', '::0', '0::', '::0.0.0.0']],
    ['-', '::1', ['0:0:0:0:0:0:0:1', '::0001', '::0.0.0.1']],
    ['-', '1::', ['1:0:0:0:0:0:0:0', '1::0']],
    ['-', '0:1:1:1:1:1:1:1', ['::1:1:1:1:1:1:1']],
    ['-', '1:1:1:1:1:1:1:0', ['1:1:1:1:1:1:1::']],
  ]
  for (const [section, recommended, others] of table) {
    for (const other of [recommended, ...others])
      assert.equal(print(other), recommended, `section ${section}: ${other}`)
  }
})

test('RFC 4291 section 2.2: forms that are no address', () => {
  const bad = [
    '',
    ':',
    ':::',
    '1',
    '1:',
    ':1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '::12345',
    '::g',
  ]
  bad.push(
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::8:',
    '1:2:3:4:5:6:7:192.0.2.1',
    '::192.0.2',
  )
  bad.push(
    '::192.0.2.1:1',
    '192.0.2.1::',
    '::192.0.02.1',
    '::1 ',
    ' ::1',
    '[::1]',
    '::1/128',
    '1:2:3:4:192.0.2.1',
  )
  bad.push('::ffff:192.0.2.256', '::1\n', '٠::', '１::')
  for (const text of bad) assert.equal(codeOf(parseAddress(text)), 'bad-address', text)
})

test('dotted quads: no octal, hexadecimal, short or long forms (RFC 6943 section 3.1.1)', () => {
  const bad = [
    '192.0.2',
    '192.0.2.',
    '.192.0.2.1',
    '192.0.2.1.',
    '192.0.2.1.1',
    '192..2.1',
    '192.0.2.256',
    '192.0.2.01',
  ]
  bad.push(
    '192.0.2.00',
    '0300.0.2.1',
    '0xc0.0.2.1',
    '3221225985',
    '192.0.513',
    ' 192.0.2.1',
    '192.0.2.1 ',
    '+1.0.2.1',
  )
  bad.push('192.0.2.-1', '192.0.2.1e1', '192,0,2,1', '１92.0.2.1', '192.0.2.1/32', '1.1.1.1234')
  for (const text of bad) assert.equal(codeOf(parseAddress(text)), 'bad-address', text)
  for (const text of ['0.0.0.0', '255.255.255.255', '192.0.2.1', '203.0.113.200'])
    assert.equal(print(text), text)
})

test('zone identifiers are refused as such (RFC 4007)', () => {
  assert.equal(codeOf(parseAddress('fe80::1%eth0')), 'zone-id')
  assert.equal(codeOf(parseAddress('fe80::1%25')), 'zone-id')
})

test('a refusal echoes at most 80 characters of a stranger', () => {
  const refused = parseAddress('1:'.repeat(100_000))
  assert.ok(!refused.ok && refused.error.value.length === 81)
})

test('print then parse is the identity, and printing is canonical', () => {
  fc.assert(
    fc.property(anyNumber, ({ space, value }) => {
      const text = formatAddress(space, value)
      assert.equal(must(parseNumber(space, text)), value)
      if (space === 'ip4') assert.ok(isIPv4(text))
      if (space === 'ip6') assert.ok(isIPv6(text))
    }),
    { numRuns: 2000 },
  )
})

/** A second writer of RFC 5952 section 4, by regular expression over the eight groups. */
function naiveIp6(bits: string): string {
  const groups = bits.match(/.{16}/g) ?? []
  if (/^0{80}1{16}/.test(bits)) {
    const octets = bits.slice(96).match(/.{8}/g) ?? []
    return `::ffff:${octets.map((octet) => Number.parseInt(octet, 2)).join('.')}`
  }
  const full = groups.map((group) => Number.parseInt(group, 2).toString(16)).join(':')
  for (let run = 8; run >= 2; run--) {
    const found = new RegExp(`(^|:)0(:0){${run - 1}}(:|$)`).exec(full)
    if (found) return `${full.slice(0, found.index)}::${full.slice(found.index + found[0].length)}`
  }
  return full
}

test('RFC 5952 printing equals a second writer', () => {
  const zeroRich = fc
    .array(fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
      minLength: 8,
      maxLength: 8,
    })
    .map((groups) => groups.map((group) => group.toString(2).padStart(16, '0')).join(''))
  fc.assert(
    fc.property(fc.oneof(zeroRich, bitsOf('ip6')), (bits) => {
      assert.equal(formatAddress('ip6', fromBits(bits)), naiveIp6(bits))
    }),
    { numRuns: 3000 },
  )
})

/** An address text with a few characters changed: near misses, where readers disagree. */
const mutated = fc
  .tuple(
    fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      anyNumber.map(({ space, value }) => formatAddress(space, value)),
      fc.constantFrom(
        '::ffff:192.0.2.1',
        '1:2:3:4:5:6:192.0.2.1',
        '1:2:3:4:5:6:7::',
        '::2:3:4:5:6:7:8',
        '1::8',
      ),
    ),
    fc.array(
      fc.tuple(
        fc.nat(45),
        fc.constantFrom('delete', 'insert', 'replace'),
        fc.constantFrom(...'::..0012aFg -'),
      ),
      {
        maxLength: 3,
      },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((kept, [at, edit, character]) => {
      const cut = at % (kept.length + 1)
      return (
        kept.slice(0, cut) +
        (edit === 'delete' ? '' : character) +
        kept.slice(edit === 'insert' ? cut : cut + 1)
      )
    }, text),
  )

test('accepts exactly what node:net accepts, zones apart, over mutated texts', () => {
  let [good, bad] = [0, 0]
  fc.assert(
    fc.property(mutated, (text) => {
      const parsed = parseAddress(text)
      const expected = isIPv4(text) ? 'ip4' : isIPv6(text) ? 'ip6' : 'none'
      assert.equal(parsed.ok ? parsed.value.space : 'none', expected, text)
      if (parsed.ok) good++
      else bad++
      if (expected === 'ip6' && parsed.ok) {
        // The URL parser is a third reader: its IPv6 host is the same address (it never prints dotted quads).
        const host = new URL(`http://[${text}]/`).hostname.slice(1, -1)
        assert.equal(must(parseAddress(host)).value, parsed.value.value)
      }
    }),
    { numRuns: 20_000 },
  )
  assert.ok(good > 1000 && bad > 1000, 'the mutations reach both sides')
})

test('parseNumber reads a number of its own space only', () => {
  assert.equal(codeOf(parseNumber('ip4', '2001:db8::')), 'mixed-spaces')
  assert.equal(codeOf(parseNumber('ip6', '192.0.2.1')), 'mixed-spaces')
  assert.equal(codeOf(parseNumber('asn', 'AS64496')), 'bad-asn')
  assert.equal(must(parseNumber('asn', '64496')), 64496n)
})

test('formatting a number outside its space is a bug and throws', () => {
  assert.throws(() => formatAddress('ip4', 1n << 32n), RangeError)
  assert.throws(() => formatAddress('asn', -1n), RangeError)
  assert.throws(() => formatAddress('ip6', 1n << 128n), RangeError)
})
