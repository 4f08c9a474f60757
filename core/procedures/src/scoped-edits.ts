/**
 * What an order may write. A `ScopedEdits` is made from an `Order`, which `core/evidence` mints only of an order that is
 * verified, noticed and due. Its methods take items of that order's own scope and do what its effect says; none names a
 * number, a registration or a holder besides (invariant I8).
 *
 *     const edits = new ScopedEdits(order, inputs, at)
 *     for (const item of order.scope) edits.hold(item, until)       each gives a refusal, or null
 *     edits.effects()
 */

import type { Order, Scoped } from '@cadastre/evidence'
import { contains, rangeToBlocks } from '@cadastre/numbers'
import {
  addSeconds,
  type CorrectedField,
  type EnrolledKey,
  type Instant,
  innermost,
  type NotedOrder,
  type Notes,
  type RecordKey,
  type Registration,
} from '@cadastre/records'
import { CellEdits } from './cell-edits.ts'
import { withoutServicesOf } from './cells.ts'
import { holderKey, holderOf, notesKey, notesOf } from './common.ts'
import { DRAFT_SINCE, draftId, lessen, put } from './effects.ts'
import { rangeOfText, withoutOrder } from './holds.ts'
import { leavingEdits } from './leaving.ts'
import { carriedNotes, emptyHolderNotes, emptyNotes, holderNotesKey, holderNotesOf } from './notes.ts'
import {
  cutRefusal,
  movableSubject,
  type NamedService,
  subjectOf,
  subtreesEach,
  targetOf,
} from './order-scope.ts'
import type { Effect, Inputs } from './procedure.ts'
import { carve, rangeTexts } from './ranges.ts'
import type { RefusalCode } from './refusals.ts'
import { editRegistration } from './registration-edits.ts'
import { withoutService } from './services.ts'

const ID = 'serve-order/1'

/** Entries of orders on one registration; its annotations by orders have room of their own. */
export const MAX_NOTED_ORDERS = 16

export class ScopedEdits {
  readonly #order: Order
  readonly #inputs: Inputs
  readonly #at: Instant
  readonly #cells = new Map<RecordKey, Effect>()
  readonly #notes = new Map<string, Notes | null>()
  readonly #others: Effect[] = []
  #drafts = 0

  constructor(order: Order, inputs: Inputs, at: Instant) {
    this.#order = order
    this.#inputs = inputs
    this.#at = at
  }

