// P16 and the guard "Fees": only allocate may wait for its act fee, and an offer that nobody answers counts as paid.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SignedFeeNote } from '@cadastre/evidence'
import {
  type FeeRefusal,
  type JsonObject,
  objectKey,
  type Pool,
  type RecordKey,
  type Staff,
} from '@cadastre/records'
import fc from 'fast-check'
import { allocate } from '../src/allocate.ts'
import { requestHash } from '../src/allocate-fee.ts'
import { procedureKey } from '../src/common.ts'
import { confirm } from '../src/confirm.ts'
import { poolWorld } from './pool-fixture.ts'
import { assertStamped, DAY, instant, type World } from './world.ts'

const ORIGIN = 'registry.example'
const FEE = { actFee: true, feeDays: 5 }

function world(more: JsonObject = FEE, open = false): World {
  const here = poolWorld('community', { range: '203.0.113.0/24', open }, more)
  cashier(here, 'CASHIER')
  return here
}
function cashier(here: World, handle: string, change: Partial<Staff> = {}): void {
  const member = { v: 1, handle, role: 'cashier', alg: 'ed25519', key: `${handle}/key`, outside: false }
  here.put(objectKey('staff', handle), { ...member, until: null, since: 0, ...change })
}

type Wish = { readonly holder?: string; readonly length?: number; readonly block?: string | null }
function bodyOf({ holder = 'H-1', length = 26, block = null }: Wish = {}): JsonObject {
  return { holder, pool: 'P-1', length, block }
}
/** What the fees' key says of this wish. */
function note(here: World, wish: Wish = {}, change: Partial<SignedFeeNote> = {}): SignedFeeNote {
  const body = bodyOf(wish)
  return {
    origin: ORIGIN,
    holder: String(body['holder']),
    act: 'allocate',
    request: requestHash(here.request(allocate, { body }), here.state),
    refusal: null,
    at: here.at,
    signer: { name: `${ORIGIN}/fees`, key: 'CASHIER/key' },
    staff: 'CASHIER',
    ...change,
  }
}
function ask(here: World, wish: Wish = {}, feeNotes: readonly SignedFeeNote[] = []): string | null {
  const body = bodyOf(wish)
  return here.ask(allocate, { body, by: [`${body['holder']}/full`], feeNotes })
}
function carry(here: World, application: string, ...feeNotes: readonly SignedFeeNote[]): string | null {
  return here.ask(allocate, { body: { step: 'fee', application }, feeNotes })
}
const due = (here: World, application: string): string | null =>
  here.due(allocate, `obj/application/${application}`)
const serve = (here: World): string | null => here.due(allocate, 'obj/pool/P-1')
function state(here: World, application: string): unknown {
  const record = here.object('application', application)
  return record?.['reason'] ?? record?.['state']
}
const settled = (here: World, application: string): unknown =>
  (here.object('application', application)?.['fee'] as JsonObject | null)?.['settled']
const holderAt = (here: World, key: string): string | null => here.innermost(key)?.holder ?? null

test('with the receipt for exactly this request it is decided at once', () => {
  const here = world()
  assert.equal(ask(here, {}, [note(here)]), null)
  assert.equal(holderAt(here, 'ip4/203.0.113.0/26'), 'H-1')
  assert.equal(here.object('application', 'A-100'), null)
})

test('where the profile asks for no fee nothing waits, and no member of staff is looked at', () => {
  const here = world({})
  assert.equal(ask(here, {}, [note(here, {}, { refusal: 'not-received' })]), null)
  assert.equal(holderAt(here, 'ip4/203.0.113.0/26'), 'H-1')
  assert.ok(here.last?.inputs.every(({ key }) => !key.startsWith('obj/staff/')))
})

test('without it the application waits for the fee, in public, with its time, and holds up nobody', () => {
  const here = world()
  assert.equal(ask(here), null)
  const application = here.object('application', 'A-100')
  assert.deepEqual(
    [application?.['state'], application?.['due'], settled(here, 'A-100')],
    ['fee-due', '2030-01-08T00:00:00Z', null],
  )
  const other = { holder: 'H-2' }
  assert.equal(ask(here, other, [note(here, other)]), null)
  assert.equal(holderAt(here, 'ip4/203.0.113.0/26'), 'H-2')
  assertStamped(here)
})

