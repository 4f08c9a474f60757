// P8: numbers move to a holder of another registry; final only on that registry's word that it has accepted.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  dueOf,
  type JsonObject,
  objectKey,
  type RecordKey,
  type Registration,
  type Transit,
} from '@cadastre/records'
import { moveOut } from '../src/move-out.ts'
import { HERE, listWest, peerHandleOf, said, TRANSIT, transitAt, WEST } from './peers-fixture.ts'
import { commonRefusals } from './staff-fixture.ts'
import { assertStamped, DAY, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'
const PARAMETERS = { 'move-out/1': { coolingSeconds: 3 * DAY, finalizeSeconds: 14 * DAY } }
const RECIPIENT = { origin: WEST, holder: 'H-90' }
const INIT: JsonObject = {
  step: 'init',
  holder: 'H-1',
  registration: { key: CELL, id: 'R-1' },
  range: '203.0.113.0/24',
  recipient: RECIPIENT,
}

function world(more: Partial<Registration> = {}): World {
  const made = new World(PARAMETERS)
  for (const handle of ['H-1', 'H-2']) made.holder(handle)
  made.register('R-1', '203.0.113.0/24', more)
  listWest(made)
  return made
}

function init(here: World, more: JsonObject = {}, by = ['H-1/full'], named = true): string | null {
  const found = here.cell(CELL).registrations.find(({ id }) => id === 'R-1')
  const replaces = found === undefined || !named ? [] : [here.names(found)]
  return here.ask(moveOut, { body: { ...INIT, ...more }, by, replaces })
}

/** WEST's word that it accepted T-100. */
function accepted(more: Partial<Transit> = {}): ReturnType<typeof said> {
  return said({
    handle: `${peerHandleOf(HERE)}.T-100`,
    state: 'recipientAccepted',
    source: { origin: HERE, holder: 'H-1' },
    recipient: RECIPIENT,
    range: '203.0.113.0/24',
    ...more,
  })
}

function finalize(
  here: World,
  word: ReturnType<typeof said> | null = accepted(),
  transit = 'T-100',
): string | null {
  return here.ask(moveOut, { body: { step: 'finalize', transit }, statements: word === null ? [] : [word] })
}
function cancel(here: World, by = 'H-1', keys = ['H-1/full'], transit = 'T-100'): string | null {
  return here.ask(moveOut, { body: { step: 'cancel', transit, by }, by: keys })
}

test('init: the move is public, the registration is pending, record and services stand', () => {
  const here = world({ status: 'assigned', country: 'BR', registered: '2013-05-01' })
  const before = here.cell(CELL)
  assert.equal(init(here), null)
  assert.deepEqual(transitAt(here, 'T-100'), {
    ...TRANSIT,
    handle: 'T-100',
    source: { origin: HERE, holder: 'H-1' },
    recipient: RECIPIENT,
    range: '203.0.113.0 - 203.0.113.255',
    registration: { key: CELL, id: 'R-1' },
    consents: ['H-1'],
    notBefore: '2030-01-04T00:00:00Z',
    due: '2030-01-18T00:00:00Z',
    since: 100,
  })
  assert.equal(here.object('notes', 'R-1')?.['pending'], 'T-100')
  assert.deepEqual(here.cell(CELL), before)
  assertStamped(here)
})

test('finalize: after the cooling, on the other registry’s word alone, without any signature here', () => {
  const here = world()
  assert.equal(init(here), null)
  here.later(3 * DAY)
  assert.equal(finalize(here), null)
  const [gone] = here.cell(CELL).registrations
  assert.deepEqual([gone?.kind, gone?.holder, gone?.provenance, gone?.id], ['moved-out', null, WEST, 'R-101'])
  assert.deepEqual(transitAt(here, 'T-100')?.state, 'sourceFinalized')
  assert.deepEqual(transitAt(here, 'T-100')?.statement, accepted().hash)
  assert.equal(here.object('notes', 'R-1'), null)
  here.assertFits()
  assertStamped(here)
})

test('a part moves, what stays keeps its id; the holder’s own preset goes before the profile’s cooling', () => {
  const here = world()
  const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  here.put(objectKey('holder', 'H-1'), { ...holder, coolingSeconds: 0 })
  assert.equal(init(here, { range: '203.0.113.0/25' }), null)
  assert.equal(finalize(here, accepted({ range: '203.0.113.0/25' })), null)
  assert.deepEqual(here.ids('ip4/203.0.113.128/25'), ['R-1'])
  assert.deepEqual(here.ids('ip4/203.0.113.0/25'), ['R-101'])
})

test('terms adopted later shorten no cooling of what was recorded before them', () => {
  for (const [since, wait] of [
    [49, 3 * DAY],
    [51, DAY],
  ] as const) {
    const here = world()
    const [found] = here.cell(CELL).registrations
    here.put(CELL as RecordKey, { ...here.cell(CELL), registrations: [{ ...found, since }] })
    here.revise('move-out/1', { coolingSeconds: DAY })
    assert.equal(init(here), null)
    here.later(wait - 1)
    assert.equal(finalize(here), 'still-cooling')
    here.later(1)
    assert.equal(finalize(here), null)
  }
})

test('the holder cancels until the effect; at the end of its time, not-due before, the move is cancelled by itself', () => {
  const here = world()
  assert.equal(init(here), null)
  assert.equal(cancel(here), null)
  assert.equal(transitAt(here, 'T-100')?.state, 'sourceCancelled')
  assert.equal(here.object('notes', 'R-1'), null)
  const other = world()
  assert.equal(init(other), null)
  const key = 'obj/transit/T-100' as RecordKey
  assert.equal(other.due(moveOut, key), 'not-due')
  other.later(17 * DAY)
  assert.deepEqual(dueOf(key, transitAt(other, 'T-100')), { at: other.at, procedure: 'move-out/1', key })
  assert.equal(other.due(moveOut, key), null)
  assert.equal(transitAt(other, 'T-100')?.state, 'sourceCancelled')
  assert.equal(other.due(moveOut, key), 'not-due')
  assert.deepEqual(other.ids(CELL), ['R-1'])
})

test('a pause makes the time longer', () => {
  const here = world()
  assert.equal(init(here), null)
  const registry = here.state.get(objectKey('registry', 'REGISTRY')) as JsonObject
  const pauses = [{ since: '2030-01-02T00:00:00Z', until: '2030-01-03T00:00:00Z' }]
  here.put(objectKey('registry', 'REGISTRY'), { ...registry, pauses })
  here.later(17 * DAY)
  assert.equal(here.due(moveOut, 'obj/transit/T-100'), null)
  const longer = transitAt(here, 'T-100')
  assert.deepEqual([longer?.state, longer?.due], ['sourceInitialized', '2030-01-19T00:00:00Z'])
})

test('still-cooling: the time in which the holder may cancel lasts as much longer as was paused in it, and no more', () => {
  for (const [since, until, hours] of [
    // Before it, through its beginning, inside, through its end, and after it.
    ['2029-12-30T00:00:00Z', '2030-01-01T00:00:00Z', 72],
    ['2029-12-31T00:00:00Z', '2030-01-01T06:00:00Z', 78],
    ['2030-01-02T00:00:00Z', '2030-01-03T00:00:00Z', 96],
    ['2030-01-03T23:00:00Z', '2030-01-05T00:00:00Z', 97],
    ['2030-01-04T00:00:00Z', '2030-01-05T00:00:00Z', 72],
  ] as const) {
    const here = world()
    assert.equal(init(here), null)
    const registry = here.state.get(objectKey('registry', 'REGISTRY')) as JsonObject
    here.put(objectKey('registry', 'REGISTRY'), { ...registry, pauses: [{ since, until }] })
    here.later(hours * 3600 - 1)
    assert.equal(finalize(here), 'still-cooling', since)
    here.later(1)
    assert.equal(finalize(here), null, since)
  }
  // The second pause lies in what the first has added.
  const here = world()
  assert.equal(init(here), null)
  const registry = here.state.get(objectKey('registry', 'REGISTRY')) as JsonObject
  const pauses = [
    { since: '2030-01-03T12:00:00Z', until: '2030-01-04T12:00:00Z' },
    { since: '2030-01-04T18:00:00Z', until: '2030-01-05T18:00:00Z' },
  ]
  here.put(objectKey('registry', 'REGISTRY'), { ...registry, pauses })
  here.later(5 * DAY - 1)
  assert.equal(finalize(here), 'still-cooling')
  here.later(1)
  assert.equal(finalize(here), null)
})

test('transit-unknown, transit-closed, not-party', () => {
  const here = world()
  assert.equal(finalize(here), 'transit-unknown')
  assert.equal(cancel(here), 'transit-unknown')
  assert.equal(init(here), null)
  assert.equal(cancel(here, 'H-2', ['H-2/full']), 'not-party')
  assert.equal(cancel(here, 'H-1', ['H-1/technical']), 'consent-missing')
  here.later(17 * DAY)
  assert.equal(finalize(here), 'transit-closed')
  assert.equal(cancel(here), 'transit-closed')
})

test('peer-unknown: not listed, not in force yet, or not when the numbers set out', () => {
  const here = world()
  assert.equal(init(here, { recipient: { origin: 'unknown.example', holder: 'H-90' } }), 'peer-unknown')
  listWest(here, '2030-01-02T00:00:00Z')
  assert.equal(init(here), 'peer-unknown')
  listWest(here)
  assert.equal(init(here), null)
  here.later(3 * DAY)
  listWest(here, '2030-01-02T00:00:00Z')
  assert.equal(finalize(here), 'peer-unknown')
})

test('statement-missing, statement-differs, still-cooling', () => {
  const here = world()
  assert.equal(init(here), null)
  assert.equal(finalize(here, null), 'statement-missing')
  for (const more of [
    { policy: 'log other\nquorum none\n' },
    { origin: 'other.example' },
    { key: 'obj/transit/T-100' },
  ])
    assert.equal(finalize(here, { ...accepted(), ...more }), 'statement-missing')
  const wrong: readonly Partial<Transit>[] = [
    { state: 'recipientCancelled' },
    { state: 'recipientCompleted' },
    { source: { origin: HERE, holder: 'H-2' } },
    { source: { origin: 'other.example', holder: 'H-1' } },
    { recipient: { origin: WEST, holder: 'H-91' } },
    { range: '203.0.113.0/25' },
  ]
  for (const more of wrong) assert.equal(finalize(here, accepted(more)), 'statement-differs')
  assert.equal(finalize(here, { ...accepted(), record: null }), 'statement-differs')
  assert.equal(finalize(here, { ...accepted(), record: { state: 'recipientAccepted' } }), 'statement-differs')
  assert.equal(finalize(here), 'still-cooling')
  here.later(3 * DAY - 1)
  assert.equal(finalize(here), 'still-cooling')
  here.later(1)
  assert.equal(finalize(here), null)
})

test('holder-unknown, consent-missing, registration-unknown, not-holder, not-a-holding, member-changed', () => {
  const here = world()
  assert.equal(init(here, { holder: 'H-9' }), 'holder-unknown')
  assert.equal(init(here, {}, ['H-1/routing']), 'consent-missing')
  assert.equal(init(here, { registration: { key: CELL, id: 'R-2' } }), 'registration-unknown')
  assert.equal(init(here, { holder: 'H-2' }, ['H-2/full']), 'not-holder')
  assert.equal(init(world({ kind: 'sub' })), 'not-a-holding')
  assert.equal(init(here, {}, ['H-1/full'], false), 'member-changed')
})

test('locked, frozen, recovered-recently, hold-after-allocation, delayed, held, act-blocked, act-pending', () => {
  const later = '2031-01-01T00:00:00Z'
  const withHolder = (more: JsonObject): World => {
    const here = world()
    const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
    here.put(objectKey('holder', 'H-1'), { ...holder, ...more })
    return here
  }
  const notes = {
    v: 1,
    registration: 'R-1',
    pending: null,
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders: [],
    since: 1,
  }
  const withNotes = (more: JsonObject): World => {
    const here = world()
    here.put(objectKey('notes', 'R-1'), { ...notes, ...more })
    return here
  }
  assert.equal(init(withHolder({ lockedUntil: later })), 'locked')
  assert.equal(init(withHolder({ frozenUntil: later })), 'frozen')
  assert.equal(init(withHolder({ transferableFrom: later })), 'recovered-recently')
  assert.equal(init(withNotes({ heldUntil: later })), 'hold-after-allocation')
  assert.equal(init(withNotes({ delayedUntil: later })), 'delayed')
  const held = {
    order: 'O-9',
    effect: 'hold',
    range: '203.0.113.0 - 203.0.113.255',
    holds: true,
    until: null,
  }
  assert.equal(init(withNotes({ orders: [held] })), 'held')
  const blocked = world()
  const block = { act: 'X', kinds: ['transfer'], match: 'exact', evidence: '', until: null, since: 1 }
  blocked.put(objectKey('notes', 'H-1'), { v: 1, holder: 'H-1', blocked: [block], delayed: null, since: 1 })
  assert.equal(init(blocked), 'act-blocked')
  const here = world()
  assert.equal(init(here), null)
  assert.equal(init(here), 'act-pending')
})

test('range-outside, range-not-a-block, splits-protected, splits-child, protected-child', () => {
  assert.equal(init(world(), { range: '203.0.112.0/23' }), 'range-outside')
  const wide = new World(PARAMETERS)
  wide.holder('H-1')
  listWest(wide)
  const found = wide.register('R-1', '2001:db8::/32')
  const body = {
    ...INIT,
    registration: { key: 'ip6/2001:db8::/32', id: 'R-1' },
    range: '2001:db8::1 - 2001:db8:ffff:ffff:ffff:ffff:ffff:fffe',
  }
  const replaces = [wide.names(found, 'ip6')]
  assert.equal(wide.ask(moveOut, { body, by: ['H-1/full'], replaces }), 'range-not-a-block')
  const until = '2031-01-01T00:00:00Z' as Registration['until']
  const inside = (more: Partial<Registration>, range: string): string | null => {
    const here = world()
    here.register('R-5', '203.0.113.0/25', { kind: 'lease', holder: 'H-2', until, ...more })
    return init(here, { range })
  }
  assert.equal(inside({ protected: true }, '203.0.113.0/26'), 'splits-protected')
  assert.equal(inside({}, '203.0.113.0/26'), 'splits-child')
  assert.equal(inside({ protected: true }, '203.0.113.0/24'), 'protected-child')
  assert.equal(inside({}, '203.0.113.0/24'), null)
})

test('what was asked for at the start is asked for again at the effect', () => {
  const here = world()
  assert.equal(init(here), null)
  here.later(3 * DAY)
  here.register('R-5', '203.0.113.0/25', {
    kind: 'lease',
    holder: 'H-2',
    until: '2031-01-01T00:00:00Z' as Registration['until'],
    protected: true,
  })
  assert.equal(finalize(here), 'protected-child')
  assert.equal(transitAt(here, 'T-100')?.state, 'sourceInitialized')
})

const roas = (count: number, maxLength: number) =>
  Array.from({ length: count }, (_, index) => ({ under: 'R-1', since: 1, asn: 64496 + index, maxLength }))

test('range-too-busy, cell-full, entry-too-large: as with a return', () => {
  const at = 'ip4/10.0.0.0/8'
  const wide = (): { readonly here: World; readonly ask: (range: string) => string | null } => {
    const here = new World(PARAMETERS)
    here.holder('H-1')
    listWest(here)
    const found = here.register('R-1', '10.0.0.0/8')
    const ask = (range: string): string | null =>
      here.ask(moveOut, {
        body: { ...INIT, registration: { key: at, id: 'R-1' }, range },
        by: ['H-1/full'],
        replaces: [here.names(found)],
      })
    return { here, ask }
  }
  const busy = wide()
  for (let index = 0; index < 3 * 260; index++) {
    const key = `ip4/10.${Math.floor(index / 260) * 100}.${(index % 260) >> 8}.${(index % 260) & 255}/32`
    busy.here.put(key as RecordKey, { v: 1, registrations: [], rdns: null, routes: [], roas: roas(1, 32) })
  }
  assert.equal(busy.ask('10.0.0.0/8'), 'range-too-busy')
  const large = wide()
  large.here.put(at as RecordKey, { ...large.here.cell(at), roas: roas(16, 32) })
  assert.equal(large.ask('10.0.0.0/32'), 'entry-too-large')
  const full = world()
  full.put(CELL as RecordKey, { ...full.cell(CELL), roas: roas(16, 32) })
  const half = 'ip4/203.0.113.128/25' as RecordKey
  full.put(half, { ...full.cell(half), roas: [{ under: 'R-1', since: 1, asn: 65000, maxLength: 25 }] })
  assert.equal(init(full, { range: '203.0.113.0/25' }), 'cell-full')
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  assert.deepEqual(commonRefusals(PARAMETERS, moveOut, INIT, []), [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'paused',
  ])
})

test('what has gone is reserved, for nobody, and protected against nobody', () => {
  const here = world({ status: 'assigned', protected: true })
  assert.equal(init(here), null)
  here.later(3 * DAY)
  assert.equal(finalize(here), null)
  const [gone] = here.cell(CELL).registrations
  assert.deepEqual([gone?.status, gone?.protected, gone?.until], ['reserved', false, null])
})

test('transit-closed: what has ended, whatever time it had', () => {
  const here = world()
  assert.equal(init(here), null)
  here.put(objectKey('transit', 'T-100'), { ...transitAt(here, 'T-100'), state: 'sourceFinalized' })
  assert.equal(cancel(here), 'transit-closed')
  here.later(3 * DAY)
  assert.equal(finalize(here), 'transit-closed')
})

test('an end clears the mark of this move on the registration, and of no other act', () => {
  const here = world()
  assert.equal(init(here), null)
  const notes = here.object('notes', 'R-1')
  here.put(objectKey('notes', 'R-1'), { ...notes, pending: 'A-7' })
  assert.equal(cancel(here), null)
  assert.equal(here.object('notes', 'R-1')?.['pending'], 'A-7')
})

test('statement-differs: the record says itself which it is', () => {
  const here = world()
  assert.equal(init(here), null)
  here.later(3 * DAY)
  const word = accepted()
  const record = { ...(word.record as JsonObject), handle: `${peerHandleOf(HERE)}.T-9` }
  assert.equal(finalize(here, { ...word, record }), 'statement-differs')
})
