/** Bending the rules themselves: terms, pages, staff, attestors, and what the registry says of its own errors. */

import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { PROFILES } from '@cadastre/procedures'
import { addSeconds, type JsonObject, type ProcedureRecord } from '@cadastre/records'
import { impactOf } from '@cadastre/replay'
import { memberHashOf } from '@cadastre/signatures'
import { type Attack, onlyVisible, shownIn } from '../attack.ts'
import { stopped, visible, written } from '../routes.ts'
import { enterCourt, examine, orderBody, orderOf, serve } from '../steps.ts'
import { ALICES, type AttackWorld, DAY, SHA } from '../world.ts'

type Parameters = ProcedureRecord['parameters']
const NO_IMPACT = { size: 1, acts: 0, otherwise: 0, holders: 0 }

function adoption(procedure: string, changed: Parameters, more: JsonObject = {}): JsonObject {
  return {
    step: 'adopt',
    staff: 'ADOPTER',
    procedure,
    page: 'The same as before.\n',
    parameters: { ...PROFILES.community[procedure], ...changed },
    vectors: SHA('vectors'),
    impact: NO_IMPACT,
    ...more,
  }
}

export const STAFF: readonly Attack[] = [
  {
    name: 'a procedure version that fits one holder',
    wants: 'Adopt terms that would only ever have concerned one holder.',
    routes: [
      stopped('fits-one-holder', (world) => {
        const impact = { size: 40, acts: 3, otherwise: 1, holders: 1 }
        return world.ask('adopt-procedure/1', adoption('allocate/1', { quotaIp4: 200 }, { impact }), [
          world.adopter,
        ])
      }),
      stopped('resource-named', (world) => {
        const page = `For ${world.alice.handle} alone a window of one day.\n`
        return world.ask('adopt-procedure/1', adoption('succeed/1', {}, { page }), [world.adopter])
      }),
      stopped('desk: body-malformed', (world) =>
        world.ask('adopt-procedure/1', adoption('transfer/1', { holder: world.alice.handle as never }), [
          world.adopter,
        ]),
      ),
      {
        by: 'front door',
        claim: onlyVisible('cadastre impact over the public log: other counts than the entry declares'),
        play: async (world) => {
          const terms = {
            procedure: 'allocate/1',
            parameters: { ...PROFILES.community['allocate/1'], quotaIp4: 200 },
          }
          await world.must('adopt-procedure/1', adoption('allocate/1', { quotaIp4: 200 }), [world.adopter])
          const impact = await impactOf(nodeCrypto, await world.entries(), terms)
          // Of Alice's and Bob's allocations only hers is larger than that.
          return shownIn(
            'cadastre impact over the public log: other counts than the entry declares',
            impact.holders === 1 && impact.otherwise === 1,
          )
        },
      },
    ],
    advice: 'Run cadastre impact on every adoption: the notice is 90 days, and the terms never reach back.',
  },
  {
    name: 'terms that reach back',
    wants: 'Shorten windows and vetoes for those who hold already.',
    routes: [
      stopped('the old terms hold for what was recorded under them', async (world) => {
        const { alice } = world
        const shorter = adoption('rotate-keys/1', { guardSeconds: 60, vetoSeconds: 60 })
        await world.must('adopt-procedure/1', shorter, [world.adopter])
        await world.later(120)
        const policy = world.object<JsonObject>('holder', alice.handle)?.['policy'] as JsonObject
        const thief = generateEd25519Signer()
        const keys = [{ alg: 'ed25519', key: encodeBase64(thief.publicKey), roles: ['full'] }]
        const body = { step: 'rotate', holder: alice.handle, policy: { ...policy, keys } }
        const application = await world.made(
          'application',
          'rotate-keys/1',
          body,
          [alice.signer, thief],
          [world.namingOf(alice, 'policy')],
        )
        await world.later(6)
        const waits = world.application(application).state === 'cooling'
        return waits
          ? 'the old terms hold for what was recorded under them'
          : world.application(application).state
      }),
      written('effects-differ', 'decision', (log, world) => {
        const key = 'obj/procedure/TRANSFER-1'
        const record = log.record(key) as JsonObject
        log.act('adopt-procedure/1', adoption('transfer/1', { floorIp4: 24 }), [world.adopter], {
          accepts: [{ key, next: { ...record, parameters: PROFILES.national['transfer/1'] } }],
        })
      }),
    ],
    advice: 'Terms in force are part of the record; an audit finds an entry that rewrites them.',
  },
  {
    name: 'terms without notice',
    wants: 'Adopt other terms overnight.',
    routes: [
      stopped('terms-do-not-fit', (world) =>
        world.ask('adopt-procedure/1', adoption('pause/1', { maxHours: 9999 }), [world.adopter]),
      ),
      stopped('the notice of 90 days runs, whatever its own parameter says', async (world) => {
        await world.must('adopt-procedure/1', adoption('adopt-procedure/1', { noticeSeconds: 1 }), [
          world.adopter,
        ])
        await world.later(91)
        await world.must('adopt-procedure/1', adoption('transfer/1', { floorIp4: 24 }), [world.adopter])
        await world.later(89)
        const record = world.object<ProcedureRecord>('procedure', 'TRANSFER-1')
        return record?.revisions.length === 0
          ? 'the notice of 90 days runs, whatever its own parameter says'
          : null
      }),
      stopped('wrong-staff-role', (world) =>
        world.ask(
          'adopt-procedure/1',
          adoption('transfer/1', { floorIp4: 24 }, { staff: 'OPERATOR' }),
          world.operators,
        ),
      ),
    ],
    advice: null,
  },
  {
    name: 'staff replaced overnight',
    wants: 'Put friends in every office, or leave no outside attestor.',
    routes: [
      stopped('second-operator-missing', (world) =>
        world.ask('change-staff/1', change(['OPERATOR', 'OPERATOR'], []), world.operators),
      ),
      stopped('too-few-staff', (world) =>
        world.ask('change-staff/1', change(['OPERATOR', 'OPERATOR-2'], ['CL-1', 'CL-3']), world.operators),
      ),
      stopped('nothing before the notice has passed', async (world) => {
        const friend = generateEd25519Signer()
        const add = [
          {
            handle: 'CL-9',
            role: 'clerk',
            alg: 'ed25519',
            key: encodeBase64(friend.publicKey),
            outside: true,
          },
        ]
        await world.must('change-staff/1', { ...change(['OPERATOR', 'OPERATOR-2'], []), add }, [
          ...world.operators,
          friend,
        ])
        await world.later(6)
        return world.object('staff', 'CL-9') === null ? 'nothing before the notice has passed' : null
      }),
      visible(
        'the log: an announced change of staff, a week before, under two operators’ names',
        async (world) => {
          const friend = generateEd25519Signer()
          const add = [
            {
              handle: 'CL-9',
              role: 'clerk',
              alg: 'ed25519',
              key: encodeBase64(friend.publicKey),
              outside: true,
            },
          ]
          await world.must(
            'change-staff/1',
            { ...change(['OPERATOR', 'OPERATOR-2'], ['CL-1', 'CL-3']), add },
            [...world.operators, friend],
          )
          await world.later(8)
          const isIn = world.object('staff', 'CL-9') !== null
          return isIn && (await world.logged((entry) => entry['procedure'] === 'change-staff/1'))
        },
      ),
    ],
    advice:
      'Whether an outside attestor is outside is the registry’s word under two names; choose another, and veto.',
  },
  {
    name: 'colluding attestors',
    wants: 'Have two attestors lie together, each seeing the other’s answers.',
    routes: [
      stopped('commitments-missing', async (world) => {
        const application = await noticeOf(world)
        const [first] = world.application(application).examination?.calls ?? []
        const clerk = world.clerks.find(({ handle }) => handle === first?.staff)
        if (clerk === undefined) throw new Error('nobody is called')
        const { questions = [] } = world.application(application).examination ?? {}
        const answers = Object.fromEntries(questions.map((one) => [one, 'yes']))
        const said = { application, staff: clerk.handle, answers, evidence: SHA('e'), nonce: SHA('n') }
        const commitment = memberHashOf(nodeCrypto, said)
        await world.must('attest/1', { step: 'commit', application, staff: clerk.handle, commitment }, [
          clerk.signer,
        ])
        return world.ask('attest/1', { step: 'reveal', ...said }, [clerk.signer])
      }),
      stopped('not-called', async (world) => {
        const application = await noticeOf(world)
        const called = (world.application(application).examination?.calls ?? []).map(({ staff }) => staff)
        const other = world.clerks.find(({ handle }) => !called.includes(handle))
        if (other === undefined) throw new Error('everybody is called')
        const body = { step: 'commit', application, staff: other.handle, commitment: SHA('c') }
        return world.ask('attest/1', body, [other.signer])
      }),
      visible(
        'the log: each attestor’s answers and the hash of its evidence, under its name',
        async (world) => {
          const application = await noticeOf(world)
          const called = await examine(world, application)
          return world.logged(
            (entry) =>
              entry['procedure'] === 'attest/1' &&
              called.some((name) => JSON.stringify(entry).includes(`"${name}"`)),
          )
        },
      ),
    ],
    advice:
      'Choose the outside attestor yourself, compare answers with what the office says, veto in the window.',
  },
  {
    name: 'an authority ended so that its orders fail',
    wants: 'Strike a real court off the register before its order comes.',
    routes: [
      stopped('it stays in the register for the 90 days of the notice', async (world) => {
        await enterCourt(world)
        await world.later(91)
        const body = {
          step: 'end',
          staff: 'OPERATOR',
          attestor: null,
          authority: 'COURT',
          gazette: SHA('no gazette'),
        }
        const application = await world.made('application', 'register-authority/1', body, [
          world.registry.operator,
        ])
        await examine(world, application)
        await world.later(89)
        const order = {
          ...orderBody(world, { effect: 'hold' }),
          scope: [{ ...world.reference(ALICES), range: '203.0.113.0/24' }],
        }
        const handle = await world.made('order', 'serve-order/1', { ...order, holder: world.alice.handle }, [
          world.registry.operator,
        ])
        const { state } = world.object<{ readonly state: string }>('order', handle) ?? { state: '' }
        return state === 'received' ? 'it stays in the register for the 90 days of the notice' : null
      }),
    ],
    advice: null,
  },
  {
    name: 'an act that stops the registry',
    wants: 'Let something fall due that cannot be done, so that nothing is decided any more.',
    routes: [
      stopped('the registry goes on', async (world) => {
        // The end of an authority, asked for in its first notice and examined after it.
        await enterCourt(world)
        await world.later(88)
        const body = {
          step: 'end',
          staff: 'OPERATOR',
          attestor: null,
          authority: 'COURT',
          gazette: SHA('no gazette'),
        }
        const application = await world.made('application', 'register-authority/1', body, [
          world.registry.operator,
        ])
        await world.later(4)
        await examine(world, application)
        for (let times = 0; times < 3; times++) await world.later(100)
        return goesOn(world)
      }),
      stopped(
        'the registry goes on',
        async (world) => {
          // An order that reverses another, which has ended before the attestors answer.
          const until = addSeconds(world.registry.now, 3 * DAY)
          const scope = {
            scope: [{ ...world.reference(ALICES), range: '203.0.113.0/24' }],
            holder: world.alice.handle,
          }
          const first = await serve(world, { effect: 'hold' }, { ...scope, until })
          await examine(world, orderOf(world, first).application)
          const second = await serve(world, { effect: 'hold' }, { ...scope, reverses: first })
          await world.later(3.5)
          await examine(world, orderOf(world, second).application)
          for (let times = 0; times < 3; times++) await world.later(100)
          return goesOn(world)
        },
        { world: { court: true } },
      ),
    ],
    advice: null,
  },
  {
    name: 'hiding an incident',
    wants: 'Keep an error of the registry’s own quiet, or report it late.',
    routes: [
      stopped('instant-in-future', (world) =>
        world.ask('report-incident/1', incident('2027-01-01T00:00:00Z'), [world.registry.operator]),
      ),
      visible('the incident’s record: discovered and reported more than 72 hours apart', async (world) => {
        await world.must('report-incident/1', incident('2025-12-01T00:00:00Z'), [world.registry.operator])
        return world.logged(
          (entry) =>
            entry['procedure'] === 'report-incident/1' && JSON.stringify(entry).includes('2025-12-01'),
        )
      }),
    ],
    advice:
      'Compare every public service with the log (cadastre audit-services): what differs is an incident, reported or not.',
  },
]

const change = (staff: readonly string[], end: readonly string[]): JsonObject => ({
  step: 'change',
  staff: [...staff],
  add: [],
  end: [...end],
})
const incident = (discovered: string): JsonObject => ({
  staff: 'OPERATOR',
  kind: 'wrong-entry',
  report: SHA('a report'),
  affected: 1,
  discovered,
})
function noticeOf(world: AttackWorld): Promise<string> {
  const key = encodeBase64(world.mallory.signer.publicKey)
  const body = { step: 'notice', holder: world.alice.handle, notice: SHA('a notice'), key, attestor: 'CL-1' }
  return world.made('application', 'dissolve/1', body, [world.mallory.signer])
}

/** Null where the registrar has stopped. */
async function goesOn(world: AttackWorld): Promise<string | null> {
  const refusal = await world.ask('confirm/1', { holder: world.alice.handle }, [world.alice.signer])
  return refusal === null && world.registry.registrar.failure === null ? 'the registry goes on' : null
}
