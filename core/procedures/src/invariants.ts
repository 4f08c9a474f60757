/**
 * Invariants I1 and I8 at run time: what an effect takes from a holder must carry that holder's consent, an order, or a
 * public instrument. `decide` is held to it by the types of `lessen`; this looks at what the effects really do, in
 * the registrar before each commit and in every audit. What an order may do is looked at in `order-bounds.ts`.
 */

import type { Basis, Order } from '@cadastre/evidence'
import { contains, NUMBER_SPACES, type NumberSpace } from '@cadastre/numbers'
import {
  asObject,
  type CoveringCell,
  type Holder,
  type Instant,
  isChild,
  type RecordKey,
  type Registration,
  registrationRange,
} from '@cadastre/records'
import { cellOf } from './effects.ts'
import { rangeOfText } from './holds.ts'
import type { Effect } from './procedure.ts'

/** One holder's loss by one act: a registration that ends or shrinks, or control of its keys. */
export type Loss = {
  readonly holder: string
  readonly what: string
  /** Null where control of keys is lost. */
  readonly registration: Registration | null
}

/** What covers a cell, itself included, outermost first. */
type Covering = (key: RecordKey) => readonly CoveringCell[]

/** A loss, where it is written and on what basis. */
type Grounded = Loss & { readonly key: RecordKey; readonly basis: readonly Basis[] }

/**
 * What an act takes from holders, by key. `before` gives the state before the act. A registration that appears again
 * under another cell with the same id, holder and kind (a partial act leaves pieces) is weighed by the numbers lost,
 * which the cells themselves show: what is no longer registered to the holder in any cell that the act writes.
 */
export function lossesOf(
  effects: readonly Effect[],
  before: (key: RecordKey) => unknown,
): readonly Grounded[] {
  const kept = new Set<string>()
  for (const effect of effects)
    if (!effect.key.startsWith('obj/'))
      for (const registration of registrationsIn(effect.next)) kept.add(identityOf(registration))
  return effects.flatMap((effect) => {
    const old = before(effect.key)
    if (old === null) return []
    if (effect.key.startsWith('obj/holder/')) return holderLosses(effect, old as Holder)
    if (effect.key.startsWith('obj/')) return []
    return registrationsIn(old)
      .filter((registration) => registration.holder !== null && registration.kind !== 'pool')
      .filter((registration) => !sameIn(effect.next, registration))
      .map((registration) => ({
        key: effect.key,
        basis: effect.basis,
        holder: registration.holder ?? '',
        what: kept.has(identityOf(registration)) ? `part of ${registration.id}` : registration.id,
        registration,
      }))
  })
}

/**
 * The first loss without the loser's consent, an order or a public instrument; null where there is none. `covering` gives
 * what covered a cell before the act: without it nobody is known as the parent of a child.
 */
export function adverseWithoutBasis(
  effects: readonly Effect[],
  before: (key: RecordKey) => unknown,
  at: Instant,
  covering: Covering = () => [],
): string | null {
  for (const loss of lossesOf(effects, before)) {
    const grounded = loss.basis.some((basis) =>
      basis.kind === 'order' ? orders(basis, loss) : basis.holder === loss.holder,
    )
    if (!grounded && !childOfConsenting(loss, at, covering))
      return `${loss.key}: ${loss.what} of ${loss.holder}`
  }
  return null
}

/** Whether the order says what is lost: the registration by its id, a child that falls with it, or the say over the keys. */
function orders(basis: Order, { registration, holder, key }: Grounded): boolean {
  if (registration === null) return basis.effect === 'appointRepresentative' && basis.holder === holder
  if (basis.scope.some(({ id }) => id === registration.id)) return true
  // Unprotected children are their parent's note: they end where it is cancelled, as where it is returned.
  if (basis.effect !== 'cancelToPool' || !isChild(registration.kind) || registration.protected) return false
  const space = spaceOf(key)
  return (
    space !== null &&
    basis.scope.some(({ range }) => contains(rangeOfText(range), registrationRange(registration, space)))
  )
}

function spaceOf(key: RecordKey): NumberSpace | null {
  return NUMBER_SPACES.find((space) => key.startsWith(`${space}/`)) ?? null
}

/**
 * An unprotected child is its parent's annotation (design.md section 4): it ends on the parent's consent, or at its
 * term. A protected one ends early only by its own.
 */
function childOfConsenting({ registration, basis, key }: Grounded, at: Instant, covering: Covering): boolean {
  if (registration === null || !isChild(registration.kind)) return false
  if (hasEnded(registration, at)) return true
  if (registration.protected) return false
  const parents = parentsOf(registration, covering(key), at)
  return basis.some((one) => one.kind === 'consent' && parents.includes(one.holder))
}

/** Whose annotation the child is: of those around it, outwards, up to the first that nobody outside may end. */
function parentsOf({ id }: Registration, path: readonly CoveringCell[], at: Instant): readonly string[] {
  const around = path.flatMap(({ cell }) => cell.registrations)
  const own = around.findLastIndex((one) => one.id === id)
  const parents: string[] = []
  for (const outer of around.slice(0, Math.max(own, 0)).toReversed()) {
    parents.push(outer.holder ?? '')
    const falls = isChild(outer.kind) && (!outer.protected || hasEnded(outer, at))
    if (!falls) break
  }
  return parents
}

function hasEnded({ until }: Registration, at: Instant): boolean {
  return until !== null && until <= at
}

function holderLosses(effect: Effect, old: Holder): readonly Grounded[] {
  const loss = { key: effect.key, basis: effect.basis, holder: old.handle, registration: null }
  const next = asObject('holder', effect.key, effect.next)
  if (next === null) return [{ ...loss, what: 'the holder’s record' }]
  const lost = (old.policy?.keys ?? []).filter(
    (key) => !next.policy?.keys.some((other) => other.alg === key.alg && other.key === key.key),
  )
  return lost.length > 0 ? [{ ...loss, what: 'a key' }] : []
}

function registrationsIn(record: unknown): readonly Registration[] {
  return cellOf(record).registrations
}

function identityOf(registration: Registration): string {
  return `${registration.id} ${registration.holder} ${registration.kind}`
}

/** Whether the cell still holds the registration for the same holder, to the same end, over a range no smaller. */
function sameIn(next: unknown, old: Registration): boolean {
  return registrationsIn(next).some(
    (registration) =>
      identityOf(registration) === identityOf(old) &&
      registration.first === old.first &&
      registration.last === old.last &&
      registration.until === old.until &&
      registration.protected === old.protected,
  )
}
