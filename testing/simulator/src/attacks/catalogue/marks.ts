/** Marks, blocks and delays on one holder: claims, complaints, sanctions, locks, confirmations, names in pages. */

import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import type { JsonObject } from '@cadastre/records'
import type { Attack } from '../attack.ts'
import { stopped, visible, written } from '../routes.ts'
import { lease } from '../steps.ts'
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
  {
    name: 'a lock or freeze by the registry',
    wants: 'Lock or freeze a holder’s transfers without any order.',
    routes: [
      stopped('consent-missing', (world) => {
        const until = '2026-12-31T00:00:00Z'
        const body = { step: 'lock', holder: world.alice.handle, until, releaseSeconds: null }
        return world.ask('lock/1', body, world.operators, [
          world.namingOf(world.alice, 'lockedUntil'),
          world.namingOf(world.alice, 'lockReleaseSeconds'),
        ])
      }),
      stopped('consent-missing', (world) =>
        world.ask('lock/1', { step: 'freeze', holder: world.alice.handle }, world.operators),
      ),
      written('accepted-wrongly', 'decision', (log, world) => {
        const key = `obj/holder/${world.alice.handle}`
        const record = log.record(key) as JsonObject
        const next = { ...record, frozenUntil: '2026-12-31T00:00:00Z', frozenAt: log.at }
        log.act('lock/1', { step: 'freeze', holder: world.alice.handle }, world.operators, {
          accepts: [{ key, next }],
        })
      }),
    ],
    advice: 'Only a holder’s own key locks; the entry convicts.',
  },
  {
    name: 'a confirmation that the holder did not give',
    wants: 'Let a holder’s data look confirmed, or stale, as one likes.',
    routes: [
      stopped('consent-missing', (world) =>
        world.ask('confirm/1', { holder: world.alice.handle }, world.operators),
      ),
      written('accepted-wrongly', 'decision', (log, world) => {
        log.act('confirm/1', { holder: world.alice.handle }, world.operators, { accepts: [] })
      }),
    ],
    advice: 'Nothing follows from the date; the entry convicts.',
  },
  {
    name: 'contacts replaced by the registry',
    wants: 'Send a holder’s notices to somebody else.',
    routes: [
      stopped('consent-missing', (world) => {
        const contact = { role: 'technical', kind: 'group', fields: { email: SHA('mallory') } }
        return world.ask(
          'update-holder/1',
          { change: 'contacts', holder: world.alice.handle, contacts: [contact] },
          world.operators,
          [world.namingOf(world.alice, 'contacts')],
        )
      }),
    ],
    advice: null,
  },
  {
    name: 'services by somebody else',
    wants: 'Withdraw or announce routes, ROAs or reverse DNS for a holder’s numbers.',
    routes: [
      stopped('consent-missing', (world) =>
        world.ask(
          'declare-service/1',
          {
            holder: world.alice.handle,
            at: ALICES,
            service: { kind: 'roa', asn: 64496, maxLength: 24 },
            action: 'remove',
          },
          world.staffKeys.slice(0, 6),
          [world.naming(ALICES)],
        ),
      ),
      stopped('not-holder', (world) =>
        world.ask(
          'declare-service/1',
          {
            holder: world.mallory.handle,
            at: ALICES,
            service: { kind: 'route', origin: 64511 },
            action: 'set',
          },
          [world.mallory.signer],
          [world.naming(ALICES)],
        ),
      ),
      written('accepted-wrongly', 'decision', (log, world) => {
        const cell = log.record(ALICES) as JsonObject
        const body = {
          holder: world.alice.handle,
          at: ALICES,
          service: { kind: 'roa', asn: 64496, maxLength: 24 },
          action: 'remove',
        }
        const next = { ...cell, roas: [], routes: [], rdns: null }
        log.act(
          'declare-service/1',
          body,
          world.operators,
          { accepts: [{ key: ALICES, next }] },
          {
            replaces: [world.naming(ALICES)],
          },
        )
      }),
    ],
    advice: 'Services stand in the record and only their holder’s key writes them; the entry convicts.',
  },
  {
    name: 'squatted set names',
    wants: 'Take a well-known AS-SET or ROUTE-SET name before its owner.',
    routes: [
      stopped('desk: body-malformed', (world) =>
        world.ask(
          'declare-service/1',
          {
            holder: world.mallory.handle,
            at: 'asn/64496/32',
            service: { kind: 'as-set', name: 'AS-ALICE', members: [] },
            action: 'set',
          },
          [world.mallory.signer],
        ),
      ),
    ],
    advice: null,
  },
  {
    name: 'a protected child ended early',
    wants: 'End a lease that its lessee was promised, before its term.',
    routes: [
      stopped(
        'protected-child',
        async (world) => {
          await lease(world, '203.0.113.0/26', 60, true)
          const key = 'ip4/203.0.113.0/26'
          const body = { step: 'end', registration: world.reference(key), by: world.alice.handle }
          return world.ask('delegate/1', body, [world.alice.signer, ...world.operators], [world.naming(key)])
        },
        { changes: true },
      ),
    ],
    advice: null,
  },
  {
    name: 'erasing to destroy evidence',
    wants: 'Erase what a holder’s contacts and receipts prove.',
    routes: [
      stopped('consent-missing', (world) =>
        world.ask(
          'erase/1',
          { holder: world.alice.handle, commitments: [SHA('a contact')] },
          world.operators,
        ),
      ),
      stopped('commitment-unknown', (world) =>
        world.ask('erase/1', { holder: world.mallory.handle, commitments: [SHA('an order')] }, [
          world.mallory.signer,
        ]),
      ),
    ],
    advice: null,
  },
]
