// Guard "Notice": a window that somebody may veto begins with the entry that logs an attempt to tell whom the act
// concerns, at an address that the holder's record has, and the act takes effect no sooner than the window has lasted.
// Read from the requests of the notices service and the holders' records alone.

import { WEEKDAYS } from '@cadastre/procedures'
import {
  type Application,
  addBusinessDays,
  addSeconds,
  type Holder,
  type Instant,
  isArray,
  isObject,
  type Json,
} from '@cadastre/records'
import type { Applied, Observer } from '@cadastre/simulator'
import { objectAt, objects } from './agreement.ts'

/** Commitments of mail addresses, replaced ones included. */
function addresses(holder: Holder | null): readonly unknown[] {
  const contacts =
    holder === null ? [] : [...holder.contacts, ...holder.formerContacts.map((one) => one.contact)]
  return contacts.flatMap(({ fields }) => fields['email'] ?? [])
}

function tells(attempt: Json, application: string, owed: number, holder: Holder | null): boolean {
  if (!isObject(attempt) || attempt['application'] !== application || attempt['entry'] !== owed) return false
  if (attempt['holder'] !== holder?.handle) return false
  const known = addresses(holder)
  if (attempt['channel'] === 'mail') return known.includes(attempt['to'])
  return attempt['channel'] === 'public' && (known.length === 0 || attempt['reply'] === 'no-channel')
}

export class Windows implements Observer {
  readonly name: string = 'windows begin with a logged attempt'
  /** Application to the entry with which the attempt was owed. */
  readonly #owed = new Map<string, number>()
  /** Application to the end of its window. */
  readonly #ends = new Map<string, Instant>()

  applied(step: Applied): string | null {
    for (const application of objects<Application>(step.after, 'application')) {
      if (application.examination === null) continue
      const before = objectAt<Application>(step.before, `obj/application/${application.handle}`)
      if (before?.state === application.state) continue
      const wrong = this.#moved(application, step)
      if (wrong !== null) return `${application.handle}: ${wrong}`
    }
    for (const holder of objects<Holder>(step.after, 'holder')) {
      const old = objectAt<Holder>(step.before, `obj/holder/${holder.handle}`)
      const marked = JSON.stringify(old?.dissolved ?? null) !== JSON.stringify(holder.dissolved)
      if (marked && step.procedure.id !== 'dissolve/1') return `${holder.handle}: its mark has changed`
    }
    return null
  }

  #moved(
    { handle, state, due, examination }: Application,
    { act, at, before, index, procedure }: Applied,
  ): string | null {
    if (state === 'to-notify') this.#owed.set(handle, index)
    if (state === 'noticed') {
      const attempts = act.kind === 'request' ? (act.request.body['attempts'] ?? []) : []
      const owed = this.#owed.get(handle) ?? -1
      const told = (name: string): boolean =>
        isArray(attempts) &&
        attempts.some((one) => tells(one, handle, owed, objectAt<Holder>(before, `obj/holder/${name}`)))
      if (procedure.id !== 'record-notice/1' || !(examination?.affected ?? []).every(told))
        return 'its window begins though nobody was told'
      // Its days are those of the calendar that knows no holidays: every workload is founded with it.
      const ends = (examination?.windowDays ?? []).map(({ days }) =>
        addBusinessDays(WEEKDAYS, at, days, 'longest'),
      )
      const end = [addSeconds(at, examination?.windowSeconds ?? 0), ...ends].sort().at(-1) ?? at
      if (due !== end) return 'its window is not as long as was said'
      this.#ends.set(handle, end)
    }
    if (state === 'effected' && at < (this.#ends.get(handle) ?? addSeconds(at, 1)))
      return 'it takes effect before its window has passed'
    return null
  }
}
