/** A state made by hand, with one of everything that a record can say and a service must show. */

import { createHash } from 'node:crypto'
import { blockKey, parseRange, rangeToBlocks } from '@cadastre/numbers'
import {
  type Application,
  type Authority,
  type Cell,
  type Complaint,
  canonicalJson,
  EMPTY_CELL,
  type Holder,
  type Incident,
  type Instant,
  type Json,
  NEW_HOLDER,
  type Notes,
  type OrderRecord,
  type Pool,
  parseInstant,
  peerHandleOf,
  type RecordKey,
  type Registration,
} from '@cadastre/records'
import type { State } from './judging.ts'

function instant(text: string): Instant {
  const parsed = parseInstant(text)
  if (parsed === null) throw new Error(text)
  return parsed
}

const AT = instant('2026-06-01T00:00:00Z')
const LATER = instant('2027-01-01T00:00:00Z')
const EARLIER = instant('2026-05-01T00:00:00Z')
const PEER = 'other.example/log'
const commitment = (text: string): string => createHash('sha256').update(text).digest('base64')

const records = new Map<RecordKey, Json>()
const put = (key: string, record: unknown): void => {
  records.set(key as RecordKey, JSON.parse(canonicalJson(record as Json)))
}

function holder(handle: string, more: Partial<Holder> = {}): void {
  put(`obj/holder/${handle}`, {
    v: 1,
    handle,
    kind: 'organisation',
    name: `Holder ${handle}`,
    country: null,
    identity: `I-${handle}`,
    policy: null,
    contacts: [],
    ...NEW_HOLDER,
    procedure: 'identify-holder/1',
    since: 3,
    ...more,
  })
}

let entries = 10
/** A registration at all cells of its range; the cells' services are given by `more`, for its first cell. */
function register(range: string, registration: Partial<Registration>, more: Partial<Cell> = {}): string {
  const parsed = parseRange(range)
  if (!parsed.ok) throw new Error(range)
  entries += 1
  const id = registration.id ?? `R-${entries}`
  const [first = '', last = first] = range.replaceAll('AS', '').split(' - ')
  const whole = first.includes('/') ? null : { first, last }
  for (const [index, block] of rangeToBlocks(parsed.value).entries()) {
    const key = blockKey(block)
    const found: unknown = records.get(key as RecordKey) ?? EMPTY_CELL
    const cell = found as Cell
    const made = {
      id,
      kind: 'holding',
      ...(whole ?? endsOf(range)),
      holder: null,
      status: 'allocated',
      country: null,
      registered: null,
      until: null,
      protected: false,
      provenance: null,
      procedure: 'allocate/1',
      since: entries,
      ...registration,
    }
    const services = index === 0 ? more : {}
    put(key, { ...cell, registrations: [...cell.registrations, made], ...services })
  }
  return id
}

/** First and last number of a prefix that ends at an octet, or is written out. */
function endsOf(prefix: string): { readonly first: string; readonly last: string } {
  const ends: { readonly [prefix: string]: readonly [string, string] } = {
    '10.0.0.0/8': ['10.0.0.0', '10.255.255.255'],
    '2001:db8::/32': ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    '2001:db8:1::/48': ['2001:db8:1::', '2001:db8:1:ffff:ffff:ffff:ffff:ffff'],
  }
  const [first, last] = ends[prefix] ?? []
  if (first === undefined || last === undefined) throw new Error(prefix)
  return { first, last }
}

function notes(id: string, more: Partial<Notes>): void {
  put(`obj/notes/${id}`, {
    v: 1,
    registration: id,
    pending: null,
    heldUntil: null,
    annotations: [],
    delayedUntil: null,
    pastFacts: [],
    orders: [],
    since: 9,
    ...more,
  })
}

