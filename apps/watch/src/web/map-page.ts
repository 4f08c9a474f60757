/** The map of IPv4: a Hilbert curve, which keeps neighbours near. Drawn by a script; without it, the /8s as a list. */

import { type Range, range } from '@cadastre/numbers'
import type { CalendarDate } from '@cadastre/records'
import { html } from 'hono/html'
import type { WatchReader } from '../model.ts'
import { count, type Markup, part, search } from './words.ts'

const SLASH8S = 256

export function mapPage(watch: WatchReader, day: CalendarDate | null, scriptPath: string): Markup {
  const data = `/map/data${day === null ? '' : `?at=${day}`}`
  return html`<div class="subject">
<p class="extract">${day === null ? 'As last published' : `As published on ${day}`}</p>
<h1>Map of IPv4</h1>
<p class="statement">All 4,294,967,296 addresses along a Hilbert curve: a square is a prefix, and neighbours on the map are neighbours in number.</p>
</div>
<script type="module" src="${scriptPath}"></script>
<section class="map" aria-label="Map">
<form id="map-form" class="row-form">
<label>Colour by <select id="map-colour"><option value="registry">registry</option><option value="status">status</option><option value="age">declared year</option><option value="change">last change of the row</option></select></label>
<button type="button" id="map-in">Zoom in</button>
<button type="button" id="map-out">Zoom out</button>
<button type="button" id="map-all">Whole space</button>
</form>
<form class="row-form" action="/map" method="get"><label>Day <input type="date" name="at" value="${day ?? ''}"></label><button type="submit">Show that day</button></form>
<div class="map-frame"><canvas id="map" width="1024" height="1024" data-source="${data}" role="img" tabindex="0" aria-label="Map of IPv4 along a Hilbert curve" aria-describedby="map-said map-help"></canvas></div>
<p id="map-said" class="map-said" role="status">The map is drawn by a script; the list below says the same in words.</p>
<ul id="map-legend" class="map-legend"></ul>
<p id="map-help" class="note">Wheel or buttons zoom, dragging moves, a click opens the numbers. With the keyboard: plus, minus, arrows; Enter opens what is in the middle.</p>
</section>
${part('slash8s', 'The same in words', 'How much of each /8 the files say is delegated.', slash8Table(watch, day))}`
}

function slash8Table(watch: WatchReader, day: CalendarDate | null): Markup {
  const lines: Markup[] = []
  for (let first = 0; first < SLASH8S; first++) {
    const block = range('ip4', BigInt(first) << 24n, (BigInt(first + 1) << 24n) - 1n)
    if (!block.ok) throw new Error('a /8 is a range')
    const held = delegatedIn(watch, block.value, day)
    if (held === null) continue
    const text = `${first}.0.0.0/8`
    lines.push(
      html`<tr><td><a class="block" href="${search(text)}">${text}</a></td><td class="number">${count(held.addresses)}</td><td class="number">${((100 * held.addresses) / 2 ** 24).toFixed(1)}${'\u{202f}'}%</td><td>${held.registries.join(', ')}</td></tr>`,
    )
  }
  return html`<details><summary>${lines.length} of 256 /8s are named in the files</summary><div class="wide"><table class="data"><thead><tr><th scope="col">Prefix</th><th scope="col" class="number">Addresses delegated</th><th scope="col" class="number">Share</th><th scope="col">Published by</th></tr></thead><tbody>${lines}</tbody></table></div></details>`
}

function delegatedIn(
  watch: WatchReader,
  block: Range,
  day: CalendarDate | null,
): { readonly addresses: number; readonly registries: readonly string[] } | null {
  const registries = new Set<string>()
  let [addresses, end] = [0n, block.first - 1n]
  watch.eachOverlapping(block, day, ({ range: one, delegated, registry }) => {
    if (registry === 'iana') return
    registries.add(registry)
    if (!delegated) return
    // Two registries may name the same numbers: they count once.
    const first = one.first > end ? one.first : end + 1n
    const from = first > block.first ? first : block.first
    const to = one.last < block.last ? one.last : block.last
    if (from <= to) {
      addresses += to - from + 1n
      end = to
    }
  })
  if (registries.size === 0) return null
  return { addresses: Number(addresses), registries: [...registries] }
}
