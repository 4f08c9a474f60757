/** Judges of evidence about services, by service: from what the file proves alone (ledger/misbehaviour, kind `served`). */

import { type Crypto, decodeUtf8 } from '@cadastre/crypto'
import type { Observation, ServiceJudge } from '@cadastre/misbehaviour'
import { judgeApi, readApi } from './api/judge.ts'
import { ProvedRecords, UnprovedError } from './evidence.ts'
import { type Judgement, sentenceOf } from './finding.ts'
import { judgeRdap, readRdap } from './rdap/judge.ts'
import { judgeWhois } from './whois/judge.ts'
import { readReply } from './whois/reply.ts'

const RDAP = '/rdap/'
const API = '/api/'

export type OwnServiceJudges = { readonly [S in 'rdap' | 'whois' | 'api']: ServiceJudge }

export function serviceJudges(crypto: Crypto): OwnServiceJudges {
  return {
    rdap: judgeObserved((record, { query, status }, text) => {
      const at = query.indexOf(RDAP)
      const answer = { status: status ?? 0, body: text }
      const read = readRdap(answer)
      if (at < 0 || read === null || read.position?.size !== record.size) return null
      const house = { base: query.slice(0, at), notice: undefined }
      return judgeRdap(record, house, crypto, query.slice(at + RDAP.length - 1), answer, read)
    }),
    api: judgeObserved((record, { query, status }, text) => {
      const at = query.indexOf(API)
      const read = readApi(text)
      if (at < 0 || read === null || read.position.size !== record.size) return null
      const path = query.slice(at + API.length - 1)
      return judgeApi(record, { base: null, notice: undefined }, crypto, path, status ?? 0, read)
    }),
    whois: judgeObserved((record, { query }, text) => {
      const reply = readReply(text)
      if (reply.position?.size !== record.size) return null
      return judgeWhois(record, { base: null, notice: undefined }, query, reply)
    }),
  }
}

function judgeObserved(
  judge: (record: ProvedRecords, observed: Observation, text: string) => Judgement | null,
): ServiceJudge {
  return (observed, proved, entries) => {
    const [first] = proved
    const text = observed.bytes === null ? null : decodeUtf8(observed.bytes)
    if (first === undefined || text === null)
      return { ok: false, error: 'There is no answer or no proof to compare.' }
    try {
      const judgement = judge(new ProvedRecords(first, proved, entries), observed, text)
      return judgement === null
        ? { ok: false, error: 'The answer does not name the log position of the proofs.' }
        : { ok: true, value: judgement.differences.map(sentenceOf) }
    } catch (error) {
      // A question that no judge here puts, one whose records are not all proved, or records of another shape.
      if (error instanceof UnprovedError || error instanceof RangeError || error instanceof TypeError)
        return { ok: false, error: error.message }
      throw error
    }
  }
}
