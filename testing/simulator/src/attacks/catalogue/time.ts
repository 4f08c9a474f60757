/** Clocks and terms: other dates, ends that are not written, ends before their time. */

import { type Attack, convicted } from '../attack.ts'
import { convictFiles } from '../convict.ts'
import type { HostileLog } from '../hostile-log.ts'
import { publicFiles } from '../public.ts'
import { stopped, visible, written } from '../routes.ts'
import { lease, leaseBody } from '../steps.ts'
import { ALICES, type AttackWorld } from '../world.ts'

const WITNESSED = { witnesses: { count: 3, needed: 2 } } as const
const confirmed = (log: HostileLog, world: AttackWorld): number =>
  log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer])

export const TIME: readonly Attack[] = [
  {
    name: 'backdating',
    wants: 'Decide today with the date of last week.',
    routes: [
      stopped('the clock never goes back: the entry is not earlier than the one before', async (world) => {
        const before = world.registry.now
        world.registry.advance(-7 * 86_400)
        const entry = await world.registry.act(
          world.registry.request('confirm/1', { holder: world.alice.handle }),
          [world.alice.signer],
        )
        const later = String(entry['at']) >= before
        return later ? 'the clock never goes back: the entry is not earlier than the one before' : null
      }),
      written('time-decreases', 'entries', (log, world) => {
        log.advance(-7 * 86_400)
        confirmed(log, world)
      }),
      written('time-differs-in-batch', 'entries', (log, world) => {
        confirmed(log, world)
        log.advance(3600)
        confirmed(log, world)
      }),
    ],
    advice: 'The times of entries never decrease, and lie between cosignatures.',
  },
  {
    name: 'postdating',
    wants: 'Set the clock forward, so that windows lapse, leases end and holds run out today.',
    routes: [
      {
        by: 'own log',
        claim: convicted('state-after-cosignature', 'entries'),
        world: WITNESSED,
        play: async (world) => {
          // The registry's own software, by a clock that is a year ahead; witnesses have clocks of their own.
          const honest = world.registry.now
          for (const witness of world.witnesses) witness.now = () => honest
          world.registry.advance(365 * 86_400)
          await world.tick()
          const files = await publicFiles(world)
          return convictFiles(world, files, 'state-after-cosignature')
        },
      },
      visible('the registry’s state entry: a time in the future of everybody’s clock', async (world) => {
        const honest = world.registry.now
        await world.later(365)
        return world.registry.reader.snapshot().publication.at > honest
      }),
    ],
    advice:
      'Demand witnesses: their times bound the registry’s. Without them compare the state’s time with your clock.',
  },
  {
    name: 'what falls due is left undone',
    wants: 'Let a lease, a hold or a lock go on after its end, by not writing the end.',
    routes: [
      written('due-undone', 'record', (log, world) => {
        leaseIn(log, world)
        log.advance(40 * 86_400)
        log.act('confirm/1', { holder: world.bob.handle }, [world.bob.signer])
      }),
      stopped(
        'the end is written before anything else is decided',
        async (world) => {
          await lease(world, '203.0.113.0/26', 5)
          await world.later(6)
          const ended = world.heldAt('ip4/203.0.113.0/26').holder === world.alice.handle
          // Alice's cells were hers before, and are hers again.
          return ended ? 'the end is written before anything else is decided' : null
        },
        { changes: true },
      ),
    ],
    advice:
      'Ends stand in the record, and faces look at them even where they are unwritten; an audit names the one undone.',
  },
  {
    name: 'what is not due is done',
    wants: 'End a lease, a window or a quarantine before its time.',
    routes: [
      written('not-due', 'decision', (log, world) => {
        leaseIn(log, world)
        log.due('delegate/1', 'ip4/203.0.113.0/26', { accepts: [{ key: 'ip4/203.0.113.0/26', next: null }] })
      }),
    ],
    advice: 'Terms stand in the record; an audit finds the op that came before them.',
  },
]

/** Alice leases a part of her block to Bob for a month. */
function leaseIn(log: HostileLog, world: AttackWorld): void {
  const until = new Date(Date.parse(log.at) + 30 * 86_400_000).toISOString().replace('.000', '')
  log.act(
    'delegate/1',
    leaseBody(world, '203.0.113.0/26', until),
    [world.alice.signer, world.bob.signer],
    'the truth',
    {
      replaces: [world.naming(ALICES)],
    },
  )
  log.commit()
}
