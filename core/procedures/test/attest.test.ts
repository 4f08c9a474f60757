import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { answersOf } from '@cadastre/evidence'
import type { Call, JsonObject, RecordKey } from '@cadastre/records'
import fc from 'fast-check'
import { attest } from '../src/attest.ts'
import { ROSTER_KEY } from '../src/examination.ts'
import { QUESTIONS } from '../src/questions.ts'
import { succeed } from '../src/succeed.ts'
import {
  addClerks,
  answers,
  calledFor,
  commit,
  examinationOf,
  examine,
  HASH,
  pass,
  queueOf,
  reveal,
} from './attestors.ts'
import { notify } from './notifier.ts'
import { assertStamped, DAY, instant, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'

function world(clerks = 4): World {
  const here = new World({
    'succeed/1': { windowDays: 15, endedWindowDays: 30 },
    'transfer/1': { coolingSeconds: 0, maxCoolingSeconds: 30 * DAY, floorIp4: 32, floorIp6: 128 },
  })
  for (const handle of ['H-1', 'H-2']) here.holder(handle)
  here.register('R-1', '203.0.113.0/24')
  addClerks(here, clerks)
  return here
}

/** A new application for succession; gives its handle. */
function open(here: World, attestor = 'CL-1'): string {
  const registration = here.innermost(CELL)
  assert.ok(registration)
  const handle = `A-${here.index}`
  const refusal = here.ask(succeed, {
    body: {
      step: 'apply',
      predecessor: 'H-1',
      successor: 'H-2',
      registrations: [{ key: CELL, id: 'R-1' }],
      ground: 'merger',
      instrument: HASH,
      attestor,
    },
    by: ['H-2/full'],
    replaces: [here.names(registration)],
  })
  assert.equal(refusal, null)
  return handle
}

const state = (here: World, application: string): unknown =>
  here.object('application', application)?.['state']
const due = (here: World, application: string): string | null =>
  here.due(attest, `obj/application/${application}`)
const veto = (here: World, application: string): string | null =>
  here.ask(succeed, { body: { step: 'veto', application, by: 'H-1' }, by: ['H-1/full'] })

test('two attestors are called: the one that the applicant chose outside the operator, and the one whose turn it is', () => {
  const here = world()
  assert.deepEqual(calledFor(here, open(here, 'CL-3')), ['CL-3', 'CL-1'])
  assert.deepEqual(calledFor(here, open(here, 'CL-3')), ['CL-3', 'CL-2'])
  // It is the turn of CL-3, which the applicant has chosen: the next one.
  assert.deepEqual(calledFor(here, open(here, 'CL-3')), ['CL-3', 'CL-4'])
  assert.deepEqual(calledFor(here, open(here, 'CL-1')), ['CL-1', 'CL-2'])
  assertStamped(here)
  assert.deepEqual(queueOf(here, 'CL-3'), ['A-100', 'A-101', 'A-102'])
  assert.deepEqual(queueOf(here, 'CL-2'), ['A-101', 'A-103'])
})

test('both yes: the window begins; both no: examination-negative; not-committed, commitments-missing: blind until both have', () => {
  const here = world()
  const application = open(here)
  const [one = '', two = ''] = calledFor(here, application)
  assert.equal(reveal(here, application, one), 'not-committed')
  assert.equal(commit(here, application, one), null)
  assert.equal(reveal(here, application, one), 'commitments-missing')
  assert.equal(commit(here, application, two), null)
  here.later(DAY)
  assert.equal(reveal(here, application, two), null)
  assert.equal(state(here, application), 'examining')
  assert.equal(reveal(here, application, one), null)
  // The registry has a day to log an attempt to tell the predecessor: then the window begins, and not before.
  assert.equal(state(here, application), 'to-notify')
  assert.equal(here.object('application', application)?.['due'], '2030-01-03T00:00:00Z')
  assert.equal(notify(here, application), null)
  assert.equal(state(here, application), 'noticed')
  const record = here.object('application', application)
  assert.deepEqual([record?.['opened'], record?.['due']], ['2030-01-02T00:00:00Z', '2030-01-23T00:00:00Z'])
  const negative = world()
  const failed = open(negative)
  examine(negative, failed, { 'CL-1': ['names-parties'], 'CL-2': ['names-parties'] })
  const ended = negative.object('application', failed)
  assert.deepEqual(
    [ended?.['state'], ended?.['reason'], ended?.['due']],
    ['failed', 'examination-negative', null],
  )
})

test('disagreement calls a third, in turn, and the majority on each question stands', () => {
  for (const [third, expected] of [
    [[], 'to-notify'],
    [['names-parties'], 'failed'],
    [['passes-numbers'], 'to-notify'],
  ] as const) {
    const here = world()
    const application = open(here)
    assert.deepEqual(calledFor(here, application), ['CL-1', 'CL-2'])
    here.later(DAY)
    examine(here, application, { 'CL-2': ['names-parties'] })
    assert.equal(state(here, application), 'examining')
    assert.deepEqual(calledFor(here, application), ['CL-1', 'CL-2', 'CL-3'])
    assert.equal(here.object('application', application)?.['due'], '2030-01-09T00:00:00Z')
    const said = answers(here, application, third)
    assert.equal(commit(here, application, 'CL-3', said), null)
    assert.equal(reveal(here, application, 'CL-3', said), null)
    assert.equal(state(here, application), expected)
    assertStamped(here)
  }
})

test('attestors-unavailable: two who disagree, and nobody is left to call', () => {
  const here = world(2)
  const application = open(here)
  examine(here, application, { 'CL-2': ['names-parties'] })
  const ended = here.object('application', application)
  assert.deepEqual([ended?.['state'], ended?.['reason']], ['failed', 'attestors-unavailable'])
})

test('out-of-turn, already-committed: no call can be served before an earlier one in the same queue', () => {
  const here = world()
  const [first, second] = [open(here), open(here)]
  assert.equal(commit(here, second, 'CL-1'), 'out-of-turn')
  assert.equal(commit(here, first, 'CL-1'), null)
  assert.equal(commit(here, second, 'CL-1'), null)
  assert.deepEqual(queueOf(here, 'CL-1'), [])
  assert.equal(commit(here, first, 'CL-1'), 'already-committed')
})

test('the order in which calls are served is the order in which they came, whatever is tried (no inversions)', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 40 }), { maxLength: 60 }), (choices) => {
      const here = world()
      const came = new Map<string, string[]>()
      const served = new Map<string, string[]>()
      const applications: string[] = []
      for (const choice of choices) {
        if (choice % 3 === 0 || applications.length === 0) {
          const application = open(here, choice % 2 === 0 ? 'CL-1' : 'CL-3')
          applications.push(application)
          for (const staff of calledFor(here, application))
            came.set(staff, [...(came.get(staff) ?? []), application])
        } else {
          const application = applications[choice % applications.length] ?? ''
          const staff = `CL-${1 + (choice % 4)}`
          if (commit(here, application, staff) === null)
            served.set(staff, [...(served.get(staff) ?? []), application])
        }
      }
      for (const [staff, list] of served) assert.deepEqual(list, came.get(staff)?.slice(0, list.length))
    }),
    { numRuns: 40 },
  )
})

