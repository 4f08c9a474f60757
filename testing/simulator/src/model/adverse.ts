/**
 * What an accepted act takes from somebody, found by laying the effects over the picture; and whether there was a ground.
 * So the model convicts by the invariants of procedures.md, section 0, whatever it thinks of the decision itself.
 */

import { type Cell, canonicalJson, type Holder, type Json, type Registration } from '@cadastre/records'
import { asRead } from './as-read.ts'
import { type Grounds, mayLose, mayLoseKeys, mayLoseService } from './grounds.ts'
import {
  blockAt,
  inside,
  keyAt,
  numberText,
  type Prefixed,
  prefixesOf,
  type Span,
  touches,
  without,
} from './numbers.ts'
import { isChild } from './parts.ts'
import type { Parcel, World } from './world.ts'

type Effect = { readonly key: string; readonly next: Json }
type Placed = { readonly at: Prefixed; readonly cell: Cell | null }
const OCCUPYING: readonly string[] = ['holding', 'reserved', 'quarantined', 'moved-out']

export function adverse(
  world: World,
  procedure: string,
  effects: readonly Effect[],
  grounds: Grounds,
): string | null {
  const cells: Placed[] = []
  for (const { key, next } of effects) {
    const at = key.startsWith('obj/') ? null : blockAt(key)
    if (at !== null) cells.push({ at, cell: next as Cell | null })
  }
  return (
    numbersLost(world, cells, grounds) ??
    servicesLost(world, cells, grounds) ??
    keysLost(world, effects, grounds) ??
    aimed(procedure, effects)
  )
}

const spanText = ({ space, first, last }: Span): string =>
  `${space} ${numberText(space, first)} - ${numberText(space, last)}`

/** Where the same registration of the same holder stands after the act, within a parcel of before. */
function standsAt(parcel: Parcel, cells: readonly Placed[]): readonly Span[] {
  const same = (one: Registration): boolean =>
    one.id === parcel.entry.id && one.holder === parcel.entry.holder && one.kind === parcel.entry.kind
  const written = new Map(cells.map((placed) => [keyAt(placed.at), placed]))
  const kept = prefixesOf(parcel).filter((prefix) => !written.has(keyAt(prefix)))
  const now = cells.filter(({ at, cell }) => inside(at, parcel) && cell?.registrations.some(same))
  return [...kept, ...now.map(({ at }) => at)]
}
function minus(span: Span, taken: readonly Span[]): readonly Span[] {
  let left: readonly Span[] = [span]
  for (const one of taken) left = left.flatMap((rest) => without(rest, one))
  return left
}

function numbersLost(world: World, cells: readonly Placed[], grounds: Grounds): string | null {
  const [some] = cells
  if (some === undefined) return null
  for (const parcel of world.parcels[some.at.space]) {
    const { kind, holder, id, until } = parcel.entry
    if (kind === 'pool' || !cells.some(({ at }) => touches(at, parcel))) continue
    for (const lost of minus(parcel, standsAt(parcel, cells))) {
      const what = `${id} over ${spanText(lost)}`
      if (
        (kind === 'holding' || isChild(parcel)) &&
        holder !== null &&
        !mayLose(world, grounds, parcel, lost)
      )
        return `I1: ${holder} loses ${what} without its consent, an order or an instrument`
      const place = cells.find(
        ({ at, cell }) => inside(lost, at) && cell?.registrations.some((one) => OCCUPYING.includes(one.kind)),
      )
      const isOver = kind === 'quarantined' && until !== null && until <= world.at
      const stays =
        isChild(parcel) || isOver || kind === 'moved-out' || place !== undefined || covered(lost, cells)
      if (!stays) return `I7: ${what} is free without a quarantine`
    }
  }
  for (const { at, cell } of cells)
    if ((cell?.registrations ?? []).filter((one) => OCCUPYING.includes(one.kind)).length > 1)
      return `I2: ${keyAt(at)} is in two places at once`
  return null
}
/** Whether what is lost is registered to somebody, or set aside, at other prefixes. */
function covered(lost: Span, cells: readonly Placed[]): boolean {
  const taken = cells
    .filter(({ cell }) => cell?.registrations.some((one) => OCCUPYING.includes(one.kind)))
    .map(({ at }) => at)
  return minus(lost, taken).length === 0
}

function servicesLost(world: World, cells: readonly Placed[], grounds: Grounds): string | null {
  for (const { at, cell } of cells)
    for (const service of world.services[at.space]) {
      if (service.first !== at.first || service.length !== at.length) continue
      const parcel = world.innermost(at)
      if (parcel?.entry.id !== service.under) continue
      const stated = [
        ...(cell?.rdns == null ? [] : [cell.rdns]),
        ...(cell?.routes ?? []),
        ...(cell?.roas ?? []),
      ]
      const still = stated.some(
        ({ under, since: _, ...what }) => under === service.under && sameJson(what, service.what),
      )
      const holders = world.over(at).flatMap(({ entry }) => entry.holder ?? [])
      if (!still && !mayLoseService(grounds, holders, service.kind, at) && stands(parcel, at, cells))
        return `I1: ${holders.at(-1)} loses ${service.kind} at ${keyAt(at)} without its consent or an order`
    }
  return null
}
const sameJson = (one: unknown, other: unknown): boolean =>
  canonicalJson(one as Json) === canonicalJson(other as Json)
const stands = (parcel: Parcel, at: Span, cells: readonly Placed[]): boolean =>
  standsAt(parcel, cells).some((span) => inside(at, span))

function keysLost(world: World, effects: readonly Effect[], grounds: Grounds): string | null {
  for (const { key, next } of effects) {
    if (!key.startsWith('obj/holder/')) continue
    const handle = key.slice('obj/holder/'.length)
    const old = world.holder(handle)
    const now = asRead<Holder | null>(next)
    if (old === null) continue
    if (now === null) return `I1: ${handle} is gone`
    if (!sameJson(old.policy, now.policy) && !mayLoseKeys(grounds, handle))
      return `I1: ${handle} has other keys without its consent, an order or an examined recovery`
  }
  return null
}

/** I6: a pause writes the registry's own record, and no other. */
function aimed(procedure: string, effects: readonly Effect[]): string | null {
  const other =
    procedure === 'pause/1' ? effects.find(({ key }) => key !== 'obj/registry/REGISTRY') : undefined
  return other === undefined ? null : `I6: a pause writes ${other.key}`
}
