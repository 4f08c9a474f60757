// I1 at run time, rule by rule: what an act takes from a holder, and on what basis (procedures.md section 0).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Basis } from '@cadastre/evidence'
import {
  type Cell,
  EMPTY_CELL,
  type Instant,
  type Json,
  type JsonObject,
  NEW_HOLDER,
  objectKey,
  type RecordKey,
  type Registration,
} from '@cadastre/records'
import { adverseWithoutBasis, lossesOf } from '../src/invariants.ts'
import type { Effect } from '../src/procedure.ts'
import { blockOf, instant } from './world.ts'

const AT = instant('2030-06-01T00:00:00Z')
const CELL = 'ip4/198.51.100.0/24' as RecordKey
const LATER = instant('2030-06-01T00:00:01Z')

const HOLDING: Registration = {
  id: 'R-1',
  kind: 'holding',
  first: '198.51.100.0',
  last: '198.51.100.255',
  holder: 'H-1',
  status: 'allocated',
  country: null,
  registered: null,
  until: null,
  protected: false,
  provenance: null,
  procedure: 'allocate/1',
  since: 1,
}
const CHILD: Registration = {
  ...HOLDING,
  id: 'R-2',
  kind: 'sub',
  last: '198.51.100.127',
  holder: 'H-2',
}
const CHILD_CELL = 'ip4/198.51.100.0/25' as RecordKey
const cell = (...registrations: readonly Registration[]): Cell => ({ ...EMPTY_CELL, registrations })

const consent = (holder: string): Basis => {
  const basis: unknown = { kind: 'consent', holder, by: 'signature' }
  return basis as Basis
}
const instrument = (holder: string): Basis => {
  const basis: unknown = { kind: 'instrument', holder }
  return basis as Basis
}
function order(effect: string, scope: readonly JsonObject[], holder: string | null = null): Basis {
  const basis: unknown = { kind: 'order', order: 'O-1', effect, holder, scope }
  return basis as Basis
}
const item = (id: string, range: string): JsonObject => ({ key: CELL, id, range })

type Records = { readonly [key: string]: object }
const write = (key: RecordKey, next: object | null, basis: readonly Basis[]): Effect => ({
  key,
  next: next as Json,
  basis,
})
const covering = (path: Records) => () =>
  Object.entries(path).map(([key, covers]) => ({ block: blockOf(key), cell: covers as Cell }))

/** What is said where the record of `key` becomes `next` on these bases. */
function fault(
  before: Records,
  effects: readonly Effect[],
  path: Records = {},
  at: Instant = AT,
): string | null {
  return adverseWithoutBasis(effects, (key) => before[key] ?? null, at, covering(path))
}
const ends = (registration: Registration, basis: readonly Basis[], path: Records = {}): string | null =>
  fault({ [CHILD_CELL]: cell(registration) }, [write(CHILD_CELL, cell(), basis)], path)

test('a holding ends by its own holder’s consent or instrument, and by nobody else’s', () => {
  const take = (...basis: readonly Basis[]): string | null =>
    fault({ [CELL]: cell(HOLDING) }, [write(CELL, cell(), basis)])
  assert.equal(take(), 'ip4/198.51.100.0/24: R-1 of H-1')
  assert.equal(take(consent('H-2'), instrument('H-3')), 'ip4/198.51.100.0/24: R-1 of H-1')
  assert.equal(take(consent('H-1')), null)
  assert.equal(take(instrument('H-1')), null)
})

test('what is lost is named: a part where something of it stays, the whole where nothing does', () => {
  const half = { ...HOLDING, last: '198.51.100.127' }
  const effects = [
    write(CELL, cell(), []),
    write(CHILD_CELL, cell(half), []),
    write(objectKey('notes', 'R-1'), { v: 1 }, []),
  ]
  const losses = lossesOf(effects, (key) => (key === CELL ? cell(HOLDING) : null))
  assert.deepEqual(
    losses.map(({ holder, what, registration }) => [holder, what, registration]),
    [['H-1', 'part of R-1', HOLDING]],
  )
  const [whole] = lossesOf(effects.slice(0, 1), () => cell(HOLDING))
  assert.equal(whole?.what, 'R-1')
})

