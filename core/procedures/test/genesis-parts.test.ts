import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instant, Json, JsonObject, RecordKey } from '@cadastre/records'
import fc from 'fast-check'
import {
  calendarKey,
  type FoundedProcedure,
  genesisParts,
  proceduresOfProfile,
  WEEKDAYS,
  WEEKDAYS_HASH,
} from '../src/index.ts'
import { at, FoundingLog, founded, foundingBodies, hash } from './founding-log.ts'

const ALL = proceduresOfProfile('national', hash)

/** A log with its genesis and the parts before the one to be tried. */
function founding(
  parts: readonly (readonly FoundedProcedure[])[],
  count = 0,
): { readonly log: FoundingLog; readonly bodies: readonly JsonObject[] } {
  const log = new FoundingLog()
  const [genesis, ...bodies] = foundingBodies({}, 'national', parts)
  assert.equal(log.act('genesis/1', genesis), null)
  for (const body of bodies.slice(0, count)) assert.equal(log.act('genesis/1', body), null)
  return { log, bodies }
}

/** The refusal of the first part of these procedures. */
function refused(
  procedures: readonly FoundedProcedure[],
  changes: JsonObject = {},
  options: Parameters<FoundingLog['act']>[2] = {},
): string | null {
  const { log, bodies } = founding([procedures])
  return log.act('genesis/1', { ...bodies[0], ...changes }, options)
}

test('any split into parts gives the same state', () => {
  const textsOf = ({ state }: FoundingLog): readonly string[] =>
    [...state.records].map(([key, { text }]) => `${key} ${text}`).sort()
  const whole = textsOf(founded({}, 'national', [ALL]))
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: ALL.length - 1 }), { maxLength: 15 })
  fc.assert(
    fc.property(cuts, (places) => {
      const ends = [...places.toSorted((one, other) => one - other), ALL.length]
      const parts = ends.map((end, index) => ALL.slice(ends[index - 1] ?? 0, end))
      const log = founded({}, 'national', parts)
      assert.deepEqual(log.registry?.awaitedParts, [])
      assert.deepEqual(textsOf(log), whole)
      assert.equal(log.act('open/1', { staff: 'OP-1' }), null)
    }),
    { numRuns: 50 },
  )
})

test('there is room for fifty procedures in one part and for 300 in all, and each part fits its entry', () => {
  const padded = (count: number): FoundedProcedure[] =>
    Array.from({ length: count }, (_, n) => ({
      ...(ALL[n % ALL.length] as FoundedProcedure),
      id: `pad-${n}/1`,
    }))
  assert.equal(genesisParts(padded(50)).length, 1)
  const parts = genesisParts(padded(300))
  assert.ok(parts.length <= 16)
  assert.deepEqual(parts.flat(), padded(300))
  const bytes = parts.map((part) => JSON.stringify(part).length)
  assert.ok(Math.max(...bytes) <= 8_002, bytes.join())
  // As few as can be: no two neighbours would fit one.
  for (const [index, size] of bytes.entries()) assert.ok(size + (bytes[index + 1] ?? 8_002) > 8_000)
  // A part is full at exactly 8,000 bytes, commas counted.
  const exact = (text: number): FoundedProcedure[] =>
    [4_000, text].map((length, n) => ({
      id: `p${n}/1`,
      text: 'x'.repeat(length - JSON.stringify({ id: `p${n}/1`, text: '', parameters: {} }).length - 1),
      parameters: {},
    }))
  assert.deepEqual([genesisParts(exact(4_000)).length, genesisParts(exact(4_001)).length], [1, 2])
  const log = founded({}, 'national', [ALL])
  assert.ok(log.largest < 24_000, String(log.largest))
})

test('parts-missing: until the last part is in nothing is possible but the next part', () => {
  const { log, bodies } = founding([ALL.slice(0, 25), ALL.slice(25)], 1)
  const manifest = {
    step: 'manifest',
    staff: 'OP-1',
    source: 'EXAMPLE',
    file: 'delegated-example',
    sha256: hash('file'),
    rows: 1,
    nested: false,
    attribution: 'Example',
  }
  for (const [procedure, body] of [
    ['import/1', manifest],
    ['open/1', { staff: 'OP-1' }],
  ] as const) {
    const { log: all } = founding([ALL, [{ id: 'pad/1', text: hash('pad'), parameters: {} }]], 1)
    assert.equal(all.act(procedure, body), 'parts-missing')
  }
  assert.equal(log.act('confirm/1', { holder: 'H-1' }), 'still-founding')
  assert.equal(log.act('genesis/1', bodies[1] ?? {}), null)
})

test('body-malformed: a part with a member too many, or with nothing in it', () => {
  assert.equal(refused(ALL, { part: 1 }), 'body-malformed')
  assert.equal(refused([]), 'body-malformed')
})

test('genesis-missing: a log does not begin with a part', () => {
  const part = foundingBodies().at(-1)
  assert.equal(new FoundingLog().act('genesis/1', part ?? {}), 'genesis-missing')
})

test('wrong-origin, request-expired: a part for another log, or one that came late', () => {
  assert.equal(refused(ALL, {}, { origin: 'other.example' }), 'wrong-origin')
  assert.equal(refused(ALL, {}, { expires: at(-1) as Instant }), 'request-expired')
  assert.equal(refused(ALL, {}, { expires: at(0) }), null)
})

