import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, ProcedureRecord, RecordKey } from '@cadastre/records'
import { PROCEDURES, PROFILES, parametersFit, proceduresOfProfile } from '../src/index.ts'
import { withCalendar } from '../src/profiles.ts'
import { at, FoundingLog, founded, genesisBody, hash, key, ORIGIN } from './founding-log.ts'

function refusal(changes: JsonObject, options: Parameters<FoundingLog['act']>[2] = {}): string | null {
  return new FoundingLog().act('genesis/1', genesisBody(changes), options)
}

test('genesis records registry, staff, procedures, pools; every record since entry 0', () => {
  const log = founded()
  const registry = log.registry
  assert.equal(registry?.state, 'founding')
  assert.equal(registry.origin, ORIGIN)
  assert.deepEqual(
    [registry.since, registry.importing, registry.imported, registry.sources],
    [0, null, null, []],
  )
  const operator = log.state.get('obj/staff/OP-1' as RecordKey)
  assert.deepEqual(operator, {
    v: 1,
    handle: 'OP-1',
    role: 'operator',
    alg: 'ed25519',
    key: key('OP-1'),
    outside: false,
    until: null,
    since: 0,
  })
  const transfer = log.state.get('obj/procedure/TRANSFER-1' as RecordKey) as ProcedureRecord
  assert.deepEqual(transfer.parameters, PROFILES.community['transfer/1'])
  assert.equal(transfer.text, hash('transfer/1'))
  const pool = log.state.get('obj/pool/DOC4' as RecordKey)
  assert.ok(pool !== null && typeof pool === 'object' && 'first' in pool && 'last' in pool)
  assert.deepEqual(pool, {
    v: 1,
    handle: 'DOC4',
    space: 'ip4',
    first: '192.0.2.0',
    last: '192.0.2.191',
    open: true,
    cursors: {},
    queues: {},
    exhausted: [],
    serve: null,
    since: 0,
  })
})

test('design.md section 4: a range that is no prefix puts one registration at each minimal prefix', () => {
  const log = founded()
  for (const cell of ['ip4/192.0.2.0/25', 'ip4/192.0.2.128/26']) {
    const [pool] = log.at(cell)
    assert.deepEqual(
      [pool?.id, pool?.kind, pool?.status, pool?.first, pool?.last, pool?.holder],
      ['R-0', 'pool', 'available', '192.0.2.0', '192.0.2.191', null],
    )
  }
  assert.deepEqual(
    log.at('asn/64500/30').map(({ id, since }) => [id, since]),
    [['R-0-2', 0]],
  )
  const [reserved] = log.at('ip4/192.0.2.0/28')
  assert.deepEqual(
    [reserved?.kind, reserved?.status, reserved?.protected, reserved?.holder],
    ['reserved', 'reserved', false, null],
  )
})

test('a pool and a reserved range at the same block share its cell, the pool outside', () => {
  const log = founded({
    pools: [{ handle: 'P', space: 'ip4', range: '198.51.100.0/24', open: false }],
    reserved: ['198.51.100.0/24'],
  })
  assert.deepEqual(
    log.at('ip4/198.51.100.0/24').map(({ kind }) => kind),
    ['pool', 'reserved'],
  )
})

test('body-malformed, already-founded, wrong-origin, request-expired, key-repeated, wrong-staff-role, staff-signature-missing, block-taken, range-not-a-block, entry-too-large', () => {
  const staff = (member: JsonObject): JsonObject => ({
    handle: 'OP-1',
    role: 'operator',
    alg: 'ed25519',
    key: key('OP-1'),
    outside: false,
    ...member,
  })
  const pool = (range: string, handle = 'P', space = 'ip4'): JsonObject => ({
    handle,
    space,
    range,
    open: false,
  })
  assert.equal(refusal({ name: '' }), 'body-malformed')
  assert.equal(refusal({ staff: [staff({}), staff({ key: key('OTHER') })] }), 'body-malformed')
  assert.equal(refusal({ pools: [pool('198.51.100.0/24', 'P', 'ip6')] }), 'body-malformed')
  assert.equal(refusal({ pools: [pool('198.51.100.0/24'), pool('203.0.113.0/24')] }), 'body-malformed')
  assert.equal(refusal({ procedures: [hash('x'), hash('x')] }), 'body-malformed')
  assert.equal(refusal({ procedures: [] }), 'body-malformed')
  assert.equal(founded().act('genesis/1', genesisBody()), 'already-founded')
  assert.equal(refusal({}, { origin: 'other.example' }), 'wrong-origin')
  assert.equal(refusal({}, { expires: at(-1) }), 'request-expired')
  assert.equal(refusal({ staff: [staff({}), staff({ handle: 'OP-2' })] }), 'key-repeated')
  assert.equal(refusal({ staff: [staff({ role: 'clerk' })] }), 'wrong-staff-role')
  assert.equal(refusal({}, { by: ['CL-1'] }), 'staff-signature-missing')
  assert.equal(refusal({}, { by: [] }), 'staff-signature-missing')
  assert.equal(refusal({ pools: [pool('198.51.100.0/24'), pool('198.51.100.128/25', 'Q')] }), 'block-taken')
  assert.equal(refusal({ reserved: ['192.0.2.0/24', '192.0.2.7'] }), 'block-taken')
  assert.equal(refusal({ reserved: ['::1 - ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe'] }), 'range-not-a-block')
  const wide = Array.from({ length: 40 }, (_, n) => `10.${n}.0.1 - 10.${n}.255.254`)
  assert.equal(refusal({ reserved: wide }), 'entry-too-large')
})

