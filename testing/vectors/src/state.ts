/** Vectors of the state: hashes, whole tries, what covers a key and what lies inside. */

import { keyQuery, type Query } from '@cadastre/answers'
import { encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { block, blockKey, bytesToValue, type NumberSpace } from '@cadastre/numbers'
import { type Json, objectKey } from '@cadastre/records'
import { commitmentOf, memberHashOf } from '@cadastre/signatures'
import {
  chainHash,
  createTrieMemory,
  HASHED_SPACES,
  type HashedSpace,
  nodeHash,
  recordHash,
  SPACES,
  TrieWriter,
} from '@cadastre/trie'
import { hex, type Pick, random } from './shared.ts'

export function newTrie(): TrieWriter {
  return new TrieWriter(createTrieMemory({ poolBytes: 2 ** 24, recordBytes: 2 ** 26 }), nodeCrypto)
}

export function queryOf(key: string): Query {
  const query = keyQuery(nodeCrypto, key)
  if (query === null) throw new Error(`not a key: ${key}`)
  return query
}

/** The key of a block from the bits of its prefix. */
export function bitsKey(space: NumberSpace, bits: string): string {
  const { width } = SPACES[space]
  const padded = bits.padEnd(width, '0')
  const label = Uint8Array.from({ length: width / 8 }, (_, i) =>
    Number.parseInt(padded.slice(i * 8, i * 8 + 8), 2),
  )
  const made = block(space, bytesToValue(label), bits.length)
  if (!made.ok) throw new Error(made.error.code)
  return blockKey(made.value)
}

/** Bits that nest and collide often. */
export function randomBits(pick: Pick, width: number): string {
  const digits = (count: number): string => Array.from({ length: count }, () => pick(2)).join('')
  const middle = ['', '0'.repeat(width - 10), '1'.repeat(width - 10)][pick(3)] ?? ''
  return (digits(pick(6)) + middle + digits(pick(5))).slice(0, width)
}

export function hashVectors(): object {
  const records = ['{}', '{"v":1}', '{"name":"größe","v":1}']
  const some = nodeCrypto.sha256(encodeUtf8('some'))
  const other = nodeCrypto.sha256(encodeUtf8('other'))
  const node = (space: HashedSpace, key: string, value: boolean, left: boolean, right: boolean): object => {
    const { label, length } = queryOf(key)
    const given = { value: value ? some : null, left: left ? other : null, right: right ? some : null }
    const hash = nodeHash(nodeCrypto, space, { label, length, ...given })
    const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : encodeBase64(bytes))
    return {
      space,
      label: hex(label),
      length,
      value: text(given.value),
      left: text(given.left),
      right: text(given.right),
      hash: encodeBase64(hash),
    }
  }
  const chain = [
    { length: 0, hash: some },
    { length: 24, hash: other },
    { length: 128, hash: some },
  ]
  const members: Json[] = [null, 'text', 3600, { b: [], a: { é: 1 } }]
  const opening = new Uint8Array(32).fill(5)
  return {
    records: records.map((text) => ({ text, hash: encodeBase64(recordHash(nodeCrypto, encodeUtf8(text))) })),
    nodes: [
      node('ip4', 'ip4/0.0.0.0/0', false, false, false),
      node('ip6', 'ip6/::/0', false, false, false),
      node('asn', 'asn/0/0', false, false, false),
      node('obj', 'obj/holder/H-7', true, false, false),
      node('ip4', 'ip4/203.0.113.0/24', true, true, true),
      node('asn', 'asn/64496/28', true, false, true),
      node('ip6', 'ip6/2001:db8::/32', false, true, true),
    ],
    chains: [1, 2, 3].map((count) => ({
      covering: chain.slice(0, count).map(({ length, hash }) => ({ length, hash: encodeBase64(hash) })),
      hash: encodeBase64(chainHash(nodeCrypto, chain.slice(0, count)) ?? new Uint8Array()),
    })),
    members: members.map((member) => ({ member, hash: memberHashOf(nodeCrypto, member) })),
    commitments: [
      ['fn', 'A. Person'],
      ['email', ''],
      ['adr', 'Straße 1\nOrt'],
    ].map(([field = '', value = '']) => ({
      opening: encodeBase64(opening),
      field,
      value,
      commitment: commitmentOf(nodeCrypto, opening, field, value),
    })),
  }
}

