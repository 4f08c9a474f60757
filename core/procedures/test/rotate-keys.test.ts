// P11 Rotate, and section 0, Stolen keys: what a thief would do first waits 7 days; what is removed keeps a veto for 14.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '@cadastre/records'
import { rotateKeys } from '../src/rotate-keys.ts'
import {
  askOf,
  FIRST,
  HOLDER,
  holderIn,
  holderWorld,
  key,
  keyOf,
  ONE,
  outcomeOf,
  POLICY,
  TECH,
  TWO,
} from './holder-fixture.ts'
import { COMMON_CODES, commonRefusals } from './staff-fixture.ts'
import { assertStamped, DAY, type World } from './world.ts'

const NEW = key('new')
function rotate(here: World, more: JsonObject, by: readonly string[] = ['one'], names = true): string | null {
  const body = { step: 'rotate', policy: { ...POLICY, ...more } }
  return askOf(here, rotateKeys, body, by, names ? ['policy'] : [])
}
const WAYS = ['guardianThreshold', 'evidenceRecovery']
function recovery(
  here: World,
  guardianThreshold: number | null,
  evidenceRecovery: boolean,
  by: readonly string[] = ['one'],
  members: readonly string[] = WAYS,
): string | null {
  return askOf(here, rotateKeys, { step: 'recovery', guardianThreshold, evidenceRecovery }, by, members)
}
function veto(here: World, by: readonly string[], more: JsonObject = {}): string | null {
  return askOf(here, rotateKeys, { step: 'veto', application: 'A-100', guardian: null, ...more }, by)
}
const policyIn = (here: World): JsonObject => holderIn(here)['policy'] as JsonObject

test('what only adds is at once: another key that signs, another role, a higher m', () => {
  for (const [more, by] of [
    [{ keys: [ONE, TWO, TECH, NEW] }, ['one', 'new']],
    [{ keys: [ONE, TWO, key('tech', ['technical', 'routing'])] }, ['one']],
    [{ m: 2 }, ['one']],
  ] as const) {
    const here = holderWorld({ active: null })
    assert.equal(rotate(here, more, by), null)
    assert.deepEqual(policyIn(here), { ...POLICY, ...more })
    assert.equal(holderIn(here)['active'], here.at)
    assert.deepEqual(holderIn(here)['formerKeys'], [])
    assert.equal(here.object('application', 'A-100'), null)
    assertStamped(here)
  }
})

test('consent-missing: the old keys sign to the threshold; no new key, narrow key, stranger or other holder', () => {
  const here = holderWorld({ policy: { ...POLICY, m: 2 } })
  const wider = { m: 2, keys: [ONE, TWO, TECH, NEW] }
  for (const by of [
    ['new'],
    ['one', 'new'],
    ['one', 'tech', 'new'],
    ['stranger', 'new'],
    ['H-2/full', 'new'],
  ]) {
    assert.equal(rotate(here, wider, by), 'consent-missing')
    assert.equal(recovery(here, null, false, by), 'consent-missing')
  }
  assert.equal(rotate(here, wider, ['one', 'two', 'new']), null)
})

test('what a thief would do first waits 7 days: a key or a role gone, a lower m, other guardians', () => {
  const two = { ...POLICY, m: 2 }
  const cases: readonly (readonly [JsonObject, JsonObject, readonly string[]])[] = [
    [{}, { keys: [TWO, TECH] }, ['one']],
    [{}, { keys: [ONE, key('two', ['routing']), TECH] }, ['one']],
    [{}, { keys: [NEW] }, ['one', 'new']],
    [{ policy: two }, { m: 1 }, ['one', 'two']],
    [{}, { guardians: [] }, ['one']],
    [{}, { guardians: ['H-3'] }, ['one']],
    [{}, { guardians: ['H-2', 'H-3'] }, ['one']],
  ]
  for (const [before, more, by] of cases) {
    const here = holderWorld(before)
    const old = holderIn(here)
    assert.equal(rotate(here, more, by), null)
    assert.deepEqual(holderIn(here), old, 'nothing changes yet')
    assert.equal(here.object('application', 'A-100')?.['due'], '2030-01-08T00:00:00Z')
    here.later(7 * DAY - 1)
    assert.equal(here.due(rotateKeys, FIRST), 'not-due')
    here.later(1)
    assert.equal(here.due(rotateKeys, FIRST), null)
    assert.deepEqual(policyIn(here), { ...POLICY, ...more })
    assert.deepEqual(outcomeOf(here), ['effected', null])
    assert.equal(here.due(rotateKeys, FIRST), 'not-due')
    assertStamped(here)
  }
})

