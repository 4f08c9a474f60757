/**
 * A whole registry for tests: real store, real registrar, real reader, in a temporary directory, with a clock that the
 * test moves. What it does is what the server does; nothing is faked but time.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_ED25519, makeVkey, noteSigner, parsePolicy } from '@cadastre/notes'
import { genesisBodies, genesisParts, proceduresOfProfile } from '@cadastre/procedures'
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
  type SealRoot,
  type StaffRole,
} from '@cadastre/records'
import {
  type CheckpointGuard,
  fileGuard,
  type PostCheckpoint,
  PublicFiles,
  Registrar,
  type RegistrarOptions,
  type SubmitResult,
  Witnesses,
} from '@cadastre/registrar'
import { evidenceText, memberHashOf, requestText, signRequest } from '@cadastre/signatures'
import type { Publication, StatementHook, StoreReader, StoreWriter } from '@cadastre/store-port'
import { openSqliteReader, openSqliteWriter } from '@cadastre/store-sqlite'
import { createTrieMemory } from '@cadastre/trie'

export type TestPool = {
  readonly handle: string
  readonly space: 'ip4' | 'ip6' | 'asn'
  readonly range: string
  readonly open: boolean
}

type TestClerk = {
  readonly handle: string
  readonly signer: Signer
  /** Outside the operator. */
  readonly outside: boolean
}

/** A member of staff of another role, such as a second operator. */
type TestStaff = { readonly handle: string; readonly role: StaffRole; readonly signer: Signer }

export type TestRegistryOptions = {
  /** Where there is more than one registry: the log's origin; {@link TEST_ORIGIN} by default. */
  readonly origin?: string
  readonly profile?: Profile
  readonly pools?: readonly TestPool[]
  readonly demonstration?: boolean
  /** Attestors, beside the operator. */
  readonly clerks?: readonly TestClerk[]
  /** Others, beside operator, clerks and notifier. */
  readonly staff?: readonly TestStaff[]
  /** Roots to which seals of orders chain: SHA-256 of the certificates, base64; none by default. */
  readonly roots?: readonly SealRoot[]
  /** Key of the notices service, handle `NOTIFIER`. */
  readonly notifier?: Signer
  readonly start?: string
  /** Open a store; SQLite in the registry's directory by default. */
  readonly openStore?: OpenStore
  readonly baseUrl?: string
  readonly whois?: { readonly host: string; readonly port: number }
  /** Stop before the registry is opened, so that the test can import. */
  readonly founding?: boolean
  /** For tests of faults: hears of each statement of the store's writer, and may throw. */
  readonly onStatement?: StatementHook
  /** For tests of faults: what the registrar uses in place of its files and its guard. */
  readonly files?: (directory: string) => PublicFiles
  readonly guard?: (guard: CheckpointGuard) => CheckpointGuard
  /** C2SP tlog-policy without its `log` line, and the network; no witnesses by default. */
  readonly witnesses?: { readonly policy: string; readonly post: PostCheckpoint }
  /** What the operator would see; by default anything reported fails the test. */
  readonly report?: (message: string, error?: Error) => void
  readonly batchMilliseconds?: number
  readonly refreshMilliseconds?: number
  readonly onPublished?: (publication: Publication) => void
  /** Made beforehand, where a witness must know the log's key. */
  readonly identity?: TestIdentity
  readonly verify?: RegistrarOptions['verify']
  readonly judgeKeys?: RegistrarOptions['judgeKeys']
}

export type OpenStore = (
  directory: string,
  onStatement?: StatementHook,
) => Promise<{ readonly writer: StoreWriter; readonly reader: StoreReader }>

