/** Keys that were stolen: a holder's, a guardian's, the registry's own. */

import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import type { Holder, JsonObject } from '@cadastre/records'
import type { Attack } from '../attack.ts'
import { stopped, visible, written } from '../routes.ts'
import { offerOf, sayNotified } from '../steps.ts'
import { ALICES, type AttackWorld, SHA } from '../world.ts'

const THIEF = generateEd25519Signer()
const THIEFS = { alg: 'ed25519', key: encodeBase64(THIEF.publicKey), roles: ['full', 'routing', 'technical'] }
/** Alice's second key, which stays with her. */
const SECOND = generateEd25519Signer()
const SECONDS = {
  alg: 'ed25519',
  key: encodeBase64(SECOND.publicKey),
  roles: ['full', 'routing', 'technical'],
}

const policyOf = (world: AttackWorld): JsonObject =>
  world.object<{ readonly policy: JsonObject }>('holder', world.alice.handle)?.policy ?? {}
const rotation = (world: AttackWorld, change: JsonObject): JsonObject => ({
  step: 'rotate',
  holder: world.alice.handle,
  policy: { ...policyOf(world), ...change },
})
async function rotate(
  world: AttackWorld,
  change: JsonObject,
  signers: Parameters<AttackWorld['ask']>[2],
): Promise<void> {
  await world.must('rotate-keys/1', rotation(world, change), signers, [world.namingOf(world.alice, 'policy')])
}
/** Alice enrols a second key, so that a thief of the first is not alone. */
async function withSecond(world: AttackWorld): Promise<void> {
  const keys = policyOf(world)['keys'] as readonly JsonObject[]
  await rotate(world, { keys: [...keys, SECONDS] }, [world.alice.signer, SECOND])
}
/** The thief asks that its key alone be Alice's. */
async function takenOver(world: AttackWorld): Promise<string> {
  const body = rotation(world, { keys: [THIEFS] })
  return world.made(
    'application',
    'rotate-keys/1',
    body,
    [world.alice.signer, THIEF],
    [world.namingOf(world.alice, 'policy')],
  )
}
const CHANGES = { changes: true } as const

