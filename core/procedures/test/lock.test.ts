// P10: the voluntary transfer lock and its preset release; the freeze by any one key (section 0, Stolen keys).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '@cadastre/records'
import { lock } from '../src/lock.ts'
import { transfer } from '../src/transfer.ts'
import { askOf, FIRST, HOLDER, holderIn, holderWorld, outcomeOf, POLICY } from './holder-fixture.ts'
import { COMMON_CODES, commonRefusals } from './staff-fixture.ts'
import { assertStamped, DAY, type World } from './world.ts'

const BOTH = ['lockedUntil', 'lockReleaseSeconds']
function until(here: World, end: string, releaseSeconds: number | null = null, by = ['one']): string | null {
  return askOf(here, lock, { step: 'lock', until: end, releaseSeconds }, by, BOTH)
}
const release = (here: World, by = ['one']): string | null => askOf(here, lock, { step: 'release' }, by, BOTH)
const freeze = (here: World, by = ['tech']): string | null => askOf(here, lock, { step: 'freeze' }, by)
function veto(here: World, by: readonly string[], more: JsonObject = {}): string | null {
  return askOf(here, lock, { step: 'veto', application: 'A-100', guardian: null, ...more }, by)
}
/** What a transfer of H-1's holding is answered. */
function sell(here: World): string | null {
  const registration = here.innermost('ip4/203.0.113.0/24') ?? here.register('R-1', '203.0.113.0/24')
  return here.ask(transfer, {
    body: {
      step: 'offer',
      from: 'H-1',
      to: 'H-3',
      registration: { key: 'ip4/203.0.113.0/24', id: registration.id },
      range: '203.0.113.0/24',
      services: [],
    },
    by: [...(POLICY['keys'] as { key: string }[]).map((one) => one.key), 'H-3/full'],
    replaces: [here.names(registration)],
  })
}

test('a lock: the holder’s own, to the second, and no transfer meanwhile', () => {
  const here = holderWorld({ active: null })
  const before = holderIn(here)
  assert.equal(until(here, '2030-02-01T00:00:00Z', 3 * DAY), null)
  assert.deepEqual(holderIn(here), {
    ...before,
    lockedUntil: '2030-02-01T00:00:00Z',
    lockReleaseSeconds: 3 * DAY,
    active: here.at,
  })
  assert.equal(sell(here), 'locked')
  here.later(31 * DAY - 1)
  assert.equal(sell(here), 'locked')
  here.later(1)
  assert.equal(sell(here), null)
  assertStamped(here)
})

test('consent-missing: lock and release take full keys to the threshold', () => {
  const here = holderWorld({ policy: { ...POLICY, m: 2 } })
  const end = '2030-02-01T00:00:00Z'
  for (const by of [[], ['tech'], ['one', 'tech'], ['one', 'H-2/full']]) {
    assert.equal(until(here, end, 0, by), 'consent-missing')
    assert.equal(release(here, by), 'consent-missing')
  }
  assert.equal(until(here, end, 0, ['one', 'two']), null)
  assert.equal(release(here, ['one', 'two']), null)
})

test('member-changed: both members are named as they stand', () => {
  const here = holderWorld()
  const body = { step: 'lock', until: '2030-02-01T00:00:00Z', releaseSeconds: null }
  for (const members of [[], ['lockedUntil'], ['lockReleaseSeconds']])
    assert.equal(askOf(here, lock, body, ['one'], members), 'member-changed')
  assert.equal(until(here, '2030-02-01T00:00:00Z'), null)
  assert.equal(askOf(here, lock, { step: 'release' }, ['one'], ['lockedUntil']), 'member-changed')
})

test('term-past, release-sooner, term-too-long, nothing-changed: a lock that runs only grows, in term and in release', () => {
  const here = holderWorld()
  assert.equal(until(here, '2030-01-01T00:00:00Z'), 'term-past')
  assert.equal(until(here, '2035-01-01T00:00:01Z'), 'term-too-long')
  assert.equal(until(here, '2034-12-31T00:00:00Z', DAY), null)
  assert.equal(until(here, '2034-12-30T23:59:59Z', DAY), 'term-past')
  assert.equal(until(here, '2034-12-31T00:00:00Z', DAY - 1), 'release-sooner')
  assert.equal(until(here, '2034-12-31T00:00:00Z', DAY), 'nothing-changed')
  assert.equal(until(here, '2034-12-31T00:00:00Z', DAY + 1), null)
  assert.equal(until(here, '2034-12-31T00:00:00Z', null), null)
  assert.equal(until(here, '2034-12-31T00:00:00Z', DAY), 'release-sooner')
  // A lock that has ended binds no new one.
  const ended = holderWorld({ lockedUntil: '2030-01-01T00:00:00Z', lockReleaseSeconds: null })
  assert.equal(until(ended, '2030-01-01T00:00:01Z', 0), null)
})

