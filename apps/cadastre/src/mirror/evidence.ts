/** Files that convict a log, beside the copy: made from what was signed, so that anyone can check them. */

import { join } from 'node:path'
import { writeDurably } from '@cadastre/registrar'
import type { LogReader } from '@cadastre/why'
import type { LogFault } from './growth.ts'
import type { MirrorFile } from './trust.ts'

/** What evidence is made from. */
export type EvidenceMaterial = {
  /** The checkpoint under which the log is at fault: a signed note. */
  readonly checkpoint: string
  readonly size: number
  readonly log: LogReader
  /** Of a fork, the other checkpoint. */
  readonly earlier: string | null
}

/** Keeps the evidence of a fault; the file, or null where none can be made. */
export type KeepEvidence = (fault: LogFault, material: EvidenceMaterial) => Promise<string | null>

export function evidenceIn(
  directory: string,
  make: (fault: LogFault, material: EvidenceMaterial) => Promise<string | null>,
): KeepEvidence {
  return async (fault, material) => {
    const text = await make(fault, material)
    if (text === null) return null
    const file = join(directory, `${fault.code}-${fault.index}.json`)
    await writeDurably(file, text)
    return file
  }
}

/** Evidence of the faults of this log. */
export function convictingText(
  _mirror: MirrorFile,
): (fault: LogFault, material: EvidenceMaterial) => Promise<string | null> {
  return () => Promise.resolve(null)
}
