// P6: numbers come from a holder of another registry; this one does what the other one's record says.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRange, rangeToBlocks } from '@cadastre/numbers'
import { cellKey, type JsonObject, objectKey, type Transit } from '@cadastre/records'
import { moveIn } from '../src/move-in.ts'
import { listWest, peerHandleOf, said, transitAt, WEST } from './peers-fixture.ts'
import { commonRefusals } from './staff-fixture.ts'
import { assertStamped, World } from './world.ts'

const CELL = 'ip4/198.51.100.0/24'
const ARRIVAL = `${peerHandleOf(WEST)}.T-7`
const PARAMETERS = { 'move-in/1': {} }
const ACCEPT: JsonObject = {
  step: 'accept',
  origin: WEST,
  transit: 'T-7',
  holder: 'H-1',
  range: '198.51.100.0/24',
}

function world(): World {
  const made = new World(PARAMETERS)
  for (const handle of ['H-1', 'H-2']) made.holder(handle)
  listWest(made)
  return made
}

type Word = Partial<Transit> | null

function accept(here: World, word: Word = {}, more: JsonObject = {}, by = ['H-1/full']): string | null {
  const statements = word === null ? [] : [said({ handle: 'T-7', ...word })]
  return here.ask(moveIn, { body: { ...ACCEPT, ...more }, by, statements })
}
function carry(here: World, step: 'complete' | 'cancel', word: Word, transit = 'T-7'): string | null {
  const statements = word === null ? [] : [said({ handle: transit, ...word })]
  return here.ask(moveIn, { body: { step, origin: WEST, transit }, statements })
}
const complete = (here: World, word: Word = { state: 'sourceFinalized' }): string | null =>
  carry(here, 'complete', word)
const cancel = (here: World, word: Word = { state: 'sourceCancelled' }): string | null =>
  carry(here, 'cancel', word)

test('accept: the numbers are marked as being elsewhere, and nobody holds them here', () => {
  const here = world()
  assert.equal(accept(here), null)
  const [mark] = here.cell(CELL).registrations
  assert.deepEqual(
    [mark?.kind, mark?.holder, mark?.status, mark?.provenance, mark?.procedure],
    ['moved-out', null, 'reserved', WEST, 'move-in/1'],
  )
  const transit = transitAt(here, ARRIVAL)
  assert.deepEqual(
    [transit?.state, transit?.returning, transit?.source.holder, transit?.consents],
    ['recipientAccepted', false, 'H-90', ['H-1']],
  )
  assert.equal(transit?.statement, said({ handle: 'T-7' }).hash)
  assertStamped(here)
})

test('complete: the holder holds, with the other registry’s declarations, and without a signature here', () => {
  const here = world()
  assert.equal(accept(here), null)
  assert.equal(complete(here), null)
  const [held] = here.cell(CELL).registrations
  assert.deepEqual(
    { ...held },
    {
      id: 'R-101',
      kind: 'holding',
      first: '198.51.100.0',
      last: '198.51.100.255',
      holder: 'H-1',
      status: 'assigned',
      country: 'BR',
      registered: '2013-05-01',
      until: null,
      protected: false,
      provenance: WEST,
      procedure: 'move-in/1',
      since: 101,
    },
  )
  assert.equal(transitAt(here, ARRIVAL)?.state, 'recipientCompleted')
  assertStamped(here)
})

test('a range of several prefixes, of addresses and of AS numbers', () => {
  for (const range of ['198.51.100.1 - 198.51.100.200', 'AS64500 - AS64507', '2001:db8:1::/48']) {
    const here = world()
    assert.equal(accept(here, { range }, { range }), null)
    assert.equal(complete(here, { state: 'sourceFinalized', range }), null)
    const parsed = parseRange(range)
    assert.ok(parsed.ok)
    for (const block of rangeToBlocks(parsed.value))
      assert.equal(here.innermost(cellKey(block))?.holder, 'H-1', range)
    here.assertFits()
  }
})

