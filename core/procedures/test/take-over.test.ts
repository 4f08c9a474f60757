// P23, the successor's side: the same state goes on under another origin and key.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerStatement } from '@cadastre/evidence'
import type { Json, JsonObject, ProcedureRecord, RecordKey, Registry } from '@cadastre/records'
import { procedureKey, REGISTRY_KEY } from '../src/index.ts'
import { listPeer } from '../src/list-peer.ts'
import { takeOver, termsHash } from '../src/take-over.ts'
import { hash, staffedWorld, staffKeyName } from './staff-fixture.ts'
import { assertStamped, DAY, type World } from './world.ts'

const ORIGIN = 'next.example/log'
const KEY = hash('the successor’s log key')
const POLICY = 'log old\nquorum none\n'
const PARAMETERS = {
  'take-over/1': {},
  'list-peer/1': { noticeSeconds: 0 },
  'transfer/1': { coolingSeconds: 0, maxCoolingSeconds: 30 * DAY, floorIp4: 32, floorIp6: 128 },
}
const registry = (here: World): Registry => here.state.get(REGISTRY_KEY) as never

function world(change: Partial<Registry> = {}): World {
  const here = staffedWorld(PARAMETERS)
  const successor = { origin: ORIGIN, key: KEY, named: '2029-01-01T00:00:00Z' }
  here.put(REGISTRY_KEY, { ...registry(here), state: 'handed-over', successor, ...change })
  here.register('R-1', '203.0.113.0/24')
  return here
}

function bodyFor(here: World): JsonObject {
  const terms = (id: string): string => {
    const record: unknown = here.state.get(procedureKey(id))
    return termsHash(record as ProcedureRecord, here.state)
  }
  return {
    name: 'Next Registry',
    origin: ORIGIN,
    seat: 'XX',
    relyingParty: { id: 'sign.next.example', origins: ['https://sign.next.example'] },
    staff: [
      {
        handle: 'OP-1',
        role: 'operator',
        alg: 'ed25519',
        key: hash('NEW'),
        outside: false,
      },
    ],
    procedures: Object.keys(PARAMETERS).map((id) => ({ id, terms: terms(id) })),
    predecessor: {
      origin: 'registry.example',
      policy: POLICY,
      mandate: { kind: 'hand-over', document: hash('mandate') },
    },
  }
}
const OPERATOR_KEY = hash('NEW')

/** The predecessor's proof of the registry's own record. */
function lastWord(here: World, more: Partial<PeerStatement> = {}): PeerStatement {
  return {
    origin: 'registry.example',
    policy: POLICY,
    at: here.at,
    key: REGISTRY_KEY,
    record: registry(here) as Json,
    hash: hash('document'),
    checkpoint: { size: 100, root: hash('root') },
    ...more,
  }
}

function ask(
  here: World,
  more: JsonObject = {},
  { by = [OPERATOR_KEY, KEY], word = lastWord(here), origin = ORIGIN, expires = '2040-01-01T00:00:00Z' } = {},
): string | null {
  const statements = [word]
  return here.ask(takeOver, { body: { ...bodyFor(here), ...more }, by, statements, origin, expires })
}

test('the registry’s record, its staff and its attestors are written, and nothing else', () => {
  const here = world()
  const before = new Map([...here.state.records].map(([key, { text }]) => [key, text]))
  assert.equal(ask(here), null)
  const changed = [...here.state.records]
    .filter(([key, { text }]) => before.get(key) !== text)
    .map(([key]) => key)
  assert.deepEqual(changed.sort(), [REGISTRY_KEY, 'obj/roster/CLERKS', 'obj/staff/OP-1'])
  const now = registry(here)
  assert.deepEqual([now.origin, now.state, now.successor, now.name], [ORIGIN, 'open', null, 'Next Registry'])
  assert.deepEqual(now.predecessor, {
    origin: 'registry.example',
    policy: POLICY,
    size: 100,
    statement: hash('document'),
    mandate: { kind: 'hand-over', document: hash('mandate') },
    since: 100,
  })
  assertStamped(here)
})

