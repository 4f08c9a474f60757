/** Applications that attestors examine: who is called, how they answer, and when a window begins (`attest/1`). */

import type { Application, Call, Examination, Instant, JsonObject, Roster, Staff } from '@cadastre/records'
import { after, type Period } from './business-days.ts'
import { staffSigned } from './keys.ts'
import { firstOf, later, opening, parameters, type Rule, refuse, textOf, type Verdict } from './verdict.ts'
import { close, wait } from './windows.ts'
import { memberHash, type World } from './world.ts'

/** What follows from the answers is for the application's own procedure to say. */
type Ending = {
  /** The answers are positive, and no window is to be waited for; also when the window is over. */
  effect(world: World, application: Application): void
  /** The answers are negative, or nobody is left to answer. */
  failed?(world: World, application: Application, reason: string): void
  /** The answers are positive: instead of waiting for a notice. */
  positive?(world: World, application: Application): void
}
export const ENDINGS: { [procedure: string]: Ending } = {}

const roster = (world: World): Roster => {
  const found = world.get('roster', 'CLERKS')
  if (found === null) throw new Error('there is a roster')
  return found
}

/** Why attestors cannot be called: the first is the applicant's choice, the second comes in turn. */
export function attestorFault(
  world: World,
  chosen: unknown,
  excluded: readonly string[] = [],
): string | null {
  const { clerks } = roster(world)
  const listed = clerks.find(({ staff }) => staff === chosen)
  if (listed?.outside !== true || excluded.includes(listed.staff)) return 'attestor-not-outside'
  return nextClerk(world, [listed.staff, ...excluded]) === null ? 'attestors-unavailable' : null
}
/** The clerk whose turn it is, passing over some. */
export function nextClerk(world: World, passed: readonly string[], outside = false): string | null {
  const { clerks, turn } = roster(world)
  for (let step = 0; step < clerks.length; step++) {
    const clerk = clerks[(turn + step) % clerks.length]
    if (clerk !== undefined && !passed.includes(clerk.staff) && (!outside || clerk.outside))
      return clerk.staff
  }
  return null
}
/** Puts an application at the end of an attestor's queue; `inTurn`: the turn passes on. */
export function call(world: World, application: string, staff: string, inTurn: boolean): Call {
  const old = roster(world)
  const at = old.clerks.findIndex((one) => one.staff === staff)
  const clerk = old.clerks[at]
  if (clerk === undefined) throw new Error(`${staff} is not on the roster`)
  const clerks = old.clerks.map((one) => (one === clerk ? { ...one, next: one.next + 1 } : one))
  world.put('roster', 'CLERKS', { ...old, clerks, turn: inTurn ? (at + 1) % clerks.length : old.turn })
  world.put('call', `${staff}.${clerk.next}`, { v: 1, application, since: world.index })
  const nothing = { commitment: null, answers: null, evidence: null, missed: false }
  return { staff, outside: clerk.outside, place: clerk.next, ...nothing }
}

/** Places in the attestors' queues that one holder may ask for in a while. */
export function placesFault(world: World, handle: string | null, received: string): string | null {
  const { places = 0 } = parameters(world, 'attest/1', received)
  return handle !== null && filedLately(world, handle, received).length >= places ? 'quota-reached' : null
}
function filedLately(world: World, handle: string, received: string): readonly Instant[] {
  const { placesSeconds = 0 } = parameters(world, 'attest/1', received)
  return (world.holderNotes(handle).filed ?? []).filter((at) => later(at, placesSeconds) > world.at)
}
export function takePlace(world: World, handle: string | null, received: string): void {
  if (handle === null) return
  const filed = [...filedLately(world, handle, received), world.at as Instant]
  world.put('notes', handle, { ...world.holderNotes(handle), filed })
}

export type Examined = {
  readonly procedure: string
  readonly body: JsonObject
  readonly consents: readonly string[]
  readonly affected: readonly string[]
  readonly questions: readonly string[]
  readonly attestor: string
  readonly window: Period
}
/** Who is passed over, and whether the first attestor comes in turn too. */
type Calling = { readonly passed: readonly string[]; readonly inTurn: boolean }
/** Records an application and calls two attestors. */
export function examine(
  world: World,
  { attestor, questions, affected, window, ...known }: Examined,
  { passed, inTurn }: Calling = { passed: [], inTurn: false },
): Application {
  const handle = `A-${world.index}`
  const first = call(world, handle, attestor, inTurn)
  const second = nextClerk(world, [attestor, ...passed])
  if (second === null) throw new Error('there is a second attestor')
  const calls = [first, call(world, handle, second, true)]
  const examination = { questions, calls, affected, ...stated(window), overdue: null }
  const due = afterCall(world, known.procedure, world.at)
  return wait(world, known.procedure, known.body, {
    consents: known.consents,
    due,
    state: 'examining',
    examination,
  })
}

