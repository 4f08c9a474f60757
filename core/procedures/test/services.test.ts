// Services in cells: RFC 1035 section 3.5, RFC 3596 section 2.5 and RFC 2317 (reverse DNS), RFC 4034 (DS), RFC 9582
// (ROA); and what is left of them where a registration loses part of its range.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockRange, parseRange } from '@cadastre/numbers'
import type { Cell, CoveringCell, JsonObject, Registration } from '@cadastre/records'
import { carve } from '../src/ranges.ts'
import {
  delegationSigner,
  isReverseBoundary,
  reverseZoneLength,
  service,
  serviceEffects,
  serviceRefusal,
  withoutService,
} from '../src/services.ts'
import { CellEdits, DRAFT_SINCE, gather } from './inputs-fixture.ts'
import { blockOf, World } from './world.ts'

const EMPTY: Cell = { v: 1, registrations: [], rdns: null, routes: [], roas: [] }
const at = (key: string, cell: Partial<Cell> = {}): CoveringCell => ({
  block: blockOf(key),
  cell: { ...EMPTY, ...cell },
})
const CELL = 'ip4/203.0.113.0/24'
const ROA = { kind: 'roa', asn: 64500, maxLength: 24 } as const
const ROUTE = { kind: 'route', origin: 64500 } as const
const ds = (digestType: number, digits: number): JsonObject => ({
  keyTag: 1,
  algorithm: 8,
  digestType,
  digest: 'ab'.repeat(digits / 2),
})

test('RFC 4034, 4509, 6605: a digest has the length of its type, and the error says where and what', () => {
  for (const [type, digits] of [
    [1, 40],
    [2, 64],
    [4, 96],
  ] as const) {
    assert.equal(delegationSigner.read(ds(type, digits), '/ds').ok, true)
    assert.deepEqual(delegationSigner.read(ds(type, digits === 40 ? 64 : 40), '/ds'), {
      ok: false,
      error: {
        pointer: '/ds/digest',
        value: `${digits === 40 ? 64 : 40} digits`,
        expected: `${digits} hexadecimal digits`,
      },
    })
  }
  assert.deepEqual(delegationSigner.read(ds(3, 64), '/ds'), {
    ok: false,
    error: { pointer: '/ds/digestType', value: '3', expected: '1 (SHA-1), 2 (SHA-256) or 4 (SHA-384)' },
  })
  assert.equal(delegationSigner.read({ ...ds(1, 40), digest: 7 }, '/ds').ok, false)
})

test('reverse DNS: octets, inside the last one any length, nibbles of IPv6; never AS numbers or everything', () => {
  const yes = (key: string): boolean => isReverseBoundary(blockOf(key))
  for (const key of ['ip4/10.0.0.0/8', 'ip4/10.1.0.0/16', CELL, 'ip4/203.0.113.128/25', 'ip4/203.0.113.1/32'])
    assert.equal(yes(key), true, key)
  for (const key of ['ip4/0.0.0.0/0', 'ip4/10.0.0.0/9', 'ip4/10.0.0.0/23', 'ip6/::/0', 'ip6/2001:db8::/33'])
    assert.equal(yes(key), false, key)
  for (const key of ['ip6/2001:db8::/32', 'ip6/2001:db8::/36', 'ip6/2001:db8::1/128'])
    assert.equal(yes(key), true, key)
  assert.equal(yes('asn/64500/32'), false)
  assert.equal(yes('asn/64496/28'), false)
  const lengths = ['ip4/10.0.0.0/9', 'ip4/10.0.0.0/16', CELL, 'ip4/203.0.113.128/25', 'ip6/2001:db8::/33']
  assert.deepEqual(
    lengths.map((key) => reverseZoneLength(blockOf(key))),
    [16, 16, 24, 25, 36],
  )
})

