/** The history of a key and of what covers it, newest first. */

import { html } from 'hono/html'
import { kindWords } from './facts.ts'
import { part } from './page.ts'
import type { History, HistoryChange, HistoryItem, RegistrationChange } from './types.ts'
import { type Markup, partyText, search, when } from './words.ts'

export function timeline(history: History | null, text: string): Markup | string {
  if (history === null) return ''
  const { items, before, at } = history
  if (items.length === 0)
    return part('history', 'History', '', html`<p>No entry of the log has touched this.</p>`)
  const older =
    before === null
      ? ''
      : html`<p><a class="more" href="/?q=${encodeURIComponent(text)}&amp;before=${before}#history">Older entries</a></p>`
  return part(
    'history',
    'History',
    html`Newest first. Every entry is in the public log; <strong class="unproved">this list is not in the proof</strong>.`,
    html`<ol class="timeline">${items.map((item) => entry(item, at))}</ol>${older}`,
  )
}

function entry(item: HistoryItem, state: string): Markup {
  const { index, at, procedure, by, outcome, changes, otherChanges } = item
  const [kind = procedure] = procedure.split('/')
  const how = by === 'due' ? 'fell due' : item.seq === null ? '' : `request ${item.seq}`
  return html`<li class="outcome-${outcome}">
<p class="stamp">${when(at, state)} <a href="${item.entry}">entry ${index}</a> <a class="why" href="/why/${index}">why</a></p>
<p class="act"><a href="/procedures/${kind}">${kind}</a>${how === '' ? '' : html` <span class="how">${how}</span>`}</p>
${outcome === 'refused' ? refusals(item) : html`<ul class="changes">${changeLines(changes)}</ul>`}
${otherChanges > 0 ? html`<p class="how">and ${otherChanges} other record${otherChanges === 1 ? '' : 's'} in the same entry</p>` : ''}
</li>`
}

function refusals({ refusals: reasons }: HistoryItem): Markup {
  return html`<p>Refused:</p><ul class="changes">${reasons.map(({ code, text }) => html`<li><code>${code}</code> ${text}</li>`)}</ul>`
}

const SERVICE_NAMES: { readonly [member: string]: string } = {
  rdns: 'reverse DNS',
  routes: 'routes',
  roas: 'origin authorisations',
}

type Told = RegistrationChange & { readonly subject: string }

/** What one entry did, a line each. */
function changeLines(changes: readonly HistoryChange[]): readonly Markup[] {
  const told = changes.flatMap(({ registrations, subject }) =>
    registrations.map((one) => ({ ...one, subject })),
  )
  const lines = [...registrationLines(told)]
  for (const { registrations, members, subject, summary } of changes) {
    const services = members.map((member) => SERVICE_NAMES[member]).filter((name) => name !== undefined)
    if (services.length > 0) lines.push(html`${services.join(', ')} of ${block(subject)} changed`)
    else if (registrations.length === 0) lines.push(html`${summary}`)
  }
  return lines.map((line) => html`<li>${line}</li>`)
}

/**
 * A cut writes the pieces at prefixes of their own and takes the whole away from its prefix: told as what it is,
 * `H-3 → H-4, 10.0.0.0/25`, instead of as an end and a beginning.
 */
function registrationLines(told: readonly Told[]): readonly Markup[] {
  const ended = told.filter(({ change }) => change === 'ended')
  const whole = ended.length === 1 ? ended[0] : undefined
  const pieces = told.filter(
    ({ change, after }) => change === 'recorded' && after?.kind === whole?.before?.kind,
  )
  if (whole === undefined || pieces.length === 0) return told.map(registrationLine)
  const rest = told.filter((one) => one !== whole && !pieces.includes(one))
  return [...pieces.map((piece) => pieceLine(whole, piece)), ...rest.map(registrationLine)]
}

function pieceLine({ before, subject }: Told, piece: Told): Markup {
  const [from, to] = [partyText(before?.holder ?? null), partyText(piece.after?.holder ?? null)]
  const of = html`, out of ${block(subject)}`
  return from === to
    ? html`${from} keeps ${block(piece.subject)}${of}`
    : html`${moved(from, to)}, ${block(piece.subject)}${of}`
}

function registrationLine({ change, before, after, subject }: Told): Markup {
  const at = block(subject)
  if (change === 'moved')
    return html`${moved(partyText(before?.holder ?? null), partyText(after?.holder ?? null))}, ${at}`
  if (change === 'ended') return html`${wordsOf(before)} ended, ${at}`
  if (change === 'recorded') return html`${wordsOf(after)} recorded, ${at}`
  return before?.range === after?.range
    ? html`terms of the ${wordsOf(after)} changed, ${at}`
    : html`${moved(before?.range ?? '', after?.range ?? '')}, ${wordsOf(after)}`
}

function wordsOf(state: RegistrationChange['after']): string {
  if (state === null) return 'nothing'
  if (state.kind === 'moved-out') return 'mark of another registry'
  const kind = state.kind === 'pool' ? 'pool' : kindWords(state.kind)
  return state.holder === null ? kind : `${kind} of ${state.holder.handle}`
}

function moved(from: string, to: string): Markup {
  return html`${from} <span aria-hidden="true">→</span><span class="spoken">to</span> ${to}`
}

function block(subject: string): Markup {
  return html`<a href="${search(subject)}">${subject}</a>`
}
