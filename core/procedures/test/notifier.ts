/** The notices service in a {@link World}: its key, and attempts that it records. */

import { type JsonObject, objectKey } from '@cadastre/records'
import { recordNotice } from '../src/record-notice.ts'
import { RECORD_NOTICE_ID } from '../src/to-notify.ts'
import { DAY, type World } from './world.ts'

export const MESSAGE: string = `${'M'.repeat(42)}A=`
export const NOTIFIER = 'NOTIFIER'

/** `record-notice` in force, and the member of staff whose key is named like its handle. */
export function addNotifier(here: World): void {
  const member = { v: 1, handle: NOTIFIER, role: 'notifier', alg: 'ed25519', key: NOTIFIER, outside: false }
  here.put(objectKey('staff', NOTIFIER), { ...member, since: 0 })
  here.put(objectKey('procedure', 'RECORD-NOTICE-1'), {
    v: 1,
    id: RECORD_NOTICE_ID,
    text: '',
    parameters: { noticeSeconds: DAY },
    revisions: [],
    since: 0,
  })
}

/** An attempt to tell a holder without an address of what the application waits for. */
export function attemptAt(
  here: World,
  application: string,
  holder: string | null,
  more: JsonObject = {},
): JsonObject {
  const notice = here.object('application', application)?.['notice'] as JsonObject | null
  return {
    entry: notice?.['since'] ?? 0,
    application,
    holder,
    channel: 'public',
    to: null,
    message: MESSAGE,
    at: here.at,
    reply: 'no-address',
    code: null,
    ...more,
  }
}

export function record(here: World, attempts: readonly JsonObject[]): string | null {
  return here.ask(recordNotice, { body: { staff: NOTIFIER, attempts }, by: [NOTIFIER] })
}

/** Everybody whom the application waits for is told, in one entry. */
export function notify(here: World, application: string): string | null {
  const to = (here.object('application', application)?.['notice'] as { to: string[] } | null)?.to ?? []
  const holders = to.length === 0 ? [null] : to
  return record(
    here,
    holders.map((holder) => attemptAt(here, application, holder)),
  )
}
