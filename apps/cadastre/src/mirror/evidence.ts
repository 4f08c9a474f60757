/** Files that convict a log, beside the copy: made from what was signed, so that anyone can check them. */

import { join } from 'node:path'
import type { LogSource } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import { makeMisbehaviour, NoEvidenceError, type Sources } from '@cadastre/misbehaviour'
import type { Instant } from '@cadastre/records'
import { writeDurably } from '@cadastre/registrar'
import type { TrieView } from '@cadastre/trie'
import type { LogFault } from './growth.ts'
import { type MirrorFile, policyOfMirror } from './trust.ts'

/** What evidence is made from; `earlier`: of a fork, the other checkpoint. */
export type EvidenceMaterial = Pick<Sources, 'log' | 'checkpoint' | 'size'> & {
  readonly earlier: string | null
  /** As far as it is at hand. */
  readonly stateAt: (size: number) => TrieView | null
  /** Of files as served: whose they are. */
  readonly from?: LogSource
}

/** Keeps the evidence of a fault; the file, or null where none can be made. */
export type KeepEvidence = (fault: LogFault, material: EvidenceMaterial) => Promise<string | null>

/** Keeps it in a directory, verified as anybody would verify it. `unmade` hears why there is none. */
export function evidenceIn(
  directory: string,
  mirror: MirrorFile,
  now: () => Instant,
  unmade: (why: string) => void,
): KeepEvidence {
  const trust = policyOfMirror(mirror)
  return async (fault, { stateAt, from, ...material }) => {
    const sources: Sources = {
      ...material,
      crypto: nodeCrypto,
      trust,
      files: from === undefined ? null : { from: from.name, read: (path) => from.read(path), now },
      stateAt: (size) => {
        const view = stateAt(size)
        return view === null
          ? Promise.reject(new NoEvidenceError(`The state of ${size} entries is not at hand.`))
          : Promise.resolve(view)
      },
    }
    const made = await makeMisbehaviour(sources, fault)
    if (!made.ok) {
      unmade(made.error)
      return null
    }
    const file = join(directory, `${fault.code}-${fault.index}.json`)
    await writeDurably(file, made.value)
    return file
  }
}
