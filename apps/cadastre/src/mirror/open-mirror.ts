/** Opening a mirror's directory: whose log it is to be, or is; its files, its index, its follower. */

import { type LogSource, SignaturePool } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import { writeDurably } from '@cadastre/registrar'
import type { StatementHook } from '@cadastre/store-port'
import type { TrieMemory } from '@cadastre/trie'
import { CopyFiles } from './copy-files.ts'
import { evidenceIn } from './evidence.ts'
import { Follower, type FollowerOptions } from './follower.ts'
import { LogIndex } from './log-index.ts'
import type { MirrorDirectory } from './mirror-directory.ts'
import {
  besideFiles,
  type MirrorFile,
  MirrorTrustError,
  publishedTrust,
  readMirrorFile,
  trustOf,
  writeMirrorFile,
} from './trust.ts'

export type OpenMirrorOptions = Pick<
  FollowerOptions,
  'memory' | 'now' | 'cosign' | 'published' | 'progress' | 'report' | 'stopped'
> & {
  readonly directory: MirrorDirectory
  readonly mirror: MirrorFile
  readonly sources: readonly LogSource[]
  readonly memory: TrieMemory
  /** Threads that check signatures; 0: this thread does. */
  readonly workers: number
  /** For tests of faults. */
  readonly files?: CopyFiles
  readonly onStatement?: StatementHook
}

export type OpenedMirror = { readonly follower: Follower; readonly close: () => Promise<void> }

/**
 * Whose log is copied into this directory: as it was believed before, or as is given or published now. `given` may also
 * replace the policy of the same log.
 */
export async function mirrorOf(
  directory: MirrorDirectory,
  given: string | null,
  host: LogSource | null,
  beside: LogSource,
): Promise<MirrorFile> {
  const kept = await readMirrorFile(directory.mirrorFile)
  if (kept !== null && given === null) return kept
  const mirror = trustOf(given, given === null ? await publishedTrust(host, beside) : null)
  if (kept !== null && kept.origin !== mirror.origin)
    throw new MirrorTrustError(
      `${directory.path} holds the log of ${kept.origin}; the log of ${mirror.origin} belongs into another directory.`,
    )
  const receiptVkey = mirror.receiptVkey === '' ? (kept?.receiptVkey ?? '') : mirror.receiptVkey
  return { ...mirror, receiptVkey }
}

/** Open the directory, alone. Throws StoreLockedError where another process has it open. */
export async function openMirror(options: OpenMirrorOptions): Promise<OpenedMirror> {
  const { directory, mirror, workers } = options
  const files = options.files ?? new CopyFiles(directory.log, directory.seenCheckpoint, directory.savedState)
  await writeMirrorFile(directory.mirrorFile, mirror)
  const index = await LogIndex.open(nodeCrypto, directory.database, options.onStatement)
  const pool = workers === 0 ? null : new SignaturePool(workers)
  try {
    const host = mirror.origin.split('/', 1)[0] ?? mirror.origin
    await writeDurably(directory.besideFiles, `${JSON.stringify(besideFiles(mirror, host), null, 2)}\n`)
    const follower = new Follower({
      ...options,
      logDirectory: directory.log,
      files,
      index,
      pool,
      keepEvidence: evidenceIn(directory.evidence, mirror, options.now, (why) =>
        options.report('no file convicts the log by itself', { why }),
      ),
    })
    const close = async (): Promise<void> => {
      await follower.save()
      await pool?.close()
      await index.close()
    }
    return { follower, close }
  } catch (error) {
    await pool?.close()
    await index.close()
    throw error
  }
}
