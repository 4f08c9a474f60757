/** The pages of the order desk: an order, the list of orders, an authority, the register of authorities. */

import { html } from 'hono/html'
import { blockOfKey } from './facts.ts'
import { otherForms, subject } from './numbers.ts'
import { factList } from './objects.ts'
import { part } from './page.ts'
import { proofPanel, provable } from './proof-panel.ts'
import { publicFacts } from './public-facts.ts'
import { table } from './tables.ts'
import { timeline } from './timeline.ts'
import type { Authorities, AuthorityAnswer, History, OrderAnswer, OrderFilter, Orders } from './types.ts'
import { count, type Markup, party, relative, search, when } from './words.ts'

export const ORDER_ITEMS = 50

const EFFECTS: { readonly [effect: string]: string } = {
  disclose: 'Opens to the authority what a record holds confidentially.',
  annotate: 'Notes the order on the numbers, in public.',
  hold: 'Stops what would move the numbers away. Every service goes on.',
  correct: 'Corrects a declared detail.',
  transferTo: 'The numbers pass to the receiver that the order names.',
  appointRepresentative: 'The keys that the order names act for the holder.',
  cancelToPool: 'The numbers go to quarantine, then to the pool.',
  withdrawNamedService: 'The services that the order lists end, and no other.',
  vary: 'Gives an earlier order another end.',
  stay: 'An earlier order rests.',
  lift: 'Ends an earlier order, or what stays it.',
  outside: 'Is not in the vocabulary, and went back with the list.',
}
const STATES: { readonly [S in OrderAnswer['state']]: string } = {
  received: 'Two attestors look at its facts.',
  returned: 'It went back to its authority; nothing was done.',
  verified: 'Its facts are verified.',
  noticed: 'The holder was notified; its text is to be public before the window begins.',
  window: 'It waits: notice first, then the window, then execution.',
  executed: 'It was executed.',
  stayed: 'It rests.',
  conflict: 'Another order contradicts it: nothing changes, and both authorities are asked.',
  expired: 'Its end has come by itself.',
  lifted: 'It was lifted.',
  varied: 'It stands with another end.',
  reversed: 'It was reversed.',
}

export function orderPage(answer: OrderAnswer, history: History | null): Markup {
  const { handle, query, links, authority, effect, state, reason, holder, reverses } = answer
  const key = `obj/order/${handle}`
  const facts = publicFacts(key, answer)
  if (facts === null) throw new TypeError('no facts of an order')
  const from = html`<a href="${search(authority.handle)}">${authority.name}</a> (${authority.country || '–'})`
  const names = holder === null ? '' : html` It names ${party(holder)}.`
  const sentence = html`<p class="statement">An order of ${from}. ${EFFECTS[effect]} ${STATES[state]}${names}${reason === null ? '' : html` <code>${reason.code}</code>: ${reason.text}`}${reverses === null ? '' : html` It reverses <a href="/orders/${reverses}">${reverses}</a>.`}</p>`
  return html`${subject({ ...query, canonical: handle }, `${effect}, ${state}`, 'held', sentence)}
${proofPanel(provable(key, links), query)}
${steps(answer)}
${scope(answer)}
${checklist(answer)}
${part('record', 'Record', 'Covered by the proof.', factList(key, facts))}
${timeline(history, query.text)}
${otherForms(links, html`<li><a href="/api/orders/${handle}">This order as JSON</a></li><li><a href="/extract?q=${encodeURIComponent(key)}">Certified extract</a></li><li><a href="/procedures/serve-order">What orders can do here</a></li>`)}`
}

/** What has happened and what is to come, in the order of time. */
function steps(answer: OrderAnswer): Markup {
  const { served, received, verified, notified, published, executed, ended, windowEnd, executeFrom } = answer
  const { until, askAgain, due, query, seal, state } = answer
  const known: readonly (readonly [string, string | null])[] = [
    ['Served at the desk', served],
    ['Received, and receipted', received],
    ['Verified by the attestors', verified],
    ['An attempt to notify the holder', notified],
    ['Its text made public', published?.at ?? null],
    ['Execution as the order fixes it', executeFrom],
    ['The window ends', state === 'window' ? windowEnd : null],
    ['Executed', executed],
    ['Its seal ends', seal?.until ?? null],
    ['The authority is asked whether it stands', askAgain],
    ['It ends by itself', ended === null ? until : null],
    [state === 'returned' ? 'Returned' : 'Ended', ended],
    ['Something falls due', due !== windowEnd && due !== until && due !== askAgain ? due : null],
  ]
  const told = known.flatMap(([title, at]) => (at === null ? [] : [{ title, at }]))
  const sorted = told.map((one, index) => ({ ...one, index }))
  sorted.sort((one, other) => (one.at === other.at ? one.index - other.index : one.at < other.at ? -1 : 1))
  return part(
    'steps',
    'Where it stands',
    'Times in UTC. What is to come comes by itself.',
    html`<ol class="steps">${sorted.map(
      ({ title, at }) =>
        html`<li class="step"><strong>${at <= query.at ? 'done' : 'to come'}</strong> ${title}, ${when(at, query.at)}</li>`,
    )}</ol>${rests(answer)}`,
  )
}

