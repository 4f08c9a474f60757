/** What `/api` says of orders, authorities, applications, pools, moves between registries, incidents and complaints. */

import { type Crypto, encodeHex, encodeUtf8 } from '@cadastre/crypto'
import { formatRange, parseNumber, range } from '@cadastre/numbers'
import { QUESTIONS, REFUSALS } from '@cadastre/procedures'
import {
  type Application,
  type Authority,
  CHECKLIST,
  type Complaint,
  type Incident,
  type Json,
  NOT_FOR_OPERATOR,
  type ObjectRecords,
  type OrderRecord,
  objectKey,
  type Pool,
  peerHandleOf,
  type Transit,
} from '@cadastre/records'
import { is, type Members, object, type Want } from '../expect.ts'
import type { ServedRecord } from '../record.ts'
import { asIs, linksWanted, objectTarget, partyWanted, timeWanted } from './parts.ts'

/** Types of objects that are looked up one by one, beside holders. */
export const LOOKED_UP = [
  'application',
  'pool',
  'transit',
  'incident',
  'complaint',
  'order',
  'authority',
] as const
export type LookedUp = (typeof LOOKED_UP)[number]

/** Null: there is no such object. */
export function objectMembers(
  record: ServedRecord,
  crypto: Pick<Crypto, 'sha256'>,
  type: LookedUp,
  handle: string,
): Members | null {
  const found = record.object(type, handle)
  if (found === null) return null
  return {
    kind: is(type),
    handle: is(handle),
    ...MEMBERS[type](record, found as never, crypto),
    since: is(found.since),
    links: linksWanted(record, objectKey(type, handle), objectTarget(type, handle)),
  }
}

const MEMBERS: {
  readonly [T in LookedUp]: (
    record: ServedRecord,
    found: ObjectRecords[T],
    crypto: Pick<Crypto, 'sha256'>,
  ) => Members
} = {
  application: applicationMembers,
  pool: poolMembers,
  transit: transitMembers,
  incident: incidentMembers,
  complaint: complaintMembers,
  order: orderMembers,
  authority: authorityMembers,
}

/** Members of the record that the answer shows as they stand. */
function shown<T, M extends keyof T & string>(record: T, ...members: readonly M[]): Members {
  return Object.fromEntries(members.map((member) => [member, asIs(record[member])]))
}

const textOf = (texts: { readonly [id: string]: string }, id: string, other: string): string =>
  Object.hasOwn(texts, id) ? (texts[id] ?? other) : other

function reasonWanted(code: string | null): Want {
  return is(code === null ? null : { code, text: textOf(REFUSALS, code, code) })
}

function orderMembers(record: ServedRecord, order: OrderRecord): Members {
  const { authority: handle, detail, reason, holder, stayed, checklist, since } = order
  const authority = record.object('authority', handle)
  const { kind, name, country } = authority?.terms ?? {
    kind: 'court',
    name: 'not in the register',
    country: '',
  }
  const extra = checklist !== null && Object.hasOwn(checklist, NOT_FOR_OPERATOR) ? [NOT_FOR_OPERATOR] : []
  const answers = [...CHECKLIST, ...extra].map(
    (item): Json => ({ item, text: textOf(QUESTIONS, item, ''), answer: checklist?.[item] ?? null }),
  )
  return {
    ...shown(order, 'state', 'date', 'scope', 'received', 'executed', 'until', 'ended', 'seal', 'reference'),
    ...shown(order, 'document', 'detail', 'authenticity', 'rooted', 'application', 'executeFrom', 'reverses'),
    ...shown(order, 'served', 'verified', 'notified', 'published', 'windowEnd', 'conflicts', 'variedBy'),
    ...shown(order, 'objection', 'asked', 'askAgain', 'due'),
    authority: is({ handle, name, kind, country }),
    effect: is(detail.effect),
    reason: reasonWanted(reason),
    holder: partyWanted(record, holder),
    checklist: is(answers),
    stayed: is(stayed === null ? null : { by: stayed.by, until: stayed.until }),
    sinceAt: timeWanted(record, since),
  }
}