test('pass: a moot call is passed (application-closed to any other step), one still to be examined is not (still-open)', () => {
  const here = world()
  const [first, second] = [open(here), open(here)]
  assert.equal(pass(here, first, 'CL-1'), 'still-open')
  assert.equal(veto(here, first), null)
  assert.equal(commit(here, first, 'CL-1'), 'application-closed')
  assert.equal(commit(here, second, 'CL-1'), 'out-of-turn')
  assert.equal(pass(here, second, 'CL-1'), 'still-open')
  assert.equal(pass(here, first, 'CL-1'), null)
  assert.equal(pass(here, first, 'CL-1'), 'out-of-turn')
  assert.equal(commit(here, second, 'CL-1'), null)
})

test('the deadline passes: the silent are replaced in turn, one of them stays outside, and it shows', () => {
  const here = world()
  const application = open(here)
  assert.equal(commit(here, application, 'CL-2'), null)
  here.later(7 * DAY - 1)
  assert.equal(due(here, application), 'not-due')
  here.later(1)
  assert.equal(due(here, application), null)
  assertStamped(here)
  assert.deepEqual(calledFor(here, application), ['CL-1', 'CL-2', 'CL-3'])
  assert.equal(examinationOf(here, application)['overdue'], '2030-01-08T00:00:00Z')
  assert.equal(here.object('application', application)?.['due'], '2030-01-15T00:00:00Z')
  assert.equal(commit(here, application, 'CL-1'), 'not-called')
  assert.equal(pass(here, application, 'CL-1'), null)
  assert.equal(commit(here, application, 'CL-3'), null)
  for (const staff of ['CL-2', 'CL-3']) assert.equal(reveal(here, application, staff), null)
  assert.equal(state(here, application), 'to-notify')
})

