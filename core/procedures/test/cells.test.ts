// Cells and what is put into them; children inside ranges; looking at busy ranges in halves.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Block, blockRange, halves, parseRange, type Range } from '@cadastre/numbers'
import {
  type Cell,
  type CoveringCell,
  cellKey,
  MAX_REGISTRATIONS,
  MAX_ROAS,
  MAX_ROUTES,
  type Registration,
} from '@cadastre/records'
import { CellEdits } from '../src/cell-edits.ts'
import { withoutServicesOf, withRegistration } from '../src/cells.ts'
import { chainNeed, type Inputs, recordNeed, subtreeNeed } from '../src/index.ts'
import {
  canCarve,
  cellBlock,
  childrenIn,
  childSide,
  insideNeeds,
  insideOf,
  MAX_SUBTREES,
  protectedAt,
  registrationRef,
  termIsOver,
} from '../src/ranges.ts'
import { fewEnough } from '../src/registration-edits.ts'
import { inputsOf } from './inputs-fixture.ts'
import { blockOf, instant, World } from './world.ts'

const AT = instant('2030-01-01T00:00:00Z')
const EMPTY: Cell = { v: 1, registrations: [], rdns: null, routes: [], roas: [] }
const NET = blockOf('ip4/203.0.113.0/24')

function registration(id: string, more: Partial<Registration> = {}): Registration {
  return new World().register(id, '203.0.113.0/24', more)
}
const holding = registration('R-1')
const sub = registration('R-2', { kind: 'sub' })
const pool = registration('R-3', { kind: 'pool' })
const full = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one)

test('in a cell children stand behind what encloses them, in the order in which they came', () => {
  const ids = (...order: readonly Registration[]): readonly string[] =>
    order
      .reduce((cell: Cell, one) => withRegistration(cell, one) ?? cell, EMPTY)
      .registrations.map(({ id }) => id)
  const lease = registration('R-4', { kind: 'lease' })
  assert.deepEqual(ids(pool, holding, sub, lease), ['R-3', 'R-1', 'R-2', 'R-4'])
  assert.deepEqual(ids(sub, lease, holding), ['R-1', 'R-2', 'R-4'])
  assert.deepEqual(ids(lease, sub, pool), ['R-3', 'R-4', 'R-2'])
  const packed: Cell = { ...EMPTY, registrations: full(MAX_REGISTRATIONS, sub) }
  assert.equal(withRegistration(packed, sub), null)
})

test('without the services of one registration those of others stay', () => {
  const [mine, other] = ['R-1', 'R-2'].map((under) => ({ under, since: 1 }))
  assert.ok(mine && other)
  const services = { ns: ['ns1.example.net'], ds: [] }
  const cell: Cell = {
    ...EMPTY,
    rdns: { ...mine, ...services },
    routes: [mine, other].map((mark) => ({ ...mark, origin: 64500 })),
    roas: [mine, other].map((mark) => ({ ...mark, asn: 64500, maxLength: 24 })),
  }
  const left = withoutServicesOf(cell, 'R-1')
  assert.deepEqual([left.rdns, left.routes, left.roas], [null, [cell.routes[1]], [cell.roas[1]]])
  assert.deepEqual(withoutServicesOf(cell, 'R-2').rdns, cell.rdns)
})

test('a cell is overfull beyond each of the published caps, and not at them', () => {
  const route = { under: 'R-1', since: 1, origin: 64500 }
  const roa = { under: 'R-1', since: 1, asn: 64500, maxLength: 24 }
  const inputs = inputsOf(new World(), () => [recordNeed(cellKey(NET))])
  const overfull = (cell: Partial<Cell>): boolean => {
    const edits = new CellEdits(inputs)
    edits.set(NET, { ...EMPTY, ...cell })
    return edits.overfull()
  }
  for (const [cap, cell] of [
    [MAX_REGISTRATIONS, (n: number) => ({ registrations: full(n, sub) })],
    [MAX_ROUTES, (n: number) => ({ routes: full(n, route) })],
    [MAX_ROAS, (n: number) => ({ roas: full(n, roa) })],
  ] as const) {
    assert.equal(overfull(cell(cap)), false)
    assert.equal(overfull(cell(cap + 1)), true)
  }
})

