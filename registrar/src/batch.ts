/**
 * Deciding one batch: due ops first, then received requests in order of arrival, against the working state. Nothing
 * is durable here; the caller commits the result or rolls the trie back.
 */

import { type Crypto, encodeUtf8 } from '@cadastre/crypto'
import { type CompactRange, leafHash } from '@cadastre/merkle'
import {
  type Act,
  ALREADY_ACCEPTED,
  type Executed,
  erase,
  execute,
  HANDED_OVER,
  PROCEDURE_FAULT,
  PROCEDURE_UNKNOWN,
  procedureById,
  REGISTRY_KEY,
  SIGNATURE_INVALID,
  type StampedEffect,
  takeOver,
} from '@cadastre/procedures'
import {
  asObject,
  type Due,
  droppedCommitments,
  dueOf,
  type EvidenceItem,
  type Instant,
  type RecordKey,
  type Registry,
  type Request,
} from '@cadastre/records'
import { entryText, fitting, stateEntry, type TrieState } from '@cadastre/replay'
import type { Batch } from '@cadastre/store-port'
import type { TrieWriter, Version } from '@cadastre/trie'
import type { Checked } from './verification.ts'

/** A received request that is to be decided; founding acts have no receipt. */
export type Pending = {
  readonly received: { readonly seq: number; readonly at: Instant } | null
  readonly request: Request
  /** The request's canonical text. */
  readonly requestText: string
  readonly evidence: readonly EvidenceItem[]
  readonly checked: Checked
  /** SHA-256 of the request's text, one character a byte; null for founding acts, which need no name. */
  readonly name: string | null
  /** The same request was accepted in an earlier batch. */
  readonly repeated: boolean
}

/** Where the log stands before the batch. */
export type LogPosition = {
  readonly range: CompactRange
  /** Index of the last state entry; null before the first. */
  readonly previousState: number | null
}

export type Decided = {
  readonly batch: Batch
  readonly version: Version
  readonly range: CompactRange
  readonly stateText: string
  readonly accepted: number
  readonly refused: number
  /** Outcomes of the pending items, in order. */
  readonly outcomes: readonly Executed['outcome'][]
}

type OpSource = Pick<Pending, 'received' | 'evidence'> & {
  readonly request: Request | null
  readonly requestText: string | null
}

const NO_REQUEST: OpSource = { received: null, request: null, requestText: null, evidence: [] }

export class BatchBuilder {
  readonly #crypto: Crypto
  readonly #trie: TrieWriter
  readonly #state: TrieState
  readonly #at: Instant
  readonly #range: CompactRange
  readonly #start: number
  readonly #previousState: number | null
  readonly #entries: { bytes: Uint8Array; leafHash: Uint8Array }[] = []
  readonly #tileHashes: { level: number; index: number; hash: Uint8Array }[] = []
  readonly #records = new Map<RecordKey, string | null>()
  readonly #touched: { key: string; index: number }[] = []
  readonly #decided: { seq: number; index: number; refused?: true }[] = []
  readonly #erased = new Set<string>()
  readonly #newlyDue: Due[] = []
  readonly #outcomes: Executed['outcome'][] = []
  readonly #faults: Error[] = []
  readonly #acceptedNames = new Set<string>()
  #accepted = 0
  #refused = 0

  constructor(crypto: Crypto, trie: TrieWriter, state: TrieState, at: Instant, position: LogPosition) {
    this.#crypto = crypto
    this.#trie = trie
    this.#state = state
    this.#at = at
    this.#range = position.range.copy()
    this.#start = position.range.size
    this.#previousState = position.previousState
  }

  /** Bugs that requests have met; each was refused as `procedure-fault`. */
  get faults(): readonly Error[] {
    return this.#faults
  }

  /**
   * Write the ops of everything that is due at or before the batch's time, and of what becomes due by them: one each
   * time that the caller asks for the next.
   */
  *due(items: readonly Due[], maxFollowUps: number): Generator<void> {
    for (const item of items) yield this.#dueOp(item)
    for (let count = 0; count < maxFollowUps; count++) {
      const next = this.#newlyDue.shift()
      if (next === undefined) return
      yield this.#dueOp(next)
    }
  }

