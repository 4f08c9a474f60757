// R4 of protocols.md: what answers contains what was asked, and its cidr0 prefixes add up to its range; the smallest
// registration answers. Against plain loops over random registrations.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ancestor, type Block, contains, formatPrefix, range, singleBlock } from '@cadastre/numbers'
import fc from 'fast-check'
import { createRdapHandler } from '../src/index.ts'
import { ask } from './asking.ts'
import { rangeOf } from './conformance.ts'
import { registration, testReader } from './fixtures.ts'

const FIRST = { ip4: 0xc0000200n, ip6: 0x2001_0db8n << 96n }
const STEP = { ip4: 1n, ip6: 1n << 90n }
const space = fc.constantFrom('ip4' as const, 'ip6' as const)

/** Disjoint random ranges in order, from the gaps and sizes of a walk. */
const walk = fc.array(fc.tuple(fc.nat({ max: 9 }), fc.integer({ min: 1, max: 40 })), {
  minLength: 1,
  maxLength: 8,
})
const asked = fc.array(fc.tuple(fc.nat({ max: 300 }), fc.nat({ max: 40 })), { minLength: 1, maxLength: 12 })

test('the smallest registration that contains the query answers, and it alone', async () => {
  await fc.assert(
    fc.asyncProperty(space, walk, asked, async (of, steps, queries) => {
      let next = FIRST[of]
      const holdings = steps.map(([gap, size], index) => {
        const first = next + BigInt(gap) * STEP[of]
        next = first + BigInt(size) * STEP[of]
        const made = range(of, first, next - 1n)
        assert.ok(made.ok)
        return { id: `R-${index + 1}`, range: made.value }
      })
      const rdap = createRdapHandler(
        testReader({
          registrations: holdings.map(({ id, range: whole }) => registration(id, 'holding', textOf(whole))),
        }),
      )
      for (const [offset, up] of queries) {
        const single = singleBlock(of, FIRST[of] + BigInt(offset) * STEP[of])
        const block = ancestor(single, Math.max(single.length - up, 20))
        const { status, body } = await ask(rdap, `/ip/${formatPrefix(block)}`)
        const expected = holdings.find((one) => contains(one.range, block))
        if (expected !== undefined) {
          assert.equal(body['name'], expected.id)
          assert.deepEqual(rangeOf(body), expected.range)
        } else assert.equal(status === 200, touches(holdings, block))
      }
    }),
    { numRuns: 60 },
  )
})

function textOf(whole: { readonly space: string; readonly first: bigint; readonly last: bigint }): string {
  const single = (value: bigint): string =>
    formatPrefix(singleBlock(whole.space === 'ip4' ? 'ip4' : 'ip6', value)).replace(/\/.*/, '')
  return `${single(whole.first)} - ${single(whole.last)}`
}

/** Whether some holding has a prefix inside the block: then a part of it is ours. */
function touches(
  holdings: readonly { readonly range: Parameters<typeof contains>[0] }[],
  block: Block,
): boolean {
  return holdings.some(({ range: whole }) => {
    const last = 'last' in whole ? whole.last : whole.first
    const blockEnd = block.first + (1n << BigInt((block.space === 'ip4' ? 32 : 128) - block.length)) - 1n
    return whole.first <= blockEnd && block.first <= last
  })
}
