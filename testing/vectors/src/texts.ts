/** Vectors of the small forms: base64, decimals, instants, canonical JSON, keys. */

import { keyQuery } from '@cadastre/answers'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type Case, hex, type Input, texts } from './shared.ts'

export function base64Cases(): readonly (Case & Input)[] {
  return [
    ...texts(true, {
      nothing: '',
      'one byte': 'AA==',
      'two bytes': '/+8=',
      'three bytes': '+/+/',
      '32 bytes': `${'A'.repeat(43)}=`,
    }),
    ...texts(false, {
      'no padding': 'AA',
      'too much padding': 'AAA==',
      'padding alone': '====',
      'padding in the middle': 'AA==AAAA',
      'unused bits set, one byte': 'AB==',
      'unused bits set, two bytes': 'AAB=',
      'base64url alphabet': '_-8=',
      'white space': 'AA ==',
      'newline at the end': 'AA==\n',
      'another letter': 'ÄA==',
    }),
  ]
}

export function decimalCases(): readonly (Case & Input)[] {
  return [
    ...texts(true, { zero: '0', one: '1', 'the largest': '9007199254740991' }),
    ...texts(false, {
      nothing: '',
      'leading zero': '01',
      'two zeros': '00',
      plus: '+1',
      minus: '-1',
      'one too large': '9007199254740992',
      'much too large': '18446744073709551615',
      fraction: '1.0',
      hexadecimal: '0x1',
      'white space': ' 1',
      'newline at the end': '1\n',
      'other digits': '١',
    }),
  ]
}

export function instantCases(): readonly (Case & Input)[] {
  return [
    ...texts(true, {
      epoch: '1970-01-01T00:00:00Z',
      usual: '2026-11-24T06:13:43Z',
      'leap day': '2028-02-29T23:59:59Z',
      'leap day of a 400th year': '2000-02-29T00:00:00Z',
      'the last': '9999-12-31T23:59:59Z',
    }),
    ...texts(false, {
      'before the epoch': '1969-12-31T23:59:59Z',
      'no leap year': '2027-02-29T00:00:00Z',
      'no leap year either': '2100-02-29T00:00:00Z',
      'no such day': '2026-04-31T00:00:00Z',
      'no such month': '2026-13-01T00:00:00Z',
      'month zero': '2026-00-01T00:00:00Z',
      'day zero': '2026-01-00T00:00:00Z',
      'hour 24': '2026-01-01T24:00:00Z',
      'leap second': '2016-12-31T23:59:60Z',
      fraction: '2026-11-24T06:13:43.0Z',
      offset: '2026-11-24T06:13:43+00:00',
      'small letters': '2026-11-24t06:13:43z',
      'space instead of T': '2026-11-24 06:13:43Z',
      'five digits of year': '12026-11-24T06:13:43Z',
      'no seconds': '2026-11-24T06:13Z',
      'newline at the end': '2026-11-24T06:13:43Z\n',
      nothing: '',
    }),
  ]
}

const nested = (depth: number, inside: string): string => '['.repeat(depth) + inside + ']'.repeat(depth)

export function canonicalJsonCases(): readonly (Case & Input)[] {
  return [
    ...texts(true, {
      'empty object': '{}',
      'empty array': '[]',
      scalars: '[true,false,null,0,-1,"",9007199254740991,-9007199254740991]',
      'members sorted': '{"":0,"A":1,"a":{"b":2,"c":[3]}}',
      'sorted by UTF-16 units: U+1F600 before U+FF5E': '{"😀":1,"～":2}',
      'numbers as names sort as text': '{"1":0,"10":0,"2":0}',
      'short escapes': '"\\b\\t\\n\\f\\r\\"\\\\"',
      'long escapes': '"\\u0000\\u0001\\u000b\\u001f"',
      'no escape': '"/\u007f\u0080\u2028\u2029é€😀"',
      'a name that languages treat specially': '{"__proto__":1,"constructor":2}',
      '32 deep': nested(32, '0'),
      '33 deep, nothing inside': nested(33, ''),
      'a scalar': '"alone"',
    }),
    ...texts(false, {
      nothing: '',
      'no JSON': '{',
      'text after it': '{}{}',
      space: '{"a": 1}',
      'newline at the end': '{}\n',
      'byte order mark': '\ufeff{}',
      'members unsorted': '{"b":1,"a":2}',
      'sorted by code points': '{"～":2,"😀":1}',
      'a member twice': '{"a":1,"a":1}',
      'a member twice, once escaped': '{"a":1,"\\u0061":1}',
      'needless escape': '"\\u0061"',
      'escaped slash': '"\\/"',
      'long escape instead of the short': '"\\u000a"',
      'capitals in an escape': '"\\u001F"',
      'character to be escaped': '"\u0001"',
      'lone surrogate': '"\\ud800"',
      'lone surrogate as a name': '{"\\udc00":1}',
      'escaped pair': '"\\ud83d\\ude00"',
      'fraction of nothing': '1.0',
      fraction: '1.5',
      exponent: '1e3',
      'minus zero': '-0',
      'leading zero': '01',
      'one too large': '9007199254740992',
      'one too small': '-9007199254740992',
      'no number': 'NaN',
      'infinite number': 'Infinity',
      'small letters': 'True',
      'trailing comma': '[1,]',
      'single quotes': "{'a':1}",
      '33 deep': nested(33, '0'),
      '34 deep, nothing inside': nested(34, ''),
      '2,000 deep': nested(2000, ''),
      'no UTF-8': Uint8Array.of(0x22, 0xff, 0x22),
      'surrogate in UTF-8': Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22),
      'overlong UTF-8': Uint8Array.of(0x22, 0xc0, 0xaf, 0x22),
    }),
  ]
}

