// P13: claims are noted and block nothing; a claim before a court delays transfers once (I1, bounded exception).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addBusinessDays, dueOf, type JsonObject, type Notes, type RecordKey } from '@cadastre/records'
import fc from 'fast-check'
import { annotateDispute } from '../src/annotate-dispute.ts'
import { transfer } from '../src/transfer.ts'
import { WEEKDAYS } from '../src/weekdays.ts'
import { COMMON_CODES, commonRefusals, hash, staffedWorld, staffKeyName } from './staff-fixture.ts'
import { assertStamped, DAY, instant, type World } from './world.ts'

const PARAMETERS = {
  'annotate-dispute/1': {
    lapseSeconds: 30 * DAY,
    noticeSeconds: 21 * DAY,
    delayDays: 10,
    periodSeconds: 30 * DAY,
  },
  'transfer/1': { coolingSeconds: 0, maxCoolingSeconds: 30 * DAY, floorIp4: 32, floorIp6: 128 },
}
const CELL = 'ip4/203.0.113.0/24'
const NOTES = 'obj/notes/R-1' as RecordKey
const registration = { key: CELL, id: 'R-1' }
/** A base64 text that stands for the key of this name: signatures name keys as claims do. */
const keyOf = (name: string): string => Buffer.from(name.padEnd(32)).toString('base64')
/** Two clerks, the second outside the operator. */
const CLERKS = ['CLERK-1', 'CLERK-2']
const SIGNED = CLERKS.map(staffKeyName)

function world(parameters: ConstructorParameters<typeof World>[0] = PARAMETERS): World {
  const here = staffedWorld(parameters)
  here.register('R-1', '203.0.113.0/24')
  return here
}
type More = { readonly [member: string]: JsonObject[string] }
function claim(here: World, by: string, more: More = {}, others: readonly string[] = []): string | null {
  const body = {
    step: 'claim',
    registration,
    key: keyOf(by),
    facts: hash(`facts of ${by}`),
    evidence: null,
    ...more,
  }
  return here.ask(annotateDispute, { body, by: [keyOf(by), ...others] })
}
function court(here: World, by: string, more: More = {}, signers: readonly string[] = SIGNED): string | null {
  const body = {
    step: 'court',
    registration,
    key: keyOf(by),
    facts: hash(`facts of ${by}`),
    evidence: hash('stamped'),
    staff: CLERKS,
    leave: null,
    ...more,
  }
  return here.ask(annotateDispute, { body, by: [keyOf(by), ...signers] })
}
function ending(here: World, body: JsonObject, by: readonly string[]): string | null {
  return here.ask(annotateDispute, { body: { registration, ...body }, by })
}
const notes = (here: World): Notes | null => here.state.get(NOTES) as Notes | null
const ids = (here: World): readonly string[] => (notes(here)?.annotations ?? []).map(({ id }) => id)

function sell(here: World, id = 'R-1', from = 'H-1', to = 'H-2'): string | null {
  const held = here.innermost(CELL)
  assert.ok(held)
  const body = {
    step: 'offer',
    from,
    to,
    registration: { key: CELL, id },
    range: '203.0.113.0/24',
    services: [],
  }
  return here.ask(transfer, { body, by: [`${from}/full`, `${to}/full`], replaces: [here.names(held)] })
}

test('C0: any key notes a claim under a pseudonym; it blocks nothing and lapses after 30 days', () => {
  const here = world()
  const cell = here.cell(CELL)
  assert.equal(claim(here, 'a stranger'), null)
  assertStamped(here)
  const pseudonym = here.state.digest(keyOf('a stranger')).toUpperCase()
  assert.deepEqual(notes(here)?.annotations, [
    {
      id: 'N-100',
      kind: 'dispute',
      by: pseudonym,
      facts: hash('facts of a stranger'),
      evidence: null,
      until: '2030-01-31T00:00:00Z',
      since: 100,
    },
  ])
  assert.equal(notes(here)?.delayedUntil, null)
  assert.deepEqual(here.cell(CELL), cell)
  assert.deepEqual(dueOf(NOTES, notes(here)), {
    at: '2030-01-31T00:00:00Z',
    procedure: 'annotate-dispute/1',
    key: NOTES,
  })
  assert.equal(sell(here), null)
})

