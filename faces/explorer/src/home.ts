/** The first page, and the pages that say why there is no answer. */

import { html } from 'hono/html'
import { part } from './page.ts'
import type { Example, ExplorerInfo, LookupFault } from './types.ts'
import { type Markup, search } from './words.ts'

export function homePage(info: ExplorerInfo, examples: readonly Example[]): Markup {
  return html`<div class="subject">
<h1>Who holds which numbers</h1>
<p class="statement">Look up an Internet number: who holds it, since when and under which procedure. Every answer carries a proof, and this page checks it in your browser.</p>
</div>
${part('ask', 'What to type', '', forms())}
${
  examples.length === 0
    ? ''
    : part(
        'examples',
        'Try one',
        'From this register.',
        html`<ul class="matches">${examples.map(({ query, says }) => html`<li><a class="block" href="${search(query)}">${query}</a> ${says}</li>`)}</ul>`,
      )
}
${part(
  'run',
  'How it is run',
  '',
  html`<ul class="matches">
<li><a href="/queue">Who waits, and how long it takes</a> The queues by pseudonym, and the service level as measured.</li>
<li><a href="/applications">Applications</a> What is under way and what became of it, by state and procedure.</li>
<li><a href="/statistics">Is everybody treated alike?</a> Pass rates and times by country, size and path.</li>
<li><a href="/orders">Orders of courts and other authorities</a> Each with its steps, its numbers and its end.</li>
<li><a href="/register">Witnesses, announced changes, moves, incidents, complaints</a> What the registry does as a registry.</li>
<li><a href="/procedures">Procedures</a> All that this register may do, and nothing else.</li>
</ul>`,
)}
${part(
  'promise',
  'What a proof says',
  '',
  html`<p>The register is a public log of signed entries. A proof shows that an answer is the log’s last word at a stated size: every registration that covers the number is shown, and none is left out. “Nobody holds this” is proved too.</p>
<p>A proof does not show that each entry followed the procedures. Anyone can replay the whole log for that; <code>cadastre audit</code> does. The log of this register is <code>${info.origin}</code>.</p>`,
)}
${part(
  'terms',
  'Terms of use',
  '',
  html`<p>Anyone may look up, copy and republish what the register says, with its log size and time. The register serves everyone alike; its limits key on the network a query comes from, never on who is asked about, and are stated at <a href="/api/limits">/api/limits</a>.</p>`,
)}
${part(
  'inaccuracy',
  'Wrong data',
  '',
  html`<p>Only a record’s holder changes it, or an order that names it. Tell the holder, whose contacts are on its page; if the holder is you, declare the right data with your key. Whoever runs this register cannot change a record, but an entry that contradicts the published procedures convicts it: report it with the entry’s index.</p>`,
)}`
}

/** What can be searched, with examples from documentation ranges. */
function forms(): Markup {
  return html`<dl class="forms-of-question">
<div><dt>An address</dt><dd><code>192.0.2.7</code> or <code>2001:db8::7</code></dd></div>
<div><dt>A prefix or range</dt><dd><code>198.51.100.0/24</code>, <code>2001:db8::/32</code>, <code>203.0.113.0 - 203.0.113.127</code></dd></div>
<div><dt>An AS number</dt><dd><code>AS64496</code> or <code>64496</code></dd></div>
<div><dt>A holder</dt><dd>by handle, <code>H-7</code>, or by part of its name</dd></div>
<div><dt>Anything else</dt><dd>by its handle, as on a receipt or page: a registration <code>R-41</code>, an application <code>A-41</code>, a move between registries <code>T-41</code>, an incident, a complaint, a pool</dd></div>
</dl>`
}

export function faultPage({ kind, value, expected }: LookupFault, examples: readonly Example[]): Markup {
  const said =
    kind === 'not-found'
      ? html`There is no <code>${value}</code>.`
      : html`<code>${value}</code> cannot be read.`
  return html`${heading(kind === 'not-found' ? 'Not found' : 'Not understood', html`${said} Expected: ${expected}.`)}
${whatToType(examples)}`
}

/** The answer to an address of no page; the search field stands above it. */
export function nothingHere(examples: readonly Example[]): Markup {
  return html`${heading('Not found', html`There is no page at this address.`)}
${whatToType(examples)}`
}

function heading(title: string, sentence: Markup): Markup {
  return html`<div class="subject">
<h1>${title}</h1>
<p class="statement fault">${sentence}</p>
</div>`
}

function whatToType(examples: readonly Example[]): Markup {
  return html`${part('ask', 'What to type', '', forms())}
${
  examples.length === 0
    ? ''
    : part(
        'examples',
        'Try one',
        '',
        html`<ul class="matches">${examples.map(({ query, says }) => html`<li><a class="block" href="${search(query)}">${query}</a> ${says}</li>`)}</ul>`,
      )
}`
}

/** A page with one sentence: what went wrong on this side. */
export function plainPage(title: string, sentence: string): Markup {
  return html`<div class="subject"><h1>${title}</h1><p class="statement">${sentence}</p></div>`
}
