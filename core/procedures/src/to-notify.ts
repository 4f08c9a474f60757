/**
 * Windows that somebody else than the signer may veto: they begin when an attempt to tell each holder whom the act
 * concerns has been logged (`record-notice`), and by nothing else.
 *
 *     noticeNeeds(): readonly Need[]
 *     awaitNotice(application, holders, window, inputs, at): Application
 */

import { type Application, addSeconds, type Instant } from '@cadastre/records'
import type { Window } from './business-days.ts'
import { numberParameter, procedureKey, procedureOf, recordNeed } from './common.ts'
import { DRAFT_SINCE } from './effects.ts'
import type { Inputs, Need } from './procedure.ts'

export const RECORD_NOTICE_ID = 'record-notice/1'

/** Inputs of {@link awaitNotice}. */
export function noticeNeeds(): readonly Need[] {
  return [recordNeed(procedureKey(RECORD_NOTICE_ID))]
}

/** Whether a window can be made to begin here. */
export function canNotify(inputs: Inputs): boolean {
  return procedureOf(inputs, RECORD_NOTICE_ID) !== null
}

/** The application in the state in which the registry owes an attempt to tell these holders, by a published deadline. */
export function awaitNotice(
  application: Application,
  holders: readonly string[],
  { windowSeconds, windowDays }: Window,
  inputs: Inputs,
  at: Instant,
): Application {
  const record = procedureOf(inputs, RECORD_NOTICE_ID)
  if (record === null) throw new Error('checked by canNotify')
  return {
    ...application,
    state: 'to-notify',
    due: addSeconds(at, numberParameter(record, 'noticeSeconds')),
    opened: at,
    notice: { to: holders, attempted: [], windowSeconds, windowDays, overdue: null, since: DRAFT_SINCE },
  }
}
