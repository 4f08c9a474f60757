import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type JsonObject, objectKey, type RecordKey } from '@cadastre/records'
import { succeed } from '../src/succeed.ts'
import { addClerks, calledFor, examine, HASH } from './attestors.ts'
import { assertStamped, DAY, instant, World } from './world.ts'

const CELL = 'ip4/203.0.113.0/24'
const TRANSFER = { coolingSeconds: 0, maxCoolingSeconds: 30 * DAY, floorIp4: 32, floorIp6: 128 }

function world(transfer: JsonObject = TRANSFER): World {
  const here = new World({
    'succeed/1': { windowDays: 15, endedWindowDays: 30 },
    'transfer/1': transfer,
  })
  for (const handle of ['H-1', 'H-2', 'H-3']) here.holder(handle)
  here.register('R-1', '203.0.113.0/24')
  addClerks(here)
  return here
}

type Wish = {
  readonly predecessor?: string
  readonly successor?: string
  readonly registrations?: readonly JsonObject[]
  readonly ground?: string
  readonly attestor?: string | null
  readonly by?: readonly string[]
  readonly names?: boolean
}

function apply(here: World, wish: Wish = {}): string | null {
  const { predecessor = 'H-1', successor = 'H-2', ground = 'merger', attestor = 'CL-1' } = wish
  const registrations = wish.registrations ?? [{ key: CELL, id: 'R-1' }]
  const found = registrations.flatMap(({ key }) => {
    const at = here.innermost(String(key))
    return at === null ? [] : [here.names(at, String(key).startsWith('asn/') ? 'asn' : 'ip4')]
  })
  return here.ask(succeed, {
    body: { step: 'apply', predecessor, successor, registrations, ground, instrument: HASH, attestor },
    by: wish.by ?? [`${successor}/full`],
    replaces: wish.names === false ? [] : found,
  })
}

function end(
  here: World,
  step: 'withdraw' | 'veto',
  by: string,
  signer: string,
  application = 'A-100',
): string | null {
  return here.ask(succeed, { body: { step, application, by }, by: [signer] })
}

const holder = (here: World): string | null => here.innermost(CELL)?.holder ?? null
const state = (here: World, application = 'A-100'): unknown =>
  here.object('application', application)?.['state']
const due = (here: World): string | null => here.due(succeed, 'obj/application/A-100')

/** Applied for and examined by both attestors. */
function noticed(here: World, wish: Wish = {}): void {
  assert.equal(apply(here, wish), null)
  assert.deepEqual(examine(here, 'A-100'), [null, null, null, null])
}

test('without the predecessor: examined, noticed for 15 business days, then in its place with id and services', () => {
  const here = world()
  here.put(CELL as RecordKey, { ...here.cell(CELL), routes: [{ under: 'R-1', since: 1, origin: 64500 }] })
  const before = here.innermost(CELL)
  noticed(here)
  assertStamped(here)
  assert.equal(state(here), 'noticed')
  assert.equal(here.object('application', 'A-100')?.['due'], instant('2030-01-22T00:00:00Z'))
  assert.equal(due(here), 'not-due')
  assert.equal(holder(here), 'H-1')
  here.later(21 * DAY)
  assert.equal(due(here), null)
  const at = here.index - 1
  assert.deepEqual(here.innermost(CELL), { ...before, holder: 'H-2', procedure: 'succeed/1', since: at })
  assert.equal(here.cell(CELL).routes[0]?.under, 'R-1')
  assert.equal(state(here), 'effected')
  assert.equal(due(here), 'not-due')
})

test('later terms shorten no window against what was recorded before them, and any lengthen it', () => {
  for (const [since, windowDays, ground, days] of [
    [49, 1, 'merger', 21],
    [49, 1, 'death', 42],
    [49, 65, 'merger', 91],
    [51, 2, 'merger', 2],
  ] as const) {
    const here = world()
    here.put(CELL as RecordKey, null)
    here.register('R-1', '203.0.113.0/24', { since })
    here.register('R-2', '198.51.100.0/24', { since: 60 })
    here.revise('succeed/1', { windowDays, endedWindowDays: windowDays })
    const registrations = [
      { key: 'ip4/198.51.100.0/24', id: 'R-2' },
      { key: CELL, id: 'R-1' },
    ]
    noticed(here, { ground, registrations })
    here.later(days * DAY - 1)
    assert.equal(due(here), 'not-due')
    assert.equal(holder(here), 'H-1')
    here.later(1)
    assert.equal(due(here), null)
    assert.equal(holder(here), 'H-2')
  }
})

