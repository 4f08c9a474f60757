import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, RecordKey } from '@cadastre/records'
import { updateHolder } from '../src/update-holder.ts'
import { assertStamped, DAY, World } from './world.ts'

const PARAMETERS = {
  guardSeconds: 7 * DAY,
  formerContactSeconds: 30 * DAY,
  maxCoolingSeconds: 30 * DAY,
  maxLockSeconds: 1826 * DAY,
}
const HOLDER = 'obj/holder/H-1' as RecordKey
const GUARDED = 'obj/application/A-100'

function key(name: string, roles: readonly string[] = ['full'], alg = 'ed25519'): JsonObject {
  return { alg, key: Buffer.from(name.padEnd(32)).toString('base64'), roles }
}
const nameOf = (name: string): string => Buffer.from(name.padEnd(32)).toString('base64')
const POLICY: JsonObject = {
  m: 1,
  keys: [key('one'), key('two'), key('tech', ['technical'])],
  guardians: ['H-2'],
}

function world(holder: JsonObject = {}): World {
  const made = new World({
    'update-holder/1': PARAMETERS,
    'transfer/1': { coolingSeconds: 3 * DAY, maxCoolingSeconds: 30 * DAY, floorIp4: 24, floorIp6: 48 },
  })
  made.put(HOLDER, {
    v: 1,
    handle: 'H-1',
    kind: 'organisation',
    name: 'Example',
    country: 'CH',
    identity: 'KEY-1',
    policy: POLICY,
    contacts: [],
    formerContacts: [],
    lockedUntil: null,
    coolingSeconds: null,
    confirmed: null,
    procedure: 'identify-holder/1',
    since: 1,
    ...holder,
  })
  made.holder('H-2')
  return made
}
const holder = (here: World): JsonObject => here.state.get(HOLDER) as JsonObject
const MEMBERS: { readonly [change: string]: string } = {
  contacts: 'contacts',
  policy: 'policy',
  cooling: 'coolingSeconds',
  lock: 'lockedUntil',
}

/** A change signed by the keys named, naming the member as it stands. */
function change(here: World, body: JsonObject, by: readonly string[] = ['one'], names = true): string | null {
  const member = MEMBERS[String(body['change'])]
  const value = member === undefined ? null : (holder(here)[member] as object | null)
  const replaces = member === undefined || !names ? [] : [here.replaced(`${HOLDER}#${member}`, value)]
  return here.ask(updateHolder, { body: { holder: 'H-1', ...body }, by: by.map(nameOf), replaces })
}
const policy = (more: JsonObject): JsonObject => ({ change: 'policy', policy: { ...POLICY, ...more } })
const CONTACT = { role: 'noc', kind: 'group', fields: { email: nameOf('commitment') } }

test('contacts and confirmation: at once, by a technical key', () => {
  const here = world()
  assert.equal(change(here, { change: 'contacts', contacts: [CONTACT] }, ['tech']), null)
  assert.deepEqual(holder(here)['contacts'], [CONTACT])
  assert.equal(change(here, { change: 'confirm' }, ['tech']), null)
  assert.equal(holder(here)['confirmed'], here.at)
  assertStamped(here)
})

test('keys, lock and cooling take full keys to the threshold', () => {
  const here = world({ policy: { ...POLICY, m: 2 } })
  const lock = { change: 'lock', until: '2030-02-01T00:00:00Z' }
  const cooling = { change: 'cooling', coolingSeconds: 30 * DAY }
  for (const wish of [
    lock,
    cooling,
    policy({ m: 2, keys: [...(POLICY['keys'] as JsonObject[]), key('new')] }),
  ]) {
    assert.equal(change(here, wish, ['tech', 'new']), 'consent-missing')
    assert.equal(change(here, wish, ['one', 'tech', 'new']), 'consent-missing')
    assert.equal(change(here, wish, ['one', 'two', 'new']), null)
  }
  assert.equal(holder(here)['lockedUntil'], '2030-02-01T00:00:00Z')
  assert.equal(holder(here)['coolingSeconds'], 30 * DAY)
})

