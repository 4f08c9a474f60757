// P14, the register of authorities (procedures.md section D; section 0, guard "Invented court").

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AUTHORITY_KINDS, type JsonObject, objectKey } from '@cadastre/records'
import { registerAuthority } from '../src/register-authority.ts'
import { calledFor, examine } from './attestors.ts'
import { notify } from './notifier.ts'
import {
  addAuthority,
  after,
  authorityIn,
  deskWorld,
  HOLD,
  runDue,
  serve,
  stateOf,
  terms,
  verified,
} from './orders-fixture.ts'
import { hash } from './staff-fixture.ts'
import { DAY, instant, type World } from './world.ts'

function body(step: string, more: JsonObject = {}): JsonObject {
  const shared = { step, staff: 'OP-1', attestor: null, authority: 'NEW', gazette: hash('gazette') }
  return step === 'end' ? { ...shared, ...more } : { ...shared, terms: terms(), ...more }
}
function ask(here: World, wish: JsonObject, by: readonly string[] = ['OP-1/staff'], more: object = {}) {
  return here.ask(registerAuthority, { body: wish, by, ...more })
}
/** The application that asks, examined with yes. */
function examined(here: World, wish: JsonObject): string {
  const application = `A-${here.index}`
  assert.equal(ask(here, wish), null)
  examine(here, application, {})
  // Attestors leave it to be told to the public; the window begins with that.
  if (here.object('application', application)?.['state'] === 'to-notify')
    assert.equal(notify(here, application), null)
  runDue(here)
  return application
}
function reasonOf(here: World, application: string): unknown {
  return here.object('application', application)?.['reason']
}

