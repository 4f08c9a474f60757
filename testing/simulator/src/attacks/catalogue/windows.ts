/** Windows in which somebody may veto: begun in silence, begun with the wrong address, paused away. */

import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import type { JsonObject } from '@cadastre/records'
import type { Attack } from '../attack.ts'
import { stopped, visible, written } from '../routes.ts'
import { cellOf, offerOf, sayNotified, stoppedApplication, succession } from '../steps.ts'
import { ALICES, type AttackWorld, DAY, SHA } from '../world.ts'

const pauseBody = (hours: number): JsonObject => ({
  step: 'pause',
  trigger: 'active-attack',
  seconds: hours * 3600,
  report: SHA('a cause'),
  staff: ['OPERATOR', 'OPERATOR-2'],
})

/** Waits in which a holder may still stop what is asked for, beside those that begin with a notice. */
const WAITS: readonly { readonly what: string; readonly begin: (world: AttackWorld) => Promise<string> }[] = [
  {
    what: 'the cooling of a transfer',
    begin: async (world) => {
      const { alice, mallory } = world
      const cooling = { change: 'cooling', holder: alice.handle, coolingSeconds: 7 * DAY }
      await world.must('update-holder/1', cooling, [alice.signer], [world.namingOf(alice, 'coolingSeconds')])
      const offer = offerOf(world, ALICES, alice.handle, mallory.handle)
      return world.made(
        'application',
        'transfer/1',
        offer,
        [alice.signer, mallory.signer],
        [world.naming(ALICES)],
      )
    },
  },
  {
    what: 'the withdrawal of a return',
    begin: (world) => {
      const { alice } = world
      const registration = world.reference(ALICES)
      const offer = { step: 'offer', holder: alice.handle, registration, range: '203.0.113.0/24' }
      return world.made('application', 'return/1', offer, [alice.signer], [world.naming(ALICES)])
    },
  },
  {
    what: 'the wait of a change of keys',
    begin: (world) => {
      const { alice } = world
      const thief = generateEd25519Signer()
      const keys = [{ alg: 'ed25519', key: encodeBase64(thief.publicKey), roles: ['full'] }]
      const body = { step: 'rotate', holder: alice.handle, policy: { m: 1, keys, guardians: [] } }
      return world.made(
        'application',
        'rotate-keys/1',
        body,
        [alice.signer, thief],
        [world.namingOf(alice, 'policy')],
      )
    },
  },
  {
    what: 'the wait of a shortened cooling',
    begin: async (world) => {
      const { alice } = world
      const change = (days: number) => ({
        change: 'cooling',
        holder: alice.handle,
        coolingSeconds: days * DAY,
      })
      const naming = () => [world.namingOf(alice, 'coolingSeconds')]
      await world.must('update-holder/1', change(7), [alice.signer], naming())
      return world.made('application', 'update-holder/1', change(0), [alice.signer], naming())
    },
  },
]

export const WINDOWS: readonly Attack[] = [
  {
    name: 'silent notice',
    wants: 'Let a window run while nobody is told.',
    routes: [
      stopped('application to-notify', async (world) => {
        const application = await succession(world, 'merger')
        await world.later(400)
        return stoppedApplication(world, application)
      }),
      visible(
        'the application: the deadline for telling the holder passed (notice.overdue), also as prove-silence --application',
        async (world) => {
          const application = await succession(world, 'merger')
          await world.later(10)
          return world.application(application).notice?.overdue != null
        },
      ),
      written('accepted-wrongly', 'decision', (log, world) => {
        // The step that begins the window, without an attempt.
        const body = { staff: 'NOTIFIER', attempts: [] }
        const lie = { accepts: [cellOf(log, ALICES, world.mallory.handle)] }
        log.act('record-notice/1', body, [world.notifier], lie)
      }),
    ],
    advice:
      'A window begins only with the logged attempt; show the application’s deadline (prove-silence --application).',
  },
  {
    name: 'a notice to somebody else',
    wants: 'Begin a window with an attempt to an address that is not the holder’s.',
    routes: [
      stopped('application to-notify', async (world) => {
        const application = await succession(world, 'merger')
        const attempt = {
          entry: world.application(application).notice?.since ?? 0,
          application,
          holder: world.bob.handle,
          channel: 'public',
          to: null,
          message: SHA('a message'),
          at: world.registry.now,
          reply: 'no-address',
          code: null,
        }
        await world.ask('record-notice/1', { staff: 'NOTIFIER', attempts: [attempt] }, [world.notifier])
        await world.later(100)
        return stoppedApplication(world, application)
      }),
      visible(
        'the log: attempts that nobody received, each with the server’s reply that is claimed',
        async (world) => {
          const application = await succession(world, 'merger')
          await sayNotified(world, application)
          return world.logged(
            (entry) =>
              entry['procedure'] === 'record-notice/1' && JSON.stringify(entry).includes('no-address'),
          )
        },
      ),
    ],
    advice: 'Subscribe at a mirror, which tells you from the log alone; keep your contacts confirmed.',
  },
  {
    name: 'pausing to let windows lapse',
    wants: 'Pause everything while a holder’s time to veto runs out, or for ever.',
    routes: [
      stopped('the window ends later by the pause', async (world) => {
        const application = await succession(world, 'merger')
        await sayNotified(world, application)
        const before = world.application(application).due ?? ''
        await world.must('pause/1', pauseBody(72), world.operators)
        await world.later(4)
        await world.later((Date.parse(before) - Date.parse(world.registry.now)) / 86_400_000)
        await world.tick()
        const waits = world.application(application).state === 'noticed'
        return waits ? 'the window ends later by the pause' : null
      }),
      ...WAITS.map(({ what, begin }) =>
        stopped(
          `a pause lengthens ${what}`,
          async (world) => {
            const application = await begin(world)
            const before = Date.parse(world.application(application).due ?? '')
            await world.must('pause/1', pauseBody(72), world.operators)
            await world.later(3.1)
            // A minute before it would have ended without the pause there are still days to withdraw or veto.
            const days = (before - Date.parse(world.registry.now)) / DAY / 1000
            if (days > 0) await world.later(days + 0.01)
            const { state } = world.application(application)
            return state === 'effected' ? null : `a pause lengthens ${what}`
          },
          { changes: true },
        ),
      ),
      stopped('pause-too-long', (world) => world.ask('pause/1', pauseBody(73), world.operators)),
      stopped('pause-limit', async (world) => {
        for (let times = 0; times < 2; times++) {
          await world.must('pause/1', pauseBody(72), world.operators)
          await world.later(4)
        }
        return world.ask('pause/1', pauseBody(1), world.operators)
      }),
      stopped('desk: body-malformed', (world) =>
        world.ask('pause/1', { ...pauseBody(1), holder: world.alice.handle }, world.operators),
      ),
      stopped('second-operator-missing', (world) =>
        world.ask('pause/1', { ...pauseBody(1), staff: ['OPERATOR', 'OPERATOR'] }, world.operators),
      ),
      written('effects-differ', 'decision', (log, world) => {
        const until = '2027-01-01T00:00:00Z'
        const key = 'obj/registry/REGISTRY'
        const registry = log.record(key) as JsonObject
        const paused = { trigger: 'active-attack', report: SHA('a cause'), since: log.at, until }
        log.act('pause/1', pauseBody(72), world.operators, {
          accepts: [{ key, next: { ...registry, paused } }],
        })
      }),
    ],
    advice: 'A pause names its trigger and its cause in public, and lengthens every window.',
  },
]