test('with the predecessor’s consent it cools as long as by any terms of transfers since it was recorded', () => {
  for (const [since, due] of [
    [49, '2030-01-04T00:00:00Z'],
    [51, '2030-01-02T00:00:00Z'],
  ] as const) {
    const here = world({ ...TRANSFER, coolingSeconds: 3 * DAY })
    here.put(CELL as RecordKey, null)
    here.register('R-1', '203.0.113.0/24', { since })
    here.revise('transfer/1', { coolingSeconds: DAY })
    assert.equal(apply(here, { attestor: null, by: ['H-1/full', 'H-2/full'] }), null)
    assert.equal(here.object('application', 'A-100')?.['due'], due)
  }
})

test('death and dissolution have the longer window; several registrations, ranges and AS numbers pass together', () => {
  for (const ground of ['death', 'dissolution']) {
    const here = world()
    here.register('R-2', '198.51.100.64 - 198.51.100.159')
    here.register('R-3', 'AS64496 - AS64499')
    noticed(here, {
      ground,
      registrations: [
        { key: CELL, id: 'R-1' },
        { key: 'ip4/198.51.100.64/26', id: 'R-2' },
        { key: 'asn/64496/30', id: 'R-3' },
      ],
    })
    here.later(42 * DAY - 1)
    assert.equal(due(here), 'not-due')
    here.later(1)
    assert.equal(due(here), null)
    here.assertFits()
    for (const key of [CELL, 'ip4/198.51.100.64/26', 'ip4/198.51.100.128/27', 'asn/64496/30'])
      assert.equal(here.innermost(key)?.holder, 'H-2', key)
  }
})

test('any one living key of the predecessor vetoes, while it is examined and in the window; nobody else does', () => {
  for (const examined of [false, true])
    for (const role of ['full', 'routing', 'technical']) {
      const here = world()
      if (examined) noticed(here)
      else assert.equal(apply(here), null)
      assert.equal(end(here, 'veto', 'H-3', 'H-3/full'), 'not-party')
      assert.equal(end(here, 'veto', 'H-1', 'H-2/full'), 'consent-missing')
      assert.equal(end(here, 'veto', 'H-2', 'H-2/full'), 'not-party')
      assert.equal(end(here, 'veto', 'H-1', `H-1/${role}`), null)
      assert.equal(state(here), 'vetoed')
      here.later(30 * DAY)
      assert.equal(due(here), 'not-due')
      assert.equal(holder(here), 'H-1')
      assert.equal(end(here, 'veto', 'H-1', 'H-1/full'), 'application-closed')
    }
  const late = world()
  noticed(late)
  late.later(21 * DAY)
  assert.equal(end(late, 'veto', 'H-1', 'H-1/full'), 'application-closed')
})

test('the successor withdraws; application-unknown, application-closed, not-party, consent-missing', () => {
  const here = world()
  assert.equal(apply(here), null)
  assert.equal(end(here, 'withdraw', 'H-2', 'H-2/full', 'A-1'), 'application-unknown')
  assert.equal(end(here, 'veto', 'H-1', 'H-1/full', 'A-1'), 'application-unknown')
  assert.equal(end(here, 'withdraw', 'H-1', 'H-1/full'), 'not-party')
  assert.equal(end(here, 'withdraw', 'H-2', 'H-2/routing'), 'consent-missing')
  assert.equal(end(here, 'withdraw', 'H-2', 'H-2/full'), null)
  assert.equal(state(here), 'withdrawn')
  assert.equal(end(here, 'withdraw', 'H-2', 'H-2/full'), 'application-closed')
})