/** What a registry is beside its directory: it can be opened again with it. */
export type TestIdentity = {
  readonly operator: Signer
  readonly logKey: Signer
  readonly receiptKey: Signer
  /** A getter where time passes by itself. */
  readonly clock: { now: Instant; nonce: number }
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
  readonly receiptVkey: string
  readonly identity: TestIdentity

  constructor(parts: {
    readonly directory: string
    readonly registrar: Registrar
    readonly reader: PublishedReader
    readonly identity: TestIdentity
  }) {
    this.directory = parts.directory
    this.registrar = parts.registrar
    this.reader = parts.reader
    this.identity = parts.identity
    this.operator = parts.identity.operator
    this.logVkey = parts.reader.info.logVkey
    this.receiptVkey = parts.reader.info.receiptVkey
  }

  get now(): Instant {
    return this.identity.clock.now
  }

  /** Move the clock; what falls due is done with the next batch. */
  advance(seconds: number): void {
    this.identity.clock.now = addSeconds(this.now, seconds)
  }

  /** The directory of the public files. */
  get logDirectory(): string {
    return join(this.directory, 'log')
  }

  request(procedure: string, body: JsonObject, replaces: readonly Replaced[] = []): Request {
    const { clock } = this.identity
    clock.nonce += 1
    return {
      v: 1,
      origin: this.reader.info.origin,
      procedure,
      body,
      replaces,
      expires: addSeconds(clock.now, 3600),
      nonce: encodeBase64(nodeCrypto.sha256(new TextEncoder().encode(String(clock.nonce))).subarray(0, 16)),
    }
  }

  /** Submit a request signed by these keys; the receipt or the problem. */
  submit(request: Request, signers: readonly Signer[]): Promise<SubmitResult> {
    const text = requestText(request)
    const evidence = evidenceText(signers.map((signer) => signRequest(text, signer)))
    return this.registrar.submit({ request: text, evidence, openings: [] })
  }

  /**
   * Submit many at once, and wait until the decision of each is published. `registrar.publishedAll()` alone would not
   * do: it waits for what is committed, and these may still be waiting for their batch.
   */
  async submitAll(count: number, request: () => Request, signers: readonly Signer[]): Promise<void> {
    const results = await Promise.all(Array.from({ length: count }, () => this.submit(request(), signers)))
    for (const result of results) {
      if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.detail}`)
      await this.registrar.settled(result.seq, 60_000)
    }
    await this.registrar.publishedAll()
  }

  /** Submit, wait for the decision to be published, and give the logged op entry back. */
  async act(request: Request, signers: readonly Signer[]): Promise<JsonObject & { readonly index: number }> {
    const result = await this.submit(request, signers)
    if (!result.ok)
      throw new Error(`${result.problem.code}: ${result.problem.detail} ${result.problem.pointer ?? ''}`)
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

  /** The request by which a new holder with one key is identified; that key signs it. */
  identification(
    name: string,
    signer: Signer,
    roles: readonly KeyRole[] = ['full', 'routing', 'technical'],
  ): Request {
    return this.request('identify-holder/1', {
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
    })
  }

  /** Identify a new holder with one key. */
  async holder(name: string, roles?: readonly KeyRole[]): Promise<TestHolder> {
    const signer = generateEd25519Signer()
    const effects = await this.accepted(this.identification(name, signer, roles), [signer])
    const key = [...effects.keys()].find((candidate) => candidate.startsWith('obj/holder/')) ?? ''
    return { handle: key.slice('obj/holder/'.length), signer }
  }

  /** Do founding acts of one procedure as the operator, in one batch; the first outcome. */
  async found(procedure: string, ...bodies: readonly JsonObject[]): Promise<unknown> {
    const acts = bodies.map((body) => {
      const text = requestText(this.request(procedure, body))
      return { request: text, evidence: evidenceText([signRequest(text, this.operator)]) }
    })
    const outcomes = await this.registrar.found(acts)
    const refused = outcomes.find(({ accepted }) => !accepted)
    if (refused !== undefined) throw new Error(`${procedure} refused: ${JSON.stringify(refused)}`)
    return outcomes[0]
  }

  /** Drain and close, leaving the files. */
  async stop(): Promise<void> {
    await this.registrar.drain()
    await this.reader.store.close()
  }

  async close(): Promise<void> {
    await this.stop()
    await rm(this.directory, { recursive: true, force: true })
  }
}

/** The genesis and the parts of its procedures. */
function foundingBodies(options: TestRegistryOptions, operator: Signer): readonly JsonObject[] {
  const text = encodeBase64(nodeCrypto.sha256(new TextEncoder().encode('the published text')))
  const parts = genesisParts(proceduresOfProfile(options.profile ?? 'community', () => text))
  const hash = (member: Json): string => memberHashOf(nodeCrypto, member)
  return genesisBodies(genesisBody(options, operator), parts, 'OPERATOR', hash)
}

function genesisBody(options: TestRegistryOptions, operator: Signer): JsonObject {
  const profile = options.profile ?? 'community'
  return {
    name: 'Example Registry',
    origin: options.origin ?? TEST_ORIGIN,
    seat: 'XX',
    profile,
    demonstration: options.demonstration ?? false,
    relyingParty: { id: 'sign.registry.example', origins: ['https://sign.registry.example'] },
    staff: [
      {
        handle: 'OPERATOR',
        role: 'operator',
        alg: 'ed25519',
        key: encodeBase64(operator.publicKey),
        outside: false,
      },
      ...(options.clerks ?? []).map(({ handle, signer, outside }) => ({
        handle,
        role: 'clerk',
        alg: 'ed25519',
        key: encodeBase64(signer.publicKey),
        outside,
      })),
      ...(options.notifier === undefined
        ? []
        : [
            {
              handle: 'NOTIFIER',
              role: 'notifier',
              alg: 'ed25519',
              key: encodeBase64(options.notifier.publicKey),
              outside: false,
            },
          ]),
      ...(options.staff ?? []).map(({ handle, role, signer }) => ({
        handle,
        role,
        alg: signer.algorithm,
        key: encodeBase64(signer.publicKey),
        outside: false,
      })),
    ],
    pools: (options.pools ?? TEST_POOLS) as readonly Json[],
    reserved: [],
    witnessPolicy: '',
    roots: (options.roots ?? []) as readonly Json[],
    statement: '',
  }
}

const openSqlite: OpenStore = async (directory, onStatement) => {
  const path = join(directory, 'cadastre.sqlite')
  const writer = await openSqliteWriter(path, onStatement === undefined ? {} : { onStatement })
  return { writer, reader: await openSqliteReader(path) }
}

function noteVkey(name: string, signer: Signer): string {
  return formatVkey(makeVkey(nodeCrypto, name, KEY_TYPE_ED25519, signer.publicKey))
}

/** The log's vkey, as a registry with this identity publishes it. */
export function logVkeyOf({ logKey }: TestIdentity, origin: string = TEST_ORIGIN): string {
  return noteVkey(origin, logKey)
}

function infoOf(options: TestRegistryOptions, identity: TestIdentity): RegistryInfo {
  const origin = options.origin ?? TEST_ORIGIN
  const logVkey = logVkeyOf(identity, origin)
  return {
    origin,
    name: 'Example Registry',
    seat: 'XX',
    profile: options.profile ?? 'community',
    demonstration: options.demonstration === true ? 'A demonstration on made-up records.' : null,
    logVkey,
    receiptVkey: noteVkey(`${origin}/receipts`, identity.receiptKey),
    policy: `log ${logVkey}\n${options.witnesses?.policy ?? 'quorum none\n'}`,
    baseUrl: options.baseUrl ?? 'http://127.0.0.1:8080',
    whois: options.whois ?? { host: '127.0.0.1', port: 4343 },
    version: '0.1.0',
  }
}

function witnessesOf(options: TestRegistryOptions, { policy }: RegistryInfo): Witnesses | null {
  if (options.witnesses === undefined) return null
  const parsed = parsePolicy(nodeCrypto, policy)
  if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.problem}`)
  return new Witnesses(parsed.value, nodeCrypto, options.witnesses.post)
}

