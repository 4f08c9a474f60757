/** The first page of a watch: what is followed, and where to go. */

import { html } from 'hono/html'
import type { Change, WatchReader, WatchSource } from '../model.ts'
import { changeItem } from './story.ts'
import { count, day, type Markup, part } from './words.ts'

/** Kinds that are told on first pages: what concerns delegations. */
export const TOLD: ReadonlySet<Change['kind']> = new Set([
  'first-delegation',
  'same-holder-again',
  'other-holder-later',
  'new-holder',
  'ended',
  'moved',
  'conflict',
  'conflict-over',
])
const LATEST = 8

export function homePage(watch: WatchReader): Markup {
  const sources = watch.sources()
  const latest = watch
    .changes()
    .filter(({ kind }) => TOLD.has(kind))
    .slice(-LATEST)
    .reverse()
  return html`<div class="subject">
<h1>What registries publish, and what changed</h1>
<p class="statement">Registries overwrite their statistics every day. Here each day’s file is kept in a public log: look up a number and see who was said to hold it, since when, and how that changed; with a proof.</p>
</div>
${part(
  'followed',
  'Followed here',
  'Files, and the days for which they are logged.',
  sources.length === 0
    ? html`<p>Nothing is logged yet: <code>cadastre watch ingest</code> takes files in.</p>`
    : sourcesTable(sources),
)}
${part('latest', 'Latest changes', html`Of delegations, newest first. <a href="/feed.atom">Feed</a>`, latest.length === 0 ? html`<p>No change is logged.</p>` : html`<ol class="timeline">${latest.map(changeItem)}</ol>`)}
${part(
  'says',
  'What this says',
  '',
  html`<p>It states what the files say, and no more. The files give no reasons: where a delegation ends, no procedure is named, and none is supposed here. A holder is known by the opaque-id that its registry publishes, which is no name.</p>
<p>Days without a file are named as gaps; a change then happened on one of the days between. Wrong counts, cut-off files and rows that contradict each other are reported beside the day.</p>`,
)}`
}

/** All that is followed. */
export function registriesPage(watch: WatchReader): Markup {
  const sources = watch.sources()
  return html`<div class="subject"><h1>Registries</h1><p class="statement">What is followed here, file by file.</p></div>
${part('followed', 'Files', 'And the days for which they are logged.', sources.length === 0 ? html`<p>Nothing is logged yet.</p>` : sourcesTable(sources))}`
}

function sourcesTable(sources: readonly WatchSource[]): Markup {
  const line = ({ id, registry, kind, firstDay, lastDay, days, rows }: WatchSource): Markup =>
    html`<tr><td>${kind.startsWith('delegated') ? html`<a href="/registries/${registry}?source=${encodeURIComponent(id)}">${id}</a>` : id}</td><td>${day(firstDay)}</td><td>${day(lastDay)}</td><td class="number">${count(days)}</td><td class="number">${count(rows)}</td></tr>`
  return html`<div class="wide"><table class="data"><thead><tr><th scope="col">File</th><th scope="col">First day</th><th scope="col">Last day</th><th scope="col" class="number">Days</th><th scope="col" class="number">Rows now</th></tr></thead><tbody>${sources.map(line)}</tbody></table></div>`
}
