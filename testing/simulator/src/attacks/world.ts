/**
 * The world of an attack: a whole registry with real store and registrar, two honest holders with numbers and
 * services, a friend of the operator, and in the attacker's hands every key that the registry has.
 */

import { createHash } from 'node:crypto'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { parseBlockKey } from '@cadastre/numbers'
import {
  type Application,
  type Holder,
  innermost,
  type JsonObject,
  type ObjectType,
  type Registration,
  type Replaced,
  type Request,
} from '@cadastre/records'
import { commitmentOf, evidenceText, memberHashOf, requestText, signRequest } from '@cadastre/signatures'
import type { TestHolder, TestRegistry, TestRegistryOptions } from '../test-registry.ts'
import type { AttackWitness } from './witness.ts'

export const DAY = 86_400
export const SHA = (text: string): string => createHash('sha256').update(text).digest('base64')

/** Numbers of the honest holders. */
export const ALICES = 'ip4/203.0.113.0/24'
export const BOBS = 'ip4/198.51.100.0/25'
/** Alice's contact, once she has one. */
export const CONTACT: { readonly field: string; readonly value: string; readonly opening: Uint8Array } = {
  field: 'email',
  value: 'desk@example.net',
  opening: new Uint8Array(32).fill(7),
}

/** Who acts, beside the operator. */
export type Cast = {
  readonly witnesses: readonly AttackWitness[]
  readonly clerks: readonly { readonly handle: string; readonly signer: Signer; readonly outside: boolean }[]
  readonly operator2: Signer
  readonly adopter: Signer
  readonly cashier: Signer
  readonly notifier: Signer
  readonly alice: TestHolder
  readonly bob: TestHolder
  readonly mallory: TestHolder
}

export class AttackWorld {
  readonly registry: TestRegistry
  /** With what the registry was opened: to open it again. */
  readonly options: TestRegistryOptions
  readonly witnesses: readonly AttackWitness[]
  readonly clerks: Cast['clerks']
  readonly operator2: Signer
  readonly adopter: Signer
  readonly cashier: Signer
  readonly notifier: Signer
  /** An honest holder: {@link ALICES}, with reverse DNS, a route and a ROA. */
  readonly alice: TestHolder
  /** An honest holder: {@link BOBS}, in a registry where applicants choose. */
  readonly bob: TestHolder
  /** The operator's friend, without numbers. */
  readonly mallory: TestHolder

  constructor(registry: TestRegistry, options: TestRegistryOptions, cast: Cast) {
    this.registry = registry
    this.options = options
    this.witnesses = cast.witnesses
    this.clerks = cast.clerks
    this.operator2 = cast.operator2
    this.adopter = cast.adopter
    this.cashier = cast.cashier
    this.notifier = cast.notifier
    this.alice = cast.alice
    this.bob = cast.bob
    this.mallory = cast.mallory
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
      hash: memberHashOf(nodeCrypto, registration),
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

  /** Days go by; what has fallen due meanwhile is written. */
  async later(days: number): Promise<void> {
    this.registry.advance(days * DAY)
    await this.tick()
  }
  /** Any request begins a batch, and what is due goes first. */
  async tick(): Promise<void> {
    await this.ask('confirm/1', { holder: 'H-0' }, [this.registry.operator])
  }

  /** Alice gets a contact whose address everybody may see; the commitment to it. */
  async withContact(): Promise<string> {
    const { opening, field, value } = CONTACT
    const commitment = commitmentOf(nodeCrypto, opening, field, value)
    const contacts = [{ role: 'abuse', kind: 'group', fields: { email: commitment } }]
    const body = { change: 'contacts', holder: this.alice.handle, contacts }
    const made = this.registry.request('update-holder/1', body, [this.namingOf(this.alice, 'contacts')])
    const request = requestText(made)
    const evidence = evidenceText([signRequest(request, this.alice.signer)])
    const openings = [{ commitment, opening: encodeBase64(opening), field, value }]
    const result = await this.registry.registrar.submit({ request, evidence, openings })
    if (!result.ok) throw new Error(result.problem.detail)
    await this.registry.registrar.settled(result.seq, 20_000)
    return commitment
  }

  close(): Promise<void> {
    return this.registry.close()
  }
}
