/** A small registry made by hand: every shape of record that the face renders, on documentation numbers. */

import { type Block, blockRange, compareBlock, contains, parseBlockKey } from '@cadastre/numbers'
import {
  type HistoryItem,
  type Page,
  type RegistryInfo,
  type RegistryReader,
  type Snapshot,
  underWayOf,
} from '@cadastre/reader'
import {
  type Cell,
  type CoveringCell,
  EMPTY_CELL,
  type Holder,
  type Instant,
  NEW_HOLDER,
  type Notes,
  type ObjectType,
  parseInstant,
  type Registration,
  type Registry,
} from '@cadastre/records'

export function instant(text: string): Instant {
  const parsed = parseInstant(text)
  if (parsed === null) throw new TypeError(text)
  return parsed
}

const AT = instant('2026-11-24T06:13:43Z')

function blockAt(key: string): Block {
  const parsed = parseBlockKey(key)
  if (!parsed.ok) throw new TypeError(`${key}: ${parsed.error.expected}`)
  return parsed.value
}

export function registration(
  given: Partial<Registration> & Pick<Registration, 'id' | 'first' | 'last'>,
): Registration {
  return {
    kind: 'holding',
    holder: null,
    status: 'allocated',
    country: null,
    registered: null,
    until: null,
    protected: false,
    provenance: null,
    procedure: 'allocate/1',
    since: 41,
    ...given,
  }
}

export const cell = (given: Partial<Cell>): Cell => ({ ...EMPTY_CELL, ...given })

export function holder(given: Partial<Holder> & Pick<Holder, 'handle'>): Holder {
  return {
    v: 1,
    kind: 'organisation',
    name: 'Example Networks',
    country: null,
    identity: 'ID-1',
    policy: null,
    contacts: [],
    ...NEW_HOLDER,
    procedure: 'identify-holder/1',
    since: 7,
    ...given,
  }
}

const INFO: RegistryInfo = {
  origin: 'registry.example/log',
  name: 'Example Registry',
  seat: 'XX',
  profile: 'community',
  demonstration: null,
  logVkey: '',
  receiptVkey: '',
  policy: '',
  baseUrl: 'http://127.0.0.1:8080',
  whois: { host: '127.0.0.1', port: 4343 },
  version: '0.1.0',
}

export type Fixture = {
  readonly cells: { readonly [key: string]: Cell }
  readonly holders?: readonly Holder[]
  /** By registration. */
  readonly notes?: { readonly [registration: string]: Partial<Notes> }
  /** Orders, applications and moves by key. */
  readonly objects?: { readonly [key: string]: unknown }
  /** Commitment to value. */
  readonly openings?: { readonly [commitment: string]: string }
  readonly entries?: readonly object[]
  readonly info?: Partial<RegistryInfo>
  readonly size?: number
}

class HandMadeSnapshot implements Snapshot {
  readonly publication: Snapshot['publication']
  readonly #cells: readonly CoveringCell[]
  readonly #holders: ReadonlyMap<string, Holder>
  readonly #notes: NonNullable<Fixture['notes']>
  readonly #objects: NonNullable<Fixture['objects']>

  constructor({ cells, holders = [], notes = {}, objects = {}, size = 100 }: Fixture) {
    this.#notes = notes
    this.#objects = objects
    this.#cells = Object.entries(cells)
      .map(([key, one]) => ({ block: blockAt(key), cell: one }))
      .sort((a, b) => compareBlock(a.block, b.block))
    this.#holders = new Map(holders.map((one) => [one.handle, one]))
    const none = new Uint8Array(32)
    this.publication = {
      size,
      at: AT,
      note: '',
      stateText: '',
      inclusion: [],
      version: {
        id: size,
        roots: { ip4: 0, ip6: 0, asn: 0, obj: 0, index: 0 },
        hashes: { ip4: none, ip6: none, asn: none, obj: none },
      },
    }
  }

  get registry(): Registry {
    throw new Error('not asked for by this face')
  }

  chain(block: Block): readonly CoveringCell[] {
    return this.#cells.filter((one) => contains(one.block, block))
  }