test('staff-unknown, wrong-staff-role, staff-signature-missing: only an operator of the genesis signs a part', () => {
  assert.equal(refused(ALL, { staff: 'OP-9' }), 'staff-unknown')
  assert.equal(refused(ALL, { staff: 'CL-1' }, { by: ['CL-1'] }), 'wrong-staff-role')
  assert.equal(refused(ALL, {}, { by: ['CL-1'] }), 'staff-signature-missing')
})

test('part-unexpected: another text than was named, out of order, or twice', () => {
  const parts = [ALL.slice(0, 10), ALL.slice(10, 20), ALL.slice(20)]
  const { log, bodies } = founding(parts)
  const [first, second, third] = bodies as [JsonObject, JsonObject, JsonObject]
  assert.equal(log.act('genesis/1', second), 'part-unexpected')
  const changed = ALL.slice(0, 10).map((one) => ({ ...one, text: hash('another page') }))
  assert.equal(log.act('genesis/1', { ...first, procedures: changed }), 'part-unexpected')
  assert.equal(log.act('genesis/1', { ...first, procedures: ALL.slice(0, 9) }), 'part-unexpected')
  assert.equal(log.act('genesis/1', first), null)
  assert.equal(log.act('genesis/1', first), 'part-unexpected')
  assert.equal(log.act('genesis/1', second), null)
  assert.equal(log.act('genesis/1', third), null)
  assert.equal(log.act('genesis/1', third), 'part-unexpected')
  const before = log.state.get('obj/registry/REGISTRY' as RecordKey)
  assert.equal(log.act('open/1', { staff: 'OP-1' }), null)
  assert.equal(log.act('genesis/1', third), 'part-unexpected')
  assert.notDeepEqual(log.state.get('obj/registry/REGISTRY' as RecordKey), before)
})

test('procedure-unknown: one that stands twice, that the software lacks, or with other parameters', () => {
  const one = { id: 'open/1', text: hash('open'), parameters: { objectionSeconds: 0 } }
  assert.equal(refused([one, one]), 'procedure-unknown')
  assert.equal(refused([{ id: 'seize/1', text: hash('x'), parameters: {} }]), 'procedure-unknown')
  assert.equal(refused([{ ...one, parameters: {} }]), 'procedure-unknown')
  const other = { id: 'genesis/1', text: hash('genesis'), parameters: {} }
  assert.equal(refused([other, { ...one, parameters: {} }]), 'procedure-unknown')
  const { log, bodies } = founding([[one], [{ ...one, text: hash('again') }, other]], 1)
  assert.equal(log.act('genesis/1', bodies[1] ?? {}), 'procedure-unknown')
})

const WINDOW = { windowDays: 15, calendar: WEEKDAYS_HASH }
const CLAIM = { id: 'claim/1', text: hash('claim'), parameters: WINDOW }

test('a calendar comes with the first part that names it, is recorded once, and the procedures fix it', () => {
  const correct = {
    id: 'correct/1',
    text: hash('correct'),
    parameters: { noticeDays: 5, calendar: WEEKDAYS_HASH },
  }
  const { log, bodies } = founding([[CLAIM], [correct]], 2)
  assert.deepEqual(
    bodies.map((body) => (body['calendars'] as readonly Json[]).length),
    [1, 0],
  )
  assert.deepEqual(log.state.get(calendarKey(WEEKDAYS_HASH)), { v: 1, calendar: WEEKDAYS, since: 0 })
})

test('calendar-not-possible: a calendar that is closed for long, though the procedures name it', () => {
  const closed = { ...WEEKDAYS, first: 2030, last: 2029 }
  const memberHash = (member: Json): string => new FoundingLog().state.memberHash(member)
  const part = [{ ...CLAIM, parameters: { ...WINDOW, calendar: memberHash(closed) } }]
  assert.equal(refused(part, { calendars: [closed] }), 'calendar-not-possible')
})

test('calendar-unknown: one that is named and does not come, comes twice, or comes though nobody names it', () => {
  assert.equal(refused([CLAIM], { calendars: [] }), 'calendar-unknown')
  assert.equal(refused([CLAIM], { calendars: [WEEKDAYS, WEEKDAYS] }), 'calendar-unknown')
  assert.equal(refused([CLAIM], { calendars: [{ ...WEEKDAYS, last: 2040 }] }), 'calendar-unknown')
  assert.equal(refused([CLAIM], { calendars: [WEEKDAYS, { ...WEEKDAYS, last: 2040 }] }), 'calendar-unknown')
  const open = { id: 'open/1', text: hash('open'), parameters: { objectionSeconds: 0 } }
  assert.equal(refused([open], { calendars: [WEEKDAYS] }), 'calendar-unknown')
  assert.equal(refused([open], { calendars: [] }), null)
  const { log, bodies } = founding(
    [[CLAIM], [{ ...CLAIM, id: 'open/1', parameters: { objectionSeconds: 0 } }]],
    1,
  )
  assert.equal(log.act('genesis/1', { ...bodies[1], calendars: [WEEKDAYS] }), 'calendar-unknown')
})
