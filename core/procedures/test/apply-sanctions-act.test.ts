// P15: exactly the act kinds that a legal act of the seat forbids, for exactly the holder it names; never the record.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dueOf, type HolderNotes, type JsonObject, objectKey, type RecordKey } from '@cadastre/records'
import { applySanctionsAct } from '../src/apply-sanctions-act.ts'
import { transfer } from '../src/transfer.ts'
import { COMMON_CODES, commonRefusals, hash, staffedWorld, staffKeyName } from './staff-fixture.ts'
import { assertStamped, DAY, type World } from './world.ts'

const PARAMETERS = {
  'apply-sanctions-act/1': { delayDays: 10, quietSeconds: 365 * DAY },
  'transfer/1': { coolingSeconds: 3 * DAY, maxCoolingSeconds: 30 * DAY, floorIp4: 32, floorIp6: 128 },
}
const CELL = 'ip4/203.0.113.0/24'
const NOTES = 'obj/notes/H-1' as RecordKey
const REGISTER = { name: 'Handelsregister', number: 'CH-1' }
const CLERKS = ['CLERK-1', 'CLERK-2']
const signed = (...staff: readonly string[]): readonly string[] => staff.map(staffKeyName)
const shared = { holder: 'H-1', act: '32014R0833', evidence: hash('act') }
const CERTIFY = {
  ...shared,
  step: 'certify',
  kinds: ['allocate', 'transfer'],
  register: REGISTER,
  ruling: null,
  staff: CLERKS,
}
const DELAY = { ...shared, step: 'delay', kinds: ['transfer'], staff: CLERKS }
const LIFT = { ...shared, step: 'lift', staff: 'CLERK-1' }

function world(): World {
  const here = staffedWorld(PARAMETERS)
  const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  here.put(objectKey('holder', 'H-1'), { ...holder, identity: 'ORG-1' })
  const granted = { ip4: 0, ip6: 0, asn: 0 }
  here.put(objectKey('identity', 'ORG-1'), { v: 1, holder: 'H-1', register: REGISTER, granted, since: 1 })
  here.register('R-1', '203.0.113.0/24')
  return here
}
const ask = (here: World, body: JsonObject, by: readonly string[] = signed(...CLERKS)): string | null =>
  here.ask(applySanctionsAct, { body, by })
const notes = (here: World): HolderNotes | null => here.state.get(NOTES) as HolderNotes | null

function sell(here: World, from = 'H-1', to = 'H-2'): string | null {
  const held = here.innermost(CELL)
  assert.ok(held)
  const range = '203.0.113.0/24'
  const body = { step: 'offer', from, to, registration: { key: CELL, id: held.id }, range, services: [] }
  return here.ask(transfer, { body, by: [`${from}/full`, `${to}/full`], replaces: [here.names(held)] })
}

test('two clerks certify an exact match; only the kinds named are blocked, and nothing else is written', () => {
  const here = world()
  const before = new Map(here.state.records)
  assert.equal(ask(here, { ...CERTIFY, kinds: ['transfer'] }), null)
  assertStamped(here)
  assert.deepEqual(notes(here)?.blocked, [
    {
      act: '32014R0833',
      kinds: ['transfer'],
      match: 'exact',
      evidence: hash('act'),
      until: null,
      since: 100,
    },
  ])
  const changed = [...here.state.records].filter(([key, { text }]) => before.get(key)?.text !== text)
  assert.deepEqual(
    changed.map(([key]) => key),
    [NOTES],
  )
  assert.equal(dueOf(NOTES, notes(here)), null)
  assert.equal(sell(here), 'act-blocked')
})

