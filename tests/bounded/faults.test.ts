// docs/faults.md says what finds each deliberate fault. Here the bounded check finds each again, and the page is compared
// with what it finds: a check that grows blind fails this test. The other two columns are written by the command alone.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { PROCEDURES } from '@cadastre/procedures'
import { FAULTS } from './faults/index.ts'
import { boundedFinding, rowsIn } from './faults/table.ts'

const rows = rowsIn(readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8'))

test('every procedure has a deliberate fault, and the page lists them all', () => {
  assert.deepEqual(
    Object.keys(PROCEDURES).filter((id) => !FAULTS.some(({ broken }) => broken.id === id)),
    [],
  )
  assert.deepEqual(
    rows.map(({ what }) => what),
    FAULTS.map(({ what }) => what),
  )
})

test('each fault is found by something', () => {
  const unfound = rows.filter(({ bounded, observers, model }) => (bounded ?? observers ?? model) === null)
  assert.deepEqual(unfound, [])
})

for (const procedure of new Set(FAULTS.map(({ broken }) => broken.id)))
  test(`${procedure}: the bounded check finds what the page says`, () => {
    for (const fault of FAULTS.filter(({ broken }) => broken.id === procedure)) {
      const row = rows.find(({ what }) => what === fault.what)
      assert.equal(boundedFinding(fault), row?.bounded, fault.what)
    }
  })
