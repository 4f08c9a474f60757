/** The page of one registry: what its files say is delegated over time, what changed by month, what ended and came back. */

import { html, raw } from 'hono/html'
import { CHANGE_KINDS, type WatchSource } from '../model.ts'
import type { EndedDelegation, Gap, WatchReport } from '../report.ts'
import { count, day, KIND_WORDS, type Markup, part, search } from './words.ts'

const ENDED_SHOWN = 200
const GAPS_SHOWN = 12
/** Fewer points are no line: they are told in words. */
const CHART_MIN = 3
/** Days without a file that a reader must know of before all else. */
const LONG_GAP = 365

/** Data of the charts, in the page: a script draws them, and the tables below say the same without. */
type ChartData = {
  readonly holdings: {
    readonly days: readonly string[]
    readonly ip4: readonly number[]
    readonly ip6: readonly number[]
    readonly asn: readonly number[]
  }
  readonly changes: {
    readonly months: readonly string[]
    readonly kinds: readonly {
      readonly kind: string
      readonly says: string
      readonly counts: readonly number[]
    }[]
  }
}

/** Kinds that are drawn: free space changes by thousands and would hide all else. */
const DRAWN = CHANGE_KINDS.filter((kind) => !kind.startsWith('free-space'))

function chartData(report: WatchReport): ChartData {
  const { holdings, byMonth } = report
  const kinds = DRAWN.filter((kind) => report.changes[kind] !== undefined)
  return {
    holdings: {
      days: holdings.map((one) => one.day),
      ip4: holdings.map((one) => one.ip4Addresses),
      ip6: holdings.map((one) => one.ip6Prefixes48),
      asn: holdings.map((one) => one.asns),
    },
    changes: {
      months: byMonth.map(({ month }) => month),
      kinds: kinds.map((kind) => ({
        kind,
        says: KIND_WORDS[kind],
        counts: byMonth.map(({ changes }) => changes[kind] ?? 0),
      })),
    },
  }
}

/** `sources` are all of the registry, of which the report is of one. */
export function registryPage(
  report: WatchReport,
  sources: readonly WatchSource[],
  scriptPath: string,
): Markup {
  const { registry, from, to, source } = report
  const of = `source=${encodeURIComponent(source)}`
  const few = report.days < 2
  const data = JSON.stringify(chartData(report)).replaceAll('<', '\\u003c')
  return html`<div class="subject">
<p class="extract">${source}, ${few ? html`one file, of ${day(to)}` : html`${day(from)} to ${day(to)}, ${count(report.days)} files`}</p>
<h1>${registry}</h1>
<p class="statement">${few ? 'One file is followed here: it says what was delegated on its day, and no change can be seen.' : endedStatement(report)}</p>
${otherSources(sources, source)}
</div>
<script type="application/json" id="chart-data">${raw(data)}</script>
<script type="module" src="${scriptPath}"></script>
${part('held', 'Delegated over time', 'Numbers that the files say somebody has, at the end of each month.', html`${report.holdings.length < CHART_MIN ? '' : html`<div id="holdings-charts" class="charts"></div>`}${holdingsTable(report)}`)}
${part('changes', 'Changes by month', html`By kind; <a href="/registries/${registry}/changes.csv?${of}">CSV</a>, <a href="/registries/${registry}.json?${of}">JSON</a>. The rules of each kind: <a href="/procedures/observed">about</a>.`, html`${report.byMonth.length < CHART_MIN ? '' : html`<div id="changes-chart" class="charts"></div>`}${kindsTable(report)}`)}
${part('ended', 'Ended and restored', html`Delegations that ended, newest first. <a href="/registries/${registry}/ended.csv?${of}">CSV</a>`, endedTable(report.ended))}
${part('files', 'The files themselves', 'Days that are missing, and what was wrong with a file.', html`${gapsList(report.gaps)}${notesList(report.notes)}`)}`
}

function endedStatement(report: WatchReport): Markup {
  const { resources, gaps, from, to, source, changes } = report
  const { ended, backToSameHolder } = resources
  const longest = gaps.reduce((most, gap) => Math.max(most, gap.days), 0)
  const between =
    longest < LONG_GAP
      ? ''
      : html` For ${count(longest)} days in a row no file is followed here: what began and ended within them is not seen.`
  const are = (one: number): string => (one === 1 ? 'delegated resource' : 'delegated resources')
  // Plain files list what is delegated and nothing else: there a delegation ends by not being listed.
  if (source.startsWith('delegated/'))
    return html`Between ${day(from)} and ${day(to)}, ${count(changes.ended ?? 0)} stretches of numbers ceased to be listed as delegated. These files do not list what is reserved or available, and give no procedure.${between}`
  return html`Between ${day(from)} and ${day(to)}, ${count(ended)} ${are(ended)} became reserved or available; ${count(backToSameHolder)} of them came back to the same holder by the published opaque-ids. The files give no procedure for any of these.${between}`
}

