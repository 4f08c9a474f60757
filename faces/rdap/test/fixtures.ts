/** A small registry made by hand: cells and objects in lists, looked up by plain loops. */

import {
  type Block,
  contains,
  equalBlock,
  formatAddress,
  parsePrefix,
  parseRange,
  rangeToBlocks,
} from '@cadastre/numbers'
import { type RegistryInfo, type RegistryReader, type Snapshot, underWayOf } from '@cadastre/reader'
import {
  type Cell,
  type CoveringCell,
  EMPTY_CELL,
  type Holder,
  type Instant,
  NEW_HOLDER,
  type ObjectType,
  parseInstant,
  type Registration,
  type Registry,
} from '@cadastre/records'

export const AT: Instant = parseInstant('2026-01-02T03:04:05Z') ?? fail()
export const BASE = 'http://127.0.0.1:8080'

function fail(): never {
  throw new Error('a fixture is wrong')
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
  baseUrl: BASE,
  whois: { host: '127.0.0.1', port: 4343 },
  version: '0.1.0',
}

const REGISTRY: Registry = {
  v: 1,
  origin: INFO.origin,
  name: INFO.name,
  seat: 'XX',
  profile: 'community',
  state: 'open',
  awaitedParts: [],
  demonstration: false,
  importing: null,
  imported: null,
  sources: [
    { source: 'STATS', file: 'delegated-example', sha256: '', attribution: 'Example, CC BY 4.0', rows: 1 },
  ],
  relyingParty: { id: 'sign.registry.example', origins: [] },
  paused: null,
  pauses: [],
  successor: null,
  handOver: null,
  predecessor: null,
  since: 0,
}

export function registration(
  id: string,
  kind: Registration['kind'],
  range: string,
  more: Partial<Registration> = {},
): Registration & { readonly range: string } {
  const parsed = parseRange(range)
  if (!parsed.ok) return fail()
  const { space, first, last } = parsed.value
  return {
    id,
    kind,
    first: formatAddress(space, first),
    last: formatAddress(space, last),
    holder: null,
    status: kind === 'pool' ? 'available' : kind === 'reserved' ? 'reserved' : 'allocated',
    country: null,
    registered: null,
    until: null,
    protected: false,
    provenance: null,
    procedure: 'import/1',
    since: 4,
    ...more,
    range,
  }
}

export function holder(handle: string, more: Partial<Holder> = {}): Holder {
  return {
    v: 1,
    handle,
    kind: 'organisation',
    name: `Example ${handle}`,
    country: null,
    identity: `I-${handle}`,
    policy: null,
    contacts: [],
    ...NEW_HOLDER,
    procedure: 'identify-holder/1',
    since: 2,
    ...more,
  }
}

export type Records = {
  /** Outermost first. */
  readonly registrations?: readonly (Registration & { readonly range: string })[]
  readonly cells?: readonly { readonly at: string; readonly cell: Partial<Cell> }[]
  readonly holders?: readonly Holder[]
  readonly objects?: readonly {
    readonly type: ObjectType
    readonly handle: string
    readonly value: unknown
  }[]
  readonly openings?: { readonly [commitment: string]: string }
  readonly info?: Partial<RegistryInfo>
}

function cellsOf({ registrations = [], cells = [] }: Records): CoveringCell[] {
  const all: CoveringCell[] = []
  const edit = (block: Block, next: (cell: Cell) => Cell): void => {
    const index = all.findIndex((one) => equalBlock(one.block, block))
    const found = all[index]
    if (found === undefined) all.push({ block, cell: next(EMPTY_CELL) })
    else all[index] = { block, cell: next(found.cell) }
  }
  for (const { range, ...one } of registrations) {
    const parsed = parseRange(range)
    if (!parsed.ok) return fail()
    for (const block of rangeToBlocks(parsed.value))
      edit(block, (cell) => ({ ...cell, registrations: [...cell.registrations, one] }))
  }
  for (const { at, cell } of cells) {
    const block = parsePrefix(at)
    if (!block.ok) return fail()
    edit(block.value, (found) => ({ ...found, ...cell }))
  }
  return all.sort((a, b) =>
    a.block.first === b.block.first
      ? a.block.length - b.block.length
      : a.block.first < b.block.first
        ? -1
        : 1,
  )
}

function publication(size: number): Snapshot['publication'] {
  const known: Partial<Snapshot['publication']> = { size, at: AT, note: '', stateText: '', inclusion: [] }
  return known as Snapshot['publication']
}

export function testSnapshot(records: Records, size: number = 7): Snapshot {
  const cells = cellsOf(records)
  const { holders = [], objects = [] } = records
  return {
    publication: publication(size),
    registry: REGISTRY,
    chain: (block) => cells.filter((one) => contains(one.block, block)),
    inside(block, limit) {
      const items = cells.filter((one) => contains(block, one.block)).slice(0, limit)
      return { items, after: null }
    },
    object: (type, handle) =>
      (type === 'holder' ? holders.find((one) => one.handle === handle) : undefined) ??
      objects.find((one) => one.type === type && one.handle === handle)?.value ??
      null,
    holdings(handle, limit) {
      const items = cells.flatMap(({ block, cell }) =>
        cell.registrations
          .filter((one) => one.holder === handle)
          .map((one) => ({ block, registration: one })),
      )
      return { items: items.slice(0, limit), more: items.length > limit }
    },
    underWay: (about) =>
      objects.flatMap(({ type, handle, value }) => underWayOf(`obj/${type}/${handle}`, value, about) ?? []),
    prove: () => '',
  }
}

export type TestReader = RegistryReader & {
  /** What the store was asked for. */
  readonly asked: string[]
  show(next: Snapshot): void
}

/** Times of entries: entry n was written n seconds after the epoch. */
export function testReader(records: Records): TestReader {
  let snapshot = testSnapshot(records)
  const asked: string[] = []
  const store: Partial<RegistryReader['store']> = {
    async entries(from) {
      asked.push(`entry ${from}`)
      return [Buffer.from(`{"at":"1970-01-01T00:00:0${from}Z","evidence":[]}`)]
    },
    async openings(commitments) {
      asked.push(...commitments.map((one) => `opening ${one}`))
      return commitments.flatMap((commitment) => {
        const value = records.openings?.[commitment]
        return value === undefined ? [] : [{ commitment, opening: '', field: '', value }]
      })
    },
  }
  return {
    info: { ...INFO, ...records.info },
    asked,
    snapshot: () => snapshot,
    snapshotAt: () => null,
    history: async () => [],
    store: store as RegistryReader['store'],
    show(next) {
      snapshot = next
    },
  }
}
