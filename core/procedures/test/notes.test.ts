// Notes beside registrations and holders, pauses, and what falls due: each edge, to the second.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Application,
  addSeconds,
  type Instant,
  NEW_HOLDER,
  type Notes,
  type Registry,
} from '@cadastre/records'
import { REGISTRY_KEY, recordNeed } from '../src/index.ts'
import {
  carriedNotes,
  delayEnd,
  emptyHolderNotes,
  emptyNotes,
  holderNotesRecord,
  isBlocked,
  notesRecord,
  partialDelayEnd,
  withAnnotation,
} from '../src/notes.ts'
import { beforeEffect, lengthened, pausedBetween, pausesAfter, windowEnd } from '../src/pauses.ts'
import { inputsOf } from './inputs-fixture.ts'
import { DAY, instant, World } from './world.ts'

const AT = instant('2030-06-01T00:00:00Z')
const from = (seconds: number): Instant => addSeconds(AT, seconds)
const annotation = (facts: string, kind = 'claim'): Notes['annotations'][number] =>
  ({ kind, facts }) as Notes['annotations'][number]

test('notes in which nothing is noted are no record; anything noted is', () => {
  const empty = emptyNotes('R-1')
  assert.equal(notesRecord(empty), null)
  for (const noted of [
    { pending: 'A-1' },
    { heldUntil: AT },
    { delayedUntil: AT },
    { annotations: [annotation('a')] },
    { pastFacts: ['a'] },
    { orders: ['O-1'] },
    { pastFacts: ['a'], orders: ['O-1'] },
    { pastFacts: ['a'], annotations: [annotation('a')] },
  ])
    assert.deepEqual(notesRecord({ ...empty, ...noted } as Notes), { ...empty, ...noted })
  const holder = emptyHolderNotes('H-1')
  assert.equal(holderNotesRecord(holder), null)
  for (const noted of [{ delayed: AT }, { representative: 'H-2' }, { blocked: [{}] }])
    assert.notEqual(holderNotesRecord({ ...holder, ...noted } as never), null)
})

test('facts are remembered once each, the latest last, sixteen at most', () => {
  const many = Array.from({ length: 16 }, (_, n) => `f${n}`)
  const notes = { ...emptyNotes('R-1'), pastFacts: many }
  assert.deepEqual(withAnnotation(notes, annotation('new')).pastFacts, [...many.slice(1), 'new'])
  assert.deepEqual(withAnnotation(notes, annotation('f3')).pastFacts, [
    ...many.filter((one) => one !== 'f3'),
    'f3',
  ])
  assert.deepEqual(withAnnotation(notes, annotation('f3')).annotations, [annotation('f3')])
})

test('claims stay on the numbers; an order, which names its holder’s registration, does not go with them', () => {
  const notes: Notes = {
    ...emptyNotes('R-1'),
    annotations: [annotation('a'), annotation('b', 'order')],
    delayedUntil: AT,
    pastFacts: ['a'],
    pending: 'A-1',
  }
  assert.deepEqual(carriedNotes(notes, 'R-2'), {
    ...emptyNotes('R-2'),
    annotations: [annotation('a')],
    delayedUntil: AT,
    pastFacts: ['a'],
  })
  assert.equal(carriedNotes({ ...emptyNotes('R-1'), annotations: [annotation('b', 'order')] }, 'R-2'), null)
  assert.equal(carriedNotes(null, 'R-2'), null)
})

test('a delay ends to the second', () => {
  const notes = { ...emptyNotes('R-1'), delayedUntil: AT }
  assert.equal(delayEnd(notes, from(-1)), AT)
  assert.equal(delayEnd(notes, AT), null)
  assert.equal(delayEnd(emptyNotes('R-1'), AT), null)
  assert.equal(delayEnd(null, AT), null)
})

test('a block without end blocks; one with an end only up to it, and the last end counts where all have one', () => {
  const block = (until: Instant | null, kinds = ['transfer']): object => ({ act: 'a', kinds, until })
  const notes = (...blocked: readonly object[]): Parameters<typeof isBlocked>[0] =>
    ({ ...emptyHolderNotes('H-1'), blocked }) as Parameters<typeof isBlocked>[0]
  assert.equal(isBlocked(notes(block(null)), 'transfer', AT), true)
  assert.equal(isBlocked(notes(block(null)), 'allocate', AT), false)
  assert.equal(isBlocked(notes(block(from(1))), 'transfer', AT), true)
  assert.equal(isBlocked(notes(block(AT)), 'transfer', AT), false)
  assert.equal(isBlocked(null, 'transfer', AT), false)
  const end = (...blocked: readonly object[]): Instant | null =>
    partialDelayEnd(notes(...blocked), 'transfer', AT)
  assert.equal(end(block(from(2)), block(from(9)), block(from(5))), from(9))
  assert.equal(end(block(from(2)), block(null)), null)
  assert.equal(end(block(AT)), null)
  assert.equal(end(block(from(2), ['allocate'])), null)
  assert.equal(partialDelayEnd(null, 'transfer', AT), null)
})

