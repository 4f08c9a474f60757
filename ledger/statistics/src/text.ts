/** The statistics as text. */

import type { AccuracyReport } from './accuracy.ts'
import type { OpenReport } from './applications.ts'
import type { Flag } from './flags.ts'
import { GROUPINGS } from './groups.ts'
import type { NoticesReport } from './notices.ts'
import { ordersLines } from './orders-text.ts'
import type { SanctionsQuarter } from './sanctions.ts'
import type { StatisticsReport } from './statistics.ts'
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
  lines.push('', `${'acts of staff'.padEnd(28)}${HEADINGS}`, line('all', report.staff.all))
  for (const { procedure, ...tally } of report.staff.procedures) lines.push(line(procedure, tally))
  const bases = Object.entries(adverse.bases).map(([basis, count]) => `${count} by ${basis}`)
  lines.push(
    '',
    'size: IPv4 addresses held when asking. path: attested where a clerk or attestor signed too, else self.',
    'An application that is recorded counts when it ends, from its receipt; exam. s: from receipt to the last reveal of the attestors.',
    'accepted: of all that the applicant did not withdraw. Acts of staff are in no group.',
    openLine('Open', report.open.n, report.open.procedures),
    openLine('Open of staff', report.open.ofStaff, report.open.staffProcedures),
    opsLine(report),
    `Inversions (a later request decided first): ${inversions}${inversions === 0 ? ', as it must be' : ': a fault, it must be 0'}`,
    `Decided after the deadline: ${late}`,
    `Losses of holders (adverse acts): ${bases.length === 0 ? 'none' : bases.join(', ')}; without a basis: ${adverse.lacking}`,
    '',
    'Legal acts of the seat (sanctions), by quarter:',
    ...(sanctions.length === 0 ? ['  none'] : sanctions.map(sanctionsLine)),
    '',
    noticesLine(report.notices),
    accuracyLine(report.accuracy),
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

function openLine(name: string, n: number, procedures: readonly OpenReport[]): string {
  const parts = procedures.map(({ procedure, n: some, oldestSeconds, states }) => {
    const standing = Object.entries(states).map(([state, count]) => `${state} ${count}`)
    return `${procedure} ${some}, the oldest for ${oldestSeconds ?? 0} s (${standing.join(', ')})`
  })
  return `${name}: ${n}${n === 1 ? ' application' : ' applications'}${parts.length === 0 ? '' : `; ${parts.join('; ')}`}`
}

function opsLine({ ops, steps }: StatisticsReport): string {
  const { all, decided, recorded, staffDecided, staffRecorded, due, founding } = ops
  return `${all} acts: decided at once ${decided}, recorded as applications ${recorded}, withdrawals and vetoes ${steps.n} (${steps.refused} refused), of staff ${staffDecided + staffRecorded} (${staffRecorded} recorded), fallen due ${due}, of the founding ${founding}`
}

function noticesLine({ attempts, begun, medianSeconds, overdue }: NoticesReport): string {
  const classes = Object.entries(attempts).map(([reply, count]) => `${reply} ${count}`)
  const owed = medianSeconds === null ? '' : `, ${medianSeconds} s (median) after the attempt was owed`
  return `Notices: ${classes.length === 0 ? 'no attempt is logged' : `attempts ${classes.join(', ')}`}. Windows that began with one: ${begun}${owed}. Deadlines for one that passed: ${overdue}`
}

function accuracyLine({
  holders,
  imported,
  withinYear,
  longerAgo,
  never,
  medianDays,
}: AccuracyReport): string {
  const age = medianDays === null ? '' : `; confirmed ${medianDays} days ago (median)`
  return `Holders: ${holders}. Data confirmed by the holder within a year ${withinYear}, longer ago ${longerAgo}, never since it was identified ${never}; imported and not claimed ${imported}${age}`
}

function sanctionsLine({ quarter, blocks, delays, releases, lapsed }: SanctionsQuarter): string {
  return `  ${quarter}  blocks ${blocks}, delays ${delays}, releases ${releases}, delays that ran out ${lapsed}`
}

const HEADINGS = `${'n'.padStart(8)}${'accepted'.padStart(10)}${'median s'.padStart(10)}${'p95 s'.padStart(10)}${'exam. s'.padStart(10)}  not accepted`

function line(name: string, tally: TallyReport): string {
  const { n, passRate, medianSeconds, p95Seconds, examination, refusals, failures, vetoed, withdrawn } = tally
  const ends = [
    ...Object.entries(refusals).map(([code, count]) => `${code} ${count}`),
    ...Object.entries(failures).map(([code, count]) => `failed: ${code} ${count}`),
    ...(vetoed === 0 ? [] : [`vetoed ${vetoed}`]),
    ...(withdrawn === 0 ? [] : [`withdrawn ${withdrawn}`]),
  ]
  const columns = [`${(100 * passRate).toFixed(1)}%`, medianSeconds, p95Seconds, examination.medianSeconds]
  const numbers = columns.map((column) => String(column ?? '').padStart(10)).join('')
  return `${name.padEnd(28)}${String(n).padStart(8)}${numbers}  ${ends.join(', ')}`.trimEnd()
}

function flagLine({ procedure, by, group, kind, n, others, value, limit }: Flag): string {
  const what =
    kind === 'pass-rate'
      ? `its pass rate is ${value} of the others’ (below ${limit})`
      : `${kind === 'times' ? 'it waits longer than the others' : 'its examinations last longer'} (rank test, p = ${value}, below ${limit})`
  return `  ${procedure}, ${by} ${group}: ${what}; ${n} requests beside ${others}`
}
