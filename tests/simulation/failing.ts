// What is printed of a history in which something was found: seed, commit, what to run again, and a smaller history that
// fails in the same way, as JSON lines for `npm run simulate -- --replay FILE`.

import { execFileSync } from 'node:child_process'
import {
  type EngineOptions,
  eventsOf,
  type Failure,
  type HistoryEvent,
  historyText,
  minimise,
  replayHistory,
  type Setting,
} from '@cadastre/simulator'

type Watching = () => Pick<EngineOptions, 'observers' | 'broken' | 'tamper'>

export type SmallHistory = {
  readonly text: string
  readonly events: number
  readonly of: number
  readonly tries: number
  readonly complete: boolean
}

/** Observers may remember, so that each try has its own: `watching` makes them. */
export function smallHistory(
  seed: number,
  setting: Setting,
  acts: number,
  failure: Failure,
  watching: Watching,
  seconds: number,
): SmallHistory {
  const all = eventsOf(seed, setting, acts, watching())
  const until = performance.now() + 1000 * seconds
  const fails = (events: readonly HistoryEvent[]): boolean =>
    replayHistory(setting, events, watching()).failure?.found === failure.found
  const { events, tries, complete } = minimise(all, fails, () => performance.now() < until)
  return { text: historyText(setting, events), events: events.length, of: all.length, tries, complete }
}

/** The commit that is checked out; empty where there is no git. */
function commitHere(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return ''
  }
}

export function failureText(
  seed: number,
  setting: Setting,
  acts: number,
  { found, message }: Failure,
  small: SmallHistory,
): string {
  const { profile, real } = setting
  const how = small.complete ? 'no single part can be left out' : 'the time was over'
  return [
    `FOUND: ${found}`,
    message,
    `seed ${seed}, commit ${commitHere()}`,
    `again: npm run simulate -- --seed ${seed} --histories 1 --acts ${acts} --profile ${profile}${real ? ' --real' : ''}`,
    `${small.events} of ${small.of} events fail in the same way (${small.tries} tries; ${how}).`,
    'Save the following lines and play them by: npm run simulate -- --replay FILE',
    small.text,
  ].join('\n')
}
