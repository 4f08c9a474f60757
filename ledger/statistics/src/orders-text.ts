/** The transparency report as text. */

import type { NoticeShare, OrdersReport } from './orders.ts'

const listed = (counts: { readonly [name: string]: number }): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')

const DAY = 86_400

function duration(seconds: number | null): string {
  if (seconds === null) return 'none yet'
  return seconds < 2 * DAY ? `${seconds} s` : `${Math.floor(seconds / DAY)} days`
}

function share({ executed, noticed, share: part }: NoticeShare): string {
  return `${noticed} of ${executed}${part === null ? '' : ` (${(100 * part).toFixed(1)} %)`}`
}

/** Lines for people; the same numbers as the report. `lacking`: adverse acts without a basis. */
export function ordersLines(report: OrdersReport, lacking: number): readonly string[] {
  const { served, counted, seals, effects, outcomes, returned, authorities, times } = report
  const { noticeBeforeEffect, activeHolds, reversed, objections, conflicts } = report
  return [
    `Orders of courts and other authorities: ${served} served${counted === served ? '' : `, but the state counts ${counted}`}; under a seal now ${seals.now}, ever ${seals.ever}, not opened in time ${seals.overdue}.`,
    `  by effect    ${listed(effects)}`,
    `  by outcome   ${listed(outcomes)}`,
    `  returned for ${Object.keys(returned).length === 0 ? 'nothing: 0' : listed(returned)}`,
    ...(authorities.length === 0 ? ['  by authority none is registered: 0'] : []),
    ...authorities.map(
      ({ authority, kind, served: own, effects: theirs, outcomes: became }) =>
        `  ${authority} (${kind ?? 'not in the register'}): ${own}${own === 0 ? '' : `; ${listed(some(theirs))}; ${listed(some(became))}`}`,
    ),
    `  notice before effect: ${share(noticeBeforeEffect.all)} executed; of what takes something away ${share(noticeBeforeEffect.takes)}`,
    `  median times: served to received ${duration(times.servedToReceived.medianSeconds)}, to verified ${duration(times.receivedToVerified.medianSeconds)}, from there to the notice ${duration(times.verifiedToNotified.medianSeconds)}, to execution ${duration(times.verifiedToExecuted.medianSeconds)}`,
    `  holds in force: ${activeHolds.length}`,
    ...activeHolds.map(
      ({ order, authority, ranges, ageSeconds, until }) =>
        `    ${order} of ${authority} on ${ranges.join(', ')}, ${duration(ageSeconds)} old, ${until === null ? 'open-ended' : `until ${until}`}`,
    ),
    `  reversed ${reversed}, objections to facts ${objections.made} (upheld ${objections.upheld}), in conflict ${conflicts}`,
    `  adverse acts without a basis: ${lacking}`,
  ]
}

function some(counts: { readonly [name: string]: number }): { readonly [name: string]: number } {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
}
