/**
 * What the files said of some numbers or of a holder, over time: the part of its page that no single file tells. Each
 * sentence stands beside the rows that show it.
 */

import { type Block, blockRange, parseBlockKey } from '@cadastre/numbers'
import type { CalendarDate } from '@cadastre/records'
import { html } from 'hono/html'
import type { Change, WatchedRow, WatchReader } from '../model.ts'
import { numbersText } from '../report.ts'
import { delegationSources, sourcesNaming, sourcesOn } from '../source-choice.ts'
import type { HolderNames } from '../world/watched-snapshot.ts'
import { day, KIND_WORDS, type Markup, numbersLink, part, search } from './words.ts'

/** So many changes are told on a page; the rest are in the feed and in CSV. */
const TOLD_MAX = 60
const ROWS_MAX = 100

/** The story of the numbers of a record key such as `ip4/203.0.113.0/24`; empty where it is the key of an object. */
export function numbersStory(watch: WatchReader, key: string, at: CalendarDate | null): Markup | string {
  const block = parseBlockKey(key)
  if (!block.ok) return ''
  const range = blockRange(block.value)
  const rows = watch.history(range, ROWS_MAX + 1)
  const changes = watch.changes({ within: range })
  return html`${changesPart(changes, numbersText(range), 'these numbers')}${rowsPart(rows)}${proofPart(watch, block.value, at)}`
}

/** The story of a holder by its handle; empty where no file names it. */
export function holderStory(watch: WatchReader, names: HolderNames, handle: string): Markup | string {
  const holder = names.get(handle)
  if (holder === undefined) return ''
  return changesPart(watch.changes({ holder }), handle, 'this holder')
}

function changesPart(changes: readonly Change[], subject: string, of: string): Markup {
  const told = changes.slice(-TOLD_MAX).reverse()
  const feed = `/feed.atom?q=${encodeURIComponent(subject)}`
  const all = `/changes.csv?q=${encodeURIComponent(subject)}`
  const more =
    changes.length > told.length
      ? html`<p class="note">The last ${told.length} of ${changes.length}; <a href="${all}">all as CSV</a>.</p>`
      : html`<p class="note"><a href="${all}">As CSV</a> · <a href="${feed}">Follow in a feed reader</a> · <a href="/subscribe?q=${encodeURIComponent(subject)}">Be told by mail or webhook</a></p>`
  if (told.length === 0)
    return part(
      'story',
      'What changed',
      'Newest first.',
      html`<p>Nothing about ${of} has changed in the files followed here.</p>`,
    )
  return part(
    'story',
    'What changed',
    html`Newest first. What the files show; they give no reasons.`,
    html`<ol class="timeline">${told.map((change) => changeItem(change))}</ol>${more}`,
  )
}

/** One change as an item of a list. */
export function changeItem(change: Change): Markup {
  const { kind, range, text, previous, registry, before, after } = change
  const between =
    previous === null
      ? html`first file, ${day(change.day)}`
      : html`between ${day(previous)} and ${day(change.day)}`
  return html`<li class="change change-${kind}">
<p class="stamp">${between} · ${registry} · <a href="${search(numbersText(range), change.day)}">as it stood then</a></p>
<p class="act">${KIND_WORDS[kind]} ${numbersLink(range)}</p>
<p>${text}</p>
${evidence(before, after)}
</li>`
}

function evidence(before: readonly WatchedRow[], after: readonly WatchedRow[]): Markup {
  const lines = (mark: string, spoken: string, rows: readonly WatchedRow[]): readonly Markup[] =>
    rows
      .slice(0, 4)
      .map(
        ({ raw }) =>
          html`<li><span aria-hidden="true">${mark}</span><span class="spoken">${spoken}</span> <code>${raw}</code></li>`,
      )
  return html`<details class="rows"><summary>The rows that show it</summary><ul>${lines('−', 'before: ', before)}${lines('+', 'after: ', after)}</ul></details>`
}

function rowsPart(rows: readonly WatchedRow[]): Markup {
  if (rows.length === 0)
    return part(
      'rows',
      'Rows over time',
      '',
      html`<p>No file followed here has ever named these numbers.</p>`,
    )
  const shown = rows.slice(-ROWS_MAX)
  const line = ({ raw, from, until, source }: WatchedRow): Markup =>
    html`<tr><td>${day(from)}</td><td>${until === null ? 'still there' : day(until)}</td><td>${source}</td><td><code>${raw}</code></td></tr>`
  return part(
    'rows',
    'Rows over time',
    'Every row that named any of these numbers: the first file with it, the first without.',
    html`<div class="wide"><table class="data"><thead><tr><th scope="col">From</th><th scope="col">Until</th><th scope="col">File</th><th scope="col">Row as published</th></tr></thead><tbody>${shown.map(line)}</tbody></table></div>
${rows.length > shown.length ? html`<p class="note">The last ${shown.length}; there are more. Ask for fewer numbers to see all of theirs.</p>` : ''}`,
  )
}

/** The files that name the numbers come first, and the day that is looked at. */
function proofPart(watch: WatchReader, block: Block, at: CalendarDate | null): Markup {
  const range = blockRange(block)
  const all = delegationSources(watch)
  const inOrder = [...sourcesNaming(watch, block, at), ...sourcesOn(watch, at), ...all]
  const sources = [...new Map(inOrder.map((source) => [source.id, source])).values()]
  const options = sources.map(
    ({ id, firstDay, lastDay }) =>
      html`<option value="${id}">${id}, ${firstDay === lastDay ? firstDay : `${firstDay} to ${lastDay}`}</option>`,
  )
  const last = at ?? sources[0]?.lastDay ?? ''
  const first = all.map(({ firstDay }) => firstDay).sort()[0] ?? ''
  return part(
    'prove',
    'Prove a day',
    'A file that anyone can check offline with cadastre watch verify.',
    html`<form class="row-form" action="/proof/day" method="get">
<input type="hidden" name="q" value="${numbersText(range)}">
<label>File <select name="source">${options}</select></label>
<label>Day <input type="date" name="at" value="${last}" min="${first}" required></label>
<button type="submit">Proof of what was published</button>
</form>
<form class="row-form" action="/" method="get">
<input type="hidden" name="q" value="${numbersText(range)}">
<label>Day <input type="date" name="at" value="${last}" min="${first}" required></label>
<button type="submit">Look at that day</button>
</form>`,
  )
}
