/** Seizure in the name of a sovereign: courts that do not exist, orders that say less than is done. */

import type { Attack, Route } from '../attack.ts'
import { stopped, visible, written } from '../routes.ts'
import {
  cellOf,
  enterCourt,
  examine,
  orderBody,
  orderOf,
  sayNotified,
  serve,
  stoppedOrder,
} from '../steps.ts'
import { ALICES, type AttackWorld, SHA } from '../world.ts'

const HOLD = { effect: 'hold' }
const toMallory = (world: AttackWorld) => ({ effect: 'transferTo', receiver: world.mallory.handle })
const scope = (world: AttackWorld, range = '203.0.113.0/24') => ({
  scope: [{ ...world.reference(ALICES), range }],
  holder: world.alice.handle,
})

/** Where a court of the operator's own stands in the register, past its public notice. */
const COURT = { world: { court: true } } as const
const ordered = (by: string, ask: Parameters<typeof stopped>[1]): Route => stopped(by, ask, COURT)
const orderSeen = (where: string, look: Parameters<typeof visible>[1]): Route => visible(where, look, COURT)
/** Served, and found right by everybody who was called. */
async function served(
  world: AttackWorld,
  order: Parameters<typeof serve>[1],
  more: Parameters<typeof serve>[2] = {},
): Promise<string> {
  const handle = await serve(world, order, { ...scope(world), ...more })
  if (orderOf(world, handle).state === 'received') await examine(world, orderOf(world, handle).application)
  return handle
}

