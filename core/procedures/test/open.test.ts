import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY_SECONDS, type JsonObject } from '@cadastre/records'
import { at, type FoundingLog, founded, hash, FoundingLog as Log } from './founding-log.ts'

const OPEN: JsonObject = { staff: 'OP-1' }

function importOne(log: FoundingLog): void {
  const base = { staff: 'OP-1', source: 'EXAMPLE' }
  const manifest = {
    step: 'manifest',
    file: 'f',
    sha256: hash('f'),
    rows: 1,
    nested: false,
    attribution: 'none',
  }
  const row = 'example|ZZ|ipv4|203.0.113.0|256|20130501|allocated|A1'
  assert.equal(log.act('import/1', { ...base, ...manifest }), null)
  assert.equal(log.act('import/1', { ...base, step: 'chunk', from: 0, rows: [{ line: 5, raw: row }] }), null)
}

test('open ends founding for good: not-founding', () => {
  const log = founded()
  assert.equal(log.act('open/1', OPEN), null)
  assert.equal(log.registry?.state, 'open')
  assert.equal(log.act('open/1', OPEN), 'not-founding')
  const manifest = {
    step: 'manifest',
    file: 'f',
    sha256: hash('f'),
    rows: 1,
    nested: false,
    attribution: 'none',
  }
  assert.equal(log.act('import/1', { staff: 'OP-1', source: 'EXAMPLE', ...manifest }), 'not-founding')
})

test('import-in-progress, objection-period: national opening waits 30 days after the last import, to the second', () => {
  const log = founded({}, 'national')
  importOne(log)
  assert.equal(log.act('open/1', OPEN), 'import-in-progress')
  assert.equal(log.act('import/1', { staff: 'OP-1', source: 'EXAMPLE', step: 'end' }), null)
  log.seconds = 30 * DAY_SECONDS - 1
  assert.equal(log.act('open/1', OPEN), 'objection-period')
  log.seconds += 1
  assert.equal(log.act('open/1', OPEN), null)
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, staff-unknown, staff-signature-missing, wrong-staff-role', () => {
  assert.equal(founded().act('open/1', {}), 'body-malformed')
  assert.equal(new Log().act('open/1', OPEN), 'procedure-unknown')
  assert.equal(founded().act('open/1', OPEN, { origin: 'other.example' }), 'wrong-origin')
  assert.equal(founded().act('open/1', OPEN, { expires: at(-1) }), 'request-expired')
  assert.equal(founded().act('open/1', { staff: 'OP-9' }), 'staff-unknown')
  assert.equal(founded().act('open/1', OPEN, { by: ['CL-1'] }), 'staff-signature-missing')
  assert.equal(founded().act('open/1', { staff: 'CL-1' }, { by: ['CL-1'] }), 'wrong-staff-role')
})