function rests({ stayed, conflicts, variedBy, objection, query }: OrderAnswer): readonly Markup[] {
  const lines: Markup[] = []
  if (stayed !== null)
    lines.push(
      html`<p>${stayed.by === null ? 'An appeal stays it, by law' : html`<a href="/orders/${stayed.by}">${stayed.by}</a> stays it`}${stayed.until === null ? '' : html`, until ${when(stayed.until, query.at)}`}.</p>`,
    )
  if (conflicts.length > 0)
    lines.push(
      html`<p>Contradicted by ${conflicts.map((one) => html`<a href="/orders/${one}">${one}</a> `)}</p>`,
    )
  if (variedBy !== null)
    lines.push(html`<p>Its end was set by <a href="/orders/${variedBy}">${variedBy}</a>.</p>`)
  if (objection !== null)
    lines.push(
      html`<p>The holder objected to facts; a third attestor ${objection.upheld === null ? 'looks at them' : objection.upheld ? 'found one otherwise' : 'confirmed them'} (<a href="${search(objection.application)}">${objection.application}</a>).</p>`,
    )
  return lines
}

function scope({ scope: items, document, published, seal, query }: OrderAnswer): Markup {
  const list =
    items.length === 0
      ? html`<p>It lists no numbers.</p>`
      : html`<ul class="inside">${items.map(
          ({ key, id, range }) =>
            html`<li class="depth-0"><a class="block" href="${search(range)}">${range}</a> <span class="kind">of ${id}, ${blockOfKey(key)}</span></li>`,
        )}</ul>`
  const hashes =
    seal !== null && seal.opened === null
      ? html`<p>Sealed until ${when(seal.until, query.at)}: reference and document follow by themselves. The commitment: <code>${seal.commitment}</code>${seal.overdue ? html` <strong class="bad">The opening is missing.</strong>` : ''}</p>`
      : html`<p>${document === null ? '' : html`SHA-256 of the document: <code>${document}</code>. `}${published === null ? '' : html`SHA-256 of the text as it is public: <code>${published.text}</code>`}</p>`
  return part('scope', 'Exactly these numbers', 'It reaches no further.', html`${list}${hashes}`)
}

function checklist({ checklist: items, application, state, reason }: OrderAnswer): Markup {
  const rows = items.map(({ item, text, answer }) => [html`<code>${item}</code>`, text, answer ?? '–'])
  const none =
    state === 'returned' && reason !== null
      ? html`<p>It went back before or at this step.</p>`
      : html`<p>The answers stand here once both have given theirs.</p>`
  const answered = items.some(({ answer }) => answer !== null)
  return part(
    'checklist',
    'Checklist',
    html`Facts, never merits. Who answered what: <a href="${search(application)}">${application}</a>.`,
    html`${answered ? '' : none}${table('Ten items', ['Item', 'Question', 'Answer'], rows)}`,
  )
}

function shown(name: keyof OrderFilter, filter: OrderFilter, value: string): string {
  const asked = Object.entries({ ...filter, [name]: value }).filter(([, one]) => one !== null)
  return `/orders?${asked.map(([member, one]) => `${member}=${encodeURIComponent(String(one))}`).join('&')}`
}

