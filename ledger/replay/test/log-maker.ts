/** Makes small logs for tests, entry by entry, and lets a test change what stands in them. */

import assert from 'node:assert/strict'
import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import {
  type Act,
  type Executed,
  execute,
  genesisBodies,
  genesisParts,
  PROCEDURE_FAULT,
  type Procedure,
  procedureById,
  proceduresOfProfile,
  SIGNATURE_INVALID,
} from '@cadastre/procedures'
import {
  addSeconds,
  canonicalJson,
  type EvidenceItem,
  type Instant,
  type Json,
  type JsonObject,
  type OpEntry,
  parseCanonicalJson,
  parseInstant,
  type RecordKey,
  type Replaced,
  type Request,
} from '@cadastre/records'
import { memberHashOf, requestText, signRequest, verifyEvidence } from '@cadastre/signatures'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'
import {
  entryText,
  type Fault,
  type FaultCode,
  fitting,
  Replayer,
  type ReplayOptions,
  stateEntry,
  TrieState,
} from '../src/index.ts'

export const ORIGIN = 'registry.example/log'
export const START: Instant = instant('2030-01-01T00:00:00Z')

export function instant(text: string): Instant {
  const parsed = parseInstant(text)
  assert.ok(parsed, text)
  return parsed
}
function signer(byte: number): Signer {
  return ed25519SignerFromSeed(new Uint8Array(32).fill(byte))
}
export const operator: Signer = signer(1)
/** Keys of the holders that {@link foundedLog} identifies, in order. */
export const alice: Signer = signer(2)
export const bob: Signer = signer(3)

type Tamper = (entry: Json, index: number) => Json

export class LogMaker {
  readonly entries: Uint8Array[] = []
  readonly state: TrieState
  readonly #trie: TrieWriter
  at: Instant = START
  seq = 0
  #nonce = 0
  #ops = 0
  #previousState: number | null = null
  /** Applied to the next op before it is written, its effects included. */
  tamper: Tamper | null = null

