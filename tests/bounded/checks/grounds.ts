// I1 for numbers: a holder loses numbers only by its own consent, by an order that names them, or by an instrument after a
// window that no living key vetoed. Grounds are looked for in the history of acts, not in what was recorded of them.

import { parseRange } from '@cadastre/numbers'
import type { Application, Holder, Instant, Registration } from '@cadastre/records'
import type { Check, Taken } from '@cadastre/simulator/bounded'
import {
  bodyOf,
  DAY,
  holderSigned,
  opening,
  pastOf,
  SECONDS,
  staffSigned,
  stepOf,
  textAt,
  valueAt,
} from './reading.ts'
import { isChild, type Stretch, stretchesOf } from './stretches.ts'

/** What an act that falls due, or that carries a way to its end, is about. */
export function subjectOf(taken: Taken): string {
  if (taken.act.kind === 'due') return taken.act.subject.split('/').at(-1) ?? ''
  return textAt(bodyOf(taken), 'transit')
}

/** Whether the holder agrees, by this act or by the one that began what is done now. */
export function consents(taken: Taken, holder: string): boolean {
  if (holderSigned(taken, holder)) return true
  const began = opening(taken, subjectOf(taken))
  return began !== null && holderSigned(began, holder) && namesGiver(began, holder)
}
function namesGiver(began: Taken, holder: string): boolean {
  const body = bodyOf(began)
  return ['from', 'holder', 'predecessor', 'parent', 'by'].some((name) => body[name] === holder)
}

/** Acts in which attestors answered this application. */
function answersTo(taken: Taken, application: string): readonly Taken[] {
  return [...pastOf(taken)].filter(
    (one) =>
      one.procedure === 'attest/1' && stepOf(one) === 'reveal' && bodyOf(one)['application'] === application,
  )
}

/**
 * At least two attestors, one of them outside the operator, answered, each by its own key, and most of them answered
 * every question with yes.
 */
export function attestedYes(taken: Taken, application: string): boolean {
  const answers = answersTo(taken, application).filter((one) =>
    staffSigned(one, bodyOf(one)['staff'], ['clerk']),
  )
  const who = new Set(answers.map((one) => textAt(bodyOf(one), 'staff')))
  const outside = [...who].some(
    (staff) => valueAt<{ outside: boolean }>(taken.before, `obj/staff/${staff}`)?.outside === true,
  )
  if (who.size < 2 || !outside) return false
  const words = answers.map((one) => bodyOf(one)['answers'] as { readonly [question: string]: string })
  const questions = Object.keys(words[0] ?? {})
  return questions.every(
    (question) => 2 * words.filter((said) => said[question] === 'yes').length > words.length,
  )
}

/** The entry since which the application waits for a notice: an attempt must be about it. */
function owedSince(taken: Taken, application: string): number {
  const key = `obj/application/${application}`
  for (const one of pastOf(taken)) {
    const [was, is] = [one.before, one.after].map((state) => valueAt<Application>(state, key)?.state)
    if (is === 'to-notify' && was !== 'to-notify') return one.index
  }
  return -1
}

/** When an attempt to tell this holder of the application was logged, at an address that it has; null where none was. */
export function toldAt(taken: Taken, application: string, holder: string): Instant | null {
  const owed = owedSince(taken, application)
  let told: Instant | null = null
  for (const one of pastOf(taken)) {
    if (one.procedure !== 'record-notice/1' || !staffSigned(one, bodyOf(one)['staff'], ['notifier'])) continue
    const attempts = bodyOf(one)['attempts']
    const record = valueAt<Holder>(one.before, `obj/holder/${holder}`)
    const known = [
      ...(record?.contacts ?? []),
      ...(record?.formerContacts ?? []).map(({ contact }) => contact),
    ]
    const addresses = known.flatMap(({ fields }) => fields['email'] ?? [])
    const counts = (Array.isArray(attempts) ? attempts : []).some((attempt) => {
      if (attempt['application'] !== application || attempt['holder'] !== holder || attempt['entry'] !== owed)
        return false
      if (attempt['channel'] === 'mail') return addresses.includes(attempt['to'])
      return attempt['channel'] === 'public' && (addresses.length === 0 || attempt['reply'] === 'no-channel')
    })
    if (counts) told = one.at
  }
  return told
}

/** Whether somebody ended the application. */
export function wasEnded(taken: Taken, application: string): boolean {
  return [...pastOf(taken)].some(
    (one) =>
      one !== taken &&
      ['veto', 'withdraw'].includes(stepOf(one)) &&
      bodyOf(one)['application'] === application,
  )
}

/** Seconds of pauses of the history between two instants: windows last as much longer. */
export function pausedSeconds(taken: Taken, from: Instant, to: Instant): number {
  let sum = 0
  let end = to
  for (const one of pastOf(taken)) {
    if (one.procedure !== 'pause/1') continue
    if (stepOf(one) !== 'pause') {
      end = one.at < end ? one.at : end
      continue
    }
    const until = SECONDS(one.at) + Number(bodyOf(one)['seconds'])
    const [low, high] = [Math.max(SECONDS(one.at), SECONDS(from)), Math.min(until, SECONDS(end))]
    sum += Math.max(0, high - low)
    end = one.at < end ? one.at : end
  }
  return sum
}

