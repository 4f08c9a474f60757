/** The pages of a holder, an application and a pool, and the list of holders that a name matches. */

import { html } from 'hono/html'
import { blockOfKey, kindWords } from './facts.ts'
import { actsOf, ordersOf } from './ladder.ts'
import { otherForms, subject } from './numbers.ts'
import {
  applicationFacts,
  commitmentLine,
  holderFacts,
  keyLine,
  type ObjectFacts,
  poolFacts,
} from './object-facts.ts'
import { part } from './page.ts'
import { proofPanel, provable } from './proof-panel.ts'
import { timeline } from './timeline.ts'
import type { ApplicationAnswer, History, HolderAnswer, HoldersAnswer, PoolAnswer } from './types.ts'
import { type Markup, party, search, windowText } from './words.ts'

/** Hashes and the like, which get a line of their own. */
const LONG_WORD = /\S{30}/

export function factList(key: string, { rows }: ObjectFacts): Markup {
  return html`<dl class="facts wide" data-object="${key}">${rows.map(
    ([title, text]) =>
      html`<div class="fact ${LONG_WORD.test(text) ? 'long' : ''}"><dt>${title}</dt><dd data-row="${title}">${title === 'Procedure' ? procedureText(text) : text}</dd></div>`,
  )}</dl>`
}

function procedureText(id: string): Markup {
  const [kind = id] = id.split('/')
  return html`<a href="/procedures/${kind}">${id}</a>`
}

export function holderPage(answer: HolderAnswer, history: History | null, continued: boolean): Markup {
  const { holder, query, links } = answer
  const key = `obj/holder/${holder.handle}`
  const facts = holderFacts(answer)
  const { items, more } = answer.holdings
  const blocks = `${more || continued ? 'more than ' : ''}${items.length} block${items.length === 1 && !more ? '' : 's'}`
  const amount = items.length === 0 ? 'Holds nothing at present.' : `Holds ${blocks}.`
  const sentence = html`<p class="statement">${holder.name ?? (holder.kind === 'person' ? 'A person' : 'An imported holder, whom nobody has claimed yet')}. ${amount}</p>`
  return html`${subject({ ...query, canonical: holder.handle }, 'Holder', 'held', sentence)}
${proofPanel(provable(key, links), query)}
${part('record', 'Record', 'Covered by the proof.', html`${factList(key, facts)}${register(answer)}`)}
${standing(answer)}
${keys(answer)}
${contacts(answer)}
${holdings(answer, continued)}
${timeline(history, query.text)}
${otherForms(links)}`
}

/** What stands on the holder by order, and what is under way about it: most have nothing of the kind. */
function standing(answer: HolderAnswer): Markup | string {
  const { representatives } = answer
  const [orders, acts] = [ordersOf(answer), actsOf(answer)]
  if (orders === null && acts === null && representatives.length === 0) return ''
  const line = (content: Markup): Markup => html`<li>${content}</li>`
  return part(
    'standing',
    'By order, and under way',
    'Orders of authorities, and acts that can still be vetoed or withdrawn.',
    html`<ul class="lines">${representatives.map(({ order, says }) => line(html`${says} <a href="/orders/${order}">Order ${order}</a>`))}${orders === null ? '' : line(orders)}${acts === null ? '' : line(acts)}</ul>`,
  )
}

function register({ register: entry }: HolderAnswer): Markup | string {
  return entry === null ? '' : html`<p>Public register: ${entry.name}, number ${entry.number}.</p>`
}

function keys({ policy }: HolderAnswer): Markup | string {
  if (policy === null) return ''
  return part(
    'keys',
    'Keys',
    'Only signatures of these keys move what it holds.',
    html`<ul class="lines">${policy.keys.map(({ alg, key, roles }) => html`<li><code data-line>${keyLine(alg, key, roles)}</code></li>`)}</ul>
${policy.guardians.length === 0 ? '' : html`<p>Guardians: ${policy.guardians.map((one) => html`<a href="${search(one)}">${one}</a> `)}</p>`}`,
  )
}

