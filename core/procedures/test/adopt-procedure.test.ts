// P22: other terms after a notice, pinned by what was asked for when; nobody's holding is narrowed (I5).

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Json, JsonObject, ProcedureRecord, RecordKey } from '@cadastre/records'
import { adoptProcedure } from '../src/adopt-procedure.ts'
import { base64OfHex, hexOfBase64 } from '../src/base64.ts'
import { beyondBounds } from '../src/bounds.ts'
import { calendarKey } from '../src/business-days.ts'
import { procedureKey } from '../src/common.ts'
import { namedOn } from '../src/page-lint.ts'
import { PROFILES, parametersFit } from '../src/profiles.ts'
import { transfer } from '../src/transfer.ts'
import { hash, staffedWorld, staffKeyName } from './staff-fixture.ts'
import { assertStamped, DAY, type World } from './world.ts'

const TRANSFER = { coolingSeconds: 0, maxCoolingSeconds: 30 * DAY, floorIp4: 32, floorIp6: 128 }
const PARAMETERS = {
  'adopt-procedure/1': { noticeSeconds: 90 * DAY, protectiveSeconds: 7 * DAY },
  'transfer/1': TRANSFER,
  'rotate-keys/1': { guardSeconds: 7 * DAY, vetoSeconds: 14 * DAY },
}
const PAGE = '# Transfer\n\nParts of at least a /24, such as 203.0.113.0/24.\n'
const IMPACT = { size: 100, acts: 0, otherwise: 0, holders: 0 }
const ADOPT: JsonObject = {
  step: 'adopt',
  staff: 'ADOPTER',
  procedure: 'transfer/1',
  page: PAGE,
  parameters: { ...TRANSFER, floorIp4: 24 },
  vectors: hash('vectors'),
  impact: IMPACT,
}

function world(parameters: Parameters<typeof staffedWorld>[0] = PARAMETERS): World {
  const made = staffedWorld(parameters)
  const adopter = { v: 1, handle: 'ADOPTER', role: 'adopter', alg: 'ed25519', key: staffKeyName('ADOPTER') }
  made.put('obj/staff/ADOPTER' as RecordKey, { ...adopter, outside: false, since: 0 })
  return made
}
function adopt(here: World, more: JsonObject = {}, by = ['ADOPTER']): string | null {
  return here.ask(adoptProcedure, { body: { ...ADOPT, ...more }, by: by.map(staffKeyName) })
}
function comeIntoForce(here: World, application: string, seconds = 90 * DAY): void {
  here.later(seconds)
  assert.equal(here.due(adoptProcedure, `obj/application/${application}`), null)
}
const record = (here: World, id = 'transfer/1'): ProcedureRecord => {
  const found: unknown = here.state.get(procedureKey(id))
  return found as ProcedureRecord
}

test('not-due before the notice has run; then the terms are added to the record, and nothing else is written', () => {
  const here = world()
  assert.equal(adopt(here), null)
  const before = record(here)
  assert.equal(here.due(adoptProcedure, 'obj/application/A-100'), 'not-due')
  comeIntoForce(here, 'A-100')
  assert.deepEqual(record(here), {
    ...before,
    revisions: [
      {
        text: createHash('sha256').update(PAGE).digest('base64'),
        parameters: { ...TRANSFER, floorIp4: 24 },
        from: here.at,
        adoption: 'A-100',
        since: 101,
      },
    ],
  })
  assert.equal(here.object('application', 'A-100')?.['state'], 'effected')
  assertStamped(here)
})

function sell(here: World, range: string, registration = 'R-1'): string | null {
  const found = here.cell('ip4/203.0.113.0/24').registrations.find(({ id }) => id === registration)
  assert.ok(found)
  const body = {
    step: 'offer',
    from: 'H-1',
    to: 'H-2',
    registration: { key: 'ip4/203.0.113.0/24', id: registration },
    range,
    services: [],
  }
  return here.ask(transfer, { body, by: ['H-1/full', 'H-2/full'], replaces: [here.names(found)] })
}

