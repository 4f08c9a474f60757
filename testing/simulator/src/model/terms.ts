/** `adopt-procedure/1`, `change-witnesses/1`: what the registry goes by. */

import type { Application, Instant, JsonObject, ProcedureRecord, ProcedureRevision } from '@cadastre/records'
import { staffFault } from './desk.ts'
import {
  type Asked,
  firstOf,
  later,
  opening,
  parameters,
  type Rule,
  refuse,
  textOf,
  type Verdict,
} from './verdict.ts'
import { close, moved, openApplication, wait } from './windows.ts'
import { memberHash, type World } from './world.ts'

const MOST_REVISIONS = 24
const sha256 = (world: World, text: string): string =>
  Buffer.from(world.hashes.digest(text), 'hex').toString('base64')

export const adoptProcedure: Rule = {
  by: 'step',
  shape: {
    adopt: 'staff:handle procedure page parameters vectors:hash impact',
    withdraw: 'staff:handle application',
    calendar: 'staff:handle calendar',
  },
  request(asked) {
    const code = firstOf(opening(asked), staffFault(asked, [textOf(asked.body, 'staff')], ['adopter']))
    if (code !== null) return refuse(code)
    switch (asked.body['step']) {
      case 'adopt':
        return adopt(asked)
      case 'calendar':
        return calendar(asked)
      default:
        return withdraw(asked)
    }
  },
  due({ world, subject }) {
    const application = world.application(subject.split('/')[2])
    if (application?.state !== 'cooling' || application.due === null || application.due > world.at)
      return refuse('not-due')
    const later = moved(world, application)
    if (later !== null)
      return { accept: () => world.put('application', application.handle, { ...application, ...later }) }
    const due = noticeEnd(world, application)
    if (due > application.due && adoptionFault(world, application.body) === null)
      return { accept: () => world.put('application', application.handle, { ...application, due }) }
    return { accept: () => effect(world, application), unless: [] }
  },
}

function calendar(asked: Asked): Verdict {
  const { world, body } = asked
  const hash = memberHash(world, body['calendar'])
  const handle = Buffer.from(hash, 'base64').toString('hex').toUpperCase()
  if (world.objects.has(`obj/calendar/${handle}`)) return refuse('nothing-changed')
  return { accept: () => addCalendar(world, body['calendar']), unless: ['calendar-not-possible'] }
}
export function addCalendar(world: World, value: unknown, since: number = world.index): void {
  const handle = Buffer.from(memberHash(world, value), 'base64').toString('hex').toUpperCase()
  const record: object = { v: 1, calendar: value, since }
  world.objects.set(`obj/calendar/${handle}`, record)
  world.touched.add(`obj/calendar/${handle}`)
}

