// P10: contacts and preset cooling; what a thief of a key would do waits for a veto (section 0, Stolen keys).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '@cadastre/records'
import { updateHolder } from '../src/update-holder.ts'
import { askOf, FIRST, HOLDER, holderIn, holderWorld, keyOf, outcomeOf, POLICY } from './holder-fixture.ts'
import { COMMON_CODES, commonRefusals } from './staff-fixture.ts'
import { assertStamped, DAY, type World } from './world.ts'

const MEMBERS: { readonly [change: string]: readonly string[] } = {
  contacts: ['contacts'],
  cooling: ['coolingSeconds'],
}
const CONTACT = { role: 'noc', kind: 'group', fields: { email: keyOf('commitment') } }
const CONTACTS: JsonObject = { change: 'contacts', contacts: [CONTACT] }
const cooling = (coolingSeconds: number | null): JsonObject => ({ change: 'cooling', coolingSeconds })

function change(here: World, body: JsonObject, by: readonly string[] = ['one'], names = true): string | null {
  return askOf(here, updateHolder, body, by, names ? MEMBERS[String(body['change'])] : [])
}
function veto(here: World, by: readonly string[], more: JsonObject = {}): string | null {
  const body = { change: 'veto', application: 'A-100', guardian: null, ...more }
  return askOf(here, updateHolder, body, by)
}

test('contacts: at once, by a technical key', () => {
  const here = holderWorld({ active: null })
  assert.equal(change(here, CONTACTS, ['tech']), null)
  assert.deepEqual(holderIn(here)['contacts'], [CONTACT])
  assert.equal(holderIn(here)['active'], here.at)
  assertStamped(here)
})

test('cooling takes full keys to the threshold; longer is at once', () => {
  const here = holderWorld({ policy: { ...POLICY, m: 2 } })
  assert.equal(change(here, cooling(30 * DAY), ['tech']), 'consent-missing')
  assert.equal(change(here, cooling(30 * DAY), ['one', 'tech']), 'consent-missing')
  assert.equal(change(here, cooling(30 * DAY), ['one', 'two']), null)
  assert.equal(holderIn(here)['coolingSeconds'], 30 * DAY)
  assert.equal(here.object('application', 'A-100'), null)
})

test('a shorter cooling waits 7 days, the profile’s instead of a longer one too', () => {
  const cases: readonly (readonly [JsonObject, number | null])[] = [
    [{}, 0],
    [{}, 3 * DAY - 1],
    [{ coolingSeconds: 30 * DAY }, null],
  ]
  for (const [before, seconds] of cases) {
    const here = holderWorld(before)
    const old = holderIn(here)
    assert.equal(change(here, cooling(seconds)), null)
    assert.deepEqual(holderIn(here), old, 'nothing changes yet')
    assert.equal(here.object('application', 'A-100')?.['due'], '2030-01-08T00:00:00Z')
    here.later(7 * DAY - 1)
    assert.equal(here.due(updateHolder, FIRST), 'not-due')
    here.later(1)
    assert.equal(here.due(updateHolder, FIRST), null)
    assert.equal(holderIn(here)['coolingSeconds'], seconds)
    // Nobody was active when it took effect, but when it was asked for.
    assert.equal(holderIn(here)['active'], '2030-01-01T00:00:00Z')
    assert.deepEqual(outcomeOf(here), ['effected', null])
    assert.equal(here.due(updateHolder, FIRST), 'not-due')
    assertStamped(here)
  }
})

test('later terms shorten neither the wait, nor how long replaced contacts are told, of a holder recorded before', () => {
  for (const [since, due, until] of [
    [49, '2030-01-08T00:00:00Z', '2030-01-31T00:00:00Z'],
    [51, '2030-01-01T00:00:01Z', '2030-01-01T00:00:02Z'],
  ] as const) {
    const here = holderWorld({ since, contacts: [CONTACT] })
    here.revise('update-holder/1', { guardSeconds: 1, formerContactSeconds: 2 })
    assert.equal(change(here, cooling(0)), null)
    assert.equal(here.object('application', 'A-100')?.['due'], due)
    assert.equal(change(here, { change: 'contacts', contacts: [] }), null)
    assert.deepEqual(holderIn(here)['formerContacts'], [{ contact: CONTACT, until }])
  }
})

test('any one living key of the holder vetoes a waiting change; application-unknown, not-party, application-closed', () => {
  const here = holderWorld()
  assert.equal(change(here, cooling(0)), null)
  assert.equal(veto(here, ['tech'], { application: 'A-9' }), 'application-unknown')
  assert.equal(veto(here, ['tech'], { holder: 'H-9' }), 'holder-unknown')
  assert.equal(veto(here, ['tech'], { guardian: 'H-9' }), 'holder-unknown')
  assert.equal(veto(here, ['H-2/full'], { holder: 'H-2' }), 'not-party')
  assert.equal(veto(here, ['stranger']), 'consent-missing')
  assert.equal(veto(here, ['H-2/full'], { guardian: 'H-2' }), 'consent-missing')
  assert.equal(veto(here, ['tech']), null)
  assert.deepEqual(outcomeOf(here), ['vetoed', null])
  assert.equal(veto(here, ['tech']), 'application-closed')
  here.later(7 * DAY)
  assert.equal(here.due(updateHolder, FIRST), 'not-due')
  const late = holderWorld()
  assert.equal(change(late, cooling(0)), null)
  late.later(7 * DAY)
  assert.equal(veto(late, ['two']), 'application-closed')
  const elsewhere = holderWorld()
  assert.equal(change(elsewhere, cooling(0)), null)
  elsewhere.put(FIRST, { ...elsewhere.object('application', 'A-100'), procedure: 'transfer/1' })
  assert.equal(veto(elsewhere, ['two']), 'application-unknown')
})

