import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Block,
  blockRange,
  lowestFit,
  parseNumber,
  parseRange,
  type Range,
  range,
  rangeToBlocks,
} from '@cadastre/numbers'
import {
  type Cell,
  cellKey,
  isOccupying,
  type JsonObject,
  type Pool,
  type RecordKey,
  registrationRange,
} from '@cadastre/records'
import fc from 'fast-check'
import { allocate } from '../src/allocate.ts'
import { PROFILES } from '../src/profiles.ts'
import { returnNumbers } from '../src/return.ts'
import { poolWorld as world } from './pool-fixture.ts'
import { assertStamped, blockOf, DAY, World } from './world.ts'

type Wish = {
  readonly holder?: string
  readonly pool?: string
  readonly block?: string
  readonly by?: readonly string[]
}
function ask(here: World, length: number, wish: Wish = {}): string | null {
  const { holder = 'H-1', pool: handle = 'P-1', block = null, by = [`${holder}/full`] } = wish
  return here.ask(allocate, { body: { holder, pool: handle, length, block }, by })
}
const serve = (here: World): string | null => here.due(allocate, 'obj/pool/P-1')
const poolOf = (here: World, handle = 'P-1'): Pool => {
  const record: unknown = here.object('pool', handle)
  return record as Pool
}
/** `id first last holder` of every holding, in order of number. */
function holdings(here: World): readonly string[] {
  const found = new Map<string, string>()
  for (const [key, { value }] of here.state.records) {
    if (key.startsWith('obj/')) continue
    for (const one of (value as Cell).registrations)
      if (one.kind === 'holding') found.set(key, `${key} ${one.holder}`)
  }
  return [...found.values()].sort()
}
/** Give back a whole holding and let its quarantine end. */
function giveBack(here: World, key: string): void {
  const stands = here.innermost(key)
  assert.ok(stands)
  const registration = { key, id: stands.id }
  const body = {
    step: 'offer',
    holder: stands.holder,
    registration,
    range: `${stands.first} - ${stands.last}`,
  }
  const by = [`${stands.holder}/full`]
  const application = `obj/application/A-${here.index}`
  assert.equal(
    here.ask(returnNumbers, { body, by, replaces: [here.names(stands, blockOf(key).space)] }),
    null,
  )
  here.later(14 * DAY)
  assert.equal(here.due(returnNumbers, application), null)
  here.later(180 * DAY)
  assert.equal(here.due(returnNumbers, key), null)
}

test('the lowest block that fits, for each size on its own; the grant is counted at the identity', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  for (const length of [26, 28, 25, 28]) assert.equal(ask(here, length), null)
  assert.deepEqual(holdings(here), [
    'ip4/203.0.113.0/26 H-1',
    'ip4/203.0.113.128/25 H-1',
    'ip4/203.0.113.64/28 H-1',
    'ip4/203.0.113.80/28 H-1',
  ])
  const identity = here.state.get('obj/identity/KEY-H-1' as RecordKey) as JsonObject
  assert.deepEqual(identity['granted'], { ip4: 64 + 16 + 128 + 16, ip6: 0, asn: 0 })
  const holding = here.innermost('ip4/203.0.113.0/26')
  assert.deepEqual(
    [holding?.id, holding?.holder, holding?.registered, holding?.since, holding?.status, holding?.protected],
    ['R-100', 'H-1', '2030-01-01', 100, 'assigned', false],
  )
  assert.equal(here.object('notes', 'R-100'), null)
  assertStamped(here)
})

test('national: a /24 once, held for 24 months; IPv6 a /32 or a /48 and nothing between', () => {
  const here = world('national', { range: '198.51.100.0 - 198.51.103.255' })
  for (const length of [23, 25, 8, 32]) assert.equal(ask(here, length), 'size-not-allowed', `/${length}`)
  assert.equal(ask(here, 24), null)
  assert.deepEqual(here.object('notes', 'R-100'), {
    v: 1,
    registration: 'R-100',
    pending: null,
    heldUntil: '2032-01-01T00:00:00Z',
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders: [],
    since: 100,
  })
  assert.equal(ask(here, 24), 'quota-reached')
  assert.equal(ask(here, 24, { holder: 'H-2' }), null)
  const six = world('national', { range: 'fd00::/28' })
  for (let length = 0; length <= 128; length++)
    if (length !== 32 && length !== 48) assert.equal(ask(six, length), 'size-not-allowed', `/${length}`)
  assert.equal(ask(six, 48), null)
  assert.equal(ask(six, 32), null)
  assert.deepEqual(holdings(six), ['ip6/fd00:1::/32 H-1', 'ip6/fd00::/48 H-1'].sort())
  assert.equal(six.innermost('ip6/fd00::/48')?.status, 'allocated')
})