test('not-due: nothing lapses before its time; then only what has come to it', () => {
  const here = world()
  assert.equal(here.due(annotateDispute, NOTES), 'not-due')
  claim(here, 'one')
  here.later(DAY)
  claim(here, 'two')
  assert.equal(here.due(annotateDispute, NOTES), 'not-due')
  here.later(29 * DAY)
  assert.equal(here.due(annotateDispute, NOTES), null)
  assert.deepEqual(ids(here), ['N-101'])
  here.later(DAY)
  assert.equal(here.due(annotateDispute, NOTES), null)
  assert.deepEqual(ids(here), [])
})

test('C1: a stamped claim stands until the case ends, and transfers are delayed by 10 business days', () => {
  const here = world()
  assert.equal(court(here, 'claimant'), null)
  assert.equal(notes(here)?.annotations[0]?.until, null)
  assert.equal(notes(here)?.annotations[0]?.kind, 'court-claim')
  assert.equal(notes(here)?.delayedUntil, '2030-01-15T00:00:00Z')
  assert.equal(sell(here), 'delayed')
  here.later(14 * DAY - 1)
  assert.equal(sell(here), 'delayed')
  here.later(1)
  assert.equal(sell(here), null)
  assert.equal(here.innermost(CELL)?.holder, 'H-2')
})

test('there is one delay: a second claim, by whomever, on whatever facts, is noted and delays nothing', () => {
  const here = world()
  court(here, 'claimant')
  here.later(DAY)
  assert.equal(court(here, 'another'), null)
  assert.equal(notes(here)?.delayedUntil, '2030-01-15T00:00:00Z')
  here.later(20 * DAY)
  assert.equal(court(here, 'a third'), null)
  assert.equal(notes(here)?.delayedUntil, '2030-01-15T00:00:00Z')
  assert.equal(sell(here), null)
})

test('the notes move with the numbers, and the delay that was used does not come back', () => {
  const here = world()
  court(here, 'claimant')
  here.later(15 * DAY)
  assert.equal(sell(here), null)
  const { id } = here.innermost(CELL) ?? { id: '' }
  assert.notEqual(id, 'R-1')
  const moved = here.state.get(`obj/notes/${id}` as RecordKey) as Notes
  assert.equal(moved.registration, id)
  assert.deepEqual(
    moved.annotations.map(({ kind }) => kind),
    ['court-claim'],
  )
  assert.equal(court(here, 'another', { registration: { key: CELL, id } }), null)
  assert.equal(sell(here, id, 'H-2', 'H-3'), null)
})

test('a transfer that has cooled waits for the end of the delay, and does not fail', () => {
  const here = world({
    ...PARAMETERS,
    'transfer/1': { ...PARAMETERS['transfer/1'], coolingSeconds: 3 * DAY },
  })
  assert.equal(sell(here), null)
  court(here, 'claimant')
  here.later(3 * DAY)
  assert.equal(here.due(transfer, 'obj/application/A-100'), null)
  assert.equal(here.object('application', 'A-100')?.['due'], '2030-01-15T00:00:00Z')
  assert.equal(here.object('application', 'A-100')?.['state'], 'cooling')
  here.later(11 * DAY)
  assert.equal(here.due(transfer, 'obj/application/A-100'), null)
  assert.equal(here.innermost(CELL)?.holder, 'H-2')
})

test('whatever is claimed, withdrawn and lapsed: transfers are delayed once, for 10 business days at most, and the cell never changes', () => {
  const step = fc.record({
    wait: fc.integer({ min: 1, max: 20 * DAY }),
    kind: fc.constantFrom('claim', 'court', 'withdraw', 'lapse', 'due'),
    who: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const here = world()
      const cell = here.cell(CELL)
      let delayed: string | null = null
      for (const { wait, kind, who } of steps) {
        here.later(wait)
        const annotation = ids(here)[0] ?? 'N-1'
        if (kind === 'claim') claim(here, who, { facts: hash(`${who} ${here.index}`) })
        if (kind === 'court') court(here, who, { facts: hash(`${who} ${here.index}`) })
        if (kind === 'withdraw') ending(here, { step: 'withdraw', annotation, key: keyOf(who) }, [keyOf(who)])
        if (kind === 'lapse') ending(here, { step: 'lapse', annotation }, ['H-1/full'])
        if (kind === 'due') here.due(annotateDispute, NOTES)
        const now = notes(here)?.delayedUntil ?? null
        if (delayed !== null) assert.equal(now, delayed)
        if (delayed === null && now !== null)
          assert.ok(now <= addBusinessDays(WEEKDAYS, here.at, 10, 'weekdays'))
        delayed = now
        assert.ok(ids(here).length <= 8)
        assert.deepEqual(here.cell(CELL), cell)
      }
    }),
    { numRuns: 60 },
  )
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  const body = { step: 'claim', registration, key: keyOf('x'), facts: hash('x'), evidence: null }
  assert.deepEqual(commonRefusals(PARAMETERS, annotateDispute, body, [keyOf('x')]), COMMON_CODES)
})

