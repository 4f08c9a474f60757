import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Basis, Signatures, Verified } from '@cadastre/evidence'
import { parseRange } from '@cadastre/numbers'
import {
  type CoveringCell,
  type Instant,
  type Json,
  type JsonObject,
  object,
  type RecordKey,
  type Registration,
  text,
} from '@cadastre/records'
import fc from 'fast-check'
import {
  type Act,
  ALREADY_ACCEPTED,
  adverseWithoutBasis,
  apply,
  commonRefusal,
  type Decision,
  DRAFT_SINCE,
  draftId,
  type Effect,
  execute,
  fewBlocks,
  gather,
  HANDED_OVER,
  isDraftKey,
  lossesOf,
  MAX_BLOCKS,
  type Need,
  outcomeJson,
  PROCEDURE_FAULT,
  PROCEDURE_UNKNOWN,
  PROCEDURES,
  type Procedure,
  put,
  REFUSALS,
  recordNeed,
  registrationMember,
  SIGNATURE_INVALID,
  stamp,
  stampKey,
  tooLarge,
} from '../src/index.ts'
import { instant, World } from './world.ts'

const AT: Instant = instant('2030-01-01T00:00:00Z')
const DUE: Act = { kind: 'due', subject: 'obj/application/A-1' as RecordKey }
const key = (name: string): RecordKey => name as RecordKey
const consentOfHolder = (holder: string): Basis => ({ kind: 'consent', holder, by: 'signature' }) as Basis

function procedure(decision: Decision, needs: Procedure['needs'] = () => []): Procedure {
  const body = object({ any: text({ expected: 'text', maxLength: 10 }) })
  return { id: 'test/1', body, refusals: ['not-due'], deadlineSeconds: 60, needs, decide: () => decision }
}
const accepting = (...effects: readonly Effect[]): Procedure => procedure({ accepted: true, effects })

test('stamp: ids, handles and since of what the entry creates get its index; nothing else changes', () => {
  const draft = {
    id: draftId(0),
    under: '#3',
    holder: 'H-#',
    since: DRAFT_SINCE,
    name: '#0',
    list: ['#0', { id: '#12', since: 7 }],
    body: { id: '#0', since: DRAFT_SINCE, holder: 'H-#' },
    other: DRAFT_SINCE,
  }
  assert.deepEqual(stamp(draft, 41), {
    id: 'R-41',
    under: 'R-41-3',
    holder: 'H-41',
    since: 41,
    name: '#0',
    list: ['#0', { id: 'R-41-12', since: 7 }],
    body: { id: '#0', since: DRAFT_SINCE, holder: 'H-#' },
    other: DRAFT_SINCE,
  })
})

test('stamp: a draft is the whole text of its member, in an exact spelling; anything else stays', () => {
  const stamped = (text: string): unknown => (stamp({ id: text }, 41) as JsonObject)['id']
  for (const [text, result] of [
    ['#0', 'R-41'],
    ['#17', 'R-41-17'],
    ['H-#', 'H-41'],
    ['R-#-1', 'R-41-1'],
    ['R-#-12', 'R-41-12'],
  ] as const)
    assert.equal(stamped(text), result)
  for (const text of ['x#0', '#0x', '#', 'xH-#', 'H-#x', 'HH-#', 'R-#-0', 'R-#-1x', 'R-#-', 'R-#-x', 'none'])
    assert.equal(stamped(text), text)
})

test('stamp gives back the very value in which no draft stands, and a new one where one does', () => {
  const plain = { list: [{ id: 'R-1' }, 'x'], next: null }
  assert.equal(stamp(plain, 7), plain)
  const some = { left: { id: 'R-1' }, list: ['x', { id: '#0' }] }
  const stamped = stamp(some, 7) as JsonObject
  assert.notEqual(stamped, some)
  assert.equal(stamped['left'], some.left)
  const items = ['a', 'b']
  assert.equal(stamp(items, 7), items)
})

test('isDraftKey: a handle that waits for the index, at the end of the key', () => {
  for (const name of ['obj/holder/H-#', 'obj/notes/R-#-1', 'obj/notes/R-#-12']) {
    assert.equal(isDraftKey(key(name)), true)
    assert.equal(stampKey(key(name), 9), name.replace('#', '9'))
  }
  for (const name of ['obj/holder/H-1', 'obj/holder/H-#x', 'obj/notes/R-#-1x', 'obj/notes/R-#-x'])
    assert.equal(isDraftKey(key(name)), false, name)
})