test('serviceRefusal: each service at a place of its own kind', () => {
  assert.equal(serviceRefusal(blockOf('asn/64500/32'), ROUTE), 'not-for-numbers')
  assert.equal(serviceRefusal(blockOf('ip4/203.0.112.0/23'), ROUTE), null)
  assert.equal(
    serviceRefusal(blockOf('ip4/203.0.112.0/23'), { kind: 'rdns', ns: [], ds: [] }),
    'not-on-boundary',
  )
  assert.equal(serviceRefusal(blockOf('ip6/2001:db8::/32'), { ...ROA, maxLength: 128 }), null)
  assert.equal(serviceRefusal(blockOf(CELL), { ...ROA, maxLength: 33 }), 'max-length-invalid')
})

test('what stands under another registration in the cell is inert: it is neither the same nor in the way', () => {
  const under = 'R-2'
  const roas = [{ under, since: 1, asn: 64500, maxLength: 24 }]
  const cell = {
    roas,
    routes: [{ under, since: 1, origin: 64500 }],
    rdns: { under, since: 1, ns: [], ds: [] },
  }
  for (const one of [ROA, ROUTE, { kind: 'rdns', ns: [], ds: [] } as const]) {
    assert.equal(serviceEffects(at(CELL, cell), one, 'R-1').ok, true)
    assert.deepEqual(serviceEffects(at(CELL, cell), one, under), { ok: false, error: 'nothing-changed' })
    assert.deepEqual(withoutService(at(CELL, cell), one, 'R-1'), { ok: false, error: 'service-unknown' })
    assert.equal(withoutService(at(CELL, cell), one, under).ok, true)
  }
})

test('a service is the one that is named in all its members: another AS number, length or signer is another', () => {
  const mark = { under: 'R-1', since: 1 }
  const signed = { ns: ['ns1.example.net'], ds: [{ keyTag: 1, algorithm: 8, digestType: 2, digest: 'ab' }] }
  const here = at(CELL, {
    roas: [
      { ...mark, asn: 64500, maxLength: 24 },
      { ...mark, asn: 64501, maxLength: 25 },
    ],
    routes: [
      { ...mark, origin: 64500 },
      { ...mark, origin: 64501 },
    ],
    rdns: { ...mark, ...signed },
  })
  const removed = withoutService(here, ROA, 'R-1')
  assert.deepEqual(removed.ok && removed.value.roas, [{ ...mark, asn: 64501, maxLength: 25 }])
  const routes = withoutService(here, ROUTE, 'R-1')
  assert.deepEqual(routes.ok && routes.value.routes, [{ ...mark, origin: 64501 }])
  for (const one of [
    { ...ROA, maxLength: 25 },
    { ...ROA, asn: 64501 },
    { kind: 'route', origin: 64502 } as const,
    { kind: 'rdns', ...signed, ds: [] } as const,
    { kind: 'rdns', ...signed, ds: signed.ds.map((one) => ({ ...one, keyTag: 2 })) } as const,
    { kind: 'rdns', ...signed, ns: [] } as const,
  ]) {
    assert.deepEqual(withoutService(here, one, 'R-1'), { ok: false, error: 'service-unknown' })
    assert.equal(serviceEffects(here, one, 'R-1').ok, true)
  }
  assert.deepEqual(withoutService(at('asn/64500/32'), ROUTE, 'R-1'), { ok: false, error: 'not-for-numbers' })
  assert.equal(service.read({ kind: 'roa', asn: 1, maxLength: 129 }, '').ok, false)
})

/** The cells as they are once `taken` has left R-1. */
function cut(here: World, registration: Registration, taken: string): ReadonlyMap<string, Cell> {
  const range = blockRange(blockOf(taken))
  const inputs = gather(here, registration, range)
  const edits = new CellEdits(inputs)
  assert.equal(carve(edits, inputs, registration, 'ip4', range, null), true)
  return new Map(edits.effects().map(({ key, next }) => [key, (next ?? EMPTY) as Cell]))
}

