/** Another past, or another time: rewriting, two histories, clocks, half batches, restored stores. */

import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { decodeBundle, encodeBundle, entriesPath, tilePath } from '@cadastre/merkle'
import { makeFork } from '@cadastre/misbehaviour'
import { ForkRefusedError } from '@cadastre/registrar'
import { openTestRegistry } from '../../test-registry.ts'
import { type Attack, convicted, prevented, stoppedBy } from '../attack.ts'
import { convictFile, convictFiles, convictLog } from '../convict.ts'
import { HostileLog } from '../hostile-log.ts'
import { addCheckpoint } from '../public.ts'
import { stopped, written } from '../routes.ts'
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
      {
        by: 'own log',
        claim: convicted('log-forked', 'fork'),
        play: async (world) => {
          // No witnesses: both logs stand until two people compare what they were shown.
          const honest = await HostileLog.of(world.registry)
          const other = await HostileLog.of(world.registry)
          other.rewrite(5, (entry) => ({ ...entry, note: 'another past' }))
          return convictFile(world, await makeFork(nodeCrypto, honest.checkpoint(), other.checkpoint()))
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
        claim: convicted('bundle-malformed', 'served'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const files = log.files()
          files.set(entriesPath(0, log.size % 256), Uint8Array.of(0xff, 0xff, 0x00))
          return convictFiles(world, files, 'bundle-malformed')
        },
      },
      {
        by: 'own log',
        claim: convicted('tile-missing', 'served'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const files = log.files()
          files.delete(tilePath(0, 0, log.size % 256))
          return convictFiles(world, files, 'tile-missing')
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
