/** Lookups of objects: a holder, an application, a pool. */

import { type Block, blockKey, formatRange, parseNumber, range } from '@cadastre/numbers'
import { QUESTIONS, REFUSALS, type RefusalCode } from '@cadastre/procedures'
import { type Snapshot, standingOn } from '@cadastre/reader'
import {
  type Application,
  type Contact,
  type Holder,
  type Identity,
  isOver,
  objectKey,
  type Pool,
  type Roster,
} from '@cadastre/records'
import type { ReadContext } from './context.ts'
import type {
  ApplicationAnswer,
  ExaminationView,
  Frame,
  HolderAnswer,
  NoticeView,
  PoolAnswer,
} from './generated/lookup-types.ts'
import { linksOf } from './links.ts'
import { blockText } from './question.ts'
import { placeOf } from './queues.ts'
import { briefOf, partyOf, standingView } from './views.ts'

/** A refusal code with its published text; a code of a later version shows as itself. */
export function refusalText(code: string): { readonly code: string; readonly text: string } {
  return { code, text: Object.hasOwn(REFUSALS, code) ? REFUSALS[code as RefusalCode] : code }
}

export type HoldingsPage = {
  readonly limit: number
  /** Go on after this cell. */
  readonly after: Block | null
}

export async function holderAnswer(
  { reader, times }: ReadContext,
  snapshot: Snapshot,
  query: Frame,
  handle: string,
  { limit, after }: HoldingsPage,
): Promise<HolderAnswer | null> {
  const holder = snapshot.object('holder', handle) as Holder | null
  const party = partyOf(snapshot, handle)
  if (holder === null || party === null) return null
  const identity =
    holder.identity === null ? null : (snapshot.object('identity', holder.identity) as Identity | null)
  const { items, more } = snapshot.holdings(handle, limit, after)
  const last = items.at(-1)
  const { policy } = holder
  const standing = standingOn(snapshot, handle)
  return {
    kind: 'holder',
    query,
    holder: party,
    identity: holder.identity,
    register: identity?.register ?? null,
    policy: policy === null ? null : { threshold: policy.m, keys: policy.keys, guardians: policy.guardians },
    contacts: await contactsOf(reader.store.openings.bind(reader.store), holder.contacts),
    lockedUntil: holder.lockedUntil,
    coolingSeconds: holder.coolingSeconds,
    frozenUntil: holder.frozenUntil,
    transferableFrom: holder.transferableFrom,
    evidenceRecovery: holder.evidenceRecovery,
    guardianThreshold: holder.guardianThreshold,
    dissolved: holder.dissolved?.at ?? null,
    confirmed: holder.confirmed,
    ...standingView(standing),
    representatives: standing.representatives.map(({ order, says }) => ({ order, says })),
    procedure: holder.procedure,
    since: holder.since,
    sinceAt: await times.at(holder.since),
    holdings: {
      items: items
        .filter(({ registration }) => !isOver(registration, snapshot.publication.at))
        .map(({ block, registration }) => ({
          block: blockText(block),
          key: blockKey(block),
          registration: briefOf(snapshot, block.space, registration),
        })),
      more,
      after: more && last !== undefined ? blockKey(last.block) : null,
      proved: false,
    },
    links: linksOf(snapshot, { kind: 'object', type: 'holder', handle }, objectKey('holder', handle)),
  }
}

type Openings = ReadContext['reader']['store']['openings']

/** A natural person's own data as registrant is not shown; contacts named for others to write to are, as in RDAP. */
function isShown({ role, kind }: Contact): boolean {
  return role !== 'registrant' || kind !== 'individual'
}

async function contactsOf(
  openings: Openings,
  contacts: readonly Contact[],
): Promise<HolderAnswer['contacts']> {
  const commitments = contacts.filter(isShown).flatMap(({ fields }) => Object.values(fields))
  const opened = commitments.length === 0 ? [] : await openings(commitments)
  const values = new Map(opened.map(({ commitment, value }) => [commitment, value]))
  return contacts.map(({ role, kind, fields }) => ({
    role,
    kind,
    fields: Object.entries(fields).map(([field, commitment]) => ({
      field,
      commitment,
      value: values.get(commitment) ?? null,
    })),
  }))
}

export async function applicationAnswer(
  { reader, times }: ReadContext,
  snapshot: Snapshot,
  query: Frame,
  handle: string,
): Promise<ApplicationAnswer | null> {
  const application = snapshot.object('application', handle) as Application | null
  if (application === null) return null
  return {
    kind: 'application',
    query,
    handle,
    procedure: application.procedure,
    state: application.state,
    due: application.due,
    place: await placeOf(reader, application),
    consents: application.consents,
    fee: application.fee,
    reason: application.reason === null ? null : refusalText(application.reason),
    body: application.body,
    examination: examinationView(application, snapshot),
    notice: noticeView(application),
    since: application.since,
    sinceAt: await times.at(application.since),
    links: linksOf(
      snapshot,
      { kind: 'object', type: 'application', handle },
      objectKey('application', handle),
    ),
  }
}

function noticeView({ notice }: Application): NoticeView | null {
  if (notice === null) return null
  const { to, attempted, windowSeconds, windowDays, overdue } = notice
  return { to, attempted, windowSeconds, windowDays, overdue }
}

function examinationView({ examination }: Application, snapshot: Snapshot): ExaminationView | null {
  if (examination === null) return null
  const roster = snapshot.object('roster', 'CLERKS') as Roster | null
  const texts: { readonly [id: string]: string } = QUESTIONS
  return {
    questions: examination.questions.map((id) => ({ id, text: texts[id] ?? '' })),
    affected: examination.affected,
    windowSeconds: examination.windowSeconds,
    windowDays: examination.windowDays,
    overdue: examination.overdue,
    calls: examination.calls.map(({ staff, outside, place, commitment, missed, answers, evidence }) => {
      const first = roster?.clerks.find((clerk) => clerk.staff === staff)?.first ?? 0
      const ahead = place < first ? null : place - first
      const said = Object.entries(answers ?? {}).map(([question, answer]) => ({
        question,
        yes: answer === 'yes',
      }))
      return {
        staff,
        outside,
        ahead,
        committed: commitment !== null,
        missed,
        answers: said,
        evidence,
      }
    }),
  }
}

export function poolAnswer(snapshot: Snapshot, query: Frame, handle: string): PoolAnswer | null {
  const pool = snapshot.object('pool', handle) as Pool | null
  if (pool === null) return null
  return {
    kind: 'pool',
    query,
    handle,
    space: pool.space,
    range: poolRange(pool),
    open: pool.open,
    waiting: Object.keys(pool.queues).length > 0,
    since: pool.since,
    links: linksOf(snapshot, { kind: 'object', type: 'pool', handle }, objectKey('pool', handle)),
  }
}

function poolRange({ space, first, last }: Pool): string {
  const [low, high] = [parseNumber(space, first), parseNumber(space, last)]
  const bounds = low.ok && high.ok ? range(space, low.value, high.value) : null
  if (bounds === null || !bounds.ok) throw new TypeError(`a pool states no range: ${first} - ${last}`)
  return formatRange(bounds.value)
}
