/**
 * The world of an attack: a whole registry with real store and registrar, two honest holders with numbers and
 * services, a friend of the operator, and in the attacker's hands every key that the registry has.
 */

import { createHash } from 'node:crypto'
import { directorySource } from '@cadastre/audit'
import type { Signer } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { appendSignatureLines, formatAddCheckpoint } from '@cadastre/notes'
import { parseBlockKey } from '@cadastre/numbers'
import {
  addSeconds,
  type Application,
  type Holder,
  innermost,
  type Json,
  type JsonObject,
  type ObjectType,
  type Profile,
  type Registration,
  type Replaced,
  type Request,
} from '@cadastre/records'
import { evidenceText, memberHashOf, requestText, signRequest } from '@cadastre/signatures'
import {
  logVkeyOf,
  startTestRegistry,
  TEST_ORIGIN,
  type TestHolder,
  type TestRegistry,
  type TestRegistryOptions,
  testIdentity,
} from '../test-registry.ts'
import type { WorldOptions } from './attack.ts'
import { HostileLog } from './hostile-log.ts'
import { AttackWitness, witnessedBy } from './witness.ts'

export const DAY = 86_400
export const SHA = (text: string): string => createHash('sha256').update(text).digest('base64')

/** Numbers of the honest holders. */
export const ALICES = 'ip4/203.0.113.0/24'
export const BOBS = 'ip4/198.51.100.0/25'
const POOLS = [
  { handle: 'IP4', space: 'ip4', range: '198.51.100.0/24', open: true },
  { handle: 'DOC3', space: 'ip4', range: '203.0.113.0/24', open: true },
  { handle: 'IP6', space: 'ip6', range: '2001:db8::/32', open: true },
  { handle: 'ASN', space: 'asn', range: 'AS64496 - AS64511', open: false },
] as const

type Clerk = { readonly handle: string; readonly signer: Signer; readonly outside: boolean }

export class AttackWorld {
  readonly registry: TestRegistry
  /** With what the registry was opened: to open it again. */
  readonly options: TestRegistryOptions
  readonly witnesses: readonly AttackWitness[]
  readonly clerks: readonly Clerk[]
  readonly operator2: Signer
  readonly adopter: Signer
  readonly cashier: Signer
  readonly notifier: Signer
  /** An honest holder: {@link ALICES}, with reverse DNS, a route and a ROA. */
  alice: TestHolder = NOBODY
  /** An honest holder: {@link BOBS}, in a registry where applicants choose. */
  bob: TestHolder = NOBODY
  /** The operator's friend, without numbers. */
  mallory: TestHolder = NOBODY

  private constructor(
    registry: TestRegistry,
    options: TestRegistryOptions,
    keys: Keys,
    witnesses: readonly AttackWitness[],
  ) {
    this.registry = registry
    this.options = options
    this.witnesses = witnesses
    this.clerks = keys.clerks
    this.operator2 = keys.operator2
    this.adopter = keys.adopter
    this.cashier = keys.cashier
    this.notifier = keys.notifier
  }

  static async open(options: WorldOptions = {}): Promise<AttackWorld> {
    const keys = newKeys()
    const identity = testIdentity('2026-01-05T09:00:00Z')
    const { profile = 'community', founding = false } = options
    const witnesses = Array.from(
      { length: options.witnesses?.count ?? 0 },
      (_, n) =>
        new AttackWitness(`w${n + 1}.example`, logVkeyOf(identity, TEST_ORIGIN), () => identity.clock.now),
    )
    const made: TestRegistryOptions = {
      identity,
      profile,
      founding,
      pools: POOLS,
      clerks: keys.clerks,
      notifier: keys.notifier,
      staff: [
        { handle: 'OPERATOR-2', role: 'operator', signer: keys.operator2 },
        { handle: 'ADOPTER', role: 'adopter', signer: keys.adopter },
        { handle: 'CASHIER', role: 'cashier', signer: keys.cashier },
      ],
      batchMilliseconds: 1,
      report: () => undefined,
      ...(options.witnesses === undefined
        ? {}
        : { witnesses: witnessedBy(witnesses, options.witnesses.needed) }),
    }
    const registry = await startTestRegistry(made)
    const world = new AttackWorld(registry, made, keys, witnesses)
    if (!founding) await world.#settle(profile)
    return world
  }

