/** The four kinds of answers, read and judged alike. */

import { blockQuery, objectQuery, type Query, verifyAnswer } from '@cadastre/answers'
import type { Crypto } from '@cadastre/crypto'
import type { Policy } from '@cadastre/notes'
import {
  asnBlock,
  type Block,
  blockKey,
  parseAddress,
  parseAsn,
  parseBlockKey,
  parsePrefix,
  parseRange,
  rangeToBlock,
  singleBlock,
} from '@cadastre/numbers'
import { canonicalJson, isArray, isObject, type Json, type JsonObject, OBJECT_TYPES } from '@cadastre/records'
import { judgeApi, readApi } from './api/judge.ts'
import type { Served } from './asking.ts'
import type { Difference, Judgement, Position } from './finding.ts'
import type { Question } from './questions.ts'
import { judgeRdap, readRdap } from './rdap/judge.ts'
import { HOUSE_NOTICES, hasLink, isMoving } from './rdap/notices.ts'
import type { House, ServedRecord } from './record.ts'
import { judgeWhois } from './whois/judge.ts'
import { readReply } from './whois/reply.ts'

/** An answer that could be read. */
export type ReadAnswer = {
  readonly position: Position
  /** Against the record at exactly that position. */
  readonly judge: (record: ServedRecord) => Judgement
  /** What is the operator's own and the same in every answer. */
  readonly house: string | null
  /** What every asker must be given alike at one position. */
  readonly alike: string
}

export type Answer = Extract<Served, { kind: 'answer' }>

export type JudgeOptions = {
  readonly crypto: Crypto
  readonly policy: Policy
  readonly house: House & { readonly base: string }
}

/** Null: it has not the form of its protocol, or names no log position. */
export function readAnswer(options: JudgeOptions, question: Question, answer: Answer): ReadAnswer | null {
  switch (question.service) {
    case 'rdap':
      return rdapAnswer(options, question, answer)
    case 'whois': {
      const reply = readReply(answer.text)
      const { position } = reply
      if (position === null) return null
      const judge = (record: ServedRecord): Judgement =>
        atPosition(record, position, judgeWhois(record, options.house, question.text, reply))
      return { position, house: null, alike: answer.text, judge }
    }
    case 'proof':
      return proofAnswer(options, question, answer)
    case 'api':
      return apiAnswer(options, question, answer)
  }
}

function rdapAnswer({ crypto, house }: JudgeOptions, { text }: Question, answer: Answer): ReadAnswer | null {
  const { status, location } = answer
  const served = { status, location, body: answer.text }
  const read = readRdap(served)
  if (read === null || read.position === null) return null
  const { position } = read
  const notices = read.json['notices']
  const own = (isArray(notices) ? notices : []).filter((one) =>
    HOUSE_NOTICES.some((relation) => hasLink(one, relation)),
  )
  const others = (isArray(notices) ? notices : []).filter((one) => !isMoving(one))
  const moved = isArray(notices) && others.length < notices.length
  return {
    position,
    house: JSON.stringify(own),
    // A mirror says in each answer how far it has come by then.
    alike: moved ? JSON.stringify({ ...read.json, notices: others }) : answer.text,
    judge: (record) => atPosition(record, position, judgeRdap(record, house, crypto, text, served, read)),
  }
}

function apiAnswer(
  { crypto, house }: JudgeOptions,
  { text }: Question,
  { status, text: body }: Answer,
): ReadAnswer | null {
  const read = readApi(body)
  if (read === null) return null
  const { position, json } = read
  const { demonstration: _, ...frame } = isObject(json['query'] ?? null) ? (json['query'] as JsonObject) : {}
  return {
    position,
    house: null,
    // A mirror says there how far it has come by then.
    alike: JSON.stringify({ ...json, query: frame }),
    judge: (record) => atPosition(record, position, judgeApi(record, house, crypto, text, status, read)),
  }
}

function proofAnswer(
  { crypto, policy }: JudgeOptions,
  { text }: Question,
  answer: Answer,
): ReadAnswer | null {
  const query = proofQueryOf(crypto, text)
  const verified = verifyAnswer(crypto, { trust: policy, age: null }, query, answer.text)
  if (!verified.ok) return null
  const { size, at, covering, moreSpecific } = verified.value
  return {
    position: { size, at },
    house: null,
    alike: '',
    judge: (record) => {
      const proved = covering.map((one) => `${one.key} ${one.text}`)
      const differences = differencesOf(proved, recordedAt(record, query))
      const inside = query.space !== 'obj' && insideOf(record, query)
      if (query.space !== 'obj' && (moreSpecific === 'exists') !== inside)
        differences.push({
          where: 'moreSpecific',
          what: 'differs',
          record: String(inside),
          served: moreSpecific,
        })
      return { differences, unopened: 0 }
    },
  }
}

/** The time that an answer names is that of the position. */
function atPosition(record: ServedRecord, { at }: Position, judgement: Judgement): Judgement {
  if (at === record.at || judgement.differences.length > 0) return judgement
  const differs: Difference = { where: 'log position', what: 'differs', record: record.at, served: at }
  return { ...judgement, differences: [differs] }
}

/** What a path below `/proof` asks. */
function proofQueryOf(crypto: Crypto, path: string): Query {
  const [, kind = '', first = '', ...rest] = path.split('/')
  if (kind === 'object') {
    const type = OBJECT_TYPES.find((one) => one === first)
    if (type !== undefined) return objectQuery(crypto, type, rest.join('/'))
  }
  const text = [first, ...rest].join('/')
  if (kind === 'autnum') {
    const range = parseRange(text.includes('-') ? text : `AS${text}`)
    const block = range.ok ? rangeToBlock(range.value) : null
    const number = parseAsn(text)
    if (block !== null) return blockQuery(block)
    if (number.ok) return blockQuery(asnBlock(number.value))
  }
  const prefix = parsePrefix(text)
  if (prefix.ok) return blockQuery(prefix.value)
  const address = parseAddress(text)
  if (!address.ok) throw new RangeError(`not a question of this audit: ${path}`)
  return blockQuery(singleBlock(address.value.space, address.value.value))
}

function recordedAt(record: ServedRecord, query: Query): readonly string[] {
  if (query.space === 'obj') {
    const [, type, handle = ''] = query.key.split('/')
    const known = OBJECT_TYPES.find((one) => one === type)
    const found: unknown = known === undefined ? null : record.object(known, handle)
    return found === null ? [] : [`${query.key} ${canonicalJson(found as Json)}`]
  }
  return record
    .path(blockOfKey(query.key))
    .map(({ block, cell }) => `${blockKey(block)} ${canonicalJson(cell as Json)}`)
}

function insideOf(record: ServedRecord, query: Query): boolean {
  return record.hasInside(blockOfKey(query.key))
}

function blockOfKey(key: string): Block {
  const block = parseBlockKey(key)
  if (!block.ok) throw new TypeError(`not the key of a cell: ${key}`)
  return block.value
}

function differencesOf(served: readonly string[], recorded: readonly string[]): Difference[] {
  const difference = (what: Difference['what'], record: string | null, one: string | null): Difference => ({
    where: 'covering records',
    what,
    record,
    served: one,
  })
  return [
    ...recorded.filter((one) => !served.includes(one)).map((one) => difference('missing', one, null)),
    ...served.filter((one) => !recorded.includes(one)).map((one) => difference('unexplained', null, one)),
  ]
}
