/** Services in force at the covering blocks: reverse DNS, routes, intents of origin authorisation. */

import { html } from 'hono/html'
import { nameServerLine, roaLine, routeLine, signerLine } from './facts.ts'
import { part } from './page.ts'
import type { NumbersAnswer, ServicesAt } from './types.ts'
import { type Markup, search } from './words.ts'

export function services(answer: NumbersAnswer): Markup | string {
  if (answer.services.length === 0) return ''
  return part(
    'services',
    'Services',
    'Declared by the holder. Covered by the proof.',
    answer.services.map(
      (at) => html`<h3><a href="${search(at.block)}">${at.block}</a></h3>
<ul class="services">${linesOf(at).map((line) => html`<li data-service="${at.block}">${line}</li>`)}</ul>`,
    ),
  )
}

function linesOf({ nameServers, delegationSigners, routes, roas }: ServicesAt): readonly string[] {
  return [
    ...nameServers.map(nameServerLine),
    ...delegationSigners.map(signerLine),
    ...routes.map(({ origin }) => routeLine(origin)),
    ...roas.map(({ asn, maxLength }) => roaLine(asn, maxLength)),
  ]
}