test('a holding may use any terms in force since it was recorded; later ones bind it where they allow more', () => {
  const here = world()
  here.register('R-1', '203.0.113.0/24', { since: 50 })
  assert.equal(adopt(here), null)
  comeIntoForce(here, 'A-100')
  assert.equal(sell(here, '203.0.113.0/25'), null)
  const later = world()
  assert.equal(adopt(later), null)
  comeIntoForce(later, 'A-100')
  later.register('R-1', '203.0.113.0/24', { since: 102 })
  assert.equal(sell(later, '203.0.113.0/25'), 'floor-not-met')
  assert.equal(sell(later, '203.0.113.0/24'), null)
})

test('what waits goes by the terms under which it was recorded; a request by those when it was received', () => {
  const here = world({ ...PARAMETERS, 'transfer/1': { ...TRANSFER, coolingSeconds: 3 * DAY } })
  here.register('R-1', '203.0.113.0/24', { since: 50 })
  const parameters = { ...TRANSFER, coolingSeconds: 9 * DAY }
  assert.equal(adopt(here, { parameters }), null)
  here.later(89 * DAY)
  assert.equal(sell(here, '203.0.113.0/25'), null)
  assert.equal(here.object('application', 'A-101')?.['due'], '2030-04-03T00:00:00Z')
  comeIntoForce(here, 'A-100', DAY)
  here.later(2 * DAY)
  assert.equal(here.due(transfer, 'obj/application/A-101'), null)
  assert.equal(here.object('application', 'A-101')?.['state'], 'effected')
})

test('only longer notices and vetoes, on the same page: 7 days; anything else 90', () => {
  const due = (more: JsonObject): unknown => {
    const here = world()
    here.put(procedureKey('rotate-keys/1'), { ...record(here, 'rotate-keys/1'), text: hash(PAGE) })
    here.put(procedureKey('transfer/1'), { ...record(here, 'transfer/1'), text: hash(PAGE) })
    assert.equal(adopt(here, more), null)
    return here.object('application', 'A-100')?.['due']
  }
  const keys = { procedure: 'rotate-keys/1' }
  const [week, quarter] = ['2030-01-08T00:00:00Z', '2030-04-01T00:00:00Z']
  assert.equal(due({ ...keys, parameters: { guardSeconds: 8 * DAY, vetoSeconds: 14 * DAY } }), week)
  assert.equal(due({ ...keys, parameters: { guardSeconds: 8 * DAY, vetoSeconds: 20 * DAY } }), week)
  assert.equal(due({ ...keys, parameters: { guardSeconds: 6 * DAY, vetoSeconds: 20 * DAY } }), quarter)
  const otherPage = { page: `${PAGE}More.\n`, parameters: { guardSeconds: 8 * DAY, vetoSeconds: 14 * DAY } }
  assert.equal(due({ ...keys, ...otherPage }), quarter)
  assert.equal(due({ parameters: { ...TRANSFER, coolingSeconds: 9 * DAY } }), quarter)
})

