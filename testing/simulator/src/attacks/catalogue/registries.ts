/** Other registries, successors and witnesses: friends crowned, forged words, quorums replaced. */

import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_ED25519, makeVkey } from '@cadastre/notes'
import type { JsonObject } from '@cadastre/records'
import { type Attack, convicted, prevented, stoppedBy } from '../attack.ts'
import { convictLog, convictUnder, policyNamed } from '../convict.ts'
import { HostileLog } from '../hostile-log.ts'
import { addCheckpoint, cosigned } from '../public.ts'
import { stopped, visible, written } from '../routes.ts'
import { ALICES, type AttackWorld } from '../world.ts'

const WITNESSED = { witnesses: { count: 3, needed: 2 } } as const
const FRIEND = generateEd25519Signer()
const OTHER = 'friend.example/log'
const vkeyOf = (name: string): string =>
  formatVkey(makeVkey(nodeCrypto, name, KEY_TYPE_ED25519, FRIEND.publicKey))

const named: JsonObject = {
  step: 'name',
  staff: 'OPERATOR',
  origin: OTHER,
  key: encodeBase64(FRIEND.publicKey),
}
const listing: JsonObject = {
  staff: 'OPERATOR',
  origin: OTHER,
  policy: `log ${vkeyOf(OTHER)}\nquorum none\n`,
  rdap: null,
}

/** The registry's policy, so that its own witnesses must agree to another one. */
async function witnessesInForce(world: AttackWorld): Promise<void> {
  const { policy } = world.registry.reader.info
  await world.must('change-witnesses/1', { staff: 'OPERATOR', policy }, [world.registry.operator])
  await world.later(31)
}
const ownPolicy = 'quorum none\n'

