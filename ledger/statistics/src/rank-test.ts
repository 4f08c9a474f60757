/**
 * The rank test of two samples (Mann and Whitney 1947): is one of them drawn towards higher values? Normal
 * approximation with the correction for ties and for continuity.
 */

import type { Histogram } from './histogram.ts'

export type RankTest = {
  /** How often a value of the first is above one of the second, ties as half: from 0 to size × size. */
  readonly u: number
  /** Standard score: above 0 where the first tends to be higher. */
  readonly z: number
  /** Two-sided probability of a score as far from 0, were both drawn alike. */
  readonly p: number
}

/** Null where a sample is empty, or all values are equal: nothing can differ then. */
export function rankTest(first: Histogram, second: Histogram): RankTest | null {
  const [n1, n2] = [first.size, second.size]
  const n = n1 + n2
  if (n1 === 0 || n2 === 0) return null
  const values = [...new Set([...first.sorted(), ...second.sorted()].map(([value]) => value))].sort(
    (one, other) => one - other,
  )
  let below = 0
  let u = 0
  let ties = 0
  for (const value of values) {
    const [in1, in2] = [first.get(value), second.get(value)]
    u += in1 * (below + in2 / 2)
    below += in2
    const tied = in1 + in2
    ties += tied ** 3 - tied
  }
  const variance = ((n1 * n2) / 12) * (n + 1 - ties / (n * (n - 1)))
  if (!(variance > 0)) return null
  const distance = u - (n1 * n2) / 2
  const z = (Math.sign(distance) * Math.max(0, Math.abs(distance) - 0.5)) / Math.sqrt(variance)
  return { u, z, p: twoSided(z) }
}

/** P(|Z| ≥ |z|) of the standard normal distribution: Abramowitz and Stegun 7.1.26, error below 2 × 10^-7. */
function twoSided(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return Math.min(1, series * Math.exp(-x * x))
}