function registry(paused: boolean): void {
  put('obj/registry/REGISTRY', {
    v: 1,
    origin: 'registry.example/log',
    name: 'Ünïque Registry 42',
    seat: 'XX',
    profile: 'community',
    state: 'open',
    awaitedParts: [],
    demonstration: false,
    importing: null,
    imported: null,
    sources: [{ source: 'EXAMPLE', file: 'delegated-example', sha256: '', attribution: 'CC0', rows: 1 }],
    relyingParty: { id: 'sign.registry.example', origins: [] },
    paused: paused ? { since: EARLIER, until: LATER, trigger: 'corruption', report: commitment('r') } : null,
    pauses: [],
    successor: null,
    handOver: null,
    predecessor: null,
    since: 0,
  })
}

function everybody(): void {
  const fields = {
    fn: commitment('fn'),
    email: commitment('mail'),
    tel: commitment('tel'),
    adr: commitment('adr'),
  }
  holder('H-1', {
    country: 'XX',
    contacts: [
      { role: 'registrant', kind: 'org', fields },
      { role: 'abuse', kind: 'group', fields },
      { role: 'technical', kind: 'individual', fields: { email: fields.email } },
      { role: 'noc', kind: 'org', fields: {} },
      { role: 'administrative', kind: 'org', fields: { adr: fields.adr } },
    ],
    confirmed: EARLIER,
    lockedUntil: LATER,
    frozenUntil: EARLIER,
  })
  put('obj/identity/I-H-1', {
    v: 1,
    holder: 'H-1',
    register: { name: 'Register of Examples', number: '4711' },
    granted: { ip4: 0, ip6: 0, asn: 0 },
    since: 3,
  })
  holder('H-2', {
    kind: 'person',
    name: null,
    contacts: [{ role: 'registrant', kind: 'individual', fields }],
    transferableFrom: LATER,
    dissolved: { notice: commitment('n'), at: EARLIER },
  })
  holder('IMP-EXAMPLE-A1', {
    kind: 'imported',
    name: null,
    identity: null,
    country: 'BR',
    procedure: 'import/1',
  })
  holder('H-3', { name: 'Line\u2028breaks “and” more', frozenUntil: LATER })
  holder('H-4')
}

function application(handle: string, procedure: string, more: Partial<Application> = {}): void {
  put(`obj/application/${handle}`, {
    v: 1,
    handle,
    procedure,
    state: 'cooling',
    body: { holder: 'H-4' },
    consents: ['H-4'],
    due: LATER,
    opened: EARLIER,
    pausedSeconds: 0,
    next: null,
    fee: null,
    reason: null,
    examination: null,
    notice: null,
    since: 8,
    ...more,
  } satisfies Application)
}

/** What is looked up by its handle alone. */
function objects(): void {
  const call = { outside: false, commitment: null, answers: null, evidence: null, missed: false }
  application('A-60', 'claim/1', {
    state: 'examining',
    examination: {
      questions: ['instrument-authentic', 'gazetted'],
      calls: [
        { ...call, staff: 'CL-1', place: 3, commitment: commitment('c'), answers: { gazetted: 'yes' } },
        { ...call, staff: 'CL-2', place: 5, outside: true },
      ],
      affected: ['H-1'],
      windowSeconds: 86_400,
      windowDays: [{ days: 10, calendar: 'CAL' }],
      overdue: null,
    },
  })
  application('A-61', 'dissolve/1', {
    state: 'failed',
    reason: 'bad-signature',
    due: null,
    notice: {
      to: ['H-1'],
      attempted: [],
      windowSeconds: 0,
      windowDays: [],
      overdue: EARLIER,
      since: 9,
    },
    fee: { request: commitment('q'), settled: 'paid' },
  })
  const clerk = { first: 4, next: 6 }
  put('obj/roster/CLERKS', {
    v: 1,
    clerks: [
      { staff: 'CL-1', outside: false, ...clerk },
      { staff: 'CL-2', outside: true, ...clerk },
    ],
    others: [],
    turn: 0,
    since: 8,
  })
  put('obj/pool/IP4', {
    v: 1,
    handle: 'IP4',
    space: 'ip4',
    first: '10.0.0.0',
    last: '10.255.255.255',
    open: true,
    cursors: {},
    queues: { 24: { head: 'A-70', tail: 'A-70' } },
    exhausted: [],
    serve: null,
    since: 0,
  } satisfies Pool)
  const [discovered, deadline, at] = [EARLIER, LATER, AT]
  put('obj/incident/I-30', {
    v: 1,
    handle: 'I-30',
    kind: 'wrong-record',
    report: commitment('i'),
    affected: 2,
    discovered,
    deadline,
    at,
    by: 'OPERATOR',
    since: 30,
  } satisfies Incident)
  put('obj/complaint/C-31', {
    v: 1,
    handle: 'C-31',
    kind: 'instrument',
    complaint: commitment('x'),
    instrument: commitment('y'),
    seat: 'XX',
    answerBy: LATER,
    answer: { says: 'issued', evidence: commitment('z'), staff: 'CL-1', at },
    since: 31,
  } satisfies Complaint)
  orders()
  acts()
}

