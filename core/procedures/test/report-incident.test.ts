// P20: the registry's own error is published, with its deadline; no other record changes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, RecordKey } from '@cadastre/records'
import { reportIncident } from '../src/report-incident.ts'
import { commonRefusals, hash, staffedWorld, staffKeyName } from './staff-fixture.ts'
import { assertStamped } from './world.ts'

const PARAMETERS = { 'report-incident/1': { disclosureSeconds: 72 * 3600 } }
const BODY: JsonObject = {
  staff: 'OP-1',
  kind: 'insider-act',
  report: hash('report'),
  affected: 12,
  discovered: '2029-12-31T00:00:00Z',
}
const BY = [staffKeyName('OP-1')]

test('an operator or an auditor reports; the incident shows when it was to be published and when it was', () => {
  const here = staffedWorld(PARAMETERS)
  assert.equal(here.ask(reportIncident, { body: BODY, by: BY }), null)
  assert.deepEqual(here.state.get('obj/incident/I-100' as RecordKey), {
    v: 1,
    handle: 'I-100',
    kind: 'insider-act',
    report: hash('report'),
    affected: 12,
    discovered: '2029-12-31T00:00:00Z',
    deadline: '2030-01-03T00:00:00Z',
    at: '2030-01-01T00:00:00Z',
    by: 'OP-1',
    since: 100,
  })
  assertStamped(here)
  const auditor = { body: { ...BODY, staff: 'AUDITOR' }, by: [staffKeyName('AUDITOR')] }
  assert.equal(here.ask(reportIncident, auditor), null)
})

test('nothing but the incident is written, however late it is', () => {
  const here = staffedWorld(PARAMETERS)
  const before = new Map(here.state.records)
  assert.equal(
    here.ask(reportIncident, { body: { ...BODY, discovered: '2020-01-01T00:00:00Z' }, by: BY }),
    null,
  )
  const changed = [...here.state.records].filter(([key, { text }]) => before.get(key)?.text !== text)
  assert.deepEqual(
    changed.map(([key]) => key),
    ['obj/incident/I-100'],
  )
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding; a pause does not stop it', () => {
  assert.deepEqual(commonRefusals(PARAMETERS, reportIncident, BODY, BY), [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    null,
  ])
  const here = staffedWorld(PARAMETERS)
  assert.equal(here.ask(reportIncident, { body: { ...BODY, kind: 'bad-holder' }, by: BY }), 'body-malformed')
  assert.equal(here.ask(reportIncident, { body: { ...BODY, holder: 'H-1' }, by: BY }), 'body-malformed')
})

test('staff-unknown, wrong-staff-role, staff-signature-missing, instant-in-future', () => {
  const here = staffedWorld(PARAMETERS)
  const ask = (more: JsonObject, by: readonly string[]): string | null =>
    here.ask(reportIncident, { body: { ...BODY, ...more }, by })
  assert.equal(ask({ staff: 'OP-9' }, BY), 'staff-unknown')
  assert.equal(ask({ staff: 'CLERK-1' }, [staffKeyName('CLERK-1')]), 'wrong-staff-role')
  assert.equal(ask({}, ['H-1/full']), 'staff-signature-missing')
  assert.equal(ask({ discovered: '2030-01-01T00:00:01Z' }, BY), 'instant-in-future')
  assert.equal(ask({ discovered: '2030-01-01T00:00:00Z' }, BY), null)
})
