import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  appendSignatureLines,
  cosign,
  cosignatureTime,
  cosignatureVerifier,
  formatCheckpoint,
  noteSigner,
  noteVerifier,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseVkey,
  signNote,
} from '@cadastre/notes'
import { accepted, logKey, refusal, testSigner, witnessKey } from './helpers.ts'

const ORIGIN = 'registry.example/log'
const log = testSigner(1)
const witness = testSigner(2)
const root = new Uint8Array(32).fill(7)
const text = formatCheckpoint({ origin: ORIGIN, size: 42, root })
const note = signNote(text, [noteSigner(nodeCrypto, ORIGIN, log)])
const key = noteVerifier(nodeCrypto, logKey(ORIGIN, log))
const cosigner = cosignatureVerifier(nodeCrypto, witnessKey('witness.example/w1', witness))
const line = cosign(nodeCrypto, 'witness.example/w1', witness, text, 1_679_315_147)

test('tlog-checkpoint: origin, size, root, one a line', () => {
  assert.equal(text, `${ORIGIN}\n42\n${encodeBase64(root)}\n`)
  assert.deepEqual(accepted(parseCheckpoint(text)), { origin: ORIGIN, size: 42, root, extensions: [] })
  assert.deepEqual(accepted(parseCheckpoint(`${text}x\ny\n`)).extensions, ['x', 'y'])
  for (const bad of [
    '',
    text.slice(0, -1),
    `${text}\n`,
    `\n${text}`,
    text.replace('42', '042'),
    text.replace('42', '-1'),
    text.replace('42', '4e1'),
    text.replace('42', '9007199254740993'),
    text.replace(encodeBase64(root), encodeBase64(root.subarray(1))),
    `${ORIGIN}\n42\n`,
  ]) {
    assert.equal(refusal(parseCheckpoint(bad)), 'malformed-checkpoint', JSON.stringify(bad))
  }
  assert.throws(() => formatCheckpoint({ origin: 'a\nb', size: 1, root }), RangeError)
  assert.throws(() => formatCheckpoint({ origin: '', size: 1, root }), RangeError)
})

test('a checkpoint opens with its log key and under its own origin only', () => {
  assert.equal(accepted(openCheckpoint(note, ORIGIN, [key])).checkpoint.size, 42)
  assert.equal(refusal(openCheckpoint(note, 'other.example', [key])), 'other-origin')
  assert.equal(refusal(openCheckpoint(note, ORIGIN, [])), 'no-known-signature')
  assert.equal(refusal(openCheckpoint(note.replace('42', '43'), ORIGIN, [key])), 'invalid-signature')
  const witnessOnly = `${text}\n${line}`
  assert.equal(refusal(openCheckpoint(witnessOnly, ORIGIN, [key], [cosigner])), 'no-log-signature')
})

test('a key name that differs from the origin: a published tree head of a public log', () => {
  const published = `go.sum database tree
15067302
gJyioq6dwR9n+NjEWORfYmH+ubeYm3kH42BBQ0bTpYI=

— sum.golang.org Az3grp1rvWOs5NKlr/xR4GLN/CDyzzakmt1o61uSxYKpK1SerqOP2ClbX/peKUZjYnyomH5Xz7GZG3TpB7OeKn4E2ww=
`
  const vkey = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8'
  const verifier = noteVerifier(nodeCrypto, accepted(parseVkey(nodeCrypto, vkey)))
  const opened = accepted(openCheckpoint(published, 'go.sum database tree', [verifier]))
  assert.equal(opened.checkpoint.size, 15_067_302)
})

test('tlog-cosignature: the signed message and the 72 bytes are those of the specification', () => {
  const signed: string[] = []
  const recorder = {
    ...witness,
    sign: (message: Uint8Array) => {
      signed.push(new TextDecoder().decode(message))
      return witness.sign(message)
    },
  }
  const made = cosign(nodeCrypto, 'witness.example/w1', recorder, text, 1_679_315_147)
  assert.deepEqual(signed, [`cosignature/v1\ntime 1679315147\n${text}`])
  const [signature] = accepted(parseNote(`${text}\n${made}`)).signatures
  assert.equal(signature?.signature.length, 72)
  assert.equal(cosignatureTime(signature?.signature ?? new Uint8Array(0)), 1_679_315_147)
})

test('cosignatures are checked with their time; another time, text or key does not verify', () => {
  const cosigned = appendSignatureLines(note, [line])
  const opened = accepted(openCheckpoint(cosigned, ORIGIN, [key], [cosigner]))
  assert.deepEqual(
    opened.cosignatures.map(({ verifier, time }) => [verifier.name, time]),
    [['witness.example/w1', 1_679_315_147]],
  )
  const ignorant = accepted(openCheckpoint(cosigned, ORIGIN, [key]))
  assert.deepEqual(ignorant.cosignatures, [])
  const [signature] = accepted(parseNote(`${text}\n${line}`)).signatures
  assert.ok(signature !== undefined)
  const bytes = new TextEncoder().encode(text)
  assert.ok(cosigner.verify(bytes, signature.signature))
  for (let bit = 0; bit < 72 * 8; bit++) {
    const spoiled = Uint8Array.from(signature.signature)
    spoiled[bit >> 3] = (spoiled[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.ok(!cosigner.verify(bytes, spoiled))
  }
  assert.ok(!cosigner.verify(bytes, signature.signature.subarray(8)), 'a plain signature is no cosignature')
  assert.ok(!cosigner.verify(bytes.subarray(1), signature.signature))
  const bad = line.replace(line.slice(-20), `${'A'.repeat(18)}=\n`)
  assert.equal(openCheckpoint(appendSignatureLines(note, [bad]), ORIGIN, [key], [cosigner]).ok, false)
  assert.throws(() => cosign(nodeCrypto, 'w', witness, text, -1), RangeError)
  assert.throws(() => cosign(nodeCrypto, 'w', witness, text, 1.5), RangeError)
})
