// Key policies (P11 and "Stolen keys"): what may stand, what takes something away, what is remembered; base64, which
// keys are written in (RFC 4648 section 4); turns of queues.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Signatures, Verified } from '@cadastre/evidence'
import type { EnrolledKey, Holder, KeyPolicy, KeyRole, Pool } from '@cadastre/records'
import { base64OfHex, hexOfBase64 } from '../src/base64.ts'
import type { Asked } from '../src/index.ts'
import { lessensPolicy, newKeys, policyRefusal, withPolicy } from '../src/key-policy.ts'
import { arrivalOf, nextTurn, withExhausted } from '../src/pool-queues.ts'
import { instant, World } from './world.ts'

const AT = instant('2030-01-01T00:00:00Z')
const LATER = instant('2030-01-15T00:00:00Z')
function key(
  name: string,
  roles: readonly KeyRole[] = ['full'],
  alg: EnrolledKey['alg'] = 'ed25519',
): EnrolledKey {
  const site = alg === 'webauthn' ? { site: 'sign.registry.example' } : {}
  return { alg, key: name, roles, ...site } as EnrolledKey
}
const policy = (keys: readonly EnrolledKey[], more: Partial<KeyPolicy> = {}): KeyPolicy => ({
  m: 1,
  keys,
  guardians: [],
  ...more,
})

function asked(...names: readonly string[]): Asked<unknown> {
  const signed: Signatures = { keys: names.map((name) => ({ alg: 'ed25519', key: name })) }
  return { body: {}, signatures: signed as Verified<Signatures> } as Asked<unknown>
}

test('key-repeated, threshold-unreachable, key-bound-to-site, key-unsigned: what may not stand', () => {
  const answer = (one: KeyPolicy, ...signers: readonly string[]): string | null =>
    policyRefusal(one, one.keys, asked(...signers))
  const [a, b] = [key('a'), key('b', ['routing'])]
  assert.equal(answer(policy([a, b]), 'a', 'b'), null)
  assert.equal(answer(policy([a, a]), 'a'), 'key-repeated')
  assert.equal(answer(policy([a, key('a', ['full'], 'webauthn')]), 'a'), 'key-unsigned')
  assert.equal(answer(policy([a, b], { m: 2 }), 'a', 'b'), 'threshold-unreachable')
  assert.equal(answer(policy([key('a', ['full'], 'webauthn')])), 'key-bound-to-site')
  assert.equal(answer(policy([a, b]), 'a'), 'key-unsigned')
})

test('what a thief of a key would take: a key, one of its roles, a signature needed, any guardian, in or out', () => {
  const old = policy([key('a', ['full', 'routing']), key('b', ['technical'])], {
    m: 2,
    guardians: ['G-1', 'G-2'],
  })
  assert.equal(lessensPolicy(old, old), false)
  assert.equal(lessensPolicy(old, { ...old, keys: [...old.keys, key('c')], m: 3 }), false)
  assert.equal(
    lessensPolicy(old, { ...old, keys: [key('a', ['routing', 'full', 'technical']), ...old.keys.slice(1)] }),
    false,
  )
  assert.equal(lessensPolicy(old, { ...old, keys: old.keys.slice(1) }), true)
  for (const roles of [['full'], ['routing'], []] as const)
    assert.equal(lessensPolicy(old, { ...old, keys: [key('a', roles), ...old.keys.slice(1)] }), true)
  assert.equal(lessensPolicy(old, { ...old, m: 1 }), true)
  for (const guardians of [['G-1'], ['G-1', 'G-3'], ['G-1', 'G-2', 'G-3'], []])
    assert.equal(lessensPolicy(old, { ...old, guardians }), true, guardians.join())
  assert.equal(lessensPolicy(old, { ...old, guardians: ['G-2', 'G-1'] }), false)
})

