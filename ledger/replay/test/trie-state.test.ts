import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { canonicalJson, type Json, type RecordKey } from '@cadastre/records'
import { createTrieMemory, type Mark, TrieWriter } from '@cadastre/trie'
import fc from 'fast-check'
import { TrieState } from '../src/index.ts'

const CELLS = [
  'ip4/192.0.2.0/24',
  'ip4/192.0.2.0/25',
  'ip4/192.0.2.128/25',
  'ip6/2001:db8::/32',
] as RecordKey[]
const KEYS = [...CELLS, 'obj/holder/H-1', 'obj/holder/H-2', 'obj/pool/IP4'] as RecordKey[]

type Step =
  | { readonly kind: 'write' | 'put' | 'behind'; readonly key: RecordKey; readonly value: number | null }
  | { readonly kind: 'mark' | 'undo' | 'commit' | 'rollback' | 'look' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('write', 'put', 'behind'),
      key: fc.constantFrom(...KEYS),
      value: fc.option(fc.nat(2), { nil: null }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('mark', 'undo', 'commit', 'rollback', 'look') }),
  },
)

class World {
  readonly trie: TrieWriter = new TrieWriter(createTrieMemory(), nodeCrypto)
  readonly state: TrieState = new TrieState(this.trie, nodeCrypto)
  /** Writes to the same trie without the state's knowledge. */
  readonly #other: TrieState = new TrieState(this.trie, nodeCrypto)
  #mark: Mark | null = null

  take(step: Step): void {
    if ('key' in step) this.#write(step.kind, step.key, step.value)
    else if (step.kind === 'mark') this.#mark = this.trie.mark()
    else if (step.kind === 'undo' && this.#mark !== null) this.trie.undoTo(this.#mark)
    else if (step.kind === 'commit') this.trie.commit()
    else if (step.kind === 'rollback') this.trie.rollback()
    if (step.kind === 'undo' || step.kind === 'commit' || step.kind === 'rollback') this.#mark = null
  }

  #write(kind: 'write' | 'put' | 'behind', key: RecordKey, value: number | null): void {
    // Two cells may say the same: they are found by the hash of what they say.
    const next: Json = value === null ? null : { registrations: [], v: value }
    const text = next === null ? null : canonicalJson(next)
    if (kind === 'put') this.state.put(key, text)
    else (kind === 'write' ? this.state : this.#other).write([{ key, next, text }])
  }

  /** What is there, to somebody who remembers nothing. */
  check(): void {
    const fresh = new TrieState(this.trie, nodeCrypto)
    for (const key of KEYS) assert.deepEqual(this.state.record(key), fresh.record(key), key)
    for (const key of CELLS) assert.deepEqual(this.state.chain(key), fresh.chain(key), key)
  }
}

test('what is remembered of the state is what is there, whoever wrote it, and after every undoing', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const world = new World()
      for (const one of steps) {
        world.take(one)
        world.check()
      }
    }),
    { numRuns: 200 },
  )
})

test('a chain is asked of cells only', () => {
  const { state } = new World()
  assert.throws(() => state.chain('obj/holder/H-1' as RecordKey), TypeError)
  assert.throws(() => state.chain('ip4/192.0.2.0' as RecordKey), TypeError)
})