function contacts({ contacts: list }: HolderAnswer): Markup | string {
  if (list.length === 0) return ''
  return part(
    'contacts',
    'Contacts',
    'The log holds commitments only, so that personal data can be erased.',
    html`<ul class="lines">${list.flatMap(({ role, fields }) =>
      fields.map(
        ({ field, commitment, value }) =>
          html`<li>${role} ${field}: ${value === null ? html`<em>not shown</em>` : html`<strong>${value}</strong>`}<br><code data-line>${commitmentLine(role, field, commitment)}</code></li>`,
      ),
    )}</ul>`,
  )
}

function holdings({ query, holdings: { items, after } }: HolderAnswer, continued: boolean): Markup {
  const aside = html`<strong class="unproved">Not yet proved.</strong> Each block has a proof of its own, the list has none.`
  if (items.length === 0)
    return part(
      'holdings',
      'What it holds',
      '',
      html`<p>${continued ? 'Nothing more.' : 'Nothing at present.'}</p>`,
    )
  return part(
    'holdings',
    'What it holds',
    aside,
    html`<ul class="inside">${items.map(
      ({ block, registration }) =>
        html`<li class="depth-0"><a class="block" href="${search(block)}">${block}</a> <span class="kind">${kindWords(registration.kind)}</span></li>`,
    )}</ul>${
      after === null
        ? ''
        : html`<p><a class="more" href="/?q=${encodeURIComponent(query.text)}&amp;after=${encodeURIComponent(after)}#holdings">More, after ${blockOfKey(after)}</a></p>`
    }`,
  )
}

export function holdersPage({ query, items, more }: HoldersAnswer): Markup {
  if (items.length === 0) return nothingPage(query)
  const sentence = html`<p class="statement">${more ? 'More than ' : ''}${items.length} holder${items.length === 1 ? '' : 's'} whose handle or name contains this.</p>`
  const list = html`<ul class="matches">${items.map(
    (holder) =>
      html`<li>${party(holder)}${holder.country === null ? '' : html` <span class="country">${holder.country}</span>`}</li>`,
  )}</ul>${more ? html`<p>There are more: type more of the name.</p>` : ''}`
  return html`${subject(query, 'Holders', 'held', sentence)}
${part('matches', 'Matches', html`<strong class="unproved">Not yet proved.</strong> Each holder’s own page is.`, list)}`
}

/** A handle of the form that holders have: that there is none such is an answer of its own, with a proof. */
const HOLDER_HANDLE = /^(?:H-[0-9]+|IMP-[A-Z0-9._-]+)$/
/** The id of a registration. */
const REGISTRATION_ID = /^R-[0-9]+(?:-[0-9]+)?$/i

function nothingPage(query: HoldersAnswer['query']): Markup {
  const { canonical } = query
  if (REGISTRATION_ID.test(canonical))
    return nothing(query, html`no entry of the log recorded a registration of this id.`)
  const holder = canonical.toUpperCase()
  if (!HOLDER_HANDLE.test(holder))
    return nothing(query, html`it is no number, and no holder’s handle or name contains it.`)
  return html`${nothing(query, html`no holder has this handle.`)}
${absence(holder, query)}`
}

function nothing(query: HoldersAnswer['query'], sentence: Markup): Markup {
  return html`<div class="subject">
<h1>Not found</h1>
<p class="statement"><code>${query.canonical}</code>: ${sentence}</p>
</div>`
}

/** That no holder has this handle is proved like anything else. */
function absence(handle: string, query: HoldersAnswer['query']): Markup {
  const proof = `/proof/object/holder/${handle}`
  return proofPanel({ key: `obj/holder/${handle}`, proof, proofAt: `${proof}?size=${query.size}` }, query)
}

const STATE_WORDS: { readonly [S in ApplicationAnswer['state']]: string } = {
  waiting: 'It waits in its queue.',
  'fee-due': 'It waits for the word on its fee, and goes on without one when its time has passed.',
  examining: 'Attestors examine it.',
  'to-notify': 'Its window has not begun: the registry must first log an attempt to tell whom it concerns.',
  noticed: 'It takes effect when its window has passed, unless somebody whom it concerns vetoes it.',
  cooling: 'It takes effect when its delay has passed, unless a party withdraws it.',
  effected: 'It has taken effect.',
  withdrawn: 'It was withdrawn by a party.',
  vetoed: 'Somebody whom it concerned vetoed it.',
  failed: 'It could not take effect.',
}

