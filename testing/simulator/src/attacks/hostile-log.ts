/**
 * A log as somebody writes it who holds every key of the registry, and no software of it stands in the way: it goes on
 * from the real log, entry by entry, honest or not. Everything that hangs together is made to: record hashes, state
 * roots, tiles, receipts' chain, checkpoint. What convicts it is only what it says.
 */

import type { LogSource } from '@cadastre/audit'
import { encodeUtf8, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  bundlesForSize,
  consistencyProof,
  encodeBundle,
  entriesPath,
  leafHash,
  type NodeReader,
  nodeHash,
  readTileBytes,
  tilePath,
  tilesForSize,
  treeRoot,
} from '@cadastre/merkle'
import {
  FIRST_PREVIOUS,
  formatCheckpoint,
  formatReceipt,
  noteSigner,
  parseNote,
  receiptHash,
  signNote,
} from '@cadastre/notes'
import { type Act, type Executed, execute, procedureById, type RefusalCode } from '@cadastre/procedures'
import {
  addSeconds,
  asRecordKey,
  type Cell,
  canonicalJson,
  type EvidenceItem,
  type Instant,
  type Json,
  type JsonObject,
  type LoggedEffect,
  type OpEntry,
  type RecordKey,
  type Registry,
  type Replaced,
  type Request,
} from '@cadastre/records'
import { entryText, opEntryBytes, parseEntry, stateEntry, TrieState } from '@cadastre/replay'
import { memberHashOf, requestText, signRequest, verifyEvidence } from '@cadastre/signatures'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'
import type { TestIdentity, TestRegistry } from '../test-registry.ts'

/** What the log is made to say of an act. */
type Lie =
  | { readonly accepts: readonly Written[] }
  | { readonly refuses: readonly string[] }
  /** As the procedure decides. */
  | 'the truth'
type Written = { readonly key: string; readonly next: unknown }
type Received = OpEntry['received']
export type Options = {
  readonly replaces?: readonly Replaced[]
  /** Null: without a receipt. */
  readonly received?: Received
  readonly origin?: string
  readonly evidence?: readonly EvidenceItem[]
}

export class HostileLog {
  readonly entries: Uint8Array[] = []
  readonly registry: TestRegistry
  at: Instant
  seq = 0
  readonly #identity: TestIdentity
  readonly #trie = new TrieWriter(createTrieMemory(), nodeCrypto)
  readonly #state = new TrieState(this.#trie, nodeCrypto)
  #previousReceipt: Uint8Array = FIRST_PREVIOUS
  #ops = 0
  #previousState: number | null = null

  private constructor(registry: TestRegistry) {
    this.registry = registry
    this.#identity = registry.identity
    this.at = registry.now
  }

  /** Begins with the published entries of a registry, or with the first `keep` of them (a whole number of batches). */
  static async of(registry: TestRegistry, keep: number | null = null): Promise<HostileLog> {
    const log = new HostileLog(registry)
    const { store } = registry.reader
    const { size } = registry.reader.snapshot().publication
    for (const bytes of await store.entries(0, keep ?? size)) log.#copy(bytes)
    const last = await store.receiptBySeq(log.seq)
    const note = last === null ? null : parseNote(last.receipt)
    if (note?.ok === true) log.#previousReceipt = receiptHash(nodeCrypto, note.value.text)
    return log
  }

  get size(): number {
    return this.entries.length
  }
  /** There are entries after the last state entry. */
  get isOpen(): boolean {
    return this.#ops > 0
  }
  get origin(): string {
    return this.registry.reader.info.origin
  }

  record(key: string): unknown {
    return this.#state.record(keyOf(key)).value
  }

  /** What a request replaces: the innermost registration of a cell, as this log has it. */
  naming(key: string): { readonly id: string; readonly replaced: Replaced } {
    const { registrations } = this.record(key) as Cell
    const last = registrations.at(-1)
    if (last === undefined) throw new Error(`nothing at ${key}`)
    return { id: last.id, replaced: { member: `${key}#${last.id}`, hash: memberHashOf(nodeCrypto, last) } }
  }

