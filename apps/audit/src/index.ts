/**
 * The independent audit: from a registry's public files alone, every signature is checked, every hash and root
 * compared, and every decision made again. It uses the core and the ledger, and nothing that a registry runs.
 */

export { type Impact, impactOf, type ProposedTerms } from '@cadastre/replay'
export { AuditImpossibleError, type AuditOptions, auditLog } from './audit-log.ts'
export { renderJson, renderText, ruleOf } from './render.ts'
export {
  type AuditFault,
  type AuditFaultCode,
  type AuditReport,
  FILE_FAULTS,
  type FileFaultCode,
} from './report.ts'
export {
  type AuditExitCode,
  type AuditRun,
  type RunAuditOptions,
  readPolicyFile,
  runAudit,
} from './run-audit.ts'
export { SignaturePool } from './signature-pool.ts'
export { directorySource, httpSource, type LogSource, SourceError, sourceOf } from './source.ts'
export {
  type Memory,
  memoryText,
  policyOfText,
  policyOfVkey,
  policyOfWellKnown,
  recall,
  type TrustOrigin,
} from './trust.ts'
