// P18: two operators pause everything for everyone, for a bounded time; nothing else is written (I6).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject, RecordKey } from '@cadastre/records'
import { dueOf } from '@cadastre/records'
import fc from 'fast-check'
import { confirm } from '../src/confirm.ts'
import { PROCEDURES, REGISTRY_KEY } from '../src/index.ts'
import type { PauseBody } from '../src/pause.ts'
import { pause } from '../src/pause.ts'
import { MAX_PAUSES } from '../src/pauses.ts'
import { transfer } from '../src/transfer.ts'
import { commonRefusals, hash, staffedWorld, staffKeyName } from './staff-fixture.ts'
import { DAY, type World } from './world.ts'

const HOUR = 3600
const PARAMETERS = {
  'pause/1': { maxSeconds: 72 * HOUR, maxTotalSeconds: 144 * HOUR, periodSeconds: 90 * DAY },
  'transfer/1': { coolingSeconds: 3 * DAY, maxCoolingSeconds: 30 * DAY, floorIp4: 32, floorIp6: 128 },
  'confirm/1': {},
}
const OPERATORS = ['OP-1', 'OP-2']
const REPORT = hash('what happened')
const asked = (more: JsonObject = {}): JsonObject => ({
  step: 'pause',
  trigger: 'corruption',
  seconds: 72 * HOUR,
  report: REPORT,
  staff: OPERATORS,
  ...more,
})
const world = (): World => staffedWorld(PARAMETERS)
const signed = (...staff: readonly string[]): readonly string[] => staff.map(staffKeyName)

function begin(
  here: World,
  more: JsonObject = {},
  by: readonly string[] = signed(...OPERATORS),
): string | null {
  return here.ask(pause, { body: asked(more), by })
}
function resume(here: World, staff = 'OP-1', by: readonly string[] = signed('OP-1')): string | null {
  return here.ask(pause, { body: { step: 'resume', staff }, by })
}
const registry = (here: World): JsonObject => here.state.get(REGISTRY_KEY) as JsonObject

test('two operators pause; the record says since when, until when and why; nothing else is written', () => {
  const here = world()
  const before = new Map(here.state.records)
  assert.equal(begin(here), null)
  const paused = {
    since: '2030-01-01T00:00:00Z',
    until: '2030-01-04T00:00:00Z',
    trigger: 'corruption',
    report: REPORT,
  }
  assert.deepEqual(registry(here)['paused'], paused)
  const changed = [...here.state.records].filter(([key, { text }]) => before.get(key)?.text !== text)
  assert.deepEqual(
    changed.map(([key]) => key),
    [REGISTRY_KEY],
  )
})

test('every request of a holder is refused while it lasts, and none before or after', () => {
  const here = world()
  const wish = { body: { holder: 'H-1' }, by: ['H-1/full'] }
  begin(here)
  assert.equal(here.ask(confirm, wish), 'paused')
  assert.equal(here.ask(confirm, { ...wish, by: [] }), 'paused')
  here.later(72 * HOUR - 1)
  assert.equal(here.ask(confirm, wish), 'paused')
  here.later(1)
  // It has ended, though the registrar has not written that yet.
  assert.notEqual(here.ask(confirm, wish), 'paused')
})

test('paused stands where every procedure for holders lists it: after the registry is open, before anything else', () => {
  const founding = ['genesis/1', 'import/1', 'open/1']
  const staff = [
    'pause/1',
    'report-incident/1',
    'attest/1',
    'record-notice/1',
    'list-peer/1',
    'adopt-procedure/1',
    'change-staff/1',
    'change-witnesses/1',
    'hand-over/1',
    'register-authority/1',
    'serve-order/1',
  ]
  for (const { id, refusals } of Object.values(PROCEDURES)) {
    if (founding.includes(id) || staff.includes(id)) continue
    if (!refusals.includes('still-founding')) continue
    assert.equal(refusals[refusals.indexOf('still-founding') + 1], 'paused', id)
  }
})

test('not-due: it ends by an act of the registrar, at its time, and is remembered', () => {
  const here = world()
  assert.equal(here.due(pause, REGISTRY_KEY), 'not-due')
  begin(here)
  assert.deepEqual(dueOf(REGISTRY_KEY, registry(here)), {
    at: '2030-01-04T00:00:00Z',
    procedure: 'pause/1',
    key: REGISTRY_KEY,
  })
  assert.equal(here.due(pause, REGISTRY_KEY), 'not-due')
  here.later(72 * HOUR + 5)
  assert.equal(here.due(pause, REGISTRY_KEY), null)
  assert.equal(registry(here)['paused'], null)
  // Written late, it still ended at its time.
  assert.deepEqual(registry(here)['pauses'], [
    { since: '2030-01-01T00:00:00Z', until: '2030-01-04T00:00:00Z' },
  ])
  assert.equal(dueOf(REGISTRY_KEY, registry(here)), null)
})