test('staff recorded before have no say any more', () => {
  const here = world()
  assert.equal(ask(here), null)
  const list = (staff: string, key: string): string | null =>
    here.ask(listPeer, {
      body: { staff, origin: 'x.example', policy: 'log x\n', rdap: null },
      by: [key],
      origin: ORIGIN,
    })
  assert.equal(list('OP-2', staffKeyName('OP-2')), 'staff-unknown')
  assert.equal(list('OP-1', staffKeyName('OP-1')), 'staff-signature-missing')
  assert.equal(list('OP-1', OPERATOR_KEY), null)
})

test('an attestor who was one before keeps the place in its queue', () => {
  const here = world()
  const clerks = [{ staff: 'CLERK-2', outside: true, first: 3, next: 5 }]
  here.put('obj/roster/CLERKS' as RecordKey, { v: 1, clerks, turn: 0, since: 0 })
  const [operator] = bodyFor(here)['staff'] as readonly JsonObject[]
  const clerk = (handle: string): JsonObject => ({
    handle,
    role: 'clerk',
    alg: 'ed25519',
    key: hash(handle),
    outside: true,
  })
  assert.equal(ask(here, { staff: [operator ?? {}, clerk('CLERK-2'), clerk('CLERK-9')] }), null)
  const roster = here.state.get('obj/roster/CLERKS' as RecordKey) as JsonObject
  assert.deepEqual(roster['clerks'], [
    { staff: 'CLERK-2', outside: true, first: 3, next: 5 },
    { staff: 'CLERK-9', outside: true, first: 0, next: 0 },
  ])
})

test('successor-differs, successor-signature-missing, not-handed-over', () => {
  assert.equal(ask(world({ successor: null })), 'successor-differs')
  const other = {
    origin: 'other.example/log',
    key: KEY,
    named: '2029-01-01T00:00:00Z' as Registry['imported'],
  }
  assert.equal(ask(world({ successor: other as Registry['successor'] })), 'successor-differs')
  assert.equal(ask(world(), {}, { by: [OPERATOR_KEY] }), 'successor-signature-missing')
  assert.equal(ask(world({ state: 'open' })), 'not-handed-over')
})

test('on silence only the one that was named; on an order whoever it names', () => {
  const mandate = (kind: string): JsonObject => ({
    predecessor: { origin: 'registry.example', policy: POLICY, mandate: { kind, document: hash(kind) } },
  })
  const silent = world({ state: 'open' })
  assert.equal(ask(silent, mandate('silence'), { by: [OPERATOR_KEY] }), 'successor-signature-missing')
  assert.equal(ask(silent, mandate('silence')), null)
  const ordered = world({ state: 'open', successor: null })
  assert.equal(ask(ordered, mandate('order'), { by: [OPERATOR_KEY] }), null)
})

test('key-repeated, wrong-staff-role, staff-signature-missing', () => {
  const here = world()
  const [operator = {}] = bodyFor(here)['staff'] as readonly JsonObject[]
  assert.equal(ask(here, { staff: [operator, { ...operator, handle: 'OP-7' }] }), 'key-repeated')
  assert.equal(ask(here, { staff: [{ ...operator, role: 'auditor' }] }), 'wrong-staff-role')
  assert.equal(ask(here, {}, { by: [KEY] }), 'staff-signature-missing')
})

test('statement-missing: no word, another key’s, a note without a checkpoint, a word of another state', () => {
  const here = world()
  const words: readonly Partial<PeerStatement>[] = [
    { key: 'obj/registry/OTHER' },
    { policy: 'log other\n' },
    { checkpoint: null },
    { record: { ...registry(here), seat: 'CH' } as Json },
    { record: null },
  ]
  for (const more of words) assert.equal(ask(here, {}, { word: lastWord(here, more) }), 'statement-missing')
})

