import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { browserCrypto } from '@cadastre/crypto/browser'
import { nodeCrypto } from '@cadastre/crypto/node'
import { SPACES } from '@cadastre/trie'
import { describeAnswer, keyQuery, type Query, type VerifiedAnswer, verifyAnswer } from '../src/index.ts'
import {
  bitsQuery,
  holder,
  NOW,
  ORIGIN,
  POLICY,
  POLICY_WITHOUT_WITNESSES,
  Registry,
  random,
  randomBits,
  randomRegistry,
} from './log.ts'

function accepted(text: string, query: Query, policy: typeof POLICY = POLICY): VerifiedAnswer {
  const verified = verifyAnswer(nodeCrypto, policy, query, text)
  assert.ok(verified.ok, verified.ok ? '' : `${verified.error.code}: ${verified.error.detail}`)
  return verified.value
}

suite('honest answers', () => {
  for (const space of ['ip4', 'ip6', 'asn'] as const) {
    test(`${space}: accepted, and equal to a brute-force longest match`, () => {
      for (let seed = 1; seed <= 20; seed++) {
        const registry = randomRegistry(seed, [0, 1, 3, 12, 40][seed % 5] ?? 0)
        const frame = registry.publish()
        const pick = random(seed * 77)
        const { width } = SPACES[space]
        const existing = [...registry.records.keys()]
          .filter((key) => key.startsWith(space))
          .map((key) => key.slice(space.length + 1))
        const asked = Array.from({ length: 40 }, () => randomBits(pick, width))
        for (const bits of [...asked, ...asked.map((ask) => ask.padEnd(width, '01')), ...existing]) {
          const query = bitsQuery(space, bits)
          const answer = accepted(registry.answer(frame, query), query)
          const { covering, inside } = registry.truth(space, bits)
          assert.deepEqual(
            answer.covering.map(({ text }) => text),
            covering,
          )
          assert.equal(answer.moreSpecific, inside ? 'exists' : 'none')
          for (const { key, length } of answer.covering)
            assert.equal(key, bitsQuery(space, bits.slice(0, length)).key)
        }
      }
    })
  }

  test('objects: present and absent', () => {
    const registry = randomRegistry(5, 50)
    const frame = registry.publish()
    for (let i = 0; i < 100; i++) {
      const query = holder(`H-${i}`)
      const { covering, moreSpecific } = accepted(registry.answer(frame, query), query)
      assert.deepEqual(
        covering.map(({ key, text }) => [key, text]),
        i < 50 ? [[`obj/holder/H-${i}`, `{"handle":"H-${i}","v":1}`]] : [],
      )
      assert.equal(moreSpecific, 'none')
    }
  })

  test('a verified answer says of which log, size and time it is, and who vouches', () => {
    const registry = new Registry()
    registry.put('ip4', '11000000000000000000001', '{"v":1}')
    const query = keyQuery(nodeCrypto, 'ip4/192.0.2.0/24')
    assert.ok(query)
    const text = registry.answer(registry.publish(), query)
    const answer = accepted(text, query)
    assert.equal(answer.origin, ORIGIN)
    assert.equal(answer.size, 3)
    assert.equal(answer.asOf, NOW - 6)
    assert.deepEqual(answer.witnesses, ['w0', 'w1', 'w2'])
    assert.deepEqual(answer.covering[0]?.record, { v: 1 })
    assert.deepEqual(describeAnswer(answer), [
      'The log registry.example/log signed a tree of 3 entries.',
      'Witnesses that saw the same tree: w0, w1, w2. Together they vouch for it as of 2026-09-21T14:13:14Z.',
      'Its last entry is the state of 2026-09-21T14:13:00Z, so no later record exists in that tree.',
      'Exactly one record covers the prefix 192.0.2.0/24: ip4/192.0.2.0/23.',
      'Nothing is registered inside it.',
    ])
  })

  test("the browser's cryptography comes to the same verdicts", () => {
    const registry = randomRegistry(3, 12)
    const frame = registry.publish()
    const pick = random(5)
    for (let i = 0; i < 20; i++) {
      const query = bitsQuery('ip6', randomBits(pick, 128))
      const text = registry.answer(frame, query)
      assert.deepEqual(
        verifyAnswer(browserCrypto, POLICY, query, text),
        verifyAnswer(nodeCrypto, POLICY, query, text),
      )
      const at = text.length - 60 + pick(40)
      const forged = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
      const inBrowser = verifyAnswer(browserCrypto, POLICY, query, forged)
      assert.equal(inBrowser.ok ? 'accepted' : inBrowser.error.code, 'bad-signature')
    }
  })

  test('keys: numbers and objects in canonical spelling only', () => {
    assert.equal(keyQuery(nodeCrypto, 'asn/64496/32')?.length, 32)
    assert.equal(keyQuery(nodeCrypto, 'ip6/2001:db8::/32')?.space, 'ip6')
    assert.deepEqual(keyQuery(nodeCrypto, 'obj/holder/H-7'), holder('H-7'))
    for (const text of [
      'ip4/192.0.2.1/24',
      'ip6/2001:DB8::/32',
      'obj/holder/h-7',
      'obj/nothing/H-7',
      'dns/x',
    ])
      assert.equal(keyQuery(nodeCrypto, text), null)
  })
})

suite('age (ledger.md, Verifier)', () => {
  const query = bitsQuery('ip4', '1')
  const refusal = (text: string, policy: typeof POLICY): string | null => {
    const verified = verifyAnswer(nodeCrypto, policy, query, text)
    return verified.ok ? null : verified.error.code
  }
  const at = (...times: readonly (number | null)[]): string => {
    const registry = new Registry()
    return registry.answer(registry.publish({ times }), query)
  }

  test('a quorum must be fresh: one fresh witness does not freshen the others', () => {
    assert.equal(refusal(at(NOW - 600, NOW - 600, null), POLICY), null)
    assert.equal(refusal(at(NOW, NOW - 601, null), POLICY), 'stale')
    assert.equal(refusal(at(NOW, NOW - 601, NOW - 9999), POLICY), 'stale')
    assert.equal(refusal(at(NOW, NOW - 601, NOW - 9), POLICY), null)
    assert.equal(refusal(at(NOW, NOW - 601, null), { ...POLICY, age: null }), null)
  })

  test('cosignatures from the future do not count', () => {
    assert.equal(refusal(at(NOW + 60, NOW + 60, null), POLICY), null)
    assert.equal(refusal(at(NOW + 61, NOW + 61, NOW), POLICY), 'from-the-future')
    assert.equal(refusal(at(NOW + 61, NOW, NOW), POLICY), null)
    assert.equal(refusal(at(NOW + 61, NOW, NOW - 601), POLICY), 'stale')
  })

  test('too few witnesses', () => {
    assert.equal(refusal(at(NOW, null, null), POLICY), 'no-quorum')
    assert.equal(refusal(at(null, null, null), POLICY), 'no-quorum')
  })

  test('without witnesses, age counts from the state', () => {
    const age = (now: number): typeof POLICY => ({
      ...POLICY_WITHOUT_WITNESSES,
      age: { maxSeconds: 600, now },
    })
    assert.equal(refusal(at(null, null, null), age(NOW)), null)
    assert.equal(refusal(at(null, null, null), age(NOW + 580)), null)
    assert.equal(refusal(at(null, null, null), age(NOW + 581)), 'stale')
    assert.equal(refusal(at(null, null, null), age(NOW - 80)), null)
    assert.equal(refusal(at(null, null, null), age(NOW - 81)), 'from-the-future')
  })
})
