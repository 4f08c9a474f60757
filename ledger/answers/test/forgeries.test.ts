/**
 * Every class of forgery of ledger.md ("Verifier", Acceptance check 6). The forger here is anybody between the log
 * and the reader: it may alter honest documents at will, but holds no key. Below, the forger is the log itself.
 */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodeUtf8, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { formatProof, parseProof } from '@cadastre/notes'
import { nodeHash, recordHash, SPACES, type TrieProof } from '@cadastre/trie'
import {
  type AnswerFrame,
  type AnswerRefusal,
  formatStateEntry,
  makeAnswer,
  parseStateEntry,
  type Query,
  verifyAnswer,
} from '../src/index.ts'
import {
  bitsQuery,
  frameOf,
  holder,
  NOW,
  type NumberSpaceName,
  otherSigner,
  POLICY,
  Registry,
  random,
  randomBits,
  randomRegistry,
} from './log.ts'

type Hash = string | null
type NodeJson = [number, Hash, Hash] | [number, Hash, Hash, Hash]
interface EndJson {
  key: string
  len: number
  value: Hash
  left: Hash
  right: Hash
}
interface ExtraJson {
  state: string
  nodes: NodeJson[]
  end: EndJson | null
  records: string[]
}
interface Parts {
  extra: ExtraJson
  index: number
  proof: Uint8Array[]
  checkpoint: string
}

function takeApart(text: string): Parts {
  const parsed = parseProof(text)
  assert.ok(parsed.ok)
  const { extra, index, proof, checkpoint } = parsed.value
  return {
    extra: JSON.parse(decodeUtf8(extra ?? new Uint8Array()) ?? ''),
    index,
    proof: [...proof],
    checkpoint,
  }
}

function join(parts: Parts, extraText: string = JSON.stringify(parts.extra)): string {
  return formatProof({ ...parts, extra: encodeUtf8(extraText) })
}

function refusalOf(query: Query, text: string): AnswerRefusal | 'accepted' {
  const verified = verifyAnswer(nodeCrypto, POLICY, query, text)
  return verified.ok ? 'accepted' : verified.error.code
}

const ZERO = encodeBase64(new Uint8Array(32))
const SOME_HASH = encodeBase64(new Uint8Array(32).fill(7))

/** Alters the parts and returns true, or false where this honest document has nothing to alter. */
type Forgery = (parts: Parts, pick: (below: number) => number) => boolean

function altered<T>(list: T[], pick: (below: number) => number, change: (item: T) => void): boolean {
  const item = list[pick(list.length)]
  if (item === undefined) return false
  change(item)
  return true
}

function flipBase64(text: string, pick: (below: number) => number): string {
  const bytes = Buffer.from(text, 'base64')
  const at = pick(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8))
  return bytes.toString('base64')
}

