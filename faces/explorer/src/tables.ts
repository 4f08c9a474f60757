/** Tables of figures: they scroll by themselves on a narrow screen, and can be reached with the keyboard to do so. */

import { html } from 'hono/html'
import type { Markup } from './words.ts'

type Cell = Markup | string | number | null

/** `caption` says what the table shows; the first cell of a row is its heading. */
export function table(
  caption: Markup | string,
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  label: string = String(caption),
): Markup {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="figures">
<caption>${caption}</caption>
<thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>${rows.map(([first = '', ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell ?? '–'}</td>`)}</tr>`)}</tbody>
</table></div>`
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const

/** A duration for people, such as `3 d` or `2.5 s`; a dash where nothing was measured. */
export function duration(seconds: number | null): string {
  if (seconds === null) return '–'
  // Entries state whole seconds.
  if (seconds < 1) return 'under 1 s'
  const unit = UNITS.find(([, size]) => seconds >= size)
  return unit === undefined
    ? `${Number(seconds.toPrecision(3))} s`
    : `${Number((seconds / unit[1]).toPrecision(3))} ${unit[0]}`
}

export function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`
}