test('body-malformed: no kind of authority is a private body', () => {
  const here = deskWorld()
  assert.deepEqual(AUTHORITY_KINDS, [
    'court',
    'regulator',
    'prosecutor',
    'legislature',
    'insolvencyOffice',
    'enforcementOfficer',
  ])
  for (const kind of ['arbitrator', 'operator', 'association', 'registry'])
    assert.equal(ask(here, body('register', { terms: terms({ kind }) })), 'body-malformed')
})
test('procedure-unknown, wrong-origin, request-expired, still-founding come first', () => {
  const here = deskWorld()
  assert.equal(ask(here, body('register'), [], { origin: 'other.example' }), 'wrong-origin')
  assert.equal(ask(here, body('register'), [], { expires: '2029-01-01T00:00:00Z' }), 'request-expired')
  here.put(objectKey('registry', 'REGISTRY'), { origin: 'registry.example', state: 'founding', paused: null })
  assert.equal(ask(here, body('register')), 'still-founding')
  here.put(objectKey('procedure', 'REGISTER-AUTHORITY-1'), null)
  assert.equal(ask(here, body('register')), 'procedure-unknown')
})
test('staff-unknown, wrong-staff-role, staff-signature-missing', () => {
  const here = deskWorld()
  assert.equal(ask(here, body('register', { staff: 'NOBODY' })), 'staff-unknown')
  assert.equal(ask(here, body('register', { staff: 'AUDITOR' }), ['AUDITOR/staff']), 'wrong-staff-role')
  assert.equal(ask(here, body('register'), []), 'staff-signature-missing')
})
test('authority-exists, authority-unknown, nothing-changed', () => {
  const here = deskWorld()
  assert.equal(ask(here, body('register', { authority: 'COURT' })), 'authority-exists')
  assert.equal(ask(here, body('change')), 'authority-unknown')
  assert.equal(ask(here, body('end')), 'authority-unknown')
  assert.equal(ask(here, body('change', { authority: 'COURT' })), 'nothing-changed')
})
test('attestor-not-outside, attestors-unavailable', () => {
  const here = deskWorld()
  assert.equal(ask(here, body('register', { attestor: 'CL-2' })), 'attestor-not-outside')
  here.put(objectKey('roster', 'CLERKS'), { v: 1, clerks: [], turn: 0, since: 0 })
  assert.equal(ask(here, body('register')), 'attestors-unavailable')
})
test('register: entered when two attestors agree; for 90 days it may only hold and annotate', () => {
  const here = deskWorld()
  examined(here, body('register'))
  assert.equal(authorityIn(here, 'NEW')?.noticedUntil, '2030-04-01T00:00:00Z')
  const by = { authority: 'NEW' }
  assert.equal(stateOf(here, verified(here, HOLD, by))[0], 'executed')
  assert.equal(stateOf(here, verified(here, { effect: 'annotate' }, by))[0], 'executed')
  const take = { effect: 'transferTo', receiver: 'H-2' }
  assert.deepEqual(stateOf(here, serve(here, take, by)), ['returned', 'authority-noticed'])
  after(here, 90)
  assert.equal(stateOf(here, verified(here, take, by))[0], 'verified')
})
test('register: attestors who say no enter nothing, and whoever took it in is not called', () => {
  const here = deskWorld()
  assert.equal(ask(here, body('register', { staff: 'CL-1' }), ['CL-1']), null)
  assert.deepEqual(calledFor(here, 'A-100'), ['CL-3', 'CL-4'])
  examine(here, 'A-100', { 'CL-3': ['gazetted'], 'CL-4': ['gazetted'] })
  assert.equal(authorityIn(here, 'NEW'), null)
})
test('register: the second of two applications for one handle fails', () => {
  const here = deskWorld()
  assert.equal(ask(here, body('register')), null)
  const second = `A-${here.index}`
  assert.equal(ask(here, body('register')), null)
  examine(here, 'A-100', {})
  runDue(here)
  examine(here, second, {})
  runDue(here)
  assert.equal(reasonOf(here, second), 'authority-exists')
})
test('change: its terms are replaced 90 days after the notice', () => {
  const here = deskWorld()
  const wish = body('change', { authority: 'COURT', terms: terms({ rank: 7 }) })
  examined(here, wish)
  after(here, 89)
  assert.equal(authorityIn(here, 'COURT')?.terms.rank, 1)
  after(here, 1)
  assert.equal(authorityIn(here, 'COURT')?.terms.rank, 7)
})
test('end: after the notice; during the first notice at once', () => {
  const here = deskWorld()
  examined(here, body('end', { authority: 'COURT' }))
  assert.equal(authorityIn(here, 'COURT')?.ended, null)
  after(here, 90)
  assert.equal(authorityIn(here, 'COURT')?.ended, here.at)
  examined(here, body('register'))
  examined(here, body('end'))
  assert.equal(authorityIn(here, 'NEW')?.ended, here.at)
})
test('end: attestors who answer when the first notice has run make it wait for a full one, like any other end', () => {
  const here = deskWorld()
  addAuthority(here, 'NEW', {}, { noticedUntil: '2030-01-02T00:00:00Z' })
  const application = `A-${here.index}`
  assert.equal(ask(here, body('end')), null)
  here.at = instant('2030-01-02T00:00:00Z')
  examine(here, application, {})
  runDue(here)
  assert.equal(authorityIn(here, 'NEW')?.ended, null)
  assert.equal(here.object('application', application)?.['state'], 'to-notify')
  assert.equal(notify(here, application), null)
  after(here, 89)
  assert.equal(authorityIn(here, 'NEW')?.ended, null)
  after(here, 1)
  assert.equal(authorityIn(here, 'NEW')?.ended, here.at)
})
test('not-due: nothing is examined, or its notice runs', () => {
  const here = deskWorld()
  assert.equal(here.due(registerAuthority, 'obj/application/A-9'), 'not-due')
  examined(here, body('end', { authority: 'COURT' }))
  assert.equal(here.due(registerAuthority, 'obj/application/A-100'), 'not-due')
})
test('authority-unknown: one that has ended is not changed, and does not end again', () => {
  const here = deskWorld()
  addAuthority(here, 'OLD', {}, { ended: '2029-12-31T00:00:00Z' })
  const change = body('change', { authority: 'OLD', terms: terms({ rank: 7 }) })
  assert.equal(ask(here, change), 'authority-unknown')
  assert.equal(ask(here, body('end', { authority: 'OLD' })), 'authority-unknown')
})
test('notice: a change during the first notice waits like any other; an end on its last day too', () => {
  const here = deskWorld()
  examined(here, body('register'))
  examined(here, body('change', { terms: terms({ rank: 7 }) }))
  assert.equal(authorityIn(here, 'NEW')?.terms.rank, 1)
  after(here, 90)
  assert.equal(authorityIn(here, 'NEW')?.terms.rank, 7)
  addAuthority(here, 'LAST', {}, { noticedUntil: here.at })
  examined(here, body('end', { authority: 'LAST' }))
  assert.equal(authorityIn(here, 'LAST')?.ended, null)
})
test('notice: terms may make it longer than 90 days, and never shorter', () => {
  for (const [days, until] of [
    [1, '2030-04-01T00:00:00Z'],
    [100, '2030-04-11T00:00:00Z'],
  ] as const) {
    const here = deskWorld()
    here.revise('register-authority/1', { noticeSeconds: days * DAY })
    examined(here, body('register'))
    assert.equal(authorityIn(here, 'NEW')?.noticedUntil, until)
  }
})

