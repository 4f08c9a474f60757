/**
 * A whole registry for tests: real store, real registrar, real reader, in a temporary directory, with a clock that the
 * test moves. What it does is what the server does; nothing is faked but time.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_ED25519, makeVkey, noteSigner } from '@cadastre/notes'
import { PROCEDURES, PROFILES } from '@cadastre/procedures'
import { PublishedReader, type RegistryInfo } from '@cadastre/reader'
import {
  addSeconds,
  canonicalJson,
  type Instant,
  type Json,
  type JsonObject,
  type KeyRole,
  type Profile,
  parseCanonicalJson,
  parseInstant,
  type Replaced,
  type Request,
} from '@cadastre/records'
import { fileGuard, PublicFiles, Registrar, type SubmitResult } from '@cadastre/registrar'
import { evidenceText, requestText, signRequest } from '@cadastre/signatures'
import { openSqliteReader, openSqliteWriter } from '@cadastre/store-sqlite'
import type { StoreReader, StoreWriter } from '@cadastre/store-port'
import { createTrieMemory } from '@cadastre/trie'

export type TestPool = {
  readonly handle: string
  readonly space: 'ip4' | 'ip6' | 'asn'
  readonly range: string
  readonly open: boolean
}

export type TestRegistryOptions = {
  readonly profile?: Profile
  readonly pools?: readonly TestPool[]
  readonly demonstration?: boolean
  readonly start?: string
  /** Open a store; SQLite in the temporary directory by default. */
  readonly openStore?: (directory: string) => Promise<{ readonly writer: StoreWriter; readonly reader: StoreReader }>
  readonly baseUrl?: string
  readonly whois?: { readonly host: string; readonly port: number }
  /** Stop before the registry is opened, so that the test can import. */
  readonly founding?: boolean
}

export type TestHolder = { readonly handle: string; readonly signer: Signer }

export const TEST_ORIGIN = 'registry.example/log'
export const TEST_POOLS: readonly TestPool[] = [
  { handle: 'IP4', space: 'ip4', range: '10.0.0.0 - 10.255.255.255', open: true },
  { handle: 'IP6', space: 'ip6', range: 'fd00::/8', open: true },
  { handle: 'ASN', space: 'asn', range: 'AS64512 - AS65534', open: true },
]

export class TestRegistry {
  readonly directory: string
  readonly registrar: Registrar
  readonly reader: PublishedReader
  readonly operator: Signer
  readonly logVkey: string
  #now: Instant
  #nonce = 0
  readonly #closeReader: () => Promise<void>

  constructor(parts: {
    directory: string
    registrar: Registrar
    reader: PublishedReader
    operator: Signer
    logVkey: string
    clock: { now: Instant }
    closeReader: () => Promise<void>
  }) {
    this.directory = parts.directory
    this.registrar = parts.registrar
    this.reader = parts.reader
    this.operator = parts.operator
    this.logVkey = parts.logVkey
    this.#now = parts.clock.now
    this.#clock = parts.clock
    this.#closeReader = parts.closeReader
  }
  readonly #clock: { now: Instant }

  get now(): Instant {
    return this.#now
  }

  /** Move the clock; what falls due is done with the next batch. */
  advance(seconds: number): void {
    this.#now = addSeconds(this.#now, seconds)
    this.#clock.now = this.#now
  }

  /** The directory of the public files. */
  get logDirectory(): string {
    return join(this.directory, 'log')
  }

