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
  base64,
  handle,
  hash32,
  type Instant,
  object,
  type Schema,
  tagged,
} from '@cadastre/records'
import { newApplication, stepIn } from './applications.ts'
import {
  type Asked,
  asked,
  baseNeeds,
  commonRefusal,
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
} from './examination.ts'
import { ownKeySigned } from './holder-changes.ts'
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
const body: Schema<DissolveBody> = tagged('step', {
  notice: object({ holder: handle, notice: hash32, key: base64, attestor: handle }),
  lift: object({ holder: handle }),
  ...END_STEPS,
})

function decideNotice(from: Asked<Notice>, inputs: Inputs, at: Instant): Decision {
  const wish = from.body
  const effects = effectsOf(wish, inputs, at)
  if (!effects.ok) return refuse(effects.error)
  if (!from.signatures.keys.some(({ key }) => key === wish.key)) return refuse('claimant-signature-missing')
  const parameters = procedureOf(inputs, ID)
  if (parameters === null) throw new Error('checked by commonRefusal')
  const plan = {
    attestor: wish.attestor,
    questions: DISSOLUTION_QUESTIONS,
    affected: [wish.holder],
    windowSeconds: numberParameter(parameters, 'windowSeconds'),
  }
  const application = newApplication(ID, from.request.body, [], 'examining', null, at)
  const opened = openExamination(application, plan, inputs, at)
  return opened.ok ? accept(opened.value) : refuse(opened.error)
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
  return wish.step === 'lift' ? [...base, holder] : [...base, holder, ...examinationNeeds()]
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
    const from = asked(act, body)
    if (from === null) return refuse('body-malformed')
    const common = commonRefusal(from, inputs, ID)
    if (common !== null) return refuse(common)
    const { body: wish, ...rest } = from
    if (wish.step === 'notice') return decideNotice({ ...rest, body: wish }, inputs, at)
    return wish.step === 'lift'
      ? decideLift({ ...rest, body: wish }, inputs, at)
      : decideEnd({ ...rest, body: wish }, ID, inputs, at)
  },
}
