import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRange, type Range, subtract } from '@cadastre/numbers'
import {
  type Cell,
  dueOf,
  type JsonObject,
  type RecordKey,
  type Registration,
  registrationRange,
} from '@cadastre/records'
import { emptyNotes } from '../src/notes.ts'
import { returnNumbers } from '../src/return.ts'
import { reverseZoneLength } from '../src/services.ts'
import { assertStamped, blockOf, DAY, instant, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'
const WITHDRAWAL = 14 * DAY
const QUARANTINE = 180 * DAY

function world(range = '203.0.113.0/24', more: Partial<Registration> = {}): World {
  const made = new World({
    'return/1': { withdrawalSeconds: WITHDRAWAL, quarantineSeconds: QUARANTINE },
  })
  for (const handle of ['H-1', 'H-2', 'H-3']) made.holder(handle)
  made.register('R-1', range, more)
  return made
}

const OFFER: JsonObject = {
  step: 'offer',
  holder: 'H-1',
  registration: { key: CELL, id: 'R-1' },
  range: '203.0.113.0/24',
}

type Options = { readonly by?: readonly string[]; readonly names?: boolean }

function offer(here: World, body: JsonObject = OFFER, { by = ['H-1/full'], names = true }: Options = {}) {
  const { key, id } = body['registration'] as { key: string; id: string }
  const found = here.state
    .chain(key as RecordKey)
    .cells.flatMap(({ cell }) => cell.registrations)
    .find((one) => one.id === id)
  const space = key.startsWith('ip6') ? 'ip6' : key.startsWith('asn') ? 'asn' : 'ip4'
  const replaces = found === undefined || !names ? [] : [here.names(found, space)]
  return here.ask(returnNumbers, { body, by, replaces })
}

function part(range: string, key = CELL): JsonObject {
  return { ...OFFER, range, registration: { key, id: 'R-1' } }
}

/** Offer, wait for the withdrawal right to end, and take effect. */
function giveBack(here: World, body: JsonObject = OFFER): void {
  assert.equal(offer(here, body), null)
  const handle = `A-${here.index - 1}`
  here.later(WITHDRAWAL)
  assert.equal(here.due(returnNumbers, `obj/application/${handle}`), null)
  assert.deepEqual(here.object('application', handle)?.['reason'], null)
  here.assertFits()
  assertStamped(here)
}

test('an offer cools for the withdrawal right (not-due); nothing changes meanwhile but the notes', () => {
  const here = world()
  assert.equal(offer(here), null)
  assert.deepEqual(here.object('application', 'A-100'), {
    v: 1,
    handle: 'A-100',
    procedure: 'return/1',
    state: 'cooling',
    body: OFFER,
    consents: ['H-1'],
    due: '2030-01-15T00:00:00Z',
    opened: '2030-01-01T00:00:00Z',
    pausedSeconds: 0,
    next: null,
    reason: null,
    examination: null,
    fee: null,
    notice: null,
    since: 100,
  })
  assert.equal(here.object('notes', 'R-1')?.['pending'], 'A-100')
  assert.deepEqual(here.ids(CELL), ['R-1'])
  assert.equal(here.due(returnNumbers, 'obj/application/A-100'), 'not-due')
})

test('the holder withdraws until the effect, and the numbers stay', () => {
  const here = world()
  assert.equal(offer(here), null)
  const body = { step: 'withdraw', application: 'A-100', by: 'H-1' }
  here.later(WITHDRAWAL - 1)
  assert.equal(here.ask(returnNumbers, { body, by: ['H-1/full'] }), null)
  assert.equal(here.object('application', 'A-100')?.['state'], 'withdrawn')
  assert.equal(here.object('notes', 'R-1'), null)
  here.later(1)
  assert.equal(here.due(returnNumbers, 'obj/application/A-100'), 'not-due')
  assert.equal(offer(here), null)
})

test('withdraw: application-unknown, application-closed, not-party, holder-unknown, consent-missing', () => {
  const here = world()
  assert.equal(offer(here), null)
  const body = { step: 'withdraw', application: 'A-100', by: 'H-1' }
  assert.equal(here.ask(returnNumbers, { body: { ...body, application: 'A-9' } }), 'application-unknown')
  assert.equal(here.ask(returnNumbers, { body: { ...body, by: 'H-2' }, by: ['H-2/full'] }), 'not-party')
  assert.equal(here.ask(returnNumbers, { body }), 'consent-missing')
  here.put('obj/holder/H-1' as RecordKey, null)
  assert.equal(here.ask(returnNumbers, { body }), 'holder-unknown')
  here.holder('H-1')
  here.later(WITHDRAWAL)
  assert.equal(here.ask(returnNumbers, { body, by: ['H-1/full'] }), 'application-closed')
  assert.equal(here.due(returnNumbers, 'obj/application/A-100'), null)
  assert.equal(here.ask(returnNumbers, { body, by: ['H-1/full'] }), 'application-closed')
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  const here = world()
  assert.equal(offer(here, { ...OFFER, reason: 'because' }), 'body-malformed')
  assert.equal(offer(new World(), OFFER), 'procedure-unknown')
  assert.equal(here.ask(returnNumbers, { body: OFFER, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(returnNumbers, { body: OFFER, expires: '2029-12-31T23:59:59Z' }), 'request-expired')
  here.put('obj/registry/REGISTRY' as RecordKey, { v: 1, origin: 'registry.example', state: 'founding' })
  assert.equal(here.ask(returnNumbers, { body: OFFER }), 'still-founding')
  here.pause()
  assert.equal(here.ask(returnNumbers, { body: OFFER }), 'paused')
})

test('holder-unknown, registration-unknown, not-holder, not-a-holding, consent-missing, member-changed', () => {
  const here = world()
  here.register('R-2', '198.51.100.0/24', { kind: 'lease' })
  assert.equal(offer(here, { ...OFFER, holder: 'H-9' }), 'holder-unknown')
  assert.equal(offer(here, { ...OFFER, registration: { key: CELL, id: 'R-9' } }), 'registration-unknown')
  assert.equal(offer(here, { ...OFFER, holder: 'H-2' }), 'not-holder')
  const lease = {
    ...OFFER,
    registration: { key: 'ip4/198.51.100.0/24', id: 'R-2' },
    range: '198.51.100.0/24',
  }
  assert.equal(offer(here, lease), 'not-a-holding')
  assert.equal(offer(here, OFFER, { by: ['H-1/routing', 'H-1/technical'] }), 'consent-missing')
  assert.equal(offer(here, OFFER, { names: false }), 'member-changed')
})

/** H-1 with other members of its record. */
function withHolder(here: World, more: JsonObject): World {
  const key = 'obj/holder/H-1' as RecordKey
  here.put(key, { ...(here.state.get(key) as JsonObject), ...more })
  return here
}

test('locked, frozen, recovered-recently: an offer is refused; a hold after allocation stops none', () => {
  const later = instant('2030-01-02T00:00:00Z')
  const bars = [
    ['locked', { lockedUntil: later }],
    ['frozen', { frozenUntil: later, frozenAt: instant('2030-01-01T00:00:00Z') }],
    ['recovered-recently', { transferableFrom: later }],
  ] as const
  for (const [code, bar] of bars) {
    const here = withHolder(world(), bar)
    assert.equal(offer(here, OFFER, { names: false }), 'member-changed')
    assert.equal(offer(here), code)
    here.later(DAY - 1)
    assert.equal(offer(here), code)
    here.later(1)
    assert.equal(offer(here), null)
  }
  const allocated = world()
  const notes = { ...emptyNotes('R-1'), heldUntil: instant('2031-01-01T00:00:00Z') }
  allocated.put('obj/notes/R-1' as RecordKey, notes)
  giveBack(allocated)
})

test('locked, frozen, recovered-recently: what bars the holder in the time of withdrawal lets the return fail', () => {
  const end = instant('2030-01-15T00:00:00Z')
  const after = instant('2030-01-15T00:00:01Z')
  const bars = [
    ['locked', { lockedUntil: after }],
    ['recovered-recently', { transferableFrom: after }],
    ['frozen', { frozenUntil: after, frozenAt: instant('2030-01-01T00:00:01Z') }],
    // Frozen in the second of the offer: the freeze has just ended by itself, and the offer fails all the same.
    ['frozen', { frozenUntil: end, frozenAt: instant('2030-01-01T00:00:00Z') }],
    [null, { lockedUntil: end, transferableFrom: end }],
    [null, { frozenUntil: instant('2029-12-31T00:00:00Z'), frozenAt: instant('2029-12-17T00:00:00Z') }],
  ] as const
  for (const [code, bar] of bars) {
    const here = world()
    assert.equal(offer(here), null)
    withHolder(here, bar)
    here.later(WITHDRAWAL)
    assert.equal(here.due(returnNumbers, 'obj/application/A-100'), null)
    const application = here.object('application', 'A-100')
    const state = code === null ? 'effected' : 'failed'
    assert.deepEqual([application?.['state'], application?.['reason']], [state, code])
    assert.deepEqual(here.ids(CELL), code === null ? ['R-101'] : ['R-1'])
    assert.equal(here.object('notes', 'R-1'), null)
  }
})

test('consent-missing: any one living full key withdraws, though the offer needed more; no other key does', () => {
  const key = (name: string, role: string): JsonObject => ({ alg: 'ed25519', key: name, roles: [role] })
  const keys = [key('one', 'full'), key('two', 'full'), key('three', 'routing')]
  const policed = (): World => withHolder(world(), { policy: { m: 2, keys, guardians: [] } })
  const here = policed()
  assert.equal(offer(here, OFFER, { by: ['one'] }), 'consent-missing')
  assert.equal(offer(here, OFFER, { by: ['one', 'two'] }), null)
  const body = { step: 'withdraw', application: 'A-100', by: 'H-1' }
  for (const by of [[], ['three'], ['H-2/full']])
    assert.equal(here.ask(returnNumbers, { body, by }), 'consent-missing')
  // A key of another algorithm with the same bytes is another key.
  const signed = [{ alg: 'webauthn', key: 'two' }] as const
  assert.equal(here.ask(returnNumbers, { body, signed }), 'consent-missing')
  assert.equal(here.ask(returnNumbers, { body, by: ['two'] }), null)
  assert.equal(here.object('application', 'A-100')?.['state'], 'withdrawn')
  const keyless = policed()
  assert.equal(offer(keyless, OFFER, { by: ['one', 'two'] }), null)
  withHolder(keyless, { policy: null })
  assert.equal(keyless.ask(returnNumbers, { body, by: ['two'] }), 'consent-missing')
})

test('act-pending, range-outside, range-not-a-block', () => {
  const here = world()
  assert.equal(offer(here, part('203.0.112.0/23')), 'range-outside')
  assert.equal(offer(here, part('2001:db8::/32')), 'range-outside')
  assert.equal(offer(here), null)
  assert.equal(offer(here, part('203.0.113.0/25')), 'act-pending')
  const six = world('2001:db8::/32')
  const odd = part('2001:db8::1 - 2001:db8:7fff:ffff:ffff:ffff:ffff:fffe', 'ip6/2001:db8::/32')
  assert.equal(offer(six, odd), 'range-not-a-block')
})

test('splits-protected, splits-child, protected-child', () => {
  const until = instant('2031-01-01T00:00:00Z')
  const kept = world()
  kept.register('R-5', '203.0.113.64 - 203.0.113.159', {
    kind: 'lease',
    holder: 'H-2',
    protected: true,
    until,
  })
  assert.equal(offer(kept, part('203.0.113.0/25')), 'splits-protected')
  assert.equal(offer(kept, part('203.0.113.128 - 203.0.113.144')), 'splits-protected')
  assert.equal(offer(kept), 'protected-child')
  assert.equal(offer(kept, part('203.0.113.160/27')), null)
  const loose = world()
  loose.register('R-5', '203.0.113.64 - 203.0.113.159', { kind: 'sub', holder: 'H-2' })
  assert.equal(offer(loose, part('203.0.113.0/25')), 'splits-child')
  assert.equal(offer(loose), null)
})

test('a whole return: quarantined under a new id, children end with it, services become inert', () => {
  const here = world('203.0.113.0/24', { provenance: 'EXAMPLE' })
  here.register('R-5', '203.0.113.0/25', { kind: 'sub', holder: 'H-2' })
  const routes = [{ under: 'R-1', since: 1, origin: 64500 }]
  here.put(CELL as RecordKey, { ...here.cell(CELL), routes })
  giveBack(here)
  assert.deepEqual(here.cell(CELL).registrations, [
    {
      id: 'R-101',
      kind: 'quarantined',
      first: '203.0.113.0',
      last: '203.0.113.255',
      holder: null,
      status: 'reserved',
      country: null,
      registered: null,
      until: '2030-07-14T00:00:00Z',
      protected: false,
      provenance: 'EXAMPLE',
      procedure: 'return/1',
      since: 101,
    },
  ])
  assert.equal(here.innermost('ip4/203.0.113.1/32')?.id, 'R-101')
  assert.equal(here.object('application', 'A-100')?.['state'], 'effected')
  assert.equal(here.object('notes', 'R-1'), null)
})

test('a partial return leaves pieces under the old id, each with its own first and last', () => {
  const here = world()
  giveBack(here, part('203.0.113.64/26'))
  assert.deepEqual(here.ids(CELL), [])
  const low = here.innermost('ip4/203.0.113.1/32')
  const high = here.innermost('ip4/203.0.113.200/32')
  assert.deepEqual([low?.id, low?.first, low?.last], ['R-1', '203.0.113.0', '203.0.113.63'])
  assert.deepEqual([high?.id, high?.first, high?.last], ['R-1', '203.0.113.128', '203.0.113.255'])
  assert.equal(here.innermost('ip4/203.0.113.64/32')?.kind, 'quarantined')
  const again = { ...part('203.0.113.255/32'), registration: { key: 'ip4/203.0.113.128/25', id: 'R-1' } }
  giveBack(here, again)
  assert.equal(here.innermost('ip4/203.0.113.254/32')?.id, 'R-1')
  assert.equal(here.innermost('ip4/203.0.113.255/32')?.kind, 'quarantined')
})

test('children that stay keep their place inside the piece that stays', () => {
  const here = world()
  here.register('R-5', '203.0.113.128/25', { kind: 'sub', holder: 'H-2' })
  giveBack(here, part('203.0.113.0/25'))
  assert.deepEqual(here.ids('ip4/203.0.113.128/25'), ['R-1', 'R-5'])
})

/** The cell with services under R-1. */
function withServices(cell: Cell, more: Partial<Cell>): Cell {
  return { ...cell, ...more }
}
const NS = ['ns1.example.net']

test('services are re-cut: reverse DNS and ROAs go on where numbers stay, the route of the whole ends', () => {
  const here = world('198.51.0.0/16')
  const key = 'ip4/198.51.0.0/16'
  const mark = { under: 'R-1', since: 1 }
  here.put(
    key as RecordKey,
    withServices(here.cell(key), {
      rdns: { ...mark, ns: NS, ds: [] },
      routes: [{ ...mark, origin: 64500 }],
      roas: [
        { ...mark, asn: 64500, maxLength: 16 },
        { ...mark, asn: 64501, maxLength: 24 },
      ],
    }),
  )
  const specific = 'ip4/198.51.192.0/18'
  here.put(
    specific as RecordKey,
    withServices(here.cell(specific), { rdns: { ...mark, ns: ['ns9.example.net'], ds: [] } }),
  )
  giveBack(here, part('198.51.0.0/17', key))
  assert.equal(here.state.get(key as RecordKey), null)
  const kept = here.cell('ip4/198.51.128.0/17')
  assert.deepEqual(kept.rdns, { under: 'R-1', since: 101, ns: NS, ds: [] })
  assert.deepEqual(kept.roas, [
    { under: 'R-1', since: 101, asn: 64500, maxLength: 17 },
    { under: 'R-1', since: 101, asn: 64501, maxLength: 24 },
  ])
  assert.deepEqual(kept.routes, [])
  assert.deepEqual(here.cell(specific).rdns?.ns, ['ns9.example.net'])
  assert.equal(reverseZoneLength(blockOf('ip4/198.51.128.0/17')), 24)
  assert.equal(reverseZoneLength(blockOf('ip6/2001:db8:8000::/33')), 36)
})

test('a cut deep inside re-cuts every cell on the way, the more specific one first', () => {
  const here = world('198.51.0.0/16')
  const mark = { under: 'R-1', since: 1 }
  const put = (key: string, ns: string): void =>
    here.put(key as RecordKey, { ...here.cell(key), rdns: { ...mark, ns: [ns], ds: [] } })
  put('ip4/198.51.0.0/16', 'outer.example.net')
  put('ip4/198.51.100.0/24', 'inner.example.net')
  giveBack(here, part('198.51.100.128/25', 'ip4/198.51.0.0/16'))
  assert.deepEqual(here.cell('ip4/198.51.100.0/25').rdns?.ns, ['inner.example.net'])
  assert.deepEqual(here.cell('ip4/198.51.101.0/24').rdns?.ns, ['outer.example.net'])
  assert.deepEqual(here.cell('ip4/198.51.128.0/17').rdns?.ns, ['outer.example.net'])
  assert.equal(here.cell('ip4/198.51.100.0/24').rdns, null)
})

test('below a child that begins where a piece begins the child’s own services stand', () => {
  const here = world()
  here.register('R-5', '203.0.113.128/25', { kind: 'sub', holder: 'H-2' })
  const key = 'ip4/203.0.113.128/25'
  here.put(key as RecordKey, { ...here.cell(key), rdns: { under: 'R-5', since: 5, ns: NS, ds: [] } })
  here.put(CELL as RecordKey, {
    ...here.cell(CELL),
    rdns: { under: 'R-1', since: 1, ns: ['ns8.example.net'], ds: [] },
  })
  giveBack(here, part('203.0.113.0/25'))
  assert.deepEqual(here.cell(key).rdns, { under: 'R-5', since: 5, ns: NS, ds: [] })
})

test('every number stays exactly where it was or is quarantined, for any part (I2, I7)', () => {
  const whole = parse('203.0.113.0/24')
  for (const text of [
    '203.0.113.0/32',
    '203.0.113.3 - 203.0.113.200',
    '203.0.113.255/32',
    '203.0.113.0/24',
  ]) {
    const here = world()
    giveBack(here, part(text))
    const taken = parse(text)
    const seen: Range[] = []
    for (const [key, { value }] of here.state.records) {
      if (!key.startsWith('ip4/')) continue
      for (const registration of (value as Cell).registrations) {
        const range = registrationRange(registration, 'ip4')
        seen.push(range)
        if (registration.kind === 'quarantined') assert.deepEqual(range, taken)
        else assert.ok(subtract(whole, [taken]).some((piece) => piece.first === range.first))
      }
    }
    assert.deepEqual(subtract(whole, seen), [])
  }
})

function parse(text: string): Range {
  const parsed = parseRange(text)
  assert.ok(parsed.ok)
  return parsed.value
}

test('range-too-busy, cell-full, entry-too-large', () => {
  const busy = world('10.0.0.0/8')
  const at = 'ip4/10.0.0.0/8'
  for (let index = 0; index < 3 * 260; index++) {
    const cluster = Math.floor(index / 260) * 100
    const key = `ip4/10.${cluster}.${(index % 260) >> 8}.${(index % 260) & 255}/32`
    busy.put(key as RecordKey, { v: 1, registrations: [], rdns: null, routes: [], roas: roas(1) })
  }
  assert.equal(offer(busy, part('10.0.0.0/8', at)), 'range-too-busy')
  const full = world()
  full.put(CELL as RecordKey, { ...full.cell(CELL), roas: roas(16) })
  const half = 'ip4/203.0.113.128/25'
  const own = [{ under: 'R-1', since: 1, asn: 65000, maxLength: 25 }]
  full.put(half as RecordKey, { ...full.cell(half), roas: own })
  assert.equal(offer(full, part('203.0.113.0/25')), 'cell-full')
  const large = world('10.0.0.0/8')
  large.put(at as RecordKey, { ...large.cell(at), roas: roas(16) })
  assert.equal(offer(large, part('10.0.0.0/32', at)), 'entry-too-large')
})

function roas(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    under: 'R-1',
    since: 1,
    asn: 64496 + index,
    maxLength: 32,
  }))
}

