/** What covers the numbers asked for, outermost first, as rungs of a ladder. */

import { html } from 'hono/html'
import { factsOfView } from './facts.ts'
import { part } from './page.ts'
import type { NumbersAnswer, RegistrationView } from './types.ts'
import { type Markup, party, procedure, search, when } from './words.ts'

/** Deepest indentation that a phone has room for. */
const DEPTH_MAX = 8

export function ladder(answer: NumbersAnswer): Markup {
  const { chain, query } = answer
  if (chain.length === 0)
    return part('covers', 'What covers it', '', html`<p>No registration covers ${query.canonical}.</p>`)
  const rungs = chain.map((view, index) => rung(view, index, query.at))
  const asked = chain.at(-1)
  const deeper = asked === undefined || nameOf(asked) !== query.canonical
  const last = deeper
    ? html`<li class="rung asked depth-${Math.min(chain.length, DEPTH_MAX)}"><p class="block">${query.canonical}</p><p class="note">What you asked for. Nothing further in covers it.</p></li>`
    : ''
  return part(
    'covers',
    'What covers it',
    'Outermost first. Covered by the proof.',
    html`<ol class="ladder">${rungs}${last}</ol>`,
  )
}

/** A registration by its one prefix, a lone address without its length; by its range where it has several. */
function nameOf({ prefixes, range }: RegistrationView): string {
  const [only] = prefixes
  if (prefixes.length !== 1 || only === undefined) return range
  return only.endsWith(only.includes(':') ? '/128' : '/32') ? only.slice(0, only.indexOf('/')) : only
}

function rung(view: RegistrationView, depth: number, state: string): Markup {
  const facts = factsOfView(view)
  const name = nameOf(view)
  const row = (title: string, content: Markup | string | null, width = ''): Markup | string =>
    content === null ? '' : html`<div class="fact ${width}"><dt>${title}</dt><dd>${content}</dd></div>`
  const fact = (name: keyof typeof facts): Markup | null =>
    facts[name] === null ? null : html`<span data-fact="${name}">${facts[name]}</span>`
  return html`<li class="rung depth-${Math.min(depth, DEPTH_MAX)} kind-${view.kind}" data-registration="${view.id}" data-cell="${view.cell}">
<p class="title"><a class="block" href="${search(name)}">${name}</a> <span class="kind" data-fact="kind">${facts.kind}</span> <a class="id" data-fact="id" href="${search(view.id)}">${facts.id}</a></p>
<dl class="facts">
${row('Holder', view.holder === null ? null : holderOf(view), 'broad')}
${row('Since', sinceOf(view, state), 'broad')}
${row('Procedure', procedure(view.procedure))}
${row('Range', fact('range'), 'broad')}
${row('Status', fact('status'))}
${row('First registered', fact('registered'))}
${row('Country', fact('country'))}
${row('Until', fact('until'))}
${row('Protected', fact('protected'))}
${row('Source', fact('provenance'))}
${row('Under way', view.pending === null || view.transit !== null ? null : html`<a href="${search(view.pending)}">${view.pending}</a>`)}
${row('By order', ordersOf(view), 'broad')}
${row('In its window', actsOf(view), 'broad')}
${row('Between registries', view.transit === null ? null : transitOf(view.transit), 'broad')}
${row('No transfer before', view.heldUntil === null ? null : when(view.heldUntil, state))}
${row('Transfers delayed until', view.delayedUntil === null ? null : when(view.delayedUntil, state))}
${row('Claims noted', claimsOf(view, state), 'broad')}
</dl>
</li>`
}

/** What stands here by order of an authority, stayed orders too. */
export function ordersOf({ orders }: Pick<RegistrationView, 'orders'>): Markup | null {
  if (orders.length === 0) return null
  return html`${orders.map(({ order, says }) => html`<span class="claim">${says} <a href="/orders/${order}">Order ${order}</a></span> `)}`
}