const verifyHere: RegistrarOptions['verify'] = async (checks) =>
  checks.map(({ algorithm, key, message, signature }) =>
    nodeCrypto.verify(algorithm, key, message, signature),
  )

/** Open the registry that a directory holds, or make an empty one there: what a restart does. */
export async function openTestRegistry(
  directory: string,
  identity: TestIdentity,
  options: TestRegistryOptions = {},
): Promise<TestRegistry> {
  const { writer, reader: store } = await (options.openStore ?? openSqlite)(directory, options.onStatement)
  const memory = createTrieMemory()
  const info = infoOf(options, identity)
  const reader = new PublishedReader(info, memory, store, nodeCrypto)
  const guard = fileGuard(join(directory, 'last-checkpoint'))
  const logDirectory = join(directory, 'log')
  try {
    const registrar = await Registrar.open({
      crypto: nodeCrypto,
      store: writer,
      memory,
      origin: info.origin,
      logSigner: noteSigner(nodeCrypto, info.origin, identity.logKey),
      receiptSigner: noteSigner(nodeCrypto, `${info.origin}/receipts`, identity.receiptKey),
      files: options.files?.(logDirectory) ?? new PublicFiles(logDirectory),
      guard: options.guard?.(guard) ?? guard,
      witnesses: witnessesOf(options, info),
      now: () => identity.clock.now,
      verify: options.verify ?? verifyHere,
      ...(options.judgeKeys === undefined ? {} : { judgeKeys: options.judgeKeys }),
      published: (publication) => {
        reader.publish(publication)
        options.onPublished?.(publication)
      },
      report: options.report ?? fail,
      batchMilliseconds: options.batchMilliseconds ?? 10,
      retryMilliseconds: 50,
      ...(options.refreshMilliseconds === undefined
        ? {}
        : { refreshMilliseconds: options.refreshMilliseconds }),
    })
    return new TestRegistry({ directory, registrar, reader, identity })
  } catch (error) {
    await writer.close()
    await store.close()
    throw error
  }
}

function fail(message: string, error?: Error): never {
  throw new Error(message, { cause: error })
}

/** Keys and a clock for a new registry. */
export function testIdentity(start = '2026-01-02T03:04:05Z'): TestIdentity {
  const now = parseInstant(start)
  if (now === null) throw new TypeError('start is no instant')
  return {
    operator: generateEd25519Signer(),
    logKey: generateEd25519Signer(),
    receiptKey: generateEd25519Signer(),
    clock: { now, nonce: 0 },
  }
}

/** Start a registry: genesis done, opened (unless `founding`), published. */
export async function startTestRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'cadastre-test-'))
  const identity = options.identity ?? testIdentity(options.start)
  const registry = await openTestRegistry(directory, identity, options)
  await foundTestRegistry(registry, options)
  return registry
}

/** Found a registry, or what is missing of that: genesis, opening (unless `founding`), published. */
export async function foundTestRegistry(
  registry: TestRegistry,
  options: TestRegistryOptions = {},
): Promise<void> {
  const { registrar } = registry
  if (registrar.registry === null)
    await registry.found('genesis/1', ...foundingBodies(options, registry.operator))
  if (options.founding !== true && registrar.registry?.state === 'founding')
    await registry.found('open/1', { staff: 'OPERATOR' })
  await registry.registrar.publishedAll()
}