function orders(): void {
  put('obj/authority/COURT', {
    v: 1,
    handle: 'COURT',
    terms: {
      kind: 'court',
      name: 'Court of Examples',
      country: 'XX',
      legalBasis: 'Act 1',
      effectsAllowed: ['hold', 'transferTo'],
      channels: ['mail'],
      sealCerts: [commitment('s')],
      hierarchy: 'XX',
      rank: 2,
      appealStays: true,
      holdSeconds: null,
    },
    noticedUntil: EARLIER,
    gazette: commitment('g'),
    ended: null,
    application: 'A-2',
    since: 5,
  } satisfies Authority)
  const order: OrderRecord = {
    v: 1,
    handle: 'O-41',
    authority: 'COURT',
    reference: 'C 1/2026',
    document: commitment('d'),
    date: '2026-04-01',
    authenticity: { means: 'bailiff', record: commitment('b'), callBack: commitment('k') },
    rooted: false,
    detail: { effect: 'hold' },
    scope: [{ key: 'ip4/10.1.0.0/24', id: 'R-11', range: '10.1.0.0/24' }],
    holder: 'H-1',
    until: LATER,
    executeFrom: null,
    seal: null,
    reverses: null,
    state: 'executed',
    reason: null,
    application: 'A-3',
    checklist: { 'court-exists': 'yes' },
    served: EARLIER,
    received: EARLIER,
    verified: EARLIER,
    notified: null,
    published: { text: commitment('t'), at: AT },
    windowEnd: null,
    opened: EARLIER,
    pausedSeconds: 0,
    executed: EARLIER,
    ended: null,
    stayed: null,
    conflicts: ['O-44'],
    variedBy: null,
    objection: { application: 'A-4', upheld: false },
    asked: null,
    askAgain: null,
    due: LATER,
    since: 41,
  }
  put('obj/order/O-41', order)
  put('obj/order/O-42', {
    ...order,
    handle: 'O-42',
    authority: 'NOBODY',
    holder: null,
    state: 'returned',
    reason: 'bad-signature',
    checklist: null,
    stayed: { by: 'O-41', from: 'window', until: LATER },
    since: 42,
  } satisfies OrderRecord)
  ordersAtRest(order)
}

/** What is not in the notes of the registration: stayed orders, a representative. */
function ordersAtRest(order: OrderRecord): void {
  const rests = { state: 'stayed', conflicts: [] } as const
  put('obj/order/O-46', {
    ...order,
    ...rests,
    handle: 'O-46',
    scope: [
      { key: 'ip4/10.2.0.0/16', id: 'R-80', range: '10.2.0.0/24' },
      { key: 'ip4/10.2.0.0/16', id: 'R-80', range: '10.2.3.0/24' },
    ],
    holder: 'H-4',
    stayed: { by: 'O-47', from: 'executed', until: LATER },
    since: 46,
  } satisfies OrderRecord)
  put('obj/order/O-49', {
    ...order,
    ...rests,
    handle: 'O-49',
    detail: { effect: 'transferTo', receiver: 'H-1' },
    scope: [{ key: 'ip4/10.3.0.0/26', id: 'R-81', range: '10.3.0.0/26' }],
    holder: 'H-4',
    until: null,
    executed: null,
    stayed: { by: null, from: 'window', until: null },
    since: 49,
  } satisfies OrderRecord)
  const appoints = { effect: 'appointRepresentative', m: 1, keys: [] } as const
  put('obj/order/O-48', {
    ...order,
    handle: 'O-48',
    detail: appoints,
    scope: [],
    holder: 'H-2',
    since: 48,
  } satisfies OrderRecord)
  put('obj/order/O-55', {
    ...order,
    ...rests,
    handle: 'O-55',
    detail: appoints,
    scope: [],
    holder: 'H-3',
    stayed: { by: 'O-47', from: 'executed', until: null },
    since: 55,
  } satisfies OrderRecord)
}