test('an edit that leaves the cell as it was is no effect; a cell is known by its record, its chain or its subtree', () => {
  const here = new World()
  here.register('R-1', '203.0.113.0/24')
  const needs = [recordNeed(cellKey(NET)), chainNeed(NET), subtreeNeed(NET)]
  for (const need of needs) {
    const edits = new CellEdits(inputsOf(here, () => [need]))
    assert.equal(edits.cell(NET).registrations[0]?.id, 'R-1', need.q)
    edits.edit(NET, (cell) => ({ ...cell }))
    assert.deepEqual(edits.effects(), [])
    edits.edit(NET, () => EMPTY)
    assert.deepEqual(edits.effects(), [{ key: cellKey(NET), next: null, basis: [] }])
  }
  const inner = blockOf('ip4/203.0.113.0/25')
  assert.deepEqual(new CellEdits(inputsOf(here, () => [chainNeed(inner)])).cell(inner), EMPTY)
  assert.throws(() => new CellEdits(inputsOf(here, () => [chainNeed(NET)])).cell(inner), /not declared/)
})

test('protectedAt, termIsOver: to the second, and only of children', () => {
  const child = (until: string | null, more: Partial<Registration> = {}): Registration =>
    registration('R-2', {
      kind: 'lease',
      protected: true,
      until: until === null ? null : instant(until),
      ...more,
    })
  assert.equal(protectedAt(child(null), AT), true)
  assert.equal(protectedAt(child('2030-01-01T00:00:01Z'), AT), true)
  assert.equal(protectedAt(child('2030-01-01T00:00:00Z'), AT), false)
  assert.equal(protectedAt(child(null, { protected: false }), AT), false)
  const over = (one: Registration): boolean => termIsOver([holding, one], AT)
  assert.equal(over(child('2030-01-01T00:00:00Z')), true)
  assert.equal(over(child('2030-01-01T00:00:01Z')), false)
  assert.equal(over(child(null)), false)
  assert.equal(over(child('2030-01-01T00:00:00Z', { kind: 'holding' })), false)
})

test('childrenIn: each child once, with every cell in which it was met, and none of those to leave out', () => {
  const [low, high] = [blockOf('ip4/203.0.113.0/25'), blockOf('ip4/203.0.113.128/26')]
  const child = { ...sub, first: '203.0.113.0', last: '203.0.113.191' } as Registration
  const cells: readonly CoveringCell[] = [low, high, low].map((block) => ({
    block,
    cell: { ...EMPTY, registrations: [holding, child] },
  }))
  assert.deepEqual(
    childrenIn(cells).map((one) => [one.registration.id, one.cells]),
    [['R-2', [low, high]]],
  )
  assert.deepEqual(childrenIn(cells, new Set(['R-2'])), [])
  const [whole] = childrenIn(cells)
  assert.ok(whole)
  assert.equal(childSide(whole, blockRange(NET)), 'inside')
  assert.equal(childSide(whole, blockRange(low)), 'cut')
  assert.equal(childSide(whole, blockRange(blockOf('ip4/198.51.100.0/24'))), 'outside')
})

/** A state in which `busy` says of which blocks not everything can be seen at once. */
function counting(busy: (block: Block) => boolean): { readonly known: Inputs; readonly asked: Set<string> } {
  const asked = new Set<string>()
  const base = inputsOf(new World(), () => [])
  const known: Inputs = {
    pin: null,
    has: () => true,
    record: () => null,
    chain: () => [],
    subtree: (block) => {
      asked.add(cellKey(block))
      return { hash: null, cells: [{ block, cell: EMPTY }], complete: !busy(block) }
    },
    digest: (text) => base.digest(text),
    memberHash: (member) => base.memberHash(member),
  }
  return { known, asked }
}

