import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  type Block,
  block,
  NUMBER_SPACES,
  type NumberSpace,
  type Range,
  type Result,
  range,
  WIDTH,
} from '../src/index.ts'

/** The value of an outcome that the test knows to be good. */
export function must<T, E>(result: Result<T, E>): T {
  if (!result.ok) assert.fail(`refused: ${JSON.stringify(result.error)}`)
  return result.value
}

/** The code of an outcome that the test knows to be a refusal. */
export function codeOf<T>(result: Result<T, { readonly code: string }>): string {
  assert.ok(!result.ok, 'accepted')
  return result.error.code
}

export const anySpace: fc.Arbitrary<NumberSpace> = fc.constantFrom(...NUMBER_SPACES)

/** Numbers as bit strings, the tests' own second notation: clustered, so that long common prefixes are frequent. */
export function bitsOf(space: NumberSpace): fc.Arbitrary<string> {
  const width = WIDTH[space]
  const run = fc.tuple(fc.constantFrom('0', '1'), fc.integer({ min: 1, max: width }))
  const runs = fc.array(run, { minLength: 1, maxLength: 6 }).map((parts) => {
    const text = parts.map(([bit, count]) => bit.repeat(count)).join('')
    return text.slice(0, width).padEnd(width, '0')
  })
  const random = fc
    .array(fc.constantFrom('0', '1'), { minLength: width, maxLength: width })
    .map((b) => b.join(''))
  return fc.oneof(runs, random)
}

export function fromBits(bits: string): bigint {
  return BigInt(`0b${bits}`)
}

export function toBits(space: NumberSpace, value: bigint): string {
  return value.toString(2).padStart(WIDTH[space], '0')
}

export const anyNumber: fc.Arbitrary<{ space: NumberSpace; bits: string; value: bigint }> = anySpace.chain(
  (space) => bitsOf(space).map((bits) => ({ space, bits, value: fromBits(bits) })),
)

export function blockIn(space: NumberSpace): fc.Arbitrary<Block> {
  return fc.tuple(bitsOf(space), fc.integer({ min: 0, max: WIDTH[space] })).map(([bits, length]) => {
    return must(block(space, fromBits(bits.slice(0, length).padEnd(WIDTH[space], '0')), length))
  })
}

export const anyBlock: fc.Arbitrary<Block> = anySpace.chain(blockIn)

function rangeIn(space: NumberSpace): fc.Arbitrary<Range> {
  return fc.tuple(bitsOf(space), bitsOf(space)).map((pair) => {
    const [low = '', high = ''] = [...pair].sort()
    return must(range(space, fromBits(low), fromBits(high)))
  })
}

export const anyRange: fc.Arbitrary<Range> = anySpace.chain(rangeIn)

/** Numbers of a tiny world: WORLD numbers of `space` from `base`, which is a multiple of WORLD. */
export const WORLD = 64

export type World = { readonly space: NumberSpace; readonly base: bigint }

export const anyWorld: fc.Arbitrary<World> = anySpace.chain((space) =>
  bitsOf(space).map((bits) => ({ space, base: fromBits(`${bits.slice(0, -6)}000000`) })),
)

/** The range from offset `a` to offset `b`, in either order, of a tiny world. */
export function worldRange(world: World, a: number, b: number): Range {
  return must(range(world.space, world.base + BigInt(Math.min(a, b)), world.base + BigInt(Math.max(a, b))))
}

export const offset: fc.Arbitrary<number> = fc.integer({ min: 0, max: WORLD - 1 })

export const offsetPairs: fc.Arbitrary<[number, number][]> = fc.array(
  fc
    .tuple(offset, fc.oneof(offset, fc.integer({ min: 0, max: 5 })))
    .map(([a, b]): [number, number] => [a, Math.min(WORLD - 1, b < 6 ? a + b : b)]),
  { maxLength: 12 },
)

/** The offsets in a world that the ranges hold, as a set. */
export function offsetsOf(world: World, ranges: readonly Range[]): Set<number> {
  const held = new Set<number>()
  for (const each of ranges) {
    for (let value = each.first; value <= each.last; value++) held.add(Number(value - world.base))
  }
  return held
}
