/** What a change is, in one sentence. Facts only: the files give no reason, and none is supposed. */

import type { Change } from './model.ts'

type Facts = Omit<Change, 'text'>

const days = (count: number | null): string => (count === 1 ? '1 day' : `${count ?? 0} days`)

const holder = (id: string | null): string =>
  id === null ? 'a holder without a published id' : `holder ${id}`

function transferText(transfer: Facts['transfer']): string {
  if (transfer === null) return 'No transfer of these numbers is in the transfer logs followed here.'
  return `A transfer of these numbers is published${transfer.day === null ? '' : ` for ${transfer.day}`}.`
}

function newHolder({ toHolder, transfer }: Facts): string {
  const says = `The published holder is another: ${holder(toHolder)}`
  return `${says}. ${transferText(transfer)}`
}

function ended({ becomes }: Facts): string {
  const now: Readonly<Record<string, string>> = {
    available: 'The numbers are listed as available.',
    reserved: 'The numbers are listed as reserved.',
    unlisted: 'The numbers are not listed any more.',
    mixed: 'The numbers are listed as available or reserved in parts.',
  }
  return `No longer delegated in the published file; the file gives no procedure. ${now[becomes ?? ''] ?? ''}`.trim()
}

function moved({ otherRegistry, registry, daysBetween, transfer }: Facts): string {
  const apart = daysBetween === null || daysBetween < 1 ? '' : `, ${days(daysBetween)} later`
  return `Delegated by ${otherRegistry ?? 'another registry'} before, and by ${registry}${apart}. ${transferText(transfer)}`
}

function conflictOver({ registry, otherRegistry, after }: Facts): string {
  const both = `the files of both ${registry} and ${otherRegistry ?? 'another registry'}`
  if (new Set(after.map((row) => row.registry)).size < 2) return `No longer delegated in ${both}.`
  return `Not known to be delegated in ${both} any more: no file of ${otherRegistry ?? 'the other'} from about this day is followed here.`
}

const ROWS: Readonly<Record<string, string>> = {
  split: 'One row of the same holder has become several.',
  merge: 'Several rows of the same holder have become one.',
  're-cut': 'Rows of the same holder are cut differently.',
  'free-space-re-cut': 'The same numbers are listed as free or reserved, in other pieces.',
}

function attribute({ kind, before, after }: Facts): string {
  const [old, now] = [before[0], after[0]]
  const say = (from: string | null | undefined, to: string | null | undefined): string =>
    `from ${from ?? 'none'} to ${to ?? 'none'}`
  if (kind === 'country') return `The published country changed ${say(old?.country, now?.country)}.`
  if (kind === 'status') return `The published status changed ${say(old?.status, now?.status)}.`
  return `The published date changed ${say(old?.registered, now?.registered)}.`
}

function freeSpace({ before, after }: Facts): string {
  if (after.length === 0) return `No longer listed as ${before[0]?.status ?? 'free'}.`
  if (before.length === 0) return `Newly listed as ${after[0]?.status ?? 'free'}.`
  return `Listed as ${after[0]?.status ?? 'free'} where it was ${before[0]?.status ?? 'free'}.`
}

/** The sentence of a change. */
export function textOf(facts: Facts): string {
  const { kind, fromHolder, toHolder, daysBetween, otherRegistry, registry } = facts
  switch (kind) {
    case 'first-delegation':
      return `Delegated to ${holder(toHolder)}: the first delegation of these numbers in the files followed here.`
    case 'same-holder-again':
      return `Delegated again to the same holder by the published opaque-id, ${days(daysBetween)} after it ended.`
    case 'other-holder-later':
      return `Delegated to ${holder(toHolder)}, ${days(daysBetween)} after the delegation to ${holder(fromHolder)} ended.`
    case 'new-holder':
      return newHolder(facts)
    case 'ended':
      return ended(facts)
    case 're-key':
      return `Everything published under ${fromHolder ?? 'no id'} is now under ${toHolder ?? 'no id'}, with dates and countries unchanged.`
    case 'country':
    case 'status':
    case 'date':
      return attribute(facts)
    case 'spelling':
      return 'The row is spelled differently and says the same.'
    case 'moved':
      return moved(facts)
    case 'conflict':
      return `Delegated in the files of both ${registry} and ${otherRegistry ?? 'another registry'}.`
    case 'conflict-over':
      return conflictOver(facts)
    case 'contradiction':
      return 'Two rows of one file speak of the same numbers.'
    case 'free-space':
      return freeSpace(facts)
    case 'split':
    case 'merge':
    case 're-cut':
    case 'free-space-re-cut':
      return ROWS[kind] ?? ''
  }
}
