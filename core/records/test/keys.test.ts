import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { block, blockKey, WIDTH } from '@cadastre/numbers'
import fc from 'fast-check'
import { asRecordKey, cellKey, OBJECT_TYPES, objectKey, parseHandle, parseKey } from '../src/index.ts'

test('handles are upper-cased ASCII: letters, digits, dot, hyphen, underscore, 1 to 100', () => {
  assert.equal(parseHandle('h-7'), 'H-7')
  assert.equal(parseHandle('IMP-EXAMPLE-f36b9f4b'), 'IMP-EXAMPLE-F36B9F4B')
  for (const text of ['', '-A', '.A', 'A B', 'A/B', 'A#', 'É', 'H-7\n', 'A'.repeat(101)])
    assert.equal(parseHandle(text), null, text)
  // A character that becomes ASCII, or two letters, only by upper-casing is no other handle's second spelling.
  for (const text of ['ı', 'Kſ', 'ß', 'ﬁ']) assert.equal(parseHandle(text), null, text)
})

test('a key has one spelling, and what is read from it makes it again', () => {
  for (const key of [
    'ip4/203.0.113.0/24',
    'ip6/2001:db8::/32',
    'asn/64496/32',
    'ip4/0.0.0.0/0',
    'obj/holder/H-7',
    'obj/notes/R-41-2',
  ]) {
    const parsed = parseKey(key)
    assert.ok(parsed !== null, key)
    assert.equal(parsed.kind === 'cell' ? cellKey(parsed.block) : objectKey(parsed.type, parsed.handle), key)
  }
  for (const key of [
    '',
    'ip4',
    'ip4/203.0.113.1/24',
    'ip4/203.0.113.0/024',
    'ip6/2001:DB8::/32',
    'ip6/2001:db8:0::/32',
    'ip6/::ffff:cb00:7100/120',
    'asn/AS64496/32',
    'asn/64496',
    'obj/holder',
    'obj/holder/',
    'obj/holder/h-7',
    'obj/holder/H-#',
    'obj/nothing/H-7',
    'obj/holder/H-7/X',
    'OBJ/holder/H-7',
    ' ip4/203.0.113.0/24',
  ])
    assert.equal(asRecordKey(key), null, key)
})

test('any block and any object keeps its key', () => {
  const anyBlock = fc
    .tuple(
      fc.constantFrom('ip4' as const, 'ip6' as const, 'asn' as const),
      fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
      fc.nat(),
    )
    .map(([space, bits, length]) => {
      const kept = length % (WIDTH[space] + 1)
      const shift = BigInt(WIDTH[space] - kept)
      const made = block(space, (BigInt.asUintN(WIDTH[space], bits) >> shift) << shift, kept)
      if (!made.ok) throw new Error('unreachable')
      return made.value
    })
  fc.assert(
    fc.property(anyBlock, (one) => {
      assert.equal(cellKey(one), blockKey(one))
      assert.deepEqual(parseKey(cellKey(one)), { kind: 'cell', block: { ...one } })
    }),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...OBJECT_TYPES),
      fc.stringMatching(/^[A-Z0-9][A-Z0-9._-]{0,20}$/),
      (type, handle) => {
        assert.deepEqual(parseKey(objectKey(type, handle)), { kind: 'object', type, handle })
      },
    ),
  )
  fc.assert(
    fc.property(fc.string(), (text) =>
      assert.equal(asRecordKey(text), parseKey(text) === null ? null : text),
    ),
  )
})

test('a draft handle makes a key that is never read from outside; anything else is a bug', () => {
  assert.equal(objectKey('holder', 'H-#'), 'obj/holder/H-#')
  assert.equal(parseKey('obj/holder/H-#'), null)
  for (const handle of ['', 'h-7', 'H/7', 'H-##']) assert.throws(() => objectKey('holder', handle), TypeError)
})

test('docs/ledger.md and the checker in Python list the types of objects that there are', () => {
  const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
  const page = /`type` is one of `([a-z ]+)`/.exec(read('docs/ledger.md'))
  const checker = /"(registry holder [a-z ]+)"/.exec(read('tests/conformance/vectors/ledger/texts.py'))
  for (const found of [page, checker])
    assert.deepEqual(found?.[1]?.split(' ').sort(), [...OBJECT_TYPES].sort())
})

test('a key is the same whether it was made before or not, however many are made', () => {
  for (let round = 0; round < 2; round++)
    for (let number = 0; number < 9000; number++)
      assert.equal(
        objectKey(number % 2 === 0 ? 'holder' : 'notes', `H-${number}`),
        `obj/${number % 2 === 0 ? 'holder' : 'notes'}/H-${number}`,
      )
  assert.throws(() => objectKey('holder', 'h-1'), TypeError)
})