const FORGERIES: Readonly<Record<string, readonly [Forgery, readonly AnswerRefusal[]]>> = {
  'a record dropped': [
    ({ extra }, pick) => extra.records.splice(pick(extra.records.length), 1).length > 0,
    ['wrong-record'],
  ],
  'a record added': [({ extra }) => extra.records.push('{}') > 0, ['wrong-record']],
  'a record altered': [
    ({ extra }, pick) => {
      const at = pick(extra.records.length)
      const record = extra.records[at]
      if (record === undefined) return false
      extra.records[at] = record.replace('{', '{"a":1,')
      return true
    },
    ['wrong-record'],
  ],
  'records in another order': [
    ({ extra }) => new Set(extra.records).size > 1 && extra.records.push(extra.records.shift() ?? '') > 0,
    ['wrong-record'],
  ],
  'a value hidden, with its record': [
    ({ extra }, pick) => {
      const having = extra.nodes.filter((node) => node[1] !== null)
      return altered(having, pick, (node) => {
        extra.records.splice(having.indexOf(node), 1)
        node[1] = null
      })
    },
    ['wrong-root'],
  ],
  'a value invented': [
    ({ extra }, pick) =>
      altered(
        extra.nodes.filter((node) => node[1] === null),
        pick,
        (node) => {
          node[1] = SOME_HASH
        },
      ),
    ['wrong-root'],
  ],
  'the last node cut off': [
    ({ extra }) => {
      extra.nodes.pop()
      extra.end = null
      return extra.nodes.length > 0
    },
    ['wrong-root'],
  ],
  'the path stopped short, its next node shown as the end': [
    ({ extra }) => stopShort(extra),
    ['malformed-end'],
  ],
  'the root cut off': [
    ({ extra }) => extra.nodes.shift() !== undefined,
    ['malformed-path', 'malformed-extra'],
  ],
  'a node left out': [
    ({ extra }) => extra.nodes.length > 2 && extra.nodes.splice(1, 1).length > 0,
    ['wrong-root'],
  ],
  'a node twice': [
    ({ extra }, pick) =>
      altered(extra.nodes, pick, (node) => extra.nodes.splice(extra.nodes.indexOf(node), 0, node)),
    ['malformed-path'],
  ],
  'a length altered': [
    ({ extra }, pick) =>
      altered(extra.nodes, pick, (node) => {
        node[0] += pick(2) === 0 ? 1 : -1
      }),
    ['malformed-path', 'malformed-extra', 'malformed-end', 'wrong-root'],
  ],
  'the end taken away': [
    ({ extra }) => {
      const had = extra.end !== null
      extra.end = null
      return had
    },
    ['wrong-root'],
  ],
  'an end given where there is none': [
    ({ extra }) => {
      if (extra.end !== null) return false
      extra.end = {
        key: encodeBase64(new Uint8Array(4)),
        len: 1,
        value: SOME_HASH,
        left: null,
        right: null,
      }
      return true
    },
    ['malformed-end', 'wrong-root'],
  ],
  'the end swapped for an invented node elsewhere': [
    ({ extra }, pick) => {
      if (extra.end === null) return false
      extra.end.key = flipBase64(extra.end.key, pick)
      return true
    },
    ['malformed-end', 'wrong-root'],
  ],
  'the end emptied': [
    ({ extra }) => {
      if (extra.end === null) return false
      Object.assign(extra.end, { value: null, left: null, right: null })
      return true
    },
    ['wrong-root'],
  ],
  'the end with another length': [
    ({ extra }) => extra.end !== null && ++extra.end.len > 0,
    ['wrong-root', 'malformed-end', 'malformed-extra'],
  ],
  'a sibling swapped for nothing': [
    ({ extra }, pick) =>
      altered(
        extra.nodes.filter((node) => node[2] !== null),
        pick,
        (node) => {
          node[2] = null
        },
      ),
    ['wrong-root'],
  ],
  'both children claimed where none is, as zero bytes': [
    ({ extra }) => {
      const last = extra.nodes.at(-1)
      if (last?.length !== 4 || last[2] !== null) return false
      last[2] = ZERO
      return true
    },
    ['malformed-extra'],
  ],
  'children dropped where the path reaches the query': [
    ({ extra }) => {
      const last = extra.nodes.at(-1)
      if (last?.length !== 4 || (last[2] === null && last[3] === null)) return false
      last[2] = null
      last[3] = null
      return true
    },
    ['wrong-root'],
  ],
  'a bit of a hash on the path flipped': [
    ({ extra }, pick) =>
      altered(extra.nodes, pick, (node) => {
        const slot = node[1] !== null ? 1 : 2
        const hash = node[slot]
        if (hash !== null) node[slot] = flipBase64(hash, pick)
        else node[slot] = SOME_HASH
      }),
    ['wrong-root'],
  ],
  'a bit of an inclusion hash flipped': [
    ({ proof }, pick) =>
      altered(proof, pick, (hash) => {
        const at = pick(32)
        hash[at] = (hash[at] ?? 0) ^ (1 << pick(8))
      }),
    ['not-included'],
  ],
  'an inclusion hash dropped': [({ proof }) => proof.pop() !== undefined, ['not-included']],
  'an inclusion hash added': [({ proof }) => proof.push(new Uint8Array(32)) > 0, ['not-included']],
  'the state altered': [
    ({ extra }) => {
      const before = extra.state
      extra.state = before.replace('"ops":2', '"ops":3')
      return extra.state !== before
    },
    ['not-included'],
  ],
  'the state with another root': [
    ({ extra }, pick) => {
      const state = parseStateEntry(extra.state)
      assert.ok(state)
      const roots = { ...state.roots, ip4: flipBase64(state.roots.ip4, pick) }
      extra.state = formatStateEntry({ ...state, roots })
      return true
    },
    ['not-included'],
  ],
  'an older index': [(parts) => --parts.index >= 0, ['not-last-entry']],
  'a later index': [(parts) => ++parts.index > 0, ['not-last-entry']],
  'a bad cosignature of a known witness': [
    (parts) => {
      const lines = parts.checkpoint.split('\n')
      const last = lines.at(-2) ?? ''
      const [mark, name, base64] = last.split(' ')
      const bytes = Buffer.from(base64 ?? '', 'base64')
      bytes[40] = (bytes[40] ?? 0) ^ 1
      lines[lines.length - 2] = `${mark} ${name} ${bytes.toString('base64')}`
      parts.checkpoint = lines.join('\n')
      return true
    },
    ['bad-signature'],
  ],
  'cosignatures missing': [
    (parts) => {
      parts.checkpoint = `${parts.checkpoint.split('\n').slice(0, 6).join('\n')}\n`
      return true
    },
    ['no-quorum'],
  ],
  "the log's signature missing": [
    (parts) => {
      parts.checkpoint = parts.checkpoint
        .split('\n')
        .filter((line) => !line.startsWith('\u2014 registry.example/log'))
        .join('\n')
      return true
    },
    ['no-log-signature'],
  ],
  'the size altered': [
    (parts) => {
      parts.checkpoint = parts.checkpoint.replace(`\n${parts.index + 1}\n`, `\n${parts.index + 2}\n`)
      parts.index++
      return true
    },
    ['bad-signature'],
  ],
}

