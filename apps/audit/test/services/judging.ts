/** The real faces over a state made of records, and a judge of what they answer. */

import { createPortal } from '@cadastre/api'
import { encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { createRdapHandler } from '@cadastre/rdap'
import { PublishedReader, type RegistryInfo } from '@cadastre/reader'
import {
  addSeconds,
  canonicalJson,
  type Instant,
  instantFromSeconds,
  type Json,
  type RecordKey,
} from '@cadastre/records'
import { TrieState } from '@cadastre/replay'
import type { Records } from '@cadastre/simulator'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'
import { whoisText } from '@cadastre/whois'
import { sentenceOf } from '../../src/services/finding.ts'
import { readAnswer } from '../../src/services/judges.ts'
import { type Question, questionsAbout } from '../../src/services/questions.ts'
import { NaiveRecord } from './naive-record.ts'

const BASE = 'https://registry.example'
const SIZE = 1_000_000
const POLICY = { logs: [], witnesses: [], groups: [], quorum: 'none' } as const
const BEGIN = instantFromSeconds(1_700_000_000)
const timeOf = (entry: number): Instant => addSeconds(BEGIN, entry)

export type State = { readonly records: Records; readonly at: Instant }

/** The faces over these records, as the server has them. */
function faces({ records, at }: State): PublishedReader {
  const memory = createTrieMemory()
  const trie = new TrieWriter(memory, nodeCrypto)
  const state = new TrieState(trie, nodeCrypto, { keepIndex: true })
  for (const [key, record] of records) state.put(key, canonicalJson(record))
  const store: Partial<PublishedReader['store']> = {
    entries: async (from, count) =>
      Array.from({ length: count }, (_, index) =>
        encodeUtf8(JSON.stringify({ at: timeOf(from + index), outcome: { accepted: false }, t: 'op' })),
      ),
    openings: async () => [],
    objects: async (type, after) =>
      after === null
        ? [...records].flatMap(([key, record]) =>
            key.startsWith(`obj/${type}/`) ? [{ key, text: canonicalJson(record) }] : [],
          )
        : [],
    touched: async () => [],
  }
  const registry = records.get('obj/registry/REGISTRY' as RecordKey) as Json & { readonly name: string }
  const info: RegistryInfo = {
    origin: 'registry.example/log',
    name: registry.name,
    seat: 'XX',
    profile: 'community',
    demonstration: null,
    logVkey: '',
    receiptVkey: '',
    policy: '',
    baseUrl: BASE,
    whois: { host: 'registry.example', port: 43 },
    version: '0.1.0',
  }
  const reader = new PublishedReader(info, memory, store as PublishedReader['store'], nodeCrypto)
  reader.publish({ size: SIZE, at, note: '', stateText: '', inclusion: [], version: trie.commit() })
  return reader
}

export type Answered = {
  readonly question: Question
  readonly status: number
  readonly text: string
  readonly location: string | null
}

/** What the faces answer to every question about a state. */
export async function answersOf(state: State): Promise<readonly Answered[]> {
  const reader = faces(state)
  const rdap = createRdapHandler(reader)
  const portal = createPortal(reader)
  const { cells } = recordOf(state)
  const answers: Answered[] = []
  for (const question of questionsAbout(cells, [...state.records.values()])) {
    if (question.service === 'whois') {
      const text = await whoisText(reader, question.text)
      answers.push({ question, status: 200, text: text.slice(text.indexOf('\n\n') + 2), location: null })
    }
    if (question.service === 'api') {
      const { searchParams } = new URL(question.text, BASE)
      const page = { limit: Number(searchParams.get('limit')), after: null }
      const found = await portal.lookup(searchParams.get('q') ?? '', page)
      if (found.ok) answers.push({ question, status: 200, text: JSON.stringify(found.value), location: null })
    }
    if (question.service !== 'rdap') continue
    const { status, text, headers } = await rdap.handle('GET', question.text)
    const at = headers.indexOf('Location')
    answers.push({ question, status, text, location: at < 0 ? null : (headers[at + 1] ?? null) })
  }
  return answers
}

export function recordOf({ records, at }: State): NaiveRecord {
  return new NaiveRecord(records, { size: SIZE, at }, timeOf)
}

/** What is wrong with an answer, a sentence each. */
export function judged(
  record: NaiveRecord,
  { question, status, text, location }: Answered,
): readonly string[] {
  const options = { crypto: nodeCrypto, policy: POLICY, house: { base: BASE, notice: null } }
  const read = readAnswer(options, question, { kind: 'answer', status, text, location, milliseconds: 1 })
  const wrong = read === null ? ['it cannot be read'] : read.judge(record).differences.map(sentenceOf)
  return wrong.map((one) => `${question.service} ${question.text}: ${one}`)
}
