// P6: the published list of peers, and since when the keys of each count.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type JsonObject, objectKey, type Peer } from '@cadastre/records'
import { listPeer } from '../src/list-peer.ts'
import { policyAt } from '../src/peers.ts'
import { peerHandleOf, WEST, WEST_POLICY } from './peers-fixture.ts'
import { staffedWorld, staffKeyName } from './staff-fixture.ts'
import { DAY, instant, type World } from './world.ts'

const PARAMETERS = { 'list-peer/1': { noticeSeconds: 30 * DAY } }
const BODY: JsonObject = {
  staff: 'OP-1',
  origin: WEST,
  policy: WEST_POLICY,
  rdap: 'https://rdap.west.example/',
}
const peer = (here: World): Peer | null =>
  here.state.get(objectKey('peer', peerHandleOf(WEST))) as Peer | null

function ask(here: World, more: JsonObject = {}, by = ['OP-1']): string | null {
  return here.ask(listPeer, { body: { ...BODY, ...more }, by: by.map(staffKeyName) })
}

test('a peer is listed under a handle of its origin, and its keys count after the notice', () => {
  const here = staffedWorld(PARAMETERS)
  assert.equal(ask(here), null)
  const from = '2030-01-31T00:00:00Z'
  assert.deepEqual(peer(here), {
    v: 1,
    handle: peerHandleOf(WEST),
    origin: WEST,
    rdap: 'https://rdap.west.example/',
    policies: [{ policy: WEST_POLICY, from }],
    since: 100,
  })
  assert.equal(policyAt(peer(here), instant('2030-01-30T23:59:59Z')), null)
  assert.equal(policyAt(peer(here), instant(from)), WEST_POLICY)
})

test('new keys come after the older ones; another RDAP service changes no key', () => {
  const here = staffedWorld(PARAMETERS)
  const policies = ['a', 'b', 'c', 'd', 'e'].map((name) => `log ${name}\n`)
  for (const policy of policies) {
    assert.equal(ask(here, { policy }), null)
    here.later(DAY)
  }
  assert.deepEqual(
    peer(here)?.policies.map(({ policy }) => policy),
    policies,
  )
  assert.equal(policyAt(peer(here), instant('2030-02-03T00:00:00Z')), policies[3])
  assert.equal(ask(here, { policy: policies[4] ?? '', rdap: null }), null)
  assert.equal(peer(here)?.policies.length, 5)
  assert.equal(peer(here)?.rdap, null)
})

test('keys-recent: nobody pushes keys out that may bind numbers under way, or that count still', () => {
  const here = staffedWorld(PARAMETERS)
  const policies = Array.from({ length: 10 }, (_, n) => `log ${n}\n`)
  for (const policy of policies.slice(0, 8)) assert.equal(ask(here, { policy }), null)
  const full = peer(here)
  const ninth = { policy: policies[8] ?? '' }
  assert.equal(ask(here, ninth), 'keys-recent')
  // The second counts from the 30th day on: until then it is the first, and 400 days later nothing goes by that one.
  here.later(430 * DAY - 1)
  assert.equal(ask(here, ninth), 'keys-recent')
  assert.deepEqual(peer(here), full)
  here.later(1)
  assert.equal(ask(here, ninth), null)
  assert.deepEqual(
    peer(here)?.policies.map(({ policy }) => policy),
    policies.slice(1, 9),
  )
  // Another RDAP service needs no room.
  const other = staffedWorld(PARAMETERS)
  for (const policy of policies.slice(0, 8)) assert.equal(ask(other, { policy }), null)
  assert.equal(ask(other, { policy: policies[7] ?? '', rdap: null }), null)
})

test('refusals: body-malformed, staff-unknown, wrong-staff-role, staff-signature-missing, peer-is-self, nothing-changed', () => {
  const here = staffedWorld(PARAMETERS)
  for (const more of [{ rdap: 'http://plain.example/' }, { policy: 'no newline' }, { origin: 'two words' }])
    assert.equal(ask(here, more), 'body-malformed')
  assert.equal(ask(here, { staff: 'NOBODY' }), 'staff-unknown')
  assert.equal(ask(here, { staff: 'CLERK-1' }, ['CLERK-1']), 'wrong-staff-role')
  assert.equal(ask(here, {}, ['OP-2']), 'staff-signature-missing')
  assert.equal(ask(here, { origin: 'registry.example' }), 'peer-is-self')
  assert.equal(ask(here), null)
  assert.equal(ask(here), 'nothing-changed')
})

test('procedure-unknown, wrong-origin, request-expired, still-founding', () => {
  const by = [staffKeyName('OP-1')]
  assert.equal(staffedWorld({}).ask(listPeer, { body: BODY, by }), 'procedure-unknown')
  const here = staffedWorld(PARAMETERS)
  assert.equal(here.ask(listPeer, { body: BODY, by, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(listPeer, { body: BODY, by, expires: '2029-01-01T00:00:00Z' }), 'request-expired')
  here.put(objectKey('registry', 'REGISTRY'), { origin: 'registry.example', state: 'founding', paused: null })
  assert.equal(here.ask(listPeer, { body: BODY, by }), 'still-founding')
})
