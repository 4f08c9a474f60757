/** Where blocks lie inside another one, as shares of its width: geometry for the strip, nesting for the list. */

import { keyQuery } from '@cadastre/answers'
import { browserCrypto } from '@cadastre/crypto/browser'

export type Placed<T> = {
  readonly item: T
  /** From the outer block's start, in thousandths of its width. */
  readonly from: number
  readonly width: number
  /** Listed blocks that this one lies in. */
  readonly depth: number
}

type Span = { readonly first: bigint; readonly size: bigint }

/** Numbers that a cell's record key covers; null for what is no cell's key. */
export function spanOf(key: string): Span | null {
  const query = keyQuery(browserCrypto, key)
  if (query === null || query.space === 'obj') return null
  const first = query.label.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return { first, size: 1n << BigInt(query.label.length * 8 - query.length) }
}

/** Thinnest mark that can still be seen. */
const NARROWEST = 3

/** Places the items, which are in order of first number and then outermost first, inside `outer`. */
export function placeInside<T extends { readonly key: string }>(
  outer: string,
  items: readonly T[],
): readonly Placed<T>[] {
  const whole = spanOf(outer)
  if (whole === null) return []
  const open: Span[] = []
  return items.flatMap((item): Placed<T>[] => {
    const span = spanOf(item.key)
    if (span === null) return []
    while (open.length > 0 && !holds(open.at(-1), span)) open.pop()
    const depth = open.length
    open.push(span)
    const from = share(span.first - whole.first, whole.size)
    const width = Math.max(share(span.size, whole.size), NARROWEST)
    return [{ item, from: Math.min(from, 1000 - width), width, depth }]
  })
}

function holds(outer: Span | undefined, inner: Span): boolean {
  return outer !== undefined && inner.first >= outer.first && inner.first < outer.first + outer.size
}

/** Thousandths, exact to a thousandth of one. */
function share(part: bigint, whole: bigint): number {
  return Number((part * 1_000_000n) / whole) / 1000
}
