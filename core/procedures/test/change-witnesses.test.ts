// Witnesses and succession (procedures.md section 0): the old quorum signs, and for 30 days both policies hold.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { JsonObject, RecordKey } from '@cadastre/records'
import { changeWitnesses } from '../src/change-witnesses.ts'
import { makesQuorum, readQuorum, WITNESSES_KEY } from '../src/witness-policy.ts'
import { staffedWorld, staffKeyName } from './staff-fixture.ts'
import { DAY, type World } from './world.ts'

const PARAMETERS = { 'change-witnesses/1': { overlapSeconds: 30 * DAY } }

/** A vkey of a witness as C2SP signed-note and tlog-cosignature have it, and its key alone. */
function witness(name: string, type = 4): { readonly vkey: string; readonly key: string } {
  const key = createHash('sha256').update(name).digest()
  const typed = Buffer.concat([Buffer.of(type), key])
  const id = createHash('sha256').update(`${name}\n`).update(typed).digest('hex').slice(0, 8)
  return { vkey: `${name}+${id}+${typed.toString('base64')}`, key: key.toString('base64') }
}
const line = (name: string): string => `witness ${name} ${witness(name).vkey} https://${name}\n`
const THREE = `${line('a')}${line('b')}${line('c')}`
const OLD = `${THREE}group two 2 a b c\nquorum two\n`
const NEW = `${line('d')}quorum d\n`

function world(policy = OLD): World {
  const here = staffedWorld(PARAMETERS)
  here.put(WITNESSES_KEY, { v: 1, policy, previous: null, since: 0 })
  return here
}
function ask(here: World, policy: string, by: readonly string[], staff = 'OP-1'): string | null {
  const keys = by.map((name) => witness(name).key)
  return here.ask(changeWitnesses, { body: { staff, policy }, by: [staffKeyName(staff), ...keys] })
}
const record = (here: World): JsonObject => here.state.get(WITNESSES_KEY) as JsonObject

test('the old quorum signs; the policy is in force at once, the old one for 30 days beside it', () => {
  const here = world()
  assert.equal(ask(here, NEW, ['a', 'c']), null)
  assert.deepEqual(record(here), {
    v: 1,
    policy: NEW,
    previous: { policy: OLD, until: '2030-01-31T00:00:00Z' },
    since: 100,
  })
})

test('quorum-missing: too few of the old, or only the new ones', () => {
  for (const by of [[], ['a'], ['d'], ['a', 'd'], ['x', 'y']])
    assert.equal(ask(world(), NEW, by), 'quorum-missing')
  assert.equal(ask(world(), NEW, ['b', 'c']), null)
})

test('overlap-running: no second change before the first overlap has ended', () => {
  const here = world()
  assert.equal(ask(here, NEW, ['a', 'b']), null)
  assert.equal(ask(here, OLD, ['a', 'b', 'd']), 'overlap-running')
  here.later(30 * DAY)
  assert.equal(ask(here, OLD, ['a', 'b']), 'quorum-missing')
  assert.equal(ask(here, OLD, ['d']), null)
})

test('the overlap is 30 days at least, whatever the parameters say', () => {
  const here = world()
  const key = 'obj/procedure/CHANGE-WITNESSES-1' as RecordKey
  here.put(key, { ...(here.state.get(key) as JsonObject), parameters: { overlapSeconds: 0 } })
  assert.equal(ask(here, NEW, ['a', 'b']), null)
  assert.equal((record(here)['previous'] as JsonObject)['until'], '2030-01-31T00:00:00Z')
})

test('a policy that asks for nobody needs no signature of a witness; its overlap runs all the same', () => {
  for (const policy of ['', 'quorum none\n', 'log x+00000000+AAAA\nquorum none\n']) {
    const here = world(policy)
    assert.equal(ask(here, NEW, []), null)
    assert.notEqual(record(here)['previous'], null)
  }
  const none = staffedWorld(PARAMETERS)
  assert.equal(ask(none, NEW, []), null)
})

test('policy-malformed, nothing-changed', () => {
  for (const policy of [
    'quorum d\n',
    `${line('d')}`,
    `${line('d')}${line('d')}quorum d\n`,
    'nonsense\nquorum none\n',
  ])
    assert.equal(ask(world(), policy, ['a', 'b']), 'policy-malformed', policy)
  assert.equal(ask(world(), OLD, ['a', 'b']), 'nothing-changed')
})

test('staff-unknown, wrong-staff-role, staff-signature-missing', () => {
  assert.equal(ask(world(), NEW, ['a', 'b'], 'NOBODY'), 'staff-unknown')
  assert.equal(ask(world(), NEW, ['a', 'b'], 'CLERK-1'), 'wrong-staff-role')
  const by = [witness('a').key, witness('b').key]
  assert.equal(
    world().ask(changeWitnesses, { body: { staff: 'OP-1', policy: NEW }, by }),
    'staff-signature-missing',
  )
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding', () => {
  const body = { staff: 'OP-1', policy: NEW }
  const by = [staffKeyName('OP-1'), witness('a').key, witness('b').key]
  assert.equal(world().ask(changeWitnesses, { body: { ...body, policy: 'x' }, by }), 'body-malformed')
  assert.equal(staffedWorld({}).ask(changeWitnesses, { body, by }), 'procedure-unknown')
  assert.equal(world().ask(changeWitnesses, { body, by, origin: 'other.example' }), 'wrong-origin')
  assert.equal(world().ask(changeWitnesses, { body, by, expires: '2029-01-01T00:00:00Z' }), 'request-expired')
  const founding = world()
  founding.put('obj/registry/REGISTRY' as RecordKey, {
    origin: 'registry.example',
    state: 'founding',
    paused: null,
  })
  assert.equal(founding.ask(changeWitnesses, { body, by }), 'still-founding')
})

test('groups count as one once enough of their members signed', () => {
  const rule = readQuorum(`${THREE}group g any a b\ngroup h all g c\nquorum h\n`)
  assert.ok(rule)
  const made = (...names: readonly string[]): boolean =>
    makesQuorum(rule, (key) => names.some((name) => witness(name).key === key))
  assert.deepEqual(
    [made('a', 'c'), made('b', 'c'), made('a', 'b'), made('c'), made()],
    [true, true, false, false, false],
  )
})

test('a registry that recorded no policy yet had an empty one, and asks nobody for the first', () => {
  const here = staffedWorld(PARAMETERS)
  assert.equal(ask(here, NEW, []), null)
  assert.deepEqual(record(here)['previous'], { policy: '', until: '2030-01-31T00:00:00Z' })
})
