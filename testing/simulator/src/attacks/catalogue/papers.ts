/** Taking over somebody's place by papers and silence: succession, merger, recovery, correction, claims, notices, pauses. */

import { encodeBase64, type Signer } from '@cadastre/crypto'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import type { Holder, JsonObject } from '@cadastre/records'
import type { Attack } from '../attack.ts'
import { stopped, visible, written } from '../routes.ts'
import { cellOf, examine, sayNotified, stoppedApplication, succession, successionBody } from '../steps.ts'
import { ALICES, type AttackWorld, SHA } from '../world.ts'

const taken = (world: AttackWorld): boolean => world.heldAt(ALICES).holder === world.mallory.handle
async function falseSuccession(world: AttackWorld, ground: string): Promise<string | null> {
  const application = await succession(world, ground)
  await sayNotified(world, application)
  const veto = { step: 'veto', application, by: world.alice.handle }
  await world.must('succeed/1', veto, [world.alice.signer])
  await world.later(100)
  return stoppedApplication(world, application)
}
async function seenSuccession(world: AttackWorld, ground: string): Promise<boolean> {
  const application = await succession(world, ground)
  const waiting = world.application(application).state === 'to-notify'
  await sayNotified(world, application)
  const announced = world.application(application).state === 'noticed'
  await world.later(100)
  return waiting && announced && taken(world)
}
const seizedByPapers = written('loss-without-basis', 'decision', (log, world) => {
  const lie = { accepts: [cellOf(log, ALICES, world.mallory.handle)] }
  log.act('succeed/1', successionBody(world, 'merger'), [world.mallory.signer], lie, {
    replaces: [world.naming(ALICES)],
  })
})

/** Where identity is a register entry: papers can say something of it. */
const NATIONAL = { world: { profile: 'national' } } as const
/** Keys that Mallory made, as Alice's new ones. */
const NEW_KEY = generateEd25519Signer()
const recoveryBody = (world: AttackWorld, holder = world.alice): JsonObject => ({
  step: 'evidence',
  holder: holder.handle,
  m: 1,
  keys: [{ alg: 'ed25519', key: encodeBase64(NEW_KEY.publicKey), roles: ['full', 'routing', 'technical'] }],
  by: world.mallory.handle,
  instrument: SHA('a forged power of attorney'),
  attestor: 'CL-1',
})
async function recovery(world: AttackWorld): Promise<string> {
  const application = await world.made(
    'application',
    'recover-keys/1',
    recoveryBody(world),
    [NEW_KEY, world.mallory.signer],
    [world.namingOf(world.alice, 'policy')],
  )
  await examine(world, application)
  return application
}

/** CL-2, who is of the operator. */
const clerkOf = ({ clerks: [, clerk] }: AttackWorld): { readonly signer: Signer } => {
  if (clerk === undefined) throw new Error('two clerks')
  return clerk
}
const correctionBody = (world: AttackWorld, correction: JsonObject): JsonObject => ({
  step: 'registration',
  by: 'CL-2',
  instrument: SHA('an instrument'),
  attestor: 'CL-1',
  registration: world.reference(ALICES),
  correction,
})
async function dissolution(world: AttackWorld): Promise<string> {
  const key = encodeBase64(world.mallory.signer.publicKey)
  const body = {
    step: 'notice',
    holder: world.alice.handle,
    notice: SHA('a forged notice'),
    key,
    attestor: 'CL-1',
  }
  const application = await world.made('application', 'dissolve/1', body, [world.mallory.signer])
  await examine(world, application)
  return application
}

const SUCCESSION_SEEN =
  'the log: examination under the attestors’ names, notice, then the window, before anything moves'

