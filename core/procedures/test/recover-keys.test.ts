// P11 Recover: by guardians in 7 days, by evidence in 30, twice that after two years' silence; any living key vetoes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '@cadastre/records'
import { attest } from '../src/attest.ts'
import { recoverKeys } from '../src/recover-keys.ts'
import { transfer } from '../src/transfer.ts'
import { addClerks, calledFor, examinationOf, examine, HASH } from './attestors.ts'
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
import { notify } from './notifier.ts'
import { COMMON_CODES, commonRefusals } from './staff-fixture.ts'
import { assertStamped, DAY, type World } from './world.ts'

const NEW = key('new')
const KEYS = { m: 1, keys: [NEW] }
const GUARDED = { policy: { ...POLICY, guardians: ['H-2', 'H-3', 'H-4'] } }

function byGuardians(
  here: World,
  guardians: readonly string[],
  more: JsonObject = {},
  by: readonly string[] = [...guardians.map((one) => `${one}/full`), 'new'],
  names = true,
): string | null {
  const body = { step: 'guardians', ...KEYS, guardians, ...more }
  const application = `A-${here.index}`
  const refusal = askOf(here, recoverKeys, body, by, names ? ['policy'] : [])
  return refusal ?? notify(here, application)
}
/** H-4 asks, who represents H-1. */
function byEvidence(
  here: World,
  more: JsonObject = {},
  by: readonly string[] = ['new', 'H-4/full'],
): string | null {
  const body = { step: 'evidence', ...KEYS, by: 'H-4', instrument: HASH, attestor: 'CL-1', ...more }
  return askOf(here, recoverKeys, body, by, ['policy'])
}
function veto(here: World, by: readonly string[], more: JsonObject = {}): string | null {
  return askOf(here, recoverKeys, { step: 'veto', application: 'A-100', guardian: null, ...more }, by)
}
function clerked(more: JsonObject = {}): World {
  const here = holderWorld(more)
  addClerks(here)
  return here
}
const dueIn = (here: World): unknown => here.object('application', 'A-100')?.['due']

test('by guardians: more than half of them, and 7 days; the old keys keep a veto, no transfer for 60 days', () => {
  const here = holderWorld(GUARDED)
  const before = holderIn(here)
  assert.equal(byGuardians(here, ['H-2', 'H-4']), null)
  assert.deepEqual(holderIn(here), before, 'nothing changes yet')
  assert.equal(dueIn(here), '2030-01-08T00:00:00Z')
  here.later(7 * DAY - 1)
  assert.equal(here.due(recoverKeys, FIRST), 'not-due')
  here.later(1)
  assert.equal(here.due(recoverKeys, FIRST), null)
  const until = '2030-01-22T00:00:00Z'
  assert.deepEqual(holderIn(here), {
    ...before,
    policy: { ...KEYS, guardians: ['H-2', 'H-3', 'H-4'] },
    formerKeys: ['one', 'two', 'tech'].map((name) => ({ alg: 'ed25519', key: keyOf(name), until })),
    transferableFrom: '2030-03-09T00:00:00Z',
    active: '2030-01-01T00:00:00Z',
  })
  assert.deepEqual(outcomeOf(here), ['effected', null])
  assertStamped(here)
})

test('later terms shorten neither window nor veto of a holder recorded before them', () => {
  for (const [since, due, until] of [
    [49, '2030-01-08T00:00:00Z', '2030-01-22T00:00:00Z'],
    [51, '2030-01-01T00:00:01Z', '2030-01-08T00:00:02Z'],
  ] as const) {
    const here = holderWorld({ ...GUARDED, since })
    here.revise('recover-keys/1', { guardianSeconds: 1, evidenceSeconds: 1, vetoSeconds: 2 })
    assert.equal(byGuardians(here, ['H-2', 'H-4']), null)
    assert.equal(dueIn(here), due)
    here.later(7 * DAY)
    assert.equal(here.due(recoverKeys, FIRST), null)
    const former = holderIn(here)['formerKeys'] as readonly JsonObject[]
    assert.equal(former[0]?.['until'], until)
  }
  const here = clerked({ since: 49 })
  here.revise('recover-keys/1', { guardianSeconds: 1, evidenceSeconds: 1, vetoSeconds: 2 })
  assert.equal(byEvidence(here), null)
  assert.equal(examinationOf(here, 'A-100')['windowSeconds'], 30 * DAY)
})

