/** The statistics as text. */

import type { Flag } from './flags.ts'
import { GROUPINGS, type StatisticsReport } from './statistics.ts'
import type { TallyReport } from './tally.ts'

/** Tables for people; the same numbers as the report. */
export function statisticsText(report: StatisticsReport): string {
  const { size, from, until, all, procedures, inversions, late, adverse, flags } = report
  const period = from === null ? 'No request has been decided.' : `Decisions from ${from} to ${until}.`
  const lines = [`${size} entries of the log. ${period}`, '', `${'procedure'.padEnd(28)}${HEADINGS}`]
  lines.push(line('all', all))
  for (const { procedure, ...tally } of procedures) {
    lines.push(line(procedure, tally))
    for (const grouping of GROUPINGS)
      for (const [group, part] of Object.entries(tally.by[grouping]))
        lines.push(line(`  ${grouping} ${group}`, part))
  }
  const bases = Object.entries(adverse.bases).map(([basis, count]) => `${count} by ${basis}`)
  lines.push(
    '',
    `Inversions (a later request decided first): ${inversions}`,
    `Decided after the deadline: ${late}`,
    `Adverse acts: ${bases.length === 0 ? 'none' : bases.join(', ')}; without a basis: ${adverse.lacking}`,
    '',
    flags.length === 0 ? 'No disparity is flagged.' : 'Disparities to be explained in public:',
    ...flags.map(flagLine),
  )
  return lines.join('\n')
}

const HEADINGS = `${'n'.padStart(8)}${'accepted'.padStart(10)}${'median s'.padStart(10)}${'p95 s'.padStart(8)}  refusals`

function line(name: string, { n, passRate, medianSeconds, p95Seconds, refusals }: TallyReport): string {
  const codes = Object.entries(refusals).map(([code, count]) => `${code} ${count}`)
  const rate = `${(100 * passRate).toFixed(1)}%`
  const numbers = `${String(n).padStart(8)}${rate.padStart(10)}${String(medianSeconds ?? '').padStart(10)}${String(p95Seconds ?? '').padStart(8)}`
  return `${name.padEnd(28)}${numbers}  ${codes.join(', ')}`.trimEnd()
}

function flagLine({ procedure, by, group, kind, n, others, value, limit }: Flag): string {
  const what =
    kind === 'pass-rate'
      ? `its pass rate is ${value} of the others’ (below ${limit})`
      : `it waits longer than the others (rank test, p = ${value}, below ${limit})`
  return `  ${procedure}, ${by} ${group}: ${what}; ${n} requests beside ${others}`
}
