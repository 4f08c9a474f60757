/**
 * Forged answers of every class: by somebody between the log and the reader, who holds no key, and by the log itself.
 * Each says in words what was done.
 */

import { type AnswerFrame, makeAnswer } from '@cadastre/answers'
import { decodeUtf8, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { formatProof, parseProof } from '@cadastre/notes'
import { canonicalJson, type Json } from '@cadastre/records'
import { nodeHash, recordHash } from '@cadastre/trie'
import {
  type AnswerCase,
  frameOf,
  MAX_SECONDS,
  randomRegistry,
  SmallRegistry,
  someKeys,
  verify,
} from './answers.ts'
import { input, NOW, type Pick, policyText, random, STRANGER } from './shared.ts'
import { queryOf } from './state.ts'

type Hash = string | null
type NodeJson = [number, Hash, Hash] | [number, Hash, Hash, Hash]
type EndJson = { key: string; len: number; value: Hash; left: Hash; right: Hash }
type ExtraJson = { state: string; nodes: NodeJson[]; end: EndJson | null; records: string[] }
type Parts = { extra: ExtraJson; index: number; proof: Uint8Array[]; checkpoint: string }

const SOME = encodeBase64(new Uint8Array(32).fill(7))
const ZERO = encodeBase64(new Uint8Array(32))

function takeApart(text: string): Parts {
  const parsed = parseProof(text)
  if (!parsed.ok) throw new Error(parsed.error)
  const { extra, index, proof, checkpoint } = parsed.value
  const json: ExtraJson = JSON.parse(decodeUtf8(extra ?? new Uint8Array()) ?? '')
  return { extra: json, index, proof: proof.map((hash) => hash.slice()), checkpoint }
}

function join(parts: Parts, extraText: string = JSON.stringify(parts.extra)): string {
  return formatProof({ ...parts, extra: encodeUtf8(extraText) })
}

/** A refused answer. An answer that our own verifier accepts is no forgery: a bug here. */
function forged(
  name: string,
  key: string,
  text: string | Uint8Array,
  more: Partial<AnswerCase> = {},
): AnswerCase {
  const verified = verify(
    key,
    text,
    more.policy ?? policyText(),
    more.maxSeconds === undefined ? MAX_SECONDS : more.maxSeconds,
  )
  if (verified.ok) throw new Error(`accepted: ${name}, ${key}`)
  return { name, valid: false, key, ...input(text), ...more, refusal: verified.error.code }
}

/** Alters the parts and returns true, or false where this honest answer has nothing of that kind. */
type Forgery = (parts: Parts, pick: Pick, key: string) => boolean

function altered<T>(list: readonly T[], pick: Pick, change: (item: T) => void): boolean {
  const item = list[pick(list.length)]
  if (item === undefined) return false
  change(item)
  return true
}

function flip(text: string, pick: Pick): string {
  const bytes = Buffer.from(text, 'base64')
  const at = pick(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8))
  return bytes.toString('base64')
}

const RECORDS: Readonly<Record<string, Forgery>> = {
  'a record dropped': ({ extra }, pick) => extra.records.splice(pick(extra.records.length), 1).length > 0,
  'a record added': ({ extra }) => extra.records.push('{}') > 0,
  'a record altered': ({ extra }, pick) => {
    const at = pick(extra.records.length)
    const record = extra.records[at]
    if (record === undefined) return false
    extra.records[at] = record.replace('{', '{"a":1,')
    return true
  },
  'records in another order': ({ extra }) =>
    new Set(extra.records).size > 1 && extra.records.push(extra.records.shift() ?? '') > 0,
  'a value hidden, with its record': ({ extra }, pick) => {
    const having = extra.nodes.filter((node) => node[1] !== null)
    return altered(having, pick, (node) => {
      extra.records.splice(having.indexOf(node), 1)
      node[1] = null
    })
  },
  'a value invented': ({ extra }, pick) =>
    altered(
      extra.nodes.filter((node) => node[1] === null),
      pick,
      (node) => {
        node[1] = SOME
      },
    ),
}

