/** What a question to feeds, CSV and proofs is about: numbers, or a published holder. */

import { parseRange, type Range } from '@cadastre/numbers'
import { type CalendarDate, parseDate } from '@cadastre/records'
import type { ChangeFilter } from '../model.ts'
import { numbersText } from '../report.ts'
import type { HolderNames } from '../world/watched-snapshot.ts'

export type Subject = { readonly text: string; readonly filter: ChangeFilter; readonly range: Range | null }

/** The numbers of a text: an address, a prefix, a range, `AS64496`, or a range of AS numbers; null where it is none. */
export function numbersIn(text: string): Range | null {
  const parsed = parseRange(text.trim())
  return parsed.ok ? parsed.value : null
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
