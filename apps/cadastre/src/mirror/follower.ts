/**
 * Follows one log: what its sources show is compared, with each other and with what is held; what is new is copied,
 * executed, and only then published. A fault of the log stops it for good at the last good position; a fault of a
 * source is told, and the next one asked.
 */

import { directorySource, type LogSource, type SignaturePool, SourceError } from '@cadastre/audit'
import { bytesEqual } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { verifyConsistency } from '@cadastre/merkle'
import type { Checkpoint, Policy } from '@cadastre/notes'
import { WITNESSES_KEY } from '@cadastre/procedures'
import type { Instant, Registry } from '@cadastre/records'
import { proveInclusion, rootAt } from '@cadastre/registrar'
import { requiredPolicies } from '@cadastre/replay'
import type { Publication } from '@cadastre/store-port'
import type { TrieMemory } from '@cadastre/trie'
import type { LogReader } from '@cadastre/why'
import { AuthenticLog } from './authentic-log.ts'
import type { CopyFiles } from './copy-files.ts'
import type { EvidenceMaterial, KeepEvidence } from './evidence.ts'
import { type GrowthParts, growTo, type LogFault } from './growth.ts'
import { LogFiles, NoGoodFileError, type Trouble } from './log-files.ts'
import type { LogIndex } from './log-index.ts'
import { ownLog } from './own-log.ts'
import { repairFiles } from './repair.ts'
import { ReplayedState, type StateMemory } from './replayed-state.ts'
import { resumedState } from './resumed-state.ts'
import { acceptedBy, keptCheckpoint, type Shown, shownBy } from './sources.ts'
import { type MirrorFile, MirrorTrustError, policiesFor, policyOfMirror } from './trust.ts'
import { keepWrongFile } from './wrong-files.ts'

/** So many times as long as saving took, nothing is saved again: 2% of the time at most. */
const SAVE_SHARE = 50

/** What a source showed when it was last asked. */
export type SourceStatus = {
  readonly name: string
  /** Size of its checkpoint; null where it could not be read or believed. */
  readonly size: number | null
  readonly problem: string | null
}

export type MirrorFault = LogFault & {
  /** File that convicts by itself; null where none could be made. */
  readonly evidence: string | null
}

export type Phase = 'starting' | 'copying' | 'indexing' | 'following'

export type FollowerOptions = {
  readonly mirror: MirrorFile
  readonly sources: readonly LogSource[]
  /** Directory of the public files. */
  readonly logDirectory: string
  readonly files: CopyFiles
  readonly index: LogIndex
  readonly memory: TrieMemory
  readonly pool: SignaturePool | null
  readonly now: () => Instant
  /** The mirror's own signature under a checkpoint that it durably holds; null: it cosigns nothing. */
  readonly cosign: ((note: string, size: number) => string) | null
  readonly keepEvidence: KeepEvidence
  readonly published: (publication: Publication) => void
  readonly progress: (phase: Phase, done: number, total: number) => void
  readonly report: (message: string, detail: object) => void
  readonly stopped: () => boolean
}

/** A checkpoint that was accepted, with the note that holds it. */
type Held = { readonly note: string; readonly checkpoint: Checkpoint }
type Good = Extract<Shown, { kind: 'checkpoint' }>

/**
 * `grown`: published further; `same`: the sources show what is held; `behind`: they show less; `unreadable`: none of
 * them can be copied from now; `fault`: the log is at fault, and nothing after it is ever published.
 */
export type Round = 'grown' | 'same' | 'behind' | 'unreadable' | 'fault'

export class Follower {
  readonly #options: FollowerOptions
  readonly #own: LogSource
  readonly #memory: StateMemory
  /** Null until what is held was loaded. */
  #executed: ReplayedState | null = null
  /** Published; null before the first time. */
  #held: Held | null = null
  /** Largest checkpoint that was ever accepted. */
  #seen: Held | null = null
  /** The note of {@link #held} as its source showed it, without what was added here. */
  #shown: string | null = null
  #fault: MirrorFault | null = null
  #checked: Instant | null = null
  /** What is published was saved; and when it may be saved again. */
  #saved = false
  #nextSave = 0
  #sources: readonly SourceStatus[]
  /** What was wrong with files of sources in the last round. */
  readonly #troubles = new Map<string, string>()
  /** A file of each source that was not the one that was signed, in the last round. */
  readonly #wrong = new Map<string, string>()