test('registration-unknown, not-a-holding', () => {
  const here = world()
  assert.equal(claim(here, 'x', { registration: { key: CELL, id: 'R-9' } }), 'registration-unknown')
  assert.equal(
    claim(here, 'x', { registration: { key: 'ip4/198.51.100.0/24', id: 'R-1' } }),
    'registration-unknown',
  )
  here.register('R-2', '203.0.113.0/25', { kind: 'sub', holder: 'H-2' })
  here.register('R-3', '198.51.100.0/24', { kind: 'quarantined', holder: null })
  assert.equal(claim(here, 'x', { registration: { key: 'ip4/203.0.113.0/25', id: 'R-2' } }), 'not-a-holding')
  assert.equal(claim(here, 'x', { registration: { key: 'ip4/198.51.100.0/24', id: 'R-3' } }), 'not-a-holding')
})

test('claimant-signature-missing: the key that a claim names must sign, and only it withdraws', () => {
  const here = world()
  const named = { step: 'claim', registration, key: keyOf('x'), facts: hash('x'), evidence: null }
  assert.equal(here.ask(annotateDispute, { body: named, by: [keyOf('y')] }), 'claimant-signature-missing')
  claim(here, 'x')
  const wish = { step: 'withdraw', annotation: 'N-100', key: keyOf('x') }
  assert.equal(ending(here, wish, [keyOf('y')]), 'claimant-signature-missing')
  assert.equal(ending(here, { ...wish, key: keyOf('y') }, [keyOf('y')]), 'claimant-signature-missing')
  assert.equal(ending(here, wish, [keyOf('x')]), null)
  assert.deepEqual(ids(here), [])
})

test('staff-unknown, wrong-staff-role, staff-signature-missing, attestations-missing: two clerks, one of them outside the operator, attest the stamp, and the end of the case', () => {
  const here = world()
  const [inside = '', outside = ''] = SIGNED
  const pair = (staff: readonly string[]): string | null =>
    court(here, 'x', { staff }, staff.map(staffKeyName))
  assert.equal(pair(['CLERK-2', 'CLERK-9']), 'staff-unknown')
  assert.equal(pair(['CLERK-2', 'OP-1']), 'wrong-staff-role')
  assert.equal(court(here, 'x', {}, []), 'staff-signature-missing')
  for (const one of SIGNED) assert.equal(court(here, 'x', {}, [one]), 'staff-signature-missing')
  assert.equal(pair(['CLERK-2', 'CLERK-2']), 'attestations-missing')
  assert.equal(pair(['CLERK-1', 'CLERK-3']), 'attestations-missing')
  assert.equal(court(here, 'x', { staff: ['CLERK-2'] }), 'body-malformed')
  assert.equal(notes(here), null)
  assert.equal(pair(['CLERK-2', 'CLERK-3']), null)
  const end = { step: 'end', annotation: 'N-100', staff: CLERKS, evidence: hash('judgment') }
  assert.equal(ending(here, end, ['H-1/full']), 'staff-signature-missing')
  assert.equal(ending(here, end, [outside]), 'staff-signature-missing')
  const twice = { ...end, staff: ['CLERK-2', 'CLERK-2'] }
  assert.equal(ending(here, twice, [outside]), 'attestations-missing')
  assert.equal(
    ending(here, { ...end, staff: ['CLERK-1', 'CLERK-3'] }, [inside, staffKeyName('CLERK-3')]),
    'attestations-missing',
  )
  assert.deepEqual(ids(here), ['N-100'])
  assert.equal(ending(here, end, SIGNED), null)
  assert.deepEqual(ids(here), [])
  assert.equal(notes(here)?.delayedUntil, '2030-01-15T00:00:00Z')
})

