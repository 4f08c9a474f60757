// I2: every number is in exactly one place and stands where its registration says. I7: the pool grows only by return,
// order, an inbound move or upstream. I8 for numbers: nobody gains what nobody gave it.

import { parseRange } from '@cadastre/numbers'
import type { Cell, Registration } from '@cadastre/records'
import type { Check, SmallState, Taken } from '@cadastre/simulator/bounded'
import { bodyOf, opening, stepOf, textAt, valueAt } from './reading.ts'
import { cellsOf, isChild, numbersOf, occupies, placeOf, type Stretch, stretchesOf } from './stretches.ts'
import { parameter } from './windows.ts'

function misplaced({ is, space }: Stretch): string | null {
  if (is.filter(occupies).length > 1) return 'two that occupy'
  if (new Set(is.map(({ id }) => id)).size !== is.length) return 'one registration twice'
  for (const [place, one] of is.entries()) {
    const outer = is[place - 1]
    if (!isChild(one)) {
      if (outer !== undefined && outer.kind !== 'pool') return `${one.id} inside ${outer.id}`
      continue
    }
    if (outer === undefined || !(outer.kind === 'holding' || isChild(outer)))
      return `${one.id} is nobody’s child`
    const [inner, around] = [numbersOf(one, space), numbersOf(outer, space)]
    if (inner.first < around.first || inner.last > around.last) return `${one.id} reaches out of ${outer.id}`
  }
  return null
}

/** Registrations stand exactly where they say, told alike everywhere. */
function misstated(taken: Taken): string | null {
  const spaces = new Set(stretchesOf(taken).map(({ space }) => space))
  for (const space of spaces) {
    const pieces = new Map<string, { readonly text: string; count: bigint; readonly size: bigint }>()
    for (const { first, last, cell } of cellsOf(taken.after, space))
      for (const registration of cell.registrations) {
        const name = `${registration.id} ${registration.first} ${registration.last}`
        const range = numbersOf(registration, space)
        if (first < range.first || last > range.last) return `${name} stands where it does not say`
        const text = JSON.stringify(registration)
        const piece = pieces.get(name) ?? { text, count: 0n, size: range.last - range.first + 1n }
        if (piece.text !== text) return `${name} is told in two ways`
        pieces.set(name, { ...piece, count: piece.count + last - first + 1n })
      }
    for (const [name, { count, size }] of pieces)
      if (count !== size) return `${name} does not stand everywhere it says, or twice`
  }
  return null
}

export const onePlace: Check = {
  name: 'I2: one place for each number',
  check(taken) {
    for (const stretch of stretchesOf(taken)) {
      const wrong = misplaced(stretch)
      if (wrong !== null) return wrong
      const here = stretch.was.length > 0
      const arrives = taken.procedure === 'move-in/1'
      if (here !== stretch.is.length > 0 && !arrives)
        return `${stretch.first}: ${placeOf(stretch.was)}, then ${placeOf(stretch.is)}`
    }
    return misstated(taken)
  },
}

/** From where to where numbers may go, and by what. */
const MOVES: { readonly [move: string]: readonly string[] } = {
  'free held': ['allocate/1'],
  'held quarantined': ['return/1', 'serve-order/1'],
  'quarantined free': ['return/1'],
  'held moved-out': ['move-out/1'],
  'not-ours moved-out': ['move-in/1'],
  'moved-out held': ['move-in/1'],
  'moved-out not-ours': ['move-in/1'],
}

/**
 * Not before so many seconds are over is what came back free again: as many as the terms say by which it was returned or
 * ordered away; those of the start where it was before the history.
 */
function quarantineSeconds(taken: Taken): number {
  const { act, procedure } = taken
  const began = act.kind === 'due' ? opening(taken, act.subject.split('/').at(-1) ?? '') : null
  const terms = parameter(began ?? taken, procedure, 'quarantineSeconds')
  return typeof terms === 'number' ? terms : 180 * 86400
}

export const poolGrowth: Check = {
  name: 'I7: the pool grows only by return, order or move',
  check(taken) {
    for (const { first, was, is } of stretchesOf(taken)) {
      const [from, to] = [placeOf(was), placeOf(is)]
      if (from === to) continue
      if (!(MOVES[`${from} ${to}`] ?? []).includes(taken.procedure)) return `${first}: ${from}, then ${to}`
      if (to === 'quarantined') {
        const until = is.find(({ kind }) => kind === 'quarantined')?.until ?? null
        if (until === null || Date.parse(until) - Date.parse(taken.at) < quarantineSeconds(taken) * 1000)
          return `${first}: no quarantine as long as its terms`
      }
      if (to !== 'free') continue
      const until = was.find(({ kind }) => kind === 'quarantined')?.until ?? null
      if (until === null || until > taken.at) return `${first}: free before its quarantine ends`
    }
    return null
  },
}