  constructor() {
    this.#trie = new TrieWriter(createTrieMemory({ poolBytes: 2 ** 24, recordBytes: 2 ** 26 }), nodeCrypto)
    this.state = new TrieState(this.#trie, nodeCrypto)
  }

  get size(): number {
    return this.entries.length
  }

  advance(seconds: number): void {
    this.at = addSeconds(this.at, seconds)
  }

  request(procedure: string, body: JsonObject, replaces: readonly Replaced[] = []): Request {
    this.#nonce += 1
    const nonce = encodeBase64(nodeCrypto.sha256(encodeUtf8(String(this.#nonce))).subarray(0, 16))
    return { v: 1, origin: ORIGIN, procedure, body, replaces, expires: addSeconds(this.at, 3600), nonce }
  }

  sign(request: Request, signers: readonly Signer[]): readonly EvidenceItem[] {
    return signers.map((one) => signRequest(requestText(request), one))
  }

  /** Decide and log a request, received now. */
  act(
    request: Request,
    signers: readonly Signer[],
    received: OpEntry['received'] = this.#receipt(),
  ): OpEntry {
    return this.log(request, this.sign(request, signers), received)
  }

  /** A founding act: without receipt. */
  found(procedure: string, body: JsonObject): OpEntry {
    return this.act(this.request(procedure, body), [operator], null)
  }

  log(request: Request, evidence: readonly EvidenceItem[], received: OpEntry['received']): OpEntry {
    const signatures = verifyEvidence(requestText(request), evidence, null, nodeCrypto)
    const procedure = procedureById(request.procedure)
    assert.ok(procedure, request.procedure)
    const act: Act | null =
      signatures === null ? null : { kind: 'request', request, signatures, received: received?.at ?? this.at }
    const executed = act === null ? SIGNATURE_INVALID : this.#execute(procedure, act)
    return this.#op({ at: this.at, received, procedure: request.procedure, request, evidence }, executed)
  }

  /** As the registrar does it: what its own code fails on is refused. */
  #execute(procedure: Procedure, act: Act): Executed {
    try {
      return execute(procedure, act, this.state, this.at, this.size)
    } catch (error) {
      assert.ok(error instanceof Error)
      return PROCEDURE_FAULT
    }
  }

  /** Log what fell due at a key. */
  due(procedureId: string, key: RecordKey): OpEntry {
    const procedure = procedureById(procedureId)
    assert.ok(procedure, procedureId)
    const executed = execute(procedure, { kind: 'due', subject: key }, this.state, this.at, this.size)
    return this.#op(
      { at: this.at, received: null, procedure: procedureId, request: null, evidence: [] },
      executed,
    )
  }

  #receipt(): { readonly seq: number; readonly at: Instant } {
    this.seq += 1
    return { seq: this.seq, at: this.at }
  }

  #op(head: Parameters<typeof fitting>[0], executed: Executed): OpEntry {
    const { bytes } = fitting(head, executed)
    let entry = parse(bytes)
    if (this.tamper !== null) entry = this.tamper(entry, this.size)
    this.tamper = null
    this.raw(entry)
    this.#ops += 1
    const op = entry as Json & OpEntry
    if (op.outcome.accepted)
      for (const { key, next } of op.outcome.effects)
        this.state.put(key as RecordKey, next === null ? null : canonicalJson(next))
    return op
  }

  /** Append bytes as they are. */
  raw(entry: Json): void {
    this.entries.push(encodeUtf8(canonicalJson(entry)))
  }

  /** End the batch. */
  commit(change: Tamper = (entry) => entry): void {
    const { hashes } = this.#trie.commit()
    const text = entryText(stateEntry(this.at, this.#ops, this.#previousState, hashes))
    const entry = parseCanonicalJson(text)
    assert.ok(entry)
    this.#previousState = this.size
    this.raw(change(entry, this.size))
    this.#ops = 0
  }

  /** The hash by which a request names a member. */
  hashOf(member: Json): string {
    return memberHashOf(nodeCrypto, member)
  }

  record(key: string): JsonObject {
    return this.state.record(key as RecordKey).value as JsonObject
  }
}

export function parse(bytes: Uint8Array): Json {
  const value = parseCanonicalJson(new TextDecoder().decode(bytes))
  assert.ok(value !== null)
  return value
}

/** The genesis and the parts of its procedures. */
export function foundingBodies(): readonly [JsonObject, ...JsonObject[]] {
  const text = encodeBase64(nodeCrypto.sha256(encodeUtf8('the published text')))
  const parts = genesisParts(proceduresOfProfile('community', () => text))
  return genesisBodies(genesisBody(), parts, 'OPERATOR', (member) => memberHashOf(nodeCrypto, member))
}

export function genesisBody(): JsonObject {
  return {
    name: 'Example Registry',
    origin: ORIGIN,
    seat: 'XX',
    profile: 'community',
    demonstration: false,
    relyingParty: { id: 'sign.registry.example', origins: ['https://sign.registry.example'] },
    staff: [
      {
        handle: 'OPERATOR',
        role: 'operator',
        alg: 'ed25519',
        key: encodeBase64(operator.publicKey),
        outside: false,
      },
    ],
    pools: [
      { handle: 'IP4', space: 'ip4', range: '198.51.100.0 - 198.51.100.255', open: true },
      { handle: 'ASN', space: 'asn', range: 'AS64496 - AS64511', open: true },
    ],
    reserved: [],
    witnessPolicy: '',
    roots: [],
    statement: '',
  }
}

export function identifyBody(name: string, key: Signer): JsonObject {
  const enrolled = {
    alg: key.algorithm,
    key: encodeBase64(key.publicKey),
    roles: ['full', 'routing', 'technical'],
  }
  return {
    kind: 'organisation',
    name,
    register: null,
    person: null,
    country: null,
    policy: { m: 1, keys: [enrolled], guardians: [] },
    contacts: [],
    attestors: [],
  }
}

/** Genesis and its procedures, open, and two holders: H-4 (Alice) and H-5 (Bob). Entries 0 to 6. */
export function foundedLog(): LogMaker {
  const log = new LogMaker()
  for (const body of foundingBodies()) log.found('genesis/1', body)
  log.found('open/1', { staff: 'OPERATOR' })
  log.commit()
  log.advance(60)
  log.act(log.request('identify-holder/1', identifyBody('Alice Networks', alice)), [alice])
  log.act(log.request('identify-holder/1', identifyBody('Bob Networks', bob)), [bob])
  log.commit()
  log.advance(60)
  return log
}

export function allocate(log: LogMaker, holder: string, key: Signer, length = 26): OpEntry {
  return log.act(log.request('allocate/1', { holder, pool: 'IP4', length, block: null }), [key])
}

/** Every fault of a log. */
export function faultsOf(
  entries: readonly Uint8Array[],
  options: Partial<ReplayOptions> = {},
): readonly Fault[] {
  const replayer = new Replayer({
    crypto: nodeCrypto,
    origin: ORIGIN,
    memory: createTrieMemory({ poolBytes: 2 ** 24, recordBytes: 2 ** 26 }),
    ...options,
  })
  const faults = entries.flatMap((bytes, index) => replayer.step(index, bytes))
  return [...faults, ...replayer.finish()]
}

/** `index code` of every fault of a log. */
export function codesOf(entries: readonly Uint8Array[]): readonly `${number} ${FaultCode}`[] {
  return faultsOf(entries).map(({ index, code }) => `${index} ${code}` as const)
}