/** Claims and successions that can still be vetoed or withdrawn. */
export function actsOf({ acts }: Pick<RegistrationView, 'acts'>): Markup | null {
  if (acts.length === 0) return null
  return html`${acts.map(({ application, says }) => html`<span class="claim">${says} <a href="${search(application)}">${application}</a></span> `)}`
}

function transitOf({ handle, direction, other, state }: NonNullable<RegistrationView['transit']>): Markup {
  const way = direction === 'out' ? `on its way to ${other}` : `on its way here from ${other}`
  return html`<a href="${search(handle)}">${way}</a> <code>${state}</code>`
}

const CLAIMS: { readonly [kind: string]: string } = {
  dispute: 'somebody claims something',
  'court-claim': 'a claim before a court',
  correction: 'a correction is proposed',
}

/** What others claim, noted and not judged. */
function claimsOf({ annotations }: RegistrationView, state: string): Markup | null {
  if (annotations.length === 0) return null
  return html`${annotations.map(({ id, kind, until, since }) => html`<span class="claim"><a href="/api/log/entries/${since}">${id}</a> ${CLAIMS[kind] ?? kind}${until === null ? '' : html`, until ${when(until, state)}`}</span> `)}`
}

function holderOf({ holder }: RegistrationView): Markup | null {
  if (holder === null) return null
  const name = holder.name === null ? '' : html`<span data-name="${holder.handle}">${holder.name}</span> `
  return html`${name}<a class="handle" href="${search(holder.handle)}" data-fact="holder">${holder.handle}</a>`
}

function sinceOf({ since, sinceAt }: RegistrationView, state: string): Markup {
  const entry = html`<a href="/api/log/entries/${since}">entry <span data-fact="since">${since}</span></a>`
  return sinceAt === null ? entry : html`${when(sinceAt, state)}, ${entry}`
}

/** Whether nobody holds the whole, but something is registered inside. */
export function isPartly({ standing, inside, key }: NumbersAnswer): boolean {
  return (standing === 'free' || standing === 'not-ours') && inside.of === key && inside.items.length > 0
}

/** Who it is, in a sentence: the head of the page. */
export function statement(answer: NumbersAnswer): Markup {
  const { innermost, standing } = answer
  const parts = isPartly(answer)
  if (standing === 'free')
    return parts
      ? html`<p class="statement">Nobody holds the whole of it. It lies in a pool, and parts of it are registered: they are listed below.</p>`
      : html`<p class="statement">Free. Nobody holds this; it lies in a pool to allocate from.</p>`
  if (standing === 'not-ours' || innermost === null)
    return parts
      ? html`<p class="statement">Nobody holds the whole of it here. Parts of it are registered: they are listed below.</p>`
      : html`<p class="statement">Nobody holds this here. It lies outside every pool and registration of this register.</p>`
  return html`<p class="statement">${opening(innermost)}${sinceWords(innermost, answer.query.at)}</p>`
}

function opening(view: RegistrationView): Markup {
  const holder = view.holder === null ? null : party(view.holder)
  if (view.kind === 'reserved') return html`Reserved: kept apart by a published list`
  if (view.kind === 'quarantined') return html`In quarantine: returned, and not yet free`
  if (view.kind === 'moved-out')
    return view.transit?.direction === 'in'
      ? html`On its way here from ${view.transit.other}, where it is held until the move is final; noted`
      : html`Moved to another registry`
  if (holder === null) return html`Registered, with no holder named`
  if (view.kind === 'lease') return html`Leased to ${holder}`
  if (view.kind === 'sub') return html`Sub-delegated to ${holder}`
  return html`Held by ${holder}`
}

function sinceWords({ sinceAt, since, procedure: id }: RegistrationView, state: string): Markup {
  const [kind = id] = id.split('/')
  const time = sinceAt === null ? html`entry ${since}` : when(sinceAt, state)
  return html` since ${time}, under the procedure <a href="/procedures/${kind}">${kind}</a>.`
}