const sameOwner = (a: Registration, b: Registration): boolean => a.id === b.id && a.holder === b.holder

/** Who may come to hold numbers by an act: whom the request that began it names. */
function receivers(taken: Taken): readonly string[] {
  const { act } = taken
  if (act.kind === 'request') return named(taken)
  const began = opening(taken, act.subject.split('/').at(-1) ?? '')
  return began === null ? [] : named(began)
}
function named(taken: Taken): readonly string[] {
  const body = bodyOf(taken)
  const order = body['order']
  const receiver =
    typeof order === 'object' && order !== null && 'receiver' in order ? String(order['receiver']) : ''
  return [
    ...['to', 'holder', 'child', 'successor', 'claimant'].map((name) => textAt(body, name)),
    receiver,
  ].filter((one) => one !== '')
}

export const rightReceiver: Check = {
  name: 'I8: numbers go to whom the request or the order names',
  check(taken) {
    // A pool's queue serves whoever waits; what arrives goes to the holder of the way.
    const queued = taken.act.kind === 'due' && taken.act.subject.startsWith('obj/pool/')
    const allowed = queued ? null : taken.procedure === 'move-in/1' ? arriving(taken) : receivers(taken)
    for (const { was, is, first } of stretchesOf(taken))
      for (const one of is) {
        if (one.holder === null || was.some((old) => sameOwner(old, one))) continue
        if (allowed !== null && !allowed.includes(one.holder))
          return `${one.holder} gains ${one.id} at ${first}`
      }
    return null
  },
}

function arriving(taken: Taken): readonly string[] {
  if (stepOf(taken) === 'accept') return named(taken)
  const transit = taken.effects.find(({ key }) => key.startsWith('obj/transit/'))
  const before = transit === undefined ? null : taken.before.get(transit.key)?.value
  const recipient = (before as { readonly recipient?: { readonly holder: string } } | null)?.recipient
  return recipient === undefined ? [] : [recipient.holder]
}

/** What a request about numbers says, numbers beyond it stay as they were. */
export const rightNumbers: Check = {
  name: 'I8: no other numbers than those named',
  check(taken) {
    const text = rangeNamed(taken)
    if (text === null) return null
    const range = parseRange(text)
    if (!range.ok) return null
    const { space, first: low, last: high } = range.value
    for (const { space: here, first, last, was, is } of stretchesOf(taken)) {
      if (here === space && low <= first && last <= high) continue
      for (const old of was) {
        const now = is.find(({ id }) => id === old.id)
        if (now === undefined || now.holder !== old.holder || now.kind !== old.kind)
          return `${old.id} changes at ${first}, outside ${text}`
      }
      if (is.some(({ id }) => !was.some((old) => old.id === id)))
        return `something new at ${first}, outside ${text}`
    }
    return null
  },
}

const RANGED = ['transfer/1', 'return/1', 'move-out/1', 'move-in/1', 'delegate/1']
function rangeNamed(taken: Taken): string | null {
  if (!RANGED.includes(taken.procedure)) return null
  const { act } = taken
  const began = act.kind === 'request' ? taken : opening(taken, act.subject.split('/').at(-1) ?? '')
  const range = began === null ? undefined : bodyOf(began)['range']
  if (typeof range === 'string') return range
  const transit = taken.effects.find(({ key }) => key.startsWith('obj/transit/'))
  const way =
    transit === undefined
      ? null
      : (taken.before.get(transit.key)?.value as { readonly range?: string } | null)
  return way?.range ?? null
}

const cellAt = (state: SmallState, key: string): Cell | null => valueAt(state, key)
const without = ({ since: _, ...rest }: { readonly since: number }): string => JSON.stringify(rest)

/** I3: services of a cell change only by their holder's word, an order, or with the registration over them. */
export const servicesFollow: Check = {
  name: 'I3, I1: services change by their holder’s word, an order, or with the registration',
  check(taken) {
    if (taken.procedure === 'serve-order/1') return null
    const declared = taken.procedure === 'declare-service/1' ? textAt(bodyOf(taken), 'at') : ''
    for (const { key } of taken.effects) {
      if (key.startsWith('obj/') || key === declared) continue
      const [was, is] = [cellAt(taken.before, key), cellAt(taken.after, key)]
      if (was === null || is === null) continue
      const kept = (one: { readonly under: string }): boolean =>
        is.registrations.some(({ id }) => id === one.under)
      const texts = ({ routes, roas, rdns }: Cell): readonly string[] =>
        [...routes, ...roas, ...(rdns === null ? [] : [rdns])].filter(kept).map(without)
      const lost = texts(was).find((text) => !texts(is).includes(text))
      if (lost !== undefined) return `${key}: a service is gone: ${lost}`
    }
    return null
  },
}