test('recovered-recently: no transfer for 60 days after a recovery', () => {
  const here = holderWorld(GUARDED)
  assert.equal(byGuardians(here, ['H-2', 'H-3']), null)
  here.later(7 * DAY)
  assert.equal(here.due(recoverKeys, FIRST), null)
  const registration = here.register('R-1', '203.0.113.0/24')
  const body = {
    step: 'offer',
    from: 'H-1',
    to: 'H-3',
    registration: { key: 'ip4/203.0.113.0/24', id: 'R-1' },
    range: '203.0.113.0/24',
    services: [],
  }
  const sell = (): string | null =>
    here.ask(transfer, { body, by: [keyOf('new'), 'H-3/full'], replaces: [here.names(registration)] })
  here.later(60 * DAY - 1)
  assert.equal(sell(), 'recovered-recently')
  here.later(1)
  assert.equal(sell(), null)
})

test('guardians-missing: as many as the holder preset, each of them named and signing with full keys', () => {
  const cases: readonly (readonly [JsonObject, readonly string[], string | null])[] = [
    [GUARDED, ['H-2'], 'guardians-missing'],
    [GUARDED, ['H-2', 'H-2'], 'guardians-missing'],
    [GUARDED, ['H-2', 'H-3'], null],
    [{ ...GUARDED, guardianThreshold: 3 }, ['H-2', 'H-3'], 'guardians-missing'],
    [{ ...GUARDED, guardianThreshold: 3 }, ['H-2', 'H-3', 'H-4'], null],
    [{ ...GUARDED, guardianThreshold: 1 }, ['H-4'], null],
    // More than there are guardians left asks for all of them.
    [{ guardianThreshold: 3 }, ['H-2'], null],
    [{}, ['H-2'], null],
    [{}, ['H-3'], 'guardians-missing'],
    [{ policy: { ...POLICY, guardians: ['H-2', 'H-3'] } }, ['H-2'], 'guardians-missing'],
    [{ policy: { ...POLICY, guardians: [] } }, ['H-2'], 'guardians-missing'],
    [{ policy: null }, ['H-2'], 'guardians-missing'],
  ]
  for (const [holder, guardians, refusal] of cases)
    assert.equal(
      byGuardians(holderWorld(holder), guardians),
      refusal,
      `${JSON.stringify(holder)} ${guardians}`,
    )
  const here = holderWorld(GUARDED)
  for (const by of [['new'], ['H-2/full', 'new'], ['H-2/full', 'H-3/technical', 'new'], ['one', 'new']])
    assert.equal(byGuardians(here, ['H-2', 'H-3'], {}, by), 'guardians-missing')
  assert.equal(byGuardians(here, ['H-2', 'H-9']), 'guardians-missing')
})

test('by evidence: two attestors, one outside, then 30 days', () => {
  const here = clerked({ policy: { ...POLICY, guardians: [] } })
  const before = holderIn(here)
  assert.equal(byEvidence(here), null)
  assert.deepEqual(outcomeOf(here), ['examining', null])
  assert.deepEqual(examinationOf(here, 'A-100')['questions'], [
    'instrument-authentic',
    'names-holder',
    'represents-holder',
  ])
  assert.ok(calledFor(here, 'A-100').includes('CL-1'))
  here.later(2 * DAY)
  assert.deepEqual(examine(here, 'A-100'), [null, null, null, null])
  assert.deepEqual([outcomeOf(here), dueIn(here)], [['noticed', null], '2030-02-02T00:00:00Z'])
  assert.deepEqual(holderIn(here), before, 'nothing changes yet')
  here.later(30 * DAY)
  assert.equal(here.due(recoverKeys, FIRST), null)
  assert.deepEqual(holderIn(here)['policy'], { ...KEYS, guardians: [] })
  assert.equal(holderIn(here)['transferableFrom'], '2030-04-03T00:00:00Z')
  assertStamped(here)
})