test('enrolling a key that signs is at once; no staff, stranger or other holder can', () => {
  const here = world()
  const wider = policy({ keys: [...(POLICY['keys'] as JsonObject[]), key('new')] })
  assert.equal(change(here, wider, ['new']), 'consent-missing')
  assert.equal(change(here, wider, ['stranger', 'new']), 'consent-missing')
  assert.equal(change(here, wider, ['one', 'new']), null)
  assert.equal((holder(here)['policy'] as { keys: readonly object[] }).keys.length, 4)
})

test('what a thief would do first waits 7 days: a key or a role gone, a lower m, other guardians, less cooling', () => {
  const [one, two, tech] = POLICY['keys'] as readonly JsonObject[]
  const two2 = { ...POLICY, m: 2 }
  const cases: readonly (readonly [JsonObject, JsonObject, readonly string[]])[] = [
    [{}, policy({ keys: [two ?? {}, tech ?? {}] }), ['one']],
    [{}, policy({ keys: [one ?? {}, key('two', ['routing']), tech ?? {}] }), ['one']],
    [{ policy: two2 }, policy({ m: 1 }), ['one', 'two']],
    [{}, policy({ guardians: [] }), ['one']],
    [{}, policy({ guardians: ['H-2', 'H-3'] }), ['one']],
    [{}, { change: 'cooling', coolingSeconds: 0 }, ['one']],
    [{ coolingSeconds: 30 * DAY }, { change: 'cooling', coolingSeconds: null }, ['one']],
  ]
  for (const [before, wish, by] of cases) {
    const here = world(before)
    const old = holder(here)
    assert.equal(change(here, wish, by), null)
    assert.deepEqual(holder(here), old, 'nothing changes yet')
    assert.equal(here.object('application', 'A-100')?.['due'], '2030-01-08T00:00:00Z')
    here.later(7 * DAY - 1)
    assert.equal(here.due(updateHolder, GUARDED), 'not-due')
    here.later(1)
    assert.equal(here.due(updateHolder, GUARDED), null)
    assert.notDeepEqual(holder(here), old)
    assert.equal(here.object('application', 'A-100')?.['state'], 'effected')
    assert.equal(here.due(updateHolder, GUARDED), 'not-due')
    assertStamped(here)
  }
})

test('what only adds is at once: another key, another role, a higher m, more cooling', () => {
  const [one, two] = POLICY['keys'] as readonly JsonObject[]
  const wider = key('tech', ['technical', 'routing'])
  for (const wish of [
    policy({ m: 2 }),
    policy({ keys: [one ?? {}, two ?? {}, wider] }),
    { change: 'cooling', coolingSeconds: 30 * DAY },
  ]) {
    const here = world()
    assert.equal(change(here, wish), null)
    assert.equal(here.object('application', 'A-100'), null)
  }
})

test('any one living key of the holder withdraws a guarded change; nobody else, and nobody after its time', () => {
  const withdraw = (here: World, by: readonly string[], more: JsonObject = {}): string | null =>
    change(here, { change: 'withdraw', application: 'A-100', ...more }, by)
  const here = world()
  const thief = policy({ keys: [key('one')], guardians: [] })
  assert.equal(change(here, thief), null)
  assert.equal(withdraw(here, ['tech'], { application: 'A-9' }), 'application-unknown')
  assert.equal(withdraw(here, ['stranger']), 'consent-missing')
  assert.equal(withdraw(here, ['tech'], { holder: 'H-9' }), 'holder-unknown')
  const other = { change: 'withdraw', holder: 'H-2', application: 'A-100' }
  assert.equal(here.ask(updateHolder, { body: other, by: ['H-2/full'] }), 'not-party')
  assert.equal(withdraw(here, ['tech']), null)
  assert.equal(withdraw(here, ['tech']), 'application-closed')
  here.later(7 * DAY)
  assert.equal(here.due(updateHolder, GUARDED), 'not-due')
  const late = world()
  assert.equal(change(late, thief), null)
  late.later(7 * DAY)
  assert.equal(withdraw(late, ['two']), 'application-closed')
  const elsewhere = world()
  const cooling = {
    v: 1,
    handle: 'A-100',
    procedure: 'transfer/1',
    state: 'cooling',
    body: {},
    consents: ['H-1'],
  }
  elsewhere.put(GUARDED as RecordKey, { ...cooling, due: null, next: null, reason: null, since: 100 })
  assert.equal(withdraw(elsewhere, ['two']), 'application-unknown')
})

