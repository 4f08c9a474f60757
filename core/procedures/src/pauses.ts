/** What a pause does to holders' windows: they stop, and last as much longer. Registry deadlines do not stop. */

import {
  type Application,
  addSeconds,
  DAY_SECONDS,
  type Instant,
  type Pause,
  type Registry,
  secondsOf,
} from '@cadastre/records'
import { applicationKey, registryOf } from './common.ts'
import { accept, put, refuse } from './effects.ts'
import type { Decision, Inputs } from './procedure.ts'

/** Pauses are remembered for longer than any window lasts. */
const KEPT_SECONDS = 400 * DAY_SECONDS
/** So many pauses are remembered; more than that in so long a time there cannot be. */
export const MAX_PAUSES = 64

/** The pauses so far, the one in force up to `at`; one that has ended counts as ended. */
function pausesUntil(registry: Registry, at: Instant): readonly Pause[] {
  const { paused, pauses } = registry
  if (paused === null) return pauses
  return [...pauses, { since: paused.since, until: paused.until < at ? paused.until : at }]
}

/** Seconds of pause between two instants. */
export function pausedBetween(registry: Registry, from: Instant, at: Instant): number {
  return pausesUntil(registry, at).reduce((sum, { since, until }) => {
    const first = since < from ? from : since
    return until > first ? sum + secondsOf(until) - secondsOf(first) : sum
  }, 0)
}

/** The registry's pauses once the one in force has ended at `at`. */
export function pausesAfter(registry: Registry, at: Instant): readonly Pause[] {
  const oldest = addSeconds(at, -KEPT_SECONDS)
  return pausesUntil(registry, at).filter(({ until }) => until >= oldest)
}

/**
 * Whether an application may take effect now: null, or the decision to take instead. While everything is paused its
 * window waits for the planned end; afterwards it lasts as much longer as was paused since it was opened.
 */
export function beforeEffect(application: Application, inputs: Inputs, at: Instant): Decision | null {
  const { due, state, opened, pausedSeconds } = application
  const runs = state === 'cooling' || state === 'noticed'
  if (!runs || due === null || due > at) return refuse('not-due')
  const longer = lengthened({ due, opened, pausedSeconds }, inputs, at)
  return longer === null
    ? null
    : accept([put(applicationKey(application.handle), { ...application, ...longer })])
}

/** When a window ends in which nothing falls due: as much later as was paused in it, in what that added included. */
export function windowEnd(registry: Registry, opened: Instant, end: Instant, at: Instant): Instant {
  return pausesUntil(registry, at).reduce(
    (last, { since, until }) =>
      since < last && until > opened
        ? addSeconds(last, secondsOf(until) - secondsOf(since < opened ? opened : since))
        : last,
    end,
  )
}

/** A window that has come to its end, as long again as was paused while it ran; null where nothing was. */
export function lengthened(
  {
    due,
    opened,
    pausedSeconds,
  }: { readonly due: Instant; readonly opened: Instant; readonly pausedSeconds: number },
  inputs: Inputs,
  at: Instant,
): { readonly due: Instant; readonly pausedSeconds: number } | null {
  const registry = registryOf(inputs)
  if (registry === null) throw new Error('no window runs before genesis')
  const { paused } = registry
  // As it would have ended without any pause; one that began only afterwards never touched it, however late this is.
  const end = addSeconds(due, -pausedSeconds)
  const before = windowEnd({ ...registry, paused: null }, opened, end, at)
  const waits = paused !== null && paused.until > at && paused.since <= before
  const later = waits ? paused.until : windowEnd(registry, opened, end, at)
  return later <= due
    ? null
    : { due: later, pausedSeconds: pausedSeconds + secondsOf(later) - secondsOf(due) }
}
