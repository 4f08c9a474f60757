/**
 * The independent audit: from a registry's public files alone, every signature is checked, every hash and root
 * compared, and every decision made again. It uses the core and the ledger, and nothing that a registry runs.
 */

export { FILE_FAULTS, type FileFaultCode } from '@cadastre/misbehaviour'
export { type Impact, impactOf, type ProposedTerms } from '@cadastre/replay'
export { type AuditOptions, auditLog } from './audit-log.ts'
export { progressLine } from './progress.ts'
export { renderJson, renderText, ruleOf } from './render.ts'
export type { AuditEvidence, AuditFault, AuditFaultCode, AuditReport } from './report.ts'
export {
  type AuditExitCode,
  type AuditRun,
  type RunAuditOptions,
  readPolicyFile,
  runAudit,
} from './run-audit.ts'
export { type CompareOptions, compareServices, type ServicesPhase } from './services/compare-services.ts'
export { SERVICE_FAULTS, type ServiceFinding, type ServicesReport } from './services/report.ts'
export { type RunServicesOptions, runServices, type ServicesRun } from './services/run-services.ts'
export { serviceJudges } from './services/service-judges.ts'
export { SignaturePool } from './signature-pool.ts'
export { directorySource, httpSource, type LogSource, SourceError, sourceOf } from './source.ts'
export { AuditImpossibleError } from './start.ts'
export {
  type Memory,
  memoryText,
  policyOfText,
  policyOfVkey,
  policyOfWellKnown,
  recall,
  type TrustOrigin,
} from './trust.ts'