  advance(seconds: number): void {
    this.at = addSeconds(this.at, seconds)
  }

  /** An act asked for with these keys, and decided now, or said to be. Gives the entry's index. */
  act(
    procedure: string,
    body: JsonObject,
    signers: readonly Signer[],
    lie: Lie = 'the truth',
    options: Options = {},
  ): number {
    const made = this.registry.request(procedure, body, options.replaces ?? [])
    return this.decide(
      { ...made, expires: addSeconds(this.at, 3600), origin: options.origin ?? this.origin },
      signers,
      lie,
      options,
    )
  }

  /** A request that somebody made and signed, decided now, or said to be. */
  decide(
    request: Request,
    signers: readonly Signer[],
    lie: Lie = 'the truth',
    options: Options = {},
  ): number {
    const text = requestText(request)
    const evidence = options.evidence ?? signers.map((one) => signRequest(text, one))
    const received = options.received === undefined ? this.receipt(text) : options.received
    const executed = this.#told(this.#truth(request, evidence, received), lie)
    return this.#log({ at: this.at, received, procedure: request.procedure, request, evidence }, executed)
  }

  /** Something that is said to have fallen due at a key. */
  due(procedure: string, subject: string, lie: Lie = 'the truth'): number {
    const found = procedureById(procedure)
    if (found === null) throw new Error(procedure)
    const act: Act = { kind: 'due', subject: keyOf(subject) }
    const executed = this.#told(execute(found, act, this.#state, this.at, this.size), lie)
    return this.#log({ at: this.at, received: null, procedure, request: null, evidence: [] }, executed)
  }

  /** The next receipt of the chain, for this request. */
  receipt(text: string): { readonly seq: number; readonly at: Instant } {
    this.seq += 1
    const receipt = this.receiptText(text, this.seq)
    this.#previousReceipt = receiptHash(nodeCrypto, receipt)
    return { seq: this.seq, at: this.at }
  }