test('one operator resumes; not-paused where there is nothing to resume', () => {
  const here = world()
  assert.equal(resume(here), 'not-paused')
  begin(here)
  here.later(HOUR)
  assert.equal(resume(here), null)
  assert.equal(registry(here)['paused'], null)
  assert.deepEqual(registry(here)['pauses'], [
    { since: '2030-01-01T00:00:00Z', until: '2030-01-01T01:00:00Z' },
  ])
  assert.equal(resume(here), 'not-paused')
  begin(here, { seconds: HOUR })
  here.later(HOUR)
  assert.equal(resume(here), 'not-paused')
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding; no pause stops a renewal', () => {
  const codes = commonRefusals(PARAMETERS, pause, asked(), signed(...OPERATORS))
  assert.deepEqual(codes, [
    'body-malformed',
    'procedure-unknown',
    'wrong-origin',
    'request-expired',
    'still-founding',
    null,
  ])
})

test('staff-unknown, wrong-staff-role, staff-signature-missing, second-operator-missing', () => {
  const here = world()
  assert.equal(begin(here, { staff: ['OP-1', 'OP-9'] }), 'staff-unknown')
  assert.equal(begin(here, { staff: ['OP-1', 'CLERK-1'] }, signed('OP-1', 'CLERK-1')), 'wrong-staff-role')
  assert.equal(begin(here, { staff: ['OP-1', 'AUDITOR'] }, signed('OP-1', 'AUDITOR')), 'wrong-staff-role')
  assert.equal(begin(here, {}, signed('OP-1')), 'staff-signature-missing')
  assert.equal(begin(here, {}, ['H-1/full', 'H-2/full']), 'staff-signature-missing')
  assert.equal(begin(here, { staff: ['OP-1', 'OP-1'] }), 'second-operator-missing')
  assert.equal(begin(here, { staff: ['OP-1'] }), 'body-malformed')
  begin(here)
  assert.equal(resume(here, 'OP-9'), 'staff-unknown')
  assert.equal(resume(here, 'CLERK-1', signed('CLERK-1')), 'wrong-staff-role')
  assert.equal(resume(here, 'OP-1', signed('OP-2')), 'staff-signature-missing')
})

test('pause-too-long, pause-limit: 72 hours each, 144 hours in 90 days', () => {
  const here = world()
  assert.equal(begin(here, { seconds: 72 * HOUR + 1 }), 'pause-too-long')
  assert.equal(begin(here), null)
  here.later(72 * HOUR)
  here.due(pause, REGISTRY_KEY)
  here.later(10 * DAY)
  assert.equal(begin(here), null)
  here.later(72 * HOUR)
  here.due(pause, REGISTRY_KEY)
  assert.equal(begin(here, { seconds: 1 }), 'pause-limit')
  // When the first lies more than 90 days back, as much time is free again.
  here.later(90 * DAY - 13 * DAY)
  assert.equal(begin(here, { seconds: 72 * HOUR }), null)
})

test('a pause in force is renewed within the same limits', () => {
  const here = world()
  begin(here)
  here.later(48 * HOUR)
  assert.equal(begin(here, { report: hash('why it goes on') }), null)
  assert.equal((registry(here)['paused'] as JsonObject)['until'], '2030-01-06T00:00:00Z')
  assert.deepEqual(registry(here)['pauses'], [
    { since: '2030-01-01T00:00:00Z', until: '2030-01-03T00:00:00Z' },
  ])
  here.later(48 * HOUR)
  assert.equal(begin(here, { seconds: 48 * HOUR + 1 }), 'pause-limit')
  assert.equal(begin(here, { seconds: 48 * HOUR }), null)
})

test('however operators pause, renew and resume, no 90 days hold more than 144 hours', () => {
  const step = fc.record({
    wait: fc.integer({ min: 1, max: 40 * DAY }),
    seconds: fc.integer({ min: 1, max: 80 * HOUR }),
    resumed: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const here = world()
      for (const { wait, seconds, resumed } of steps) {
        here.later(wait)
        const due = dueOf(REGISTRY_KEY, registry(here))
        if (due !== null && due.at <= here.at) assert.equal(here.due(pause, REGISTRY_KEY), null)
        if (resumed) resume(here)
        else begin(here, { seconds })
      }
      const last = registry(here)['paused'] as { since: string; until: string } | null
      const all = [
        ...(registry(here)['pauses'] as { since: string; until: string }[]),
        ...(last ? [last] : []),
      ]
      for (const { until: end } of all) {
        const from = Date.parse(end) - 90 * DAY * 1000
        const sum = all.reduce((total, { since, until }) => {
          const first = Math.max(Date.parse(since), from)
          return total + Math.max(0, Math.min(Date.parse(until), Date.parse(end)) - first)
        }, 0)
        assert.ok(sum <= 144 * HOUR * 1000, `${sum / 3.6e6} hours`)
      }
    }),
    { numRuns: 60 },
  )
})

