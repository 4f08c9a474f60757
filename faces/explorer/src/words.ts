/** Small pieces of text that several parts of a page share. */

import { html } from 'hono/html'
import type { Party } from './types.ts'

/** What `html` makes. */
export type Markup = ReturnType<typeof html>

/** Where a search leads. */
export function search(text: string): string {
  return `/?q=${encodeURIComponent(text)}`
}

/** `2026-01-03T04:05:06Z`, shown as ISO date and time; how long before the state shown, as its title. */
export function when(instant: string, state: string): Markup {
  const shown = instant.includes('T') ? instant.replace('T', ' ').replace('Z', ' UTC') : instant
  return html`<time datetime="${instant}" title="${relative(instant, state)}">${shown}</time>`
}

const UNITS = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** How far an instant lies from the state shown, in its largest whole unit. */
export function relative(instant: string, state: string): string {
  const seconds = Math.round((Date.parse(state) - Date.parse(instant)) / 1000)
  if (Number.isNaN(seconds)) return ''
  const away = Math.abs(seconds)
  const unit = UNITS.find(([, size]) => away >= size)
  if (unit === undefined) return 'at the state shown'
  const count = Math.floor(away / unit[1])
  return `${count} ${unit[0]}${count === 1 ? '' : 's'} ${seconds > 0 ? 'before' : 'after'} the state shown`
}

/** `transfer/1` as a link to its page. */
export function procedure(id: string): Markup {
  const [kind = id] = id.split('/')
  return html`<a class="procedure" href="/procedures/${kind}"><code data-fact="procedure">${id}</code></a>`
}

/** A holder's name and handle; the handle leads to it. */
export function party(holder: Party): Markup {
  return html`${
    holder.name === null
      ? holder.kind === 'imported'
        ? html`<span class="unnamed">an imported holder</span> `
        : html`<span class="unnamed">a person</span> `
      : html`<span data-name="${holder.handle}">${holder.name}</span> `
  }<a class="handle" href="${search(holder.handle)}">${holder.handle}</a>`
}

/** A holder in a sentence without links. */
export function partyText(holder: Party | null): string {
  return holder === null ? 'nobody' : holder.handle
}

/** Thousands apart, for people. */
export function count(value: number | bigint): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, '\u{202f}')
}

/** `5 business days` */
export function businessDays(days: number): string {
  return `${days} business day${days === 1 ? '' : 's'}`
}

/** How long a window lasts that somebody may veto. */
export function windowText({
  windowSeconds,
  windowDays,
}: {
  readonly windowSeconds: number
  readonly windowDays: readonly { readonly days: number }[]
}): string {
  const most = Math.max(0, ...windowDays.map(({ days }) => days))
  return most > 0 ? businessDays(most) : `${windowSeconds / 86_400} days`
}