const askedOf = (here: World, application: string): unknown =>
  (here.object('application', application)?.['examination'] as JsonObject | undefined)?.['questions']

test('an entry is examined as to its instrument and the gazette, and waits for no holder', () => {
  const here = deskWorld()
  assert.equal(ask(here, body('register')), null)
  const application = `A-${here.index - 1}`
  assert.deepEqual(askedOf(here, application), ['instrument-authentic', 'gazetted'])
  assert.deepEqual(here.object('application', application)?.['consents'], [])
})
test('not-due: an end that attestors turned down is no end when the first notice has run, and one still examined neither', () => {
  const here = deskWorld()
  addAuthority(here, 'NEW', {}, { noticedUntil: '2030-01-09T00:00:00Z' })
  const failed = `A-${here.index}`
  assert.equal(ask(here, body('end')), null)
  examine(here, failed, {
    [calledFor(here, failed)[0] ?? '']: ['gazetted'],
    [calledFor(here, failed)[1] ?? '']: ['gazetted'],
  })
  runDue(here)
  assert.equal(here.object('application', failed)?.['state'], 'failed')
  const examining = `A-${here.index}`
  assert.equal(ask(here, body('end')), null)
  here.later(30 * DAY)
  for (const application of [failed, examining]) {
    const before = here.object('application', application)
    assert.equal(here.due(registerAuthority, `obj/application/${application}`), 'not-due')
    assert.deepEqual(here.object('application', application), before)
  }
})
test('not-due: an answer takes effect at its time', () => {
  const here = deskWorld()
  addAuthority(here, 'NEW', {}, { noticedUntil: '2030-01-02T00:00:00Z' })
  const application = `A-${here.index}`
  assert.equal(ask(here, body('end')), null)
  here.at = instant('2030-01-02T00:00:00Z')
  examine(here, application, {})
  const record = here.object('application', application)
  here.put(objectKey('application', application), { ...record, due: instant('2030-01-02T00:00:01Z') })
  assert.equal(here.due(registerAuthority, `obj/application/${application}`), 'not-due')
})
test('authority-unknown: of two ends the second fails at once, and tells nobody of an end that cannot be', () => {
  const here = deskWorld()
  addAuthority(here, 'NEW', {}, { noticedUntil: '2030-01-02T00:00:00Z' })
  const second = `A-${here.index}`
  assert.equal(ask(here, body('end')), null)
  examined(here, body('end'))
  assert.equal(authorityIn(here, 'NEW')?.ended, here.at)
  here.at = instant('2030-01-02T00:00:00Z')
  examine(here, second, {})
  runDue(here)
  assert.deepEqual(
    [here.object('application', second)?.['state'], reasonOf(here, second)],
    ['failed', 'authority-unknown'],
  )
})
