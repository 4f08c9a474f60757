/** Pages of the procedures, from their published texts. */

import { html, raw } from 'hono/html'
import { markdownHtml } from './markdown.ts'
import { part } from './page.ts'
import type { Markup } from './words.ts'

export function procedurePage(kind: string, text: string): Markup {
  return html`<article class="text">${raw(markdownHtml(text))}</article>
${part('forms', 'Elsewhere', '', html`<ul class="forms"><li><a href="/procedures">All procedures</a></li><li><a href="/api/procedures/${kind}/1">Inputs, refusals and parameters as JSON</a></li><li><a href="/proof/object/procedure/${kind.toUpperCase()}-1">Proof that its text is recorded</a></li></ul>`)}`
}

/** `kinds` that have a page, in order. */
export function proceduresPage(kinds: readonly string[]): Markup {
  return html`<div class="subject"><h1>Procedures</h1><p class="statement">All that this register may do, and nothing else. <a href="/register#terms">Changes that are announced</a></p></div>
${part('list', 'The list', '', html`<ul class="matches">${kinds.map((kind) => html`<li><a href="/procedures/${kind}">${kind}</a></li>`)}</ul>`)}`
}