/** An instrument: found authentic, told to whom it concerns, and for so long nobody vetoed it. */
export function instrument(taken: Taken, application: string, holder: string, seconds: number): boolean {
  const told = toldAt(taken, application, holder)
  if (told === null || wasEnded(taken, application) || !attestedYes(taken, application)) return false
  return SECONDS(taken.at) >= SECONDS(told) + seconds + pausedSeconds(taken, told, taken.at)
}

/** 15 business days are never less than this. */
const SUCCESSION_SECONDS = 19 * DAY

function bySuccession(taken: Taken, { holder, id }: Registration): boolean {
  const application = subjectOf(taken)
  const began = opening(taken, application)
  if (taken.procedure !== 'succeed/1' || began === null || holder === null) return false
  const body = bodyOf(began)
  const named = body['registrations']
  const lists = Array.isArray(named) && named.some((one) => one['id'] === id)
  if (body['predecessor'] !== holder || !lists) return false
  return holderSigned(began, holder) || instrument(taken, application, holder, SUCCESSION_SECONDS)
}

/** Ten business days are never less than this. */
const ORDER_SECONDS = 12 * DAY

/** The order that is executed now; null where none is. */
export function orderBehind(taken: Taken): { readonly handle: string; readonly served: Taken } | null {
  if (taken.procedure !== 'serve-order/1') return null
  const subject = stepOf(taken) === 'publish' ? textAt(bodyOf(taken), 'order') : subjectOf(taken)
  const served = opening(taken, subject)
  return served === null ? null : { handle: `O-${served.index}`, served }
}

/** Whether everything was there that an order needs before it takes something away. */
function mayTake(taken: Taken, holder: string): boolean {
  const order = orderBehind(taken)
  if (order === null) return false
  const body = bodyOf(order.served)
  const application = `A-${order.served.index}`
  if (!attestedYes(taken, application) || body['seal'] !== null) return false
  const authority = valueAt<{ noticedUntil: Instant }>(
    order.served.before,
    `obj/authority/${textAt(body, 'authority')}`,
  )
  if (authority === null || authority.noticedUntil > taken.at) return false
  const told = toldAt(taken, application, holder)
  if (told === null || SECONDS(taken.at) < SECONDS(told) + (body['executeFrom'] === null ? ORDER_SECONDS : 0))
    return false
  if ((body['authenticity'] as { readonly means: string }).means === 'seal') return true
  const published = [...pastOf(taken)].find(
    (one) => stepOf(one) === 'publish' && bodyOf(one)['order'] === order.handle,
  )
  return published !== undefined && SECONDS(taken.at) >= SECONDS(published.at) + ORDER_SECONDS
}

function byOrder(taken: Taken, registration: Registration, { space, first, last }: Stretch): boolean {
  const order = orderBehind(taken)
  if (order === null || registration.holder === null || !mayTake(taken, registration.holder)) return false
  const body = bodyOf(order.served)
  const { effect } = body['order'] as { readonly effect: string }
  const scope = body['scope'] as readonly { readonly id: string; readonly range: string }[]
  return (
    ['transferTo', 'cancelToPool'].includes(effect) &&
    scope.some(({ id, range }) => {
      const read = parseRange(range)
      if (id !== registration.id || !read.ok || read.value.space !== space) return false
      return read.value.first <= first && last <= read.value.last
    })
  )
}

const same = (a: Registration, b: Registration): boolean =>
  a.id === b.id &&
  a.holder === b.holder &&
  a.kind === b.kind &&
  a.until === b.until &&
  a.protected === b.protected

function mayLose(taken: Taken, stretch: Stretch, place: number): boolean {
  const registration = stretch.was[place]
  if (registration?.holder == null) return true
  const over = registration.until !== null && registration.until <= taken.at
  if (isChild(registration) && over) return true
  if (
    consents(taken, registration.holder) ||
    bySuccession(taken, registration) ||
    byOrder(taken, registration, stretch)
  )
    return true
  if (!isChild(registration) || registration.protected) return false
  // An unprotected child is its parent's note: it ends with its parent, or on its word.
  return stretch.was.slice(0, place).some((outer, at) => outer.holder !== null && mayLose(taken, stretch, at))
}

export const numbersLost: Check = {
  name: 'I1: numbers are lost only with consent, an order that names them, or an instrument after its window',
  check(taken) {
    for (const stretch of stretchesOf(taken))
      for (const [place, old] of stretch.was.entries()) {
        if (old.holder === null || stretch.is.some((one) => same(one, old))) continue
        if (!mayLose(taken, stretch, place)) return `${old.holder} loses ${old.id} at ${stretch.first}`
      }
    return null
  },
}