test('which parameters only protect: to raise one alone takes 7 days, to raise or lower any other 90', () => {
  const protective: { readonly [id: string]: readonly string[] } = {
    'adopt-procedure/1': ['noticeSeconds', 'protectiveSeconds'],
    'change-staff/1': ['noticeSeconds'],
    'claim/1': ['windowDays'],
    'correct/1': ['noticeDays'],
    'dissolve/1': ['windowDays'],
    'list-peer/1': ['noticeSeconds'],
    'recover-keys/1': ['guardianSeconds', 'evidenceSeconds', 'vetoSeconds'],
    'rotate-keys/1': ['guardSeconds', 'vetoSeconds'],
    'succeed/1': ['windowDays', 'endedWindowDays'],
    'update-holder/1': ['guardSeconds', 'formerContactSeconds'],
  }
  const days = (procedure: string, parameters: JsonObject): number => {
    const here = world({ ...PARAMETERS, ...PROFILES.national })
    here.put(procedureKey(procedure), { ...record(here, procedure), text: hash(PAGE) })
    assert.equal(adopt(here, { procedure, parameters }), null)
    const due = here.object('application', 'A-100')?.['due']
    return (Date.parse(String(due)) - Date.parse(here.at)) / (DAY * 1000)
  }
  for (const [id, parameters] of Object.entries(PROFILES.national))
    for (const [name, value] of Object.entries(parameters)) {
      if (typeof value !== 'number') continue
      const protects = protective[id]?.includes(name) === true
      const [more, less] = [value + 1, value - 1].map((next) => ({ ...parameters, [name]: next }))
      // What an invariant bounds is not adopted beyond it.
      if (more !== undefined && parametersFit(id, more))
        assert.equal(days(id, more), protects ? 7 : 90, `${id} ${name}`)
      if (less !== undefined && value > 1 && parametersFit(id, less))
        assert.equal(days(id, less), 90, `${id} ${name}`)
    }
  // The same parameters again, beside one that protects, or with nothing else: no change that only protects.
  const keys = PROFILES.national['rotate-keys/1'] ?? {}
  assert.equal(days('rotate-keys/1', { ...keys, guardSeconds: 8 * DAY }), 7)
})

test('7 days at least for what only protects, whatever the parameters say; more where they say more', () => {
  const longer = { guardSeconds: 8 * DAY, vetoSeconds: 14 * DAY }
  for (const [protectiveSeconds, due] of [
    [0, '2030-01-08T00:00:00Z'],
    [9 * DAY, '2030-01-10T00:00:00Z'],
  ] as const) {
    const here = world({ ...PARAMETERS, 'adopt-procedure/1': { noticeSeconds: 0, protectiveSeconds } })
    here.put(procedureKey('rotate-keys/1'), { ...record(here, 'rotate-keys/1'), text: hash(PAGE) })
    assert.equal(adopt(here, { procedure: 'rotate-keys/1', parameters: longer }), null)
    assert.equal(here.object('application', 'A-100')?.['due'], due)
  }
})

test('what is compared is the latest terms, text and parameters: other text alone is a change, and takes 90 days', () => {
  const here = world()
  assert.equal(adopt(here, { parameters: TRANSFER }), null)
  comeIntoForce(here, 'A-100')
  assert.equal(adopt(here, { parameters: TRANSFER }), 'nothing-changed')
  assert.equal(adopt(here, { parameters: TRANSFER, page: `${PAGE}More.\n` }), null)
  const made = here.object('application', 'A-102')
  assert.deepEqual([made?.['due'], made?.['consents']], ['2030-06-30T00:00:00Z', []])
  // The first terms are those in force no more: to go back to them is a change too.
  const back = record(here)
  here.put(procedureKey('transfer/1'), { ...back, text: hash('first'), parameters: TRANSFER })
  assert.equal(adopt(here, { parameters: { ...TRANSFER, floorIp4: 24 } }), null)
})

test('application-unknown: what another procedure waits for is no adoption, to withdraw or to come into force', () => {
  const here = world()
  assert.equal(adopt(here), null)
  const made = here.object('application', 'A-100')
  const body = { step: 'withdraw', staff: 'ADOPTER', application: 'A-100' }
  here.put('obj/application/A-100' as RecordKey, { ...made, procedure: 'transfer/1' })
  assert.equal(here.ask(adoptProcedure, { body, by: [staffKeyName('ADOPTER')] }), 'application-unknown')
  here.put('obj/application/A-100' as RecordKey, { ...made, body })
  here.later(90 * DAY)
  assert.equal(here.due(adoptProcedure, 'obj/application/A-100'), 'not-due')
  assert.equal(here.due(adoptProcedure, 'obj/application/A-9'), 'not-due')
  here.put('obj/application/A-100' as RecordKey, made)
  assert.equal(here.due(adoptProcedure, 'obj/application/A-100'), null)
})