  /** The log has ended: only the successor's taking over goes on with it. */
  get #handedOver(): boolean {
    const registry = this.#state.record(REGISTRY_KEY).value as Registry | null
    return registry?.state === 'handed-over'
  }

  #dueOp(due: Due): void {
    if (this.#handedOver) return
    const current = dueOf(due.key, this.#state.record(due.key).value)
    if (current === null || current.at > this.#at) return
    const procedure = procedureById(current.procedure)
    if (procedure === null) throw new Error(`no procedure for what is due: ${current.procedure}`)
    const act: Act = { kind: 'due', subject: current.key }
    const executed = execute(procedure, act, this.#state, this.#at, this.#range.size)
    if (!executed.outcome.accepted)
      throw new Error(
        `${procedure.id} refuses what is due at ${due.key}: ${executed.outcome.refusals.join()}`,
      )
    const { outcome } = this.#append(current.procedure, NO_REQUEST, executed)
    if (!outcome.accepted) throw new Error(`what ${procedure.id} does at ${due.key} does not fit an entry`)
  }

  /** Decide one request. */
  request(pending: Pending): Executed['outcome'] {
    const { outcome } = this.#append(pending.request.procedure, pending, this.#decide(pending))
    if (outcome.accepted && pending.name !== null) this.#acceptedNames.add(pending.name)
    this.#outcomes.push(outcome)
    return outcome
  }

  #decide({ request, checked, received, name, repeated }: Pending): Executed {
    // An expired one is refused as such, so that no audit need remember requests for ever.
    const expired = (received?.at ?? this.#at) > request.expires
    if (!expired && (repeated || (name !== null && this.#acceptedNames.has(name)))) return ALREADY_ACCEPTED
    if (checked === null) return SIGNATURE_INVALID
    if (checked instanceof Error) return this.#fault(checked)
    if (this.#handedOver && request.procedure !== takeOver.id) return HANDED_OVER
    const procedure = procedureById(request.procedure)
    if (procedure === null) return PROCEDURE_UNKNOWN
    const act: Act = { kind: 'request', request, signatures: checked, received: received?.at ?? this.#at }
    try {
      return execute(procedure, act, this.#state, this.#at, this.#range.size)
    } catch (error) {
      return this.#fault(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #fault(error: Error): Executed {
    this.#faults.push(error)
    return PROCEDURE_FAULT
  }

  /** Append the op entry, and apply the effects of what it says: what was decided, unless that is too large. */
  #append(procedure: string, source: OpSource, decided: Executed): Executed {
    const { received, request, requestText, evidence } = source
    const index = this.#range.size
    const head = { at: this.#at, received, procedure, request, evidence }
    const { executed, bytes } = fitting(head, decided, requestText)
    this.#push(bytes)
    const settled = received === null ? null : { seq: received.seq, index }
    if (!executed.outcome.accepted) {
      if (settled !== null) this.#decided.push({ ...settled, refused: true })
      this.#refused += 1
      return executed
    }
    if (settled !== null) this.#decided.push(settled)
    if (procedure === erase.id) this.#noteErased(executed.outcome.stamped)
    this.#accepted += 1
    this.#state.write(executed.outcome.stamped)
    for (const { key, next, text } of executed.outcome.stamped) {
      this.#records.set(key, text)
      this.#touched.push({ key, index })
      const due = next === null ? null : dueOf(key, next)
      if (due !== null && due.at <= this.#at) this.#newlyDue.push(due)
    }
    return executed
  }

  /** What opens the commitments that this act takes out of holders' records is deleted with the commit. */
  #noteErased(effects: readonly StampedEffect[]): void {
    for (const { key, next } of effects) {
      const before = asObject('holder', key, this.#state.record(key).value)
      for (const commitment of droppedCommitments(before, asObject('holder', key, next)))
        this.#erased.add(commitment)
    }
  }

  #push(bytes: Uint8Array): void {
    const hash = leafHash(this.#crypto, bytes)
    this.#entries.push({ bytes, leafHash: hash })
    this.#range.append(hash, (level, index, node) => {
      if (level > 0 && level % 8 === 0) this.#tileHashes.push({ level: level / 8, index, hash: node })
    })
  }

  /** End the batch with its state entry. The trie's new version is committed in memory; null where nothing happened. */
  finish(): Decided | null {
    const ops = this.#entries.length
    if (ops === 0) return null
    const version = this.#trie.commit()
    const state = stateEntry(this.#at, ops, this.#previousState, version.hashes)
    const stateText = entryText(state)
    this.#push(encodeUtf8(stateText))
    return {
      batch: {
        expectedSize: this.#start,
        entries: this.#entries,
        tileHashes: this.#tileHashes,
        records: [...this.#records].map(([key, text]) => ({ key, text })),
        touched: this.#touched,
        decided: this.#decided,
        erased: [...this.#erased],
        head: {
          size: this.#range.size,
          root: this.#range.root(),
          at: this.#at,
          compactRange: this.#range.hashes,
        },
      },
      version,
      range: this.#range,
      stateText,
      accepted: this.#accepted,
      refused: this.#refused,
      outcomes: this.#outcomes,
    }
  }
}
