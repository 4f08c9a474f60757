/** The record at one log position, as far as whoever judges an answer knows it: all of it, or what proofs show. */

import type { Block } from '@cadastre/numbers'
import {
  type CoveringCell,
  type CoveringRegistration,
  type Instant,
  isChild,
  type ObjectRecords,
  type Registration,
} from '@cadastre/records'
import type { Concern } from './concerns.ts'

export interface ServedRecord {
  /** Log size. */
  readonly size: number
  /** Time of the state. */
  readonly at: Instant
  /** The cells that cover a block, outermost first. */
  path(block: Block): readonly CoveringCell[]
  /** Whether anything at all is registered strictly inside a block. */
  hasInside(block: Block): boolean
  object<T extends keyof ObjectRecords>(type: T, handle: string): ObjectRecords[T] | null
  /** When an entry was logged; null where that is not known here. */
  timeOf(entry: number): Instant | null
  /** Orders and applications about a registration's id or a holder's handle that its own record does not name. */
  concerns(subject: string): readonly Concern[]
  /** Takes note that the answer names these: whether it may, their records say. */
  stated(concerns: readonly Concern[]): void
  /** Registrations of a holder, one for each cell. */
  holdings(handle: string): Known<CoveringRegistration>
  /** Cells that state a route of this origin. */
  routed(origin: number): Known<Block>
}

/** `all`: there are no others. Otherwise only these are known. */
export type Known<T> = { readonly items: readonly T[]; readonly all: boolean }

/** What is not of the record, and the same in every answer: where the services are, and what they say of themselves. */
export type House = {
  /** Base address of the services, without a slash at the end; null where it is not known. */
  readonly base: string | null
  /** The notice that all answers carry, such as that of a demonstration; undefined where that is not known. */
  readonly notice: string | null | undefined
}

/** A child whose term is over has ended, even where the act that says so is not written yet (design.md section 4). */
export function isOver({ kind, until }: Registration, at: Instant): boolean {
  return until !== null && isChild(kind) && until <= at
}

/** The cells that cover a block, without children whose term is over. */
export function pathInForce(record: ServedRecord, block: Block): readonly CoveringCell[] {
  const path = record.path(block)
  if (!path.some(({ cell }) => cell.registrations.some((one) => isOver(one, record.at)))) return path
  return path.map(({ block: at, cell }) => ({
    block: at,
    cell: { ...cell, registrations: cell.registrations.filter((one) => !isOver(one, record.at)) },
  }))
}