test('a guarded change fails at its time where what it replaces has changed, or the holder is gone', () => {
  const here = world()
  assert.equal(change(here, policy({ guardians: [] })), null)
  assert.equal(
    change(here, policy({ keys: [...(POLICY['keys'] as JsonObject[]), key('new')] }), ['one', 'new']),
    null,
  )
  const stands = holder(here)
  here.later(7 * DAY)
  assert.equal(here.due(updateHolder, GUARDED), null)
  const application = here.object('application', 'A-100')
  assert.deepEqual([application?.['state'], application?.['reason']], ['failed', 'member-changed'])
  assert.deepEqual(holder(here), stands)
  const gone = world()
  assert.equal(change(gone, policy({ guardians: [] })), null)
  gone.put(HOLDER, null)
  gone.later(7 * DAY)
  assert.equal(gone.due(updateHolder, GUARDED), null)
  assert.equal(gone.object('application', 'A-100')?.['reason'], 'holder-unknown')
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, not-due', () => {
  const here = world()
  for (const wrong of [
    { change: 'standing', value: 1 },
    { change: 'cooling', coolingSeconds: -1 },
    { change: 'lock', until: 'tomorrow' },
    { change: 'contacts', contacts: [{ ...CONTACT, fields: { email: 'a@example.net' } }] },
  ])
    assert.equal(change(here, wrong), 'body-malformed')
  assert.equal(
    new World().ask(updateHolder, { body: { change: 'confirm', holder: 'H-1' } }),
    'procedure-unknown',
  )
  const body = { change: 'confirm', holder: 'H-1' }
  assert.equal(here.ask(updateHolder, { body, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(updateHolder, { body, expires: '2029-12-31T23:59:59Z' }), 'request-expired')
  assert.equal(here.due(updateHolder, 'obj/application/A-1'), 'not-due')
  here.put('obj/registry/REGISTRY' as RecordKey, { v: 1, origin: 'registry.example', state: 'founding' })
  assert.equal(here.ask(updateHolder, { body }), 'still-founding')
})

test('holder-unknown, consent-missing, member-changed, in this order', () => {
  const here = world()
  const body = { change: 'lock', until: '2030-02-01T00:00:00Z' }
  assert.equal(change(here, { ...body, holder: 'H-9' }, []), 'holder-unknown')
  assert.equal(change(here, body, [], false), 'consent-missing')
  assert.equal(change(here, body, ['one'], false), 'member-changed')
  here.put('obj/holder/IMP-1' as RecordKey, { ...holder(here), handle: 'IMP-1', policy: null })
  assert.equal(change(here, { ...body, holder: 'IMP-1' }), 'consent-missing')
})

test('term-past, term-too-long: a lock only grows, both have a longest term', () => {
  const here = world()
  const lock = (until: string): string | null => change(here, { change: 'lock', until })
  assert.equal(lock('2030-01-01T00:00:00Z'), 'term-past')
  assert.equal(lock('2035-01-01T00:00:01Z'), 'term-too-long')
  assert.equal(lock('2034-12-31T00:00:00Z'), null)
  assert.equal(lock('2034-12-30T23:59:59Z'), 'term-past')
  assert.equal(lock('2034-12-31T00:00:00Z'), 'nothing-changed')
  assert.equal(change(here, { change: 'cooling', coolingSeconds: 30 * DAY + 1 }), 'term-too-long')
})

test('key-repeated, threshold-unreachable, key-bound-to-site, key-unsigned, nothing-changed', () => {
  const here = world()
  assert.equal(change(here, policy({ keys: [key('one'), key('one')] })), 'key-repeated')
  assert.equal(change(here, policy({ m: 3 })), 'threshold-unreachable')
  assert.equal(change(here, policy({ keys: [key('one', ['full'], 'webauthn')] })), 'key-bound-to-site')
  assert.equal(
    change(here, policy({ keys: [...(POLICY['keys'] as JsonObject[]), key('new')] })),
    'key-unsigned',
  )
  assert.equal(change(here, policy({})), 'nothing-changed')
  assert.equal(change(here, { change: 'contacts', contacts: [] }), 'nothing-changed')
  assert.equal(change(here, { change: 'cooling', coolingSeconds: null }), 'nothing-changed')
  assert.equal(change(here, { change: 'confirm' }), null)
  assert.equal(change(here, { change: 'confirm' }), 'nothing-changed')
})
