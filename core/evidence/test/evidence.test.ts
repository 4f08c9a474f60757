import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Application,
  type Holder,
  type KeyPolicy,
  NEW_HOLDER,
  type Registration,
  type Staff,
} from '@cadastre/records'
import fc from 'fast-check'
import {
  consentInApplication,
  consentOf,
  consentToTerm,
  type Signatures,
  staffSigned,
  type Verified,
} from '../src/index.ts'

const ROLES = ['full', 'routing', 'technical'] as const
type Enrolled = KeyPolicy['keys'][number]

function signed(
  ...keys: readonly { readonly alg: Enrolled['alg']; readonly key: string }[]
): Verified<Signatures> {
  const signatures: Signatures = { keys }
  return signatures as Verified<Signatures>
}
const by = (...names: readonly string[]): Verified<Signatures> =>
  signed(...names.map((key) => ({ alg: 'ed25519', key }) as const))

function holder(policy: KeyPolicy | null): Holder {
  const record = {
    v: 1,
    handle: 'H-1',
    kind: 'organisation',
    name: null,
    country: null,
    identity: null,
  } as const
  return {
    ...record,
    ...NEW_HOLDER,
    policy,
    contacts: [],
    procedure: 'identify-holder/1',
    since: 1,
  }
}
const enrolled = (key: string, ...roles: Enrolled['roles']): Enrolled => ({ alg: 'ed25519', key, roles })

test('m distinct full keys consent to anything; a narrower key only to its own acts', () => {
  const keys = [
    enrolled('a', 'full'),
    enrolled('b', 'full'),
    enrolled('r', 'routing'),
    enrolled('t', 'technical'),
  ]
  const two = holder({ m: 2, keys, guardians: ['H-2'] })
  assert.equal(consentOf(two, by('a'), 'full'), null)
  assert.equal(consentOf(two, by('a', 'a', 'a'), 'full'), null)
  assert.equal(consentOf(two, by('a', 'r', 't'), 'full'), null)
  assert.deepEqual(consentOf(two, by('a', 'b'), 'full'), { kind: 'consent', holder: 'H-1', by: 'signature' })
  assert.notEqual(consentOf(two, by('r'), 'routing'), null)
  assert.notEqual(consentOf(two, by('a'), 'routing'), null)
  assert.equal(consentOf(two, by('t'), 'routing'), null)
  assert.equal(consentOf(two, by('r'), 'technical'), null)
})

test('no key, an unknown key, the same bytes under another algorithm: no consent', () => {
  const one = holder({ m: 1, keys: [enrolled('a', ...ROLES)], guardians: [] })
  for (const role of ROLES) {
    assert.equal(consentOf(one, by(), role), null)
    assert.equal(consentOf(one, by('x'), role), null)
    assert.equal(consentOf(one, signed({ alg: 'es256', key: 'a' }), role), null)
  }
})

test('an imported holder without keys can consent to nothing, and no guardian consents for it', () => {
  for (const role of ROLES) assert.equal(consentOf(holder(null), by('a', ''), role), null)
})

test('consent needs at least m full signers, or one signer whose roles cover the act (any policy, any signers)', () => {
  const key = fc.record({
    alg: fc.constantFrom('ed25519', 'es256', 'webauthn'),
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    roles: fc.uniqueArray(fc.constantFrom(...ROLES), { minLength: 1 }),
  })
  const policies = fc.record({
    m: fc.integer({ min: 1, max: 3 }),
    keys: fc.uniqueArray(key, { minLength: 1, maxLength: 4, selector: (one) => `${one.alg} ${one.key}` }),
    guardians: fc.constant([]),
  })
  fc.assert(
    fc.property(policies, fc.array(key), fc.constantFrom(...ROLES), (policy, signers, role) => {
      const names = new Set(signers.map((one) => `${one.alg} ${one.key}`))
      const signing = policy.keys.filter((one) => names.has(`${one.alg} ${one.key}`))
      const full = signing.filter((one) => one.roles.includes('full')).length
      const narrow =
        role !== 'full' && signing.some((one) => one.roles.some((has) => has === role || has === 'full'))
      const given = consentOf(holder(policy), signed(...signers), role)
      assert.equal(given !== null, full >= policy.m || narrow)
    }),
  )
})

test('an application restates only the consents that it recorded', () => {
  const base = {
    v: 1,
    handle: 'A-1',
    procedure: 'transfer/1',
    state: 'cooling',
    body: {},
    due: null,
    opened: '2031-01-01T00:00:00Z' as Application['opened'],
    pausedSeconds: 0,
  } as const
  const application: Application = {
    ...base,
    consents: ['H-1', 'H-2'],
    next: null,
    fee: null,
    reason: null,
    examination: null,
    notice: null,
    since: 1,
  }
  assert.deepEqual(consentInApplication(application, 'H-2'), {
    kind: 'consent',
    holder: 'H-2',
    by: 'application',
  })
  assert.equal(consentInApplication(application, 'H-3'), null)
  assert.equal(consentInApplication(application, ''), null)
})

test('a term is consent of the one who holds to it, and only where there is one', () => {
  const registration = { until: null, holder: 'H-1' } as Registration
  assert.equal(consentToTerm(registration), null)
  const until = '2031-01-01T00:00:00Z' as NonNullable<Registration['until']>
  assert.deepEqual(consentToTerm({ ...registration, until }), { kind: 'consent', holder: 'H-1', by: 'term' })
})

test('staff sign as staff; the key counts with its algorithm', () => {
  const staff: Staff = {
    v: 1,
    handle: 'OP-1',
    role: 'operator',
    alg: 'ed25519',
    key: 'op',
    outside: false,
    until: null,
    since: 0,
  }
  assert.equal(staffSigned(staff, by('op')), true)
  assert.equal(staffSigned(staff, by('other')), false)
  assert.equal(staffSigned(staff, signed({ alg: 'es256', key: 'op' })), false)
})
