/** `record-notice/1`: attempts to tell somebody are logged, and let windows begin. */

import type { Application, Instant } from '@cadastre/records'
import { asRead } from './as-read.ts'
import { endOfPeriod } from './business-days.ts'
import { staffSigned } from './keys.ts'
import { firstOf, opening, type Rule, refuse } from './verdict.ts'
import type { World } from './world.ts'

type Attempt = {
  readonly entry: number
  readonly application: string | null
  readonly holder: string | null
  readonly channel: 'mail' | 'webhook' | 'public'
  readonly to: string | null
  readonly at: string
  readonly reply: string
}

export const recordNotice: Rule = {
  shape: 'staff:handle attempts',
  request(asked) {
    const { world, body } = asked
    const code = opening(asked)
    if (code !== null) return refuse(code)
    const staff = world.staff(body['staff'])
    const attempts = asRead<readonly Attempt[]>(body['attempts'])
    const texts = attempts.map((one) => JSON.stringify(one))
    const fault = firstOf(
      staff === null && 'staff-unknown',
      staff?.role !== 'notifier' && 'wrong-staff-role',
      staff !== null && !staffSigned(asked, staff) && 'staff-signature-missing',
      new Set(texts).size < texts.length && 'attempt-repeated',
      attempts.some(({ at }) => at > world.at) && 'instant-in-future',
      attempts.some(({ application }) => application !== null && world.application(application) === null) &&
        'application-unknown',
    )
    if (fault !== null) return refuse(fault)
    return {
      accept() {
        for (const attempt of attempts) take(world, attempt)
      },
    }
  },
  due({ world, subject }) {
    const application = world.application(subject.split('/')[2])
    const notice = application?.notice
    if (
      application?.state !== 'to-notify' ||
      notice == null ||
      application.due === null ||
      application.due > world.at
    )
      return refuse('not-due')
    const overdue = application.due
    return {
      accept: () =>
        world.put('application', application.handle, {
          ...application,
          due: null,
          notice: { ...notice, overdue },
        }),
    }
  },
}

function take(world: World, attempt: Attempt): void {
  const application = world.application(attempt.application)
  if (application === null) return
  if (counts(world, application, attempt)) tick(world, application, attempt.holder)
}

function tick(world: World, application: Application, holder: string | null): void {
  const { notice } = application
  if (notice === null) return
  const attempted =
    holder === null || notice.attempted.includes(holder) ? notice.attempted : [...notice.attempted, holder]
  const all = notice.to.every((one) => attempted.includes(one))
  const next = { ...application, notice: { ...notice, attempted } }
  if (!all) {
    world.put('application', application.handle, next)
    return
  }
  const due = endOfPeriod(world, world.at, {
    seconds: notice.windowSeconds,
    days: notice.windowDays,
  }) as Instant
  world.put('application', application.handle, {
    ...next,
    state: 'noticed',
    due,
    opened: world.at as Instant,
  })
}

function counts(world: World, { state, notice, opened }: Application, attempt: Attempt): boolean {
  if (state !== 'to-notify' || notice === null) return false
  if (attempt.entry !== notice.since || attempt.at < opened) return false
  if (notice.to.length === 0) return attempt.holder === null && attempt.channel === 'public'
  return (
    attempt.holder !== null && notice.to.includes(attempt.holder) && reaches(world, attempt.holder, attempt)
  )
}

/** Whether an attempt is one to this holder. */
function reaches(
  world: World,
  handle: string,
  { channel, to, reply }: Pick<Attempt, 'channel' | 'to' | 'reply'>,
): boolean {
  const addresses = addressesOf(world, handle)
  if (channel === 'mail') return to !== null && addresses.includes(to)
  return channel === 'public' && (addresses.length === 0 || reply === 'no-channel')
}
function addressesOf(world: World, handle: string): readonly string[] {
  const holder = world.holder(handle)
  const contacts = [
    ...(holder?.contacts ?? []),
    ...(holder?.formerContacts ?? []).map(({ contact }) => contact),
  ]
  return contacts.flatMap(({ fields }) => fields['email'] ?? [])
}