/** It is the turn of the clerk with this number. */
function turnOf(here: World, number: number): void {
  here.put(ROSTER_KEY, { ...(here.state.get(ROSTER_KEY) as JsonObject), turn: number - 1 })
}

test('one of two is outside always, whoever is replaced and whoever has the turn; nobody else need be', () => {
  const replaced = (...committed: readonly string[]): { here: World; application: string } => {
    const here = world()
    const application = open(here)
    for (const staff of committed) assert.equal(commit(here, application, staff), null)
    turnOf(here, 4)
    here.later(7 * DAY)
    assert.equal(due(here, application), null)
    return { here, application }
  }
  const called = (...committed: readonly string[]): readonly string[] => {
    const { here, application } = replaced(...committed)
    return calledFor(here, application).slice(2)
  }
  assert.deepEqual(called('CL-2'), ['CL-3'])
  assert.deepEqual(called('CL-1'), ['CL-4'])
  assert.deepEqual(called(), ['CL-3', 'CL-4'])
  // Whoever missed its time does not count as the one from outside.
  const { here, application } = replaced('CL-2')
  here.later(7 * DAY)
  turnOf(here, 4)
  assert.equal(due(here, application), null)
  assert.deepEqual(calledFor(here, application), ['CL-1', 'CL-2', 'CL-3'])
  assert.equal(here.object('application', application)?.['due'], '2030-01-22T00:00:00Z')
  assert.equal(examinationOf(here, application)['overdue'], '2030-01-08T00:00:00Z')
  // A third, where two disagree, may be from inside: one of the two is not.
  const third = world()
  const disputed = open(third)
  turnOf(third, 4)
  examine(third, disputed, { 'CL-2': ['names-parties'] })
  assert.deepEqual(calledFor(third, disputed), ['CL-1', 'CL-2', 'CL-4'])
})

test('the deadline passes while one does not reveal: that one alone is replaced', () => {
  const here = world()
  const application = open(here)
  for (const staff of ['CL-1', 'CL-2']) assert.equal(commit(here, application, staff), null)
  assert.equal(reveal(here, application, 'CL-1'), null)
  here.later(7 * DAY)
  assert.equal(due(here, application), null)
  const missed = examinationOf(here, application).calls.filter((call) => call['missed'] === true)
  assert.deepEqual(
    missed.map(({ staff }) => staff),
    ['CL-2'],
  )
  assert.equal(reveal(here, application, 'CL-2'), 'not-called')
  assert.equal(commit(here, application, 'CL-3'), null)
  assert.equal(reveal(here, application, 'CL-3'), null)
  assert.equal(state(here, application), 'to-notify')
})

test('the deadline passes and nobody is left: it stays open, overdue, and the called may still answer', () => {
  const here = world(2)
  const application = open(here)
  here.later(7 * DAY)
  assert.equal(due(here, application), null)
  const record = here.object('application', application)
  assert.deepEqual([record?.['state'], record?.['due']], ['examining', '2030-01-15T00:00:00Z'])
  assert.equal(examinationOf(here, application)['overdue'], '2030-01-08T00:00:00Z')
  assert.equal(due(here, application), 'not-due')
  assert.deepEqual(examine(here, application), [null, null, null, null])
  assert.equal(state(here, application), 'noticed')
})

