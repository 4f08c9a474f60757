import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LogTail } from '../src/log-tail.ts'

const leaf = (index: number) => ({
  bytes: Uint8Array.of(index >> 8, index),
  leafHash: Uint8Array.of(index >> 8, index, 1),
})

/** The whole log, slow and right. */
function storeOf(log: readonly ReturnType<typeof leaf>[]) {
  return {
    entries: async (from: number, count: number) => log.slice(from, from + count).map(({ bytes }) => bytes),
    tileHashes: async (level: number, from: number, count: number) =>
      level === 0 ? log.slice(from, from + count).map(({ leafHash }) => leafHash) : [Uint8Array.of(level)],
  }
}

test('the tail says what the store says, whatever was appended, published or forgotten', async () => {
  const step = fc.oneof(
    fc.record({ append: fc.integer({ min: 1, max: 3000 }) }),
    fc.record({ published: fc.nat({ max: 12_000 }) }),
    fc.record({ from: fc.nat({ max: 12_000 }), count: fc.nat({ max: 600 }) }),
    fc.record({ elsewhere: fc.integer({ min: 1, max: 20 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const log: ReturnType<typeof leaf>[] = []
      const store = storeOf(log)
      const tail = new LogTail(store)
      const grow = (count: number) => Array.from({ length: count }, (_, n) => leaf(log.length + n))
      for (const one of steps) {
        if ('append' in one) {
          const entries = grow(one.append)
          tail.append(log.length, entries)
          log.push(...entries)
        } else if ('elsewhere' in one) log.push(...grow(one.elsewhere))
        else if ('published' in one) tail.published(Math.min(one.published, log.length))
        else {
          assert.deepEqual(await tail.entries(one.from, one.count), await store.entries(one.from, one.count))
          assert.deepEqual(
            await tail.tileHashes(0, one.from, one.count),
            await store.tileHashes(0, one.from, one.count),
          )
          assert.deepEqual(await tail.tileHashes(1, 0, 1), [Uint8Array.of(1)])
        }
      }
    }),
    { numRuns: 60 },
  )
})
