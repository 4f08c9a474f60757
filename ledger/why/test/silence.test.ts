import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { CompactRange, leafHash } from '@cadastre/merkle'
import {
  appendSignatureLines,
  cosign,
  doorVkey,
  FIRST_PREVIOUS,
  formatCheckpoint,
  formatDoorNote,
  formatReceipt,
  formatVkey,
  KEY_TYPE_COSIGNATURE,
  KEY_TYPE_ED25519,
  makeVkey,
  noteSigner,
  type Policy,
  parsePolicy,
  receiptHash,
  signNote,
} from '@cadastre/notes'
import {
  addSeconds,
  canonicalJson,
  type Instant,
  type Json,
  parseInstant,
  secondsOf,
} from '@cadastre/records'
import {
  findDecision,
  type LogReader,
  makeSilence,
  type ProofRefusal,
  type VerifiedSilence,
  verifySilence,
} from '../src/index.ts'

const ORIGIN = 'registry.example/log'
const signer = (byte: number): Signer => ed25519SignerFromSeed(new Uint8Array(32).fill(byte))
const [logKey, receiptKey, witnessKey] = [signer(1), signer(2), signer(3)]
const vkey = (name: string, key: Signer, type: 1 | 4): string =>
  formatVkey(makeVkey(nodeCrypto, name, type, key.publicKey))
const RECEIPTS = vkey(`${ORIGIN}/receipts`, receiptKey, KEY_TYPE_ED25519)
const WITNESS = vkey('witness.example', witnessKey, KEY_TYPE_COSIGNATURE)
const at = (seconds: number): Instant => {
  const start = parseInstant('2030-01-01T00:00:00Z')
  assert.ok(start)
  return addSeconds(start, seconds)
}
function policy(quorum = 'none'): Policy {
  const parsed = parsePolicy(
    nodeCrypto,
    `log ${vkey(ORIGIN, logKey, KEY_TYPE_ED25519)}\nwitness w ${WITNESS}\nquorum ${quorum}\n`,
  )
  assert.ok(parsed.ok)
  return parsed.value
}

