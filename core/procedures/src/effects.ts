/**
 * Drafts of what an entry creates, and their stamping. `decide` cannot know the entry's index, so it writes `#n` for
 * the n-th registration it creates, `H-#` for a handle, and `since: null`; `apply` fills in the index.
 */

import type { Basis } from '@cadastre/evidence'
import {
  type Cell,
  canonicalJson,
  EMPTY_CELL,
  isArray,
  isEmptyCell,
  isObject,
  type Json,
  type JsonObject,
  type RecordKey,
} from '@cadastre/records'
import type { Decision, Effect } from './procedure.ts'
import type { RefusalCode } from './refusals.ts'

/** `since` of what the entry itself records, until it is stamped. Never a valid index, so that it cannot leak. */
export const DRAFT_SINCE = -1

/** The id of the `n`-th registration that the entry creates. */
export function draftId(n: number): string {
  return `#${n}`
}

export function accept(effects: readonly Effect[]): Decision {
  return { accepted: true, effects }
}

export function refuse(code: RefusalCode): Decision {
  return { accepted: false, refusals: [code] }
}

/** A change that lessens nothing that anybody holds. */
export function put(key: RecordKey, next: object | null): Effect {
  return { key, next: next as Json, basis: [] }
}

/** A change that lessens a holding, on the stated basis. */
export function lessen(key: RecordKey, next: object | null, ...basis: readonly [Basis, ...Basis[]]): Effect {
  return { key, next: next as Json, basis }
}

/** The cell as a record: null where nothing is left in it. */
export function cellRecord(cell: Cell): Cell | null {
  return isEmptyCell(cell) ? null : cell
}

/** The cell at exactly this block, from a covering path or a record; the empty cell where there is none. */
export function cellOf(record: unknown): Cell {
  return record === null ? EMPTY_CELL : (record as Cell)
}

/**
 * The members in which a draft may stand. Only these are stamped, and never inside an application's `body`, so that
 * no text of an applicant can be taken for a draft.
 */
const DRAFT_MEMBERS: ReadonlySet<string> = new Set([
  'id',
  'under',
  'handle',
  'holder',
  'registration',
  'provenance',
  'pending',
  'application',
  'next',
  'head',
  'tail',
  'order',
])

/** The value with every draft stamped by the entry's index; what holds no draft comes back as it is. Total. */
export function stamp(value: Json, index: number): Json {
  if (isArray(value)) return stampItems(value, index)
  return isObject(value) ? stampMembers(value, index) : value
}

// Most of what is stamped holds no draft: nothing is allocated until something changes.

function stampItems(items: readonly Json[], index: number): readonly Json[] {
  let changed: Json[] | null = null
  for (let at = 0; at < items.length; at++) {
    const item = items[at] ?? null
    const stamped = stamp(item, index)
    if (stamped !== item) changed ??= [...items]
    if (changed !== null) changed[at] = stamped
  }
  return changed ?? items
}

function stampMembers(value: JsonObject, index: number): JsonObject {
  let changed: Map<string, Json> | null = null
  for (const name of Object.keys(value)) {
    const member = value[name] ?? null
    const stamped = stampMember(name, member, index)
    if (stamped === member) continue
    changed ??= new Map(Object.entries(value))
    changed.set(name, stamped)
  }
  // fromEntries defines members; an assignment would lose one that is called __proto__.
  return changed === null ? value : Object.fromEntries(changed)
}

function stampMember(name: string, member: Json, index: number): Json {
  if (name === 'body') return member
  if (name === 'since' && member === DRAFT_SINCE) return index
  if (typeof member === 'string') return DRAFT_MEMBERS.has(name) ? stampText(member, index) : member
  return stamp(member, index)
}

const DRAFT_ID = /^#(\d+)$/
const DRAFT_HANDLE = /^([A-Z])-#(-[1-9]\d*)?$/

function stampText(text: string, index: number): string {
  if (!text.includes('#')) return text
  const id = DRAFT_ID.exec(text)
  if (id !== null) return id[1] === '0' ? `R-${index}` : `R-${index}-${id[1]}`
  const handle = DRAFT_HANDLE.exec(text)
  return handle === null ? text : `${handle[1]}-${index}${handle[2] ?? ''}`
}

/** Whether the key is of an object that the entry itself creates, whose handle is not known yet. */
export function isDraftKey(key: RecordKey): boolean {
  return /-#(?:-\d+)?$/.test(key)
}

/** The key with a draft handle stamped: `obj/holder/H-#` becomes `obj/holder/H-41`, `R-#-1` becomes `R-41-1`. */
export function stampKey(key: RecordKey, index: number): RecordKey {
  return isDraftKey(key) ? (key.replace('-#', `-${index}`) as RecordKey) : key
}

export type StampedEffect = { readonly key: RecordKey; readonly next: Json; readonly text: string | null }

/** What the accepted effects make of the state, stamped: canonical texts to store, null to delete. Total. */
export function apply(effects: readonly Effect[], index: number): readonly StampedEffect[] {
  return effects.map((effect) => {
    const next = stamp(effect.next, index)
    return { key: stampKey(effect.key, index), next, text: next === null ? null : canonicalJson(next) }
  })
}
