/**
 * Proof documents over a state of nested IPv4 prefixes: made and verified. Run: `node bench/answers.ts [prefixes]`.
 * The checkpoint has three cosignatures and the log 2^20 entries' worth of inclusion path.
 */

import { blockQuery, formatStateEntry, makeAnswers, type Query, verifyAnswer } from '@cadastre/answers'
import { encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { leafHash, nodeHash } from '@cadastre/merkle'
import {
  appendSignatureLines,
  cosign,
  formatCheckpoint,
  formatVkey,
  KEY_TYPE_COSIGNATURE,
  KEY_TYPE_ED25519,
  makeVkey,
  noteSigner,
  parsePolicy,
  signNote,
} from '@cadastre/notes'
import { singleBlock } from '@cadastre/numbers'
import { instantFromSeconds } from '@cadastre/records'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'
import { record } from './figures.ts'

const ORIGIN = 'registry.example/log'
const NOW = 1_790_000_000
const total = Number(process.argv[2] ?? 400_000)

let seed = 7
function random(below: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((seed / 2 ** 32) * below)
}

const writer = new TrieWriter(createTrieMemory(), nodeCrypto)
const filler = 'x'.repeat(300)
for (let i = 0; i < total; i++) {
  const length = random(2) === 0 ? 24 : 8 + random(22)
  const first = (random(2 ** 32) & (0xffffffff << (32 - length))) >>> 0
  const label = Uint8Array.of(first >>> 24, (first >>> 16) & 255, (first >>> 8) & 255, first & 255)
  writer.set('ip4', label, length, encodeUtf8(`{"filler":"${filler}","n":${i},"v":1}`))
}
const { hashes } = writer.commit()
const state = formatStateEntry({
  t: 'state',
  v: 1,
  at: instantFromSeconds(NOW),
  ops: 1,
  prev: null,
  roots: {
    asn: encodeBase64(hashes.asn),
    ip4: encodeBase64(hashes.ip4),
    ip6: encodeBase64(hashes.ip6),
    obj: encodeBase64(hashes.obj),
  },
})

// The last leaf of a tree of 2^20: every sibling is a full tree on its left, here of any hash.
const inclusion = Array.from({ length: 20 }, (_, i) => new Uint8Array(32).fill(i + 1))
let root = leafHash(nodeCrypto, encodeUtf8(state))
for (const sibling of inclusion) root = nodeHash(nodeCrypto, sibling, root)
const text = formatCheckpoint({ origin: ORIGIN, size: 2 ** 20, root })
const log = ed25519SignerFromSeed(new Uint8Array(32).fill(1))
const witnesses = [2, 3, 4].map((byte) => ({
  name: `w${byte}.example`,
  signer: ed25519SignerFromSeed(new Uint8Array(32).fill(byte)),
}))
const checkpoint = appendSignatureLines(
  signNote(text, [noteSigner(nodeCrypto, ORIGIN, log)]),
  witnesses.map(({ name, signer }) => cosign(nodeCrypto, name, signer, text, NOW)),
)
const vkey = (name: string, type: 1 | 4, key: Uint8Array): string =>
  formatVkey(makeVkey(nodeCrypto, name, type, key))
const trust = parsePolicy(
  nodeCrypto,
  `log ${vkey(ORIGIN, KEY_TYPE_ED25519, log.publicKey)}\n${witnesses
    .map(({ name, signer }) => `witness ${name} ${vkey(name, KEY_TYPE_COSIGNATURE, signer.publicKey)}\n`)
    .join('')}group g 2 ${witnesses.map(({ name }) => name).join(' ')}\nquorum g\n`,
)
if (!trust.ok) throw new Error(trust.error.problem)
const policy = { trust: trust.value, age: { maxSeconds: 600, now: NOW } }

const make = makeAnswers({ state, inclusion, checkpoint })
const view = writer.working()
const answer = (query: Query): string => make(view.prove(query.space, query.label, query.length))
const queries = Array.from({ length: 4096 }, () => blockQuery(singleBlock('ip4', BigInt(random(2 ** 32)))))

function rate(count: number, act: (query: Query, index: number) => void): number {
  const start = performance.now()
  for (let i = 0; i < count; i++) act(queries[i & 4095] as Query, i)
  return count / ((performance.now() - start) / 1000)
}
const report = (what: string, figure: string, limit: string): void =>
  console.log(`${what.padEnd(40)} ${figure.padStart(14)}   ${limit}`)
const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`

let bytes = 0
rate(5000, (query) => answer(query))
const made = rate(40_000, (query) => {
  bytes += answer(query).length
})
const texts = queries.map(answer)
let good = 0
const verified = rate(4096, (query, i) => {
  if (verifyAnswer(nodeCrypto, policy, query, texts[i] ?? '').ok) good++
})
report('figure', `${total.toLocaleString('en')} cells`, 'limit')
report('proof documents made', perSecond(made), 'over HTTP >= 5,000/s a core')
record({
  what: 'answers: proof documents made, one thread',
  value: made,
  unit: '/s',
  limit: { atLeast: 5000 },
})
report('bytes a document', Math.round(bytes / 40_000).toLocaleString('en'), 'background: 5,200')
report('verified, 4 signatures each', perSecond(verified), 'background: 0.6 ms each')
report('of which accepted', String(good), '4096')
