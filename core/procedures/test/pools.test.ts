// The search for the lowest fit, the queue behind it, and whether effects fit an entry: each on its own.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { block } from '@cadastre/numbers'
import {
  type Application,
  canonicalJson,
  MAX_ENTRY_BYTES,
  objectKey,
  type Pool,
  type Registration,
} from '@cadastre/records'
import { fitsEntry } from '../src/entry-room.ts'
import { chainNeed, put, subtreeNeed } from '../src/index.ts'
import { holdsAligned, poolBounds, searchLowestFit, takenUntil } from '../src/lowest-fit.ts'
import { rejoined, rejoinNeeds } from '../src/queue-aside.ts'
import { inputsOf } from './inputs-fixture.ts'
import { blockOf, instant, World } from './world.ts'

const AT = instant('2030-01-01T00:00:00Z')
const NET = blockOf('ip4/203.0.113.0/24')
const POOL: Pool = {
  v: 1,
  handle: 'P-1',
  space: 'ip4',
  first: '203.0.113.0',
  last: '203.0.113.255',
  open: false,
  cursors: {},
  queues: {},
  exhausted: [],
  serve: null,
  since: 0,
}

test('takenUntil: the last number of what stands around or furthest inside; pools take nothing', () => {
  const until = (...ranges: readonly (readonly [range: string, more?: Partial<Registration>])[]): string => {
    const here = new World()
    for (const [index, [range, more]] of ranges.entries()) here.register(`R-${index}`, range, more)
    const inputs = inputsOf(here, () => [chainNeed(NET), subtreeNeed(NET)])
    const last = takenUntil(NET, inputs)
    return last === null ? 'free' : String(last - NET.first)
  }
  assert.equal(until(), 'free')
  assert.equal(until(['203.0.112.0/23']), '255')
  assert.equal(until(['203.0.113.0 - 203.0.114.255']), '511')
  assert.equal(until(['203.0.113.0/24', { kind: 'pool' }]), 'free')
  assert.equal(until(['203.0.113.0/24', { kind: 'pool' }], ['203.0.113.5']), '5')
  assert.equal(until(['203.0.113.5'], ['203.0.113.9'], ['203.0.113.7']), '9')
  assert.equal(until(['203.0.113.9'], ['203.0.113.5']), '9')
  assert.equal(until(['203.0.113.64/26', { kind: 'pool' }]), 'free')
  // What lies inside another ends before it.
  assert.equal(until(['203.0.113.0/25'], ['203.0.113.5', { kind: 'sub' }]), '127')
})

test('a block in which too much stands counts as taken to its end', () => {
  const base = inputsOf(new World(), () => [])
  const last = takenUntil(NET, {
    pin: null,
    has: () => true,
    record: () => null,
    chain: () => [],
    subtree: () => ({ hash: '', cells: [], complete: false }),
    digest: (text) => base.digest(text),
    memberHash: (member) => base.memberHash(member),
  })
  assert.equal(last, NET.first + 255n)
})

test('holdsAligned: whether the pool can hold a block of the length at all', () => {
  const odd: Pool = { ...POOL, first: '203.0.113.1' }
  assert.equal(holdsAligned(POOL, 24), true)
  assert.equal(holdsAligned(odd, 24), false)
  assert.equal(holdsAligned(odd, 25), true)
  assert.equal(holdsAligned(POOL, 23), false)
  assert.equal(holdsAligned(POOL, 32), true)
  assert.equal(holdsAligned(POOL, 33), false)
  assert.throws(() => poolBounds({ ...POOL, last: 'x' }), /pool P-1 states no number: x/)
})

test('the search asks for chain and subtree of one block at a time, and takes the first that is free', () => {
  const here = new World()
  here.register('R-1', '203.0.113.0/25')
  const low = blockOf('ip4/203.0.113.0/25')
  const both = [chainNeed(low), subtreeNeed(low)]
  for (const known of [[], both.slice(0, 1), both.slice(1)])
    assert.deepEqual(
      searchLowestFit(
        POOL,
        25,
        inputsOf(here, () => known),
      ),
      { kind: 'ask', needs: both },
    )
  const found = block('ip4', NET.first + 128n, 25)
  assert.ok(found.ok)
  const all = [...both, chainNeed(found.value), subtreeNeed(found.value)]
  assert.deepEqual(
    searchLowestFit(
      POOL,
      25,
      inputsOf(here, () => all),
    ),
    { kind: 'found', block: found.value },
  )
})

test('fitsEntry: what effects and inputs take, with room for the rest of the entry, up to the last byte', () => {
  const key = objectKey('notes', 'R-1')
  const effect = (length: number): ReturnType<typeof put> => put(key, { text: 'x'.repeat(length) })
  // 2 KiB around, 160 around the effect, its key, and the braces, quotes and name of its one member.
  const own = 2048 + 160 + key.length + canonicalJson({ text: '' }).length
  const room = MAX_ENTRY_BYTES - own
  assert.equal(fitsEntry([effect(room)], 0), true)
  assert.equal(fitsEntry([effect(room + 1)], 0), false)
  assert.equal(fitsEntry([effect(room - 130 * 3)], 3), true)
  assert.equal(fitsEntry([effect(room - 130 * 3 + 1)], 3), false)
})

const WISH = { pool: 'P-1', length: 24 }
function application(number: number, more: Partial<Application> = {}): Application {
  const made = { handle: `A-${number}`, state: 'waiting', due: null, next: null, ...more }
  const any: unknown = made
  return any as Application
}

