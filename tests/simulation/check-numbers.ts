// I2: every number is in exactly one place, and none is lost. I7: the pool grows only by return, genesis and import.

import type { NumberSpace } from '@cadastre/numbers'
import { parseBlockKey } from '@cadastre/numbers'
import { type Registration, standing } from '@cadastre/records'
import type { Applied, Observer } from '@cadastre/simulator'
import {
  cellsOf,
  changedSpaces,
  isChildKind,
  isOccupier,
  type Numbers,
  type PlacedCell,
  placeOf,
  sideBySide,
  stated,
  stretches,
  within,
} from './picture.ts'

/** Each registration stands in cells that together are exactly what it states, each number once. */
function misstated(cells: readonly PlacedCell[], space: NumberSpace): string | null {
  const pieces = new Map<string, { readonly registration: Registration; readonly blocks: Numbers[] }>()
  for (const { first, last, cell } of cells)
    for (const registration of cell.registrations) {
      const name = `${registration.id} ${registration.first} ${registration.last}`
      const piece = pieces.get(name) ?? { registration, blocks: [] }
      if (JSON.stringify(piece.registration) !== JSON.stringify(registration))
        return `${name} is told in two ways`
      piece.blocks.push({ first, last })
      pieces.set(name, piece)
    }
  for (const [name, { registration, blocks }] of pieces) {
    const { first, last } = stated(registration, space)
    let next = first
    for (const block of blocks.sort((a, b) => (a.first < b.first ? -1 : 1))) {
      if (block.first !== next) return `${name} stands where it does not say, or twice`
      next = block.last + 1n
    }
    if (next !== last + 1n) return `${name} does not stand everywhere it says`
  }
  return null
}

/** What is wrong with the registrations over one stretch. */
function misplaced(over: readonly Registration[], space: NumberSpace): string | null {
  if (over.filter(isOccupier).length > 1) return 'two that occupy'
  if (new Set(over.map(({ id }) => id)).size !== over.length) return 'one registration twice'
  for (const [place, registration] of over.entries()) {
    const outer = over[place - 1]
    if (!isChildKind(registration)) {
      if (outer !== undefined && outer.kind !== 'pool') return `${registration.id} inside ${outer.id}`
      continue
    }
    if (outer === undefined || !(outer.kind === 'holding' || isChildKind(outer)))
      return `${registration.id} is nobody’s child`
    if (!within(stated(registration, space), stated(outer, space)))
      return `${registration.id} reaches out of ${outer.id}`
  }
  return null
}

export const onePlace: Observer = {
  name: 'I2: one place for each number',
  applied(step: Applied): string | null {
    for (const space of changedSpaces(step.before, step.after)) {
      const cells = cellsOf(step.after, space)
      const wrong = misstated(cells, space)
      if (wrong !== null) return wrong
      for (const { first, last, over } of stretches(cells)) {
        const fault = misplaced(over, space)
        if (fault !== null) return `${space} ${first} - ${last}: ${fault}`
        const path = { cells: cells.filter((one) => one.first <= first && first <= one.last) }
        const said = standing(path.cells.map(({ key, cell }) => ({ block: blockAt(key), cell })))
        if (said !== placeOf(over)) return `${space} ${first}: ${said} and ${placeOf(over)}`
      }
      for (const { key, cell } of cells) {
        const { registrations, routes, roas } = cell
        if (registrations.length > 8 || routes.length > 16 || roas.length > 16)
          return `${key} is over its caps`
      }
    }
    return null
  },
}

function blockAt(key: string): Parameters<typeof standing>[0][number]['block'] {
  const block = parseBlockKey(key)
  if (!block.ok) throw new Error(key)
  return block.value
}

export const noneLost: Observer = {
  name: 'I2: no number is lost',
  applied(step: Applied): string | null {
    if (isFounding(step)) return null
    for (const space of changedSpaces(step.before, step.after))
      for (const { first, last, was, is } of sideBySide(
        cellsOf(step.before, space),
        cellsOf(step.after, space),
      ))
        if (was.length > 0 !== is.length > 0)
          return `${space} ${first} - ${last}: ${placeOf(was)}, then ${placeOf(is)}`
    return null
  },
}

const isFounding = ({ procedure }: Applied): boolean =>
  ['genesis/1', 'import/1', 'open/1'].includes(procedure.id)

/** From where to where numbers may go, and by what. */
const MOVES: { readonly [move: string]: readonly string[] } = {
  'free held': ['allocate/1'],
  'held quarantined': ['return/1'],
  'quarantined free': ['return/1'],
}

export const poolGrowth: Observer = {
  name: 'I7: the pool grows only by return',
  applied(step: Applied): string | null {
    if (isFounding(step)) return null
    for (const space of changedSpaces(step.before, step.after))
      for (const { first, last, was, is } of sideBySide(
        cellsOf(step.before, space),
        cellsOf(step.after, space),
      )) {
        const [from, to] = [placeOf(was), placeOf(is)]
        if (from === to) continue
        const by = MOVES[`${from} ${to}`] ?? []
        if (!by.includes(step.procedure.id)) return `${space} ${first} - ${last}: ${from}, then ${to}`
        const until = was.find(({ kind }) => kind === 'quarantined')?.until ?? null
        if (to === 'free' && (until === null || until > step.at))
          return `${space} ${first}: free before its quarantine ends`
      }
    return null
  },
}