  inside(block: Block, limit: number, after: Block | null = null): Page<CoveringCell> {
    const all = this.#cells.filter(
      (one) => contains(block, one.block) && (after === null || compareBlock(one.block, after) > 0),
    )
    const items = all.slice(0, limit)
    return { items, after: all.length > limit ? (items.at(-1)?.block ?? null) : null }
  }

  object(type: ObjectType, handle: string): unknown {
    if (type === 'notes') return this.#notes[handle] ?? null
    if (type === 'holder') return this.#holders.get(handle) ?? null
    return this.#objects[`obj/${type}/${handle}`] ?? null
  }

  holdings(handle: string, limit: number): ReturnType<Snapshot['holdings']> {
    const all = this.#cells.flatMap(({ block, cell: { registrations } }) =>
      registrations.filter((one) => one.holder === handle).map((one) => ({ block, registration: one })),
    )
    return { items: all.slice(0, limit), more: all.length > limit }
  }

  underWay(about: string): ReturnType<Snapshot['underWay']> {
    return Object.entries(this.#objects).flatMap(([key, record]) => underWayOf(key, record, about) ?? [])
  }

  prove(): string {
    throw new Error('not asked for by this face')
  }
}

const unused = (): never => {
  throw new Error('not asked for by this face')
}

/** A reader whose state a test can exchange. */
export class HandMadeReader implements RegistryReader {
  readonly info: RegistryInfo
  readonly store: RegistryReader['store']
  #fixture: Fixture
  #snapshot: Snapshot
  /** Whether older positions are still at hand. */
  keeps = true

