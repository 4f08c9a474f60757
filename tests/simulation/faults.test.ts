// Faults at every step: the same history through a whole registry, once undisturbed and once with write steps that
// break, comes to the same decisions; no receipt is lost, no checkpoint contradicted, and the log replays.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settingOf } from '@cadastre/simulator'
import { playReal } from './real-registry.ts'

const SEEDS = (process.env['CADASTRE_FAULT_SEEDS'] ?? '1,2').split(',').map(Number)
const ACTS = 20

for (const seed of SEEDS)
  test(`seed ${seed}: the same decisions, whatever write step breaks`, async (t) => {
    const setting = settingOf(seed, undefined, true)
    const calm = await playReal(seed, setting, ACTS, 0)
    const stormy = await playReal(seed, setting, ACTS, 0.7)
    assert.deepEqual(stormy.outcomes, calm.outcomes)
    assert.ok(stormy.broken.length > 0, `only ${stormy.broken.length} steps broke`)
    t.diagnostic(`${stormy.broken.length} steps broke: ${[...new Set(stormy.broken)].join(', ')}`)
  })