test('an end that comes earlier, another kind, holder or protection is a loss; a new date of birth is none', () => {
  const becomes = (next: Partial<Registration>): string | null =>
    fault({ [CELL]: cell(HOLDING) }, [write(CELL, cell({ ...HOLDING, ...next }), [])])
  for (const next of [
    { holder: 'H-2' },
    { kind: 'lease' },
    { id: 'R-9' },
    { first: '198.51.100.1' },
    { last: '198.51.100.254' },
    { until: LATER },
    { protected: true },
  ] as const)
    assert.match(becomes(next) ?? '', /of H-1$/, JSON.stringify(next))
  assert.equal(becomes({ country: 'ZZ', registered: '2020-01-01', status: 'assigned' }), null)
})

test('pools, and what nobody holds, are nobody’s loss', () => {
  const pool = { ...HOLDING, kind: 'pool', holder: 'H-1' } as const
  const reserved = { ...HOLDING, kind: 'reserved', holder: null } as const
  assert.equal(fault({ [CELL]: cell(pool, reserved) }, [write(CELL, cell(), [])]), null)
})

test('the record of a holder, and each of its keys, is the holder’s', () => {
  const key = objectKey('holder', 'H-1')
  const keys = ['K1', 'K2'].map((name) => ({ alg: 'ed25519', key: name, roles: ['full'] }))
  const holder = { ...NEW_HOLDER, handle: 'H-1', policy: { m: 1, keys, guardians: [] } }
  const fewer = { ...holder, policy: { ...holder.policy, keys: keys.slice(1) } }
  const becomes = (next: object | null, ...basis: readonly Basis[]): string | null =>
    fault({ [key]: holder }, [write(key, next, basis)])
  assert.equal(becomes(null), `${key}: the holder’s record of H-1`)
  assert.equal(becomes(fewer), `${key}: a key of H-1`)
  assert.equal(becomes({ ...holder, policy: null }), `${key}: a key of H-1`)
  // The same bytes under another algorithm are another key.
  const other = keys.map((one) => ({ ...one, alg: 'es256' }))
  assert.equal(becomes({ ...holder, policy: { ...holder.policy, keys: other } }), `${key}: a key of H-1`)
  assert.equal(becomes(holder), null)
  assert.equal(becomes(fewer, consent('H-1')), null)
  // Of orders only a representative’s appointment has a say over keys, and over its own holder’s alone.
  assert.equal(becomes(fewer, order('appointRepresentative', [], 'H-1')), null)
  assert.equal(becomes(fewer, order('appointRepresentative', [], 'H-2')), `${key}: a key of H-1`)
  assert.equal(becomes(fewer, order('transferTo', [], 'H-1')), `${key}: a key of H-1`)
})

test('an order takes what it names by its id', () => {
  const basis = order('transferTo', [item('R-7', '192.0.2.0/24'), item('R-2', '198.51.100.0/25')])
  assert.equal(ends({ ...CHILD, kind: 'holding' }, [basis]), null)
  assert.match(ends({ ...CHILD, id: 'R-3', kind: 'holding' }, [basis]) ?? '', /R-3 of H-2/)
})

test('with cancelled numbers fall the unprotected children inside, and nothing else', () => {
  const scope = [item('R-8', '192.0.2.0/24'), item('R-1', '198.51.100.0/24')]
  const cancel = order('cancelToPool', scope)
  assert.equal(ends(CHILD, [cancel]), null)
  assert.equal(ends({ ...CHILD, kind: 'lease' }, [cancel]), null)
  assert.match(ends(CHILD, [order('transferTo', scope)]) ?? '', /R-2 of H-2/)
  assert.match(ends({ ...CHILD, kind: 'holding' }, [cancel]) ?? '', /R-2 of H-2/)
  assert.match(ends({ ...CHILD, protected: true, until: LATER }, [cancel]) ?? '', /R-2 of H-2/)
  assert.match(
    ends(CHILD, [order('cancelToPool', [item('R-1', '198.51.100.0 - 198.51.100.126')])]) ?? '',
    /R-2/,
  )
  assert.match(ends(CHILD, [order('cancelToPool', [])]) ?? '', /R-2/)
})

