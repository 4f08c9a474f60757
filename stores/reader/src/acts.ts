/** Claims and successions in their window, in words that every face shows alike. */

import type { Instant, Transit } from '@cadastre/records'
import type { ActUnderWay } from '@cadastre/replay'

/** An act under way that anybody should see before it has an effect. */
export type ActOn = {
  readonly application: string
  readonly title: 'Claim' | 'Succession'
  readonly says: string
}

/** Path of the page of an application, a move, or anything else that has a handle. */
export function handlePath(handle: string): string {
  return `/?q=${handle}`
}

/** What an application is about to do; null for other procedures, before its window, and once it has fallen due. */
export function actOf({ handle, procedure, state, parties, due }: ActUnderWay, at: Instant): ActOn | null {
  const { claimant, holder, predecessor, successor } = parties
  if ((state !== 'noticed' && state !== 'cooling') || due === null || due <= at) return null
  const window = `its window ends ${due}, and until then it can be vetoed.`
  if (procedure === 'claim/1') {
    const what = holder === undefined ? 'this registration' : `the record of ${holder}`
    return {
      application: handle,
      title: 'Claim',
      says: `${claimant} claims ${what} (${handle}): ${window}`,
    }
  }
  if (procedure !== 'succeed/1') return null
  const who = `${successor} is to take the place of ${predecessor}`
  const says =
    state === 'cooling'
      ? `${who}, as both have asked (${handle}): it takes effect ${due}, unless one of them withdraws.`
      : `${who} by law (${handle}): ${window}`
  return { application: handle, title: 'Succession', says }
}

/** A move to another registry, until it is final. */
export function moveSays({ handle, state, recipient, range, opened }: Transit): string {
  return `On its way to ${recipient.origin}: ${range}, state ${state} (${handle}, since ${opened}). Until it is final this registry answers for these numbers.`
}
