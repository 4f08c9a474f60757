// The same agents before a whole registry: real registrar, real store, really signed. Of some acts one write step breaks
// (it failed, it failed but was written, it was torn), and the registry starts again.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeCrypto } from '@cadastre/crypto/node'
import { PROCEDURES } from '@cadastre/procedures'
import type { Json, JsonObject, OpEntry, Request } from '@cadastre/records'
import { parseEntry } from '@cadastre/replay'
import { evidenceText, memberHashOf, requestText } from '@cadastre/signatures'
import {
  Chance,
  checkRegistry,
  Engine,
  foundingBodies,
  openTestRegistry,
  Play,
  RealSignatures,
  realDigest,
  type Setting,
  type Signer,
  type TestIdentity,
  type TestRegistry,
  testIdentity,
  WORKLOAD_ORIGIN,
} from '@cadastre/simulator'
import { MODES, Sabotage } from '../../registrar/test/sabotage.ts'

const START = '2030-03-17T17:46:40Z'
/** Write steps of an act, about. */
const STEPS = 20

export type RealHistory = {
  /** What was asked and what became of it, in order. */
  readonly outcomes: readonly string[]
  /** Names of the steps that broke. */
  readonly broken: readonly string[]
  readonly receipts: number
  readonly size: number
}

class Storyteller {
  readonly signatures: RealSignatures = new RealSignatures()
  readonly engine: Engine
  readonly outcomes: string[] = []
  readonly broken: string[] = []
  readonly receipts: string[] = []
  readonly checkpoints: string[] = []
  readonly #directory: string
  readonly #identity: TestIdentity
  readonly #setting: Setting
  #registry: TestRegistry | null = null
  #followed = 0

  constructor(directory: string, setting: Setting) {
    const { signatures } = this
    const { profile, size, fees } = setting
    this.#directory = directory
    this.#setting = setting
    this.#identity = { ...testIdentity(START), operator: signatures.signingKey('OP-1') }
    this.engine = new Engine({ profile, size, fees, digest: realDigest, signatures, found: false })
  }

  async open(sabotage: Sabotage | null): Promise<TestRegistry> {
    await this.#registry?.stop()
    const options = { origin: WORKLOAD_ORIGIN, profile: this.#setting.profile, ...sabotage?.options }
    this.#registry = await openTestRegistry(this.#directory, this.#identity, options)
    return this.#registry
  }

  async found(): Promise<void> {
    const registry = await this.open(null)
    const { profile, size, fees } = this.#setting
    const hash = (member: Json): string => memberHashOf(nodeCrypto, member)
    const signer = (name: string): Signer => this.signatures.signer(name)
    const bodies: readonly JsonObject[] = foundingBodies(profile, size, fees, false, signer, hash)
    await registry.found('genesis/1', ...bodies)
    await registry.found('open/1', { staff: 'OP-1' })
    await this.#rest(registry)
  }

  /** Ask this, with a write step that breaks or without. */
  async ask(request: Request, by: readonly Signer[], sabotage: Sabotage | null): Promise<void> {
    this.#identity.clock.now = this.engine.at
    const text = requestText(request)
    const evidence = evidenceText(this.signatures.sign(text, by))
    const submitted = { request: text, evidence, openings: [] }
    let registry = sabotage === null ? (this.#registry ?? (await this.open(null))) : await this.open(sabotage)
    await this.#rest(registry)
    const before = await lastSeq(registry)
    if (sabotage !== null) sabotage.armed = true
    await this.#submit(registry, submitted)
    await this.#rest(registry)
    if (sabotage !== null) {
      if (sabotage.broken !== null) this.broken.push(sabotage.broken)
      registry = await this.open(null)
      await this.#rest(registry)
    }
    // No receipt was kept: whoever asked knows nothing, and asks again.
    if ((await lastSeq(registry)) === before) {
      await this.#submit(registry, submitted)
      await this.#rest(registry)
    }
    await this.#follow(registry)
  }

  async #submit(
    registry: TestRegistry,
    submitted: Parameters<TestRegistry['registrar']['submit']>[0],
  ): Promise<void> {
    const result = await registry.registrar.submit(submitted)
    if (result.ok) this.receipts.push(result.receipt)
  }

  /** Wait until everything is published, or the registry has stopped. */
  async #rest(registry: TestRegistry): Promise<void> {
    await registry.registrar.settled(await lastSeq(registry), 20_000)
    await registry.registrar.publishedAll().catch((error: unknown) => {
      if (error !== registry.registrar.failure) throw error
    })
    if (registry.registrar.failure === null) await this.#follow(registry)
  }

  async #follow(registry: TestRegistry): Promise<void> {
    const head = await registry.reader.store.head()
    const entries = await registry.reader.store.entries(this.#followed, (head?.size ?? 0) - this.#followed)
    for (const bytes of entries) {
      const read = parseEntry(bytes)
      if (read?.kind === 'op') this.#decided(read.entry)
      else this.engine.follow(null)
    }
    this.#followed += entries.length
  }

  #decided({ procedure, request, outcome }: OpEntry): void {
    this.engine.follow(outcome.accepted ? outcome.effects : [])
    const said = outcome.accepted ? 'accepted' : outcome.refusals.join(' ')
    this.outcomes.push(`${procedure} ${request === null ? 'due' : said}`)
  }

  async finish(): Promise<RealHistory> {
    const registry = await this.open(null)
    await this.#rest(registry)
    const { logVkey, receiptVkey, logDirectory, reader } = registry
    const { receipts, checkpoints } = this
    const checked = await checkRegistry({
      origin: WORKLOAD_ORIGIN,
      logVkey,
      receiptVkey,
      logDirectory,
      store: reader.store,
      receipts,
      checkpoints,
    })
    await registry.stop()
    this.#registry = null
    return { outcomes: this.outcomes, broken: this.broken, ...checked }
  }

  async stop(): Promise<void> {
    await this.#registry?.stop()
  }
}

async function lastSeq(registry: TestRegistry): Promise<number> {
  return (await registry.reader.store.lastReceipt())?.seq ?? 0
}

/**
 * Play a history through a whole registry; at the end everything that must hold of it is checked.
 *
 * @param faults the share of acts of which a write step breaks
 */
export async function playReal(
  seed: number,
  setting: Setting,
  acts: number,
  faults: number,
): Promise<RealHistory> {
  const directory = await mkdtemp(join(tmpdir(), 'cadastre-simulated-'))
  const teller = new Storyteller(directory, setting)
  try {
    await teller.found()
    const play = new Play(teller.engine, new Chance(seed), { settles: false })
    const mischief = new Chance(seed + 1)
    for (let act = 0; act < acts; ) {
      const wish = play.next()
      // What was sent before, what is not signed or of no procedure, and documents of others have tests of their own.
      if (wish === null || wish.again !== undefined || wish.documents !== undefined) continue
      if (wish.forged === true || PROCEDURES[wish.procedure] === undefined) continue
      const { request, by } = teller.engine.prepare(wish)
      const breaks = mischief.chance(faults)
      const mode = mischief.pick(MODES) ?? 'failed'
      const sabotage = new Sabotage(mischief.below(STEPS), mode)
      await teller.ask(request, by, breaks ? sabotage : null)
      act += 1
    }
    return await teller.finish()
  } finally {
    await teller.stop()
    await rm(directory, { recursive: true, force: true })
  }
}
