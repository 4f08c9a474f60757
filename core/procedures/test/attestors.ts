/** Attestors in a {@link World}: a roster, and what they commit and reveal. */

import assert from 'node:assert/strict'
import type { JsonObject } from '@cadastre/records'
import { objectKey } from '@cadastre/records'
import { attest } from '../src/attest.ts'
import { callKey, ROSTER_KEY } from '../src/examination.ts'
import { addNotifier, notify } from './notifier.ts'
import { DAY, type World } from './world.ts'

export const HASH: string = `${'A'.repeat(43)}=`

type Answers = { readonly [question: string]: 'yes' | 'no' }

/** Clerks CL-1 (outside), CL-2 (inside), CL-3 (outside), CL-4 (inside), as many as asked for. */
export function addClerks(here: World, count = 4): void {
  const clerks = Array.from({ length: count }, (_, n) => ({ staff: `CL-${n + 1}`, outside: n % 2 === 0 }))
  for (const { staff, outside } of clerks)
    here.put(objectKey('staff', staff), {
      v: 1,
      handle: staff,
      role: 'clerk',
      alg: 'ed25519',
      key: staff,
      outside,
      since: 0,
    })
  here.put(ROSTER_KEY, {
    v: 1,
    clerks: clerks.map((clerk) => ({ ...clerk, first: 0, next: 0 })),
    turn: 0,
    since: 0,
  })
  here.terms('attest/1', { places: 8, placesSeconds: 7 * DAY, clerkDays: 5, orderDays: 2 })
  addNotifier(here)
}

export function examinationOf(
  here: World,
  application: string,
): JsonObject & { readonly calls: readonly JsonObject[] } {
  return here.object('application', application)?.['examination'] as never
}
export function calledFor(here: World, application: string): readonly string[] {
  return examinationOf(here, application).calls.map(({ staff }) => String(staff))
}

/** An answer to every question of the application: yes, but to those given. */
export function answers(here: World, application: string, no: readonly string[] = []): Answers {
  const questions = examinationOf(here, application)['questions'] as readonly string[]
  return Object.fromEntries(questions.map((question) => [question, no.includes(question) ? 'no' : 'yes']))
}

function attestation(application: string, staff: string, given: Answers): JsonObject {
  return { application, staff, answers: given, evidence: HASH, nonce: 'AAAA' }
}

export function commit(
  here: World,
  application: string,
  staff: string,
  given?: Answers,
  by: string = staff,
): string | null {
  const said = attestation(application, staff, given ?? answers(here, application))
  const commitment = here.state.memberHash(said)
  return here.ask(attest, { body: { step: 'commit', application, staff, commitment }, by: [by] })
}

export function reveal(here: World, application: string, staff: string, given?: Answers): string | null {
  const said = attestation(application, staff, given ?? answers(here, application))
  return here.ask(attest, { body: { step: 'reveal', ...said }, by: [staff] })
}

export function pass(here: World, application: string, staff: string): string | null {
  return here.ask(attest, { body: { step: 'pass', application, staff }, by: [staff] })
}

/**
 * All who are called commit themselves, then reveal; `no`: the questions that each of them answers with no. Whom it
 * concerns is notified, so that the window begins.
 */
export function examine(
  here: World,
  application: string,
  no: { readonly [staff: string]: readonly string[] } = {},
): readonly (string | null)[] {
  const called = calledFor(here, application)
  const said = (staff: string): Answers => answers(here, application, no[staff])
  const refusals = [
    ...called.map((staff) => commit(here, application, staff, said(staff))),
    ...called.map((staff) => reveal(here, application, staff, said(staff))),
  ]
  const waits = here.object('application', application)?.['state'] === 'to-notify'
  if (waits) assert.equal(notify(here, application), null)
  return refusals
}

export function queueOf(here: World, staff: string): readonly string[] {
  const roster = here.state.get(ROSTER_KEY) as { clerks: { staff: string; first: number; next: number }[] }
  const clerk = roster.clerks.find((one) => one.staff === staff)
  const places = Array.from(
    { length: (clerk?.next ?? 0) - (clerk?.first ?? 0) },
    (_, n) => (clerk?.first ?? 0) + n,
  )
  return places.map((place) => String((here.state.get(callKey(staff, place)) as JsonObject)['application']))
}
