// P24: a holder reconfirms its data; the date is shown, and nothing follows from it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { confirm } from '../src/confirm.ts'
import { askOf, HOLDER, holderIn, holderWorld } from './holder-fixture.ts'
import { COMMON_CODES, commonRefusals } from './staff-fixture.ts'
import { assertStamped } from './world.ts'

test('a technical key confirms: the date stands in the record, and the holder was active', () => {
  const here = holderWorld({ active: null })
  const before = holderIn(here)
  assert.equal(askOf(here, confirm, {}, ['tech']), null)
  assert.deepEqual(holderIn(here), { ...before, confirmed: here.at, active: here.at })
  assertStamped(here)
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  const codes = commonRefusals({ 'confirm/1': {} }, confirm, { holder: 'H-1' }, ['H-1/full'])
  assert.deepEqual(codes, COMMON_CODES)
})

test('holder-unknown, consent-missing, nothing-changed', () => {
  const here = holderWorld()
  assert.equal(askOf(here, confirm, { holder: 'H-9' }, ['one']), 'holder-unknown')
  for (const by of [[], ['stranger'], ['H-2/full']])
    assert.equal(askOf(here, confirm, {}, by), 'consent-missing')
  assert.equal(askOf(here, confirm, {}, ['one']), null)
  assert.equal(askOf(here, confirm, {}, ['one']), 'nothing-changed')
  here.later(1)
  assert.equal(askOf(here, confirm, {}, ['one']), null)
  here.put(HOLDER, { ...holderIn(here), policy: null })
  assert.equal(askOf(here, confirm, {}, ['one']), 'consent-missing')
})
