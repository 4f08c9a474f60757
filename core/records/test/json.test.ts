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

/** RFC 8785 section 3.2 in its plainest words: members sorted, each part in turn. */
function naive(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => naive(item)).join()}]`
  if (!isObject(value)) return JSON.stringify(value)
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${naive(value[name] ?? null)}`).join()}}`
}

/** Names that JavaScript orders by itself, loses by assignment, or nobody has met before. */
const anyName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('v', 'holder', 'since', 'id', 'ab', 'a', '__proto__', 'toString', 'toJSON', 'x'.repeat(60)),
  fc.nat(12).map(String),
  fc.string({ maxLength: 3 }),
)
const anyShape: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, 7, 'text', '"'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(anyName, tie('value')), { maxLength: 6 })
      .map((members): Json => Object.fromEntries(members)),
  ),
})).value

test('RFC 8785 section 3.2: the text is what the plainest writer makes, whatever the order and the names', () => {
  fc.assert(
    fc.property(anyShape, (value) => assert.equal(canonicalJson(value), naive(value))),
    { numRuns: 5000 },
  )
})

test('canonical text has no depth of its own: what is written deeper than entries may be is the same', () => {
  for (const depth of [31, 32, 33, 40, 500]) {
    let value: Json = { b: 1, a: [] }
    for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { z: value, y: null }
    assert.equal(canonicalJson(value), naive(value), `${depth}`)
    assert.equal(parseCanonicalJson(canonicalJson(value)) !== null, depth <= 31, `${depth}`)
  }
})

test('shapes that strangers invent do not spoil those that come after', () => {
  for (let number = 0; number < 10_000; number++)
    assert.equal(canonicalJson({ [`n${number}`]: 1, a: 2 }), `{"a":2,"n${number}":1}`)
  assert.equal(canonicalJson({ v: 1, holder: 'H-1', at: null }), '{"at":null,"holder":"H-1","v":1}')
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