/** A queue of these numbers, in this order, and one who stood aside; the inputs that its coming back asks for. */
function aside(own: Application, queue: readonly number[]): ReturnType<typeof inputsOf> {
  const here = new World()
  const [head, tail] = [queue.at(0), queue.at(-1)]
  const queues = head === undefined ? {} : { '24': { head: `A-${head}`, tail: `A-${tail}` } }
  here.put(objectKey('pool', 'P-1'), { ...POOL, queues })
  for (const [index, number] of queue.entries()) {
    const next = queue[index + 1]
    here.put(
      objectKey('application', `A-${number}`),
      application(number, { next: next === undefined ? null : `A-${next}` }),
    )
  }
  return inputsOf(here, (known) => rejoinNeeds(own, WISH, known))
}

/** The order of the queue once the one who stood aside, behind `begin`, is back; and how many acts it took. */
function orderAfter(
  own: number,
  queue: readonly number[],
  begin: string | null = null,
): { readonly order: readonly string[]; readonly acts: number } {
  let back = application(own, { state: 'cooling', due: AT, next: begin })
  for (let acts = 1; acts < 10; acts++) {
    const effects = rejoined(back, WISH, aside(back, queue), AT)
    const written = new Map(effects.map(({ key, next }) => [key, next as object]))
    const now = written.get(objectKey('application', back.handle)) as Application
    const pool = written.get(objectKey('pool', 'P-1')) as Pool | undefined
    if (pool === undefined) {
      assert.deepEqual([now.state, now.due, effects.length], ['cooling', AT, 1])
      back = now
      continue
    }
    assert.deepEqual([now.state, now.due, pool.serve], ['waiting', null, AT])
    return { order: orderOf(pool, queue, written), acts }
  }
  throw new Error('it never comes to its place')
}

/** The queue of the pool, in order, with the applications that were written and the others as they were. */
function orderOf(
  { queues }: Pool,
  queue: readonly number[],
  written: ReadonlyMap<string, object>,
): readonly string[] {
  const ends = queues['24']
  assert.ok(ends)
  const names: string[] = []
  const nextOf = (name: string): string | null => {
    const now = written.get(objectKey('application', name)) as Application | undefined
    const behind = queue[queue.indexOf(Number(name.slice(2))) + 1]
    return now === undefined ? (behind === undefined ? null : `A-${behind}`) : now.next
  }
  for (let name: string | null = ends.head; name !== null; name = nextOf(name)) names.push(name)
  assert.equal(names.at(-1), ends.tail)
  return names
}

test('who stood aside comes back at its place: first, between, last, or alone', () => {
  const order = (own: number, queue: readonly number[], begin?: string): readonly string[] =>
    orderAfter(own, queue, begin).order
  assert.deepEqual(order(5, []), ['A-5'])
  assert.deepEqual(order(5, [7, 9]), ['A-5', 'A-7', 'A-9'])
  assert.deepEqual(order(8, [7, 9]), ['A-7', 'A-8', 'A-9'])
  assert.deepEqual(order(12, [7, 9]), ['A-7', 'A-9', 'A-12'])
  assert.deepEqual(order(100, [7, 9, 10, 11]), ['A-7', 'A-9', 'A-10', 'A-11', 'A-100'])
  // Behind whom it belonged when it arrived is remembered; one that waits no more says nothing.
  assert.deepEqual(order(8, [6, 7, 9], 'A-7'), ['A-6', 'A-7', 'A-8', 'A-9'])
  assert.deepEqual(order(8, [6, 7, 9], 'A-6'), ['A-6', 'A-7', 'A-8', 'A-9'])
  assert.deepEqual(order(8, [6, 7, 9], 'A-5'), ['A-6', 'A-7', 'A-8', 'A-9'])
})

test('no inversion however many arrived earlier: the way goes on from act to act, and is short from where it began', () => {
  const many = Array.from({ length: 100 }, (_, n) => n)
  const sorted = (own: number): readonly string[] => [...many, own].sort((a, b) => a - b).map((n) => `A-${n}`)
  assert.deepEqual(orderAfter(100.5, many), { order: sorted(100.5), acts: 4 })
  assert.deepEqual(orderAfter(70.5, many), { order: sorted(70.5), acts: 3 })
  assert.deepEqual(orderAfter(100.5, many, 'A-99'), { order: sorted(100.5), acts: 1 })
  assert.deepEqual(orderAfter(31.5, many), { order: sorted(31.5), acts: 1 })
  assert.deepEqual(orderAfter(32.5, many), { order: sorted(32.5), acts: 2 })
})

test('it looks at those who arrived before it, and at nobody behind; at 32 at the most', () => {
  const own = application(8, { state: 'cooling', due: AT })
  const looked = (queue: readonly number[]): readonly number[] => {
    const inputs = aside(own, queue)
    return queue.filter((number) => inputs.has({ key: objectKey('application', `A-${number}`), q: 'record' }))
  }
  assert.deepEqual(looked([6, 7, 9, 10]), [6, 7])
  assert.deepEqual(looked([9, 10]), [])
  const many = Array.from({ length: 40 }, (_, n) => n)
  const late = application(100, { state: 'cooling', due: AT })
  const inputs = aside(late, many)
  const seen = many.filter((n) => inputs.has({ key: objectKey('application', `A-${n}`), q: 'record' }))
  assert.equal(seen.length, 32)
})