test('re-cut: reverse DNS and ROAs go on at each block that stays, a route ends, strangers’ services are untouched', () => {
  const here = new World()
  const registration = here.register('R-1', '203.0.113.0/24')
  const mine = { under: 'R-1', since: 1 }
  const other = { under: 'R-9', since: 1 }
  here.put(`ip4/203.0.113.0/24` as never, {
    ...here.cell(CELL),
    rdns: { ...mine, ns: ['ns1.example.net'], ds: [] },
    routes: [
      { ...mine, origin: 64500 },
      { ...other, origin: 64501 },
    ],
    roas: [
      { ...mine, asn: 64500, maxLength: 24 },
      { ...mine, asn: 64501, maxLength: 28 },
      { ...other, asn: 64502, maxLength: 24 },
    ],
  })
  const cells = cut(here, registration, 'ip4/203.0.113.128/25')
  const left = cells.get('ip4/203.0.113.0/25')
  const draft = { under: 'R-1', since: DRAFT_SINCE }
  assert.deepEqual(left?.rdns, { ...draft, ns: ['ns1.example.net'], ds: [] })
  assert.deepEqual(left?.routes, [])
  assert.deepEqual(left?.roas, [
    { ...draft, asn: 64500, maxLength: 25 },
    { ...draft, asn: 64501, maxLength: 28 },
  ])
  const outer = cells.get(CELL)
  assert.deepEqual([outer?.rdns, outer?.registrations], [null, []])
  assert.deepEqual(outer?.routes, [{ ...other, origin: 64501 }])
  assert.deepEqual(outer?.roas, [{ ...other, asn: 64502, maxLength: 24 }])
})

test('re-cut: what stands more specifically comes first, and a ROA that covers the same is not repeated', () => {
  const here = new World()
  const registration = here.register('R-1', '203.0.113.0/24')
  const mine = { under: 'R-1', since: 1 }
  here.put('ip4/203.0.113.0/24' as never, {
    ...here.cell(CELL),
    rdns: { ...mine, ns: ['outer.example.net'], ds: [] },
    roas: [
      { ...mine, asn: 64500, maxLength: 24 },
      { ...mine, asn: 64500, maxLength: 26 },
    ],
  })
  here.put('ip4/203.0.113.0/25' as never, {
    ...EMPTY,
    rdns: { ...mine, ns: ['inner.example.net'], ds: [] },
    roas: [{ ...mine, asn: 64500, maxLength: 25 }],
  })
  const cells = cut(here, registration, 'ip4/203.0.113.128/25')
  const left = cells.get('ip4/203.0.113.0/25')
  assert.deepEqual(left?.rdns, { ...mine, ns: ['inner.example.net'], ds: [] })
  assert.deepEqual(left?.roas, [
    { ...mine, asn: 64500, maxLength: 25 },
    { under: 'R-1', since: DRAFT_SINCE, asn: 64500, maxLength: 26 },
  ])
})

test('re-cut: of two that are cut down to one prefix the more specific goes on, in whatever order they are met', () => {
  const here = new World()
  const registration = here.register('R-1', '203.0.113.0/28')
  const mine = { under: 'R-1', since: 1 }
  const rdns = (name: string) => ({ ...mine, ns: [name], ds: [] })
  here.put('ip4/203.0.113.0/28' as never, {
    ...here.cell('ip4/203.0.113.0/28'),
    rdns: rdns('outer.example.net'),
  })
  here.put('ip4/203.0.113.8/30' as never, { ...EMPTY, rdns: rdns('inner.example.net') })
  const range = parseRange('203.0.113.0 - 203.0.113.8')
  assert.ok(range.ok)
  const inputs = gather(here, registration, range.value)
  const edits = new CellEdits(inputs)
  assert.equal(carve(edits, inputs, registration, 'ip4', range.value, null), true)
  const cells = new Map(edits.effects().map(({ key, next }) => [String(key), (next ?? EMPTY) as Cell]))
  for (const key of ['ip4/203.0.113.9/32', 'ip4/203.0.113.10/31'])
    assert.deepEqual(cells.get(key)?.rdns?.ns, ['inner.example.net'], key)
  assert.deepEqual(cells.get('ip4/203.0.113.12/30')?.rdns?.ns, ['outer.example.net'])
})

