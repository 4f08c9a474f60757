/**
 * Internet numbers: IPv4 and IPv6 addresses, AS numbers, aligned blocks, ranges and the free space between them.
 *
 * Everything else in the house speaks of numbers through these types. `Block`, `Prefix`, `Range` and `Asn` are minted
 * only here, after a check, so a function that receives one need not check again. A number is a bigint in every
 * space, so that code is the same for all three; parsing and printing 32-bit numbers takes a path without bigint
 * arithmetic, because statistics files hold hundreds of thousands of them. The room is pure: no clock, no I/O.
 */
export { type Address, formatAddress, parseAddress, parseNumber } from './address.ts'
export { asn, asnBlock, formatAsn, parseAsn } from './asn.ts'
export { bitAt, blockBytes, bytesToValue, commonPrefixLength, valueBytes } from './bits.ts'
export {
  block,
  blockKey,
  blockLast,
  blockSize,
  formatPrefix,
  isPrefix,
  parseBlockKey,
  parsePrefix,
  parsePrefixMasked,
  singleBlock,
} from './block.ts'
export {
  type Fit,
  freeRanges,
  lowerCursor,
  lowestFit,
  normalise,
  subtract,
  union,
} from './free-space.ts'
export {
  type Asn,
  type Block,
  lastInSpace,
  NUMBER_SPACES,
  type NumberSpace,
  type Prefix,
  type Range,
  WIDTH,
} from './model.ts'
export {
  blockRange,
  blocksToRange,
  formatRange,
  parseRange,
  range,
  rangeOfCount,
  rangeSize,
  rangeToBlock,
  rangeToBlocks,
} from './range.ts'
export {
  ancestor,
  compareBlock,
  compareRange,
  contains,
  equalBlock,
  equalRange,
  halves,
  intersection,
  overlaps,
  parent,
} from './relations.ts'
export { err, type NumberError, type NumberErrorCode, ok, type Result } from './result.ts'
