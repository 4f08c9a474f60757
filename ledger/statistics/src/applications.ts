/** Applications between their receipt and their end: what becomes of an act that takes time, and how long it takes. */

import { ATTEST_ID } from '@cadastre/procedures'
import { type Application, type Instant, type LoggedEffect, type OpEntry, secondsOf } from '@cadastre/records'
import { type Asker, made } from './groups.ts'
import { Histogram } from './histogram.ts'
import type { End } from './tally.ts'

/** What was recorded; `asker`: null of staff, who are in no group. */
type Open = {
  readonly procedure: string
  readonly asker: Asker | null
  readonly received: Instant
  state: Application['state']
  /** When the attestors' last reveal concluded the examination. */
  examined: Instant | null
}

export type Ended = Pick<Open, 'procedure' | 'asker'> & { readonly end: End }

export type OpenReport = {
  readonly procedure: string
  readonly n: number
  readonly states: { readonly [state: string]: number }
  /** Since receipt, up to the last entry that was read. */
  readonly medianSeconds: number | null
  readonly oldestSeconds: number | null
}

const PREFIX = 'obj/application/'
const END_KINDS: { readonly [state: string]: End['kind'] } = {
  effected: 'accepted',
  failed: 'failed',
  vetoed: 'vetoed',
  withdrawn: 'withdrawn',
}

export class Applications {
  readonly #open = new Map<string, Open>()

  /** Whether the op records a new application. */
  isRecording({ outcome }: OpEntry): boolean {
    return outcome.accepted && outcome.effects.some((effect) => this.#isNew(effect))
  }

  #isNew({ key, prev, next }: LoggedEffect): boolean {
    return key.startsWith(PREFIX) && prev === null && next !== null && !this.#open.has(key)
  }

  /** Follow an op: the applications that end with it. */
  follow(entry: OpEntry, asker: Asker | null): readonly Ended[] {
    if (!entry.outcome.accepted) return []
    const ended: Ended[] = []
    for (const effect of entry.outcome.effects) {
      const { key, next } = effect
      if (!key.startsWith(PREFIX) || next === null) continue
      const record: unknown = next
      const { state, reason } = record as Application
      if (this.#isNew(effect)) {
        const received = entry.received?.at ?? entry.at
        this.#open.set(key, { procedure: entry.procedure, asker, received, state, examined: null })
      }
      const open = this.#open.get(key)
      // One that has ended stays ended, whatever else is noted on it.
      if (open === undefined) continue
      if (open.state === 'examining' && state !== 'examining' && entry.procedure === ATTEST_ID)
        open.examined = entry.at
      open.state = state
      const kind = END_KINDS[state]
      if (kind === undefined) continue
      this.#open.delete(key)
      ended.push({ procedure: open.procedure, asker: open.asker, end: endOf(open, kind, reason, entry.at) })
    }
    return ended
  }

  /** What is open, of holders or of staff, with its age at `at`. */
  report(at: Instant | null, ofStaff: boolean): readonly OpenReport[] {
    const procedures = new Map<string, { ages: Histogram; states: Map<string, number> }>()
    for (const { procedure, asker, received, state } of this.#open.values()) {
      if ((asker === null) !== ofStaff || at === null) continue
      const { ages, states } = made(procedures, procedure, () => ({
        ages: new Histogram(),
        states: new Map(),
      }))
      ages.add(secondsOf(at) - secondsOf(received))
      states.set(state, (states.get(state) ?? 0) + 1)
    }
    return [...procedures]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([procedure, { ages, states }]) => ({
        procedure,
        n: ages.size,
        states: Object.fromEntries(states),
        medianSeconds: ages.quantile(0.5),
        oldestSeconds: ages.quantile(1),
      }))
  }
}

function endOf({ received, examined }: Open, kind: End['kind'], reason: string | null, at: Instant): End {
  const since = (then: Instant): number => secondsOf(then) - secondsOf(received)
  return {
    kind,
    codes: kind === 'failed' ? [reason ?? 'unknown'] : [],
    seconds: since(at),
    examinationSeconds: examined === null ? null : since(examined),
  }
}
