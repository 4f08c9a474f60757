/** What passes between the server's main thread and the writer's thread. All structured-cloneable. */

import type { DryRunResult, Submission, SubmitResult } from '@cadastre/registrar'
import type { Publication } from '@cadastre/store-port'
import type { TrieMemory } from '@cadastre/trie'
import type { RegistryFile } from '../data/data-directory.ts'

export type WriterData = {
  readonly directory: string
  readonly registry: RegistryFile
  readonly databaseUrl: string | null
  readonly memory: TrieMemory
}

export type ToWriter =
  | { readonly kind: 'submit'; readonly id: number; readonly submission: Submission }
  | { readonly kind: 'dry-run'; readonly id: number; readonly request: string }
  | { readonly kind: 'settled'; readonly id: number; readonly seq: number; readonly milliseconds: number }
  | { readonly kind: 'drain'; readonly id: number }

export type Reply = SubmitResult | DryRunResult | null

/** What takes long at start. */
export type Phase = 'loading' | 'importing'

export type FromWriter =
  /** The store is there: a reader can be opened. */
  | {
      readonly kind: 'opened'
      readonly logVkey: string
      readonly receiptVkey: string
      readonly policy: string
    }
  | { readonly kind: 'progress'; readonly phase: Phase; readonly done: number; readonly total: number | null }
  | { readonly kind: 'published'; readonly publication: Publication }
  /** Founding is over and everything committed has been published. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'report'; readonly message: string; readonly error: string | null }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string }
  | { readonly kind: 'reply'; readonly id: number; readonly value: Reply }
