// Erasure (ledger.md section 5): commitments leave the record by an op; replaced contacts are erased unasked.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  commitmentsOf,
  droppedCommitments,
  dueOf,
  type Holder,
  type JsonObject,
  objectKey,
} from '@cadastre/records'
import { erase } from '../src/erase.ts'
import { updateHolder } from '../src/update-holder.ts'
import { COMMON_CODES, commonRefusals, hash, staffedWorld } from './staff-fixture.ts'
import { DAY, type World } from './world.ts'

const PARAMETERS = {
  'erase/1': {},
  'update-holder/1': {
    guardSeconds: 7 * DAY,
    formerContactSeconds: 30 * DAY,
    maxCoolingSeconds: 30 * DAY,
  },
}
const HOLDER = objectKey('holder', 'H-1')
const [EMAIL, PHONE, OTHER] = [hash('email'), hash('phone'), hash('other')]
const contact = (role: string, fields: JsonObject): JsonObject => ({ role, kind: 'group', fields })
const BOTH = contact('abuse', { email: EMAIL, tel: PHONE })

function world(contacts: readonly JsonObject[] = [BOTH]): World {
  const here = staffedWorld(PARAMETERS)
  here.put(HOLDER, { ...(here.state.get(HOLDER) as JsonObject), contacts })
  return here
}
const holder = (here: World): Holder => here.state.get(HOLDER) as Holder
function ask(here: World, commitments: readonly string[], by = 'H-1/full', name = 'H-1'): string | null {
  return here.ask(erase, { body: { holder: name, commitments }, by: [by] })
}
function replace(here: World, contacts: readonly JsonObject[]): string | null {
  const replaces = [here.replaced(`${HOLDER}#contacts`, holder(here).contacts)]
  return here.ask(updateHolder, {
    body: { change: 'contacts', holder: 'H-1', contacts },
    by: ['H-1/full'],
    replaces,
  })
}

test('the commitments named leave the record, and a contact of which nothing is left goes', () => {
  const here = world()
  const before = holder(here)
  assert.equal(ask(here, [EMAIL]), null)
  assert.deepEqual(holder(here).contacts, [contact('abuse', { tel: PHONE })])
  assert.deepEqual(droppedCommitments(before, holder(here)), [EMAIL])
  assert.equal(ask(here, [PHONE]), null)
  assert.deepEqual(holder(here).contacts, [])
  // The holder's keys signed: erasing counts as activity, and writes nothing else.
  assert.deepEqual({ ...holder(here), contacts: [] }, { ...before, contacts: [], active: here.at })
})

test('contacts that are replaced are still notified for 30 days, and then erased unasked', () => {
  const here = world()
  const now = contact('abuse', { email: OTHER })
  assert.equal(replace(here, [now]), null)
  assert.deepEqual(holder(here).formerContacts, [{ contact: BOTH, until: '2030-01-31T00:00:00Z' }])
  assert.deepEqual(dueOf(HOLDER, holder(here)), {
    at: '2030-01-31T00:00:00Z',
    procedure: 'erase/1',
    key: HOLDER,
  })
  assert.equal(here.due(erase, HOLDER), 'not-due')
  here.later(30 * DAY)
  const before = holder(here)
  assert.equal(here.due(erase, HOLDER), null)
  assert.deepEqual(holder(here).formerContacts, [])
  assert.deepEqual(droppedCommitments(before, holder(here)), [EMAIL, PHONE])
  assert.deepEqual(holder(here).contacts, [now])
  assert.equal(dueOf(HOLDER, holder(here)), null)
})

test('a contact that stays is not former; a commitment that is used again is not erased with the old contact', () => {
  const here = world()
  assert.equal(replace(here, [BOTH, contact('noc', { email: OTHER })]), null)
  assert.deepEqual(holder(here).formerContacts, [])
  assert.equal(replace(here, [contact('abuse', { email: EMAIL })]), null)
  here.later(30 * DAY)
  const before = holder(here)
  here.due(erase, HOLDER)
  assert.deepEqual([...droppedCommitments(before, holder(here))].sort(), [PHONE, OTHER].sort())
})

test('what a former contact committed to can be erased at once', () => {
  const here = world()
  replace(here, [])
  assert.equal(ask(here, [EMAIL, PHONE]), null)
  assert.deepEqual(commitmentsOf(holder(here)), [])
  assert.deepEqual(holder(here).formerContacts, [])
})

test('contacts-busy: former contacts cannot be flushed out by replacing contacts again and again', () => {
  const contacts = (round: number): JsonObject[] =>
    Array.from({ length: 8 }, (_, n) => contact('noc', { email: hash(`${round} ${n}`) }))
  const here = world(contacts(0))
  for (const round of [1, 2, 3]) assert.equal(replace(here, contacts(round)), null)
  assert.equal(holder(here).formerContacts.length, 24)
  assert.equal(replace(here, contacts(4)), 'contacts-busy')
  here.later(30 * DAY)
  here.due(erase, HOLDER)
  assert.equal(replace(here, contacts(4)), null)
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  const body = { holder: 'H-1', commitments: [EMAIL] }
  assert.deepEqual(commonRefusals(PARAMETERS, erase, body, ['H-1/full']), COMMON_CODES)
  assert.equal(ask(world(), []), 'body-malformed')
})

test('not-due, holder-unknown, consent-missing, commitment-unknown: nobody erases what is another’s', () => {
  const here = world()
  assert.equal(here.due(erase, HOLDER), 'not-due')
  assert.equal(here.due(erase, objectKey('holder', 'H-9')), 'not-due')
  assert.equal(ask(here, [EMAIL], 'H-1/full', 'H-9'), 'holder-unknown')
  assert.equal(ask(here, [EMAIL], 'H-2/full'), 'consent-missing')
  // A technical key may replace contacts, who are then told for 30 days; it may not silence them.
  for (const by of ['H-1/routing', 'H-1/technical']) assert.equal(ask(here, [EMAIL], by), 'consent-missing')
  assert.equal(ask(here, [EMAIL], 'H-2/full', 'H-2'), 'commitment-unknown')
  assert.equal(ask(here, [EMAIL, OTHER]), 'commitment-unknown')
  assert.equal(ask(here, [EMAIL]), null)
  assert.equal(ask(here, [EMAIL]), 'commitment-unknown')
})

test('of former contacts only what was named goes; the others are still told, as long as before', () => {
  const here = world([BOTH, contact('noc', { email: OTHER })])
  replace(here, [])
  const until = '2030-01-31T00:00:00Z'
  assert.equal(ask(here, [EMAIL]), null)
  assert.deepEqual(holder(here).formerContacts, [
    { contact: contact('abuse', { tel: PHONE }), until },
    { contact: contact('noc', { email: OTHER }), until },
  ])
})