test('cancel: the mark goes; what had moved out to this registry before stays moved out', () => {
  const here = world()
  assert.equal(accept(here), null)
  assert.equal(cancel(here), null)
  assert.deepEqual(here.ids(CELL), [])
  assert.equal(transitAt(here, ARRIVAL)?.state, 'recipientCancelled')
  const back = world()
  back.register('R-1', '198.51.0.0/16', {
    kind: 'moved-out',
    holder: null,
    provenance: WEST,
    procedure: 'move-out/1',
  })
  assert.equal(accept(back), null)
  assert.deepEqual(back.ids(CELL), ['R-100'])
  assert.equal(transitAt(back, ARRIVAL)?.returning, true)
  assert.equal(cancel(back), null)
  const [gone] = back.cell(CELL).registrations
  assert.deepEqual([gone?.kind, gone?.provenance, gone?.procedure], ['moved-out', WEST, 'move-out/1'])
  assert.deepEqual(back.ids('ip4/198.51.101.0/24'), ['R-1'])
})

test('peer-unknown, transit-exists, transit-unknown, transit-closed', () => {
  const here = world()
  assert.equal(accept(here, {}, { origin: 'unknown.example' }), 'peer-unknown')
  listWest(here, '2030-01-02T00:00:00Z')
  assert.equal(accept(here), 'peer-unknown')
  listWest(here)
  assert.equal(complete(here), 'transit-unknown')
  assert.equal(accept(here), null)
  assert.equal(accept(here), 'transit-exists')
  assert.equal(complete(here), null)
  assert.equal(accept(here), 'transit-exists')
  assert.equal(complete(here), 'transit-closed')
  assert.equal(cancel(here), 'transit-closed')
})

test('holder-unknown, consent-missing', () => {
  const here = world()
  assert.equal(accept(here, {}, { holder: 'H-9' }), 'holder-unknown')
  assert.equal(accept(here, {}, {}, ['H-2/full']), 'consent-missing')
  assert.equal(accept(here, {}, {}, ['H-1/routing']), 'consent-missing')
})

test('statement-missing, statement-differs', () => {
  const here = world()
  assert.equal(accept(here, null), 'statement-missing')
  const wrong: readonly Partial<Transit>[] = [
    { state: 'sourceFinalized' },
    { state: 'sourceCancelled' },
    { recipient: { origin: 'registry.example', holder: 'H-2' } },
    { recipient: { origin: 'other.example', holder: 'H-1' } },
    { range: '198.51.100.0/25' },
    { source: { origin: 'other.example', holder: 'H-90' } },
  ]
  for (const more of wrong) assert.equal(accept(here, more), 'statement-differs')
  // What a stranger writes need not be a transit at all: another version, also one that cannot be shown as it is.
  const odd: unknown = { v: { toString: false } }
  assert.equal(accept(here, odd as Partial<Transit>), 'statement-differs')
  assert.equal(accept(here), null)
  assert.equal(complete(here, null), 'statement-missing')
  for (const state of ['sourceInitialized', 'sourceCancelled'] as const)
    assert.equal(complete(here, { state }), 'statement-differs')
  for (const state of ['sourceInitialized', 'sourceFinalized'] as const)
    assert.equal(cancel(here, { state }), 'statement-differs')
  const finalized = { state: 'sourceFinalized' } as const
  assert.equal(
    complete(here, { ...finalized, source: { origin: WEST, holder: 'H-91' } }),
    'statement-differs',
  )
})