export type KeyCase = Case &
  Input & { readonly space?: string; readonly label?: string; readonly length?: number }

const KEYS = [
  'ip4/0.0.0.0/0',
  'ip4/203.0.113.0/24',
  'ip4/198.51.100.64/26',
  'ip4/255.255.255.255/32',
  'ip6/::/0',
  'ip6/2001:db8::/32',
  'ip6/2001:db8:0:1::/64',
  'ip6/2001:0:0:1::/64',
  'ip6/2001:db8:0:1:1:1:1:1/128',
  'ip6/2001:db8::1:0:0:1/128',
  'ip6/::1/128',
  'ip6/::ffff:192.0.2.0/120',
  'ip6/::fffe:0:0/95',
  'ip6/::ffff:0.0.0.0/96',
  'ip6/::c000:201/128',
  'asn/0/0',
  'asn/64496/28',
  'asn/64496/32',
  'asn/4294967295/32',
  'obj/holder/H-7',
  'obj/registry/REGISTRY',
  'obj/procedure/TRANSFER-1',
  `obj/notes/A${'.'.repeat(99)}`,
]

const NO_KEYS = [
  '',
  'ip4/203.0.113.1/24',
  'ip4/203.0.113.0/33',
  'ip4/203.0.113.0/024',
  'ip4/203.0.113/24',
  'ip4/203.0.113.00/24',
  'ip4/203.0.113.0',
  'ip4/2001:db8::/32',
  'ip6/192.0.2.0/24',
  'ip6/2001:DB8::/32',
  'ip6/2001:0db8::/32',
  'ip6/2001:db8:0:0::/64',
  'ip6/2001:db8:0:0:0:0:0:0/32',
  'ip6/2001:db8::1:1:1:1:1/128',
  'ip6/::ffff:c000:200/120',
  'ip6/::192.0.2.1/128',
  'ip6/::ffff:0:0/96',
  'ip6/::ffff:0.0.0.0/95',
  'ip6/2001:db8::1/64',
  'ip6/fe80::1%eth0/128',
  'ip6/2001:db8::/129',
  'asn/AS64496/32',
  'asn/64497/28',
  'asn/4294967296/32',
  'asn/064496/32',
  'asn/64496/33',
  'asn/0.64496/32',
  'obj/holder/h-7',
  'obj/holder/',
  'obj/holder/-H',
  'obj/holder/H 7',
  'obj/holder/H-7\n',
  'obj/person/H-7',
  'obj/holder',
  'obj/holder/A/B',
  `obj/notes/A${'.'.repeat(100)}`,
  'IP4/203.0.113.0/24',
  ' ip4/203.0.113.0/24',
]

/** Keys with their place in the state: space, label in hexadecimal, length in bits. */
export function keyCases(): readonly KeyCase[] {
  const good = KEYS.map((text): KeyCase => {
    const query = keyQuery(nodeCrypto, text)
    if (query === null) throw new Error(text)
    const { space, label, length } = query
    return { name: text, valid: true, text, space, label: hex(label), length }
  })
  return [...good, ...NO_KEYS.map((text): KeyCase => ({ name: JSON.stringify(text), valid: false, text }))]
}