test('the receipt comes later: the application takes its place, and is served', () => {
  const here = world()
  assert.equal(ask(here), null)
  const receipt = note(here)
  here.later(3 * DAY)
  assert.equal(carry(here, 'A-100', receipt), null)
  assert.deepEqual([state(here, 'A-100'), settled(here, 'A-100')], ['waiting', 'paid'])
  assert.equal(serve(here), null)
  assert.equal(state(here, 'A-100'), 'effected')
  assert.equal(holderAt(here, 'ip4/203.0.113.0/26'), 'H-1')
})

test('an offer that nobody answered in time counts as paid: a due op, and nothing that staff could leave undone', () => {
  const here = world()
  assert.equal(ask(here), null)
  const receipt = note(here)
  here.later(7 * DAY - 1)
  assert.equal(due(here, 'A-100'), 'not-due')
  here.later(1)
  assert.equal(carry(here, 'A-100', { ...receipt, refusal: 'not-received' }), 'application-closed')
  assert.equal(due(here, 'A-100'), null)
  assert.deepEqual([state(here, 'A-100'), settled(here, 'A-100')], ['waiting', 'unanswered'])
  assert.equal(due(here, 'A-100'), 'not-due')
  assert.equal(serve(here), null)
  assert.equal(state(here, 'A-100'), 'effected')
})

test('fee-refused: what was offered is refused, for one of three reasons, and the application ends', () => {
  for (const refusal of ['not-received', 'amount-differs', 'taken-back'] satisfies FeeRefusal[]) {
    const here = world()
    assert.equal(ask(here), null)
    assert.equal(carry(here, 'A-100', note(here, {}, { refusal })), null)
    assert.deepEqual([state(here, 'A-100'), settled(here, 'A-100')], ['fee-refused', 'refused'])
    here.later(8 * DAY)
    assert.equal(due(here, 'A-100'), 'not-due')
    assert.equal(ask(here, {}, [note(here)]), null)
  }
})

test('its place is that of its request: it goes before everybody who arrived later', () => {
  const here = world()
  const receiptFor = (wish: Wish): readonly SignedFeeNote[] => [note(here, wish)]
  const whole = { holder: 'H-3', length: 24 }
  assert.equal(ask(here, whole, receiptFor(whole)), null)
  const [early, late] = [{ holder: 'H-1' }, { holder: 'H-2' }]
  assert.equal(ask(here, early), null)
  assert.equal(ask(here, late, receiptFor(late)), null)
  assert.deepEqual([state(here, 'A-101'), state(here, 'A-102')], ['fee-due', 'waiting'])
  assert.equal(carry(here, 'A-101', note(here, early)), null)
  const pool = here.object('pool', 'P-1')
  const queues: unknown = pool?.['queues']
  assert.deepEqual((queues as Pool['queues'])['26'], { head: 'A-101', tail: 'A-102' })
  assert.equal(here.object('application', 'A-101')?.['next'], 'A-102')
})

test('fee-note-missing: of another request, holder, registry, key or name; by staff who is no cashier any more', () => {
  const here = world()
  cashier(here, 'OTHER', { role: 'operator' })
  cashier(here, 'PASSKEY', { alg: 'webauthn' })
  cashier(here, 'ENDED', { until: here.at })
  assert.equal(ask(here), null)
  const signer = (key: string, name = `${ORIGIN}/fees`): SignedFeeNote['signer'] => ({ key, name })
  for (const change of [
    { request: note(here, { length: 27 }).request },
    { holder: 'H-2' },
    { origin: 'other.example' },
    { signer: signer('other') },
    { signer: signer('CASHIER/key', ORIGIN) },
    { staff: 'NOBODY' },
    { staff: 'OTHER', signer: signer('OTHER/key') },
    { staff: 'PASSKEY', signer: signer('PASSKEY/key') },
    { staff: 'ENDED', signer: signer('ENDED/key') },
  ] satisfies Partial<SignedFeeNote>[]) {
    const wrong = note(here, {}, change)
    assert.equal(carry(here, 'A-100', wrong), 'fee-note-missing', JSON.stringify(change))
    assert.equal(ask(here, {}, [wrong]), null)
    assert.equal(here.object('application', `A-${here.index - 1}`)?.['state'], 'fee-due')
  }
  assert.equal(carry(here, 'A-100'), 'fee-note-missing')
  assert.equal(carry(here, 'A-100', note(here, {}, { holder: 'H-2' }), note(here)), null)
})

