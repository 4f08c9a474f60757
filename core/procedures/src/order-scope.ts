/** The numbers, registrations and services that an order names: reading them, and the inputs that its effect needs. */

import {
  type Block,
  contains,
  err,
  ok,
  type Range,
  type Result,
  rangeToBlocks,
  subtract,
} from '@cadastre/numbers'
import {
  type Instant,
  isChild,
  type OrderDetail,
  type Registration,
  registrationRange,
  type ScopeItem,
} from '@cadastre/records'
import { chainNeed, holderKey, notesKey, recordNeed } from './common.ts'
import { rangeOfText } from './holds.ts'
import { leavingNeeds } from './leaving.ts'
import { holderNotesKey } from './notes.ts'
import type { Inputs, Need } from './procedure.ts'
import {
  blockOfKey,
  canCarve,
  carveNeeds,
  childrenIn,
  childSide,
  insideNeeds,
  insideOf,
  protectedAt,
  type RegistrationRef,
  referred,
} from './ranges.ts'
import type { RefusalCode } from './refusals.ts'
import { editNeeds } from './registration-edits.ts'
import { type Service, service as serviceSchema } from './services.ts'

/** An item as the rest of the code refers to a registration and a part of it. */
export type Target = { readonly registration: RegistrationRef; readonly range: Range }

export function targetOf({ key, id, range }: ScopeItem): Target {
  return { registration: { key: blockAt(key), id }, range: rangeOfText(range) }
}

function blockAt(key: string): Block {
  const block = blockOfKey(key)
  if (block === null) throw new TypeError(`not the key of a cell: ${key}`)
  return block
}

/** The registration of an item, if it is still there and still its holder's, and holds the whole range. */
export function subjectOf(
  item: ScopeItem,
  holder: string | null,
  inputs: Inputs,
): Result<Registration, RefusalCode> {
  const { registration: ref, range } = targetOf(item)
  const registration = referred(ref, inputs)?.registration
  if (registration === undefined || registration.holder !== holder) return err('resource-moved')
  const whole = registrationRange(registration, ref.key.space)
  return contains(whole, range) ? ok(registration) : err('range-outside')
}

/** What a transfer or a cancellation takes: a holding, or, to give it back, what an order put into quarantine. */
export function movableSubject(
  item: ScopeItem,
  holder: string | null,
  inputs: Inputs,
): Result<Registration, RefusalCode> {
  const subject = subjectOf(item, holder, inputs)
  if (!subject.ok) return subject
  const { kind } = subject.value
  return kind === 'holding' || (kind === 'quarantined' && holder === null) ? subject : err('not-a-holding')
}

export type NamedService = { readonly at: Block; readonly service: Service }

/** An order may look at so many prefixes, and so many subtrees, for all of its items together. */
const MAX_SCOPE_BLOCKS = 48
const MAX_SCOPE_SUBTREES = 32

/** How many subtrees may be looked at for each item. */
export function subtreesEach(scope: readonly ScopeItem[]): number {
  return Math.max(2, Math.floor(MAX_SCOPE_SUBTREES / Math.max(1, scope.length)))
}

/** `range-not-a-block`, where what is taken or corrected needs too many prefixes for one entry; null otherwise. */
export function scatteredRefusal(
  { effect }: OrderDetail,
  scope: readonly ScopeItem[],
  holder: string | null,
  inputs: Inputs,
): RefusalCode | null {
  if (effect !== 'transferTo' && effect !== 'cancelToPool' && effect !== 'correct') return null
  const blocks = scope.reduce((sum, item) => {
    const subject = subjectOf(item, holder, inputs)
    if (!subject.ok) return sum
    const { registration: ref, range } = targetOf(item)
    const whole = registrationRange(subject.value, ref.key.space)
    const pieces = effect === 'correct' ? [whole] : [whole, range, ...subtract(whole, [range])]
    return sum + pieces.reduce((count, piece) => count + rangeToBlocks(piece).length, 0)
  }, 0)
  return blocks > MAX_SCOPE_BLOCKS ? 'range-not-a-block' : null
}

/** The services that an order names; they were read when it was served. */
export function namedServices(detail: OrderDetail): readonly NamedService[] {
  if (detail.effect !== 'withdrawNamedService') return []
  return detail.services.map(({ at, service }) => {
    const read = serviceSchema.read(service, '')
    if (!read.ok) throw new TypeError('an order names services in their published form')
    return { at: blockAt(at), service: read.value }
  })
}

/** Inputs of an order's effect; to be asked for until it gives none. */
export function scopeNeeds(
  detail: OrderDetail,
  scope: readonly ScopeItem[],
  holder: string | null,
  known: Inputs,
): readonly Need[] {
  const holders = detail.effect === 'transferTo' ? [holder, detail.receiver] : [holder]
  const first = [
    ...holders.flatMap((one) => (one === null ? [] : [recordNeed(holderKey(one))])),
    ...(holder === null ? [] : [recordNeed(holderNotesKey(holder))]),
    ...scope.flatMap((item) => [chainNeed(targetOf(item).registration.key), recordNeed(notesKey(item.id))]),
    ...namedServices(detail).map(({ at }) => chainNeed(at)),
  ]
  if (!first.every((need) => known.has(need))) return first
  if (scatteredRefusal(detail, scope, holder, known) !== null) return first
  const subtrees = subtreesEach(scope)
  return [...first, ...scope.flatMap((item) => itemNeeds(detail, item, holder, known, subtrees))]
}

function itemNeeds(
  { effect }: OrderDetail,
  item: ScopeItem,
  holder: string | null,
  known: Inputs,
  subtrees: number,
): readonly Need[] {
  const subject = subjectOf(item, holder, known)
  if (!subject.ok) return []
  const target = targetOf(item)
  const { registration: ref, range } = target
  if (effect === 'correct') return editNeeds([{ ref, registration: subject.value }])
  if (effect === 'cancelToPool') return leavingNeeds(target, subject.value, known, subtrees)
  if (effect !== 'transferTo' || !canCarve(subject.value, ref.key.space, range)) return []
  const blocks = rangeToBlocks(range)
  return [...carveNeeds(subject.value, ref.key.space, range), ...insideNeeds(blocks, known, subtrees)]
}

/** Whether taking the range would cut through a child: an order names exactly what it takes, or it goes back. */
export function cutRefusal(
  { range }: Target,
  subtrees: number,
  inputs: Inputs,
  at: Instant,
): RefusalCode | null {
  const blocks = rangeToBlocks(range)
  const { cells, complete } = insideOf(blocks, inputs, subtrees)
  const met = [...blocks.flatMap((block) => inputs.chain(block)), ...cells]
  const cut = childrenIn(met).filter(
    (child) => isChild(child.registration.kind) && childSide(child, range) === 'cut',
  )
  if (cut.some((child) => protectedAt(child.registration, at))) return 'splits-protected'
  if (cut.length > 0) return 'splits-child'
  return complete ? null : 'range-too-busy'
}
