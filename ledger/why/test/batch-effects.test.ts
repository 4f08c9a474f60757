import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalJson, type Json, parseKey } from '@cadastre/records'
import fc from 'fast-check'
import { lastWritten } from '../src/batch-effects.ts'

const KEYS = ['obj/pool/IP4', 'obj/holder/H-1', 'ip4/192.0.2.0/24', 'ip4/192.0.2.0/25', 'asn/64496/32']
/** Members like numbers stand first in an object of JavaScript, and last in RFC 8785. */
const next: fc.Arbitrary<Json> = fc.constantFrom<Json>(null, { v: 1 }, { '10': 'b', '9': 'a' }, 'text')
const effects = fc.array(fc.record({ key: fc.constantFrom(...KEYS), next }), { maxLength: 4 })

const opOf = (outcome: Json): string => canonicalJson({ t: 'op', v: 1, outcome })
const accepted = (list: readonly { readonly key: string; readonly next: Json }[]): string =>
  opOf({ accepted: true, effects: list.map((effect) => ({ ...effect, prev: null })) })
const concernsObjects = (key: string): boolean | null =>
  parseKey(key) === null ? null : key.startsWith('obj/')

test('what a batch left is what writing op after op leaves', () => {
  fc.assert(
    fc.property(fc.array(effects, { maxLength: 12 }), (ops) => {
      const left = new Map<string, Json>()
      for (const op of ops)
        for (const effect of op) if (concernsObjects(effect.key) === true) left.set(effect.key, effect.next)
      const found = lastWritten(ops.map(accepted), concernsObjects)
      assert.deepEqual(found === null ? null : new Map([...found].sort()), new Map([...left].sort()))
    }),
  )
})

test('a refused op wrote nothing', () => {
  assert.deepEqual(lastWritten([opOf({ accepted: false, refusals: ['paused'] })], concernsObjects), new Map())
})

test('what is no op, has no record key or can be read in two ways is refused', () => {
  const right = accepted([{ key: 'obj/pool/IP4', next: null }])
  const aside = accepted([{ key: 'asn/64496/32', next: null }])
  const wrong = [
    '',
    'null',
    canonicalJson({ t: 'state', v: 1, outcome: { accepted: false } }),
    opOf({ accepted: 1 }),
    opOf({ accepted: true, effects: 1 }),
    opOf({ accepted: true, effects: [{ key: 'obj/pool/IP4' }] }),
    accepted([{ key: 'obj/nothing/IP4', next: null }]),
    right.replace('"next":null', '"next":null,"next":1'),
    aside.replace('"next":null', '"next":1,"next":null'),
    aside.replace('"key"', '"\\u006bey"'),
    right.replace('"next":null', '"next":-0'),
    // Members in another order: refused where the effect counts.
    right.replace('{"accepted":true,', '{').replace(']}', '],"accepted":true}'),
  ]
  for (const text of wrong) assert.equal(lastWritten([right, text, aside], concernsObjects), null, text)
})