test('what no longer can be when it falls due fails, says why, and takes nothing', () => {
  const here = world()
  assert.equal(offer(here, part('203.0.113.0/25')), null)
  here.register('R-5', '203.0.113.0/24', { kind: 'sub', holder: 'H-2' })
  here.later(WITHDRAWAL)
  assert.equal(here.due(returnNumbers, 'obj/application/A-100'), null)
  const application = here.object('application', 'A-100')
  assert.deepEqual([application?.['state'], application?.['reason']], ['failed', 'splits-child'])
  assert.equal(here.object('notes', 'R-1'), null)
  assert.deepEqual(here.ids(CELL), ['R-1', 'R-5'])
  const gone = world()
  assert.equal(offer(gone), null)
  gone.put(CELL as RecordKey, null)
  gone.later(WITHDRAWAL)
  assert.equal(gone.due(returnNumbers, 'obj/application/A-100'), null)
  assert.equal(gone.object('application', 'A-100')?.['reason'], 'registration-unknown')
})

function poolObject(more: JsonObject = {}): JsonObject {
  return {
    v: 1,
    handle: 'P-1',
    space: 'ip4',
    first: '203.0.112.64',
    last: '203.0.113.255',
    open: false,
    cursors: { '24': '203.0.113.255', '25': '203.0.113.255', '20': '203.0.113.0' },
    queues: {},
    exhausted: [],
    serve: null,
    since: 0,
    ...more,
  }
}

