// P15 and P2: an application that a name alone delays stands aside, holds up nobody, and comes back in its old order.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type JsonObject, objectKey, type Pool, type RecordKey } from '@cadastre/records'
import { allocate } from '../src/allocate.ts'
import { applySanctionsAct } from '../src/apply-sanctions-act.ts'
import { PROFILES } from '../src/profiles.ts'
import { hash, staffedWorld, staffKeyName } from './staff-fixture.ts'
import { DAY, type World } from './world.ts'

const POOL = objectKey('pool', 'P-1')
const HOLDERS = ['H-1', 'H-2', 'H-3']

/** A pool of one /24, which H-3 holds; everybody else waits. */
function world(): World {
  const here = staffedWorld({
    'allocate/1': PROFILES.community['allocate/1'] ?? {},
    'apply-sanctions-act/1': PROFILES.community['apply-sanctions-act/1'] ?? {},
  })
  for (const handle of HOLDERS) {
    const holder = here.state.get(objectKey('holder', handle)) as JsonObject
    here.put(objectKey('holder', handle), { ...holder, identity: `KEY-${handle}` })
    const granted = { ip4: 0, ip6: 0, asn: 0 }
    here.put(objectKey('identity', `KEY-${handle}`), {
      v: 1,
      holder: handle,
      register: null,
      granted,
      since: 1,
    })
  }
  const { first, last } = here.register('R-0', '203.0.113.0/24', {
    kind: 'pool',
    holder: null,
    provenance: 'P-1',
  })
  const none = { cursors: {}, queues: {}, exhausted: [], serve: null }
  here.put(POOL, { v: 1, handle: 'P-1', space: 'ip4', first, last, open: false, ...none, since: 0 })
  assert.equal(ask(here, 'H-3', 24), null)
  return here
}
function ask(here: World, holder: string, length = 26): string | null {
  return here.ask(allocate, { body: { holder, pool: 'P-1', length, block: null }, by: [`${holder}/full`] })
}
function sanction(here: World, holder: string, step: 'delay' | 'certify' = 'delay'): void {
  const shared = {
    step,
    holder,
    act: 'act',
    evidence: hash('act'),
    kinds: ['allocate'],
    staff: ['CLERK-1', 'CLERK-2'],
  }
  const body = step === 'delay' ? shared : { ...shared, register: null, ruling: hash('ruling') }
  const by = [staffKeyName('CLERK-1'), staffKeyName('CLERK-2')]
  assert.equal(here.ask(applySanctionsAct, { body, by }), null)
}
/** Half of the pool becomes free, and the queue is to be served. */
function free(here: World): void {
  const cell = here.cell('ip4/203.0.113.0/24')
  here.put('ip4/203.0.113.0/24' as RecordKey, { ...cell, registrations: cell.registrations.slice(0, 1) })
  here.put(POOL, { ...pool(here), cursors: {}, exhausted: [], serve: here.at })
}
const pool = (here: World): Pool => here.state.get(POOL) as Pool
const state = (here: World, handle: string): unknown => here.object('application', handle)?.['state']
const serve = (here: World): string | null => here.due(allocate, POOL)
function waiting(here: World, length = 26): readonly string[] {
  const names: string[] = []
  let name: string | null = pool(here).queues[String(length)]?.head ?? null
  while (name !== null) {
    names.push(name)
    name = (here.object('application', name)?.['next'] ?? null) as string | null
  }
  assert.equal(names.at(-1) ?? null, pool(here).queues[String(length)]?.tail ?? null)
  return names
}

test('act-blocked: a new application of the one delayed or blocked is refused, and nobody else’s', () => {
  for (const step of ['delay', 'certify'] as const) {
    const here = world()
    sanction(here, 'H-1', step)
    assert.equal(ask(here, 'H-1'), 'act-blocked')
    assert.equal(ask(here, 'H-2'), null)
    here.later(14 * DAY)
    assert.equal(ask(here, 'H-1'), step === 'delay' ? null : 'act-blocked')
  }
})

test('who is delayed on a name stands aside: the next is served, and it comes back when the delay has ended', () => {
  const here = world()
  const first = `A-${here.index}`
  ask(here, 'H-1')
  const second = `A-${here.index}`
  ask(here, 'H-2')
  sanction(here, 'H-1')
  free(here)
  assert.equal(serve(here), null)
  assert.equal(state(here, first), 'cooling')
  assert.deepEqual(waiting(here), [second])
  assert.equal(serve(here), null)
  assert.equal(state(here, second), 'effected')
  const aside = `obj/application/${first}`
  assert.equal(here.due(allocate, aside), 'not-due')
  here.later(14 * DAY)
  assert.equal(here.due(allocate, aside), null)
  assert.deepEqual(waiting(here), [first])
  assert.equal(serve(here), null)
  assert.equal(state(here, first), 'effected')
  assert.deepEqual(waiting(here), [])
  assert.equal(here.due(allocate, aside), 'not-due')
})

test('several that stood aside come back in the order of their arrival, before all who arrived later', () => {
  const here = world()
  const names = HOLDERS.map((holder) => {
    const name = `A-${here.index}`
    ask(here, holder)
    return name
  })
  sanction(here, 'H-2')
  here.later(DAY)
  sanction(here, 'H-1')
  free(here)
  assert.equal(serve(here), null)
  assert.equal(serve(here), null)
  assert.deepEqual(waiting(here), [names[2]])
  // Nothing is served meanwhile, so that all three meet in the queue; the second comes back first.
  here.later(13 * DAY)
  assert.equal(here.due(allocate, `obj/application/${names[1]}`), null)
  assert.deepEqual(waiting(here), [names[1], names[2]])
  here.later(DAY)
  assert.equal(here.due(allocate, `obj/application/${names[0]}`), null)
  assert.deepEqual(waiting(here), names)
})

test('one that arrived later comes back behind one that arrived earlier', () => {
  const here = world()
  const names = HOLDERS.map((holder) => {
    const name = `A-${here.index}`
    ask(here, holder)
    return name
  })
  sanction(here, 'H-1')
  here.later(DAY)
  sanction(here, 'H-2')
  free(here)
  serve(here)
  serve(here)
  here.later(13 * DAY)
  assert.equal(here.due(allocate, `obj/application/${names[0]}`), null)
  here.later(DAY)
  assert.equal(here.due(allocate, `obj/application/${names[1]}`), null)
  assert.deepEqual(waiting(here), names)
})

test('who is blocked while it waits fails and says why; the next is served', () => {
  const here = world()
  const first = `A-${here.index}`
  ask(here, 'H-1')
  ask(here, 'H-2')
  sanction(here, 'H-1', 'certify')
  free(here)
  assert.equal(serve(here), null)
  assert.equal(here.object('application', first)?.['reason'], 'act-blocked')
})