  /** Stop what moves these numbers away. */
  hold(item: Scoped, until: Instant | null): RefusalCode | null {
    const { id, range } = this.#own(item, 'hold')
    const subject = subjectOf(item, this.#order.holder, this.#inputs)
    if (!subject.ok) return subject.error
    const noted: NotedOrder = { order: this.#order.order, effect: 'hold', range, holds: true, until }
    return this.#note(id, (notes) => ({ ...notes, orders: [...notes.orders, noted] }))
  }

  /** Note that the order was given; `document`: its hash, or what it is sealed by. */
  annotate(item: Scoped, document: string, until: Instant | null): RefusalCode | null {
    const { id } = this.#own(item, 'annotate')
    const subject = subjectOf(item, this.#order.holder, this.#inputs)
    if (!subject.ok) return subject.error
    const annotation = {
      id: 'N-#',
      kind: 'order',
      by: this.#order.order,
      facts: document,
      evidence: document,
      until,
      since: DRAFT_SINCE,
    } as const
    return this.#note(id, (notes) =>
      notes.annotations.some(({ kind, by }) => kind === 'order' && by === this.#order.order)
        ? notes
        : { ...notes, annotations: [...notes.annotations, annotation] },
    )
  }

  /** Change what a registration declares. */
  correct(item: Scoped, field: Exclude<CorrectedField, 'name'>, value: string | null): RefusalCode | null {
    this.#own(item, 'correct')
    const subject = subjectOf(item, this.#order.holder, this.#inputs)
    if (!subject.ok) return subject.error
    if (field === 'status' && value === null) return 'scope-missing'
    const edits = new CellEdits(this.#inputs)
    const { registration: ref } = targetOf(item)
    editRegistration(edits, { ref, registration: subject.value }, { [field]: value })
    return this.#take(edits)
  }

  /** Change what the holder's own record declares. */
  correctHolder(field: 'name' | 'country', value: string | null): RefusalCode | null {
    if (this.#order.effect !== 'correct') throw new Error('another effect was ordered')
    const holder = this.#order.holder === null ? null : holderOf(this.#inputs, this.#order.holder)
    if (holder === null) return 'holder-unknown'
    if (field === 'name' && (holder.kind === 'person' || value === null)) return 'not-for-persons'
    this.#others.push(lessen(holderKey(holder.handle), { ...holder, [field]: value }, this.#order))
    return null
  }

  /** The numbers pass to the receiver, as in a transfer; what stays keeps its services, children go along. */
  transfer(item: Scoped, receiver: string): RefusalCode | null {
    const own = this.#own(item, 'transferTo')
    const subject = movableSubject(item, this.#order.holder, this.#inputs)
    if (!subject.ok) return subject.error
    if (holderOf(this.#inputs, receiver) === null) return 'holder-unknown'
    const target = targetOf(item)
    const { space } = target.registration.key
    const cut = cutRefusal(target, subtreesEach(this.#order.scope), this.#inputs, this.#at)
    if (cut !== null) return cut
    const id = draftId(this.#drafts)
    const moved: Registration = {
      ...subject.value,
      ...rangeTexts(target.range),
      id,
      kind: 'holding',
      holder: receiver,
      until: null,
      procedure: ID,
      since: DRAFT_SINCE,
    }
    const blocks = rangeToBlocks(target.range)
    const edits = new CellEdits(
      this.#inputs,
      blocks.flatMap((block) => this.#inputs.chain(block)),
    )
    if (!carve(edits, this.#inputs, subject.value, space, target.range, moved)) return 'cell-full'
    for (const block of blocks) edits.edit(block, (cell) => withoutServicesOf(cell, own.id))
    const carried = carriedNotes(notesOf(this.#inputs, own.id), id)
    if (carried !== null)
      this.#others.push(put(notesKey(this.#drafts === 0 ? 'R-#' : `R-#-${this.#drafts}`), carried))
    this.#drafts += 1
    return this.#take(edits)
  }

  /** The numbers go to the pool by way of quarantine. Protected children inside forbid it. */
  cancel(item: Scoped, quarantineSeconds: number): RefusalCode | null {
    this.#own(item, 'cancelToPool')
    const subject = movableSubject(item, this.#order.holder, this.#inputs)
    if (!subject.ok) return subject.error
    if (subject.value.kind !== 'holding') return 'not-a-holding'
    const target = targetOf(item)
    const quarantined: Registration = {
      ...subject.value,
      ...rangeTexts(target.range),
      id: draftId(this.#drafts),
      kind: 'quarantined',
      holder: null,
      status: 'reserved',
      country: null,
      registered: null,
      until: addSeconds(this.#at, quarantineSeconds),
      protected: false,
      procedure: ID,
      since: DRAFT_SINCE,
    }
    this.#drafts += 1
    const subtrees = subtreesEach(this.#order.scope)
    const edits = leavingEdits(target, subject.value, quarantined, this.#inputs, this.#at, subtrees)
    return edits.ok ? this.#take(edits.value) : edits.error
  }

  /** These services end, each exactly as it is declared; nothing else does. */
  withdraw(services: readonly NamedService[]): RefusalCode | null {
    if (this.#order.effect !== 'withdrawNamedService') throw new Error('another effect was ordered')
    for (const item of this.#order.scope) {
      const subject = subjectOf(item, this.#order.holder, this.#inputs)
      if (!subject.ok) return subject.error
    }
    const edits = new CellEdits(this.#inputs)
    for (const { at, service } of services) {
      const item = this.#order.scope.find(({ range }) => contains(rangeOfText(range), at))
      if (item === undefined) return 'range-outside'
      // Under a child that begins here the parent's services are inert, and the child's are not the order's concern.
      if (innermost(this.#inputs.chain(at))?.registration.id !== item.id) return 'service-unknown'
      const cell = withoutService({ block: at, cell: edits.cell(at) }, service, item.id)
      if (!cell.ok) return cell.error
      edits.set(at, cell.value)
    }
    return this.#take(edits)
  }

  /** The representative's keys act for the holder; its own come back when that ends. */
  represent(m: number, keys: readonly EnrolledKey[]): RefusalCode | null {
    const { holder: name, effect, order } = this.#order
    if (effect !== 'appointRepresentative') throw new Error('another effect was ordered')
    const holder = name === null ? null : holderOf(this.#inputs, name)
    if (holder === null) return 'holder-unknown'
    const notes = holderNotesOf(this.#inputs, holder.handle) ?? emptyHolderNotes(holder.handle)
    const policy = { m, keys, guardians: holder.policy?.guardians ?? [] }
    // Who was represented before gets back what it had before the first.
    const restores = notes.representative === null ? holder.policy : notes.representative.restores
    this.#others.push(
      lessen(holderKey(holder.handle), { ...holder, policy, recoveryVetoed: null }, this.#order),
      put(holderNotesKey(holder.handle), { ...notes, representative: { order, restores } }),
    )
    return null
  }

  /** Everything written so far, each on the basis of the order. */
  effects(): readonly Effect[] {
    const notes = [...this.#notes].map(([id, next]) => {
      const effect = put(notesKey(id), next)
      return { ...effect, basis: [this.#order] }
    })
    return [...this.#cells.values(), ...this.#others, ...notes]
  }

  /** Entries of the order itself on these registrations are done with. */
  settle(): void {
    for (const { id } of this.#order.scope) {
      const notes = this.#noted(id)
      if (notes !== null) this.#notes.set(id, withoutOrder(notes, this.#order.order))
    }
  }

  /** The item, which must be of this very order, whose effect must be this one. */
  #own(item: Scoped, effect: Order['effect']): Scoped {
    if (!this.#order.scope.includes(item) || this.#order.effect !== effect)
      throw new Error(`${this.#order.order} orders nothing of the kind`)
    return item
  }

  #noted(id: string): Notes | null {
    return this.#notes.has(id) ? (this.#notes.get(id) ?? null) : notesOf(this.#inputs, id)
  }

  #note(id: string, change: (notes: Notes) => Notes): RefusalCode | null {
    const next = change(this.#noted(id) ?? emptyNotes(id))
    const annotated = next.annotations.filter(({ kind }) => kind === 'order').length
    if (next.orders.length > MAX_NOTED_ORDERS || annotated > MAX_NOTED_ORDERS) return 'notes-full'
    this.#notes.set(id, next)
    return null
  }

  #take(edits: CellEdits): RefusalCode | null {
    for (const effect of edits.effects(this.#order)) {
      if (this.#cells.has(effect.key)) return 'scope-repeated'
      this.#cells.set(effect.key, effect)
    }
    return null
  }
}