test('after the quarantine the numbers are free in their pool: cursors fall, the queue is served', () => {
  for (const head of [null, 'A-7']) {
    const range = '203.0.112.64 - 203.0.113.255'
    const fresh = new World({ 'return/1': { withdrawalSeconds: WITHDRAWAL, quarantineSeconds: QUARANTINE } })
    fresh.holder('H-1')
    fresh.register('R-0', range, { kind: 'pool', holder: null, provenance: 'P-1' })
    fresh.register('R-1', '203.0.113.0/24')
    fresh.put(
      'obj/pool/P-1' as RecordKey,
      poolObject(head === null ? {} : { queues: { '24': { head, tail: head } }, exhausted: ['24'] }),
    )
    giveBack(fresh)
    fresh.later(QUARANTINE - 1)
    assert.equal(fresh.due(returnNumbers, CELL), 'not-due')
    fresh.later(1)
    const due = dueOf(CELL as RecordKey, fresh.cell(CELL))
    assert.deepEqual(due, { at: fresh.at, procedure: 'return/1', key: CELL })
    assert.equal(fresh.due(returnNumbers, CELL), null)
    assert.deepEqual(fresh.ids(CELL), ['R-0'])
    const pool = fresh.object('pool', 'P-1')
    // A /20 would begin below the pool: its cursor stops at the pool's first number.
    assert.deepEqual(pool?.['cursors'], { '24': '203.0.113.0', '25': '203.0.113.0', '20': '203.0.112.64' })
    assert.equal(pool?.['serve'], head === null ? null : fresh.at)
    assert.equal(fresh.due(returnNumbers, CELL), 'not-due')
  }
})

