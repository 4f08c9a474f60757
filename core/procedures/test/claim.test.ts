import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Cell,
  type Holder,
  type JsonObject,
  NEW_HOLDER,
  objectKey,
  type RecordKey,
} from '@cadastre/records'
import { calendarKey } from '../src/business-days.ts'
import { claim, claimToken } from '../src/claim.ts'
import { WEEKDAYS } from '../src/weekdays.ts'
import { addClerks, calledFor, examinationOf, examine, HASH } from './attestors.ts'
import { assertStamped, DAY, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'
const IMPORTED = 'IMP-EXAMPLE-A1'
const KEY = `${'B'.repeat(42)}A=`
const PGP = `BGUAAAAb${'D'.repeat(42)}A=`
const OTHER = `${'C'.repeat(42)}A=`

function world(): World {
  const here = new World({ 'claim/1': { windowDays: 15 } })
  for (const handle of ['H-1', 'H-2']) {
    here.holder(handle)
    const key = objectKey('holder', handle)
    const who = { kind: 'organisation', name: `${handle} Ltd`, country: 'YY', identity: `ORG-${handle}` }
    here.put(key, { ...(here.state.get(key) as object), ...who })
  }
  here.put(objectKey('holder', IMPORTED), {
    ...NEW_HOLDER,
    v: 1,
    handle: IMPORTED,
    kind: 'imported',
    name: null,
    country: 'XX',
    identity: null,
    policy: null,
    contacts: [],
    procedure: 'import/1',
    since: 1,
  })
  here.put(objectKey('maintainers', IMPORTED), {
    v: 1,
    holder: IMPORTED,
    keys: [
      { kind: 'ssh', key: KEY },
      { kind: 'openpgp', fingerprint: 'A'.repeat(40) },
      { kind: 'pgp', key: PGP },
    ],
    source: 'EXAMPLE',
    since: 1,
  })
  here.register('R-1', '203.0.113.0/24', { holder: IMPORTED, provenance: 'EXAMPLE' })
  here.register('R-2', '198.51.100.64 - 198.51.100.159', { holder: null, provenance: 'EXAMPLE' })
  here.register('R-3', 'AS64496 - AS64499', { holder: null, provenance: 'EXAMPLE' })
  addClerks(here)
  return here
}

type Signer = string | { readonly ssh: string } | { readonly pgp: string }

/** Asks with plain keys, and with SSH and OpenPGP keys as `ledger/signatures` mints them. */
function ask(here: World, body: JsonObject, by: readonly Signer[], names: JsonObject[] = []): string | null {
  const keys = by.map((one) =>
    typeof one === 'string'
      ? ({ alg: 'ed25519', key: one } as const)
      : 'ssh' in one
        ? ({ alg: 'sshsig', key: one.ssh } as const)
        : ({ alg: 'openpgp', key: one.pgp } as const),
  )
  return here.ask(claim, { body, signed: keys, replaces: names as never })
}

function byKey(
  here: World,
  more: JsonObject = {},
  by: readonly Signer[] = ['H-1/full', { ssh: KEY }],
): string | null {
  return ask(here, { step: 'key', claimant: 'H-1', holder: IMPORTED, key: KEY, ...more }, by)
}
function ofHolder(here: World, more: JsonObject = {}, by: readonly Signer[] = ['H-1/full']): string | null {
  const proof = { means: 'instrument', evidence: HASH, attestor: 'CL-1' }
  return ask(here, { step: 'holder', claimant: 'H-1', holder: IMPORTED, ...proof, ...more }, by)
}
function ofRegistration(here: World, id = 'R-2', more: JsonObject = {}, named = true): string | null {
  const key = { 'R-1': CELL, 'R-2': 'ip4/198.51.100.64/26', 'R-3': 'asn/64496/30', 'R-4': CELL }[id] ?? CELL
  const found = here.state.chain(key as RecordKey).cells.flatMap(({ cell }) => cell.registrations)
  const registration = found.find((one) => one.id === id)
  const names =
    registration === undefined || !named ? [] : [here.names(registration, id === 'R-3' ? 'asn' : 'ip4')]
  const proof = { means: 'instrument', evidence: HASH, attestor: 'CL-1' }
  const body = { step: 'registration', claimant: 'H-1', registration: { key, id }, ...proof, ...more }
  return ask(here, body, ['H-1/full'], names as never)
}
const imported = (here: World): Holder => here.state.get(objectKey('holder', IMPORTED)) as never
const due = (here: World): string | null => here.due(claim, 'obj/application/A-100')
const application = (here: World): JsonObject => here.object('application', 'A-100') ?? {}

test('the listed SSH key signs: at once the record is in the claimant’s hands, handle and cells unchanged', () => {
  const here = world()
  const before = here.cell(CELL)
  assert.equal(byKey(here), null)
  const claimant = here.state.get(objectKey('holder', 'H-1')) as Holder
  const { policy, contacts, identity, kind, name } = claimant
  assert.deepEqual(imported(here), {
    ...NEW_HOLDER,
    v: 1,
    handle: IMPORTED,
    kind,
    name,
    country: 'XX',
    identity,
    policy,
    contacts,
    active: here.at,
    procedure: 'claim/1',
    since: 100,
  })
  assert.deepEqual(here.cell(CELL), before)
  assert.equal(here.state.get(objectKey('maintainers', IMPORTED)), null)
  assertStamped(here)
  assert.equal(byKey(here), 'already-claimed')
})

test('key-not-listed, claimant-signature-missing: a listed key that did not sign, another that did, an SSH key as Ed25519', () => {
  const here = world()
  assert.equal(byKey(here, { key: OTHER }, ['H-1/full', { ssh: OTHER }]), 'key-not-listed')
  assert.equal(byKey(here, {}, ['H-1/full']), 'claimant-signature-missing')
  assert.equal(byKey(here, {}, ['H-1/full', { ssh: OTHER }]), 'claimant-signature-missing')
  assert.equal(byKey(here, {}, ['H-1/full', KEY]), 'claimant-signature-missing')
  here.put(objectKey('maintainers', IMPORTED), null)
  assert.equal(byKey(here), 'key-not-listed')
  assert.equal(imported(here).policy, null)
})

test('a listed OpenPGP key signs: the same; it counts as itself alone, and never by the fingerprint', () => {
  const here = world()
  for (const by of [['H-1/full'], ['H-1/full', PGP], ['H-1/full', { ssh: PGP }], ['H-1/full', { ssh: KEY }]])
    assert.equal(byKey(here, { key: PGP }, by as Signer[]), 'claimant-signature-missing')
  assert.equal(byKey(here, {}, ['H-1/full', { pgp: KEY }]), 'claimant-signature-missing')
  assert.equal(byKey(here, { key: OTHER }, ['H-1/full', { pgp: OTHER }]), 'key-not-listed')
  const fingerprint = 'A'.repeat(40)
  assert.equal(byKey(here, { key: fingerprint }, ['H-1/full', { pgp: fingerprint }]), 'key-not-listed')
  assert.equal(byKey(here, { key: PGP }, [{ pgp: PGP }]), 'consent-missing')
  assert.equal(byKey(here, { key: PGP }, ['H-1/full', { pgp: PGP }]), null)
  assert.notEqual(imported(here).policy, null)
  assertStamped(here)
})

test('holder-unknown, consent-missing, not-imported: an identified claimant signs for what was imported', () => {
  const here = world()
  assert.equal(byKey(here, { claimant: 'H-9' }), 'holder-unknown')
  assert.equal(byKey(here, { claimant: IMPORTED }), 'holder-unknown')
  assert.equal(byKey(here, { holder: 'IMP-EXAMPLE-B2' }), 'holder-unknown')
  for (const by of [[], ['H-2/full'], ['H-1/routing']] as const)
    assert.equal(byKey(here, {}, [...by, { ssh: KEY }]), 'consent-missing')
  assert.equal(ofHolder(here, {}, ['H-2/full']), 'consent-missing')
  assert.equal(byKey(here, { holder: 'H-2' }), 'already-claimed')
  here.put(objectKey('holder', 'H-3'), { ...imported(here), handle: 'H-3', kind: 'person' })
  assert.equal(byKey(here, { holder: 'H-3' }), 'not-imported')
  assert.equal(ofRegistration(here, 'R-1'), 'not-imported')
})

test('every other means is examined with its own questions, and a window follows', () => {
  for (const [means, questions] of [
    ['instrument', ['instrument-authentic', 'names-claimant', 'same-party']],
    ['checklist', ['checklist-valid', 'checklist-covers']],
    ['reverse-zone', ['zone-token']],
    ['openpgp', ['openpgp-signature']],
  ] as const) {
    const here = world()
    assert.equal(ofHolder(here, { means }), null)
    assert.deepEqual(examinationOf(here, 'A-100')['questions'], questions)
    examine(here, 'A-100')
    assert.equal(application(here)['state'], 'noticed')
    assert.equal(imported(here).policy, null)
    here.later(21 * DAY - 1)
    assert.equal(due(here), 'not-due')
    here.later(1)
    assert.equal(due(here), null)
    assert.equal(imported(here).identity, 'ORG-H-1')
    assert.equal(application(here)['state'], 'effected')
    assert.equal(due(here), 'not-due')
  }
})

test('a registration that was imported without a holder: ranges and AS numbers, id kept', () => {
  for (const [id, cells] of [
    ['R-2', ['ip4/198.51.100.64/26', 'ip4/198.51.100.128/27']],
    ['R-3', ['asn/64496/30']],
  ] as const) {
    const here = world()
    assert.equal(ofRegistration(here, id), null)
    examine(here, 'A-100')
    here.later(21 * DAY)
    assert.equal(due(here), null)
    assertStamped(here)
    for (const key of cells) {
      const { holder, procedure, since, id: kept } = here.innermost(key) ?? {}
      assert.deepEqual([kept, holder, procedure, since], [id, 'H-1', 'claim/1', here.index - 1])
    }
  }
})

test('registration-unknown, not-a-holding, member-changed, means-not-possible, range-not-a-block', () => {
  const here = world()
  here.register('R-4', '203.0.113.0/24', { kind: 'sub', holder: null })
  assert.equal(ofRegistration(here, 'R-9'), 'registration-unknown')
  assert.equal(ofRegistration(here, 'R-4'), 'not-a-holding')
  assert.equal(ofRegistration(here, 'R-2', {}, false), 'member-changed')
  assert.equal(ofRegistration(here, 'R-2', { means: 'openpgp' }), 'means-not-possible')
  assert.equal(ofRegistration(here, 'R-3', { means: 'reverse-zone' }), 'means-not-possible')
  const key = 'ip6/2001:db8::1/128'
  const wide = here.register('R-5', '2001:db8::1 - 2001:db8:ffff:ffff:ffff:ffff:ffff:fffe', { holder: null })
  const proof = { means: 'instrument', evidence: HASH, attestor: 'CL-1' }
  const body = { step: 'registration', claimant: 'H-1', registration: { key, id: 'R-5' }, ...proof }
  assert.equal(ask(here, body, ['H-1/full'], [here.names(wide, 'ip6')] as never), 'range-not-a-block')
})

test('entry-too-large: a range of so many prefixes that its cells do not fit one entry', () => {
  const here = world()
  const key = 'ip6/2001:db8::1/128'
  // 2 × 40 prefixes.
  const wide = here.register('R-5', '2001:db8::1 - 2001:db8::1ff:ffff:fffe', {
    holder: null,
    provenance: 'E'.repeat(32),
  })
  const proof = { means: 'instrument', evidence: HASH, attestor: 'CL-1' }
  const body = { step: 'registration', claimant: 'H-1', registration: { key, id: 'R-5' }, ...proof }
  assert.equal(ask(here, body, ['H-1/full'], [here.names(wide, 'ip6')] as never), 'entry-too-large')
})

test('openpgp asks for a listed fingerprint or key', () => {
  const here = world()
  const record = here.state.get(objectKey('maintainers', IMPORTED)) as object
  here.put(objectKey('maintainers', IMPORTED), { ...record, keys: [{ kind: 'ssh', key: KEY }] })
  assert.equal(ofHolder(here, { means: 'openpgp' }), 'key-not-listed')
  here.put(objectKey('maintainers', IMPORTED), null)
  assert.equal(ofHolder(here, { means: 'openpgp' }), 'key-not-listed')
})

test('a listed SSH key vetoes an examined claim, until its effect; application-unknown, not-party, application-closed', () => {
  const here = world()
  assert.equal(ofHolder(here, { claimant: 'H-2' }, ['H-2/full']), null)
  const veto = (more: JsonObject, by: readonly Signer[], name = 'A-100'): string | null =>
    ask(here, { step: 'veto', application: name, holder: IMPORTED, key: KEY, ...more }, by)
  assert.equal(veto({}, [{ ssh: KEY }], 'A-1'), 'application-unknown')
  assert.equal(veto({ holder: 'H-1' }, [{ ssh: KEY }]), 'not-party')
  assert.equal(veto({ key: OTHER }, [{ ssh: OTHER }]), 'key-not-listed')
  assert.equal(veto({}, ['H-1/full']), 'claimant-signature-missing')
  assert.equal(veto({}, [{ ssh: KEY }]), null)
  assert.equal(application(here)['state'], 'vetoed')
  assert.equal(veto({}, [{ ssh: KEY }]), 'application-closed')
})

test('a listed OpenPGP key vetoes as well', () => {
  const here = world()
  assert.equal(ofHolder(here, { claimant: 'H-2' }, ['H-2/full']), null)
  const body = { step: 'veto', application: 'A-100', holder: IMPORTED, key: PGP }
  assert.equal(ask(here, body, [{ ssh: PGP }]), 'claimant-signature-missing')
  assert.equal(ask(here, body, [{ pgp: PGP }]), null)
  assert.equal(application(here)['state'], 'vetoed')
})

test('already-claimed: of two claims the first to take effect stands, and the other fails and says why', () => {
  const here = world()
  assert.equal(ofHolder(here, { claimant: 'H-2' }, ['H-2/full']), null)
  examine(here, 'A-100')
  assert.equal(byKey(here), null)
  here.later(21 * DAY)
  assert.equal(due(here), null)
  assert.deepEqual([application(here)['state'], application(here)['reason']], ['failed', 'already-claimed'])
  assert.equal(imported(here).identity, 'ORG-H-1')
})

test('the claimant withdraws; attestor-not-outside, attestors-unavailable; a negative examination changes nothing', () => {
  const here = world()
  assert.equal(ofHolder(here, { attestor: 'CL-2' }), 'attestor-not-outside')
  assert.equal(ofHolder(here), null)
  const withdraw = (by: string): string | null =>
    ask(here, { step: 'withdraw', application: 'A-100', by }, [`${by}/full`])
  assert.equal(withdraw('H-2'), 'not-party')
  assert.equal(withdraw('H-1'), null)
  assert.equal(withdraw('H-1'), 'application-closed')
  const no = world()
  assert.equal(ofHolder(no), null)
  examine(no, 'A-100', Object.fromEntries(calledFor(no, 'A-100').map((staff) => [staff, ['same-party']])))
  assert.equal(application(no)['reason'], 'examination-negative')
  assert.equal(imported(no).policy, null)
  addClerks(no, 1)
  assert.equal(ofHolder(no), 'attestors-unavailable')
})

test('body-malformed, not-due, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  const here = world()
  assert.equal(here.ask(claim, { body: { step: 'seize' } }), 'body-malformed')
  assert.equal(ofHolder(here, { means: 'reputation' }), 'body-malformed')
  assert.equal(here.due(claim, 'obj/application/A-1'), 'not-due')
  const body = { step: 'withdraw', application: 'A-1', by: 'H-1' }
  assert.equal(new World().ask(claim, { body }), 'procedure-unknown')
  assert.equal(here.ask(claim, { body }), 'application-unknown')
  assert.equal(here.ask(claim, { body, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(claim, { body, expires: '2029-12-31T23:59:59Z' }), 'request-expired')
  const key = 'obj/registry/REGISTRY' as RecordKey
  const registry = here.state.get(key) as object
  const paused = { since: here.at, until: '2030-01-02T00:00:00Z', trigger: 'corruption', report: HASH }
  here.put(key, { ...registry, paused })
  assert.equal(byKey(here), 'paused')
  here.put(key, { ...registry, state: 'founding' })
  assert.equal(byKey(here), 'still-founding')
})

test('quota-reached: a claimant has eight places in a week, claims by a listed key need none', () => {
  const here = world()
  const filed = Array.from({ length: 8 }, () => here.at)
  const notes = { v: 1, holder: 'H-1', blocked: [], delayed: null, representative: null, since: 1 }
  here.put(objectKey('notes', 'H-1'), { ...notes, filed })
  assert.equal(ofHolder(here), 'quota-reached')
  assert.equal(ofRegistration(here), 'quota-reached')
  assert.equal(byKey(here), null)
  assert.deepEqual(here.state.get(objectKey('notes', 'H-1')), { ...notes, filed })
})

test('a claim’s token is bound to the registry, the claimant and exactly what is claimed', () => {
  const registration = { key: CELL, id: 'R-1' }
  const tokens = [
    claimToken('registry.example', 'H-1', IMPORTED),
    claimToken('other.example', 'H-1', IMPORTED),
    claimToken('registry.example', 'H-2', IMPORTED),
    claimToken('registry.example', 'H-1', 'IMP-EXAMPLE-B2'),
    claimToken('registry.example', 'H-1', registration),
    claimToken('registry.example', 'H-1', { ...registration, id: 'R-2' }),
    claimToken('registry.example', 'H-1', { ...registration, key: 'ip4/198.51.100.0/24' }),
  ]
  assert.equal(new Set(tokens.map((token) => world().state.memberHash(token))).size, tokens.length)
})

test('reverse-zone: the zones of a registration’s addresses prove it; AS numbers have none', () => {
  const here = world()
  assert.equal(ofRegistration(here, 'R-2', { means: 'reverse-zone' }), null)
  assert.deepEqual(examinationOf(here, 'A-100')['questions'], ['zone-token'])
})

test('a holder of whom the source lists no key is claimed by any means but a key; nothing that was not there is erased', () => {
  for (const means of ['instrument', 'checklist', 'reverse-zone']) {
    const here = world()
    here.put(objectKey('maintainers', IMPORTED), null)
    assert.equal(ofHolder(here, { means }), null)
    examine(here, 'A-100')
    here.later(21 * DAY)
    assert.equal(due(here), null)
    const { outcome } = here.last ?? {}
    assert.deepEqual(outcome?.accepted === true ? outcome.effects.map(({ key }) => key) : [], [
      objectKey('holder', IMPORTED),
      objectKey('application', 'A-100'),
    ])
  }
})

test('whom a claim affects: the imported holder, whose listed keys may veto; of a registration nobody holds, nobody', () => {
  const here = world()
  assert.equal(ofHolder(here), null)
  assert.deepEqual(examinationOf(here, 'A-100')['affected'], [IMPORTED])
  assert.equal(ofRegistration(here), null)
  assert.deepEqual(examinationOf(here, 'A-101')['affected'], [])
})

test('what the claimant withdraws is withdrawn, and not vetoed', () => {
  const here = world()
  assert.equal(ofHolder(here), null)
  assert.equal(ask(here, { step: 'withdraw', application: 'A-100', by: 'H-1' }, ['H-1/full']), null)
  assert.equal(application(here)['state'], 'withdrawn')
})

test('a claim’s window counts by the calendar of its own terms; a claim by a key states no calendar, and nothing of attestors', () => {
  const here = world()
  const published = { ...WEEKDAYS, last: 2063 }
  const calendar = here.state.memberHash(published)
  here.put(calendarKey(calendar), { v: 1, calendar: published, since: 0 })
  here.terms('claim/1', { windowDays: 15, calendar })
  assert.equal(ofHolder(here), null)
  assert.deepEqual(examinationOf(here, 'A-100')['windowDays'], [{ days: 15, calendar }])
  assert.ok(here.last?.inputs.some(({ key }) => key === calendarKey(calendar)))
  assert.equal(byKey(here), null)
  assert.deepEqual(here.idle, [])
})

test('application-unknown: a listed key vetoes claims, and nothing of another procedure', () => {
  const here = world()
  assert.equal(ofHolder(here, { claimant: 'H-2' }, ['H-2/full']), null)
  here.put(objectKey('application', 'A-100'), { ...application(here), procedure: 'succeed/1' })
  const body = { step: 'veto', application: 'A-100', holder: IMPORTED, key: KEY }
  assert.equal(ask(here, body, [{ ssh: KEY }]), 'application-unknown')
})

test('entry-too-large: whatever lies in its cells, what is let wait fits its entry at its effect', () => {
  const key = 'ip6/2001:db8:1111:2222:3333:4444:50:1/128'
  const range = '2001:db8:1111:2222:3333:4444:50:1 - 2001:db8:1111:2222:3333:4444:53:fffe'
  const codes = new Set<string | null>()
  for (let length = 4; length <= 180; length += 4) {
    const here = world()
    const wide = here.register('R-5', range, { holder: null, provenance: 'EXAMPLE' })
    const ns = ['n'.repeat(length)]
    for (const [cell, { value }] of [...here.state.records])
      if (cell.startsWith('ip6/'))
        here.put(cell, { ...(value as Cell), rdns: { under: 'R-5', since: 1, ns, ds: [] } })
    const proof = { means: 'instrument', evidence: HASH, attestor: 'CL-1' }
    const body = { step: 'registration', claimant: 'H-1', registration: { key, id: 'R-5' }, ...proof }
    const code = ask(here, body, ['H-1/full'], [here.names(wide, 'ip6')] as never)
    codes.add(code)
    if (code !== null) continue
    examine(here, 'A-100')
    here.later(21 * DAY)
    assert.equal(due(here), null)
    here.assertFits()
    assert.equal(here.innermost(key)?.holder, 'H-1')
  }
  assert.deepEqual([...codes], [null, 'entry-too-large'])
})