test('a size that the pool cannot hold at all is refused, so that nobody waits behind it for ever', () => {
  const here = world('community', { range: '203.0.113.64 - 203.0.113.255' })
  assert.equal(ask(here, 24), 'size-not-allowed')
  assert.equal(ask(here, 25), null)
  const numbers = world('community', { range: 'AS64500 - AS64503' })
  for (const length of [0, 30, 31, 33, 128]) assert.equal(ask(numbers, length), 'size-not-allowed')
})

test('AS numbers up to the very end of the space, then the queue', () => {
  const here = world('community', { range: 'AS4294967294 - AS4294967295' })
  assert.equal(ask(here, 32), null)
  assert.equal(ask(here, 32), null)
  assert.deepEqual(holdings(here), ['asn/4294967294/32 H-1', 'asn/4294967295/32 H-1'])
  assert.equal(poolOf(here).cursors['32'], '4294967295')
  assert.equal(ask(here, 32, { holder: 'H-2' }), null)
  assert.equal(poolOf(here).queues['32']?.head, 'A-102')
  giveBack(here, 'asn/4294967295/32')
  assert.equal(serve(here), null)
  assert.equal(here.innermost('asn/4294967295/32')?.holder, 'H-2')
})

test('the ends of the IPv4 and IPv6 spaces', () => {
  const four = world('community', { range: '255.255.255.254 - 255.255.255.255' })
  for (let count = 0; count < 2; count++) assert.equal(ask(four, 32), null)
  assert.equal(holdings(four).length, 2)
  const six = world('community', { range: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127' })
  for (let count = 0; count < 3; count++) assert.equal(ask(six, 128), null)
  assert.equal(holdings(six).length, 2)
  assert.notEqual(poolOf(six).queues['128'], undefined)
})

test('reserved, quarantined and held ranges that are no prefixes are jumped over', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  here.register('R-7', '203.0.113.3 - 203.0.113.130', { kind: 'reserved', holder: null })
  assert.equal(ask(here, 32), null)
  assert.equal(ask(here, 25), null)
  assert.equal(poolOf(here).queues['25']?.head, 'A-101', 'no /25 is free')
  assert.equal(here.innermost('ip4/203.0.113.0/32')?.holder, 'H-1')
})

test('in an open pool the applicant may choose; cursors are not disturbed', () => {
  const here = world('community', { range: '203.0.113.0/24', open: true })
  assert.equal(ask(here, 26), null)
  const cursors = poolOf(here).cursors
  assert.equal(ask(here, 26, { block: 'ip4/203.0.113.192/26' }), null)
  assert.deepEqual(poolOf(here).cursors, cursors)
  assert.equal(ask(here, 26), null)
  assert.equal(ask(here, 26), null)
  assert.equal(holdings(here).length, 4)
  assert.equal(ask(here, 26), null)
  assert.equal(poolOf(here).queues['26']?.head, 'A-104')
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused, not-due', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  for (const wrong of [{ length: 129 }, { length: 24.5 }, { block: '203.0.113.0/24' }, { need: 'much' }])
    assert.equal(
      here.ask(allocate, { body: { holder: 'H-1', pool: 'P-1', length: 24, block: null, ...wrong } }),
      'body-malformed',
    )
  assert.equal(ask(new World(), 24), 'procedure-unknown')
  const body = { holder: 'H-1', pool: 'P-1', length: 24, block: null }
  assert.equal(here.ask(allocate, { body, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(allocate, { body, expires: '2029-12-31T23:59:59Z' }), 'request-expired')
  assert.equal(serve(here), 'not-due')
  assert.equal(here.due(allocate, 'obj/pool/P-9'), 'not-due')
  here.put('obj/registry/REGISTRY' as RecordKey, { v: 1, origin: 'registry.example', state: 'founding' })
  assert.equal(ask(here, 24), 'still-founding')
  here.pause()
  assert.equal(ask(here, 24), 'paused')
})

test('holder-unknown, consent-missing, pool-unknown, size-not-allowed, quota-reached, in this order', () => {
  const here = world('national', { range: '198.51.100.0/23' })
  assert.equal(ask(here, 24, { holder: 'H-9' }), 'holder-unknown')
  assert.equal(ask(here, 24, { by: ['H-1/routing'], pool: 'P-9' }), 'consent-missing')
  assert.equal(ask(here, 24, { by: ['H-2/full'] }), 'consent-missing')
  assert.equal(ask(here, 22, { pool: 'P-9' }), 'pool-unknown')
  here.holder('H-4')
  const imported = { ...(here.state.get('obj/holder/H-4' as RecordKey) as JsonObject), identity: null }
  here.put('obj/holder/H-4' as RecordKey, imported)
  assert.equal(ask(here, 24, { holder: 'H-4' }), 'holder-unknown')
  assert.equal(ask(here, 24), null)
  assert.equal(ask(here, 23), 'size-not-allowed')
  assert.equal(ask(here, 24), 'quota-reached')
})

test('block-not-open, block-misaligned, block-outside-pool, block-taken, cell-full', () => {
  const closed = world('community', { range: '203.0.113.0/24' })
  assert.equal(ask(closed, 26, { block: 'ip4/203.0.113.0/26' }), 'block-not-open')
  const national = world('national', { range: '203.0.113.0/24', open: true })
  assert.equal(ask(national, 24, { block: 'ip4/203.0.113.0/24' }), 'block-not-open')
  const here = world('community', { range: '203.0.113.0/24', open: true })
  for (const block of ['ip4/203.0.113.0/25', 'ip6/fd00::/26', 'obj/pool/P-1'])
    assert.equal(ask(here, 26, { block }), 'block-misaligned', block)
  assert.equal(ask(here, 26, { block: 'ip4/198.51.100.0/26' }), 'block-outside-pool')
  assert.equal(ask(here, 28, { block: 'ip4/203.0.113.64/28' }), null)
  for (const block of ['ip4/203.0.113.64/26', 'ip4/203.0.113.64/28', 'ip4/203.0.113.72/29'])
    assert.equal(ask(here, Number(block.slice(-2)), { block }), 'block-taken', block)
  for (let count = 0; count < 8; count++)
    here.register(`R-${count + 20}`, '203.0.113.128/26', { kind: 'pool', holder: null })
  assert.equal(ask(here, 26, { block: 'ip4/203.0.113.128/26' }), 'cell-full')
})

test('what does not fit waits: first come, first served, when a quarantine ends', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  assert.equal(ask(here, 24), null)
  for (const holder of ['H-2', 'H-3', 'H-2']) assert.equal(ask(here, 26, { holder }), null)
  const queue = ['A-101', 'A-102', 'A-103']
  assert.deepEqual(
    [poolOf(here).queues, poolOf(here).serve],
    [{ '26': { head: 'A-101', tail: 'A-103' } }, null],
  )
  assert.deepEqual(
    queue.map((handle) => here.object('application', handle)?.['next']),
    ['A-102', 'A-103', null],
  )
  giveBack(here, 'ip4/203.0.113.0/24')
  assert.equal(poolOf(here).serve, here.at)
  for (let count = 0; count < 3; count++) assert.equal(serve(here), null)
  assert.deepEqual([poolOf(here).queues, poolOf(here).serve], [{}, null])
  assert.equal(ask(here, 28), null, 'who comes now is served after them')
  assert.deepEqual(holdings(here), [
    'ip4/203.0.113.0/26 H-2',
    'ip4/203.0.113.128/26 H-2',
    'ip4/203.0.113.192/28 H-1',
    'ip4/203.0.113.64/26 H-3',
  ])
  for (const handle of queue) assert.equal(here.object('application', handle)?.['state'], 'effected')
  assert.equal(serve(here), 'not-due')
  assertStamped(here)
})

test('who waits for a large block holds up nobody who asks for a small one; a queue that cannot be served falls silent', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  assert.equal(ask(here, 25), null)
  assert.equal(ask(here, 26), null)
  assert.equal(ask(here, 25, { holder: 'H-2' }), null)
  assert.equal(ask(here, 26, { holder: 'H-3' }), null)
  assert.equal(here.innermost('ip4/203.0.113.192/26')?.holder, 'H-3')
  giveBack(here, 'ip4/203.0.113.128/26')
  assert.equal(serve(here), null, 'half of it is not enough')
  const { queues, exhausted, serve: next } = poolOf(here)
  assert.deepEqual([Object.keys(queues), exhausted, next], [['25'], ['25'], null])
  giveBack(here, 'ip4/203.0.113.192/26')
  assert.equal(serve(here), null, 'now the /25 is free')
  assert.equal(here.innermost('ip4/203.0.113.128/25')?.holder, 'H-2')
  assert.deepEqual([poolOf(here).queues, poolOf(here).serve], [{}, null])
})

test('a waiting application that no longer may be served fails, says why, and lets the next one through', () => {
  for (const [reason, spoil] of [
    ['holder-unknown', (here: World) => here.put('obj/identity/KEY-H-2' as RecordKey, null)],
    [
      'consent-missing',
      (here: World) => {
        const waiting = here.object('application', 'A-101') ?? {}
        here.put('obj/application/A-101' as RecordKey, { ...waiting, consents: ['H-3'] })
      },
    ],
    [
      'quota-reached',
      (here: World) => {
        const parameters = { ...PROFILES.community['allocate/1'], quotaIp4: 16 }
        here.put('obj/procedure/ALLOCATE-1' as RecordKey, {
          v: 1,
          id: 'allocate/1',
          text: '',
          parameters,
          revisions: [],
          since: 0,
        })
      },
    ],
  ] as const) {
    const here = world('community', { range: '203.0.113.0/24' })
    assert.equal(ask(here, 24), null)
    assert.equal(ask(here, 27, { holder: 'H-2' }), null)
    assert.equal(ask(here, 28, { holder: 'H-3' }), null)
    giveBack(here, 'ip4/203.0.113.0/24')
    spoil(here)
    assert.equal(serve(here), null)
    const failed = here.object('application', 'A-101')
    assert.deepEqual([failed?.['state'], failed?.['reason']], ['failed', reason])
    assert.equal(serve(here), null)
    assert.deepEqual(holdings(here), ['ip4/203.0.113.0/28 H-3'])
  }
})

test('a long search goes on by itself, from the cursor that it reached', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  for (let last = 0; last < 200; last++)
    here.register(`R-${last + 1000}`, `203.0.113.${last}/32`, { kind: 'reserved', holder: null })
  assert.equal(ask(here, 32), null)
  assert.deepEqual(
    [poolOf(here).queues['32']?.head, poolOf(here).serve, poolOf(here).cursors['32']],
    ['A-100', here.at, '203.0.113.48'],
  )
  here.assertFits()
  for (let turn = 2; turn <= 4; turn++) {
    assert.equal(serve(here), null)
    here.assertFits()
    assert.equal(poolOf(here).cursors['32'], `203.0.113.${turn * 48}`)
    assert.equal(poolOf(here).serve, here.at)
  }
  assert.equal(serve(here), null)
  assert.deepEqual(holdings(here), ['ip4/203.0.113.200/32 H-1'])
  assert.deepEqual([poolOf(here).queues, poolOf(here).serve], [{}, null])
})

