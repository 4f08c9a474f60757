/** Acts that take time: recording an application, and letting a party withdraw it before its effect. */

import type {
  Application,
  ApplicationState,
  Holder,
  Instant,
  JsonObject,
  Notes,
  RecordKey,
  Schema,
} from '@cadastre/records'
import { type Asked, applicationKey, applicationOf, consent, holderOf, notesKey } from './common.ts'
import { DRAFT_SINCE, put } from './effects.ts'
import { emptyNotes, notesRecord } from './notes.ts'
import type { Effect, Inputs } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

/** What an application asks for, as it was signed: null where it is none of these steps, and without an application. */
export function stepIn<Body extends { readonly step: string }, Step extends Body['step']>(
  application: Application | null,
  body: Schema<Body>,
  ...steps: readonly [Step, ...Step[]]
): Extract<Body, { readonly step: Step }> | null {
  const read = application === null ? null : body.read(application.body, '')
  const isAsked = (value: Body): value is Extract<Body, { readonly step: Step }> =>
    steps.some((step) => step === value.step)
  return read?.ok === true && isAsked(read.value) ? read.value : null
}

/** A new application, handle `A-#` until it is stamped. */
export function newApplication(
  procedure: string,
  body: JsonObject,
  consents: readonly string[],
  state: ApplicationState,
  due: Instant | null,
  at: Instant,
): Application {
  return {
    v: 1,
    handle: 'A-#',
    procedure,
    state,
    body,
    consents,
    due,
    opened: at,
    pausedSeconds: 0,
    next: null,
    fee: null,
    reason: null,
    examination: null,
    notice: null,
    since: DRAFT_SINCE,
  }
}

/** The effect that ends an application. */
export function endApplication(
  application: Application,
  state: ApplicationState,
  reason: RefusalCode | null = null,
): Effect {
  return put(applicationKey(application.handle), { ...application, state, reason, due: null })
}

/** The notes of a registration with its pending application set or cleared; null where nothing is left to note. */
export function withPending(
  notes: Notes | null,
  registration: string,
  pending: string | null,
): { readonly key: RecordKey; readonly next: Notes | null } {
  const next = notesRecord({ ...(notes ?? emptyNotes(registration)), pending })
  return { key: notesKey(registration), next }
}

/** Whether the application has ended: what fell due counts as done, though the due op is not written yet. */
export function hasEnded(application: Application, at: Instant): boolean {
  switch (application.state) {
    case 'examining':
    case 'to-notify':
      return false
    case 'waiting':
    case 'fee-due':
    case 'cooling':
    case 'noticed':
      return application.due !== null && application.due <= at
    default:
      return true
  }
}

/** One living `full` key of the holder signed: enough to withdraw what a thief of the others may have asked for. */
export function oneFullKeySigned(holder: Holder, from: Asked<unknown>): boolean {
  return (holder.policy?.keys ?? []).some(
    ({ alg, key, roles }) =>
      roles.includes('full') && from.signatures.keys.some((by) => by.alg === alg && by.key === key),
  )
}

function fullyConsented(holder: Holder, from: Asked<unknown>): boolean {
  return consent(holder, from, 'full') !== null
}

/** Whether this party may withdraw this application now; `signed`: whether enough of its keys signed. */
export function withdrawalRefusal(
  from: Asked<{ readonly application: string; readonly by: string }>,
  procedure: string,
  inputs: Inputs,
  at: Instant,
  signed: (holder: Holder, from: Asked<unknown>) => boolean = fullyConsented,
): RefusalCode | null {
  const application = applicationOf(inputs, from.body.application)
  if (application === null || application.procedure !== procedure) return 'application-unknown'
  if (hasEnded(application, at)) return 'application-closed'
  if (!application.consents.includes(from.body.by)) return 'not-party'
  const holder = holderOf(inputs, from.body.by)
  if (holder === null) return 'holder-unknown'
  return signed(holder, from) ? null : 'consent-missing'
}