test('the pool that is told is the innermost that holds all of the numbers, of the same space', () => {
  const freed = (...pools: readonly (readonly [handle: string, more: JsonObject])[]): readonly unknown[] => {
    const here = new World({ 'return/1': { withdrawalSeconds: 0, quarantineSeconds: 0 } })
    here.holder('H-1')
    for (const [handle, more] of pools) {
      here.register(`R-${handle}`, '203.0.113.0/24', { kind: 'pool', holder: null, provenance: handle })
      here.put(
        `obj/pool/${handle}` as RecordKey,
        poolObject({ handle, exhausted: ['24'], first: '203.0.113.0', last: '203.0.113.255', ...more }),
      )
    }
    here.register('R-1', '203.0.113.0/24')
    assert.equal(offer(here), null)
    assert.equal(here.due(returnNumbers, 'obj/application/A-100'), null)
    assert.equal(here.due(returnNumbers, CELL), null)
    return pools.map(([handle]) => here.object('pool', handle)?.['exhausted'])
  }
  assert.deepEqual(freed(['P-1', {}], ['P-2', {}]), [['24'], []])
  assert.deepEqual(freed(['P-1', {}], ['P-2', { first: '203.0.113.1' }]), [[], ['24']])
  assert.deepEqual(freed(['P-1', {}], ['P-2', { last: '203.0.113.254' }]), [[], ['24']])
  const asns = { space: 'asn', first: '64496', last: '64511' }
  assert.deepEqual(freed(['P-1', {}], ['P-2', asns]), [[], ['24']])
})