  /** Text of a receipt after the last one. */
  receiptText(text: string, seq: number): string {
    return formatReceipt({
      origin: this.origin,
      seq,
      previous: this.#previousReceipt,
      request: nodeCrypto.sha256(encodeUtf8(text)),
      received: this.at,
      deadline: addSeconds(this.at, 60),
    })
  }
  /** Signed with the registry's receipt key. */
  signReceipt(text: string): string {
    return signNote(text, [noteSigner(nodeCrypto, `${this.origin}/receipts`, this.#identity.receiptKey)])
  }

  /** Ends the batch with its state entry, changed as somebody likes. */
  commit(change: (entry: JsonObject) => Json = (entry) => entry): void {
    const { hashes } = this.#trie.commit()
    const entry = stateEntry(this.at, this.#ops, this.#previousState, hashes)
    this.entries.push(encodeUtf8(canonicalJson(change(JSON.parse(entryText(entry)) as JsonObject))))
    this.#previousState = this.size - 1
    this.#ops = 0
    this.advance(1)
  }

  /** Nothing ends the batch. */
  leaveOpen(): void {
    this.#ops = 0
  }

  /** A raw entry, whatever it says. */
  raw(text: string): void {
    this.entries.push(encodeUtf8(text))
    this.#ops += 1
  }

  /** Puts another text in the place of a past entry. */
  rewrite(index: number, change: (entry: JsonObject) => Json): void {
    const text = new TextDecoder().decode(this.entries[index])
    this.entries[index] = encodeUtf8(canonicalJson(change(JSON.parse(text) as JsonObject)))
  }

  /** A checkpoint of the log as it is, by the log's own key. */
  checkpoint(signer: Signer = this.#identity.logKey, origin: string = this.origin): string {
    const root = treeRoot(nodeCrypto, this.#nodes(), this.size)
    const text = formatCheckpoint({ origin, size: this.size, root })
    return signNote(text, [noteSigner(nodeCrypto, origin, signer)])
  }

  /** The largest size, smaller than `size`, at which a batch ends. */
  batchBefore(size: number): number {
    const kinds = this.entries.map((bytes) => parseEntry(bytes)?.kind)
    return kinds.lastIndexOf('state', size - 2) + 1
  }

  /** Proof that the log goes on from its first `old` entries. */
  consistency(old: number): readonly Uint8Array[] {
    return consistencyProof(nodeCrypto, this.#nodes(), old, this.size)
  }

  #nodes(): NodeReader {
    const known = new Map<string, Uint8Array>()
    const read: NodeReader = (level, index) => {
      const name = `${level}/${index}`
      const leaf = this.entries[index]
      const found =
        known.get(name) ??
        (level === 0 && leaf !== undefined
          ? leafHash(nodeCrypto, leaf)
          : nodeHash(nodeCrypto, read(level - 1, index * 2), read(level - 1, index * 2 + 1)))
      known.set(name, found)
      return found
    }
    return read
  }

  /** The public files of the log, under this checkpoint. */
  files(checkpoint: string = this.checkpoint()): Map<string, Uint8Array> {
    const read = this.#nodes()
    const files = new Map<string, Uint8Array>([['checkpoint', encodeUtf8(checkpoint)]])
    for (const tile of tilesForSize(this.size))
      files.set(tilePath(tile.level, tile.index, tile.width), readTileBytes(read, tile))
    for (const { index, width } of bundlesForSize(this.size))
      files.set(entriesPath(index, width), encodeBundle(this.entries.slice(index * 256, index * 256 + width)))
    return files
  }

  #truth(request: Request, evidence: readonly EvidenceItem[], received: Received): Executed {
    const registry = this.record('obj/registry/REGISTRY') as Registry | null
    const party = registry?.relyingParty ?? null
    const signatures = verifyEvidence(requestText(request), evidence, party, nodeCrypto)
    const procedure = procedureById(request.procedure)
    if (signatures === null || procedure === null)
      return {
        inputs: [],
        outcome: {
          accepted: false,
          refusals: [procedure === null ? 'procedure-unknown' : 'signature-invalid'],
        },
      }
    const act: Act = { kind: 'request', request, signatures, received: received?.at ?? this.at }
    return execute(procedure, act, this.#state, this.at, this.size)
  }

  #told(truth: Executed, lie: Lie): Executed {
    if (lie === 'the truth') return truth
    if ('refuses' in lie)
      return { inputs: truth.inputs, outcome: { accepted: false, refusals: lie.refuses as RefusalCode[] } }
    const stamped = lie.accepts.map(({ key, next }) => {
      const value = next as Json
      return { key: keyOf(key), next: value, text: value === null ? null : canonicalJson(value) }
    })
    const effects = stamped.map(
      ({ key, next }): LoggedEffect => ({ key, prev: this.#state.record(key).hash, next }),
    )
    return { inputs: truth.inputs, outcome: { accepted: true, effects, stamped } }
  }

  #log(head: Parameters<typeof opEntryBytes>[0], executed: Executed): number {
    this.entries.push(opEntryBytes(head, executed))
    this.#ops += 1
    if (executed.outcome.accepted) this.#state.write(executed.outcome.stamped)
    return this.size - 1
  }

  #copy(bytes: Uint8Array): void {
    const parsed = parseEntry(bytes)
    if (parsed === null) throw new Error(`entry ${this.size} cannot be read`)
    if (parsed.kind === 'state') this.#previousState = this.size
    else {
      const { received, outcome } = parsed.entry
      if (received !== null) this.seq = received.seq
      if (outcome.accepted)
        this.#state.write(
          outcome.effects.map(({ key, next }) => ({
            key: keyOf(key),
            next,
            text: next === null ? null : canonicalJson(next),
          })),
        )
    }
    this.entries.push(bytes)
    if (parsed.kind === 'state') this.#trie.commit()
  }
}

function keyOf(text: string): RecordKey {
  const key = asRecordKey(text)
  if (key === null) throw new Error(`not a key: ${text}`)
  return key
}

/** Public files as an auditor fetches them. */
export function sourceOfFiles(files: ReadonlyMap<string, Uint8Array>): LogSource {
  return { name: 'the public files', read: async (path) => files.get(path) ?? null }
}
