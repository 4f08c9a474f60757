/** What a question to feeds, CSV and proofs is about: numbers, or a published holder. */

import { parseAddress, parseAsn, parseRange, type Range, range } from '@cadastre/numbers'
import type { CalendarDate } from '@cadastre/records'
import { parseDate } from '@cadastre/records'
import type { ChangeFilter } from '../model.ts'
import { numbersText } from '../report.ts'
import type { HolderNames } from '../world/watched-snapshot.ts'

export type Subject = { readonly text: string; readonly filter: ChangeFilter; readonly range: Range | null }

/** The numbers of a text: an address, a prefix, a range, `AS64496`, or a range of AS numbers; null where it is none. */
export function numbersIn(text: string): Range | null {
  const trimmed = text.trim()
  const number = parseAsn(/^\d+$/.test(trimmed) ? `AS${trimmed}` : trimmed)
  if (number.ok) return single('asn', BigInt(number.value))
  const address = parseAddress(trimmed)
  if (address.ok) return single(address.value.space, address.value.value)
  const parsed = parseRange(trimmed)
  return parsed.ok ? parsed.value : null
}

function single(space: Range['space'], value: bigint): Range | null {
  const made = range(space, value, value)
  return made.ok ? made.value : null
}

/** Numbers, or a holder by its handle (`IMP-AFRINIC-F36B9F4B`); null where the text is neither. */
export function subjectOf(text: string, names: HolderNames): Subject | null {
  const numbers = numbersIn(text)
  if (numbers !== null) return { text: numbersText(numbers), filter: { within: numbers }, range: numbers }
  const handle = text.trim().toUpperCase()
  const holder = names.get(handle)
  return holder === undefined ? null : { text: handle, filter: { holder }, range: null }
}

/** `at` of a question: a day; null for now, and `'malformed'` where it is no day. */
export function dayIn(text: string | undefined): CalendarDate | null | 'malformed' {
  if (text === undefined || text === '') return null
  return parseDate(text) ?? 'malformed'
}
