/** The register itself: pauses, witnesses, announced terms, hand-over; moves to other registries, incidents, complaints. */

import { html } from 'hono/html'
import { part } from './page.ts'
import { incidentWords } from './public-records.ts'
import { table } from './tables.ts'
import type { Complaints, Incidents, Register, RegisterTerms, Transits } from './types.ts'
import { count, type Markup, procedure, search, when } from './words.ts'

export const REGISTER_ITEMS = 20

export type RegisterLists = {
  readonly transits: Transits
  readonly incidents: Incidents
  readonly complaints: Complaints
}

const STATES: { readonly [S in Register['state']]: string } = {
  founding: 'It is being founded: records are imported, and nobody acts yet.',
  open: 'It is open: holders act with their own keys, and no import exists any more.',
  'handed-over':
    'It has been handed over: this log has ended, and its successor goes on with the same records.',
}

export function registerPage(register: Register, lists: RegisterLists): Markup {
  const { name, origin, seat, profile, size, at, state } = register
  return html`<div class="subject">
<p class="extract">The register at ${count(size)} log entries, ${when(at, at)}</p>
<h1>How this register is run</h1>
<p class="statement">${STATES[state]} Whoever runs it holds no key that changes a holder’s record; what it does as a registry is on this page.</p>
</div>
${part(
  'self',
  'The register',
  html`<a href="/proof/object/registry/REGISTRY">Proof</a>`,
  html`<dl class="facts wide">
<div class="fact"><dt>Name</dt><dd>${name}</dd></div>
<div class="fact"><dt>Log</dt><dd>${origin}</dd></div>
<div class="fact"><dt>Seat</dt><dd>${seat}: its courts and regulators are competent</dd></div>
<div class="fact"><dt>Profile</dt><dd>${profile}</dd></div>
</dl>`,
)}
${pauses(register)}
${terms(register)}
${witnesses(register)}
${succession(register)}
${moves(register, lists.transits)}
${incidents(lists.incidents, at)}
${complaints(lists.complaints)}
${part('forms', 'Elsewhere', 'The same, in other forms.', html`<ul class="forms"><li><a href="/api/registry">As JSON</a></li><li><a href="/queue">Who waits</a></li><li><a href="/statistics">Statistics</a></li><li><a href="/procedures">Procedures</a></li></ul>`)}`
}

function pauses({ paused, pauses: past, at }: Register): Markup {
  const now =
    paused === null
      ? html`<p>Nothing is paused.</p>`
      : html`<p><strong>Paused since ${when(paused.since, at)}, until ${when(paused.until, at)}.</strong> ${paused.says} SHA-256 of the published cause: <code>${paused.report}</code></p>`
  const before =
    past.length === 0
      ? html`<p>There was no pause in the last 400 days.</p>`
      : html`<p>Earlier pauses:</p><ul class="lines">${past.map(({ since, until }) => html`<li>${when(since, at)} to ${when(until, at)}</li>`)}</ul>`
  return part(
    'pauses',
    'Pauses',
    html`Everything or nothing: <a href="/procedures/pause">a pause</a> cannot name a holder or a number.`,
    html`${now}${before}`,
  )
}

function terms({ terms: all, at }: Register): Markup {
  const [coming, past] = [all.filter(({ inForce }) => !inForce), all.filter(({ inForce }) => inForce)]
  const list = (found: readonly RegisterTerms[]): Markup =>
    html`<ul class="lines">${found.map(
      ({ procedure: id, from, adoption }) =>
        html`<li>${procedure(id)} from ${when(from, at)}, adopted by <a href="${search(adoption)}">${adoption}</a></li>`,
    )}</ul>`
  return part(
    'terms',
    'Changes of procedures',
    html`Announced long before: <a href="/procedures/adopt-procedure">how they are adopted</a>. A holding may always use terms that were in force since it was recorded.`,
    html`${coming.length === 0 ? html`<p>No change is announced.</p>` : html`<p>Announced, not in force yet:</p>${list(coming)}`}
${past.length === 0 ? html`<p>Every procedure has its first terms.</p>` : html`<p>In force:</p>${list(past)}`}`,
  )
}

/** Names of the witnesses in a C2SP tlog-policy, and how many of them must have signed. */
export function policyWords(policy: string): string {
  const words = policy.split('\n').map((line) => line.trim().split(/[ \t]+/))
  const names = words.flatMap(([kind, name]) => (kind === 'witness' && name !== undefined ? [name] : []))
  const quorum = words.find(([kind]) => kind === 'quorum')?.[1] ?? 'none'
  if (names.length === 0 || quorum === 'none')
    return names.length === 0
      ? 'No witness: nobody else vouches that everybody is shown the same log.'
      : `Witnesses ${names.join(', ')}; none of them is required.`
  const group = words.find(([kind, name]) => kind === 'group' && name === quorum)
  const of = group?.[2]
  const needed =
    of === undefined
      ? quorum
      : of === 'all'
        ? 'all of them'
        : of === 'any'
          ? 'any one of them'
          : `${of} of them`
  return `Witnesses ${names.join(', ')}; a checkpoint counts with ${needed}.`
}

