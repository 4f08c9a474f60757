/**
 * What partial acts share: taking part of a registration's range away and leaving pieces, and looking at everything
 * inside a range however much it is.
 *
 *     insideNeeds(blocks, known, limit): readonly Need[]       ask until it gives none
 *     insideOf(blocks, inputs, limit): { cells, complete }
 *     carveNeeds(registration, space, taken): readonly Need[]
 *     carve(edits, inputs, registration, space, taken, successor): boolean   re-cuts services too
 */

import {
  type Block,
  contains,
  equalBlock,
  formatAddress,
  halves,
  overlaps,
  type Range,
  rangeToBlocks,
  subtract,
} from '@cadastre/numbers'
import {
  type CoveringCell,
  cellKey,
  type Instant,
  isChild,
  object,
  parsedText,
  parseKey,
  type RecordKey,
  type Registration,
  registrationRange,
  registrationsOn,
  type Schema,
  text,
} from '@cadastre/records'
import type { CellEdits } from './cell-edits.ts'
import { withoutRegistration, withRegistration } from './cells.ts'
import { blocksOf, chainNeed, recordNeed, subtreeNeed } from './common.ts'
import type { Inputs, Need } from './procedure.ts'
import { recut, recutNeeds } from './services.ts'

/** The block of a cell's key. */
export const cellBlock: Schema<Block> = parsedText({
  expected: 'the key of a cell, such as ip4/203.0.113.0/24, ip6/2001:db8::/32 or asn/64496/32',
  maxLength: 60,
  parse: blockOfKey,
})

/** The block of a cell's key; null where the text is no canonical key of a cell. */
export function blockOfKey(text: string): Block | null {
  const parsed = parseKey(text)
  return parsed?.kind === 'cell' ? parsed.block : null
}

/** A registration as bodies refer to it: a cell that holds it (or that it covers), and its id. */
export type RegistrationRef = { readonly key: Block; readonly id: string }
export const registrationRef: Schema<RegistrationRef> = object({
  key: cellBlock,
  id: text({
    expected: 'the id of a registration, such as R-41',
    maxLength: 30,
    pattern: '^R-(?:0|[1-9][0-9]*)(?:-[1-9][0-9]*)?$',
  }),
})

/** A registration met on a path, with the path and what encloses it there, outermost first. */
export type Referred = {
  readonly path: readonly CoveringCell[]
  readonly registration: Registration
  readonly outer: readonly Registration[]
}

/** The registration that a body refers to; null where the path of its cell does not show it. */
export function referred({ key, id }: RegistrationRef, inputs: Inputs): Referred | null {
  const path = inputs.chain(key)
  const registrations = registrationsOn(path).map(({ registration }) => registration)
  const index = registrations.findIndex((registration) => registration.id === id)
  const registration = registrations[index]
  return registration === undefined ? null : { path, registration, outer: registrations.slice(0, index) }
}

/** Whether the registration is a protected child whose term runs: nobody but itself may end it. */
export function protectedAt(registration: Registration, at: Instant): boolean {
  return registration.protected && (registration.until === null || registration.until > at)
}

/** Whether one of these children has come to its term, so that it counts as ended though still recorded. */
export function termIsOver(registrations: readonly Registration[], at: Instant): boolean {
  return registrations.some(({ kind, until }) => isChild(kind) && until !== null && until <= at)
}

/** First and last number as a registration states them. */
export function rangeTexts(range: Range): { readonly first: string; readonly last: string } {
  return { first: formatAddress(range.space, range.first), last: formatAddress(range.space, range.last) }
}

/** Subtrees that one decision asks for at most: a busy range is looked at in halves, as far as this reaches. */
export const MAX_SUBTREES = 64

type Walk = {
  readonly needs: readonly Need[]
  readonly cells: readonly CoveringCell[]
  readonly complete: boolean
}

function walk(blocks: readonly Block[], known: Inputs, limit: number): Walk {
  const queue = [...blocks]
  const needs: Need[] = []
  const cells: CoveringCell[] = []
  let complete = true
  let asked = 0
  for (let block = queue.shift(); block !== undefined; block = queue.shift()) {
    const need = subtreeNeed(block)
    asked += 1
    if (!known.has(need)) {
      needs.push(need)
      continue
    }
    const subtree = known.subtree(block)
    const pair = halves(block)
    if (subtree.complete || pair === null) {
      cells.push(...subtree.cells)
    } else if (asked + queue.length + pair.length > limit) {
      cells.push(...subtree.cells)
      complete = false
    } else {
      const here = block
      cells.push(...subtree.cells.filter((cell) => equalBlock(cell.block, here)))
      queue.push(...pair)
    }
  }
  return { needs, cells, complete }
}

