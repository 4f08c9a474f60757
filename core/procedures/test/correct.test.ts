import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Cell,
  type Holder,
  type JsonObject,
  objectKey,
  type RecordKey,
  type Registration,
} from '@cadastre/records'
import { correct } from '../src/correct.ts'
import { WEEKDAYS_HASH } from '../src/weekdays.ts'
import { addClerks, calledFor, examinationOf, examine, HASH } from './attestors.ts'
import { assertStamped, DAY, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'

function world(): World {
  const here = new World({ 'correct/1': { noticeDays: 5 } })
  for (const handle of ['H-1', 'H-2', 'H-3']) {
    here.holder(handle)
    const key = objectKey('holder', handle)
    const who = { kind: 'organisation', name: 'Exampel Ltd', country: 'XX' }
    here.put(key, { ...(here.state.get(key) as object), ...who })
  }
  here.register('R-1', '203.0.113.0/24')
  addClerks(here)
  return here
}

const COUNTRY = { field: 'country', value: 'YY' }

type Wish = {
  readonly by?: string
  readonly signers?: readonly string[]
  readonly correction?: JsonObject
  readonly registration?: { readonly key: string; readonly id: string }
  readonly attestor?: string
  readonly named?: boolean
}

function ofRegistration(here: World, wish: Wish = {}): string | null {
  const {
    by = 'H-2',
    correction = COUNTRY,
    registration = { key: CELL, id: 'R-1' },
    attestor = 'CL-1',
  } = wish
  const met = here.state.chain(registration.key as RecordKey).cells.flatMap(({ cell }) => cell.registrations)
  const found = met.find(({ id }) => id === registration.id)
  const named = found !== undefined && wish.named !== false
  return here.ask(correct, {
    body: { step: 'registration', by, instrument: HASH, attestor, registration, correction },
    by: wish.signers ?? [by.startsWith('H-') ? `${by}/full` : by],
    replaces: named ? [here.names(found, registration.key.startsWith('asn/') ? 'asn' : 'ip4')] : [],
  })
}

function ofHolder(here: World, wish: Wish & { readonly holder?: string } = {}): string | null {
  const {
    by = 'H-2',
    correction = { field: 'name', value: 'Example Ltd' },
    holder = 'H-1',
    attestor = 'CL-1',
  } = wish
  const record = here.state.get(objectKey('holder', holder)) as JsonObject | null
  const field = String(correction['field'])
  const key = `obj/holder/${holder}#${field}`
  const value = record?.[field] ?? null
  const replaces = [{ member: key, hash: value === null ? null : here.state.memberHash(value) }]
  return here.ask(correct, {
    body: { step: 'holder', by, instrument: HASH, attestor, holder, correction },
    by: wish.signers ?? [`${by}/full`],
    replaces: wish.named === false ? [] : replaces,
  })
}

const due = (here: World): string | null => here.due(correct, 'obj/application/A-100')
const application = (here: World): JsonObject => here.object('application', 'A-100') ?? {}
const veto = (here: World, by: string, signer: string): string | null =>
  here.ask(correct, { body: { step: 'veto', application: 'A-100', by }, by: [signer] })
const nameOf = (here: World): unknown => (here.state.get(objectKey('holder', 'H-1')) as Holder).name

test('E2: examined, noticed for 5 business days, then exactly the declared field changes, in every cell', () => {
  for (const correction of [
    COUNTRY,
    { field: 'country', value: null },
    { field: 'registered', value: '2013-05-01' },
    { field: 'status', value: 'assigned' },
  ]) {
    const here = world()
    const [key, second] = ['ip4/198.51.100.64/26', 'ip4/198.51.100.128/27']
    const before = here.register('R-2', '198.51.100.64 - 198.51.100.159', { country: 'XX' })
    assert.equal(ofRegistration(here, { correction, registration: { key, id: 'R-2' } }), null)
    assert.deepEqual(examinationOf(here, 'A-100')['questions'], [
      'instrument-authentic',
      'cites-instrument',
      'instrument-says',
    ])
    examine(here, 'A-100')
    here.later(7 * DAY - 1)
    assert.equal(due(here), 'not-due')
    here.later(1)
    assert.equal(due(here), null)
    assertStamped(here)
    const expected: Registration = { ...before, [correction.field]: correction.value }
    assert.deepEqual(here.innermost(key), expected)
    assert.deepEqual(here.innermost(second), expected)
    assert.equal(application(here)['state'], 'effected')
  }
})

test('a clerk may ask for it too, and the name of an organisation is corrected in its record', () => {
  const here = world()
  assert.equal(ofHolder(here, { by: 'CL-2', signers: ['CL-2'] }), null)
  examine(here, 'A-100')
  here.later(7 * DAY)
  assert.equal(due(here), null)
  assert.equal(nameOf(here), 'Example Ltd')
})

test('E3: with the signatures of all affected there is no notice to wait for', () => {
  const here = world()
  assert.equal(ofHolder(here, { by: 'H-1' }), null)
  examine(here, 'A-100')
  assert.equal(due(here), null)
  assert.equal(nameOf(here), 'Example Ltd')
  const child = world()
  child.register('R-2', '203.0.113.0/25', { kind: 'sub', holder: 'H-2' })
  const registration = { key: 'ip4/203.0.113.0/25', id: 'R-2' }
  assert.equal(ofRegistration(child, { by: 'H-2', registration }), null)
  assert.deepEqual(examinationOf(child, 'A-100')['windowDays'], [{ days: 5, calendar: WEEKDAYS_HASH }])
  assert.deepEqual(examinationOf(child, 'A-100')['affected'], ['H-1', 'H-2'])
  assert.equal(ofRegistration(child, { by: 'H-2', registration, signers: ['H-1/full', 'H-2/full'] }), null)
  assert.deepEqual(examinationOf(child, 'A-101')['windowDays'], [])
})

test('any one key of an affected holder, of a child’s parent too, ends it (not-party, application-closed): then all must sign, or an order', () => {
  for (const [who, signer] of [
    ['H-1', 'H-1/technical'],
    ['H-2', 'H-2/routing'],
  ] as const) {
    const here = world()
    here.register('R-2', '203.0.113.0/25', { kind: 'sub', holder: 'H-2' })
    assert.equal(
      ofRegistration(here, { by: 'H-3', registration: { key: 'ip4/203.0.113.0/25', id: 'R-2' } }),
      null,
    )
    examine(here, 'A-100')
    assert.equal(veto(here, 'H-3', 'H-3/full'), 'not-party')
    assert.equal(veto(here, who, 'H-3/full'), 'consent-missing')
    assert.equal(veto(here, who, signer), null)
    assert.equal(application(here)['state'], 'vetoed')
    assert.equal(veto(here, who, signer), 'application-closed')
    here.later(7 * DAY)
    assert.equal(due(here), 'not-due')
    assert.equal(here.innermost('ip4/203.0.113.0/25')?.country, null)
  }
})

test('who holds what, and which numbers, cannot be corrected: the body has no place for it', () => {
  const here = world()
  for (const field of ['holder', 'first', 'last', 'kind', 'until', 'protected', 'id', 'name'])
    assert.equal(ofRegistration(here, { correction: { field, value: 'H-2' } }), 'body-malformed', field)
  for (const field of ['policy', 'identity', 'contacts', 'handle', 'status', 'dissolved'])
    assert.equal(ofHolder(here, { correction: { field, value: 'H-2' } }), 'body-malformed', field)
  for (const value of ['2013-02-30', '2013', ''])
    assert.equal(
      ofRegistration(here, { correction: { field: 'registered', value } }),
      'body-malformed',
      value,
    )
})

test('holder-unknown, consent-missing, wrong-staff-role, staff-signature-missing: who asks signs', () => {
  const here = world()
  assert.equal(ofRegistration(here, { by: 'H-9' }), 'holder-unknown')
  assert.equal(ofRegistration(here, { by: 'H-2', signers: ['H-2/routing'] }), 'consent-missing')
  assert.equal(ofRegistration(here, { by: 'CL-1', signers: ['CL-2'] }), 'staff-signature-missing')
  here.put(objectKey('staff', 'OP-1'), {
    v: 1,
    handle: 'OP-1',
    role: 'operator',
    alg: 'ed25519',
    key: 'OP-1',
    outside: false,
    since: 0,
  })
  assert.equal(ofRegistration(here, { by: 'OP-1', signers: ['OP-1'] }), 'wrong-staff-role')
  assert.equal(ofHolder(here, { holder: 'H-9' }), 'holder-unknown')
})

test('registration-unknown, not-a-holding, not-for-persons, nothing-changed, member-changed', () => {
  const here = world()
  assert.equal(ofRegistration(here, { registration: { key: CELL, id: 'R-9' } }), 'registration-unknown')
  here.register('R-2', '192.0.2.0/24', { kind: 'pool', holder: null })
  assert.equal(
    ofRegistration(here, { registration: { key: 'ip4/192.0.2.0/24', id: 'R-2' } }),
    'not-a-holding',
  )
  assert.equal(
    ofRegistration(here, { correction: { field: 'status', value: 'allocated' } }),
    'nothing-changed',
  )
  assert.equal(ofHolder(here, { correction: { field: 'country', value: 'XX' } }), 'nothing-changed')
  assert.equal(ofRegistration(here, { named: false }), 'member-changed')
  assert.equal(ofHolder(here, { named: false }), 'member-changed')
  const key = objectKey('holder', 'H-1')
  here.put(key, { ...(here.state.get(key) as object), kind: 'person', name: null })
  assert.equal(ofHolder(here), 'not-for-persons')
})

test('range-not-a-block, entry-too-large: what is written must fit one entry', () => {
  const of = (last: string): string | null => {
    const here = world()
    const key = 'ip6/2001:db8::1/128'
    const wide = here.register('R-6', `2001:db8::1 - ${last}`, { provenance: 'E'.repeat(32) })
    const registration = { key, id: 'R-6' }
    const body = {
      step: 'registration',
      by: 'H-2',
      instrument: HASH,
      attestor: 'CL-1',
      registration,
      correction: COUNTRY,
    }
    return here.ask(correct, { body, by: ['H-2/full'], replaces: [here.names(wide, 'ip6')] })
  }
  assert.equal(of('2001:db8:ffff:ffff:ffff:ffff:ffff:fffe'), 'range-not-a-block')
  assert.equal(of('2001:db8::1ff:ffff:fffe'), 'entry-too-large')
  assert.equal(of('2001:db8::ffe'), null)
})

test('application-unknown, attestor-not-outside, attestors-unavailable; who asked withdraws; a no changes nothing', () => {
  const here = world()
  const end = (step: string, by: string, name = 'A-100'): string | null =>
    here.ask(correct, { body: { step, application: name, by }, by: [`${by}/full`] })
  assert.equal(end('withdraw', 'H-2'), 'application-unknown')
  assert.equal(ofRegistration(here, { attestor: 'CL-2' }), 'attestor-not-outside')
  assert.equal(ofRegistration(here), null)
  assert.equal(end('withdraw', 'H-1'), 'not-party')
  assert.equal(end('withdraw', 'H-2'), null)
  addClerks(here, 1)
  assert.equal(ofRegistration(here), 'attestors-unavailable')
  const no = world()
  assert.equal(ofRegistration(no), null)
  examine(
    no,
    'A-100',
    Object.fromEntries(calledFor(no, 'A-100').map((staff) => [staff, ['instrument-says']])),
  )
  assert.equal(application(no)['reason'], 'examination-negative')
})

test('what has passed to somebody else meanwhile fails and says why', () => {
  const here = world()
  assert.equal(ofRegistration(here), null)
  examine(here, 'A-100')
  here.put(CELL as RecordKey, { ...here.cell(CELL), registrations: [{ ...here.innermost(CELL), id: 'R-7' }] })
  here.later(7 * DAY)
  assert.equal(due(here), null)
  assert.equal(application(here)['reason'], 'registration-unknown')
})

test('body-malformed, not-due, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  const here = world()
  assert.equal(here.ask(correct, { body: { step: 'seize' } }), 'body-malformed')
  assert.equal(here.due(correct, 'obj/application/A-1'), 'not-due')
  const body = { step: 'withdraw', application: 'A-1', by: 'H-1' }
  assert.equal(new World().ask(correct, { body }), 'procedure-unknown')
  assert.equal(here.ask(correct, { body, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(correct, { body, expires: '2029-12-31T23:59:59Z' }), 'request-expired')
  const key = 'obj/registry/REGISTRY' as RecordKey
  const registry = here.state.get(key) as object
  const paused = { since: here.at, until: '2030-01-02T00:00:00Z', trigger: 'corruption', report: HASH }
  here.put(key, { ...registry, paused })
  assert.equal(ofRegistration(here), 'paused')
  here.put(key, { ...registry, state: 'founding' })
  assert.equal(ofRegistration(here), 'still-founding')
})

test('member-changed at the effect: what was signed for has changed, by another correction or a sale', () => {
  const named = world()
  assert.equal(ofHolder(named), null)
  assert.equal(ofHolder(named, { correction: { field: 'name', value: 'Example AG' } }), null)
  examine(named, 'A-100')
  examine(named, 'A-101')
  named.later(7 * DAY)
  assert.equal(named.due(correct, 'obj/application/A-101'), null)
  assert.equal(due(named), null)
  assert.equal(nameOf(named), 'Example AG')
  assert.deepEqual([application(named)['state'], application(named)['reason']], ['failed', 'member-changed'])
  // Whoever bought it, or the parent that it lies in, was never asked.
  const child = { key: 'ip4/203.0.113.0/25', id: 'R-2' }
  for (const [id, prefix] of [
    ['R-2', '203.0.113.0/25'],
    ['R-1', '203.0.113.0/24'],
  ] as const) {
    const here = world()
    here.register('R-2', '203.0.113.0/25', { kind: 'sub', holder: 'H-2' })
    assert.equal(ofRegistration(here, { registration: child, by: 'H-1' }), null)
    examine(here, 'A-100')
    here.later(7 * DAY)
    const key = `ip4/${prefix}` as RecordKey
    const { registrations } = here.cell(key)
    const sold = registrations.map((one) => (one.id === id ? { ...one, holder: 'H-3' } : one))
    here.put(key, { ...here.cell(key), registrations: sold })
    assert.equal(due(here), null)
    assert.deepEqual(
      [application(here)['state'], application(here)['reason']],
      ['failed', 'member-changed'],
      id,
    )
  }
})

test('a person’s country is corrected like anybody’s, and the holder that did not sign has its window', () => {
  const here = world()
  const key = objectKey('holder', 'H-1')
  here.put(key, { ...(here.state.get(key) as object), kind: 'person', name: null })
  assert.equal(ofHolder(here, { correction: COUNTRY }), null)
  const { affected, windowDays } = examinationOf(here, 'A-100')
  assert.deepEqual([affected, windowDays], [['H-1'], [{ days: 5, calendar: WEEKDAYS_HASH }]])
  examine(here, 'A-100')
  assert.equal(due(here), 'not-due')
  here.later(7 * DAY)
  assert.equal(due(here), null)
  assert.equal((here.state.get(key) as Holder).country, 'YY')
})

test('later terms do not shorten the notice of a child whose parent was recorded before them', () => {
  const here = world()
  here.register('R-2', '203.0.113.0/25', { kind: 'sub', holder: 'H-2', since: 60 })
  here.revise('correct/1', { noticeDays: 1 })
  const registration = { key: 'ip4/203.0.113.0/25', id: 'R-2' }
  assert.equal(ofRegistration(here, { by: 'H-3', registration }), null)
  assert.deepEqual(examinationOf(here, 'A-100')['windowDays'], [{ days: 5, calendar: WEEKDAYS_HASH }])
})

test('a holder’s places in the attestors’ queues are counted where it asks; a clerk’s are not', () => {
  const here = world()
  const filed = (name: string): unknown =>
    (here.state.get(objectKey('notes', name)) as JsonObject | null)?.['filed'] ?? null
  assert.equal(ofHolder(here, { by: 'CL-2', signers: ['CL-2'] }), null)
  assert.deepEqual([filed('CL-2'), filed('H-1')], [null, null])
  assert.equal(ofHolder(here), null)
  assert.deepEqual(filed('H-2'), [here.at])
})

test('whom a correction affects is who holds something there: a pool around it is nobody’s', () => {
  const here = world()
  here.register('R-7', '198.51.100.0/24', { kind: 'pool', holder: null })
  here.register('R-8', '198.51.100.0/25', { holder: 'H-3' })
  assert.equal(ofRegistration(here, { registration: { key: 'ip4/198.51.100.0/25', id: 'R-8' } }), null)
  assert.deepEqual(examinationOf(here, 'A-100')['affected'], ['H-3'])
})

test('nothing-changed at its effect: of two equal corrections the second has nothing left to correct', () => {
  const here = world()
  for (const application of ['A-100', 'A-101']) {
    assert.equal(ofHolder(here), null)
    assert.notEqual(here.object('application', application), null)
  }
  for (const application of ['A-100', 'A-101']) examine(here, application)
  here.later(7 * DAY)
  assert.equal(due(here), null)
  assert.equal(here.due(correct, 'obj/application/A-101'), null)
  const { state, reason } = here.object('application', 'A-101') ?? {}
  assert.deepEqual([state, reason], ['failed', 'nothing-changed'])
})

test('of what was empty the application remembers that it was', () => {
  const here = world()
  const key = objectKey('holder', 'H-1')
  here.put(key, { ...(here.state.get(key) as object), country: null })
  assert.equal(ofHolder(here, { correction: COUNTRY }), null)
  assert.equal((application(here)['body'] as JsonObject)['replaces'], null)
  examine(here, 'A-100')
  here.later(7 * DAY)
  assert.equal(due(here), null)
  assert.equal((here.state.get(key) as Holder).country, 'YY')
})

test('entry-too-large: whatever lies in its cells, what is let wait fits its entry at its effect', () => {
  const key = 'ip6/2001:db8:1111:2222:3333:4444:50:1/128'
  const range = '2001:db8:1111:2222:3333:4444:50:1 - 2001:db8:1111:2222:3333:4444:53:fffe'
  const codes = new Set<string | null>()
  for (let length = 4; length <= 180; length += 4) {
    const here = world()
    const wide = here.register('R-5', range)
    const ns = ['n'.repeat(length)]
    for (const [cell, { value }] of [...here.state.records])
      if (cell.startsWith('ip6/'))
        here.put(cell, { ...(value as Cell), rdns: { under: 'R-5', since: 1, ns, ds: [] } })
    const asked = { step: 'registration', by: 'H-2', instrument: HASH, attestor: 'CL-1', correction: COUNTRY }
    const body = { ...asked, registration: { key, id: 'R-5' } }
    const code = here.ask(correct, { body, by: ['H-2/full'], replaces: [here.names(wide, 'ip6')] })
    codes.add(code)
    if (code !== null) continue
    examine(here, 'A-100')
    here.later(7 * DAY)
    assert.equal(due(here), null)
    here.assertFits()
    assert.equal(here.innermost(key)?.country, 'YY')
  }
  assert.deepEqual([...codes], [null, 'entry-too-large'])
})