test('that somebody was active later than when it was asked for stays so at its effect', () => {
  for (const [active, stays] of [
    ['2030-01-05T00:00:00Z', '2030-01-05T00:00:00Z'],
    ['2029-01-05T00:00:00Z', '2030-01-01T00:00:00Z'],
    [null, '2030-01-01T00:00:00Z'],
  ] as const) {
    const here = holderWorld()
    assert.equal(change(here, cooling(0)), null)
    here.put(HOLDER, { ...holderIn(here), active })
    here.later(7 * DAY)
    assert.equal(here.due(updateHolder, FIRST), null)
    assert.equal(holderIn(here)['active'], stays)
  }
})

test('a veto by a removed key: that very key, of the same algorithm, until its time', () => {
  const until = '2030-01-05T00:00:00Z'
  for (const [alg, code] of [
    ['ed25519', null],
    ['webauthn', 'consent-missing'],
  ] as const) {
    const here = holderWorld({ formerKeys: [{ alg, key: keyOf('former'), until }] })
    assert.equal(change(here, cooling(0)), null)
    assert.equal(veto(here, ['former', 'stranger']), code)
  }
})

test('a waiting change fails at its time where what it replaces has changed, or the holder is gone', () => {
  const here = holderWorld()
  assert.equal(change(here, cooling(0)), null)
  assert.equal(change(here, cooling(30 * DAY)), null)
  here.later(7 * DAY)
  assert.equal(here.due(updateHolder, FIRST), null)
  assert.deepEqual(outcomeOf(here), ['failed', 'member-changed'])
  assert.equal(holderIn(here)['coolingSeconds'], 30 * DAY)
  const gone = holderWorld()
  assert.equal(change(gone, cooling(0)), null)
  gone.put(HOLDER, null)
  gone.later(7 * DAY)
  assert.equal(gone.due(updateHolder, FIRST), null)
  assert.deepEqual(outcomeOf(gone), ['failed', 'holder-unknown'])
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused, not-due', () => {
  const here = holderWorld()
  for (const wrong of [
    { change: 'standing', value: 1 },
    { change: 'cooling', coolingSeconds: -1 },
    { change: 'confirm' },
    { change: 'policy', policy: POLICY },
    { change: 'lock', until: '2030-02-01T00:00:00Z' },
    { change: 'contacts', contacts: [{ ...CONTACT, fields: { email: 'a@example.net' } }] },
  ])
    assert.equal(change(here, wrong), 'body-malformed')
  assert.equal(here.due(updateHolder, 'obj/application/A-1'), 'not-due')
  const parameters = { guardSeconds: 0, formerContactSeconds: 0, maxCoolingSeconds: 0 }
  const body = { holder: 'H-1', ...CONTACTS }
  assert.deepEqual(
    commonRefusals({ 'update-holder/1': parameters }, updateHolder, body, ['H-1/full']),
    COMMON_CODES,
  )
})

test('holder-unknown, consent-missing, member-changed, in this order', () => {
  const here = holderWorld()
  assert.equal(change(here, { ...cooling(0), holder: 'H-9' }, [], false), 'holder-unknown')
  assert.equal(change(here, cooling(0), [], false), 'consent-missing')
  assert.equal(change(here, cooling(0), ['one'], false), 'member-changed')
  here.put('obj/holder/IMP-1' as typeof HOLDER, { ...holderIn(here), handle: 'IMP-1', policy: null })
  assert.equal(change(here, { ...cooling(0), holder: 'IMP-1' }), 'consent-missing')
})

test('term-too-long, nothing-changed', () => {
  const here = holderWorld()
  assert.equal(change(here, cooling(30 * DAY + 1)), 'term-too-long')
  assert.equal(change(here, cooling(null)), 'nothing-changed')
  assert.equal(change(here, { change: 'contacts', contacts: [] }), 'nothing-changed')
})

test('member-changed: contacts are replaced by who has seen those that stand', () => {
  const here = holderWorld()
  assert.equal(change(here, CONTACTS, ['tech'], false), 'member-changed')
})

test('what waits says what it replaces by hash, and where there was nothing, nothing', () => {
  const here = holderWorld()
  assert.equal(change(here, cooling(0)), null)
  const body = here.object('application', 'A-100')?.['body'] as JsonObject
  assert.deepEqual(body['replaces'], [null])
  const preset = holderWorld({ coolingSeconds: 5 * DAY })
  assert.equal(change(preset, cooling(0)), null)
  const other = preset.object('application', 'A-100')?.['body'] as JsonObject
  assert.deepEqual(other['replaces'], [preset.state.memberHash(5 * DAY)])
})

test('the terms of transfers are looked at for a cooling alone: contacts have nothing to do with them', () => {
  const looked = (body: JsonObject, by: string): boolean => {
    const here = holderWorld()
    assert.equal(change(here, body, [by]), null)
    return (here.last?.inputs ?? []).some(({ key }) => key === 'obj/procedure/TRANSFER-1')
  }
  assert.deepEqual([looked(cooling(0), 'one'), looked(CONTACTS, 'tech')], [true, false])
})

test('the usual cooling, fixed as the holder’s own, shortens nothing: at once', () => {
  const here = holderWorld()
  assert.equal(change(here, cooling(3 * DAY)), null)
  assert.equal(holderIn(here)['coolingSeconds'], 3 * DAY)
})