/** Claims and successions in their window. */
function acts(): void {
  const ref = { key: 'ip6/2001:db8:1::/48', id: 'R-60' }
  application('A-62', 'claim/1', {
    state: 'noticed',
    body: { step: 'holder', claimant: 'H-1', holder: 'IMP-EXAMPLE-A1' },
  })
  application('A-63', 'claim/1', {
    state: 'noticed',
    body: { step: 'registration', claimant: 'H-3', registration: ref },
  })
  application('A-64', 'succeed/1', {
    state: 'noticed',
    body: { step: 'apply', predecessor: 'H-1', successor: 'H-4', registrations: [ref] },
  })
  application('A-65', 'succeed/1', {
    body: {
      step: 'apply',
      predecessor: 'H-4',
      successor: 'H-1',
      registrations: [{ key: 'ip4/10.2.0.0/16', id: 'R-80' }],
    },
  })
}

function numbersOfIp4(): void {
  register('10.0.0.0/8', {
    id: 'R-0',
    kind: 'pool',
    status: 'available',
    provenance: 'IP4',
    procedure: 'genesis/1',
    since: 0,
  })
  const range = register('10.1.0.0 - 10.1.2.255', { holder: 'H-1', country: 'XX', registered: '2013-05-01' })
  notes(range, {
    orders: [
      { order: 'O-41', effect: 'hold', range: '10.1.0.0/24', holds: true, until: LATER },
      { order: 'O-42', effect: 'hold', range: '10.1.1.0/24', holds: true, until: EARLIER },
      { order: 'O-43', effect: 'annotate', range: '10.1.0.0/23', holds: false, until: null },
      { order: 'O-44', effect: 'transferTo', range: '10.1.2.0/24', holds: false, until: LATER },
    ],
    annotations: [
      { id: 'N-9', kind: 'order', by: 'O-45', facts: commitment('f'), evidence: null, until: null, since: 9 },
      {
        id: 'N-8',
        kind: 'dispute',
        by: 'H-4',
        facts: commitment('g'),
        evidence: null,
        until: null,
        since: 9,
      },
    ],
  })
  // A child fills the first prefix of the range, another a part that is no prefix, a third one has ended.
  register('10.1.0.0 - 10.1.1.255', { kind: 'sub', holder: 'H-2', status: 'assigned', until: LATER })
  register('10.1.2.64 - 10.1.2.159', { kind: 'sub', status: 'assigned', protected: true, holder: 'H-3' })
  register('10.1.2.192 - 10.1.2.223', { kind: 'lease', holder: 'H-4', until: EARLIER })
  const pending = register(
    '10.2.0.0 - 10.2.255.255',
    { id: 'R-80', holder: 'H-4' },
    { rdns: zone('R-80'), routes: [route('R-80', 64500), route('R-99', 64501)] },
  )
  notes(pending, { pending: 'A-50', heldUntil: LATER })
  application('A-50', 'transfer/1')
  const returning = register(
    '10.3.0.0 - 10.3.0.63',
    { id: 'R-81', holder: 'H-4' },
    { rdns: { ...zone('R-81'), ds: [SIGNER] } },
  )
  notes(returning, {
    pending: 'A-51',
    orders: [{ order: 'O-49', effect: 'transferTo', range: '10.3.0.0/26', holds: false, until: null }],
  })
  application('A-51', 'return/1')
  const leaving = register('10.4.0.0 - 10.4.0.255', {
    holder: 'H-4',
    provenance: 'EXAMPLE',
    procedure: 'import/1',
  })
  notes(leaving, { pending: 'T-52' })
  put('obj/transit/T-52', {
    v: 1,
    handle: 'T-52',
    state: 'sourceInitialized',
    source: { origin: 'registry.example/log', holder: 'H-4' },
    recipient: { origin: PEER, holder: 'H-77' },
    range: '10.4.0.0/24',
    status: 'allocated',
    country: null,
    registered: '2014-06-01',
    registration: { key: 'ip4/10.4.0.0/24', id: leaving },
    returning: false,
    consents: ['H-4'],
    notBefore: LATER,
    due: LATER,
    opened: EARLIER,
    pausedSeconds: 0,
    statement: null,
    since: 14,
  })
  register('10.5.0.0 - 10.5.0.255', { kind: 'quarantined', status: 'reserved', until: LATER })
  register('10.6.0.0 - 10.6.0.255', {
    kind: 'moved-out',
    status: 'reserved',
    provenance: PEER,
    procedure: 'move-out/1',
  })
  register('10.7.0.0 - 10.7.0.255', {
    kind: 'moved-out',
    status: 'reserved',
    provenance: 'unlisted.example',
    procedure: 'move-out/1',
  })
  register('10.8.0.0 - 10.8.0.255', {
    kind: 'moved-out',
    status: 'reserved',
    provenance: PEER,
    procedure: 'move-in/1',
  })
  register('192.0.2.0 - 192.0.2.255', { kind: 'reserved', status: 'reserved', procedure: 'genesis/1' })
  const digest = createHash('sha256').update(PEER).digest('hex')
  const handle = peerHandleOf(digest)
  put(`obj/peer/${handle}`, {
    v: 1,
    handle,
    origin: PEER,
    rdap: 'https://rdap.other.example/',
    policies: [],
    since: 9,
  })
}

