// The state as a naive picture: for every stretch of numbers, what is registered there. Built from the records alone,
// by looking at everything: it shares no code with the procedures or with records/resolve.ts, which it judges.

import { type NumberSpace, parseBlockKey, parseNumber, parseRange } from '@cadastre/numbers'
import type { Cell, Json, RecordKey, Registration } from '@cadastre/records'
import type { Records } from '@cadastre/simulator'

export const SPACES: readonly NumberSpace[] = ['ip4', 'ip6', 'asn']

export interface PlacedCell {
  readonly key: RecordKey
  readonly space: NumberSpace
  readonly first: bigint
  readonly last: bigint
  readonly length: number
  readonly cell: Cell
}

/** Numbers among which nothing differs: the registrations over them, outermost first. */
export interface Stretch {
  readonly first: bigint
  readonly last: bigint
  readonly over: readonly Registration[]
}

const WIDTHS = { ip4: 32, ip6: 128, asn: 32 } as const

export function cellsOf(records: Records, space: NumberSpace): readonly PlacedCell[] {
  const found: PlacedCell[] = []
  for (const [key, value] of records) {
    if (!key.startsWith(`${space}/`)) continue
    const block = parseBlockKey(key)
    if (!block.ok) throw new Error(`not a cell: ${key}`)
    const { first, length } = block.value
    const cell: unknown = value
    const last = first + (1n << BigInt(WIDTHS[space] - length)) - 1n
    found.push({ key, space, first, last, length, cell: cell as Cell })
  }
  return found.sort((a, b) => a.length - b.length)
}

/** Registrations over one number, outermost first. `cells` are sorted by prefix length. */
export function over(cells: readonly PlacedCell[], number: bigint): readonly Registration[] {
  return cells.flatMap(({ first, last, cell }) =>
    first <= number && number <= last ? cell.registrations : [],
  )
}

export interface Numbers {
  readonly first: bigint
  readonly last: bigint
}
/** What a registration says that it covers. */
export function stated({ first, last, id }: Registration, space: NumberSpace): Numbers {
  const low = parseNumber(space, first)
  const high = parseNumber(space, last)
  if (!low.ok || !high.ok || low.value > high.value)
    throw new Error(`${id} states no range: ${first} - ${last}`)
  return { first: low.value, last: high.value }
}
export function numbersOfText(text: Json | undefined): Numbers | null {
  const range = typeof text === 'string' ? parseRange(text) : null
  return range?.ok === true ? range.value : null
}
export const within = (inner: Numbers, outer: Numbers): boolean =>
  outer.first <= inner.first && inner.last <= outer.last

function edgesOf(cells: readonly PlacedCell[]): readonly bigint[] {
  return cells.flatMap(({ first, last }) => [first, last + 1n])
}

/** Before and after side by side, over stretches in which neither changes; outside of all of them nothing is registered. */
export function sideBySide(
  before: readonly PlacedCell[],
  after: readonly PlacedCell[],
): readonly (Numbers & { readonly was: readonly Registration[]; readonly is: readonly Registration[] })[] {
  const edges = [...new Set([...edgesOf(before), ...edgesOf(after)])].sort((a, b) =>
    a < b ? -1 : a > b ? 1 : 0,
  )
  return edges.slice(0, -1).map((first, place) => ({
    first,
    last: (edges[place + 1] ?? first + 1n) - 1n,
    was: over(before, first),
    is: over(after, first),
  }))
}

export function stretches(cells: readonly PlacedCell[]): readonly Stretch[] {
  return sideBySide(cells, cells).map(({ first, last, was }) => ({ first, last, over: was }))
}

const OCCUPYING = ['holding', 'reserved', 'quarantined', 'moved-out']
export const isOccupier = ({ kind }: Registration): boolean => OCCUPYING.includes(kind)
export const isChildKind = ({ kind }: Registration): boolean => kind === 'sub' || kind === 'lease'

/** Where numbers are (I2): by the first occupier over them, or free under a pool, or not ours. */
export function placeOf(registrations: readonly Registration[]): string {
  const occupier = registrations.find(isOccupier)
  if (occupier !== undefined) return occupier.kind === 'holding' ? 'held' : occupier.kind
  return registrations.length > 0 ? 'free' : 'not-ours'
}

/** A service in force: where, what, and whose. */
export interface Live {
  readonly key: RecordKey
  readonly first: bigint
  readonly kind: 'rdns' | 'route' | 'roa'
  readonly what: string
  readonly under: string
  /** Nearest holder from the innermost registration outwards. */
  readonly owner: string | null
}

const without = ({ since: _, ...rest }: { readonly since: number }): string => JSON.stringify(rest)

export function servicesIn({ rdns, routes, roas }: Cell): readonly Pick<Live, 'kind' | 'what' | 'under'>[] {
  return [
    ...(rdns === null ? [] : [{ kind: 'rdns' as const, what: without(rdns), under: rdns.under }]),
    ...routes.map((route) => ({ kind: 'route' as const, what: without(route), under: route.under })),
    ...roas.map((roa) => ({ kind: 'roa' as const, what: without(roa), under: roa.under })),
  ]
}

/** What is registered over a whole cell: cells around it and itself, not those inside. */
function overCell(cells: readonly PlacedCell[], { first, length }: PlacedCell): readonly Registration[] {
  return over(
    cells.filter((one) => one.length <= length),
    first,
  )
}

export function liveIn(cells: readonly PlacedCell[]): readonly Live[] {
  return cells.flatMap((placed) => {
    const registrations = overCell(cells, placed)
    const innermost = registrations.at(-1)
    const owner = registrations.findLast(({ holder }) => holder !== null)?.holder ?? null
    return servicesIn(placed.cell)
      .filter(({ under }) => under === innermost?.id)
      .map((service) => ({ key: placed.key, first: placed.first, ...service, owner }))
  })
}

/** Spaces whose records an act changed. */
export function changedSpaces(before: Records, after: Records): readonly NumberSpace[] {
  const keys = new Set([...before.keys(), ...after.keys()])
  const changed = [...keys].filter((key) => before.get(key) !== after.get(key))
  return SPACES.filter((space) => changed.some((key) => key.startsWith(`${space}/`)))
}
