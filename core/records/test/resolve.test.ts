import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Block, blockRange, parsePrefix, parseRange } from '@cadastre/numbers'
import {
  type Cell,
  type CoveringCell,
  cellInForce,
  covers,
  dueOf,
  EMPTY_CELL,
  innermost,
  instantFromSeconds,
  isEmptyCell,
  isOver,
  liveServices,
  occupant,
  pathInForce,
  type RecordKey,
  type Registration,
  type RegistrationKind,
  registrationRange,
  registrationsOn,
  standing,
} from '../src/index.ts'

function block(text: string): Block {
  const parsed = parsePrefix(text)
  if (!parsed.ok) throw new Error(text)
  return parsed.value
}
function registration(id: string, kind: RegistrationKind, more: Partial<Registration> = {}): Registration {
  return {
    id,
    kind,
    first: '203.0.113.0',
    last: '203.0.113.255',
    holder: 'H-1',
    status: 'assigned',
    country: null,
    registered: null,
    until: null,
    protected: false,
    provenance: null,
    procedure: 'import/1',
    since: 1,
    ...more,
  }
}
function at(prefix: string, ...registrations: readonly Registration[]): CoveringCell {
  return { block: block(prefix), cell: { ...EMPTY_CELL, registrations } }
}

test('a child whose term is over has ended, also before the entry that says so (design.md section 4)', () => {
  const [before, end, after] = [99, 100, 101].map(instantFromSeconds)
  assert.ok(before !== undefined && end !== undefined && after !== undefined)
  const ended = registration('R-9', 'lease', { until: end })
  const path = [at('203.0.113.0/24', holding, ended), at('203.0.113.0/25', registration('R-8', 'sub'))]
  const ids = (when: typeof end): readonly string[] =>
    registrationsOn(pathInForce(path, when)).map(({ registration: { id } }) => id)
  assert.deepEqual(ids(before), ['R-2', 'R-9', 'R-8'])
  assert.deepEqual(ids(end), ['R-2', 'R-8'])
  assert.deepEqual(ids(after), ['R-2', 'R-8'])
  // A quarantine and a holding last until an act ends them.
  for (const kind of ['quarantined', 'holding', 'reserved', 'pool', 'moved-out'] as const)
    assert.equal(isOver(registration('R-7', kind, { until: end }), after), false, kind)
  assert.equal(cellInForce(path[1] as CoveringCell, after), path[1])
})

const pool = registration('R-1', 'pool')
const holding = registration('R-2', 'holding')
const lease = registration('R-3', 'lease')

test('the chain is read outermost first; a deeper cell may hold only a service', () => {
  const path = [at('203.0.0.0/16', pool), at('203.0.113.0/24', holding, lease), at('203.0.113.0/25')]
  assert.deepEqual(
    registrationsOn(path).map(({ registration: { id } }) => id),
    ['R-1', 'R-2', 'R-3'],
  )
  assert.equal(innermost(path)?.registration, lease)
  assert.equal(innermost(path)?.block.length, 24)
  assert.equal(innermost([at('203.0.113.0/25')]), null)
})

test('procedures.md I2: each number is in exactly one standing', () => {
  assert.equal(standing([]), 'not-ours')
  assert.equal(standing([at('203.0.113.0/25')]), 'not-ours')
  assert.equal(standing([at('203.0.0.0/16', pool)]), 'free')
  const cases: readonly (readonly [RegistrationKind, string])[] = [
    ['holding', 'held'],
    ['reserved', 'reserved'],
    ['quarantined', 'quarantined'],
    ['moved-out', 'moved-out'],
  ]
  for (const [kind, expected] of cases) {
    const path = [at('203.0.0.0/16', pool), at('203.0.113.0/24', registration('R-9', kind), lease)]
    assert.equal(standing(path), expected)
    assert.equal(occupant(path)?.registration.id, 'R-9')
  }
  assert.equal(occupant([at('203.0.0.0/16', pool)]), null)
})