test('a pool around only part of the numbers does not take them all: they become one of their own', () => {
  const here = new World({ 'return/1': { withdrawalSeconds: 0, quarantineSeconds: 0 } })
  here.holder('H-1')
  const pool = { kind: 'pool', holder: null, provenance: 'P-1' } as const
  here.register('R-0', '203.0.113.0 - 203.0.113.127', pool)
  here.register('R-1', '203.0.113.0 - 203.0.113.191')
  const key = 'ip4/203.0.113.0/25'
  const body = {
    ...OFFER,
    range: '203.0.113.0 - 203.0.113.191',
    registration: { key, id: 'R-1' },
  }
  assert.equal(offer(here, body), null)
  assert.equal(here.due(returnNumbers, 'obj/application/A-100'), null)
  assert.equal(here.due(returnNumbers, key), null)
  const made = here.object('pool', 'P-102')
  assert.deepEqual(
    [made?.['first'], made?.['last'], made?.['exhausted']],
    ['203.0.113.0', '203.0.113.191', []],
  )
  assert.equal(here.state.get('obj/pool/P-102' as RecordKey) !== null, true)
})

test('inside a pool registration without a pool object the numbers are simply free', () => {
  const here = new World({ 'return/1': { withdrawalSeconds: 0, quarantineSeconds: 0 } })
  here.holder('H-1')
  here.register('R-0', '203.0.113.0/24', { kind: 'pool', holder: null, provenance: 'EXAMPLE' })
  here.register('R-1', '203.0.113.0/24')
  assert.equal(offer(here), null)
  assert.equal(here.due(returnNumbers, 'obj/application/A-100'), null)
  assert.equal(here.due(returnNumbers, CELL), null)
  assert.deepEqual(here.ids(CELL), ['R-0'])
})

