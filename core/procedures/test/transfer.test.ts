import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contains, overlaps, parseRange, type Range, range } from '@cadastre/numbers'
import type { Cell, JsonObject, RecordKey, Registration } from '@cadastre/records'
import { liveServices } from '@cadastre/records'
import fc from 'fast-check'
import { transfer } from '../src/transfer.ts'
import { assertStamped, blockOf, DAY, instant, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'
const COMMUNITY = { coolingSeconds: 0, maxCoolingSeconds: 30 * DAY, floorIp4: 32, floorIp6: 128 }
const NATIONAL = { coolingSeconds: 3 * DAY, maxCoolingSeconds: 30 * DAY, floorIp4: 24, floorIp6: 48 }

function world(range = '203.0.113.0/24', parameters: JsonObject = COMMUNITY): World {
  const made = new World({ 'transfer/1': parameters })
  for (const handle of ['H-1', 'H-2', 'H-3']) made.holder(handle)
  made.register('R-1', range)
  return made
}

type Wish = {
  readonly from?: string
  readonly to?: string
  readonly key?: string
  readonly id?: string
  readonly range?: string
  readonly services?: readonly JsonObject[]
  readonly by?: readonly string[]
  readonly names?: Registration | null
}

/** An offer of the whole registration at the key from H-1 to H-2, unless the wish says otherwise. */
function offer(here: World, wish: Wish = {}): string | null {
  const { from = 'H-1', to = 'H-2', key = CELL, id = 'R-1', services = [], by, names } = wish
  const met = here.state.chain(key as RecordKey).cells.flatMap(({ cell }) => cell.registrations)
  const found = met.find((one) => one.id === id)
  const whole = found === undefined ? '203.0.113.0/24' : `${found.first} - ${found.last}`
  const named = names === undefined ? found : names
  const space = blockOf(key).space
  return here.ask(transfer, {
    body: { step: 'offer', from, to, registration: { key, id }, range: wish.range ?? whole, services },
    by: by ?? [`${from}/full`, `${to}/full`],
    replaces: named == null ? [] : [here.names(named, space)],
  })
}

function withdraw(here: World, application: string, by: string, signer = `${by}/full`): string | null {
  return here.ask(transfer, { body: { step: 'withdraw', application, by }, by: [signer] })
}

const holderAt = (here: World, key: string): string | null => here.innermost(key)?.holder ?? null
const route = (under: string, origin = 64500): object => ({ under, since: 1, origin })
const roa = (under: string, maxLength: number, asn = 64500): object => ({ under, since: 1, asn, maxLength })
const rdns = (under: string): object => ({ under, since: 1, ns: ['ns1.example.net'], ds: [] })
function serve(
  here: World,
  key: string,
  services: Partial<Record<'rdns' | 'routes' | 'roas', unknown>>,
): void {
  here.put(key as RecordKey, { ...here.cell(key), ...services })
}
function live(here: World, key: string): Pick<Cell, 'rdns' | 'routes' | 'roas'> {
  const { cells } = here.state.chain(key as RecordKey)
  const exact = cells.at(-1)?.block.length === blockOf(key).length
  return exact ? liveServices(cells) : { rdns: null, routes: [], roas: [] }
}

test('a whole holding passes under a new id, with what is declared about it', () => {
  const here = world()
  const before = here.innermost(CELL)
  assert.equal(offer(here), null)
  assert.deepEqual(here.cell(CELL).registrations, [
    { ...before, id: 'R-100', holder: 'H-2', procedure: 'transfer/1', since: 100 },
  ])
  assertStamped(here)
})

/** Pieces that stay and what moved, as `id first last`, for a part of 203.0.113.0/24 or another holding. */
function pieces(here: World): readonly string[] {
  const found = new Set<string>()
  for (const [key, { value }] of here.state.records)
    if (!key.startsWith('obj/'))
      for (const { id, first, last } of (value as Cell).registrations) found.add(`${id} ${first} ${last}`)
  return [...found].sort()
}

test('head, tail and middle: what stays keeps its id, each piece with its own first and last', () => {
  const cases = [
    ['203.0.113.0/25', ['R-1 203.0.113.128 203.0.113.255', 'R-100 203.0.113.0 203.0.113.127']],
    ['203.0.113.192/26', ['R-1 203.0.113.0 203.0.113.191', 'R-100 203.0.113.192 203.0.113.255']],
    [
      '203.0.113.64 - 203.0.113.159',
      ['R-1 203.0.113.0 203.0.113.63', 'R-1 203.0.113.160 203.0.113.255', 'R-100 203.0.113.64 203.0.113.159'],
    ],
    [
      '203.0.113.7',
      ['R-1 203.0.113.0 203.0.113.6', 'R-1 203.0.113.8 203.0.113.255', 'R-100 203.0.113.7 203.0.113.7'],
    ],
  ] as const
  for (const [part, expected] of cases) {
    const here = world()
    assert.equal(offer(here, { range: part }), null, part)
    assert.deepEqual(pieces(here), expected)
    assertStamped(here)
  }
})

test('IPv6, a holding that is no prefix, and AS numbers are cut the same way', () => {
  const six = world('2001:db8::/32')
  assert.equal(offer(six, { key: 'ip6/2001:db8::/32', range: '2001:db8:8000::/33' }), null)
  assert.equal(holderAt(six, 'ip6/2001:db8:8000::/128'), 'H-2')
  assert.equal(holderAt(six, 'ip6/2001:db8:7fff:ffff:ffff:ffff:ffff:ffff/128'), 'H-1')
  const odd = world('203.0.113.64 - 203.0.113.159')
  assert.equal(offer(odd, { key: 'ip4/203.0.113.64/26', range: '203.0.113.100 - 203.0.113.130' }), null)
  for (const [last, holder] of [
    [64, 'H-1'],
    [99, 'H-1'],
    [100, 'H-2'],
    [130, 'H-2'],
    [131, 'H-1'],
    [159, 'H-1'],
    [160, null],
  ] as const)
    assert.equal(holderAt(odd, `ip4/203.0.113.${last}/32`), holder, String(last))
  const numbers = world('AS64496 - AS64511')
  assert.equal(offer(numbers, { key: 'asn/64496/28', range: 'AS64500 - AS64502' }), null)
  for (const [asn, holder] of [
    [64499, 'H-1'],
    [64500, 'H-2'],
    [64502, 'H-2'],
    [64503, 'H-1'],
  ] as const)
    assert.equal(holderAt(numbers, `asn/${asn}/32`), holder, String(asn))
})

test('every number is with the buyer or with the seller, and nobody else moves (I2), for any part', () => {
  const bound = fc.integer({ min: 0, max: 255 })
  fc.assert(
    fc.property(bound, bound, bound, bound, (a, b, c, d) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      const text = (first: number, last: number): string => `203.0.113.${first} - 203.0.113.${last}`
      const here = world(text(low, high))
      here.register('R-9', '198.51.100.0/24', { holder: 'H-3' })
      const [first, last] = [Math.min(c, d), Math.max(c, d)]
      const refusal = offer(here, { key: `ip4/203.0.113.${low}/32`, range: text(first, last) })
      const inside = low <= first && last <= high
      assert.equal(refusal, inside ? null : 'range-outside')
      for (let last8 = 0; last8 < 256; last8++) {
        const buyer = inside && first <= last8 && last8 <= last
        const expected = buyer ? 'H-2' : low <= last8 && last8 <= high ? 'H-1' : null
        assert.equal(holderAt(here, `ip4/203.0.113.${last8}/32`), expected)
      }
      assert.equal(holderAt(here, 'ip4/198.51.100.0/24'), 'H-3')
    }),
    { numRuns: 60 },
  )
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  const here = world()
  assert.equal(here.ask(transfer, { body: { step: 'seize' } }), 'body-malformed')
  assert.equal(offer(here, { range: '203.0.113.9 - 203.0.113.1' }), 'body-malformed')
  assert.equal(offer(here, { id: '#0' }), 'body-malformed')
  const bare = new World()
  bare.holder('H-1')
  assert.equal(offer(bare), 'procedure-unknown')
  const body = { step: 'withdraw', application: 'A-1', by: 'H-1' }
  assert.equal(here.ask(transfer, { body, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(transfer, { body, expires: '2029-12-31T23:59:59Z' }), 'request-expired')
  here.put('obj/registry/REGISTRY' as RecordKey, { v: 1, origin: 'registry.example', state: 'founding' })
  assert.equal(here.ask(transfer, { body }), 'still-founding')
  here.pause()
  assert.equal(here.ask(transfer, { body }), 'paused')
})

test('holder-unknown, consent-missing, same-holder: both parties sign, each with full keys', () => {
  const here = world()
  assert.equal(offer(here, { from: 'H-9' }), 'holder-unknown')
  assert.equal(offer(here, { to: 'H-9' }), 'holder-unknown')
  for (const by of [
    [],
    ['H-1/full'],
    ['H-2/full'],
    ['H-1/routing', 'H-2/full'],
    ['H-1/full', 'H-2/technical'],
    ['H-3/full'],
  ])
    assert.equal(offer(here, { by }), 'consent-missing', by.join())
  assert.equal(offer(here, { to: 'H-1' }), 'same-holder')
  assert.equal(holderAt(here, CELL), 'H-1')
})

test('registration-unknown, not-holder, not-a-holding, range-outside', () => {
  const here = world()
  here.register('R-2', '203.0.113.0/25', { kind: 'sub', holder: 'H-1' })
  here.register('R-3', '198.51.100.0/24', { kind: 'pool', holder: null })
  assert.equal(offer(here, { id: 'R-7' }), 'registration-unknown')
  assert.equal(offer(here, { from: 'H-3' }), 'not-holder')
  assert.equal(offer(here, { key: 'ip4/198.51.100.0/24', id: 'R-3', range: '198.51.100.0/24' }), 'not-holder')
  assert.equal(offer(here, { key: 'ip4/203.0.113.0/25', id: 'R-2' }), 'not-a-holding')
  assert.equal(offer(here, { range: '203.0.112.0/23' }), 'range-outside')
  assert.equal(offer(here, { range: 'AS64500' }), 'range-outside')
})

test('range-not-a-block: what moves and what stays must fit one entry', () => {
  const here = world('2001:db8::/32')
  const odd = '2001:db8::1 - 2001:db8:ffff:ffff:ffff:ffff:ffff:fffe'
  assert.equal(offer(here, { key: 'ip6/2001:db8::/32', range: odd }), 'range-not-a-block')
})

test('floor-not-met: no moved prefix is longer than the floor; AS numbers have none', () => {
  const here = world('203.0.112.0/23', { ...NATIONAL, coolingSeconds: 0 })
  const key = 'ip4/203.0.112.0/23'
  assert.equal(offer(here, { key, range: '203.0.113.0/25' }), 'floor-not-met')
  assert.equal(offer(here, { key, range: '203.0.112.0 - 203.0.113.127' }), 'floor-not-met')
  assert.equal(offer(here, { key, range: '203.0.113.0/24' }), null)
  const six = world('2001:db8::/32', { ...NATIONAL, coolingSeconds: 0 })
  assert.equal(offer(six, { key: 'ip6/2001:db8::/32', range: '2001:db8::/49' }), 'floor-not-met')
  assert.equal(offer(six, { key: 'ip6/2001:db8::/32', range: '2001:db8::/48' }), null)
  const numbers = world('AS64496 - AS64511', NATIONAL)
  assert.equal(offer(numbers, { key: 'asn/64496/28', range: 'AS64496' }), null)
})

test('locked, hold-after-allocation, act-pending end when they say, and not a second later', () => {
  const here = world()
  const seller = here.state.get('obj/holder/H-1' as RecordKey) as JsonObject
  here.put('obj/holder/H-1' as RecordKey, { ...seller, lockedUntil: '2030-01-02T00:00:00Z' })
  const notes = {
    v: 1,
    registration: 'R-1',
    pending: null,
    heldUntil: '2030-01-03T00:00:00Z',
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders: [],
    since: 5,
  }
  here.put('obj/notes/R-1' as RecordKey, notes)
  assert.equal(offer(here), 'locked')
  here.later(DAY - 1)
  assert.equal(offer(here), 'locked')
  here.later(1)
  assert.equal(offer(here), 'hold-after-allocation')
  here.put('obj/notes/R-1' as RecordKey, { ...notes, pending: 'A-5' })
  here.later(DAY)
  assert.equal(offer(here), 'act-pending')
  here.put('obj/notes/R-1' as RecordKey, notes)
  assert.equal(offer(here), null)
})

test('splits-child, splits-protected: strictly inside a block, across its edge, around it', () => {
  const cut = ['203.0.113.0/25', '203.0.113.128/25', '203.0.113.0 - 203.0.113.100', '203.0.113.100']
  for (const part of cut)
    for (const protectedChild of [false, true]) {
      const here = world()
      const until = protectedChild ? instant('2031-01-01T00:00:00Z') : null
      here.register('R-2', '203.0.113.96 - 203.0.113.159', {
        kind: 'sub',
        holder: 'H-3',
        protected: protectedChild,
        until,
      })
      assert.equal(offer(here, { range: part }), protectedChild ? 'splits-protected' : 'splits-child', part)
      assert.equal(offer(here, { range: '203.0.113.160 - 203.0.113.255' }), null)
    }
})

test('a protected child whose term is over is no longer protected from a cut', () => {
  const here = world()
  const over = { kind: 'lease', holder: 'H-3', protected: true, until: here.at } as const
  here.register('R-2', '203.0.113.96 - 203.0.113.159', over)
  assert.equal(offer(here, { range: '203.0.113.0/25' }), 'splits-child')
})

test('children carry over with their terms, and keep their services', () => {
  const here = world()
  const until = instant('2031-01-01T00:00:00Z')
  const lease = here.register('R-2', '203.0.113.0/26', {
    kind: 'lease',
    holder: 'H-3',
    protected: true,
    until,
  })
  serve(here, 'ip4/203.0.113.0/26', { routes: [route('R-2')], roas: [roa('R-2', 28)] })
  serve(here, 'ip4/203.0.113.16/28', { rdns: rdns('R-2') })
  assert.equal(offer(here, { range: '203.0.113.0/25' }), null)
  assert.deepEqual(here.innermost('ip4/203.0.113.1/32'), lease)
  assert.equal(live(here, 'ip4/203.0.113.0/26').routes.length, 1)
  assert.equal(live(here, 'ip4/203.0.113.0/26').roas.length, 1)
  assert.notEqual(live(here, 'ip4/203.0.113.16/28').rdns, null)
  assert.deepEqual(here.ids('ip4/203.0.113.0/25'), ['R-100'])
})

test('a child of the whole holding stays innermost of the buyer’s', () => {
  const here = world()
  here.register('R-2', '203.0.113.0/24', { kind: 'sub', holder: 'H-3' })
  assert.equal(offer(here), null)
  assert.deepEqual(here.ids(CELL), ['R-100', 'R-2'])
})

test('the seller’s services inside end; those of what it keeps are re-cut', () => {
  const here = world('10.0.0.0/8')
  const key = 'ip4/10.0.0.0/8'
  serve(here, key, { rdns: rdns('R-1'), routes: [route('R-1')], roas: [roa('R-1', 9)] })
  serve(here, 'ip4/10.0.1.0/24', { routes: [route('R-1', 64501)] })
  serve(here, 'ip4/10.200.0.0/16', { routes: [route('R-1', 64502)] })
  assert.equal(offer(here, { key, range: '10.0.0.0/9' }), null)
  assert.deepEqual(live(here, 'ip4/10.0.0.0/9'), { rdns: null, routes: [], roas: [] })
  assert.deepEqual(live(here, 'ip4/10.0.1.0/24').routes, [])
  assert.equal(live(here, 'ip4/10.200.0.0/16').routes.length, 1)
  const kept = live(here, 'ip4/10.128.0.0/9')
  assert.equal(kept.rdns?.ns[0], 'ns1.example.net')
  assert.deepEqual(
    kept.roas.map(({ asn, maxLength }) => [asn, maxLength]),
    [[64500, 9]],
  )
  assert.deepEqual(kept.routes, [])
  assertStamped(here)
})

const staged = (at: string, service: JsonObject): JsonObject => ({ at, service })
const ROUTE = { kind: 'route', origin: 64505 }

test('the buyer’s staged services start with the transfer', () => {
  const here = world()
  serve(here, CELL, { routes: [route('R-1')] })
  const services = [
    staged('ip4/203.0.113.0/24', ROUTE),
    staged('ip4/203.0.113.0/24', { kind: 'roa', asn: 64505, maxLength: 25 }),
    staged('ip4/203.0.113.0/24', { kind: 'rdns', ns: ['ns.buyer.example'], ds: [] }),
    staged('ip4/203.0.113.128/25', ROUTE),
  ]
  assert.equal(offer(here, { services }), null)
  const at = live(here, CELL)
  assert.deepEqual(at.routes, [{ under: 'R-100', since: 100, origin: 64505 }])
  assert.deepEqual(at.roas, [{ under: 'R-100', since: 100, asn: 64505, maxLength: 25 }])
  assert.deepEqual(at.rdns, { under: 'R-100', since: 100, ns: ['ns.buyer.example'], ds: [] })
  assert.equal(live(here, 'ip4/203.0.113.128/25').routes.length, 1)
})

test('staged services: range-outside first, overlaps-sibling, nothing-changed, not-for-numbers, not-on-boundary, max-length-invalid', () => {
  const here = world()
  const [stale] = [here.innermost(CELL)]
  assert.ok(stale)
  const refused = (at: string, service: JsonObject, more: Wish = {}): string | null =>
    offer(here, { services: [staged(at, service)], ...more })
  assert.equal(refused('ip4/198.51.100.0/24', ROUTE), 'range-outside')
  assert.equal(
    refused('ip4/203.0.113.128/25', ROUTE, { range: '203.0.113.0/25', names: null }),
    'range-outside',
  )
  assert.equal(refused(CELL, { kind: 'roa', asn: 64505, maxLength: 23 }), 'max-length-invalid')
  assert.equal(
    refused('ip4/203.0.113.0/24', { kind: 'roa', asn: 64505, maxLength: 33 }),
    'max-length-invalid',
  )
  assert.equal(offer(here, { services: [staged(CELL, ROUTE), staged(CELL, ROUTE)] }), 'nothing-changed')
  const wide = world('10.0.0.0/8')
  const rdnsOff = [staged('ip4/10.0.0.0/9', { kind: 'rdns', ns: ['ns.example.net'], ds: [] })]
  assert.equal(offer(wide, { key: 'ip4/10.0.0.0/8', services: rdnsOff }), 'not-on-boundary')
  const numbers = world('AS64496 - AS64511')
  const onNumbers = [staged('asn/64496/32', ROUTE)]
  assert.equal(offer(numbers, { key: 'asn/64496/28', services: onNumbers }), 'not-for-numbers')
  here.register('R-2', '203.0.113.0/25', { kind: 'sub', holder: 'H-3' })
  assert.equal(refused('ip4/203.0.113.0/25', ROUTE), 'overlaps-sibling')
  assert.equal(refused('ip4/203.0.113.64/26', ROUTE), 'overlaps-sibling')
  assert.equal(refused('ip4/203.0.113.128/25', ROUTE), null)
})

test('a buyer cannot take a protected child’s services away by staging its own over them (I1)', () => {
  const here = world()
  const until = instant('2031-01-01T00:00:00Z')
  here.register('R-2', '203.0.113.0/25', { kind: 'lease', holder: 'H-3', protected: true, until })
  serve(here, 'ip4/203.0.113.64/26', { rdns: rdns('R-2'), routes: [route('R-2')] })
  assert.equal(offer(here, { services: [staged('ip4/203.0.113.64/26', ROUTE)] }), 'overlaps-sibling')
  assert.equal(live(here, 'ip4/203.0.113.64/26').routes.length, 1)
})

test('member-changed: the offer names the registration as it stands', () => {
  const here = world()
  const stands = here.innermost(CELL)
  assert.ok(stands)
  assert.equal(offer(here, { names: null }), 'member-changed')
  assert.equal(offer(here, { names: { ...stands, country: 'XX' } }), 'member-changed')
  assert.equal(offer(here, { names: { ...stands, holder: 'H-2' } }), 'member-changed')
  assert.equal(offer(here), null)
})

test('range-too-busy: a part needs to see every child; the whole can move', () => {
  const here = world('10.0.0.0/8')
  const key = 'ip4/10.0.0.0/8'
  for (const block of ['10.1', '10.2', '10.3', '10.4', '10.5', '10.6'])
    for (let index = 0; index < 300; index++)
      serve(here, `ip4/${block}.${index >> 8}.${index & 255}/32`, { routes: [route('R-1')] })
  assert.equal(offer(here, { key, range: '10.0.0.0/9' }), 'range-too-busy')
  assert.equal(offer(here, { key }), null)
})

test('cell-full: at a staged route over the cap, and where a cell holds eight registrations', () => {
  const here = world()
  const services = Array.from({ length: 16 }, (_, n) => staged(CELL, { kind: 'route', origin: 64500 + n }))
  const seventeenth = [...services, staged(CELL, { kind: 'route', origin: 64600 })]
  assert.equal(offer(here, { services: seventeenth }), 'body-malformed')
  const cut = world('203.0.113.0/24')
  serve(cut, CELL, { roas: Array.from({ length: 16 }, (_, n) => roa('R-1', 24, 64500 + n)) })
  serve(cut, 'ip4/203.0.113.0/25', { roas: [roa('R-1', 25, 64600)] })
  assert.equal(offer(cut, { range: '203.0.113.128/25' }), 'cell-full')
  const deep = world()
  for (let n = 2; n <= 9; n++) deep.register(`R-${n}`, '203.0.113.0/25', { kind: 'sub', holder: null })
  assert.equal(offer(deep, { range: '203.0.113.0/25' }), 'cell-full')
})

test('entry-too-large is refused when it is offered, not at the effect', () => {
  const here = world('203.0.113.0/24', { ...COMMUNITY, coolingSeconds: DAY })
  const roas = Array.from({ length: 16 }, (_, n) => roa('R-1', 32, 4_200_000_000 + n))
  const ns = Array.from({ length: 13 }, (_, n) => `${'a'.repeat(60)}.${'b'.repeat(60)}.ns${n}.example`)
  serve(here, CELL, { roas, rdns: { under: 'R-1', since: 1, ns, ds: [] } })
  assert.equal(offer(here, { range: '203.0.113.77' }), 'entry-too-large')
  assert.equal(offer(here), null)
})

test('cooling: an application and a note; nothing else changes until it is due (not-due)', () => {
  const here = world('203.0.113.0/24', NATIONAL)
  const before = here.cell(CELL)
  assert.equal(offer(here), null)
  assert.deepEqual(here.cell(CELL), before)
  assert.deepEqual(here.object('notes', 'R-1'), {
    v: 1,
    registration: 'R-1',
    pending: 'A-100',
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders: [],
    since: 100,
  })
  const application = here.object('application', 'A-100')
  assert.equal(application?.['state'], 'cooling')
  assert.equal(application?.['due'], '2030-01-04T00:00:00Z')
  assert.deepEqual(application?.['consents'], ['H-1', 'H-2'])
  here.later(3 * DAY - 1)
  assert.equal(here.due(transfer, 'obj/application/A-100'), 'not-due')
  here.later(1)
  assert.equal(here.due(transfer, 'obj/application/A-100'), null)
  assert.equal(holderAt(here, CELL), 'H-2')
  assert.equal(here.object('application', 'A-100')?.['state'], 'effected')
  assert.equal(here.object('notes', 'R-1'), null)
  assert.equal(here.due(transfer, 'obj/application/A-100'), 'not-due')
  assert.equal(here.due(transfer, 'obj/application/A-7'), 'not-due')
  assertStamped(here)
})

test('terms adopted later shorten no cooling of what was recorded before them, and longer ones hold', () => {
  for (const [since, adopted, due] of [
    [49, 0, '2030-01-04T00:00:00Z'],
    [49, 9 * DAY, '2030-01-10T00:00:00Z'],
    [51, DAY, '2030-01-02T00:00:00Z'],
  ] as const) {
    const here = world('203.0.113.0/24', NATIONAL)
    here.put(CELL as RecordKey, null)
    here.register('R-1', '203.0.113.0/24', { since })
    here.revise('transfer/1', { coolingSeconds: adopted })
    assert.equal(offer(here), null)
    assert.equal(here.object('application', 'A-100')?.['due'], due)
  }
})

test('a window that had ended before a pause began is not moved by it, however late its act is written', () => {
  const here = world('203.0.113.0/24', NATIONAL)
  assert.equal(offer(here), null)
  here.later(9 * DAY)
  here.pause()
  assert.equal(here.due(transfer, 'obj/application/A-100'), null)
  assert.equal(holderAt(here, CELL), 'H-2')
  const after = world('203.0.113.0/24', NATIONAL)
  assert.equal(offer(after), null)
  after.later(9 * DAY)
  after.pause()
  after.later(2 * DAY)
  assert.equal(after.due(transfer, 'obj/application/A-100'), null)
  assert.equal(holderAt(after, CELL), 'H-2')
  // One that ends during the pause waits for its end, and lasts as much longer.
  const during = world('203.0.113.0/24', NATIONAL)
  assert.equal(offer(during), null)
  during.later(3 * DAY - 3600)
  during.pause()
  during.later(3600)
  assert.equal(during.due(transfer, 'obj/application/A-100'), null)
  assert.equal(holderAt(during, CELL), 'H-1')
})

test('the seller’s preset of 0 or 30 days prevails over the profile’s cooling', () => {
  for (const [preset, profile, due] of [
    [0, NATIONAL, null],
    [30 * DAY, COMMUNITY, '2030-01-31T00:00:00Z'],
    [null, COMMUNITY, null],
  ] as const) {
    const here = world('203.0.113.0/24', profile)
    const seller = here.state.get('obj/holder/H-1' as RecordKey) as JsonObject
    here.put('obj/holder/H-1' as RecordKey, { ...seller, coolingSeconds: preset })
    assert.equal(offer(here), null)
    assert.equal(here.object('application', 'A-100')?.['due'] ?? null, due)
    assert.equal(holderAt(here, CELL), due === null ? 'H-2' : 'H-1')
  }
})

test('either party withdraws until the effect; nobody else, and nobody after its time (not-party, application-closed)', () => {
  for (const by of ['H-1', 'H-2']) {
    const here = world('203.0.113.0/24', NATIONAL)
    assert.equal(offer(here), null)
    assert.equal(offer(here), 'act-pending')
    assert.equal(withdraw(here, 'A-7', by), 'application-unknown')
    assert.equal(withdraw(here, 'A-100', 'H-3'), 'not-party')
    assert.equal(withdraw(here, 'A-100', by, `${by}/routing`), 'consent-missing')
    assert.equal(withdraw(here, 'A-100', by), null)
    assert.equal(here.object('notes', 'R-1'), null)
    assert.equal(withdraw(here, 'A-100', by), 'application-closed')
    here.later(3 * DAY)
    assert.equal(here.due(transfer, 'obj/application/A-100'), 'not-due')
    assert.equal(holderAt(here, CELL), 'H-1')
    assert.equal(offer(here), null)
  }
  const late = world('203.0.113.0/24', NATIONAL)
  assert.equal(offer(late), null)
  late.later(3 * DAY)
  assert.equal(withdraw(late, 'A-100', 'H-1'), 'application-closed')
  assert.equal(late.due(transfer, 'obj/application/A-100'), null)
})

test('withdraw names an application of transfer: application-unknown; holder-unknown for a party that is gone', () => {
  const here = world('203.0.113.0/24', NATIONAL)
  assert.equal(offer(here), null)
  const application = here.object('application', 'A-100') ?? {}
  here.put('obj/application/A-5' as RecordKey, { ...application, handle: 'A-5', procedure: 'return/1' })
  assert.equal(withdraw(here, 'A-5', 'H-1'), 'application-unknown')
  here.put('obj/holder/H-1' as RecordKey, null)
  assert.equal(withdraw(here, 'A-100', 'H-1'), 'holder-unknown')
})

test('the preconditions are looked at again at effect: the application fails and says why, nothing moves', () => {
  const spoil: readonly (readonly [string, (here: World) => void])[] = [
    [
      'locked',
      (here) => {
        const seller = here.state.get('obj/holder/H-1' as RecordKey) as JsonObject
        here.put('obj/holder/H-1' as RecordKey, { ...seller, lockedUntil: '2031-01-01T00:00:00Z' })
      },
    ],
    ['holder-unknown', (here) => here.put('obj/holder/H-2' as RecordKey, null)],
    ['registration-unknown', (here) => here.put(CELL as RecordKey, null)],
    [
      'not-holder',
      (here) => {
        const cell = here.cell(CELL)
        here.put(CELL as RecordKey, {
          ...cell,
          registrations: cell.registrations.map((one) => ({ ...one, holder: 'H-3' })),
        })
      },
    ],
    [
      'hold-after-allocation',
      (here) => {
        const notes = here.object('notes', 'R-1') ?? {}
        here.put('obj/notes/R-1' as RecordKey, { ...notes, heldUntil: '2031-01-01T00:00:00Z' })
      },
    ],
    [
      'act-pending',
      (here) => {
        const notes = here.object('notes', 'R-1') ?? {}
        here.put('obj/notes/R-1' as RecordKey, { ...notes, pending: 'A-9' })
      },
    ],
    ['splits-child', (here) => void here.register('R-2', '203.0.113.96 - 203.0.113.159', { kind: 'sub' })],
    [
      'consent-missing',
      (here) => {
        const application = here.object('application', 'A-100') ?? {}
        here.put('obj/application/A-100' as RecordKey, { ...application, consents: ['H-2'] })
      },
    ],
  ]
  for (const [reason, change] of spoil) {
    const here = world('203.0.113.0/24', { ...COMMUNITY, coolingSeconds: DAY })
    assert.equal(offer(here, { range: '203.0.113.0/25' }), null)
    change(here)
    const before = here.cell(CELL)
    here.later(DAY)
    assert.equal(here.due(transfer, 'obj/application/A-100'), null, reason)
    const application = here.object('application', 'A-100')
    assert.deepEqual([application?.['state'], application?.['reason']], ['failed', reason])
    assert.deepEqual(here.cell(CELL), before)
    const pending = here.object('notes', 'R-1')?.['pending'] ?? null
    assert.equal(pending, reason === 'act-pending' ? 'A-9' : null)
  }
})

test('need, price, region, country, name and age of the data are no input', () => {
  const here = world()
  assert.equal(offer(here), null)
  const keys = (here.last?.inputs ?? []).map(({ key }) => key.replace(/^(ip4|ip6|asn)\/.*$/, '$1'))
  const kinds = new Set(keys.map((key) => key.split('/').slice(0, 2).join('/')))
  assert.deepEqual([...kinds].sort(), ['ip4', 'obj/holder', 'obj/notes', 'obj/procedure', 'obj/registry'])
})

/** Children before and after any transfer, for a random pair: each is either whole or stays where it was. */
test('no child is ever cut, for any child and any part (I1)', () => {
  const bound = fc.integer({ min: 0, max: 255 })
  const of = (first: number, last: number): Range => {
    const made = range('ip4', 0xcb007100n + BigInt(first), 0xcb007100n + BigInt(last))
    assert.ok(made.ok)
    return made.value
  }
  fc.assert(
    fc.property(bound, bound, bound, bound, (a, b, c, d) => {
      const child = of(Math.min(a, b), Math.max(a, b))
      const taken = of(Math.min(c, d), Math.max(c, d))
      const text = (one: Range): string => `203.0.113.${one.first & 255n} - 203.0.113.${one.last & 255n}`
      assert.ok(parseRange(text(child)).ok)
      const here = world()
      here.register('R-2', text(child), { kind: 'sub', holder: 'H-3' })
      const cut = overlaps(child, taken) && !contains(taken, child)
      const refusal = offer(here, { range: text(taken) })
      assert.equal(refusal, cut ? 'splits-child' : null)
      for (let number = child.first; number <= child.last; number++)
        assert.equal(here.innermost(`ip4/203.0.113.${number & 255n}/32`)?.id, 'R-2')
    }),
    { numRuns: 60 },
  )
})

test('floor-not-met: AS numbers have no floor, however short that of IPv6 is', () => {
  const here = world('AS64496 - AS64511', { ...COMMUNITY, floorIp4: 8, floorIp6: 16 })
  assert.equal(offer(here, { key: 'asn/64496/28', range: 'AS64496' }), null)
})

test('delays let nothing fail: the effect waits for the last of them, on the numbers or on a party', () => {
  const here = world('203.0.113.0/24', NATIONAL)
  assert.equal(offer(here), null)
  const last = instant('2030-02-03T00:00:00Z')
  const notes = here.object('notes', 'R-1')
  here.put('obj/notes/R-1' as RecordKey, { ...notes, delayedUntil: last })
  for (const [party, until] of [
    ['H-1', '2030-01-20T00:00:00Z'],
    ['H-2', '2030-02-01T00:00:00Z'],
  ] as const) {
    const block = { act: 'X', kinds: ['transfer'], match: 'partial', evidence: 'e', until, since: 1 }
    const none = { delayed: null, representative: null, since: 1 }
    here.put(`obj/notes/${party}` as RecordKey, { v: 1, holder: party, blocked: [block], ...none })
  }
  here.later(3 * DAY)
  assert.equal(here.due(transfer, 'obj/application/A-100'), null)
  assert.equal(here.object('application', 'A-100')?.['due'], last)
})

test('a transfer of numbers of which nothing is noted writes cells, and nothing else', () => {
  const here = world()
  assert.equal(offer(here), null)
  const outcome = here.last?.outcome
  assert.deepEqual(outcome?.accepted === true ? outcome.effects.map(({ key }) => key) : [], [CELL])
})

test('entry-too-large: the services that the buyer stages count, and what is looked at for them', () => {
  const offered = (names: number, staging: number): string | null => {
    const here = world('203.0.113.0/24', { ...COMMUNITY, coolingSeconds: DAY })
    const roas = Array.from({ length: 16 }, (_, n) => roa('R-1', 32, 4_200_000_000 + n))
    const ns = Array.from({ length: names }, (_, n) => `${'a'.repeat(60)}.${'b'.repeat(60)}.ns${n}.example`)
    serve(here, CELL, { roas, rdns: { under: 'R-1', since: 1, ns, ds: [] } })
    const at = 'ip4/203.0.113.77/32'
    const services = Array.from({ length: staging }, (_, n) =>
      staged(at, { kind: 'route', origin: 64500 + n }),
    )
    return offer(here, { range: '203.0.113.77', services })
  }
  assert.deepEqual([offered(8, 0), offered(9, 0)], [null, 'entry-too-large'])
  assert.deepEqual([offered(5, 16), offered(6, 16)], [null, 'entry-too-large'])
})
