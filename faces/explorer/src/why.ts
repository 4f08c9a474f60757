/** The page of one decision: why it came out as it did. */

import { html } from 'hono/html'
import { part } from './page.ts'
import type { Explained } from './types.ts'
import { count, type Markup, when } from './words.ts'

export function whyPage(told: Explained): Markup {
  const { index, size, at, outcome, summary, procedure } = told
  const [kind = procedure] = procedure.split('/')
  return html`<div class="subject">
<p class="extract">Entry ${index} of ${count(size)}, ${when(at, at)}</p>
<h1>${told.title} <span class="standing standing-${outcome === 'accepted' ? 'held' : 'reserved'}">${outcome}</span></h1>
<p class="statement">${summary} <a href="/procedures/${kind}">The procedure’s text</a></p>
</div>
${asked(told)}
${preconditions(told)}
${part('inputs', 'What it looked at', 'And nothing else.', list(told.inputs.map(({ words }) => words)))}
${told.effects.length === 0 ? '' : part('effects', 'What it wrote', '', list(told.effects.map(({ words }) => words)))}
${checks(told)}`
}

function asked({ seq, received, deadline, askedBy, at }: Explained): Markup | string {
  if (askedBy.length === 0) return ''
  const receipt =
    received === null
      ? ''
      : html`<p>Request ${seq ?? ''}, received ${when(received, at)}, to be decided by ${when(deadline ?? at, at)}.</p>`
  const signers = askedBy.map(({ key, party }) =>
    party === null ? html`<li>a key that no input knows: <code>${key}</code></li>` : html`<li>${party}</li>`,
  )
  return part(
    'asked',
    'Who asked',
    'Whose signatures stand under the request.',
    html`${receipt}<ul class="changes">${signers}</ul>`,
  )
}

const RESULTS: { readonly [R in Explained['preconditions'][number]['result']]: string } = {
  met: 'not in the way',
  failed: 'failed',
  unreached: 'not looked at',
}

function preconditions({ preconditions: all }: Explained): Markup {
  const failed = all.filter(({ result }) => result === 'failed')
  const others = all.filter(({ result }) => result !== 'failed')
  const list = html`<ul class="changes">${others.map(({ code, when: words, result }) => html`<li><code>${code}</code> ${words} <span class="how">${RESULTS[result]}</span></li>`)}</ul>`
  return part(
    'preconditions',
    'Preconditions',
    'In order of precedence; the first that fails is the answer. Some belong to other steps of the procedure.',
    html`${failed.map(({ code, when: words }) => html`<p><strong>Failed:</strong> <code>${code}</code> ${words}</p>`)}
${failed.length === 0 ? html`<p>None stood in the way.</p>` : ''}
${others.length === 0 ? '' : html`<details><summary>${failed.length === 0 ? 'All' : 'The other'} ${others.length} that can refuse such a request</summary>${list}</details>`}`,
  )
}

function checks({ index, verified, checked, unchecked }: Explained): Markup {
  const title = verified ? 'Decided again: the same' : 'What was checked'
  return part(
    'checked',
    title,
    html`By this server. To check it yourself: <code>cadastre why ${index}</code>, which needs no more than <a href="/api/why/${index}">this document</a> and the log’s key.`,
    html`${list(checked)}${unchecked.length === 0 ? '' : html`<p><strong class="unproved">Not shown by it:</strong></p>${list(unchecked)}`}`,
  )
}

function list(sentences: readonly string[]): Markup {
  return html`<ul class="changes">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`
}