test('outside every pool what was returned becomes a pool, so that no number is lost', () => {
  const here = new World({ 'return/1': { withdrawalSeconds: 0, quarantineSeconds: 0 } })
  here.holder('H-1')
  here.register('R-1', 'AS64500 - AS64502')
  const offered = { ...OFFER, range: 'AS64501', registration: { key: 'asn/64500/31', id: 'R-1' } }
  assert.equal(offer(here, offered), null)
  assert.equal(here.due(returnNumbers, 'obj/application/A-100'), null)
  assert.equal(here.due(returnNumbers, 'asn/64501/32'), null)
  assert.deepEqual(here.cell('asn/64501/32').registrations[0], {
    id: 'R-102',
    kind: 'pool',
    first: '64501',
    last: '64501',
    holder: null,
    status: 'available',
    country: null,
    registered: null,
    until: null,
    protected: false,
    provenance: 'P-102',
    procedure: 'return/1',
    since: 102,
  })
  const pool = here.object('pool', 'P-102')
  assert.deepEqual([pool?.['first'], pool?.['last'], pool?.['open']], ['64501', '64501', false])
  assert.equal(here.innermost('asn/64500/32')?.id, 'R-1')
  assert.equal(here.innermost('asn/64502/32')?.id, 'R-1')
  assertStamped(here)
})