test('the notice cannot be made shorter than 90 days, by this very procedure either', () => {
  const short = { noticeSeconds: 0, protectiveSeconds: 0 }
  const here = world({ ...PARAMETERS, 'adopt-procedure/1': short })
  assert.equal(adopt(here), null)
  assert.equal(here.object('application', 'A-100')?.['due'], '2030-04-01T00:00:00Z')
})

test('a version that the software has and the registry does not yet gets its first terms', () => {
  const here = world()
  const parameters = PROFILES.community['delegate/1'] ?? {}
  assert.equal(adopt(here, { procedure: 'delegate/1', parameters }), null)
  comeIntoForce(here, 'A-100')
  const made = record(here, 'delegate/1')
  assert.deepEqual([made.parameters, made.revisions, made.since], [parameters, [], 101])
})

test('terms-do-not-fit: no such version, a parameter too few, too many, of another type', () => {
  const here = world()
  const { floorIp6: _left, ...few } = TRANSFER
  for (const more of [
    { procedure: 'transfer/2' },
    { procedure: 'confiscate/1' },
    { parameters: few },
    { parameters: { ...TRANSFER, more: 1 } },
    { parameters: { ...TRANSFER, floorIp4: true } },
  ])
    assert.equal(adopt(here, more), 'terms-do-not-fit')
  assert.equal(adopt(here, { parameters: { ...TRANSFER, floorIp4: 'H-1' } }), 'body-malformed')
})

test('resource-named: a number, a handle, in any spelling; what is for documentation passes', () => {
  for (const name of [
    '10.1.2.3',
    '8.8.8.0/24',
    '2a00:1450::/32',
    'AS 3333',
    'as13335',
    'H-41',
    'R-7-2',
    'IMP-STATS-X1',
  ])
    assert.equal(adopt(world(), { page: `# Transfer\n\nNot for ${name}.\n` }), 'resource-named', name)
  for (const name of ['AS64495', 'AS64512', 'AS65535', 'AS65552', '9.10.11.12', '2a00:1450:1:2:3:4:5:6'])
    assert.notEqual(namedOn(`Not for ${name}.\n`), null, name)
  for (const name of ['AS64496', 'AS64511', 'AS65536', 'as 64500', '1.2.3.4.5', 'a:b:c:d', '2001:DB8::1'])
    assert.equal(namedOn(`Not for ${name}.\n`), null, name)
  const fine = '192.0.2.0/24, 2001:db8:7::/48, AS64500, AS65551, 06:13:43, 1.2.3 and section 4.1.2, as 24 h\n'
  assert.equal(namedOn(fine), null)
  assert.equal(adopt(world(), { page: fine }), null)
})

test('no published page names a resource or a handle', () => {
  const pages = globSync(new URL('../../../docs/procedures/*.md', import.meta.url).pathname)
  assert.ok(pages.length > 10)
  for (const page of pages) assert.equal(namedOn(readFileSync(page, 'utf8')), null, page)
})

test('fits-one-holder: by the declared impact', () => {
  assert.equal(
    adopt(world(), { impact: { ...IMPACT, acts: 9, otherwise: 3, holders: 1 } }),
    'fits-one-holder',
  )
  assert.equal(adopt(world(), { impact: { ...IMPACT, acts: 9, otherwise: 3, holders: 2 } }), null)
  assert.equal(adopt(world(), { impact: { ...IMPACT, acts: 9, otherwise: 0, holders: 1 } }), null)
})

