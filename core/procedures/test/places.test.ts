// Places in the attestors' queues: everybody has as many within a period, whatever became of them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HolderNotes, type JsonObject, objectKey } from '@cadastre/records'
import { correct } from '../src/correct.ts'
import { succeed } from '../src/succeed.ts'
import { addClerks, HASH } from './attestors.ts'
import { DAY, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'

function world(): World {
  const here = new World({
    'succeed/1': { windowDays: 15, endedWindowDays: 30 },
    'correct/1': { noticeDays: 5 },
    'transfer/1': { coolingSeconds: 0, maxCoolingSeconds: 30 * DAY, floorIp4: 32, floorIp6: 128 },
  })
  for (const handle of ['H-1', 'H-2', 'H-3']) here.holder(handle)
  here.register('R-1', '203.0.113.0/24')
  addClerks(here)
  return here
}
function apply(here: World, successor = 'H-2', attestor: string | null = 'CL-1', by: readonly string[] = []) {
  const found = here.innermost(CELL)
  assert.ok(found)
  const registrations = [{ key: CELL, id: 'R-1' }]
  const instrument = HASH
  const body = { step: 'apply', predecessor: 'H-1', successor, registrations, ground: 'merger', instrument }
  return here.ask(succeed, {
    body: { ...body, attestor },
    by: [`${successor}/full`, ...by],
    replaces: [here.names(found)],
  })
}
const filed = (here: World, handle: string): HolderNotes['filed'] =>
  (here.state.get(objectKey('notes', handle)) as HolderNotes | null)?.filed

test('quota-reached: eight within seven days, withdrawn ones too; a place is free again a week after it was taken', () => {
  const here = world()
  for (let count = 1; count <= 8; count++) {
    assert.equal(apply(here), null)
    assert.equal(filed(here, 'H-2')?.length, count)
    const end: JsonObject = { step: 'withdraw', application: `A-${here.index - 1}`, by: 'H-2' }
    assert.equal(here.ask(succeed, { body: end, by: ['H-2/full'] }), null)
    here.later(3600)
  }
  assert.equal(apply(here), 'quota-reached')
  // Whom nobody else is in the way of: another holder, and the same one with the predecessor's consent.
  assert.equal(apply(here, 'H-3'), null)
  assert.equal(apply(here, 'H-2', null, ['H-1/full']), null)
  const again = world()
  for (let count = 1; count <= 8; count++) assert.equal(apply(again), null)
  again.later(7 * DAY - 1)
  assert.equal(apply(again), 'quota-reached')
  again.later(1)
  assert.equal(apply(again), null)
  assert.deepEqual(filed(again, 'H-2'), [again.at])
})

test('quota-reached: one number for all acts together, and before the choice of an attestor is looked at', () => {
  const here = world()
  for (let count = 1; count <= 8; count++) assert.equal(apply(here, 'H-3'), null)
  const registration = here.innermost(CELL)
  assert.ok(registration)
  const body = (by: string, attestor = 'CL-1'): JsonObject => ({
    step: 'registration',
    by,
    attestor,
    instrument: HASH,
    registration: { key: CELL, id: 'R-1' },
    correction: { field: 'country', value: 'CH' },
  })
  const ask = (by: string, attestor?: string): string | null =>
    here.ask(correct, {
      body: body(by, attestor),
      by: [`${by}/full`],
      replaces: [here.names(registration)],
    })
  assert.equal(ask('H-3', 'CL-2'), 'quota-reached')
  assert.equal(ask('H-2', 'CL-2'), 'attestor-not-outside')
  assert.equal(ask('H-2'), null)
})

test('the limit is a parameter of attest, the same for everyone', () => {
  const here = world()
  here.revise('attest/1', { places: 1, placesSeconds: DAY })
  assert.equal(apply(here), null)
  assert.equal(apply(here), 'quota-reached')
  here.later(DAY)
  assert.equal(apply(here), null)
})
