/** In a holder’s place: locks, confirmations, contacts, services, names and ends that are the holder’s own to say. */

import { generateEd25519Signer } from '@cadastre/crypto/node'
import type { Holder, JsonObject } from '@cadastre/records'
import type { Attack } from '../attack.ts'
import { stopped, visible, written } from '../routes.ts'
import { lease } from '../steps.ts'
import { ALICES, SHA } from '../world.ts'

export const PLACE: readonly Attack[] = [
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
  {
    name: 'a false extract',
    wants: 'Certify a record that is not the one recorded.',
    routes: [
      stopped('member-changed', (world) =>
        world.ask(
          'certified-extract/1',
          { key: ALICES, record: SHA('another record'), extract: SHA('a document') },
          [world.mallory.signer],
        ),
      ),
    ],
    advice: null,
  },
  {
    name: 'somebody else’s name or identity',
    wants: 'Be taken for a holder, or for one who is not a holder yet.',
    routes: [
      visible(
        'the log and every search by name: two holders of one name, with other keys and register entries',
        async (world) => {
          const signer = generateEd25519Signer()
          const { body } = world.registry.identification('Alice Networks', signer)
          const handle = await world.made('holder', 'identify-holder/1', body, [signer])
          const [one, other] = [handle, world.alice.handle].map((name) =>
            world.object<Holder>('holder', name),
          )
          return one?.name === other?.name && one?.identity !== other?.identity
        },
      ),
      visible(
        'the log: an identity with both attestors’ signatures, in the register’s words, before its owner came',
        async (world) => {
          const signer = generateEd25519Signer()
          const attestors = world.clerks.slice(0, 2)
          const body = {
            ...world.registry.identification('Carol Cable', signer).body,
            register: { name: 'EXAMPLE', number: '77' },
            attestors: attestors.map(({ handle }) => handle),
          }
          await world.must('identify-holder/1', body, [signer, ...attestors.map((one) => one.signer)])
          return world.logged((entry) => JSON.stringify(entry).includes('Carol Cable'))
        },
        { world: { profile: 'national' } },
      ),
    ],
    advice:
      'Rely on handles, keys and register entries, not on names; two lying attestors are a case for a court.',
  },
]
