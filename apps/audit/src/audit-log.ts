/**
 * The audit: from a checkpoint that the policy accepts, every entry is fetched, hashed into the root, compared with
 * the published tiles, its signatures checked and its decision made again.
 */

import { growthTiles, provesGrowth } from '@cadastre/answers'
import { bytesEqual, type Crypto, encodeBase64 } from '@cadastre/crypto'
import { entriesPath, TILE_WIDTH, type Tile, tilePath } from '@cadastre/merkle'
import type { FileFaultCode } from '@cadastre/misbehaviour'
import { type Checkpoint, checkPolicy, type OpenedCheckpoint, type Policy } from '@cadastre/notes'
import { WITNESSES_KEY } from '@cadastre/procedures'
import { type Instant, instantFromSeconds, secondsOf } from '@cadastre/records'
import { type Replayer, unmetPolicy } from '@cadastre/replay'
import { EvidenceMaker } from './evidence.ts'
import { type Fetched, LogFiles, signaturesOf } from './log-files.ts'
import { OrderWatch } from './order-watch.ts'
import type { AuditEvidence, AuditFault, AuditReport } from './report.ts'
import type { SignaturePool } from './signature-pool.ts'
import { dropSnapshot, type Snapshot, saveSnapshot } from './snapshot.ts'
import type { LogSource } from './source.ts'
import { AuditImpossibleError, earlierCheckpoint, MAX_FAULTS, type Start, startOf } from './start.ts'
import type { MadeTile, TreeCheck } from './tree-check.ts'
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
  /**
   * A directory in which the audit keeps where it stands: it goes on from there, whether it was interrupted or the log has
   * grown since. What was found before is told again.
   */
  readonly resume?: string
  /** Seconds of work between two times that it is kept. Default 300. */
  readonly keepSeconds?: number
  /** Make evidence of what is found: the first fault of each code. Default false. */
  readonly evidence?: boolean
  /** The time of observations in evidence. Default: the machine's. */
  readonly now?: () => Instant
}