test('evidence that the attestors do not find true changes nothing', () => {
  const here = clerked()
  assert.equal(byEvidence(here), null)
  const no = Object.fromEntries(calledFor(here, 'A-100').map((staff) => [staff, ['represents-holder']]))
  examine(here, 'A-100', no)
  assert.deepEqual(outcomeOf(here), ['failed', 'examination-negative'])
  here.later(60 * DAY)
  assert.equal(here.due(recoverKeys, FIRST), 'not-due')
  assert.deepEqual(holderIn(here)['policy'], POLICY)
})

test('evidence-recovery-off: switched off by the holder, or nothing but a key is the identity', () => {
  for (const more of [{ evidenceRecovery: false }, { identity: 'KEY-1' }, { identity: null, policy: null }])
    assert.equal(byEvidence(clerked(more)), 'evidence-recovery-off')
})

test('attestor-not-outside, attestors-unavailable', () => {
  assert.equal(byEvidence(clerked(), { attestor: 'CL-2' }), 'attestor-not-outside')
  assert.equal(byEvidence(clerked(), { attestor: 'CL-9' }), 'attestor-not-outside')
  assert.equal(byEvidence(holderWorld()), 'attestors-unavailable')
  const one = holderWorld()
  addClerks(one, 1)
  assert.equal(byEvidence(one), 'attestors-unavailable')
})

test('windows are twice as long where the holder was silent for two years, or always', () => {
  for (const [active, guardians, evidence] of [
    ['2028-01-02T00:00:01Z', '2030-01-08T00:00:00Z', '2030-01-31T00:00:00Z'],
    ['2028-01-02T00:00:00Z', '2030-01-15T00:00:00Z', '2030-03-02T00:00:00Z'],
    [null, '2030-01-15T00:00:00Z', '2030-03-02T00:00:00Z'],
  ] as const) {
    const here = holderWorld({ active })
    assert.equal(byGuardians(here, ['H-2']), null)
    assert.equal(dueIn(here), guardians)
    const other = clerked({ active })
    assert.equal(byEvidence(other), null)
    examine(other, 'A-100')
    assert.equal(dueIn(other), evidence)
  }
})

test('recovery-vetoed: any one living key vetoes, and then no recovery helps but an order', () => {
  for (const by of [['one'], ['two'], ['tech']]) {
    const here = clerked()
    assert.equal(byGuardians(here, ['H-2']), null)
    here.later(7 * DAY - 1)
    assert.equal(veto(here, by), null)
    assert.deepEqual(outcomeOf(here), ['vetoed', null])
    assert.equal(holderIn(here)['recoveryVetoed'], here.at)
    here.later(1)
    assert.equal(here.due(recoverKeys, FIRST), 'not-due')
    assert.deepEqual(holderIn(here)['policy'], POLICY)
    assert.equal(byGuardians(here, ['H-2']), 'recovery-vetoed')
    assert.equal(byEvidence(here), 'recovery-vetoed')
  }
})

test('a veto while attestors examine, and in the window after; and of one recovery against all that wait', () => {
  for (const examined of [false, true]) {
    const here = clerked()
    assert.equal(byEvidence(here), null)
    if (examined) examine(here, 'A-100')
    assert.equal(veto(here, ['tech']), null)
    assert.deepEqual(outcomeOf(here), ['vetoed', null])
    here.later(90 * DAY)
    assert.equal(here.due(recoverKeys, FIRST), 'not-due')
    assert.equal(here.due(attest, FIRST), 'not-due')
  }
  const here = holderWorld(GUARDED)
  assert.equal(byGuardians(here, ['H-2', 'H-3']), null)
  assert.equal(
    byGuardians(here, ['H-3', 'H-4'], { keys: [key('other')] }, ['H-3/full', 'H-4/full', 'other']),
    null,
  )
  assert.equal(veto(here, ['tech']), null)
  here.later(7 * DAY)
  assert.equal(here.due(recoverKeys, 'obj/application/A-102'), null)
  assert.deepEqual(outcomeOf(here, 'A-102'), ['failed', 'recovery-vetoed'])
})

