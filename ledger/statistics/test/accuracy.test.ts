import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSeconds, DAY_SECONDS, type Instant, instantFromSeconds, type Json } from '@cadastre/records'
import { Accuracy } from '../src/accuracy.ts'

const NOW = instantFromSeconds(1_800_000_000)
const daysAgo = (days: number): Instant => addSeconds(NOW, -days * DAY_SECONDS)

test('procedures.md R4: each holder counts once, by its last confirmation; imported ones apart', () => {
  const accuracy = new Accuracy()
  const holder = (handle: string, kind: string, confirmed: Instant | null): void => {
    const next: Json = { handle, kind, confirmed }
    accuracy.follow({ key: `obj/holder/${handle}`, next })
  }
  assert.deepEqual(accuracy.report(null), {
    holders: 0,
    imported: 0,
    withinYear: 0,
    longerAgo: 0,
    never: 0,
    medianDays: null,
  })
  holder('H-1', 'organisation', null)
  holder('H-1', 'organisation', daysAgo(365))
  holder('H-2', 'person', daysAgo(366))
  holder('H-3', 'organisation', null)
  holder('H-4', 'organisation', daysAgo(10))
  holder('IMP-A-1', 'imported', null)
  holder('IMP-A-2', 'imported', null)
  // Claimed: no longer imported; and what is no holder is not counted.
  holder('IMP-A-2', 'organisation', NOW)
  accuracy.follow({ key: 'obj/identity/I-1', next: { kind: 'imported' } })
  holder('H-9', 'organisation', null)
  accuracy.follow({ key: 'obj/holder/H-9', next: null })
  assert.deepEqual(accuracy.report(NOW), {
    holders: 6,
    imported: 1,
    withinYear: 3,
    longerAgo: 1,
    never: 1,
    medianDays: 365,
  })
})
