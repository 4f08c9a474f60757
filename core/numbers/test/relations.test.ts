import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  ancestor,
  type Block,
  bitAt,
  blockBytes,
  blockRange,
  bytesToValue,
  commonPrefixLength,
  compareBlock,
  compareRange,
  contains,
  equalBlock,
  equalRange,
  halves,
  intersection,
  NUMBER_SPACES,
  overlaps,
  parent,
  valueBytes,
  WIDTH,
} from '../src/index.ts'
import {
  anyBlock,
  anyNumber,
  anySpace,
  anyWorld,
  bitsOf,
  blockIn,
  fromBits,
  offset,
  offsetsOf,
  toBits,
  worldRange,
} from './arbitraries.ts'

const label = (each: Block): string => toBits(each.space, each.first).slice(0, each.length)
const pair = anySpace.chain((space) => fc.tuple(blockIn(space), blockIn(space)))

/** Two blocks of which the second is often inside the first. */
const related = fc.oneof(
  pair,
  anyBlock.chain((inner) =>
    fc.nat(inner.length).map((length): [Block, Block] => [ancestor(inner, length), inner]),
  ),
)

test('containment and overlap of blocks are string prefixes', () => {
  fc.assert(
    fc.property(related, ([a, b]) => {
      assert.equal(contains(a, b), label(b).startsWith(label(a)))
      assert.equal(contains(a, b), contains(blockRange(a), blockRange(b)))
      assert.equal(overlaps(a, b), label(b).startsWith(label(a)) || label(a).startsWith(label(b)))
      assert.equal(overlaps(a, b), overlaps(blockRange(a), b))
      assert.equal(equalBlock(a, b), label(a) === label(b))
      assert.ok(contains(a, a) && overlaps(a, a) && equalBlock(a, { ...a }))
    }),
    { numRuns: 3000 },
  )
})

test('relations of ranges are those of sets', () => {
  fc.assert(
    fc.property(anyWorld, offset, offset, offset, offset, (world, a, b, c, d) => {
      const [x, y] = [worldRange(world, a, b), worldRange(world, c, d)]
      const [inX, inY] = [offsetsOf(world, [x]), offsetsOf(world, [y])]
      const both = [...inX].filter((each) => inY.has(each))
      assert.equal(contains(x, y), both.length === inY.size)
      assert.equal(overlaps(x, y), both.length > 0)
      assert.equal(equalRange(x, y), both.length === inX.size && both.length === inY.size)
      const cut = intersection(x, y)
      assert.deepEqual(cut === null ? [] : [...offsetsOf(world, [cut])], both)
      assert.equal(Math.sign(compareRange(x, y)), -Math.sign(compareRange(y, x)) + 0)
    }),
    { numRuns: 1000 },
  )
})

test('spaces never meet', () => {
  fc.assert(
    fc.property(blockIn('ip4'), ({ first, length }) => {
      const [a, b] = (['ip4', 'asn'] as const).map((space) => ({ space, first, length }) as Block) as [
        Block,
        Block,
      ]
      assert.ok(!contains(a, b) && !overlaps(a, b) && !equalBlock(a, b) && compareBlock(a, b) < 0)
      assert.equal(intersection(blockRange(a), blockRange(b)), null)
    }),
  )
})

test('the order is that of the bit strings: a covering block right before what it covers', () => {
  const key = (each: Block): string => `${NUMBER_SPACES.indexOf(each.space)}${label(each)}`
  // Bit strings compare as blocks do, except that '0101' stands for both /4 and its own padding: compare (first, length).
  const naive = (a: Block, b: Block): number => {
    if (key(a) === key(b)) return 0
    const [x, y] = [a, b].map((each) => key(each).padEnd(129, '0') + String.fromCharCode(each.length))
    return (x ?? '') < (y ?? '') ? -1 : 1
  }
  fc.assert(
    fc.property(fc.array(anyBlock, { maxLength: 20 }), (blocks) => {
      assert.deepEqual([...blocks].sort(compareBlock), [...blocks].sort(naive))
      const ranges = blocks.map(blockRange)
      assert.deepEqual([...ranges].sort(compareRange), [...blocks].sort(naive).map(blockRange))
    }),
    { numRuns: 1000 },
  )
})

test('parent, ancestor and halves cut and extend the label', () => {
  fc.assert(
    fc.property(anyBlock, (each) => {
      const up = parent(each)
      assert.equal(up === null ? null : label(up), each.length === 0 ? null : label(each).slice(0, -1))
      const down = halves(each)
      if (down === null) assert.equal(each.length, WIDTH[each.space])
      else assert.deepEqual(down.map(label), [`${label(each)}0`, `${label(each)}1`])
      for (let length = 0; length <= each.length; length++) {
        assert.equal(label(ancestor(each, length)), label(each).slice(0, length))
      }
      assert.throws(() => ancestor(each, each.length + 1), RangeError)
      assert.throws(() => ancestor(each, -1), RangeError)
    }),
  )
})

test('bits, common prefixes and bytes', () => {
  const two = anySpace.chain((space) =>
    fc.tuple(fc.constant(space), bitsOf(space), bitsOf(space), fc.nat(128)),
  )
  fc.assert(
    fc.property(two, ([space, a, random, shared]) => {
      const b = a.slice(0, shared) + random.slice(Math.min(shared, a.length))
      let common = 0
      while (common < a.length && a[common] === b[common]) common++
      assert.equal(commonPrefixLength(space, fromBits(a), fromBits(b)), common)
      for (let index = 0; index < a.length; index++)
        assert.equal(bitAt(space, fromBits(a), index), Number(a[index]))
      const bytes = (a.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2))
      assert.deepEqual([...valueBytes(space, fromBits(a))], bytes)
      assert.equal(bytesToValue(Uint8Array.from(bytes)), fromBits(a))
      // A view into a larger buffer, and a count of bytes that is no width.
      assert.equal(bytesToValue(Uint8Array.from([7, ...bytes, 7]).subarray(1, -1)), fromBits(a))
      assert.equal(bytesToValue(Uint8Array.from([0, ...bytes])), fromBits(a))
    }),
    { numRuns: 1000 },
  )
  fc.assert(
    fc.property(anyBlock, (each) => {
      const text = [...blockBytes(each)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
      assert.equal(text, label(each).padEnd(WIDTH[each.space], '0'))
    }),
  )
})

test('a bit outside the number is a bug and throws', () => {
  fc.assert(
    fc.property(anyNumber, ({ space, value }) => {
      assert.throws(() => bitAt(space, value, -1), RangeError)
      assert.throws(() => bitAt(space, value, WIDTH[space]), RangeError)
    }),
  )
})