test('numbers that return are found again, below cursors that had passed them', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  for (const length of [26, 26, 25]) assert.equal(ask(here, length), null)
  giveBack(here, 'ip4/203.0.113.0/26')
  assert.equal(ask(here, 27, { holder: 'H-2' }), null)
  assert.equal(here.innermost('ip4/203.0.113.0/27')?.holder, 'H-2')
})

/** What is taken in the pool: brute force over every cell. */
function taken(here: World): readonly Range[] {
  const found: Range[] = []
  for (const [key, { value }] of here.state.records) {
    if (key.startsWith('obj/')) continue
    const { space } = blockOf(key)
    for (const one of (value as Cell).registrations)
      if (isOccupying(one.kind)) found.push(registrationRange(one, space))
  }
  return found.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
}

/** Nothing that fits may be free below a cursor of the pool (design.md section 4). */
function assertCursors(here: World): void {
  const { space, first, last, cursors } = poolOf(here)
  const from = parseNumber(space, first)
  const to = parseNumber(space, last)
  assert.ok(from.ok && to.ok)
  const whole = range(space, from.value, to.value)
  assert.ok(whole.ok)
  for (const [length, text] of Object.entries(cursors)) {
    const cursor = parseNumber(space, text)
    assert.ok(cursor.ok)
    const lowest = lowestFit(whole.value, taken(here), Number(length)).block
    assert.ok(
      lowest === null || lowest.first >= cursor.value,
      `/${length}: ${text} has passed ${lowest?.first}`,
    )
  }
}

