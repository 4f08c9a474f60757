// P23, the predecessor's side: named in advance, announced, a notice, the end of the log.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, RecordKey, Registry } from '@cadastre/records'
import { handOver } from '../src/hand-over.ts'
import { REGISTRY_KEY } from '../src/index.ts'
import { hash, staffedWorld, staffKeyName } from './staff-fixture.ts'
import { DAY, type World } from './world.ts'

const PARAMETERS = { 'hand-over/1': { namedSeconds: 30 * DAY, noticeSeconds: 7 * DAY } }
const KEY = hash('the successor’s log key')
const NAME: JsonObject = { step: 'name', staff: 'OP-1', origin: 'next.example/log', key: KEY }
const registry = (here: World): Registry => here.state.get(REGISTRY_KEY) as never

function ask(here: World, body: JsonObject, by = ['OP-1'], successor = true): string | null {
  const keys = [...by.map(staffKeyName), ...(successor ? [KEY] : [])]
  return here.ask(handOver, { body, by: keys })
}
const step = (here: World, name: string, successor = true): string | null =>
  ask(here, { step: name, staff: 'OP-1' }, ['OP-1'], successor)

test('named, announced after its time, the notice passes, the log ends; nothing but the registry is written', () => {
  const here = staffedWorld(PARAMETERS)
  const before = new Map([...here.state.records].map(([key, { text }]) => [key, text]))
  assert.equal(ask(here, NAME), null)
  assert.deepEqual(registry(here).successor, {
    origin: 'next.example/log',
    key: KEY,
    named: '2030-01-01T00:00:00Z',
  })
  here.later(30 * DAY)
  assert.equal(step(here, 'announce'), null)
  assert.deepEqual(registry(here).handOver, {
    announced: '2030-01-31T00:00:00Z',
    from: '2030-02-07T00:00:00Z',
  })
  here.later(7 * DAY)
  assert.equal(step(here, 'finish', false), null)
  assert.equal(registry(here).state, 'handed-over')
  const changed = [...here.state.records].filter(([key, { text }]) => before.get(key) !== text)
  assert.deepEqual(
    changed.map(([key]) => key),
    [REGISTRY_KEY],
  )
})

test('withdrawn until the end; another successor ends an announcement; the least notice is 7 days', () => {
  const here = staffedWorld({ 'hand-over/1': { namedSeconds: 0, noticeSeconds: 0 } })
  ask(here, NAME)
  assert.equal(step(here, 'announce'), null)
  assert.equal(registry(here).handOver?.from, '2030-01-08T00:00:00Z')
  assert.equal(step(here, 'withdraw', false), null)
  assert.equal(registry(here).handOver, null)
  step(here, 'announce')
  assert.equal(ask(here, { ...NAME, origin: 'other.example/log' }), null)
  assert.equal(registry(here).handOver, null)
})

test('successor-missing, successor-signature-missing, nothing-changed', () => {
  const here = staffedWorld(PARAMETERS)
  assert.equal(step(here, 'announce'), 'successor-missing')
  assert.equal(ask(here, NAME, ['OP-1'], false), 'successor-signature-missing')
  assert.equal(ask(here, NAME), null)
  assert.equal(ask(here, NAME), 'nothing-changed')
  here.later(30 * DAY - 1)
  assert.equal(step(here, 'announce'), 'successor-missing')
  here.later(1)
  assert.equal(step(here, 'announce', false), 'successor-signature-missing')
  assert.equal(step(here, 'announce'), null)
  assert.equal(step(here, 'announce'), 'nothing-changed')
})

test('not-announced, notice-running', () => {
  const here = staffedWorld(PARAMETERS)
  assert.equal(step(here, 'finish'), 'not-announced')
  assert.equal(step(here, 'withdraw'), 'not-announced')
  ask(here, NAME)
  here.later(30 * DAY)
  step(here, 'announce')
  here.later(7 * DAY - 1)
  assert.equal(step(here, 'finish'), 'notice-running')
})

test('staff-unknown, wrong-staff-role, staff-signature-missing', () => {
  const here = staffedWorld(PARAMETERS)
  assert.equal(ask(here, { ...NAME, staff: 'NOBODY' }), 'staff-unknown')
  assert.equal(ask(here, { ...NAME, staff: 'CLERK-1' }, ['CLERK-1']), 'wrong-staff-role')
  assert.equal(ask(here, NAME, ['OP-2']), 'staff-signature-missing')
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding', () => {
  const by = [staffKeyName('OP-1'), KEY]
  assert.equal(ask(staffedWorld(PARAMETERS), { step: 'name', staff: 'OP-1' }), 'body-malformed')
  assert.equal(ask(staffedWorld({}), NAME), 'procedure-unknown')
  const here = staffedWorld(PARAMETERS)
  assert.equal(here.ask(handOver, { body: NAME, by, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(handOver, { body: NAME, by, expires: '2029-01-01T00:00:00Z' }), 'request-expired')
  here.put('obj/registry/REGISTRY' as RecordKey, { ...registry(here), state: 'founding' })
  assert.equal(ask(here, NAME), 'still-founding')
})

test('a successor whose log has a new key is named anew, though its origin is the same', () => {
  const here = staffedWorld(PARAMETERS)
  assert.equal(ask(here, NAME), null)
  assert.equal(ask(here, NAME), 'nothing-changed')
  const key = hash('another key')
  here.later(DAY)
  assert.equal(here.ask(handOver, { body: { ...NAME, key }, by: [staffKeyName('OP-1'), key] }), null)
  assert.deepEqual([registry(here).successor?.key, registry(here).successor?.named], [key, here.at])
})
