/** The history of a key and of what covers it, newest first. */

import { html } from 'hono/html'
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
<p class="stamp">${when(at, state)} <a href="${item.entry}">entry ${index}</a></p>
<p class="act"><a href="/procedures/${kind}">${kind}</a>${how === '' ? '' : html` <span class="how">${how}</span>`}</p>
${outcome === 'refused' ? refusals(item) : html`<ul class="changes">${changes.flatMap(changeLines)}</ul>`}
${otherChanges > 0 ? html`<p class="how">and ${otherChanges} other record${otherChanges === 1 ? '' : 's'} in the same entry</p>` : ''}
</li>`
}

function refusals({ refusals: reasons }: HistoryItem): Markup {
  return html`<p>Refused:</p><ul class="changes">${reasons.map(({ code, text }) => html`<li><code>${code}</code> ${text}</li>`)}</ul>`
}

function changeLines(change: HistoryChange): readonly Markup[] {
  const lines = change.registrations.map((one) => html`<li>${registrationLine(one, change.subject)}</li>`)
  const services = change.members.map((member) => SERVICE_NAMES[member]).filter((name) => name !== undefined)
  if (change.registrations.length > 0 || services.length > 0)
    return services.length === 0
      ? lines
      : [...lines, html`<li>${services.join(', ')} of ${block(change.subject)} changed</li>`]
  return [html`<li>${change.summary}</li>`]
}

const SERVICE_NAMES: { readonly [member: string]: string } = {
  rdns: 'reverse DNS',
  routes: 'routes',
  roas: 'origin authorisations',
}

/** `H-3 → H-4, 10.0.0.0/25`. */
function registrationLine({ change, before, after }: RegistrationChange, subject: string): Markup {
  const at = block(subject)
  if (change === 'moved')
    return html`${partyText(before?.holder ?? null)} ${arrow()} ${partyText(after?.holder ?? null)}, ${at}`
  if (change === 'ended') return html`${wordsOf(before)} ended, ${at}`
  if (change === 'recorded') return html`${arrow('recorded:')} ${wordsOf(after)}, ${at}`
  return before?.range === after?.range
    ? html`terms of ${wordsOf(after)} changed, ${at}`
    : html`${before?.range} ${arrow()} ${after?.range}, ${wordsOf(after)}`
}

function wordsOf(state: RegistrationChange['after']): string {
  if (state === null) return 'nothing'
  if (state.holder !== null)
    return state.kind === 'holding' ? state.holder.handle : `${state.kind} of ${state.holder.handle}`
  return state.kind
}

function block(subject: string): Markup {
  return html`<a href="${search(subject)}">${subject}</a>`
}

function arrow(spoken = 'to'): Markup {
  return html`<span aria-hidden="true">→</span><span class="spoken">${spoken}</span>`
}