const PATH: Readonly<Record<string, Forgery>> = {
  'the last node cut off': ({ extra }) => {
    extra.nodes.pop()
    extra.end = null
    return extra.nodes.length > 0
  },
  'the path stopped short, its next node shown as the end': ({ extra }, _pick, key) => {
    const last = extra.nodes.at(-1)
    if (last?.length !== 4 || extra.nodes.length < 2) return false
    extra.nodes.pop()
    if (last[1] !== null) extra.records.pop()
    const label = encodeBase64(queryOf(key).label)
    extra.end = { key: label, len: last[0], value: last[1], left: last[2], right: last[3] }
    return true
  },
  'the root cut off': ({ extra }) => extra.nodes.shift() !== undefined,
  'a node left out': ({ extra }) => extra.nodes.length > 2 && extra.nodes.splice(1, 1).length > 0,
  'a node twice': ({ extra }, pick) =>
    altered(extra.nodes, pick, (node) => extra.nodes.splice(extra.nodes.indexOf(node), 0, node)),
  'a length altered': ({ extra }, pick) =>
    altered(extra.nodes, pick, (node) => {
      node[0] += pick(2) === 0 ? 1 : -1
    }),
  'a sibling swapped for nothing': ({ extra }, pick) =>
    altered(
      extra.nodes.filter((node) => node[2] !== null),
      pick,
      (node) => {
        node[2] = null
      },
    ),
  'a bit of a hash on the path flipped': ({ extra }, pick) =>
    altered(extra.nodes, pick, (node) => {
      const slot = node[1] !== null ? 1 : 2
      const hash = node[slot]
      node[slot] = hash === null ? SOME : flip(hash, pick)
    }),
  'a child where none is, as zero bytes': ({ extra }) => {
    const last = extra.nodes.at(-1)
    if (last?.length !== 4 || last[2] !== null) return false
    last[2] = ZERO
    return true
  },
  'children dropped where the path reaches the query': ({ extra }) => {
    const last = extra.nodes.at(-1)
    if (last?.length !== 4 || (last[2] === null && last[3] === null)) return false
    last[2] = null
    last[3] = null
    return true
  },
  'the fourth item of the last node left out': ({ extra }) => {
    const last = extra.nodes.at(-1)
    return last?.length === 4 && last.pop() !== undefined
  },
  'a fourth item where the path does not end': ({ extra }) => {
    const first: (number | Hash)[] | undefined = extra.nodes[0]
    return first?.length === 3 && first.push(null) > 0
  },
}

const END: Readonly<Record<string, Forgery>> = {
  'the end taken away': ({ extra }) => {
    const had = extra.end !== null
    extra.end = null
    return had
  },
  'an end given where there is none': ({ extra }, _pick, key) => {
    if (extra.end !== null) return false
    const label = encodeBase64(new Uint8Array(queryOf(key).label.length))
    extra.end = { key: label, len: 1, value: SOME, left: null, right: null }
    return true
  },
  'the end swapped for an invented node elsewhere': ({ extra }, pick) => {
    if (extra.end === null) return false
    extra.end.key = flip(extra.end.key, pick)
    return true
  },
  'the end emptied': ({ extra }) => {
    if (extra.end === null) return false
    Object.assign(extra.end, { value: null, left: null, right: null })
    return true
  },
  'the end with another length': ({ extra }) => extra.end !== null && ++extra.end.len > 0,
  'the end with a label of another size': ({ extra }) => {
    if (extra.end === null) return false
    extra.end.key = encodeBase64(Buffer.concat([Buffer.from(extra.end.key, 'base64'), Buffer.alloc(4)]))
    return true
  },
}

const LOG: Readonly<Record<string, Forgery>> = {
  'a bit of an inclusion hash flipped': ({ proof }, pick) =>
    altered(proof, pick, (hash) => {
      const at = pick(32)
      hash[at] = (hash[at] ?? 0) ^ (1 << pick(8))
    }),
  'an inclusion hash dropped': ({ proof }) => proof.pop() !== undefined,
  'an inclusion hash added': ({ proof }) => proof.push(new Uint8Array(32)) > 0,
  'the state altered': ({ extra }) => {
    extra.state = extra.state.replace('"ops":2', '"ops":3')
    return true
  },
  'the state with another root': ({ extra }, pick) => {
    const ip4 = /"ip4":"([^"]*)"/.exec(extra.state)?.[1] ?? ''
    extra.state = extra.state.replace(ip4, flip(ip4, pick))
    return true
  },
  'an older index': (parts) => --parts.index >= 0,
  'a later index': (parts) => ++parts.index > 0,
  'a bad cosignature of a known witness': (parts) => {
    const [mark, name, base64] = (parts.checkpoint.split('\n').at(-2) ?? '').split(' ')
    const bytes = Buffer.from(base64 ?? '', 'base64')
    bytes[40] = (bytes[40] ?? 0) ^ 1
    parts.checkpoint = parts.checkpoint.replace(/— [^—]*$/, `${mark} ${name} ${bytes.toString('base64')}\n`)
    return true
  },
  'cosignatures missing': (parts) => {
    parts.checkpoint = `${parts.checkpoint.split('\n').slice(0, 6).join('\n')}\n`
    return true
  },
  "the log's signature missing": (parts) => {
    parts.checkpoint = parts.checkpoint.replace(/— registry\.example\/log .*\n/, '')
    return true
  },
  'the size altered': (parts) => {
    parts.checkpoint = parts.checkpoint.replace(`\n${parts.index + 1}\n`, `\n${parts.index + 2}\n`)
    parts.index++
    return true
  },
}

