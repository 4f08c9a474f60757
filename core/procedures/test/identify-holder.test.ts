import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { Holder, Identity, Json, JsonObject, RecordKey } from '@cadastre/records'
import { identifyHolder } from '../src/identify-holder.ts'
import { assertStamped, World } from './world.ts'

const bytes = (length: number, fill: number): string => Buffer.alloc(length, fill).toString('base64')
const HASH = bytes(32, 7)

function key(name: string, roles: readonly string[] = ['full'], alg = 'ed25519'): JsonObject {
  return { alg, key: Buffer.from(name.padEnd(32)).toString('base64'), roles }
}
function staff(here: World, handle: string, more: JsonObject = {}): void {
  const member = {
    v: 1,
    handle,
    role: 'clerk',
    alg: 'ed25519',
    key: `${handle}/key`,
    outside: false,
    since: 0,
  }
  here.put(`obj/staff/${handle}` as RecordKey, { ...member, ...more })
}
function stored<T>(here: World, name: string): T {
  const value: unknown = here.state.get(name as RecordKey)
  return value as T
}
function world(attestations = 0): World {
  const made = new World({ 'identify-holder/1': { attestations } })
  staff(made, 'C-1')
  staff(made, 'C-2', { outside: true })
  staff(made, 'C-3')
  staff(made, 'OP-1', { role: 'operator', outside: true })
  return made
}

const ORGANISATION: JsonObject = {
  kind: 'organisation',
  name: 'Example GmbH',
  register: { name: 'Register of Bern', number: 'CHE-1' },
  person: null,
  country: 'CH',
  policy: { m: 1, keys: [key('one'), key('two', ['routing', 'technical'])], guardians: [] },
  contacts: [],
  attestors: [],
}
const PERSON: JsonObject = { ...ORGANISATION, kind: 'person', name: null, register: null, person: HASH }
const ATTESTED: JsonObject = { ...ORGANISATION, attestors: ['C-1', 'C-2'] }

/** Signed by every key that is enrolled and by every attestor named, unless `without` leaves one out. */
function identify(here: World, body: JsonObject, without: readonly string[] = []): string | null {
  const { keys } = body['policy'] as { keys: readonly { key: string }[] }
  const attestors = body['attestors'] as readonly string[]
  const all = [...keys.map((one) => one.key), ...attestors.map((handle) => `${handle}/key`)]
  return here.ask(identifyHolder, { body, by: all.filter((name) => !without.includes(name)) })
}
const withPolicy = (body: JsonObject, policy: JsonObject): JsonObject => ({
  ...body,
  policy: { ...(body['policy'] as JsonObject), ...policy },
})

test('control of keys makes a holder: an identity of the first key, a policy, nothing granted', () => {
  const here = world()
  assert.equal(identify(here, ORGANISATION), null)
  const holder = stored<Holder>(here, 'obj/holder/H-100')
  assert.deepEqual([holder.name, holder.handle], ['Example GmbH', 'H-100'])
  assert.equal(holder.since, 100)
  assert.deepEqual(holder.policy as Json, ORGANISATION['policy'])
  const identity = stored<Identity>(here, `obj/identity/${holder.identity}`)
  assert.match(holder.identity ?? '', /^KEY-[0-9A-F]{64}$/)
  assert.deepEqual(identity.granted, { ip4: 0, ip6: 0, asn: 0 })
  assert.equal(identity.holder, 'H-100')
  assertStamped(here)
})

test('the identity is the first key alone: other keys, names and countries make no second one', () => {
  const here = world()
  assert.equal(identify(here, ORGANISATION), null)
  const again = {
    ...withPolicy(ORGANISATION, { keys: [key('one'), key('three')] }),
    name: 'Other',
    country: 'BR',
  }
  assert.equal(identify(here, again), 'identity-exists')
  assert.equal(identify(here, withPolicy(ORGANISATION, { keys: [key('two')] })), null)
})

test('identity-exists: attested, the identity of an organisation is its register entry, in any letter case', () => {
  const here = world(2)
  assert.equal(identify(here, ATTESTED), null)
  const other = withPolicy(ATTESTED, { keys: [key('nine')] })
  const upper = { ...other, register: { name: 'REGISTER OF BERN', number: 'che-1' } }
  assert.equal(identify(here, upper), 'identity-exists')
  assert.equal(identify(here, { ...other, register: { name: 'Register of Bern', number: 'CHE-2' } }), null)
  const holder = stored<Holder>(here, 'obj/holder/H-100')
  const entry = createHash('sha256').update('{"name":"REGISTER OF BERN","number":"CHE-1"}').digest('hex')
  assert.equal(holder.identity, `ORG-${entry.toUpperCase()}`)
})