test('succession-differs: seat, procedures left out, added or changed, the predecessor’s own origin', () => {
  const here = world()
  assert.equal(ask(here, { seat: 'CH' }), 'succession-differs')
  const procedures = bodyFor(here)['procedures'] as readonly JsonObject[]
  assert.equal(ask(here, { procedures: procedures.slice(1) }), 'succession-differs')
  const added = [...procedures, { id: 'open/1', terms: hash('open') }]
  assert.equal(ask(here, { procedures: added }), 'succession-differs')
  assert.equal(
    ask(here, { procedures: [...procedures, { id: 'unknown/1', terms: hash('x') }] }),
    'succession-differs',
  )
  const changed = procedures.map((one) => (one['id'] === 'transfer/1' ? { ...one, terms: hash('x') } : one))
  assert.equal(ask(here, { procedures: changed }), 'succession-differs')
  const own = world({
    successor: { ...(registry(here).successor as object), origin: 'registry.example' } as never,
  })
  assert.equal(ask(own, { origin: 'registry.example' }, { origin: 'registry.example' }), 'succession-differs')
})

test('body-malformed, procedure-unknown, wrong-origin, request-expired', () => {
  const here = world()
  const [operator = {}] = bodyFor(here)['staff'] as readonly JsonObject[]
  assert.equal(ask(here, { staff: [] }), 'body-malformed')
  assert.equal(ask(here, { staff: [operator, operator] }), 'body-malformed')
  assert.equal(
    ask(here, { staff: [operator, { ...operator, role: 'clerk', handle: 'C'.repeat(90) }] }),
    'body-malformed',
  )
  const word = lastWord(here)
  const body = bodyFor(here)
  const empty = world()
  empty.put(procedureKey('take-over/1'), null)
  assert.equal(
    empty.ask(takeOver, { body, by: [OPERATOR_KEY, KEY], statements: [word] }),
    'procedure-unknown',
  )
  assert.equal(ask(here, {}, { origin: 'other.example' }), 'wrong-origin')
  assert.equal(ask(here, {}, { expires: '2029-01-01T00:00:00Z' }), 'request-expired')
})

test('terms are repeated by the hash of the latest ones, parameters and page', () => {
  const here = world()
  const first = { v: 1, id: 'transfer/1', text: 'page', parameters: { n: 1 }, since: 0 }
  const later = (n: number): object => ({
    text: `page ${n}`,
    parameters: { n },
    since: n,
    from: here.at,
    adoption: 'A-1',
  })
  const hashOf = (record: object): string => termsHash(record as ProcedureRecord, here.state)
  const plain = (text: string, n: number): string => here.state.memberHash({ parameters: { n }, text })
  assert.equal(hashOf({ ...first, revisions: [] }), plain('page', 1))
  assert.equal(hashOf({ ...first, revisions: [later(2), later(3), later(4)] }), plain('page 4', 4))
})

test('one operator of several signs; a request counts in the second in which it expires', () => {
  const here = world()
  const [operator = {}] = bodyFor(here)['staff'] as readonly JsonObject[]
  const staff = [{ ...operator, handle: 'OP-7', key: hash('absent') }, operator]
  assert.equal(ask(here, { staff }, { expires: here.at }), null)
})

test('succession-differs: another predecessor, parts of the genesis that never came, a version named twice', () => {
  const here = world()
  const predecessor = bodyFor(here)['predecessor'] as JsonObject
  const other = { ...predecessor, origin: 'other.example' }
  assert.equal(
    ask(here, { predecessor: other }, { word: lastWord(here, { origin: 'other.example' }) }),
    'succession-differs',
  )
  const awaiting = world({ awaitedParts: [hash('part')] })
  assert.equal(ask(awaiting), 'succession-differs')
  const procedures = bodyFor(here)['procedures'] as readonly JsonObject[]
  assert.equal(ask(here, { procedures: [...procedures, ...procedures.slice(0, 1)] }), 'succession-differs')
})