/** By somebody without a key, on honest answers to three queries each. */
function withoutKey(): AnswerCase[] {
  const registry = randomRegistry(7, 12)
  for (const key of ['ip4/203.0.0.0/8', 'ip4/203.0.113.0/24', 'ip4/203.0.113.128/25'])
    registry.put(key, JSON.stringify({ key, v: 1 }))
  registry.publish()
  const frame = registry.publish()
  const keys = [
    ...someKeys(registry, 8, 5),
    'ip4/203.0.113.128/25',
    'ip4/203.0.113.0/25',
    'ip4/203.0.113.0/24',
  ]
  const all = { ...RECORDS, ...PATH, ...END, ...LOG }
  return Object.entries(all).flatMap(([name, forge], n) => {
    const cases: AnswerCase[] = []
    for (let step = 0; step < keys.length && cases.length < 3; step++) {
      const key = keys[(n * 5 + step) % keys.length] ?? ''
      const parts = takeApart(registry.answer(frame, queryOf(key)))
      if (forge(parts, random(n * 100 + step), key)) cases.push(forged(name, key, join(parts)))
    }
    if (cases.length === 0) throw new Error(`nothing forged: ${name}`)
    return cases
  })
}

/** The data in another shape, or with members twice. */
function shapes(): AnswerCase[] {
  const registry = randomRegistry(9, 6)
  const key = 'ip4/203.0.113.0/24'
  const text = registry.answer(registry.publish(), queryOf(key))
  const parts = takeApart(text)
  const { extra } = parts
  const json = JSON.stringify(extra)
  const withEnd = `${json.replace(/"end":(null|\{[^}]*\})/, '"end":{"len":1,"len":1,"key":"AAAAAA==","value":null,"left":null,"right":null}')}`
  const other: Readonly<Record<string, string>> = {
    'not an object': '[]',
    nothing: '',
    'no JSON': '{',
    'text after it': `${json}x`,
    'byte order mark': `\ufeff${json}`,
    'a member too many': JSON.stringify({ ...extra, more: 1 }),
    'a member too few': JSON.stringify({ ...extra, end: undefined }),
    'the state is no string': JSON.stringify({ ...extra, state: null }),
    'a lone surrogate in the state': JSON.stringify({ ...extra, state: '\ud800' }),
    'a lone surrogate in a record': JSON.stringify({ ...extra, records: ['\ud800'] }),
    'no nodes': JSON.stringify({ ...extra, nodes: [] }),
    'nodes no list': JSON.stringify({ ...extra, nodes: {} }),
    'a node of two': JSON.stringify({ ...extra, nodes: [[0, null]] }),
    'a node of five': JSON.stringify({ ...extra, nodes: [[0, null, null, null, null]] }),
    'a length as text': JSON.stringify({ ...extra, nodes: [['0', null, null]] }),
    'half a length': JSON.stringify({ ...extra, nodes: [[0.5, null, null]] }),
    'a negative length': JSON.stringify({ ...extra, nodes: [[-1, null, null]] }),
    'a length true': JSON.stringify({ ...extra, nodes: [[true, null, null]] }),
    'a hash too short': JSON.stringify({ ...extra, nodes: [[0, 'AAAA', null]] }),
    'a hash with unused bits set': JSON.stringify({ ...extra, nodes: [[0, `${SOME.slice(0, -2)}d=`, null]] }),
    '300 nodes': JSON.stringify({ ...extra, nodes: Array.from({ length: 300 }, () => [0, null, null]) }),
    'the end a number': JSON.stringify({ ...extra, end: 1 }),
    'the end without a member': JSON.stringify({
      ...extra,
      end: { key: 'AAAAAA==', len: 1, value: null, left: null },
    }),
    'a record a number': JSON.stringify({ ...extra, records: [1] }),
    'records null': JSON.stringify({ ...extra, records: null }),
    'records twice': json.replace('{"state"', '{"records":[],"state"'),
    'records twice, once escaped': json.replace('{"state"', '{"rec\\u006frds":[],"state"'),
    'end twice': `${json.slice(0, -1)},"end":null}`,
    'a member of the end twice': withEnd,
    'a member twice far inside': json.replace(/"records":\[.*\]/, '"records":[{"a":1,"a":1}]'),
    '2,000 deep': json.replace('"end":', `"end":${'['.repeat(2000)}${']'.repeat(2000)},"e":`),
  }
  const framing: Readonly<Record<string, string | Uint8Array>> = {
    'an empty document': '',
    'no extra': formatProof({ ...parts, extra: null }),
    'another header': text.replace('@v1', '@v2'),
    'extra after index': text.replace(/(extra .*\n)(index .*\n)/, '$2$1'),
    'extra twice': text.replace(/(extra .*\n)/, '$1$1'),
    'extra with unused bits set': text.replace(/\nextra .*\n/, '\nextra AB==\n'),
    'index with a leading zero': text.replace('\nindex ', '\nindex 0'),
    'no index': text.replace(/index .*\n/, ''),
    'a line more': text.replace(/(index .*\n)/, '$1more\n'),
    'no checkpoint': text.slice(0, text.indexOf('\n\n') + 2),
    'no empty line': text.replace('\n\n', '\n'),
    'carriage returns': text.replaceAll('\n', '\r\n'),
    'no newline at the end': text.slice(0, -1),
    'no UTF-8': Uint8Array.from([...encodeUtf8(text), 0xff]),
  }
  return [
    ...Object.entries(other).map(([name, extraText]) => forged(`data: ${name}`, key, join(parts, extraText))),
    ...Object.entries(framing).map(([name, given]) => forged(`document: ${name}`, key, given)),
  ]
}