export const ORDERS: readonly Attack[] = [
  {
    name: 'seizure by invented court',
    wants: 'Enter a court that does not exist, and let it order a holder’s numbers to a friend.',
    routes: [
      stopped('order returned: authority-noticed', async (world) => {
        await enterCourt(world)
        return stoppedOrder(world, await served(world, toMallory(world)))
      }),
      stopped('desk: body-malformed', (world) => {
        const terms = { kind: 'arbitrator' }
        const body = {
          step: 'register',
          staff: 'OPERATOR',
          attestor: null,
          authority: 'PANEL',
          gazette: SHA('g'),
          terms,
        }
        return world.ask('register-authority/1', body, [world.registry.operator])
      }),
      written('loss-without-basis', 'decision', (log, world) => {
        const order = { ...orderBody(world, toMallory(world)), ...scope(world) }
        log.act('serve-order/1', order, [world.registry.operator], {
          accepts: [cellOf(log, ALICES, world.mallory.handle)],
        })
      }),
      orderSeen(
        'the register of authorities, 90 days before it can take anything; each order with the attestors’ names',
        async (world) => {
          const order = await served(world, toMallory(world))
          await sayNotified(world, orderOf(world, order).application)
          await world.must(
            'serve-order/1',
            { step: 'publish', order, staff: 'OPERATOR', text: SHA('the text') },
            [world.registry.operator],
          )
          await world.later(30)
          const taken =
            stoppedOrder(world, order) === null && world.heldAt(ALICES).holder === world.mallory.handle
          const named = await world.logged(
            (entry) => entry['procedure'] === 'attest/1' && JSON.stringify(entry).includes('"staff":"CL-'),
          )
          return taken && named
        },
      ),
    ],
    advice:
      'Follow the register of authorities at a mirror: a court in no gazette is a case for the real ones, within 90 days.',
  },
  {
    name: 'seizure by over-broad order',
    wants: 'Take a whole block on an order that names a half of it, or numbers of somebody else.',
    routes: [
      ordered('order returned: range-outside', async (world) => {
        return stoppedOrder(world, await served(world, toMallory(world), scope(world, '203.0.112.0/23')))
      }),
      ordered('order returned: resource-moved', async (world) => {
        return stoppedOrder(world, await served(world, toMallory(world), { holder: world.bob.handle }))
      }),
      {
        ...written('effects-differ', 'decision', () => undefined),
        ...COURT,
        play: async (world) => {
          const order = await served(world, toMallory(world), scope(world, '203.0.113.0/25'))
          await sayNotified(world, orderOf(world, order).application)
          const text = { step: 'publish', order, staff: 'OPERATOR', text: SHA('the text') }
          await world.must('serve-order/1', text, [world.registry.operator])
          return written('effects-differ', 'decision', (log) => {
            log.advance(30 * 86_400)
            log.due('serve-order/1', `obj/order/${order}`, {
              accepts: [cellOf(log, ALICES, world.mallory.handle)],
            })
          }).play(world)
        },
      },
    ],
    advice:
      'What is executed is computed again from the order’s scope by every audit; the file names the entry.',
  },
  {
    name: 'seizure by stale order',
    wants: 'Execute an order whose end has passed.',
    routes: [
      ordered('order returned: term-past', async (world) => {
        return stoppedOrder(world, await served(world, HOLD, { until: '2026-02-01T00:00:00Z' }))
      }),
    ],
    advice: null,
  },
  {
    name: 'an order served twice',
    wants: 'Execute a document a second time, after its effect was undone.',
    routes: [
      ordered('order-served-before', async (world) => {
        const body = { ...orderBody(world, HOLD), ...scope(world) }
        await world.must('serve-order/1', body, [world.registry.operator])
        return world.ask('serve-order/1', { ...body, reference: 'C 2/26' }, [world.registry.operator])
      }),
    ],
    advice: null,
  },
  {
    name: 'seizure by sealed order',
    wants: 'Take numbers under a seal, so that nobody reads why.',
    routes: [
      ordered('order returned: seal-not-possible', async (world) => {
        const seal = { until: '2026-08-01T00:00:00Z', commitment: SHA('an opening') }
        const sealed = { reference: null, document: null, seal }
        return stoppedOrder(world, await served(world, toMallory(world), sealed))
      }),
      ordered('order returned: seal-too-long', async (world) => {
        const seal = { until: '2028-01-01T00:00:00Z', commitment: SHA('an opening') }
        return stoppedOrder(world, await served(world, HOLD, { reference: null, document: null, seal }))
      }),
    ],
    advice: null,
  },
  {
    name: 'seizure by foreign order',
    wants: 'Execute what was ordered of another registry, or by a court of another country.',
    routes: [
      ordered('wrong-origin', async (world) => {
        const body = { ...orderBody(world, HOLD), ...scope(world) }
        const request = { ...world.registry.request('serve-order/1', body), origin: 'another.example/log' }
        return world.submit(request, [world.registry.operator])
      }),
      ordered('order returned: examination-negative', async (world) => {
        const order = await serve(world, HOLD, scope(world))
        await examine(world, orderOf(world, order).application, ['binds-registry'])
        return stoppedOrder(world, order)
      }),
      orderSeen('the log: the attestors’ yes to binds-registry, under their names', async (world) => {
        const order = await served(world, HOLD)
        return (
          stoppedOrder(world, order) === null &&
          (await world.logged((entry) => JSON.stringify(entry).includes('"binds-registry":"yes"')))
        )
      }),
    ],
    advice: 'Ask the court that the order names; object to the facts (contest-order); a real court lifts it.',
  },
  {
    name: 'effect before the notice',
    wants: 'Execute an order before the holder was told and its window passed.',
    routes: [
      ordered('order verified', async (world) => {
        const order = await served(world, toMallory(world))
        await world.later(400)
        return stoppedOrder(world, order)
      }),
      written('not-due', 'decision', async (log, world) => {
        log.due('serve-order/1', 'obj/desk/ORDERS', { accepts: [cellOf(log, ALICES, world.mallory.handle)] })
      }),
    ],
    advice: 'An op that nothing made due is found by every audit.',
  },
  {
    name: 'objections without end',
    wants: 'Hold a sovereign order up by objecting to its facts, or by an appeal that was never filed.',
    routes: [
      ordered('objection-used', async (world) => {
        const order = await served(world, toMallory(world))
        const object = {
          step: 'object',
          order,
          holder: world.alice.handle,
          items: ['lists-numbers'],
          evidence: SHA('what Alice says'),
        }
        await world.must('contest-order/1', object, [world.alice.signer])
        return world.ask('contest-order/1', { ...object, evidence: SHA('more') }, [world.alice.signer])
      }),
      ordered('appeal-does-not-stay', async (world) => {
        const order = await served(world, toMallory(world))
        const body = { step: 'appeal', order, filed: SHA('an appeal'), staff: ['CL-1', 'CL-2'] }
        return world.ask(
          'contest-order/1',
          body,
          world.clerks.map(({ signer }) => signer),
        )
      }),
      ordered('not-party', async (world) => {
        const order = await served(world, toMallory(world))
        const object = {
          step: 'object',
          order,
          holder: world.mallory.handle,
          items: ['lists-numbers'],
          evidence: SHA('what Mallory says'),
        }
        return world.ask('contest-order/1', object, [world.mallory.signer])
      }),
    ],
    advice: null,
  },
  {
    name: 'a lie about when an order was served',
    wants: 'Shorten the registry’s time by an order that is served in the future, or was long ago.',
    routes: [
      ordered('instant-in-future', async (world) => {
        const body = { ...orderBody(world, HOLD), ...scope(world), served: '2027-01-01T00:00:00Z' }
        return world.ask('serve-order/1', body, [world.registry.operator])
      }),
      orderSeen(
        'the order’s record: the time it is said to have been served beside the time it was recorded',
        async (world) => {
          const order = await served(world, HOLD, { served: '2026-01-06T00:00:00Z' })
          const { served: said, received } = orderOf(world, order)
          return said < received
        },
      ),
    ],
    advice: 'The authority knows when it served the order; no window is counted from what the clerk says.',
  },
  {
    name: 'a clerk who takes an order in and attests it',
    wants: 'Be both who says that a document came and who says that it is authentic.',
    routes: [
      ordered('attestor-not-outside', async (world) => {
        const [clerk] = world.clerks
        if (clerk === undefined) throw new Error('a clerk')
        const body = {
          ...orderBody(world, HOLD),
          ...scope(world),
          staff: clerk.handle,
          attestor: clerk.handle,
        }
        return world.ask('serve-order/1', body, [clerk.signer])
      }),
    ],
    advice: null,
  },
  {
    name: 'a hold that silences services',
    wants: 'Let a hold take reverse DNS, routes or RDAP with it.',
    routes: [
      ordered('the hold has no word for services: they stay, byte for byte', async (world) => {
        const before = world.belongings()
        const order = await served(world, HOLD)
        const untouched = stoppedOrder(world, order) === null && world.belongings() === before
        return untouched ? 'the hold has no word for services: they stay, byte for byte' : null
      }),
      stopped('desk: body-malformed', (world) => {
        const body = { ...orderBody(world, { effect: 'silence' }), ...scope(world) }
        return world.ask('serve-order/1', body, [world.registry.operator])
      }),
    ],
    advice: null,
  },
  {
    name: 'hiding an order',
    wants: 'Keep an order out of the report, or never take it in.',
    routes: [
      written('effects-differ', 'decision', async (log, world) => {
        const body = orderBody(world, HOLD)
        log.act('serve-order/1', body, [world.registry.operator], { accepts: [] })
      }),
      visible(
        'the authority’s own receipt of service; the public counts of orders stay where they were',
        async (world) => {
          const before = world.object('desk', 'ORDERS')
          await world.tick()
          return JSON.stringify(world.object('desk', 'ORDERS')) === JSON.stringify(before)
        },
      ),
    ],
    advice:
      'An authority looks for its reference in the public list the next day, and hands the order in at a witness’s door.',
  },
]