  request(procedure: string, body: JsonObject, replaces: readonly Replaced[] = []): Request {
    this.#nonce += 1
    return {
      v: 1,
      origin: TEST_ORIGIN,
      procedure,
      body,
      replaces,
      expires: addSeconds(this.#now, 3600),
      nonce: encodeBase64(nodeCrypto.sha256(new TextEncoder().encode(String(this.#nonce))).subarray(0, 16)),
    }
  }

  /** Submit a request signed by these keys; the receipt or the problem. */
  submit(request: Request, signers: readonly Signer[]): Promise<SubmitResult> {
    const text = requestText(request)
    const evidence = evidenceText(signers.map((signer) => signRequest(text, signer)))
    return this.registrar.submit({ request: text, evidence, openings: [] })
  }

  /** Submit, wait for the decision to be published, and give the logged op entry back. */
  async act(request: Request, signers: readonly Signer[]): Promise<JsonObject & { readonly index: number }> {
    const result = await this.submit(request, signers)
    if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.detail} ${result.problem.pointer ?? ''}`)
    await this.registrar.settled(result.seq, 20_000)
    const status = await this.reader.store.receiptBySeq(result.seq)
    if (status === null || status.index === null) throw new Error(`request ${result.seq} was not decided`)
    const [bytes] = await this.reader.store.entries(status.index, 1)
    const entry = parseCanonicalJson(new TextDecoder().decode(bytes)) as JsonObject
    return { ...entry, index: status.index }
  }

  /** Like {@link act}, but throws where the request was refused; the effects by key. */
  async accepted(request: Request, signers: readonly Signer[]): Promise<Map<string, Json>> {
    const entry = await this.act(request, signers)
    const outcome = entry['outcome'] as JsonObject
    if (outcome['accepted'] !== true) throw new Error(`refused: ${canonicalJson(outcome)}`)
    const effects = outcome['effects'] as readonly JsonObject[]
    return new Map(effects.map((effect) => [String(effect['key']), effect['next'] ?? null]))
  }

  /** Identify a new holder with one key. */
  async holder(name: string, roles: readonly KeyRole[] = ['full', 'routing', 'technical']): Promise<TestHolder> {
    const signer = generateEd25519Signer()
    const body = {
      kind: 'organisation',
      name,
      register: null,
      person: null,
      country: null,
      policy: {
        m: 1,
        keys: [{ alg: 'ed25519', key: encodeBase64(signer.publicKey), roles }],
        guardians: [],
      },
      contacts: [],
      attestors: [],
    }
    const effects = await this.accepted(this.request('identify-holder/1', body), [signer])
    const key = [...effects.keys()].find((candidate) => candidate.startsWith('obj/holder/')) ?? ''
    return { handle: key.slice('obj/holder/'.length), signer }
  }

  /** Do a founding act as the operator. */
  async found(procedure: string, body: JsonObject): Promise<unknown> {
    const text = requestText(this.request(procedure, body))
    const evidence = evidenceText([signRequest(text, this.operator)])
    const [outcome] = await this.registrar.found([{ request: text, evidence }])
    if (outcome?.accepted !== true) throw new Error(`${procedure} refused: ${JSON.stringify(outcome)}`)
    return outcome
  }

  /** Drain and close, leaving the files. */
  async stop(): Promise<void> {
    await this.registrar.drain()
    await this.#closeReader()
  }

  async close(): Promise<void> {
    await this.stop()
    await rm(this.directory, { recursive: true, force: true })
  }
}

function genesisBody(options: TestRegistryOptions, operator: Signer): JsonObject {
  const profile = options.profile ?? 'community'
  const text = encodeBase64(nodeCrypto.sha256(new TextEncoder().encode('the published text')))
  return {
    name: 'Example Registry',
    origin: TEST_ORIGIN,
    seat: 'XX',
    profile,
    demonstration: options.demonstration ?? false,
    relyingParty: { id: 'sign.registry.example', origins: ['https://sign.registry.example'] },
    staff: [
      { handle: 'OPERATOR', role: 'operator', alg: 'ed25519', key: encodeBase64(operator.publicKey), outside: false },
    ],
    pools: (options.pools ?? TEST_POOLS) as readonly Json[],
    reserved: [],
    procedures: Object.keys(PROCEDURES).map((id) => ({ id, text, parameters: PROFILES[profile][id] ?? {} })),
    witnessPolicy: '',
    statement: '',
  }
}

async function openSqlite(
  directory: string,
): Promise<{ readonly writer: StoreWriter; readonly reader: StoreReader }> {
  const path = join(directory, 'cadastre.sqlite')
  const writer = await openSqliteWriter(path)
  return { writer, reader: await openSqliteReader(path) }
}

/** Start a registry: genesis done, opened (unless `founding`), published. */
export async function startTestRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'cadastre-test-'))
  const start = parseInstant(options.start ?? '2026-01-02T03:04:05Z')
  if (start === null) throw new TypeError('start is no instant')
  const clock = { now: start }
  const operator = generateEd25519Signer()
  const logKey = generateEd25519Signer()
  const receiptKey = generateEd25519Signer()
  const vkey = (name: string, signer: Signer): string =>
    formatVkey(makeVkey(nodeCrypto, name, KEY_TYPE_ED25519, signer.publicKey))
  const { writer, reader: store } = await (options.openStore ?? openSqlite)(directory)
  const memory = createTrieMemory()
  const logVkey = vkey(TEST_ORIGIN, logKey)
  const info: RegistryInfo = {
    origin: TEST_ORIGIN,
    name: 'Example Registry',
    seat: 'XX',
    profile: options.profile ?? 'community',
    demonstration: options.demonstration === true ? 'A demonstration on made-up records.' : null,
    logVkey,
    receiptVkey: vkey(`${TEST_ORIGIN}/receipts`, receiptKey),
    policy: `log ${logVkey}\nquorum none\n`,
    baseUrl: options.baseUrl ?? 'http://127.0.0.1:8080',
    whois: options.whois ?? { host: '127.0.0.1', port: 4343 },
    version: '0.1.0',
  }
  const reader = new PublishedReader(info, memory, store, nodeCrypto)
  const registrar = await Registrar.open({
    crypto: nodeCrypto,
    store: writer,
    memory,
    origin: TEST_ORIGIN,
    logSigner: noteSigner(nodeCrypto, TEST_ORIGIN, logKey),
    receiptSigner: noteSigner(nodeCrypto, `${TEST_ORIGIN}/receipts`, receiptKey),
    files: new PublicFiles(join(directory, 'log')),
    guard: fileGuard(join(directory, 'last-checkpoint')),
    witnesses: null,
    now: () => clock.now,
    verify: (checks) =>
      Promise.resolve(
        checks.map(({ algorithm, key, message, signature }) => nodeCrypto.verify(algorithm, key, message, signature)),
      ),
    published: (publication) => reader.publish(publication),
    report: (message, error) => {
      throw new Error(message, { cause: error })
    },
    batchMilliseconds: 20,
    retryMilliseconds: 50,
  })
  const registry = new TestRegistry({
    directory,
    registrar,
    reader,
    operator,
    logVkey,
    clock,
    closeReader: () => store.close(),
  })
  await registry.found('genesis/1', genesisBody(options, operator))
  if (options.founding !== true) await registry.found('open/1', { staff: 'OPERATOR' })
  await registrar.publishedAll()
  return registry
}
