// The form of an order: what an authority writes down, read strictly, with every fault at its item of the checklist.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import {
  CHECKLIST,
  type JsonObject,
  ORDER_DOCUMENT_SCHEMA,
  ORDER_EFFECTS,
  readOrderDocument,
  waitsForWindow,
} from '@cadastre/records'
import fc from 'fast-check'

const HOLD: JsonObject = {
  v: 1,
  registry: 'registry.example/log',
  authority: 'COURT-1',
  reference: 'C 12/2026',
  date: '2026-05-01',
  order: { effect: 'hold' },
  resources: ['192.0.2.0/24', 'AS64496'],
  holder: 'H-7',
  duration: { kind: 'until', until: '2026-11-01T00:00:00Z' },
  executeFrom: null,
  notice: { kind: 'to-holder' },
  appeal: { kind: 'possible', until: '2026-06-01', stays: false },
  reverses: null,
}
const KEY = {
  alg: 'ed25519',
  key: 'MCowBQYDK2VwAyEAZm9vZm9vZm9vZm9vZm9vZm9vZm9vZm9vZm9vZm9vZm8=',
  roles: ['full'],
}
const ONCE = { kind: 'once' }
const DETAILS: { readonly [effect: string]: JsonObject } = {
  disclose: {
    order: { effect: 'disclose', asked: ['name and address of the registrant'] },
    resources: [],
    duration: ONCE,
  },
  annotate: { order: { effect: 'annotate' } },
  hold: {},
  correct: { order: { effect: 'correct', field: 'country', value: 'XX' }, duration: ONCE },
  transferTo: { order: { effect: 'transferTo', receiver: 'H-9' }, duration: ONCE },
  appointRepresentative: { order: { effect: 'appointRepresentative', m: 1, keys: [KEY] }, resources: [] },
  cancelToPool: { order: { effect: 'cancelToPool' }, duration: ONCE },
  withdrawNamedService: {
    order: {
      effect: 'withdrawNamedService',
      services: [{ kind: 'route', range: '192.0.2.0/24', asn: 64496 }],
    },
    duration: ONCE,
  },
  vary: {
    order: { effect: 'vary', order: 'O-41', until: null, sealUntil: null },
    resources: [],
    duration: ONCE,
  },
  stay: { order: { effect: 'stay', order: 'O-41' }, resources: [], duration: { kind: 'open' } },
  lift: { order: { effect: 'lift', order: 'O-41', what: 'order' }, resources: [], duration: ONCE },
}

/** The faults of a form as `item pointer`; `[]` where it is one. */
function faults(changes: JsonObject): readonly string[] {
  const read = readOrderDocument(JSON.stringify({ ...HOLD, ...changes }))
  return read.ok ? [] : read.error.map(({ item, pointer }) => `${item} ${pointer}`)
}