test('removed keys and guardians veto for 14 days; application-unknown, application-closed, not-party, consent-missing', () => {
  const until = '2030-01-15T00:00:00Z'
  const former = {
    formerKeys: [{ alg: 'ed25519', key: keyOf('former'), until }],
    formerGuardians: [{ guardian: 'H-3', until }],
  }
  for (const [by, guardian] of [
    [['former'], null],
    [['H-3/full'], 'H-3'],
  ] as const) {
    const here = holderWorld(former)
    assert.equal(byGuardians(here, ['H-2']), null)
    assert.equal(veto(here, by, { guardian }), null)
    assert.equal(veto(here, by, { guardian }), 'application-closed')
  }
  const here = holderWorld(former)
  assert.equal(veto(here, ['one']), 'application-unknown')
  assert.equal(byGuardians(here, ['H-2']), null)
  // Neither the guardians who signed nor the keys to be enrolled are the holder's living keys.
  for (const [by, guardian] of [
    [['stranger'], null],
    [['new'], null],
    [['H-2/full'], null],
    [['H-2/full'], 'H-2'],
  ] as const)
    assert.equal(veto(here, by, { guardian }), 'consent-missing')
  assert.equal(veto(here, ['H-2/full'], { holder: 'H-2' }), 'not-party')
})

test('a recovery fails at its time where keys or guardians have changed meanwhile, or the holder is gone', () => {
  const changes: readonly (readonly [JsonObject | null, string])[] = [
    [{ policy: { ...POLICY, keys: [ONE, TWO, TECH, key('more')] } }, 'member-changed'],
    [{ policy: { ...POLICY, guardians: ['H-3'] } }, 'member-changed'],
    [null, 'holder-unknown'],
  ]
  for (const [change, reason] of changes) {
    const here = holderWorld()
    assert.equal(byGuardians(here, ['H-2']), null)
    here.put(HOLDER, change === null ? null : { ...holderIn(here), ...change })
    here.later(7 * DAY)
    assert.equal(here.due(recoverKeys, FIRST), null)
    assert.deepEqual(outcomeOf(here), ['failed', reason])
  }
  // More guardians asked for meanwhile: what they agreed to is no longer enough.
  const here = holderWorld(GUARDED)
  assert.equal(byGuardians(here, ['H-2', 'H-3']), null)
  here.put(HOLDER, { ...holderIn(here), guardianThreshold: 3 })
  here.later(7 * DAY)
  assert.equal(here.due(recoverKeys, FIRST), null)
  assert.deepEqual(outcomeOf(here), ['failed', 'member-changed'])
})