export const KEYS: readonly Attack[] = [
  {
    name: 'stolen holder key, taking the others away',
    wants: 'Replace all of a holder’s keys with a stolen one.',
    routes: [
      stopped(
        'application vetoed',
        async (world) => {
          await withSecond(world)
          const application = await takenOver(world)
          const veto = { step: 'veto', holder: world.alice.handle, application, guardian: null }
          await world.later(3)
          await world.must('rotate-keys/1', veto, [SECOND])
          await world.later(30)
          return `application ${world.application(application).state}`
        },
        CHANGES,
      ),
      stopped(
        'vetoed by a key that was removed',
        async (world) => {
          await withSecond(world)
          await takenOver(world)
          await world.later(8)
          // All are gone; a transfer follows at once, and a removed key still freezes nothing but vetoes what comes.
          const next = rotation(world, { keys: [{ ...THIEFS, roles: ['full'] }, SECONDS] })
          const application = await world.made(
            'application',
            'rotate-keys/1',
            next,
            [THIEF, SECOND],
            [world.namingOf(world.alice, 'policy')],
          )
          const veto = { step: 'veto', holder: world.alice.handle, application, guardian: null }
          const refusal = await world.ask('rotate-keys/1', veto, [SECOND])
          return refusal === null ? 'vetoed by a key that was removed' : `veto: ${refusal}`
        },
        CHANGES,
      ),
      visible(
        'the log: the change waits seven days, for everybody to see, before a key is gone',
        async (world) => {
          const application = await takenOver(world)
          const waits = world.application(application).state === 'cooling'
          await world.later(8)
          const { keys = [] } = world.object<Holder>('holder', world.alice.handle)?.policy ?? {}
          return waits && keys.every(({ key }) => key === THIEFS.key)
        },
      ),
    ],
    advice:
      'Keep two keys in two places, subscribe to your holder at a mirror; any living key vetoes for seven days.',
  },
  {
    name: 'stolen holder key, a sale before it is noticed',
    wants: 'Sell with one stolen key of several.',
    routes: [
      stopped(
        'consent-missing',
        async (world) => {
          await withSecond(world)
          await rotate(world, { m: 2 }, [world.alice.signer, SECOND])
          await world.later(8)
          return world.ask(
            'transfer/1',
            offerOf(world, ALICES, world.alice.handle, world.mallory.handle),
            [world.alice.signer, world.mallory.signer],
            [world.naming(ALICES)],
          )
        },
        CHANGES,
      ),
      stopped(
        'frozen',
        async (world) => {
          await withSecond(world)
          await world.must('lock/1', { step: 'freeze', holder: world.alice.handle }, [SECOND])
          return world.ask(
            'transfer/1',
            offerOf(world, ALICES, world.alice.handle, world.mallory.handle),
            [world.alice.signer, world.mallory.signer],
            [world.naming(ALICES)],
          )
        },
        CHANGES,
      ),
      stopped('locked', async (world) => {
        const until = '2026-12-31T00:00:00Z'
        const lock = { step: 'lock', holder: world.alice.handle, until, releaseSeconds: null }
        await world.must(
          'lock/1',
          lock,
          [world.alice.signer],
          [world.namingOf(world.alice, 'lockedUntil'), world.namingOf(world.alice, 'lockReleaseSeconds')],
        )
        return world.ask(
          'transfer/1',
          offerOf(world, ALICES, world.alice.handle, world.mallory.handle),
          [world.alice.signer, world.mallory.signer],
          [world.naming(ALICES)],
        )
      }),
      stopped('release-not-preset', async (world) => {
        const until = '2026-12-31T00:00:00Z'
        const lock = { step: 'lock', holder: world.alice.handle, until, releaseSeconds: null }
        const naming = () => [
          world.namingOf(world.alice, 'lockedUntil'),
          world.namingOf(world.alice, 'lockReleaseSeconds'),
        ]
        await world.must('lock/1', lock, [world.alice.signer], naming())
        return world.ask(
          'lock/1',
          { step: 'release', holder: world.alice.handle },
          [world.alice.signer],
          naming(),
        )
      }),
    ],
    advice: null,
  },
  {
    name: 'guardians who conspire',
    wants: 'Have a holder’s guardians replace its keys while it lives.',
    routes: [
      stopped(
        'application vetoed',
        async (world) => {
          const guardians = [world.bob.handle, world.mallory.handle]
          await rotate(world, { guardians }, [world.alice.signer])
          await world.later(8)
          const body = { step: 'guardians', holder: world.alice.handle, m: 1, keys: [THIEFS], guardians }
          const application = await world.made(
            'application',
            'recover-keys/1',
            body,
            [THIEF, world.bob.signer, world.mallory.signer],
            [world.namingOf(world.alice, 'policy')],
          )
          await sayNotified(world, application)
          const veto = { step: 'veto', holder: world.alice.handle, application, guardian: null }
          await world.must('recover-keys/1', veto, [world.alice.signer])
          await world.later(60)
          return `application ${world.application(application).state}`
        },
        CHANGES,
      ),
      stopped(
        'guardians-missing',
        async (world) => {
          await rotate(world, { guardians: [world.bob.handle, world.mallory.handle] }, [world.alice.signer])
          await world.later(8)
          const body = {
            step: 'guardians',
            holder: world.alice.handle,
            m: 1,
            keys: [THIEFS],
            guardians: [world.mallory.handle],
          }
          return world.ask(
            'recover-keys/1',
            body,
            [THIEF, world.mallory.signer, ...world.operators],
            [world.namingOf(world.alice, 'policy')],
          )
        },
        CHANGES,
      ),
    ],
    advice: null,
  },
  {
    name: 'a stolen narrow key',
    wants: 'Use a stolen routing or technical key for more than its role.',
    routes: [
      stopped(
        'consent-missing',
        async (world) => {
          const narrow = { ...THIEFS, roles: ['routing'] }
          const keys = policyOf(world)['keys'] as readonly JsonObject[]
          await rotate(world, { keys: [...keys, narrow] }, [world.alice.signer, THIEF])
          return world.ask(
            'transfer/1',
            offerOf(world, ALICES, world.alice.handle, world.mallory.handle),
            [THIEF, world.mallory.signer],
            [world.naming(ALICES)],
          )
        },
        CHANGES,
      ),
      visible(
        'the log: routes, ROAs or contacts changed by a key of that role, told to all contacts, the former ones too',
        async (world) => {
          const narrow = { ...THIEFS, roles: ['routing'] }
          const keys = policyOf(world)['keys'] as readonly JsonObject[]
          await rotate(world, { keys: [...keys, narrow] }, [world.alice.signer, THIEF])
          const service = { kind: 'route', origin: 64511 }
          await world.must(
            'declare-service/1',
            { holder: world.alice.handle, at: ALICES, service, action: 'set' },
            [THIEF],
            [world.naming(ALICES)],
          )
          return world.logged(
            (entry) => JSON.stringify(entry).includes(THIEFS.key) && JSON.stringify(entry).includes('64511'),
          )
        },
      ),
    ],
    advice: 'Remove the key with the full ones: what a narrow key did is undone by the same act.',
  },
  {
    name: 'a staff key after its end',
    wants: 'Answer as an attestor who has left, or as staff that never was.',
    routes: [
      stopped('staff-unknown', (world) =>
        world.ask('record-notice/1', { staff: 'NOBODY', attempts: [attempt(world)] }, [THIEF]),
      ),
      stopped('staff-signature-missing', (world) =>
        world.ask('record-notice/1', { staff: 'NOTIFIER', attempts: [attempt(world)] }, [THIEF]),
      ),
      stopped('wrong-staff-role', (world) =>
        world.ask('record-notice/1', { staff: 'OPERATOR', attempts: [attempt(world)] }, world.operators),
      ),
      written('accepted-wrongly', 'decision', (log, world) => {
        log.act('record-notice/1', { staff: 'NOBODY', attempts: [attempt(world)] }, [THIEF], { accepts: [] })
      }),
    ],
    advice: 'Staff stands in the record with its end; an audit finds the entry.',
  },
]

function attempt(world: AttackWorld): JsonObject {
  return {
    entry: 1,
    application: null,
    holder: world.alice.handle,
    channel: 'public',
    to: null,
    message: SHA('a message'),
    at: world.registry.now,
    reply: 'no-address',
    code: null,
  }
}