type Impact = { readonly otherwise: number; readonly holders: number }
function adopt(asked: Asked): Verdict {
  const { world, body } = asked
  const record = world.procedure(textOf(body, 'procedure'))
  const terms = record?.revisions.at(-1) ?? record
  const impact = body['impact'] as Impact
  const same =
    terms?.text === sha256(world, textOf(body, 'page')) &&
    memberHash(world, terms.parameters) === memberHash(world, body['parameters'])
  const fits =
    terms !== null &&
    Object.keys(terms.parameters).sort().join() ===
      Object.keys(body['parameters'] as object)
        .sort()
        .join()
  const code = firstOf(
    !fits && 'terms-do-not-fit',
    impact.otherwise > 0 && impact.holders === 1 && 'fits-one-holder',
    same && 'nothing-changed',
    (record?.revisions.length ?? 0) >= MOST_REVISIONS && 'revisions-full',
  )
  // A page is read for numbers and handles, and values for sense, by rules that the model does not repeat.
  const notRead = ['resource-named', 'terms-do-not-fit', 'calendar-unknown']
  if (code !== null) return { refuse: code, or: notRead }
  return {
    accept() {
      const seconds = noticeOf(world, body, asked.received)
      wait(world, 'adopt-procedure/1', body, { consents: [], due: later(world.at, seconds) as Instant })
    },
    unless: notRead,
  }
}
/** How long the notice is against the terms now in force, by the parameters of that time. */
function noticeOf(world: World, body: JsonObject, received: string): number {
  const { noticeSeconds = 0, protectiveSeconds = 0 } = parameters(world, 'adopt-procedure/1', received)
  const record = world.procedure(textOf(body, 'procedure'))
  const terms = record?.revisions.at(-1) ?? record
  const samePage = terms?.text === sha256(world, textOf(body, 'page'))
  return samePage && onlyLonger(terms, body['parameters']) ? protectiveSeconds : noticeSeconds
}
function noticeEnd(world: World, { body, opened, pausedSeconds }: Application): Instant {
  return later(opened, noticeOf(world, body, opened) + pausedSeconds) as Instant
}
const PROTECTIVE = /^(notice|guard|veto|window|endedWindow|formerContact)(Seconds|Days)$/
function onlyLonger({ parameters: old }: Pick<ProcedureRecord, 'parameters'>, next: unknown): boolean {
  const entries = Object.entries(next as ProcedureRecord['parameters'])
  const changed = entries.filter(([name, value]) => old[name] !== value)
  return (
    changed.length > 0 &&
    changed.every(([name, value]) => PROTECTIVE.test(name) && Number(value) > Number(old[name]))
  )
}

/** What is looked at again at the effect, before the notice is. */
function adoptionFault(world: World, body: JsonObject): string | null {
  const record = world.procedure(textOf(body, 'procedure'))
  if (record === null) throw new Error('what is adopted is known')
  const terms = record.revisions.at(-1) ?? record
  const same =
    terms.text === sha256(world, textOf(body, 'page')) &&
    memberHash(world, terms.parameters) === memberHash(world, body['parameters'])
  return firstOf(same && 'nothing-changed', record.revisions.length >= MOST_REVISIONS && 'revisions-full')
}
function effect(world: World, application: Application): void {
  const { body, handle } = application
  const id = textOf(body, 'procedure')
  const record = world.procedure(id)
  if (record === null) throw new Error(`no procedure ${id}`)
  const text = sha256(world, textOf(body, 'page'))
  const fault = adoptionFault(world, body)
  close(world, application, fault === null ? 'effected' : 'failed', fault)
  if (fault !== null) return
  const revision: ProcedureRevision = {
    text,
    parameters: body['parameters'] as ProcedureRecord['parameters'],
    from: world.at as Instant,
    adoption: handle,
    since: world.index,
  }
  world.put('procedure', id.toUpperCase().replace('/', '-'), {
    ...record,
    revisions: [...record.revisions, revision],
  })
}

function withdraw(asked: Asked): Verdict {
  const { world } = asked
  const application = openApplication(asked, ['cooling'])
  if (typeof application === 'string') return refuse(application)
  return { accept: () => close(world, application, 'withdrawn') }
}

export const changeWitnesses: Rule = {
  shape: 'staff:handle policy',
  request(asked) {
    const { world, body } = asked
    const witnesses = world.get('witnesses', 'POLICY')
    const policy = textOf(body, 'policy')
    const code = firstOf(opening(asked), staffFault(asked, [textOf(body, 'staff')], ['operator']))
    if (code !== null || witnesses === null) return refuse(code ?? '')
    if (witnesses.policy === policy) return refuse('nothing-changed')
    const { previous } = witnesses
    const { overlapSeconds = 0 } = parameters(world, 'change-witnesses/1', asked.received)
    if (previous !== null && previous.until > world.at)
      return { refuse: 'overlap-running', or: ['policy-malformed'] }
    return {
      accept() {
        const until = later(world.at, overlapSeconds) as Instant
        world.put('witnesses', 'POLICY', {
          ...witnesses,
          policy,
          previous: { policy: witnesses.policy, until },
          since: world.index,
        })
      },
      // Which signatures of witnesses make a quorum is the text's own grammar.
      unless: ['policy-malformed', 'quorum-missing'],
    }
  },
}
