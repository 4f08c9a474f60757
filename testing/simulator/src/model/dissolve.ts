/** `dissolve/1`: a record says that its holder has died or has been dissolved. */

import type { Application, FiledNotice, Instant, Roster } from '@cadastre/records'
import { attestorFault, ENDINGS, examine } from './examined.ts'
import { pseudonym } from './identify.ts'
import { anySigned, formerSigned, signedBy } from './keys.ts'
import { longest } from './succeed.ts'
import {
  type Asked,
  firstOf,
  later,
  openAndRunning,
  parameters,
  parametersSince,
  type Rule,
  refuse,
  textOf,
  type Verdict,
} from './verdict.ts'
import { close, moved, openApplication } from './windows.ts'
import type { World } from './world.ts'

const QUESTIONS = ['instrument-authentic', 'names-holder', 'says-ended']
const OPEN: readonly string[] = ['examining', 'to-notify', 'noticed']

export const dissolve: Rule = {
  by: 'step',
  shape: {
    notice: 'holder:handle notice:hash key attestor:handle',
    lift: 'holder:handle',
    veto: 'application by:handle',
    withdraw: 'application by:handle',
  },
  request(asked) {
    switch (asked.body['step']) {
      case 'notice':
        return file(asked)
      case 'lift':
        return lift(asked)
      default:
        return veto(asked)
    }
  },
  due({ world, subject }) {
    const application = world.application(subject.split('/')[2])
    if (application?.state !== 'noticed' || application.due === null || application.due > world.at)
      return refuse('not-due')
    const later = moved(world, application)
    if (later !== null)
      return { accept: () => world.put('application', application.handle, { ...application, ...later }) }
    return { accept: () => effect(world, application) }
  },
}

ENDINGS['dissolve/1'] = { effect }

function effect(world: World, application: Application): void {
  const holder = world.holder(application.body['holder'])
  if (holder === null) throw new Error('a notice has a holder')
  const fault = holder.dissolved !== null ? 'nothing-changed' : null
  close(world, application, fault === null ? 'effected' : 'failed', fault)
  if (fault !== null) return
  const dissolved = { notice: String(application.body['notice']), at: world.at as Instant }
  world.put('holder', holder.handle, { ...holder, dissolved })
}

/** Notices about a holder that were answered with no, or vetoed, the last one too: the last 8 are remembered. */
function refusedSoFar(world: World, holder: string): readonly string[] {
  const { dissolution } = world.holderNotes(holder)
  const last = dissolution === undefined ? null : world.application(dissolution.application)
  const wasRefused = last?.state === 'vetoed' || last?.reason === 'examination-negative'
  return [...(dissolution?.refused ?? []), ...(wasRefused ? [textOf(last.body, 'notice')] : [])].slice(-8)
}

function file(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const holder = world.holder(body['holder'])
  if (holder === null) return refuse('holder-unknown')
  const terms = parameters(world, 'dissolve/1', asked.received)
  const by = pseudonym(world, textOf(body, 'key'))
  const filed = filedLately(world, terms['periodSeconds'] ?? 0)
  const { dissolution } = world.holderNotes(holder.handle)
  const refused = refusedSoFar(world, holder.handle)
  const running = dissolution === undefined ? null : world.application(dissolution.application)
  const fault = firstOf(
    holder.dissolved !== null && 'nothing-changed',
    !signedBy(asked, { alg: 'ed25519', key: textOf(body, 'key') }) && 'claimant-signature-missing',
    running !== null && OPEN.includes(running.state) && 'notice-pending',
    refused.includes(textOf(body, 'notice')) && 'notice-repeated',
    filed.filter((one) => one.by === by).length >= (terms['noticesOfKey'] ?? 0) && 'quota-reached',
    filed.length >= (terms['notices'] ?? 0) && 'notices-full',
    attestorFault(world, body['attestor']),
  )
  if (fault !== null) return refuse(fault)
  return {
    accept() {
      const window = longest(parametersSince(world, 'dissolve/1', holder.since, asked.received), 'window')
      const known = {
        procedure: 'dissolve/1',
        body,
        consents: [],
        affected: [holder.handle],
        questions: QUESTIONS,
      }
      const { handle } = examine(world, { ...known, attestor: textOf(body, 'attestor'), window })
      const clerks = world.get('roster', 'CLERKS') as Roster
      world.put('roster', 'CLERKS', { ...clerks, notices: [...filed, { by, at: world.at as Instant }] })
      const notes = world.holderNotes(holder.handle)
      world.put('notes', holder.handle, { ...notes, dissolution: { application: handle, refused } })
    },
  }
}
function filedLately(world: World, periodSeconds: number): readonly FiledNotice[] {
  const notices = world.get('roster', 'CLERKS')?.notices ?? []
  return notices.filter(({ at }) => later(at, periodSeconds) > world.at)
}

function lift(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const holder = world.holder(body['holder'])
  if (holder === null) return refuse('holder-unknown')
  if (!(anySigned(asked, holder) || formerSigned(asked, holder))) return refuse('consent-missing')
  if (holder.dissolved === null) return refuse('nothing-changed')
  return {
    accept: () =>
      world.put('holder', holder.handle, { ...holder, dissolved: null, active: world.at as Instant }),
  }
}

function veto(asked: Asked): Verdict {
  const { world, body } = asked
  const code = openAndRunning(asked)
  if (code !== null) return refuse(code)
  const application = openApplication(asked, OPEN)
  if (typeof application === 'string') return refuse(application)
  if (body['step'] === 'withdraw' || application.body['holder'] !== body['by']) return refuse('not-party')
  const holder = world.holder(body['by'])
  if (holder === null) return refuse('holder-unknown')
  if (!(anySigned(asked, holder) || formerSigned(asked, holder))) return refuse('consent-missing')
  return { accept: () => close(world, application, 'vetoed') }
}
