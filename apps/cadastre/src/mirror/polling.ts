/** When the sources are asked again: at a steady pace with some chance in it, and ever more rarely while none answers. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Round } from './follower.ts'

export type PollingOptions = {
  readonly round: () => Promise<Round>
  readonly everyMilliseconds: number
  /** 0 to 1: mirrors that were started together must not ask together. */
  readonly chance: () => number
  readonly signal: AbortSignal
  readonly done: (round: Round) => Promise<void>
}

const PAUSE_MAX_MILLISECONDS = 10 * 60_000
/** Part of a pause that chance decides. */
const JITTER = 0.2

/** How long to wait after `failures` rounds in a row in which no source could be copied from. */
export function pauseAfter(failures: number, everyMilliseconds: number, chance: number): number {
  const longest = Math.max(PAUSE_MAX_MILLISECONDS, everyMilliseconds)
  const pause = Math.min(everyMilliseconds * 2 ** Math.min(failures, 20), longest)
  return Math.round(pause * (1 - JITTER / 2 + JITTER * chance))
}

/** Rounds until the signal; rejects with what a round rejects with. */
export async function poll(options: PollingOptions): Promise<void> {
  const { round, everyMilliseconds, chance, signal, done } = options
  let failures = 0
  while (!signal.aborted) {
    const result = await round()
    await done(result)
    failures = result === 'unreadable' ? failures + 1 : 0
    const pause = pauseAfter(failures, everyMilliseconds, chance())
    await sleep(pause, null, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}
