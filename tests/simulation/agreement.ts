// Who agreed to an act, from the request's signatures and the recorded application: a second reading of key policies,
// which shares no code with core/evidence.

import type { Application, Holder, Instant, JsonObject, Pool, RecordKey } from '@cadastre/records'
import type { Records, Step } from '@cadastre/simulator'

export interface Agreement {
  /** Holders whose threshold of full keys signed, now or for the application that falls due. */
  readonly full: ReadonlySet<string>
  readonly routing: ReadonlySet<string>
  readonly technical: ReadonlySet<string>
  /** Holders of which any key signed. */
  readonly any: ReadonlySet<string>
  /** What they signed. */
  readonly body: JsonObject
}

export function objects<T>(records: Records, type: string): readonly T[] {
  const found: T[] = []
  for (const [key, value] of records) {
    const record: unknown = value
    if (key.startsWith(`obj/${type}/`)) found.push(record as T)
  }
  return found
}
export function objectAt<T>(records: Records, key: string): T | null {
  const found: unknown = records.get(key as RecordKey) ?? null
  return found as T | null
}

const NOBODY: Agreement = {
  full: new Set(),
  routing: new Set(),
  technical: new Set(),
  any: new Set(),
  body: {},
}

export function agreementTo({ act, before, at }: Pick<Step, 'act' | 'before' | 'at'>): Agreement {
  if (act.kind === 'due') return agreementBefore(objectAt(before, act.subject), act.subject, before, at)
  const signers = new Set(act.signatures.keys.map(({ alg, key }) => `${alg} ${key}`))
  const full = new Set<string>()
  const routing = new Set<string>()
  const technical = new Set<string>()
  const any = new Set<string>()
  for (const { handle, policy } of objects<Holder>(before, 'holder')) {
    if (policy === null) continue
    const signing = policy.keys.filter(({ alg, key }) => signers.has(`${alg} ${key}`))
    if (signing.length > 0) any.add(handle)
    if (signing.filter(({ roles }) => roles.includes('full')).length >= policy.m) full.add(handle)
    if (signing.some(({ roles }) => roles.includes('routing') || roles.includes('full'))) routing.add(handle)
    if (signing.some(({ roles }) => roles.includes('technical') || roles.includes('full')))
      technical.add(handle)
  }
  return { full, routing, technical, any, body: act.request.body }
}

/** What falls due was agreed to when it was asked for; a pool serves the earliest head of its queues. */
function agreementBefore(record: unknown, subject: string, before: Records, at: Instant): Agreement {
  if (subject.startsWith('obj/pool/')) {
    const { queues, exhausted } = record as Pool
    const heads = Object.entries(queues)
      .filter(([length]) => !exhausted.includes(length))
      .map(([, { head }]) => Number(head.slice('A-'.length)))
    return recorded(objectAt(before, `obj/application/A-${Math.min(...heads)}`), at)
  }
  return subject.startsWith('obj/application/') ? recorded(record as Application | null, at) : NOBODY
}

function recorded(application: Application | null, at: Instant): Agreement {
  if (application === null || (application.due !== null && application.due > at)) return NOBODY
  if (application.state !== 'cooling' && application.state !== 'waiting') return NOBODY
  const all = new Set(application.consents)
  return { full: all, routing: all, technical: all, any: all, body: application.body }
}