test('a negative examination changes nothing', () => {
  const here = world()
  assert.equal(apply(here), null)
  const no = Object.fromEntries(calledFor(here, 'A-100').map((staff) => [staff, ['names-parties']]))
  assert.deepEqual(examine(here, 'A-100', no), [null, null, null, null])
  const application = here.object('application', 'A-100')
  assert.deepEqual([application?.['state'], application?.['reason']], ['failed', 'examination-negative'])
  assert.equal(holder(here), 'H-1')
})

test('the predecessor signs too: at once, or it cools as its transfers do, and no attestor is called', () => {
  const by = ['H-1/full', 'H-2/full']
  const here = world()
  assert.equal(apply(here, { by, attestor: null }), null)
  assert.equal(holder(here), 'H-2')
  const cooling = world({ ...TRANSFER, coolingSeconds: 3 * DAY })
  assert.equal(apply(cooling, { by }), null)
  assert.equal(cooling.object('application', 'A-100')?.['examination'], null)
  cooling.later(3 * DAY - 1)
  assert.equal(due(cooling), 'not-due')
  cooling.later(1)
  assert.equal(due(cooling), null)
  assert.equal(holder(cooling), 'H-2')
  const withdrawn = world({ ...TRANSFER, coolingSeconds: 3 * DAY })
  assert.equal(apply(withdrawn, { by }), null)
  assert.equal(end(withdrawn, 'veto', 'H-1', 'H-1/full'), 'not-party')
  assert.equal(end(withdrawn, 'withdraw', 'H-1', 'H-1/full'), null)
})

test('held: neither by consent nor by law, and not at the effect either', () => {
  const by = ['H-1/full', 'H-2/full']
  const held = {
    order: 'O-9',
    effect: 'hold',
    range: '203.0.113.0 - 203.0.113.255',
    holds: true,
    until: null,
  }
  const notes = {
    v: 1,
    registration: 'R-1',
    pending: null,
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders: [held],
    since: 1,
  }
  const here = world()
  here.put(objectKey('notes', 'R-1'), notes)
  assert.equal(apply(here, { by }), 'held')
  assert.equal(apply(here), 'held')
  const cooling = world({ ...TRANSFER, coolingSeconds: 3 * DAY })
  const application = `A-${cooling.index}`
  assert.equal(apply(cooling, { by }), null)
  cooling.put(objectKey('notes', 'R-1'), notes)
  cooling.later(3 * DAY)
  assert.equal(cooling.due(succeed, `obj/application/${application}`), null)
  assert.equal(cooling.object('application', application)?.['reason'], 'held')
})

test('locked, frozen, recovered-recently, hold-after-allocation, delayed, act-pending: with the predecessor’s consent as for its transfers', () => {
  const by = ['H-1/full', 'H-2/full']
  const notes = (more: JsonObject): JsonObject => ({
    v: 1,
    registration: 'R-1',
    pending: null,
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders: [],
    since: 1,
    ...more,
  })
  const later = '2030-01-08T00:00:00Z'
  for (const [more, code] of [
    [{ heldUntil: later }, 'hold-after-allocation'],
    [{ delayedUntil: later }, 'delayed'],
    [{ pending: 'A-9' }, 'act-pending'],
  ] as const) {
    const here = world()
    here.put(objectKey('notes', 'R-1'), notes(more))
    assert.equal(apply(here, { by }), code)
    // A succession by law steps into the predecessor's place, hold and pending acts included.
    assert.equal(apply(here), null, code)
  }
  const here = world()
  here.put(objectKey('holder', 'H-1'), {
    ...(here.state.get(objectKey('holder', 'H-1')) as object),
    lockedUntil: later,
  })
  assert.equal(apply(here, { by }), 'locked')
  assert.equal(apply(here), null)
  for (const [member, code] of [
    ['frozenUntil', 'frozen'],
    ['transferableFrom', 'recovered-recently'],
  ] as const) {
    const kept = world()
    const key = objectKey('holder', 'H-1')
    kept.put(key, { ...(kept.state.get(key) as object), [member]: later })
    assert.equal(apply(kept, { by }), code)
    assert.equal(apply(kept), null)
  }
  const delayed = world()
  noticed(delayed)
  delayed.later(21 * DAY)
  delayed.put(objectKey('notes', 'R-1'), notes({ delayedUntil: '2030-02-01T00:00:00Z' }))
  assert.equal(due(delayed), null)
  assert.equal(delayed.object('application', 'A-100')?.['due'], '2030-02-01T00:00:00Z')
  assert.equal(holder(delayed), 'H-1')
  delayed.at = instant('2030-02-01T00:00:00Z')
  assert.equal(due(delayed), null)
  assert.equal(holder(delayed), 'H-2')
})

