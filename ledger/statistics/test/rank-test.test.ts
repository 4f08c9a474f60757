import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Histogram, rankTest } from '../src/index.ts'

function of(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.add(value)
  return histogram
}

/** By the definition: pairs, ties as half. */
function pairs(first: readonly number[], second: readonly number[]): number {
  return first
    .flatMap((x) => second.map((y) => (x > y ? 1 : x === y ? 0.5 : 0)))
    .reduce<number>((a, b) => a + b, 0)
}

test('U is the number of pairs in which the first is higher, ties as half', () => {
  const samples = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(samples, samples, (first, second) => {
      const found = rankTest(of(first), of(second))
      if (found === null) return new Set([...first, ...second]).size === 1
      const back = rankTest(of(second), of(first))
      return (
        found.u === pairs(first, second) &&
        back !== null &&
        back.u === first.length * second.length - found.u &&
        Math.abs(back.p - found.p) < 1e-9 &&
        found.p >= 0 &&
        found.p <= 1
      )
    }),
  )
})

test('a worked example: 1 to 20 beside 11 to 30, U = 45, z = 4.179 with both corrections', () => {
  const range = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, at) => from + at)
  const found = rankTest(of(range(11, 30)), of(range(1, 20)))
  assert.ok(found)
  assert.equal(found.u, 350)
  // mean 200, ten ties of two: variance = 400/12 × (41 − 60/1560)
  const z = (150 - 0.5) / Math.sqrt((400 / 12) * (41 - 60 / 1560))
  assert.ok(Math.abs(found.z - z) < 1e-12)
  assert.ok(found.p > 4.9e-5 && found.p < 5.4e-5, String(found.p))
})

test('two-sided probabilities of the normal distribution: 1.96 is 5%, 2.576 is 1%', () => {
  // Two large samples of two values: z follows from the counts.
  const sample = (ones: number, zeros: number): Histogram => {
    const histogram = new Histogram()
    histogram.add(1, ones)
    histogram.add(0, zeros)
    return histogram
  }
  let previous = 1
  for (let ones = 500; ones < 600; ones++) {
    const found = rankTest(sample(ones, 1000 - ones), sample(500, 500))
    assert.ok(found)
    assert.ok(found.p <= previous + 1e-9)
    if (Math.abs(found.z - 1.96) < 0.01) assert.ok(Math.abs(found.p - 0.05) < 0.002)
    if (Math.abs(found.z - 2.576) < 0.01) assert.ok(Math.abs(found.p - 0.01) < 0.001)
    previous = found.p
  }
})

test('nothing to compare: no test', () => {
  assert.equal(rankTest(of([]), of([1])), null)
  assert.equal(rankTest(of([1]), of([])), null)
  assert.equal(rankTest(of([3, 3]), of([3])), null)
})

test('quantiles: the smallest value that a share does not exceed', () => {
  const values = of([5, 1, 4, 2, 3])
  assert.deepEqual(
    [0.5, 0.95, 1, 0.2].map((share) => values.quantile(share)),
    [3, 5, 5, 1],
  )
  assert.equal(of([]).quantile(0.5), null)
})