test('annotation-unknown, consent-missing, nothing-changed: the holder’s lapsing notice of 21 days', () => {
  const here = world()
  const lapse = (annotation: string, by: readonly string[] = ['H-1/full']): string | null =>
    ending(here, { step: 'lapse', annotation }, by)
  assert.equal(lapse('N-100'), 'annotation-unknown')
  court(here, 'x')
  assert.equal(lapse('N-99'), 'annotation-unknown')
  assert.equal(lapse('N-100', ['H-2/full']), 'consent-missing')
  assert.equal(lapse('N-100', ['H-1/technical']), 'consent-missing')
  assert.equal(lapse('N-100'), null)
  assert.equal(notes(here)?.annotations[0]?.until, '2030-01-22T00:00:00Z')
  here.later(DAY)
  assert.equal(lapse('N-100'), 'nothing-changed')
  claim(here, 'y')
  here.later(10 * DAY)
  assert.equal(lapse('N-102'), 'nothing-changed')
  here.later(10 * DAY)
  assert.equal(here.due(annotateDispute, NOTES), null)
  assert.deepEqual(ids(here), ['N-102'])
})

test('what ends or is shortened is one annotation: the others stay as they are', () => {
  const here = world()
  for (const by of ['a', 'b', 'c']) court(here, by)
  const [first, second, third] = notes(here)?.annotations ?? []
  assert.ok(first && second && third)
  assert.equal(ending(here, { step: 'lapse', annotation: second.id }, ['H-1/full']), null)
  assert.deepEqual(notes(here)?.annotations, [
    first,
    { ...second, until: instant('2030-01-22T00:00:00Z') },
    third,
  ])
  // At the same instant again nothing would change, a moment earlier it was not so.
  assert.equal(ending(here, { step: 'lapse', annotation: second.id }, ['H-1/full']), 'nothing-changed')
  const withdrawal = { step: 'withdraw', annotation: third.id, key: keyOf('c') }
  assert.equal(ending(here, withdrawal, [keyOf('c')]), null)
  assert.deepEqual(ids(here), [first.id, second.id])
})

test('a claim that lapses later than the holder’s notice is shortened by it', () => {
  const here = world()
  claim(here, 'y')
  here.later(8 * DAY)
  assert.equal(ending(here, { step: 'lapse', annotation: 'N-100' }, ['H-1/full']), null)
  assert.equal(notes(here)?.annotations[0]?.until, '2030-01-30T00:00:00Z')
})

test('notes-full: four claims of strangers and no more, however many courts’; a court’s has room up to eight', () => {
  const here = world()
  for (const by of ['a', 'b', 'c']) assert.equal(court(here, by), null)
  for (const by of ['d', 'e', 'f', 'g']) assert.equal(claim(here, by), null)
  assert.equal(claim(here, 'h'), 'notes-full')
  assert.equal(court(here, 'h'), null)
  assert.equal(court(here, 'i'), 'notes-full')
})

function withdraw(here: World, by: string): string | null {
  const annotation = notes(here)?.annotations.find(
    (one) => one.by === here.state.digest(keyOf(by)).toUpperCase(),
  )
  assert.ok(annotation)
  return ending(here, { step: 'withdraw', annotation: annotation.id, key: keyOf(by) }, [keyOf(by)])
}

test('claimed-recently: a key claims once in 30 days on a registration, withdrawn claims count', () => {
  const here = world()
  here.register('R-2', '198.51.100.0/24')
  const again = (n: number, more: More = {}): string | null =>
    claim(here, 'x', { facts: hash(`${n}`), ...more })
  assert.equal(again(1), null)
  assert.equal(again(2), 'claimed-recently')
  assert.equal(withdraw(here, 'x'), null)
  for (let n = 2; n < 20; n++) assert.equal(again(n), 'claimed-recently')
  assert.equal(again(2, { registration: { key: 'ip4/198.51.100.0/24', id: 'R-2' } }), null)
  assert.equal(court(here, 'x', { facts: hash('3') }), null)
  assert.equal(claim(here, 'y'), null)
  here.later(30 * DAY - 1)
  assert.equal(again(4), 'claimed-recently')
  here.later(1)
  assert.equal(again(4), null)
  assertStamped(here)
})

test('notes-full: withdrawn claims of whatever keys count, so that nobody claims and withdraws without end', () => {
  const here = world()
  for (const by of ['a', 'b', 'c', 'd']) {
    assert.equal(claim(here, by), null)
    assert.equal(withdraw(here, by), null)
  }
  assert.deepEqual(ids(here), [])
  for (let n = 0; n < 20; n++) assert.equal(claim(here, `stranger ${n}`), 'notes-full')
  assert.equal(court(here, 'e'), null)
  here.later(30 * DAY)
  assert.equal(claim(here, 'f'), null)
  assert.equal(notes(here)?.claims?.length, 1)
})