test('attested: the identity of a person is the commitment that the attestors confirm', () => {
  const here = world(2)
  const person = { ...PERSON, attestors: ['C-1', 'C-2'] }
  assert.equal(identify(here, person), null)
  assert.equal(identify(here, withPolicy(person, { keys: [key('nine')] })), 'identity-exists')
  const holder = stored<Holder>(here, 'obj/holder/H-100')
  assert.deepEqual([holder.name, holder.identity?.slice(0, 7)], [null, 'PERSON-'])
})

test('body-malformed: what the schema refuses, and a person’s name or register entry in the clear', () => {
  const here = world()
  for (const wrong of [
    { kind: 'robot' },
    { name: 'two\nlines' },
    { country: 'che' },
    { person: 'not a hash' },
    { policy: { m: 0, keys: [key('one')], guardians: [] } },
    { policy: { m: 1, keys: [], guardians: [] } },
    { attestors: ['C-1', 'C-2', 'C-3'] },
    { score: 1 },
  ])
    assert.equal(here.ask(identifyHolder, { body: { ...ORGANISATION, ...wrong } }), 'body-malformed')
  assert.equal(identify(here, { ...PERSON, name: 'A Person' }), 'body-malformed')
  const entry = { name: 'Register of Persons', number: '1' }
  assert.equal(identify(here, { ...PERSON, register: entry }), 'body-malformed')
  assert.equal(identify(here, PERSON), null)
})

test('procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  assert.equal(identify(new World(), ORGANISATION), 'procedure-unknown')
  const here = world()
  assert.equal(here.ask(identifyHolder, { body: ORGANISATION, origin: 'other.example' }), 'wrong-origin')
  const expires = '2029-12-31T23:59:59Z'
  assert.equal(here.ask(identifyHolder, { body: ORGANISATION, expires }), 'request-expired')
  here.put('obj/registry/REGISTRY' as RecordKey, { v: 1, origin: 'registry.example', state: 'founding' })
  assert.equal(identify(here, ORGANISATION), 'still-founding')
  here.pause()
  assert.equal(identify(here, ORGANISATION), 'paused')
})

test('register-missing: with attestations an organisation names a register entry, a person a commitment', () => {
  const here = world(2)
  assert.equal(identify(here, { ...ORGANISATION, register: null }), 'register-missing')
  assert.equal(identify(here, { ...PERSON, person: null }), 'register-missing')
  assert.equal(identify(world(), { ...ORGANISATION, register: null }), null)
})

test('attestations-missing: two clerks, both signing, one of them outside the operator', () => {
  const here = world(2)
  const by = (...attestors: readonly string[]): JsonObject => ({ ...ORGANISATION, attestors })
  assert.equal(identify(here, by()), 'attestations-missing')
  assert.equal(identify(here, by('C-2')), 'attestations-missing')
  assert.equal(identify(here, by('C-2', 'C-2')), 'attestations-missing')
  assert.equal(identify(here, by('C-1', 'C-3')), 'attestations-missing')
  assert.equal(identify(here, by('C-1', 'OP-1')), 'attestations-missing')
  assert.equal(identify(here, by('C-1', 'C-9')), 'attestations-missing')
  assert.equal(identify(here, ATTESTED, ['C-1/key']), 'attestations-missing')
  assert.equal(identify(here, ATTESTED, ['C-2/key']), 'attestations-missing')
  assert.equal(identify(here, ATTESTED), null)
})

test('key-repeated, threshold-unreachable, key-bound-to-site, key-unsigned', () => {
  const here = world()
  const keys = (m: number, ...all: readonly JsonObject[]): JsonObject =>
    withPolicy(ORGANISATION, { m, keys: all })
  assert.equal(identify(here, keys(3, key('one'), key('one', ['routing']))), 'key-repeated')
  assert.equal(identify(here, keys(2, key('one'), key('two', ['routing']))), 'threshold-unreachable')
  assert.equal(identify(here, keys(1, key('one', ['technical']))), 'threshold-unreachable')
  assert.equal(identify(here, keys(1, key('one', ['full'], 'webauthn'))), 'key-bound-to-site')
  for (const { key: name } of [key('one'), key('two')])
    assert.equal(identify(here, ORGANISATION, [String(name)]), 'key-unsigned')
  assert.equal(identify(here, keys(1, key('one', ['full'], 'es256'))), 'key-unsigned')
  assert.equal(identify(here, keys(2, key('one'), key('two'))), null)
})

test('with attestations too, the attestors’ keys do not stand for the applicant’s', () => {
  const here = world(2)
  const [first] = (ORGANISATION['policy'] as { keys: readonly { key: string }[] }).keys
  assert.equal(identify(here, ATTESTED, [first?.key ?? '']), 'key-unsigned')
})

test('an act of the registrar cannot identify anybody', () => {
  assert.equal(world().due(identifyHolder, 'obj/holder/H-1'), 'body-malformed')
})