test('act-blocked: a transfer to the one named as well as from it, and nobody else’s', () => {
  const here = world()
  ask(here, CERTIFY)
  assert.equal(sell(here), 'act-blocked')
  here.register('R-2', '198.51.100.0/24', { holder: 'H-2' })
  const to = (buyer: string): string | null => {
    const held = here.innermost('ip4/198.51.100.0/24')
    assert.ok(held)
    const registration = { key: 'ip4/198.51.100.0/24', id: 'R-2' }
    const body = {
      step: 'offer',
      from: 'H-2',
      to: buyer,
      registration,
      range: '198.51.100.0/24',
      services: [],
    }
    return here.ask(transfer, { body, by: ['H-2/full', `${buyer}/full`], replaces: [here.names(held)] })
  }
  assert.equal(to('H-1'), 'act-blocked')
  assert.equal(to('H-3'), null)
})

test('a block of allocations leaves transfers alone', () => {
  const here = world()
  ask(here, { ...CERTIFY, kinds: ['allocate'] })
  assert.equal(sell(here), null)
})

test('an authority’s ruling that names the holder stands for the register entry', () => {
  const here = world()
  assert.equal(ask(here, { ...CERTIFY, register: null, ruling: hash('ruling') }), null)
  assert.equal(notes(here)?.blocked[0]?.evidence, hash('ruling'))
})

test('a name alone delays once, then ends by itself (not-due before); silence is no match and has no member', () => {
  const here = world()
  assert.equal(ask(here, DELAY), null)
  assert.equal(sell(here), 'act-blocked')
  assert.deepEqual(dueOf(NOTES, notes(here)), {
    at: '2030-01-15T00:00:00Z',
    procedure: 'apply-sanctions-act/1',
    key: NOTES,
  })
  assert.equal(here.due(applySanctionsAct, NOTES), 'not-due')
  here.later(14 * DAY)
  // Over, though the registrar has not written it yet.
  assert.equal(sell(here), null)
  assert.equal(here.due(applySanctionsAct, NOTES), null)
  assert.deepEqual(notes(here)?.blocked, [])
  assert.equal(ask(here, { ...DELAY, answered: false }), 'body-malformed')
})

test('a delay becomes a block when it is certified, under the same act', () => {
  const here = world()
  ask(here, DELAY)
  assert.equal(ask(here, { ...CERTIFY, kinds: ['transfer'] }), null)
  assert.deepEqual(
    notes(here)?.blocked.map(({ match, until }) => [match, until]),
    [['exact', null]],
  )
})

test('a transfer that has cooled waits for the end of a delay; under a block it fails and says why', () => {
  const here = world()
  sell(here)
  ask(here, DELAY)
  here.later(3 * DAY)
  assert.equal(here.due(transfer, 'obj/application/A-100'), null)
  assert.equal(here.object('application', 'A-100')?.['due'], '2030-01-15T00:00:00Z')
  ask(here, CERTIFY)
  here.later(11 * DAY)
  assert.equal(here.due(transfer, 'obj/application/A-100'), null)
  assert.equal(here.object('application', 'A-100')?.['reason'], 'act-blocked')
  assert.equal(here.innermost(CELL)?.holder, 'H-1')
})

test('an exemption lifts at once, with one clerk, also while everything is paused', () => {
  const here = world()
  ask(here, CERTIFY)
  const registry = here.state.get(objectKey('registry', 'REGISTRY')) as JsonObject
  const paused = { since: here.at, until: '2030-01-02T00:00:00Z', trigger: 'corruption', report: '' }
  here.put(objectKey('registry', 'REGISTRY'), { ...registry, paused })
  assert.equal(ask(here, LIFT, signed('CLERK-1')), null)
  assert.equal(notes(here), null)
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  assert.deepEqual(commonRefusals(PARAMETERS, applySanctionsAct, DELAY, signed(...CLERKS)), COMMON_CODES)
  for (const kind of ['record', 'rdns', 'rpki', 'contacts', 'update-holder', 'declare-service', 'return'])
    assert.equal(ask(world(), { ...CERTIFY, kinds: [kind] }), 'body-malformed', kind)
  assert.equal(ask(world(), { ...CERTIFY, kinds: [] }), 'body-malformed')
})

