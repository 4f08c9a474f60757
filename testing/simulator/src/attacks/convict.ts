/**
 * An auditor who has nothing but the public files and the policy that the registry publishes: what it finds, the file
 * that convicts, and the check of that file by a second person, offline.
 */

import { type AuditFaultCode, AuditImpossibleError, auditLog } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import { verifyMisbehaviour } from '@cadastre/misbehaviour'
import { type Policy, parsePolicy } from '@cadastre/notes'
import { logVkeyOf } from '../test-registry.ts'
import { convicted, type Outcome } from './attack.ts'
import { type HostileLog, sourceOfFiles } from './hostile-log.ts'
import type { AttackWorld } from './world.ts'

export function policyOf({ registry }: AttackWorld): Policy {
  const policy = parsePolicy(nodeCrypto, registry.reader.info.policy)
  if (!policy.ok) throw new Error(`line ${policy.error.line}: ${policy.error.problem}`)
  return policy.value
}

/** Audits a hostile log; what convicts it, under the code that is expected. `checkpoint`: with cosignatures. */
export function convictLog(
  world: AttackWorld,
  log: HostileLog,
  expected: AuditFaultCode,
  earlier: string | null = null,
  checkpoint: string = log.checkpoint(),
): Promise<Outcome> {
  return convictFiles(world, log.files(checkpoint), expected, earlier)
}

/** The same of public files, which may be of no whole log. */
export async function convictFiles(
  world: AttackWorld,
  files: ReadonlyMap<string, Uint8Array>,
  expected: AuditFaultCode,
  earlier: string | null = null,
): Promise<Outcome> {
  return convictUnder(world, policyOf(world), files, expected, earlier)
}

/** The log's key under a name, and no witness. */
export function policyNamed({ registry }: AttackWorld, origin: string = registry.reader.info.origin): Policy {
  const vkey = logVkeyOf(registry.identity, origin)
  const policy = parsePolicy(nodeCrypto, `log ${vkey}\nquorum none\n`)
  if (!policy.ok) throw new Error(policy.error.problem)
  return policy.value
}

/** The same by an auditor who trusts whom the policy says. */
export async function convictUnder(
  world: AttackWorld,
  policy: Policy,
  files: ReadonlyMap<string, Uint8Array>,
  expected: AuditFaultCode,
  earlier: string | null,
): Promise<Outcome> {
  try {
    const { report, evidence } = await auditLog(sourceOfFiles(files), {
      crypto: nodeCrypto,
      policy,
      trust: 'given',
      pool: null,
      clock: () => 0,
      now: () => world.registry.now,
      earlier,
      evidence: true,
    })
    if (report.faultCount === 0) return { class: 'succeeded', by: 'the audit finds no fault' }
    const found = evidence.find(({ fault }) => fault.code === expected)
    if (found === undefined) {
      const codes = [...new Set(report.faults.map(({ code }) => code))]
      return convicted(codes.join(), 'none under the code that is expected')
    }
    if (found.text === null) return convicted(expected, `none: ${found.why}`)
    return convictFile(world, found.text, policy)
  } catch (error) {
    if (!(error instanceof AuditImpossibleError)) throw error
    return { class: 'prevented', by: `no auditor believes it: ${error.message}` }
  }
}

/** A second person, who has the file and the published keys and nothing else. */
export function convictFile(world: AttackWorld, text: string, policy: Policy = policyOf(world)): Outcome {
  const { receiptVkey } = world.registry
  const verdict = verifyMisbehaviour(nodeCrypto, policy, text, { receiptVkey })
  return verdict.ok
    ? convicted(verdict.value.rule, verdict.value.kind)
    : { class: 'succeeded', by: `the file convicts nobody: ${verdict.error.detail}` }
}
