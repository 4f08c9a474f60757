import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { consistencyProof, emptyRoot, type NodeReader, treeRoot } from '@cadastre/merkle'
import {
  type AddCheckpointDecision,
  cosignatureVerifier,
  decideAddCheckpoint,
  formatAddCheckpoint,
  formatCheckpoint,
  interpretWitnessReply,
  noteSigner,
  noteVerifier,
  openCheckpoint,
  parseAddCheckpoint,
  type RecordedCheckpoint,
  signNote,
  type WitnessedState,
  witnessCheckpointPath,
} from '@cadastre/notes'
import fc from 'fast-check'
import { accepted, logKey, testSigner, witnessKey } from './helpers.ts'

const ORIGIN = 'registry.example/log'
const log = testSigner(1)
const witness = { name: 'witness.example/w1', signer: testSigner(2) }
const logVerifier = noteVerifier(nodeCrypto, logKey(ORIGIN, log))
const cosigner = cosignatureVerifier(nodeCrypto, witnessKey(witness.name, witness.signer))

/** A tree whose complete subtrees have made-up hashes; the fork differs from leaf 5 on. */
const tree =
  (fork: string): NodeReader =>
  (level, index) => {
    if (level > 0) {
      const [left, right] = [tree(fork)(level - 1, 2 * index), tree(fork)(level - 1, 2 * index + 1)]
      return nodeCrypto.sha256(Uint8Array.of(1), left, right)
    }
    return nodeCrypto.sha256(new TextEncoder().encode(`${index >= 5 ? fork : ''} ${index}`))
  }
const main = tree('')
const rootAt = (size: number, read = main): Uint8Array => treeRoot(nodeCrypto, read, size)
const proofOf = (first: number, second: number): Uint8Array[] =>
  consistencyProof(nodeCrypto, main, first, second)

function checkpoint(size: number, root = rootAt(size), origin = ORIGIN, signer = log): string {
  return signNote(formatCheckpoint({ origin, size, root }), [noteSigner(nodeCrypto, origin, signer)])
}

function ask(body: string, recorded: WitnessedState | null, time = 1_000): AddCheckpointDecision {
  return decideAddCheckpoint({
    crypto: nodeCrypto,
    body,
    logKeys: (origin) => (origin === ORIGIN ? [logVerifier] : null),
    recorded: (origin) => (origin === ORIGIN ? recorded : null),
    witness,
    time,
  })
}

const at = (size: number, root = rootAt(size)): WitnessedState => ({ size, root })
const textOf = (size: number): string => formatCheckpoint({ origin: ORIGIN, size, root: rootAt(size) })

function assertRefused(decision: AddCheckpointDecision, status: number): void {
  assert.equal(decision.status, status)
  assert.equal(decision.record, null)
  const reply = interpretWitnessReply(decision, textOf(1), [cosigner])
  assert.equal(reply.kind, 'refused')
}

test('tlog-witness: the first checkpoint of a known log is cosigned, 200', () => {
  const decision = ask(formatAddCheckpoint(0, [], checkpoint(3)), null)
  assert.equal(decision.status, 200)
  assert.equal(decision.record?.size, 3)
  assert.deepEqual(decision.record?.root, rootAt(3))
  const reply = interpretWitnessReply(decision, textOf(3), [cosigner])
  assert.deepEqual(reply, {
    kind: 'cosigned',
    cosignatures: [{ name: witness.name, time: 1_000, line: decision.body }],
  })
  const opened = accepted(openCheckpoint(decision.record?.note ?? '', ORIGIN, [logVerifier], [cosigner]))
  assert.equal(opened.cosignatures.length, 1)
})

test('tlog-witness: every growth with its proof is cosigned, every other proof refused with 422', () => {
  for (let first = 0; first <= 20; first++) {
    for (let second = first; second <= 20; second++) {
      const recorded = first === 0 ? null : at(first)
      const proof = proofOf(first, second)
      const decision = ask(formatAddCheckpoint(first, proof, checkpoint(second)), recorded)
      assert.equal(decision.status, 200, `${first} to ${second}`)
      assertRefused(ask(formatAddCheckpoint(first, [...proof, rootAt(1)], checkpoint(second)), recorded), 422)
      if (proof.length > 0) {
        assertRefused(ask(formatAddCheckpoint(first, proof.slice(1), checkpoint(second)), recorded), 422)
      }
    }
  }
})

test('tlog-witness: 404 for an unknown origin', () => {
  const other = checkpoint(3, rootAt(3), 'other.example/log')
  assertRefused(ask(formatAddCheckpoint(0, [], other), null), 404)
})

test('tlog-witness: 403 without a valid signature of a trusted key', () => {
  assertRefused(ask(formatAddCheckpoint(0, [], checkpoint(3, rootAt(3), ORIGIN, testSigner(9))), null), 403)
  assertRefused(ask(formatAddCheckpoint(0, [], checkpoint(3).replace('\n3\n', '\n4\n')), null), 403)
})

test('tlog-witness: 400 for a malformed request, and for an old size above the checkpoint', () => {
  assertRefused(ask(formatAddCheckpoint(4, [], checkpoint(3)), at(4)), 400)
  const good = formatAddCheckpoint(2, proofOf(2, 3), checkpoint(3))
  for (const bad of [
    '',
    'old 0\n',
    'old 0\n\n',
    good.replace('old ', 'new '),
    good.replace('old 2', 'old 02'),
    good.replace('old 2', 'old -2'),
    good.replace('=\n', '\n'),
    good.replace('\n\n', '\n'),
    good.replaceAll('\n', '\r\n'),
    good.replace('\n3\n', '\nthree\n'),
    good.replace('old 2\n', `old 2\n${'A'.repeat(43)}=\n`.repeat(64)),
  ]) {
    assertRefused(ask(bad, at(2)), 400)
  }
})