test('re-cut: below a child that begins exactly at a block that stays, nothing is declared for the holder', () => {
  const here = new World()
  const registration = here.register('R-1', '203.0.113.0/24')
  here.register('R-2', '203.0.113.0/25', { kind: 'sub', holder: 'H-2' })
  const mine = { under: 'R-1', since: 1 }
  here.put('ip4/203.0.113.0/24' as never, {
    ...here.cell(CELL),
    roas: [{ ...mine, asn: 64500, maxLength: 24 }],
  })
  const cells = cut(here, registration, 'ip4/203.0.113.192/26')
  assert.deepEqual(cells.get('ip4/203.0.113.0/25')?.roas ?? [], [])
  assert.deepEqual(
    cells.get('ip4/203.0.113.128/26')?.roas.map(({ maxLength }) => maxLength),
    [26],
  )
})

test('re-cut: what strangers have in a cell that is cut stays, also where nothing of the holder is cut there', () => {
  const here = new World()
  const registration = here.register('R-1', '203.0.113.0/24')
  const other = { under: 'R-9', since: 1 }
  const theirs = { ...other, ns: ['ns.example.org'], ds: [] }
  here.put('ip4/203.0.113.0/24' as never, {
    ...here.cell(CELL),
    rdns: theirs,
    routes: [{ under: 'R-1', since: 1, origin: 64500 }],
  })
  const inert = { ...EMPTY, roas: [{ ...other, asn: 64502, maxLength: 25 }] }
  here.put('ip4/203.0.113.0/25' as never, inert)
  const cells = cut(here, registration, 'ip4/203.0.113.128/25')
  assert.deepEqual([cells.get(CELL)?.rdns, cells.get(CELL)?.routes], [theirs, []])
  // Nothing goes on at the half that stays: what is inert there is left alone.
  assert.deepEqual(cells.get('ip4/203.0.113.0/25')?.roas, inert.roas)
})

test('re-cut: reverse DNS of others in the cell is nobody’s to hand on', () => {
  const here = new World()
  const registration = here.register('R-1', '203.0.113.0/24')
  const theirs = { under: 'R-9', since: 1, ns: ['ns.example.org'], ds: [] }
  const roas = [{ under: 'R-1', since: 1, asn: 64500, maxLength: 24 }]
  here.put('ip4/203.0.113.0/24' as never, { ...here.cell(CELL), rdns: theirs, roas })
  const cells = cut(here, registration, 'ip4/203.0.113.128/25')
  assert.deepEqual(cells.get(CELL)?.rdns, theirs)
  const half = cells.get('ip4/203.0.113.0/25')
  assert.deepEqual([half?.rdns, half?.roas.length], [null, 1])
})

test('re-cut: what leaves keeps the services in its own cells for whoever takes it to end', () => {
  const here = new World()
  const registration = here.register('R-1', '203.0.113.0/24')
  const roas = [{ under: 'R-1', since: 1, asn: 64500, maxLength: 25 }]
  here.put('ip4/203.0.113.128/25' as never, { ...EMPTY, roas })
  const cells = cut(here, registration, 'ip4/203.0.113.128/25')
  assert.equal(cells.has('ip4/203.0.113.128/25'), false)
})

test('re-cut: below the innermost of several children that begin exactly at a block nothing is declared either', () => {
  const here = new World()
  const registration = here.register('R-1', '203.0.113.0/24')
  for (const [id, kind] of [
    ['R-2', 'sub'],
    ['R-3', 'lease'],
  ] as const)
    here.register(id, '203.0.113.0/25', { kind, holder: 'H-2' })
  const roas = [{ under: 'R-1', since: 1, asn: 64500, maxLength: 24 }]
  here.put('ip4/203.0.113.0/24' as never, { ...here.cell(CELL), roas })
  const cells = cut(here, registration, 'ip4/203.0.113.192/26')
  assert.equal(cells.get('ip4/203.0.113.0/25')?.roas.length ?? 0, 0)
})
