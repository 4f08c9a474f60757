import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Holder, type JsonObject, objectKey, type RecordKey } from '@cadastre/records'
import { dissolve } from '../src/dissolve.ts'
import { addClerks, calledFor, examinationOf, examine, HASH } from './attestors.ts'
import { DAY, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'
const HEIR = 'key-of-an-heir'

function world(): World {
  const here = new World({ 'dissolve/1': { windowSeconds: 7 * DAY } })
  for (const handle of ['H-1', 'H-2']) here.holder(handle)
  here.register('R-1', '203.0.113.0/24')
  addClerks(here)
  return here
}
const KEY = Buffer.from(HEIR).toString('base64')

function notice(here: World, more: JsonObject = {}, by: readonly string[] = [KEY]): string | null {
  const body = { step: 'notice', holder: 'H-1', notice: HASH, key: KEY, attestor: 'CL-1', ...more }
  return here.ask(dissolve, { body, by })
}
const lift = (here: World, signer: string, holder = 'H-1'): string | null =>
  here.ask(dissolve, { body: { step: 'lift', holder }, by: [signer] })
const veto = (here: World, by: string, signer: string, application = 'A-100'): string | null =>
  here.ask(dissolve, { body: { step: 'veto', application, by }, by: [signer] })
const due = (here: World): string | null => here.due(dissolve, 'obj/application/A-100')
const holder = (here: World): Holder => here.state.get(objectKey('holder', 'H-1')) as never
const state = (here: World): unknown => here.object('application', 'A-100')?.['state']

function dissolved(): World {
  const here = world()
  assert.equal(notice(here), null)
  examine(here, 'A-100')
  here.later(7 * DAY)
  assert.equal(due(here), null)
  return here
}

test('an examined notice marks the record, and holdings, services and keys stay as they are', () => {
  const here = world()
  const [before, cell] = [holder(here), here.cell(CELL)]
  assert.equal(notice(here), null)
  assert.deepEqual(examinationOf(here, 'A-100')['questions'], [
    'instrument-authentic',
    'names-holder',
    'says-ended',
  ])
  examine(here, 'A-100')
  assert.equal(holder(here).dissolved, null)
  here.later(7 * DAY - 1)
  assert.equal(due(here), 'not-due')
  here.later(1)
  assert.equal(due(here), null)
  assert.deepEqual(holder(here), { ...before, dissolved: { notice: HASH, at: here.at } })
  assert.deepEqual(here.cell(CELL), cell)
  assert.equal(due(here), 'not-due')
})

test('any one key of the holder takes it back at any time; nobody else (consent-missing), and only once (nothing-changed)', () => {
  for (const role of ['full', 'routing', 'technical']) {
    const here = dissolved()
    here.later(1000 * DAY)
    assert.equal(lift(here, 'H-2/full'), 'consent-missing')
    assert.equal(lift(here, 'H-1/full', 'H-9'), 'holder-unknown')
    assert.equal(lift(here, `H-1/${role}`), null)
    assert.equal(holder(here).dissolved, null)
    assert.equal(holder(here).active, here.at)
    assert.equal(lift(here, `H-1/${role}`), 'nothing-changed')
  }
})

test('any one key vetoes while it is examined and in the window: application-unknown, not-party, application-closed', () => {
  for (const examined of [false, true]) {
    const here = world()
    assert.equal(notice(here), null)
    if (examined) examine(here, 'A-100')
    assert.equal(veto(here, 'H-1', 'H-1/full', 'A-1'), 'application-unknown')
    assert.equal(veto(here, 'H-2', 'H-2/full'), 'not-party')
    assert.equal(veto(here, 'H-1', 'H-2/full'), 'consent-missing')
    assert.equal(veto(here, 'H-1', 'H-1/technical'), null)
    assert.equal(state(here), 'vetoed')
    assert.equal(veto(here, 'H-1', 'H-1/technical'), 'application-closed')
    here.later(10 * DAY)
    assert.equal(due(here), 'not-due')
    assert.equal(holder(here).dissolved, null)
  }
})

test('nobody withdraws what nobody signed as a holder', () => {
  const here = world()
  assert.equal(notice(here), null)
  const body = { step: 'withdraw', application: 'A-100', by: 'H-1' }
  assert.equal(here.ask(dissolve, { body, by: ['H-1/full'] }), 'not-party')
})

test('holder-unknown, nothing-changed, claimant-signature-missing, attestor-not-outside, attestors-unavailable', () => {
  const here = world()
  assert.equal(notice(here, { holder: 'H-9' }), 'holder-unknown')
  assert.equal(notice(here, {}, []), 'claimant-signature-missing')
  assert.equal(notice(here, {}, ['H-2/full']), 'claimant-signature-missing')
  assert.equal(notice(here, { attestor: 'CL-2' }), 'attestor-not-outside')
  addClerks(here, 1)
  assert.equal(notice(here), 'attestors-unavailable')
  assert.equal(notice(dissolved()), 'nothing-changed')
})

test('of two notices the second changes nothing and says so; a negative examination changes nothing', () => {
  const here = world()
  assert.equal(notice(here), null)
  examine(here, 'A-100')
  here.later(7 * DAY)
  const key = objectKey('holder', 'H-1')
  here.put(key, { ...holder(here), dissolved: { notice: 'another', at: here.at } })
  assert.equal(due(here), null)
  assert.equal(here.object('application', 'A-100')?.['reason'], 'nothing-changed')
  const no = world()
  assert.equal(notice(no), null)
  examine(no, 'A-100', Object.fromEntries(calledFor(no, 'A-100').map((staff) => [staff, ['says-ended']])))
  assert.equal(no.object('application', 'A-100')?.['reason'], 'examination-negative')
})

test('body-malformed, not-due, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  const here = world()
  assert.equal(here.ask(dissolve, { body: { step: 'reclaim', holder: 'H-1' } }), 'body-malformed')
  assert.equal(here.due(dissolve, 'obj/application/A-1'), 'not-due')
  const body = { step: 'lift', holder: 'H-1' }
  assert.equal(new World().ask(dissolve, { body }), 'procedure-unknown')
  assert.equal(here.ask(dissolve, { body, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(dissolve, { body, expires: '2029-12-31T23:59:59Z' }), 'request-expired')
  const key = 'obj/registry/REGISTRY' as RecordKey
  const registry = here.state.get(key) as object
  const paused = { since: here.at, until: '2030-01-02T00:00:00Z', trigger: 'corruption', report: HASH }
  here.put(key, { ...registry, paused })
  assert.equal(notice(here), 'paused')
  here.put(key, { ...registry, state: 'founding' })
  assert.equal(notice(here), 'still-founding')
})