export const REGISTRIES: readonly Attack[] = [
  {
    name: 'crowning a friend as successor',
    wants: 'Hand the registry to a friend overnight, or let a friend take it.',
    routes: [
      stopped('successor-signature-missing', (world) =>
        world.ask('hand-over/1', named, [world.registry.operator]),
      ),
      stopped('successor-missing', (world) =>
        world.ask('hand-over/1', { step: 'announce', staff: 'OPERATOR' }, [world.registry.operator, FRIEND]),
      ),
      stopped('notice-running', async (world) => {
        const { operator } = world.registry
        await world.must('hand-over/1', named, [operator, FRIEND])
        await world.must('hand-over/1', { step: 'announce', staff: 'OPERATOR' }, [operator, FRIEND])
        await world.later(6)
        return world.ask('hand-over/1', { step: 'finish', staff: 'OPERATOR' }, [operator])
      }),
      written('accepted-wrongly', 'decision', (log, world) => {
        const key = 'obj/registry/REGISTRY'
        const registry = log.record(key) as JsonObject
        const next = { ...registry, origin: OTHER, state: 'open' }
        const body = { step: 'finish', staff: 'OPERATOR' }
        log.act('hand-over/1', body, [world.registry.operator], { accepts: [{ key, next }] })
      }),
      visible('the log: the successor’s name and key, announced a week before the end', async (world) => {
        const { operator } = world.registry
        await world.must('hand-over/1', named, [operator, FRIEND])
        await world.must('hand-over/1', { step: 'announce', staff: 'OPERATOR' }, [operator, FRIEND])
        return world.logged((entry) => JSON.stringify(entry).includes(OTHER))
      }),
    ],
    advice:
      'A successor changes no record: replay its log. Two successors: holders, mirrors and witnesses choose.',
  },
  {
    name: 'a log that goes on after its end',
    wants: 'Hand over, and go on deciding in the old log.',
    routes: [
      stopped('desk: closed', async (world) => {
        await handedOver(world)
        return world.ask('confirm/1', { holder: world.alice.handle }, [world.alice.signer])
      }),
      {
        by: 'own log',
        claim: convicted('accepted-wrongly', 'decision'),
        play: async (world) => {
          await handedOver(world)
          const log = await HostileLog.of(world.registry)
          const body = { holder: world.alice.handle }
          log.act('confirm/1', body, [world.alice.signer], { accepts: [] })
          log.commit()
          return convictLog(world, log, 'accepted-wrongly')
        },
      },
    ],
    advice: 'After the last entry only a successor’s taking over may come.',
  },
  {
    name: 'replaced witness',
    wants: 'Exchange the witnesses for friends, so that another history finds signers.',
    routes: [
      stopped(
        'quorum-missing',
        async (world) => {
          await witnessesInForce(world)
          return world.ask('change-witnesses/1', { staff: 'OPERATOR', policy: ownPolicy }, world.operators)
        },
        { world: WITNESSED },
      ),
      stopped(
        'overlap-running',
        async (world) => {
          const { policy } = world.registry.reader.info
          const body = { staff: 'OPERATOR', policy }
          await world.must('change-witnesses/1', body, [world.registry.operator])
          const signers = [world.registry.operator, ...world.witnesses.map(({ signer }) => signer)]
          return world.ask('change-witnesses/1', { staff: 'OPERATOR', policy: ownPolicy }, signers)
        },
        { world: WITNESSED },
      ),
      {
        ...written('accepted-wrongly', 'decision', () => undefined),
        world: WITNESSED,
        play: async (world) => {
          await witnessesInForce(world)
          const log = await HostileLog.of(world.registry)
          const key = 'obj/witnesses/POLICY'
          const next = { ...(log.record(key) as JsonObject), policy: ownPolicy, previous: null }
          log.act('change-witnesses/1', { staff: 'OPERATOR', policy: ownPolicy }, world.operators, {
            accepts: [{ key, next }],
          })
          log.commit()
          // Even with the cosignatures of all.
          const note = cosigned(log.checkpoint(), world.witnesses)
          return convictLog(world, log, 'accepted-wrongly', null, note)
        },
      },
    ],
    advice: 'The old quorum sees 30 more days; whoever audits keeps its own list of witnesses.',
  },
  {
    name: 'a checkpoint that the record’s witnesses did not sign',
    wants: 'Publish without the witnesses that the registry’s own record demands.',
    routes: [
      {
        by: 'own log',
        claim: convicted('quorum-missing', 'served'),
        world: WITNESSED,
        play: async (world) => {
          await witnessesInForce(world)
          const log = await HostileLog.of(world.registry)
          log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer])
          log.commit()
          // The auditor knows the log's key and nothing of witnesses, as if the registry had none.
          return convictUnder(world, policyNamed(world), log.files(), 'quorum-missing', null)
        },
      },
    ],
    advice: 'Audit with the log’s key alone, too: the record says whose cosignatures its checkpoints need.',
  },
  {
    name: 'captured witness',
    wants: 'Have one witness sign whatever it is shown.',
    routes: [
      {
        by: 'witnesses',
        claim: prevented('no auditor believes it: one of three makes no quorum'),
        world: WITNESSED,
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer])
          log.commit()
          const note = cosigned(log.checkpoint(), world.witnesses.slice(0, 1))
          const outcome = await convictLog(world, log, 'log-forked', null, note)
          const refused = outcome.by.startsWith('no auditor believes it')
          return stoppedBy(refused ? 'no auditor believes it: one of three makes no quorum' : null)
        },
      },
      {
        by: 'witnesses',
        claim: convicted('log-forked', 'fork'),
        world: WITNESSED,
        play: async (world) => {
          // All witnesses are captured: two histories are cosigned, and shown to two people who meet.
          const honest = await HostileLog.of(world.registry)
          const seen = cosigned(honest.checkpoint(), world.witnesses)
          const other = await HostileLog.of(world.registry, honest.batchBefore(honest.size - 1))
          while (other.size < honest.size) {
            other.act('confirm/1', { holder: world.mallory.handle }, [world.mallory.signer])
            other.commit()
          }
          const note = cosigned(other.checkpoint(), world.witnesses)
          return convictLog(world, other, 'log-forked', seen, note)
        },
      },
      {
        by: 'witnesses',
        claim: prevented('409: the log is shorter than what was witnessed'),
        world: WITNESSED,
        play: async (world) => {
          const [witness] = world.witnesses
          const honest = await HostileLog.of(world.registry)
          const shorter = await HostileLog.of(world.registry, honest.batchBefore(honest.size - 1))
          if (witness === undefined) throw new Error('a witness')
          const reply = witness.post(addCheckpoint(shorter, shorter.size))
          return stoppedBy(reply.status === 409 ? '409: the log is shorter than what was witnessed' : null)
        },
      },
    ],
    advice:
      'Ask for a quorum of witnesses that do not know each other, and compare checkpoints with other people.',
  },
  {
    name: 'forged words of a peer',
    wants: 'List a friend as another registry, and let its words take numbers from here.',
    routes: [
      stopped('consent-missing', async (world) => {
        // The move out that Alice never signed.
        await world.must('list-peer/1', listing, [world.registry.operator])
        const body = {
          step: 'init',
          holder: world.alice.handle,
          registration: world.reference(ALICES),
          range: '203.0.113.0/24',
          recipient: { origin: OTHER, holder: 'H-1' },
        }
        return world.ask('move-out/1', body, [...world.operators, FRIEND], [world.naming(ALICES)])
      }),
      stopped('transit-unknown', async (world) => {
        await world.must('list-peer/1', listing, [world.registry.operator])
        return world.ask('move-out/1', { step: 'finalize', transit: 'T-1' }, [FRIEND])
      }),
      stopped('statement-missing', async (world) => {
        await world.must('list-peer/1', listing, [world.registry.operator])
        const body = {
          step: 'accept',
          origin: OTHER,
          transit: 'T-1',
          holder: world.mallory.handle,
          range: '203.0.113.0/24',
        }
        return world.ask('move-in/1', body, [world.mallory.signer])
      }),
      stopped('peer-is-self', (world) => {
        const { origin } = world.registry.reader.info
        const policy = `log ${vkeyOf(origin)}\nquorum none\n`
        return world.ask('list-peer/1', { ...listing, origin, policy }, [world.registry.operator])
      }),
    ],
    advice: null,
  },
  {
    name: 'a move out kept from finishing',
    wants: 'Keep a holder that wants to leave, by a peer’s keys that are listed anew.',
    routes: [
      visible(
        'the log: the listing of another key under the peer’s name, beside the move that is under way',
        async (world) => {
          await world.must('list-peer/1', listing, [world.registry.operator])
          const other = generateEd25519Signer()
          const vkey = formatVkey(makeVkey(nodeCrypto, OTHER, KEY_TYPE_ED25519, other.publicKey))
          await world.must('list-peer/1', { ...listing, policy: `log ${vkey}\nquorum none\n` }, [
            world.registry.operator,
          ])
          return world.logged((entry) => JSON.stringify(entry).includes(vkey.split('+')[0] ?? ''))
        },
      ),
    ],
    advice: 'What is under way is bound to the keys of its beginning; the listing itself stands in the log.',
  },
]

async function handedOver(world: AttackWorld): Promise<void> {
  const { operator } = world.registry
  await world.must('hand-over/1', named, [operator, FRIEND])
  await world.must('hand-over/1', { step: 'announce', staff: 'OPERATOR' }, [operator, FRIEND])
  await world.later(8)
  await world.must('hand-over/1', { step: 'finish', staff: 'OPERATOR' }, [operator])
}