test('member-changed: every registration is named as it stands, not one of them', () => {
  const here = world()
  const second = here.register('R-2', '198.51.100.0/24')
  const registrations = [
    { key: CELL, id: 'R-1' },
    { key: 'ip4/198.51.100.0/24', id: 'R-2' },
  ]
  const body = {
    step: 'apply',
    predecessor: 'H-1',
    successor: 'H-2',
    registrations,
    ground: 'merger',
    instrument: HASH,
    attestor: 'CL-1',
  }
  const ask = (...replaces: ReturnType<World['names']>[]): string | null =>
    here.ask(succeed, { body, by: ['H-2/full'], replaces })
  assert.equal(ask(here.names(second)), 'member-changed')
  assert.equal(apply(here, { registrations }), null)
})

test('delays let nothing fail: the effect waits for the last of them, on the numbers or on a name', () => {
  const notes = (id: string, delayedUntil: string): JsonObject => {
    const none = { pending: null, heldUntil: null, annotations: [], pastFacts: [], orders: [] }
    return { v: 1, registration: id, ...none, delayedUntil, since: 1 }
  }
  const here = world()
  here.register('R-2', '198.51.100.0/24')
  noticed(here, {
    registrations: [
      { key: CELL, id: 'R-1' },
      { key: 'ip4/198.51.100.0/24', id: 'R-2' },
    ],
  })
  here.put(objectKey('notes', 'R-1'), notes('R-1', '2030-02-03T00:00:00Z'))
  here.put(objectKey('notes', 'R-2'), notes('R-2', '2030-02-01T00:00:00Z'))
  // A delay makes nothing due before its window has passed.
  assert.equal(due(here), 'not-due')
  here.later(21 * DAY)
  assert.equal(due(here), null)
  assert.equal(here.object('application', 'A-100')?.['due'], '2030-02-03T00:00:00Z')
  const until = '2030-02-02T00:00:00Z'
  const block = { act: 'X', kinds: ['transfer'], match: 'partial', evidence: HASH, until, since: 1 }
  for (const party of ['H-1', 'H-2']) {
    const named = world()
    noticed(named)
    const holderNotes = { v: 1, holder: party, blocked: [block], delayed: null, representative: null }
    named.put(objectKey('notes', party), { ...holderNotes, since: 1 })
    named.later(21 * DAY)
    assert.equal(due(named), null)
    assert.equal(named.object('application', 'A-100')?.['due'], until, party)
    named.at = instant(until)
    assert.equal(due(named), null)
    assert.equal(holder(named), 'H-2')
  }
})

test('at effect a lock stops what the predecessor consented to, and not what an instrument shows', () => {
  const lock = (here: World): void => {
    const key = objectKey('holder', 'H-1')
    here.put(key, { ...(here.state.get(key) as object), lockedUntil: '2031-01-01T00:00:00Z' })
  }
  const agreed = world({ ...TRANSFER, coolingSeconds: 3 * DAY })
  assert.equal(apply(agreed, { by: ['H-1/full', 'H-2/full'] }), null)
  lock(agreed)
  agreed.later(3 * DAY)
  assert.equal(due(agreed), null)
  assert.equal(agreed.object('application', 'A-100')?.['reason'], 'locked')
  const examined = world()
  noticed(examined)
  lock(examined)
  examined.later(21 * DAY)
  assert.equal(due(examined), null)
  assert.equal(holder(examined), 'H-2')
  const gone = world()
  noticed(gone)
  gone.put(objectKey('holder', 'H-2'), null)
  gone.later(21 * DAY)
  assert.equal(due(gone), null)
  assert.equal(gone.object('application', 'A-100')?.['reason'], 'holder-unknown')
})