test('whoever comes on the roster after the deadline is called at the next one: nothing waits for those who left', () => {
  const here = world(2)
  const application = open(here)
  here.later(7 * DAY)
  assert.equal(due(here, application), null)
  addClerks(here)
  const roster = here.state.get(ROSTER_KEY) as JsonObject & { readonly clerks: readonly JsonObject[] }
  here.put(ROSTER_KEY, { ...roster, clerks: roster.clerks.slice(2) })
  here.later(7 * DAY)
  assert.equal(due(here, application), null)
  assert.deepEqual(calledFor(here, application), ['CL-1', 'CL-2', 'CL-3', 'CL-4'])
  for (const staff of ['CL-3', 'CL-4']) assert.equal(commit(here, application, staff), null)
  for (const staff of ['CL-3', 'CL-4']) assert.equal(reveal(here, application, staff), null)
  assert.equal(state(here, application), 'to-notify')
  assert.equal(examinationOf(here, application)['overdue'], '2030-01-08T00:00:00Z')
})

test('commitment-mismatch, answers-incomplete, already-revealed: only what was committed, to exactly the questions', () => {
  const here = world()
  const application = open(here)
  const short = { 'names-parties': 'yes' } as const
  const more = { ...answers(here, application), 'may-hold': 'yes' } as const
  assert.equal(commit(here, application, 'CL-1', short), null)
  assert.equal(commit(here, application, 'CL-2', more), null)
  assert.equal(reveal(here, application, 'CL-1'), 'commitment-mismatch')
  assert.equal(reveal(here, application, 'CL-2', short), 'commitment-mismatch')
  assert.equal(reveal(here, application, 'CL-1', short), 'answers-incomplete')
  assert.equal(reveal(here, application, 'CL-2', more), 'answers-incomplete')
  const good = world()
  const other = open(good)
  for (const staff of ['CL-1', 'CL-2']) assert.equal(commit(good, other, staff), null)
  assert.equal(reveal(good, other, 'CL-1'), null)
  assert.equal(reveal(good, other, 'CL-1'), 'already-revealed')
})

test('an attestor cannot repeat another’s commitment: it names who made it', () => {
  const here = world()
  const application = open(here)
  assert.equal(commit(here, application, 'CL-1'), null)
  const stolen = examinationOf(here, application).calls[0]?.['commitment']
  const body = { step: 'commit', application, staff: 'CL-2', commitment: String(stolen) }
  assert.equal(here.ask(attest, { body, by: ['CL-2'] }), null)
  assert.equal(reveal(here, application, 'CL-2'), 'commitment-mismatch')
})

test('staff-unknown, wrong-staff-role, staff-signature-missing, application-unknown, not-called', () => {
  const here = world()
  const application = open(here)
  here.put('obj/staff/OP-1' as RecordKey, {
    v: 1,
    handle: 'OP-1',
    role: 'operator',
    alg: 'ed25519',
    key: 'OP-1',
    outside: false,
    since: 0,
  })
  assert.equal(commit(here, application, 'CL-9'), 'staff-unknown')
  assert.equal(commit(here, application, 'OP-1'), 'wrong-staff-role')
  for (const by of ['CL-2', 'OP-1', 'H-1/full'])
    assert.equal(commit(here, application, 'CL-1', undefined, by), 'staff-signature-missing')
  const body = { step: 'pass', application: 'A-1', staff: 'CL-1' }
  assert.equal(here.ask(attest, { body, by: ['CL-1'] }), 'application-unknown')
  assert.equal(commit(here, application, 'CL-3'), 'not-called')
})

