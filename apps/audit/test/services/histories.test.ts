// Random histories: what RDAP and WHOIS answer of any state is what the judges derive from its records, and nothing else.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Profile } from '@cadastre/records'
import { Workload } from '@cadastre/simulator'
import { answersOf, judged, recordOf, type State } from './judging.ts'

/** The state after so many random acts. */
function stateAfter(seed: number, steps: number, profile: Profile): State {
  const workload = new Workload(seed, { profile })
  workload.run(steps)
  const { records, at } = workload.registry
  return { records: new Map(records), at }
}

for (const profile of ['community', 'national'] as const)
  test(`what the services answer is what the record says: random histories, ${profile}`, async () => {
    let questions = 0
    for (let seed = 1; seed <= 20; seed++) {
      const state = stateAfter(seed, 150, profile)
      const record = recordOf(state)
      const answers = await answersOf(state)
      assert.deepEqual(
        answers.flatMap((answer) => judged(record, answer)),
        [],
        `seed ${seed}`,
      )
      questions += answers.length
    }
    assert.ok(questions > 1_000, String(questions))
  })