test('any history of requests, choices, returns and service: the lowest fit of brute force, cursors that pass nothing free', () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('ask'), length: fc.integer({ min: 25, max: 30 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('choose'),
        length: fc.integer({ min: 26, max: 30 }),
        at: fc.nat(255),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('return'), at: fc.nat(30) }) },
  )
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 30 }), (steps) => {
      const here = world('community', { range: '203.0.113.5 - 203.0.113.250', open: true })
      const all = parseRange('203.0.113.5 - 203.0.113.250')
      assert.ok(all.ok)
      for (const one of steps) {
        const held = holdings(here)
        if (one.kind === 'return' && 'at' in one) {
          const target = held[one.at % Math.max(1, held.length)]?.split(' ')[0]
          if (target !== undefined) giveBack(here, target)
        } else if ('length' in one) {
          const expected: Block | null = lowestFit(all.value, taken(here), one.length).block
          const waits = poolOf(here).queues[String(one.length)] !== undefined
          if ('at' in one) {
            const size = 2 ** (32 - one.length)
            ask(here, one.length, {
              block: `ip4/203.0.113.${Math.floor(one.at / size) * size}/${one.length}`,
            })
          } else if (ask(here, one.length) === null && expected !== null && !waits)
            assert.equal(here.innermost(cellKey(expected))?.id, `R-${here.index - 1}`)
        }
        while (poolOf(here).serve !== null) assert.equal(serve(here), null)
        assertCursors(here)
        const ranges = taken(here)
          .flatMap((one) => rangeToBlocks(one))
          .map(blockRange)
        const sum = ranges.reduce((total, each) => total + (each.last - each.first + 1n), 0n)
        assert.ok(sum <= 246n, 'nothing is taken twice')
      }
    }),
    { numRuns: 40 },
  )
})