/** Answers to other queries, of other times, and of other logs. */
function elsewhere(): AnswerCase[] {
  const registry = new SmallRegistry()
  registry.put('ip4/128.0.0.0/2', '{"v":1}')
  registry.put('ip4/176.0.0.0/4', '{"v":2}')
  registry.put('ip4/0.0.0.0/4', '{"v":3}')
  registry.put('obj/holder/H-1', '{"v":5}')
  registry.publish()
  const older = registry.trie.working().prove('ip4', queryOf('ip4/128.0.0.0/1').label, 1)
  const olderIndex = registry.entries.length - 1
  registry.put('ip4/128.0.0.0/1', '{"v":4}')
  const frame = registry.publish()
  const shown = (key: string, of: AnswerFrame = frame): string => registry.answer(of, queryOf(key))
  const at = (key: string, options: Parameters<typeof frameOf>[1]): string =>
    shown(key, frameOf(registry.entries, options))
  const key = 'ip4/128.0.0.0/1'
  const old = makeAnswer(frameOf(registry.entries, { index: olderIndex }), older)
  return [
    forged('the answer to a longer prefix', 'ip4/160.0.0.0/3', shown('ip4/176.0.0.0/4')),
    forged('the answer to a shorter prefix', 'ip4/176.0.0.0/5', shown('ip4/176.0.0.0/4')),
    forged('the answer to the sibling', 'ip4/144.0.0.0/4', shown('ip4/176.0.0.0/4')),
    forged('the answer to an object', 'obj/holder/H-2', shown('obj/holder/H-1')),
    forged('the answer to a prefix of another family', 'ip6/8000::/1', shown(key)),
    forged('an earlier state, as if it were the last', key, old),
    forged('an earlier state, at its own index', key, join({ ...takeApart(old), index: olderIndex })),
    forged('another log', key, at(key, { origin: 'registry.example/two' })),
    forged('the log’s name, another key', key, at(key, { signer: STRANGER })),
    forged('stale', key, at(key, { times: [NOW - 601, NOW - 601, NOW - 601] })),
    forged('stale but for one witness', key, at(key, { times: [NOW, NOW - 601, null] })),
    forged('of the future', key, at(key, { times: [NOW + 61, NOW + 61, NOW + 61] })),
    forged('one witness too few', key, at(key, { times: [NOW, null, null] })),
    forged('an old state, no witnesses asked for', key, at(key, { times: [] }), {
      policy: policyText('none'),
      maxSeconds: 10,
    }),
  ]
}