test('nothing-changed, revisions-full', () => {
  const here = world()
  here.put(procedureKey('transfer/1'), { ...record(here), text: hash(PAGE) })
  assert.equal(adopt(here, { parameters: TRANSFER }), 'nothing-changed')
  const revision = { text: '', parameters: TRANSFER, from: here.at, adoption: 'A-1', since: 1 }
  const revisions = Array.from({ length: 24 }, () => revision)
  const full = world()
  assert.equal(adopt(full), null)
  full.put(procedureKey('transfer/1'), { ...record(full), revisions })
  assert.equal(adopt(full), 'revisions-full')
  comeIntoForce(full, 'A-100')
  const failed = full.object('application', 'A-100')
  assert.deepEqual([failed?.['state'], failed?.['reason']], ['failed', 'revisions-full'])
  full.put(procedureKey('transfer/1'), { ...record(full), revisions: revisions.slice(1) })
  assert.equal(adopt(full), null)
  comeIntoForce(full, 'A-102')
  full.assertFits()
})

test('withdraw: application-unknown, application-closed; then nothing comes into force', () => {
  const here = world()
  here.register('R-1', '203.0.113.0/24', {})
  const withdraw = (application: string): string | null =>
    here.ask(adoptProcedure, {
      body: { step: 'withdraw', staff: 'ADOPTER', application },
      by: [staffKeyName('ADOPTER')],
    })
  assert.equal(withdraw('A-100'), 'application-unknown')
  assert.equal(adopt(here), null)
  assert.equal(withdraw('A-100'), null)
  assert.equal(here.object('application', 'A-100')?.['state'], 'withdrawn')
  assert.equal(withdraw('A-100'), 'application-closed')
  here.later(90 * DAY)
  assert.equal(here.due(adoptProcedure, 'obj/application/A-100'), 'not-due')
  assert.deepEqual(record(here).revisions, [])
})

test('staff-unknown, wrong-staff-role, staff-signature-missing', () => {
  assert.equal(adopt(world(), { staff: 'NOBODY' }), 'staff-unknown')
  assert.equal(adopt(world(), { staff: 'OP-1' }, ['OP-1']), 'wrong-staff-role')
  assert.equal(adopt(world(), {}, ['OP-1']), 'staff-signature-missing')
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired, still-founding', () => {
  const by = [staffKeyName('ADOPTER')]
  assert.equal(adopt(world(), { page: 'no newline' }), 'body-malformed')
  assert.equal(adopt(world({})), 'procedure-unknown')
  assert.equal(world().ask(adoptProcedure, { body: ADOPT, by, origin: 'other.example' }), 'wrong-origin')
  assert.equal(
    world().ask(adoptProcedure, { body: ADOPT, by, expires: '2029-01-01T00:00:00Z' }),
    'request-expired',
  )
  const founding = world()
  founding.put('obj/registry/REGISTRY' as RecordKey, {
    origin: 'registry.example',
    state: 'founding',
    paused: null,
  })
  assert.equal(adopt(founding), 'still-founding')
})

test('bounds: terms that were in force are never rewritten, whatever a procedure does', () => {
  const old = { v: 1, id: 'transfer/1', text: 'a', parameters: TRANSFER, revisions: [], since: 0 }
  const revision = {
    text: 'b',
    parameters: TRANSFER,
    from: '2030-01-01T00:00:00Z',
    adoption: 'A-1',
    since: 9,
  }
  const key = procedureKey('transfer/1')
  const fault = (was: object | null, next: object | null): string | null =>
    beyondBounds([{ key, next: next as Json, basis: [] }], () => was, world().at)
  assert.equal(fault(old, { ...old, revisions: [revision] }), null)
  assert.equal(fault(null, old), null)
  assert.match(fault(old, { ...old, text: 'c' }) ?? '', /rewritten/)
  const later = { ...old, revisions: [revision] }
  assert.match(fault(later, { ...later, revisions: [] }) ?? '', /rewritten/)
  assert.match(fault(later, { ...later, revisions: [{ ...revision, text: 'c' }] }) ?? '', /rewritten/)
  assert.match(fault(old, null) ?? '', /ends/)
})

