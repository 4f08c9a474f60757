/** Which registration answers a query of numbers: the smallest that wholly contains what was asked (NRO profile). */

import { type Block, contains, rangeToBlocks, singleBlock } from '@cadastre/numbers'
import {
  type CoveringCell,
  type CoveringRegistration,
  innermost,
  type Registration,
  registrationRange,
  registrationsOn,
} from '@cadastre/records'
import { pathInForce, type ServedRecord } from '../record.ts'

/** A registration as RDAP addresses it: the same for every query that it answers. */
export type Subject = {
  readonly registration: Registration
  /** Whose query is its `self`. */
  readonly anchor: Block
  /** The registration around it. */
  readonly parent: CoveringRegistration | null
}

/** `path` leads to a cell of the registration, or deeper. */
export function subjectOf(
  record: ServedRecord,
  path: readonly CoveringCell[],
  { block, registration }: CoveringRegistration,
): Subject {
  const anchor = anchorOf(record, block, registration)
  const own = anchor === null ? path : pathInForce(record, anchor)
  const all = registrationsOn(own)
  const place = all.findIndex((one) => one.registration.id === registration.id)
  return { registration, anchor: anchor ?? block, parent: all[place - 1] ?? null }
}

/**
 * Its first prefix that no child fills; of an AS block its first number outside its children. Null where there is none.
 */
function anchorOf(record: ServedRecord, cell: Block, registration: Registration): Block | null {
  const range = registrationRange(registration, cell.space)
  if (cell.space === 'asn') {
    for (let number = range.first; number <= range.last; ) {
      const at = singleBlock('asn', number)
      const found = innermost(pathInForce(record, at))
      if (found === null || found.registration.id === registration.id) return at
      number = registrationRange(found.registration, 'asn').last + 1n
    }
    return singleBlock('asn', range.last)
  }
  const blocks = rangeToBlocks(range)
  if (blocks.length === 1) return blocks[0] ?? null
  return (
    blocks.find((one) => innermost(pathInForce(record, one))?.registration.id === registration.id) ?? null
  )
}

/** The cell whose history is the registration's. */
export function historyCell({ registration, anchor }: Subject): Block {
  if (anchor.space !== 'asn') return anchor
  const blocks = rangeToBlocks(registrationRange(registration, 'asn'))
  return blocks.find((one) => contains(one, anchor)) ?? anchor
}