test('tlog-witness: 409 with the recorded size when the old size is another', () => {
  for (const [old, recorded, size] of [
    [0, at(3), 3],
    [2, at(3), 3],
    [4, at(3), 3],
    [4, null, 0],
  ] as const) {
    const decision = ask(formatAddCheckpoint(old, [], checkpoint(5)), recorded)
    assert.equal(decision.status, 409)
    assert.equal(decision.contentType, 'text/x.tlog.size')
    assert.equal(decision.body, `${size}\n`)
    assert.equal(decision.record, null)
    assert.deepEqual(interpretWitnessReply(decision, textOf(5), [cosigner]), { kind: 'conflict', size })
  }
})

test('tlog-witness: 422 for a proof from size 0, another root at the same size, a wrong empty root', () => {
  assertRefused(ask(formatAddCheckpoint(0, [rootAt(1)], checkpoint(3)), null), 422)
  assertRefused(ask(formatAddCheckpoint(3, [], checkpoint(3, rootAt(4))), at(3)), 422)
  assertRefused(ask(formatAddCheckpoint(0, [], checkpoint(0, rootAt(1))), null), 422)
  assert.equal(ask(formatAddCheckpoint(0, [], checkpoint(0, emptyRoot(nodeCrypto))), null).status, 200)
})

test('split view: a fork is refused with 422 whatever proof it brings', () => {
  const fork = tree('fork')
  for (let second = 9; second <= 16; second++) {
    const forged = checkpoint(second, rootAt(second, fork))
    const forgedProof = consistencyProof(nodeCrypto, fork, 8, second)
    assertRefused(ask(formatAddCheckpoint(8, forgedProof, forged), at(8)), 422)
    assertRefused(ask(formatAddCheckpoint(8, proofOf(8, second), forged), at(8)), 422)
  }
  // Up to leaf 5 the two trees agree, and growing into either is allowed, once.
  const fromFive = consistencyProof(nodeCrypto, fork, 5, 8)
  assert.equal(ask(formatAddCheckpoint(5, fromFive, checkpoint(8, rootAt(8, fork))), at(5)).status, 200)
})

test('tlog-witness: the same size again refreshes the time and keeps the state', () => {
  const body = formatAddCheckpoint(3, [], checkpoint(3))
  const [before, after] = [ask(body, at(3), 1_000), ask(body, at(3), 2_000)]
  assert.equal(after.status, 200)
  assert.notEqual(before.body, after.body)
  assert.equal(after.record?.size, 3)
  const reply = interpretWitnessReply(after, textOf(3), [cosigner])
  assert.equal(reply.kind === 'cosigned' && reply.cosignatures[0]?.time, 2_000)
})

test('what a witness records drops signatures it did not check', () => {
  const stranger = noteSigner(nodeCrypto, 'stranger.example', testSigner(7))
  const twoSigned = signNote(textOf(3), [noteSigner(nodeCrypto, ORIGIN, log), stranger])
  const record: RecordedCheckpoint | null = ask(formatAddCheckpoint(0, [], twoSigned), null).record
  assert.ok(record !== null && !record.note.includes('stranger.example'))
})

test('requests parse back, and the parser is total', () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 63 }),
      (old, proof) => {
        const body = formatAddCheckpoint(old, proof, checkpoint(3))
        assert.deepEqual(parseAddCheckpoint(body), { old, proof, checkpoint: checkpoint(3) })
        assert.deepEqual(parseAddCheckpoint(new TextEncoder().encode(body))?.old, old)
      },
    ),
  )
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const parsed = parseAddCheckpoint(bytes)
      assert.ok(parsed === null || parsed.old >= 0)
    }),
  )
  const hashes = Array.from({ length: 64 }, () => rootAt(1))
  assert.throws(() => formatAddCheckpoint(0, hashes, ''), RangeError)
})

test('a client believes only signature lines of keys it knows, and none if one is bad', () => {
  const { body } = ask(formatAddCheckpoint(0, [], checkpoint(3)), null)
  const reply = (text: string, status = 200, contentType = 'text/plain'): string =>
    interpretWitnessReply({ status, contentType, body: text }, textOf(3), [cosigner]).kind
  assert.equal(reply(body), 'cosigned')
  const stranger = body.replace(witness.name, 'stranger.example')
  assert.equal(reply(stranger + body), 'cosigned')
  assert.equal(reply(stranger), 'refused')
  assert.equal(reply(''), 'refused')
  assert.equal(reply('<html>\n'), 'refused')
  const other = ask(formatAddCheckpoint(0, [], checkpoint(4)), null).body
  assert.equal(reply(body + other), 'refused')
  assert.equal(reply('7\n', 409, 'Text/X.tlog.size; charset=utf-8'), 'conflict')
  assert.equal(reply('7', 409, 'text/x.tlog.size'), 'refused')
  assert.equal(reply('07\n', 409, 'text/x.tlog.size'), 'refused')
  assert.equal(reply('7\n', 409), 'refused')
  assert.equal(reply('7\n', 500), 'refused')
})

test('tlog-witness: monitors find a checkpoint under the hash of its origin', () => {
  assert.match(witnessCheckpointPath(nodeCrypto, ORIGIN), /^[0-9a-f]{64}\/checkpoint$/)
})