  constructor(options: FollowerOptions) {
    this.#options = options
    this.#own = directorySource(options.logDirectory)
    const { origin } = options.mirror
    this.#memory = { crypto: nodeCrypto, origin, memory: options.memory }
    this.#sources = options.sources.map(({ name }) => ({ name, size: null, problem: 'not asked yet' }))
  }

  get #state(): ReplayedState {
    this.#executed ??= ReplayedState.fresh(this.#memory)
    return this.#executed
  }

  /** Entries published. */
  get size(): number {
    return this.#held?.checkpoint.size ?? 0
  }
  get fault(): MirrorFault | null {
    return this.#fault
  }
  /** When a source last showed nothing but what is held; null where none has. */
  get checked(): Instant | null {
    return this.#checked
  }
  get sources(): readonly SourceStatus[] {
    return this.#sources.map((one) => ({
      ...one,
      problem: one.problem ?? this.#troubles.get(one.name) ?? null,
    }))
  }
  get registry(): Registry | null {
    return this.#state.registry
  }

  /**
   * Publish what is held, as it was: from what was saved at that position, or else executed from its first entry. A file
   * that is needed for it and was lost or spoilt is fetched again.
   */
  async load(): Promise<void> {
    const { files, sources, mirror } = this.#options
    const [note, seen] = await Promise.all([files.published(), files.seen()])
    if (seen !== null) this.#seen = { note: seen, checkpoint: keptCheckpoint(seen) }
    if (note === null) return
    const held = { note, checkpoint: keptCheckpoint(note) }
    const log = new AuthenticLog(nodeCrypto, held.checkpoint, this.#filesOf(sources))
    this.#executed = await resumedState(log, this.#memory, this.#options)
    const fault = await growTo(this.#growth(log, []))
    if (fault !== null)
      throw new MirrorTrustError(
        `The copy's own entry ${fault.index} is at fault (${fault.code}: ${fault.detail}); it was published by another version of this program, or altered.`,
      )
    if (mirror.trust === 'given' && !acceptedBy([policyOfMirror(mirror)], note).ok)
      throw new MirrorTrustError('The policy that you gave does not accept the checkpoint of the copy.')
    this.#held = held
    await this.#publish(held)
  }

  /** Save where execution stands, so that a restart need not begin at the first entry. */
  async save(): Promise<void> {
    if (this.#executed === null || this.#held?.checkpoint.size !== this.#executed.size || this.#saved) return
    const begin = performance.now()
    await this.#options.files.save(JSON.stringify(this.#executed.saved()))
    this.#saved = true
    this.#nextSave = performance.now() + SAVE_SHARE * (performance.now() - begin)
  }

  /** Look at every file that is held; one that was lost or spoilt is fetched again. */
  async repair(): Promise<void> {
    if (this.#held === null) return
    const log = new AuthenticLog(nodeCrypto, this.#held.checkpoint, this.#filesOf(this.#options.sources))
    try {
      await repairFiles(log, this.#options.files, this.#options.stopped)
    } catch (error) {
      if (!(error instanceof NoGoodFileError)) throw error
      this.#options.report('a file of the copy is spoilt and cannot be had again now', {
        problem: error.message,
      })
    }
  }

  /** One look at the sources, and what follows from it. Throws InterruptedError, and what the disk says. */
  async round(): Promise<Round> {
    const { sources, report } = this.#options
    const shown = await Promise.all(sources.map((source) => shownBy(source, this.#policyToLookAt())))
    this.#troubles.clear()
    this.#wrong.clear()
    this.#sources = shown.map((one) =>
      one.kind === 'checkpoint'
        ? { name: one.source.name, size: one.opened.checkpoint.size, problem: null }
        : { name: one.source.name, size: null, problem: one.problem },
    )
    for (const { name, problem } of this.#sources)
      if (problem !== null)
        report('a source shows no checkpoint that can be believed', { source: name, problem })
    if (this.#fault !== null) return 'fault'
    const good = shown.filter((one) => one.kind === 'checkpoint' && one.opened.checkpoint.size > 0) as Good[]
    good.sort((one, other) => other.opened.checkpoint.size - one.opened.checkpoint.size)
    const [best] = good
    if (best === undefined) return 'unreadable'
    try {
      return await this.#follow(best, good)
    } catch (error) {
      if (!(error instanceof NoGoodFileError)) throw error
      report(error.message, { source: best.source.name })
      return 'unreadable'
    } finally {
      await this.#keepWrongFiles(best)
    }
  }

  /** What sources served otherwise than it was signed: told, and kept as it was seen. */
  async #keepWrongFiles({ note, opened }: Good): Promise<void> {
    const { sources, report, keepEvidence } = this.#options
    for (const [name, path] of this.#wrong) {
      const source = sources.find((one) => one.name === name)
      if (source === undefined) continue
      const shown = { note, size: opened.checkpoint.size }
      const kept = await keepWrongFile(source, path, shown, keepEvidence).catch((error: unknown) => {
        if (!(error instanceof SourceError)) throw error
        return null
      })
      if (kept !== null) report('what a source served wrongly is kept', { source: name, kept })
    }
  }

  async #follow(best: Good, good: readonly Good[]): Promise<Round> {
    if (await this.#disagree(good)) return 'fault'
    const { note } = best
    const { checkpoint } = best.opened
    const seen = this.#seen?.checkpoint.size ?? 0
    if (checkpoint.size < Math.max(seen, this.size)) return 'behind'
    if (checkpoint.size === this.size && this.#held !== null) {
      if (this.#shown !== note && this.#mayPublish(note)) await this.#renew({ note, checkpoint })
      this.#checked = this.#options.now()
      return 'same'
    }
    const log = new AuthenticLog(nodeCrypto, checkpoint, this.#filesOf(good.map(({ source }) => source)))
    for (const earlier of [this.#held, this.#seen])
      if (earlier !== null && (await this.#forked(log, note, earlier))) return 'fault'
    if (checkpoint.size > seen) {
      await this.#options.files.see(note)
      this.#seen = { note, checkpoint }
    }
    const fault = await growTo(this.#growth(log, best.opened.cosignatures))
    if (fault !== null) {
      await this.#convict(fault, {
        checkpoint: note,
        size: checkpoint.size,
        log: log.reader(),
        earlier: null,
      })
      return 'fault'
    }
    if (!this.#mayPublish(note)) return 'unreadable'
    await this.#renew({ note, checkpoint })
    this.#checked = this.#options.now()
    return 'grown'
  }

  /**
   * Under which policy a checkpoint is looked at: the one that is believed. One that the registry itself named counts for
   * the first copy; then its record says who must have cosigned, which is known once the entries are executed.
   */
  #policyToLookAt(): Policy {
    const believed = policyOfMirror(this.#options.mirror)
    const isNamed = this.#options.mirror.trust === 'registry' && this.size > 0
    return isNamed ? { ...believed, quorum: 'none' } : believed
  }

  /** Whether it may be published where execution stands. Cosignatures can be taken off on the way: no reproach to the log. */
  #mayPublish(note: string): boolean {
    const { mirror, report } = this.#options
    const { at } = this.#state
    const record = this.#state.record(WITNESSES_KEY)
    const recorded = at === null ? [] : requiredPolicies(nodeCrypto, record, at)
    const accepted = acceptedBy(policiesFor(mirror, recorded), note)
    if (!accepted.ok)
      report('the checkpoint lacks cosignatures that the policy or the record asks for', {
        problem: accepted.error,
      })
    return accepted.ok
  }

  #filesOf(sources: readonly LogSource[]): LogFiles {
    // Those that showed the checkpoint first; the others may have the files all the same.
    const others = this.#options.sources.filter((source) => !sources.includes(source))
    return new LogFiles(this.#own, [...sources, ...others], (trouble: Trouble) => {
      this.#troubles.set(trouble.source, `${trouble.path}: ${trouble.problem}`)
      if (trouble.isWrong) this.#wrong.set(trouble.source, trouble.path)
      this.#options.report('a source gives a wrong file, or none', trouble)
    })
  }

  #growth(log: AuthenticLog, cosignatures: GrowthParts['cosignatures']): GrowthParts {
    const { files, pool, progress, stopped } = this.#options
    const copied = (done: number, size: number): void => progress('copying', done, size)
    return { log, cosignatures, state: this.#state, files, pool, progress: copied, stopped }
  }

  /** Two checkpoints of one size, or one below what is held, that are of another tree: the log was signed twice. */
  async #disagree(good: readonly Good[]): Promise<boolean> {
    const known: Held[] = [this.#held, this.#seen].filter((one) => one !== null)
    for (const { note, opened } of good) {
      const { checkpoint } = opened
      const same = known.find((one) => one.checkpoint.size === checkpoint.size)
      if (same !== undefined && !bytesEqual(same.checkpoint.root, checkpoint.root))
        return this.#fork(this.#ownLog(), { note, checkpoint }, same)
      const held = this.#held
      if (same === undefined && held !== null && checkpoint.size < held.checkpoint.size) {
        const right = await rootAt(nodeCrypto, this.#ownLog(), checkpoint.size)
        if (!bytesEqual(right, checkpoint.root)) return this.#fork(this.#ownLog(), held, { note, checkpoint })
      }
      if (same === undefined) known.push({ note, checkpoint })
    }
    return false
  }

  /** Whether the tree of the log does not go on from that of an earlier checkpoint. */
  async #forked(log: AuthenticLog, note: string, earlier: Held): Promise<boolean> {
    const { checkpoint } = log
    const { size, root } = earlier.checkpoint
    if (size >= checkpoint.size) return false
    const proof = await log.consistency(size)
    if (verifyConsistency(nodeCrypto, size, checkpoint.size, proof, root, checkpoint.root)) return false
    return this.#fork(log.reader(), { note, checkpoint }, earlier)
  }

  async #fork(log: LogReader, one: Held, earlier: Held): Promise<true> {
    const [a, b] = [one.checkpoint.size, earlier.checkpoint.size]
    const detail =
      a === b
        ? `Two checkpoints of size ${a} have different roots.`
        : `The tree of size ${a} does not go on from the one of size ${b} that was signed too.`
    const fault: LogFault = { index: Math.max(0, b - 1), code: 'log-forked', detail }
    await this.#convict(fault, { checkpoint: one.note, size: a, log, earlier: earlier.note })
    return true
  }

  async #convict(fault: LogFault, material: Omit<EvidenceMaterial, 'stateAt'>): Promise<void> {
    const stateAt: EvidenceMaterial['stateAt'] = (size) => this.#state.stateAt(size)
    const evidence = await this.#options.keepEvidence(fault, { ...material, stateAt })
    this.#fault = { ...fault, evidence }
    this.#options.report(
      'the log is at fault: nothing after the last good position is published',
      this.#fault,
    )
  }

  #ownLog(): LogReader {
    return ownLog(this.#own, this.size)
  }

  /** Make a checkpoint public whose files are on disk; then the index and the readers move on. */
  async #renew({ note, checkpoint }: Held): Promise<void> {
    const { files, cosign } = this.#options
    const before = this.size
    const held = { note: cosign === null ? note : cosign(note, checkpoint.size), checkpoint }
    await files.checkpoint(held.note)
    this.#held = held
    this.#shown = note
    await this.#publish(held)
    if (checkpoint.size === before) return
    this.#saved = false
    await files.dropPartials(before, checkpoint.size)
    if (performance.now() >= this.#nextSave) await this.save()
  }

  async #publish({ note, checkpoint }: Held): Promise<void> {
    const { size } = checkpoint
    const log = this.#ownLog()
    const { index, progress, published } = this.#options
    await index.catchUp(log, checkpoint, (done, total) => progress('indexing', done, total))
    const [last] = await log.entries(size - 1, 1)
    const { at } = this.#state
    if (last === undefined || at === null) throw new Error('the last entry has just been executed')
    const inclusion = await proveInclusion(nodeCrypto, log, size - 1, size)
    const stateText = new TextDecoder().decode(last)
    published({ size, at, note, stateText, inclusion, version: this.#state.publish() })
  }
}
