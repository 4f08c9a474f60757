import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  appendSignatureLines,
  formatSignatureLine,
  formatVkey,
  noteSigner,
  noteVerifier,
  openNote,
  parseNote,
  parseVkey,
  signNote,
} from '@cadastre/notes'
import fc from 'fast-check'
import { accepted, logKey, refusal, testSigner, witnessKey } from './helpers.ts'

const ORIGIN = 'registry.example/log'
const signer = testSigner(1)
const key = noteVerifier(nodeCrypto, logKey(ORIGIN, signer))
const sign = noteSigner(nodeCrypto, ORIGIN, signer)

/** The example of C2SP signed-note, whose text has an empty line of its own. */
const EXAMPLE = `Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
`

/** The example of Go's x/mod/sumdb/note, with its key. */
const GO_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const GO_TEXT = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.
`
const GO_LINE =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'

test('signed-note: the example parts at its last empty line', () => {
  const note = accepted(parseNote(EXAMPLE))
  assert.ok(note.text.endsWith('raggio di sole:\n\ned è subito sera.\n'))
  assert.equal(note.signatures.length, 1)
  assert.equal(note.signatures[0]?.name, 'quasimodo.example/salvatore')
  assert.equal(note.signatures[0]?.signature.length, 64)
  assert.deepEqual(accepted(parseNote(encodeUtf8(EXAMPLE))), note)
  assert.equal(refusal(openNote(EXAMPLE, [key])), 'no-known-signature')
})

test("signed-note: Go's example opens with its key, and its key formats back", () => {
  const vkey = accepted(parseVkey(nodeCrypto, GO_KEY))
  assert.equal(formatVkey(vkey), GO_KEY)
  const verifier = noteVerifier(nodeCrypto, vkey)
  assert.equal(accepted(openNote(`${GO_TEXT}\n${GO_LINE}`, [verifier])).text, GO_TEXT)
  const spoiled = `${GO_TEXT.replace('problem', 'broblem')}\n${GO_LINE}`
  assert.equal(refusal(openNote(spoiled, [verifier])), 'invalid-signature')
})

test('a signed text opens, with empty lines in it or without', () => {
  const texts = fc.array(
    fc.string().filter((s) => !/\p{Cc}/u.test(s)),
    { minLength: 1, maxLength: 5 },
  )
  fc.assert(
    fc.property(texts, (lines) => {
      const text = `${lines.join('\n')}\n`
      const note = signNote(text, [sign])
      assert.equal(accepted(openNote(note, [key])).text, text)
      assert.equal(accepted(openNote(encodeUtf8(note), [key])).text, text)
    }),
  )
})

test('signed-note: signatures from unknown keys are ignored, also where name or ID alone is known', () => {
  const stranger = noteSigner(nodeCrypto, 'other.example/key', testSigner(2))
  const namesake = noteSigner(nodeCrypto, ORIGIN, testSigner(3))
  const sameId = { ...stranger, id: key.id }
  const opened = accepted(openNote(signNote('text\n', [stranger, namesake, sameId, sign]), [key]))
  assert.equal(opened.verified.length, 1)
  assert.equal(opened.unknown.length, 3)
  assert.equal(refusal(openNote(signNote('text\n', [stranger, namesake]), [key])), 'no-known-signature')
})

test('signed-note: a known key whose signature fails rejects the whole note', () => {
  const bad = { ...sign, sign: () => new Uint8Array(64) }
  assert.equal(refusal(openNote(signNote('text\n', [sign, bad]), [key])), 'invalid-signature')
  assert.equal(refusal(openNote(signNote('text\n', [bad, sign]), [key])), 'invalid-signature')
  const other = testSigner(2)
  const otherKey = noteVerifier(nodeCrypto, logKey('other.example', other))
  const badOther = { ...noteSigner(nodeCrypto, 'other.example', other), sign: () => new Uint8Array(64) }
  assert.equal(refusal(openNote(signNote('text\n', [sign, badOther]), [key, otherKey])), 'invalid-signature')
})

test('signed-note: at least 16 signatures are accepted, and no unbounded number', () => {
  const strangers = Array.from({ length: 40 }, (_, i) =>
    noteSigner(nodeCrypto, `k${i}.example`, testSigner(i + 10)),
  )
  const opened = accepted(openNote(signNote('text\n', [...strangers, sign]), [key]))
  assert.equal(opened.unknown.length, 40)
  const many = Array.from({ length: 101 }, () => sign)
  assert.equal(refusal(parseNote(signNote('text\n', many))), 'malformed-signature')
  assert.equal(refusal(parseNote(`${'x'.repeat(1_000_001)}\n`)), 'too-long')
})

test('signed-note: what is no note is refused', () => {
  const line = formatSignatureLine(ORIGIN, key.id, new Uint8Array(64))
  const refused: [string, string][] = [
    ['', 'no-signatures'],
    ['text\n', 'no-signatures'],
    ['text\n\n', 'no-signatures'],
    [`text\n${line}`, 'no-signatures'],
    [`text\n\n${line.slice(0, -1)}`, 'malformed-signature'],
    [`text\n\n${line}x`, 'malformed-signature'],
    [`text\n\n${line.replace('—', '-')}`, 'malformed-signature'],
    [`text\n\n${line.replace('—', '–')}`, 'malformed-signature'],
    [`text\n\n${line.replace(ORIGIN, 'a+b')}`, 'malformed-signature'],
    [`text\n\n${line.replace(ORIGIN, 'a\u00a0b')}`, 'malformed-signature'],
    [`text\n\n${line.replace(ORIGIN, 'a\u0085b')}`, 'malformed-signature'],
    [`text\n\n${line.replace(` ${ORIGIN}`, ' ')}`, 'malformed-signature'],
    ['text\n\n— name AAAA\n', 'malformed-signature'],
    ['text\n\n— name AAAAAB==\n', 'malformed-signature'],
    [`te\txt\n\n${line}`, 'control-character'],
    [`te\rxt\n\n${line}`, 'control-character'],
    [`te\0xt\n\n${line}`, 'control-character'],
    [`te\ud800xt\n\n${line}`, 'not-utf8'],
  ]
  for (const [note, error] of refused) assert.equal(refusal(parseNote(note)), error, JSON.stringify(note))
  assert.equal(refusal(parseNote(Uint8Array.of(0xff, 0x0a))), 'not-utf8')
  assert.throws(() => signNote('no newline', [sign]), RangeError)
  assert.throws(() => signNote('a\tb\n', [sign]), RangeError)
})

test('parseNote is total on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => typeof parseNote(bytes).ok === 'boolean'),
  )
  fc.assert(
    fc.property(fc.nat(), fc.nat(255), (at, byte) => {
      const bytes = encodeUtf8(signNote('text\n', [sign]))
      const changed = bytes[at % bytes.length] !== byte
      bytes[at % bytes.length] = byte
      assert.ok(!changed || !openNote(bytes, [key]).ok)
    }),
    { numRuns: 500 },
  )
})

test('signature lines are appended once, below the last empty line only', () => {
  const line = formatSignatureLine('w.example', 7, new Uint8Array(64))
  const note = signNote(`quoted:\n${line}`, [sign])
  const appended = appendSignatureLines(note, [line, line])
  assert.equal(appended, note + line)
  assert.throws(() => appendSignatureLines('text\n', [line]), RangeError)
})

test('vkeys: what does not fit its own ID, or has another form, is refused', () => {
  const vkey = formatVkey(logKey(ORIGIN, signer))
  assert.deepEqual(accepted(parseVkey(nodeCrypto, vkey)), logKey(ORIGIN, signer))
  assert.deepEqual(
    accepted(parseVkey(nodeCrypto, formatVkey(witnessKey('w', signer)))),
    witnessKey('w', signer),
  )
  assert.notEqual(witnessKey('w', signer).id, logKey('w', signer).id)
  const refused: [string, string][] = [
    ['', 'malformed'],
    [vkey.replace('+', ' '), 'malformed'],
    [`${vkey}\n`, 'malformed'],
    [vkey.slice(0, -4), 'malformed'],
    [vkey.replace('registry', 'Registry'), 'wrong-id'],
    [vkey.replace(ORIGIN, 'a b'), 'bad-name'],
    [vkey.replace(ORIGIN, ''), 'bad-name'],
    ['PeterNeumann+c74f20a3+Bhpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW', 'unsupported-type'],
  ]
  for (const [text, error] of refused) assert.equal(refusal(parseVkey(nodeCrypto, text)), error, text)
  assert.throws(() => noteVerifier(nodeCrypto, witnessKey('w', signer)), RangeError)
})
