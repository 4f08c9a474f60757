/** Makes a log entry by entry with the project's own procedures, and its receipts. */

import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { FIRST_PREVIOUS, formatReceipt, noteSigner, receiptHash, signNote } from '@cadastre/notes'
import {
  type Act,
  type Executed,
  execute,
  PROCEDURE_UNKNOWN,
  procedureById,
  SIGNATURE_INVALID,
} from '@cadastre/procedures'
import {
  addSeconds,
  asRecordKey,
  type Cell,
  canonicalJson,
  type EvidenceItem,
  type Instant,
  type Json,
  type JsonObject,
  type OpEntry,
  parseInstant,
  type RecordKey,
  type Registry,
  type Replaced,
  type Request,
} from '@cadastre/records'
import { entryText, fitting, parseEntry, stateEntry, TrieState } from '@cadastre/replay'
import { memberHashOf, requestText, signRequest, verifyEvidence } from '@cadastre/signatures'
import type { TrieWriter } from '@cadastre/trie'
import { assertion } from './evidence.ts'
import { ORIGIN, RECEIPT_NAME, RECEIPT_SIGNER } from './shared.ts'
import { newTrie } from './state.ts'

function instant(text: string): Instant {
  const parsed = parseInstant(text)
  if (parsed === null) throw new Error(text)
  return parsed
}

function keyOf(text: string): RecordKey {
  const key = asRecordKey(text)
  if (key === null) throw new Error(`not a key: ${text}`)
  return key
}

export type Received = OpEntry['received']
type Options = {
  readonly replaces?: readonly Replaced[]
  readonly origin?: string
  readonly expires?: Instant
}

export class LogMaker {
  readonly entries: Uint8Array[] = []
  readonly receipts: string[] = []
  at: Instant = instant('2030-01-01T00:00:00Z')
  seq = 0
  readonly #trie: TrieWriter = newTrie()
  readonly #state: TrieState = new TrieState(this.#trie, nodeCrypto)
  #previousReceipt: Uint8Array = FIRST_PREVIOUS
  #nonce = 0
  #ops = 0
  #previousState: number | null = null

  get size(): number {
    return this.entries.length
  }

  get trie(): TrieWriter {
    return this.#trie
  }

  advance(seconds: number): void {
    this.at = addSeconds(this.at, seconds)
  }

  record(key: string): unknown {
    return this.#state.record(keyOf(key)).value
  }

  /** The member of a request that names a registration of a cell. */
  names(key: string, id: string): Replaced {
    const cell = this.record(key) as Cell
    const registration = cell.registrations.find((one) => one.id === id)
    if (registration === undefined) throw new Error(`${id} is not at ${key}`)
    return { member: `${key}#${id}`, hash: memberHashOf(nodeCrypto, registration) }
  }

  request(procedure: string, body: JsonObject, options: Options = {}): Request {
    this.#nonce += 1
    const nonce = encodeBase64(nodeCrypto.sha256(encodeUtf8(String(this.#nonce))).subarray(0, 16))
    const { replaces = [], origin = ORIGIN, expires = addSeconds(this.at, 3600) } = options
    return { v: 1, origin, procedure, body, replaces, expires, nonce }
  }

  /** Asked, receipted and decided now. Gives the entry's index. */
  act(procedure: string, body: JsonObject, signers: readonly Signer[], options: Options = {}): number {
    const request = this.request(procedure, body, options)
    const text = requestText(request)
    return this.log(
      request,
      signers.map((one) => signRequest(text, one)),
      this.receipt(text),
    )
  }

  /** A founding act: by the operator, without receipt. */
  found(procedure: string, body: JsonObject, operator: Signer): number {
    const request = this.request(procedure, body)
    return this.log(request, [signRequest(requestText(request), operator)], null)
  }

  /** The passkey's assertion, for the relying party in the registry's record. */
  assert(request: Request): EvidenceItem {
    const { relyingParty } = this.record('obj/registry/REGISTRY') as Registry
    return assertion(requestText(request), relyingParty)
  }

  receipt(text: string): { readonly seq: number; readonly at: Instant } {
    this.seq += 1
    const receipt = formatReceipt({
      origin: ORIGIN,
      seq: this.seq,
      previous: this.#previousReceipt,
      request: nodeCrypto.sha256(encodeUtf8(text)),
      received: this.at,
      deadline: addSeconds(this.at, 60),
    })
    this.receipts.push(signNote(receipt, [noteSigner(nodeCrypto, RECEIPT_NAME, RECEIPT_SIGNER)]))
    this.#previousReceipt = receiptHash(nodeCrypto, receipt)
    return { seq: this.seq, at: this.at }
  }

  log(request: Request, evidence: readonly EvidenceItem[], received: Received): number {
    const registry = this.record('obj/registry/REGISTRY') as Registry | null
    const signatures = verifyEvidence(
      requestText(request),
      evidence,
      registry?.relyingParty ?? null,
      nodeCrypto,
    )
    const head = { at: this.at, received, procedure: request.procedure, request, evidence }
    if (signatures === null) return this.#op(head, SIGNATURE_INVALID)
    const procedure = procedureById(request.procedure)
    if (procedure === null) return this.#op(head, PROCEDURE_UNKNOWN)
    const act: Act = { kind: 'request', request, signatures, received: received?.at ?? this.at }
    return this.#op(head, execute(procedure, act, this.#state, this.at, this.size))
  }

  /** What fell due at a key. */
  due(procedureId: string, subject: string): number {
    const procedure = procedureById(procedureId)
    if (procedure === null) throw new Error(procedureId)
    const act: Act = { kind: 'due', subject: keyOf(subject) }
    const executed = execute(procedure, act, this.#state, this.at, this.size)
    return this.#op(
      { at: this.at, received: null, procedure: procedureId, request: null, evidence: [] },
      executed,
    )
  }

  #op(head: Parameters<typeof fitting>[0], executed: Executed): number {
    const fitted = fitting(head, executed)
    this.entries.push(fitted.bytes)
    this.#ops += 1
    if (fitted.executed.outcome.accepted) this.#state.write(fitted.executed.outcome.stamped)
    return this.size - 1
  }

  /** Ends the batch with its state entry. */
  commit(): void {
    const { hashes } = this.#trie.commit()
    this.entries.push(encodeUtf8(entryText(stateEntry(this.at, this.#ops, this.#previousState, hashes))))
    this.#previousState = this.size - 1
    this.#ops = 0
  }

  /** The refusals of an entry; empty where it was accepted. */
  refusals(index: number): readonly string[] {
    const parsed = parseEntry(this.entries[index] ?? new Uint8Array())
    if (parsed?.kind !== 'op') throw new Error(`entry ${index} is no op`)
    return parsed.entry.outcome.accepted ? [] : parsed.entry.outcome.refusals
  }
}

export function jsonOf(bytes: Uint8Array): JsonObject {
  const json: JsonObject = JSON.parse(new TextDecoder().decode(bytes))
  return json
}
export function bytesOf(json: Json): Uint8Array {
  return encodeUtf8(canonicalJson(json))
}
