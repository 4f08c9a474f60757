import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Block,
  block,
  blockKey,
  blockLast,
  blockRange,
  blocksToRange,
  contains,
  formatPrefix,
  formatRange,
  halves,
  isPrefix,
  lastInSpace,
  type NumberSpace,
  overlaps,
  parseRange,
  type Range,
  range,
  rangeOfCount,
  rangeSize,
  rangeToBlock,
  rangeToBlocks,
  singleBlock,
  WIDTH,
} from '../src/index.ts'
import {
  anyBlock,
  anyNumber,
  anyRange,
  anySpace,
  anyWorld,
  codeOf,
  must,
  offset,
  worldRange,
} from './arbitraries.ts'

/** The minimal cover by walking the binary tree down from the whole space: written unlike the greedy one. */
function treeCover(of: Range, node: Block): Block[] {
  if (contains(of, node)) return [node]
  if (!overlaps(of, node)) return []
  return (halves(node) ?? []).flatMap((half) => treeCover(of, half))
}

const wholeSpace = (space: NumberSpace): Block => must(block(space, 0n, 0))

test('the whole space is one block of length 0', () => {
  for (const [space, key] of [
    ['ip4', 'ip4/0.0.0.0/0'],
    ['ip6', 'ip6/::/0'],
    ['asn', 'asn/0/0'],
  ] as const) {
    assert.deepEqual(rangeToBlocks(must(range(space, 0n, lastInSpace(space)))).map(blockKey), [key])
  }
})

test('range to blocks: exact, ascending and minimal, as the tree walk', () => {
  fc.assert(
    fc.property(anyRange, (of) => {
      const blocks = rangeToBlocks(of)
      assert.deepEqual(blocks, treeCover(of, wholeSpace(of.space)))
      assert.ok(blocks.length <= Math.max(1, 2 * WIDTH[of.space] - 2))
      assert.deepEqual(blocksToRange(blocks), of)
      assert.deepEqual(blocksToRange([...blocks].reverse()), of)
      assert.deepEqual(rangeToBlock(of), blocks.length === 1 ? blocks[0] : null)
    }),
    { numRuns: 2000 },
  )
})

test('range to blocks in a tiny world: no smaller cover exists, by counting all covers', () => {
  fc.assert(
    fc.property(anyWorld, offset, offset, (world, a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      // fewest[n]: fewest aligned blocks that fill [n, high], by trying every block size at n.
      const fewest: number[] = []
      fewest[high + 1] = 0
      for (let n = high; n >= low; n--) {
        fewest[n] = Number.POSITIVE_INFINITY
        for (let size = 1; n % size === 0 && n + size - 1 <= high && size <= 64; size *= 2) {
          fewest[n] = Math.min(fewest[n] ?? 0, 1 + (fewest[n + size] ?? 0))
        }
      }
      const of = worldRange(world, a, b)
      assert.equal(rangeToBlocks(of).length, fewest[low])
      assert.equal(rangeToBlock(of) !== null, fewest[low] === 1)
    }),
    { numRuns: 2000 },
  )
})

test('the worst case: all numbers but the first and the last', () => {
  for (const space of ['ip4', 'ip6', 'asn'] as const) {
    assert.equal(rangeToBlocks(must(range(space, 1n, lastInSpace(space) - 1n))).length, 2 * WIDTH[space] - 2)
  }
})

test('blocks with a gap, an overlap, of two spaces, or none are no range', () => {
  const [a, b, c] = [10n, 11n, 12n].map((value) => singleBlock('ip4', value)) as [Block, Block, Block]
  assert.equal(blocksToRange([]), null)
  assert.equal(blocksToRange([a, c]), null)
  assert.equal(blocksToRange([a, a]), null)
  assert.equal(blocksToRange([a, singleBlock('asn', 11n)]), null)
  assert.deepEqual(blocksToRange([c, a, b]), must(range('ip4', 10n, 12n)))
})