/** Two forms of one registry's files are two series, never compared with one another: each has its page. */
function otherSources(sources: readonly WatchSource[], shown: string): Markup | string {
  if (sources.length < 2) return ''
  const item = ({ id, registry, firstDay, lastDay, days }: WatchSource): Markup =>
    html`<li>${id === shown ? html`<strong>${id}</strong>` : html`<a href="/registries/${registry}?source=${encodeURIComponent(id)}">${id}</a>`}: ${days === 1 ? html`one file, of ${day(lastDay)}` : html`${count(days)} files, ${day(firstDay)} to ${day(lastDay)}`}</li>`
  return html`<p class="note">Followed of this registry:</p><ul class="forms">${sources.map(item)}</ul>`
}

function holdingsTable({ holdings }: WatchReport): Markup {
  const yearly = holdings.filter((_, at) => at % 12 === 0 || at === holdings.length - 1)
  const table = html`<div class="wide"><table class="data"><thead><tr><th scope="col">Day</th><th scope="col" class="number">IPv4 addresses</th><th scope="col" class="number">IPv6 /48s</th><th scope="col" class="number">AS numbers</th></tr></thead><tbody>${yearly.map((one) => html`<tr><td>${day(one.day)}</td><td class="number">${count(one.ip4Addresses)}</td><td class="number">${count(one.ip6Prefixes48)}</td><td class="number">${count(one.asns)}</td></tr>`)}</tbody></table></div>`
  return holdings.length < CHART_MIN ? table : html`<details><summary>As a table</summary>${table}</details>`
}

function kindsTable({ changes }: WatchReport): Markup {
  const kinds = CHANGE_KINDS.filter((kind) => changes[kind] !== undefined)
  if (kinds.length === 0) return html`<p>No change is logged.</p>`
  return html`<div class="wide"><table class="data"><thead><tr><th scope="col">What the files show</th><th scope="col" class="number">Times</th></tr></thead><tbody>${kinds.map((kind) => html`<tr><td>${KIND_WORDS[kind]}</td><td class="number">${count(changes[kind] ?? 0)}</td></tr>`)}</tbody></table></div>`
}

function endedTable(ended: readonly EndedDelegation[]): Markup {
  if (ended.length === 0) return html`<p>No delegation has ended in these files.</p>`
  const shown = ended.slice(-ENDED_SHOWN).reverse()
  const line = (one: EndedDelegation): Markup =>
    html`<tr><td>${day(one.day)}</td><td><a class="block" href="${search(one.numbers)}">${one.numbers}</a></td><td>${one.holder ?? 'not named'}</td><td>${one.becomes ?? ''}</td><td>${one.backOn === null ? '' : html`${day(one.backOn)}, ${one.daysUntilBack} days later`}</td></tr>`
  return html`<div class="wide"><table class="data"><thead><tr><th scope="col">First file without</th><th scope="col">Numbers</th><th scope="col">Published holder</th><th scope="col">Then listed as</th><th scope="col">Back to the same holder</th></tr></thead><tbody>${shown.map(line)}</tbody></table></div>
${ended.length > shown.length ? html`<p class="note">The last ${shown.length} of ${count(ended.length)}; the CSV has all.</p>` : ''}`
}

function gapsList(gaps: readonly Gap[]): Markup {
  if (gaps.length === 0) return html`<p>No day is missing.</p>`
  const longest = [...gaps].sort((a, b) => b.days - a.days).slice(0, GAPS_SHOWN)
  return html`<p>${count(gaps.reduce((sum, gap) => sum + gap.days, 0))} days without a file, in ${count(gaps.length)} gaps. The longest:</p>
<ul>${longest.map((gap) => html`<li>${count(gap.days)} ${gap.days === 1 ? 'day' : 'days'} between ${day(gap.after)} and ${day(gap.before)}</li>`)}</ul>`
}

function notesList(notes: WatchReport['notes']): Markup | string {
  const codes = Object.entries(notes)
  if (codes.length === 0) return ''
  return html`<p>Remarks on files, with how often:</p><ul>${codes.map(([code, times]) => html`<li><code>${code}</code> ${count(times)}</li>`)}</ul>`
}
