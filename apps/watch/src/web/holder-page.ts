/** The page of a published holder: what the files say it has, and what changed. */

import type { Lookup } from '@cadastre/explorer'
import type { CalendarDate } from '@cadastre/records'
import { html } from 'hono/html'
import { standsOn } from '../days.ts'
import type { WatchedRow } from '../model.ts'
import type { WatchedWorld } from '../world/watched-world.ts'
import { holderStory } from './story.ts'
import { count, day, type Markup, numbersLink, part, search } from './words.ts'

type Holder = Extract<Lookup, { readonly kind: 'holder' }>

const ROWS_SHOWN = 200

/** Null where no file names the holder. */
export function holderPage(world: WatchedWorld, at: CalendarDate | null, lookup: Holder): Markup | null {
  const { handle } = lookup.holder
  const named = world.names().get(handle)
  if (named === undefined) return null
  const { registry, opaqueId } = named
  const rows = world.watch.holder(registry, opaqueId).filter(({ delegated }) => delegated)
  const standing = rows.filter((row) => standsOn(row, at))
  const has =
    standing.length === 0
      ? html`No row names it ${at === null ? 'now' : 'on that day'}; ${count(rows.length)} once did.`
      : html`${count(standing.length)} ${standing.length === 1 ? 'row names' : 'rows name'} it ${at === null ? 'in the last file' : 'on that day'}.`
  return html`<div class="subject">
<p class="extract">${at === null ? 'As last published' : html`As published on ${day(at)} · <a href="${search(handle)}">as last published</a>`}</p>
<h1>${handle}</h1>
<p class="statement">Whoever <a href="/registries/${registry}">${registry}</a> publishes as <code>${opaqueId}</code>. ${has}</p>
<p class="note">An opaque-id is no name: it tells that rows have one holder, not who. The same holder may get another one; where all of its rows did on one day, that is told below.</p>
</div>
${standing.length === 0 ? '' : part('holdings', 'Delegated to it', 'Rows of the files.', held(standing))}
${holderStory(world.watch, world.names(), handle)}`
}

function held(rows: readonly WatchedRow[]): Markup {
  const line = ({ range, status, country, registered, from }: WatchedRow): Markup =>
    html`<tr><td>${numbersLink(range)}</td><td>${status}</td><td>${country ?? ''}</td><td>${registered === null ? '' : day(registered)}</td><td>${day(from)}</td></tr>`
  const more =
    rows.length > ROWS_SHOWN
      ? html`<p class="note">The first ${ROWS_SHOWN} of ${count(rows.length)}.</p>`
      : ''
  return html`<div class="wide"><table class="data"><thead><tr><th scope="col">Numbers</th><th scope="col">Status</th><th scope="col">Country</th><th scope="col">Date in the row</th><th scope="col">In the files since</th></tr></thead><tbody>${rows.slice(0, ROWS_SHOWN).map(line)}</tbody></table></div>${more}`
}