function witnesses({ witnesses: record, at }: Register): Markup {
  const aside = html`Others who have seen each checkpoint, so that nobody is shown another log. <a href="/procedures/change-witnesses">How they change</a>`
  if (record === null)
    return part('witnesses', 'Witnesses', aside, html`<p>This log names no witnesses of its own.</p>`)
  const { policy, previous, since } = record
  const changing =
    previous !== null && previous.until > at
      ? html`<p><strong>They are changing.</strong> Until ${when(previous.until, at)} the earlier ones must have signed too: ${policyWords(previous.policy)}</p>`
      : ''
  return part(
    'witnesses',
    'Witnesses',
    aside,
    html`<p>${policyWords(policy)} Recorded by <a href="/why/${since}">entry ${since}</a>, <a href="/proof/object/witnesses/POLICY">proof</a>.</p>${changing}`,
  )
}

function succession({ succession: { successor, handOver, predecessor }, at }: Register): Markup {
  const lines: Markup[] = []
  if (handOver !== null)
    lines.push(
      html`<p><strong>A hand-over is announced</strong> since ${when(handOver.announced, at)}: not before ${when(handOver.from, at)}. Holdings and services stay exactly as they are.</p>`,
    )
  lines.push(
    successor === null
      ? html`<p>No successor is named. Anyone can still go on from the public files.</p>`
      : html`<p>Named in advance: <code>${successor.origin}</code>, since ${when(successor.named, at)}.</p>`,
  )
  if (predecessor !== null)
    lines.push(
      html`<p>This log goes on with <code>${predecessor.origin}</code> from its ${count(predecessor.size)} entries, by ${predecessor.mandate}, <a href="/why/${predecessor.since}">entry ${predecessor.since}</a>.</p>`,
    )
  return part(
    'succession',
    'Succession',
    html`The register outlives who runs it: <a href="/procedures/hand-over">hand-over</a>, <a href="/procedures/take-over">take-over</a>.`,
    lines,
  )
}

/** A further page of one list. */
function older(name: keyof RegisterLists, before: string | null): Markup | string {
  return before === null
    ? ''
    : html`<p><a class="more" href="/register?${name}=${encodeURIComponent(before)}#${name}">Earlier ones</a></p>`
}

function moves({ peers, at }: Register, { items, before }: Transits): Markup {
  const others =
    peers.length === 0
      ? html`<p>No other registry is listed: nothing moves in or out.</p>`
      : html`<p>Listed: ${peers.map(({ origin, rdap }) => html`<code>${origin}</code>${rdap === null ? '' : html` (<a href="${rdap}help">RDAP</a>)`} `)}</p>`
  const rows = items.map(({ handle, range, direction, source, recipient, state, opened }) => [
    html`<a href="${search(handle)}">${handle.length > 20 ? `…${handle.slice(handle.lastIndexOf('.'))}` : handle}</a>`,
    html`<a href="${search(range)}">${range}</a>`,
    direction === 'out' ? `to ${recipient.origin}` : `from ${source.origin}`,
    html`<code>${state}</code>`,
    when(opened, at),
  ])
  return part(
    'transits',
    'Moves between registries',
    html`Public on both sides while they last: <a href="/procedures/move-out">out</a>, <a href="/procedures/move-in">in</a>.`,
    html`${others}${items.length === 0 ? html`<p>Nothing has moved.</p>` : table('Moves, the newest first', ['Move', 'Numbers', 'Way', 'State', 'Begun'], rows)}${older('transits', before)}`,
  )
}

function incidents({ items, before }: Incidents, state: string): Markup {
  const list = html`<ul class="lines">${items.map(
    ({ handle, about, affected, at, deadline }) =>
      html`<li><a href="${search(handle)}">${handle}</a> ${incidentWords(about)} ${count(affected)} record${affected === 1 ? '' : 's'} affected; published ${when(at, state)}${at > deadline ? ', later than it had to be' : ''}.</li>`,
  )}</ul>`
  return part(
    'incidents',
    'Incidents',
    html`The registry’s own errors, which it <a href="/procedures/report-incident">must publish</a>.`,
    html`${items.length === 0 ? html`<p>None has been published.</p>` : list}${older('incidents', before)}`,
  )
}

function complaints({ items, before }: Complaints): Markup {
  const list = html`<ul class="lines">${items.map(
    ({ handle, about, seat, answer }) =>
      html`<li><a href="${search(handle)}">${handle}</a> ${about === 'conduct' ? 'about conduct' : 'that an instrument is forged'}, for the authorities of ${seat}${about === 'conduct' ? '' : answer === null ? '; the issuing office has not answered yet' : '; the issuing office was asked'}.</li>`,
  )}</ul>`
  return part(
    'complaints',
    'Complaints',
    html`Nothing follows from one for any record: <a href="/procedures/complain">whom to turn to</a>.`,
    html`${items.length === 0 ? html`<p>Nobody has complained.</p>` : list}${older('complaints', before)}`,
  )
}
