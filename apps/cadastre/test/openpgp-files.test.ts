import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { armouredKey, armouredSignature } from '../src/client/openpgp-files.ts'

const armour = (kind: string, bytes: Uint8Array, end = '\n'): string =>
  [
    `-----BEGIN PGP ${kind}-----`,
    'Comment: a registry',
    '',
    ...(Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []),
    '=AAAA',
    `-----END PGP ${kind}-----`,
    '',
  ].join(end)
const KEY = 'PUBLIC KEY BLOCK'
const BODY = Buffer.from([4, 1, 2, 3, 4, 27, 9])
/** Both forms of header (RFC 9580 sections 4.2.1 and 4.2.2), every width of length that is fixed. */
const FORMS = [
  [0x98, 7],
  [0x99, 0, 7],
  [0x9a, 0, 0, 0, 7],
  [0xc6, 7],
  [0xc6, 255, 0, 0, 0, 7],
]

test('the primary key of an armoured block, whatever form its header has, among other packets', () => {
  const user = Buffer.of(0xb4, 1, 65)
  for (const form of FORMS) {
    const bytes = Buffer.concat([Buffer.from(form), BODY, user])
    for (const end of ['\n', '\r\n', ' \n'])
      assert.deepEqual(Buffer.from(armouredKey(armour(KEY, bytes, end)) ?? []), BODY)
    const whole = Buffer.concat([bytes, bytes])
    assert.equal(armouredKey(armour(KEY, whole)), null, 'two keys')
    assert.equal(armouredKey(armour(KEY, bytes.subarray(0, form.length + 3))), null, 'cut')
  }
  const long = Buffer.alloc(300, 4)
  const twoBytes = Buffer.concat([Buffer.of(0xc6, 192, 300 - 192), long])
  assert.deepEqual(Buffer.from(armouredKey(armour(KEY, twoBytes)) ?? []), long)
  // Lengths that end with the file, or come in parts (sections 4.2.1.4 and 4.2.2), are for data, not for keys.
  for (const form of [[0x9b], [0xc6, 224]])
    assert.equal(armouredKey(armour(KEY, Buffer.concat([Buffer.from(form), BODY]))), null)
})

test('of a signature packet the unhashed area is emptied, and nothing else is changed', () => {
  const area = [4, 0, 27, 8, 0, 6, 5, 2, 1, 1, 1, 1]
  const body = Buffer.from([...area, 0, 3, 2, 16, 7, 9, 9, 1, 2, 3])
  const file = armour('SIGNATURE', Buffer.concat([Buffer.of(0x88, body.length), body]))
  assert.deepEqual([...(armouredSignature(file) ?? [])], [...area, 0, 0, 9, 9, 1, 2, 3])
  assert.equal(armouredSignature(armour(KEY, Buffer.of(0x88, 1, 4))), null)
})

test('other text gives null and never throws', () => {
  for (const text of [
    '',
    'x',
    '-----BEGIN PGP SIGNATURE-----\n',
    armour('MESSAGE', BODY),
    armour(KEY, Buffer.of()),
  ])
    for (const read of [armouredKey, armouredSignature]) assert.equal(read(text), null)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, key) => {
      const read = key ? armouredKey : armouredSignature
      const body = read(armour(key ? KEY : 'SIGNATURE', bytes))
      assert.ok(body === null || body.length <= bytes.length)
    }),
    { numRuns: 2000 },
  )
})