test('I6: the request has no member for a holder, a number or an act, as a type and as a schema', () => {
  type Members<T> = T extends unknown ? keyof T : never
  type Allowed = 'step' | 'trigger' | 'seconds' | 'report' | 'staff'
  const none: Exclude<Members<PauseBody>, Allowed>[] = []
  assert.deepEqual(none, [])
  const here = world()
  for (const member of ['holder', 'registration', 'range', 'key', 'procedure', 'application', 'kinds'])
    assert.equal(begin(here, { [member]: 'H-1' }), 'body-malformed', member)
})

/** H-1 transfers to H-2: cools for three days. */
function cooling(here: World): { readonly key: string; due(): string; ask(): string | null } {
  const registration = here.register('R-1', '203.0.113.0/24')
  const body = {
    step: 'offer',
    from: 'H-1',
    to: 'H-2',
    registration: { key: 'ip4/203.0.113.0/24', id: 'R-1' },
    range: '203.0.113.0/24',
    services: [],
  }
  const handle = `A-${here.index}`
  const by = ['H-1/full', 'H-2/full']
  assert.equal(here.ask(transfer, { body, by, replaces: [here.names(registration)] }), null)
  const key = `obj/application/${handle}`
  const record = (): JsonObject => here.state.get(key as RecordKey) as JsonObject
  return { key, due: () => String(record()['due']), ask: () => here.due(transfer, key) }
}
const holderOfBlock = (here: World): Json => here.innermost('ip4/203.0.113.0/24')?.holder ?? null

test('a window that would end during a pause waits for its planned end, and then for what is missing', () => {
  const here = world()
  for (const handle of ['H-1', 'H-2'])
    here.put(`obj/holder/${handle}` as RecordKey, {
      ...(here.state.get(`obj/holder/${handle}` as RecordKey) as JsonObject),
      coolingSeconds: null,
    })
  const waits = cooling(here)
  assert.equal(waits.due(), '2030-01-04T00:00:00Z')
  here.later(2 * DAY)
  begin(here)
  here.later(DAY)
  assert.equal(waits.ask(), null)
  assert.equal(waits.due(), '2030-01-06T00:00:00Z')
  here.later(2 * DAY)
  assert.equal(here.due(pause, REGISTRY_KEY), null)
  assert.equal(waits.ask(), null)
  // One day of the three was missing when the pause began.
  assert.equal(waits.due(), '2030-01-07T00:00:00Z')
  assert.equal(holderOfBlock(here), 'H-1')
  here.later(DAY)
  assert.equal(waits.ask(), null)
  assert.equal(holderOfBlock(here), 'H-2')
})

test('a pause that ended within a window lengthens it; one before the window does not', () => {
  const here = world()
  for (const handle of ['H-1', 'H-2'])
    here.put(`obj/holder/${handle}` as RecordKey, {
      ...(here.state.get(`obj/holder/${handle}` as RecordKey) as JsonObject),
      coolingSeconds: null,
    })
  begin(here, { seconds: 12 * HOUR })
  here.later(12 * HOUR)
  here.due(pause, REGISTRY_KEY)
  const waits = cooling(here)
  here.later(DAY)
  begin(here, { seconds: 10 * HOUR })
  here.later(6 * HOUR)
  resume(here)
  here.later(2 * DAY - 6 * HOUR)
  assert.equal(waits.ask(), null)
  assert.equal(waits.due(), '2030-01-04T18:00:00Z')
  here.later(6 * HOUR - 1)
  assert.equal(waits.ask(), 'not-due')
  here.later(1)
  assert.equal(waits.ask(), null)
  assert.equal(holderOfBlock(here), 'H-2')
})

test('pause-limit: a registry remembers so many pauses and no more; those of 400 days ago are forgotten', () => {
  const here = world()
  const past = (count: number): JsonObject[] =>
    Array.from({ length: count }, (_, n) => ({
      since: `2029-0${1 + Math.floor(n / 28)}-${String((n % 28) + 1).padStart(2, '0')}T00:00:00Z`,
      until: `2029-0${1 + Math.floor(n / 28)}-${String((n % 28) + 1).padStart(2, '0')}T00:00:01Z`,
    }))
  here.put(REGISTRY_KEY, { ...registry(here), pauses: past(MAX_PAUSES) })
  assert.equal(begin(here), 'pause-limit')
  here.put(REGISTRY_KEY, { ...registry(here), pauses: past(MAX_PAUSES - 1) })
  assert.equal(begin(here), null)
})
