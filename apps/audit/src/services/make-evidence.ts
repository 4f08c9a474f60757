/** Evidence files: made while the registry still proves that log position, and judged from nothing but themselves. */

import { keyQuery, type VerifiedAnswer, verifyAnswer } from '@cadastre/answers'
import { type Crypto, decodeUtf8, encodeBase64, encodeUtf8, type Result } from '@cadastre/crypto'
import type { Policy } from '@cadastre/notes'
import { blockRange, formatPrefix, parseBlockKey } from '@cadastre/numbers'
import { type Instant, instantFromSeconds, type RecordKey } from '@cadastre/records'
import type { EvidenceMaker } from './compare.ts'
import type { EvidenceParts } from './compare-services.ts'
import { ProvedRecords, RecordNotes, UnprovedError } from './evidence.ts'
import { type Judgement, sentenceOf } from './finding.ts'
import { judgeRdap, readRdap } from './rdap/judge.ts'
import { judgeWhois } from './whois/judge.ts'
import { readReply } from './whois/reply.ts'

/** An answer as an evidence file keeps it. */
export type ObservedAnswer = {
  /** `rdap`, `whois`. */
  readonly service: string
  /** RDAP: the address asked. WHOIS: the line. */
  readonly query: string
  readonly at: Instant
  /** Source address; null where none was chosen. */
  readonly from: string | null
  readonly status: number | null
  readonly size: number | null
  /** Null: there was no answer. */
  readonly bytes: Uint8Array | null
}

/** What an answer says that proved records do not, a sentence each; or why nothing is shown. */
export type ServiceJudge = (
  observed: ObservedAnswer,
  proved: readonly VerifiedAnswer[],
) => Result<readonly string[], string>

/** Judges of evidence about services, by service: from the proofs in the file alone. */
export function serviceJudges(crypto: Crypto): { readonly rdap: ServiceJudge; readonly whois: ServiceJudge } {
  return {
    rdap: judgeObserved((record, { query, status }, text) => {
      const at = query.indexOf(RDAP)
      const answer = { status: status ?? 0, body: text }
      const read = readRdap(answer)
      if (at < 0 || read === null || read.position?.size !== record.size) return null
      const house = { base: query.slice(0, at), notice: undefined }
      return judgeRdap(record, house, crypto, query.slice(at + RDAP.length - 1), answer, read)
    }),
    whois: judgeObserved((record, { query }, text) => {
      const reply = readReply(text)
      if (reply.position?.size !== record.size) return null
      return judgeWhois(record, { base: null, notice: undefined }, query, reply)
    }),
  }
}

const RDAP = '/rdap/'

function judgeObserved(
  judge: (record: ProvedRecords, observed: ObservedAnswer, text: string) => Judgement | null,
): ServiceJudge {
  return (observed, proved) => {
    const [first] = proved
    const text = observed.bytes === null ? null : decodeUtf8(observed.bytes)
    if (first === undefined || text === null)
      return { ok: false, error: 'There is no answer or no proof to compare.' }
    try {
      const judgement = judge(new ProvedRecords(first, proved), observed, text)
      if (judgement === null)
        return { ok: false, error: 'The answer does not name the log position of the proofs.' }
      const { differences } = judgement
      return differences.length > 0
        ? { ok: true, value: differences.map(sentenceOf) }
        : { ok: false, error: 'The answer says what the proved records say.' }
    } catch (error) {
      // A question that no judge here puts, or one whose records are not all proved.
      if (error instanceof UnprovedError || error instanceof RangeError)
        return { ok: false, error: error.message }
      throw error
    }
  }
}

/** Most proofs of one file: 5 kB each. */
const MOST_PROOFS = 64

export type EvidenceOptions = EvidenceParts & {
  readonly crypto: Crypto
  readonly policy: Policy
  /** Address of the RDAP service, without a slash at the end. */
  readonly rdap: string
  /** POSIX seconds. */
  readonly now: () => number
}

export function servedEvidence(options: EvidenceOptions): EvidenceMaker {
  const judges = serviceJudges(options.crypto)
  return async (question, from, answer, read) => {
    if (question.service === 'proof')
      return { noEvidence: 'The proof itself shows it: "cadastre verify" refuses it.' }
    const notes = new RecordNotes(options.follower.record)
    if (read.judge(notes).differences.length === 0)
      return {
        noEvidence: 'What differs is the time of an entry or a list, which proofs of records do not show.',
      }
    if (notes.keys.size > MOST_PROOFS) return { noEvidence: `It would take ${notes.keys.size} proofs.` }
    const { size } = read.position
    const proofs = await fetchProofs(options, [...notes.keys], size)
    if (typeof proofs === 'string') return { noEvidence: proofs }
    const observed: ObservedAnswer = {
      service: question.service,
      query: question.service === 'rdap' ? `${options.rdap}${question.text}` : question.text,
      at: instantFromSeconds(Math.floor(options.now())),
      from: from === 'any' ? null : from,
      status: question.service === 'rdap' ? answer.status : null,
      size,
      bytes: encodeUtf8(answer.text),
    }
    const judged = judges[question.service](
      observed,
      proofs.map(({ verified }) => verified),
    )
    return judged.ok ? { evidence: servedText(observed, proofs) } : { noEvidence: judged.error }
  }
}

type Proof = { readonly key: string; readonly proof: string; readonly verified: VerifiedAnswer }

async function fetchProofs(
  { crypto, policy, proof }: EvidenceOptions,
  keys: readonly RecordKey[],
  size: number,
): Promise<readonly Proof[] | string> {
  const proofs: Proof[] = []
  for (const key of keys) {
    const query = keyQuery(crypto, key)
    const served = await proof.ask(`${proofPath(key)}?size=${size}`)
    if (query === null || served.kind !== 'answer' || served.status !== 200)
      return `The registry gave no proof of ${key} at log size ${size}.`
    const verified = verifyAnswer(crypto, { trust: policy, age: null }, query, served.text)
    if (!verified.ok) return `The proof of ${key} at log size ${size} does not hold.`
    proofs.push({ key, proof: served.text, verified: verified.value })
  }
  return proofs
}

/** Path of the proof of a key below `/proof`. */
function proofPath(key: string): string {
  if (key.startsWith('obj/')) return `/object/${key.slice('obj/'.length)}`
  const block = parseBlockKey(key)
  if (!block.ok) throw new TypeError(`not a key: ${key}`)
  if (block.value.space !== 'asn') return `/ip/${formatPrefix(block.value)}`
  const { first, last } = blockRange(block.value)
  return first === last ? `/autnum/${first}` : `/autnum/${first}-${last}`
}

function servedText(observed: ObservedAnswer, proofs: readonly Proof[]): string {
  const { service, query, at, from, status, size, bytes } = observed
  return `${JSON.stringify({
    format: 'cadastre-misbehaviour/v1',
    kind: 'served',
    rule: 'answer-differs',
    service,
    query,
    observed: { at, from, status, bytes: bytes === null ? null : encodeBase64(bytes) },
    size,
    proofs: proofs.map(({ key, proof }) => ({ key, proof })),
  })}\n`
}
