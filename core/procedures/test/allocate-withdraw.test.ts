// P2: an applicant may leave the queue; who stands behind keeps the order, and is not held up.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type JsonObject, objectKey, type RecordKey } from '@cadastre/records'
import fc from 'fast-check'
import { allocate } from '../src/allocate.ts'
import { poolWorld } from './pool-fixture.ts'
import { DAY, type World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24' as RecordKey

/** A pool of one /24 that H-3 holds: everybody else waits. */
function world(more: JsonObject = {}): World {
  const here = poolWorld('community', { range: '203.0.113.0/24' })
  assert.equal(ask(here, 'H-3', 24), null)
  const parameters = here.state.get(objectKey('procedure', 'ALLOCATE-1')) as JsonObject
  here.put(objectKey('procedure', 'ALLOCATE-1'), {
    ...parameters,
    parameters: { ...(parameters['parameters'] as JsonObject), ...more },
  })
  return here
}
function ask(here: World, holder: string, length = 26): string | null {
  return here.ask(allocate, { body: { holder, pool: 'P-1', length, block: null }, by: [`${holder}/full`] })
}
function withdraw(here: World, application: string, holder = 'H-1', by = [`${holder}/full`]): string | null {
  return here.ask(allocate, { body: { step: 'withdraw', application, by: holder }, by })
}
/** Everything comes back, and the queues are served until nothing more is to do. */
function serveAll(here: World): void {
  const cell = here.cell(CELL)
  here.put(CELL, { ...cell, registrations: cell.registrations.slice(0, 1) })
  const pool = here.object('pool', 'P-1')
  here.put(objectKey('pool', 'P-1'), { ...pool, cursors: {}, exhausted: [], serve: here.at })
  while (here.object('pool', 'P-1')?.['serve'] !== null)
    assert.equal(here.due(allocate, 'obj/pool/P-1'), null)
}
const state = (here: World, application: string): unknown =>
  here.object('application', application)?.['state']

test('who withdraws is passed over, wherever it stands: first, in between or last', () => {
  for (const leaving of [['A-101'], ['A-102'], ['A-103'], ['A-101', 'A-102'], ['A-101', 'A-102', 'A-103']]) {
    const here = world()
    for (const holder of ['H-1', 'H-2', 'H-1']) assert.equal(ask(here, holder), null)
    for (const one of leaving) assert.equal(withdraw(here, one, one === 'A-102' ? 'H-2' : 'H-1'), null)
    serveAll(here)
    for (const one of ['A-101', 'A-102', 'A-103'])
      assert.equal(state(here, one), leaving.includes(one) ? 'withdrawn' : 'effected', one)
    assert.deepEqual(here.object('pool', 'P-1')?.['queues'], {})
  }
})

test('any who leave, among any who wait: the others are served in the order of arrival, each once', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), (leaves) => {
      const here = world()
      const names = leaves.map((leaving) => {
        assert.equal(ask(here, 'H-1', 30), null)
        const name = `A-${here.index - 1}`
        if (leaving) assert.equal(withdraw(here, name), null)
        return name
      })
      serveAll(here)
      const kept = names.filter((_, index) => leaves[index] === false)
      const blocks = kept.map((_, index) => `ip4/203.0.113.${4 * index}/30`)
      assert.deepEqual(
        blocks.map((key) => here.innermost(key)?.kind),
        kept.map(() => 'holding'),
      )
      assert.equal(here.innermost(`ip4/203.0.113.${4 * kept.length}/30`)?.kind, 'pool')
      for (const [index, name] of names.entries())
        assert.equal(state(here, name), leaves[index] === true ? 'withdrawn' : 'effected')
    }),
    { numRuns: 40 },
  )
})

test('who waits for a fee may leave too', () => {
  const here = world({ actFee: true, feeDays: 5 })
  assert.equal(ask(here, 'H-1'), null)
  assert.equal(state(here, 'A-101'), 'fee-due')
  assert.equal(withdraw(here, 'A-101'), null)
  here.later(7 * DAY)
  assert.equal(here.due(allocate, 'obj/application/A-101'), 'not-due')
})

test('application-unknown, application-closed, not-party, consent-missing', () => {
  const here = world()
  assert.equal(ask(here, 'H-1'), null)
  assert.equal(withdraw(here, 'A-1'), 'application-unknown')
  assert.equal(withdraw(here, 'A-101', 'H-2'), 'not-party')
  assert.equal(withdraw(here, 'A-101', 'H-1', ['H-1/technical']), 'consent-missing')
  assert.equal(withdraw(here, 'A-101'), null)
  assert.equal(withdraw(here, 'A-101'), 'application-closed')
  assert.equal(
    here.ask(allocate, { body: { step: 'withdraw', application: 'A-101' }, by: [] }),
    'body-malformed',
  )
})
