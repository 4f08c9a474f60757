/**
 * Invariant I2: every number lies in exactly one of free, held, quarantined, moved out and reserved, and none is lost. It
 * follows where every decision is right; here it is looked at in the state itself, in the cells that a batch touched.
 */

import {
  type Block,
  block,
  blockKey,
  blockLast,
  blockRange,
  equalBlock,
  formatRange,
  parseBlockKey,
  rangeToBlocks,
  subtract,
} from '@cadastre/numbers'
import {
  type Cell,
  type CoveringCell,
  canonicalJson,
  covers,
  isChild,
  isOccupying,
  type Json,
  type RecordKey,
  type Registration,
  registrationRange,
  registrationsOn,
} from '@cadastre/records'
import type { TrieState } from './trie-state.ts'

/** What is wrong with the registrations on the path to a cell; null where nothing is. Throws a TypeError on what is no cell. */
export function misplaced(path: readonly CoveringCell[]): string | null {
  const on = registrationsOn(path)
  const occupying = on.filter(({ registration }) => isOccupying(registration.kind))
  if (occupying.length > 1) {
    const [one, other] = occupying.map(({ registration }) => `${registration.id} (${registration.kind})`)
    return `${one} and ${other} both stand there`
  }
  for (const [place, { block, registration }] of on.entries()) {
    const { id, kind } = registration
    const outer = on[place - 1]?.registration
    if (!standsAt(registration, block))
      return `${id} stands at ${blockKey(block)}, which is not where it says`
    if (on.findIndex((found) => found.registration.id === id) !== place) return `${id} stands there twice`
    const hangs = isChild(kind)
      ? outer !== undefined && (outer.kind === 'holding' || isChild(outer.kind)) && covers(outer, block)
      : outer === undefined || outer.kind === 'pool'
    if (!hangs)
      return `${id} (${kind}) stands inside ${outer === undefined ? 'nothing' : `${outer.id} (${outer.kind})`}`
  }
  return null
}

/** Whether the block is one of those that make up the registration's range; nearly always it is all of it. */
function standsAt(registration: Registration, block: Block): boolean {
  const range = registrationRange(registration, block.space)
  if (range.first === block.first && range.last === blockLast(block)) return true
  return rangeToBlocks(range).some((own) => equalBlock(own, block))
}

/** What is wrong, and at which cell or number the state shows it. */
export type Misplacement = {
  readonly code: 'number-misplaced' | 'number-lost'
  readonly detail: string
  readonly key: RecordKey
}

/** Keeps in mind which cells a batch touches, and looks at them at its end. */
export class Conservation {
  /** Cells as they were before the batch; null where there was none. */
  readonly #touched = new Map<RecordKey, Cell | null>()

  /** A record is about to be written. */
  touch(key: RecordKey, state: TrieState): void {
    if (!key.startsWith('obj/') && !this.#touched.has(key))
      this.#touched.set(key, state.record(key).value as Cell | null)
  }

  /** What is wrong in the cells touched since the last time, given the state now. */
  check(state: TrieState, isFounding: boolean): readonly Misplacement[] {
    const touched = [...this.#touched]
    this.#touched.clear()
    return touched.flatMap(([key, before]) => {
      try {
        return checkCell(state, key, before, isFounding)
      } catch (error) {
        // A forged record need not be a cell: that its effects differ was told.
        if (!(error instanceof TypeError)) throw error
        return []
      }
    })
  }
}

function checkCell(
  state: TrieState,
  key: RecordKey,
  before: Cell | null,
  isFounding: boolean,
): readonly Misplacement[] {
  const path = state.chain(key).cells
  const now = (state.record(key).value as Cell | null)?.registrations ?? []
  const was = before?.registrations ?? []
  const found = [at(key, misplaced(path))]
  if (outline(was) !== outline(now)) {
    const inside = cellsInside(state, key)
    for (const { block } of inside) {
      const inner = blockKey(block) as RecordKey
      found.push(at(inner, misplaced(state.chain(inner).cells)))
    }
    found.push(...[...was, ...now].map((registration) => at(key, torn(state, key, registration))))
    if (!isFounding && was.length > 0) found.push(lost(key, path, inside))
  }
  return found.flatMap((what) => (what === null ? [] : [what]))
}

function at(key: RecordKey, what: string | null): Misplacement | null {
  return what === null ? null : { code: 'number-misplaced', detail: `At ${key}: ${what}.`, key }
}

/** What decides where numbers are. */
function outline(registrations: readonly Registration[]): string {
  return registrations.map(({ id, kind, first, last }) => `${id} ${kind} ${first} ${last}`).join()
}

/** As many as are looked at once. */
const PAGE = 1024

function cellsInside(state: TrieState, key: RecordKey): readonly CoveringCell[] {
  const found: CoveringCell[] = []
  for (const page of state.inside(key, PAGE)) found.push(...page)
  return found
}

/** A registration that does not stand, the same, in each of the cells that make up its range. */
function torn(state: TrieState, key: RecordKey, registration: Registration): string | null {
  const blocks = rangeToBlocks(registrationRange(registration, blockOf(key).space))
  if (blocks.length === 1) return null
  const { id, first, last } = registration
  const standing = blocks.map((block) => {
    const cell = state.record(blockKey(block) as RecordKey).value as Cell | null
    const same = cell?.registrations.find((one) => one.id === id && one.first === first && one.last === last)
    return same === undefined ? null : canonicalJson(same as Json)
  })
  return standing.every((text) => text === standing[0]) ? null : `${id} does not stand everywhere it says`
}

/** Numbers of the cell that are registered nowhere; null where there are none. */
function lost(
  key: RecordKey,
  path: readonly CoveringCell[],
  inside: readonly CoveringCell[],
): Misplacement | null {
  if (registrationsOn(path).length > 0) return null
  const registered = inside.filter(({ cell }) => cell.registrations.length > 0)
  const own = blockOf(key)
  const rest = subtract(
    blockRange(own),
    registered.map(({ block }) => blockRange(block)),
  )
  const [first] = rest
  const number = first === undefined ? null : block(own.space, first.first, own.space === 'ip6' ? 128 : 32)
  if (number?.ok !== true) return null
  const detail = `${rest.map(formatRange).join(', ')} were registered, and are nowhere any more.`
  return { code: 'number-lost', detail, key: blockKey(number.value) as RecordKey }
}

function blockOf(key: RecordKey): Block {
  const block = parseBlockKey(key)
  if (!block.ok) throw new TypeError(`not the key of a cell: ${key}`)
  return block.value
}
