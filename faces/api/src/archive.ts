/** What is read out of the whole log, and may take a while: a decision's document, statistics. */

import type { StatisticsReport } from '@cadastre/statistics'
import type { Explanation } from '@cadastre/why'

export type ArchiveReply<T> =
  | { readonly kind: 'ready'; readonly value: T }
  /** The log is being read; ask again. */
  | { readonly kind: 'making'; readonly done: number; readonly total: number }
  /** There is nothing of the kind; a sentence says why. */
  | { readonly kind: 'none'; readonly detail: string }

export interface Archive {
  /** One decision: told, and the document by which anybody checks it alone (docs/ledger.md, "One decision"). */
  why(index: number): Promise<ArchiveReply<{ readonly explanation: Explanation; readonly document: string }>>
  /** Statistics of the published log. */
  statistics(): Promise<ArchiveReply<StatisticsReport>>
}