test('newKeys: those that the old policy has not; all where there was none', () => {
  const [a, b] = [key('a'), key('b')]
  assert.deepEqual(newKeys(policy([a]), policy([a, b])), [b])
  assert.deepEqual(newKeys(null, policy([a, b])), [a, b])
})

test('what is taken away keeps a veto for its time; what comes back loses it; nothing is remembered twice', () => {
  const here = new World()
  here.holder('H-1')
  const stored: unknown = here.state.get('obj/holder/H-1' as never)
  const old = policy([key('a'), key('b')], { guardians: ['G-1', 'G-2'] })
  const holder: Holder = {
    ...(stored as Holder),
    policy: old,
    formerKeys: [
      { alg: 'ed25519', key: 'b', until: LATER },
      { alg: 'ed25519', key: 'c', until: LATER },
      { alg: 'ed25519', key: 'd', until: AT },
      { alg: 'ed25519', key: 'e', until: LATER },
    ],
    formerGuardians: [
      { guardian: 'G-2', until: LATER },
      { guardian: 'G-3', until: LATER },
      { guardian: 'G-4', until: AT },
      { guardian: 'G-5', until: LATER },
    ],
  }
  const next = withPolicy(holder, policy([key('a'), key('c')], { guardians: ['G-1', 'G-3'] }), 60, AT)
  const until = instant('2030-01-01T00:01:00Z')
  assert.deepEqual(next.formerKeys, [
    { alg: 'ed25519', key: 'e', until: LATER },
    { alg: 'ed25519', key: 'b', until },
  ])
  assert.deepEqual(next.formerGuardians, [
    { guardian: 'G-5', until: LATER },
    { guardian: 'G-2', until },
  ])
  const first = withPolicy({ ...holder, policy: null, formerKeys: [], formerGuardians: [] }, old, 60, AT)
  assert.deepEqual([first.formerKeys, first.formerGuardians], [[], []])
})

test('RFC 4648 section 10: base64 and back, padded, canonical, and nothing else', () => {
  for (const [text, hex] of [
    ['', ''],
    ['Zg==', '66'],
    ['Zm8=', '666f'],
    ['Zm9v', '666f6f'],
    ['Zm9vYg==', '666f6f62'],
    ['Zm9vYmE=', '666f6f6261'],
    ['Zm9vYmFy', '666f6f626172'],
    ['AAAA', '000000'],
    ['/+8=', 'ffef'],
  ] as const) {
    assert.equal(base64OfHex(hex), text)
    assert.equal(hexOfBase64(text), hex)
  }
  for (const text of [
    'Z',
    'Zg',
    'Zg=',
    'Zh==',
    'Zm9=',
    '====',
    'Zg==Zg==',
    'Zm9v!',
    'Zm-v',
    'Z===',
    'Zm 9',
    '=Zm9',
  ])
    assert.equal(hexOfBase64(text), null, text)
})

test('turns: of all sizes that may be free, who has waited longest; sizes that are full are listed once, in order', () => {
  const queue = (head: string): { head: string; tail: string } => ({ head, tail: head })
  const pool: Pool = {
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
  const turn = (queues: Pool['queues'], exhausted: readonly string[] = []): string | undefined =>
    nextTurn({ ...pool, queues, exhausted })?.head
  assert.equal(turn({}), undefined)
  assert.equal(turn({ '24': queue('A-10'), '26': queue('A-9') }), 'A-9')
  assert.equal(turn({ '24': queue('A-9'), '26': queue('A-10') }), 'A-9')
  assert.equal(turn({ '24': queue('A-9'), '26': queue('A-10') }, ['24']), 'A-10')
  assert.equal(arrivalOf('A-100'), 100)
  assert.deepEqual(withExhausted({ ...pool, exhausted: ['24', '26'] }, 25).exhausted, ['24', '25', '26'])
  assert.deepEqual(withExhausted({ ...pool, exhausted: ['24'] }, 24).exhausted, ['24'])
})
