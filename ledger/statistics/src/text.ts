/** The statistics as text. */

import type { Flag } from './flags.ts'
import type { NoticesReport } from './notices.ts'
import { ordersLines } from './orders-text.ts'
import type { SanctionsQuarter } from './sanctions.ts'
import { GROUPINGS, type StatisticsReport } from './statistics.ts'
import type { TallyReport } from './tally.ts'

/** Tables for people; the same numbers as the report. */
export function statisticsText(report: StatisticsReport): string {
  const { size, from, until, all, procedures, inversions, late, adverse, flags } = report
  const { months, sanctions, notComputed } = report
  const period = from === null ? 'No request has been decided.' : `Decisions from ${from} to ${until}.`
  const lines = [`${size} entries of the log. ${period}`, '', `${'procedure'.padEnd(28)}${HEADINGS}`]
  lines.push(line('all', all))
  for (const { procedure, ...tally } of procedures) {
    lines.push(line(procedure, tally))
    for (const grouping of GROUPINGS)
      for (const [group, part] of Object.entries(tally.by[grouping]))
        lines.push(line(`  ${grouping} ${group}`, part))
  }
  for (const { month, ...tally } of months) {
    lines.push('', `${month.padEnd(28)}${HEADINGS}`, line('all', tally))
    for (const grouping of GROUPINGS)
      for (const [group, part] of Object.entries(tally.by[grouping]))
        lines.push(line(`  ${grouping} ${group}`, part))
  }
  const bases = Object.entries(adverse.bases).map(([basis, count]) => `${count} by ${basis}`)
  lines.push(
    '',
    'size: IPv4 addresses held when asking. path: attested where a clerk or attestor signed too, else self.',
    `Inversions (a later request decided first): ${inversions}${inversions === 0 ? ', as it must be' : ': a fault, it must be 0'}`,
    `Decided after the deadline: ${late}`,
    `Losses of holders (adverse acts): ${bases.length === 0 ? 'none' : bases.join(', ')}; without a basis: ${adverse.lacking}`,
    '',
    'Legal acts of the seat (sanctions), by quarter:',
    ...(sanctions.length === 0 ? ['  none'] : sanctions.map(sanctionsLine)),
    '',
    noticesLine(report.notices),
    '',
    ...ordersLines(report.orders, adverse.lacking),
    '',
    ...notComputed.map(({ by, why }) => `Not computed by ${by}: ${why}.`),
    '',
    flags.length === 0
      ? 'No disparity is flagged (30 requests on both sides; pass rates below 0.8 of the others’, or a rank test of times below 0.01).'
      : 'Disparities to be explained in public:',
    ...flags.map(flagLine),
  )
  return lines.join('\n')
}

function noticesLine({ attempts, begun, medianSeconds, overdue }: NoticesReport): string {
  const classes = Object.entries(attempts).map(([reply, count]) => `${reply} ${count}`)
  const owed = medianSeconds === null ? '' : `, ${medianSeconds} s (median) after the attempt was owed`
  return `Notices: ${classes.length === 0 ? 'no attempt is logged' : `attempts ${classes.join(', ')}`}. Windows that began with one: ${begun}${owed}. Deadlines for one that passed: ${overdue}`
}

function sanctionsLine({ quarter, blocks, delays, releases, lapsed }: SanctionsQuarter): string {
  return `  ${quarter}  blocks ${blocks}, delays ${delays}, releases ${releases}, delays that ran out ${lapsed}`
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
