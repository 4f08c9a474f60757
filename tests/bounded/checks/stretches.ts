// The numbers of one space side by side, before and after an act: for every stretch in which nothing differs, what is
// registered there, outermost first. Read by looking at every cell; no code is shared with the procedures.

import { type NumberSpace, parseNumber } from '@cadastre/numbers'
import type { Cell, Registration } from '@cadastre/records'
import type { SmallState, Taken } from '@cadastre/simulator/bounded'

export type Stretch = {
  readonly space: NumberSpace
  readonly first: bigint
  readonly last: bigint
  readonly was: readonly Registration[]
  readonly is: readonly Registration[]
}
type PlacedCell = {
  readonly key: string
  readonly first: bigint
  readonly last: bigint
  readonly length: number
  readonly cell: Cell
}

const WIDTHS = { ip4: 32, ip6: 128, asn: 32 } as const
const SPACES = ['ip4', 'ip6', 'asn'] as const

const known = new WeakMap<object, Map<NumberSpace, readonly PlacedCell[]>>()

/** Cells of a space, shorter prefixes first. States that share their cells share this. */
export function cellsOf(state: SmallState, space: NumberSpace): readonly PlacedCell[] {
  const spaces = known.get(state.cells) ?? new Map<NumberSpace, readonly PlacedCell[]>()
  known.set(state.cells, spaces)
  const before = spaces.get(space)
  if (before !== undefined) return before
  const cells: PlacedCell[] = []
  for (const [key, { value }] of state.entries()) {
    if (!key.startsWith(`${space}/`)) continue
    const [, address = '', length = ''] = key.split('/')
    const parsed = parseNumber(space, address)
    if (!parsed.ok) throw new Error(`not a cell: ${key}`)
    const first = parsed.value
    const last = first + (1n << BigInt(WIDTHS[space] - Number(length))) - 1n
    const cell: unknown = value
    cells.push({ key, first, last, length: Number(length), cell: cell as Cell })
  }
  cells.sort((a, b) => a.length - b.length)
  spaces.set(space, cells)
  return cells
}

const overNumber = (cells: readonly PlacedCell[], number: bigint): readonly Registration[] =>
  cells.flatMap(({ first, last, cell }) => (first <= number && number <= last ? cell.registrations : []))

const changes = new WeakMap<Taken, readonly Stretch[]>()

/** Every stretch of the spaces in which the act wrote a cell. */
export function stretchesOf(taken: Taken): readonly Stretch[] {
  const before = changes.get(taken)
  if (before !== undefined) return before
  const touched = SPACES.filter((space) => taken.effects.some(({ key }) => key.startsWith(`${space}/`)))
  const found = touched.flatMap((space) => {
    const [was, is] = [cellsOf(taken.before, space), cellsOf(taken.after, space)]
    const edges = [...new Set([...was, ...is].flatMap(({ first, last }) => [first, last + 1n]))].sort(
      (a, b) => (a < b ? -1 : 1),
    )
    return edges.slice(0, -1).map((first, place) => ({
      space,
      first,
      last: (edges[place + 1] ?? first + 1n) - 1n,
      was: overNumber(was, first),
      is: overNumber(is, first),
    }))
  })
  changes.set(taken, found)
  return found
}

const OCCUPYING = ['holding', 'reserved', 'quarantined', 'moved-out']
export const occupies = ({ kind }: Registration): boolean => OCCUPYING.includes(kind)
export const isChild = ({ kind }: Registration): boolean => kind === 'sub' || kind === 'lease'

/** Where numbers are (I2): held, reserved, quarantined, moved out, free under a pool, or not ours. */
export function placeOf(registrations: readonly Registration[]): string {
  const occupier = registrations.find(occupies)
  if (occupier !== undefined) return occupier.kind === 'holding' ? 'held' : occupier.kind
  return registrations.length > 0 ? 'free' : 'not-ours'
}

export function numbersOf(
  { first, last }: Pick<Registration, 'first' | 'last'>,
  space: NumberSpace,
): { readonly first: bigint; readonly last: bigint } {
  const [low, high] = [parseNumber(space, first), parseNumber(space, last)]
  if (!low.ok || !high.ok) throw new Error(`no range: ${first} - ${last}`)
  return { first: low.value, last: high.value }
}
