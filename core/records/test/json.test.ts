import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  canonicalJson,
  isObject,
  type Json,
  NotCanonicalError,
  parseCanonicalJson,
  utf8Length,
} from '../src/index.ts'

const ledgerValue: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({
      unit: fc.oneof(
        fc.string({ minLength: 1, maxLength: 1 }),
        fc.constantFrom('é', '€', '😀', '\u0000', '\n', '"', '\\', '\u2028', 'ﬁ'),
      ),
    }),
    fc.maxSafeInteger().map((number) => number + 0),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 4 }), tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value

test('RFC 8785 section 3.2.2: the literal, string and number forms of the RFC', () => {
  // Section 3.2.2 example, without the numbers that the ledger does not allow.
  const value = { string: '€$\u000F\nA\'B"\\\\"/', literals: [null, true, false], numbers: [1, -1, 0] }
  assert.equal(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[1,-1,0],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  )
})

test('RFC 8785 section 3.2.3: members are sorted by UTF-16 code units', () => {
  const names = ['€', '\r', '\ufb33', '1', '😀', '\u0080', 'ö']
  const value = Object.fromEntries(names.map((name) => [name, 0]))
  assert.deepEqual(Object.keys(JSON.parse(canonicalJson(value))), [
    '1',
    '\r',
    '\u0080',
    'ö',
    '€',
    '😀',
    '\ufb33',
  ])
})

test('any value reads back from its canonical text, and its text is its own canonical text', () => {
  fc.assert(
    fc.property(ledgerValue, (value) => {
      const text = canonicalJson(value)
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
      assert.equal(canonicalJson(parseCanonicalJson(text)), text)
      assert.equal(utf8Length(text), Buffer.byteLength(text))
    }),
    { numRuns: 1000 },
  )
})

test('the order in which members were written does not matter', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string(),
        fc.integer().map((number) => number + 0),
      ),
      (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse())
        assert.equal(canonicalJson(value), canonicalJson(reversed))
      },
    ),
  )
})

test('a text that is not its own canonical form is no entry: spaces, order, duplicates, number spellings', () => {
  for (const text of [
    '',
    '{',
    '{"a": 1}',
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '{"__proto__":1,"__proto__":1}',
    '1.0',
    '1e2',
    '-0',
    '0.5',
    '9007199254740993',
    '1e400',
    '"\\u0041"',
    '"\\/"',
    '"\\ud800"',
    '"a\tb"',
    '[1,]',
    '\uFEFF1',
    '1 ',
  ])
    assert.equal(parseCanonicalJson(text), null, JSON.stringify(text))
  assert.deepEqual(parseCanonicalJson('{"__proto__":1}'), JSON.parse('{"__proto__":1}'))
})

test('reading any text is total, also a text of many brackets', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseCanonicalJson(text)))
  for (const depth of [32, 33, 34, 1000, 100_000])
    assert.equal(parseCanonicalJson('['.repeat(depth) + ']'.repeat(depth)) !== null, depth <= 33, `${depth}`)
})

test('what the ledger cannot hold is a bug of the caller and throws', () => {
  for (const value of [0.5, -0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '\ud800', { '\udc00': 1 }])
    assert.throws(() => canonicalJson(value), NotCanonicalError)
  assert.throws(() => canonicalJson({ a: undefined } as never), NotCanonicalError)
  assert.throws(() => canonicalJson(new Array(1) as never), NotCanonicalError)
})

test('only objects are objects', () => {
  assert.deepEqual([isObject({}), isObject([]), isObject(null), isObject('')], [true, false, false, false])
})
