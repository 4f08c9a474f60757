/** One of two registries: what it says of some numbers at each of its published checkpoints, through crashes. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { parseBlockKey } from '@cadastre/numbers'
import {
  innermost,
  type JsonObject,
  objectKey,
  parseCanonicalJson,
  type RecordKey,
  type Replaced,
  type Request,
  type Transit,
} from '@cadastre/records'
import type { SubmitResult } from '@cadastre/registrar'
import { evidenceText, memberHashOf, requestText, signRequest, statementItem } from '@cadastre/signatures'
import {
  checkRegistry,
  foundTestRegistry,
  logVkeyOf,
  openTestRegistry,
  type TestHolder,
  type TestIdentity,
  type TestPool,
  type TestRegistry,
  type TestRegistryOptions,
  testIdentity,
} from '@cadastre/simulator'
import { InjectedFault, Sabotage } from '../../registrar/test/sabotage.ts'

/** What stands at one block: who holds it, or that it is elsewhere, or nothing. */
export type Standing = {
  readonly kind: string
  readonly holder: string | null
  readonly elsewhere: string | null
}

export class Side {
  readonly directory: string
  readonly identity: TestIdentity
  readonly origin: string
  readonly #options: TestRegistryOptions
  #registry: TestRegistry | null = null
  onPublished: () => void = () => undefined

  private constructor(directory: string, origin: string, pools: readonly TestPool[]) {
    this.directory = directory
    this.identity = testIdentity()
    this.origin = origin
    this.#options = { origin, pools, batchMilliseconds: 1 }
  }

  static async begin(origin: string, pools: readonly TestPool[]): Promise<Side> {
    const side = new Side(await mkdtemp(join(tmpdir(), 'cadastre-peer-')), origin, pools)
    await side.open()
    await foundTestRegistry(side.registry, side.#options)
    return side
  }

  get registry(): TestRegistry {
    if (this.#registry === null) throw new Error('the registry is closed')
    return this.#registry
  }
  /** The policy by which this registry's word counts. */
  get policy(): string {
    return `log ${logVkeyOf(this.identity, this.origin)}\nquorum none\n`
  }

  async open(more: TestRegistryOptions = {}): Promise<void> {
    this.#registry = null
    this.#registry = await openTestRegistry(this.directory, this.identity, {
      ...this.#options,
      ...more,
      onPublished: () => this.onPublished(),
    })
  }

  async end(): Promise<void> {
    await this.#registry?.stop()
    await rm(this.directory, { recursive: true, force: true })
  }

  /** Everything that must hold of a registry, its own replay among it. */
  async check(): Promise<void> {
    const { logDirectory, logVkey, receiptVkey, reader } = this.registry
    const { origin } = this
    const { store } = reader
    await checkRegistry({ origin, logVkey, receiptVkey, logDirectory, store, receipts: [], checkpoints: [] })
  }

  record(key: RecordKey): JsonObject | null {
    const [, type, handle] = key.split('/')
    return this.registry.reader.snapshot().object(type as 'transit', handle ?? '') as JsonObject | null
  }
  transit(handle: string): Transit | null {
    return this.record(objectKey('transit', handle)) as Transit | null
  }

  standing(key: string): Standing {
    const block = parseBlockKey(key)
    if (!block.ok) throw new TypeError(key)
    const found = innermost(this.registry.reader.snapshot().chain(block.value))?.registration ?? null
    if (found === null || found.kind === 'pool') return { kind: 'none', holder: null, elsewhere: null }
    return {
      kind: found.kind,
      holder: found.holder,
      elsewhere: found.holder === null ? found.provenance : null,
    }
  }

  /** What a request names of the registration at this block. */
  names(key: string): Replaced & { readonly id: string } {
    const block = parseBlockKey(key)
    if (!block.ok) throw new TypeError(key)
    const found = innermost(this.registry.reader.snapshot().chain(block.value))
    if (found === null) throw new Error(`nothing at ${key}`)
    const { registration } = found
    return {
      member: `${key}#${registration.id}`,
      hash: memberHashOf(nodeCrypto, registration),
      id: registration.id,
    }
  }

  request(procedure: string, body: JsonObject, replaces: readonly Replaced[] = []): Request {
    return this.registry.request(procedure, body, replaces)
  }

  /** What this registry says of one of its records, as evidence for another one. */
  word(key: RecordKey): ReturnType<typeof statementItem> {
    return statementItem(this.policy, key, this.registry.reader.snapshot().prove(key))
  }

  submit(
    request: Request,
    signers: readonly Signer[],
    word: ReturnType<Side['word']> | null,
  ): Promise<SubmitResult> {
    const text = requestText(request)
    const evidence = [...signers.map((signer) => signRequest(text, signer)), ...(word === null ? [] : [word])]
    return this.registry.registrar.submit({ request: text, evidence: evidenceText(evidence), openings: [] })
  }

  /** The refusal, or null where it was accepted and published. */
  async act(
    request: Request,
    signers: readonly Signer[],
    word: ReturnType<Side['word']> | null = null,
  ): Promise<string | null> {
    const result = await this.submit(request, signers, word)
    if (!result.ok)
      throw new Error(`${result.problem.code}: ${result.problem.detail} ${result.problem.expected ?? ''}`)
    await this.registry.registrar.settled(result.seq, 20_000)
    const { store } = this.registry.reader
    const status = await store.receiptBySeq(result.seq)
    if (status === null || status.index === null) throw new Error(`request ${result.seq} was not decided`)
    const [bytes] = await store.entries(status.index, 1)
    const entry = parseCanonicalJson(new TextDecoder().decode(bytes)) as JsonObject
    const outcome = entry['outcome'] as JsonObject
    return outcome['accepted'] === true ? null : String(outcome['refusals'])
  }

  /** Submit while the n-th write step breaks, then start again; whether one broke. */
  async crash(
    n: number,
    mode: 'failed' | 'persisted',
    request: Request,
    signers: readonly Signer[],
    word: ReturnType<Side['word']> | null,
  ): Promise<boolean> {
    const sabotage = new Sabotage(n, mode)
    await this.registry.stop()
    await this.open(sabotage.options)
    await this.registry.registrar.publishedAll()
    sabotage.armed = true
    const result = await this.submit(request, signers, word)
    if (result.ok) await this.registry.registrar.settled(result.seq, 20_000)
    await this.#untilBroken()
    await this.registry.stop()
    await this.open()
    await this.registry.registrar.publishedAll()
    return sabotage.broken !== null
  }

  /** Until everything is published, or the write step has broken. */
  async #untilBroken(): Promise<void> {
    try {
      await this.registry.registrar.publishedAll()
    } catch (error) {
      if (!(error instanceof InjectedFault)) throw error
    }
  }

  async list(other: Side, rdap: string | null = null): Promise<void> {
    const body = { staff: 'OPERATOR', origin: other.origin, policy: other.policy, rdap }
    const refusal = await this.act(this.request('list-peer/1', body), [this.identity.operator])
    if (refusal !== null) throw new Error(refusal)
  }

  holder(name: string): Promise<TestHolder> {
    return this.registry.holder(name)
  }

  async allocate(holder: TestHolder, pool: string, block: string): Promise<void> {
    const length = Number(block.split('/').at(-1))
    const body = { holder: holder.handle, pool, length, block }
    const refusal = await this.act(this.request('allocate/1', body), [holder.signer])
    if (refusal !== null) throw new Error(refusal)
  }
}