  constructor(fixture: Fixture) {
    this.#fixture = fixture
    this.#snapshot = new HandMadeSnapshot(fixture)
    this.info = { ...INFO, ...fixture.info }
    this.store = {
      head: unused,
      entries: async (from, count) =>
        (this.#fixture.entries ?? [])
          .slice(from, from + count)
          .map((entry) => Buffer.from(JSON.stringify(entry))),
      tileHashes: unused,
      snapshot: unused,
      records: unused,
      record: unused,
      objects: unused,
      touched: unused,
      receiptBySeq: unused,
      receiptsByRequest: unused,
      lastReceipt: unused,
      openings: async (commitments) =>
        commitments.flatMap((commitment) => {
          const value = this.#fixture.openings?.[commitment]
          return value === undefined ? [] : [{ commitment, opening: '', field: '', value }]
        }),
      holdersMatching: async (text, limit) =>
        (this.#fixture.holders ?? [])
          .filter(({ name }) => name?.toLowerCase().includes(text.toLowerCase()))
          .map(({ handle }) => handle)
          .slice(0, limit),
      checkpoints: unused,
    }
  }

  publish(fixture: Fixture): void {
    this.#fixture = fixture
    this.#snapshot = new HandMadeSnapshot(fixture)
  }

  snapshot(): Snapshot {
    return this.#snapshot
  }

  snapshotAt(size: number): Snapshot | null {
    return this.keeps && size === this.#snapshot.publication.size ? this.#snapshot : null
  }

  history(): Promise<readonly HistoryItem[]> {
    return unused()
  }
}

const whole = (key: string): Pick<Registration, 'first' | 'last'> => {
  const [space, text = ''] = [key.slice(0, 3), key.slice(4)]
  const range = blockRange(blockAt(key))
  if (space === 'asn') return { first: String(range.first), last: String(range.last) }
  throw new TypeError(text)
}

const ODD_RANGE = { first: '198.51.100.0', last: '198.51.100.191' }
const ODD_IP6 = { first: '2001:db8:8000::', last: '2001:db8:800b:ffff:ffff:ffff:ffff:ffff' }

const odd = registration({ id: 'R-20', ...ODD_RANGE, holder: 'H-8', since: 20 })
const odd6 = registration({ id: 'R-21', ...ODD_IP6, holder: 'H-8', since: 21 })

/** Pools, a holding with children and services, ranges that are no prefix, AS numbers, reserved numbers. */
export const EXAMPLE: Fixture = {
  cells: {
    'ip4/192.0.2.0/24': cell({
      registrations: [
        registration({
          id: 'R-1',
          kind: 'pool',
          status: 'available',
          first: '192.0.2.0',
          last: '192.0.2.255',
          procedure: 'genesis/1',
          since: 1,
        }),
      ],
    }),
    'ip4/203.0.113.0/24': cell({
      registrations: [
        registration({
          id: 'R-41',
          first: '203.0.113.0',
          last: '203.0.113.255',
          holder: 'H-7',
          country: 'BR',
          registered: '2013-05-01',
          provenance: 'STATISTICS',
          procedure: 'import/1',
        }),
      ],
      routes: [
        { under: 'R-41', since: 50, origin: 64500 },
        { under: 'R-41', since: 51, origin: 64501 },
      ],
      rdns: {
        under: 'R-41',
        since: 52,
        ns: ['ns1.example.net', 'ns2.example.net'],
        ds: [{ keyTag: 4711, algorithm: 13, digestType: 2, digest: 'ab'.repeat(32) }],
      },
    }),
    'ip4/203.0.113.64/26': cell({
      registrations: [
        registration({
          id: 'R-60',
          kind: 'sub',
          status: 'assigned',
          first: '203.0.113.64',
          last: '203.0.113.127',
          holder: 'H-8',
          procedure: 'delegate/1',
          since: 60,
        }),
      ],
      routes: [{ under: 'R-60', since: 61, origin: 64502 }],
    }),
    'ip4/203.0.113.64/27': cell({ routes: [{ under: 'R-gone', since: 1, origin: 64503 }] }),
    'ip4/198.51.100.0/25': cell({ registrations: [odd] }),
    'ip4/198.51.100.128/26': cell({ registrations: [odd] }),
    'ip6/2001:db8::/32': cell({
      registrations: [
        registration({
          id: 'R-2',
          kind: 'pool',
          status: 'available',
          first: '2001:db8::',
          last: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
          since: 2,
        }),
      ],
    }),
    'ip6/2001:db8:8000::/45': cell({ registrations: [odd6] }),
    'ip6/2001:db8:8008::/46': cell({
      registrations: [odd6],
      routes: [{ under: 'R-21', since: 70, origin: 64500 }],
    }),
    'asn/64496/28': cell({
      registrations: [
        registration({
          id: 'R-3',
          kind: 'pool',
          status: 'available',
          ...whole('asn/64496/28'),
          since: 3,
        }),
      ],
    }),
    'asn/64500/32': cell({
      registrations: [registration({ id: 'R-80', ...whole('asn/64500/32'), holder: 'H-7', since: 80 })],
    }),
    'asn/64504/30': cell({
      registrations: [registration({ id: 'R-81', ...whole('asn/64504/30'), holder: 'H-8', since: 81 })],
    }),
  },
  holders: [
    holder({
      handle: 'H-7',
      country: 'BR',
      contacts: [
        { role: 'abuse', kind: 'group', fields: { fn: 'c1', email: 'c2' } },
        { role: 'registrant', kind: 'individual', fields: { fn: 'c3', email: 'c4' } },
        { role: 'technical', kind: 'group', fields: { fn: 'c5', adr: 'c6', tel: 'c7' } },
      ],
    }),
    holder({ handle: 'H-8', kind: 'person', name: null }),
    holder({ handle: 'IMP-X-1', kind: 'imported', name: null, identity: null }),
  ],
  openings: {
    c1: 'Abuse desk',
    c2: 'abuse@example.net',
    c3: 'A Private Person',
    c4: 'person@example.net',
    c5: 'Network operations\nsource: FORGED',
    c6: '1 Example Street\nExampletown',
    c7: '+00 1 555 0100',
  },
  entries: Array.from({ length: 100 }, (_, index) => ({
    t: 'op',
    outcome:
      index === 41
        ? {
            accepted: true,
            effects: [{ key: 'ip4/203.0.113.0/24' }, { key: 'obj/holder/H-7' }],
          }
        : index === 20
          ? {
              accepted: true,
              effects: [{ key: 'ip4/198.51.100.0/25' }, { key: 'ip4/198.51.100.128/26' }],
            }
          : { accepted: false, refusals: ['out-of-date'] },
  })),
}
