/** `contest-order/1`: objections to facts, and appeals. */

import type { Examination, Instant, OrderRecord } from '@cadastre/records'
import { after } from './business-days.ts'
import { staffFault, twoClerks } from './desk.ts'
import { atOnce, call, ENDINGS, nextClerk } from './examined.ts'
import { anySigned } from './keys.ts'
import { isLive } from './order-checks.ts'
import { rests, returned } from './order-steps.ts'
import {
  type Asked,
  firstOf,
  opening,
  parameters,
  paused,
  type Rule,
  refuse,
  textOf,
  type Verdict,
} from './verdict.ts'
import { close, wait } from './windows.ts'
import type { World } from './world.ts'

export const contestOrder: Rule = {
  by: 'step',
  shape: { object: 'order holder:handle items evidence:hash', appeal: 'order filed:hash staff' },
  request: (asked) => (asked.body['step'] === 'object' ? object(asked) : appeal(asked)),
  due({ world, subject }) {
    const application = world.application(subject.split('/')[2])
    if (application?.state !== 'noticed' || application.due === null || application.due > world.at)
      return refuse('not-due')
    const { examination } = application
    if (examination === null) return refuse('not-due')
    return {
      accept() {
        close(world, application, 'effected')
        settle(world, application.body['order'], lastSays(examination) === 'upheld')
      },
    }
  },
}
/** Whether an order can still be contested: verified, not ended, not done. */
const isOpen = (order: OrderRecord): boolean => order.verified !== null && isLive(order)

function appeal(asked: Asked): Verdict {
  const { world, body } = asked
  const staff = body['staff'] as readonly string[]
  const order = world.get('order', body['order'])
  const code = firstOf(
    opening(asked),
    staffFault(asked, staff, ['clerk']),
    !twoClerks(asked, staff) && 'attestations-missing',
    order === null && 'order-unknown',
    order !== null && (!isOpen(order) || order.state === 'stayed') && 'order-closed',
    order !== null &&
      world.get('authority', order.authority)?.terms.appealStays !== true &&
      'appeal-does-not-stay',
  )
  if (code !== null || order === null) return refuse(code ?? '')
  return {
    accept: () => rests(world, order, null, null),
  }
}

function object(asked: Asked): Verdict {
  const { world, body } = asked
  const order = world.get('order', body['order'])
  const holder = world.holder(body['holder'])
  const application = order === null ? null : world.application(order.application)
  const answered = (application?.examination?.calls ?? []).map(({ staff }) => staff)
  const passed = [...answered, String(application?.body['staff'])]
  const third = nextClerk(world, passed, true) ?? nextClerk(world, passed)
  const code = firstOf(
    opening(asked),
    paused(asked),
    order === null && 'order-unknown',
    order !== null && !isOpen(order) && 'order-closed',
    order?.holder !== body['holder'] && 'not-party',
    holder === null && 'holder-unknown',
    !anySigned(asked, holder) && 'consent-missing',
    order?.objection != null && 'objection-used',
    third === null && 'attestors-unavailable',
  )
  if (code !== null || order === null || third === null) return refuse(code ?? '')
  return { accept: () => examineAgain(world, asked, order, third) }
}
function examineAgain(world: World, { body, received }: Asked, order: OrderRecord, third: string): void {
  const handle = `A-${world.index}`
  const before = world.application(order.application)?.examination?.calls ?? []
  const calls = [...before, call(world, handle, third, true)]
  const due = after(world, world.at, parameters(world, 'attest/1', received), 'order') as Instant
  const questions = body['items'] as readonly string[]
  const examination = { questions, calls, affected: [], windowSeconds: 0, windowDays: [], overdue: null }
  const { staff = null } = world.application(order.application)?.body ?? {}
  wait(
    world,
    'contest-order/1',
    { ...body, staff },
    {
      consents: [textOf(body, 'holder')],
      due,
      state: 'examining',
      examination,
    },
  )
  world.put('order', order.handle, { ...order, objection: { application: handle, upheld: null } })
}

ENDINGS['contest-order/1'] = { effect: nothing, positive: atOnce }
function nothing(): void {
  // What follows is an act of its own.
}
/** What the third attestor says; the first two answered before. */
function lastSays({ calls, questions }: Examination): 'upheld' | 'confirmed' {
  const answers = calls.findLast(({ missed }) => !missed)?.answers
  return questions.every((question) => answers?.[question] === 'yes') ? 'confirmed' : 'upheld'
}

function settle(world: World, handle: unknown, upheld: boolean): void {
  const order = world.get('order', handle)
  if (order?.objection == null) return
  const objection = { ...order.objection, upheld }
  if (upheld) returned(world, { ...order, objection }, 'objection-upheld')
  else world.put('order', order.handle, { ...order, objection })
}
