// States are named up to symmetry: what only calls entries, holders, networks or hashes otherwise has the same name, and
// what differs in anything else has another one.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { execute, PROCEDURES } from '@cadastre/procedures'
import { canonicalJson, type Json, parseCanonicalJson, type RecordKey } from '@cadastre/records'
import {
  actOf,
  foundSmallWorld,
  hashOf,
  identity,
  identitySigners,
  keyOf,
  personKey,
  SmallState,
  Symmetry,
  type Wish,
} from '@cadastre/simulator/bounded'

const origin = foundSmallWorld('community')
const { state: ground, at, index } = origin
const symmetry = new Symmetry(ground)

/** The state with every name changed, in keys, in records, and in what hashes are of. */
function renamed(state: SmallState, change: (text: string) => string): SmallState {
  const { interner } = state
  const inText = (text: string): string =>
    change(text).replace(/[A-Za-z0-9+/]{43}=/g, (hash) => {
      const meaning = interner.meaning(hash)
      const value = meaning === null ? null : parseCanonicalJson(meaning)
      return value === null || meaning === null ? hash : interner.memberHash(parse(inText(meaning)))
    })
  const parse = (text: string): Json => JSON.parse(text) as Json
  const records = [...state.entries()].map(([key, { text }]) => {
    const value = parse(canonicalJson(parse(inText(text))))
    return [inText(key) as RecordKey, interner.record(value)] as const
  })
  return new SmallState(interner, new Map(records))
}

/** The entries with these two numbers change places, and with them whatever is called after them. */
const swapEntries =
  (one: string, other: string): ((text: string) => string) =>
  (text) =>
    text.replace(/(?<=(?<![A-Z0-9])[A-Z]-)\d+|(?<="since":)\d+/g, (found) =>
      found === one ? other : found === other ? one : found,
    )
const swap =
  (one: string, other: string): ((text: string) => string) =>
  (text) =>
    text.replaceAll(new RegExp(`${one}|${other}`, 'g'), (found) => (found === one ? other : one))

/** One act after another, each accepted. */
function after(state: SmallState, wishes: readonly Wish[]): SmallState {
  let here = state
  for (const [place, wish] of wishes.entries()) {
    const procedure = PROCEDURES[wish.procedure]
    assert.ok(procedure, wish.procedure)
    const { outcome } = execute(procedure, actOf(wish, at), here, at, index + place)
    assert.ok(outcome.accepted, wish.procedure)
    here = here.with(outcome.stamped)
  }
  return here
}

const identify: Wish = {
  procedure: 'identify-holder/1',
  body: identity('new', 1),
  by: identitySigners('new'),
}
const complain: Wish = {
  procedure: 'complain/1',
  body: { step: 'complain', complaint: hashOf('complaint'), instrument: hashOf('instrument') },
  by: [],
}
const notice = (holder: string): Wish => ({
  procedure: 'dissolve/1',
  body: { step: 'notice', holder, notice: hashOf('n'), key: keyOf('s').key, attestor: 'CL-2' },
  by: [keyOf('s')],
})
const [third = '', second = ''] = [...ground.entries()].flatMap(([key]) =>
  /^obj\/holder\/H-/.test(key) ? [key.slice(11)] : [],
)

const exchanged = swapEntries(third.slice(2), second.slice(2))

test('two holders that change places in everything make no other state', () => {
  assert.equal(symmetry.nameOf(renamed(ground, exchanged), at), symmetry.nameOf(ground, at))
  const [one, other] = [after(ground, [notice(third)]), after(ground, [notice(second)])]
  assert.equal(symmetry.nameOf(renamed(one, exchanged), at), symmetry.nameOf(one, at))
  // The two are not alike: one holds a network, the other a child.
  assert.notEqual(symmetry.nameOf(one, at), symmetry.nameOf(other, at))
})

test('two networks, and the numbers of entries, are only names', () => {
  const networks = swap('198.51.100', '203.0.113')
  assert.equal(symmetry.nameOf(renamed(ground, networks), at), symmetry.nameOf(ground, at))
  const later = (text: string): string =>
    text.replace(/(?<=(?<![A-Z0-9])[A-Z]-)\d+|(?<="since":)\d+/g, (number) => String(Number(number) + 100))
  assert.equal(symmetry.nameOf(renamed(ground, later), at), symmetry.nameOf(ground, at))
})

test('acts that have nothing to do with each other lead to one state in either order', () => {
  const [one, other] = [after(ground, [identify, complain]), after(ground, [complain, identify])]
  assert.notDeepEqual(
    [...one.entries()].map(([key]) => key).sort(),
    [...other.entries()].map(([key]) => key).sort(),
  )
  assert.equal(symmetry.nameOf(one, at), symmetry.nameOf(other, at))
  assert.equal(symmetry.nameOnGround(one, at), symmetry.nameOnGround(other, at))
})

test('states that differ in anything that is decided by have different names', () => {
  const lock = (holder: string, until: string, by: readonly ReturnType<typeof keyOf>[]): Wish => {
    const members = ['lockedUntil', 'lockReleaseSeconds']
    const replaces = members.map((member) => ({ member: `obj/holder/${holder}#${member}`, hash: null }))
    return { procedure: 'lock/1', body: { step: 'lock', holder, until, releaseSeconds: 0 }, by, replaces }
  }
  const states = [
    ground,
    after(ground, [identify]),
    after(ground, [complain]),
    after(ground, [notice(third)]),
    after(ground, [notice(second)]),
    after(ground, [lock(third, '2031-01-01T00:00:00Z', [personKey('three', 'full')])]),
    after(ground, [lock(third, '2031-01-02T00:00:00Z', [personKey('three', 'full')])]),
    after(ground, [lock(second, '2031-01-01T00:00:00Z', [personKey('two', 'full')])]),
  ]
  for (const name of [
    (one: SmallState) => symmetry.nameOf(one, at),
    (one: SmallState) => symmetry.nameOnGround(one, at),
  ])
    assert.equal(new Set(states.map(name)).size, states.length)
})

test('the ground tells all its names apart, so that what is written on it names a state', () => {
  for (const profile of ['community', 'national'] as const)
    assert.equal(new Symmetry(foundSmallWorld(profile).state).groundIsSymmetric, false)
})
