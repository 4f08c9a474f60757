import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, RecordKey } from '@cadastre/records'
import { declareService } from '../src/declare-service.ts'
import { assertStamped, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'
const RDNS: JsonObject = { kind: 'rdns', ns: ['ns1.example.net', 'ns2.example.net'], ds: [] }
const ROA: JsonObject = { kind: 'roa', asn: 64500, maxLength: 24 }

function world(): World {
  const made = new World({ 'declare-service/1': {} })
  made.holder('H-1')
  made.holder('H-2')
  made.register('R-1', '203.0.113.0/24')
  return made
}

type Options = {
  readonly at?: string
  readonly holder?: string
  readonly by?: readonly string[]
  readonly action?: 'set' | 'remove'
  readonly under?: string
  readonly names?: boolean
}

/** Declare as the holder of the innermost registration would, unless told otherwise. */
function declare(in_: World, service: JsonObject, options: Options = {}): string | null {
  const { at = CELL, holder = 'H-1', action = 'set', names = true } = options
  const by = options.by ?? [`${holder}/${service['kind'] === 'rdns' ? 'technical' : 'routing'}`]
  const registration = in_.innermost(at)
  const space = at.startsWith('ip6') ? 'ip6' : at.startsWith('asn') ? 'asn' : 'ip4'
  const rdns = in_.cell(at).rdns
  const replaces =
    registration === null || !names
      ? []
      : [
          in_.names(registration, space),
          in_.replaced(`${at}#rdns`, rdns?.under === registration.id ? rdns : null),
        ]
  return in_.ask(declareService, { body: { holder, at, service, action }, by, replaces })
}

test('the holder declares reverse DNS, a route and a ROA; each names its registration and entry', () => {
  const here = world()
  assert.equal(declare(here, RDNS), null)
  assert.equal(declare(here, { kind: 'route', origin: 64500 }), null)
  assert.equal(declare(here, ROA), null)
  const cell = here.cell(CELL)
  assert.deepEqual(cell.rdns, { under: 'R-1', since: 100, ns: RDNS['ns'], ds: [] })
  assert.deepEqual(cell.routes, [{ under: 'R-1', since: 101, origin: 64500 }])
  assert.deepEqual(cell.roas, [{ under: 'R-1', since: 102, asn: 64500, maxLength: 24 }])
  assertStamped(here)
})

test('services are removed one by one, and an empty cell leaves the state', () => {
  const here = world()
  const at = 'ip4/203.0.113.0/28'
  assert.equal(declare(here, { kind: 'route', origin: 64500 }, { at }), null)
  assert.equal(declare(here, { kind: 'roa', asn: 64500, maxLength: 28 }, { at }), null)
  assert.equal(declare(here, { kind: 'roa', asn: 64500, maxLength: 28 }, { at, action: 'remove' }), null)
  assert.equal(declare(here, { kind: 'route', origin: 64500 }, { at, action: 'remove' }), null)
  assert.equal(here.state.get(at as never), null)
})

test('reverse DNS replaces what stood there, and is removed as it stands', () => {
  const here = world()
  const next: JsonObject = { kind: 'rdns', ns: ['ns9.example.net'], ds: [] }
  assert.equal(declare(here, RDNS), null)
  assert.equal(declare(here, next), null)
  assert.deepEqual(here.cell(CELL).rdns?.ns, ['ns9.example.net'])
  assert.equal(declare(here, RDNS, { action: 'remove' }), 'service-unknown')
  assert.equal(declare(here, next, { action: 'remove' }), null)
  assert.equal(here.cell(CELL).rdns, null)
})

test('body-malformed: names that are no host names, and DS that are none (RFC 1035 2.3.1, RFC 4034 5.1)', () => {
  const here = world()
  const ds = { keyTag: 1, algorithm: 13, digestType: 2, digest: 'ab'.repeat(32) }
  assert.equal(declare(here, { ...RDNS, ds: [ds] }), null)
  for (const ns of [
    [],
    ['NS1.example.net'],
    ['ns1.example.net.'],
    ['-a.example.net'],
    ['a_b.example.net'],
    ['ns'],
  ])
    assert.equal(declare(here, { ...RDNS, ns }), 'body-malformed', JSON.stringify(ns))
  for (const bad of [
    { ...ds, digest: 'ab'.repeat(20) },
    { ...ds, digestType: 3 },
    { ...ds, digestType: 4 },
    { ...ds, digest: 'AB'.repeat(32) },
    { ...ds, keyTag: 65536 },
    { ...ds, algorithm: 256 },
  ])
    assert.equal(declare(here, { ...RDNS, ds: [bad] }), 'body-malformed', JSON.stringify(bad))
  assert.equal(declare(here, { ...RDNS, ds: Array.from({ length: 9 }, () => ds) }), 'body-malformed')
  assert.equal(declare(here, ROA, { at: 'obj/holder/H-1' }), 'body-malformed')
})

test('common refusals come first: procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  const bare = new World()
  assert.equal(declare(bare, ROA, { names: false }), 'procedure-unknown')
  const here = world()
  const body = { holder: 'H-9', at: CELL, service: ROA, action: 'set' }
  assert.equal(here.ask(declareService, { body, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(declareService, { body, expires: '2029-12-31T23:59:59Z' }), 'request-expired')
  here.put('obj/registry/REGISTRY' as never, { v: 1, origin: 'registry.example', state: 'founding' })
  assert.equal(here.ask(declareService, { body }), 'still-founding')
  here.pause()
  assert.equal(here.ask(declareService, { body }), 'paused')
})

test('holder-unknown, not-holder, consent-missing, member-changed', () => {
  const here = world()
  assert.equal(declare(here, ROA, { holder: 'H-9' }), 'holder-unknown')
  assert.equal(declare(here, ROA, { holder: 'H-2' }), 'not-holder')
  assert.equal(declare(here, ROA, { at: 'ip4/198.51.100.0/24' }), 'not-holder')
  assert.equal(declare(here, ROA, { by: [] }), 'consent-missing')
  assert.equal(declare(here, ROA, { names: false }), 'member-changed')
})

test('a routing key does not declare reverse DNS nor a technical key a ROA; a full key does both', () => {
  const here = world()
  assert.equal(declare(here, RDNS, { by: ['H-1/routing'] }), 'consent-missing')
  assert.equal(declare(here, ROA, { by: ['H-1/technical'] }), 'consent-missing')
  assert.equal(declare(here, RDNS, { by: ['H-1/full'] }), null)
  assert.equal(declare(here, ROA, { by: ['H-1/full'] }), null)
})

test('member-changed: reverse DNS names what it replaces, so that an older wish does not undo a newer one', () => {
  const here = world()
  const registration = here.innermost(CELL)
  assert.ok(registration)
  const stale = [here.names(registration), here.replaced(`${CELL}#rdns`, null)]
  const wish = { holder: 'H-1', at: CELL, action: 'set' }
  const by = ['H-1/technical']
  assert.equal(here.ask(declareService, { body: { ...wish, service: RDNS }, by, replaces: stale }), null)
  const other: JsonObject = { ...RDNS, ns: ['ns3.example.net'] }
  assert.equal(
    here.ask(declareService, { body: { ...wish, service: other }, by, replaces: stale }),
    'member-changed',
  )
})

test('not-for-numbers: AS numbers have none of these services', () => {
  const here = world()
  here.register('R-2', 'AS64500')
  assert.equal(declare(here, { ...ROA, maxLength: 32 }, { at: 'asn/64500/32' }), 'not-for-numbers')
  assert.equal(
    declare(here, { kind: 'route', origin: 1 }, { at: 'asn/64500/32', action: 'remove' }),
    'not-for-numbers',
  )
})

test('not-on-boundary: octets and, inside the last one, RFC 2317; nibbles of IPv6 (RFC 3596 2.5)', () => {
  const here = world()
  here.register('R-2', '198.51.0.0/16')
  here.register('R-3', '2001:db8::/32')
  assert.equal(declare(here, RDNS, { at: 'ip4/198.51.100.0/22' }), 'not-on-boundary')
  assert.equal(declare(here, RDNS, { at: 'ip4/198.51.0.0/16' }), null)
  assert.equal(declare(here, RDNS, { at: 'ip4/198.51.100.0/24' }), null)
  assert.equal(declare(here, RDNS, { at: 'ip4/198.51.100.64/26' }), null)
  assert.equal(declare(here, RDNS, { at: 'ip6/2001:db8:8000::/33' }), 'not-on-boundary')
  assert.equal(declare(here, RDNS, { at: 'ip6/2001:db8:8000::/36' }), null)
})

test('max-length-invalid: from the prefix length to the address width (RFC 9582 section 4.3.2.2)', () => {
  const here = world()
  assert.equal(declare(here, { ...ROA, maxLength: 23 }), 'max-length-invalid')
  assert.equal(declare(here, { ...ROA, maxLength: 33 }), 'max-length-invalid')
  assert.equal(declare(here, { ...ROA, maxLength: 32 }), null)
})

test('service-unknown and nothing-changed', () => {
  const here = world()
  assert.equal(declare(here, ROA, { action: 'remove' }), 'service-unknown')
  assert.equal(declare(here, RDNS, { action: 'remove' }), 'service-unknown')
  for (const one of [ROA, RDNS, { kind: 'route', origin: 64500 }]) {
    assert.equal(declare(here, one), null)
    assert.equal(declare(here, one), 'nothing-changed')
  }
})

test('cell-full: 16 routes and 16 ROAs a cell', () => {
  const here = world()
  for (let number = 0; number < 16; number++) {
    assert.equal(declare(here, { kind: 'route', origin: 64496 + number }), null)
    assert.equal(declare(here, { ...ROA, asn: 64496 + number }), null)
  }
  assert.equal(declare(here, { kind: 'route', origin: 1 }), 'cell-full')
  assert.equal(declare(here, { ...ROA, asn: 1 }), 'cell-full')
})

test('the innermost holder declares, and what an outer one left inert in the cell goes', () => {
  const here = world()
  assert.equal(declare(here, ROA), null)
  assert.equal(declare(here, RDNS), null)
  here.register('R-2', '203.0.113.0/24', { kind: 'lease', holder: 'H-2' })
  assert.equal(declare(here, ROA, { holder: 'H-1' }), 'not-holder')
  assert.equal(declare(here, ROA, { holder: 'H-2' }), null)
  const cell = here.cell(CELL)
  assert.deepEqual(cell.roas, [{ under: 'R-2', since: 102, asn: 64500, maxLength: 24 }])
  assert.equal(cell.rdns, null)
})

test('under a child without a holder the parent declares; at the end of a term the child no longer does', () => {
  const here = world()
  here.register('R-2', '203.0.113.0/25', { kind: 'sub', holder: null })
  const at = 'ip4/203.0.113.0/25'
  assert.equal(declare(here, { ...ROA, maxLength: 25 }, { at }), null)
  assert.equal(here.cell(at).roas[0]?.under, 'R-2')
  here.register('R-3', '203.0.113.128/25', { kind: 'lease', holder: 'H-2', until: here.at })
  const leased = { at: 'ip4/203.0.113.128/25', holder: 'H-2' }
  assert.equal(declare(here, { ...ROA, maxLength: 25 }, leased), 'not-holder')
})

test('not-holder: numbers that are reserved inside a holding are nobody’s, and so not the holder’s either', () => {
  const here = world()
  here.register('R-2', '203.0.113.0/25', { kind: 'reserved', holder: null })
  assert.equal(declare(here, { ...ROA, maxLength: 25 }, { at: 'ip4/203.0.113.0/25' }), 'not-holder')
})

test('reverse DNS that an earlier registration left there is not what the request replaces', () => {
  const left = { under: 'R-0', since: 1, ns: ['ns0.example.net'], ds: [] }
  const here = world()
  here.put(CELL as RecordKey, { ...here.cell(CELL), rdns: left })
  const registration = here.innermost(CELL)
  assert.ok(registration)
  const body = { holder: 'H-1', at: CELL, service: RDNS, action: 'set' }
  const naming = (rdns: object | null): string | null => {
    const replaces = [here.names(registration), here.replaced(`${CELL}#rdns`, rdns)]
    return here.ask(declareService, { body, by: ['H-1/technical'], replaces })
  }
  assert.equal(naming(left), 'member-changed')
  assert.equal(naming(null), null)
  assert.equal(here.cell(CELL).rdns?.under, 'R-1')
})