test('act-blocked: a legal act forbids transfers to a party, when it is asked for and at effect', () => {
  const block = { act: 'X', kinds: ['transfer'], match: 'exact', evidence: HASH, until: null, since: 1 }
  for (const party of ['H-1', 'H-2']) {
    const notes = { v: 1, holder: party, blocked: [block], delayed: null, since: 1 }
    const here = world()
    here.put(objectKey('notes', party), notes)
    assert.equal(apply(here), 'act-blocked')
    const later = world()
    noticed(later)
    later.put(objectKey('notes', party), notes)
    later.later(21 * DAY)
    assert.equal(due(later), null)
    assert.equal(later.object('application', 'A-100')?.['reason'], 'act-blocked')
    assert.equal(holder(later), 'H-1')
  }
})

test('holder-unknown, same-holder, consent-missing, registration-unknown, not-holder, not-a-holding, member-changed', () => {
  const here = world()
  here.register('R-2', '203.0.113.0/25', { kind: 'sub', holder: 'H-1' })
  const of = (id: string, key = CELL): readonly JsonObject[] => [{ key, id }]
  assert.equal(apply(here, { predecessor: 'H-9' }), 'holder-unknown')
  assert.equal(apply(here, { successor: 'H-9' }), 'holder-unknown')
  assert.equal(apply(here, { successor: 'H-1' }), 'same-holder')
  for (const by of [[], ['H-2/routing'], ['H-1/full'], ['H-3/full']])
    assert.equal(apply(here, { by }), 'consent-missing')
  assert.equal(apply(here, { registrations: of('R-9') }), 'registration-unknown')
  assert.equal(apply(here, { predecessor: 'H-3' }), 'not-holder')
  assert.equal(apply(here, { registrations: of('R-2', 'ip4/203.0.113.0/25') }), 'not-a-holding')
  assert.equal(apply(here, { names: false }), 'member-changed')
  assert.equal(holder(here), 'H-1')
})

test('attestor-not-outside, attestors-unavailable: a listed clerk outside the operator, and a second one', () => {
  const here = world()
  for (const attestor of [null, 'CL-2', 'CL-9', 'H-1'])
    assert.equal(apply(here, { attestor }), 'attestor-not-outside')
  addClerks(here, 1)
  assert.equal(apply(here), 'attestors-unavailable')
  addClerks(here, 0)
  assert.equal(apply(here), 'attestor-not-outside')
  here.put(objectKey('roster', 'CLERKS'), null)
  assert.equal(apply(here), 'attestors-unavailable')
})

test('what has passed to somebody else meanwhile fails and says why', () => {
  const here = world()
  noticed(here)
  here.put(CELL as RecordKey, {
    ...here.cell(CELL),
    registrations: [{ ...here.innermost(CELL), holder: 'H-3' }],
  })
  here.later(21 * DAY)
  assert.equal(due(here), null)
  assert.equal(here.object('application', 'A-100')?.['reason'], 'not-holder')
  assert.equal(holder(here), 'H-3')
})

test('range-not-a-block, entry-too-large: what is written must fit one entry', () => {
  const here = world()
  const registrations: JsonObject[] = []
  for (let n = 0; n < 7; n++) {
    // 14 prefixes each.
    here.register(`R-2${n}`, `10.0.${n}.1 - 10.0.${n}.254`)
    registrations.push({ key: `ip4/10.0.${n}.1/32`, id: `R-2${n}` })
  }
  assert.equal(apply(here, { registrations }), 'range-not-a-block')
  assert.equal(apply(here, { registrations: registrations.slice(0, 6) }), 'entry-too-large')
  assert.equal(apply(here, { registrations: registrations.slice(0, 3) }), null)
  here.assertFits()
})