test('who chose a block is not searched for: the act states nothing of others, and nothing that it does not look at', () => {
  const here = world('community', { range: '203.0.113.0/24', open: true })
  assert.equal(ask(here, 26), null)
  assert.equal(ask(here, 26, { block: 'ip4/203.0.113.192/26' }), null)
  const cells = (here.last?.inputs ?? []).filter(({ key }) => key.startsWith('ip4/'))
  assert.deepEqual(
    cells.map(({ q, key }) => `${q} ${key}`),
    ['chain ip4/203.0.113.192/26', 'subtree ip4/203.0.113.192/26'],
  )
  assert.deepEqual(here.idle, [])
})

test('national, IPv6: no shorter than the shortest, though the steps would meet it; steps count from the shortest', () => {
  const wide = world('national', { range: 'fd00::/12' })
  assert.equal(ask(wide, 16), 'size-not-allowed')
  const steps = { ip6Min: 29, ip6Max: 48, ip6Step: 3 }
  const here = world('community', { range: 'fd00::/28' }, steps)
  const refused = (length: number): boolean => ask(here, length) === 'size-not-allowed'
  for (let length = 28; length <= 48; length++)
    assert.equal(refused(length), ![29, 32, 35, 38, 41, 44, 47].includes(length), `/${length}`)
})

test('where nothing of a size is free the pool says so, and who waits for it is not tried before numbers come back', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  assert.equal(ask(here, 24), null)
  assert.equal(ask(here, 26, { holder: 'H-2' }), null)
  assert.deepEqual([poolOf(here).exhausted, poolOf(here).serve], [['26'], null])
})