export const attest: Rule = {
  by: 'step',
  shape: {
    commit: 'application staff:handle commitment:hash',
    reveal: 'application staff:handle answers evidence:hash nonce',
    pass: 'application staff:handle',
  },
  request(asked) {
    const { world, body } = asked
    const code = opening(asked)
    if (code !== null) return refuse(code)
    const staff = world.staff(body['staff'])
    const fault = firstOf(
      staff === null && 'staff-unknown',
      staff?.role !== 'clerk' && 'wrong-staff-role',
      staff !== null && !staffSigned(asked, staff) && 'staff-signature-missing',
    )
    if (fault !== null || staff === null) return refuse(fault ?? '')
    const application = world.application(body['application'])
    const examination = application?.examination
    if (application === null || examination == null) return refuse('application-unknown')
    switch (body['step']) {
      case 'commit':
        return commit(world, body, staff, application, examination)
      case 'reveal':
        return reveal(world, body, staff, application, examination)
      default:
        return pass(world, staff, application, examination)
    }
  },
  due({ world, subject }) {
    const application = world.application(subject.split('/')[2])
    if (application?.state !== 'examining' || application.due === null || application.due > world.at)
      return refuse('not-due')
    return { accept: () => deadline(world, application) }
  },
}

/** The call of a clerk that counts: where it was called, and nobody was called in its place. */
const callOf = ({ calls }: Examination, { handle }: Staff): Call | undefined =>
  calls.find(({ staff, missed }) => staff === handle && !missed)
const wasCalled = ({ calls }: Examination, { handle }: Staff): boolean =>
  calls.some(({ staff }) => staff === handle)
const isFirst = (world: World, { staff, place }: Call): boolean =>
  roster(world).clerks.find((one) => one.staff === staff)?.first === place

function leaveQueue(world: World, { staff, place }: Call): void {
  const old = roster(world)
  const clerks = old.clerks.map((one) => (one.staff === staff ? { ...one, first: one.first + 1 } : one))
  world.put('roster', 'CLERKS', { ...old, clerks })
  world.drop('call', `${staff}.${place}`)
}
function answered(world: World, application: Application, old: Call, next: Partial<Call>): Application {
  const { examination } = application
  if (examination === null) throw new Error('it is examined')
  const calls = examination.calls.map((one) => (one === old ? { ...one, ...next } : one))
  const changed = { ...application, examination: { ...examination, calls } }
  world.put('application', application.handle, changed)
  return changed
}

function commit(
  world: World,
  body: JsonObject,
  staff: Staff,
  application: Application,
  examination: Examination,
): Verdict {
  const own = callOf(examination, staff)
  const fault = firstOf(
    !wasCalled(examination, staff) && 'not-called',
    application.state !== 'examining' && 'application-closed',
    own === undefined && 'not-called',
    own !== undefined && own.commitment !== null && 'already-committed',
    own !== undefined && !isFirst(world, own) && 'out-of-turn',
  )
  if (fault !== null || own === undefined) return refuse(fault ?? '')
  return {
    accept() {
      leaveQueue(world, own)
      answered(world, application, own, { commitment: textOf(body, 'commitment') })
    },
  }
}

function pass(world: World, staff: Staff, application: Application, examination: Examination): Verdict {
  const last = examination.calls.findLast((one) => one.staff === staff.handle)
  if (last === undefined) return refuse('not-called')
  if (application.state === 'examining' && !last.missed) return refuse('still-open')
  if (!isFirst(world, last)) return refuse('out-of-turn')
  return { accept: () => leaveQueue(world, last) }
}

function reveal(
  world: World,
  body: JsonObject,
  staff: Staff,
  application: Application,
  examination: Examination,
): Verdict {
  const own = callOf(examination, staff)
  const { application: handle, answers, evidence, nonce } = body
  const sealed = memberHash(world, { application: handle, staff: staff.handle, answers, evidence, nonce })
  const others = examination.calls.filter((one) => one !== own && !one.missed)
  const questions = Object.keys(answers as JsonObject).sort()
  const fault = firstOf(
    !wasCalled(examination, staff) && 'not-called',
    application.state !== 'examining' && 'application-closed',
    own === undefined && 'not-called',
    own?.commitment === null && 'not-committed',
    own !== undefined && own.answers !== null && 'already-revealed',
    own?.commitment !== sealed && 'commitment-mismatch',
    others.some(({ commitment }) => commitment === null) && 'commitments-missing',
    questions.join() !== [...examination.questions].sort().join() && 'answers-incomplete',
  )
  if (fault !== null || own === undefined) return refuse(fault ?? '')
  return {
    accept() {
      const given = { answers: answers as Call['answers'], evidence: String(evidence) }
      conclude(world, answered(world, application, own, given))
    },
  }
}

/** `positive`, `negative`, `open`: answers are missing; or `split`: two disagree. */
export function answersSay({ calls, questions }: Examination): 'positive' | 'negative' | 'open' | 'split' {
  const given = calls.filter(({ missed }) => !missed)
  if (given.length < 2 || given.some(({ answers }) => answers === null)) return 'open'
  const yes = questions.map((question) => given.filter(({ answers }) => answers?.[question] === 'yes').length)
  if (given.length === 2 && yes.includes(1)) return 'split'
  return yes.every((count) => count * 2 > given.length) ? 'positive' : 'negative'
}