test('body-malformed, not-due, procedure-unknown, wrong-origin, request-expired, still-founding, paused', () => {
  const here = world()
  assert.equal(here.ask(succeed, { body: { step: 'inherit' } }), 'body-malformed')
  assert.equal(apply(here, { registrations: [] }), 'body-malformed')
  assert.equal(here.due(succeed, 'obj/application/A-1'), 'not-due')
  const bare = new World()
  bare.holder('H-2')
  assert.equal(
    bare.ask(succeed, { body: { step: 'veto', application: 'A-1', by: 'H-2' } }),
    'procedure-unknown',
  )
  const body = { step: 'withdraw', application: 'A-1', by: 'H-1' }
  assert.equal(here.ask(succeed, { body, origin: 'other.example' }), 'wrong-origin')
  assert.equal(here.ask(succeed, { body, expires: '2029-12-31T23:59:59Z' }), 'request-expired')
  const registry = here.state.get('obj/registry/REGISTRY' as RecordKey) as object
  const paused = { since: here.at, until: '2030-01-02T00:00:00Z', trigger: 'corruption', report: HASH }
  here.put('obj/registry/REGISTRY' as RecordKey, { ...registry, paused })
  assert.equal(apply(here), 'paused')
  here.put('obj/registry/REGISTRY' as RecordKey, { ...registry, state: 'founding' })
  assert.equal(apply(here), 'still-founding')
})

test('held, delayed: every registration is looked at, not the first alone', () => {
  const notes = (more: JsonObject): JsonObject => {
    const none = {
      pending: null,
      heldUntil: null,
      annotations: [],
      pastFacts: [],
      orders: [],
      delayedUntil: null,
    }
    return { v: 1, registration: 'R-2', ...none, ...more, since: 1 }
  }
  const held = {
    order: 'O-9',
    effect: 'hold',
    range: '198.51.100.0 - 198.51.100.255',
    holds: true,
    until: null,
  }
  const wish = {
    registrations: [
      { key: CELL, id: 'R-1' },
      { key: 'ip4/198.51.100.0/24', id: 'R-2' },
    ],
    by: ['H-1/full', 'H-2/full'],
  }
  for (const [code, more] of [
    ['held', { orders: [held] }],
    ['delayed', { delayedUntil: '2030-02-01T00:00:00Z' }],
  ] as const) {
    const here = world()
    here.register('R-2', '198.51.100.0/24')
    here.put(objectKey('notes', 'R-2'), notes(more))
    assert.equal(apply(here, wish), code)
  }
})
test('what stands in a cell beside the registration passes to nobody', () => {
  const here = world()
  here.put(CELL as RecordKey, null)
  here.register('R-9', '203.0.113.0/24', { kind: 'pool', holder: null })
  here.register('R-1', '203.0.113.0/24')
  here.register('R-2', '203.0.113.0/24', { kind: 'sub', holder: 'H-3' })
  const body = {
    step: 'apply',
    predecessor: 'H-1',
    successor: 'H-2',
    registrations: [{ key: CELL, id: 'R-1' }],
    ground: 'merger',
    instrument: HASH,
    attestor: null,
  }
  const own = here.cell(CELL).registrations.find(({ id }) => id === 'R-1')
  assert.ok(own)
  assert.equal(here.ask(succeed, { body, by: ['H-1/full', 'H-2/full'], replaces: [here.names(own)] }), null)
  assert.deepEqual(
    here.cell(CELL).registrations.map(({ id, holder: by }) => [id, by]),
    [
      ['R-9', null],
      ['R-1', 'H-2'],
      ['R-2', 'H-3'],
    ],
  )
})

test('entry-too-large: 47 prefixes pass in one act with all that is looked at for them, and no more', () => {
  const asked = (more: number): string | null => {
    const here = world()
    const registrations: JsonObject[] = []
    for (let n = 0; n < 3; n++) {
      // 14 prefixes each.
      here.register(`R-2${n}`, `10.0.${n}.1 - 10.0.${n}.254`)
      registrations.push({ key: `ip4/10.0.${n}.1/32`, id: `R-2${n}` })
    }
    // As many prefixes as said.
    here.register('R-30', `10.1.0.0 - 10.1.0.${2 ** more - 2}`)
    registrations.push({ key: `ip4/10.1.0.0/${33 - more}`, id: 'R-30' })
    return apply(here, { registrations })
  }
  assert.deepEqual([asked(5), asked(6)], [null, 'entry-too-large'])
})
