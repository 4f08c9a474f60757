/**
 * An auditor who has nothing but the public files and the policy that the registry publishes: what it finds, the file
 * that convicts, and the check of that file by a second person, offline.
 */

import { type AuditFaultCode, AuditImpossibleError, auditLog } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type Policy, parsePolicy } from '@cadastre/notes'
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
  const policy = policyOf(world)
  try {
    const { report } = await auditLog(sourceOfFiles(files), {
      crypto: nodeCrypto,
      policy,
      trust: 'given',
      pool: null,
      clock: () => 0,
      earlier,
    })
    if (report.faultCount === 0) return { class: 'succeeded', by: 'the audit finds no fault' }
    const codes = [...new Set(report.faults.map(({ code }) => code))]
    return codes.includes(expected) ? convicted(expected, 'pending') : convicted(codes.join(), 'none')
  } catch (error) {
    if (!(error instanceof AuditImpossibleError)) throw error
    return { class: 'prevented', by: `no auditor believes it: ${error.message}` }
  }
}
