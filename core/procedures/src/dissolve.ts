/**
 * P12 Death or dissolution. On official notice, examined by two attestors, the holder's record says that the holder is
 * dissolved. That is all: its holdings, services and keys stay as they are. Any one key of the holder takes it back at
 * any time. Who succeeds is another matter (`succeed`).
 *
 * Refusals, in order: see `dissolve.refusals`; the page is `docs/procedures/dissolve.md`.
 */

import { err, ok, type Result } from '@cadastre/numbers'
import {
  type Application,
  addSeconds,
  base64,
  type FiledNotice,
  handle,
  hash32,
  type Instant,
  object,
  type Schema,
  tagged,
} from '@cadastre/records'
import { hasEnded, newApplication, stepIn } from './applications.ts'
import { calendarNeeds, longestDays } from './business-days.ts'
import {
  type Asked,
  admitted,
  applicationKey,
  applicationOf,
  asked,
  baseNeeds,
  holderKey,
  holderOf,
  numberParameter,
  objectAt,
  procedureOf,
  recordNeed,
} from './common.ts'
import { accept, put, refuse } from './effects.ts'
import {
  decideEnd,
  decideExamined,
  END_STEPS,
  type EndBody,
  endNeeds,
  examinationNeeds,
  openExamination,
  rosterOf,
} from './examination.ts'
import { ownKeySigned } from './holder-changes.ts'
import { emptyHolderNotes, holderNotesKey, holderNotesOf } from './notes.ts'
import type { Act, Decision, Effect, Inputs, Need, Procedure } from './procedure.ts'
import { DISSOLUTION_QUESTIONS } from './questions.ts'
import type { RefusalCode } from './refusals.ts'

/** `key`: public key of who files the notice, and signs with it; `notice`: hash of the official notice. */
type Notice = {
  readonly step: 'notice'
  readonly holder: string
  readonly notice: string
  readonly key: string
  readonly attestor: string
}
type Lift = { readonly step: 'lift'; readonly holder: string }
export type DissolveBody = Notice | Lift | EndBody

const ID = 'dissolve/1'
/** So many refused notices about one holder are remembered. */
const MAX_REFUSED = 8
const body: Schema<DissolveBody> = tagged('step', {
  notice: object({ holder: handle, notice: hash32, key: base64, attestor: handle }),
  lift: object({ holder: handle }),
  ...END_STEPS,
})

function decideNotice(from: Asked<Notice>, inputs: Inputs, at: Instant): Decision {
  const wish = from.body
  const effects = effectsOf(wish, inputs, at)
  if (!effects.ok) return refuse(effects.error)
  const holder = holderOf(inputs, wish.holder)
  if (holder === null) throw new Error('checked by effectsOf')
  if (!from.signatures.keys.some(({ key }) => key === wish.key)) return refuse('claimant-signature-missing')
  const refused = refusedNotices(wish, inputs, at)
  if (!refused.ok) return refuse(refused.error)
  const notices = filedNotices(wish.key, inputs, at)
  if (!notices.ok) return refuse(notices.error)
  const plan = {
    // Strangers have limits of their own, below.
    applicant: null,
    attestor: wish.attestor,
    questions: DISSOLUTION_QUESTIONS,
    affected: [wish.holder],
    windowSeconds: 0,
    windowDays: longestDays(inputs, ID, holder, 'windowDays'),
    notices: notices.value,
  }
  const application = newApplication(ID, from.request.body, [], 'examining', null, at)
  const opened = openExamination(application, plan, inputs, at)
  if (!opened.ok) return refuse(opened.error)
  const notes = holderNotesOf(inputs, wish.holder) ?? emptyHolderNotes(wish.holder)
  const dissolution = { application: application.handle, refused: refused.value }
  return accept([...opened.value, put(holderNotesKey(wish.holder), { ...notes, dissolution })])
}

function parameter(inputs: Inputs, name: string): number {
  const parameters = procedureOf(inputs, ID)
  if (parameters === null) throw new Error('checked by commonRefusal')
  return numberParameter(parameters, name)
}

