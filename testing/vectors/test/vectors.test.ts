/** The committed vectors are what the generator makes, and this project's own code agrees with all of them. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { keyQuery, parsePolicy, verifyAnswer } from '@cadastre/answers'
import { serviceJudges } from '@cadastre/audit'
import {
  type Crypto,
  decodeBase64,
  decodeUtf8,
  encodeBase64,
  encodeHex,
  encodeUtf8,
  type SignatureAlgorithm,
} from '@cadastre/crypto'
import { browserCrypto } from '@cadastre/crypto/browser'
import { nodeCrypto } from '@cadastre/crypto/node'
import { decodeBundle, leafHash, parseTilePath, verifyConsistency, verifyInclusion } from '@cadastre/merkle'
import { verifyMisbehaviour } from '@cadastre/misbehaviour'
import {
  cosignatureVerifier,
  FIRST_PREVIOUS,
  formatProof,
  noteVerifier,
  openNote,
  openReceipt,
  parseCheckpoint,
  parseVkey,
  quorumMet,
  receiptHash,
} from '@cadastre/notes'
import { parseCanonicalJson, parseInstant } from '@cadastre/records'
import { readEntry } from '@cadastre/replay'
import { readEvidence, verifyEvidence } from '@cadastre/signatures'
import {
  type AnswerCase,
  type BundleCase,
  type Case,
  type CheckpointCase,
  type ConsistencyCase,
  type CosignatureCase,
  type EntryCase,
  type EvidenceCase,
  entriesOf,
  faultsOf,
  type InclusionCase,
  type Input,
  inputBytes,
  type KeyCase,
  type LogCase,
  MAX_SECONDS,
  type MisbehaviourCase,
  NOW,
  type NoteCase,
  type PolicyCheckCase,
  type ReceiptChain,
  type SignatureCase,
  vectorFiles,
} from '../src/index.ts'
import { agreesOn, casesOf, DATA, orNull } from './read.ts'

type TextCase = Case & Input

const textOf = (one: Input): string | null => decodeUtf8(inputBytes(one))
const hash = (text: string): Uint8Array => decodeBase64(text) ?? new Uint8Array()
const vkey = (text: string): ReturnType<typeof parseVkey> => parseVkey(nodeCrypto, text)
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

function filesUnder(directory: string, prefix = ''): string[] {
  return readdirSync(join(directory, prefix)).flatMap((name) => {
    const path = prefix === '' ? name : `${prefix}/${name}`
    return statSync(join(directory, path)).isDirectory() ? filesUnder(directory, path) : [path]
  })
}

test('the generator makes the committed files, byte for byte, and no others; all of them are under 2 MB', async () => {
  const made = await vectorFiles()
  assert.deepEqual(filesUnder(DATA).sort(), [...made.keys()].sort())
  for (const [path, content] of made)
    assert.ok(readFileSync(join(DATA, path)).equals(content), `${path}: run node testing/vectors/generate.ts`)
  const size = [...made.values()].reduce((sum, { length }) => sum + length, 0)
  assert.ok(size < 2_000_000, `${size} bytes`)
})

test('texts: base64, instants, canonical JSON, keys', () => {
  agreesOn(casesOf<TextCase>('texts/base64'), (one) => decodeBase64(textOf(one) ?? '?'))
  agreesOn(casesOf<TextCase>('texts/instants'), (one) => parseInstant(textOf(one) ?? ''))
  agreesOn(casesOf<TextCase>('texts/canonical-json'), (one) => {
    const text = textOf(one)
    return text !== null && (text === 'null' || parseCanonicalJson(text) !== null)
  })
  agreesOn(casesOf<KeyCase>('texts/keys'), (one) => {
    const query = keyQuery(nodeCrypto, textOf(one) ?? '')
    if (query !== null) {
      const { space, label, length } = query
      assert.deepEqual([space, encodeHex(label), length], [one.space, one.label, one.length], one.name)
    }
    return query
  })
})

test('entries', () => {
  agreesOn(casesOf<EntryCase>('entries/entries'), (one) => {
    const read = orNull(readEntry(inputBytes(one)))
    if (read !== null) {
      assert.equal(read.kind, one.kind, one.name)
      assert.equal(encodeBase64(leafHash(nodeCrypto, inputBytes(one))), one.leaf, one.name)
    }
    return read
  })
})

test('tree: proofs, paths of tiles, bundles', () => {
  agreesOn(casesOf<InclusionCase>('tree/inclusion'), ({ leaf, index, size, proof, root }) =>
    verifyInclusion(nodeCrypto, hash(leaf), index, size, proof.map(hash), hash(root)),
  )
  agreesOn(casesOf<ConsistencyCase>('tree/consistency'), ({ first, second, proof, firstRoot, secondRoot }) =>
    verifyConsistency(nodeCrypto, first, second, proof.map(hash), hash(firstRoot), hash(secondRoot)),
  )
  agreesOn(casesOf<TextCase>('tree/tile-paths'), (one) => parseTilePath(textOf(one) ?? ''))
  agreesOn(casesOf<BundleCase>('tree/bundles'), ({ base64, width }) =>
    orNull(decodeBundle(hash(base64), width)),
  )
})

test('notes: verifier keys, notes, checkpoints, cosignatures; decimals through checkpoints', () => {
  agreesOn(casesOf<TextCase>('notes/vkeys'), (one) => orNull(vkey(textOf(one) ?? '')))
  agreesOn(casesOf<NoteCase>('notes/notes'), (one) => {
    const keys = one.keys.flatMap((text) => {
      const parsed = vkey(text)
      return parsed.ok ? [noteVerifier(nodeCrypto, parsed.value)] : []
    })
    return orNull(openNote(inputBytes(one), keys))
  })
  agreesOn(casesOf<CheckpointCase>('notes/checkpoints'), (one) => {
    const parsed = orNull(parseCheckpoint(textOf(one) ?? ''))
    if (parsed !== null)
      assert.deepEqual([parsed.size, encodeBase64(parsed.root)], [one.size, one.root], one.name)
    return parsed
  })
  agreesOn(casesOf<CosignatureCase>('notes/cosignatures'), (one) => {
    const parsed = vkey(one.vkey)
    assert.ok(parsed.ok)
    return orNull(openNote(one.note, [cosignatureVerifier(nodeCrypto, parsed.value)]))
  })
  const root = encodeBase64(new Uint8Array(32))
  agreesOn(casesOf<TextCase>('texts/decimals'), (one) =>
    orNull(parseCheckpoint(`o\n${textOf(one)}\n${root}\n`)),
  )
})

test('receipts: chains', () => {
  agreesOn(casesOf<ReceiptChain>('notes/receipts'), ({ vkey: text, receipts }) => {
    const parsed = vkey(text)
    assert.ok(parsed.ok)
    const key = noteVerifier(nodeCrypto, parsed.value)
    let previous = FIRST_PREVIOUS
    let origin: string | null = null
    for (const [at, note] of receipts.entries()) {
      const opened = openReceipt(note, key)
      if (!opened.ok || opened.value.receipt.seq !== at + 1) return null
      const { receipt, text: signed } = opened.value
      origin ??= receipt.origin
      if (encodeBase64(receipt.previous) !== encodeBase64(previous) || receipt.origin !== origin) return null
      previous = receiptHash(nodeCrypto, signed)
    }
    return true
  })
})

test('policies, quorums, freshness', () => {
  agreesOn(casesOf<TextCase>('notes/policies'), (one) => orNull(parsePolicy(nodeCrypto, inputBytes(one))))
  type Quorum = {
    readonly policy: string
    readonly cases: readonly { readonly cosigned: string[]; readonly met: boolean }[]
  }
  for (const { policy, cases } of casesOf<Quorum>('notes/quorums')) {
    const parsed = parsePolicy(nodeCrypto, policy)
    assert.ok(parsed.ok)
    for (const { cosigned, met } of cases) assert.equal(quorumMet(parsed.value, new Set(cosigned)), met)
  }
  agreesOn(casesOf<PolicyCheckCase>('notes/policy-checks'), (one) => {
    const parsed = parsePolicy(nodeCrypto, one.policy)
    const query = keyQuery(nodeCrypto, 'ip4/0.0.0.0/0')
    assert.ok(parsed.ok && query)
    // Nothing is registered: an answer needs nothing but the state and the checkpoint.
    const extra = encodeUtf8(
      JSON.stringify({ state: one.state, nodes: [[0, null, null, null]], end: null, records: [] }),
    )
    const text = formatProof({ extra, index: 0, proof: [], checkpoint: one.note })
    const age =
      one.now === null || one.maxSeconds === null ? null : { now: one.now, maxSeconds: one.maxSeconds }
    const verified = orNull(verifyAnswer(nodeCrypto, { trust: parsed.value, age }, query, text))
    assert.equal(verified?.asOf ?? null, one.asOf, one.name)
    return verified
  })
})

for (const [name, crypto] of Object.entries({ node: nodeCrypto, browser: browserCrypto })) {
  test(`signatures and evidence, ${name}`, () => {
    const algorithms: readonly SignatureAlgorithm[] = ['ed25519', 'es256']
    for (const algorithm of algorithms)
      agreesOn(casesOf<SignatureCase>(`signatures/${algorithm}`), ({ key, message, signature }) =>
        crypto.verify(algorithm, bytes(key), bytes(message), bytes(signature)),
      )
    agreesOn(casesOf<EvidenceCase>('signatures/evidence'), (one) => evidenceHolds(one, crypto))
  })
}

function evidenceHolds({ request, evidence, relyingParty }: EvidenceCase, crypto: Crypto): boolean {
  const read = readEvidence(evidence)
  return read.ok && verifyEvidence(request, read.value, relyingParty, crypto) !== null
}

for (const name of ['honest', 'forgeries']) {
  test(`answers: ${name}`, () => {
    const file = JSON.parse(readFileSync(join(DATA, `answers/${name}.json`), 'utf8')) as {
      policy: string
      now: number
    }
    assert.equal(file.now, NOW)
    agreesOn(casesOf<AnswerCase>(`answers/${name}`), (one) => {
      const trust = parsePolicy(nodeCrypto, one.policy ?? file.policy)
      const query = keyQuery(nodeCrypto, one.key)
      assert.ok(trust.ok && query)
      const maxSeconds = one.maxSeconds === undefined ? MAX_SECONDS : one.maxSeconds
      const age = maxSeconds === null ? null : { now: NOW, maxSeconds }
      const verified = verifyAnswer(browserCrypto, { trust: trust.value, age }, query, inputBytes(one))
      if (!verified.ok) {
        assert.equal(verified.error.code, one.refusal, one.name)
        return null
      }
      const { covering, moreSpecific, size, asOf } = verified.value
      const proved = covering.map(({ key, text }) => ({ key, text }))
      assert.deepEqual(
        [proved, moreSpecific, size, asOf],
        [one.covering, one.moreSpecific, one.size, one.asOf],
        one.name,
      )
      return verified
    })
  })
}

test('the whole log and its forgeries, executed again', () => {
  const bundle = readdirSync(join(DATA, 'log/public/tile/entries/000.p'))[0] ?? ''
  const entries = decodeBundle(
    readFileSync(join(DATA, 'log/public/tile/entries/000.p', bundle)),
    Number(bundle),
  )
  assert.ok(entries.ok)
  for (const one of casesOf<LogCase>('log/forgeries')) {
    const faults = faultsOf(entriesOf(entries.value, one, inputBytes))
    assert.deepEqual(faults, one.faults, one.name)
    assert.equal(faults.length === 0, one.valid, one.name)
  }
})

test('files that convict, and files that convict nobody', () => {
  const { policy, receiptVkey } = JSON.parse(readFileSync(join(DATA, 'misbehaviour/files.json'), 'utf8'))
  const trust = parsePolicy(nodeCrypto, policy)
  assert.ok(trust.ok)
  const options = { receiptVkey, judges: serviceJudges(nodeCrypto) }
  agreesOn(casesOf<MisbehaviourCase>('misbehaviour/files'), ({ name, text, kind, rule, basis, valid }) => {
    const verdict = verifyMisbehaviour(nodeCrypto, trust.value, text, options)
    if (verdict.ok && valid)
      assert.deepEqual(
        [verdict.value.kind, verdict.value.rule, verdict.value.basis],
        [kind, rule, basis],
        name,
      )
    return orNull(verdict)
  })
})
