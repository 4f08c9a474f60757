/**
 * The audit: from a checkpoint that the policy accepts, every entry is fetched, hashed into the root, compared with
 * the published tiles, its signatures checked and its decision made again.
 */

import { bytesEqual, type Crypto, encodeBase64 } from '@cadastre/crypto'
import {
  bundlesForSize,
  decodeBundle,
  type EntryBundle,
  entriesPath,
  HASH_BYTES,
  TILE_WIDTH,
  type Tile,
  tilePath,
} from '@cadastre/merkle'
import type { FileFaultCode } from '@cadastre/misbehaviour'
import {
  type Checkpoint,
  checkPolicy,
  type OpenedCheckpoint,
  type Policy,
  parseCheckpoint,
  parseNote,
} from '@cadastre/notes'
import { type Instant, instantFromSeconds, secondsOf } from '@cadastre/records'
import { type CheckedSignatures, parseEntry, Replayer, relyingPartyText } from '@cadastre/replay'
import { OrderCounts } from '@cadastre/statistics'
import { EvidenceMaker } from './evidence.ts'
import type { AuditEvidence, AuditFault, AuditReport } from './report.ts'
import { UNCHECKED, VALID } from './signature-checks.ts'
import type { SignaturePool } from './signature-pool.ts'
import type { LogSource } from './source.ts'
import { type MadeTile, TreeCheck } from './tree-check.ts'
import type { TrustOrigin } from './trust.ts'

export type AuditOptions = {
  readonly crypto: Crypto
  readonly policy: Policy
  readonly trust: TrustOrigin
  /** An earlier checkpoint of the same log, a signed note that was checked when it was kept. */
  readonly earlier?: string | null
  /** Null: signatures are checked in this thread. */
  readonly pool: SignaturePool | null
  readonly progress?: (entries: number, size: number) => void
  /** After this many faults more are counted but not described. */
  readonly maxFaults?: number
  /** Seconds, for the report's duration. */
  readonly clock: () => number
  /** Make evidence of what is found: the first fault of each code. Default false. */
  readonly evidence?: boolean
  /** The time of observations in evidence. Default: the machine's. */
  readonly now?: () => Instant
}

/** No statement about the log can be made: no checkpoint, or none that the policy accepts. */
export class AuditImpossibleError extends Error {
  override readonly name: string = 'AuditImpossibleError'
}

/** Bundles fetched and checked ahead of the one that is replayed. */
const AHEAD = 12
const TOLERANCE_SECONDS = 60
/** What an entry about an order, an authority or the count of orders names. */
const ORDER_KEYS = ['"obj/order/', '"obj/authority/', '"obj/desk/']
/** What stands for a file of another length than a tile has. */
const NO_TILE: Uint8Array = new Uint8Array(0)
const MAX_FAULTS = 1000

type Fetched = {
  readonly bundle: EntryBundle
  readonly entries: readonly Uint8Array[] | FileFaultCode
  readonly tile: Uint8Array | null
  readonly checked: Uint8Array | null
  /** The relying party with which the signatures were checked. */
  readonly party: string
}

export async function auditLog(
  source: LogSource,
  options: AuditOptions,
): Promise<{
  readonly report: AuditReport
  /** The checkpoint that was audited. */
  readonly checkpoint: string
  readonly evidence: readonly AuditEvidence[]
}> {
  const note = await readCheckpoint(source)
  const opened = checkPolicy(options.crypto, options.policy, note)
  if (!opened.ok)
    throw new AuditImpossibleError(
      `The policy does not accept the checkpoint of ${source.name}: ${opened.error}.`,
    )
  const audit = new Audit(source, options, opened.value, note)
  const report = await audit.run()
  return { report, checkpoint: note, evidence: audit.evidence }
}

async function readCheckpoint(source: LogSource): Promise<string> {
  const bytes = await source.read('checkpoint')
  if (bytes === null) throw new AuditImpossibleError(`There is no checkpoint at ${source.name}.`)
  return new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(bytes)
}

class Audit {
  readonly #source: LogSource
  readonly #options: AuditOptions
  readonly #opened: OpenedCheckpoint
  readonly #checkpoint: Checkpoint
  readonly #replayer: Replayer
  readonly #tree: TreeCheck
  readonly #faults: AuditFault[] = []
  readonly #maxFaults: number
  readonly #earlier: Checkpoint | null
  readonly #orders = new OrderCounts()
  readonly #evidence: EvidenceMaker | null
  #fileFaults = 0
  #tiles = 0

