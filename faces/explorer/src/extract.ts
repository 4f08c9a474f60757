/** The printable page of a certified extract: the same document as `/api/extract`, for people and for paper. */

import { html } from 'hono/html'
import { blockOfKey, type Facts, factsOfRecord, isRecord, serviceLines } from './facts.ts'
import { objectFactsOfRecord } from './object-facts.ts'
import { part } from './page.ts'
import type { Extract, HistoryItem } from './types.ts'
import { count, type Markup, search, when } from './words.ts'

export function extractPage(extract: Extract): Markup {
  const { registry, subject, key, size, at, record, covering } = extract
  return html`<div class="subject">
<p class="extract">Certified extract of ${registry.name}, log <code>${registry.origin}</code>, seat ${registry.seat}</p>
<h1>${subject}</h1>
<p class="statement">What the register says of it, how that came to be, and the proof. As of ${when(at, at)}, when the log had ${count(size)} entries. <a class="screen" href="${search(subject)}">As it stands now</a></p>
</div>
${part('says', 'What is recorded', covering.length > 1 ? 'What covers it, outermost first.' : '', says(extract))}
${part('history', 'How it came to be', 'Newest first.', entries(extract))}
${part('check', 'How to check it', '', check(extract))}
${part('record', 'The record itself', html`As recorded at exactly <code>${key}</code>.`, record === null ? html`<p>Nothing is recorded at exactly this key; what covers it is above, and in the proof.</p>` : html`<pre class="document">${JSON.stringify(record, null, 2)}</pre>`)}
${part('proof', 'Proof', html`C2SP tlog-proof of the log <code>${registry.origin}</code>.`, proof(extract))}`
}

const TITLES: readonly (readonly [string, keyof Facts])[] = [
  ['Holder', 'holder'],
  ['Numbers', 'range'],
  ['Kind', 'kind'],
  ['Status', 'status'],
  ['Country', 'country'],
  ['First registered', 'registered'],
  ['Until', 'until'],
  ['Protected', 'protected'],
  ['Source', 'provenance'],
  ['Procedure', 'procedure'],
  ['Since entry', 'since'],
]

function facts(rows: readonly (readonly [string, string])[]): Markup {
  return html`<dl class="facts">${rows.map(([title, text]) => html`<div class="fact${text.length > 40 ? ' long' : ''}"><dt>${title}</dt><dd>${text}</dd></div>`)}</dl>`
}

/** The records in words. */
function says({ key, covering }: Extract): Markup | readonly Markup[] {
  if (covering.length === 0) return html`<p>Nothing: no record of this register is about it.</p>`
  if (key.startsWith('obj/')) {
    const [own] = covering
    const known = objectFactsOfRecord(key, own?.record)
    return known === null ? html`<p>The record is below.</p>` : facts(known.rows)
  }
  const [space = ''] = key.split('/')
  return covering.map(({ key: at, record }) => {
    const list = isRecord(record) && Array.isArray(record['registrations']) ? record['registrations'] : []
    const registrations = list.flatMap((json): readonly Facts[] => {
      const one = factsOfRecord(space, json)
      return one === null ? [] : [one]
    })
    const services = serviceLines(record)
    return html`<div class="recorded"><h3>${blockOfKey(at)}</h3>
${registrations.map((one) => html`<p class="kind">Registration ${one.id}${one.holder === null ? '' : html`; who ${one.holder} is says <a href="/extract?q=${encodeURIComponent(one.holder)}">an extract of its own</a>`}</p>${facts(TITLES.flatMap(([title, name]) => (one[name] === null ? [] : [[title, one[name]] as const])))}`)}
${services.length === 0 ? '' : html`<ul class="services">${services.map((line) => html`<li>${line}</li>`)}</ul>`}</div>`
  })
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

function check({ key, subject, address }: Extract): Markup {
  const json = `/api/extract?q=${encodeURIComponent(key)}`
  return html`<p>Paper proves nothing by itself. Whoever must rely on this extract checks the document from which it was printed; that needs neither this registry nor the network:</p>
<ol class="instructions">
<li>Get the document: <a href="${json}">the same extract as JSON</a>, or this page anew at <code>${address}</code>.</li>
<li>Save its members <code>proof</code> and <code>policy</code> as files of their own.</li>
<li>Compare the policy, which names the keys below, with one that you have from elsewhere: whoever forged a proof would forge its policy too.</li>
<li><code>cadastre verify PROOF --for "${subject}" --policy POLICY</code></li>
</ol>
<p>The history is not part of the proof: each of its entries is in the public log, by its index.</p>`
}

function proof({ proof: document, policy }: Extract): Markup {
  return html`<pre class="document small">${document}</pre>
<p>Keys that sign the log’s checkpoints:</p>
<pre class="document small">${policy}</pre>`
}