describe('a form', () => {
  test('of each effect of the vocabulary is read', () => {
    assert.deepEqual(Object.keys(DETAILS), [...ORDER_EFFECTS])
    for (const [effect, details] of Object.entries(DETAILS)) assert.deepEqual(faults(details), [], effect)
  })

  test('may be laid out as people do, in any order of members', () => {
    const read = readOrderDocument(
      JSON.stringify(Object.fromEntries(Object.entries(HOLD).toReversed()), null, 2),
    )
    assert.ok(read.ok)
    assert.equal(read.value.reference, 'C 12/2026')
  })

  test('says what is wrong with every item, not only with the first', () => {
    assert.deepEqual(
      faults({
        registry: 'not an origin',
        authority: 'court 1',
        reference: '',
        date: '2026-02-30',
        order: { effect: 'closeHolder' },
        resources: ['everything'],
        duration: 'a while',
        notice: null,
      }),
      [
        'binds-registry /registry',
        'authority-registered /authority',
        'served-authentic /reference',
        'in-force-at-seat /date',
        'effect-in-vocabulary /order/effect',
        'lists-numbers /resources/0',
        'duration-stated /duration',
        'notice-stated /notice',
      ],
    )
  })

  test('lists exact numbers, once', () => {
    assert.deepEqual(faults({ resources: [] }), ['lists-numbers /resources'])
    assert.deepEqual(faults({ resources: ['192.0.2.1/24'] }), ['lists-numbers /resources/0'])
    assert.deepEqual(faults({ resources: ['192.0.2.0/24', '192.0.2.128/25'] }), ['lists-numbers /resources'])
    assert.deepEqual(faults({ resources: Array(17).fill('AS64496') }), ['lists-numbers /resources'])
    assert.deepEqual(faults({ ...DETAILS['transferTo'], holder: 'H-9' }), ['lists-numbers /order/receiver'])
  })

  test('names a holder where that is what it is about, and then no numbers', () => {
    for (const effect of ['disclose', 'appointRepresentative', 'vary', 'stay', 'lift']) {
      assert.deepEqual(faults({ ...DETAILS[effect], holder: null }), ['lists-numbers /holder'], effect)
      assert.deepEqual(
        faults({ ...DETAILS[effect], resources: ['AS64496'] }),
        ['lists-numbers /resources'],
        effect,
      )
    }
    assert.deepEqual(faults({ ...DETAILS['correct'], resources: [] }), [])
    assert.deepEqual(faults({ holder: null }), [])
  })

  test('says how long what lasts shall last, and of what is done once that it is', () => {
    assert.deepEqual(faults({ duration: ONCE }), ['duration-stated /duration/kind'])
    assert.deepEqual(faults({ ...DETAILS['lift'], duration: { kind: 'open' } }), [
      'duration-stated /duration/kind',
    ])
    const past = { kind: 'until', until: '2026-04-30T23:59:59Z' }
    assert.deepEqual(faults({ duration: past }), ['duration-stated /duration/until'])
  })

  test('is never sealed where something is taken (procedures.md, Guards: invented court)', () => {
    const notice = { kind: 'sealed', until: '2026-08-01T00:00:00Z' }
    for (const effect of ORDER_EFFECTS)
      assert.equal(faults({ ...DETAILS[effect], notice }).length === 0, !waitsForWindow(effect), effect)
    assert.deepEqual(faults({ notice: { kind: 'sealed', until: '2026-01-01T00:00:00Z' } }), [
      'notice-stated /notice/until',
    ])
  })

  test('has no member too many, too few or twice, and no other value', () => {
    assert.deepEqual(faults({ remark: 'x' }), ['null /remark'])
    const { appeal: _, ...without } = HOLD
    const read = readOrderDocument(JSON.stringify(without))
    assert.ok(!read.ok && read.error[0]?.item === 'in-force-at-seat')
    const twice = JSON.stringify(HOLD).replace('"v":1', '"v":1,"holder":"H-8"')
    for (const source of [twice, '', '[]', 'null', '{', '"text"', 'x'.repeat(40_000)])
      assert.ok(!readOrderDocument(source).ok, source.slice(0, 20))
    assert.ok(readOrderDocument(JSON.stringify({ ...HOLD, reference: 'a ":" b\\' })).ok)
  })

  test('of whatever text is a form or has faults at known items', () => {
    const items = new Set<string | null>([...CHECKLIST, null])
    const member = fc.constantFrom(...Object.keys(HOLD))
    fc.assert(
      fc.property(member, fc.jsonValue(), fc.string(), (name, value, noise) => {
        for (const source of [JSON.stringify({ ...HOLD, [name]: value }), noise]) {
          const read = readOrderDocument(source)
          if (!read.ok) for (const { item } of read.error) assert.ok(items.has(item))
        }
      }),
    )
  })
})

test('docs/order.schema.json is the schema of the form', () => {
  const path = join(import.meta.dirname, '../../../docs/order.schema.json')
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), ORDER_DOCUMENT_SCHEMA)
})
