/** Moves between registries, incidents and complaints as lists, the newest first. */

import type { RegistryReader } from '@cadastre/reader'
import type { ReadContext } from './context.ts'
import type { ComplaintAnswer, IncidentAnswer, TransitAnswer } from './generated/lookup-types.ts'
import { complaintAnswer, incidentAnswer, transitAnswer } from './lookup-transits.ts'
import { type ListedType, objectIndex } from './object-index.ts'
import { frameOf } from './views.ts'

/** After the item of this handle, or from the newest. */
export type ListPosition = { readonly before: string | null; readonly limit: number }
export type ListPage<T> = {
  readonly size: number
  readonly at: string
  readonly items: readonly T[]
  /** `before` of the next page; null at the end. */
  readonly before: string | null
}

/** A page of what `read` makes of each object; null where `before` is none. */
async function list<T>(
  reader: RegistryReader,
  type: ListedType,
  { before, limit }: ListPosition,
  read: (handle: string, snapshot: ReturnType<RegistryReader['snapshot']>) => Promise<T | null> | T | null,
): Promise<ListPage<T> | null> {
  const { snapshot, rows } = await objectIndex(reader).listing()
  const { size, at } = snapshot.publication
  const handles = [...rows(type)].map(({ handle }) => handle).reverse()
  const start = before === null ? 0 : handles.indexOf(before) + 1
  if (before !== null && start === 0) return null
  const shown = handles.slice(start, start + limit)
  const items: T[] = []
  for (const handle of shown) {
    const item = await read(handle, snapshot)
    if (item !== null) items.push(item)
  }
  return { size, at, items, before: start + limit < handles.length ? (shown.at(-1) ?? null) : null }
}

export function transits(context: ReadContext, page: ListPosition): Promise<ListPage<TransitAnswer> | null> {
  return list(context.reader, 'transit', page, (handle, snapshot) =>
    transitAnswer(context, snapshot, frameOf(context.reader, snapshot, handle, handle), handle),
  )
}

export function incidents(
  { reader }: ReadContext,
  page: ListPosition,
): Promise<ListPage<IncidentAnswer> | null> {
  return list(reader, 'incident', page, (handle, snapshot) =>
    incidentAnswer(snapshot, frameOf(reader, snapshot, handle, handle), handle),
  )
}

export function complaints(
  context: ReadContext,
  page: ListPosition,
): Promise<ListPage<ComplaintAnswer> | null> {
  return list(context.reader, 'complaint', page, (handle, snapshot) =>
    complaintAnswer(context, snapshot, frameOf(context.reader, snapshot, handle, handle), handle),
  )
}
