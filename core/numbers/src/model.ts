declare const brand: unique symbol
type Brand<T, B extends string> = T & { readonly [brand]: B }

/** The number spaces of the registry. `asn` is the 32-bit space of AS numbers (RFC 6793). */
export type NumberSpace = 'ip4' | 'ip6' | 'asn'

/** Bits in a number of each space. */
export const WIDTH: { readonly ip4: 32; readonly ip6: 128; readonly asn: 32 } = { ip4: 32, ip6: 128, asn: 32 }

/** Every number space, in the order in which `compareBlock` and `compareRange` sort them. */
export const NUMBER_SPACES: readonly NumberSpace[] = ['ip4', 'ip6', 'asn']

/** An aligned block: the numbers that share the first `length` bits of `first`; later bits are zero. */
export type Block = Brand<
  { readonly space: NumberSpace; readonly first: bigint; readonly length: number },
  'Block'
>

/** A block of IP addresses. */
export type Prefix = Block & { readonly space: 'ip4' | 'ip6' }

/** All numbers from `first` to `last`, both included; `first <= last`. Need not be aligned. */
export type Range = Brand<
  { readonly space: NumberSpace; readonly first: bigint; readonly last: bigint },
  'Range'
>

/** An AS number, 0 to 4294967295. */
export type Asn = Brand<number, 'Asn'>

const POWERS: readonly bigint[] = Array.from({ length: 129 }, (_, exponent) => 1n << BigInt(exponent))

/** 2 to the power `exponent`, 0 to 128, without allocation. */
export function power(exponent: number): bigint {
  const value = POWERS[exponent]
  if (value === undefined) throw new RangeError(`no power of two kept for ${exponent}`)
  return value
}

const LAST_IN_SPACE = { ip4: power(32) - 1n, ip6: power(128) - 1n, asn: power(32) - 1n } as const

/** The highest number of a space. */
export function lastInSpace(space: NumberSpace): bigint {
  return LAST_IN_SPACE[space]
}

// The casts below are the only places that mint the brands. They stay inside the room: callers have checked.

/** Mints a block; `first` is inside the space and aligned to `length`. */
export function mintBlock(space: NumberSpace, first: bigint, length: number): Block {
  return { space, first, length } as Block
}

/** Mints a prefix, under the conditions of `mintBlock`. */
export function mintPrefix(space: 'ip4' | 'ip6', first: bigint, length: number): Prefix {
  return { space, first, length } as Prefix
}

/** Mints a range; both ends are inside the space and `first <= last`. */
export function mintRange(space: NumberSpace, first: bigint, last: bigint): Range {
  return { space, first, last } as Range
}

/** Mints an AS number; an integer from 0 to 4294967295. */
export function mintAsn(value: number): Asn {
  return value as Asn
}