test('the private numbers as pools fit one entry, and nothing is accepted that is larger', () => {
  const log = founded({
    pools: [
      { handle: 'P4', space: 'ip4', range: '10.0.0.0/8', open: true },
      { handle: 'P6', space: 'ip6', range: 'fd00::/8', open: true },
      { handle: 'PA', space: 'asn', range: 'AS4200000000 - AS4294967294', open: true },
      { handle: 'PB', space: 'asn', range: 'AS64512 - AS65534', open: true },
    ],
    reserved: [],
  })
  assert.ok(log.largest < 32768)
  for (let count = 1; count < 64; count += 1) {
    const reserved = Array.from({ length: count }, (_, n) => `10.${n}.0.0 - 10.${n}.0.2`)
    // `act` throws where an accepted entry is too large.
    new FoundingLog().act('genesis/1', genesisBody({ reserved }))
  }
})

test('both profiles give parameters to every procedure of the software, the same names in both', () => {
  assert.deepEqual(Object.keys(PROFILES.community).sort(), Object.keys(PROFILES.national).sort())
  for (const id of Object.keys(PROCEDURES)) assert.ok(Object.hasOwn(PROFILES.community, id), id)
  for (const profile of ['community', 'national'] as const)
    for (const { id, parameters } of proceduresOfProfile(profile, hash))
      assert.ok(parametersFit(id, parameters), id)
  assert.equal(parametersFit('constructor', {}), false)
  assert.equal(parametersFit('open/1', { objectionSeconds: true }), false)
})

test('request-expired, staff-signature-missing, range-not-a-block: at their edges', () => {
  const staff = (handle: string): JsonObject => ({
    handle,
    role: 'operator',
    alg: 'ed25519',
    key: key(handle),
    outside: false,
  })
  // A request counts in the second in which it expires; one operator of several signs.
  assert.equal(refusal({}, { expires: at(0) }), null)
  assert.equal(refusal({ staff: [staff('OP-1'), staff('OP-2')] }, { by: ['OP-2'] }), null)
  // 62 minimal blocks: 31 on each side of the middle.
  const sixtyTwo = '2001:db8:1::1 - 2001:db8:1::ffff:fffe'
  assert.equal(refusal({ pools: [], reserved: [sixtyTwo] }), null)
  assert.equal(
    refusal({ pools: [], reserved: ['2001:db8:1::1 - 2001:db8:1::1:ffff:fffe'] }),
    'range-not-a-block',
  )
})

test('community: whoever asks may choose its block; national: the lowest fit; no profile asks for a fee', () => {
  const allocate = (profile: 'community' | 'national'): JsonObject => PROFILES[profile]['allocate/1'] ?? {}
  assert.deepEqual([allocate('community')['chooseBlock'], allocate('community')['actFee']], [true, false])
  assert.deepEqual([allocate('national')['chooseBlock'], allocate('national')['actFee']], [false, false])
})

test('a version goes on with other parameters only within its limits: 1 to 64 places in the attestors’ queues', () => {
  const model = PROFILES.community['attest/1'] ?? {}
  const fits = (places: number): boolean => parametersFit('attest/1', { ...model, places })
  assert.deepEqual([0, 1, 64, 65].map(fits), [false, true, true, false])
})

test('another calendar is named where business days are counted, and nowhere else', () => {
  const other = hash('calendar')
  assert.deepEqual(withCalendar({ clerkDays: 5, calendar: hash('old') }, other), {
    clerkDays: 5,
    calendar: other,
  })
  assert.deepEqual(withCalendar({ places: 8 }, other), { places: 8 })
})
