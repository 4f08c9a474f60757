import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, Registration } from '@cadastre/records'
import { delegate } from '../src/delegate.ts'
import { assertStamped, DAY, instant, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'
const YEAR_ON = '2031-01-01T00:00:00Z'

function world(range = '203.0.113.0/24'): World {
  const made = new World({ 'delegate/1': { maxTermSeconds: 5 * 365 * DAY, guardSeconds: 0 } })
  for (const handle of ['H-1', 'H-2', 'H-3']) made.holder(handle)
  made.register('R-1', range)
  return made
}

const GRANT: JsonObject = {
  step: 'grant',
  parent: 'H-1',
  registration: { key: CELL, id: 'R-1' },
  range: '203.0.113.0/25',
  child: 'H-2',
  kind: 'lease',
  status: 'assigned',
  until: YEAR_ON,
  protected: false,
  country: null,
}
const SUB: JsonObject = { ...GRANT, kind: 'sub', until: null }
const PROTECTED: JsonObject = { ...GRANT, protected: true }

type Options = { readonly by?: readonly string[]; readonly names?: Registration | null }

function grant(here: World, body: JsonObject, { by = ['H-1/full'], names }: Options = {}): string | null {
  const { key, id } = body['registration'] as { key: string; id: string }
  const chain = key.startsWith('obj/') ? [] : here.state.chain(key as never).cells
  const found = chain.flatMap(({ cell }) => cell.registrations).find((one) => one.id === id)
  const named = names === undefined ? found : names
  return here.ask(delegate, { body, by, replaces: named == null ? [] : [here.names(named)] })
}

function end(here: World, key: string, id: string, by: string, signer = `${by}/full`): string | null {
  const body = { step: 'end', registration: { key, id }, by }
  const chain = here.state.chain(key as never).cells
  const found = chain.flatMap(({ cell }) => cell.registrations).find((one) => one.id === id)
  return here.ask(delegate, {
    body,
    by: signer === '' ? [] : [signer],
    replaces: found === undefined ? [] : [here.names(found)],
  })
}

test('a lease is recorded at its own block, with its term', () => {
  const here = world()
  assert.equal(grant(here, GRANT), null)
  assert.deepEqual(here.cell('ip4/203.0.113.0/25').registrations, [
    {
      id: 'R-100',
      kind: 'lease',
      first: '203.0.113.0',
      last: '203.0.113.127',
      holder: 'H-2',
      status: 'assigned',
      country: null,
      registered: '2030-01-01',
      until: YEAR_ON,
      protected: false,
      provenance: null,
      procedure: 'delegate/1',
      since: 100,
    },
  ])
  assertStamped(here)
})

test('a child of the parent’s own block is appended innermost; services of the parent stay where they are', () => {
  const here = world()
  here.put(CELL as never, { ...here.cell(CELL), routes: [{ under: 'R-1', since: 1, origin: 64500 }] })
  assert.equal(grant(here, { ...SUB, range: '203.0.113.0/24', child: null }), null)
  assert.deepEqual(here.ids(CELL), ['R-1', 'R-100'])
  assert.equal(here.cell(CELL).routes.length, 1)
})

test('a range that is no prefix states the same child at each of its minimal blocks', () => {
  const here = world()
  assert.equal(grant(here, { ...SUB, range: '203.0.113.64 - 203.0.113.159' }), null)
  for (const key of ['ip4/203.0.113.64/26', 'ip4/203.0.113.128/27']) {
    assert.deepEqual(here.ids(key), ['R-100'])
    assert.equal(here.cell(key).registrations[0]?.first, '203.0.113.64')
  }
  assert.equal(end(here, 'ip4/203.0.113.128/27', 'R-100', 'H-1'), null)
  assert.deepEqual(here.ids('ip4/203.0.113.64/26'), [])
  assert.deepEqual(here.ids('ip4/203.0.113.128/27'), [])
})

test('a lessee may sub-delegate what it leases', () => {
  const here = world()
  assert.equal(grant(here, GRANT), null)
  const nested = {
    ...SUB,
    parent: 'H-2',
    registration: { key: 'ip4/203.0.113.0/25', id: 'R-100' },
    range: '203.0.113.0/26',
    child: 'H-3',
  }
  assert.equal(grant(here, nested), 'consent-missing')
  assert.equal(grant(here, nested, { by: ['H-2/full'] }), null)
  assert.equal(here.innermost('ip4/203.0.113.1/32')?.holder, 'H-3')
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  const here = world()
  assert.equal(grant(here, { ...GRANT, kind: 'holding' }), 'body-malformed')
  assert.equal(
    grant(here, { ...GRANT, registration: { key: 'obj/holder/H-1', id: 'R-1' } }),
    'body-malformed',
  )
  assert.equal(grant(here, { ...GRANT, registration: { key: CELL, id: '#0' } }), 'body-malformed')
  assert.equal(grant(new World(), GRANT), 'procedure-unknown')
  assert.equal(here.ask(delegate, { body: GRANT, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(delegate, { body: GRANT, expires: '2029-12-31T23:59:59Z' }), 'request-expired')
  here.put('obj/registry/REGISTRY' as never, { v: 1, origin: 'registry.example', state: 'founding' })
  assert.equal(here.ask(delegate, { body: GRANT }), 'still-founding')
  here.pause()
  assert.equal(here.ask(delegate, { body: GRANT }), 'paused')
})

test('holder-unknown, registration-unknown, not-holder, consent-missing, member-changed', () => {
  const here = world()
  here.register('R-2', '198.51.100.0/24', { kind: 'pool', holder: null })
  const stale = here.innermost(CELL)
  assert.ok(stale)
  assert.equal(grant(here, { ...GRANT, parent: 'H-9' }), 'holder-unknown')
  assert.equal(grant(here, { ...GRANT, child: 'H-9' }), 'holder-unknown')
  assert.equal(grant(here, { ...GRANT, registration: { key: CELL, id: 'R-9' } }), 'registration-unknown')
  assert.equal(grant(here, { ...GRANT, parent: 'H-2' }), 'not-holder')
  const pool = { ...GRANT, registration: { key: 'ip4/198.51.100.0/24', id: 'R-2' }, range: '198.51.100.0/25' }
  assert.equal(grant(here, pool), 'not-holder')
  assert.equal(grant(here, GRANT, { by: ['H-1/routing'] }), 'consent-missing')
  assert.equal(grant(here, GRANT, { names: null }), 'member-changed')
  assert.equal(grant(here, GRANT, { names: { ...stale, status: 'assigned' } }), 'member-changed')
})

test('child-consent-missing: a protected child signs too; an unprotected one is its parent’s note', () => {
  const here = world()
  assert.equal(grant(here, PROTECTED), 'child-consent-missing')
  assert.equal(grant(here, { ...PROTECTED, child: null }), 'child-consent-missing')
  assert.equal(grant(here, PROTECTED, { by: ['H-1/full', 'H-2/routing'] }), 'child-consent-missing')
  assert.equal(grant(here, PROTECTED, { by: ['H-1/full', 'H-2/full'] }), null)
})

test('range-outside, range-not-a-block, act-pending', () => {
  const here = world('10.0.0.0/8')
  const wish = { ...SUB, registration: { key: 'ip4/10.0.0.0/8', id: 'R-1' }, range: '10.1.0.0/16' }
  assert.equal(grant(here, { ...wish, range: '10.0.0.0 - 11.0.0.0' }), 'range-outside')
  assert.equal(grant(here, { ...wish, range: '2001:db8::/32' }), 'range-outside')
  assert.equal(grant(here, { ...wish, range: 'AS64500' }), 'range-outside')
  const six = world('2001:db8::/32')
  const odd = {
    ...SUB,
    registration: { key: 'ip6/2001:db8::/32', id: 'R-1' },
    range: '2001:db8::1 - 2001:db8:ffff:ffff:ffff:ffff:ffff:fffe',
  }
  const registration = six.innermost('ip6/2001:db8::/32')
  assert.ok(registration)
  const replaces = [six.names(registration, 'ip6')]
  assert.equal(six.ask(delegate, { body: odd, by: ['H-1/full'], replaces }), 'range-not-a-block')
  here.put('obj/notes/R-1' as never, {
    v: 1,
    registration: 'R-1',
    pending: 'A-5',
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders: [],
    since: 5,
  })
  assert.equal(grant(here, wish), 'act-pending')
})

test('overlaps-sibling: equal to, inside, around or across another child', () => {
  const here = world()
  assert.equal(grant(here, { ...SUB, range: '203.0.113.64 - 203.0.113.159' }), null)
  for (const range of [
    '203.0.113.64 - 203.0.113.159',
    '203.0.113.70/32',
    '203.0.113.0/24',
    '203.0.113.128/25',
    '203.0.113.0/25',
    '203.0.113.159 - 203.0.113.160',
  ])
    assert.equal(grant(here, { ...SUB, range }), 'overlaps-sibling', range)
  assert.equal(grant(here, { ...SUB, range: '203.0.113.160 - 203.0.113.255' }), null)
})

/** Cells with services alone, one for each of the first addresses from `first` on. */
function services(here: World, base: string, count: number): void {
  for (let index = 0; index < count; index++) {
    const key = `ip4/${base}.${index >> 8}.${index & 255}/32`
    const routes = [{ under: 'R-1', since: 1, origin: 64500 }]
    here.put(key as never, { v: 1, registrations: [], rdns: null, routes, roas: [] })
  }
}

test('range-too-busy: more inside than one act can look at; what can be looked at in halves is no obstacle', () => {
  const here = world('10.0.0.0/8')
  const wish = { ...SUB, registration: { key: 'ip4/10.0.0.0/8', id: 'R-1' }, range: '10.0.0.0/9' }
  services(here, '10.0', 600)
  assert.equal(grant(here, wish), null)
  assert.equal(end(here, 'ip4/10.0.0.0/9', 'R-100', 'H-1'), null)
  for (const base of ['10.1', '10.64', '10.127']) services(here, base, 260)
  assert.equal(grant(here, wish), 'range-too-busy')
  assert.equal(grant(here, { ...wish, range: '10.128.0.0/9' }), null)
  here.register('R-7', '10.0.0.0/9', { kind: 'sub' })
  assert.equal(end(here, 'ip4/10.0.0.0/9', 'R-7', 'H-1'), 'range-too-busy')
})

test('term-missing, term-past, term-too-long', () => {
  const here = world()
  assert.equal(grant(here, { ...GRANT, until: null }), 'term-missing')
  const both = { by: ['H-1/full', 'H-2/full'] }
  assert.equal(grant(here, { ...PROTECTED, kind: 'sub', until: null }, both), 'term-missing')
  assert.equal(grant(here, { ...GRANT, until: here.at }), 'term-past')
  assert.equal(grant(here, { ...GRANT, until: '2034-12-31T00:00:01Z' }), 'term-too-long')
  assert.equal(grant(here, { ...GRANT, until: '2034-12-31T00:00:00Z' }), null)
})

test('term-too-long: a child does not outlive its parent’s term', () => {
  const here = world()
  const both = { by: ['H-1/full', 'H-2/full'] }
  assert.equal(grant(here, PROTECTED, both), null)
  const nested = {
    ...PROTECTED,
    parent: 'H-2',
    registration: { key: 'ip4/203.0.113.0/25', id: 'R-100' },
    range: '203.0.113.0/26',
    child: 'H-3',
  }
  const signed = { by: ['H-2/full', 'H-3/full'] }
  assert.equal(grant(here, { ...nested, until: '2031-01-01T00:00:01Z' }, signed), 'term-too-long')
  assert.equal(grant(here, nested, signed), null)
})

test('parent-unprotected: who may be ended at any time cannot bind those above it', () => {
  const here = world()
  assert.equal(grant(here, GRANT), null)
  const nested = {
    ...PROTECTED,
    parent: 'H-2',
    registration: { key: 'ip4/203.0.113.0/25', id: 'R-100' },
    range: '203.0.113.0/26',
    child: 'H-3',
  }
  assert.equal(grant(here, nested, { by: ['H-2/full', 'H-3/full'] }), 'parent-unprotected')
})

test('cell-full: 8 registrations at one prefix', () => {
  const here = world()
  for (let index = 0; index < 7; index++) {
    const id = here.innermost(CELL)?.id ?? ''
    const wish = { ...SUB, registration: { key: CELL, id }, range: '203.0.113.0/24', child: 'H-1' }
    assert.equal(grant(here, wish), null)
  }
  const id = here.innermost(CELL)?.id ?? ''
  const wish = { ...SUB, registration: { key: CELL, id }, range: '203.0.113.0/24', child: 'H-1' }
  assert.equal(grant(here, wish), 'cell-full')
  assert.equal(here.ids(CELL).length, 8)
})

test('an unprotected child ends by its parent’s signature or its own, and takes nested ones with it', () => {
  for (const by of ['H-1', 'H-2']) {
    const here = world()
    assert.equal(grant(here, GRANT), null)
    const at = 'ip4/203.0.113.0/25'
    here.register('R-50', '203.0.113.0/26', { kind: 'sub', holder: 'H-3' })
    here.register('R-51', '203.0.113.0/25', { kind: 'sub', holder: 'H-3' })
    assert.equal(end(here, at, 'R-100', by), null)
    assert.equal(here.innermost('ip4/203.0.113.1/32')?.id, 'R-1')
    assert.equal(here.state.get(at as never), null)
  }
})

test('services of a child that ended go with the cells that are written, and others stay', () => {
  const here = world()
  assert.equal(grant(here, { ...GRANT, range: '203.0.113.0/24' }), null)
  const cell = here.cell(CELL)
  const roas = ['R-1', 'R-100'].map((under) => ({ under, since: 1, asn: 64500, maxLength: 24 }))
  here.put(CELL as never, { ...cell, roas })
  assert.equal(end(here, CELL, 'R-100', 'H-1'), null)
  assert.deepEqual(
    here.cell(CELL).roas.map(({ under }) => under),
    ['R-1'],
  )
})

test('end: inside a child without a holder of its own it is the next holder outwards who ends', () => {
  const here = world()
  here.register('R-5', '203.0.113.0/25', { kind: 'sub', holder: null })
  here.register('R-6', '203.0.113.0/26', { kind: 'lease', holder: 'H-2', until: instant(YEAR_ON) })
  assert.equal(end(here, 'ip4/203.0.113.0/26', 'R-6', 'H-3'), 'not-holder')
  assert.equal(end(here, 'ip4/203.0.113.0/26', 'R-6', 'H-1'), null)
  const inner = world()
  inner.register('R-5', '203.0.113.0/25', { kind: 'sub', holder: 'H-3' })
  inner.register('R-6', '203.0.113.0/26', { kind: 'lease', holder: 'H-2', until: instant(YEAR_ON) })
  assert.equal(end(inner, 'ip4/203.0.113.0/26', 'R-6', 'H-1'), 'not-holder')
  assert.equal(end(inner, 'ip4/203.0.113.0/26', 'R-6', 'H-3'), null)
})

test('at its term: of several children of one cell the first to end goes first, and protected ones inside stay', () => {
  const here = world()
  const at = 'ip4/203.0.113.0/25'
  const early = instant('2030-06-01T00:00:00Z')
  for (const [id, until] of [
    ['R-5', YEAR_ON],
    ['R-6', early],
  ] as const)
    here.register(id, '203.0.113.0/25', { kind: 'lease', holder: 'H-2', until: instant(until) })
  here.register('R-8', '203.0.113.0/26', {
    kind: 'lease',
    holder: 'H-3',
    protected: true,
    until: instant(YEAR_ON),
  })
  here.register('R-9', '203.0.113.64/26', { kind: 'lease', holder: 'H-3', until: instant(YEAR_ON) })
  here.at = early
  assert.equal(here.due(delegate, at), null)
  assert.equal(here.due(delegate, at), 'not-due')
  assert.deepEqual(here.ids(at), ['R-5'])
  assert.deepEqual(here.ids('ip4/203.0.113.0/26'), ['R-8'])
  assert.equal(here.due(delegate, 'ip4/203.0.113.0/27'), 'not-due')
  here.at = instant(YEAR_ON)
  assert.equal(here.due(delegate, at), null)
  assert.deepEqual(here.ids(at), [])
})

test('end: holder-unknown, registration-unknown, not-a-child, not-holder, consent-missing, member-changed', () => {
  const here = world()
  const at = 'ip4/203.0.113.0/25'
  assert.equal(grant(here, GRANT), null)
  assert.equal(end(here, at, 'R-100', 'H-9'), 'holder-unknown')
  assert.equal(end(here, at, 'R-7', 'H-1'), 'registration-unknown')
  assert.equal(end(here, at, 'R-1', 'H-1'), 'not-a-child')
  assert.equal(end(here, at, 'R-100', 'H-3'), 'not-holder')
  assert.equal(end(here, at, 'R-100', 'H-2', ''), 'consent-missing')
  const body = { step: 'end', registration: { key: at, id: 'R-100' }, by: 'H-2' }
  assert.equal(here.ask(delegate, { body, by: ['H-2/full'] }), 'member-changed')
})

test('protected-child: before its term a protected child ends by its own signature alone', () => {
  const here = world()
  const at = 'ip4/203.0.113.0/25'
  assert.equal(grant(here, PROTECTED, { by: ['H-1/full', 'H-2/full'] }), null)
  assert.equal(end(here, at, 'R-100', 'H-1'), 'protected-child')
  here.register('R-50', '203.0.113.0/26', {
    kind: 'lease',
    holder: 'H-3',
    protected: true,
    until: instant(YEAR_ON),
  })
  assert.equal(end(here, at, 'R-100', 'H-2'), 'protected-child')
  assert.equal(end(here, 'ip4/203.0.113.0/26', 'R-50', 'H-3'), null)
  assert.equal(end(here, at, 'R-100', 'H-2'), null)
})

test('at its term a child falls due and ends, protected or not, with all that lies inside', () => {
  const here = world()
  const at = 'ip4/203.0.113.0/25'
  assert.equal(grant(here, PROTECTED, { by: ['H-1/full', 'H-2/full'] }), null)
  here.register('R-50', '203.0.113.0/26', { kind: 'sub', holder: 'H-3' })
  here.later(365 * DAY - 1)
  assert.equal(here.due(delegate, at), 'not-due')
  here.later(1)
  assert.equal(here.due(delegate, at), null)
  assert.equal(here.innermost('ip4/203.0.113.1/32')?.id, 'R-1')
  assert.equal(here.due(delegate, at), 'not-due')
  assert.equal(here.due(delegate, CELL), 'not-due')
})

test('a term that ended binds at once, even before its end is recorded', () => {
  const here = world()
  assert.equal(grant(here, PROTECTED, { by: ['H-1/full', 'H-2/full'] }), null)
  here.later(365 * DAY)
  const nested = {
    ...SUB,
    parent: 'H-2',
    registration: { key: 'ip4/203.0.113.0/25', id: 'R-100' },
    range: '203.0.113.0/26',
  }
  assert.equal(grant(here, nested, { by: ['H-2/full'] }), 'not-holder')
  assert.equal(end(here, 'ip4/203.0.113.0/25', 'R-100', 'H-1'), null)
})

test('a child inside whose term has ended, and the end is not recorded yet, does not stop its parent', () => {
  const here = world()
  here.register('R-5', '203.0.113.0/26', { kind: 'lease', holder: 'H-2', until: instant(YEAR_ON) })
  here.later(366 * DAY)
  const beside = { ...SUB, range: '203.0.113.128/25', registration: { key: 'ip4/203.0.113.0/26', id: 'R-1' } }
  assert.equal(grant(here, beside), null)
})

test('an end of term that is larger than an entry is done in several, and comes to its end', () => {
  const here = world('10.0.0.0/8')
  const until = instant('2030-06-01T00:00:00Z')
  here.register('R-2', '10.0.0.1 - 10.255.255.254', { kind: 'lease', holder: 'H-2', until })
  const ns = Array.from({ length: 13 }, (_, index) => `${'a'.repeat(60)}.${'b'.repeat(60)}.n${index}.example`)
  for (let index = 0; index < 60; index++) {
    const id = `R-${1000 + index}`
    const range = `10.${64 + (index >> 8)}.${index & 255}.0/24`
    here.register(id, range, { kind: 'sub', holder: 'H-3' })
    const key = `ip4/${range}`
    here.put(key as never, { ...here.cell(key), rdns: { under: 'R-1', since: 1, ns, ds: [] } })
  }
  here.later(200 * DAY)
  let acts = 0
  while (here.innermost('ip4/10.128.0.0/32')?.id === 'R-2' && acts < 100) {
    assert.equal(here.due(delegate, 'ip4/10.128.0.0/10'), null)
    here.assertFits()
    acts += 1
  }
  assert.ok(acts > 1 && acts < 100, `${acts} acts`)
  for (const { text } of here.state.records.values())
    assert.ok(!text.includes('"lease"') && !text.includes('"sub"'))
})

const LEASE = { kind: 'lease', holder: 'H-2', until: instant(YEAR_ON) } as const

test('at its term: a child of its parent’s own block ends there, and its parent stays', () => {
  const here = world()
  here.register('R-5', '203.0.113.0/24', LEASE)
  here.at = instant(YEAR_ON)
  assert.equal(here.due(delegate, CELL), null)
  assert.deepEqual(here.ids(CELL), ['R-1'])
})

test('at its term: it falls due at cells of its own, and nowhere inside them', () => {
  const here = world()
  here.register('R-5', '203.0.113.0/25', LEASE)
  here.at = instant(YEAR_ON)
  assert.equal(here.due(delegate, 'ip4/203.0.113.0/26'), 'not-due')
  assert.equal(here.due(delegate, 'ip4/203.0.113.0/25'), null)
})

test('at its term: an outer child ends though a protected one of the same cell lasts longer; of equal terms all end at once', () => {
  const early = instant('2030-06-01T00:00:00Z')
  for (const [until, left] of [
    [instant(YEAR_ON), ['R-1', 'R-6']],
    [early, ['R-1']],
  ] as const) {
    const here = world()
    here.register('R-5', '203.0.113.0/24', { ...LEASE, until: early })
    here.register('R-6', '203.0.113.0/24', { ...LEASE, holder: 'H-3', protected: true, until })
    here.at = early
    assert.equal(here.due(delegate, CELL), null)
    assert.deepEqual(here.ids(CELL), left)
  }
})

test('at its term: cells that an earlier act has done are not looked for again, whoever else stands in them', () => {
  const here = world('10.0.0.0/8')
  const range = '10.0.0.1 - 10.255.255.254'
  const until = instant('2030-06-01T00:00:00Z')
  here.register('R-2', range, { ...LEASE, until })
  here.register('R-3', range, { ...LEASE, holder: 'H-3', protected: true })
  const cells = [...here.state.records.keys()].filter((key) => key.startsWith('ip4/'))
  const own = cells.filter((key) => here.ids(key).includes('R-2'))
  assert.equal(own.length, 46)
  const ns = Array.from({ length: 13 }, (_, index) => `${'a'.repeat(60)}.${'b'.repeat(60)}.n${index}.example`)
  for (const key of own)
    here.put(key as never, { ...here.cell(key), rdns: { under: 'R-1', since: 1, ns, ds: [] } })
  here.at = until
  for (let left = own.length; left > 0; ) {
    const subject = own.findLast((key) => here.ids(key).includes('R-2')) ?? ''
    assert.equal(here.due(delegate, subject), null)
    here.assertFits()
    const now = own.filter((key) => here.ids(key).includes('R-2')).length
    assert.ok(now < left)
    left = now
  }
  for (const key of own) assert.deepEqual(here.ids(key), ['R-3'])
})

test('at its term: where more lies inside than can be seen, the child stays until what is seen of it has gone', () => {
  const here = world('10.0.0.0/8')
  const at = 'ip4/10.0.0.0/9'
  const until = instant('2030-06-01T00:00:00Z')
  here.register('R-2', '10.0.0.0/9', { ...LEASE, until })
  here.register('R-3', '10.0.0.0/24', { kind: 'sub', holder: 'H-3' })
  for (const base of ['10.1', '10.64', '10.127']) services(here, base, 260)
  here.at = until
  assert.equal(here.due(delegate, at), null)
  assert.deepEqual(here.ids('ip4/10.0.0.0/24'), [])
  assert.deepEqual(here.ids(at), ['R-2'])
  assert.equal(here.due(delegate, at), null)
  assert.deepEqual(here.ids(at), [])
})

test('overlaps-sibling: a child may take the whole of a parent that is no prefix', () => {
  const here = world('203.0.113.0 - 203.0.113.191')
  const registration = { key: 'ip4/203.0.113.0/25', id: 'R-1' }
  assert.equal(grant(here, { ...SUB, registration, range: '203.0.113.0 - 203.0.113.191' }), null)
  for (const key of ['ip4/203.0.113.0/25', 'ip4/203.0.113.128/26'])
    assert.deepEqual(here.ids(key), ['R-1', 'R-100'])
})

test('not-holder: nobody delegates from what is neither a holding nor a child, whoever may be named there', () => {
  for (const kind of ['pool', 'reserved', 'quarantined', 'moved-out'] as const) {
    const here = world()
    here.register('R-2', '198.51.100.0/24', { kind, holder: 'H-1' })
    const registration = { key: 'ip4/198.51.100.0/24', id: 'R-2' }
    assert.equal(grant(here, { ...SUB, registration, range: '198.51.100.0/25' }), 'not-holder', kind)
  }
})
