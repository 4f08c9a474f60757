// Invariant I8 (procedures.md section 0): executed effect ⊆ effect stated in the order. Random orders on random holdings,
// with random acts of holders in between; after every step each number's holder, and each service, is compared with what
// a naive model says an order on exactly its scope may have changed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, OrderRecord, Registration } from '@cadastre/records'
import fc from 'fast-check'
import { transfer } from '../src/transfer.ts'
import { after, attested, deskWorld, notified, orderIn, publish, serve } from './orders-fixture.ts'
import type { World } from './world.ts'

/** 203.0.113.0/24 in sixteen parts; each holder's whole holding is one of four /26, held by H-1 or H-2. */
const PARTS = 16
const part = (n: number): string => `ip4/203.0.113.${n * 16}/28`

function desk(): World {
  const here = deskWorld()
  for (const n of [0, 1, 2, 3])
    here.register(`R-${20 + n}`, `203.0.113.${n * 64}/26`, { holder: n % 2 === 0 ? 'H-1' : 'H-2' })
  // A customer's note, a protected child, and a child that begins where its parent does, each with a route.
  const until = '2035-01-01T00:00:00Z' as never
  here.register('R-30', '203.0.113.16/28', { kind: 'sub', holder: null })
  here.register('R-31', '203.0.113.64/27', { kind: 'lease', holder: 'H-4', protected: true, until })
  here.register('R-32', '203.0.113.128/26', { kind: 'sub', holder: 'H-5' })
  for (const [key, under] of [
    ['ip4/203.0.113.16/28', 'R-30'],
    ['ip4/203.0.113.64/27', 'R-31'],
    ['ip4/203.0.113.128/26', 'R-32'],
    ['ip4/203.0.113.192/26', 'R-23'],
  ] as const)
    here.put(key as never, { ...here.cell(key), routes: [{ under, since: 1, origin: 64496 }] })
  return here
}

/** Who holds each part, and its registration. */
function holders(here: World): readonly string[] {
  return Array.from({ length: PARTS }, (_, n) => {
    const innermost = here.innermost(part(n))
    return innermost === null ? 'free' : `${innermost.kind} ${innermost.holder}`
  })
}

type Step =
  | {
      readonly kind: 'order'
      readonly effect: number
      readonly at: number
      readonly parts: number
      readonly authority: number
    }
  | { readonly kind: 'lift' | 'stay'; readonly of: number; readonly authority: number }
  | { readonly kind: 'transfer'; readonly at: number; readonly whole: boolean }
  | { readonly kind: 'days'; readonly days: number }

const AUTHORITIES = ['COURT', 'HIGH-COURT', 'FOREIGN', 'REGULATOR']
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('order' as const),
    effect: fc.nat(4),
    at: fc.nat(PARTS - 1),
    parts: fc.constantFrom(1, 2, 4),
    authority: fc.nat(3),
  }),
  fc.record({ kind: fc.constantFrom('lift' as const, 'stay' as const), of: fc.nat(5), authority: fc.nat(3) }),
  fc.record({ kind: fc.constant('transfer' as const), at: fc.nat(PARTS - 1), whole: fc.boolean() }),
  fc.record({ kind: fc.constant('days' as const), days: fc.constantFrom(1, 14, 31) }),
)

const EFFECTS: readonly JsonObject[] = [
  { effect: 'hold' },
  { effect: 'annotate' },
  { effect: 'transferTo', receiver: 'H-3' },
  { effect: 'cancelToPool' },
  { effect: 'correct', field: 'country', value: 'XX' },
]

/** The holding over a part, whatever children lie in it. */
function holdingAt(here: World, at: number): Registration | null {
  const path = here.state.chain(part(at) as never).cells
  const all = path.flatMap(({ cell }) => cell.registrations)
  return all.find(({ kind }) => kind === 'holding') ?? null
}

/** Serve an order on a range that begins at a part, as far as its registration reaches. */
function give(
  here: World,
  { effect, at, parts, authority }: Extract<Step, { kind: 'order' }>,
): string | null {
  const registration = holdingAt(here, at)
  if (registration === null || registration.holder === null) return null
  const first = at * 16
  const last = Math.min(first + parts * 16 - 1, Number(registration.last.split('.')[3]))
  const range = `203.0.113.${first} - 203.0.113.${last}`
  const scope = [{ key: part(at), id: registration.id, range }]
  const order = serve(here, EFFECTS[effect] ?? {}, {
    authority: AUTHORITIES[authority] ?? '',
    holder: registration.holder,
    scope,
  })
  if (orderIn(here, order).state === 'received') attested(here, order)
  return order
}

/** The parts whose holder an order may change, by its own words. */
function stated({ detail, scope }: OrderRecord): ReadonlySet<number> {
  const taking = detail.effect === 'transferTo' || detail.effect === 'cancelToPool'
  const parts = new Set<number>()
  for (const { range } of taking ? scope : []) {
    const [first = '', last = ''] = range.split(' - ')
    const number = (text: string): number => Number(text.split('.')[3]?.split('/')[0])
    const end = last === '' ? number(first) : number(last)
    for (let n = number(first); n <= end; n += 16) parts.add(n / 16)
  }
  return parts
}