test('application-unknown, application-closed: only what waits for its fee takes a note', () => {
  const here = world()
  assert.equal(carry(here, 'A-1', note(here)), 'application-unknown')
  assert.equal(ask(here), null)
  assert.equal(carry(here, 'A-100', note(here)), null)
  assert.equal(carry(here, 'A-100', note(here)), 'application-closed')
  here.put(objectKey('application', 'A-7'), {
    ...here.object('application', 'A-100'),
    procedure: 'transfer/1',
  })
  assert.equal(carry(here, 'A-7', note(here)), 'application-unknown')
})

test('the fees’ key has a fortnight at most, whatever the parameters say', () => {
  const here = world({ actFee: true, feeDays: 250 })
  assert.equal(ask(here), null)
  assert.equal(here.object('application', 'A-100')?.['due'], '2030-01-15T00:00:00Z')
})

test('what cannot be had is refused before anybody pays', () => {
  const here = world({ ...FEE, quotaIp4: 32 })
  assert.equal(ask(here, { length: 26 }), 'quota-reached')
  assert.equal(ask(here, { length: 7 }), 'size-not-allowed')
})

test('a chosen block: granted when the fee is settled, or failed where somebody else has it by then', () => {
  const here = world(FEE, true)
  const wish = { block: 'ip4/203.0.113.64/26' }
  assert.equal(ask(here, wish), null)
  assert.equal(ask(here, { ...wish, holder: 'H-2' }), null)
  assert.equal(carry(here, 'A-100', note(here, wish)), null)
  assert.equal(state(here, 'A-100'), 'effected')
  assert.equal(holderAt(here, 'ip4/203.0.113.64/26'), 'H-1')
  here.later(7 * DAY)
  assert.equal(due(here, 'A-101'), null)
  assert.equal(state(here, 'A-101'), 'block-taken')
})

test('I5: whether there is a fee, and the sizes, are those in force when the request was received', () => {
  const here = world({ ...FEE, ip4Max: 26 })
  assert.equal(ask(here), null)
  const key = procedureKey('allocate/1')
  const record = here.state.get(key) as JsonObject & { readonly parameters: JsonObject }
  const later = { ...record.parameters, ip4Max: 24, actFee: false }
  here.later(DAY)
  const revision = { text: '', parameters: later, from: here.at, adoption: 'A-1', since: here.index }
  here.put(key, { ...record, revisions: [revision] })
  assert.equal(ask(here, { holder: 'H-2' }), 'size-not-allowed')
  assert.equal(ask(here, { holder: 'H-2', length: 24 }), null)
  assert.equal(carry(here, 'A-100', note(here)), null)
  assert.equal(state(here, 'A-100'), 'waiting')
  const { registrations } = here.cell('ip4/203.0.113.0/24')
  here.put('ip4/203.0.113.0/24' as never, {
    ...here.cell('ip4/203.0.113.0/24'),
    registrations: registrations.slice(0, 1),
  })
  here.put(objectKey('pool', 'P-1'), {
    ...here.object('pool', 'P-1'),
    cursors: {},
    exhausted: [],
    serve: here.at,
  })
  assert.equal(serve(here), null)
  assert.equal(state(here, 'A-100'), 'effected')
})

test('no other procedure knows of a fee: with any note or none, its decision is byte for byte the same', () => {
  const decided = (feeNotes: (here: World) => readonly SignedFeeNote[]): string => {
    const here = world()
    here.ask(confirm, { body: { holder: 'H-1' }, by: ['H-1/full'], feeNotes: feeNotes(here) })
    return JSON.stringify(here.last)
  }
  fc.assert(
    fc.property(fc.constantFrom(null, 'not-received', 'taken-back'), fc.string(), (refusal, holder) => {
      assert.equal(
        decided((here) => [note(here, {}, { refusal: refusal as FeeRefusal | null, holder })]),
        decided(() => []),
      )
    }),
    { numRuns: 20 },
  )
})

