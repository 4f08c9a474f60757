/**
 * Adopting a procedure replays the past log under the new terms: 100,000 past acts, decided twice each, beside the
 * limit of 60 s. The acts are allocations, each of which the new terms would have decided otherwise.
 *
 * Run: `node bench/impact.ts [acts, default 100000]`.
 */
import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { CompactRange } from '@cadastre/merkle'
import { genesisBodies, genesisParts, PROFILES, proceduresOfProfile } from '@cadastre/procedures'
import {
  addSeconds,
  type Instant,
  type Json,
  type JsonObject,
  parseInstant,
  type Request,
} from '@cadastre/records'
import { BatchBuilder, type LogPosition, type Pending } from '@cadastre/registrar'
import { impactOf, TrieState } from '@cadastre/replay'
import { memberHashOf, requestText, signRequest, verifyEvidence } from '@cadastre/signatures'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'
import { report } from './figures.ts'

const ACTS = Number(process.argv[2] ?? 100_000)
const BATCH = 500
const LIMIT_SECONDS = 60
const ORIGIN = 'registry.example/log'

const start = parseInstant('2030-01-01T00:00:00Z')
if (start === null) throw new Error('no instant')
const signerOf = (seed: number): Signer => ed25519SignerFromSeed(nodeCrypto.sha256(encodeUtf8(String(seed))))
const operator = signerOf(0)
const holder = signerOf(1)
const publicKey = (signer: Signer): string => encodeBase64(signer.publicKey)

const trie = new TrieWriter(createTrieMemory(), nodeCrypto)
const state = new TrieState(trie, nodeCrypto)
const entries: Uint8Array[] = []
let position: LogPosition = { range: new CompactRange(nodeCrypto), previousState: null }
let at: Instant = start
let seq = 0
let nonces = 0

function pending(procedure: string, body: JsonObject, signer: Signer, founding = false): Pending {
  nonces += 1
  const nonce = encodeBase64(nodeCrypto.sha256(encodeUtf8(String(nonces))).subarray(0, 16))
  const expires = addSeconds(at, 3600)
  const request: Request = { v: 1, origin: ORIGIN, procedure, body, replaces: [], expires, nonce }
  const text = requestText(request)
  const evidence = [signRequest(text, signer)]
  if (!founding) seq += 1
  const received = founding ? null : { seq, at }
  const checked = verifyEvidence(text, evidence, null, nodeCrypto)
  return { received, request, requestText: text, evidence, checked, name: null, repeated: false }
}

function batch(acts: readonly Pending[]): void {
  const builder = new BatchBuilder(nodeCrypto, trie, state, at, position)
  for (const act of acts) {
    const outcome = builder.request(act)
    if (!outcome.accepted) throw new Error(outcome.refusals.join(), { cause: builder.faults[0] })
  }
  const decided = builder.finish()
  if (decided === null) throw new Error('an empty batch')
  for (const { bytes } of decided.batch.entries) entries.push(bytes)
  position = { range: decided.range, previousState: decided.range.size - 1 }
  at = addSeconds(at, 1)
}

const text = encodeBase64(nodeCrypto.sha256(encodeUtf8('the published text')))
const staff = {
  handle: 'OPERATOR',
  role: 'operator',
  alg: 'ed25519',
  key: publicKey(operator),
  outside: false,
}
const genesis: JsonObject = {
  name: 'Example Registry',
  origin: ORIGIN,
  seat: 'XX',
  profile: 'community',
  demonstration: false,
  relyingParty: { id: 'sign.registry.example', origins: [] },
  staff: [staff],
  pools: [{ handle: 'IP4', space: 'ip4', range: '10.0.0.0/8', open: true }],
  reserved: [],
  witnessPolicy: '',
  roots: [],
  statement: '',
}
const roles = ['full', 'routing', 'technical']
const identity: JsonObject = {
  kind: 'organisation',
  name: 'Example Networks',
  register: null,
  person: null,
  country: null,
  policy: { m: 1, keys: [{ alg: 'ed25519', key: publicKey(holder), roles }], guardians: [] },
  contacts: [],
  attestors: [],
}

const parts = genesisParts(proceduresOfProfile('community', () => text))
const hash = (member: Json): string => memberHashOf(nodeCrypto, member)
batch(
  genesisBodies(genesis, parts, 'OPERATOR', hash).map((body) => pending('genesis/1', body, operator, true)),
)
batch([pending('open/1', { staff: 'OPERATOR' }, operator, true)])
const handle = `H-${entries.length}`
batch([pending('identify-holder/1', identity, holder)])
const allocation: JsonObject = { holder: handle, pool: 'IP4', length: 26, block: null }
for (let done = 0; done < ACTS; done += BATCH)
  batch(Array.from({ length: BATCH }, () => pending('allocate/1', allocation, holder)))

const before = process.hrtime.bigint()
const parameters = { ...PROFILES.community['allocate/1'], ip4Max: 24 }
const impact = await impactOf(nodeCrypto, entries, { procedure: 'allocate/1', parameters })
const seconds = Number(process.hrtime.bigint() - before) / 1e9
if (impact.acts !== ACTS || impact.otherwise !== ACTS || impact.holders !== 1)
  throw new Error(JSON.stringify({ ...impact, examples: [] }))
report({
  what: `adoption: replay of ${ACTS} past acts under other terms`,
  value: seconds,
  unit: 's',
  limit: { atMost: LIMIT_SECONDS },
})