const pause = (start: number, end: number): Registry['pauses'][number] =>
  ({ since: from(start), until: from(end) }) as Registry['pauses'][number]
const registry = (pauses: readonly object[], paused: object | null = null): Registry =>
  ({ v: 1, pauses, paused }) as Registry

test('pausedBetween: only what lies between; a pause in force counts up to now, one that has ended up to its end', () => {
  const past = registry([pause(-100, -90), pause(-50, -40)])
  assert.equal(pausedBetween(past, from(-200), AT), 20)
  assert.equal(pausedBetween(past, from(-95), AT), 15)
  assert.equal(pausedBetween(past, from(-90), AT), 10)
  assert.equal(pausedBetween(past, from(-45), AT), 5)
  assert.equal(pausedBetween(past, from(-40), AT), 0)
  assert.equal(pausedBetween(registry([], pause(-10, 10)), from(-200), AT), 10)
  assert.equal(pausedBetween(registry([], pause(-10, -4)), from(-200), AT), 6)
})

test('pauses are remembered for 400 days, to the second', () => {
  const [old, kept] = [pause(-401 * DAY, -400 * DAY - 1), pause(-401 * DAY, -400 * DAY)]
  assert.deepEqual(pausesAfter(registry([old, kept], pause(-10, 10)), AT), [kept, pause(-10, 0)])
  assert.deepEqual(pausesAfter(registry([], pause(-10, -5)), AT), [pause(-10, -5)])
})

test('not-due: only what cools or was noticed, at its time; a window goes on after a pause for what is missing', () => {
  const inputs = (state: Registry): ReturnType<typeof inputsOf> => {
    const here = new World()
    here.put(REGISTRY_KEY, state)
    return inputsOf(here, () => [recordNeed(REGISTRY_KEY)])
  }
  const quiet = inputs(registry([]))
  const application = (more: object): Application => {
    const made: unknown = {
      ...NEW_HOLDER,
      handle: 'A-1',
      state: 'cooling',
      due: AT,
      opened: from(-100),
      pausedSeconds: 0,
      ...more,
    }
    return made as Application
  }
  const answer = (more: object, known = quiet): string | null => {
    const decision = beforeEffect(application(more), known, AT)
    return decision === null ? null : decision.accepted ? 'longer' : decision.refusals.join()
  }
  assert.equal(answer({}), null)
  assert.equal(answer({ state: 'noticed' }), null)
  for (const more of [{ state: 'waiting' }, { state: 'executed' }, { due: null }, { due: from(1) }])
    assert.equal(answer(more), 'not-due')
  assert.equal(answer({}, inputs(registry([pause(-20, -10)]))), 'longer')
  const window = { due: AT, opened: from(-100), pausedSeconds: 0 }
  const longer = (state: Registry, more: object = {}): object | null =>
    lengthened({ ...window, ...more }, inputs(state), AT)
  assert.deepEqual(longer(registry([], pause(-10, 50))), { due: from(50), pausedSeconds: 50 })
  assert.deepEqual(longer(registry([pause(-20, -10)])), { due: from(10), pausedSeconds: 10 })
  assert.deepEqual(longer(registry([], pause(-10, 0))), { due: from(10), pausedSeconds: 10 })
  assert.equal(longer(registry([pause(-20, -10)]), { pausedSeconds: 10 }), null)
  assert.equal(longer(registry([pause(-200, -100)])), null)
})

test('a holder’s notes stand for as long as anything does: a dissolution that runs, or applications of the last days', () => {
  const holder = emptyHolderNotes('H-1')
  for (const noted of [{ dissolution: { application: 'A-1', refused: [] } }, { filed: [AT] }])
    assert.deepEqual(holderNotesRecord({ ...holder, ...noted }), { ...holder, ...noted })
})

test('windowEnd: later by what was paused in it, of a pause that began before it the part within alone', () => {
  const end = (...pauses: readonly Registry['pauses'][number][]): Instant =>
    windowEnd(registry(pauses), AT, from(100), from(1000))
  assert.equal(end(), from(100))
  assert.equal(end(pause(10, 30)), from(120))
  assert.equal(end(pause(-50, -10)), from(100))
  assert.equal(end(pause(-50, 0)), from(100))
  assert.equal(end(pause(-50, 10)), from(110))
  assert.equal(end(pause(0, 10)), from(110))
  // What a pause added is part of the window; what begins at its end is not.
  assert.equal(end(pause(90, 150), pause(155, 165)), from(170))
  assert.equal(end(pause(100, 150)), from(100))
})

test('lengthened: a pause in force that began in the very second in which the window ends holds it; one second later not', () => {
  const here = new World()
  const longer = (since: number): object | null => {
    here.put(REGISTRY_KEY, registry([], pause(since, 50)))
    const known = inputsOf(here, () => [recordNeed(REGISTRY_KEY)])
    return lengthened({ due: AT, opened: from(-100), pausedSeconds: 0 }, known, from(10))
  }
  assert.deepEqual(longer(0), { due: from(50), pausedSeconds: 50 })
  assert.equal(longer(1), null)
})
