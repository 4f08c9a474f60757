/** When sources are asked again. No clock: pauses are computed, and rounds are counted. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pauseAfter, poll } from '../../apps/cadastre/src/mirror/polling.ts'

test('pauses are steady with some chance, double while nothing can be read, and end at ten minutes', () => {
  assert.equal(pauseAfter(0, 10_000, 0.5), 10_000)
  assert.equal(pauseAfter(0, 10_000, 0), 9_000)
  assert.equal(pauseAfter(0, 10_000, 1), 11_000)
  assert.deepEqual(
    [1, 2, 3].map((failures) => pauseAfter(failures, 10_000, 0.5)),
    [20_000, 40_000, 80_000],
  )
  assert.equal(pauseAfter(50, 10_000, 0.5), 600_000)
  // Whoever wants to ask rarely asks no more often because it fails.
  assert.equal(pauseAfter(5, 3_600_000, 0.5), 3_600_000)
})

test('a signal ends the pause and the rounds', async () => {
  const stop = new AbortController()
  let rounds = 0
  await poll({
    round: () => {
      rounds += 1
      if (rounds === 3) stop.abort()
      return Promise.resolve('same')
    },
    everyMilliseconds: 1,
    chance: () => 0,
    signal: stop.signal,
    done: () => Promise.resolve(),
  })
  assert.equal(rounds, 3)
})

test('what a round rejects with is not swallowed', async () => {
  const round = (): Promise<never> => Promise.reject(new Error('disk full'))
  const { signal } = new AbortController()
  await assert.rejects(
    poll({ round, everyMilliseconds: 1, chance: () => 0, signal, done: () => Promise.resolve() }),
    /disk full/,
  )
})