test('stamp is total on any JSON, and the identity where no draft stands', () => {
  const plain = fc.jsonValue().filter((value) => !/#|-1/.test(JSON.stringify(value)))
  fc.assert(
    fc.property(plain, fc.nat(), (value, index) =>
      assert.deepEqual(stamp(value as JsonObject, index), value),
    ),
  )
  fc.assert(fc.property(fc.jsonValue(), fc.nat(), (value, index) => void stamp(value as JsonObject, index)))
})

test('apply stamps keys of objects that the entry creates, and deletes with null', () => {
  const effects = [
    put(key('obj/holder/H-#'), { handle: 'H-#', since: DRAFT_SINCE }),
    put(key('obj/notes/R-1'), null),
  ]
  assert.deepEqual(apply(effects, 9), [
    { key: 'obj/holder/H-9', next: { handle: 'H-9', since: 9 }, text: '{"handle":"H-9","since":9}' },
    { key: 'obj/notes/R-1', next: null, text: null },
  ])
})

test('gather asks until nothing is missing, logs each input once and in order, the subject first', () => {
  const here = new World()
  const first = recordNeed(key('obj/holder/H-1'))
  const second: Need = { key: key('ip4/203.0.113.0/24'), q: 'chain' }
  const needs: Procedure['needs'] = (_, known) => (known.has(first) ? [first, second, second] : [first])
  const { logged, inputs } = gather(procedure({ accepted: true, effects: [] }, needs), DUE, here.state)
  assert.deepEqual(
    logged.map((one) => `${one.q} ${one.key} ${one.hash}`),
    ['record obj/application/A-1 null', 'record obj/holder/H-1 null', 'chain ip4/203.0.113.0/24 null'],
  )
  assert.throws(() => inputs.record(key('obj/holder/H-2')), /not declared/)
  const cell: Act = { kind: 'due', subject: key('ip4/203.0.113.0/24') }
  assert.equal(gather(procedure({ accepted: true, effects: [] }), cell, here.state).logged[0]?.q, 'chain')
})

test('needs that never end, or ask for more than an entry holds, are bugs and throw', () => {
  const here = new World()
  let count = 0
  const one: Procedure['needs'] = () => [recordNeed(key(`obj/holder/H-${count++}`))]
  assert.throws(
    () => gather(procedure({ accepted: true, effects: [] }, one), DUE, here.state),
    /does not stop/,
  )
  const many = Array.from({ length: 600 }, (_, n) => recordNeed(key(`obj/holder/H-${n}`)))
  assert.throws(
    () =>
      gather(
        procedure({ accepted: true, effects: [] }, () => many),
        DUE,
        here.state,
      ),
    /too many/,
  )
})

test('execute: a refusal has its inputs and no effects; an effect states the hash of what it replaces', () => {
  const here = new World()
  const refused = execute(procedure({ accepted: false, refusals: ['not-due'] }), DUE, here.state, AT, 5)
  assert.deepEqual(outcomeJson(refused), { accepted: false, refusals: ['not-due'] })
  assert.equal(refused.inputs.length, 1)
  here.put(key('obj/notes/R-1'), { v: 1 })
  const accepted = execute(accepting(put(key('obj/notes/R-1'), null)), DUE, here.state, AT, 5)
  const { hash } = here.state.record(key('obj/notes/R-1'))
  assert.deepEqual(outcomeJson(accepted), {
    accepted: true,
    effects: [{ key: 'obj/notes/R-1', prev: hash, next: null }],
  })
  assert.deepEqual(tooLarge(accepted), {
    inputs: accepted.inputs,
    outcome: { accepted: false, refusals: ['entry-too-large'] },
  })
})

test('execute throws where a key is written twice, or a holder loses without a basis (I1)', () => {
  const here = new World()
  here.register('R-1', '203.0.113.0/24')
  const cell = key('ip4/203.0.113.0/24')
  const twice = accepting(put(key('obj/notes/R-1'), { v: 1 }), put(key('obj/notes/R-1'), null))
  assert.throws(() => execute(twice, DUE, here.state, AT, 5), /twice/)
  assert.throws(() => execute(accepting(put(cell, null)), DUE, here.state, AT, 5), /without a basis/)
  const other = { key: cell, next: null, basis: [consentOfHolder('H-2')] }
  assert.throws(() => execute(accepting(other), DUE, here.state, AT, 5), /without a basis/)
  const own = { key: cell, next: null, basis: [consentOfHolder('H-1')] }
  assert.equal(execute(accepting(own), DUE, here.state, AT, 5).outcome.accepted, true)
})

/** Losses of an effect that writes these registrations into the cell of 203.0.113.0/24. */
function losses(here: World, change: (before: JsonObject) => JsonObject | null): readonly string[] {
  const cell = key('ip4/203.0.113.0/24')
  const before = here.cell(cell)
  const registrations = before.registrations.map((one) => change({ ...one })).filter((one) => one !== null)
  const effect = put(cell, { ...before, registrations })
  return lossesOf([effect], (name) => here.state.get(name)).map(({ holder, what }) => `${holder} ${what}`)
}

test('what counts as a loss: a registration gone, another holder, a smaller range, another end, a child unprotected', () => {
  const here = new World()
  here.register('R-1', '203.0.113.0/24')
  assert.deepEqual(
    losses(here, () => null),
    ['H-1 R-1'],
  )
  assert.deepEqual(
    losses(here, (one) => ({ ...one, holder: 'H-2' })),
    ['H-1 R-1'],
  )
  assert.deepEqual(
    losses(here, (one) => ({ ...one, kind: 'sub' })),
    ['H-1 R-1'],
  )
  assert.deepEqual(
    losses(here, (one) => ({ ...one, last: '203.0.113.127' })),
    ['H-1 part of R-1'],
  )
  assert.deepEqual(
    losses(here, (one) => ({ ...one, until: '2031-01-01T00:00:00Z' })),
    ['H-1 part of R-1'],
  )
  assert.deepEqual(
    losses(here, (one) => ({ ...one, protected: true })),
    ['H-1 part of R-1'],
  )
  assert.deepEqual(
    losses(here, (one) => ({ ...one, first: '203.0.113.128' })),
    ['H-1 part of R-1'],
  )
  assert.deepEqual(
    losses(here, (one) => ({ ...one, country: 'BR', status: 'assigned' })),
    [],
  )
  // A pool belongs to the registry, whoever its record may name.
  const pool = new World()
  pool.register('R-1', '203.0.113.0/24', { kind: 'pool' })
  assert.deepEqual(
    losses(pool, () => null),
    [],
  )
})

test('a fault names the key, what is lost and who loses it', () => {
  const here = new World()
  here.register('R-1', '203.0.113.0/24')
  const effect = put(key('ip4/203.0.113.0/24'), null)
  assert.equal(
    adverseWithoutBasis([effect], (name) => here.state.get(name), AT),
    'ip4/203.0.113.0/24: R-1 of H-1',
  )
})

test('a key of a holder that goes is a loss; one that comes is none; a record that goes is one', () => {
  const here = new World()
  here.holder('H-1')
  const name = key('obj/holder/H-1')
  const before = here.state.get(name) as JsonObject
  const policy = before['policy'] as { keys: readonly JsonObject[] }
  const keys = (next: readonly JsonObject[]): readonly string[] =>
    lossesOf([put(name, { ...before, policy: { ...policy, keys: next } })], () => before).map(
      ({ what }) => what,
    )
  assert.deepEqual(keys(policy.keys.slice(1)), ['a key'])
  assert.deepEqual(keys([...policy.keys, { alg: 'ed25519', key: 'new', roles: ['full'] }]), [])
  // The same key under another algorithm is another key.
  assert.deepEqual(keys(policy.keys.map((one) => ({ ...one, alg: 'webauthn' }))), ['a key'])
  assert.deepEqual(
    lossesOf([put(name, null)], () => before).map(({ holder, what }) => [holder, what]),
    [['H-1', 'the holder’s record']],
  )
})

test('an unprotected child ends with its parent’s consent or at its term, a protected one only by its own', () => {
  const later = instant('2031-01-01T00:00:00Z')
  for (const [more, by, fault] of [
    [{}, ['H-1'], false],
    [{}, [], true],
    [{ protected: true, until: later }, ['H-1'], true],
    [{ protected: true, until: AT }, [], false],
    [{ protected: true, until: later }, ['H-2'], false],
    // Whoever else consents to something in the same act is no parent.
    [{}, ['H-3'], true],
    [{}, [''], true],
    [{}, ['H-3', 'H-1'], false],
  ] as const) {
    const here = new World()
    here.register('R-1', '203.0.113.0/24')
    here.register('R-2', '203.0.113.0/24', { kind: 'lease', holder: 'H-2', ...more })
    const { registrations, ...cell } = here.cell('ip4/203.0.113.0/24')
    const next: Json = { ...cell, registrations: registrations.slice(0, 1) }
    const effect = { key: key('ip4/203.0.113.0/24'), next, basis: by.map(consentOfHolder) }
    const covering = (name: RecordKey): readonly CoveringCell[] => here.state.chain(name).cells
    const found = adverseWithoutBasis([effect], (name) => here.state.get(name), AT, covering)
    assert.equal(found !== null, fault, JSON.stringify([more, by]))
    // Nobody is known as its parent: then nobody ends it but itself.
    const alone = adverseWithoutBasis([effect], (name) => here.state.get(name), AT)
    assert.equal(alone !== null, !('until' in more && (more.until === AT || by[0] === 'H-2')))
  }
})

test('children of unprotected children end with any of those around them, as far as the first that is protected', () => {
  const later = instant('2031-01-01T00:00:00Z')
  const ends = (by: string, middle: Partial<Registration>): boolean => {
    const here = new World()
    here.register('R-1', '203.0.113.0/24')
    here.register('R-2', '203.0.113.0/25', { kind: 'sub', holder: 'H-2', ...middle })
    here.register('R-3', '203.0.113.0/26', { kind: 'sub', holder: 'H-3' })
    const effect = { key: key('ip4/203.0.113.0/26'), next: null, basis: [consentOfHolder(by)] }
    const covering = (name: RecordKey): readonly CoveringCell[] => here.state.chain(name).cells
    return adverseWithoutBasis([effect], (name) => here.state.get(name), AT, covering) === null
  }
  for (const by of ['H-1', 'H-2', 'H-3']) assert.equal(ends(by, {}), true, by)
  const middle = { protected: true, until: later }
  assert.deepEqual(
    ['H-1', 'H-2', 'H-3'].map((by) => ends(by, middle)),
    [false, true, true],
  )
  // Its term has ended: what lies inside is a note of the holder outside again.
  assert.equal(ends('H-1', { protected: true, until: AT }), true)
  // Inside a child that names no holder, its term's own consent ends it.
  assert.equal(ends('', { holder: null }), true)
})

test('who lies inside a child is no parent of it, at the same prefix either', () => {
  const here = new World()
  here.register('R-1', '203.0.113.0/24')
  for (const [id, holder] of [
    ['R-2', 'H-2'],
    ['R-3', 'H-3'],
  ] as const)
    here.register(id, '203.0.113.0/24', { kind: 'sub', holder })
  const cell = here.cell('ip4/203.0.113.0/24')
  const next: Json = { ...cell, registrations: cell.registrations.filter(({ id }) => id !== 'R-2') }
  const covering = (name: RecordKey): readonly CoveringCell[] => here.state.chain(name).cells
  const ends = (by: string): boolean => {
    const effect = { key: key('ip4/203.0.113.0/24'), next, basis: [consentOfHolder(by)] }
    return adverseWithoutBasis([effect], (name) => here.state.get(name), AT, covering) === null
  }
  assert.deepEqual(['H-1', 'H-2', 'H-3'].map(ends), [true, true, false])
})

test('common refusals in order: version, origin, expiry, founding', () => {
  const here = new World({ 'test/1': {} })
  const request = {
    v: 1,
    origin: 'other.example',
    procedure: 'test/1',
    body: {},
    replaces: [],
    nonce: '',
  } as const
  const act = { ...request, expires: instant('2029-01-01T00:00:00Z') }
  const read = (id: string, changes: object): string | null => {
    const needs = (): readonly Need[] => [
      recordNeed(key('obj/registry/REGISTRY')),
      recordNeed(key(`obj/procedure/${id}`)),
    ]
    const { inputs } = gather(procedure({ accepted: true, effects: [] }, needs), DUE, here.state)
    const none: Signatures = { keys: [] }
    const signatures = none as Verified<Signatures>
    const asked = { body: {}, request: { ...act, ...changes }, signatures, received: AT }
    return commonRefusal(asked, inputs, id.toLowerCase().replace('-1', '/1'))
  }
  assert.equal(read('OTHER-1', {}), 'procedure-unknown')
  assert.equal(read('TEST-1', {}), 'wrong-origin')
  assert.equal(read('TEST-1', { origin: 'registry.example' }), 'request-expired')
  assert.equal(read('TEST-1', { origin: 'registry.example', expires: AT }), null)
})

test('members are named by the first minimal block; ranges of too many blocks are none', () => {
  const here = new World()
  const odd = here.register('R-5', '203.0.113.3 - 203.0.113.130')
  assert.equal(registrationMember(odd, 'ip4'), 'ip4/203.0.113.3/32#R-5')
  const wide = parseRange('2001:db8::1 - 2001:db8:ffff:ffff:ffff:ffff:ffff:fffe')
  const narrow = parseRange('203.0.113.1 - 203.0.113.254')
  assert.ok(wide.ok && narrow.ok)
  assert.equal(fewBlocks(wide.value), null)
  assert.ok((fewBlocks(narrow.value)?.length ?? MAX_BLOCKS) < MAX_BLOCKS)
})

test('the list of refusals is closed: every procedure uses only codes that have a sentence, none twice', () => {
  for (const { id, refusals } of Object.values(PROCEDURES)) {
    assert.equal(new Set(refusals).size, refusals.length, id)
    for (const code of refusals) assert.ok(Object.hasOwn(REFUSALS, code), `${id} ${code}`)
  }
})

/** What can fall due for a procedure, as `dueOf` says; the others have no act of the registrar. */
const SUBJECTS: { readonly [id: string]: readonly string[] } = {
  'allocate/1': ['obj/pool/P-1'],
  'delegate/1': ['ip4/203.0.113.0/24', 'asn/64500/32', 'obj/application/A-1'],
  'lock/1': ['obj/application/A-1'],
  'recover-keys/1': ['obj/application/A-1'],
  'return/1': ['ip4/203.0.113.0/24', 'obj/application/A-1'],
  'rotate-keys/1': ['obj/application/A-1'],
  'transfer/1': ['obj/application/A-1'],
  'update-holder/1': ['obj/application/A-1'],
}

test('every procedure answers any body and any due subject, and refuses only with codes of its list', () => {
  const bodies = fc.dictionary(fc.string(), fc.jsonValue())
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(PROCEDURES)), bodies, (id, body) => {
      const one = PROCEDURES[id]
      assert.ok(one)
      const here = new World()
      const due = (SUBJECTS[id] ?? []).map((subject) => here.due(one, subject))
      for (const refusal of [here.ask(one, { body: body as JsonObject }), ...due])
        assert.ok(
          one.refusals.some((code) => code === refusal),
          `${id}: ${refusal}`,
        )
    }),
  )
})