const SIGNER = { keyTag: 12345, algorithm: 13, digestType: 2, digest: 'ab'.repeat(32) }
const zone = (under: string): NonNullable<Cell['rdns']> => ({
  under,
  since: 20,
  ns: ['ns1.example.net', 'ns2.example.net'],
  ds: [],
})
const route = (under: string, origin: number): Cell['routes'][number] => ({ under, since: 21, origin })

function otherNumbers(): void {
  register('2001:db8::/32', {
    id: 'R-0-1',
    kind: 'pool',
    status: 'available',
    provenance: 'IP6',
    procedure: 'genesis/1',
    since: 0,
  })
  register(
    '2001:db8:1::/48',
    { id: 'R-60', holder: 'H-1' },
    { rdns: zone('R-60'), routes: [route('R-60', 64500)] },
  )
  register('2001:db8:2:: - 2001:db8:2:bfff:ffff:ffff:ffff:ffff', { holder: 'H-3', country: 'XX' })
  register('AS64496 - AS64511', {
    id: 'R-0-2',
    kind: 'pool',
    status: 'available',
    provenance: 'ASN',
    procedure: 'genesis/1',
    since: 0,
  })
  register('AS64497', { holder: 'H-4', status: 'assigned' })
  register('AS64500 - AS64505', { holder: 'H-1', status: 'allocated' })
  register('AS64500 - AS64501', { kind: 'sub', holder: 'H-2', status: 'assigned' })
  register('AS64510', { kind: 'quarantined', status: 'reserved', until: LATER })
  // More than a list may hold.
  for (let n = 0; n < 103; n++)
    register(`10.200.${n}.0 - 10.200.${n}.255`, {
      holder: 'IMP-EXAMPLE-A1',
      provenance: 'EXAMPLE',
      procedure: 'import/1',
    })
}

export function museum(paused: boolean): State {
  records.clear()
  entries = 10
  registry(paused)
  everybody()
  objects()
  numbersOfIp4()
  otherNumbers()
  return { records: new Map(records), at: AT }
}