test('an early release only as preset: after the wait that was chosen with the lock', () => {
  const here = holderWorld()
  assert.equal(until(here, '2031-01-01T00:00:00Z', 3 * DAY), null)
  assert.equal(release(here), null)
  const application = 'obj/application/A-101'
  assert.equal(here.object('application', 'A-101')?.['due'], '2030-01-04T00:00:00Z')
  assert.equal(holderIn(here)['lockedUntil'], '2031-01-01T00:00:00Z')
  here.later(3 * DAY - 1)
  assert.equal(here.due(lock, application), 'not-due')
  here.later(1)
  assert.equal(here.due(lock, application), null)
  assert.deepEqual([holderIn(here)['lockedUntil'], holderIn(here)['lockReleaseSeconds']], [null, null])
  assert.equal(sell(here), null)
  const now = holderWorld({ lockedUntil: '2031-01-01T00:00:00Z', lockReleaseSeconds: 0 })
  assert.equal(release(now), null)
  assert.equal(holderIn(now)['lockedUntil'], null)
})

test('not-locked, release-not-preset', () => {
  assert.equal(release(holderWorld()), 'not-locked')
  assert.equal(
    release(holderWorld({ lockedUntil: '2030-01-01T00:00:00Z', lockReleaseSeconds: 0 })),
    'not-locked',
  )
  assert.equal(release(holderWorld({ lockedUntil: '2030-01-02T00:00:00Z' })), 'release-not-preset')
})

const LOCKED = { lockedUntil: '2031-01-01T00:00:00Z', lockReleaseSeconds: 3 * DAY }

test('any living key vetoes a release: application-unknown, application-closed, not-party, consent-missing', () => {
  const here = holderWorld(LOCKED)
  assert.equal(release(here), null)
  assert.equal(veto(here, ['tech'], { application: 'A-9' }), 'application-unknown')
  assert.equal(veto(here, ['H-3/full'], { holder: 'H-3' }), 'not-party')
  assert.equal(veto(here, ['H-3/full']), 'consent-missing')
  assert.equal(veto(here, ['tech']), null)
  assert.deepEqual(outcomeOf(here), ['vetoed', null])
  assert.equal(veto(here, ['tech']), 'application-closed')
})

test('a release fails at its time where the lock was made longer meanwhile, or the holder is gone', () => {
  const here = holderWorld(LOCKED)
  assert.equal(release(here), null)
  assert.equal(until(here, '2032-01-01T00:00:00Z', 3 * DAY), null)
  here.later(3 * DAY)
  assert.equal(here.due(lock, FIRST), null)
  assert.deepEqual(outcomeOf(here), ['failed', 'member-changed'])
  assert.equal(holderIn(here)['lockedUntil'], '2032-01-01T00:00:00Z')
  const gone = holderWorld(LOCKED)
  assert.equal(release(gone), null)
  gone.put(HOLDER, null)
  gone.later(3 * DAY)
  assert.equal(gone.due(lock, FIRST), null)
  assert.deepEqual(outcomeOf(gone), ['failed', 'holder-unknown'])
})

test('frozen: any one enrolled key stops its own holder’s transfers for 14 days, one that cools as well', () => {
  const here = holderWorld({ policy: { ...POLICY, m: 2 }, active: null })
  const before = holderIn(here)
  assert.equal(sell(here), null)
  assert.equal(freeze(here), null)
  assert.deepEqual(holderIn(here), {
    ...before,
    frozenUntil: '2030-01-15T00:00:00Z',
    frozenAt: here.at,
    active: here.at,
  })
  here.later(3 * DAY)
  assert.equal(here.due(transfer, FIRST), null)
  assert.deepEqual(outcomeOf(here), ['failed', 'frozen'])
  here.later(11 * DAY - 1)
  assert.equal(sell(here), 'frozen')
  here.later(1)
  assert.equal(sell(here), null)
})

test('freeze-used: once in 90 days; consent-missing: no stranger, no former key', () => {
  const formerKeys = [{ alg: 'ed25519', key: 'former', until: '2031-01-01T00:00:00Z' }]
  const here = holderWorld({ formerKeys })
  for (const by of [[], ['stranger'], ['H-2/full'], ['former']])
    assert.equal(freeze(here, by), 'consent-missing')
  assert.equal(freeze(here, ['two']), null)
  assert.equal(freeze(here, ['one']), 'freeze-used')
  here.later(90 * DAY - 1)
  assert.equal(freeze(here, ['one']), 'freeze-used')
  here.later(1)
  assert.equal(freeze(here, ['one']), null)
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused, not-due, holder-unknown', () => {
  const here = holderWorld()
  for (const wrong of [
    { step: 'lock', until: 'tomorrow', releaseSeconds: null },
    { step: 'lock', until: '2030-02-01T00:00:00Z', releaseSeconds: -1 },
    { step: 'freeze', seconds: 1 },
    { step: 'unlock' },
  ])
    assert.equal(askOf(here, lock, wrong, ['one']), 'body-malformed')
  assert.equal(here.due(lock, 'obj/application/A-1'), 'not-due')
  assert.equal(askOf(here, lock, { step: 'freeze', holder: 'H-9' }, ['one']), 'holder-unknown')
  const parameters = { maxLockSeconds: 0, freezeSeconds: 0, freezePeriodSeconds: 0 }
  const body = { step: 'freeze', holder: 'H-1' }
  assert.deepEqual(commonRefusals({ 'lock/1': parameters }, lock, body, ['H-1/full']), COMMON_CODES)
})

test('term-too-long: not the longest term itself', () => {
  assert.equal(until(holderWorld(), '2035-01-01T00:00:00Z'), null)
})
