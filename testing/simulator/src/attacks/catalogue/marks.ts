/** Marks, blocks and delays on one holder: claims, complaints, sanctions, locks, confirmations, names in pages. */

import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import type { JsonObject } from '@cadastre/records'
import type { Attack } from '../attack.ts'
import { stopped, visible } from '../routes.ts'
import { ALICES, type AttackWorld, SHA } from '../world.ts'

const claimBody = (world: AttackWorld, key: string, facts: string): JsonObject => ({
  step: 'claim',
  registration: world.reference(ALICES),
  key,
  facts: SHA(facts),
  evidence: null,
})
const courtBody = (
  world: AttackWorld,
  facts: string,
  staff: readonly string[] = ['CL-1', 'CL-2'],
): JsonObject => ({
  ...claimBody(world, encodeBase64(world.mallory.signer.publicKey), facts),
  step: 'court',
  evidence: SHA(`a stamp on ${facts}`),
  staff: [...staff],
  leave: null,
})
const signersOfCourt = (world: AttackWorld) => [
  world.mallory.signer,
  ...world.clerks.slice(0, 2).map(({ signer }) => signer),
]
const actBody = (world: AttackWorld, more: JsonObject): JsonObject => ({
  holder: world.alice.handle,
  act: '32026R0001',
  evidence: SHA('the text of the act'),
  staff: ['CL-1', 'CL-2'],
  ...more,
})
const twoClerks = (world: AttackWorld) => world.clerks.slice(0, 2).map(({ signer }) => signer)
const NATIONAL = { world: { profile: 'national' } } as const

export const MARKS: readonly Attack[] = [
  {
    name: 'a delay that is repeated',
    wants: 'Delay a holder’s transfers again and again under court claims that do not exist.',
    routes: [
      stopped(
        'the second claim delays nothing',
        async (world) => {
          await world.must('annotate-dispute/1', courtBody(world, 'first'), signersOfCourt(world))
          await world.later(31)
          await world.must('annotate-dispute/1', courtBody(world, 'second'), signersOfCourt(world))
          const offer = {
            step: 'offer',
            from: world.alice.handle,
            to: world.bob.handle,
            registration: world.reference(ALICES),
            range: '203.0.113.0/25',
            services: [],
          }
          const refusal = await world.ask(
            'transfer/1',
            offer,
            [world.alice.signer, world.bob.signer],
            [world.naming(ALICES)],
          )
          return refusal === null ? 'the second claim delays nothing' : null
        },
        { changes: true },
      ),
      stopped('attestations-missing', (world) =>
        world.ask('annotate-dispute/1', courtBody(world, 'alone', ['CL-2', 'CL-4']), [
          world.mallory.signer,
          ...world.clerks.map(({ signer }) => signer),
        ]),
      ),
      visible(
        'the annotation, its stamp’s hash and both clerks’ signatures in the log: one delay of ten business days',
        async (world) => {
          await world.must('annotate-dispute/1', courtBody(world, 'first'), signersOfCourt(world))
          return world.logged((entry) => JSON.stringify(entry).includes('court-claim'))
        },
      ),
    ],
    advice:
      'Ask the court whose stamp is claimed: whoever claims falsely is liable there; nothing but transfers waits.',
  },
  {
    name: 'a holder marked by many strangers',
    wants: 'Bury a holder’s numbers under claims.',
    routes: [
      stopped('notes-full', async (world) => {
        for (let number = 0; number < 40; number++) {
          const stranger = generateEd25519Signer()
          const key = encodeBase64(stranger.publicKey)
          const refusal = await world.ask('annotate-dispute/1', claimBody(world, key, `claim ${number}`), [
            stranger,
          ])
          if (refusal !== null) return refusal
        }
        return null
      }),
      stopped('claimed-recently', async (world) => {
        const key = encodeBase64(world.mallory.signer.publicKey)
        const { signer } = world.mallory
        await world.must('annotate-dispute/1', claimBody(world, key, 'one'), [signer])
        return world.ask('annotate-dispute/1', claimBody(world, key, 'two'), [signer])
      }),
    ],
    advice: null,
  },
  {
    name: 'a complaint that becomes an act',
    wants: 'Let complaints about conduct count against a holder.',
    routes: [
      stopped('desk: body-malformed', (world) =>
        world.ask(
          'complain/1',
          { step: 'complain', complaint: SHA('c'), instrument: null, holder: world.alice.handle },
          [world.mallory.signer],
        ),
      ),
      stopped('a complaint touches nothing', async (world) => {
        const before = world.belongings()
        await world.must('complain/1', { step: 'complain', complaint: SHA('c'), instrument: null }, [
          world.mallory.signer,
        ])
        return world.belongings() === before ? 'a complaint touches nothing' : null
      }),
    ],
    advice: null,
  },
  {
    name: 'a sanction that silences services',
    wants: 'Block a holder’s record or services under a legal act of the seat.',
    routes: [
      stopped('desk: body-malformed', (world) =>
        world.ask(
          'apply-sanctions-act/1',
          actBody(world, { step: 'certify', kinds: ['declare-service'], register: null, ruling: null }),
          twoClerks(world),
        ),
      ),
      stopped(
        'register-mismatch',
        (world) =>
          world.ask(
            'apply-sanctions-act/1',
            actBody(world, {
              step: 'certify',
              kinds: ['transfer'],
              register: { name: 'EXAMPLE', number: '999' },
              ruling: null,
            }),
            twoClerks(world),
          ),
        NATIONAL,
      ),
      stopped('delay-used', async (world) => {
        const body = actBody(world, { step: 'delay', kinds: ['transfer'] })
        await world.must('apply-sanctions-act/1', body, twoClerks(world))
        await world.later(30)
        return world.ask('apply-sanctions-act/1', { ...body, act: '32026R0002' }, twoClerks(world))
      }),
      stopped('attestations-missing', (world) =>
        world.ask(
          'apply-sanctions-act/1',
          actBody(world, { step: 'delay', kinds: ['transfer'], staff: ['CL-2', 'CL-4'] }),
          world.clerks.map(({ signer }) => signer),
        ),
      ),
      visible(
        'the log: the act’s identifier and hash, both clerks’ signatures, the quarterly count',
        async (world) => {
          const body = actBody(world, {
            step: 'certify',
            kinds: ['transfer'],
            register: null,
            ruling: SHA('a ruling that does not exist'),
          })
          await world.must('apply-sanctions-act/1', body, twoClerks(world))
          return world.logged((entry) => JSON.stringify(entry).includes('"act":"32026R0001"'))
        },
      ),
    ],
    advice:
      'Read the act under its identifier; an exemption or a court lifts the block; record and services are untouched.',
  },
]
