import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  array,
  asn,
  asnText,
  base64,
  bool,
  contact,
  country,
  handle,
  hash32,
  instant,
  integer,
  type Json,
  keyPolicy,
  legalName,
  map,
  nullable,
  object,
  oneOf,
  prefix,
  range,
  readRequest,
  recordKey,
  requestSchema,
  type Schema,
  tagged,
  text,
} from '../src/index.ts'

function accepts(schema: Schema<unknown>, value: Json): boolean {
  return schema.read(value, '').ok
}
function pointer(schema: Schema<unknown>, value: Json): string | null {
  const read = schema.read(value, '')
  return read.ok ? null : read.error.pointer
}

const shape = object({
  name: text({ expected: 'a', maxLength: 3, pattern: '^[a-z]+$' }),
  count: integer(1, 9),
  on: nullable(bool),
})
const acts = tagged('step', { one: object({ a: integer(0, 1) }), two: object({ b: array(bool, 2) }) })

test('an object is closed: every member required, no other allowed; errors point at the member (RFC 6901)', () => {
  assert.ok(accepts(shape, { name: 'abc', count: 1, on: null }))
  assert.equal(pointer(shape, { name: 'abcd', count: 1, on: null }), '/name')
  assert.equal(pointer(shape, { name: 'a', count: 10, on: null }), '/count')
  assert.equal(pointer(shape, { name: 'a', count: 1 }), '/on')
  assert.equal(pointer(shape, { name: 'a', count: 1, on: null, more: 1 }), '/more')
  assert.equal(pointer(shape, JSON.parse('{"name":"a","count":1,"on":null,"__proto__":1}')), '/__proto__')
  assert.equal(pointer(shape, JSON.parse('{"name":"a","count":1,"on":null,"toString":1}')), '/toString')
  assert.equal(pointer(shape, []), '', 'RFC 6901 section 5: the whole document')
  assert.equal(pointer(array(shape, 2), [{ name: 'a', count: 1, on: true }, 1]), '/1')
})

test('RFC 6901 section 3: names with / and ~ are escaped in pointers', () => {
  assert.equal(pointer(shape, { name: 'a', count: 1, on: null, 'a/b~c': 1 }), '/a~1b~0c')
})

test('a member that only the prototype has is missing', () => {
  assert.equal(pointer(object({ constructor: bool }), {}), '/constructor')
  assert.equal(pointer(object({ toString: nullable(bool) }), {}), '/toString')
  assert.equal(pointer(acts, { step: 'constructor' }), '/step')
})

test('variants are told apart by their tag, which comes back', () => {
  const read = acts.read({ step: 'two', b: [true] }, '')
  assert.deepEqual(read, { ok: true, value: { step: 'two', b: [true] } })
  assert.equal(pointer(acts, { step: 'one', b: [] }), '/b')
  assert.equal(pointer(acts, { step: 'three' }), '/step')
  assert.equal(pointer(acts, { b: [] }), '/step')
  assert.equal(pointer(acts, 'one'), '')
  assert.equal(pointer(acts, JSON.parse('{"step":"one","a":0,"__proto__":1}')), '/__proto__')
})

test('texts, numbers, lists and maps keep their bounds', () => {
  assert.equal(accepts(integer(0, 5), 2.5), false)
  assert.equal(accepts(integer(0, 5), '2'), false)
  assert.equal(accepts(array(bool, 2, 1), []), false)
  assert.equal(accepts(array(bool, 2, 1), [true, true, true]), false)
  const scores = map(integer(0, 9), { pattern: '^[a-z]$', maxMembers: 2, expected: 'letters' })
  assert.ok(accepts(scores, { a: 1, b: 2 }))
  assert.equal(pointer(scores, { a: 1, b: 2, c: 3 }), '')
  assert.equal(pointer(scores, { A: 1 }), '/A')
  assert.equal(pointer(scores, { a: 10 }), '/a')
  assert.equal(accepts(oneOf(['a', 'b']), 'c'), false)
})