/** The notices about this holder that were refused so far, or why there can be none now. */
function refusedNotices(wish: Notice, inputs: Inputs, at: Instant): Result<readonly string[], RefusalCode> {
  const before = holderNotesOf(inputs, wish.holder)?.dissolution
  if (before === undefined) return ok([])
  const latest = applicationOf(inputs, before.application)
  if (latest !== null && !hasEnded(latest, at)) return err('notice-pending')
  const said = noticeIn(latest)
  const no = latest?.state === 'vetoed' || latest?.reason === 'examination-negative'
  const refused = no && said !== null ? [...before.refused, said.notice].slice(-MAX_REFUSED) : before.refused
  return refused.includes(wish.notice) ? err('notice-repeated') : ok(refused)
}

/** What was filed within the period, this one included; or why no more is taken. Ended ones count: they took places. */
function filedNotices(key: string, inputs: Inputs, at: Instant): Result<readonly FiledNotice[], RefusalCode> {
  const by = inputs.digest(key).toUpperCase()
  const period = parameter(inputs, 'periodSeconds')
  const recent = (rosterOf(inputs)?.notices ?? []).filter((one) => addSeconds(one.at, period) > at)
  if (recent.filter((one) => one.by === by).length >= parameter(inputs, 'noticesOfKey'))
    return err('quota-reached')
  if (recent.length >= parameter(inputs, 'notices')) return err('notices-full')
  return ok([...recent, { by, at }])
}

function effectsOf(wish: Notice, inputs: Inputs, at: Instant): Result<readonly Effect[], RefusalCode> {
  const holder = holderOf(inputs, wish.holder)
  if (holder === null) return err('holder-unknown')
  if (holder.dissolved !== null) return err('nothing-changed')
  return ok([put(holderKey(holder.handle), { ...holder, dissolved: { notice: wish.notice, at } })])
}

function decideLift(from: Asked<Lift>, inputs: Inputs, at: Instant): Decision {
  const holder = holderOf(inputs, from.body.holder)
  if (holder === null) return refuse('holder-unknown')
  if (!ownKeySigned(holder, from, at)) return refuse('consent-missing')
  if (holder.dissolved === null) return refuse('nothing-changed')
  return accept([put(holderKey(holder.handle), { ...holder, dissolved: null, active: at })])
}

function noticeIn(application: Application | null): Notice | null {
  return stepIn(application, body, 'notice')
}

function needs(act: Act, known: Inputs): readonly Need[] {
  const base = baseNeeds(ID)
  if (act.kind === 'due') {
    const wish = noticeIn(objectAt('application', act.subject, known))
    return wish === null ? base : [...base, recordNeed(holderKey(wish.holder))]
  }
  const from = asked(act, body)
  if (from === null) return []
  const wish = from.body
  if ('application' in wish) return [...base, ...endNeeds(wish)]
  const holder = recordNeed(holderKey(wish.holder))
  if (wish.step === 'lift') return [...base, holder]
  const notes = recordNeed(holderNotesKey(wish.holder))
  const first = [...base, holder, notes, ...calendarNeeds(ID, known), ...examinationNeeds(known)]
  const before = known.has(notes) ? holderNotesOf(known, wish.holder)?.dissolution : undefined
  return before === undefined ? first : [...first, recordNeed(applicationKey(before.application))]
}

export const dissolve: Procedure<DissolveBody> = {
  id: ID,
  body,
  refusals: [
    'body-malformed',
    'not-due',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    'paused',
    'application-unknown',
    'application-closed',
    'not-party',
    'holder-unknown',
    'consent-missing',
    'nothing-changed',
    'claimant-signature-missing',
    'notice-pending',
    'notice-repeated',
    'quota-reached',
    'notices-full',
    'attestor-not-outside',
    'attestors-unavailable',
  ],
  deadlineSeconds: 60,
  needs,
  decide(act, inputs, at) {
    if (act.kind === 'due') {
      const application = objectAt('application', act.subject, inputs)
      const wish = noticeIn(application)
      if (application === null || wish === null) return refuse('not-due')
      return decideExamined(application, () => effectsOf(wish, inputs, at), inputs, at)
    }
    const from = admitted(act, body, inputs, ID)
    if (!from.ok) return refuse(from.error)
    const { body: wish, ...rest } = from.value
    if (wish.step === 'notice') return decideNotice({ ...rest, body: wish }, inputs, at)
    return wish.step === 'lift'
      ? decideLift({ ...rest, body: wish }, inputs, at)
      : decideEnd({ ...rest, body: wish }, ID, inputs, at)
  },
}