test('base64 of a hexadecimal text is that of its bytes, for every length, and back', () => {
  for (const bad of ['A', 'AAA', 'AB==', 'A===', 'AA=A', 'A*==']) assert.equal(hexOfBase64(bad), null, bad)
  for (let length = 0; length < 40; length++) {
    const bytes = createHash('sha512').update(String(length)).digest().subarray(0, length)
    assert.equal(base64OfHex(bytes.toString('hex')), bytes.toString('base64'))
    assert.equal(hexOfBase64(bytes.toString('base64')), bytes.toString('hex'))
  }
})

const CALENDAR: JsonObject = {
  seat: 'CH',
  first: 2030,
  last: 2034,
  weekend: [6, 7],
  holidays: ['2030-08-01'],
}
const publish = (here: World, more: JsonObject = {}): string | null =>
  here.ask(adoptProcedure, {
    body: { step: 'calendar', staff: 'ADOPTER', calendar: { ...CALENDAR, ...more } },
    by: [staffKeyName('ADOPTER')],
  })
/** Terms that count by this calendar. */
const CLAIM = { procedure: 'claim/1', parameters: { windowDays: 15, calendar: '' } }

test('a calendar is recorded at once under its hash and changes nothing; terms that name it take 90 days', () => {
  const here = world({ ...PARAMETERS, 'claim/1': { windowDays: 15 } })
  const calendar = here.state.memberHash(CALENDAR as Json)
  assert.equal(publish(here), null)
  assert.deepEqual(here.state.get(calendarKey(calendar)), { v: 1, calendar: CALENDAR, since: 100 })
  assertStamped(here)
  assert.equal(publish(here), 'nothing-changed')
  assert.equal(adopt(here, { ...CLAIM, parameters: { windowDays: 15, calendar } }), null)
  assert.equal(here.object('application', 'A-101')?.['due'], '2030-04-01T00:00:00Z')
  comeIntoForce(here, 'A-101')
  assert.deepEqual(record(here, 'claim/1').revisions.at(-1)?.parameters, { windowDays: 15, calendar })
})

test('terms-do-not-fit: what an invariant would refuse for everybody for good is not adopted, the limit itself is', () => {
  const limits: readonly (readonly [string, string, number, number])[] = [
    ['lock/1', 'freezeSeconds', 14 * DAY, 1],
    ['lock/1', 'freezePeriodSeconds', 90 * DAY, -1],
    ['pause/1', 'maxSeconds', 3 * DAY, 1],
    ['pause/1', 'maxTotalSeconds', 6 * DAY, 1],
    ['pause/1', 'periodSeconds', 90 * DAY, -1],
    ['annotate-dispute/1', 'delayDays', 10, 1],
    ['apply-sanctions-act/1', 'delayDays', 10, 1],
    ['apply-sanctions-act/1', 'quietSeconds', 365 * DAY, -1],
    ['recover-keys/1', 'transferAfterSeconds', 60 * DAY, 1],
  ]
  for (const [id, name, limit, beyond] of limits) {
    const parameters = PROFILES.community[id] ?? {}
    assert.ok(parametersFit(id, { ...parameters, [name]: limit }), name)
    assert.equal(parametersFit(id, { ...parameters, [name]: limit + beyond }), false, name)
  }
})

test('calendar-not-possible: dates out of order or outside the years, or closed for long', () => {
  const here = world()
  for (const more of [{ holidays: ['2029-12-31'] }, { weekend: [7, 6] }, { last: 2029 }])
    assert.equal(publish(here, more), 'calendar-not-possible')
})

test('calendar-unknown: terms that name a calendar which is not in the log', () => {
  const here = world()
  const calendar = here.state.memberHash(CALENDAR as Json)
  assert.equal(adopt(here, { ...CLAIM, parameters: { windowDays: 15, calendar } }), 'calendar-unknown')
  assert.equal(publish(here), null)
  assert.equal(adopt(here, { ...CLAIM, parameters: { windowDays: 15, calendar } }), null)
  assert.equal(adopt(here, { ...CLAIM, parameters: { windowDays: 0, calendar } }), 'terms-do-not-fit')
})

