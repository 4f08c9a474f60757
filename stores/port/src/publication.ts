/** What passes from the registrar to the readers when a checkpoint is published. */

import type { Instant } from '@cadastre/records'
import type { Version } from '@cadastre/trie'

/** What the registrar announces when a checkpoint is published; structured-cloneable. */
export type Publication = {
  readonly size: number
  /** `at` of the state entry that ends the checkpoint. */
  readonly at: Instant
  /** The checkpoint as published, a signed note with its cosignatures. */
  readonly note: string
  /** Text of the state entry at index `size - 1`. */
  readonly stateText: string
  /** Inclusion proof of that entry, leaf sibling first, 32 bytes each. */
  readonly inclusion: readonly Uint8Array[]
  readonly version: Version
}