test('keys and guardians that are removed are remembered for 14 days, then forgotten', () => {
  const here = holderWorld()
  assert.equal(rotate(here, { keys: [ONE, TECH], guardians: ['H-3'] }), null)
  here.later(7 * DAY)
  assert.equal(here.due(rotateKeys, FIRST), null)
  const until = '2030-01-22T00:00:00Z'
  assert.deepEqual(holderIn(here)['formerKeys'], [{ alg: 'ed25519', key: keyOf('two'), until }])
  assert.deepEqual(holderIn(here)['formerGuardians'], [{ guardian: 'H-2', until }])
  here.later(14 * DAY - 1)
  const now = { keys: [ONE, TECH], guardians: ['H-3'] }
  assert.equal(rotate(here, { ...now, keys: [ONE, TECH, NEW] }, ['one', 'new']), null)
  assert.equal((holderIn(here)['formerKeys'] as unknown[]).length, 1)
  here.later(1)
  assert.equal(rotate(here, { ...now, keys: [ONE, TECH, NEW], m: 2 }), null)
  assert.deepEqual([holderIn(here)['formerKeys'], holderIn(here)['formerGuardians']], [[], []])
})

test('later terms shorten neither wait nor veto of a holder recorded before them', () => {
  for (const [since, wait, until] of [
    [49, 7 * DAY, '2030-01-22T00:00:00Z'],
    [51, 1, '2030-01-01T00:00:03Z'],
  ] as const) {
    const here = holderWorld({ since })
    here.revise('rotate-keys/1', { guardSeconds: 1, vetoSeconds: 2 })
    assert.equal(rotate(here, { keys: [ONE, TECH] }), null)
    here.later(wait - 1)
    assert.equal(here.due(rotateKeys, FIRST), 'not-due')
    here.later(1)
    assert.equal(here.due(rotateKeys, FIRST), null)
    assert.deepEqual(holderIn(here)['formerKeys'], [{ alg: 'ed25519', key: keyOf('two'), until }])
  }
})

test('a key that is enrolled again is no former one; nor is a guardian that returns', () => {
  const until = '2030-02-01T00:00:00Z'
  const former = {
    formerKeys: [{ alg: 'ed25519', key: keyOf('new'), until }],
    formerGuardians: [{ guardian: 'H-3', until }],
  }
  const here = holderWorld(former)
  assert.equal(rotate(here, { keys: [ONE, TWO, TECH, NEW] }, ['one', 'new']), null)
  assert.deepEqual(holderIn(here)['formerKeys'], [])
  assert.deepEqual(holderIn(here)['formerGuardians'], former.formerGuardians)
  assert.equal(rotate(here, { keys: [ONE, TWO, TECH, NEW], guardians: ['H-2', 'H-3'] }), null)
  here.later(7 * DAY)
  assert.equal(here.due(rotateKeys, 'obj/application/A-101'), null)
  assert.deepEqual(holderIn(here)['formerGuardians'], [])
})

test('a veto by any one living key; by a removed key or guardian for 14 days; by nobody else, and once (application-closed)', () => {
  const until = '2030-01-08T00:00:00Z'
  const world = (): World => {
    const here = holderWorld({
      formerKeys: [{ alg: 'ed25519', key: keyOf('former'), until }],
      formerGuardians: [{ guardian: 'H-3', until }],
    })
    assert.equal(rotate(here, { keys: [ONE], guardians: [] }), null)
    return here
  }
  for (const [by, guardian] of [
    [['one'], null],
    [['two'], null],
    [['tech'], null],
    [['former'], null],
    [['H-3/full'], 'H-3'],
  ] as const) {
    const here = world()
    here.later(7 * DAY - 1)
    assert.equal(veto(here, by, { guardian }), null)
    assert.deepEqual(outcomeOf(here), ['vetoed', null])
    assert.equal(veto(here, by, { guardian }), 'application-closed')
    here.later(1)
    assert.equal(here.due(rotateKeys, FIRST), 'not-due')
  }
  const here = world()
  // A guardian that stands does not stop its own removal; a former one signs with its full keys.
  for (const [by, guardian] of [
    [['stranger'], null],
    [['H-3/full'], null],
    [['H-2/full'], 'H-2'],
    [['H-4/full'], 'H-4'],
    [['H-3/technical'], 'H-3'],
    [['one'], 'H-3'],
  ] as const)
    assert.equal(veto(here, by, { guardian }), 'consent-missing')
  const later = holderWorld({
    formerKeys: [{ alg: 'ed25519', key: keyOf('former'), until: '2030-01-01T00:00:01Z' }],
    formerGuardians: [{ guardian: 'H-3', until: '2030-01-01T00:00:01Z' }],
  })
  assert.equal(rotate(later, { keys: [ONE] }), null)
  later.later(1)
  assert.equal(veto(later, ['former']), 'consent-missing')
  assert.equal(veto(later, ['H-3/full'], { guardian: 'H-3' }), 'consent-missing')
})

