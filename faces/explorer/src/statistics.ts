/** Statistics of the whole log: whether everybody is treated alike, and what was done on legal acts of the seat. */

import { html } from 'hono/html'
import { ordersReport } from './orders-report.ts'
import { part } from './page.ts'
import { duration, percent, table } from './tables.ts'
import type { StatisticsShown, TallyShown } from './types.ts'
import { count, type Markup, procedure, when } from './words.ts'

const HEADINGS = [
  'Requests',
  'Accepted',
  'Half within',
  '95 % within',
  'Half examined within',
  'Most often not for',
]
const REFUSALS_SHOWN = 3

function figures(tally: TallyShown): readonly (string | null)[] {
  const { n, passRate, medianSeconds, p95Seconds, examination, refusals, failures } = tally
  const others = { vetoed: tally.vetoed, withdrawn: tally.withdrawn }
  const codes = [...Object.entries(refusals), ...Object.entries(failures), ...Object.entries(others)]
    .filter(([, times]) => times > 0)
    .sort(([, one], [, other]) => other - one)
    .slice(0, REFUSALS_SHOWN)
  return [
    count(n),
    percent(passRate),
    duration(medianSeconds),
    duration(p95Seconds),
    duration(examination.medianSeconds),
    codes.length === 0 ? null : codes.map(([code, times]) => `${code} (${times})`).join(', '),
  ]
}

export function statisticsPage(report: StatisticsShown): Markup {
  const { size, from, until, procedures, months } = report
  const period =
    from === null || until === null
      ? html`No request has been decided yet.`
      : html`Decisions from ${when(from, until)} to ${when(until, until)}.`
  return html`<div class="subject">
<p class="extract">From all ${count(size)} entries of the log</p>
<h1>Is everybody treated alike?</h1>
<p class="statement">${period} Names, countries and sizes are no input of any decision; they are joined here afterwards, so that anybody can look. <code>cadastre stats</code> computes the same from the public files.</p>
</div>
${checks(report)}
${part(
  'procedures',
  'By procedure',
  'Requests of holders. One that is recorded as an application counts when it ends, from its receipt; of the accepted share, those that applicants withdrew are no part.',
  procedures.length === 0
    ? html`<p>Nothing yet.</p>`
    : table(
        'Requests by procedure',
        ['Procedure', ...HEADINGS],
        procedures.map((one) => [procedure(one.procedure), ...figures(one)]),
      ),
)}
${part(
  'months',
  'By month',
  'In UTC, the latest first.',
  months.length === 0
    ? html`<p>Nothing yet.</p>`
    : table(
        'Requests by month',
        ['Month', ...HEADINGS],
        months.map((one) => [one.month, ...figures(one)]),
      ),
)}
${latest(report)}
${open(report)}
${staff(report)}
${accuracy(report)}
${sanctions(report)}
${ordersReport(report)}
${part('missing', 'Not computed', '', html`<ul class="lines">${report.notComputed.map(({ by, why }) => html`<li>By ${by}: ${why}.</li>`)}</ul>`)}
${part('forms', 'Elsewhere', '', html`<ul class="forms"><li><a href="/api/stats">All figures as JSON</a></li><li><a href="/queue">Who waits now</a></li></ul>`)}`
}

function checks({ inversions, late, adverse, flags }: StatisticsShown): Markup {
  const mark = (good: boolean): Markup =>
    good ? html`<strong class="good">as it must be</strong>` : html`<strong class="bad">a fault</strong>`
  const bases = Object.entries(adverse.bases).map(([basis, times]) => `${times} by ${basis}`)
  const flagged = flags.map(
    ({ procedure: id, by, group, kind, n, value }) =>
      html`<li>${procedure(id)}, ${by} ${group}: ${kind === 'pass-rate' ? `passes ${percent(value)} as often as the others` : `${kind === 'times' ? 'waits longer than the others' : 'is examined longer than the others'} (p = ${value})`}; ${count(n)} requests</li>`,
  )
  return part(
    'checks',
    'What must hold',
    '',
    html`<ul class="lines">
<li>Later requests decided before earlier ones: <strong>${inversions}</strong>, ${mark(inversions === 0)}</li>
<li>Losses of holders without their signature, an order or a public instrument: <strong>${adverse.lacking}</strong>, ${mark(adverse.lacking === 0)}${bases.length === 0 ? '' : html`. With one: ${bases.join(', ')}`}</li>
<li>Decided after the deadline of the receipt: <strong>${late}</strong></li>
</ul>
${flags.length === 0 ? html`<p>No disparity is flagged: with 30 requests or more on both sides, no group passes less than 0.8 times as often as the others, and none waits longer (rank test, p below 0.01).</p>` : html`<p>Disparities that must be explained in public; with many groups some arise by chance:</p><ul class="lines">${flagged}</ul>`}`,
  )
}