/** Subtrees still to be asked for to see everything inside the blocks; call it until it gives none. */
export function insideNeeds(
  blocks: readonly Block[],
  known: Inputs,
  limit: number = MAX_SUBTREES,
): readonly Need[] {
  return walk(blocks, known, limit).needs
}

/** All cells inside the blocks, these included; `complete` is false where there are more than can be looked at. */
export function insideOf(
  blocks: readonly Block[],
  inputs: Inputs,
  limit: number = MAX_SUBTREES,
): { readonly cells: readonly CoveringCell[]; readonly complete: boolean } {
  const { cells, complete } = walk(blocks, inputs, limit)
  return { cells, complete }
}

/** A child registration, and the cells in which it was met. */
export type ChildInside = {
  readonly registration: Registration
  readonly range: Range
  readonly cells: readonly Block[]
}

/** The child registrations in these cells, without those of the ids given, in the order in which they were met. */
export function childrenIn(
  cells: readonly CoveringCell[],
  except: ReadonlySet<string> = new Set(),
): readonly ChildInside[] {
  const found = new Map<string, { registration: Registration; range: Range; cells: Block[] }>()
  for (const { block, cell } of cells)
    for (const registration of cell.registrations) {
      if (!isChild(registration.kind) || except.has(registration.id)) continue
      const range = registrationRange(registration, block.space)
      const before = found.get(registration.id)
      if (before === undefined) found.set(registration.id, { registration, range, cells: [block] })
      else if (!before.cells.some((seen) => equalBlock(seen, block))) before.cells.push(block)
    }
  return [...found.values()]
}

/**
 * What taking `taken` away would do to a child: `inside` it goes with what is taken, `outside` it stays, `cut` it
 * would be cut through.
 */
export function childSide(child: ChildInside, taken: Range): 'inside' | 'outside' | 'cut' {
  if (contains(taken, child.range)) return 'inside'
  return overlaps(taken, child.range) ? 'cut' : 'outside'
}

/** The pieces of the registration that stay when `taken` leaves it: same id, each with its own first and last. */
function piecesWithout(
  registration: Registration,
  space: Block['space'],
  taken: Range,
): readonly Registration[] {
  return subtract(registrationRange(registration, space), [taken]).map((piece) => ({
    ...registration,
    ...rangeTexts(piece),
  }))
}

/** More blocks than this, taken, written and kept together, need more inputs than an entry holds. */
const MAX_CARVED_BLOCKS = 96

/** Whether taking `taken` away leaves few enough prefixes to decide on in one entry. */
export function canCarve(registration: Registration, space: Block['space'], taken: Range): boolean {
  const whole = registrationRange(registration, space)
  const pieces = [whole, taken, ...subtract(whole, [taken])]
  return pieces.reduce((sum, piece) => sum + rangeToBlocks(piece).length, 0) <= MAX_CARVED_BLOCKS
}

/** Inputs of {@link carve}: the chain of each block that is taken, and every cell that may be written. */
export function carveNeeds(registration: Registration, space: Block['space'], taken: Range): readonly Need[] {
  const kept = subtract(registrationRange(registration, space), [taken])
  const written = blocksOf(registration, space).map((block) => recordNeed(cellKey(block)))
  return [...rangeToBlocks(taken).map(chainNeed), ...written, ...recutNeeds(kept)]
}

/**
 * Take `taken`, a part or the whole, out of a registration and put `successor` there (null: nothing). What stays
 * keeps its id in pieces, and its services are re-cut. False where a cell would hold more than the published caps: the
 * edits must then be thrown away.
 */
export function carve(
  edits: CellEdits,
  inputs: Inputs,
  registration: Registration,
  space: Block['space'],
  taken: Range,
  successor: Registration | null,
): boolean {
  const placed = new Map<RecordKey, { readonly block: Block; readonly registration: Registration }>()
  const pieces = piecesWithout(registration, space, taken)
  for (const piece of successor === null ? pieces : [...pieces, successor])
    for (const block of blocksOf(piece, space)) placed.set(cellKey(block), { block, registration: piece })
  for (const block of blocksOf(registration, space))
    edits.edit(block, (cell) => withoutRegistration(cell, registration.id))
  for (const { block, registration: piece } of placed.values()) {
    const cell = withRegistration(edits.cell(block), piece)
    if (cell === null) return false
    edits.set(block, cell)
  }
  const kept = pieces.map((piece) => registrationRange(piece, space))
  const paths = rangeToBlocks(taken).map((block) => inputs.chain(block))
  recut(edits, registration, kept, paths)
  return !edits.overfull()
}
