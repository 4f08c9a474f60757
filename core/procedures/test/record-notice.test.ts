// Guard "Notice" (procedures.md section 0): each attempt is logged, and a window starts with the logged attempt.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addBusinessDays,
  dueOf,
  type Instant,
  type JsonObject,
  MAX_ENTRY_BYTES,
  MAX_REQUEST_BYTES,
  objectKey,
  type RecordKey,
} from '@cadastre/records'
import fc from 'fast-check'
import { correct } from '../src/correct.ts'
import { MAX_ATTEMPTS, REPLY_CLASSES, recordNotice } from '../src/record-notice.ts'
import { recoverKeys } from '../src/recover-keys.ts'
import { succeed } from '../src/succeed.ts'
import { WEEKDAYS, WEEKDAYS_HASH } from '../src/weekdays.ts'
import { addClerks, calledFor, commit, HASH, reveal } from './attestors.ts'
import { askOf, holderWorld, key } from './holder-fixture.ts'
import { attemptAt, MESSAGE, NOTIFIER, notify, record } from './notifier.ts'
import { assertStamped, DAY, instant, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'
const A = 'obj/application/A-100' as RecordKey
const TO = `${'T'.repeat(42)}A=`
const OLD = `${'O'.repeat(42)}A=`
const STRANGER = `${'S'.repeat(42)}A=`

function world(): World {
  const here = new World({
    'succeed/1': { windowDays: 15, endedWindowDays: 30 },
    'transfer/1': { coolingSeconds: 0, maxCoolingSeconds: 30 * DAY, floorIp4: 32, floorIp6: 128 },
    'correct/1': { noticeDays: 5 },
  })
  for (const handle of ['H-1', 'H-2']) here.holder(handle)
  here.register('R-1', '203.0.113.0/24')
  addClerks(here)
  return here
}

function mailable(here: World, handle = 'H-1'): void {
  const key = objectKey('holder', handle)
  const contact = (email: string): JsonObject => ({ role: 'noc', kind: 'group', fields: { email } })
  here.put(key, {
    ...(here.state.get(key) as object),
    contacts: [{ role: 'noc', kind: 'group', fields: {} }, contact(TO)],
    formerContacts: [{ contact: contact(OLD), until: '2030-01-20T00:00:00Z' }],
  })
}

function examined(here: World): void {
  const called = calledFor(here, 'A-100')
  for (const staff of called) assert.equal(commit(here, 'A-100', staff), null)
  for (const staff of called) assert.equal(reveal(here, 'A-100', staff), null)
}

/** A succession of H-1 by H-2 that attestors found true, so that H-1 is to be told. */
function waiting(here: World = world()): World {
  const registration = here.innermost(CELL)
  assert.ok(registration)
  const body = {
    step: 'apply',
    predecessor: 'H-1',
    successor: 'H-2',
    registrations: [{ key: CELL, id: 'R-1' }],
    ground: 'merger',
    instrument: HASH,
    attestor: 'CL-1',
  }
  const wish = { body, by: ['H-2/full'], replaces: [here.names(registration)] }
  assert.equal(here.ask(succeed, wish), null)
  examined(here)
  return here
}

const stands = (here: World): readonly unknown[] => {
  const application = here.object('application', 'A-100')
  return [application?.['state'], application?.['due']]
}
const noticeIn = (here: World): JsonObject => here.object('application', 'A-100')?.['notice'] as JsonObject
const NOT_BEGUN = ['to-notify', '2030-01-02T00:00:00Z']

test('after a positive examination the registry has a day to notify, and says so', () => {
  const here = waiting()
  assert.deepEqual(stands(here), NOT_BEGUN)
  assert.deepEqual(noticeIn(here), {
    to: ['H-1'],
    attempted: [],
    windowSeconds: 0,
    windowDays: [{ days: 15, calendar: WEEKDAYS_HASH }],
    overdue: null,
    since: here.index - 1,
  })
  assert.deepEqual(dueOf(A, here.state.get(A)), {
    at: '2030-01-02T00:00:00Z',
    procedure: 'record-notice/1',
    key: A,
  })
  assertStamped(here)
})

test('the window begins with the entry that logs the attempt, however it went', () => {
  for (const reply of REPLY_CLASSES) {
    const here = world()
    mailable(here)
    waiting(here)
    const at = here.at
    here.later(3600)
    assert.equal(
      record(here, [attemptAt(here, 'A-100', 'H-1', { channel: 'mail', to: TO, at, reply })]),
      null,
    )
    assert.deepEqual(stands(here), ['noticed', '2030-01-22T01:00:00Z'])
    assert.equal(here.object('application', 'A-100')?.['opened'], here.at)
    assert.deepEqual(noticeIn(here)['attempted'], ['H-1'])
    here.later(21 * DAY - 1)
    assert.equal(here.due(succeed, A), 'not-due')
    here.later(1)
    assert.equal(here.due(succeed, A), null)
    assert.equal(here.innermost(CELL)?.holder, 'H-2')
    here.assertFits()
  }
})

test('nothing but a logged attempt lets the window begin: no time that passes, and no other attempt', () => {
  const here = world()
  mailable(here)
  waiting(here)
  const attempt = attemptAt(here, 'A-100', 'H-1', { channel: 'mail', to: TO })
  const others: readonly JsonObject[] = [
    { ...attempt, to: STRANGER },
    { ...attempt, holder: 'H-2' },
    { ...attempt, holder: null },
    { ...attempt, entry: Number(attempt['entry']) - 1 },
    { ...attempt, application: null },
    { ...attempt, at: '2029-12-31T23:59:59Z' },
    { ...attempt, channel: 'webhook' },
    // In public alone only where there is nothing to write to, or no way to write.
    { ...attempt, channel: 'public', to: null },
  ]
  for (const other of others) assert.equal(record(here, [other]), null)
  assert.deepEqual(stands(here), NOT_BEGUN)
  here.later(DAY)
  assert.equal(here.due(succeed, A), 'not-due')
  assert.equal(here.due(recordNotice, A), null)
  here.later(365 * DAY)
  for (const procedure of [succeed, recordNotice]) assert.equal(here.due(procedure, A), 'not-due')
  assert.equal(record(here, others), null)
  assert.deepEqual(stands(here), ['to-notify', null])
  assert.equal(here.innermost(CELL)?.holder, 'H-1')
})

test('a replaced contact counts as long as the record keeps it', () => {
  const here = world()
  mailable(here)
  waiting(here)
  assert.equal(record(here, [attemptAt(here, 'A-100', 'H-1', { channel: 'mail', to: OLD })]), null)
  assert.equal(stands(here)[0], 'noticed')
})

test('a holder without an address, and an installation without a channel: an attempt in public', () => {
  const bare = waiting()
  assert.equal(record(bare, [attemptAt(bare, 'A-100', 'H-1')]), null)
  assert.equal(stands(bare)[0], 'noticed')
  const unable = world()
  mailable(unable)
  waiting(unable)
  assert.equal(record(unable, [attemptAt(unable, 'A-100', 'H-1')]), null)
  assert.equal(stands(unable)[0], 'to-notify')
  assert.equal(record(unable, [attemptAt(unable, 'A-100', 'H-1', { reply: 'no-channel' })]), null)
  assert.equal(stands(unable)[0], 'noticed')
})

test('the deadline passes: that is public, the window still has not begun, and a late attempt begins it', () => {
  const here = waiting()
  here.later(DAY - 1)
  assert.equal(here.due(recordNotice, A), 'not-due')
  here.later(1)
  assert.equal(here.due(recordNotice, A), null)
  assert.deepEqual(stands(here), ['to-notify', null])
  assert.equal(noticeIn(here)['overdue'], '2030-01-02T00:00:00Z')
  assert.equal(dueOf(A, here.state.get(A)), null)
  here.later(DAY)
  assert.equal(notify(here, 'A-100'), null)
  assert.deepEqual(stands(here), ['noticed', '2030-01-24T00:00:00Z'])
  assert.equal(noticeIn(here)['overdue'], '2030-01-02T00:00:00Z', 'what was missed stays to be seen')
})

test('a window begins once: later attempts are logged and change nothing', () => {
  const here = waiting()
  assert.equal(notify(here, 'A-100'), null)
  here.later(DAY)
  assert.equal(notify(here, 'A-100'), null)
  assert.deepEqual(stands(here), ['noticed', '2030-01-22T00:00:00Z'])
  assert.equal(
    here.ask(succeed, { body: { step: 'veto', application: 'A-100', by: 'H-1' }, by: ['H-1/full'] }),
    null,
  )
  assert.equal(notify(here, 'A-100'), null)
  assert.equal(stands(here)[0], 'vetoed')
})

test('vetoed and withdrawn while it is still to be notified', () => {
  for (const [step, by, state] of [
    ['veto', 'H-1', 'vetoed'],
    ['withdraw', 'H-2', 'withdrawn'],
  ] as const) {
    const here = waiting()
    here.later(2 * DAY)
    assert.equal(here.ask(succeed, { body: { step, application: 'A-100', by }, by: [`${by}/full`] }), null)
    assert.deepEqual(stands(here), [state, null])
    assert.equal(here.due(recordNotice, A), 'not-due')
  }
})

test('several affected holders: the window begins when an attempt to each of them is logged', () => {
  const here = world()
  here.register('R-2', '203.0.113.0/25', { kind: 'lease', holder: 'H-2', protected: true, until: null })
  const registration = here.innermost('ip4/203.0.113.0/25')
  assert.ok(registration)
  const body = {
    step: 'registration',
    by: 'CL-2',
    attestor: 'CL-1',
    instrument: HASH,
    registration: { key: 'ip4/203.0.113.0/25', id: 'R-2' },
    correction: { field: 'country', value: 'CH' },
  }
  assert.equal(here.ask(correct, { body, by: ['CL-2'], replaces: [here.names(registration)] }), null)
  examined(here)
  assert.deepEqual(noticeIn(here)['to'], ['H-1', 'H-2'])
  assert.equal(record(here, [attemptAt(here, 'A-100', 'H-2')]), null)
  assert.deepEqual([stands(here)[0], noticeIn(here)['attempted']], ['to-notify', ['H-2']])
  here.later(3600)
  assert.equal(record(here, [attemptAt(here, 'A-100', 'H-1')]), null)
  assert.deepEqual(stands(here), ['noticed', '2030-01-08T01:00:00Z'])
})

test('correct: what all affected holders have signed waits for nobody', () => {
  const here = world()
  const registration = here.innermost(CELL)
  assert.ok(registration)
  const body = {
    step: 'registration',
    by: 'H-1',
    attestor: 'CL-1',
    instrument: HASH,
    registration: { key: CELL, id: 'R-1' },
    correction: { field: 'country', value: 'CH' },
  }
  assert.equal(here.ask(correct, { body, by: ['H-1/full'], replaces: [here.names(registration)] }), null)
  examined(here)
  assert.deepEqual(stands(here), ['noticed', here.at])
  assert.equal(here.due(correct, A), null)
  assert.equal(here.innermost(CELL)?.country, 'CH')
})

test('a pause does not stop the notice, and lengthens the window that it began', () => {
  const here = waiting()
  const key = objectKey('registry', 'REGISTRY')
  const paused = { since: here.at, until: '2030-01-03T00:00:00Z', trigger: 'corruption', report: HASH }
  here.put(key, { ...(here.state.get(key) as object), paused })
  here.later(3600)
  assert.equal(notify(here, 'A-100'), null)
  assert.deepEqual(stands(here), ['noticed', '2030-01-22T01:00:00Z'])
  here.later(21 * DAY)
  assert.equal(here.due(succeed, A), null)
  assert.deepEqual(
    stands(here),
    ['noticed', '2030-01-24T00:00:00Z'],
    'as long again as was paused since it began',
  )
})

test('body-malformed: closed classes and channels, addresses as commitments, at most so many in one entry', () => {
  const here = waiting()
  const attempt = attemptAt(here, 'A-100', 'H-1')
  for (const more of [
    { channel: 'fax' },
    { channel: 'mail' },
    { to: TO },
    { channel: 'mail', to: 'someone@example.net' },
    { reply: 'bounced' },
    { code: 1000 },
    { code: '250' },
    { message: 'hello' },
    { address: 'someone@example.net' },
    { at: 'today' },
    { entry: -1 },
  ])
    assert.equal(record(here, [{ ...attempt, ...more }]), 'body-malformed', JSON.stringify(more))
  const many = (count: number): JsonObject[] =>
    Array.from({ length: count }, (_, entry) => ({ ...attempt, entry }))
  assert.equal(record(here, []), 'body-malformed')
  assert.equal(record(here, many(MAX_ATTEMPTS + 1)), 'body-malformed')
  assert.equal(record(here, many(MAX_ATTEMPTS)), null)
})

test('as many attempts as one request may hold fit it, and its entry, however long the handles are', () => {
  const here = waiting()
  const attempts = Array.from({ length: MAX_ATTEMPTS }, (_, n) =>
    attemptAt(here, 'A-100', `${'H'.repeat(97)}-${n}`, {
      entry: 999_999_999_999_999 - n,
      channel: 'webhook',
      to: TO,
      reply: 'unreachable',
      code: 250,
    }),
  )
  const bytes = JSON.stringify({ staff: NOTIFIER, attempts }).length
  assert.ok(bytes < MAX_REQUEST_BYTES - 1024, `${bytes} bytes`)
  assert.equal(record(here, [...attempts.slice(1), attemptAt(here, 'A-100', 'H-1')]), null)
  assert.equal(stands(here)[0], 'noticed')
  assert.ok(bytes + here.entryBytes() < MAX_ENTRY_BYTES)
})

test('staff-unknown, wrong-staff-role, staff-signature-missing: the notifier’s key, and no other', () => {
  const here = waiting()
  const attempts = [attemptAt(here, 'A-100', 'H-1')]
  const ask = (staff: string, by: string): string | null =>
    here.ask(recordNotice, { body: { staff, attempts }, by: [by] })
  assert.equal(ask('NOBODY', NOTIFIER), 'staff-unknown')
  assert.equal(ask('CL-1', 'CL-1'), 'wrong-staff-role')
  for (const by of ['CL-1', 'H-1/full', 'H-2/full'])
    assert.equal(ask(NOTIFIER, by), 'staff-signature-missing')
  assert.deepEqual(stands(here), NOT_BEGUN)
  assert.equal(ask(NOTIFIER, NOTIFIER), null)
})

test('one attempt that cannot be is enough to refuse all; what changes nothing writes nothing', () => {
  const here = waiting()
  const attempt = attemptAt(here, 'A-100', 'H-1')
  assert.equal(record(here, [attempt, { ...attempt, channel: 'mail' }]), 'body-malformed')
  assert.equal(record(here, [attempt, { ...attempt, at: '2031-01-01T00:00:00Z' }]), 'instant-in-future')
  assert.deepEqual(stands(here), NOT_BEGUN)
  // Nobody has a webhook as a holder: one is no attempt to tell it, whatever it has for addresses.
  for (const other of [
    { ...attempt, channel: 'webhook', to: TO },
    { ...attempt, entry: 1 },
  ]) {
    assert.equal(record(here, [other]), null)
    assert.deepEqual(here.last?.outcome, { accepted: true, effects: [], stamped: [] })
  }
})

test('a window that runs, and one that has ended, is no deadline of the registry', () => {
  const here = waiting()
  assert.equal(notify(here, 'A-100'), null)
  here.later(22 * DAY)
  assert.equal(here.due(recordNotice, A), 'not-due')
  assert.equal(here.due(succeed, A), null)
  assert.equal(here.due(recordNotice, A), 'not-due')
})

test('where no window can begin nothing is asked for that would wait for one', () => {
  const here = world()
  here.put(objectKey('procedure', 'RECORD-NOTICE-1'), null)
  const registration = here.innermost(CELL)
  assert.ok(registration)
  const body = {
    step: 'apply',
    predecessor: 'H-1',
    successor: 'H-2',
    registrations: [{ key: CELL, id: 'R-1' }],
    ground: 'merger',
    instrument: HASH,
    attestor: 'CL-1',
  }
  const wish = { body, by: ['H-2/full'], replaces: [here.names(registration)] }
  assert.equal(here.ask(succeed, wish), 'attestors-unavailable')
  const guarded = holderWorld()
  guarded.put(objectKey('procedure', 'RECORD-NOTICE-1'), null)
  const keys = { m: 1, keys: [key('new')], guardians: ['H-2'] }
  const recovery = { step: 'guardians', ...keys }
  assert.equal(askOf(guarded, recoverKeys, recovery, ['H-2/full', 'new'], ['policy']), 'procedure-unknown')
})

test('attempt-repeated, instant-in-future, application-unknown', () => {
  const here = waiting()
  const attempt = attemptAt(here, 'A-100', 'H-1')
  assert.equal(record(here, [attempt, attempt]), 'attempt-repeated')
  assert.equal(record(here, [attempt, { ...attempt, reply: 'permanent', code: 550 }]), null)
  const second = waiting()
  assert.equal(record(second, [{ ...attempt, at: '2030-01-01T00:00:01Z' }]), 'instant-in-future')
  assert.equal(record(second, [attempt, { ...attempt, application: 'A-9' }]), 'application-unknown')
  assert.deepEqual(stands(second), NOT_BEGUN)
})

test('not-due, procedure-unknown, wrong-origin, request-expired, still-founding', () => {
  const here = waiting()
  const body = { staff: NOTIFIER, attempts: [attemptAt(here, 'A-100', 'H-1')] }
  const wish = { body, by: [NOTIFIER] }
  assert.equal(here.due(recordNotice, 'obj/application/A-9'), 'not-due')
  assert.equal(here.due(recordNotice, A), 'not-due')
  assert.equal(new World().ask(recordNotice, wish), 'procedure-unknown')
  assert.equal(here.ask(recordNotice, { ...wish, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(recordNotice, { ...wish, expires: '2029-12-31T23:59:59Z' }), 'request-expired')
  const key = objectKey('registry', 'REGISTRY')
  here.put(key, { ...(here.state.get(key) as object), state: 'founding' })
  assert.equal(here.ask(recordNotice, wish), 'still-founding')
})

test('the notifier’s key can do nothing else', () => {
  const here = waiting()
  const body = { step: 'pass', application: 'A-100', staff: NOTIFIER }
  for (const procedure of [succeed, recoverKeys, correct])
    assert.notEqual(here.ask(procedure, { body, by: [NOTIFIER] }), null)
  assert.equal(commit(here, 'A-100', NOTIFIER), 'wrong-staff-role')
})

test('whatever attempts are recorded in whatever order: the window begins with the first that reaches its holder', () => {
  const choice = fc.record({
    wait: fc.nat({ max: DAY }),
    holder: fc.constantFrom('H-1', 'H-2', null),
    mail: fc.boolean(),
    to: fc.constantFrom(TO, OLD, STRANGER),
    reply: fc.constantFrom(...REPLY_CLASSES),
    right: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(choice, { maxLength: 8 }), (choices) => {
      const here = world()
      mailable(here)
      waiting(here)
      let begun: Instant | null = null
      for (const { wait, holder, mail, to, reply, right } of choices) {
        here.later(wait)
        const { since } = noticeIn(here)
        const attempt = attemptAt(here, 'A-100', holder, {
          channel: mail ? 'mail' : 'public',
          to: mail ? to : null,
          reply,
          entry: right ? (since ?? 0) : 0,
        })
        assert.equal(record(here, [attempt]), null)
        const counts = holder === 'H-1' && right && (mail ? to !== STRANGER : reply === 'no-channel')
        if (counts) begun ??= here.at
        const [state, due] = stands(here)
        assert.equal(state, begun === null ? 'to-notify' : 'noticed')
        if (begun !== null) assert.equal(due, addBusinessDays(WEEKDAYS, begun, 15, 'longest'))
      }
    }),
    { numRuns: 60 },
  )
})

test('claim of numbers imported without a holder: told to everybody, in public', () => {
  // Nobody is known whom it could concern; the entry itself is the notice.
  const here = waiting()
  const key = objectKey('application', 'A-100')
  const application = here.state.get(key) as object
  here.put(key, { ...application, notice: { ...noticeIn(here), to: [] } })
  assert.equal(record(here, [attemptAt(here, 'A-100', 'H-1')]), null)
  assert.equal(stands(here)[0], 'to-notify')
  assert.equal(record(here, [attemptAt(here, 'A-100', null)]), null)
  assert.deepEqual(stands(here), ['noticed', '2030-01-22T00:00:00Z'])
  assert.equal(instant(String(stands(here)[1])) > here.at, true)
  assert.equal(attemptAt(here, 'A-100', null)['message'], MESSAGE)
})

test('looked at are the addresses of whom the attempts name, not of everybody who is still to be told', () => {
  const here = world()
  here.register('R-2', '203.0.113.0/25', { kind: 'lease', holder: 'H-2', protected: true, until: null })
  const registration = here.innermost('ip4/203.0.113.0/25')
  assert.ok(registration)
  const body = {
    step: 'registration',
    by: 'CL-2',
    attestor: 'CL-1',
    instrument: HASH,
    registration: { key: 'ip4/203.0.113.0/25', id: 'R-2' },
    correction: { field: 'country', value: 'CH' },
  }
  assert.equal(here.ask(correct, { body, by: ['CL-2'], replaces: [here.names(registration)] }), null)
  examined(here)
  assert.equal(record(here, [attemptAt(here, 'A-100', 'H-2')]), null)
  const looked = (here.last?.inputs ?? []).map(({ key }) => key)
  assert.ok(looked.includes(objectKey('holder', 'H-2')))
  assert.ok(!looked.includes(objectKey('holder', 'H-1')))
})

test('a contact without an address is none to write to, and a holder that is gone has none: in public, then', () => {
  const here = waiting()
  const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  here.put(objectKey('holder', 'H-1'), { ...holder, contacts: [{ role: 'noc', kind: 'group', fields: {} }] })
  assert.equal(notify(here, 'A-100'), null)
  assert.equal(stands(here)[0], 'noticed')
  const gone = waiting()
  gone.put(objectKey('holder', 'H-1'), null)
  assert.equal(notify(gone, 'A-100'), null)
  assert.equal(stands(gone)[0], 'noticed')
})

test('an overdue notice is recorded beside the terms that made it one', () => {
  const here = waiting()
  here.later(DAY)
  assert.equal(here.due(recordNotice, A), null)
  const looked = (here.last?.inputs ?? []).map(({ key }) => key)
  assert.deepEqual(looked, [A, 'obj/registry/REGISTRY', 'obj/procedure/RECORD-NOTICE-1'])
})
