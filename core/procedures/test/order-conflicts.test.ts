// Conflicts of orders, and how large one may be: whom it names, who names it, and what fits one entry (procedures.md
// section D, "precedence").

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSeconds, type JsonObject, objectKey } from '@cadastre/records'
import { serveOrder } from '../src/serve-order.ts'
import {
  after,
  attested,
  crowd,
  deskWorld,
  executed,
  HALF,
  HOLD,
  notified,
  orderIn,
  serve,
  sixteen,
  stateOf,
  verified,
  WHOLE,
} from './orders-fixture.ts'
import { hash } from './staff-fixture.ts'
import { DAY, type World } from './world.ts'

const CELL = 'ip4/198.51.100.0/24'
const TO_H2: JsonObject = { effect: 'transferTo', receiver: 'H-2' }
const FOREIGN = { authority: 'FOREIGN' }

function change(here: World, order: string, more: object): void {
  here.put(objectKey('order', order), { ...orderIn(here, order), ...more })
}
/** Keys of what the last act wrote. */
function written(here: World): readonly string[] {
  const outcome = here.last?.outcome
  return outcome?.accepted === true ? outcome.effects.map(({ key }) => key) : []
}
/** The order is notified and its window passes: the act that then falls due, and nothing after it. */
function executedAlone(here: World, more: JsonObject = {}): string {
  const order = verified(here, TO_H2, more)
  notified(here, order)
  here.later(14 * DAY)
  assert.equal(here.due(serveOrder, objectKey('order', order)), null)
  here.assertFits()
  return order
}