export const PAPERS: readonly Attack[] = [
  {
    name: 'seizure by false succession',
    wants: 'Say with forged papers that a friend inherits from a holder who lives.',
    routes: [
      stopped('application vetoed', (world) => falseSuccession(world, 'death')),
      seizedByPapers,
      visible(SUCCESSION_SEEN, (world) => seenSuccession(world, 'death')),
    ],
    advice: 'Subscribe to your numbers at a mirror: any one key of yours vetoes within the window.',
  },
  {
    name: 'seizure by false merger',
    wants: 'Say with a forged register extract that a holder has been merged into a friend.',
    routes: [
      stopped('application vetoed', (world) => falseSuccession(world, 'merger')),
      stopped('attestor-not-outside', (world) =>
        world.ask(
          'succeed/1',
          { ...successionBody(world, 'merger'), attestor: null },
          [world.mallory.signer, ...world.operators],
          [world.naming(ALICES)],
        ),
      ),
      visible(SUCCESSION_SEEN, (world) => seenSuccession(world, 'merger')),
    ],
    advice: 'Subscribe to your numbers at a mirror: any one key of yours vetoes within the window.',
  },
  {
    name: 'recovery while the holder lives',
    wants: 'Replace the keys of a holder who lives, by papers that all attestors call right.',
    routes: [
      stopped(
        'application vetoed',
        async (world) => {
          const application = await recovery(world)
          await sayNotified(world, application)
          const veto = { step: 'veto', holder: world.alice.handle, application, guardian: null }
          await world.must('recover-keys/1', veto, [world.alice.signer])
          await world.later(100)
          return stoppedApplication(world, application)
        },
        NATIONAL,
      ),
      stopped('evidence-recovery-off', (world) =>
        world.ask(
          'recover-keys/1',
          recoveryBody(world, world.bob),
          [NEW_KEY, world.mallory.signer],
          [world.namingOf(world.bob, 'policy')],
        ),
      ),
      written('loss-without-basis', 'decision', (log, world) => {
        const key = `obj/holder/${world.alice.handle}`
        const record = log.record(key) as JsonObject
        const { m, keys } = recoveryBody(world)
        const next = { ...record, policy: { m: m ?? 1, keys: keys ?? [], guardians: [] } }
        log.act(
          'recover-keys/1',
          recoveryBody(world),
          [NEW_KEY, world.mallory.signer],
          { accepts: [{ key, next }] },
          {
            replaces: [world.namingOf(world.alice, 'policy')],
          },
        )
      }),
    ],
    advice: 'Any one living key vetoes; switch recovery by evidence off if guardians are enough for you.',
  },
  {
    name: 'recovery of a silent holder',
    wants: 'Replace the keys of a holder who reads nothing.',
    routes: [
      visible(
        'the log: examination, notice, 30 days in which any key vetoes, 60 more without a transfer',
        async (world) => {
          const application = await recovery(world)
          await sayNotified(world, application)
          await world.later(200)
          const record = world.object<Holder>('holder', world.alice.handle)
          const replaced = record?.policy?.keys.every(({ key }) => key === encodeBase64(NEW_KEY.publicKey))
          return (
            stoppedApplication(world, application) === null &&
            replaced === true &&
            record?.transferableFrom != null
          )
        },
        NATIONAL,
      ),
    ],
    advice: 'Keep a key that is watched, name guardians, subscribe at a mirror; afterwards only a court.',
  },
  {
    name: 'seizure by correction',
    wants: 'Correct a registration until somebody else holds it.',
    routes: [
      stopped('desk: body-malformed', (world) => {
        const correction = { field: 'holder', value: world.mallory.handle }
        return world.ask(
          'correct/1',
          correctionBody(world, correction),
          [clerkOf(world).signer],
          [world.naming(ALICES)],
        )
      }),
      stopped('application vetoed', async (world) => {
        const correction = { field: 'country', value: 'XX' }
        const application = await world.made(
          'application',
          'correct/1',
          correctionBody(world, correction),
          [clerkOf(world).signer],
          [world.naming(ALICES)],
        )
        await examine(world, application)
        await sayNotified(world, application)
        const veto = { step: 'veto', application, by: world.alice.handle }
        await world.must('correct/1', veto, [world.alice.signer])
        await world.later(60)
        return stoppedApplication(world, application)
      }),
      written('loss-without-basis', 'decision', (log, world) => {
        const body = correctionBody(world, { field: 'country', value: 'XX' })
        const lie = { accepts: [cellOf(log, ALICES, world.mallory.handle)] }
        log.act('correct/1', body, [clerkOf(world).signer], lie, { replaces: [world.naming(ALICES)] })
      }),
    ],
    advice: 'No field of a correction moves numbers; veto what is wrong about you, an audit finds the rest.',
  },
  {
    name: 'a dissolution that is none',
    wants: 'Have a living holder called dissolved, so that its numbers come free.',
    routes: [
      stopped('application vetoed', async (world) => {
        const application = await dissolution(world)
        await sayNotified(world, application)
        await world.must('dissolve/1', { step: 'veto', application, by: world.alice.handle }, [
          world.alice.signer,
        ])
        await world.later(60)
        return stoppedApplication(world, application)
      }),
      stopped('the note takes nothing: numbers and services stay, byte for byte', async (world) => {
        const before = world.belongings()
        const application = await dissolution(world)
        await sayNotified(world, application)
        await world.later(60)
        const noted = stoppedApplication(world, application) === null
        return noted && world.belongings() === before
          ? 'the note takes nothing: numbers and services stay, byte for byte'
          : null
      }),
    ],
    advice: null,
  },
]
