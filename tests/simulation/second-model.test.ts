// The naive second model (testing/simulator/src/model) predicts every act of random histories, and contradicts each
// procedure that is broken on purpose, with no other observer beside it. Another seed: CADASTRE_SEED=7.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PROCEDURES } from '@cadastre/procedures'
import { playHistory, secondModel, settingOf, Violation, Workload } from '@cadastre/simulator'
import { FAULTS } from '../bounded/faults/index.ts'
import { foundByModel } from './found-by-model.ts'

const SEED = Number(process.env['CADASTRE_SEED'] ?? 1)
const HISTORIES = 6
const PROFILES = ['community', 'national'] as const

for (const profile of PROFILES) {
  test(`${profile}: the second model says of each act of a holder what is decided, from seed ${SEED}`, () => {
    for (let seed = SEED; seed < SEED + HISTORIES; seed++)
      try {
        new Workload(seed, { profile, observers: [secondModel()] }).run(200)
      } catch (error) {
        if (!(error instanceof Violation)) throw error
        assert.fail(`seed ${seed}: ${error.message}`)
      }
  })

  test(`${profile}: and of each act of courts, attestors, peers, operators and thieves`, (t) => {
    let acts = 0
    for (let seed = SEED; seed < SEED + HISTORIES; seed++) {
      const watching = { observers: [secondModel()] }
      const { engine, failure } = playHistory(seed, settingOf(seed, profile, false), 150, watching)
      assert.equal(failure?.message ?? null, null, `seed ${seed}`)
      acts += engine.acts
    }
    t.diagnostic(`${acts} acts`)
  })
}

/** One fault of each procedure that has any; all of them, with their finders, are in docs/faults.md. */
const ONE_EACH = FAULTS.filter(
  ({ broken }, place) => FAULTS.findIndex((one) => one.broken.id === broken.id) === place,
)
/** What happens in every short history. */
const EVERYDAY: readonly string[] = [
  'allocate/1',
  'declare-service/1',
  'delegate/1',
  'return/1',
  'rotate-keys/1',
  'transfer/1',
  'update-holder/1',
]
/** Of the others, which seldom happen, as many must be noticed in short histories. */
const LEAST_OF_OTHERS = 8

test('a deliberate fault in a procedure: the second model alone notices', (t) => {
  const found = ONE_EACH.filter(({ broken, profile, what }) => {
    const finding = foundByModel(broken, profile, 3, 250)
    t.diagnostic(
      `${what}: ${finding === null ? 'not in so short a time' : `${finding.by}, seed ${finding.seed}`}`,
    )
    return finding !== null
  }).map(({ broken }) => broken.id)
  assert.deepEqual(
    EVERYDAY.filter((id) => !found.includes(id)),
    [],
  )
  assert.ok(found.length >= EVERYDAY.length + LEAST_OF_OTHERS, `only ${found.length} are found`)
})

test('every procedure has its rule in the model', async () => {
  const { RULES } = await import('../../testing/simulator/src/model/rules.ts')
  assert.deepEqual(Object.keys(RULES).sort(), Object.keys(PROCEDURES).sort())
})
