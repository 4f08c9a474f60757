/** The page of numbers in the watched world: what the files say, on which day, and how it came to be so. */

import type { Lookup } from '@cadastre/explorer'
import { parseBlockKey } from '@cadastre/numbers'
import type { CalendarDate } from '@cadastre/records'
import { html } from 'hono/html'
import type { WatchedRow, WatchReader } from '../model.ts'
import { sourcesOn } from '../source-choice.ts'
import { holderHandle } from '../world/cells.ts'
import { numbersStory } from './story.ts'
import { day, type Markup, numbersLink, part, search } from './words.ts'

type Numbers = Extract<Lookup, { readonly kind: 'numbers' }>

/** By the innermost row: the ones around it may say otherwise, IANA's do. */
function badge(row: WatchedRow | undefined, partly: boolean): readonly [string, string] {
  if (row === undefined) return partly ? ['held', 'In parts'] : ['not-ours', 'In no file']
  if (row.delegated) return ['held', 'Delegated']
  if (row.status === 'reserved') return ['reserved', 'Reserved']
  return row.status === 'available' ? ['free', 'Available'] : ['free', 'Given to a registry']
}

export function numbersPage(watch: WatchReader, at: CalendarDate | null, lookup: Numbers): Markup {
  const { query, key } = lookup
  const block = parseBlockKey(key)
  if (!block.ok) throw new Error(`no key of numbers: ${key}`)
  const rows = watch.covering(block.value, at)
  const inner = rows.at(-1)
  const partly = inner === undefined && lookup.inside.items.length > 0
  const [standing, says] = badge(inner, partly)
  return html`<div class="subject">
<p class="extract">${at === null ? 'As last published' : html`As published on ${day(at)} · <a href="${search(query.canonical)}">as last published</a>`}</p>
<h1>${query.canonical} <span class="standing standing-${standing}">${says}</span></h1>
<p class="statement">${statement(watch, inner, partly, at)}</p>
</div>
${rows.length === 0 ? '' : part('covers', 'What the files say', 'Rows that name all of these numbers, the widest first.', html`<ul class="ladder">${rows.map((row) => rowCard(watch, row, at))}</ul>`)}
${insidePart(lookup, at)}
${numbersStory(watch, key, at)}
${elsewhere(watch, lookup, at)}`
}

function holderOf({ registry, opaqueId }: WatchedRow): Markup | string {
  if (opaqueId === null) return 'a holder that the file does not name'
  // IANA names registries, which are no holders here.
  if (registry === 'iana') return opaqueId
  const handle = holderHandle(registry, opaqueId)
  return html`holder <a class="handle" href="${search(handle)}">${opaqueId}</a>`
}

function statement(
  watch: WatchReader,
  row: WatchedRow | undefined,
  partly: boolean,
  at: CalendarDate | null,
): Markup {
  if (row === undefined)
    return partly
      ? html`No row names all of these numbers; rows that name parts of them are listed below.`
      : absent(watch, at)
  if (row.registry === 'iana' && row.status !== 'reserved' && row.status !== 'available')
    return html`IANA lists it as given to ${row.opaqueId ?? 'a registry'}. No registry’s file that is followed here names all of it.`
  const since = watch.dayFor(row.source, row.from)?.previous == null ? 'at least since' : 'since'
  const listed = row.delegated ? html`${row.status} to ${holderOf(row)}` : html`${row.status}`
  return html`Listed as ${listed}, published by ${row.registry}, ${since} the file of ${day(row.from)}.`
}

/** Silence of files is one thing, and no files are another. */
function absent(watch: WatchReader, at: CalendarDate | null): Markup {
  if (at === null) return html`No file that is followed here names these numbers.`
  return sourcesOn(watch, at).length === 0
    ? html`No file of that day or before is followed here: nothing is known of it.`
    : html`No file followed here named these numbers on that day.`
}

function fileLink({ registry, source }: WatchedRow): Markup | string {
  if (registry === 'iana') return source
  return html`<a href="/registries/${registry}?source=${encodeURIComponent(source)}">${source}</a>`
}

function rowCard(watch: WatchReader, row: WatchedRow, at: CalendarDate | null): Markup {
  const fact = (title: string, content: Markup | string | null): Markup | string =>
    content === null ? '' : html`<div class="fact"><dt>${title}</dt><dd>${content}</dd></div>`
  const kind = row.delegated ? 'holding' : row.status === 'reserved' ? 'reserved' : 'pool'
  const file = watch.dayFor(row.source, at)?.day ?? row.from
  return html`<li class="rung kind-${kind}">
<p class="title">${numbersLink(row.range)} <span class="kind">${row.status}</span></p>
<dl class="facts">
${fact(row.registry === 'iana' ? 'Given to' : 'Holder, by opaque-id', row.opaqueId === null ? null : holderOf(row))}
${fact('In the files', html`from ${day(row.from)} ${row.until === null ? '' : html`until ${day(row.until)}`}`)}
${fact('Country', row.country)}
${fact('Date in the row', row.registered === null ? null : day(row.registered))}
${fact('File', html`${fileLink(row)} of ${day(file)}`)}
${fact('Logged by', html`<a href="/proof/entry/${row.addedBy}">entry ${row.addedBy}</a>`)}
</dl>
<p class="fine"><code>${row.raw}</code></p>
</li>`
}

function insidePart({ inside, query }: Numbers, at: CalendarDate | null): Markup | string {
  const { items, after } = inside
  if (items.length === 0) return ''
  const line = ({ block, registrations }: (typeof items)[number]): Markup => {
    const innermost = registrations.at(-1)
    const holder = innermost?.holder ?? null
    return html`<li><a class="block" href="${search(block, at)}">${block}</a> <span class="kind">${innermost?.status ?? ''}</span>${holder === null ? '' : html` <a class="handle" href="${search(holder.handle, at)}">${holder.handle}</a>`}</li>`
  }
  const more =
    after === null
      ? ''
      : html`<p><a class="more" href="${search(query.text, at)}&amp;after=${encodeURIComponent(after)}#inside">More</a></p>`
  return part(
    'inside',
    'What lies inside',
    'In order of numbers.',
    html`<ul class="inside">${items.map(line)}</ul>${more}`,
  )
}

function elsewhere(watch: WatchReader, { links, query }: Numbers, at: CalendarDate | null): Markup {
  const proof = at !== null && sourcesOn(watch, at).length === 0 ? null : links.proof
  const on = at === null ? '' : `?at=${at}`
  const item = (address: string | null, words: string): Markup | string =>
    address === null ? '' : html`<li><a href="${address}">${words}</a></li>`
  return part(
    'forms',
    'Elsewhere',
    'The same, in other forms.',
    html`<ul class="forms">
${item(links.rdap === null ? null : `${links.rdap}${on}`, 'RDAP')}
${item(`/whois?q=${encodeURIComponent(query.canonical)}${at === null ? '' : `&at=${at}`}`, 'WHOIS text')}
${item(proof === null ? null : `${proof}${on}`, at === null ? 'Proof of what stands now' : 'Proof of what stood then')}
${item(`/changes.csv?q=${encodeURIComponent(query.canonical)}`, 'Changes as CSV')}
${item(`/feed.json?q=${encodeURIComponent(query.canonical)}`, 'Changes as a JSON feed')}
</ul>`,
  )
}