test('no inversion: whoever pays takes the place of its arrival, behind a queue of any length', () => {
  const here = world()
  const paid = [note(here, { length: 24 })]
  assert.equal(ask(here, { length: 24 }, paid), null)
  for (let n = 0; n < 70; n++) assert.equal(ask(here, {}, [note(here)]), null)
  const unpaid = Array.from({ length: 5 }, (_, n) => `A-${here.index + n}`)
  for (const name of unpaid) {
    assert.equal(ask(here), null)
    assert.equal(state(here, name), 'fee-due')
  }
  for (const name of unpaid.toReversed()) assert.equal(carry(here, name, note(here)), null)
  const order: string[] = []
  const pool: unknown = here.state.get(objectKey('pool', 'P-1'))
  const { queues } = pool as Pool
  let name: unknown = queues['26']?.head
  while (typeof name === 'string') {
    order.push(name)
    name = here.object('application', name)?.['next']
  }
  assert.deepEqual(
    order,
    Array.from({ length: 75 }, (_, n) => `A-${101 + n}`),
  )
  assert.equal(queues['26']?.tail, order.at(-1))
})

test('a refusal that comes with the request itself settles nothing: the application waits', () => {
  const here = world()
  assert.equal(ask(here, {}, [note(here, {}, { refusal: 'not-received' })]), null)
  assert.deepEqual([state(here, 'A-100'), settled(here, 'A-100')], ['fee-due', null])
})

test('a delay on a name alone that runs when the fee is settled: the chosen block waits for its end, as paid', () => {
  const here = world(FEE, true)
  const wish = { block: 'ip4/203.0.113.64/26' }
  assert.equal(ask(here, wish), null)
  const until = instant('2030-01-03T00:00:00Z')
  const delay = { act: 'act', kinds: ['allocate'], match: 'partial', evidence: '', until, since: 1 }
  here.put(objectKey('notes', 'H-1'), {
    v: 1,
    holder: 'H-1',
    blocked: [delay],
    delayed: here.at,
    representative: null,
    since: 1,
  })
  assert.equal(carry(here, 'A-100', note(here, wish)), null)
  const application = here.object('application', 'A-100')
  assert.deepEqual(
    [application?.['state'], application?.['due'], settled(here, 'A-100')],
    ['cooling', until, 'paid'],
  )
  assert.equal(carry(here, 'A-100', note(here, wish, { refusal: 'taken-back' })), 'application-closed')
  assert.equal(due(here, 'A-100'), 'not-due')
  here.later(2 * DAY)
  assert.equal(due(here, 'A-100'), null)
  assert.deepEqual([state(here, 'A-100'), settled(here, 'A-100')], ['effected', 'paid'])
  assert.equal(holderAt(here, 'ip4/203.0.113.64/26'), 'H-1')
})

test('act-blocked: a legal act of the seat that forbids it ends what waited for its fee', () => {
  const here = world(FEE, true)
  const wish = { block: 'ip4/203.0.113.64/26' }
  assert.equal(ask(here, wish), null)
  const act = { act: 'act', kinds: ['allocate'], match: 'exact', evidence: '', until: null, since: 1 }
  const notes = { v: 1, holder: 'H-1', delayed: null, representative: null, since: 1 }
  here.put(objectKey('notes', 'H-1'), { ...notes, blocked: [act] })
  assert.equal(carry(here, 'A-100', note(here, wish)), null)
  assert.deepEqual([state(here, 'A-100'), settled(here, 'A-100')], ['act-blocked', 'paid'])
})

test('who chose a block waits behind nobody: its application remembers no place in a queue', () => {
  const here = world(FEE, true)
  const free = { length: 24 }
  assert.equal(ask(here, free, [note(here, free)]), null)
  const waits = { holder: 'H-2' }
  assert.equal(ask(here, waits, [note(here, waits)]), null)
  assert.equal(here.object('application', 'A-101')?.['state'], 'waiting')
  assert.equal(ask(here, { holder: 'H-3', block: 'ip4/203.0.113.0/26' }), 'block-taken')
  here.put('ip4/203.0.113.0/24' as RecordKey, null)
  assert.equal(ask(here, { holder: 'H-3', block: 'ip4/203.0.113.0/26' }), null)
  assert.equal(here.object('application', 'A-102')?.['next'], null)
  assert.equal(ask(here, { holder: 'H-3' }), null)
  assert.equal(here.object('application', 'A-103')?.['next'], 'A-101')
})