test('insideOf: a busy block is looked at in halves, at most 64 subtrees, and what was seen is told once', () => {
  const inside = insideOf([NET], counting((block) => block.length < 26).known)
  assert.equal(inside.complete, true)
  assert.deepEqual(inside.cells.map(({ block }) => block.length).sort(), [24, 25, 25, 26, 26, 26, 26])
  const endless = counting(() => true)
  const seen = insideOf([NET], endless.known)
  assert.equal(seen.complete, false)
  assert.equal(endless.asked.size, MAX_SUBTREES - 1)
  assert.equal(seen.cells.length, MAX_SUBTREES - 1)
  // Two blocks to begin with leave room for as many in all.
  const pair = halves(NET)
  assert.ok(pair)
  const two = counting(() => true)
  insideOf(pair, two.known)
  assert.equal(two.asked.size, MAX_SUBTREES)
  // A single number has no halves: what is in it is all there is.
  const one = blockOf('ip4/203.0.113.1/32')
  assert.equal(insideOf([one], counting(() => true).known).complete, true)
  assert.deepEqual(insideNeeds([NET], counting(() => false).known), [])
})

test('canCarve: 96 prefixes of what is taken, written and kept together, and no more', () => {
  const range = (first: string, last: string): Registration => ({ ...holding, first, last })
  const prefixes = (one: Registration, taken: string): boolean =>
    canCarve(one, 'ip4', blockRange(blockOf(taken)))
  assert.equal(prefixes(range('10.0.0.0', '10.255.255.255'), 'ip4/10.0.0.0/32'), true)
  // 62 prefixes of its own; a single number out of the middle leaves about as many again.
  const widest = range('0.0.0.1', '255.255.255.254')
  assert.equal(prefixes(widest, 'ip4/128.0.0.0/1'), true)
  assert.equal(prefixes(widest, 'ip4/64.0.0.1/32'), false)
})

test('references: canonical keys of cells and ids as the registry gives them', () => {
  const block = (text: string): boolean => cellBlock.read(text, '').ok
  for (const text of ['ip4/203.0.113.0/24', 'ip6/2001:db8::/32', 'asn/64496/32'])
    assert.equal(block(text), true)
  for (const text of ['obj/holder/H-1', 'ip4/203.0.113.1/24', 'ip4/203.0.113.0', ''])
    assert.equal(block(text), false, text)
  const id = (text: string): boolean => registrationRef.read({ key: 'ip4/203.0.113.0/24', id: text }, '').ok
  for (const text of ['R-0', 'R-41', 'R-41-3']) assert.equal(id(text), true)
  for (const text of ['R-', 'R-01', '#0', 'R-41-0', 'H-41', 'R-41-3-1', 'xR-4'])
    assert.equal(id(text), false, text)
})

test('canCarve, fewEnough: exactly 96 prefixes', () => {
  const net = registration('R-1', { first: '2001:db8::', last: '2001:db8::ffff:ffff:ffff:ffff' })
  const taken = (last: string): Range => {
    const read = parseRange(`2001:db8::1 - ${last}`)
    assert.ok(read.ok)
    return read.value
  }
  // One whole, 60 taken, one before and 34 behind; then 62 and 33.
  assert.equal(canCarve(net, 'ip6', taken('2001:db8::7fff:fffe')), true)
  assert.equal(canCarve(net, 'ip6', taken('2001:db8::ffff:fffe')), false)
  const ref = { key: blockOf('ip6/2001:db8::/64'), id: 'R-1' }
  const ragged = {
    ref,
    registration: registration('R-1', { first: '2001:db8::1', last: '2001:db8::1ff:fffe' }),
  }
  assert.equal(fewEnough([ragged, ragged]).ok, true)
  const one = { ref, registration: registration('R-1', { first: '2001:db8::', last: '2001:db8::' }) }
  assert.deepEqual(fewEnough([ragged, ragged, one]), { ok: false, error: 'range-not-a-block' })
})

test('insideOf: what a busy block shows is shown once, by its halves', () => {
  const [low, high] = halves(NET) ?? []
  assert.ok(low && high)
  const cellAt = (block: Block): CoveringCell => ({ block, cell: EMPTY })
  const known = {
    ...counting(() => false).known,
    subtree: (block: Block) =>
      block.length === 24
        ? { hash: null, cells: [cellAt(NET), cellAt(low)], complete: false }
        : { hash: null, cells: [cellAt(block)], complete: true },
  }
  assert.deepEqual(
    insideOf([NET], known).cells.map(({ block }) => cellKey(block)),
    [NET, low, high].map(cellKey),
  )
})
