/** `change-staff/1`: members of staff begin and end, after a notice. */

import type { Application, Instant, Roster, Staff } from '@cadastre/records'
import { asRead } from './as-read.ts'
import { staffFault } from './desk.ts'
import { signedBy } from './keys.ts'
import {
  type Asked,
  firstOf,
  later,
  opening,
  parameters,
  type Rule,
  refuse,
  type Verdict,
} from './verdict.ts'
import { close, moved, openApplication, wait } from './windows.ts'
import type { World } from './world.ts'

type Newcomer = Pick<Staff, 'handle' | 'role' | 'alg' | 'key' | 'outside'>
const MOST_STAFF = 32

export const changeStaff: Rule = {
  by: 'step',
  shape: { change: 'staff add end', withdraw: 'staff application' },
  request: (asked) => (asked.body['step'] === 'change' ? change(asked) : withdraw(asked)),
  due({ world, subject }) {
    const application = world.application(subject.split('/')[2])
    if (application?.state !== 'cooling' || application.due === null || application.due > world.at)
      return refuse('not-due')
    const later = moved(world, application)
    if (later !== null)
      return { accept: () => world.put('application', application.handle, { ...application, ...later }) }
    const fault = firstOf(aloneFault(world, application.body), changeFault(world, application.body))
    return {
      accept() {
        close(world, application, fault === null ? 'effected' : 'failed', fault)
        if (fault === null) effect(world, application)
      },
    }
  },
}

const addOf = (body: Application['body']): readonly Newcomer[] => asRead<readonly Newcomer[]>(body['add'])
const endOf = (body: Application['body']): readonly string[] => body['end'] as readonly string[]

function operatorsFault(asked: Asked): string | null {
  const staff = asked.body['staff'] as readonly string[]
  return firstOf(staffFault(asked, staff, ['operator']), aloneFault(asked.world, asked.body))
}
/** Two operators, or the only one in office, which may do nothing but add further operators. */
function aloneFault(world: World, body: Application['body']): string | null {
  const staff = body['staff'] as readonly string[]
  if (new Set(staff).size === 2) return null
  const operators = inOffice(world).filter(({ role }) => role === 'operator')
  const others = body['step'] === 'withdraw' ? [] : [...endOf(body), ...addOf(body).filter(isNoOperator)]
  return staff.length === 1 && operators.length === 1 && others.length === 0
    ? null
    : 'second-operator-missing'
}
const isNoOperator = ({ role }: Newcomer): boolean => role !== 'operator'

function change(asked: Asked): Verdict {
  const { world, body } = asked
  const [add, end] = [addOf(body), endOf(body)]
  const named = [...add.map(({ handle }) => handle), ...end]
  const code = firstOf(
    new Set(named).size < named.length && 'body-malformed',
    opening(asked),
    end.some((handle) => world.staff(handle) === null) && 'staff-unknown',
    operatorsFault(asked),
    add.length + end.length === 0 && 'nothing-changed',
    !add.every((one) => signedBy(asked, one)) && 'key-unsigned',
    changeFault(world, body),
  )
  if (code !== null) return refuse(code)
  return {
    accept() {
      const { noticeSeconds = 0 } = parameters(world, 'change-staff/1', asked.received)
      const alone = (body['staff'] as readonly string[]).length === 1
      const seconds = alone ? Math.max(noticeSeconds, 30 * 86_400) : noticeSeconds
      wait(world, 'change-staff/1', body, { consents: [], due: later(world.at, seconds) as Instant })
    },
  }
}

function changeFault(world: World, body: Application['body']): string | null {
  const [add, end] = [addOf(body), endOf(body)]
  if (end.some((handle) => world.staff(handle) === null)) return 'staff-unknown'
  const now = inOffice(world)
  const next = [...now.filter(({ handle }) => !end.includes(handle)), ...add]
  return firstOf(
    add.some(({ handle }) => world.get('staff', handle) !== null) && 'handle-taken',
    new Set(next.map(({ key }) => key)).size < next.length && 'key-repeated',
    next.length > MOST_STAFF && 'staff-full',
    LEAST.some(([least, of]) => next.filter(of).length < Math.min(least, now.filter(of).length)) &&
      'too-few-staff',
  )
}
const LEAST: readonly (readonly [number, (one: Newcomer) => boolean])[] = [
  [2, ({ role }) => role === 'operator'],
  [1, ({ role }) => role === 'adopter'],
  [2, ({ role }) => role === 'clerk'],
  [1, ({ role, outside }) => role === 'clerk' && outside],
]
const inOffice = (world: World): readonly Staff[] =>
  world.all('staff').filter(({ handle }) => world.staff(handle) !== null)

function effect(world: World, { body }: Application): void {
  const [add, end] = [addOf(body), endOf(body)]
  for (const handle of end) {
    const member = world.get('staff', handle)
    if (member !== null) world.put('staff', handle, { ...member, until: world.at as Instant })
  }
  for (const one of add) world.put('staff', one.handle, { v: 1, ...one, until: null, since: world.index })
  const old = world.get('roster', 'CLERKS') as Roster
  const { clerks, turn } = rosterWithout(old, end)
  const fresh = add
    .filter(({ role }) => role === 'clerk')
    .map(({ handle, outside }) => ({ staff: handle, outside, first: 0, next: 0 }))
  const others = [
    ...old.others.filter((handle) => !end.includes(handle)),
    ...add.filter(({ role }) => role !== 'clerk').map(({ handle }) => handle),
  ]
  world.put('roster', 'CLERKS', { ...old, clerks: [...clerks, ...fresh], others, turn, since: world.index })
}
/** The turn stays with whoever had it, or passes to the next who is left. */
function rosterWithout({ clerks, turn }: Roster, end: readonly string[]): Pick<Roster, 'clerks' | 'turn'> {
  const left = clerks.filter(({ staff }) => !end.includes(staff))
  const before = clerks.slice(0, turn).filter(({ staff }) => !end.includes(staff)).length
  return { clerks: left, turn: before >= left.length ? 0 : before }
}

function withdraw(asked: Asked): Verdict {
  const { world } = asked
  const code = firstOf(opening(asked), operatorsFault(asked))
  if (code !== null) return refuse(code)
  const application = openApplication(asked, ['cooling'])
  if (typeof application === 'string') return refuse(application)
  return { accept: () => close(world, application, 'withdrawn') }
}
