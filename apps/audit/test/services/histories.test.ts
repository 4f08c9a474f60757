// Random histories: what RDAP and WHOIS answer of any state is what the judges derive from its records, and nothing else.

import assert from 'node:assert/strict'
import { test } from 'node:test'
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
  type Profile,
  type RecordKey,
} from '@cadastre/records'
import { TrieState } from '@cadastre/replay'
import { type Records, Workload } from '@cadastre/simulator'
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

type Last = { readonly records: Records; readonly at: Instant }

/** The state after so many random acts. */
function stateAfter(seed: number, steps: number, profile: Profile): Last {
  const workload = new Workload(seed, { profile })
  workload.run(steps)
  const { records, at } = workload.registry
  return { records: new Map(records), at }
}

/** The faces over these records, as the server has them. */
function faces({ records, at }: Last): PublishedReader {
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

/** Every difference between what the faces answer and what the record says; how many questions were put. */
async function differences(
  last: Last,
): Promise<{ readonly found: readonly string[]; readonly questions: number }> {
  const reader = faces(last)
  const rdap = createRdapHandler(reader)
  const record = new NaiveRecord(last.records, { size: SIZE, at: last.at }, timeOf)
  const options = { crypto: nodeCrypto, policy: POLICY, house: { base: BASE, notice: null } }
  const found: string[] = []
  let questions = 0
  const judge = (question: Question, status: number, text: string, location: string | null): void => {
    questions += 1
    const answer = { kind: 'answer', status, text, location, milliseconds: 1 } as const
    const read = readAnswer(options, question, answer)
    const wrong = read === null ? ['it cannot be read'] : read.judge(record).differences.map(sentenceOf)
    found.push(...wrong.map((one) => `${question.service} ${question.text}: ${one}`))
  }
  for (const question of questionsAbout(
    record.cells,
    [...last.records].map(([, one]) => one),
  )) {
    if (question.service === 'whois')
      judge(question, 200, withoutBanner(await whoisText(reader, question.text)), null)
    if (question.service !== 'rdap') continue
    const { status, text, headers } = await rdap.handle('GET', question.text)
    const at = headers.indexOf('Location')
    judge(question, status, text, at < 0 ? null : (headers[at + 1] ?? null))
  }
  return { found, questions }
}

const withoutBanner = (text: string): string => text.slice(text.indexOf('\n\n') + 2)

for (const profile of ['community', 'national'] as const)
  test(`what the services answer is what the record says: random histories, ${profile}`, async () => {
    let questions = 0
    for (let seed = 1; seed <= 20; seed++) {
      const result = await differences(stateAfter(seed, 150, profile))
      assert.deepEqual(result.found, [], `seed ${seed}`)
      questions += result.questions
    }
    assert.ok(questions > 1_000, String(questions))
  })