test('with cancelled numbers fall the children inside, in every number space', () => {
  for (const [key, first, last, range] of [
    ['ip6/2001:db8::/40', '2001:db8::', '2001:db8:ff:ffff:ffff:ffff:ffff:ffff', '2001:db8::/32'],
    ['asn/64496/31', '64496', '64497', 'AS64496 - AS64499'],
  ] as const) {
    const at = key as RecordKey
    const child = { ...CHILD, first, last }
    const effects = [write(at, cell(), [order('cancelToPool', [{ key: at, id: 'R-1', range }])])]
    assert.equal(fault({ [at]: cell(child) }, effects), null, key)
  }
})

test('an unprotected child ends by its parent’s consent, not by a stranger’s or by what lies inside it', () => {
  const inner = { ...CHILD, id: 'R-3', holder: 'H-3' }
  const path = { [CELL]: cell(HOLDING), [CHILD_CELL]: cell(CHILD, inner) }
  assert.equal(ends(CHILD, [consent('H-1')], path), null)
  assert.match(ends(CHILD, [consent('H-3')], path) ?? '', /R-2 of H-2/)
  assert.match(ends(CHILD, [instrument('H-1')], path) ?? '', /R-2 of H-2/)
  assert.match(ends({ ...CHILD, kind: 'holding' }, [consent('H-1')], path) ?? '', /R-2 of H-2/)
  // Without its path nobody is known as a parent.
  assert.match(ends(CHILD, [consent('H-1')]) ?? '', /R-2 of H-2/)
})

test('a protected child ends early by its own word alone, and at its term by nobody’s', () => {
  const child = { ...CHILD, protected: true, until: LATER }
  const path = { [CELL]: cell(HOLDING), [CHILD_CELL]: cell(child) }
  assert.match(ends(child, [consent('H-1')], path) ?? '', /R-2 of H-2/)
  assert.equal(ends(child, [consent('H-2')], path), null)
  assert.equal(ends({ ...child, until: AT }, [], path), null)
  assert.equal(ends({ ...CHILD, until: AT }, []), null)
  assert.match(ends({ ...CHILD, until: LATER }, []) ?? '', /R-2 of H-2/)
})

test('whose note a child is reaches outwards up to the first that nobody outside may end', () => {
  const grandchild = { ...CHILD, id: 'R-5', holder: 'H-5' }
  const among = (middle: Partial<Registration>, by: string): string | null => {
    const path = { [CELL]: cell(HOLDING), [CHILD_CELL]: cell({ ...CHILD, ...middle }, grandchild) }
    return fault({ [CHILD_CELL]: cell(grandchild) }, [write(CHILD_CELL, cell(), [consent(by)])], path)
  }
  assert.equal(among({}, 'H-2'), null)
  assert.equal(among({}, 'H-1'), null)
  assert.match(among({ protected: true, until: LATER }, 'H-1') ?? '', /R-5 of H-5/)
  assert.equal(among({ protected: true, until: LATER }, 'H-2'), null)
  // Its term is over, so it shields nobody any more.
  assert.equal(among({ protected: true, until: AT }, 'H-1'), null)
  assert.match(among({ kind: 'holding' }, 'H-1') ?? '', /R-5 of H-5/)
})

test('whose note a child is is never who has something inside it, however deep', () => {
  const [inner, deepest] = [
    { ...CHILD, id: 'R-3', holder: 'H-3' },
    { ...CHILD, id: 'R-4', holder: 'H-4' },
  ]
  const path = { [CELL]: cell(HOLDING), [CHILD_CELL]: cell(CHILD, inner, deepest) }
  for (const by of ['H-3', 'H-4']) assert.match(ends(CHILD, [consent(by)], path) ?? '', /R-2 of H-2/)
  assert.equal(ends(CHILD, [consent('H-1')], path), null)
})
