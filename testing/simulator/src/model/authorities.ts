/** `register-authority/1`: which sovereign institutions may give this registry orders, and which. */

import type { Application, AuthorityTerms, Instant } from '@cadastre/records'
import { asRead } from './as-read.ts'
import { staffFault } from './desk.ts'
import { attestorFault, awaitNotice, ENDINGS, type Examined, examine, nextClerk } from './examined.ts'
import { firstOf, later, opening, parametersSince, type Rule, refuse, SIZES, textOf } from './verdict.ts'
import { close, moved } from './windows.ts'
import { memberHash, type World } from './world.ts'

export const registerAuthority: Rule = {
  by: 'step',
  shape: {
    register: 'staff:handle attestor:handle? authority gazette:hash terms',
    change: 'staff:handle attestor:handle? authority gazette:hash terms',
    end: 'staff:handle attestor:handle? authority gazette:hash',
  },
  request(asked) {
    const { world, body } = asked
    const code = firstOf(
      opening(asked),
      staffFault(asked, [textOf(body, 'staff')], ['clerk', 'operator']),
      authorityFault(world, asked.body),
      deskAttestorFault(world, body['attestor'], textOf(body, 'staff')),
    )
    if (code !== null) return refuse(code)
    return {
      accept() {
        const authority = world.get('authority', body['authority'])
        const isYoung = body['step'] === 'end' && (authority?.noticedUntil ?? '') > world.at
        const seconds =
          body['step'] === 'register' || isYoung ? 0 : noticeSecondsAt(world, body, asked.received)
        const window = { seconds, days: [] }
        const known = { procedure: 'register-authority/1', body, consents: [], affected: [], window }
        callFromDesk(world, { ...known, questions: ['instrument-authentic', 'gazetted'] })
      },
      unless: SIZES,
    }
  },
  due({ world, subject }) {
    const application = world.application(subject.split('/')[2])
    if (application?.state !== 'noticed' || application.due === null || application.due > world.at)
      return refuse('not-due')
    const later = moved(world, application)
    if (later !== null)
      return { accept: () => world.put('application', application.handle, { ...application, ...later }) }
    return { accept: () => examinedWell(world, application) }
  },
}

/** Attestors at the desk: the outside one who was chosen, or one in turn; whoever took the paper in is not called. */
export function deskAttestorFault(world: World, chosen: unknown, taker: string): string | null {
  if (chosen !== null) return attestorFault(world, chosen, [taker])
  const outside = nextClerk(world, [taker], true)
  return outside === null || nextClerk(world, [taker, outside]) === null ? 'attestors-unavailable' : null
}
export function callFromDesk(world: World, examined: Omit<Examined, 'attestor'>): Application {
  const taker = textOf(examined.body, 'staff')
  const chosen = examined.body['attestor'] as string | null
  const outside = chosen ?? nextClerk(world, [taker], true)
  if (outside === null) throw new Error('there is an outside attestor')
  return examine(world, { ...examined, attestor: outside }, { passed: [taker], inTurn: chosen === null })
}

type Body = Application['body']
function authorityFault(world: World, body: Body): string | null {
  const authority = world.get('authority', body['authority'])
  const isThere = authority !== null && (authority.ended === null || authority.ended > world.at)
  if (body['step'] === 'register') return authority !== null ? 'authority-exists' : null
  if (!isThere) return 'authority-unknown'
  const same =
    body['step'] === 'change' && memberHash(world, body['terms']) === memberHash(world, authority.terms)
  return same ? 'nothing-changed' : null
}

ENDINGS['register-authority/1'] = { effect: examinedWell }

function examinedWell(world: World, application: Application): void {
  const { body } = application
  const fault = authorityFault(world, body)
  // An end that was asked for in the first notice, and is answered after it, waits for a full one.
  const authority = world.get('authority', body['authority'])
  const wasYoung = body['step'] === 'end' && application.examination?.windowSeconds === 0
  if (
    fault === null &&
    wasYoung &&
    application.notice === null &&
    authority !== null &&
    authority.noticedUntil <= world.at
  ) {
    awaitNotice(world, application, [], {
      seconds: noticeSecondsAt(world, body, application.opened),
      days: [],
    })
    return
  }
  if (fault !== null || body['step'] !== 'register') {
    noticed(world, application)
    return
  }
  enter(world, application, later(world.at, noticeSecondsAt(world, body, application.opened)) as Instant)
}
/** The longest by any terms since the authority was entered. */
function noticeSecondsAt(world: World, body: Body, received: string): number {
  const since = world.get('authority', body['authority'])?.since ?? world.index
  const all = parametersSince(world, 'register-authority/1', since, received)
  return Math.max(...all.map(({ noticeSeconds = 0 }) => noticeSeconds))
}
function enter(
  world: World,
  { body, handle: application, ...own }: Application,
  noticedUntil: Instant,
): void {
  const handle = textOf(body, 'authority')
  const terms = asRead<AuthorityTerms>(body['terms'])
  const gazette = textOf(body, 'gazette')
  const known = { terms, noticedUntil, gazette, ended: null, application }
  world.put('authority', handle, { v: 1, handle, ...known, since: world.index })
  close(world, { ...own, body, handle: application }, 'effected')
}

function noticed(world: World, application: Application): void {
  const { body } = application
  const fault = authorityFault(world, body)
  close(world, application, fault === null ? 'effected' : 'failed', fault)
  const authority = world.get('authority', body['authority'])
  if (fault !== null || authority === null) return
  const gazette = textOf(body, 'gazette')
  const changed =
    body['step'] === 'end'
      ? { ended: world.at as Instant }
      : { terms: asRead<AuthorityTerms>(body['terms']), noticedUntil: authority.noticedUntil }
  world.put('authority', authority.handle, {
    ...authority,
    ...changed,
    gazette,
    application: application.handle,
  })
}