/** The last step of the path undone: the preimage of the last node becomes the end, as it truly is. */
function stopShort(extra: ExtraJson): boolean {
  const last = extra.nodes.at(-1)
  if (last?.length !== 4 || extra.nodes.length < 2) return false
  extra.nodes.pop()
  extra.records.splice(last[1] === null ? extra.records.length : -1, 1)
  extra.end = { key: '', len: last[0], value: last[1], left: last[2], right: last[3] }
  return true
}

interface Honest {
  readonly query: Query
  readonly text: string
}

function honestAnswers(
  seed: number,
  perSpace: number,
): { registry: Registry; frame: AnswerFrame; answers: Honest[] } {
  const registry = randomRegistry(seed, 25)
  registry.publish()
  const frame = registry.publish()
  const pick = random(seed * 31)
  const queries: Query[] = []
  for (const space of ['ip4', 'ip6', 'asn'] as const) {
    const { width } = SPACES[space]
    const existing = [...registry.records.keys()]
      .filter((key) => key.startsWith(space))
      .map((key) => key.slice(space.length + 1))
    for (let i = 0; i < perSpace; i++) {
      queries.push(bitsQuery(space, randomBits(pick, width)))
      queries.push(bitsQuery(space, existing[pick(existing.length)] ?? ''))
    }
  }
  for (let i = 0; i < perSpace; i++) queries.push(holder(`H-${pick(50)}`))
  return {
    registry,
    frame,
    answers: queries.map((query) => ({ query, text: registry.answer(frame, query) })),
  }
}

