// P3 and section 0, Stolen keys: granting a protected child waits 7 days, in which any living key of a party vetoes it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRange, rangeToBlocks } from '@cadastre/numbers'
import { cellKey, dueOf, type JsonObject, objectKey, type RecordKey } from '@cadastre/records'
import { delegate } from '../src/delegate.ts'
import { outcomeOf } from './holder-fixture.ts'
import { assertStamped, DAY, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'
const CHILD = 'ip4/203.0.113.0/25'
const WAITS = objectKey('application', 'A-100')
const GRANT: JsonObject = {
  step: 'grant',
  parent: 'H-1',
  registration: { key: CELL, id: 'R-1' },
  range: '203.0.113.0/25',
  child: 'H-2',
  kind: 'lease',
  status: 'assigned',
  until: '2031-01-01T00:00:00Z',
  protected: true,
  country: null,
}

function world(range = '203.0.113.0/24'): World {
  const here = new World({ 'delegate/1': { maxTermSeconds: 5 * 365 * DAY, guardSeconds: 7 * DAY } })
  for (const handle of ['H-1', 'H-2', 'H-3']) here.holder(handle)
  here.register('R-1', range)
  return here
}
function grant(
  here: World,
  more: JsonObject = {},
  by: readonly string[] = ['H-1/full', 'H-2/full'],
): string | null {
  const registration = here.innermost(CELL)
  assert.ok(registration)
  return here.ask(delegate, { body: { ...GRANT, ...more }, by, replaces: [here.names(registration)] })
}
function veto(here: World, holder: string, by: readonly string[], more: JsonObject = {}): string | null {
  const body = { step: 'veto', holder, application: 'A-100', guardian: null, ...more }
  return here.ask(delegate, { body, by })
}
/** A world in which the grant waits, a while later. */
function waiting(seconds = 0): World {
  const here = world()
  assert.equal(grant(here), null)
  here.later(seconds)
  return here
}

test('later terms do not shorten the wait where the parent was recorded before them', () => {
  for (const [since, due] of [
    [49, '2030-01-08T00:00:00Z'],
    [51, '2030-01-01T00:00:01Z'],
  ] as const) {
    const here = world()
    here.put(CELL as RecordKey, null)
    here.register('R-1', '203.0.113.0/24', { since })
    here.revise('delegate/1', { guardSeconds: 1 })
    assert.equal(grant(here), null)
    assert.equal(here.object('application', 'A-100')?.['due'], due)
  }
})

test('a protected child is recorded after 7 days (not-due before); one that is not, at once', () => {
  const here = world()
  assert.equal(grant(here, { range: '203.0.113.128/25', protected: false }, ['H-1/full']), null)
  assert.equal(here.innermost('ip4/203.0.113.128/25')?.id, 'R-100')
  const until = waiting()
  assert.equal(until.innermost(CHILD)?.id, 'R-1')
  assert.deepEqual(dueOf(WAITS, until.state.get(WAITS)), {
    at: '2030-01-08T00:00:00Z',
    procedure: 'delegate/1',
    key: WAITS,
  })
  until.later(7 * DAY - 1)
  assert.equal(until.due(delegate, WAITS), 'not-due')
  until.later(1)
  assert.equal(until.due(delegate, WAITS), null)
  const child = until.innermost(CHILD)
  assert.deepEqual(
    [child?.id, child?.holder, child?.protected, child?.until, child?.registered],
    ['R-101', 'H-2', true, '2031-01-01T00:00:00Z', '2030-01-08'],
  )
  assert.deepEqual(outcomeOf(until), ['effected', null])
  assert.equal(until.due(delegate, WAITS), 'not-due')
  assertStamped(until)
})

test('it waits whoever signs: all keys of a policy of several too', () => {
  const here = world()
  const keys = ['a', 'b', 'c'].map((key) => ({ alg: 'ed25519', key, roles: ['full'] }))
  const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  here.put(objectKey('holder', 'H-1'), { ...holder, policy: { m: 3, keys, guardians: [] } })
  assert.equal(grant(here, {}, ['a', 'b', 'c', 'H-2/full']), null)
  assert.equal(here.innermost(CHILD)?.id, 'R-1')
})

test('any one living key of parent or child vetoes, whatever its role', () => {
  for (const [holder, by] of [
    ['H-1', 'H-1/technical'],
    ['H-1', 'H-1/routing'],
    ['H-2', 'H-2/technical'],
  ] as const) {
    const here = waiting(7 * DAY - 1)
    assert.equal(veto(here, holder, [by]), null)
    assert.deepEqual(outcomeOf(here), ['vetoed', null])
    here.later(1)
    assert.equal(here.due(delegate, WAITS), 'not-due')
    assert.equal(here.innermost(CHILD)?.id, 'R-1')
  }
})

test('a key or guardian that was lately removed from the parent vetoes too', () => {
  const until = '2030-01-15T00:00:00Z'
  for (const [by, guardian] of [
    ['former', null],
    ['H-3/full', 'H-3'],
  ] as const) {
    const here = waiting()
    const key: RecordKey = objectKey('holder', 'H-1')
    here.put(key, {
      ...(here.state.get(key) as JsonObject),
      formerKeys: [{ alg: 'ed25519', key: 'former', until }],
      formerGuardians: [{ guardian: 'H-3', until }],
    })
    assert.equal(veto(here, 'H-1', [by], { guardian }), null)
    assert.deepEqual(outcomeOf(here), ['vetoed', null])
  }
})

test('application-unknown, application-closed, holder-unknown, not-party, consent-missing', () => {
  const here = waiting()
  assert.equal(veto(here, 'H-1', ['H-1/full'], { application: 'A-9' }), 'application-unknown')
  assert.equal(veto(here, 'H-9', ['H-1/full']), 'holder-unknown')
  assert.equal(veto(here, 'H-1', ['H-1/full'], { guardian: 'H-9' }), 'holder-unknown')
  assert.equal(veto(here, 'H-3', ['H-3/full']), 'not-party')
  assert.equal(veto(here, 'H-1', ['H-2/full']), 'consent-missing')
  assert.equal(veto(here, 'H-1', []), 'consent-missing')
  assert.equal(veto(here, 'H-1', ['H-1/full']), null)
  assert.equal(veto(here, 'H-1', ['H-1/full']), 'application-closed')
  assert.equal(veto(waiting(7 * DAY), 'H-1', ['H-1/full']), 'application-closed')
  const other = waiting()
  other.put(WAITS, { ...other.object('application', 'A-100'), procedure: 'transfer/1' })
  assert.equal(veto(other, 'H-1', ['H-1/full']), 'application-unknown')
})

test('term-past: a term that would have passed when the wait has', () => {
  const here = world()
  assert.equal(grant(here, { until: '2030-01-08T00:00:00Z' }), 'term-past')
  assert.equal(grant(here, { until: '2030-01-08T00:00:01Z' }), null)
  // The longest term counts from the request.
  assert.equal(grant(here, { until: '2035-01-01T00:00:00Z' }), 'term-too-long')
})

test('it fails at its time, and says why (held), where it could no longer be granted', () => {
  const changes: readonly (readonly [string, (here: World) => void])[] = [
    ['holder-unknown', (here) => here.put(objectKey('holder', 'H-2'), null)],
    ['registration-unknown', (here) => here.put(CELL as RecordKey, null)],
    ['not-holder', (here) => edit(here, { holder: 'H-3' })],
    ['member-changed', (here) => edit(here, { status: 'assigned' })],
    [
      'overlaps-sibling',
      (here) => void here.register('R-50', '203.0.113.4/30', { kind: 'sub', holder: null }),
    ],
    [
      'act-pending',
      (here) =>
        here.put(objectKey('notes', 'R-1'), {
          v: 1,
          registration: 'R-1',
          pending: 'A-7',
          heldUntil: null,
          annotations: [],
          delayedUntil: null,
          pastFacts: [],
          orders: [],
          since: 1,
        }),
    ],
    [
      'held',
      (here) =>
        here.put(objectKey('notes', 'R-1'), {
          v: 1,
          registration: 'R-1',
          pending: null,
          heldUntil: null,
          annotations: [],
          delayedUntil: null,
          pastFacts: [],
          orders: [
            { order: 'O-9', effect: 'hold', range: '203.0.113.0 - 203.0.113.255', holds: true, until: null },
          ],
          since: 1,
        }),
    ],
    ['term-past', (here) => here.later(365 * DAY)],
    [
      'consent-missing',
      (here) => here.put(WAITS, { ...here.object('application', 'A-100'), consents: ['H-2'] }),
    ],
  ]
  for (const [reason, change] of changes) {
    const here = waiting()
    change(here)
    here.later(7 * DAY)
    assert.equal(here.due(delegate, WAITS), null)
    assert.deepEqual(outcomeOf(here), ['failed', reason])
  }
})

function edit(here: World, more: JsonObject): void {
  const cell = here.cell(CELL)
  here.put(CELL as RecordKey, {
    ...cell,
    registrations: cell.registrations.map((one) => ({ ...one, ...more })),
  })
}

/** Name servers at each block of the range: 14 cells of some 2.6 KB, more than one entry holds. */
function fill(here: World, range: string): void {
  const label = 'a'.repeat(60)
  const ns = Array.from({ length: 13 }, (_, n) => `${label}.${label}.${label}.n${n}.example`)
  const parsed = parseRange(range)
  assert.ok(parsed.ok)
  for (const key of rangeToBlocks(parsed.value).map(cellKey))
    here.put(key, { ...here.cell(key), rdns: { under: 'R-1', since: 1, ns, ds: [] } })
}

test('entry-too-large: what would not fit its entry after the wait is refused before it, and fails at its time', () => {
  const range = '203.0.113.1 - 203.0.113.254'
  const full = world()
  fill(full, range)
  assert.equal(grant(full, { range }), 'entry-too-large')
  const later = world()
  assert.equal(grant(later, { range }), null)
  fill(later, range)
  later.later(7 * DAY)
  assert.equal(later.due(delegate, WAITS), null)
  later.assertFits()
  assert.deepEqual(outcomeOf(later), ['failed', 'entry-too-large'])
})

test('body-malformed', () => {
  for (const more of [{ application: 7 }, { guardian: 'no handle' }, { by: 'H-1' }])
    assert.equal(veto(waiting(), 'H-1', ['H-1/full'], more), 'body-malformed')
})

test('entry-too-large: whatever lies in its cells, what is let wait fits its entry when it is granted', () => {
  const [cell, range] = ['ip4/10.0.0.0/8', '10.0.0.1 - 10.0.255.254']
  const codes = new Set<string | null>()
  for (let length = 2; length <= 40; length += 2) {
    const here = world('10.0.0.0/8')
    const ns = Array.from({ length: 10 }, (_, n) => `n${n}.${'a'.repeat(length)}`)
    const parsed = parseRange(range)
    assert.ok(parsed.ok)
    for (const key of rangeToBlocks(parsed.value).map(cellKey))
      here.put(key, { ...here.cell(key), rdns: { under: 'R-1', since: 1, ns, ds: [] } })
    const registration = here.innermost(cell)
    assert.ok(registration)
    const code = here.ask(delegate, {
      body: { ...GRANT, registration: { key: cell, id: 'R-1' }, range },
      by: ['H-1/full', 'H-2/full'],
      replaces: [here.names(registration)],
    })
    codes.add(code)
    if (code !== null) continue
    here.later(7 * DAY)
    assert.equal(here.due(delegate, WAITS), null)
    here.assertFits()
    assert.deepEqual(outcomeOf(here), ['effected', null])
  }
  assert.deepEqual([...codes], [null, 'entry-too-large'])
})