test('block to range and back', () => {
  fc.assert(
    fc.property(anyBlock, (each) => {
      assert.deepEqual(rangeToBlock(blockRange(each)), each)
      assert.deepEqual(rangeToBlocks(blockRange(each)), [each])
      assert.equal(blockRange(each).last, blockLast(each))
    }),
  )
})

test('range texts', () => {
  const table: [string, string][] = [
    ['203.0.113.0 - 203.0.113.255', '203.0.113.0 - 203.0.113.255'],
    ['203.0.113.0-203.0.113.9', '203.0.113.0 - 203.0.113.9'],
    ['203.0.113.0 \t-   203.0.113.9', '203.0.113.0 - 203.0.113.9'],
    ['203.0.113.0/24', '203.0.113.0 - 203.0.113.255'],
    ['203.0.113.7', '203.0.113.7 - 203.0.113.7'],
    ['2001:db8::/32', '2001:db8:: - 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['2001:db8::-2001:DB8::F', '2001:db8:: - 2001:db8::f'],
    ['AS64496-AS64511', 'AS64496 - AS64511'],
    ['as64496 - 64511', 'AS64496 - AS64511'],
    ['64496', 'AS64496'],
    ['AS64496', 'AS64496'],
  ]
  for (const [text, printed] of table) assert.equal(formatRange(must(parseRange(text))), printed, text)
})

test('range texts that are refused, and what the refusal names', () => {
  const table: [string, string][] = [
    ['203.0.113.9 - 203.0.113.0', 'reversed-range'],
    ['AS64511-AS64496', 'reversed-range'],
    ['203.0.113.0 - 2001:db8::', 'mixed-spaces'],
    ['203.0.113.0 - AS64496', 'mixed-spaces'],
    ['203.0.113.1/24', 'host-bits'],
    ['203.0.113.0/24 - 203.0.114.0', 'bad-address'],
    ['AS1.10', 'bad-asn'],
    ['64496/32', 'bad-prefix'],
    ['10/8', 'bad-prefix'],
    ['AS1-AS2-AS3', 'bad-asn'],
    [' AS1', 'bad-range'],
    ['', 'bad-range'],
    ['-', 'bad-range'],
    ['AS1 -', 'bad-range'],
    ['example', 'bad-range'],
    ['1'.repeat(101), 'bad-range'],
  ]
  for (const [text, code] of table) assert.equal(codeOf(parseRange(text)), code, text)
  const reversed = parseRange('AS64511-AS64496')
  assert.ok(!reversed.ok && reversed.error.expected === '64496 - 64511')
})

test('range text round trip', () => {
  fc.assert(
    fc.property(anyRange, (of) => assert.deepEqual(must(parseRange(formatRange(of))), of)),
    { numRuns: 1000 },
  )
  fc.assert(
    fc.property(anyBlock, (each) => {
      if (isPrefix(each)) assert.deepEqual(must(parseRange(formatPrefix(each))), blockRange(each))
    }),
  )
})

test('any text at all is read or refused, never thrown upon', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789abf:./%-AS ') }))
  fc.assert(
    fc.property(text, (each) => assert.equal(typeof parseRange(each).ok, 'boolean')),
    { numRuns: 5000 },
  )
})

test('ends outside the space are refused, whichever end', () => {
  fc.assert(
    fc.property(
      anySpace,
      fc.bigInt({ min: -10n, max: 1n << 130n }),
      fc.bigInt({ min: -10n, max: 1n << 130n }),
      (space, a, b) => {
        const inside = [a, b].every((end) => end >= 0n && end <= lastInSpace(space))
        const made = range(space, a, b)
        assert.equal(made.ok, inside && a <= b)
        if (!made.ok) assert.equal(made.error.code, inside ? 'reversed-range' : 'out-of-space')
      },
    ),
  )
})

test('counts, as in the delegated statistics', () => {
  fc.assert(
    fc.property(anyNumber, fc.bigInt({ min: -1n, max: 1n << 34n }), ({ space, value }, count) => {
      const made = rangeOfCount(space, value, count)
      assert.equal(made.ok, count >= 1n && value + count - 1n <= lastInSpace(space))
      if (made.ok) assert.equal(rangeSize(made.value), count)
    }),
  )
})