function offer(here: World, at: number, whole: boolean): ReadonlySet<number> {
  const registration = here.innermost(part(at))
  if (registration?.kind !== 'holding' || registration.holder === null) return new Set()
  const from = registration.holder
  const to = from === 'H-1' ? 'H-2' : 'H-1'
  const [first, last] = [registration.first, registration.last].map((text) => Number(text.split('.')[3]))
  if (first === undefined || last === undefined) return new Set()
  const range = whole ? `${registration.first} - ${registration.last}` : part(at).slice(4)
  const body = {
    step: 'offer',
    from,
    to,
    registration: { key: part(at), id: registration.id },
    range,
    services: [],
  }
  const by = [`${from}/full`, `${to}/full`]
  const code = here.ask(transfer, { body, by, replaces: [here.names(registration)] })
  if (code !== null) return new Set()
  const parts = whole ? (last - first + 1) / 16 : 1
  return new Set(Array.from({ length: parts }, (_, n) => (whole ? first / 16 : at) + n))
}

function executedIn(here: World, orders: readonly string[]): ReadonlyMap<string, OrderRecord> {
  return new Map(orders.map((order) => [order, orderIn(here, order)]))
}

test('I8: no number changes its holder but by its holder, or by an order that states exactly it', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 4, maxLength: 14 }), (steps) => {
      const here = desk()
      const orders: string[] = []
      const untouched = here.cell('ip4/198.51.100.0/24')
      for (const one of steps) {
        const before = holders(here)
        const states = executedIn(here, orders)
        let allowed: ReadonlySet<number> = new Set()
        if (one.kind === 'order') {
          const order = give(here, one)
          if (order !== null) orders.push(order)
        } else if (one.kind === 'days') after(here, one.days)
        else if (one.kind === 'transfer') allowed = offer(here, one.at, one.whole)
        else touch(here, one, orders)
        for (const order of orders) tell(here, order)
        const now = executedIn(here, orders)
        const changed = [...now].filter(
          ([order, { executed }]) => executed !== (states.get(order)?.executed ?? null),
        )
        const may = new Set([...allowed, ...changed.flatMap(([, order]) => [...stated(order)])])
        const is = holders(here)
        for (let n = 0; n < PARTS; n++)
          // What an order cancelled ends its quarantine as free; nobody held it meanwhile.
          if (is[n] !== before[n] && !before[n]?.startsWith('quarantined'))
            assert.ok(may.has(n), `${part(n)}: ${before[n]} became ${is[n]}`)
        heldStays(here)
        protectedServed(here)
      }
      assert.deepEqual(here.cell('ip4/198.51.100.0/24'), untouched)
    }),
    { numRuns: 200 },
  )
})

/** Everybody who is owed a notice gets it, and unrooted texts are published. */
function tell(here: World, order: string): void {
  const application = here.object('application', `A-${order.slice(2)}`)
  if (application?.['state'] === 'to-notify') notified(here, order)
  if (orderIn(here, order).state === 'noticed') publish(here, order)
}

function touch(
  here: World,
  { kind, of, authority }: Extract<Step, { kind: 'lift' | 'stay' }>,
  orders: string[],
): void {
  const target = orders[of]
  if (target === undefined) return
  const detail =
    kind === 'stay' ? { effect: kind, order: target } : { effect: kind, order: target, what: 'order' }
  const more = {
    authority: AUTHORITIES[authority] ?? '',
    holder: orderIn(here, target).holder,
    scope: [],
  }
  const order = serve(here, detail, more)
  if (orderIn(here, order).state === 'received') attested(here, order)
  orders.push(order)
}

/** Notes hold exactly for orders that are in force, and for no more than they state. */
function heldStays(here: World): void {
  for (const [key, { value }] of here.state.records) {
    if (!key.startsWith('obj/notes/R-')) continue
    const { orders = [] } = value as { orders?: readonly { order: string; holds: boolean; range: string }[] }
    for (const { order, holds, range } of orders) {
      const { state, scope, detail } = orderIn(here, order)
      assert.ok(scope.some((item) => item.range === range))
      if (holds) assert.ok(detail.effect === 'hold' && (state === 'executed' || state === 'varied'), state)
      else assert.ok(['verified', 'noticed', 'window', 'conflict', 'stayed'].includes(state), state)
    }
  }
}

/** Whatever is ordered about its parent, a protected child and its services stay until its term. */
function protectedServed(here: World): void {
  const { registrations, routes } = here.cell('ip4/203.0.113.64/27')
  assert.ok(registrations.some(({ id }) => id === 'R-31'))
  assert.ok(routes.some(({ under }) => under === 'R-31'))
}
