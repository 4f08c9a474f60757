/** Small pieces of text that the pages share. */

import type { Range } from '@cadastre/numbers'
import { html } from 'hono/html'
import type { ChangeKind } from '../model.ts'
import { numbersText } from '../report.ts'

/** What `html` makes. */
export type Markup = ReturnType<typeof html>

/** What each kind of change is called on pages; docs/watch.md has the rules. */
export const KIND_WORDS: { readonly [K in ChangeKind]: string } = {
  'first-delegation': 'Delegated for the first time',
  'same-holder-again': 'Delegated again to the same holder',
  'other-holder-later': 'Delegated later to another holder',
  'new-holder': 'Another published holder',
  ended: 'No longer delegated',
  split: 'Split into several rows',
  merge: 'Merged into one row',
  're-cut': 'Cut differently, same holder',
  're-key': 'Same delegations under another opaque-id',
  country: 'Another country',
  status: 'Another status',
  date: 'Another date',
  spelling: 'Another spelling of the row',
  moved: 'Moved between registries',
  conflict: 'Delegated by two registries: begun',
  'conflict-over': 'Delegated by two registries: over',
  contradiction: 'Two rows of one file for the same numbers',
  'free-space-re-cut': 'Free numbers in other pieces',
  'free-space': 'Free numbers listed otherwise',
}

export function search(text: string, at: string | null = null): string {
  return `/?q=${encodeURIComponent(text)}${at === null ? '' : `&at=${at}`}`
}

export function numbersLink(of: Range): Markup {
  const text = numbersText(of)
  return html`<a class="block" href="${search(text)}">${text}</a>`
}

export function day(text: string): Markup {
  return html`<time datetime="${text}">${text}</time>`
}

/** Thousands apart, for people. */
export function count(value: number | bigint): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, '\u{202f}')
}

/** A part of a page with its title in the margin, as the explorer has them. */
export function part(id: string, title: string, aside: Markup | string, content: Markup): Markup {
  return html`<section id="${id}" class="part" aria-labelledby="${id}-title">
<div class="margin"><h2 id="${id}-title">${title}</h2>${aside === '' ? '' : html`<p class="aside">${aside}</p>`}</div>
<div class="content">${content}</div>
</section>`
}
