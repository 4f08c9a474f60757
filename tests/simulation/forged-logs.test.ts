// The hostile operator writes the log itself, with every key of the registry and roots that fit: the audit that replays
// the log convicts each forgery, and finds nothing in the honest log.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import {
  auditLogOf,
  BROKEN_STATES,
  Chance,
  FORGERIES,
  forge,
  logOf,
  settingOf,
  writeLongLog,
} from '@cadastre/simulator'
import { auditFolder } from './audit-folder.ts'

const SEEDS = [1, 2, 3]
const ACTS = 240
const logs = SEEDS.map((seed) => ({ seed, log: logOf(seed, settingOf(seed), ACTS) }))

test('an honest log of all agents has no fault', () => {
  for (const { seed, log } of logs) assert.deepEqual(auditLogOf(log), [], `seed ${seed}`)
})

for (const name of [...Object.keys(FORGERIES), ...Object.keys(BROKEN_STATES)])
  test(`convicted: ${name}`, (t) => {
    const codes = new Set<string>()
    let forged = 0
    for (const { seed, log } of logs) {
      const { convictedBy, honest } = forge(name, log, new Chance(seed))
      if (honest) continue
      forged += 1
      assert.notDeepEqual(convictedBy, [], `seed ${seed}`)
      for (const code of convictedBy) codes.add(code)
    }
    assert.ok(forged > 0, 'never forged')
    t.diagnostic([...codes].join(', '))
  })

const folders: string[] = []
after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

for (const real of [false, true])
  test(`a log of a large registry in a folder, ${real ? 'really signed' : 'with the fake port'}, is audited without a fault`, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cadastre-simulated-'))
    folders.push(directory)
    const log = writeLongLog({ seed: 5, profile: 'community', acts: real ? 400 : 3000, directory, real })
    const report = await auditFolder(directory, { fake: !real })
    assert.deepEqual([report.faults, report.size], [[], log.size])
    assert.equal(report.tally.ops, log.acts)
  })