const TOLERANCE_SECONDS = 60
const KEEP_SECONDS = 300

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
  const start = await startOf(options, opened.value.checkpoint)
  const audit = new Audit(source, options, opened.value, note, start)
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
  readonly #note: string
  readonly #replayer: Replayer
  readonly #tree: TreeCheck
  readonly #files: LogFiles
  readonly #faults: AuditFault[]
  readonly #maxFaults: number
  readonly #earlier: Checkpoint | null
  readonly #orders = new OrderWatch()
  readonly #evidence: EvidenceMaker | null
  /** Entries that an earlier run replayed, and why what it kept was not used. */
  readonly #resumed: AuditReport['resumed']
  #fileFaults: number
  #tiles: number
  #keptAt: number

  constructor(
    source: LogSource,
    options: AuditOptions,
    opened: OpenedCheckpoint,
    note: string,
    { snapshot, why, tree, replayer }: Start,
  ) {
    this.#source = source
    this.#options = options
    this.#opened = opened
    this.#checkpoint = opened.checkpoint
    this.#note = note
    this.#maxFaults = options.maxFaults ?? MAX_FAULTS
    const earlier = options.earlier ?? snapshot?.checkpoint ?? null
    this.#earlier = earlierCheckpoint(earlier)
    this.#tree = tree
    this.#replayer = replayer
    this.#files = new LogFiles(source, options.pool, () => replayer.registry?.relyingParty ?? null)
    this.#faults = [...(snapshot?.faults ?? [])]
    this.#fileFaults = snapshot?.fileFaults ?? 0
    this.#tiles = snapshot?.tiles ?? 0
    this.#orders.restore(snapshot?.orders ?? [])
    this.#resumed = { from: snapshot?.replay.size ?? 0, discarded: why }
    this.#keptAt = options.clock()
    const { size } = this.#checkpoint
    const known = { ...options, checkpoint: note, size, earlier }
    this.#evidence = options.evidence === true ? new EvidenceMaker(source, replayer, known) : null
  }

  get evidence(): readonly AuditEvidence[] {
    return this.#evidence?.made ?? []
  }

  async run(): Promise<AuditReport> {
    const start = this.#options.clock()
    const { size } = this.#checkpoint
    await this.#compareEarlier()
    let complete = true
    for await (const fetched of this.#files.bundles(this.#tree.size, size)) {
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

  /** Keep where the audit stands, where it can: after a state entry, all files up to it compared. */
  async #keep(): Promise<void> {
    const { resume, clock } = this.#options
    const view = this.#replayer.stateAt(this.#replayer.size)
    if (resume === undefined || view === null) return
    const snapshot: Snapshot = {
      checkpoint: this.#note,
      tree: this.#tree.saved(),
      replay: this.#replayer.saved(),
      faults: this.#faults,
      fileFaults: this.#fileFaults,
      tiles: this.#tiles,
      orders: this.#orders.saved(),
    }
    await saveSnapshot(resume, snapshot, view)
    this.#keptAt = clock()
  }

  /** Replay a bundle; false where it cannot be read, so that nothing after it can be judged. */
  async #replay(fetched: Fetched): Promise<boolean> {
    const { bundle, entries } = fetched
    const first = bundle.index * TILE_WIDTH
    if (typeof entries === 'string') {
      const path = entriesPath(bundle.index, bundle.width)
      const detail = `${path} of ${this.#source.name}; nothing after entry ${first} was audited.`
      await this.#fault({ index: first, code: entries, detail, path })
      return false
    }
    // An earlier run may have replayed some of it.
    const done = this.#tree.size - first
    for (const [offset, bytes] of entries.entries()) {
      if (offset < done) continue
      const found = this.#replayer.step(first + offset, bytes, signaturesOf(fetched, offset))
      this.#tree.add(bytes)
      if (found.length > 0) await this.#take(found)
      this.#orders.add(this.#replayer.effects)
      if (this.#tree.size === this.#earlier?.size) await this.#compareFork(this.#earlier)
      if (this.#isTimeToKeep()) await this.#keep()
    }
    return true
  }

  /** Full tiles must have been compared first: they are within the bundle that ends here. */
  #isTimeToKeep(): boolean {
    const { resume, keepSeconds = KEEP_SECONDS, clock } = this.#options
    if (resume === undefined || this.#tree.size % TILE_WIDTH === 0) return false
    return clock() - this.#keptAt >= keepSeconds
  }

  #ordersReport(): AuditReport['orders'] {
    const lacking = this.#faults.filter(({ code }) => code === 'loss-without-basis').length
    return { ...this.#orders.report(this.#replayer.lastState?.at ?? null), lacking }
  }

  async #compareTiles(made: readonly MadeTile[], lowest: Uint8Array | null): Promise<void> {
    for (const { tile, bytes } of made) {
      const published = tile.level === 0 ? lowest : await this.#files.readTile(tile)
      this.#tiles += 1
      if (published === null) await this.#tileFault(tile, 'tile-missing', 'is not there', bytes)
      else if (!bytesEqual(published.subarray(0, bytes.length), bytes))
        await this.#tileFault(tile, 'tile-differs', 'does not hold the hashes of its entries', bytes)
    }
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
    for (const made of this.#tree.partial())
      await this.#compareTiles([made], await this.#files.readTile(made.tile))
    const right = this.#tree.root()
    if (!bytesEqual(root, right)) {
      const detail = `The checkpoint signs ${encodeBase64(root)} at size ${size}; ${encodeBase64(right)} is the root of the entries.`
      await this.#fault({ index: 0, code: 'log-root-differs', detail })
      if (this.#options.resume !== undefined) await dropSnapshot(this.#options.resume)
    } else await this.#keep()
    await this.#take(this.#replayer.finish())
    await this.#compareCosignatures()
    await this.#compareQuorum()
  }

  async #compareEarlier(): Promise<void> {
    const { origin, size } = this.#checkpoint
    if (this.#earlier === null) return
    if (this.#earlier.origin !== origin)
      throw new AuditImpossibleError(
        `The earlier checkpoint is of ${this.#earlier.origin}, not of ${origin}.`,
      )
    if (this.#earlier.size <= this.#tree.size) return this.#compareGrowth(this.#earlier)
    if (this.#earlier.size <= size) return
    const detail = `The log has ${size} entries; an earlier checkpoint covers ${this.#earlier.size}.`
    await this.#fault({ index: size, code: 'log-shrunk', detail })
  }

  /** Entries that an earlier run replayed are not hashed again: the tiles show whether the tree has only grown. */
  async #compareGrowth({ size, root }: Checkpoint): Promise<void> {
    const tiles = new Map<string, Uint8Array>()
    const { size: to, root: signed } = this.#checkpoint
    for (const { path, full } of growthTiles(size, to)) {
      const bytes = (await this.#source.read(path)) ?? (await this.#source.read(full))
      if (bytes !== null) tiles.set(path, bytes)
    }
    const [earlier, later] = [
      { size, root: encodeBase64(root) },
      { size: to, root: encodeBase64(signed) },
    ]
    if (provesGrowth(this.#options.crypto, earlier, later, tiles)) return
    const detail = `An earlier checkpoint signed ${earlier.root} at ${size} entries; the log of ${to} entries does not go on from it.`
    await this.#fault({ index: size - 1, code: 'log-forked', detail })
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

  /** Whatever policy the auditor was given, the registry's own record says which witnesses must have seen it. */
  async #compareQuorum(): Promise<void> {
    const { lastState, state } = this.#replayer
    if (lastState === null) return
    const record = state.record(WITNESSES_KEY).value
    const { crypto, policy } = this.#options
    const unmet = unmetPolicy(crypto, policy.logs, this.#note, record, lastState.at)
    if (unmet === null) return
    const detail = `The record asks for ${unmet}; the checkpoint has no such cosignatures.`
    await this.#fault({ index: this.#checkpoint.size - 1, code: 'quorum-missing', detail })
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
      resumed: this.#resumed,
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
