/**
 * Evidence of kind `served`: what a service gave out, as whoever kept it says, and proof of what would have been right.
 * Files of the log are judged here; answers of other services by judges that the caller brings.
 */

import { keyQuery, type VerifiedAnswer, verifyAnswer } from '@cadastre/answers'
import { type Crypto, decodeUtf8, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { leafHash, rootFromInclusion } from '@cadastre/merkle'
import { type Policy, parseProof } from '@cadastre/notes'
import { WITNESSES_KEY } from '@cadastre/procedures'
import { isArray, isObject, type Json, type JsonObject } from '@cadastre/records'
import { type ParsedEntry, readEntry, unmetPolicy } from '@cadastre/replay'
import type { Conviction } from './conviction.ts'
import { type Evidence, formatEvidence, readHashes } from './document.ts'
import { type Observation, observationJson, readObservation } from './observation.ts'
import { logAlone, signedCheckpoint } from './proved-entries.ts'
import { type Checked, refuse } from './refusals.ts'
import { judgeLogFile } from './served-log.ts'

/** What is proved beside it, all under one checkpoint. */
type ProvedBeside = {
  readonly answers: readonly VerifiedAnswer[]
  /** Entries of the log by their index. */
  readonly entries: ReadonlyMap<number, ParsedEntry>
}

/**
 * Judges an answer: what of it differs from the proved records, a sentence each; or why nothing is shown. It looks
 * whether the question is about the proved keys, and whether the answer itself names the log size.
 */
export type ServiceJudge = (
  observed: Observation,
  proved: readonly VerifiedAnswer[],
  entries: ReadonlyMap<number, ParsedEntry>,
) => { readonly ok: true; readonly value: readonly string[] } | { readonly ok: false; readonly error: string }

export type ServiceJudges = { readonly [service: string]: ServiceJudge }

/** What evidence of an answer is made of. */
export type ServedAnswer = Observation & {
  /** Proof documents (docs/ledger.md, "Answers"), each about its key, all at the log size that the answer names. */
  readonly proofs: readonly { readonly key: string; readonly proof: string }[]
  /** Entries under the same checkpoint, with their inclusion proofs. */
  readonly entries?: readonly {
    readonly index: number
    readonly text: string
    readonly proof: readonly string[]
  }[]
}

/** Evidence about an answer of a service. */
export function formatServed({ proofs, entries, ...observed }: ServedAnswer): string {
  return formatEvidence('served', 'answer-differs', {
    ...observationJson(observed),
    proofs,
    ...(entries === undefined ? {} : { entries }),
  })
}

export function verifyServed(
  crypto: Crypto,
  trust: Policy,
  judges: ServiceJudges,
  { rule, members }: Evidence,
): Checked<Conviction> {
  const observed = readObservation(members)
  if (observed === null) return refuse('malformed-document', 'The observation is of another shape.')
  const { service } = observed
  if (service === 'log' && rule === 'quorum-missing') return verifyQuorum(crypto, trust, observed, members)
  if (service === 'log') {
    const says = judgeLogFile(crypto, trust, rule, observed, members)
    return says.ok ? convicted(rule, observed, says.value) : says
  }
  const judge = Object.hasOwn(judges, service) ? judges[service] : undefined
  if (judge === undefined) return refuse('unknown-service', `Answers of ${service} are not judged here.`)
  if (rule !== 'answer-differs') return refuse('nothing-shown', `An answer does not show ${rule}.`)
  const proved = readProofs(crypto, trust, observed, members)
  if (!proved.ok) return proved
  const [first] = proved.value.answers
  if (first === undefined) return refuse('malformed-document', 'The document proves no record.')
  const verdict = judge(observed, proved.value.answers, proved.value.entries)
  if (!verdict.ok) return refuse('nothing-shown', verdict.error)
  if (verdict.value.length === 0)
    return refuse('nothing-shown', 'The answer says what the proved records say.')
  return convicted(rule, observed, { origin: first.origin, size: first.size, says: verdict.value })
}

/** A checkpoint that was given out without the cosignatures that the record proved under it asks for. */
function verifyQuorum(
  crypto: Crypto,
  trust: Policy,
  observed: Observation,
  members: JsonObject,
): Checked<Conviction> {
  const proved = readProofs(crypto, trust, observed, members)
  if (!proved.ok) return proved
  const [answer] = proved.value.answers
  const note = observed.bytes === null ? null : decodeUtf8(observed.bytes)
  const served = signedCheckpoint(crypto, trust, note ?? '')
  if (!served.ok) return served
  const { origin, size } = served.value
  if (answer?.query.key !== WITNESSES_KEY || answer.size !== size || answer.origin !== origin)
    return refuse('other-subject', 'The record is not that of the witnesses under the checkpoint.')
  const record = answer.covering.find(({ key }) => key === WITNESSES_KEY)?.record ?? null
  const unmet = unmetPolicy(crypto, trust.logs, note ?? '', record, answer.at)
  if (unmet === null)
    return refuse('nothing-shown', 'The checkpoint has the cosignatures that the record asks for.')
  const says = [`The record asks for ${unmet}; the checkpoint of ${size} entries was given out without them.`]
  return convicted('quorum-missing', observed, { origin, size, says })
}

function convicted(
  rule: Evidence['rule'],
  { service, query, at, from }: Observation,
  {
    origin,
    size,
    says,
  }: { readonly origin: string; readonly size: number; readonly says: readonly string[] },
): Checked<Conviction> {
  const asked = `Asked for ${query} (${service}) ${at}${from === null ? '' : `, from ${from}`}.`
  return {
    ok: true,
    value: { kind: 'served', rule, basis: 'observed', origin, size, index: null, says: [asked, ...says] },
  }
}

const PROOFS_MAX = 4096
const ENTRIES_MAX = 4096

/** All proof documents, of one log and one size: the one that the answer names. */
function readProofs(
  crypto: Crypto,
  trust: Policy,
  observed: Observation,
  { proofs, entries }: JsonObject,
): Checked<ProvedBeside> {
  if (!isArray(proofs) || proofs.length === 0 || proofs.length > PROOFS_MAX)
    return refuse('malformed-document', 'proofs is no list of proof documents.')
  const answers: VerifiedAnswer[] = []
  for (const one of proofs) {
    const answer = readProof(crypto, trust, observed, one)
    if (!answer.ok) return answer
    answers.push(answer.value)
  }
  if (new Set(answers.map(({ origin, size }) => `${origin} ${size}`)).size > 1)
    return refuse('other-subject', 'The proofs are of different logs or sizes.')
  const read = readEntries(crypto, trust, proofs, entries)
  return read.ok ? { ok: true, value: { answers, entries: read.value } } : read
}

function readProof(
  crypto: Crypto,
  trust: Policy,
  { size }: Observation,
  json: Json,
): Checked<VerifiedAnswer> {
  const { key, proof } = isObject(json) ? json : {}
  const query = typeof key === 'string' ? keyQuery(crypto, key) : null
  if (query === null || typeof proof !== 'string')
    return refuse('malformed-document', 'A proof is of another shape.')
  const answer = verifyAnswer(crypto, { trust: logAlone(trust), age: null }, query, proof)
  if (!answer.ok) return refuse('wrong-path', `${key}: ${answer.error.detail}`)
  if (answer.value.size !== size)
    return refuse('other-subject', `${key} is proved at ${answer.value.size} entries, not at ${size}.`)
  return { ok: true, value: answer.value }
}

/** Entries beside the records, under the checkpoint of the first proof. */
function readEntries(
  crypto: Crypto,
  trust: Policy,
  [first]: readonly Json[],
  json: Json | undefined,
): Checked<ReadonlyMap<number, ParsedEntry>> {
  const found = new Map<number, ParsedEntry>()
  if (json === undefined) return { ok: true, value: found }
  const proof = isObject(first) && typeof first['proof'] === 'string' ? parseProof(first['proof']) : null
  if (proof?.ok !== true || !isArray(json) || json.length > ENTRIES_MAX)
    return refuse('malformed-document', 'entries is no list of entries.')
  const checkpoint = signedCheckpoint(crypto, trust, proof.value.checkpoint)
  if (!checkpoint.ok) return checkpoint
  for (const one of json) {
    const { index, text, proof: hashes } = isObject(one) ? one : {}
    const siblings = readHashes(hashes)
    if (typeof index !== 'number' || typeof text !== 'string' || siblings === null)
      return refuse('malformed-document', 'An entry is of another shape.')
    const bytes = encodeUtf8(text)
    const { root, size } = checkpoint.value
    const computed = rootFromInclusion(crypto, leafHash(crypto, bytes), index, size, siblings)
    const entry = readEntry(bytes)
    if (computed === null || encodeBase64(computed) !== encodeBase64(root) || !entry.ok)
      return refuse('not-included', `This is not entry ${index} of the log.`)
    found.set(index, entry.value)
  }
  return { ok: true, value: found }
}
