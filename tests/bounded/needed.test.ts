// Histories in which every act is needed stand for all: whatever a full exploration of the same acts sees change, they
// see change; and each deliberate fault that shows within three acts shows in one of them.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  type Check,
  explore,
  exploreNeeded,
  type Family,
  foundSmallWorld,
  type Taken,
} from '@cadastre/simulator/bounded'
import { CHECKS } from './checks/index.ts'
import { FAULTS } from './faults/index.ts'
import { rowsIn } from './faults/table.ts'
import { lineOf } from './stages.ts'

/** States expanded at most: a limit of states, not of time, makes it the same test everywhere. */
const MOST_STATES = 600

/** Names of new entries, instants and hashes: what the same change may call otherwise. */
const NAMES = /(?<=[A-Z]-)\d+|"since":\d+|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|[A-Za-z0-9+/]{43}=/g

/** Kinds of accepted acts: who asked what, and which members of which records it changed. */
function census(): { readonly seen: Map<string, Taken>; readonly check: Check } {
  const seen = new Map<string, Taken>()
  const check = (taken: Taken): null => {
    const { act, effects, before, procedure } = taken
    const asked = act.kind === 'due' ? act.subject : JSON.stringify(act.request.body)
    const changed = effects.map(({ key, next }) => {
      const was = before.get(key)?.value as { readonly [name: string]: unknown } | null | undefined
      const names = Object.keys(next ?? {}).filter(
        (name) =>
          JSON.stringify(was?.[name]) !==
          JSON.stringify((next as { readonly [name: string]: unknown })[name]),
      )
      return `${key} ${names.join()}`
    })
    const kind = `${procedure} ${asked} ${changed.sort().join(' ')}`.replace(NAMES, '')
    if (!seen.has(kind)) seen.set(kind, taken)
    return null
  }
  return { seen, check: { name: 'census', check } }
}

const TOGETHER: readonly (readonly Family[])[] = [
  ['transfer', 'keys'],
  ['transfer', 'disputes'],
  ['transfer', 'sanctions', 'pause'],
  ['return', 'delegate', 'adoption'],
  ['allocate', 'transfer', 'services'],
  ['moves', 'return', 'staff'],
]

for (const families of TOGETHER)
  test(`${families.join(', ')}: every kind of change of three acts in any order is met`, () => {
    const origin = foundSmallWorld('community')
    const [full, needed] = [census(), census()]
    explore(origin, [full.check], { depth: 3, families, subjects: 1 })
    exploreNeeded(origin, [needed.check], { acts: 3, families, subjects: 1 })
    assert.ok(full.seen.size > 10, `${full.seen.size}`)
    const missing = [...full.seen.keys()].filter((kind) => !needed.seen.has(kind))
    assert.deepEqual(missing, [])
  })

for (const profile of ['community', 'national'] as const)
  test(`${profile}: no act of the whole alphabet that needs those before it breaks a rule`, (t) => {
    let expanded = 0
    const { layers, found } = exploreNeeded(foundSmallWorld(profile), CHECKS, {
      acts: 6,
      stop: () => expanded++ >= MOST_STATES,
    })
    t.diagnostic(layers.map(({ states, accepted }) => `${states} states, ${accepted} transitions`).join('; '))
    if (found !== null)
      assert.fail([`${found.check}: ${found.message}`, ...found.history.map(lineOf)].join('\n'))
  })

test('each fault that shows within three acts shows where every act is needed', () => {
  const rows = rowsIn(readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8'))
  const blind: string[] = []
  for (const { what, broken, families, profile } of FAULTS) {
    const acts = Number(/\((\d+) acts?\)/.exec(rows.find((row) => row.what === what)?.bounded ?? '')?.[1])
    if (!(acts <= 3)) continue
    const { found } = exploreNeeded(foundSmallWorld(profile), CHECKS, { acts, families, broken: [broken] })
    if (found === null) blind.push(what)
  }
  assert.deepEqual(blind, [])
})
