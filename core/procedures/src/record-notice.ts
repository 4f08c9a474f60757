/**
 * The registry's notices service records its attempts to tell somebody of an entry. Where a window waits for that, it
 * begins with the entry that logs the attempt. The key that signs can do nothing else.
 *
 * Refusals, in order: see `recordNotice.refusals`; the page is `docs/procedures/record-notice.md`.
 */

import {
  type Application,
  array,
  canonicalJson,
  handle,
  hash32,
  type Instant,
  instant,
  integer,
  nullable,
  object,
  oneOf,
  type Schema,
} from '@cadastre/records'
import { namedCalendars, windowEndOf } from './business-days.ts'
import {
  type Asked,
  applicationKey,
  applicationOf,
  asked,
  baseNeeds,
  holderKey,
  holderOf,
  objectAt,
  recordNeed,
  staffRefusal,
} from './common.ts'
import { accept, put, refuse } from './effects.ts'
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'
import { signedByStaff, staffNeeds } from './staff.ts'
import { RECORD_NOTICE_ID } from './to-notify.ts'

/** `public`: nobody could be written to, so the entry itself is the notice. */
export const NOTICE_CHANNELS = ['mail', 'webhook', 'public'] as const
/**
 * `delivered`: the server took it. `temporary`, `unreachable`: it may be tried again. `permanent`: refused for good.
 * `no-address`: there is nothing to write to. `no-channel`: the installation cannot send. `unknown`: the program ended
 * before it heard the answer.
 */
export const REPLY_CLASSES = [
  'delivered',
  'temporary',
  'unreachable',
  'permanent',
  'no-address',
  'no-channel',
  'unknown',
] as const

/** One attempt to tell somebody of an entry. */
export type NoticeAttempt = {
  /** Index of the entry that the message tells of. */
  readonly entry: number
  /** The application that this entry is about; null where it is about none. */
  readonly application: string | null
  /** The holder that is told; null for a subscriber, and for everybody. */
  readonly holder: string | null
  readonly channel: (typeof NOTICE_CHANNELS)[number]
  /** Commitment of the address, or for a subscriber a hash that stands for it; null on `public`. Never an address. */
  readonly to: string | null
  /** SHA-256 of the message. */
  readonly message: string
  readonly at: Instant
  readonly reply: (typeof REPLY_CLASSES)[number]
  /** The server's code; null where none was heard. */
  readonly code: number | null
}
export type RecordNoticeBody = { readonly staff: string; readonly attempts: readonly NoticeAttempt[] }

/** So many fit one request, and their applications one entry, however long the handles are. */
export const MAX_ATTEMPTS = 32

const attempt: Schema<NoticeAttempt> = object({
  entry: integer(0, Number.MAX_SAFE_INTEGER),
  application: nullable(handle),
  holder: nullable(handle),
  channel: oneOf(NOTICE_CHANNELS),
  to: nullable(hash32),
  message: hash32,
  at: instant,
  reply: oneOf(REPLY_CLASSES),
  code: nullable(integer(0, 999)),
})
const body: Schema<RecordNoticeBody> = object({ staff: handle, attempts: array(attempt, MAX_ATTEMPTS, 1) })

/** What a schema cannot say: only what is for everybody goes to no address. */
function isMalformed({ attempts }: RecordNoticeBody): boolean {
  return attempts.some(({ channel, to }) => (channel === 'public') !== (to === null))
}

function applicationsOf({ attempts }: RecordNoticeBody): readonly string[] {
  return [...new Set(attempts.flatMap(({ application }) => (application === null ? [] : [application])))]
}

function refusalOf(from: Asked<RecordNoticeBody>, inputs: Inputs, at: Instant): RefusalCode | null {
  const { staff, attempts } = from.body
  const refusal =
    staffRefusal(from, inputs, RECORD_NOTICE_ID) ?? signedByStaff(from, [staff], ['notifier'], inputs)
  if (refusal !== null) return refusal
  const texts = attempts.map((one) => canonicalJson({ ...one }))
  if (new Set(texts).size !== texts.length) return 'attempt-repeated'
  if (attempts.some((one) => one.at > at)) return 'instant-in-future'
  return applicationsOf(from.body).every((name) => applicationOf(inputs, name) !== null)
    ? null
    : 'application-unknown'
}