/** A last entry that is no state entry in canonical form; records that are none. */
function signedByTheLog(): AnswerCase[] {
  const key = 'ip4/128.0.0.0/1'
  const signed = (name: string, change: (state: string) => string): AnswerCase => {
    const registry = new SmallRegistry()
    registry.put(key, '{"v":1}')
    registry.publish()
    registry.entries.push(change(registry.entries.pop() ?? ''))
    return forged(`signed by the log: ${name}`, key, registry.answer(frameOf(registry.entries), queryOf(key)))
  }
  const record = (text: string): AnswerCase => {
    const registry = new SmallRegistry()
    registry.put(key, text)
    return forged(
      `signed by the log: a record ${JSON.stringify(text)}`,
      key,
      registry.answer(registry.publish(), queryOf(key)),
    )
  }
  const replaced = (name: string, from: string, to: string): AnswerCase =>
    signed(name, (state) => state.replace(from, to))
  return [
    replaced('a state with a space', '{', '{ '),
    replaced('a state with a member twice', '"ops":2', '"ops":2,"ops":2'),
    replaced('a state with a member more', '"ops":2', '"more":1,"ops":2'),
    replaced('a state without a member', '"ops":2,', ''),
    replaced('ops -1', '"ops":2', '"ops":-1'),
    replaced('prev -1', '"prev":null', '"prev":-1'),
    replaced('version 2', '"v":1', '"v":2'),
    replaced('an op', '"t":"state"', '"t":"op"'),
    signed('no such hour', (state) => state.replace(/T\d\d:/, 'T25:')),
    signed('a root of 31 bytes', (state) => state.replace(/"ip6":"[^"]*"/, `"ip6":"${'A'.repeat(40)}AA=="`)),
    signed('another entry', () => '{"t":"op"}'),
    signed('nothing', () => ''),
    ...[
      '{"v": 1}',
      '{"v":1,"v":1}',
      '{"w":1,"v":1}',
      '[]',
      'null',
      '1',
      '',
      '{"v":1.5}',
      '{"v":-0}',
      '{"v":9007199254740992}',
    ].map(record),
  ]
}

/** A root over a node that hangs where its label does not belong: of two answers, only the true one is proved. */
function malformedTrie(): AnswerCase[] {
  const text = '{"v":1}'
  const value = recordHash(nodeCrypto, encodeUtf8(text))
  const leaf = { label: Uint8Array.of(0x80, 0, 0, 0), length: 4, value, left: null, right: null }
  const left = nodeHash(nodeCrypto, 'ip4', leaf)
  const root = { label: new Uint8Array(4), length: 0, value: null, left, right: null }
  const registry = new SmallRegistry()
  const state = registry.state()
  const ip4 = encodeBase64(nodeHash(nodeCrypto, 'ip4', root))
  registry.entries.push(canonicalJson({ ...state, roots: { ...state.roots, ip4 } } as Json))
  const frame = frameOf(registry.entries)
  const record = encodeUtf8(text)
  const past = { ...leaf, label: Uint8Array.of(0x88, 0, 0, 0) }
  return [
    forged(
      'malformed trie: the record as if it hung where it belongs',
      'ip4/128.0.0.0/4',
      makeAnswer(frame, {
        nodes: [
          [0, null, null],
          [4, value, null, null],
        ],
        end: null,
        records: [record],
      }),
    ),
    forged(
      'malformed trie: the node as the end of another path',
      'ip4/0.0.0.0/1',
      makeAnswer(frame, { nodes: [[0, null, null]], end: leaf, records: [] }),
    ),
    forged(
      'malformed trie: no end',
      'ip4/0.0.0.0/1',
      makeAnswer(frame, { nodes: [[0, null, null]], end: null, records: [] }),
    ),
    forged(
      'malformed trie: an end with bits past its length',
      'ip4/192.0.0.0/2',
      makeAnswer(frame, { nodes: [[0, null, null]], end: past, records: [] }),
    ),
  ]
}

export function forgeryCases(): readonly AnswerCase[] {
  return [...withoutKey(), ...shapes(), ...elsewhere(), ...signedByTheLog(), ...malformedTrie()]
}