type Given = {
  readonly name: string
  readonly records: Readonly<Record<string, string>>
  readonly asked: readonly string[]
}

function randomSet(seed: number, count: number): Given {
  const pick = random(seed)
  const records: Record<string, string> = {}
  const asked: string[] = []
  for (const space of ['ip4', 'ip6', 'asn'] as const) {
    for (let n = 0; n < count; n++)
      records[bitsKey(space, randomBits(pick, SPACES[space].width))] = `{"n":${pick(1e6)},"v":1}`
    for (let n = 0; n < 6; n++) asked.push(bitsKey(space, randomBits(pick, SPACES[space].width)))
  }
  for (let n = 0; n < count; n++) {
    const key = objectKey(n % 2 === 0 ? 'holder' : 'pool', `H-${n}`)
    records[key] = `{"handle":"H-${n}","v":1}`
    if (n < 3) asked.push(key)
  }
  asked.push(objectKey('holder', 'H-1'), ...Object.keys(records).slice(0, 6))
  return { name: `chance, seed ${seed}`, records, asked }
}

function givenSets(): Given[] {
  const at = (...keys: readonly string[]): Record<string, string> =>
    Object.fromEntries(keys.map((key, n) => [key, `{"n":${n}}`]))
  const around = ['ip4/0.0.0.0/0', 'ip4/203.0.113.0/24', 'ip4/203.0.113.128/25', 'ip4/203.0.113.7/32']
  return [
    {
      name: 'nothing',
      records: {},
      asked: [...around, 'ip6/2001:db8::/32', 'asn/64496/32', 'obj/holder/H-7'],
    },
    { name: 'one record at the root', records: at('ip4/0.0.0.0/0'), asked: around },
    { name: 'one record far down', records: at('ip4/203.0.113.7/32'), asked: around },
    {
      name: 'two that part at the last bit, below a node without a value',
      records: at('ip4/203.0.113.6/32', 'ip4/203.0.113.7/32'),
      asked: [...around, 'ip4/203.0.113.6/31', 'ip4/203.0.113.4/30'],
    },
    {
      name: 'nested, a node with a value and one child',
      records: at('ip4/203.0.0.0/16', 'ip4/203.0.113.0/24', 'ip4/203.0.113.128/25'),
      asked: [...around, 'ip4/203.0.113.0/25', 'ip4/203.0.112.0/23'],
    },
    {
      name: 'AS numbers and an IPv6 block',
      records: at(
        'asn/64496/28',
        'asn/64496/32',
        'asn/64511/32',
        'ip6/2001:db8::/32',
        'ip6/2001:db8:8000::/33',
      ),
      asked: ['asn/64497/32', 'asn/64496/29', 'ip6/2001:db8::1/128', 'ip6/2001:db8:8000::/33'],
    },
    randomSet(3, 8),
    randomSet(4, 14),
  ]
}

const base64 = (bytes: Uint8Array | null): string | null => (bytes === null ? null : encodeBase64(bytes))

/** Sets of records with their four roots, and for each key asked: the three input hashes, and the path. */
export function trieVectors(): object {
  return givenSets().map(({ name, records, asked }) => {
    const trie = newTrie()
    for (const [key, text] of Object.entries(records)) {
      const { space, label, length } = queryOf(key)
      trie.set(space, label, length, encodeUtf8(text))
    }
    const view = trie.working()
    return {
      name,
      records,
      roots: Object.fromEntries(HASHED_SPACES.map((space) => [space, encodeBase64(view.rootHash(space))])),
      asked: [...new Set(asked)].map((key) => {
        const { space, label, length } = queryOf(key)
        const covering = view.covering(space, label, length)
        const record = covering.at(-1)?.length === length ? (covering.at(-1)?.hash ?? null) : null
        const { nodes, end } = view.prove(space, label, length)
        return {
          key,
          record: base64(record),
          chain: base64(chainHash(nodeCrypto, covering)),
          subtree: base64(view.subtreeHash(space, label, length)),
          nodes: nodes.map(([len, ...hashes]) => [len, ...hashes.map(base64)]),
          end:
            end === null
              ? null
              : {
                  key: encodeBase64(end.label),
                  len: end.length,
                  value: base64(end.value),
                  left: base64(end.left),
                  right: base64(end.right),
                },
        }
      }),
    }
  })
}