  constructor(source: LogSource, options: AuditOptions, opened: OpenedCheckpoint, note: string) {
    this.#source = source
    this.#options = options
    this.#opened = opened
    this.#checkpoint = opened.checkpoint
    this.#maxFaults = options.maxFaults ?? MAX_FAULTS
    this.#earlier = earlierCheckpoint(options.earlier ?? null)
    this.#tree = new TreeCheck(options.crypto)
    this.#replayer = new Replayer({
      crypto: options.crypto,
      origin: this.#checkpoint.origin,
      root: () => this.#tree.root(),
      maxFaults: this.#maxFaults,
      audit: true,
    })
    const { size } = this.#checkpoint
    const known = { ...options, checkpoint: note, size, earlier: options.earlier ?? null }
    this.#evidence = options.evidence === true ? new EvidenceMaker(source, this.#replayer, known) : null
  }

  get evidence(): readonly AuditEvidence[] {
    return this.#evidence?.made ?? []
  }

  async run(): Promise<AuditReport> {
    const start = this.#options.clock()
    const { size } = this.#checkpoint
    await this.#compareEarlier()
    let complete = true
    for await (const fetched of this.#bundles()) {
      if (!(await this.#replay(fetched))) {
        complete = false
        break
      }
      await this.#compareTiles(this.#tree.takeFull(), fetched.tile)
      this.#options.progress?.(this.#tree.size, size)
    }
    if (complete) await this.#finish()
    return this.#report(this.#options.clock() - start)
  }

  /** Bundles in order, some fetched and checked ahead. */
  async *#bundles(): AsyncGenerator<Fetched> {
    const ahead: Promise<Fetched>[] = []
    for (const bundle of bundlesForSize(this.#checkpoint.size)) {
      const fetching = this.#fetch(bundle)
      // What fails is told when its turn comes.
      fetching.catch((error: unknown) => error)
      ahead.push(fetching)
      if (ahead.length <= AHEAD) continue
      const next = ahead.shift()
      if (next !== undefined) yield await next
    }
    for (const next of ahead) yield await next
  }

  async #fetch(bundle: EntryBundle): Promise<Fetched> {
    const { index, width } = bundle
    const [bytes, tile] = await Promise.all([
      this.#readPartial(entriesPath(index, width), entriesPath(index), width),
      this.#readTile({ level: 0, index, width }),
    ])
    const party = this.#replayer.registry?.relyingParty ?? null
    const fetched = { bundle, tile, party: relyingPartyText(party) }
    if (bytes === null) return { ...fetched, entries: 'bundle-missing', checked: null }
    const entries = decodeBundle(bytes.bytes, bytes.width)
    if (!entries.ok) return { ...fetched, entries: 'bundle-malformed', checked: null }
    const checked = (await this.#options.pool?.check(bytes.bytes, bytes.width, party)) ?? null
    return { ...fetched, entries: entries.value.slice(0, width), checked }
  }

  /** A partial file may be gone once the full one exists (C2SP tlog-tiles). */
  async #readPartial(
    path: string,
    full: string,
    width: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly width: number } | null> {
    const bytes = await this.#source.read(path)
    if (bytes !== null) return { bytes, width }
    if (width === TILE_WIDTH) return null
    const whole = await this.#source.read(full)
    return whole === null ? null : { bytes: whole, width: TILE_WIDTH }
  }

  /** Replay a bundle; false where it cannot be read, so that nothing after it can be judged. */
  async #replay({ bundle, entries, checked, party }: Fetched): Promise<boolean> {
    const first = bundle.index * TILE_WIDTH
    if (typeof entries === 'string') {
      const path = entriesPath(bundle.index, bundle.width)
      const detail = `${path} of ${this.#source.name}; nothing after entry ${first} was audited.`
      await this.#fault({ index: first, code: entries, detail, path })
      return false
    }
    for (const [offset, bytes] of entries.entries()) {
      const index = first + offset
      const found = this.#replayer.step(index, bytes, signaturesOf(checked, offset, party))
      if (found.length > 0) await this.#take(found)
      this.#tree.add(bytes)
      this.#countOrders(bytes)
      if (this.#tree.size === this.#earlier?.size) await this.#compareFork(this.#earlier)
    }
    return true
  }

  /** The report on orders is counted again, from the few entries that touch one. */
  #countOrders(bytes: Uint8Array): void {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (!ORDER_KEYS.some((key) => text.includes(key))) return
    const parsed = parseEntry(bytes)
    if (parsed?.kind === 'op') this.#orders.add(parsed.entry)
  }

  #ordersReport(): AuditReport['orders'] {
    const at = this.#replayer.lastState?.at
    if (at !== undefined) this.#orders.state(at)
    const lacking = this.#faults.filter(({ code }) => code === 'loss-without-basis').length
    return { ...this.#orders.report(), lacking }
  }

  async #compareTiles(made: readonly MadeTile[], lowest: Uint8Array | null): Promise<void> {
    for (const { tile, bytes } of made) {
      const published = tile.level === 0 ? lowest : await this.#readTile(tile)
      this.#tiles += 1
      if (published === null) await this.#tileFault(tile, 'tile-missing', 'is not there', bytes)
      else if (!bytesEqual(published.subarray(0, bytes.length), bytes))
        await this.#tileFault(tile, 'tile-differs', 'does not hold the hashes of its entries', bytes)
    }
  }

  async #readTile({ level, index, width }: Tile): Promise<Uint8Array | null> {
    const read = await this.#readPartial(tilePath(level, index, width), tilePath(level, index), width)
    if (read === null) return null
    return read.bytes.length === read.width * HASH_BYTES ? read.bytes : NO_TILE
  }

  #tileFault(
    { level, index, width }: Tile,
    code: FileFaultCode,
    what: string,
    right: Uint8Array,
  ): Promise<void> {
    const path = tilePath(level, index, width)
    const first = index * TILE_WIDTH ** (level + 1)
    return this.#fault({ index: first, code, detail: `${path} ${what}.`, path }, right)
  }

  async #finish(): Promise<void> {
    const { size, root } = this.#checkpoint
    for (const made of this.#tree.partial()) await this.#compareTiles([made], await this.#readTile(made.tile))
    const right = this.#tree.root()
    if (!bytesEqual(root, right)) {
      const detail = `The checkpoint signs ${encodeBase64(root)} at size ${size}; ${encodeBase64(right)} is the root of the entries.`
      await this.#fault({ index: 0, code: 'log-root-differs', detail })
    }
    await this.#take(this.#replayer.finish())
    await this.#compareCosignatures()
  }

  async #compareEarlier(): Promise<void> {
    const { origin, size } = this.#checkpoint
    if (this.#earlier === null) return
    if (this.#earlier.origin !== origin)
      throw new AuditImpossibleError(
        `The earlier checkpoint is of ${this.#earlier.origin}, not of ${origin}.`,
      )
    if (this.#earlier.size <= size) return
    const detail = `The log has ${size} entries; an earlier checkpoint covers ${this.#earlier.size}.`
    await this.#fault({ index: size, code: 'log-shrunk', detail })
  }

  async #compareFork({ size, root }: Checkpoint): Promise<void> {
    const right = this.#tree.root()
    if (bytesEqual(root, right)) return
    const detail = `The first ${size} entries have the root ${encodeBase64(right)}; an earlier checkpoint signed ${encodeBase64(root)}.`
    await this.#fault({ index: size - 1, code: 'log-forked', detail })
  }

  /** Design.md section 4, Time: `at` lies before the next cosignatures' times, with a tolerance. */
  async #compareCosignatures(): Promise<void> {
    const at = this.#replayer.lastState?.at
    if (at === undefined) return
    const index = this.#checkpoint.size - 1
    for (const { verifier, time } of this.#opened.cosignatures)
      if (secondsOf(at) > time + TOLERANCE_SECONDS) {
        const detail = `The last state entry is of ${at}; ${verifier.name} cosigned at ${instantFromSeconds(time)}.`
        await this.#fault({ index, code: 'state-after-cosignature', detail })
      }
  }

  /** A fault of files. `right`: what should stand in the file. */
  async #fault(fault: AuditFault, right?: Uint8Array): Promise<void> {
    this.#fileFaults += 1
    if (this.#fileFaults <= this.#maxFaults) await this.#take([fault], right)
  }

  async #take(faults: readonly AuditFault[], right?: Uint8Array): Promise<void> {
    this.#faults.push(...faults)
    await this.#evidence?.take(faults, right)
  }

  #report(seconds: number): AuditReport {
    const { origin, size, root } = this.#checkpoint
    const { lastState } = this.#replayer
    return {
      source: this.#source.name,
      origin,
      trust: this.#options.trust,
      size,
      entries: this.#replayer.size,
      root: encodeBase64(root),
      at: lastState?.at ?? null,
      lastState,
      cosignatures: this.#opened.cosignatures.map(({ verifier, time }) => ({
        witness: verifier.name,
        time: instantFromSeconds(time),
      })),
      quorum: this.#options.policy.quorum,
      comparedWith: this.#earlier?.size ?? null,
      tally: { ...this.#replayer.tally },
      receipts: this.#replayer.receipts,
      tiles: this.#tiles,
      orders: this.#ordersReport(),
      faultCount: this.#replayer.faultCount + this.#fileFaults,
      faults: this.#faults,
      seconds,
    }
  }
}

function signaturesOf(
  checked: Uint8Array | null,
  offset: number,
  relyingParty: string,
): CheckedSignatures | null {
  const result = checked?.[offset] ?? UNCHECKED
  return result === UNCHECKED ? null : { valid: result === VALID, relyingParty }
}

/** The checkpoint in a note that was checked when it was kept. */
function earlierCheckpoint(note: string | null): Checkpoint | null {
  if (note === null) return null
  const parsed = parseNote(note)
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : null
  if (checkpoint?.ok !== true) throw new AuditImpossibleError('The earlier checkpoint is no checkpoint.')
  return checkpoint.value
}
