/** A log that is none: entries that cannot be read, batches without acts, acts without signatures, records that are none. */

import type { Cell, JsonObject } from '@cadastre/records'
import type { Attack } from '../attack.ts'
import { convicted } from '../attack.ts'
import { convictUnder, policyNamed } from '../convict.ts'
import { HostileLog } from '../hostile-log.ts'
import { written } from '../routes.ts'
import { ALICES, type AttackWorld, SHA } from '../world.ts'

const confirmed = (log: HostileLog, world: AttackWorld): number =>
  log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer])

export const FORMS: readonly Attack[] = [
  {
    name: 'an entry that nobody can read',
    wants: 'Hide an act in bytes that auditors pass over.',
    routes: [
      written('entry-not-utf8', 'entries', (log, world) => {
        const at = confirmed(log, world)
        log.entries[at] = Uint8Array.from([...(log.entries[at] ?? []), 0xff])
      }),
      written('entry-too-large', 'entries', (log, world) => {
        const at = confirmed(log, world)
        log.rewrite(at, (entry) => ({ ...entry, note: 'a'.repeat(33_000) }))
      }),
    ],
    advice: 'What cannot be read is itself the evidence: the entry, proved in the log.',
  },
  {
    name: 'a state without acts',
    wants: 'Let the clock run by state entries that nothing happened in.',
    routes: [
      written('batch-without-ops', 'entries', (log, world) => {
        confirmed(log, world)
        log.commit()
        log.commit((entry) => ({ ...entry, ops: 1 }))
      }),
    ],
    advice: 'Time passes in a log by what is done: two state entries side by side convict.',
  },
  {
    name: 'an act without signatures',
    wants: 'Log a request as if nobody had had to sign it, or as another procedure than was asked for.',
    routes: [
      written('op-malformed', 'entries', (log, world) => {
        log.act('confirm/1', { holder: world.alice.handle }, [], { accepts: [] })
      }),
      written('op-malformed', 'entries', (log, world) => {
        const at = confirmed(log, world)
        log.rewrite(at, (entry) => ({ ...entry, procedure: 'lock/1' }))
      }),
    ],
    advice: 'Every request stands with its evidence, under the procedure that it names.',
  },
  {
    name: 'inputs that the state does not have',
    wants: 'Say that a decision looked at something else than it did.',
    routes: [
      written('inputs-differ', 'decision', (log, world) => {
        const at = confirmed(log, world)
        log.rewrite(at, (entry) => {
          const [first = {}, ...others] = entry['inputs'] as readonly JsonObject[]
          return { ...entry, inputs: [{ ...first, hash: SHA('another record') }, ...others] }
        })
      }),
    ],
    advice: 'Inputs are hashes of the state before; an audit computes each.',
  },
  {
    name: 'numbers lost, or in two states',
    wants: 'Let numbers vanish from the registry, or stand in it twice.',
    routes: [
      written('number-lost', 'record', (log, world) => {
        const body = { holder: world.alice.handle }
        log.act('confirm/1', body, [world.alice.signer], { accepts: [{ key: ALICES, next: null }] })
      }),
      written('number-misplaced', 'record', (log, world) => {
        const { registrations } = log.record(ALICES) as Cell
        const [pool, mine] = registrations
        const twice = { ...mine, id: 'R-9999', holder: world.mallory.handle }
        const next = { ...(log.record(ALICES) as Cell), registrations: [pool, mine, twice] }
        const body = { holder: world.alice.handle }
        log.act('confirm/1', body, [world.alice.signer], { accepts: [{ key: ALICES, next }] })
      }),
    ],
    advice: 'Every number is in one of five states: an audit looks at the state itself, whatever led there.',
  },
  {
    name: 'a record that makes an auditor stumble',
    wants: 'Write a record that is none, so that every audit breaks there.',
    routes: [
      written('effects-differ', 'decision', (log, world) => {
        const key = `obj/holder/${world.alice.handle}`
        const body = { holder: world.alice.handle }
        log.act('confirm/1', body, [world.alice.signer], { accepts: [{ key, next: { v: 1 } }] })
        log.commit()
        log.act('confirm/1', { holder: world.bob.handle }, [world.bob.signer])
      }),
    ],
    advice: 'The audit goes on, and names the entry that wrote it.',
  },
  {
    name: 'a log without a beginning',
    wants: 'Begin with something else than a genesis, or sign a log under another registry’s name.',
    routes: [
      {
        by: 'own log',
        claim: convicted('genesis-not-first', 'entries'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry, 0)
          confirmed(log, world)
          log.commit()
          return convictUnder(world, policyNamed(world), log.files(), 'genesis-not-first', null)
        },
      },
      {
        by: 'own log',
        claim: convicted('origin-differs', 'record'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const other = 'another.example/log'
          const files = log.files(log.checkpoint(undefined, other))
          return convictUnder(world, policyNamed(world, other), files, 'origin-differs', null)
        },
      },
      written('predecessor-differs', 'entries', (log, world) => {
        const body = { predecessor: { origin: log.origin } }
        log.act('take-over/1', body, [world.registry.operator], { accepts: [] }, { received: null })
      }),
    ],
    advice:
      'Entry 0 names the origin; a successor begins with exactly what its predecessor’s last checkpoint covers.',
  },
]
