/** Applications that wait: their windows, which pauses lengthen, and how they end. */

import type { Application, ApplicationState, Instant, JsonObject } from '@cadastre/records'
import { type Asked, firstOf, later, secondsBetween } from './verdict.ts'
import type { World } from './world.ts'

/** Seconds of pause between two instants. */
function pausedBetween(world: World, from: string, to: string): number {
  const registry = world.registry()
  if (registry === null) return 0
  const { pauses, paused } = registry
  const all = paused === null ? pauses : [...pauses, paused]
  let seconds = 0
  for (const { since, until } of all) {
    const begin = since > from ? since : from
    const end = until < to ? until : to
    if (begin < end) seconds += secondsBetween(begin, end)
  }
  return seconds
}

/** The end of the pause in which an instant lies; the instant itself where it lies in none. */
function endOfPause(world: World, instant: string): string {
  const { pauses = [], paused = null } = world.registry() ?? {}
  const all = paused === null ? pauses : [...pauses, paused]
  return all.find(({ since, until }) => since <= instant && instant < until)?.until ?? instant
}

type Window = Pick<Application, 'opened' | 'due' | 'pausedSeconds'>
/** When a window ends by what is known now: where that is later than `due`, the registrar moves `due` first. */
export function endOf(world: World, { opened, due, pausedSeconds }: Window): string | null {
  if (due === null) return null
  if (due > world.at) return due
  const paused = world.registry()?.paused ?? null
  // Pauses make it later, and so perhaps reach into further pauses.
  for (let end: string = due; ; ) {
    // The planned end of the pause at hand is waited for first, and then what is still missing.
    if (paused !== null && paused.since <= end && end < paused.until && paused.until > world.at)
      return paused.until
    const reach = endOfPause(world, end)
    const next = later(due, Math.max(0, pausedBetween(world, opened, reach) - pausedSeconds))
    if (next === end) return end
    end = next
  }
}
export const isOver = (world: World, window: Window): boolean => {
  const end = endOf(world, window)
  return end !== null && end <= world.at
}
/** What moving `due` changes; null where the window is over or not due at all. */
export function moved(world: World, window: Window): Pick<Application, 'due' | 'pausedSeconds'> | null {
  const { due, pausedSeconds } = window
  if (due === null || due > world.at) return null
  const end = endOf(world, window)
  if (end === null || end <= due) return null
  return { due: end as Instant, pausedSeconds: pausedSeconds + secondsBetween(due, end) }
}

export function wait(
  world: World,
  procedure: string,
  body: JsonObject,
  known: Pick<Application, 'consents' | 'due'> & Partial<Application>,
): Application {
  const application: Application = {
    v: 1,
    handle: `A-${world.index}`,
    procedure,
    state: 'cooling',
    body,
    opened: world.at as Instant,
    pausedSeconds: 0,
    next: null,
    fee: null,
    reason: null,
    examination: null,
    notice: null,
    since: world.index,
    ...known,
  }
  world.put('application', application.handle, application)
  return application
}
export function close(
  world: World,
  application: Application,
  state: ApplicationState,
  reason: string | null = null,
): void {
  world.put('application', application.handle, { ...application, state, reason, due: null })
}

/** The application that a step is about, or why there is none to act on. */
export function openApplication(asked: Asked, states: readonly string[]): Application | string {
  const { world, body, procedure } = asked
  const application = world.application(body['application'])
  if (application === null || application.procedure !== procedure) return 'application-unknown'
  const { state } = application
  const closed =
    !states.includes(state) || ((state === 'cooling' || state === 'noticed') && isOver(world, application))
  return firstOf(closed && 'application-closed') ?? application
}

/** What an application found when it was made: where that has changed, it fails. */
export function remember(world: World, application: string, value: unknown): void {
  world.found.set(application, value)
}
export const remembered = (world: World, application: string): unknown => world.found.get(application)