test('the common fields read one spelling each', () => {
  const good: readonly (readonly [Schema<unknown>, Json])[] = [
    [hash32, `${'A'.repeat(43)}=`],
    [base64, ''],
    [base64, 'AA=='],
    [handle, 'H-7'],
    [instant, '2026-11-24T06:13:43Z'],
    [recordKey, 'asn/64496/32'],
    [prefix, '2001:db8::/32'],
    [range, '203.0.113.0 - 203.0.113.127'],
    [range, 'AS64496'],
    [asn, 4294967295],
    [asnText, 'AS64496'],
    [country, 'CH'],
    [legalName, 'Beispiel GmbH & Söhne'],
    [keyPolicy, { m: 1, keys: [{ alg: 'ed25519', key: 'AAAA', roles: ['full'] }], guardians: [] }],
    [contact, { role: 'abuse', kind: 'group', fields: { email: `${'A'.repeat(43)}=` } }],
  ]
  for (const [schema, value] of good) assert.ok(accepts(schema, value), JSON.stringify(value))
  const bad: readonly (readonly [Schema<unknown>, Json])[] = [
    [hash32, `${'A'.repeat(42)}B=`],
    [hash32, 'A'.repeat(44)],
    [base64, 'AAA'],
    [base64, 'A-__'],
    [handle, 'h-7'],
    [instant, '2026-11-24T06:13:43+00:00'],
    [recordKey, 'obj/holder/h-7'],
    [prefix, '203.0.113.1/24'],
    [range, '203.0.113.9 - 203.0.113.1'],
    [asn, 4294967296],
    [country, 'ch'],
    [country, 'CHE'],
    [legalName, ''],
    [legalName, 'two\nlines'],
    [legalName, 'hidden\u202Eturn'],
    [keyPolicy, { m: 0, keys: [{ alg: 'ed25519', key: 'AAAA', roles: ['full'] }], guardians: [] }],
    [keyPolicy, { m: 1, keys: [], guardians: [] }],
  ]
  for (const [schema, value] of bad) assert.equal(accepts(schema, value), false, JSON.stringify(value))
})

test('base64 is read in its only spelling: RFC 4648 section 3.5, pad bits are zero', () => {
  for (const value of ['AB==', 'AAB=', '//9=', '/x==']) assert.equal(accepts(base64, value), false, value)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.ok(accepts(base64, Buffer.from(bytes).toString('base64')))
    }),
  )
})

test('reading any value is total, and an error echoes at most 80 characters', () => {
  const schemas = [shape, acts, requestSchema, keyPolicy, contact, range, prefix, hash32]
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom<Schema<unknown>>(...schemas), (value, schema) => {
      const read = schema.read(value as Json, '')
      if (!read.ok) assert.ok(read.error.value.length <= 80 && /^(?:\/|$)/.test(read.error.pointer))
    }),
    { numRuns: 1000 },
  )
})

test('the request’s envelope is closed, and its body any object', () => {
  const request = {
    v: 1,
    origin: 'log.registry.example',
    procedure: 'transfer/1',
    body: { any: ['thing'] },
    replaces: [{ member: 'ip4/203.0.113.0/24#R-41', hash: null }],
    expires: '2026-11-24T06:13:43Z',
    nonce: 'AAAA',
  }
  assert.deepEqual(readRequest(request), { ok: true, value: request })
  for (const [member, value] of [
    ['v', 2],
    ['origin', 'two words'],
    ['procedure', 'transfer'],
    ['procedure', 'transfer/01'],
    ['body', []],
    ['replaces', [{ member: 'nothing', hash: null }]],
    ['expires', 'tomorrow'],
    ['nonce', 'AAA'],
  ] as const) {
    const read = readRequest({ ...request, [member]: value })
    assert.ok(!read.ok && read.error.pointer.startsWith(`/${member}`), member)
  }
})

