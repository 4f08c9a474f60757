import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { IntervalTree } from '../src/interval-tree.ts'

test('a tree finds what a list finds, in order, while it grows', () => {
  const interval = fc
    .tuple(fc.nat(300), fc.nat(40))
    .map(([first, length]) => ({ first, last: first + length }))
  fc.assert(
    fc.property(
      fc.array(interval, { maxLength: 600 }),
      fc.array(interval, { maxLength: 20 }),
      (intervals, questions) => {
        const tree = new IntervalTree<number>()
        const wide = new IntervalTree<bigint>()
        const ask = ({ first, last }: { first: number; last: number }, count: number): void => {
          const expected = intervals
            .slice(0, count)
            .map((each, id) => ({ ...each, id }))
            .filter((each) => each.first <= last && each.last >= first)
            .sort((a, b) => a.first - b.first || a.id - b.id)
            .map(({ id }) => id)
          const [found, foundWide]: [number[], number[]] = [[], []]
          tree.overlapping(first, last, (id) => found.push(id))
          wide.overlapping(BigInt(first) << 64n, BigInt(last) << 64n, (id) => foundWide.push(id))
          assert.deepEqual(found, expected)
          assert.deepEqual(foundWide, expected)
          const few: number[] = []
          tree.overlapping(first, last, (id) => few.push(id) < 3)
          assert.deepEqual(few, expected.slice(0, 3))
        }
        for (const [id, { first, last }] of intervals.entries()) {
          tree.add(first, last, id)
          wide.add(BigInt(first) << 64n, BigInt(last) << 64n, id)
          const [question] = questions
          if (question !== undefined && id % 97 === 0) ask(question, id + 1)
        }
        for (const question of questions) ask(question, intervals.length)
      },
    ),
    { numRuns: 100 },
  )
})
