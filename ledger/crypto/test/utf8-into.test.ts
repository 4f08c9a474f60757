import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeUtf8, encodeUtf8Into } from '../src/index.ts'

test('UTF-8 into memory at hand is the same UTF-8, or is refused where it does not fit', () => {
  const into = new Uint8Array(24)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 16 }), (text) => {
      const expected = encodeUtf8(text)
      const length = encodeUtf8Into(text, into)
      if (expected.length > into.length) assert.equal(length, null)
      else assert.deepEqual(into.slice(0, length ?? 0), expected)
    }),
  )
  assert.throws(() => encodeUtf8Into('\ud800', into), TypeError)
  assert.equal(encodeUtf8Into('', into), 0)
})