test('block-taken: whatever is registered here, a move that is on its way, or numbers that went elsewhere', () => {
  const taken = (range: string, more: Parameters<World['register']>[2]): string | null => {
    const here = world()
    here.register('R-1', range, more)
    return accept(here)
  }
  assert.equal(taken('198.51.0.0/16', { kind: 'pool', holder: null }), 'block-taken')
  assert.equal(taken('198.51.100.0/24', { holder: 'H-2' }), 'block-taken')
  assert.equal(taken('198.51.100.7/32', { holder: 'H-2' }), 'block-taken')
  assert.equal(taken('198.51.100.0/24', { kind: 'quarantined', holder: null }), 'block-taken')
  const gone = { kind: 'moved-out', holder: null, procedure: 'move-out/1' } as const
  assert.equal(taken('198.51.100.0/24', { ...gone, provenance: 'other.example' }), 'block-taken')
  assert.equal(taken('198.51.100.0/25', { ...gone, provenance: WEST }), 'block-taken')
  const here = world()
  assert.equal(accept(here), null)
  assert.equal(accept(here, { handle: 'T-8' }, { transit: 'T-8' }), 'block-taken')
})

test('range-not-a-block, range-too-busy', () => {
  const range = '2001:db8::1 - 2001:db8:ffff:ffff:ffff:ffff:ffff:fffe'
  assert.equal(accept(world(), { range }, { range }), 'range-not-a-block')
  const back = world()
  back.register('R-1', '2001:db8::/32', {
    kind: 'moved-out',
    holder: null,
    provenance: WEST,
    procedure: 'move-out/1',
  })
  const part = '2001:db8::1 - 2001:db8:7fff:ffff:ffff:ffff:ffff:fffe'
  assert.equal(accept(back, { range: part }, { range: part }), 'range-not-a-block')
  const busy = world()
  for (let index = 0; index < 3 * 260; index++) {
    const key = `ip4/10.${Math.floor(index / 260) * 100}.${(index % 260) >> 8}.${(index % 260) & 255}/32`
    busy.put(key as ReturnType<typeof cellKey>, { v: 1, registrations: [], rdns: null, routes: [], roas: [] })
  }
  assert.equal(accept(busy, { range: '10.0.0.0/8' }, { range: '10.0.0.0/8' }), 'range-too-busy')
})

test('entry-too-large: so many prefixes that completing would not fit an entry; a cut that leaves pieces fits', () => {
  const range = '10.0.0.1 - 10.255.255.254'
  assert.equal(accept(world(), { range }, { range }), 'entry-too-large')
  const here = world()
  here.register('R-1', '10.0.0.0/8', {
    kind: 'moved-out',
    holder: null,
    provenance: WEST,
    procedure: 'move-out/1',
  })
  assert.equal(accept(here, { range: '10.0.0.1/32' }, { range: '10.0.0.1/32' }), null)
  here.assertFits()
  assert.equal(complete(here, { state: 'sourceFinalized', range: '10.0.0.1/32' }), null)
  assert.equal(here.innermost('ip4/10.0.0.1/32')?.holder, 'H-1')
  assert.equal(here.innermost('ip4/10.0.0.0/32')?.kind, 'moved-out')
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  assert.deepEqual(commonRefusals(PARAMETERS, moveIn, ACCEPT, []), [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'paused',
  ])
  assert.equal(world().due(moveIn, objectKey('transit', ARRIVAL)), 'body-malformed')
})

test('range-not-a-block: what leaves too many prefixes is looked at no further', () => {
  const back = world()
  const gone = { kind: 'moved-out', holder: null, provenance: WEST, procedure: 'move-out/1' } as const
  back.register('R-1', '2001:db8::/32', gone)
  const part = '2001:db8::1 - 2001:db8::ffff:fffe'
  assert.equal(accept(back, { range: part }, { range: part }), 'range-not-a-block')
  const around = (back.last?.inputs ?? []).filter(({ q }) => q === 'record')
  assert.ok(around.length < 10, `${around.length}`)
})

test('entry-too-large: 33 prefixes pass in one act with all that is looked at for them, and no more', () => {
  const prefixes = (count: number): string | null => {
    const last = (2n ** BigInt(count) - 2n).toString(16).padStart(12, '0')
    const range = `2001:db8:: - 2001:db8::${last.replace(/(.{4})(.{4})(.{4})/, '$1:$2:$3')}`
    return accept(world(), { range }, { range })
  }
  assert.deepEqual([prefixes(33), prefixes(34)], [null, 'entry-too-large'])
})