/** Of an objection the one who was called for it decides alone, after those who answered before. */
const lastSays = (examination: Examination): 'positive' | 'open' =>
  examination.calls.findLast(({ missed }) => !missed)?.answers == null ? 'open' : 'positive'

function conclude(world: World, application: Application): void {
  const { examination, procedure, handle } = application
  if (examination === null) throw new Error('it is examined')
  const said = procedure === 'contest-order/1' ? lastSays(examination) : answersSay(examination)
  if (said === 'open') return
  if (said === 'positive') {
    const ending = ENDINGS[procedure]
    if (ending?.positive !== undefined) ending.positive(world, application)
    else toNotify(world, application, examination)
    return
  }
  if (said === 'negative') {
    fail(world, application, 'examination-negative')
    return
  }
  const third = nextClerk(world, excludedFrom(world, application))
  if (third === null) {
    fail(world, application, 'attestors-unavailable')
    return
  }
  const calls = [...examination.calls, call(world, handle, third, true)]
  const due = afterCall(world, application.procedure, application.opened)
  world.put('application', handle, { ...application, due, examination: { ...examination, calls } })
}
function fail(world: World, application: Application, reason: string): void {
  // An order goes back by an act of its own.
  if (OF_ORDERS.includes(application.procedure)) {
    atOnce(world, application)
    return
  }
  close(world, application, 'failed', reason)
  ENDINGS[application.procedure]?.failed?.(world, application, reason)
}
/** Who was called already, and who took an order in. */
function excludedFrom(_world: World, { examination, body, procedure }: Application): readonly string[] {
  const called = (examination?.calls ?? []).map(({ staff }) => staff)
  return DESK.includes(procedure) ? [...called, String(body['staff'])] : called
}
const DESK: readonly string[] = ['serve-order/1', 'register-authority/1', 'contest-order/1']
const OF_ORDERS: readonly string[] = ['serve-order/1', 'contest-order/1']
/** When those who are called now must have answered. */
function afterCall(world: World, procedure: string, received: string): Instant {
  const name = OF_ORDERS.includes(procedure) ? 'order' : 'clerk'
  return after(world, world.at, parameters(world, 'attest/1', received), name) as Instant
}
/** A window as applications state it. */
const stated = ({ seconds, days }: Period): Pick<Examination, 'windowSeconds' | 'windowDays'> => ({
  windowSeconds: seconds,
  windowDays: days,
})

/** The registry has a day to tell whom it concerns; the window begins with that. */
function toNotify(world: World, application: Application, examination: Examination): void {
  const { affected, windowSeconds: seconds, windowDays: days } = examination
  const open = affected.filter((handle) => !application.consents.includes(handle))
  const isWindow = seconds > 0 || days.length > 0
  if ((affected.length > 0 && open.length === 0) || !isWindow) {
    atOnce(world, application)
    return
  }
  awaitNotice(world, application, affected, { seconds, days })
}
/** Nothing is to be waited for: it falls due at once, and takes effect by an act of the registrar. */
export function atOnce(world: World, application: Application): void {
  const now = world.at as Instant
  world.put('application', application.handle, { ...application, state: 'noticed', due: now, opened: now })
}
export function awaitNotice(
  world: World,
  application: Application,
  to: readonly string[],
  window: Period,
): void {
  const { noticeSeconds = 0 } = parameters(world, 'record-notice/1', world.at)
  const due = later(world.at, noticeSeconds) as Instant
  const notice = { to, attempted: [], ...stated(window), overdue: null, since: world.index }
  const opened = world.at as Instant
  world.put('application', application.handle, { ...application, state: 'to-notify', due, opened, notice })
}

/** Whoever was silent is replaced by the next in turn; where nobody is left it stays open. */
function deadline(world: World, application: Application): void {
  const { examination, handle } = application
  if (examination === null) throw new Error('it is examined')
  // Who has committed itself waits for the others, and is not silent.
  const waiting = examination.calls.filter(({ answers, missed }) => answers === null && !missed)
  const uncommitted = waiting.filter(({ commitment }) => commitment === null)
  const silent = uncommitted.length > 0 ? uncommitted : waiting
  let calls = examination.calls
  for (const one of silent) {
    const needsOutside = !calls.some((other) => other !== one && other.outside && !other.missed)
    const passed = [...calls.map(({ staff }) => staff), ...excludedFrom(world, application)]
    const next = nextClerk(world, passed, needsOutside)
    if (next === null) continue
    calls = [
      ...calls.map((other) => (other === one ? { ...other, missed: true } : other)),
      call(world, handle, next, true),
    ]
  }
  const due = afterCall(world, application.procedure, application.opened)
  const overdue = examination.overdue ?? application.due
  world.put('application', handle, { ...application, due, examination: { ...examination, calls, overdue } })
}
