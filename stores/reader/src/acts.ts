/** Claims and successions in their window, in words that every face shows alike. */

import type { Application, Instant, Json, Transit } from '@cadastre/records'

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
export function actOf({ handle, procedure, state, body, due }: Application, at: Instant): ActOn | null {
  if ((state !== 'noticed' && state !== 'cooling') || due === null || due <= at) return null
  const window = `its window ends ${due}, and until then it can be vetoed.`
  if (procedure === 'claim/1') {
    const what = body['holder'] === undefined ? 'this registration' : `the record of ${text(body['holder'])}`
    return {
      application: handle,
      title: 'Claim',
      says: `${text(body['claimant'])} claims ${what} (${handle}): ${window}`,
    }
  }
  if (procedure !== 'succeed/1') return null
  const who = `${text(body['successor'])} is to take the place of ${text(body['predecessor'])}`
  const says =
    state === 'cooling'
      ? `${who}, as both have asked (${handle}): it takes effect ${due}, unless one of them withdraws.`
      : `${who} by law (${handle}): ${window}`
  return { application: handle, title: 'Succession', says }
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : 'somebody')

/** A move to another registry, until it is final. */
export function moveSays({ handle, state, recipient, range, opened }: Transit): string {
  return `On its way to ${recipient.origin}: ${range}, state ${state} (${handle}, since ${opened}). Until it is final this registry answers for these numbers.`
}
