/**
 * The disparity flags of section E of the catalogue: within one procedure, each group beside everybody else. A flag is
 * a question that must be answered in public, not a finding: with many groups some are raised by chance.
 */

import { Histogram } from './histogram.ts'
import { rankTest } from './rank-test.ts'
import { rounded, type Tally } from './tally.ts'

/** A group of which less than this share of the others' passes, relative to it, is flagged. */
const PASS_RATE_RATIO = 0.8
/** Below this size neither group nor others say anything. */
const N_MIN = 30
/** A rank test of the times with a probability below this is flagged, where the group is the slower one. */
const P_MAX = 0.01

export type Flag = {
  readonly procedure: string
  /** How people are grouped: country, size, path. */
  readonly by: string
  readonly group: string
  readonly kind: 'pass-rate' | 'times'
  readonly n: number
  readonly others: number
  /** The ratio of pass rates, or the probability. */
  readonly value: number
  readonly limit: number
}

export type Groups = ReadonlyMap<string, Tally>

/** Flags of one way to group the decisions of one procedure. */
export function flagsOf(procedure: string, by: string, groups: Groups): readonly Flag[] {
  const flags: Flag[] = []
  for (const [group, tally] of groups) {
    const others = [...groups].filter(([name]) => name !== group).map(([, other]) => other)
    const n = others.reduce((sum, other) => sum + other.n, 0)
    if (tally.n < N_MIN || n < N_MIN) continue
    const common = { procedure, by, group, n: tally.n, others: n }
    const rate = others.reduce((sum, other) => sum + other.accepted, 0) / n
    const ratio = rate === 0 ? 1 : tally.passRate / rate
    if (ratio < PASS_RATE_RATIO)
      flags.push({ ...common, kind: 'pass-rate', value: rounded(ratio), limit: PASS_RATE_RATIO })
    const test = rankTest(tally.seconds, Histogram.sum(others.map(({ seconds }) => seconds)))
    if (test !== null && test.z > 0 && test.p < P_MAX)
      flags.push({ ...common, kind: 'times', value: Number(test.p.toPrecision(3)), limit: P_MAX })
  }
  return flags
}
