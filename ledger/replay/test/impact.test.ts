/** What other terms would have meant for the past (P22): decided again from the log alone. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import { PROFILES } from '@cadastre/procedures'
import { impactOf } from '../src/index.ts'
import { alice, bob, foundedLog, type LogMaker } from './log-maker.ts'

const ALLOCATE = PROFILES.community['allocate/1'] ?? {}

/** Alice and Bob each take blocks of these lengths; the last of Bob's is taken already. */
function story(): LogMaker {
  const log = foundedLog()
  const holders = ['H-4', 'H-5']
  const ask = (holder: number, block: string, length: number): void => {
    const body = { holder: holders[holder] ?? '', pool: 'IP4', length, block: `ip4/${block}` }
    log.act(log.request('allocate/1', body), [holder === 0 ? alice : bob])
  }
  ask(0, '198.51.100.0/26', 26)
  ask(0, '198.51.100.64/28', 28)
  ask(1, '198.51.100.128/28', 28)
  ask(1, '198.51.100.0/28', 28)
  log.commit()
  return log
}

test('the terms that were in force change nothing; others change what they forbid, and say for whom', async () => {
  const log = story()
  const same = await impactOf(nodeCrypto, log.entries, { procedure: 'allocate/1', parameters: ALLOCATE })
  assert.deepEqual(same, { size: log.size, acts: 4, otherwise: 0, holders: 0, examples: [] })
  const impact = await impactOf(nodeCrypto, log.entries, {
    procedure: 'allocate/1',
    parameters: { ...ALLOCATE, ip4Max: 27 },
  })
  assert.deepEqual([impact.acts, impact.otherwise, impact.holders], [4, 3, 2])
  const [first, , last] = impact.examples
  assert.deepEqual([first?.was, first?.would, first?.holders], [null, ['size-not-allowed'], ['H-4']])
  assert.deepEqual([last?.was, last?.would], [['block-taken'], ['size-not-allowed']])
})

test('terms that a single holder alone would have met are seen as such', async () => {
  const log = story()
  const { holders, otherwise } = await impactOf(nodeCrypto, log.entries, {
    procedure: 'allocate/1',
    parameters: { ...ALLOCATE, ip4Min: 27 },
  })
  assert.deepEqual([holders, otherwise], [1, 1])
})

test('a procedure that never acted, and one that the log does not know', async () => {
  const log = story()
  for (const procedure of ['transfer/1', 'transfer/2']) {
    const { acts, otherwise } = await impactOf(nodeCrypto, log.entries, { procedure, parameters: {} })
    assert.deepEqual([acts, otherwise], [0, 0])
  }
})

test('what is no entry is not passed over', async () => {
  await assert.rejects(
    impactOf(nodeCrypto, [new TextEncoder().encode('{}')], { procedure: 'allocate/1', parameters: ALLOCATE }),
    TypeError,
  )
})
