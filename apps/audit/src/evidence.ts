/** Evidence of what an audit finds: made at the entry where it is found, while the state before it is at hand. */

import type { Crypto } from '@cadastre/crypto'
import { EVIDENCE_OF, makeMisbehaviour, NoEvidenceError, type Sources } from '@cadastre/misbehaviour'
import type { Policy } from '@cadastre/notes'
import { type Instant, instantFromSeconds } from '@cadastre/records'
import type { Replayer } from '@cadastre/replay'
import { publicLog } from '@cadastre/why'
import type { AuditEvidence, AuditFault } from './report.ts'
import type { LogSource } from './source.ts'

/** Files made in one audit: the first fault of each code, as long as there is room. */
const FILES_MAX = 16

export type EvidenceOptions = {
  readonly crypto: Crypto
  readonly policy: Policy
  readonly checkpoint: string
  readonly size: number
  readonly earlier: string | null
  /** The time of what is observed and not signed. Default: the machine's. */
  readonly now?: () => Instant
}

export class EvidenceMaker {
  readonly made: AuditEvidence[] = []
  readonly #sources: Sources
  readonly #told = new Set<string>()

  constructor(source: LogSource, replayer: Replayer, options: EvidenceOptions) {
    const { crypto, policy, checkpoint, size, earlier, now = systemNow } = options
    this.#sources = {
      crypto,
      trust: policy,
      log: publicLog((path) => source.read(path), size),
      checkpoint,
      size,
      stateAt: async (at) => replayer.stateAt(at) ?? notAtHand(at),
      earlier,
      files: { from: source.name, read: (path) => source.read(path), now },
    }
  }

  /** Make evidence of faults just found. `right`: what should stand in the file that they are about. */
  async take(faults: readonly AuditFault[], right?: Uint8Array): Promise<void> {
    for (const fault of faults) {
      if (this.#told.has(fault.code) || this.made.length >= FILES_MAX) continue
      this.#told.add(fault.code)
      const result = await makeMisbehaviour(
        this.#sources,
        right === undefined ? fault : { ...fault, made: right },
      )
      this.made.push({
        fault,
        text: result.ok ? result.value : null,
        why: result.ok ? null : `${result.error} Whoever doubts it audits up to entry ${fault.index}.`,
      })
    }
  }
}

function notAtHand(size: number): never {
  throw new NoEvidenceError(`The state after entry ${size - 1} is not at hand any more.`)
}

function systemNow(): Instant {
  return instantFromSeconds(Math.floor(Date.now() / 1000))
}

/** The name of a file of evidence: what is broken and where. */
export function evidenceName({ fault: { index, code } }: AuditEvidence): string {
  return `${String(index).padStart(9, '0')}-${code}.${EVIDENCE_OF[code].kind}.json`
}
