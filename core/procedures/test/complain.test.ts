// P19: anyone complains; nothing follows for any record; a complaint cannot reference an act (R7).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, RecordKey } from '@cadastre/records'
import { type ComplainBody, complain } from '../src/complain.ts'
import { PROCEDURES } from '../src/index.ts'
import { COMMON_CODES, commonRefusals, hash, staffedWorld, staffKeyName } from './staff-fixture.ts'
import { assertStamped, DAY, type World } from './world.ts'

const PARAMETERS = { 'complain/1': { answerDays: 5 } }
const BODY: JsonObject = { step: 'complain', complaint: hash('spam'), instrument: null }
const FORGED: JsonObject = { ...BODY, instrument: hash('deed') }
const RECEIPT = 'obj/complaint/C-100' as RecordKey
const world = (): World => staffedWorld(PARAMETERS)

function answer(
  here: World,
  more: JsonObject = {},
  by: readonly string[] = [staffKeyName('CLERK-1')],
): string | null {
  const body = {
    step: 'answer',
    complaint: 'C-100',
    staff: 'CLERK-1',
    says: 'not-issued',
    evidence: hash('letter'),
    ...more,
  }
  return here.ask(complain, { body, by })
}

test('any key complains, and the receipt says whose authorities are competent', () => {
  const here = world()
  assert.equal(here.ask(complain, { body: BODY, by: ['a stranger'] }), null)
  assert.deepEqual(here.state.get(RECEIPT), {
    v: 1,
    handle: 'C-100',
    kind: 'conduct',
    complaint: hash('spam'),
    instrument: null,
    seat: 'XX',
    answerBy: null,
    answer: null,
    since: 100,
  })
  assertStamped(here)
})

test('no record but the receipt is written, by complaints and by answers', () => {
  const here = world()
  const before = new Map(here.state.records)
  here.ask(complain, { body: FORGED, by: ['a stranger'] })
  answer(here)
  const changed = [...here.state.records].filter(([key, { text }]) => before.get(key)?.text !== text)
  assert.deepEqual(
    changed.map(([key]) => key),
    [RECEIPT],
  )
})

test('R7: a complaint has no member for a holder, a number, an entry or an act, and no procedure reads one', () => {
  type Members<T> = T extends unknown ? keyof T : never
  type Allowed = 'step' | 'complaint' | 'instrument' | 'staff' | 'says' | 'evidence'
  const none: Exclude<Members<ComplainBody>, Allowed>[] = []
  assert.deepEqual(none, [])
  const here = world()
  for (const member of [
    'holder',
    'registration',
    'range',
    'key',
    'entry',
    'procedure',
    'application',
    'about',
  ])
    assert.equal(
      here.ask(complain, { body: { ...BODY, [member]: 'H-1' }, by: ['x'] }),
      'body-malformed',
      member,
    )
  const others = Object.values(PROCEDURES).filter(({ id }) => id !== 'complain/1')
  for (const { id, body } of others)
    assert.ok(!JSON.stringify(body.json).includes('complaint'), `${id} takes a complaint`)
})

test('a clerk records what the issuing office says; an answer stands, silence may be overtaken', () => {
  const here = world()
  here.ask(complain, { body: FORGED, by: ['a stranger'] })
  assert.equal((here.state.get(RECEIPT) as JsonObject)['answerBy'], '2030-01-08T00:00:00Z')
  assert.equal(answer(here, { says: 'no-answer' }), null)
  here.later(DAY)
  assert.equal(answer(here), null)
  assert.deepEqual((here.state.get(RECEIPT) as JsonObject)['answer'], {
    says: 'not-issued',
    evidence: hash('letter'),
    staff: 'CLERK-1',
    at: '2030-01-02T00:00:00Z',
  })
  assert.equal(answer(here, { says: 'issued' }), 'nothing-changed')
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  assert.deepEqual(commonRefusals(PARAMETERS, complain, BODY, ['x']), COMMON_CODES)
})

test('staff-unknown, wrong-staff-role, staff-signature-missing, complaint-unknown, nothing-changed', () => {
  const here = world()
  assert.equal(answer(here, { staff: 'CLERK-9' }), 'staff-unknown')
  assert.equal(answer(here, { staff: 'OP-1' }, [staffKeyName('OP-1')]), 'wrong-staff-role')
  assert.equal(answer(here, {}, ['H-1/full']), 'staff-signature-missing')
  assert.equal(answer(here), 'complaint-unknown')
  here.ask(complain, { body: BODY, by: ['x'] })
  assert.equal(answer(here), 'complaint-unknown')
  here.ask(complain, { body: FORGED, by: ['x'] })
  assert.equal(answer(here, { complaint: 'C-101' }), null)
  assert.equal(answer(here, { complaint: 'C-101' }), 'nothing-changed')
})