test('after a serving the search goes on behind what was given', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  assert.equal(ask(here, 24), null)
  assert.equal(ask(here, 32, { holder: 'H-2' }), null)
  giveBack(here, 'ip4/203.0.113.0/24')
  assert.equal(serve(here), null)
  assert.equal(here.innermost('ip4/203.0.113.0/32')?.holder, 'H-2')
  assert.equal(poolOf(here).cursors['32'], '203.0.113.1')
})

test('not-due: a pool is served at its time, and not before', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  assert.equal(ask(here, 24), null)
  assert.equal(ask(here, 26, { holder: 'H-2' }), null)
  giveBack(here, 'ip4/203.0.113.0/24')
  const before = poolOf(here)
  here.later(-1)
  assert.equal(serve(here), 'not-due')
  assert.deepEqual(poolOf(here), before)
  here.later(1)
  assert.equal(serve(here), null)
})

test('a pool that is to be served, though nobody waits, falls silent and is else unchanged', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  const before = poolOf(here)
  here.put('obj/pool/P-1' as RecordKey, { ...before, serve: here.at })
  assert.equal(serve(here), null)
  assert.deepEqual(poolOf(here), { ...before, serve: null })
  assert.equal(serve(here), 'not-due')
})

test('a free block whose cell is full is passed over when a queue is served, and the next one is tried at once', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  assert.equal(ask(here, 24), null)
  assert.equal(ask(here, 26, { holder: 'H-2' }), null)
  giveBack(here, 'ip4/203.0.113.0/24')
  for (let count = 0; count < 8; count++)
    here.register(`R-${count + 20}`, '203.0.113.0/26', { kind: 'pool', holder: null })
  const before = poolOf(here)
  assert.equal(serve(here), null)
  assert.deepEqual(poolOf(here), { ...before, cursors: { ...before.cursors, '26': '203.0.113.64' } })
  assert.equal(before.serve, here.at)
  assert.equal(serve(here), null)
  assert.equal(here.innermost('ip4/203.0.113.64/26')?.holder, 'H-2')
  assert.deepEqual([poolOf(here).queues, poolOf(here).serve], [{}, null])
})

test('a queue whose last application is missing is not torn further: the act fails', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  assert.equal(ask(here, 24), null)
  assert.equal(ask(here, 26, { holder: 'H-2' }), null)
  here.put('obj/application/A-101' as RecordKey, null)
  assert.throws(() => ask(here, 26, { holder: 'H-3' }), /the queue has lost its tail/)
})

test('who left the queue is passed over without a search', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  assert.equal(ask(here, 24), null)
  for (const holder of ['H-2', 'H-3']) assert.equal(ask(here, 26, { holder }), null)
  const left = { step: 'withdraw', application: 'A-101', by: 'H-2' }
  assert.equal(here.ask(allocate, { body: left, by: ['H-2/full'] }), null)
  giveBack(here, 'ip4/203.0.113.0/24')
  assert.equal(serve(here), null)
  assert.deepEqual(
    here.last?.inputs.filter(({ key }) => key.startsWith('ip4/')),
    [],
  )
  assert.deepEqual(poolOf(here).queues['26'], { head: 'A-102', tail: 'A-102' })
})

test('what was not asked for is not guessed: without the search’s inputs no decision is made', () => {
  const here = world('community', { range: '203.0.113.0/24' })
  const blind = {
    ...allocate,
    needs: (...given: Parameters<typeof allocate.needs>) =>
      allocate.needs(...given).filter(({ key }) => !key.startsWith('ip4/')),
  }
  const body = { holder: 'H-1', pool: 'P-1', length: 26, block: null }
  assert.throws(() => here.ask(blind, { body, by: ['H-1/full'] }), /needs asked for everything/)
  assert.equal(here.ask(allocate, { body, by: ['H-1/full'] }), null)
  assert.equal(ask(here, 25), null)
  assert.equal(ask(here, 26, { holder: 'H-2' }), null)
  assert.equal(ask(here, 26, { holder: 'H-3' }), null)
  giveBack(here, 'ip4/203.0.113.0/26')
  assert.throws(() => here.due(blind, 'obj/pool/P-1'), /needs asked for everything/)
})
