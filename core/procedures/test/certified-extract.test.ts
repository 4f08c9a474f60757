// P21: the hash of an extract is dated beside the hash of the record that it shows; no record is written.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject, RecordKey } from '@cadastre/records'
import { certifiedExtract } from '../src/certified-extract.ts'
import { COMMON_CODES, commonRefusals, hash, staffedWorld } from './staff-fixture.ts'
import type { World } from './world.ts'

const PARAMETERS = { 'certified-extract/1': {} }
const CELL = 'ip4/203.0.113.0/24'

function world(): World {
  const here = staffedWorld(PARAMETERS)
  here.register('R-1', '203.0.113.0/24')
  return here
}
function ask(here: World, more: JsonObject = {}): string | null {
  const record = here.state.memberHash(here.state.get(CELL as RecordKey) as Json)
  return here.ask(certifiedExtract, { body: { key: CELL, record, extract: hash('pdf'), ...more }, by: ['x'] })
}

test('any key has an extract dated; the entry holds the record among its inputs and has no effect', () => {
  const here = world()
  const before = new Map(here.state.records)
  assert.equal(ask(here), null)
  assert.deepEqual(here.last?.outcome, { accepted: true, effects: [], stamped: [] })
  const input = here.last?.inputs.find(({ key }) => key === CELL)
  assert.deepEqual(input, { key: CELL, q: 'record', hash: here.state.record(CELL as RecordKey).hash })
  assert.deepEqual(new Map(here.state.records), before)
})

test('that nothing is recorded at a key can be dated too', () => {
  assert.equal(ask(world(), { key: 'ip4/198.51.100.0/24', record: null }), null)
  assert.equal(ask(world(), { key: 'obj/holder/H-9', record: null }), null)
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  const body = { key: 'obj/holder/H-9', record: null, extract: hash('pdf') }
  assert.deepEqual(commonRefusals(PARAMETERS, certifiedExtract, body, ['x']), COMMON_CODES)
  assert.equal(ask(world(), { key: 'ip4/203.0.113.1/24' }), 'body-malformed')
})

test('member-changed: another record, none, or one where there is none', () => {
  assert.equal(ask(world(), { record: hash('other') }), 'member-changed')
  assert.equal(ask(world(), { record: null }), 'member-changed')
  assert.equal(ask(world(), { key: 'ip4/198.51.100.0/24' }), 'member-changed')
})