test('P7: what is found in quarantine stands in the cell that falls due, not around it', () => {
  const here = new World({ 'return/1': { withdrawalSeconds: 0, quarantineSeconds: 0 } })
  here.register('R-2', '203.0.113.0/24', { kind: 'quarantined', holder: null, until: here.at })
  assert.equal(here.due(returnNumbers, 'ip4/203.0.113.0/25'), 'not-due')
  assert.equal(here.due(returnNumbers, CELL), null)
})

test('P7: numbers that become a pool have its object beside them, and the pool knows its handle', () => {
  const here = new World({ 'return/1': { withdrawalSeconds: 0, quarantineSeconds: 0 } })
  // A holding around them is no pool, whatever it states as its origin.
  here.register('R-1', '203.0.112.0/23', { provenance: 'P-1' })
  here.register('R-2', '203.0.113.0/24', { kind: 'quarantined', holder: null, until: here.at })
  assert.equal(here.due(returnNumbers, CELL), null)
  assert.equal(here.cell(CELL).registrations.at(-1)?.kind, 'pool')
  const pool = here.object('pool', 'P-100')
  assert.deepEqual(
    [pool?.['handle'], pool?.['first'], pool?.['last']],
    ['P-100', '203.0.113.0', '203.0.113.255'],
  )
  assert.equal(here.cell(CELL).registrations.at(-1)?.provenance, 'P-100')
})