suite('forgeries without any key', () => {
  const honest = [1, 2, 3].flatMap((seed) => honestAnswers(seed, 8).answers)

  for (const [name, [forge, codes]] of Object.entries(FORGERIES)) {
    test(name, () => {
      let forged = 0
      for (const [seed, { query, text }] of honest.entries()) {
        const parts = takeApart(text)
        if (!forge(parts, random(seed + 1))) continue
        if (parts.extra.end?.key === '') parts.extra.end.key = encodeBase64(query.label)
        const refusal = refusalOf(query, join(parts))
        assert.ok(
          codes.some((code) => code === refusal),
          `${refusal} for ${query.key}`,
        )
        forged++
      }
      assert.ok(forged >= 8, `only ${forged} forged`)
    })
  }

  test('an earlier state entry of the same log, with its own good inclusion proof', () => {
    const registry = randomRegistry(4, 10)
    registry.publish()
    const query = bitsQuery('ip4', '1')
    const old = registry.writer.working().prove('ip4', query.label, query.length)
    const index = registry.entries.length - 1
    registry.put('ip4', '1', '{"v":2}')
    registry.publish()
    const text = makeAnswer(frameOf(registry.entries, { index }), old)
    // As made, the index says "last", and the proof is of another place.
    assert.equal(refusalOf(query, text), 'not-included')
    assert.equal(refusalOf(query, join({ ...takeApart(text), index })), 'not-last-entry')
  })

  test('the proof of another key is refused, or is one for this key too', () => {
    let refused = 0
    for (const seed of [5, 6]) {
      const { registry, answers } = honestAnswers(seed, 7)
      for (const { text } of answers) {
        for (const { query } of answers) {
          const verified = verifyAnswer(nodeCrypto, { ...POLICY, age: null }, query, text)
          if (!verified.ok) {
            refused++
            continue
          }
          if (query.space === 'obj') continue
          const bits = [...query.label]
            .map((byte) => byte.toString(2).padStart(8, '0'))
            .join('')
            .slice(0, query.length)
          const truth = registry.truth(query.space as NumberSpaceName, bits)
          assert.deepEqual(
            verified.value.covering.map((record) => record.text),
            truth.covering,
          )
          assert.equal(verified.value.moreSpecific, truth.inside ? 'exists' : 'none')
        }
      }
    }
    assert.ok(refused > 2000)
  })

  test('a checkpoint of another log, or signed by another key under the same name', () => {
    const registry = new Registry()
    const query = bitsQuery('ip4', '')
    const frame = registry.publish()
    const parts = takeApart(registry.answer(frame, query))
    const renamed = {
      ...parts,
      checkpoint: parts.checkpoint.replaceAll('registry.example/log', 'registry.example/two'),
    }
    assert.equal(refusalOf(query, join(renamed)), 'unknown-log')
    const other = { ...parts, checkpoint: frameOf(registry.entries, { sign: otherSigner }).checkpoint }
    assert.equal(refusalOf(query, join(other)), 'no-log-signature')
    const stale = {
      ...parts,
      checkpoint: frameOf(registry.entries, { times: [NOW - 9999, NOW - 9999, NOW - 9999] }).checkpoint,
    }
    assert.equal(refusalOf(query, join(stale)), 'stale')
  })

  test('duplicate members anywhere in the data', () => {
    let forged = 0
    for (const { query, text } of honest) {
      const parts = takeApart(text)
      const json = JSON.stringify(parts.extra)
      const doubled = [
        json.replace('{"state"', '{"records":[],"state"'),
        json.replace('{"state"', '{"rec\\u006frds":[],"state"'),
        json.replace('{"state"', '{"state":"","state"'),
        `${json.slice(0, -1)},"end":null}`,
        json.replace('"end":{', '"end":{"len":1,'),
      ]
      for (const extra of doubled) {
        if (extra === json) continue
        assert.equal(refusalOf(query, join(parts, extra)), 'duplicate-member')
        forged++
      }
    }
    assert.ok(forged > 200)
  })

  test('paths and ends of a form that folds to the root, and is not the one form', () => {
    const registry = new Registry()
    registry.put('ip4', '10', '{"v":1}')
    registry.put('ip4', '1011', '{"v":2}')
    let frame = registry.publish()
    const refusal = (asked: string, shown: string, forge: (extra: ExtraJson) => void): string => {
      const parts = takeApart(registry.answer(frame, bitsQuery('ip4', shown)))
      forge(parts.extra)
      return refusalOf(bitsQuery('ip4', asked), join(parts))
    }
    const asIs = (): void => undefined
    assert.equal(refusal('10', '10', asIs), 'accepted')
    assert.equal(refusal('101', '1011', asIs), 'malformed-path')
    assert.equal(refusal('10', '1011', asIs), 'malformed-path')
    assert.equal(refusal('10110', '1011', asIs), 'malformed-path')
    // A node below the query, whose label is the query's own bits and zeros, shown as if it were above.
    registry.put('ip4', '0000', '{"v":3}')
    frame = registry.publish()
    const inside = takeApart(registry.answer(frame, bitsQuery('ip4', '0000')))
    inside.extra.nodes.at(-1)?.pop()
    assert.equal(refusalOf(bitsQuery('ip4', '00'), join(inside)), 'malformed-path')
    // The fourth item absent, which might be read as null.
    assert.equal(
      refusal('1011', '1011', ({ nodes }) => nodes.at(-1)?.pop()),
      'malformed-path',
    )
    const surplus = ({ nodes }: ExtraJson): void => {
      nodes[0] = [0, null, null, SOME_HASH]
    }
    assert.equal(refusal('1011', '1011', surplus), 'malformed-path')
    const giveEnd = (len: number) => (extra: ExtraJson) => {
      extra.end = {
        key: encodeBase64(bitsQuery('ip4', '1011').label),
        len,
        value: SOME_HASH,
        left: null,
        right: null,
      }
    }
    assert.equal(refusal('1011', '1011', giveEnd(5)), 'malformed-end')
    assert.equal(refusal('1010', '1010', giveEnd(33)), 'malformed-end')
    assert.equal(refusal('1010', '1010', giveEnd(2)), 'malformed-end')
    assert.equal(refusal('1010', '1010', giveEnd(4)), 'wrong-root')
    const widen = (extra: ExtraJson): void => {
      if (extra.end !== null) extra.end.key = encodeBase64(new Uint8Array(16))
    }
    assert.equal(refusal('1010', '1010', widen), 'malformed-end')
  })

  test('data of another shape', () => {
    const [first] = honest
    assert.ok(first)
    const { query, text } = first
    const parts = takeApart(text)
    const shapes: unknown[] = [
      null,
      [],
      { ...parts.extra, more: 1 },
      { ...parts.extra, state: null },
      { ...parts.extra, state: '\ud800' },
      { ...parts.extra, nodes: [] },
      { ...parts.extra, nodes: {} },
      { ...parts.extra, nodes: [[0, null]] },
      { ...parts.extra, nodes: [[0, null, null, null, null]] },
      { ...parts.extra, nodes: [['0', null, null]] },
      { ...parts.extra, nodes: [[0.5, null, null]] },
      { ...parts.extra, nodes: [[0, 'AAAA', null]] },
      { ...parts.extra, nodes: Array.from({ length: 300 }, () => [0, null, null]) },
      { ...parts.extra, end: 1 },
      { ...parts.extra, end: { key: 'AAAAAA==', len: 1, value: null, left: null } },
      { ...parts.extra, records: [1] },
      { ...parts.extra, records: ['\ud800'] },
      { ...parts.extra, records: null },
    ]
    for (const shape of shapes)
      assert.equal(refusalOf(query, join(parts, JSON.stringify(shape))), 'malformed-extra')
    for (const extra of ['', '{', '\ufeff{}', '{"a":1}x'])
      assert.equal(refusalOf(query, join(parts, extra)), 'malformed-extra')
    assert.equal(refusalOf(query, formatProof({ ...parts, extra: null })), 'malformed-document')
    assert.equal(refusalOf(query, ''), 'malformed-document')
    assert.equal(refusalOf(query, text.slice(0, -1)), 'malformed-checkpoint')
  })

  test('any one character of the document replaced: refused, or the same answer from fewer witnesses', () => {
    const registry = randomRegistry(8, 4)
    const query = bitsQuery('ip4', '10')
    const text = registry.answer(registry.publish(), query)
    const honestAnswer = verifyAnswer(nodeCrypto, POLICY, query, text)
    assert.ok(honestAnswer.ok)
    const checkpointAt = text.indexOf('\n\n') + 2
    const pick = random(99)
    for (let at = 0; at < text.length; at += 1 + pick(3)) {
      const replaced = text[at] === 'A' ? 'B' : text[at] === 'a' ? 'A' : 'a'
      const forged = text.slice(0, at) + replaced + text.slice(at + 1)
      const verified = verifyAnswer(nodeCrypto, POLICY, query, forged)
      if (!verified.ok) continue
      assert.ok(at >= checkpointAt, `accepted with character ${at} replaced`)
      assert.deepEqual(verified.value.covering, honestAnswer.value.covering)
      assert.equal(verified.value.witnesses.length, 2)
    }
  })
})

