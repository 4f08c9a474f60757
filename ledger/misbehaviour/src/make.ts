/** From a fault that an audit found to the small file that convicts. */

import type { Result } from '@cadastre/crypto'
import { REGISTRY_KEY } from '@cadastre/procedures'
import type { RecordKey } from '@cadastre/records'
import type { FaultCode } from '@cadastre/replay'
import { makeDecision } from './decision.ts'
import { EVIDENCE_OF } from './evidence-of.ts'
import { makeFork } from './fork.ts'
import { makeEntriesOf } from './make-entries.ts'
import { makeQuorumMissing, makeServedFile, makeShrunk, makeWrongRoot } from './make-served.ts'
import { makeRecord } from './record.ts'
import { makeRoots } from './roots.ts'
import type { FileFaultCode } from './rules.ts'
import { NoEvidenceError, type Sources } from './sources.ts'
import { verifyMisbehaviour } from './verify.ts'

/** A fault as an audit tells it. */
export type FoundFault = {
  readonly index: number
  readonly code: FaultCode | FileFaultCode
  /** The key of the record concerned, where it is about one. */
  readonly key?: RecordKey
  /** The file concerned, where it is about one, and what should stand in it. */
  readonly path?: string
  readonly made?: Uint8Array
}

/**
 * The evidence of a fault, verified as anybody would; or why there is no small file of it, in words. Never rejects for
 * what the log or its files are.
 */
export async function makeMisbehaviour(sources: Sources, fault: FoundFault): Promise<Result<string, string>> {
  let text: string
  try {
    text = await made(sources, fault)
  } catch (error) {
    // A log that is wrong may be wrong where it is read for evidence: the audit stands by itself.
    if (!(error instanceof Error)) throw error
    return { ok: false, error: because(fault, error) }
  }
  const verdict = verifyMisbehaviour(sources.crypto, sources.trust, text)
  if (verdict.ok) return { ok: true, value: text }
  return { ok: false, error: because(fault, new NoEvidenceError(verdict.error.detail)) }
}

function because({ code }: FoundFault, { message }: Error): string {
  const { unless } = EVIDENCE_OF[code]
  return unless === undefined ? message : `${message} (No small file where ${unless}.)`
}

async function made(sources: Sources, { index, code, key, path, made: right }: FoundFault): Promise<string> {
  const { kind } = EVIDENCE_OF[code]
  if (kind === 'decision') return makeDecision(sources, code as FaultCode, index)
  if (kind === 'entries') return makeEntriesOf(sources, code, index)
  if (kind === 'roots') return makeRoots(sources, index)
  if (kind === 'record')
    return code === 'origin-differs'
      ? makeRecord(sources, code, sources.size - 1, REGISTRY_KEY)
      : makeRecord(sources, code, index, known(key))
  if (kind === 'fork')
    return makeFork(sources.crypto, known(sources.earlier ?? undefined), sources.checkpoint, sources.log)
  if (code === 'log-shrunk') return makeShrunk(sources)
  if (code === 'quorum-missing') return makeQuorumMissing(sources)
  if (code === 'log-root-differs') return makeWrongRoot(sources)
  return makeServedFile(sources, code, known(path), right ?? null)
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new NoEvidenceError('The fault does not say what it is about.')
  return value
}