test('each schema describes itself as JSON Schema that says what it reads', () => {
  assert.deepEqual(shape.json, {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'count', 'on'],
    properties: {
      name: { type: 'string', description: 'a', maxLength: 3, pattern: '^[a-z]+$' },
      count: { type: 'integer', minimum: 1, maximum: 9 },
      on: { oneOf: [{ type: 'boolean' }, { type: 'null' }] },
    },
  })
  const [one] = (acts.json['oneOf'] ?? []) as readonly Json[]
  assert.deepEqual(one, {
    type: 'object',
    additionalProperties: false,
    required: ['step', 'a'],
    properties: { step: { const: 'one' }, a: { type: 'integer', minimum: 0, maximum: 1 } },
  })
})

/** The same schema made of leaves that cannot say by themselves whether a value fits, so that all is read member by member. */
function leafless<T>({ json, read }: Schema<T>): Schema<T> {
  return { json, read }
}
type Leaf = <T>(schema: Schema<T>) => Schema<T>
const nest = (leaf: Leaf): Schema<unknown> =>
  object({
    v: leaf(integer(1, 3)),
    at: leaf(instant),
    keys: array(
      object({ key: leaf(recordKey), q: leaf(oneOf(['record', 'chain'])), hash: nullable(leaf(hash32)) }),
      3,
    ),
    where: nullable(leaf(prefix)),
    flags: map(nullable(leaf(bool)), { pattern: '^[a-z]$', maxMembers: 2, expected: 'letters' }),
    plain: object({ handle: leaf(handle), name: leaf(text({ expected: 'a', maxLength: 3 })) }),
  })

test('what fits as it is, is given back itself; all else is read as member by member, to the same errors', () => {
  const [quick, slow] = [nest((schema) => schema), nest(leafless)]
  const values = { record: 'ip4/192.0.2.0/24', other: 'ip6/2001:db8::/32', hash: `${'A'.repeat(43)}=` }
  const scalar = fc.constantFrom<Json>(
    1,
    4,
    null,
    true,
    'a',
    'H-7',
    'h',
    '2030-01-01T00:00:00Z',
    'record',
    '',
  )
  const or = (right: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
    fc.oneof({ weight: 30, arbitrary: right }, { weight: 1, arbitrary: scalar })
  const record = (of: Record<string, fc.Arbitrary<Json>>): fc.Arbitrary<Json> =>
    fc
      .record(of, { noNullPrototype: true })
      .chain((whole) =>
        fc.oneof(
          { weight: 20, arbitrary: fc.constant<Json>(whole) },
          { weight: 1, arbitrary: fc.constant<Json>({ ...whole, more: 1 }) },
          { weight: 1, arbitrary: fc.constant<Json>(Object.fromEntries(Object.entries(whole).slice(1))) },
          { weight: 5, arbitrary: fc.constant<Json>(Object.fromEntries(Object.entries(whole).reverse())) },
        ),
      )
  const key = record({
    key: or(fc.constantFrom(values.record, values.other, 'obj/holder/H-7', 'ip4/192.0.2.1/24')),
    q: or(fc.constantFrom('record', 'chain')),
    hash: or(fc.constantFrom(values.hash, null)),
  })
  const value = record({
    v: or(fc.constantFrom(1, 2)),
    at: or(fc.constant('2030-01-01T00:00:00Z')),
    keys: or(fc.array(key, { maxLength: 4 })),
    where: or(fc.constantFrom('192.0.2.0/24', null)),
    flags: or(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'ab'), fc.boolean(), { noNullPrototype: true })),
    plain: or(record({ handle: or(fc.constant('H-7')), name: or(fc.constant('abc')) })),
  })
  let right = 0
  fc.assert(
    fc.property(value, (given) => {
      const [one, other] = [quick.read(given, '/x'), slow.read(given, '/x')]
      assert.deepEqual(one, other)
      if (one.ok) right += 1
    }),
    { numRuns: 3000, seed: 5 },
  )
  assert.ok(right > 20, `${right} fit`)
  const fitting = object({ a: array(object({ b: nullable(bool) }), 2) })
  const given = { a: [{ b: null }, { b: true }] }
  const read = fitting.read(given, '')
  assert.ok(read.ok && read.value === given)
  assert.equal(fitting.fits?.({ a: [{ b: 1 }] }), false)
  assert.equal(quick.fits, undefined, 'a prefix is read to a block')
})