export function ordersPage(found: Orders, filter: OrderFilter): Markup {
  const { size, at, served, sealed, items, before } = found
  const asked = Object.entries(filter).filter(([, value]) => value !== null)
  const rows = items.map(({ handle, authority, effect, state, scope: of, received, until, seal }) => [
    html`<a href="/orders/${handle}">${handle}</a>`,
    html`<a href="${shown('authority', filter, authority.handle)}">${authority.handle}</a>`,
    html`<a href="${shown('effect', filter, effect)}">${effect}</a>`,
    html`<a href="${shown('state', filter, state)}">${state}</a>${seal !== null && seal.opened === null ? ' (sealed)' : ''}`,
    of.length === 0 ? null : html`${of.map(({ range }) => html`<a href="${search(range)}">${range}</a> `)}`,
    when(received, at),
    until === null ? null : when(until, at),
  ])
  const more = `${shown('authority', filter, filter.authority ?? '').replace(/authority=(?=&|$)&?/, '')}`
  const next = `${more}${more.endsWith('?') || more.endsWith('&') ? '' : '&'}before=${encodeURIComponent(before ?? '')}`
  return html`<div class="subject">
<p class="extract">The order desk at ${count(size)} log entries, ${when(at, at)}</p>
<h1>Orders of courts and other authorities</h1>
<p class="statement">This register has no will of its own: it acts against a holder only when an order names the numbers, and then exactly so far. ${count(served)} order${served === 1 ? '' : 's'} so far; under a seal now: ${count(sealed)}.</p>
</div>
${part(
  'orders',
  asked.length === 0 ? 'All orders' : 'Orders that fit',
  asked.length === 0
    ? 'The newest first.'
    : html`${asked.map(([name, value]) => html`${name} ${String(value)}. `)}<a href="/orders">All of them</a>`,
  html`${items.length === 0 ? html`<p>None: 0 orders.</p>` : table(`${count(found.found)} of them`, ['Order', 'Authority', 'Effect', 'State', 'Numbers', 'Received', 'Until'], rows)}${before === null ? '' : html`<p><a class="more" href="${next}">Earlier ones</a></p>`}`,
)}
${part('forms', 'Elsewhere', '', html`<ul class="forms"><li><a href="/authorities">Who may order what</a></li><li><a href="/statistics#orders">The report on orders</a></li><li><a href="/api/orders">As JSON</a></li><li><a href="/procedures/serve-order">What orders can do here, and never</a></li></ul>`)}`
}

export function authorityPage(answer: AuthorityAnswer, history: History | null): Markup {
  const { handle, name, about, country, query, links, noticedUntil, ended, orders } = answer
  const key = `obj/authority/${handle}`
  const facts = publicFacts(key, answer)
  if (facts === null) throw new TypeError('no facts of an authority')
  const young =
    noticedUntil > query.at
      ? html` Until ${when(noticedUntil, query.at)} it may only hold and annotate.`
      : html``
  const sentence = html`<p class="statement">${name}, ${about} (${country}). ${ended === null ? '' : html`Its entry has ended, ${when(ended, query.at)}.`}${young} <a href="/orders?authority=${handle}">${count(orders)} order${orders === 1 ? '' : 's'}</a>.</p>`
  return html`${subject({ ...query, canonical: handle }, ended === null ? 'Authority' : 'Ended', 'held', sentence)}
${proofPanel(provable(key, links), query)}
${part('record', 'Record', html`Covered by the proof. <a href="/procedures/register-authority">How it was entered</a>`, factList(key, facts))}
${timeline(history, query.text)}
${otherForms(links, html`<li><a href="/authorities">All authorities</a></li>`)}`
}

export function authoritiesPage({ items, roots, size, at, before }: Authorities): Markup {
  const rows = items.map(({ handle, name, about, country, effectsAllowed, noticedUntil, ended, orders }) => [
    html`<a href="${search(handle)}">${handle}</a>`,
    `${name}, ${about}, ${country}`,
    effectsAllowed.join(', '),
    ended !== null
      ? html`ended ${when(ended, at)}`
      : noticedUntil > at
        ? html`only hold and annotate, for ${relative(noticedUntil, at).replace(' after the state shown', '')}`
        : 'yes',
    html`<a href="/orders?authority=${handle}">${count(orders)}</a>`,
  ])
  return html`<div class="subject">
<p class="extract">The register of authorities at ${count(size)} log entries, ${when(at, at)}</p>
<h1>Who may give this register orders</h1>
<p class="statement">Courts and other sovereign institutions, each entered on its gazette and 90 days’ public notice. No private body can be one. <a href="/procedures/register-authority">How</a></p>
</div>
${part(
  'authorities',
  'Authorities',
  'The newest first.',
  html`${items.length === 0 ? html`<p>None: 0 authorities.</p>` : table('The register', ['Handle', 'Who', 'May order', 'In full', 'Orders'], rows)}${before === null ? '' : html`<p><a class="more" href="/authorities?before=${encodeURIComponent(before)}">Earlier ones</a></p>`}`,
)}
${part(
  'roots',
  'Roots of their seals',
  'Fixed in the first entry, for good.',
  roots.length === 0
    ? html`<p>None: every order’s text must be public for 10 business days before anything is taken away.</p>`
    : html`<ul class="lines">${roots.map(({ name, certificate }) => html`<li>${name}: <code>${certificate}</code></li>`)}</ul>`,
)}
${part('forms', 'Elsewhere', '', html`<ul class="forms"><li><a href="/orders">Orders</a></li><li><a href="/api/authorities">As JSON</a></li></ul>`)}`
}
