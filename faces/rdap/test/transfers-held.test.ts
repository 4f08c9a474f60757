/** EPP and RDAP `transfer prohibited`: only what really stands in the way of a transfer, and only while it does. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Holder, Instant } from '@cadastre/records'
import { isTransferHeld } from '../src/view.ts'
import { holder } from './fixtures.ts'

const at = '2026-01-02T00:00:00Z' as Instant
const later = '2026-01-03T00:00:00Z' as Instant

test('a holder’s own lock, a freeze by one of its keys, a recovery of its keys; none after its end', () => {
  const held = (more: Partial<Holder>): boolean =>
    isTransferHeld({ holder: holder('H-1', more), notes: null, orders: [] }, at)
  assert.equal(held({}), false)
  for (const member of ['lockedUntil', 'frozenUntil', 'transferableFrom'] as const) {
    assert.equal(held({ [member]: later }), true, member)
    assert.equal(held({ [member]: at }), false, member)
  }
})
