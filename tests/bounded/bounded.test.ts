// The bounded model check, as much of it as a test may take: every act that can be asked, in any order, two steps deep; then
// each family of procedures alone. `npm run check-bounded` goes deeper. CADASTRE_BOUNDED_SECONDS: another amount of
// processor time for each profile.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PROCEDURES } from '@cadastre/procedures'
import { ALL_FAMILIES, explore, foundSmallWorld } from '@cadastre/simulator/bounded'
import { CHECKS } from './checks/index.ts'
import { lineOf } from './stages.ts'

const SECONDS = Number(process.env['CADASTRE_BOUNDED_SECONDS'] ?? 12)

/** States expanded at most in each run: a limit of states, not of time, makes it the same test everywhere. */
const MOST_STATES = 400

for (const profile of ['community', 'national'] as const)
  test(`${profile}: no act of the whole alphabet breaks I1, I2, I5, I6, I7 or I8 within the bounds`, (t) => {
    const origin = foundSmallWorld(profile)
    const seen = new Set<string>()
    const census = {
      name: 'census',
      check: ({ procedure }: { readonly procedure: string }): null => {
        seen.add(procedure)
        return null
      },
    }
    let transitions = 0
    const run = (families: typeof ALL_FAMILIES, depth: number, states: number): void => {
      let expanded = 0
      const stop = (): boolean => expanded++ >= states
      const { layers, found } = explore(origin, [census, ...CHECKS], { depth, families, subjects: 1, stop })
      for (const { accepted } of layers) transitions += accepted
      if (found !== null)
        assert.fail([`${found.check}: ${found.message}`, ...found.history.map(lineOf)].join('\n'))
    }
    const states = (MOST_STATES * SECONDS) / 12
    run(ALL_FAMILIES, 2, states)
    for (const family of ALL_FAMILIES) run([family], 6, states / 8)
    run(['holds', 'contests'], 5, states / 2)
    t.diagnostic(`${transitions} transitions`)
    // What can be asked once a registry is open; the rest is refused for ever (`who may ask`).
    const never = ['genesis/1', 'import/1', 'open/1']
    const missing = Object.keys(PROCEDURES).filter((id) => !seen.has(id) && !never.includes(id))
    assert.deepEqual(missing, [], 'a procedure that no history accepts')
  })