test('the claims of the last 30 days go with the numbers', () => {
  const here = world()
  assert.equal(claim(here, 'x'), null)
  assert.equal(withdraw(here, 'x'), null)
  assert.equal(sell(here), null)
  const { id } = here.innermost(CELL) ?? { id: '' }
  const more = { registration: { key: CELL, id }, facts: hash('others') }
  assert.equal(claim(here, 'x', more), 'claimed-recently')
})

test('an annotation of another kind is none of this procedure’s', () => {
  const here = world()
  const other = {
    id: 'N-1',
    kind: 'correction',
    by: 'A-1',
    facts: hash('x'),
    evidence: null,
    until: null,
    since: 1,
  }
  here.put(NOTES, {
    v: 1,
    registration: 'R-1',
    pending: null,
    heldUntil: null,
    annotations: [other],
    delayedUntil: null,
    pastFacts: [],
    orders: [],
    since: 1,
  })
  assert.equal(ending(here, { step: 'lapse', annotation: 'N-1' }, ['H-1/full']), 'annotation-unknown')
})

test('facts-repeated: the same facts need the holder’s signature or a court’s leave, also after they lapsed', () => {
  const here = world()
  const facts = hash('the same')
  claim(here, 'x', { facts })
  assert.equal(claim(here, 'y', { facts }), 'facts-repeated')
  here.later(30 * DAY)
  here.due(annotateDispute, NOTES)
  assert.equal(claim(here, 'x', { facts }), 'facts-repeated')
  assert.equal(court(here, 'x', { facts }), 'facts-repeated')
  assert.equal(claim(here, 'x', { facts }, ['H-2/full']), 'facts-repeated')
  assert.equal(claim(here, 'x', { facts }, ['H-1/full']), null)
  assert.equal(court(here, 'x', { facts, leave: hash('leave') }), null)
})

test('notes-full: four claims, so that a court’s claim has room; eight annotations', () => {
  const here = world()
  for (const who of ['a', 'b', 'c', 'd']) assert.equal(claim(here, who), null)
  assert.equal(claim(here, 'e'), 'notes-full')
  for (const who of ['f', 'g', 'h', 'i']) assert.equal(court(here, who), null)
  assert.equal(court(here, 'j'), 'notes-full')
  assert.equal(claim(here, 'e'), 'notes-full')
})

test('the last 16 facts are remembered', () => {
  const here = world()
  for (let n = 0; n < 17; n++) {
    assert.equal(claim(here, 'x', { facts: hash(`${n}`) }), null)
    const wish = { step: 'withdraw', annotation: ids(here)[0] ?? '', key: keyOf('x') }
    assert.equal(ending(here, wish, [keyOf('x')]), null)
    here.later(30 * DAY)
  }
  assert.equal(claim(here, 'x', { facts: hash('1') }), 'facts-repeated')
  assert.equal(claim(here, 'x', { facts: hash('0') }), null)
})

test('not-a-holding: nothing is noted on numbers that nobody holds', () => {
  const here = world()
  here.register('R-2', '198.51.100.0/24', { holder: null })
  const body = { registration: { key: 'ip4/198.51.100.0/24', id: 'R-2' } }
  assert.equal(claim(here, 'a stranger', body), 'not-a-holding')
})

test('notes-full: four claims that stand are enough, though they were made before the period', () => {
  const parameters = { ...PARAMETERS['annotate-dispute/1'], lapseSeconds: 300 * DAY }
  const here = world({ ...PARAMETERS, 'annotate-dispute/1': parameters })
  for (const by of ['a', 'b', 'c', 'd']) assert.equal(claim(here, by), null)
  here.later(31 * DAY)
  assert.equal(claim(here, 'e'), 'notes-full')
  // One that was made before a court is none of theirs.
  assert.equal(
    ending(here, { step: 'withdraw', annotation: ids(here)[0] ?? '', key: keyOf('a') }, [keyOf('a')]),
    null,
  )
  assert.equal(court(here, 'f'), null)
  assert.equal(claim(here, 'e'), null)
})

test('a stranger’s claim states no calendar: its time is no business days; a court’s does', () => {
  const here = world()
  assert.equal(claim(here, 'a stranger'), null)
  const calendars = (): number =>
    here.last?.inputs.filter(({ key }) => key.startsWith('obj/calendar/')).length ?? 0
  assert.equal(calendars(), 0)
  assert.equal(court(here, 'a claimant'), null)
  assert.equal(calendars(), 1)
})
