/** `hand-over/1` and `take-over/1`: the registry passes to a successor. */

import type { Instant, Predecessor, Registry, Roster, Staff } from '@cadastre/records'
import { asRead } from './as-read.ts'
import { staffFault } from './desk.ts'
import {
  type Asked,
  firstOf,
  later,
  opening,
  parameters,
  type Rule,
  refuse,
  textOf,
  type Verdict,
} from './verdict.ts'
import type { World } from './world.ts'

const signedByKey = ({ keys }: Asked, key: string): boolean =>
  keys.some((one) => one.alg === 'ed25519' && one.key === key)

export const handOver: Rule = {
  by: 'step',
  shape: {
    name: 'staff:handle origin key',
    announce: 'staff:handle',
    withdraw: 'staff:handle',
    finish: 'staff:handle',
  },
  request(asked) {
    const { world, body } = asked
    const registry = world.registry()
    const code = firstOf(opening(asked), staffFault(asked, [textOf(body, 'staff')], ['operator']))
    if (code !== null || registry === null) return refuse(code ?? '')
    switch (body['step']) {
      case 'name':
        return name(asked, registry)
      case 'announce':
        return announce(asked, registry)
      default:
        return endOrStop(asked, registry)
    }
  },
}
const save = (world: World, registry: Registry): void => world.put('registry', 'REGISTRY', registry)

function name(asked: Asked, registry: Registry): Verdict {
  const { world, body } = asked
  const [origin, key] = [textOf(body, 'origin'), textOf(body, 'key')]
  const { successor } = registry
  const code = firstOf(
    !signedByKey(asked, key) && 'successor-signature-missing',
    successor?.origin === origin && successor.key === key && 'nothing-changed',
  )
  if (code !== null) return refuse(code)
  return {
    accept: () =>
      save(world, { ...registry, successor: { origin, key, named: world.at as Instant }, handOver: null }),
  }
}
function announce(asked: Asked, registry: Registry): Verdict {
  const { world } = asked
  const { namedSeconds = 0, noticeSeconds = 0 } = parameters(world, 'hand-over/1', asked.received)
  const { successor } = registry
  const code = firstOf(
    (successor === null || later(successor.named, namedSeconds) > world.at) && 'successor-missing',
    successor !== null && !signedByKey(asked, successor.key) && 'successor-signature-missing',
    registry.handOver !== null && 'nothing-changed',
  )
  if (code !== null) return refuse(code)
  const announced = world.at as Instant
  return {
    accept: () =>
      save(world, { ...registry, handOver: { announced, from: later(announced, noticeSeconds) as Instant } }),
  }
}
function endOrStop({ world, body }: Asked, registry: Registry): Verdict {
  if (registry.handOver === null) return refuse('not-announced')
  if (body['step'] === 'withdraw') return { accept: () => save(world, { ...registry, handOver: null }) }
  if (registry.handOver.from > world.at) return refuse('notice-running')
  return { accept: () => save(world, { ...registry, state: 'handed-over' }) }
}

export const takeOver: Rule = {
  shape: 'name origin relyingParty seat staff procedures predecessor',
  request(asked) {
    const { world, body, origin, expires, received, statements } = asked
    const registry = world.registry()
    if (registry === null) return refuse('procedure-unknown')
    const said = body['predecessor'] as Omit<Predecessor, 'size' | 'statement' | 'since'>
    const staff = asRead<readonly Staff[]>(body['staff'])
    if (said?.mandate === undefined || !Array.isArray(staff) || staff.some((one) => typeof one !== 'object'))
      return refuse('body-malformed')
    const operators = staff.filter(({ role }) => role === 'operator')
    const { kind } = said.mandate
    const { successor } = registry
    const isNamed = successor?.origin === body['origin']
    const word = statements.find((one) => one.origin === said.origin && one.policy === said.policy)
    const code = firstOf(
      world.procedure('take-over/1') === null && 'procedure-unknown',
      body['origin'] !== origin && 'wrong-origin',
      received > expires && 'request-expired',
      kind !== 'order' && !isNamed && 'successor-differs',
      kind !== 'order' &&
        successor !== null &&
        !signedByKey(asked, successor.key) &&
        'successor-signature-missing',
      kind === 'hand-over' && registry.state !== 'handed-over' && 'not-handed-over',
      new Set(staff.map(({ key }) => key)).size < staff.length && 'key-repeated',
      operators.length === 0 && 'wrong-staff-role',
      !operators.some(({ key }) => signedByKey(asked, key)) && 'staff-signature-missing',
      word?.checkpoint == null && 'statement-missing',
      (registry.seat !== body['seat'] ||
        said.origin !== registry.origin ||
        body['origin'] === registry.origin) &&
        'succession-differs',
    )
    if (code !== null || word?.checkpoint == null) return refuse(code ?? '')
    const predecessor = { ...said, size: word.checkpoint.size, statement: word.hash, since: world.index }
    return {
      accept: () => goOn(world, registry, asked, predecessor, staff),
      unless: ['statement-missing', 'succession-differs', 'successor-signature-missing'],
    }
  },
}

function goOn(
  world: World,
  registry: Registry,
  { body }: Asked,
  predecessor: Predecessor,
  staff: readonly Staff[],
): void {
  const { name: called, origin, relyingParty } = asRead<Registry>(body)
  const ended = { successor: null, handOver: null, state: 'open' } as const
  save(world, { ...registry, name: called, origin, relyingParty, ...ended, predecessor })
  const since = world.index
  for (const { handle, role, alg, key, outside } of staff)
    world.put('staff', handle, { v: 1, handle, role, alg, key, outside, until: null, since })
  const old = world.get('roster', 'CLERKS') as Roster
  const clerks = staff
    .filter(({ role }) => role === 'clerk')
    .map(({ handle, outside }) => ({ staff: handle, outside, first: 0, next: 0 }))
  const others = staff.filter(({ role }) => role !== 'clerk').map(({ handle }) => handle)
  world.put('roster', 'CLERKS', { ...old, clerks, others, turn: 0, since: world.index })
}
