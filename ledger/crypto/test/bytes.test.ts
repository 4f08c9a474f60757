import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesEqual, decodeBase64, decodeUtf8, encodeBase64, encodeHex, encodeUtf8 } from '@cadastre/crypto'
import fc from 'fast-check'

test('RFC 4648 section 4: base64 as Buffer writes it, and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = encodeBase64(bytes)
      assert.equal(text, Buffer.from(bytes).toString('base64'))
      assert.deepEqual(decodeBase64(text), bytes)
      assert.equal(encodeHex(bytes), Buffer.from(bytes).toString('hex'))
    }),
  )
})

test('RFC 4648 section 3.5: a second spelling of the same bytes is refused', () => {
  const refused = [
    'AA',
    'AA=',
    'AB==',
    'AAB=',
    'A===',
    '====',
    'AA==\n',
    ' AA==',
    'AA-_',
    'AAA',
    'A=A=',
    'AA==AA==',
    'ÀAAA',
  ]
  for (const text of refused) assert.equal(decodeBase64(text), null, text)
  fc.assert(
    fc.property(
      fc.base64String(),
      fc.nat(),
      fc.string({ minLength: 1, maxLength: 1 }),
      (text, at, character) => {
        const place = at % (text.length + 1)
        const spoiled = text.slice(0, place) + character + text.slice(place + 1)
        const bytes = decodeBase64(spoiled)
        if (bytes !== null) assert.equal(encodeBase64(bytes), spoiled)
      },
    ),
  )
})

test('UTF-8 is strict: a byte order mark stays, bad bytes and lone surrogates are refused', () => {
  assert.equal(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), '\ufeffa')
  assert.equal(decodeUtf8(Uint8Array.of(0xc0, 0x80)), null)
  assert.equal(decodeUtf8(Uint8Array.of(0xed, 0xa0, 0x80)), null)
  assert.throws(() => encodeUtf8('\ud800'), TypeError)
  assert.ok(bytesEqual(encodeUtf8('é'), Uint8Array.of(0xc3, 0xa9)))
})
