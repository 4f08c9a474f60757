// The invariants of procedures.md section 0 over random histories, in both profiles. Each is checked by an observer
// that shares no code with what it judges; `broken.test.ts` shows that each can fail. Another seed: CADASTRE_SEED=7.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulate } from './simulation.ts'

const SEED = Number(process.env['CADASTRE_SEED'] ?? 20_261_124)
const HISTORIES = 20
const STEPS = 220

/** What the workload asks for, founding apart. */
const IN_HISTORIES = [
  'identify-holder/1',
  'update-holder/1',
  'rotate-keys/1',
  'lock/1',
  'confirm/1',
  'allocate/1',
  'declare-service/1',
  'delegate/1',
  'transfer/1',
  'return/1',
  'dissolve/1',
  'attest/1',
  'record-notice/1',
]
const seen = new Set<string>()

for (const profile of ['community', 'national'] as const)
  test(`${profile}: every invariant holds over ${HISTORIES} histories from seed ${SEED}`, (t) => {
    const counts = new Map<string, number>()
    for (let history = 0; history < HISTORIES; history++)
      for (const [name, count] of simulate(SEED + history, profile, STEPS))
        counts.set(name, (counts.get(name) ?? 0) + count)
    const accepted = [...counts].filter(([name]) => name.endsWith(' accepted'))
    t.diagnostic(accepted.map(([name, count]) => `${name.replace(' accepted', '')} ${count}`).join(', '))
    for (const name of counts.keys()) seen.add(name)
    // A history in which nothing happens proves nothing.
    for (const id of IN_HISTORIES)
      assert.ok((counts.get(`${id} accepted`) ?? 0) >= 20, `${id} hardly ever happens`)
  })

/** What must have happened at least once, in one profile or the other. */
const EVENTS: readonly string[] = [
  'hostile refused',
  'allocate/1 due',
  'delegate/1 due',
  'transfer/1 due',
  'return/1 due',
  'update-holder/1 due',
  'rotate-keys/1 due',
  'lock/1 due',
  'dissolve/1 due',
  'record-notice/1 due',
  'application to-notify',
  'application noticed',
  'transfer/1 part',
  'delegate/1 protected-child',
  'transfer/1 splits-child',
  'application waiting',
  'application effected',
  'application withdrawn',
  'application vetoed',
  'application failed',
  'kind quarantined',
  'kind lease',
]

test('the histories hold what can go wrong: queues, cuts, failures, protected children, hostile requests', () => {
  assert.deepEqual(
    EVENTS.filter((name) => !seen.has(name)),
    [],
  )
})
