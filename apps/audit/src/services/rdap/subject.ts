/** Which registration answers a query of numbers: the smallest that wholly contains what was asked (NRO profile). */

import { type Block, contains, rangeToBlocks, singleBlock } from '@cadastre/numbers'
import {
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

/** The subject of a registration that was met in a cell. */
export function subjectOf(record: ServedRecord, { block, registration }: CoveringRegistration): Subject {
  const anchor = anchorOf(record, block, registration)
  const all = registrationsOn(pathInForce(record, anchor))
  const place = all.findIndex((one) => one.registration.id === registration.id)
  return { registration, anchor, parent: all[place - 1] ?? null }
}

/**
 * Its first prefix that no child fills; of an AS block its first number outside its children. Where children fill all
 * of it no query leads to it, and it stands in lists alone: then it is its widest prefix, or its last number.
 */
function anchorOf(record: ServedRecord, cell: Block, registration: Registration): Block {
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
  const [first] = blocks
  if (first === undefined || blocks.length === 1) return first ?? cell
  const answers = (one: Block): boolean =>
    innermost(pathInForce(record, one))?.registration.id === registration.id
  return (
    blocks.find(answers) ?? blocks.reduce((widest, one) => (one.length < widest.length ? one : widest), first)
  )
}

/** The cell whose history is the registration's. */
export function historyCell({ registration, anchor }: Subject): Block {
  if (anchor.space !== 'asn') return anchor
  const blocks = rangeToBlocks(registrationRange(registration, 'asn'))
  return blocks.find((one) => contains(one, anchor)) ?? anchor
}
