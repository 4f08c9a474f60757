/** Free numbers: keeping them for friends, and giving them out of turn. */

import { generateEd25519Signer } from '@cadastre/crypto/node'
import type { Cell, JsonObject } from '@cadastre/records'
import type { Attack } from '../attack.ts'
import { stopped, visible, written } from '../routes.ts'
import type { AttackWorld } from '../world.ts'

const wish = (holder: AttackWorld['alice'], more: JsonObject = {}): JsonObject => ({
  holder: holder.handle,
  pool: 'ASN',
  length: 32,
  block: null,
  ...more,
})
const NATIONAL = { world: { profile: 'national' } } as const

export const POOL: readonly Attack[] = [
  {
    name: 'reserving the pool',
    wants: 'Keep free numbers for friends, as reserved or by never giving them out.',
    routes: [
      stopped('desk: unknown-procedure', (world) =>
        world.ask('import/1', { step: 'manifest', staff: 'OPERATOR' }, world.operators),
      ),
      written('effects-differ', 'decision', (log, world) => {
        const key = 'ip4/198.51.100.128/25'
        const reserved = {
          id: 'R-9999',
          kind: 'reserved',
          first: '198.51.100.128',
          last: '198.51.100.255',
          holder: null,
          status: 'allocated',
          country: null,
          registered: null,
          until: null,
          protected: false,
          provenance: null,
          procedure: 'import/1',
          since: log.size,
        }
        const next = { v: 1, registrations: [reserved], rdns: null, routes: [], roas: [] }
        log.act('confirm/1', { holder: world.alice.handle }, [world.alice.signer], {
          accepts: [{ key, next }],
        })
      }),
      written('refused-wrongly', 'decision', (log, world) => {
        // The shelf is said to be empty, or the block taken.
        log.act('allocate/1', wish(world.bob), [world.bob.signer], { refuses: ['block-taken'] })
      }),
    ],
    advice: 'What is free follows from the log: ask again, and show the decision that was owed (/why).',
  },
  {
    name: 'a block chosen by staff',
    wants: 'Give a friend the best block, or an applicant the worst.',
    routes: [
      stopped('block-not-open', (world) =>
        world.ask('allocate/1', wish(world.mallory, { block: 'asn/64510/32' }), [world.mallory.signer]),
      ),
      written('effects-differ', 'decision', (log, world) => {
        const key = 'asn/64510/32'
        log.act('allocate/1', wish(world.mallory), [world.mallory.signer], {
          accepts: [{ key, next: { v: 1, registrations: [], rdns: null, routes: [], roas: [] } }],
        })
      }),
    ],
    advice: 'The lowest fit is computed again by every audit.',
  },
  {
    name: 'a queue jumped',
    wants: 'Serve a friend who came later, where several wait for the same numbers.',
    routes: [
      stopped('the first in the queue is served first', async (world) => {
        // All AS numbers go; two wait; one comes free.
        for (let number = 0; number < 16; number++)
          await world.must('allocate/1', wish(world.bob), [world.bob.signer])
        const first = await world.made('application', 'allocate/1', wish(world.alice), [world.alice.signer])
        const second = await world.made('application', 'allocate/1', wish(world.mallory), [
          world.mallory.signer,
        ])
        const freed = 'asn/64500/32'
        const offer = {
          step: 'offer',
          holder: world.bob.handle,
          registration: world.reference(freed),
          range: 'AS64500',
        }
        await world.must('return/1', offer, [world.bob.signer], [world.naming(freed)])
        for (let times = 0; times < 3; times++) await world.later(200)
        const [one, two] = [first, second].map((handle) => world.application(handle).state)
        return world.heldAt(freed).holder === world.alice.handle && one !== two
          ? 'the first in the queue is served first'
          : null
      }),
    ],
    advice: null,
  },
  {
    name: 'straw men at the pool',
    wants: 'Take the whole pool under many names.',
    routes: [
      stopped(
        'quota-reached',
        async (world) =>
          world.ask('allocate/1', { holder: world.alice.handle, pool: 'IP4', length: 24, block: null }, [
            world.alice.signer,
          ]),
        NATIONAL,
      ),
      stopped(
        'identity-exists',
        async (world) => {
          const signer = generateEd25519Signer()
          const attestors = world.clerks.slice(0, 2)
          const body = {
            ...world.registry.identification('Alice Networks II', signer).body,
            register: { name: 'EXAMPLE', number: '1' },
            attestors: attestors.map(({ handle }) => handle),
          }
          return world.ask('identify-holder/1', body, [signer, ...attestors.map((one) => one.signer)])
        },
        NATIONAL,
      ),
      visible(
        'the log: who holds what, and in the community profile any number of keys of one person',
        async (world) => {
          for (let number = 0; number < 3; number++) {
            const signer = generateEd25519Signer()
            const straw = await world.made(
              'holder',
              'identify-holder/1',
              world.registry.identification(`Straw ${number}`, signer).body,
              [signer],
            )
            await world.must('allocate/1', wish({ handle: straw, signer }), [signer])
          }
          return world.logged((entry) => JSON.stringify(entry).includes('Straw 2'))
        },
      ),
    ],
    advice:
      'Run scarce numbers under a profile with a quota and attested identities; statistics show who got what.',
  },
  {
    name: 'attestors left out of an identification',
    wants: 'Identify a straw man with one clerk, or with clerks of the operator alone.',
    routes: [
      stopped(
        'attestations-missing',
        async (world) => {
          const signer = generateEd25519Signer()
          const inside = world.clerks.filter(({ outside }) => !outside)
          const body = {
            ...world.registry.identification('Straw', signer).body,
            register: { name: 'EXAMPLE', number: '99' },
            attestors: inside.map(({ handle }) => handle),
          }
          return world.ask('identify-holder/1', body, [signer, ...inside.map((one) => one.signer)])
        },
        NATIONAL,
      ),
      stopped('key-unsigned', (world) => {
        const stranger = generateEd25519Signer()
        const { body } = world.registry.identification('Straw', stranger)
        return world.ask('identify-holder/1', body, [world.mallory.signer])
      }),
      stopped('identity-exists', (world) => {
        const { body } = world.registry.identification('Alice again', world.bob.signer)
        return world.ask('identify-holder/1', body, [world.bob.signer])
      }),
    ],
    advice: null,
  },
  {
    name: 'numbers that are somebody’s given out again',
    wants: 'Allocate what a holder has.',
    routes: [
      stopped('block-taken', (world) =>
        world.ask(
          'allocate/1',
          { holder: world.mallory.handle, pool: 'DOC3', length: 25, block: 'ip4/203.0.113.0/25' },
          [world.mallory.signer],
        ),
      ),
      written('accepted-wrongly', 'decision', (log, world) => {
        const body = { holder: world.mallory.handle, pool: 'DOC3', length: 25, block: 'ip4/203.0.113.0/25' }
        const mine = {
          id: `R-${log.size}`,
          kind: 'holding',
          first: '203.0.113.0',
          last: '203.0.113.127',
          holder: world.mallory.handle,
          status: 'assigned',
          country: null,
          registered: null,
          until: null,
          protected: false,
          provenance: null,
          procedure: 'allocate/1',
          since: log.size,
        }
        const next = { v: 1, registrations: [mine], rdns: null, routes: [], roas: [] }
        log.act('allocate/1', body, [world.mallory.signer], {
          accepts: [{ key: 'ip4/203.0.113.0/25', next }],
        })
      }),
    ],
    advice: 'Numbers are in one state only: an audit, and the database itself, refuse a second holder.',
  },
  {
    name: 'quarantined numbers given out early',
    wants: 'Hand returned numbers to a friend before their quarantine ends.',
    routes: [
      written('effects-differ', 'decision', (log, world) => {
        const key = 'asn/64496/32'
        log.act('allocate/1', wish(world.bob), [world.bob.signer])
        log.commit()
        const { id, replaced } = log.naming(key)
        const holder = world.bob.handle
        const offer = { step: 'offer', holder, registration: { key, id }, range: 'AS64496' }
        const given = log.act('return/1', offer, [world.bob.signer], 'the truth', { replaces: [replaced] })
        log.commit()
        log.advance(14 * 86_400)
        log.due('return/1', `obj/application/A-${given}`)
        log.commit()
        const cell = log.record(key) as Cell
        const mine = {
          ...cell.registrations.at(-1),
          kind: 'holding',
          holder: world.mallory.handle,
          until: null,
        }
        const next = { ...cell, registrations: [mine] }
        log.act('allocate/1', wish(world.mallory), [world.mallory.signer], { accepts: [{ key, next }] })
      }),
    ],
    advice: 'The end of a quarantine stands in the record; an audit finds what came before it.',
  },
]