test('nothing-changed at its effect: the same terms came into force meanwhile, and take no second place in the record', () => {
  const here = world()
  assert.equal(adopt(here), null)
  here.later(DAY)
  assert.equal(adopt(here), null)
  comeIntoForce(here, 'A-100', 89 * DAY)
  comeIntoForce(here, 'A-101', DAY)
  const { state, reason } = here.object('application', 'A-101') ?? {}
  assert.deepEqual([state, reason], ['failed', 'nothing-changed'])
  assert.equal(record(here).revisions.length, 1)
})

test('a change that only protected is no shorter notice for another one: what is in force at its effect counts', () => {
  const here = world()
  here.put(procedureKey('rotate-keys/1'), { ...record(here, 'rotate-keys/1'), text: hash(PAGE) })
  const guard = (days: number): string | null =>
    adopt(here, {
      procedure: 'rotate-keys/1',
      parameters: { guardSeconds: days * DAY, vetoSeconds: 14 * DAY },
    })
  assert.equal(guard(30), null)
  here.later(6 * DAY)
  // Longer than the seven days in force, shorter than the thirty that come: seven days of notice would cut these.
  assert.equal(guard(8), null)
  comeIntoForce(here, 'A-100', DAY)
  assert.equal(record(here, 'rotate-keys/1').revisions.length, 1)
  comeIntoForce(here, 'A-101', 6 * DAY)
  const waiting = here.object('application', 'A-101')
  assert.deepEqual([waiting?.['state'], waiting?.['due']], ['cooling', '2030-04-07T00:00:00Z'])
  assert.equal(record(here, 'rotate-keys/1').revisions.length, 1)
  here.later(83 * DAY - 1)
  assert.equal(here.due(adoptProcedure, 'obj/application/A-101'), 'not-due')
  comeIntoForce(here, 'A-101', 1)
  assert.equal(record(here, 'rotate-keys/1').revisions.length, 2)
})

test('resource-named: IPv6 in any form, also at the end of a line and compressed; words with colons are none', () => {
  for (const name of [
    '2a00:1450:1:2:3:4:5:6',
    '2a00::1',
    '2A00:1450:0:0:0:0:0:8888',
    '2a00::1:2:3',
    'fd00::',
  ])
    assert.equal(namedOn(`Not for ${name} or others.\n`), name, name)
  for (const name of ['2a00:1450:1:2::', 'fd00:1:2:3:4::'])
    assert.notEqual(namedOn(`Not for ${name}\n`), null, name)
  for (const name of ['x2a00:1:2:3:4:5:6:7', 'sha256:a1:b2:c3:d4:e5:f6', 'std::set', '2001:db8::7:8'])
    assert.equal(namedOn(`Not for ${name}\n`), null, name)
})

test('the longer notice that a change takes at its effect is as much longer as it was paused', () => {
  const here = world()
  here.put(procedureKey('rotate-keys/1'), { ...record(here, 'rotate-keys/1'), text: hash(PAGE) })
  const guard = (days: number): string | null =>
    adopt(here, {
      procedure: 'rotate-keys/1',
      parameters: { guardSeconds: days * DAY, vetoSeconds: 14 * DAY },
    })
  assert.equal(guard(30), null)
  assert.equal(guard(8), null)
  const key = 'obj/application/A-101' as RecordKey
  here.put(key, { ...here.object('application', 'A-101'), pausedSeconds: 2 * DAY })
  comeIntoForce(here, 'A-100', 7 * DAY)
  comeIntoForce(here, 'A-101', 0)
  assert.equal(here.object('application', 'A-101')?.['due'], '2030-04-03T00:00:00Z')
})