suite('a log that signs what it should not', () => {
  const query = bitsQuery('ip4', '1')
  const signed = (change: (state: string) => string): AnswerRefusal | 'accepted' => {
    const registry = new Registry()
    registry.put('ip4', '1', '{"v":1}')
    registry.publish()
    registry.entries.push(change(registry.entries.pop() ?? ''))
    return refusalOf(query, registry.answer(frameOf(registry.entries), query))
  }

  test('a last entry that is no state entry in canonical form', () => {
    assert.equal(
      signed((state) => state),
      'accepted',
    )
    assert.equal(
      signed((state) => state.replace('{', '{ ')),
      'malformed-state',
    )
    assert.equal(
      signed((state) => state.replace('"ops":2', '"ops":2,"ops":2')),
      'malformed-state',
    )
    assert.equal(
      signed((state) => state.replace('"ops":2', '"more":1,"ops":2')),
      'malformed-state',
    )
    assert.equal(
      signed((state) => state.replace('"ops":2', '"ops":-1')),
      'malformed-state',
    )
    assert.equal(
      signed((state) => state.replace('"v":1', '"v":2')),
      'malformed-state',
    )
    assert.equal(
      signed((state) => state.replace('"t":"state"', '"t":"op"')),
      'malformed-state',
    )
    assert.equal(
      signed((state) => state.replace('T14:13', 'T25:13')),
      'malformed-state',
    )
    assert.equal(
      signed(() => '{"t":"op"}'),
      'malformed-state',
    )
    assert.equal(
      signed(() => ''),
      'malformed-state',
    )
  })

  test('records that are not objects in canonical form', () => {
    for (const text of ['{"v": 1}', '{"v":1,"v":1}', '{"w":1,"v":1}', '[]', 'null', '1', '', '{"v":1.5}']) {
      const registry = new Registry()
      registry.put('ip4', '1', text)
      assert.equal(refusalOf(query, registry.answer(registry.publish(), query)), 'malformed-record', text)
    }
  })

  test('a malformed trie: of two answers to one query only one can be proved', () => {
    // The leaf for 1000::/4 hangs on the left of the root, where the labels that begin with 0 belong.
    const text = '{"v":1}'
    const value = recordHash(nodeCrypto, encodeUtf8(text))
    const leaf = { label: Uint8Array.of(0x80, 0, 0, 0), length: 4, value, left: null, right: null }
    const left = nodeHash(nodeCrypto, 'ip4', leaf)
    const root = { label: new Uint8Array(4), length: 0, value: null, left, right: null }
    const registry = new Registry()
    registry.publish()
    const state = parseStateEntry(registry.entries.pop() ?? '')
    assert.ok(state)
    const ip4 = encodeBase64(nodeHash(nodeCrypto, 'ip4', root))
    registry.entries.push(formatStateEntry({ ...state, roots: { ...state.roots, ip4 } }))
    const frame = frameOf(registry.entries)
    const record = encodeUtf8(text)
    const here = bitsQuery('ip4', '1000')
    const refusal = (asked: Query, proof: TrieProof): string => refusalOf(asked, makeAnswer(frame, proof))
    assert.equal(refusal(here, { nodes: [[0, null, left]], end: null, records: [] }), 'accepted')
    const held: TrieProof = {
      nodes: [
        [0, null, null],
        [4, value, null, null],
      ],
      end: null,
      records: [record],
    }
    assert.equal(refusal(here, held), 'wrong-root')
    assert.equal(
      refusal(bitsQuery('ip4', '0'), { nodes: [[0, null, null]], end: leaf, records: [] }),
      'malformed-end',
    )
    assert.equal(
      refusal(bitsQuery('ip4', '0'), { nodes: [[0, null, null]], end: null, records: [] }),
      'wrong-root',
    )
    // The same leaf with a label that has bits past its length, to look as if it lay elsewhere.
    const end = { ...leaf, label: Uint8Array.of(0x88, 0, 0, 0) }
    assert.equal(
      refusal(bitsQuery('ip4', '11'), { nodes: [[0, null, null]], end, records: [] }),
      'malformed-end',
    )
  })
})