/** The request of a number: what it says does not matter here. */
function request(name: number): Json {
  return {
    v: 1,
    origin: ORIGIN,
    procedure: 'update-holder/1',
    body: { change: 'confirm', holder: `H-${name}` },
    replaces: [],
    expires: at(100_000),
    nonce: 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
}
const hashOf = (name: number): Uint8Array => nodeCrypto.sha256(encodeUtf8(canonicalJson(request(name))))

/** A log whose batches a misbehaving registrar may write as it likes. */
class FreeLog implements LogReader {
  readonly all: Uint8Array[] = []
  #previous: number | null = null

  /** A batch at a time: numbers of receipts, each with the request that is decided under it. */
  batch(
    seconds: number,
    decided: readonly (readonly [seq: number, request: number, received?: number])[] = [],
    accepted = false,
  ): this {
    const ops =
      decided.length === 0
        ? [this.#op(seconds, null, null)]
        : decided.map(([seq, name, received = 10 * seq]) => this.#op(seconds, seq, name, received, accepted))
    for (const op of ops) this.all.push(encodeUtf8(canonicalJson(op)))
    const zero = encodeBase64(new Uint8Array(32))
    const roots = { asn: zero, ip4: zero, ip6: zero, obj: zero }
    const state = { t: 'state', v: 1, at: at(seconds), ops: ops.length, prev: this.#previous, roots }
    this.#previous = this.all.length
    this.all.push(encodeUtf8(canonicalJson(state)))
    return this
  }

  #op(seconds: number, seq: number | null, name: number | null, received = 0, accepted = false): Json {
    return {
      t: 'op',
      v: 1,
      at: at(seconds),
      received: seq === null ? null : { seq, at: at(Math.min(seconds, received)) },
      procedure: 'update-holder/1',
      request: name === null ? null : request(name),
      evidence: [],
      inputs: [],
      outcome: accepted ? { accepted: true, effects: [] } : { accepted: false, refusals: ['holder-unknown'] },
    }
  }

  get size(): number {
    return this.all.length
  }

  async entries(from: number, count: number): Promise<readonly Uint8Array[]> {
    return this.all.slice(from, from + count)
  }

  async tileHashes(level: number, from: number, count: number): Promise<readonly Uint8Array[]> {
    assert.equal(level, 0, 'these logs have fewer than 256 entries')
    return this.all.slice(from, from + count).map((entry) => leafHash(nodeCrypto, entry))
  }

  checkpoint(cosignedAt: number | null = null): string {
    const range = new CompactRange(nodeCrypto)
    for (const entry of this.all) range.append(leafHash(nodeCrypto, entry))
    const text = formatCheckpoint({ origin: ORIGIN, size: this.size, root: range.root() })
    const note = signNote(text, [noteSigner(nodeCrypto, ORIGIN, logKey)])
    if (cosignedAt === null) return note
    const line = cosign(nodeCrypto, 'witness.example', witnessKey, text, secondsOf(at(cosignedAt)))
    return appendSignatureLines(note, [line])
  }
}

/** The receipt of the request of this number, received ten times as many seconds in, due 60 s later. */
function receipt(seq: number, key: Signer = receiptKey): string {
  const text = formatReceipt({
    origin: ORIGIN,
    seq,
    previous: seq === 1 ? FIRST_PREVIOUS : receiptHash(nodeCrypto, 'another'),
    request: hashOf(seq),
    received: at(10 * seq),
    deadline: at(10 * seq + 60),
  })
  return signNote(text, [noteSigner(nodeCrypto, `${ORIGIN}/receipts`, key)])
}

function doorNote(
  name: number,
  seconds: number,
  key: Signer = witnessKey,
  signatures: string | null = null,
): string {
  const evidence = signatures === null ? null : nodeCrypto.sha256(encodeUtf8(signatures))
  const text = formatDoorNote({ origin: ORIGIN, request: hashOf(name), evidence, at: at(seconds) })
  return signNote(text, [noteSigner(nodeCrypto, 'witness.example', key)])
}

async function evidence(log: FreeLog, note: string, cosignedAt: number | null = null): Promise<string> {
  const sources = { crypto: nodeCrypto, log, checkpoint: log.checkpoint(cosignedAt), size: log.size }
  const document = await makeSilence(sources, note)
  assert.ok(document !== null)
  return document
}

function verified(text: string, trust: Policy = policy()): VerifiedSilence {
  const verdict = verifySilence(nodeCrypto, trust, RECEIPTS, text)
  assert.ok(verdict.ok, verdict.ok ? '' : `${verdict.error.code}: ${verdict.error.detail}`)
  return verdict.value
}
function refusal(text: string, trust: Policy = policy()): ProofRefusal | 'verified' {
  const verdict = verifySilence(nodeCrypto, trust, RECEIPTS, text)
  return verdict.ok ? 'verified' : verdict.error.code
}

const honest = (): FreeLog =>
  new FreeLog()
    .batch(5)
    .batch(12, [[1, 1]])
    .batch(21, [[2, 2]])
    .batch(31, [[3, 3]])
    .batch(200)

test('a request that was passed over: its neighbours side by side, and a later time', async () => {
  const log = new FreeLog()
    .batch(5)
    .batch(12, [[1, 1]])
    .batch(31, [[3, 3]])
    .batch(200)
  const found = verified(await evidence(log, receipt(2)))
  assert.equal(found.kind, 'silent')
  assert.equal(found.claim.seq, 2)
  assert.equal(found.asOf, at(200))
  assert.ok(found.last - found.first < log.size - 2, 'no more entries than it takes')
})

test('within one batch too', async () => {
  const log = new FreeLog()
    .batch(5)
    .batch(31, [
      [1, 1],
      [3, 3],
    ])
    .batch(200)
  const found = verified(await evidence(log, receipt(2)))
  assert.deepEqual([found.first, found.last], [2, 3])
})

test('a registrar that decides nothing any more: from before the receipt to after the deadline', async () => {
  const found = verified(
    await evidence(
      new FreeLog()
        .batch(5)
        .batch(12, [[1, 1]])
        .batch(50)
        .batch(100),
      receipt(2),
    ),
  )
  assert.equal(found.kind, 'silent')
  const first = verified(await evidence(new FreeLog().batch(90), receipt(1)))
  assert.equal(first.first, 0, 'the log begins there')
})

test('a log that stands still: its witnesses have seen no larger one until after the deadline', async () => {
  const log = new FreeLog().batch(5).batch(12, [[1, 1]])
  assert.equal(refusal(await evidence(log, receipt(2), 300)), 'gap', 'without a quorum nothing is known')
  assert.equal(
    refusal(await evidence(log, receipt(2), 120), policy('w')),
    'gap',
    'within the tolerance of clocks',
  )
  const found = verified(await evidence(log, receipt(2), 300), policy('w'))
  assert.equal(found.kind, 'silent')
  assert.equal(found.asOf, at(240))
})

test('decided in time is no silence, whatever part of the log is shown', async () => {
  assert.equal(refusal(await evidence(honest(), receipt(2))), 'decided')
  assert.equal(await findDecision(honest(), honest().size, { seq: 2, received: at(20) }), 4)
  assert.equal(await findDecision(honest(), honest().size, { seq: 9, received: at(90) }), null)
})

test('decided after the deadline: late', async () => {
  const found = verified(await evidence(new FreeLog().batch(5).batch(81, [[2, 2]]), receipt(2)))
  assert.deepEqual([found.kind, found.index, found.asOf], ['late', 2, at(81)])
})

test('a number used for another request: the receipt contradicts the log', async () => {
  const found = verified(await evidence(new FreeLog().batch(5).batch(21, [[2, 7]]), receipt(2)))
  assert.deepEqual([found.kind, found.index], ['other-request', 2])
})

test('decided in time, but as if it had come at another time: the receipt contradicts the log', async () => {
  for (const received of [19, 21]) {
    const log = new FreeLog().batch(5).batch(25, [[2, 2, received]])
    const found = verified(await evidence(log, receipt(2)))
    assert.deepEqual([found.kind, found.index], ['other-time', 2])
  }
})

test('the deadline has not passed yet: no evidence', async () => {
  assert.equal(refusal(await evidence(new FreeLog().batch(5).batch(70), receipt(2))), 'gap')
  assert.equal(refusal(await evidence(new FreeLog().batch(5).batch(40, [[3, 3]]), receipt(2))), 'gap')
})

test('a door’s note: an hour without the request, wherever else it was handed in', async () => {
  const log = new FreeLog()
    .batch(5)
    .batch(500, [[1, 1]])
    .batch(3700)
  const found = verified(await evidence(log, doorNote(7, 20)))
  assert.deepEqual([found.kind, found.claim.deadline], ['silent', at(3620)])
  assert.equal(refusal(await evidence(log, doorNote(1, 20))), 'decided')
  assert.equal(refusal(await evidence(new FreeLog().batch(5).batch(3000), doorNote(7, 20))), 'gap')
  const late = new FreeLog().batch(5).batch(3700, [[1, 7]])
  assert.equal(verified(await evidence(late, doorNote(7, 20))).kind, 'late')
})

test('a door’s note with the signatures: to refuse the request with other ones is silence', async () => {
  const log = new FreeLog()
    .batch(5)
    .batch(500, [[1, 1]])
    .batch(3700)
  // The log has the request with no signature at all.
  assert.equal(refusal(await evidence(log, doorNote(1, 20, witnessKey, '[]'))), 'decided')
  const signed = doorNote(1, 20, witnessKey, '[{"alg":"ed25519"}]')
  assert.equal(verified(await evidence(log, signed)).kind, 'silent')
  // Accepted is accepted, by whatever signatures.
  const accepted = new FreeLog()
    .batch(5)
    .batch(500, [[1, 1]], true)
    .batch(3700)
  assert.equal(refusal(await evidence(accepted, signed)), 'decided')
})

test('only the registry’s receipts and its witnesses’ notes count', async () => {
  const log = honest()
  assert.equal(refusal(await evidence(log, receipt(9, signer(8)))), 'signature-refused')
  assert.equal(refusal(await evidence(log, doorNote(7, 20, signer(8)))), 'signature-refused')
  const document = await evidence(new FreeLog().batch(5).batch(200), receipt(2))
  const verdict = verifySilence(nodeCrypto, policy(), null, document)
  assert.equal(verdict.ok ? '' : verdict.error.code, 'signature-refused')
  assert.equal(
    doorVkey(nodeCrypto, makeVkey(nodeCrypto, 'w', KEY_TYPE_COSIGNATURE, witnessKey.publicKey)).type,
    KEY_TYPE_ED25519,
  )
})

test('forged: the decision cut out, the ends cut short, another log, another claim', async () => {
  const dropped = new FreeLog()
    .batch(5)
    .batch(12, [[1, 1]])
    .batch(31, [[3, 3]])
    .batch(200)
  const text = await evidence(dropped, receipt(2))
  // biome-ignore lint/suspicious/noExplicitAny: a forger changes whatever it likes
  const forged = (change: (document: any) => void): ProofRefusal | 'verified' => {
    const document = JSON.parse(text)
    change(document)
    return refusal(JSON.stringify(document))
  }
  assert.equal(
    forged(() => undefined),
    'verified',
  )
  assert.equal(
    forged((document) => {
      document.log.entries.splice(1, 1)
    }),
    'not-included',
  )
  assert.equal(
    forged((document) => {
      document.clock = null
    }),
    'gap',
  )
  assert.equal(
    forged((document) => {
      document.claim = receipt(3)
    }),
    'decided',
  )
  assert.equal(
    forged((document) => {
      document.claim = receipt(4)
    }),
    'gap',
  )
  // An honest log cannot be made to look silent by showing a part of it.
  const log = honest()
  const { makeRange } = await import('../src/log-range.ts')
  for (let first = 0; first < log.size; first++)
    for (let end = first + 1; end <= log.size; end++) {
      const range = await makeRange(nodeCrypto, log, first, end, log.size)
      const clock = await makeRange(nodeCrypto, log, log.size - 1, log.size, log.size)
      const document = JSON.stringify({
        format: 'cadastre-silence/v1',
        claim: receipt(2),
        checkpoint: log.checkpoint(400),
        log: range,
        clock,
      })
      assert.ok(['gap', 'decided'].includes(refusal(document, policy('w'))), `${first} to ${end}`)
    }
})

test('what is no claim has no evidence, and any text has one verdict', async () => {
  const log = honest()
  const sources = { crypto: nodeCrypto, log, checkpoint: log.checkpoint(), size: log.size }
  assert.equal(await makeSilence(sources, 'hello'), null)
  assert.equal(await makeSilence(sources, log.checkpoint()), null)
  for (const text of ['', '{}', '[]', 'null', '{"format":"cadastre-silence/v1"}'])
    assert.equal(refusal(text), 'malformed-document')
})