test('member-changed, key-repeated, threshold-unreachable, key-bound-to-site, key-unsigned, nothing-changed', () => {
  const here = holderWorld()
  assert.equal(byGuardians(here, ['H-2'], {}, ['H-2/full', 'new'], false), 'member-changed')
  assert.equal(byGuardians(here, ['H-2'], { keys: [NEW, NEW] }), 'key-repeated')
  assert.equal(byGuardians(here, ['H-2'], { m: 2 }), 'threshold-unreachable')
  assert.equal(byGuardians(here, ['H-2'], { keys: [key('new', ['full'], 'webauthn')] }), 'key-bound-to-site')
  assert.equal(byGuardians(here, ['H-2'], {}, ['H-2/full']), 'key-unsigned')
  const same = { m: 1, keys: POLICY['keys'] as JsonObject[] }
  assert.equal(byGuardians(here, ['H-2'], same, ['H-2/full', 'one', 'two', 'tech']), 'nothing-changed')
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused, not-due, holder-unknown', () => {
  const here = clerked()
  for (const wrong of [{ guardians: [] }, { keys: [] }, { m: 0 }, { step: 'order' }])
    assert.equal(byGuardians(here, ['H-2'], wrong), 'body-malformed')
  assert.equal(byEvidence(here, { instrument: null }), 'body-malformed')
  assert.equal(here.due(recoverKeys, 'obj/application/A-1'), 'not-due')
  assert.equal(byGuardians(here, ['H-2'], { holder: 'H-9' }), 'holder-unknown')
  const body = { step: 'guardians', holder: 'H-1', ...KEYS, guardians: ['H-2'] }
  const parameters = {
    guardianSeconds: 0,
    evidenceSeconds: 0,
    dormantSeconds: 0,
    vetoSeconds: 0,
    transferAfterSeconds: 0,
  }
  assert.deepEqual(
    commonRefusals({ 'recover-keys/1': parameters }, recoverKeys, body, ['H-2/full']),
    COMMON_CODES,
  )
})

const filed = (here: World, handle: string): unknown => here.object('notes', handle)?.['filed'] ?? []

test('quota-reached: who asks for recoveries by evidence eight times in a week is refused, and nobody else', () => {
  const here = clerked(GUARDED)
  for (let count = 1; count <= 8; count++) assert.equal(byEvidence(here), null)
  assert.equal(byEvidence(here), 'quota-reached')
  // Neither the holder to be recovered nor whoever represents it has lost a place by that.
  assert.deepEqual(filed(here, 'H-1'), [])
  assert.equal(byEvidence(here, { by: 'H-3' }, ['new', 'H-3/full']), null)
  assert.deepEqual(filed(here, 'H-3'), [here.at])
  assert.equal(byGuardians(here, ['H-2', 'H-4']), null)
  here.later(7 * DAY)
  assert.equal(byEvidence(here), null)
})

test('holder-unknown, consent-missing: who asks by evidence is a holder and signs with its full keys', () => {
  const here = clerked()
  assert.equal(byEvidence(here, { by: 'H-9' }, ['new', 'H-9/full']), 'holder-unknown')
  for (const by of [['new'], ['new', 'H-4/technical'], ['new', 'H-3/full'], ['new', 'one']])
    assert.equal(byEvidence(here, {}, by), 'consent-missing')
  assert.equal(byEvidence(here), null)
  assert.deepEqual(here.object('application', 'A-100')?.['consents'], ['H-4'])
  // Both are looked at before what stands against the holder.
  const vetoed = clerked({ recoveryVetoed: '2029-12-31T00:00:00Z' })
  assert.equal(byEvidence(vetoed, { by: 'H-9' }), 'holder-unknown')
  assert.equal(byEvidence(vetoed, {}, ['new']), 'consent-missing')
  assert.equal(byEvidence(vetoed), 'recovery-vetoed')
})

test('who is told of a recovery by guardians is the holder', () => {
  const here = holderWorld(GUARDED)
  const body = { step: 'guardians', ...KEYS, guardians: ['H-2', 'H-4'] }
  assert.equal(askOf(here, recoverKeys, body, ['H-2/full', 'H-4/full', 'new'], ['policy']), null)
  const notice = here.object('application', 'A-100')?.['notice'] as JsonObject
  assert.deepEqual(notice['to'], ['H-1'])
})

test('by evidence: a holder that has no keys yet gets them, and no guardians', () => {
  const here = clerked({ policy: null })
  assert.equal(byEvidence(here), null)
  assert.deepEqual(examine(here, 'A-100'), [null, null, null, null])
  here.later(60 * DAY)
  assert.equal(here.due(recoverKeys, FIRST), null)
  assert.deepEqual(holderIn(here)['policy'], { ...KEYS, guardians: [] })
})
