/** The parts of the replayer, each against something simpler. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  addSeconds,
  canonicalJson,
  type Due,
  type Instant,
  type Json,
  type RecordKey,
} from '@cadastre/records'
import { MemoryState } from '@cadastre/simulator'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'
import fc from 'fast-check'
import { DueQueue } from '../src/due-queue.ts'
import { fitting, opEntryBytes, parseEntry, readEntry, TrieState } from '../src/index.ts'
import { sameJson } from '../src/judgement.ts'
import { Recent } from '../src/recent.ts'
import { busyLog } from './busy-log.ts'
import { alice, codesOf, faultsOf, foundedLog, foundingBodies, LogMaker, START } from './log-maker.ts'

const at = (seconds: number): Instant => addSeconds(START, seconds)

test('the due queue gives each due thing once, by time and key, as a list would', () => {
  const key = (n: number): RecordKey => `obj/application/A-${n}` as RecordKey
  const step = fc.oneof(
    fc.record({ key: fc.nat(6), at: fc.option(fc.nat(20)) }),
    fc.record({ before: fc.nat(25) }),
  )
  const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const queue = new DueQueue()
    const list = new Map<RecordKey, Due>()
    const told = new Set<Due>()
    for (const one of steps) {
      if ('before' in one) {
        const expected = [...list.values()]
          .filter((due) => due.at < at(one.before) && !told.has(due))
          .toSorted((a, b) => (`${a.at} ${a.key}` < `${b.at} ${b.key}` ? -1 : 1))
        for (const due of expected) told.add(due)
        assert.deepEqual(queue.takeBefore(at(one.before)), expected)
        continue
      }
      const due = one.at === null ? null : { at: at(one.at), procedure: 'transfer/1', key: key(one.key) }
      const before = list.get(key(one.key))
      if (due === null) list.delete(key(one.key))
      else if (before?.at !== due.at) list.set(key(one.key), due)
      queue.set(key(one.key), before !== undefined && due?.at === before.at ? before : due)
      assert.equal(queue.get(key(one.key)), list.get(key(one.key)) ?? null)
    }
  })
  fc.assert(property, { seed: 11, numRuns: 500 })
})

test('what was asked for lately is kept, and never more than twice the size', () => {
  const recent = new Recent<number, string>(3)
  for (let n = 0; n < 100; n++) {
    recent.set(n, `value ${n}`)
    assert.equal(recent.get(0), 'value 0', 'asked for again and again')
  }
  assert.equal(recent.get(99), 'value 99')
  assert.equal(recent.get(50), undefined)
  const kept = Array.from({ length: 100 }, (_, n) => recent.get(n)).filter((value) => value !== undefined)
  assert.ok(kept.length <= 6)
})

test('values are the same exactly where their canonical texts are', () => {
  const value = fc.jsonValue({ maxDepth: 3 }).map((json): Json => JSON.parse(JSON.stringify(json, integers)))
  const property = fc.property(value, value, (one, other) => {
    assert.ok(sameJson(one, JSON.parse(JSON.stringify(one))))
    assert.equal(sameJson(one, other), canonicalJson(one) === canonicalJson(other))
  })
  fc.assert(property, { seed: 3, numRuns: 500 })
})
function integers(_name: string, value: unknown): unknown {
  if (typeof value === 'number') return (Math.trunc(value) % 1000) | 0
  return typeof value === 'string' && !value.isWellFormed() ? 'x' : value
}

test('the state read through the trie is the naive one, also after a rollback', () => {
  const trie = new TrieWriter(createTrieMemory({ poolBytes: 2 ** 24, recordBytes: 2 ** 26 }), nodeCrypto)
  const state = new TrieState(trie, nodeCrypto)
  const naive = new MemoryState((bytes) => nodeCrypto.sha256(bytes))
  const keys = [
    'ip4/198.51.100.0/24',
    'ip4/198.51.100.0/26',
    'ip4/198.51.100.32/27',
    'ip6/2001:db8::/32',
    'asn/64496/31',
  ]
    .concat(['obj/holder/H-7', 'obj/pool/IP4'])
    .map((key) => key as RecordKey)
  const compare = (): void => {
    for (const key of keys) {
      assert.deepEqual(state.record(key), naive.record(key), key)
      if (key.startsWith('obj/')) continue
      assert.deepEqual(state.chain(key), naive.chain(key), key)
      assert.deepEqual(state.subtree(key), naive.subtree(key), key)
    }
  }
  const put = (key: RecordKey, n: number | null): void => {
    const record = n === null ? null : { v: 1, registrations: [], n }
    naive.set(key, record as Json)
    state.put(key, record === null ? null : canonicalJson(record as Json))
  }
  compare()
  for (const [n, key] of keys.entries()) put(key, n)
  compare()
  trie.commit()
  for (const [n, key] of keys.entries()) state.put(key, n % 2 === 0 ? null : canonicalJson({ n: 99 }))
  assert.notDeepEqual(
    state.record('obj/holder/H-7' as RecordKey),
    naive.record('obj/holder/H-7' as RecordKey),
  )
  trie.rollback()
  compare()
  for (const key of keys.slice(2, 6)) put(key, null)
  compare()
})

test('entries of a log read back as what was written', () => {
  for (const bytes of busyLog().entries) {
    const parsed = parseEntry(bytes)
    assert.ok(parsed)
    assert.deepEqual(encodeUtf8(canonicalJson(parsed.entry as Json)), new Uint8Array(bytes))
  }
  const read = readEntry(encodeUtf8('{"t":"op","v":1}'))
  assert.ok(!read.ok)
  assert.match(read.error.detail, /^\/at is .* would be right/)
})

test('an act whose effects do not fit an entry is refused as too large, and only such an act', () => {
  const log = new LogMaker()
  for (const body of foundingBodies()) log.found('genesis/1', body)
  const rows = 100
  const manifest = {
    step: 'manifest',
    staff: 'OPERATOR',
    source: 'EXAMPLE',
    file: 'delegated-example',
    sha256: log.hashOf('any'),
    rows,
    nested: false,
    attribution: 'made up',
  }
  log.found('import/1', manifest)
  const raw = (n: number): string => `example|XX|ipv4|192.0.2.${n}|1|20200101|allocated|holder-${n}`
  const chunk = Array.from({ length: rows }, (_, n) => ({ line: n + 1, raw: raw(n) }))
  const entry = log.found('import/1', {
    step: 'chunk',
    staff: 'OPERATOR',
    source: 'EXAMPLE',
    from: 0,
    rows: chunk,
  })
  assert.deepEqual(entry.outcome, { accepted: false, refusals: ['entry-too-large'] })
  log.commit()
  assert.deepEqual(faultsOf(log.entries), [])

  const small = foundedLog()
  small.tamper = (one) =>
    ({ ...(one as object), outcome: { accepted: false, refusals: ['entry-too-large'] } }) as Json
  small.act(small.request('confirm/1', { holder: 'H-4' }), [alice])
  small.commit()
  assert.deepEqual(codesOf(small.entries), ['7 refused-wrongly'])
})

test('of what was executed, a refusal with its inputs, and one without, the first that fits is written', () => {
  const head = { at: START, received: null, procedure: 'import/1', request: null, evidence: [] } as const
  const input = { key: 'ip4/198.51.100.0/24', q: 'chain', hash: null } as const
  const effect = { key: 'obj/holder/H-7' as RecordKey, prev: null, next: 'x'.repeat(40_000) }
  const stamped = { key: effect.key, next: effect.next, text: canonicalJson(effect.next) }
  const accepted = { accepted: true, effects: [effect], stamped: [stamped] } as const
  const withInputs = fitting(head, { inputs: [input], outcome: accepted })
  assert.deepEqual(withInputs.executed.inputs, [input])
  assert.deepEqual(withInputs.executed.outcome, { accepted: false, refusals: ['entry-too-large'] })
  assert.deepEqual(withInputs.bytes, opEntryBytes(head, withInputs.executed))
  const without = fitting(head, { inputs: Array.from({ length: 1000 }, () => input), outcome: accepted })
  assert.deepEqual(without.executed.inputs, [])
})
