/** The list of applications: what is under way and what became of it, by state and procedure, under handles alone. */

import { html } from 'hono/html'
import { part } from './page.ts'
import { table } from './tables.ts'
import type { ApplicationFilter, Applications } from './types.ts'
import { count, type Markup, procedure, search, when } from './words.ts'

export const APPLICATION_ITEMS = 50

type State = ApplicationFilter['states'][number]

/** Each state: whether it is still open, and what it means. In the order in which an application meets them. */
const STATES: { readonly [S in State]: { readonly open: boolean; readonly words: string } } = {
  waiting: { open: true, words: 'waits in a pool’s queue' },
  'fee-due': { open: true, words: 'its act fee is due' },
  examining: { open: true, words: 'attestors look at its facts' },
  'to-notify': { open: true, words: 'the registry owes an attempt to tell whom it concerns' },
  noticed: { open: true, words: 'its window runs: whom it concerns may veto' },
  cooling: { open: true, words: 'waits for its time: whoever signed may withdraw, or veto' },
  effected: { open: false, words: 'has taken effect' },
  withdrawn: { open: false, words: 'was withdrawn by a party' },
  vetoed: { open: false, words: 'was vetoed by whom it concerned' },
  failed: { open: false, words: 'has failed: its page says why' },
}

function isState(text: string): text is State {
  return Object.hasOwn(STATES, text)
}

/** The states named in an address; `open` names all that have not ended. Null where one is none. */
export function statesNamed(text: string): readonly State[] | null {
  if (text === '') return []
  const all = Object.keys(STATES).filter(isState)
  if (text === 'open') return all.filter((state) => STATES[state].open)
  const named = text.split(',')
  return named.every(isState) ? named.filter(isState) : null
}

/** The address of a list with these filters. */
function address(states: string, asked: string | null, before: string | null = null): string {
  const members = Object.entries({ state: states, procedure: asked ?? '', before: before ?? '' })
  const given = members.filter(([, value]) => value !== '')
  const query = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  return query === '' ? '/applications' : `/applications?${query}`
}

export function applicationsPage(
  found: Applications,
  { states, procedure: asked }: ApplicationFilter,
): Markup {
  const { size, at, states: counts } = found
  const open = counts.filter(({ state }) => STATES[state].open)
  const waiting = open.reduce((sum, one) => sum + one.count, 0)
  const rows = counts.map(({ state, count: many }) => [
    html`<a href="${address(state, asked)}">${state}</a>`,
    STATES[state].words,
    count(many),
  ])
  return html`<div class="subject">
<p class="extract">The register at ${count(size)} log entries, ${when(at, at)}</p>
<h1>Applications</h1>
<p class="statement">What cannot be done at once waits as an application, for everybody to see, under its handle alone. ${waiting === 1 ? 'One is' : `${count(waiting)} are`} <a href="${address('open', asked)}">open now</a>.</p>
</div>
${list(found, { states, procedure: asked })}
${part('states', 'By state', asked === null ? '' : html`Of <code>${asked}</code> alone.`, table('Applications in each state', ['State', 'It', 'Applications'], rows))}
${part('forms', 'Elsewhere', '', html`<ul class="forms"><li><a href="/queue">Who waits in which queue, and how long it takes</a></li><li><a href="/statistics">Statistics: pass rates and times</a></li><li><a href="/api/applications?order=newest">Applications as JSON</a></li></ul>`)}`
}

function list(
  { at, found, items, after }: Applications,
  { states, procedure: asked }: ApplicationFilter,
): Markup {
  const named = states.join(',')
  const said = [
    states.length === 0 ? null : `state ${states.join(', ')}`,
    asked === null ? null : `procedure ${asked}`,
  ]
  const filters = said.filter((one) => one !== null)
  const aside =
    filters.length === 0
      ? 'The newest first.'
      : html`${filters.join('; ')}. <a href="/applications">All of them</a>`
  const rows = items.map(({ application, procedure: id, state, due, since }) => [
    html`<a href="${search(application)}">${application}</a>`,
    html`${procedure(id)} <a href="${address(named, id)}">only these</a>`,
    html`<a href="${address(state, asked)}">${state}</a>`,
    due === null ? null : when(due, at),
    html`<a href="/why/${since}">entry ${since}</a>`,
  ])
  const headings = ['Application', 'Procedure', 'State', 'Due', 'Recorded by']
  const shown =
    items.length === 0 ? html`<p>None: 0 applications.</p>` : table(`${count(found)} of them`, headings, rows)
  const next =
    after === null ? '' : html`<p><a class="more" href="${address(named, asked, after)}">Earlier ones</a></p>`
  return part(
    'applications',
    filters.length === 0 ? 'All applications' : 'Those that fit',
    aside,
    html`${shown}${next}`,
  )
}
