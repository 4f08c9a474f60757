// The index of what is under way: exactly the objects that say so themselves, after any changes, and none by a rest.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { canonicalJson, type Json, type RecordKey } from '@cadastre/records'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'
import fc from 'fast-check'
import { aboutOf, TrieState, type UnderWay, UnderWayReader, underWayOf } from '../src/index.ts'

const SUBJECTS = ['R-1', 'R-12', 'R-1-1', 'H-1', 'IMP-STATISTICS-A1B2C3', 'IMP-STATISTICS-A1B2C4']
const subject = fc.constantFrom(...SUBJECTS)
const order = fc.record({
  handle: fc.constant(''),
  stayed: fc.constant(null),
  until: fc.option(fc.constant('2027-01-01T00:00:00Z')),
  state: fc.constantFrom('stayed', 'executed', 'varied', 'window', 'expired'),
  detail: fc.record({ effect: fc.constantFrom('hold', 'annotate', 'transferTo', 'appointRepresentative') }),
  scope: fc.array(fc.record({ id: subject, range: fc.constant('192.0.2.0/24') }), { maxLength: 3 }),
  holder: fc.option(subject),
  executed: fc.option(fc.constant('2026-01-01T00:00:00Z')),
})
const application = fc.record({
  procedure: fc.constantFrom('claim/1', 'succeed/1', 'transfer/1', 'adopt-procedure/1'),
  due: fc.constant('2027-01-01T00:00:00Z'),
  handle: fc.constant(''),
  state: fc.constantFrom('noticed', 'cooling', 'examining', 'effected'),
  body: fc.oneof(
    fc.record({ step: fc.constant('holder'), holder: subject }),
    fc.record({ step: fc.constant('registration'), registration: fc.record({ id: subject }) }),
    fc.record({ registrations: fc.array(fc.record({ id: subject }), { maxLength: 3 }) }),
    fc.record({ terms: fc.record({ procedure: fc.constant('claim/1') }), holder: subject }),
  ),
})
const change = fc.oneof(
  fc.tuple(fc.nat(5), fc.option(order)).map(([n, record]) => ({ key: `obj/order/O-${n}`, record })),
  fc
    .tuple(fc.nat(5), fc.option(application))
    .map(([n, record]) => ({ key: `obj/application/A-${n}`, record })),
)

test('every subject finds exactly the objects about it, in order; nothing is left of what has ended', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const state = new TrieState(new TrieWriter(createTrieMemory(), nodeCrypto), nodeCrypto, {
        keepIndex: true,
      })
      const reader = new UnderWayReader(nodeCrypto)
      const records = new Map<string, unknown>()
      for (const { key, record: made } of changes) {
        const record = made === null ? null : { ...made, handle: key.slice(key.lastIndexOf('/') + 1) }
        state.put(key as RecordKey, record === null ? null : canonicalJson(record as Json))
        records.set(key, record)
        // A copy that was made before each change must not be taken for what is there now.
        reader.at(state.view)
      }
      for (const about of SUBJECTS) {
        const named = [...records].flatMap(([key, record]) => underWayOf(key, record, about) ?? [])
        const byHandle = (all: readonly UnderWay[]): unknown =>
          JSON.parse(JSON.stringify(all.toSorted((one, other) => (one.handle < other.handle ? -1 : 1))))
        assert.deepEqual(byHandle(reader.at(state.view)(about)), byHandle(named))
      }
    }),
  )
})

test('a stayed order, a representative, a claim and a succession in their windows are under way; others are not', () => {
  const scope = [{ id: 'R-1' }]
  const hold = { state: 'stayed', detail: { effect: 'hold' }, scope, holder: 'H-1', executed: null }
  const appoints = { ...hold, detail: { effect: 'appointRepresentative' }, scope: [] }
  const executed = '2026-01-01T00:00:00Z'
  assert.deepEqual(aboutOf('obj/order/O-1', hold), ['R-1'])
  assert.deepEqual(aboutOf('obj/order/O-1', { ...hold, state: 'executed' }), [])
  assert.deepEqual(aboutOf('obj/order/O-1', { ...appoints, state: 'executed', executed }), ['H-1'])
  assert.deepEqual(aboutOf('obj/order/O-1', { ...appoints, executed }), ['H-1'])
  assert.deepEqual(aboutOf('obj/order/O-1', appoints), [])
  const claim = { procedure: 'claim/1', state: 'noticed', body: { holder: 'H-1' } }
  assert.deepEqual(aboutOf('obj/application/A-1', claim), ['H-1'])
  assert.deepEqual(aboutOf('obj/application/A-1', { ...claim, state: 'examining' }), [])
  const succession = { procedure: 'succeed/1', state: 'cooling', body: { registrations: [{ id: 'R-1' }] } }
  assert.deepEqual(aboutOf('obj/application/A-1', succession), ['R-1'])
  assert.deepEqual(aboutOf('obj/holder/H-1', { state: 'stayed' }), [])
})

test('more than a reader copies are looked up one by one, and found all the same', () => {
  const state = new TrieState(new TrieWriter(createTrieMemory(), nodeCrypto), nodeCrypto, { keepIndex: true })
  const many = 5_000
  for (let number = 0; number < many; number++) {
    const scope = [{ id: `R-${number}`, range: '192.0.2.0/24' }]
    const detail = { effect: 'hold' }
    const order = { handle: `O-${number}`, state: 'stayed', detail, scope, holder: null, until: null }
    const record = { ...order, executed: null, stayed: null }
    state.put(`obj/order/O-${number}` as RecordKey, canonicalJson(record))
  }
  const about = new UnderWayReader(nodeCrypto).at(state.view)
  for (const number of [0, 1, many - 1])
    assert.deepEqual(
      about(`R-${number}`).map(({ handle }) => handle),
      [`O-${number}`],
    )
  assert.deepEqual(about(`R-${many}`), [])
  assert.deepEqual(about('IMP-STATISTICS-A1B2C3'), [])
})
