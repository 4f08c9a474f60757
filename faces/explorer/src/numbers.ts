/** The page of an address, a prefix or an AS number. */

import { html } from 'hono/html'
import { inside } from './inside.ts'
import { isPartly, ladder, statement } from './ladder.ts'
import { part } from './page.ts'
import { proofPanel, provable } from './proof-panel.ts'
import { services } from './services.ts'
import { timeline } from './timeline.ts'
import type { Frame, History, Links, NumbersAnswer } from './types.ts'
import { count, type Markup, when } from './words.ts'

const STANDING_WORDS: { readonly [S in NumbersAnswer['standing']]: string } = {
  'not-ours': 'Not registered here',
  free: 'Free',
  held: 'Held',
  reserved: 'Reserved',
  quarantined: 'In quarantine',
  'moved-out': 'Moved out',
}

export function numbersPage(answer: NumbersAnswer, history: History | null, continued: boolean): Markup {
  const { standing, key, links, query } = answer
  const word = isPartly(answer) ? 'Partly registered' : standingWord(answer)
  return html`${subject(query, word, standing, statement(answer))}
${proofPanel(provable(key, links), query)}
${ladder(answer)}
${inside(answer, continued)}
${services(answer)}
${timeline(history, query.text)}
${otherForms(links, html`<li><a href="/subscribe?q=${encodeURIComponent(query.canonical)}">Be told of acts on these numbers</a></li>`)}`
}

function standingWord({ standing, innermost }: NumbersAnswer): string {
  return innermost?.transit?.direction === 'in' ? 'On its way here' : STANDING_WORDS[standing]
}

/** The head of an extract: what it is of, and at which position of the log. */
export function subject(
  { canonical, size, at }: Frame,
  word: string,
  tone: string,
  sentence: Markup,
): Markup {
  return html`<div class="subject">
<p class="extract">Extract of the register at ${count(size)} log entries, ${when(at, at)}</p>
<h1>${canonical} <span class="standing standing-${tone}">${word}</span></h1>
${sentence}
</div>`
}

/** The same answer in other forms. */
export function otherForms({ rdap, whois, self, history, proof }: Links, more: Markup | string = ''): Markup {
  const item = (address: string | null, words: string): Markup | string =>
    address === null ? '' : html`<li><a href="${address}">${words}</a></li>`
  return part(
    'forms',
    'Elsewhere',
    'The same record, in other forms.',
    html`<ul class="forms">
${item(rdap, 'RDAP')}
${item(whois, 'WHOIS text')}
${item(self, 'This answer as JSON')}
${item(history, 'History as JSON')}
${item(proof, 'Proof document')}
${more}
</ul>`,
  )
}
