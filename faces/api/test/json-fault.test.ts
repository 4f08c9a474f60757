// RFC 8259: what is JSON, and where it stops being JSON.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { JSON_DEPTH_MAX, jsonFault } from '../src/json-fault.ts'

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

test('the position and what was expected there', () => {
  for (const [text, position, expected] of [
    ['', 0, 'a JSON value'],
    ['{"a":1', 6, '"," or "}"'],
    ['{"a":01}', 6, '"," or "}"'],
    ['{a:1}', 1, 'the name of a member in double quotes'],
    ['[1,]', 3, 'a JSON value'],
    ['{"a" 1}', 5, '":"'],
    ['1 2', 2, 'the end of the text'],
    ['"\u0001"', 0, 'a JSON value'],
    ['{"a":1,"\\u0061":2}', 7, 'the member "\\u0061" once'],
  ] as const) {
    assert.deepEqual(jsonFault(text), { position, expected }, text)
  }
})

test('too deep is refused before anything walks it; long strings are linear', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  assert.equal(jsonFault(nested(JSON_DEPTH_MAX)), null)
  assert.match(jsonFault(nested(JSON_DEPTH_MAX + 2))?.expected ?? '', /levels/)
  assert.match(jsonFault(nested(30_000))?.expected ?? '', /levels/)
  assert.equal(jsonFault(JSON.stringify('a'.repeat(65_000))), null)
  assert.notEqual(jsonFault(`"${'a'.repeat(65_000)}`), null)
})

test('property: agrees with JSON.parse on every text without repeated members', () => {
  const texts = fc.oneof(
    fc.json({ maxDepth: 5 }),
    fc.string({ unit: fc.constantFrom(...'{}[]",:\\ue01-+.tfnul rasE \n') }),
    fc.tuple(fc.json(), fc.nat(), fc.constantFrom('"', '{', ',', '', 'x')).map(([text, at, insert]) => {
      const cut = at % (text.length + 1)
      return text.slice(0, cut) + insert + text.slice(cut + 1)
    }),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const fault = jsonFault(text)
      if (fault !== null && / once$/.test(fault.expected)) return
      assert.equal(fault === null, parses(text), text)
    }),
    { numRuns: 2000 },
  )
})
