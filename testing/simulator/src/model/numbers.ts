/** Stretches of numbers and the prefixes that make them up, worked out in the plainest way. */

import {
  formatAddress,
  type NumberSpace,
  parseBlockKey,
  parseNumber,
  parseRange,
  WIDTH,
} from '@cadastre/numbers'

/** All numbers from `first` to `last`, both included. */
export type Span = { readonly space: NumberSpace; readonly first: bigint; readonly last: bigint }
/** A prefix, or an aligned block of AS numbers. */
export type Prefixed = Span & { readonly length: number }

export const inside = (inner: Span, outer: Span): boolean =>
  inner.space === outer.space && outer.first <= inner.first && inner.last <= outer.last
export const touches = (one: Span, other: Span): boolean =>
  one.space === other.space && one.first <= other.last && other.first <= one.last
/** The numbers that both have; null where there are none. */
export function common(one: Span, other: Span): Span | null {
  if (!touches(one, other)) return null
  const first = one.first > other.first ? one.first : other.first
  return { space: one.space, first, last: one.last < other.last ? one.last : other.last }
}
export const sameSpan = (one: Span, other: Span): boolean =>
  one.space === other.space && one.first === other.first && one.last === other.last

export function prefixed(space: NumberSpace, first: bigint, length: number): Prefixed {
  return { space, first, last: first + (1n << BigInt(WIDTH[space] - length)) - 1n, length }
}

/** The block of a key such as `ip4/203.0.113.0/24`; null where it is none. */
export function blockAt(key: string): Prefixed | null {
  const parsed = parseBlockKey(key)
  return parsed.ok ? prefixed(parsed.value.space, parsed.value.first, parsed.value.length) : null
}
export function keyAt({ space, first, length }: Pick<Prefixed, 'space' | 'first' | 'length'>): string {
  return `${space}/${numberText(space, first)}/${length}`
}
export function numberText(space: NumberSpace, number: bigint): string {
  return space === 'asn' ? String(number) : formatAddress(space, number)
}

/** A range as bodies state it; null where it is none. */
export function spanOf(text: unknown): Span | null {
  const parsed = typeof text === 'string' ? parseRange(text) : null
  if (parsed === null || !parsed.ok) return null
  const { space, first, last } = parsed.value
  return { space, first, last }
}
export function spanBetween(space: NumberSpace, first: string, last: string): Span {
  const [low, high] = [parseNumber(space, first), parseNumber(space, last)]
  if (!low.ok || !high.ok) throw new Error(`no numbers: ${first}, ${last}`)
  return { space, first: low.value, last: high.value }
}

/** Spans never change: what one is made up of is worked out once. */
const WORKED_OUT: WeakMap<Span, readonly Prefixed[]> = new WeakMap()

/** The fewest prefixes that make up exactly these numbers. */
export function prefixesOf(span: Span): readonly Prefixed[] {
  const known = WORKED_OUT.get(span)
  if (known !== undefined) return known
  const found = workedOut(span)
  WORKED_OUT.set(span, found)
  return found
}
/** The largest that fits, again and again. */
function workedOut({ space, first, last }: Span): readonly Prefixed[] {
  const found: Prefixed[] = []
  for (let next = first; next <= last; ) {
    let length: number = WIDTH[space]
    for (; length > 0; length--) {
      const size = 1n << BigInt(WIDTH[space] - length + 1)
      if (next % size !== 0n || next + size - 1n > last) break
    }
    const one = prefixed(space, next, length)
    found.push(one)
    next = one.last + 1n
  }
  return found
}

/** What is left of the numbers without others. */
export function without(whole: Span, taken: Span): readonly Span[] {
  if (!touches(whole, taken)) return [whole]
  const { space, first, last } = whole
  const left: Span[] = []
  if (first < taken.first) left.push({ space, first, last: taken.first - 1n })
  if (taken.last < last) left.push({ space, first: taken.last + 1n, last })
  return left
}

/** A range as records state it: first and last number. */
export function plainRange(text: string): string {
  const span = spanOf(text)
  if (span === null) return text
  const sign = span.space === 'asn' ? 'AS' : ''
  if (sign !== '' && span.first === span.last) return `AS${span.first}`
  return `${sign}${numberText(span.space, span.first)} - ${sign}${numberText(span.space, span.last)}`
}
