/** What evidence is made from: the log, and the state at some of its sizes. */

import type { Crypto } from '@cadastre/crypto'
import type { Policy } from '@cadastre/notes'
import type { Instant } from '@cadastre/records'
import type { TrieView } from '@cadastre/trie'
import type { LogReader, ReadFile } from '@cadastre/why'

export type Sources = {
  readonly crypto: Crypto
  /** Whom the log's signature is checked with. */
  readonly trust: Policy
  readonly log: LogReader
  /** A signed checkpoint that covers the entry, and its size. */
  readonly checkpoint: string
  readonly size: number
  /**
   * The state that the first `size` entries make, as the log has it, where they end in a state entry. Asked for the last
   * state entry before the fault, and for the fault's own where that is one. Rejects where it cannot be had.
   */
  readonly stateAt: (size: number) => Promise<TrieView>
  /** An earlier checkpoint of the same log. */
  readonly earlier?: string | null
  /** Files as they are published, for what is not signed: where from, and how they are read. */
  readonly files?: { readonly from: string; readonly read: ReadFile; readonly now: () => Instant } | null
}

/** Why there is no small file; in words. */
export class NoEvidenceError extends Error {
  override readonly name: string = 'NoEvidenceError'
}
