/** Ended delegations as CSV (RFC 4180). */

import type { EndedDelegation } from '../report.ts'

const CRLF = '\r\n'

/** A field, quoted where RFC 4180 asks for it; a text that a spreadsheet would run as a formula begins with a quote. */
function field(value: string | number | null): string {
  const text = value === null ? '' : String(value)
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+$/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function lines(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  return [head, ...rows].map((row) => row.map(field).join(',')).join(CRLF) + CRLF
}

export function endedCsv(ended: readonly EndedDelegation[]): string {
  return lines(
    ['day', 'previous', 'numbers', 'holder', 'becomes', 'same_row', 'row', 'back_on', 'days_until_back'],
    ended.map((one) => [
      one.day,
      one.previous,
      one.numbers,
      one.holder,
      one.becomes,
      one.sameRow ? 'yes' : 'no',
      one.row,
      one.backOn,
      one.daysUntilBack,
    ]),
  )
}