test('body-malformed, not-due, procedure-unknown, wrong-origin, request-expired, still-founding; a pause stops no clerk', () => {
  const here = world()
  const application = open(here)
  const body: JsonObject = { step: 'pass', application, staff: 'CL-1' }
  assert.equal(here.ask(attest, { body: { ...body, step: 'approve' } }), 'body-malformed')
  const opinion = {
    ...body,
    step: 'reveal',
    answers: { 'names-parties': 'perhaps' },
    evidence: HASH,
    nonce: 'AAAA',
  }
  assert.equal(here.ask(attest, { body: opinion }), 'body-malformed')
  assert.equal(here.due(attest, 'obj/application/A-1'), 'not-due')
  assert.equal(here.ask(attest, { body, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(attest, { body, expires: '2029-12-31T23:59:59Z' }), 'request-expired')
  assert.equal(new World().ask(attest, { body }), 'procedure-unknown')
  const key = 'obj/registry/REGISTRY' as RecordKey
  const registry = here.state.get(key) as object
  const paused = {
    since: here.at,
    until: instant('2030-01-02T00:00:00Z'),
    trigger: 'corruption',
    report: HASH,
  }
  here.put(key, { ...registry, paused })
  assert.equal(commit(here, application, 'CL-1'), null)
  here.put(key, { ...registry, state: 'founding' })
  assert.equal(commit(here, application, 'CL-2'), 'still-founding')
})

test('answersOf: nothing is positive without two answers, one of them from outside', () => {
  const call = (outside: boolean, said: 'yes' | 'no' | null, missed = false): Call => ({
    staff: 'CL-1',
    outside,
    place: 0,
    commitment: null,
    answers: said === null ? null : { q: said },
    evidence: null,
    missed,
  })
  const of = (...calls: readonly Call[]): unknown =>
    answersOf({ questions: ['q'], calls, affected: [], windowSeconds: 0, windowDays: [], overdue: null })
  assert.equal(of(), null)
  assert.equal(of(call(true, 'yes')), null)
  assert.equal(of(call(false, 'yes'), call(false, 'yes')), null)
  assert.equal(of(call(true, 'yes'), call(false, null)), null)
  assert.equal(of(call(true, 'yes'), call(false, 'no')), null)
  assert.equal(of(call(true, 'yes'), call(false, 'yes', true)), null)
  assert.equal(of(call(true, 'yes'), call(false, 'yes')), 'positive')
  assert.equal(of(call(true, 'no'), call(false, 'no')), 'negative')
  assert.equal(of(call(true, 'yes'), call(false, 'no'), call(false, 'yes')), 'positive')
  assert.equal(of(call(true, 'yes'), call(false, 'no'), call(false, 'no')), 'negative')
})

test('the page lists the questions, word for word', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/procedures/attest.md'), 'utf8')
  const listed = [...page.matchAll(/^\| `([a-z-]+)` \| (.*\?) \|$/gm)].map(([, id, text]) => [id, text])
  assert.deepEqual(Object.fromEntries(listed), QUESTIONS)
})

test('answers-incomplete: as many answers as questions, one of them to something else', () => {
  const here = world()
  const application = open(here)
  const { 'names-parties': _, ...others } = answers(here, application)
  const said = { ...others, 'may-hold': 'yes' } as const
  assert.equal(commit(here, application, 'CL-1', said), null)
  assert.equal(commit(here, application, 'CL-2'), null)
  assert.equal(reveal(here, application, 'CL-1', said), 'answers-incomplete')
})

test('out-of-turn: who has answered has nothing to pass, though the window runs (still-open is for those who have not)', () => {
  const here = world()
  const application = open(here)
  examine(here, application)
  assert.equal(state(here, application), 'noticed')
  assert.equal(pass(here, application, 'CL-1'), 'out-of-turn')
})

test('not-due: where the answers are known attest has nothing due, and makes no window longer', () => {
  const here = world()
  const application = open(here)
  examine(here, application)
  const before = here.object('application', application)
  here.later(60 * DAY)
  assert.equal(due(here, application), 'not-due')
  assert.deepEqual(here.object('application', application), before)
})

test('the deadline passes and nobody is left: the application alone is written', () => {
  const here = world(2)
  const application = open(here)
  here.later(7 * DAY)
  assert.equal(due(here, application), null)
  const outcome = here.last?.outcome
  assert.deepEqual(outcome?.accepted === true ? outcome.effects.map(({ key }) => key) : [], [
    `obj/application/${application}`,
  ])
})
