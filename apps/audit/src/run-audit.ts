/** One audit from the command line's arguments to its exit code. */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { nodeCrypto } from '@cadastre/crypto/node'
import { formatPolicy, type Policy } from '@cadastre/notes'
import { auditLog } from './audit-log.ts'
import { evidenceName } from './evidence.ts'
import { renderEvidence, renderJson, renderText, type WrittenEvidence } from './render.ts'
import type { AuditEvidence, AuditReport } from './report.ts'
import { SignaturePool } from './signature-pool.ts'
import { httpSource, type LogSource, SourceError, sourceOf } from './source.ts'
import { AuditImpossibleError } from './start.ts'
import {
  type Memory,
  memoryText,
  policyOfText,
  policyOfVkey,
  policyOfWellKnown,
  recall,
  type TrustOrigin,
} from './trust.ts'

export type RunAuditOptions = {
  /** A directory with the public files, or an http(s) address such as `https://registry.example/log/`. */
  readonly source: string
  /** Verifier key of the log. */
  readonly vkey?: string | undefined
  /** Text of a C2SP tlog-policy; in place of `vkey`. */
  readonly policy?: string | undefined
  /** A file in which the policy and the last checkpoint are kept from one audit to the next. */
  readonly remember?: string | undefined
  /** A directory for files that convict. */
  readonly evidence?: string | undefined
  /** A directory in which the audit keeps where it stands, and goes on from; `remember` is there if it is not named. */
  readonly resume?: string | undefined
  readonly json?: boolean | undefined
  readonly progress?: ((entries: number, size: number) => void) | undefined
  /** Threads that check signatures; default: one for each core, 0: this thread. */
  readonly workers?: number | undefined
}

/** No faults; faults; could not be audited. */
export type AuditExitCode = 0 | 1 | 2

export type AuditRun = {
  readonly exitCode: AuditExitCode
  /** Null where nothing could be audited. */
  readonly report: AuditReport | null
  /** What to print: the report in words or as JSON, or why there is none. */
  readonly text: string
}

/** Audit a log. Never throws for what the log, its files or the network do. */
export async function runAudit(options: RunAuditOptions): Promise<AuditRun> {
  try {
    const { report, evidence } = await run(options)
    const text =
      options.json === true ? renderJson(report, evidence) : renderText(report) + renderEvidence(evidence)
    return { exitCode: report.faultCount === 0 ? 0 : 1, report, text }
  } catch (error) {
    if (!(error instanceof AuditImpossibleError || error instanceof SourceError)) throw error
    const text =
      options.json === true
        ? `${JSON.stringify({ error: error.message })}\n`
        : `Not audited: ${error.message}\n`
    return { exitCode: 2, report: null, text }
  }
}

async function run(
  options: RunAuditOptions,
): Promise<{ readonly report: AuditReport; readonly evidence: readonly WrittenEvidence[] }> {
  const source = sourceOf(options.source)
  const { resume, evidence: folder } = options
  if (resume !== undefined) await mkdir(resume, { recursive: true })
  const remember = options.remember ?? (resume === undefined ? undefined : join(resume, 'remembered'))
  const memory = remember === undefined ? null : must(await recall(nodeCrypto, remember))
  const { policy, trust } = await trusted(options, source, memory)
  const pool = options.workers === 0 ? null : new SignaturePool(options.workers)
  try {
    const { report, checkpoint, evidence } = await auditLog(source, {
      crypto: nodeCrypto,
      policy,
      trust,
      earlier: memory?.checkpoint ?? null,
      pool,
      evidence: folder !== undefined,
      ...(resume === undefined ? {} : { resume }),
      ...(options.progress === undefined ? {} : { progress: options.progress }),
      clock: () => performance.now() / 1000,
    })
    if (remember !== undefined && keeps(report)) await writeFile(remember, memoryText({ policy, checkpoint }))
    return { report, evidence: folder === undefined ? [] : await writeEvidence(folder, evidence) }
  } finally {
    await pool?.close()
  }
}

async function writeEvidence(
  folder: string,
  evidence: readonly AuditEvidence[],
): Promise<readonly WrittenEvidence[]> {
  if (evidence.length > 0) await mkdir(folder, { recursive: true })
  return Promise.all(
    evidence.map(async (one): Promise<WrittenEvidence> => {
      const { index, code } = one.fault
      if (one.text === null) return { index, code, file: null, why: one.why }
      const file = join(folder, evidenceName(one))
      await writeFile(file, one.text)
      return { index, code, file, why: null }
    }),
  )
}

/** Whether the checkpoint may take the place of the earlier one: the tree itself is whole and has grown. */
function keeps({ faults, entries, size }: AuditReport): boolean {
  const broken = ['log-shrunk', 'log-forked', 'log-root-differs']
  return entries === size && !faults.some(({ code }) => broken.includes(code))
}

async function trusted(
  options: RunAuditOptions,
  source: LogSource,
  memory: Memory | null,
): Promise<{ readonly policy: Policy; readonly trust: TrustOrigin }> {
  const given =
    options.policy !== undefined
      ? must(policyOfText(nodeCrypto, options.policy))
      : options.vkey !== undefined
        ? must(policyOfVkey(nodeCrypto, options.vkey))
        : null
  if (given !== null) {
    if (memory !== null && !sharesLog(given, memory.policy))
      throw new AuditImpossibleError(
        `The earlier audit was of another log key:\n${formatPolicy(memory.policy)}`,
      )
    return { policy: given, trust: 'given' }
  }
  if (memory !== null) return { policy: memory.policy, trust: 'remembered' }
  const json = await wellKnown(options.source, source)
  if (json === null)
    throw new AuditImpossibleError(
      'Give the key of the log (--vkey) or a policy (--policy): there is no well-known file here.',
    )
  return { policy: must(policyOfWellKnown(nodeCrypto, json)), trust: 'registry' }
}

function sharesLog(one: Policy, other: Policy): boolean {
  return one.logs.some(({ vkey }) =>
    other.logs.some((log) => log.vkey.name === vkey.name && log.vkey.id === vkey.id),
  )
}

/** `/.well-known/cadastre.json` of the host, or `cadastre.json` beside the files of a mirror. */
async function wellKnown(text: string, source: LogSource): Promise<string | null> {
  if (!/^https?:/.test(text)) {
    const beside = await source.read('cadastre.json')
    return beside === null ? null : new TextDecoder().decode(beside)
  }
  const { origin } = new URL(text)
  const bytes = await httpSource(origin).read('.well-known/cadastre.json')
  return bytes === null ? null : new TextDecoder().decode(bytes)
}

function must<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string },
): T {
  if (!result.ok) throw new AuditImpossibleError(result.error)
  return result.value
}

/** The text of a policy file, for `--policy`. */
export async function readPolicyFile(file: string): Promise<string> {
  return readFile(file, 'utf8')
}
