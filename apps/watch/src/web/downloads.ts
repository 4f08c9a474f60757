/** Ended delegations as CSV (RFC 4180). */

import { csvLine } from '../csv.ts'
import type { EndedDelegation } from '../report.ts'

export function endedCsv(ended: readonly EndedDelegation[]): string {
  const head = [
    'day',
    'previous',
    'numbers',
    'holder',
    'becomes',
    'same_row',
    'row',
    'back_on',
    'days_until_back',
  ]
  const lines = ended.map((one) => [
    one.day,
    one.previous,
    one.numbers,
    one.holder,
    one.becomes,
    one.sameRow ? 'yes' : 'no',
    one.row,
    one.backOn,
    one.daysUntilBack,
  ])
  return [head, ...lines].map(csvLine).join('')
}