/** on which so many holds of COURT lie. */
function heldWorld(holds: number): { readonly here: World; readonly scope: readonly JsonObject[] } {
  const here = deskWorld()
  here.register('R-6', '203.0.113.0/24')
  const scope = [WHOLE, { key: 'ip4/203.0.113.0/24', id: 'R-6', range: '203.0.113.0/24' }]
  for (let n = 0; n < holds; n++) verified(here, HOLD, { scope: scope.slice(n % 2, (n % 2) + 1) })
  return { here, scope }
}
test('an order prevails over sixteen others, and over no more than that: it looks at sixteen alone', () => {
  const sixteenHolds = heldWorld(16)
  const over = executedAlone(sixteenHolds.here, { authority: 'HIGH-COURT', scope: sixteenHolds.scope })
  assert.equal(stateOf(sixteenHolds.here, over)[0], 'executed')
  const { here, scope } = heldWorld(17)
  const order = executedAlone(here, { authority: 'HIGH-COURT', scope })
  const looked = (here.last?.inputs ?? []).filter(({ key }) => key.startsWith('obj/order/'))
  assert.deepEqual([stateOf(here, order)[0], orderIn(here, order).conflicts.length], ['conflict', 16])
  assert.equal(looked.length, 1 + 16)
})
test('one that has ended contradicts nothing, though the rest of its notes is not released yet', () => {
  const here = deskWorld()
  const hold = verified(here, HOLD, FOREIGN)
  change(here, hold, { state: 'expired', ended: here.at, askAgain: null, due: null })
  assert.equal(stateOf(here, executedAlone(here))[0], 'executed')
})
test('what was executed for good is reversed by who prevails over it alone: a court of another hierarchy is in conflict', () => {
  const here = deskWorld()
  const order = executed(here, TO_H2, { scope: [HALF] })
  const back = here.innermost('ip4/198.51.100.0/25')
  const scope = [{ key: 'ip4/198.51.100.0/25', id: back?.id ?? '', range: '198.51.100.0/25' }]
  const detail = { effect: 'transferTo', receiver: 'H-1' }
  const foreign = executed(here, detail, { ...FOREIGN, holder: 'H-2', scope, reverses: order })
  assert.deepEqual([stateOf(here, foreign)[0], orderIn(here, foreign).conflicts], ['conflict', [order]])
  assert.equal(stateOf(here, order)[0], 'executed')
})
test('the record of another order loses the one that is no longer in conflict with it, and nobody else', () => {
  const here = deskWorld()
  const hold = verified(here, HOLD, FOREIGN)
  const order = executedAlone(here)
  assert.equal(stateOf(here, order)[0], 'conflict')
  change(here, hold, { conflicts: ['O-1', order], state: 'expired', ended: here.at, askAgain: null })
  after(here, 14)
  assert.equal(stateOf(here, order)[0], 'executed')
  assert.deepEqual(orderIn(here, hold).conflicts, ['O-1'])
})
test('a conflict that is looked at again writes no record that says so already', () => {
  const here = deskWorld()
  verified(here, HOLD, FOREIGN)
  const order = executedAlone(here)
  assert.equal(written(here).length, 2)
  here.later(14 * DAY)
  assert.equal(here.due(serveOrder, objectKey('order', order)), null)
  assert.deepEqual(written(here), [objectKey('order', order)])
})
test('a record names sixteen others at the most; the seventeenth names it alone', () => {
  for (const [named, after] of [
    [15, 16],
    [16, 16],
  ] as const) {
    const here = deskWorld()
    const hold = verified(here, HOLD, FOREIGN)
    const others = Array.from({ length: named }, (_, n) => `O-${n + 1}`)
    change(here, hold, { conflicts: others })
    const order = executedAlone(here)
    assert.deepEqual(orderIn(here, order).conflicts, [hold])
    assert.equal(orderIn(here, hold).conflicts.length, after)
  }
})
test('so many others name it as the entry holds beside it, each written once; its own record has them all', () => {
  const here = deskWorld()
  const scope = sixteen(here)
  const holds = Array.from({ length: 10 }, () => verified(here, HOLD, { ...FOREIGN, scope }))
  const order = executedAlone(here, { scope: scope.slice(0, 1) })
  assert.deepEqual(orderIn(here, order).conflicts, holds)
  const naming = holds.filter((hold) => orderIn(here, hold).conflicts.includes(order))
  assert.ok(naming.length > 1 && naming.length < 10, `${naming.length}`)
  assert.deepEqual(naming, holds.slice(0, naming.length))
  assert.equal(written(here).length, new Set(written(here)).size)
})
test('entry-too-large: what an execution looks at counts beside what it writes', () => {
  /** The notes of so many registrations hold four claims, and of one more, what was claimed before. */
  const noted = (order: JsonObject, crowded: number, past = 0): readonly unknown[] => {
    const here = deskWorld()
    const scope = sixteen(here)
    crowd(here, scope.slice(0, crowded), 4)
    crowd(here, scope.slice(crowded, crowded + past), 0)
    return stateOf(here, verified(here, order, { scope }))
  }
  assert.deepEqual(noted(HOLD, 9), ['executed', null])
  // All of that would fit an entry, but not beside some forty inputs.
  assert.deepEqual(noted(HOLD, 9, 1), ['returned', 'entry-too-large'])
  assert.deepEqual(noted(TO_H2, 4), ['verified', null])
  assert.deepEqual(noted(TO_H2, 5), ['returned', 'entry-too-large'])
})
test('correct: the holder’s country, where no number is named', () => {
  const here = deskWorld()
  const order = verified(here, { effect: 'correct', field: 'country', value: 'XX' }, { scope: [] })
  const holder = here.state.get(objectKey('holder', 'H-1')) as JsonObject
  assert.deepEqual([stateOf(here, order)[0], holder['country']], ['executed', 'XX'])
  assert.equal(here.innermost(CELL)?.country, null)
})
test('not-sealed: a seal that was opened is not renewed', () => {
  const here = deskWorld()
  const opening = {
    document: hash('document'),
    reference: '9 O 9/29',
    holder: 'H-1',
    commitments: [],
    nonce: Buffer.alloc(32).toString('base64'),
  }
  const seal = { until: addSeconds(here.at, DAY), commitment: here.state.memberHash(opening) }
  const order = verified(here, HOLD, { seal, document: null, reference: null })
  here.later(DAY)
  const body = { step: 'unseal', staff: 'OP-1', order, opening }
  assert.equal(here.ask(serveOrder, { body, by: ['OP-1/staff'] }), null)
  const sealUntil = addSeconds(here.at, DAY)
  const vary = serve(here, { effect: 'vary', order, until: null, sealUntil }, { scope: [] })
  assert.deepEqual(stateOf(here, vary), ['returned', 'not-sealed'])
})
test('scope-missing: a sealed correction names what it corrects like any other', () => {
  const here = deskWorld()
  const seal = { until: addSeconds(here.at, DAY), commitment: hash('c') }
  const more = { seal, document: null, reference: null, scope: [] }
  const order = serve(here, { effect: 'correct', field: 'status', value: 'assigned' }, more)
  assert.deepEqual(stateOf(here, order), ['returned', 'scope-missing'])
})
test('a sealed order is served with its seal running; nobody signs it but the desk, and nobody is affected before', () => {
  const here = deskWorld()
  const seal = { until: addSeconds(here.at, DAY), commitment: hash('c') }
  const order = serve(here, HOLD, { seal, document: null, reference: null })
  assert.deepEqual(orderIn(here, order).seal, { ...seal, opened: null, overdue: false })
  const application = here.object('application', `A-${order.slice(2)}`)
  const examination = application?.['examination'] as JsonObject | undefined
  assert.deepEqual([application?.['consents'], examination?.['affected']], [[], []])
  attested(here, order)
})
test('one that is done and over contradicts nothing either, though a note of it were left', () => {
  const here = deskWorld()
  const foreign = verified(here, { ...TO_H2, receiver: 'H-3' }, FOREIGN)
  change(here, foreign, { state: 'executed', executed: here.at, due: null })
  assert.equal(stateOf(here, executedAlone(here))[0], 'executed')
})
