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
  readonly kind: 'pass-rate' | 'times' | 'examination-times'
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
    const judged = others.reduce((sum, other) => sum + other.judged, 0)
    const rate = judged === 0 ? 0 : others.reduce((sum, other) => sum + other.accepted, 0) / judged
    const ratio = rate === 0 ? 1 : tally.passRate / rate
    if (Math.min(tally.judged, judged) >= N_MIN && ratio < PASS_RATE_RATIO)
      flags.push({ ...common, kind: 'pass-rate', value: rounded(ratio), limit: PASS_RATE_RATIO })
    for (const [kind, name] of TIMES) {
      const theirs = Histogram.sum(others.map((other) => other[name]))
      if (Math.min(tally[name].size, theirs.size) < N_MIN) continue
      const p = slowerBy(tally[name], theirs)
      if (p !== null && p < P_MAX)
        flags.push({ ...common, kind, value: Number(p.toPrecision(3)), limit: P_MAX })
    }
  }
  return flags
}

/** From receipt to the end, and from receipt to the attestors' last reveal. */
const TIMES = [
  ['times', 'seconds'],
  ['examination-times', 'examination'],
] as const

/** The probability of the rank test where the group is the slower one; null where it is not. */
function slowerBy(group: Histogram, others: Histogram): number | null {
  const test = rankTest(group, others)
  return test !== null && test.z > 0 ? test.p : null
}
