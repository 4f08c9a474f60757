/** Another past, or another time: rewriting, two histories, clocks, half batches, restored stores. */

import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import { decodeBundle, encodeBundle, entriesPath, tilePath } from '@cadastre/merkle'
import { ForkRefusedError } from '@cadastre/registrar'
import { openTestRegistry } from '../../test-registry.ts'
import { type Attack, convicted, prevented, stoppedBy } from '../attack.ts'
import { convictFiles, convictLog } from '../convict.ts'
import { HostileLog } from '../hostile-log.ts'
import { addCheckpoint, publicFiles } from '../public.ts'
import { stopped, visible, written } from '../routes.ts'
import { lease, leaseBody } from '../steps.ts'
import { ALICES, type AttackWorld, SHA } from '../world.ts'

const WITNESSED = { witnesses: { count: 3, needed: 2 } } as const
const confirmed = (log: HostileLog, world: AttackWorld): number =>
  log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer])

export const HISTORY: readonly Attack[] = [
  {
    name: 'rewriting history',
    wants: 'Put another text in the place of an old entry, and sign the whole anew.',
    routes: [
      {
        by: 'own log',
        claim: convicted('log-forked', 'fork'),
        play: async (world) => {
          const honest = await HostileLog.of(world.registry)
          const kept = honest.checkpoint()
          // Everything is decided again from before Alice had her numbers: it hangs together, but it is not what was signed.
          const log = await HostileLog.of(world.registry, await firstBatch(world))
          confirmed(log, world)
          log.commit()
          while (log.size < honest.size + 2) {
            log.act('confirm/1', { holder: world.bob.handle }, [world.bob.signer])
            log.commit()
          }
          return convictLog(world, log, 'log-forked', kept)
        },
      },
      {
        by: 'own log',
        claim: convicted('log-shrunk', 'served'),
        play: async (world) => {
          const kept = (await HostileLog.of(world.registry)).checkpoint()
          const log = await HostileLog.of(world.registry, await firstBatch(world))
          return convictLog(world, log, 'log-shrunk', kept)
        },
      },
    ],
    advice: 'Keep the last checkpoint (audit --remember): it and the new one are the evidence, both signed.',
  },
  {
    name: 'split view',
    wants: 'Show one person another log than all others.',
    routes: [
      {
        by: 'witnesses',
        claim: prevented('422: a witness signs no second tree'),
        world: WITNESSED,
        play: async (world) => {
          const other = await HostileLog.of(world.registry, await firstBatch(world))
          while (other.size < world.registry.registrar.size) {
            other.act('confirm/1', { holder: world.bob.handle }, [world.bob.signer])
            other.commit()
          }
          const [witness] = world.witnesses
          if (witness?.recorded == null) throw new Error('a witness that has seen the log')
          const reply = witness.post(addCheckpoint(other, witness.recorded.size))
          return stoppedBy(reply.status === 422 ? '422: a witness signs no second tree' : null)
        },
      },
      {
        by: 'own log',
        claim: prevented('no auditor believes it: not enough cosignatures'),
        world: WITNESSED,
        play: async (world) => {
          const other = await HostileLog.of(world.registry)
          confirmed(other, world)
          other.commit()
          const outcome = await convictLog(world, other, 'log-forked')
          const believed = !outcome.by.startsWith('no auditor believes it')
          return stoppedBy(believed ? null : 'no auditor believes it: not enough cosignatures')
        },
      },
    ],
    advice:
      'Demand cosignatures of witnesses that you chose (--policy), and compare checkpoints with somebody else.',
  },
  {
    name: 'rolled-back database',
    wants: 'Restore an old backup, and go on from there as if the rest had never been.',
    routes: [
      {
        by: 'database',
        claim: prevented('ForkRefusedError: the registrar refuses to sign'),
        play: async (world) => {
          const { registry } = world
          const backup = join(registry.directory, 'backup.sqlite')
          await registry.stop()
          const file = join(registry.directory, 'cadastre.sqlite')
          await cp(file, backup)
          const again = await openTestRegistry(registry.directory, registry.identity, world.options)
          await again.act(again.request('confirm/1', { holder: world.alice.handle }), [world.alice.signer])
          await again.stop()
          for (const suffix of ['-wal', '-shm']) await rm(`${file}${suffix}`, { force: true })
          await cp(backup, file)
          try {
            await openTestRegistry(registry.directory, registry.identity, world.options)
            return stoppedBy(null)
          } catch (error) {
            if (!(error instanceof ForkRefusedError)) throw error
            return stoppedBy('ForkRefusedError: the registrar refuses to sign')
          }
        },
      },
    ],
    advice: null,
  },
  {
    name: 'partial batch',
    wants: 'Keep half of what was decided together: the loss without the gain.',
    routes: [
      written('batch-open', 'entries', (log, world) => {
        confirmed(log, world)
        log.leaveOpen()
      }),
      written('ops-miscounted', 'entries', (log, world) => {
        confirmed(log, world)
        confirmed(log, world)
        log.commit((entry) => ({ ...entry, ops: 1 }))
      }),
      written('effects-differ', 'decision', (log, world) => {
        // A transfer of which only the seller's half is written.
        const body = {
          step: 'offer',
          from: world.alice.handle,
          to: world.bob.handle,
          registration: world.reference(ALICES),
          range: '203.0.113.0/25',
          services: [],
        }
        log.act(
          'transfer/1',
          body,
          [world.alice.signer, world.bob.signer],
          { accepts: [{ key: ALICES, next: null }] },
          {
            replaces: [world.naming(ALICES)],
          },
        )
      }),
    ],
    advice: 'Every batch ends in a state entry that counts it; an audit finds the one that does not.',
  },
  {
    name: 'a state that its entries do not make',
    wants: 'Sign a state root in which Alice’s record is another, and leave every entry as it was.',
    routes: [
      written('roots-differ', 'roots', (log, world) => {
        confirmed(log, world)
        log.commit((entry) => ({
          ...entry,
          roots: { ...(entry['roots'] as object), ip4: SHA('another state') },
        }))
      }),
      written('previous-state-wrong', 'entries', (log, world) => {
        confirmed(log, world)
        log.commit((entry) => ({ ...entry, prev: 0 }))
      }),
    ],
    advice: 'Light clients cannot see it; one replay does, and the signed root is the evidence.',
  },
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
  {
    name: 'an entry with two readings',
    wants: 'Log one thing for auditors and another for readers, in one entry.',
    routes: [
      written('entry-not-canonical', 'entries', (log, world) => {
        const at = confirmed(log, world)
        const text = new TextDecoder().decode(log.entries[at])
        log.entries[at] = new TextEncoder().encode(text.replace('"t":"op"', '"t":"op","t":"op"'))
      }),
      written('entry-malformed', 'entries', (log, world) => {
        const at = confirmed(log, world)
        log.rewrite(at, (entry) => ({ ...entry, note: 'by order of the board' }))
      }),
    ],
    advice: 'Entries have one form; an audit refuses any other.',
  },
  {
    name: 'tiles that tell another story',
    wants: 'Serve entries or tiles that are not those the checkpoint covers.',
    routes: [
      {
        by: 'own log',
        claim: convicted('tile-differs', 'served'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const files = log.files()
          const path = entriesPath(0, log.size % 256)
          const entries = decodeBundle(files.get(path) ?? new Uint8Array(), log.size % 256)
          if (!entries.ok) throw new Error(path)
          const changed = entries.value.map((bytes, index) =>
            index === 3 ? (entries.value[2] ?? bytes) : bytes,
          )
          files.set(path, encodeBundle(changed))
          return convictFiles(world, files, 'tile-differs')
        },
      },
      {
        by: 'own log',
        claim: convicted('log-root-differs', 'served'),
        play: async (world) => {
          // A root that no entries make, under the log's own signature.
          const log = await HostileLog.of(world.registry)
          const other = await HostileLog.of(world.registry)
          other.rewrite(5, (entry) => ({ ...entry, note: 'another past' }))
          return convictFiles(world, log.files(other.checkpoint()), 'log-root-differs')
        },
      },
      {
        by: 'own log',
        claim: convicted('tile-differs', 'served'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const files = log.files()
          const path = tilePath(0, 0, log.size % 256)
          files.set(
            path,
            Uint8Array.from(files.get(path) ?? [], (byte, at) => (at === 40 ? byte ^ 1 : byte)),
          )
          return convictFiles(world, files, 'tile-differs')
        },
      },
      {
        by: 'own log',
        claim: convicted('bundle-missing', 'served'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const files = log.files()
          files.delete(entriesPath(0, log.size % 256))
          return convictFiles(world, files, 'bundle-missing')
        },
      },
    ],
    advice: 'Read from a mirror, which serves only what it has checked; keep what you were served.',
  },
  {
    name: 'another log key',
    wants: 'Go on under a key of one’s own, without anybody’s leave.',
    routes: [
      {
        by: 'own log',
        claim: prevented('no auditor believes it: the log’s key did not sign'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const files = log.files(log.checkpoint(generateEd25519Signer()))
          const outcome = await convictFiles(world, files, 'log-root-differs')
          const refused = outcome.by.startsWith('no auditor believes it')
          return stoppedBy(refused ? 'no auditor believes it: the log’s key did not sign' : null)
        },
      },
    ],
    advice: null,
  },
  {
    name: 'a key that anybody can sign with',
    wants: 'Let a holder enrol a key of small order, under which any signature holds.',
    routes: [
      stopped('desk: body-malformed', (world) => {
        const weak = new Uint8Array(32)
        weak[0] = 1
        const body = {
          ...world.registry.identification('Victim', world.bob.signer).body,
          policy: {
            m: 1,
            keys: [{ alg: 'ed25519', key: encodeBase64(weak), roles: ['full', 'routing', 'technical'] }],
            guardians: [],
          },
        }
        return world.ask('identify-holder/1', body, [world.bob.signer])
      }),
    ],
    advice: null,
  },
]

/** Size of the log after its founding: before anybody held anything. */
async function firstBatch(world: AttackWorld): Promise<number> {
  const texts = (await world.entries()).map((bytes) => new TextDecoder().decode(bytes))
  return texts.findIndex((text) => text.includes('"procedure":"open/1"')) + 2
}

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