test('P7: told is a pool that a pool around the numbers names, of the same space; a source of an import is none', () => {
  const here = new World({ 'return/1': { withdrawalSeconds: 0, quarantineSeconds: 0 } })
  here.register('R-0', '203.0.0.0/16', { kind: 'pool', holder: null, provenance: 'Example Registry' })
  here.register('R-1', '203.0.112.0/22', { kind: 'pool', holder: null, provenance: 'P-1' })
  here.register('R-3', '203.0.112.0/23', { provenance: 'P-2' })
  here.register('R-2', '203.0.113.0/24', { kind: 'quarantined', holder: null, until: here.at })
  const first = '203.0.112.0'
  here.put(
    'obj/pool/P-1' as RecordKey,
    poolObject({ first: '0', last: '4294967295', space: 'asn', exhausted: ['32'] }),
  )
  here.put(
    'obj/pool/P-2' as RecordKey,
    poolObject({ handle: 'P-2', first, last: '203.0.113.255', exhausted: ['24'] }),
  )
  assert.equal(here.due(returnNumbers, CELL), null)
  assert.deepEqual(here.object('pool', 'P-1')?.['exhausted'], ['32'])
  assert.deepEqual(here.object('pool', 'P-2')?.['exhausted'], ['24'])
  assert.deepEqual(here.cell(CELL).registrations, [])
})

test('withdraw: a pending act of somebody else on the registration stays pending', () => {
  const here = world()
  assert.equal(offer(here), null)
  here.put('obj/notes/R-1' as RecordKey, { ...emptyNotes('R-1'), pending: 'A-7' })
  const body = { step: 'withdraw', application: 'A-100', by: 'H-1' }
  assert.equal(here.ask(returnNumbers, { body, by: ['H-1/full'] }), null)
  assert.equal(here.object('notes', 'R-1')?.['pending'], 'A-7')
})

test('range-not-a-block: what leaves too many prefixes is looked at no further', () => {
  const here = new World({ 'return/1': { withdrawalSeconds: 0, quarantineSeconds: 0 } })
  here.holder('H-1')
  here.register('R-1', '2001:db8::/32')
  const range = '2001:db8::1 - 2001:db8:ffff:ffff:ffff:ffff:ffff:fffe'
  assert.equal(offer(here, part(range, 'ip6/2001:db8::/32')), 'range-not-a-block')
  assert.ok((here.last?.inputs.length ?? 0) < 10, `${here.last?.inputs.length}`)
})
