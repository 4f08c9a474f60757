import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  FIRST_PREVIOUS,
  formatProof,
  formatReceipt,
  noteSigner,
  noteVerifier,
  openReceipt,
  parseProof,
  parseReceipt,
  type Receipt,
  receiptHash,
  signNote,
} from '@cadastre/notes'
import fc from 'fast-check'
import { accepted, logKey, refusal, testSigner } from './helpers.ts'

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })

test('tlog-proof: documents round trip, with and without extra data', () => {
  fc.assert(
    fc.property(
      fc.option(fc.uint8Array()),
      fc.maxSafeNat(),
      fc.array(hash, { maxLength: 63 }),
      fc.constantFrom('origin\n1\nroot\n\n— k AAAA\n', 'a\n\nb\n\n— k AAAA\n'),
      (extra, index, proof, checkpoint) => {
        const document = { extra, index, proof, checkpoint }
        assert.deepEqual(accepted(parseProof(formatProof(document))), document)
      },
    ),
  )
  assert.equal(
    formatProof({ extra: Uint8Array.of(1), index: 5, proof: [FIRST_PREVIOUS], checkpoint: 'c\n' }),
    `c2sp.org/tlog-proof@v1\nextra AQ==\nindex 5\n${encodeBase64(FIRST_PREVIOUS)}\n\nc\n`,
  )
})

test('tlog-proof: other framing is refused', () => {
  const good = formatProof({ extra: Uint8Array.of(1), index: 5, proof: [FIRST_PREVIOUS], checkpoint: 'c\n' })
  assert.ok(parseProof(good).ok)
  for (const bad of [
    '',
    good.replace('@v1', '@v2'),
    good.replace('extra ', 'extra'),
    good.replace('AQ==', 'AQ='),
    good.replace('index 5', 'index 05'),
    good.replace('index 5\n', ''),
    good.replace('index 5', 'index 5\nindex 5'),
    good.replace(encodeBase64(FIRST_PREVIOUS), encodeBase64(FIRST_PREVIOUS.subarray(1))),
    good.replace('\n\n', '\n'),
    good.slice(0, good.indexOf('\n\n') + 2),
    good.replaceAll('\n', '\r\n'),
    ` ${good}`,
  ]) {
    assert.equal(refusal(parseProof(bad)), 'malformed-proof', JSON.stringify(bad))
  }
  const long = formatProof({ extra: null, index: 5, proof: [], checkpoint: 'c\n' })
  const hashes = `${encodeBase64(FIRST_PREVIOUS)}\n`.repeat(64)
  assert.equal(refusal(parseProof(long.replace('\n\n', `\n${hashes}\n`))), 'malformed-proof')
})

const ORIGIN = 'registry.example/log'
const first: Receipt = {
  origin: ORIGIN,
  seq: 1,
  previous: FIRST_PREVIOUS,
  request: nodeCrypto.sha256(Uint8Array.of(1)),
  received: '2026-11-24T06:13:43Z',
  deadline: '2026-11-24T06:14:43Z',
}

test('design section 5: a receipt is seven lines, signed by a key of its own', () => {
  const text = formatReceipt(first)
  assert.equal(
    text,
    `cadastre-receipt/v1\n${ORIGIN}\n1\n${encodeBase64(FIRST_PREVIOUS)}\n${encodeBase64(first.request)}\n2026-11-24T06:13:43Z\n2026-11-24T06:14:43Z\n`,
  )
  assert.deepEqual(accepted(parseReceipt(text)), first)
  const signer = testSigner(5)
  const name = `${ORIGIN}/receipts`
  const note = signNote(text, [noteSigner(nodeCrypto, name, signer)])
  const key = noteVerifier(nodeCrypto, logKey(name, signer))
  assert.deepEqual(accepted(openReceipt(note, key)), { receipt: first, text })
  assert.equal(refusal(openReceipt(note.replace(':43Z', ':44Z'), key)), 'invalid-signature')
  const other = signNote('other\n', [noteSigner(nodeCrypto, name, signer)])
  assert.equal(refusal(openReceipt(other, key)), 'malformed-receipt')
})

test('receipts chain through the hash of the text before, whatever signatures it bears', () => {
  const text = formatReceipt(first)
  const second = { ...first, seq: 2, previous: receiptHash(nodeCrypto, text) }
  assert.deepEqual(accepted(parseReceipt(formatReceipt(second))).previous, receiptHash(nodeCrypto, text))
})

test('a receipt that contradicts itself is refused', () => {
  const text = formatReceipt(first)
  for (const bad of [
    '',
    text.slice(0, -1),
    `${text}x\n`,
    text.replace('/v1', '/v2'),
    text.replace('\n1\n', '\n0\n'),
    text.replace('\n1\n', '\n01\n'),
    text.replace('\n1\n', '\n2\n'),
    text.replace(encodeBase64(FIRST_PREVIOUS), encodeBase64(first.request)),
    text.replace('06:14:43', '06:13:42'),
    text.replace('06:14:43', '06:14:61'),
    text.replace('2026-11-24T06:14', '2026-11-31T06:14'),
    text.replaceAll('Z\n', '+00:00\n'),
    text.replace('06:14:43Z', '06:14:43.5Z'),
    text.replace(`${ORIGIN}\n`, '\n'),
  ]) {
    assert.equal(refusal(parseReceipt(bad)), 'malformed-receipt', JSON.stringify(bad))
  }
  assert.throws(() => formatReceipt({ ...first, seq: 2 }), RangeError)
  assert.throws(() => formatReceipt({ ...first, previous: first.request }), RangeError)
  assert.throws(() => formatReceipt({ ...first, received: 'now' }), RangeError)
  assert.throws(() => formatReceipt({ ...first, request: new Uint8Array(31) }), RangeError)
})
