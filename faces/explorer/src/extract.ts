/** The printable page of a certified extract: the same document as `/api/extract`, for paper. */

import { html } from 'hono/html'
import { part } from './page.ts'
import type { Extract, HistoryItem } from './types.ts'
import { count, type Markup, search, when } from './words.ts'

export function extractPage(extract: Extract): Markup {
  const { registry, subject, key, size, at, record } = extract
  return html`<div class="subject">
<p class="extract">Certified extract of ${registry.name}, log <code>${registry.origin}</code>, seat ${registry.seat}</p>
<h1>${subject}</h1>
<p class="statement">${record === null ? 'Nothing is recorded at exactly this key.' : 'What is recorded at exactly this key, how it came to be, and the proof.'} State of the log at ${count(size)} entries, ${when(at, at)}. <a href="${search(subject)}">As it stands now</a></p>
</div>
${part('record', 'Record', html`<code>${key}</code>`, html`<pre class="document">${JSON.stringify(record, null, 2)}</pre>`)}
${part('history', 'History', 'Newest first.', entries(extract))}
${part('proof', 'Proof', html`<a href="/api/extract?q=${encodeURIComponent(key)}">The same as JSON</a>`, proof(extract))}`
}

function entries({ history, historyIsComplete, at }: Extract): Markup {
  const rest = historyIsComplete ? '' : html`<p>Older entries are in the public log.</p>`
  if (history.length === 0) return html`<p>No entry of the log has touched this.</p>`
  return html`<ol class="timeline">${history.map((item) => entry(item, at))}</ol>${rest}`
}

function entry({ index, at, procedure, outcome, refusals, changes }: HistoryItem, state: string): Markup {
  const lines =
    outcome === 'accepted'
      ? changes.map(({ summary }) => summary)
      : refusals.map(({ code, text }) => `${code}: ${text}`)
  return html`<li class="outcome-${outcome}"><p class="stamp">${when(at, state)} entry ${index}</p>
<p class="act">${procedure}${outcome === 'accepted' ? '' : ', refused'}</p>
<ul class="changes">${lines.map((line) => html`<li>${line}</li>`)}</ul></li>`
}

function proof({ proof: document, policy, verify }: Extract): Markup {
  return html`<p>Anyone can check it without this registry: ${verify}</p>
<pre class="document">${document}</pre>
<p>Keys that sign the log’s checkpoints:</p>
<pre class="document">${policy}</pre>`
}