const GROUPS = [
  ['country', 'Declared country'],
  ['region', 'Region of the country'],
  ['size', 'IPv4 held when asking'],
  ['path', 'Signed by an attestor too, or by the holder alone'],
] as const

function latest({ months }: StatisticsShown): Markup | string {
  const [month] = months
  if (month === undefined) return ''
  return part(
    'groups',
    `${month.month} by group`,
    'Joined after the decisions. Earlier months are in the JSON.',
    GROUPS.map(([name, title]) =>
      table(
        title,
        ['Group', ...HEADINGS],
        Object.entries(month.by[name]).map(([group, one]) => [group, ...figures(one)]),
      ),
    ),
  )
}

function open({ open: { procedures, staffProcedures } }: StatisticsShown): Markup {
  const waiting = [...procedures, ...staffProcedures]
  return part(
    'open',
    'Still open',
    'Applications that have not ended; their age runs from receipt to the last entry of the log.',
    waiting.length === 0
      ? html`<p>None.</p>`
      : table(
          'Open applications by procedure',
          ['Procedure', 'Open', 'Half older than', 'The oldest', 'Where they stand'],
          waiting.map(({ procedure: id, n, medianSeconds, oldestSeconds, states }) => [
            procedure(id),
            count(n),
            duration(medianSeconds),
            duration(oldestSeconds),
            Object.entries(states)
              .map(([state, times]) => `${state} (${times})`)
              .join(', '),
          ]),
        ),
  )
}

function staff({ staff: { procedures }, ops, steps }: StatisticsShown): Markup {
  return part(
    'staff',
    'Acts of staff',
    'Attestations, notices, the intake of orders and the like: in no group, and no part of the figures above.',
    html`${
      procedures.length === 0
        ? html`<p>None.</p>`
        : table(
            'Acts of staff by procedure',
            ['Procedure', ...HEADINGS],
            procedures.map((one) => [procedure(one.procedure), ...figures(one)]),
          )
    }<p>All ${count(ops.all)} acts of the log, each in one place: decided at once ${count(ops.decided)}, recorded as applications ${count(ops.recorded)}, withdrawals and vetoes ${count(steps.n)}, of staff ${count(ops.staffDecided + ops.staffRecorded)}, fallen due ${count(ops.due)}, of the founding ${count(ops.founding)}.</p>`,
  )
}

function accuracy({ accuracy: all }: StatisticsShown): Markup {
  const share = (n: number): string =>
    all.holders === 0 ? count(n) : `${count(n)} (${percent(n / all.holders)})`
  return part(
    'accuracy',
    'How recent the data is',
    'Each holder confirms its data itself. The date is shown with its record, and nothing follows from its age.',
    table(
      'Holders by their last confirmation',
      ['Confirmed', 'Holders'],
      [
        ['within a year', share(all.withinYear)],
        ['longer ago', share(all.longerAgo)],
        ['never, since identified', share(all.never)],
        ['imported, not claimed', share(all.imported)],
      ],
    ),
  )
}

function sanctions({ sanctions: quarters }: StatisticsShown): Markup {
  return part(
    'sanctions',
    'Legal acts of the seat',
    html`Sanctions: counted every quarter. <a href="/procedures/apply-sanctions-act">What they may block, and never may</a>`,
    quarters.length === 0
      ? html`<p>None has been applied: no block, no delay, no release.</p>`
      : table(
          'By quarter, the latest first',
          ['Quarter', 'Blocks', 'Delays on a name alone', 'Releases', 'Delays that ran out'],
          quarters.map(({ quarter, blocks, delays, releases, lapsed }) => [
            quarter,
            blocks,
            delays,
            releases,
            lapsed,
          ]),
        ),
  )
}