test('staff-unknown, wrong-staff-role, staff-signature-missing, attestations-missing', () => {
  const here = world()
  assert.equal(ask(here, { ...CERTIFY, staff: ['CLERK-1', 'CLERK-9'] }), 'staff-unknown')
  assert.equal(
    ask(here, { ...CERTIFY, staff: ['CLERK-1', 'OP-1'] }, signed('CLERK-1', 'OP-1')),
    'wrong-staff-role',
  )
  assert.equal(ask(here, CERTIFY, signed('CLERK-1')), 'staff-signature-missing')
  // Two clerks of the operator, or one clerk twice.
  const inside = ['CLERK-1', 'CLERK-3']
  assert.equal(ask(here, { ...CERTIFY, staff: inside }, signed(...inside)), 'attestations-missing')
  assert.equal(ask(here, { ...CERTIFY, staff: ['CLERK-2', 'CLERK-2'] }), 'attestations-missing')
  assert.equal(ask(here, LIFT, signed('CLERK-2')), 'staff-signature-missing')
})

test('holder-unknown, block-unknown', () => {
  const here = world()
  assert.equal(ask(here, { ...DELAY, holder: 'H-9' }), 'holder-unknown')
  assert.equal(ask(here, LIFT), 'block-unknown')
  ask(here, CERTIFY)
  assert.equal(ask(here, { ...LIFT, act: 'another' }), 'block-unknown')
})

test('register-mismatch: the entry must be exactly the identity’s, and a holder without one matches nothing', () => {
  const here = world()
  for (const register of [
    { ...REGISTER, number: 'CH-11' },
    { ...REGISTER, number: 'ch-1' },
    { ...REGISTER, name: 'Firmenbuch' },
    null,
  ])
    assert.equal(ask(here, { ...CERTIFY, register }), 'register-mismatch')
  assert.equal(ask(here, { ...CERTIFY, holder: 'H-2' }), 'register-mismatch')
})

test('delay-used: not twice under one act, not under another within a year', () => {
  const here = world()
  ask(here, DELAY)
  assert.equal(ask(here, DELAY), 'delay-used')
  assert.equal(ask(here, { ...DELAY, act: 'another' }), 'delay-used')
  here.later(14 * DAY)
  here.due(applySanctionsAct, NOTES)
  assert.equal(ask(here, DELAY), 'delay-used')
  here.later(351 * DAY - 1)
  assert.equal(ask(here, { ...DELAY, act: 'another' }), 'delay-used')
  here.later(1)
  assert.equal(ask(here, { ...DELAY, act: 'another' }), null)
  // Who is certified under an act cannot be delayed under it as well.
  const there = world()
  ask(there, CERTIFY)
  assert.equal(ask(there, DELAY), 'delay-used')
})

test('notes-full: sixteen acts', () => {
  const here = world()
  for (let n = 0; n < 16; n++) assert.equal(ask(here, { ...CERTIFY, act: `act ${n}` }), null)
  assert.equal(ask(here, { ...CERTIFY, act: 'act 16' }), 'notes-full')
  assert.equal(ask(here, { ...CERTIFY, act: 'act 3', kinds: ['transfer'] }), null)
  assert.equal(notes(here)?.blocked.length, 16)
})

test('a name alone: a delay that is noted uses up that act’s, and after a year no other’s', () => {
  const here = world()
  const blocked = [
    { act: 'OTHER', kinds: ['transfer'], match: 'exact', evidence: hash('other'), until: null, since: 1 },
  ]
  here.put(NOTES, {
    v: 1,
    holder: 'H-1',
    blocked,
    delayed: '2028-12-01T00:00:00Z',
    representative: null,
    since: 1,
  })
  assert.equal(ask(here, { ...DELAY, act: 'OTHER' }), 'delay-used')
  assert.equal(ask(here, DELAY), null)
})

test('who certifies or lifts states no calendar, and nothing that it does not look at', () => {
  const here = world()
  assert.equal(ask(here, CERTIFY), null)
  assert.deepEqual(here.idle, [])
  assert.equal(ask(here, LIFT, signed('CLERK-1')), null)
  assert.deepEqual(here.idle, [])
})
