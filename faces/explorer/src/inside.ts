/** What lies inside: a strip in proportion, and the same as a list. A listing, so no proof covers it yet. */

import { html, raw } from 'hono/html'
import { blockOfKey, kindWords } from './facts.ts'
import { part } from './page.ts'
import { type Placed, placeInside, spanOf } from './strip.ts'
import type { InsideCell, NumbersAnswer, Party } from './types.ts'
import { count, type Markup, search } from './words.ts'

const DEPTH_MAX = 6
/** Between neighbours on the strip, where there is room. */
const GAP = 2

export function inside(answer: NumbersAnswer, continued: boolean): Markup | string {
  const { of, items, after } = answer.inside
  const size = spanOf(of)?.size ?? 0n
  if (size <= 1n) return ''
  const outer = blockOfKey(of)
  const attributes = html` data-of="${of}" data-count="${items.length}" data-whole="${!continued && after === null}"`
  if (items.length === 0)
    return part(
      'inside',
      'What lies inside',
      '',
      html`<p id="listing"${attributes}>Nothing is registered inside ${outer}${continued ? ' after this' : ''}.</p>`,
    )
  const placed = placeInside(of, items)
  const next = after === null ? '' : moreLink(answer.query.text, after)
  return part(
    'inside',
    'What lies inside',
    html`<strong class="unproved">Not yet proved.</strong> The proof shows whether there is something, not that this list is whole.`,
    html`<div id="listing"${attributes}>
<p class="caption">Inside ${outer}${answer.space === 'asn' ? '' : html`, ${sizeWords(size, answer.space)}`}${after === null && !continued ? '' : `; ${items.length} blocks on this page, the rest is hatched`}</p>
${strip(placed, continued, after !== null)}
<ul class="inside">${placed.map(listItem)}</ul>
${next}</div>`,
  )
}

function moreLink(text: string, after: string): Markup {
  const address = `/?q=${encodeURIComponent(text)}&after=${encodeURIComponent(after)}#inside`
  return html`<p><a class="more" href="${address}">More, after ${blockOfKey(after)}</a></p>`
}

function sizeWords(size: bigint, space: string): string {
  if (space === 'ip4') return `${count(size)} addresses`
  const bits = size.toString(2).length - 1
  return bits > 64 ? `2^${bits - 64} networks of /64` : `2^${bits} addresses`
}

/**
 * Drawn with attributes alone: the page allows no style of its own. The list says the same in words. What is on other
 * pages of the list is hatched, so that it does not look free.
 */
function strip(placed: readonly Placed<InsideCell>[], before: boolean, after: boolean): Markup {
  const marks = placed.map(({ item, from, width, depth }) => {
    const top = Math.min(depth * 9, 27)
    const kind = item.registrations.at(-1)?.kind ?? 'none'
    return html`<rect class="mark kind-${kind}" x="${from}" y="${top}" width="${width > GAP * 4 ? width - GAP : width}" height="${36 - top}"></rect>`
  })
  const start = before ? (placed[0]?.from ?? 0) : 0
  const end = after ? Math.max(...placed.map(({ from, width }) => from + width)) : 1000
  const hatched = (from: number, to: number): Markup | string =>
    to <= from
      ? ''
      : html`<rect fill="url(#unlisted)" x="${from}" y="0" width="${to - from}" height="36"></rect>`
  return html`<svg class="strip" viewBox="0 0 1000 36" preserveAspectRatio="none" aria-hidden="true" focusable="false">${raw(GROUND)}${hatched(0, start)}${hatched(end, 1000)}${marks}</svg>`
}

const GROUND =
  '<defs><pattern id="unlisted" width="10" height="36" patternUnits="userSpaceOnUse"><path class="hatch" d="M5 0V36"></path></pattern></defs><rect class="ground" x="0" y="0" width="1000" height="36"></rect>'

/** Short, because there are many: only organisations have names to show. */
function named({ handle, name }: Party): Markup {
  return html`${name === null ? '' : `${name} `}<a class="handle" href="${search(handle)}">${handle}</a>`
}

function listItem({ item, depth }: Placed<InsideCell>): Markup {
  const innermost = item.registrations.at(-1)
  const words =
    innermost === undefined
      ? html`<span class="kind">no registration in force</span>`
      : html`<span class="kind">${kindWords(innermost.kind)}</span>${innermost.holder === null ? '' : html` <span class="who">${named(innermost.holder)}</span>`}`
  return html`<li class="depth-${Math.min(depth, DEPTH_MAX)}"><a class="block" href="${search(item.block)}">${item.block}</a> ${words}</li>`
}
