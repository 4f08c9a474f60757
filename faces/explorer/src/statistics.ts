/** Statistics of the whole log: whether everybody is treated alike, and what was done on legal acts of the seat. */

import { html } from 'hono/html'
import { ordersReport } from './orders-report.ts'
import { part } from './page.ts'
import { duration, percent, table } from './tables.ts'
import type { StatisticsShown, TallyShown } from './types.ts'
import { count, type Markup, procedure, when } from './words.ts'

const HEADINGS = ['Requests', 'Accepted', 'Half within', '95 % within', 'Refused most often for']
const REFUSALS_SHOWN = 3

function figures({
  n,
  passRate,
  medianSeconds,
  p95Seconds,
  refusals,
}: TallyShown): readonly (string | null)[] {
  const codes = Object.entries(refusals).slice(0, REFUSALS_SHOWN)
  return [
    count(n),
    percent(passRate),
    duration(medianSeconds),
    duration(p95Seconds),
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
  '',
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
      html`<li>${procedure(id)}, ${by} ${group}: ${kind === 'pass-rate' ? `passes ${percent(value)} as often as the others` : `waits longer than the others (p = ${value})`}; ${count(n)} requests</li>`,
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
