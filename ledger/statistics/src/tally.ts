/** Counts of how requests ended, and of the times they took, for one procedure or one group within it. */

import { Histogram } from './histogram.ts'

/** How a request ended: at once, or as an application that was recorded and ended later. */
export type End = {
  readonly kind: 'accepted' | 'refused' | 'failed' | 'vetoed' | 'withdrawn'
  /** Of what was refused or failed. */
  readonly codes: readonly string[]
  /** From receipt to the end. */
  readonly seconds: number
  /** From receipt to the last reveal of the attestors; null where none concluded an examination. */
  readonly examinationSeconds: number | null
}

export class Tally {
  readonly refusals: Map<string, number> = new Map()
  readonly failures: Map<string, number> = new Map()
  readonly seconds: Histogram = new Histogram()
  readonly examination: Histogram = new Histogram()
  readonly #ends = { accepted: 0, refused: 0, failed: 0, vetoed: 0, withdrawn: 0 }

  add({ kind, codes, seconds, examinationSeconds }: End): void {
    this.#ends[kind] += 1
    const counts = kind === 'failed' ? this.failures : this.refusals
    for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1)
    this.seconds.add(seconds)
    if (examinationSeconds !== null) this.examination.add(examinationSeconds)
  }

  get n(): number {
    return this.seconds.size
  }

  get accepted(): number {
    return this.#ends.accepted
  }

  /** How many were for others to decide: all but what the applicant withdrew. */
  get judged(): number {
    return this.n - this.#ends.withdrawn
  }

  get passRate(): number {
    return this.judged === 0 ? 0 : this.accepted / this.judged
  }

  report(): TallyReport {
    return {
      n: this.n,
      ...this.#ends,
      passRate: rounded(this.passRate),
      medianSeconds: this.seconds.quantile(0.5),
      p95Seconds: this.seconds.quantile(0.95),
      examination: {
        n: this.examination.size,
        medianSeconds: this.examination.quantile(0.5),
        p95Seconds: this.examination.quantile(0.95),
      },
      refusals: byCount(this.refusals),
      failures: byCount(this.failures),
    }
  }
}

export type TallyReport = {
  /** The sum of the five ends. */
  readonly n: number
  readonly accepted: number
  readonly refused: number
  readonly failed: number
  /** By a holder that the act concerned. */
  readonly vetoed: number
  /** By a party that had signed it. */
  readonly withdrawn: number
  /** Accepted, of all that nobody withdrew. */
  readonly passRate: number
  /** From receipt to the end. */
  readonly medianSeconds: number | null
  readonly p95Seconds: number | null
  /** Of what attestors examined to the end: from receipt to their last reveal. */
  readonly examination: {
    readonly n: number
    readonly medianSeconds: number | null
    readonly p95Seconds: number | null
  }
  /** What was refused on receipt by code, the most frequent first. */
  readonly refusals: { readonly [code: string]: number }
  /** What was recorded and failed in the end, likewise. */
  readonly failures: { readonly [code: string]: number }
}

function byCount(codes: ReadonlyMap<string, number>): { readonly [code: string]: number } {
  return Object.fromEntries([...codes].sort(([, one], [, other]) => other - one))
}

export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