/** Questions, attestors and what they answered; nothing where nobody examines it. */
function examinationPart({ examination }: ApplicationAnswer): Markup {
  if (examination === null) return html``
  const questions = examination.questions.map(({ id, text }) => html`<li><code>${id}</code> ${text}</li>`)
  const calls = examination.calls.map(({ staff, outside, ahead, committed, missed, answers }) => {
    const said = answers.map(({ question, yes }) => `${question}: ${yes ? 'yes' : 'no'}`).join(', ')
    const waits = ahead === 0 ? 'is next' : `has ${ahead} earlier calls`
    const stands = missed
      ? 'let the deadline pass'
      : said !== ''
        ? said
        : committed || ahead === null
          ? 'has committed to its answers'
          : waits
    return html`<li>${staff}${outside ? ' (outside the operator)' : ''} ${stands}</li>`
  })
  const overdue =
    examination.overdue === null ? '' : html`<p>A deadline passed at ${examination.overdue}.</p>`
  return part(
    'examination',
    'Examination',
    'Covered by the proof.',
    html`<ul class="lines">${questions}</ul><ul class="lines">${calls}</ul>${overdue}`,
  )
}

/** Whom the registry must try to tell before the window begins; nothing where no window waits for that. */
function noticePart({ notice }: ApplicationAnswer): Markup {
  if (notice === null) return html``
  const told = (one: string): string =>
    notice.attempted.includes(one) ? 'an attempt is logged' : 'no attempt yet'
  const lines = notice.to.map((one) => html`<li>${one}: ${told(one)}</li>`)
  const everybody = html`<li>everybody, since nobody is known whom it concerns</li>`
  const overdue =
    notice.overdue === null
      ? ''
      : html`<p>The registry’s deadline passed at ${notice.overdue} without one.</p>`
  return part(
    'notice',
    'Notice',
    'Covered by the proof.',
    html`<p>A window of ${windowText(notice)} begins with the logged attempt to tell</p>
<ul class="lines">${lines.length === 0 ? everybody : lines}</ul>${overdue}`,
  )
}

/** How many are served before it, in the queue of a pool. */
function placeOf({ place }: ApplicationAnswer): Markup | string {
  if (place === null) return ''
  const { queue, ahead } = place
  const words =
    ahead === 0 ? 'It is next' : ahead === 1 ? 'One is served before it' : `${ahead} are served before it`
  return html`<p class="statement">${words} in <a href="/queue?queue=${encodeURIComponent(queue)}">the queue of ${queue}</a>.</p>`
}

export function applicationPage(answer: ApplicationAnswer, history: History | null): Markup {
  const { handle, links, query, consents, reason, state } = answer
  const key = `obj/application/${handle}`
  const facts = applicationFacts(answer)
  const sentence = html`<p class="statement">${STATE_WORDS[state]}${reason === null ? '' : ` ${reason.text}`}</p>`
  const agreed = consents.map(
    (one) => html`<li><span data-line>consent of ${one}</span> · <a href="${search(one)}">look up</a></li>`,
  )
  return html`${subject({ ...query, canonical: handle }, 'Application', 'held', html`${sentence}${placeOf(answer)}`)}
${proofPanel(provable(key, links), query)}
${part('record', 'Record', 'Covered by the proof.', html`${factList(key, facts)}${consents.length === 0 ? '' : html`<ul class="lines">${agreed}</ul>`}`)}
${examinationPart(answer)}
${noticePart(answer)}
${part('body', 'Request', 'As signed.', html`<pre tabindex="0">${JSON.stringify(answer.body, null, 2)}</pre>`)}
${timeline(history, query.text)}
${otherForms(links)}`
}

export function poolPage(answer: PoolAnswer, history: History | null): Markup {
  const { handle, links, query, waiting, range } = answer
  const key = `obj/pool/${handle}`
  const sentence = html`<p class="statement">Numbers to allocate from. ${waiting ? 'Applications wait in its queue.' : 'No application waits.'} <a href="${search(range)}">What lies inside</a></p>`
  return html`${subject({ ...query, canonical: handle }, 'Pool', 'free', sentence)}
${proofPanel(provable(key, links), query)}
${part('record', 'Record', 'Covered by the proof.', factList(key, poolFacts(answer)))}
${timeline(history, query.text)}
${otherForms(links)}`
}
