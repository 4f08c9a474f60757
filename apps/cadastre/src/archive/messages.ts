/** What passes between the server and the thread that reads the whole log. */

export type ArchiveData = {
  readonly directory: string
  readonly databaseUrl: string | null
  /** The published pages of procedures by kind. */
  readonly pages: ReadonlyMap<string, string>
}

/** The checkpoint under which the answer is to be proved. */
type Position = { readonly note: string; readonly size: number }

export type ToArchive =
  | ({ readonly kind: 'why'; readonly id: number; readonly index: number } & Position)
  /** Statistics of the first `size` entries, at least: as JSON. */
  | { readonly kind: 'stats'; readonly id: number; readonly size: number }

export type FromArchive =
  | { readonly kind: 'progress'; readonly id: number; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly id: number; readonly value: string }
  /** There is nothing of the kind. */
  | { readonly kind: 'none'; readonly id: number; readonly detail: string }
  | { readonly kind: 'failed'; readonly id: number; readonly error: string }