test('design.md section 4: a service is in force only under the innermost registration at its cell', () => {
  const cell: Cell = {
    v: 1,
    registrations: [],
    rdns: { under: 'R-2', since: 2, ns: ['ns.example'], ds: [] },
    routes: [
      { under: 'R-2', since: 2, origin: 64496 },
      { under: 'R-3', since: 3, origin: 64497 },
    ],
    roas: [{ under: 'R-3', since: 3, asn: 64497, maxLength: 24 }],
  }
  const here = { block: block('203.0.113.0/24'), cell }
  const held = liveServices([at('203.0.0.0/16', holding), here])
  assert.deepEqual([held.rdns?.under, held.routes.length, held.roas.length], ['R-2', 1, 0])
  const leased = liveServices([at('203.0.0.0/16', holding, lease), here])
  assert.deepEqual([leased.rdns, leased.routes.length, leased.roas.length], [null, 1, 1])
  const none = liveServices([here])
  assert.deepEqual([none.rdns, none.routes.length, none.roas.length], [null, 0, 0])
})

test('the range that a registration states, in each space', () => {
  const cases = [
    ['203.0.113.0', '203.0.113.191', 'ip4', '203.0.113.0 - 203.0.113.191'],
    ['2001:db8::', '2001:db8::ff', 'ip6', '2001:db8:: - 2001:db8::ff'],
    ['64496', '64511', 'asn', 'AS64496 - AS64511'],
  ] as const
  for (const [first, last, space, text] of cases) {
    const parsed = parseRange(text)
    assert.ok(parsed.ok)
    assert.deepEqual(registrationRange(registration('R-1', 'holding', { first, last }), space), parsed.value)
  }
  assert.throws(() => registrationRange(registration('R-1', 'holding', { first: 'x' }), 'ip4'), TypeError)
  assert.throws(() => registrationRange(registration('R-1', 'holding'), 'ip6'), TypeError)
  assert.throws(() => registrationRange(registration('R-1', 'holding', { first: 'x' }), 'asn'), TypeError)
})

test('covers: the whole block, not a part of it', () => {
  const part = registration('R-1', 'holding', { last: '203.0.113.191' })
  assert.ok(covers(part, block('203.0.113.128/26')))
  assert.equal(covers(part, block('203.0.113.128/25')), false)
  assert.ok(blockRange(block('203.0.113.0/24')).last - blockRange(block('203.0.113.0/24')).first === 255n)
})

test('what falls due: the earliest term in a cell, a cooling application, a pool to be served', () => {
  const key = 'ip4/203.0.113.0/24' as RecordKey
  const [early, late] = [instantFromSeconds(1000), instantFromSeconds(2000)]
  const cell = (...registrations: readonly Registration[]): Cell => ({ ...EMPTY_CELL, registrations })
  assert.equal(dueOf(key, cell(holding)), null)
  const both = cell(
    registration('R-5', 'lease', { until: late }),
    registration('R-6', 'sub', { until: early }),
  )
  assert.deepEqual(dueOf(key, both), { at: early, procedure: 'delegate/1', key })
  const quarantine = cell(registration('R-7', 'quarantined', { until: early }))
  assert.deepEqual(dueOf(key, quarantine), { at: early, procedure: 'return/1', key })
  const application = 'obj/application/A-1' as RecordKey
  const cooling = { state: 'cooling', due: late, procedure: 'transfer/1' }
  assert.deepEqual(dueOf(application, cooling), { at: late, procedure: 'transfer/1', key: application })
  assert.equal(dueOf(application, { ...cooling, state: 'effected' }), null)
  assert.equal(dueOf('obj/pool/P' as RecordKey, { serve: null }), null)
  assert.equal(dueOf('obj/pool/P' as RecordKey, { serve: early })?.procedure, 'allocate/1')
  assert.equal(dueOf('obj/holder/H-1' as RecordKey, { lockedUntil: early }), null)
})

test('a cell without registrations and services has no leaf', () => {
  assert.ok(isEmptyCell(EMPTY_CELL))
  assert.equal(isEmptyCell({ ...EMPTY_CELL, registrations: [holding] }), false)
  assert.equal(isEmptyCell({ ...EMPTY_CELL, routes: [{ under: 'R-2', since: 2, origin: 64496 }] }), false)
})
