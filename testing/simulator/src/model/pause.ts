/** `pause/1`: everything waits, for everyone, for a bounded time. */

import type { Instant, Pause, Registry } from '@cadastre/records'
import { staffFault } from './desk.ts'
import {
  type Asked,
  firstOf,
  later,
  opening,
  parameters,
  type Rule,
  refuse,
  secondsBetween,
  textOf,
  type Verdict,
} from './verdict.ts'
import type { World } from './world.ts'

const REMEMBERED = 400 * 86_400
const MOST_PAUSES = 64

export const pause: Rule = {
  by: 'step',
  shape: { pause: 'trigger seconds report:hash staff', resume: 'staff' },
  request: (asked) => (asked.body['step'] === 'pause' ? begin(asked) : resume(asked)),
  due({ world }) {
    const registry = world.registry()
    if (registry?.paused == null || registry.paused.until > world.at) return refuse('not-due')
    return { accept: () => ended(world, registry, registry.paused?.until as Instant) }
  },
}

/** Pauses that count: those of the last 400 days, and what has passed of the one in force. */
function pausesBy(world: World, { pauses, paused }: Registry): readonly Pause[] {
  const since = later(world.at, -REMEMBERED)
  const own =
    paused === null
      ? []
      : [{ since: paused.since, until: (paused.until < world.at ? paused.until : world.at) as Instant }]
  return [...pauses, ...own].filter(({ until }) => until > since)
}

function begin(asked: Asked): Verdict {
  const { world, body } = asked
  const registry = world.registry()
  const staff = body['staff'] as readonly string[]
  const terms = parameters(world, 'pause/1', asked.received)
  const fault = opening(asked)
  if (fault !== null || registry === null) return refuse(fault ?? '')
  const seconds = Number(body['seconds'])
  const before = pausesBy(world, registry)
  const from = later(world.at, -(terms['periodSeconds'] ?? 0))
  const spent = before
    .filter(({ until }) => until > from)
    .reduce((sum, one) => sum + secondsBetween(one.since > from ? one.since : from, one.until), 0)
  const code = firstOf(
    staffFault(asked, staff, ['operator']),
    new Set(staff).size < 2 && 'second-operator-missing',
    seconds > (terms['maxSeconds'] ?? 0) && 'pause-too-long',
    (spent + seconds > (terms['maxTotalSeconds'] ?? 0) || before.length >= MOST_PAUSES) && 'pause-limit',
  )
  if (code !== null) return refuse(code)
  return {
    accept() {
      const since = world.at as Instant
      const until = later(since, seconds) as Instant
      const paused = { since, until, trigger: textOf(body, 'trigger'), report: textOf(body, 'report') }
      world.put('registry', 'REGISTRY', { ...registry, pauses: before, paused })
    },
  }
}

function resume(asked: Asked): Verdict {
  const { world, body } = asked
  const registry = world.registry()
  const staff = [body['staff']].flat() as readonly string[]
  const code = firstOf(
    opening(asked),
    staffFault(asked, staff, ['operator']),
    (registry?.paused == null || registry.paused.until <= world.at) && 'not-paused',
  )
  if (code !== null || registry === null) return refuse(code ?? '')
  return { accept: () => ended(world, registry, world.at as Instant) }
}
function ended(world: World, registry: Registry, until: Instant): void {
  const { paused } = registry
  if (paused === null) throw new Error('nothing is paused')
  const since = later(world.at, -REMEMBERED)
  const pauses = [...registry.pauses, { since: paused.since, until }].filter((one) => one.until > since)
  world.put('registry', 'REGISTRY', { ...registry, paused: null, pauses })
}
