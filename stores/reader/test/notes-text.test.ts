// Notes read out of their text are what JSON.parse gives, whatever they hold.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalJson, type Json, ORDER_EFFECTS } from '@cadastre/records'
import fc from 'fast-check'
import { parseNotes } from '../src/notes-text.ts'

const instant = fc.constantFrom('2026-01-02T03:04:05Z', '2027-01-01T00:00:00Z')
const order = fc.record({
  effect: fc.constantFrom(...ORDER_EFFECTS),
  holds: fc.boolean(),
  order: fc.nat().map((n) => `O-${n}`),
  range: fc.constantFrom(
    '192.0.2.0/24',
    '198.51.100.0 - 198.51.100.95',
    '2001:db8::/32',
    'AS64496 - AS64511',
  ),
  until: fc.option(instant),
})
const notes = fc.record({
  v: fc.constant(1),
  registration: fc.constantFrom('R-1', 'R-41-2'),
  pending: fc.option(fc.constantFrom('A-41', 'T-41'), { freq: 1 }),
  heldUntil: fc.oneof({ arbitrary: fc.constant(null), weight: 4 }, { arbitrary: instant, weight: 1 }),
  annotations: fc.array(fc.record({ id: fc.constant('N-9'), by: fc.string() }), { maxLength: 1 }),
  delayedUntil: fc.oneof({ arbitrary: fc.constant(null), weight: 4 }, { arbitrary: instant, weight: 1 }),
  pastFacts: fc.array(fc.string(), { maxLength: 1 }),
  orders: fc.array(order, { minLength: 1, maxLength: 2 }),
  since: fc.nat(),
})

test('whatever notes hold', () => {
  fc.assert(
    fc.property(fc.oneof(notes, fc.record({ v: fc.constant(1), holder: fc.string() })), (one) => {
      const text = canonicalJson(one as Json)
      assert.deepEqual(parseNotes(text), JSON.parse(text))
    }),
  )
})

test('an order and nothing else, which is read in its own way', () => {
  fc.assert(
    fc.property(order, fc.nat(), (one, since) => {
      const quiet = { annotations: [], delayedUntil: null, heldUntil: null, pastFacts: [], pending: null }
      const text = canonicalJson({ ...quiet, orders: [one], registration: 'R-1', since, v: 1 })
      assert.deepEqual(parseNotes(text), JSON.parse(text))
    }),
  )
})
