/** Making evidence files of what was found, while the registry still proves that log position. */

import { keyQuery, verifyAnswer } from '@cadastre/answers'
import { type Crypto, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { inclusionNodes, inclusionProof } from '@cadastre/merkle'
import {
  formatServed,
  makeFork,
  NoEvidenceError,
  type ServedAnswer,
  verifyMisbehaviour,
} from '@cadastre/misbehaviour'
import type { Policy } from '@cadastre/notes'
import { blockRange, formatPrefix, parseBlockKey } from '@cadastre/numbers'
import { instantFromSeconds } from '@cadastre/records'
import { type LogReader, loadNodes, publicLog } from '@cadastre/why'
import type { EvidenceMaker } from './compare.ts'
import { RecordNotes } from './evidence.ts'
import type { ForkMaker } from './files.ts'
import type { Follower } from './follower.ts'
import type { HttpChannel } from './http-channel.ts'
import type { ReadAnswer } from './judges.ts'
import { serviceJudges } from './service-judges.ts'

/** Most proofs and entries of one file: 5 kB each, and an entry of an import 32 kB. */
const MOST_PROOFS = 64
const MOST_ENTRIES = 16

export type EvidenceOptions = {
  readonly crypto: Crypto
  readonly policy: Policy
  /** Addresses of the RDAP service and of the JSON interface, without a slash at the end. */
  readonly rdap: string
  readonly api: string
  /** POSIX seconds. */
  readonly now: () => number
  readonly follower: Follower
  readonly proof: HttpChannel
  readonly log: HttpChannel
}

/** Why there is no file. */
class NoFileError extends Error {
  override readonly name: string = 'NoFileError'
}

export function servedEvidence(options: EvidenceOptions): EvidenceMaker {
  const { crypto, policy } = options
  const judges = serviceJudges(crypto)
  return async (question, from, answer, read) => {
    if (question.service === 'proof')
      return { noEvidence: 'The proof itself shows it: "cadastre verify" refuses it.' }
    const { size } = read.position
    const http = question.service === 'whois' ? null : options[question.service]
    try {
      const text = formatServed({
        service: question.service,
        query: http === null ? question.text : `${http}${question.text}`,
        at: instantFromSeconds(Math.floor(options.now())),
        from: from === 'any' ? null : from,
        status: http === null ? null : answer.status,
        bytes: encodeUtf8(answer.text),
        size,
        ...(await provedBeside(options, read)),
      })
      const verified = verifyMisbehaviour(crypto, policy, text, { judges })
      return verified.ok ? { evidence: text } : { noEvidence: verified.error.detail }
    } catch (error) {
      if (!(error instanceof NoFileError)) throw error
      return { noEvidence: error.message }
    }
  }
}

/** Proofs of every record that shows the contradiction, and entries where it is one of times. */
async function provedBeside(
  options: EvidenceOptions,
  read: ReadAnswer,
): Promise<Pick<ServedAnswer, 'proofs' | 'entries'>> {
  const { size } = read.position
  const { notes, times } = notesOf(options, read)
  if (notes.keys.size > MOST_PROOFS || notes.entries.size > MOST_ENTRIES)
    throw new NoFileError(`It would take ${notes.keys.size} proofs and ${notes.entries.size} entries.`)
  const proofs = await Promise.all(
    [...notes.keys].map(async (key) => ({ key, proof: await fetchProof(options, key, size) })),
  )
  if (!times) return { proofs }
  return { proofs, entries: await entriesOf(options, [...notes.entries], size) }
}

/** What judging the answer looks at: records alone, where they show it. */
function notesOf(
  { follower }: EvidenceOptions,
  read: ReadAnswer,
): { readonly notes: RecordNotes; readonly times: boolean } {
  for (const times of [false, true]) {
    const notes = new RecordNotes(follower.record, times)
    if (read.judge(notes).differences.length > 0) return { notes, times }
  }
  throw new NoFileError('It is a list of very many, of which no small file proves all.')
}

async function fetchProof(
  { crypto, policy, proof }: EvidenceOptions,
  key: string,
  size: number,
): Promise<string> {
  const query = keyQuery(crypto, key)
  const served = await proof.ask(`${proofPath(key)}?size=${size}`)
  if (query === null || served.kind !== 'answer' || served.status !== 200)
    throw new NoFileError(`The registry gave no proof of ${key} at log size ${size}.`)
  const verified = verifyAnswer(crypto, { trust: policy, age: null }, query, served.text)
  if (!verified.ok) throw new NoFileError(`The proof of ${key} at log size ${size} does not hold.`)
  return served.text
}

async function entriesOf(
  { crypto, log }: EvidenceOptions,
  indexes: readonly number[],
  size: number,
): Promise<NonNullable<ServedAnswer['entries']>> {
  const reader = readerOf(log, size)
  try {
    return await Promise.all(
      indexes.map(async (index) => {
        const [bytes] = await reader.entries(index, 1)
        const nodes = await loadNodes(crypto, reader, inclusionNodes(index, size), size)
        const text = new TextDecoder().decode(bytes)
        return { index, text, proof: inclusionProof(crypto, nodes, index, size).map(encodeBase64) }
      }),
    )
  } catch (error) {
    // A file is not there, or is not what it should be: that is a finding of its own.
    if (!(error instanceof Error)) throw error
    throw new NoFileError(`The entries could not be fetched: ${error.message}`)
  }
}

function readerOf(log: HttpChannel, size: number): LogReader {
  return publicLog(async (path) => {
    const served = await log.bytes(`/${path}`)
    return served.kind === 'answer' && served.status === 200 ? served.bytes : null
  }, size)
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

/** Two signed checkpoints, and from the tiles of the larger one's log that the smaller one is no beginning of it. */
export function forkEvidence({ crypto, log }: Pick<EvidenceOptions, 'crypto' | 'log'>): ForkMaker {
  return async (one, other, otherLog) => {
    const [larger, tiles] = one.size >= other.size ? [one, log] : [other, otherLog]
    try {
      return { evidence: await makeFork(crypto, one.note, other.note, readerOf(tiles, larger.size)) }
    } catch (error) {
      if (error instanceof NoEvidenceError) return { noEvidence: error.message }
      if (!(error instanceof Error)) throw error
      return { noEvidence: `The tiles of the larger log could not be read: ${error.message}` }
    }
  }
}