  /** A new holder with one key; with a register entry, papers can say something of it. */
  async #join(profile: Profile, name: string, number: string | null): Promise<TestHolder> {
    const signer = generateEd25519Signer()
    const attestors = profile === 'national' ? this.clerks.slice(0, 2) : []
    const body = {
      ...this.registry.identification(name, signer).body,
      register: number === null ? null : { name: 'EXAMPLE', number },
      attestors: attestors.map(({ handle }) => handle),
    }
    const signers = [signer, ...attestors.map((one) => one.signer)]
    return { handle: await this.made('holder', 'identify-holder/1', body, signers), signer }
  }

  async #settle(profile: Profile): Promise<void> {
    const isNational = profile === 'national'
    const [alice, bob, mallory] = await Promise.all([
      this.#join(profile, 'Alice Networks', '1'),
      this.#join(profile, 'Bob Hosting', isNational ? '2' : null),
      this.#join(profile, 'Mallory Holdings', '3'),
    ])
    this.alice = alice
    this.bob = bob
    this.mallory = mallory
    await this.allocate(alice, 'DOC3', ALICES, isNational)
    if (!isNational) await this.allocate(bob, 'IP4', BOBS)
    const declare = (service: JsonObject, more: readonly Replaced[] = []): Promise<string | null> =>
      this.ask(
        'declare-service/1',
        { holder: alice.handle, at: ALICES, service, action: 'set' },
        [alice.signer],
        [this.naming(ALICES), ...more],
      )
    const zone = { kind: 'rdns', ns: ['ns1.example.net', 'ns2.example.net'], ds: [] }
    await declare({ kind: 'route', origin: 64496 })
    await declare({ kind: 'roa', asn: 64496, maxLength: 24 })
    await declare(zone, [{ member: `${ALICES}#rdns`, hash: null }])
  }

  /** Every key that signs for staff. */
  get staffKeys(): readonly Signer[] {
    const clerks = this.clerks.map(({ signer }) => signer)
    return [this.registry.operator, this.operator2, this.adopter, this.cashier, this.notifier, ...clerks]
  }
  get operators(): readonly Signer[] {
    return [this.registry.operator, this.operator2]
  }

  /** Ask at the front door: the refusal of the logged decision, `desk: …` where it never became a request, or null. */
  async ask(
    procedure: string,
    body: JsonObject,
    signers: readonly Signer[],
    replaces: readonly Replaced[] = [],
  ): Promise<string | null> {
    const request = this.registry.request(procedure, body, replaces)
    return this.submit(request, signers)
  }

  submit(request: Request, signers: readonly Signer[]): Promise<string | null> {
    const text = requestText(request)
    return this.submitText(text, evidenceText(signers.map((signer) => signRequest(text, signer))))
  }

  /** The same with whatever evidence. */
  async submitText(request: string, evidence: string): Promise<string | null> {
    const result = await this.registry.registrar.submit({ request, evidence, openings: [] })
    if (!result.ok) return `desk: ${result.problem.code}`
    await this.registry.registrar.settled(result.seq, 20_000)
    const status = await this.registry.reader.store.receiptBySeq(result.seq)
    if (status?.index == null) throw new Error(`request ${result.seq} was not decided`)
    const outcome = (await this.entry(status.index))['outcome'] as JsonObject
    return outcome['accepted'] === true ? null : String(outcome['refusals'])
  }

  /** The same, where it must be accepted: the handle of the object of this type that the act made. */
  async made(
    type: ObjectType,
    procedure: string,
    body: JsonObject,
    signers: readonly Signer[],
    replaces: readonly Replaced[] = [],
  ): Promise<string> {
    const request = this.registry.request(procedure, body, replaces)
    const effects = await this.registry.accepted(request, signers)
    const key = [...effects.keys()].find((one) => one.startsWith(`obj/${type}/`))
    if (key === undefined) throw new Error(`${procedure} made no ${type}`)
    return key.slice(`obj/${type}/`.length)
  }

  async entry(index: number): Promise<JsonObject> {
    const [bytes] = await this.registry.reader.store.entries(index, 1)
    return JSON.parse(new TextDecoder().decode(bytes)) as JsonObject
  }
  /** All published entries, as anyone reads them. */
  async entries(): Promise<readonly Uint8Array[]> {
    const { size } = this.registry.reader.snapshot().publication
    return this.registry.reader.store.entries(0, size)
  }
  /** Whether a published entry satisfies this. */
  async logged(shows: (entry: JsonObject) => boolean): Promise<boolean> {
    const texts = (await this.entries()).map((bytes) => new TextDecoder().decode(bytes))
    return texts.some((text) => shows(JSON.parse(text) as JsonObject))
  }

  /** A block of a pool; the one that is free, where applicants do not choose. */
  async allocate(holder: TestHolder, pool: string, block: string, inTurn = false): Promise<void> {
    const length = Number(block.split('/')[2])
    const wish = { holder: holder.handle, pool, length, block: inTurn ? null : block }
    await this.must('allocate/1', wish, [holder.signer])
  }
  /** An act that nothing may stop: a step on the way. */
  async must(
    procedure: string,
    body: JsonObject,
    signers: readonly Signer[],
    replaces: readonly Replaced[] = [],
  ): Promise<void> {
    const refusal = await this.ask(procedure, body, signers, replaces)
    if (refusal !== null) throw new Error(`${procedure} is refused: ${refusal}`)
  }

  object<T>(type: ObjectType, handle: string): T | null {
    return this.registry.reader.snapshot().object(type, handle) as T | null
  }
  application(handle: string): Application {
    const found = this.object<Application>('application', handle)
    if (found === null) throw new Error(`no application ${handle}`)
    return found
  }
  /** The innermost registration at a cell's key. */
  heldAt(key: string): Registration {
    const block = parseBlockKey(key)
    if (!block.ok) throw new Error(key)
    const found = innermost(this.registry.reader.snapshot().chain(block.value))
    if (found === null) throw new Error(`nothing at ${key}`)
    return found.registration
  }
  /** What a request replaces: the innermost registration at this key. */
  naming(key: string): Replaced {
    const registration = this.heldAt(key)
    return {
      member: `${key}#${registration.id}`,
      hash: memberHashOf(nodeCrypto, registration as unknown as Json),
    }
  }
  /** What a request replaces: a member of a holder's record. */
  namingOf(holder: TestHolder, member: string): Replaced {
    const record = this.object<JsonObject>('holder', holder.handle)
    const value = record?.[member] ?? null
    return {
      member: `obj/holder/${holder.handle}#${member}`,
      hash: value === null ? null : memberHashOf(nodeCrypto, value),
    }
  }
  reference(key: string): { readonly key: string; readonly id: string } {
    return { key, id: this.heldAt(key).id }
  }

  /** What the honest holders have: numbers and services, and the say over their keys. */
  belongings(): string {
    const cells = [ALICES, BOBS].map((key) => {
      const block = parseBlockKey(key)
      return block.ok ? this.registry.reader.snapshot().chain(block.value) : []
    })
    const holders = [this.alice, this.bob].map(({ handle }) => this.object<Holder>('holder', handle)?.policy)
    return JSON.stringify([holders, cells.map((chain) => chain.map(({ cell }) => cell))])
  }

  /** A checkpoint with the cosignatures of these witnesses, all by default. */
  cosigned(checkpoint: string, by: readonly AttackWitness[] = this.witnesses): string {
    return appendSignatureLines(
      checkpoint,
      by.map((witness) => witness.cosign(checkpoint)),
    )
  }

  /** What a witness is sent: a checkpoint, and the proof that it goes on from the size that the witness has seen. */
  addCheckpoint(log: HostileLog, old: number): string {
    const proof = log.consistency(old)
    return formatAddCheckpoint(old, proof, log.checkpoint())
  }

  /** The files that the registry's own software has published. */
  async publicFiles(): Promise<Map<string, Uint8Array>> {
    await this.registry.registrar.publishedAll()
    const source = directorySource(this.registry.logDirectory)
    const log = await HostileLog.of(this.registry)
    const files = log.files()
    for (const path of files.keys()) files.set(path, (await source.read(path)) ?? new Uint8Array())
    return files
  }

  /** Alice's lease of a part of her block to Bob. */
  leaseBody(range: string, until: string): JsonObject {
    return {
      step: 'grant',
      parent: this.alice.handle,
      registration: this.reference(ALICES),
      range,
      child: this.bob.handle,
      kind: 'lease',
      status: 'assigned',
      until,
      protected: false,
      country: null,
    }
  }
  async lease(range: string, days: number): Promise<void> {
    const until = addSeconds(this.registry.now, days * DAY)
    const signers = [this.alice.signer, this.bob.signer]
    await this.must('delegate/1', this.leaseBody(range, until), signers, [this.naming(ALICES)])
  }

  /** Days go by; what has fallen due meanwhile is written. */
  async later(days: number): Promise<void> {
    this.registry.advance(days * DAY)
    await this.tick()
  }
  /** Any request begins a batch, and what is due goes first. */
  async tick(): Promise<void> {
    await this.ask('confirm/1', { holder: 'H-0' }, [this.registry.operator])
  }

  close(): Promise<void> {
    return this.registry.close()
  }
}

type Keys = Pick<AttackWorld, 'clerks' | 'operator2' | 'adopter' | 'cashier' | 'notifier'>

function newKeys(): Keys {
  const clerks = ['CL-1', 'CL-2', 'CL-3', 'CL-4'].map((handle, place) => ({
    handle,
    signer: generateEd25519Signer(),
    outside: place % 2 === 0,
  }))
  return {
    clerks,
    operator2: generateEd25519Signer(),
    adopter: generateEd25519Signer(),
    cashier: generateEd25519Signer(),
    notifier: generateEd25519Signer(),
  }
}
const NOBODY: TestHolder = { handle: 'H-0', signer: generateEd25519Signer() }
