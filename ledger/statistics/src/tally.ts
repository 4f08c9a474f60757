/** Counts of decisions, and of the times they took, for one procedure or one group within it. */

import { Histogram } from './histogram.ts'

export class Tally {
  n = 0
  accepted = 0
  readonly refusals: Map<string, number> = new Map()
  /** Seconds from receipt to decision. */
  readonly seconds: Histogram = new Histogram()

  add(refusals: readonly string[] | null, seconds: number): void {
    this.n += 1
    if (refusals === null) this.accepted += 1
    for (const code of refusals ?? []) this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1)
    this.seconds.add(seconds)
  }

  get passRate(): number {
    return this.n === 0 ? 0 : this.accepted / this.n
  }

  report(): TallyReport {
    return {
      n: this.n,
      accepted: this.accepted,
      passRate: rounded(this.passRate),
      medianSeconds: this.seconds.quantile(0.5),
      p95Seconds: this.seconds.quantile(0.95),
      refusals: Object.fromEntries([...this.refusals].sort(([, one], [, other]) => other - one)),
    }
  }
}

export type TallyReport = {
  readonly n: number
  readonly accepted: number
  readonly passRate: number
  readonly medianSeconds: number | null
  readonly p95Seconds: number | null
  /** Refusals by code, the most frequent first. */
  readonly refusals: { readonly [code: string]: number }
}

export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