/** Commitments of the addresses at which the holder can be told; replaced ones count as long as they are kept. */
function addressesOf(name: string, inputs: Inputs): readonly string[] {
  const holder = holderOf(inputs, name)
  if (holder === null) return []
  const contacts = [...holder.contacts, ...holder.formerContacts.map(({ contact }) => contact)]
  return contacts.flatMap(({ fields }) => fields['email'] ?? [])
}

/** Whether this attempt is one to tell the holder (null: everybody) of what the application waits for. */
function counts(
  one: NoticeAttempt,
  application: Application,
  holder: string | null,
  inputs: Inputs,
): boolean {
  const { notice } = application
  if (notice === null || one.application !== application.handle) return false
  if (one.entry !== notice.since || one.holder !== holder || one.at < application.opened) return false
  if (one.channel === 'webhook') return false
  const addresses = holder === null ? [] : addressesOf(holder, inputs)
  if (one.channel === 'mail') return one.to !== null && addresses.includes(one.to)
  // In public alone only where nothing can be written to, or nothing can be sent from here.
  return one.reply === 'no-channel' || addresses.length === 0
}

/** The application with what was attempted; its window begins when that is everybody. Null where nothing changes. */
function notified(
  application: Application,
  attempts: readonly NoticeAttempt[],
  inputs: Inputs,
  at: Instant,
): Application | null {
  const { notice } = application
  if (application.state !== 'to-notify' || notice === null) return null
  const tried = (holder: string | null): boolean =>
    attempts.some((one) => counts(one, application, holder, inputs))
  const fresh = notice.to.filter((holder) => !notice.attempted.includes(holder) && tried(holder))
  const attempted = [...notice.attempted, ...fresh]
  const everybody = notice.to.length === 0 ? tried(null) : attempted.length === notice.to.length
  const next: Application = { ...application, notice: { ...notice, attempted } }
  if (everybody) return { ...next, state: 'noticed', due: windowEndOf(notice, inputs, at), opened: at }
  return fresh.length === 0 ? null : next
}

function effectsOf(wish: RecordNoticeBody, inputs: Inputs, at: Instant): readonly Effect[] {
  return applicationsOf(wish).flatMap((name) => {
    const application = applicationOf(inputs, name)
    const next = application === null ? null : notified(application, wish.attempts, inputs, at)
    return next === null ? [] : [put(applicationKey(name), next)]
  })
}

/** The registry's deadline has passed without an attempt: that stands in the application from now on. */
function decideDue(application: Application | null, at: Instant): Decision {
  if (application?.notice == null || application.state !== 'to-notify') return refuse('not-due')
  const { due, notice } = application
  if (due === null || due > at) return refuse('not-due')
  const next: Application = { ...application, due: null, notice: { ...notice, overdue: due } }
  return accept([put(applicationKey(application.handle), next)])
}

function needs(act: Act, known: Inputs): readonly Need[] {
  if (act.kind === 'due') return baseNeeds(RECORD_NOTICE_ID)
  const from = asked(act, body)
  if (from === null) return []
  const applications = applicationsOf(from.body)
  const first = [
    ...baseNeeds(RECORD_NOTICE_ID),
    ...staffNeeds([from.body.staff]),
    ...applications.map((name) => recordNeed(applicationKey(name))),
  ]
  if (!first.every((need) => known.has(need))) return first
  const waited = applications.flatMap((name) => {
    const application = applicationOf(known, name)
    return application?.state === 'to-notify' ? (application.notice?.to ?? []) : []
  })
  const told = from.body.attempts.flatMap(({ holder }) => holder ?? [])
  return [
    ...first,
    ...waited.filter((name) => told.includes(name)).map((name) => recordNeed(holderKey(name))),
    ...namedCalendars(
      applications.flatMap((name) => {
        const application = applicationOf(known, name)
        return application?.state === 'to-notify' ? (application.notice?.windowDays ?? []) : []
      }),
    ),
  ]
}

export const recordNotice: Procedure<RecordNoticeBody> = {
  id: RECORD_NOTICE_ID,
  body,
  refusals: [
    'body-malformed',
    'not-due',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'staff-unknown',
    'wrong-staff-role',
    'staff-signature-missing',
    'attempt-repeated',
    'instant-in-future',
    'application-unknown',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') return decideDue(objectAt('application', act.subject, inputs), at)
    const from = asked(act, body)
    if (from === null || isMalformed(from.body)) return refuse('body-malformed')
    const refusal = refusalOf(from, inputs, at)
    return refusal === null ? accept(effectsOf(from.body, inputs, at)) : refuse(refusal)
  },
}