function authorityMembers(record: ServedRecord, authority: Authority): Members {
  const { kind, ...terms } = authority.terms
  return {
    ...shown(terms, 'name', 'country', 'legalBasis', 'effectsAllowed', 'channels', 'sealCerts', 'hierarchy'),
    ...shown(terms, 'rank', 'appealStays', 'holdSeconds'),
    ...shown(authority, 'noticedUntil', 'gazette', 'application', 'ended'),
    about: is(kind),
    orders: wholeNumber,
    sinceAt: timeWanted(record, authority.since),
  }
}

/** A count over many records, which no few of them show. */
const wholeNumber: Want = {
  kind: 'own',
  wrong: (served) => (Number.isSafeInteger(served) && Number(served) >= 0 ? null : 'a count'),
}

function applicationMembers(record: ServedRecord, application: Application): Members {
  const { state, reason, notice, since } = application
  const { to, attempted, windowSeconds, windowDays, overdue } = notice ?? {}
  return {
    ...shown(application, 'procedure', 'state', 'due', 'consents', 'fee', 'body'),
    place: state === 'waiting' ? placeWanted : is(null),
    reason: reasonWanted(reason),
    examination: examinationWanted(record, application),
    notice: asIs(notice === null ? null : { to, attempted, windowSeconds, windowDays, overdue }),
    sinceAt: timeWanted(record, since),
  }
}

const placeWanted: Want = object({
  queue: { kind: 'own', wrong: (served) => (typeof served === 'string' ? null : 'the name of a queue') },
  ahead: wholeNumber,
})

function examinationWanted(record: ServedRecord, { examination }: Application): Want {
  if (examination === null) return is(null)
  const { questions, affected, windowSeconds, windowDays, overdue, calls } = examination
  const clerks = record.object('roster', 'CLERKS')?.clerks ?? []
  return asIs({
    questions: questions.map((id) => ({ id, text: textOf(QUESTIONS, id, '') })),
    affected,
    windowSeconds,
    windowDays,
    overdue,
    calls: calls.map(({ staff, outside, place, commitment, missed, answers, evidence }) => {
      const first = clerks.find((clerk) => clerk.staff === staff)?.first ?? 0
      const said = Object.entries(answers ?? {})
      return {
        staff,
        outside,
        ahead: place < first ? null : place - first,
        committed: commitment !== null,
        missed,
        answers: said.map(([question, answer]) => ({ question, yes: answer === 'yes' })),
        evidence,
      }
    }),
  })
}

function poolMembers(_: ServedRecord, { space, first, last, open, queues }: Pool): Members {
  const [low, high] = [parseNumber(space, first), parseNumber(space, last)]
  const bounds = low.ok && high.ok ? range(space, low.value, high.value) : null
  if (bounds?.ok !== true) throw new TypeError(`a pool states no range: ${first} - ${last}`)
  return {
    space: is(space),
    range: is(formatRange(bounds.value)),
    open: is(open),
    waiting: is(Object.keys(queues).length > 0),
  }
}

function transitMembers(record: ServedRecord, transit: Transit, crypto: Pick<Crypto, 'sha256'>): Members {
  const { source, recipient, since } = transit
  const out = source.origin === record.object('registry', 'REGISTRY')?.origin
  const other = out ? recipient.origin : source.origin
  const peer = record.object('peer', peerHandleOf(encodeHex(crypto.sha256(encodeUtf8(other)))))
  return {
    ...shown(transit, 'state', 'source', 'recipient', 'range', 'status', 'country', 'registered'),
    ...shown(transit, 'registration', 'notBefore', 'due', 'opened', 'statement'),
    direction: is(out ? 'out' : 'in'),
    otherRdap: is(peer?.rdap ?? null),
    sinceAt: timeWanted(record, since),
  }
}

function incidentMembers(_: ServedRecord, incident: Incident): Members {
  return {
    ...shown(incident, 'affected', 'discovered', 'deadline', 'at', 'report', 'by'),
    about: is(incident.kind),
  }
}

function complaintMembers(record: ServedRecord, complaint: Complaint): Members {
  return {
    ...shown(complaint, 'complaint', 'instrument', 'seat', 'answerBy', 'answer'),
    about: is(complaint.kind),
    sinceAt: timeWanted(record, complaint.since),
  }
}
