/** Taking numbers or services without their holder: forged, replayed and foreign consent, staff keys, stolen keys. */

import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import { evidenceText, requestText, signRequest } from '@cadastre/signatures'
import { type Attack, convicted, onlyVisible, prevented, shownIn, stoppedBy } from '../attack.ts'
import { convictLog } from '../convict.ts'
import { HostileLog } from '../hostile-log.ts'
import { cellOf, offerOf } from '../steps.ts'
import { ALICES, type AttackWorld } from '../world.ts'

const toMallory = (world: AttackWorld) => offerOf(world, ALICES, world.alice.handle, world.mallory.handle)

/** Writes into a log of its own that Alice's numbers are Mallory's, signed by these. */
async function seizeInLog(
  world: AttackWorld,
  signers: Parameters<HostileLog['act']>[2],
): Promise<HostileLog> {
  const log = await HostileLog.of(world.registry)
  const accepts = [cellOf(log, ALICES, world.mallory.handle)]
  log.act('transfer/1', toMallory(world), signers, { accepts }, { replaces: [world.naming(ALICES)] })
  log.commit()
  return log
}

export const CONSENT: readonly Attack[] = [
  {
    name: 'seizure by forged consent',
    wants: 'Move a holder’s numbers to a friend with a signature that the holder never made.',
    routes: [
      {
        by: 'front door',
        claim: prevented('signature-invalid'),
        play: async (world) => {
          const request = world.registry.request('transfer/1', toMallory(world), [world.naming(ALICES)])
          const text = requestText(request)
          const forged = {
            ...signRequest(text, generateEd25519Signer()),
            key: encodeBase64(world.alice.signer.publicKey),
          }
          const evidence = evidenceText([forged, signRequest(text, world.mallory.signer)])
          return stoppedBy(await world.submitText(text, evidence))
        },
      },
      {
        by: 'own log',
        claim: convicted('loss-without-basis', 'decision'),
        play: async (world) =>
          convictLog(world, await seizeInLog(world, [world.mallory.signer]), 'loss-without-basis'),
      },
    ],
    advice:
      'Any audit finds the entry; pass the file on, and go on with the log that witnesses and mirrors hold.',
  },
  {
    name: 'seizure by staff key',
    wants: 'Move a holder’s numbers with the signatures of the whole staff.',
    routes: [
      {
        by: 'front door',
        claim: prevented('consent-missing'),
        play: async (world) =>
          stoppedBy(
            await world.ask(
              'transfer/1',
              toMallory(world),
              [...world.staffKeys.slice(0, 6), world.mallory.signer],
              [world.naming(ALICES)],
            ),
          ),
      },
      {
        by: 'own log',
        claim: convicted('accepted-wrongly', 'decision'),
        play: async (world) =>
          convictLog(world, await seizeInLog(world, world.operators), 'accepted-wrongly'),
      },
    ],
    advice: 'Any audit finds the entry; the file names it and proves it to everybody.',
  },
  {
    name: 'replayed consent',
    wants: 'Execute a holder’s old signature a second time, when it has become adverse.',
    routes: [
      {
        by: 'front door',
        claim: prevented('its first receipt, and nothing is executed'),
        play: async (world) => {
          const route = { kind: 'route', origin: 64497 }
          const body = { holder: world.alice.handle, at: ALICES, service: route, action: 'set' }
          const request = world.registry.request('declare-service/1', body, [world.naming(ALICES)])
          await world.submit(request, [world.alice.signer])
          const remove = { ...body, action: 'remove' }
          await world.must('declare-service/1', remove, [world.alice.signer], [world.naming(ALICES)])
          const size = world.registry.registrar.size
          await world.submit(request, [world.alice.signer])
          await world.submit(request, [world.alice.signer, world.registry.operator])
          const silent = world.registry.registrar.size === size
          return stoppedBy(silent ? 'its first receipt, and nothing is executed' : null)
        },
      },
      {
        by: 'own log',
        claim: convicted('request-repeated', 'entries'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const request = world.registry.request('confirm/1', { holder: world.alice.handle })
          for (let times = 0; times < 2; times++) {
            log.decide(request, [world.alice.signer])
            log.commit()
          }
          return convictLog(world, log, 'request-repeated')
        },
      },
    ],
    advice: 'Requests expire and are executed once; an audit shows the second entry.',
  },
  {
    name: 'consent for another registry',
    wants: 'Use what a holder signed for another registry, or for a test of it, here.',
    routes: [
      {
        by: 'front door',
        claim: prevented('wrong-origin'),
        play: async (world) => {
          const made = world.registry.request('confirm/1', { holder: world.alice.handle })
          return stoppedBy(
            await world.submit({ ...made, origin: 'another.example/log' }, [world.alice.signer]),
          )
        },
      },
      {
        by: 'own log',
        claim: convicted('accepted-wrongly', 'decision'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const lie = { accepts: [cellOf(log, ALICES, world.mallory.handle)] }
          const options = { replaces: [world.naming(ALICES)], origin: 'another.example/log' }
          log.act('transfer/1', toMallory(world), [world.alice.signer, world.mallory.signer], lie, options)
          log.commit()
          return convictLog(world, log, 'accepted-wrongly')
        },
      },
    ],
    advice: 'The origin is part of what is signed; an audit refuses the entry.',
  },
  {
    name: 'consent to something else',
    wants: 'Execute another act than the one that was signed: more numbers, another receiver.',
    routes: [
      {
        by: 'front door',
        claim: prevented('signature-invalid'),
        play: async (world) => {
          const signed = world.registry.request('confirm/1', { holder: world.alice.handle })
          const other = world.registry.request('transfer/1', toMallory(world), [world.naming(ALICES)])
          const evidence = evidenceText([
            signRequest(requestText(signed), world.alice.signer),
            signRequest(requestText(other), world.mallory.signer),
          ])
          return stoppedBy(await world.submitText(requestText(other), evidence))
        },
      },
      {
        by: 'own log',
        claim: convicted('effects-differ', 'decision'),
        play: async (world) => {
          const log = await HostileLog.of(world.registry)
          const half = { ...toMallory(world), range: '203.0.113.0/25' }
          const lie = { accepts: [cellOf(log, ALICES, world.mallory.handle)] }
          log.act('transfer/1', half, [world.alice.signer, world.mallory.signer], lie, {
            replaces: [world.naming(ALICES)],
          })
          log.commit()
          return convictLog(world, log, 'effects-differ')
        },
      },
    ],
    advice: 'Compare what you signed with the entry; an audit does it for every entry.',
  },
  {
    name: 'stolen holder key, transfer',
    wants: 'Sell a holder’s numbers with the one full key that it has.',
    routes: [
      {
        by: 'front door',
        claim: onlyVisible('the log: an accepted transfer/1, and the notices to the holder’s contacts'),
        play: async (world) => {
          const stolen = world.alice.signer
          await world.must(
            'transfer/1',
            toMallory(world),
            [stolen, world.mallory.signer],
            [world.naming(ALICES)],
          )
          const shown = await world.logged((entry) => entry['procedure'] === 'transfer/1')
          return shownIn('the log: an accepted transfer/1, and the notices to the holder’s contacts', shown)
        },
      },
    ],
    advice:
      'Enrol several keys (m of n), preset cooling and a lock, subscribe to your numbers at a mirror; then a court.',
  },
  {
    name: 'stolen holder key, preset cooling',
    wants: 'Sell a holder’s numbers with a stolen key although the holder preset a time to cool.',
    routes: [
      {
        by: 'front door',
        claim: prevented('withdrawn within the cooling that the holder preset'),
        play: async (world) => {
          const { alice, mallory } = world
          await world.must(
            'update-holder/1',
            { change: 'cooling', holder: alice.handle, coolingSeconds: 7 * 86_400 },
            [alice.signer],
            [world.namingOf(alice, 'coolingSeconds')],
          )
          const application = await world.made(
            'application',
            'transfer/1',
            toMallory(world),
            [alice.signer, mallory.signer],
            [world.naming(ALICES)],
          )
          const withdraw = { step: 'withdraw', application, by: alice.handle }
          await world.must('transfer/1', withdraw, [alice.signer])
          await world.later(30)
          const { state } = world.application(application)
          const kept = state === 'withdrawn' && world.heldAt(ALICES).holder === alice.handle
          return stoppedBy(kept ? 'withdrawn within the cooling that the holder preset' : null)
        },
      },
    ],
    advice: null,
  },
]