test('application-unknown, holder-unknown, not-party', () => {
  const here = holderWorld()
  assert.equal(veto(here, ['tech']), 'application-unknown')
  assert.equal(rotate(here, { guardians: [] }), null)
  assert.equal(veto(here, ['tech'], { holder: 'H-9' }), 'holder-unknown')
  assert.equal(veto(here, ['tech'], { guardian: 'H-9' }), 'holder-unknown')
  assert.equal(veto(here, ['H-2/full'], { holder: 'H-2' }), 'not-party')
  assert.equal(
    askOf(here, rotateKeys, { step: 'rotate', policy: POLICY, holder: 'H-9' }, ['one']),
    'holder-unknown',
  )
})

test('a waiting change fails at its time where the keys have changed meanwhile, or the holder is gone', () => {
  const here = holderWorld()
  assert.equal(rotate(here, { guardians: [] }), null)
  assert.equal(rotate(here, { keys: [ONE, TWO, TECH, NEW] }, ['one', 'new']), null)
  const stands = holderIn(here)
  here.later(7 * DAY)
  assert.equal(here.due(rotateKeys, FIRST), null)
  assert.deepEqual(outcomeOf(here), ['failed', 'member-changed'])
  assert.deepEqual(holderIn(here), stands)
  const gone = holderWorld()
  assert.equal(rotate(gone, { guardians: [] }), null)
  gone.put(HOLDER, null)
  gone.later(7 * DAY)
  assert.equal(gone.due(rotateKeys, FIRST), null)
  assert.deepEqual(outcomeOf(gone), ['failed', 'holder-unknown'])
})

test('recovery by evidence is switched off at once, and on after 7 days', () => {
  const here = holderWorld()
  assert.equal(recovery(here, null, false), null)
  assert.equal(holderIn(here)['evidenceRecovery'], false)
  assert.equal(recovery(here, null, true), null)
  assert.equal(holderIn(here)['evidenceRecovery'], false)
  const application = 'obj/application/A-101'
  here.later(7 * DAY)
  assert.equal(here.due(rotateKeys, application), null)
  assert.equal(holderIn(here)['evidenceRecovery'], true)
})

test('another number of guardians waits 7 days, and is no more than there are', () => {
  const policy = { ...POLICY, guardians: ['H-2', 'H-3', 'H-3', 'H-4'] }
  const here = holderWorld({ policy })
  assert.equal(recovery(here, 4, true), 'threshold-unreachable')
  assert.equal(recovery(here, 3, true), null)
  assert.equal(holderIn(here)['guardianThreshold'], null)
  here.later(7 * DAY)
  assert.equal(here.due(rotateKeys, FIRST), null)
  assert.equal(holderIn(here)['guardianThreshold'], 3)
  assert.equal(recovery(here, 1, true), null)
  assert.equal(holderIn(here)['guardianThreshold'], 3)
})

test('rotated keys end what a veto of a recovery began', () => {
  const here = holderWorld({ recoveryVetoed: '2029-12-01T00:00:00Z' })
  assert.equal(recovery(here, null, false), null)
  assert.equal(holderIn(here)['recoveryVetoed'], '2029-12-01T00:00:00Z')
  assert.equal(rotate(here, { keys: [ONE, TWO, TECH, NEW] }, ['one', 'new']), null)
  assert.equal(holderIn(here)['recoveryVetoed'], null)
})

test('member-changed: the members that are replaced are named as they stand', () => {
  const here = holderWorld()
  assert.equal(rotate(here, { m: 2 }, ['one'], false), 'member-changed')
  for (const members of [[], ['guardianThreshold'], ['evidenceRecovery'], ['policy']])
    assert.equal(recovery(here, null, false, ['one'], members), 'member-changed')
})

test('key-repeated, threshold-unreachable, key-bound-to-site, key-unsigned, nothing-changed', () => {
  const here = holderWorld()
  assert.equal(rotate(here, { keys: [ONE, ONE] }), 'key-repeated')
  assert.equal(rotate(here, { m: 3 }), 'threshold-unreachable')
  assert.equal(rotate(here, { keys: [key('one', ['full'], 'webauthn')] }), 'key-bound-to-site')
  assert.equal(rotate(here, { keys: [ONE, TWO, TECH, NEW] }), 'key-unsigned')
  assert.equal(rotate(here, {}), 'nothing-changed')
  assert.equal(recovery(here, null, true), 'nothing-changed')
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused, not-due', () => {
  const here = holderWorld()
  for (const wrong of [
    { step: 'rotate', policy: { ...POLICY, m: 0 } },
    { step: 'rotate', policy: { ...POLICY, keys: [] } },
    { step: 'recovery', guardianThreshold: 0, evidenceRecovery: true },
    { step: 'revert' },
  ])
    assert.equal(askOf(here, rotateKeys, wrong, ['one'], ['policy']), 'body-malformed')
  assert.equal(here.due(rotateKeys, 'obj/application/A-1'), 'not-due')
  const parameters = { guardSeconds: 0, vetoSeconds: 0 }
  const body = { step: 'rotate', holder: 'H-1', policy: POLICY }
  assert.deepEqual(
    commonRefusals({ 'rotate-keys/1': parameters }, rotateKeys, body, ['H-1/full']),
    COMMON_CODES,
  )
})
