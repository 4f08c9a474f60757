/**
 * The document room of the order desk: whether a document is what the seal on it says, as far as a machine can tell
 * (procedures.md section D, *Authenticity*). CMS signatures (RFC 5652), detached and embedded, and signatures inside
 * PDFs (ISO 32000, PAdES of ETSI EN 319 142), their certificate paths (RFC 5280) to configured roots, time stamps
 * (RFC 3161), and CRLs and OCSP responses where they are at hand. The answer is a report of closed codes with a hash,
 * which an entry of the log binds. Pure: time is an argument, nothing is fetched, and any bytes get an answer.
 *
 * Whether the sealing certificate is that of the authority is for the register of authorities to say, not for here.
 */

export { type CheckName, CODES, type Code } from './codes.ts'
export { LIMITS } from './limits.ts'
export type { DocumentPort } from './port.ts'
export {
  type CertificateFacts,
  type CheckResult,
  type PathStep,
  type Report,
  reportHash,
  reportText,
  type SignatureReport,
  type TimeStampFacts,
} from './report.ts'
export { type DocumentInput, embeddedContent, TrustAnchorError, verifyDocument } from './verify.ts'