test('what is refused whatever the procedure looks at nothing and has one code', () => {
  const ofAny = { ALREADY_ACCEPTED, HANDED_OVER, PROCEDURE_FAULT, PROCEDURE_UNKNOWN, SIGNATURE_INVALID }
  assert.deepEqual(
    Object.values(ofAny).map(({ inputs, outcome }) => [inputs, outcome]),
    ['already-accepted', 'handed-over', 'procedure-fault', 'procedure-unknown', 'signature-invalid'].map(
      (code) => [[], { accepted: false, refusals: [code] }],
    ),
  )
})

test('execute throws where an effect goes beyond a bound of the invariants, whatever the procedure decides', () => {
  const here = new World()
  here.holder('H-1')
  const before = here.state.get(key('obj/holder/H-1')) as JsonObject
  const frozen = { ...before, frozenAt: AT, frozenUntil: instant('2031-01-01T00:00:00Z') }
  const procedure = accepting(put(key('obj/holder/H-1'), frozen))
  assert.throws(() => execute(procedure, DUE, here.state, AT, 7), /test\/1 goes beyond its bounds: /)
})

test('512 inputs and 64 rounds are the most: one that needs just so many is no bug', () => {
  const here = new World()
  const most = Array.from({ length: 511 }, (_, n) => recordNeed(key(`obj/holder/H-${n}`)))
  const accepted = { accepted: true, effects: [] } as const
  assert.equal(
    gather(
      procedure(accepted, () => most),
      DUE,
      here.state,
    ).logged.length,
    512,
  )
  const more = [...most, recordNeed(key('obj/holder/H-511'))]
  assert.throws(
    () =>
      gather(
        procedure(accepted, () => more),
        DUE,
        here.state,
      ),
    /too many/,
  )
  const rounds = (last: number): Procedure['needs'] => {
    let count = 0
    return () => [recordNeed(key(`obj/holder/H-${Math.min(count++, last)}`))]
  }
  assert.equal(gather(procedure(accepted, rounds(62)), DUE, here.state).logged.length, 64)
  assert.throws(() => gather(procedure(accepted, rounds(63)), DUE, here.state), /does not stop/)
})
