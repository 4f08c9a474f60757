// Sizes pass 2^31, so shifts are written as divisions: JavaScript's shift operators keep 32 bits.

/** Throws a RangeError unless `value` is an integer from 0 to 2^53 - 1. */
export function assertSize(value: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${what} is not a size: ${value}`)
}

/** floor(value / 2^bits). */
export function shiftRight(value: number, bits: number): number {
  return Math.floor(value / 2 ** bits)
}

export function isOdd(value: number): boolean {
  return value % 2 === 1
}

/** floor(log2(value)) for value >= 1; exact, unlike Math.log2 near powers of two. */
export function floorLog2(value: number): number {
  const high = Math.floor(value / 2 ** 32)
  return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(value)
}

/** The largest power of two smaller than `value`, for value >= 2: where RFC 6962 splits a tree. */
export function splitPoint(value: number): number {
  return 2 ** floorLog2(value - 1)
}
