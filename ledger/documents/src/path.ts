/**
 * Certificate paths (RFC 5280 section 6) from a signer to a configured anchor, at one instant. Stricter than the RFC
 * where that costs honest certificates nothing: names chain by their bytes, any extension that is critical and not
 * understood refuses the path, and so do name constraints, which are not processed here.
 */

import { bytesEqual } from '@cadastre/crypto'
import type { Instant } from '@cadastre/records'
import { keyAccepted } from './algorithms.ts'
import type { Certificate } from './certificate.ts'
import type { Code } from './codes.ts'
import { LIMITS } from './limits.ts'
import type { DocumentPort } from './port.ts'

/** From the certificate itself to the anchor; both may be the same. */
export type Path = readonly Certificate[]
export type PathAnswer = { readonly path: Path; readonly code: Code | null }

/** Purposes of RFC 5280 section 4.2.1.12 and RFC 9336 that a signature on a document may be made under. */
const SIGNING_PURPOSES: ReadonlySet<string> = new Set([
  '2.5.29.37.0', // any
  '1.3.6.1.5.5.7.3.4', // emailProtection, the purpose of CMS signatures at large
  '1.3.6.1.5.5.7.3.36', // documentSigning, RFC 9336
  '1.2.840.113583.1.1.5', // authentic documents, of PDF
  '1.3.6.1.4.1.311.10.3.12', // document signing before RFC 9336
])
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
export const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'

/** What a certificate's key is asked to have signed. */
export type Use = 'document' | 'time-stamp'

/** Whether the certificate may be used so; null where it may. */
export function useFault(certificate: Certificate, use: Use): Code | null {
  const { keyUsage, purposes } = certificate
  const signs =
    keyUsage === null || keyUsage.includes('digitalSignature') || keyUsage.includes('nonRepudiation')
  if (!signs) return 'key-usage'
  if (use === 'document')
    return purposes === null || purposes.some((oid) => SIGNING_PURPOSES.has(oid)) ? null : 'key-usage'
  // RFC 3161 section 2.3: the one purpose, and critical.
  const only = purposes?.length === 1 && purposes[0] === TIME_STAMPING
  return only && certificate.purposesCritical ? null : 'key-usage'
}

/** Why the issuer's signature on a certificate, CRL or OCSP response does not count; null where it does. */
export function signatureFault(
  signed: Pick<Certificate, 'scheme' | 'tbs' | 'signature'>,
  spki: Uint8Array,
  port: DocumentPort,
): Code | null {
  const { scheme, tbs, signature } = signed
  if (typeof scheme === 'string') return scheme
  if (!keyAccepted(scheme, spki, port)) return 'key-not-accepted'
  return port.verify(scheme, spki, tbs, signature) ? null : 'certificate-signature'
}

const selfIssued = (certificate: Certificate): boolean =>
  bytesEqual(certificate.subjectName, certificate.issuerName)

function validityFault({ notBefore, notAfter }: Certificate, at: Instant): Code | null {
  if (at < notBefore) return 'certificate-not-yet-valid'
  return at > notAfter ? 'certificate-expired' : null
}

/** RFC 5280 section 6.1.4 (k) to (n), for a certificate that issued the one below it. */
function issuerFault(issuer: Certificate, below: number): Code | null {
  if (issuer.basic?.ca !== true) return 'not-a-ca'
  if (issuer.keyUsage !== null && !issuer.keyUsage.includes('keyCertSign')) return 'not-a-ca'
  const { pathLength } = issuer.basic
  return pathLength !== null && below > pathLength ? 'path-too-long' : null
}

/** What stands against a path, the signer first; signatures and names were checked when it was built. */
function pathFault(path: Path, at: Instant): Code | null {
  let below = 0
  for (const [index, certificate] of path.entries()) {
    const fault =
      validityFault(certificate, at) ??
      (certificate.unknownCritical ? 'unknown-critical-extension' : null) ??
      (index === 0 ? null : issuerFault(certificate, below))
    if (fault !== null) return fault
    // Self-issued certificates in between do not count (RFC 5280 section 4.2.1.9); nor does the end of the path.
    if (index > 0 && !selfIssued(certificate)) below += 1
  }
  return null
}

/** Whether the key identifiers, where both are there, speak against this issuer (RFC 5280 section 4.2.1.1). */
function mayHaveIssued(issuer: Certificate, certificate: Certificate): boolean {
  if (!bytesEqual(issuer.subjectName, certificate.issuerName)) return false
  const [wanted, own] = [certificate.authorityKeyId, issuer.subjectKeyId]
  return wanted === null || own === null || bytesEqual(wanted, own)
}

/**
 * Finds a path from a certificate to one of the anchors that stands at `at`. Where none stands, the first that leads
 * to an anchor is given with what is wrong with it; where none leads there, `path-not-trusted`.
 *
 * @param others certificates that came along; nothing in them is trusted
 */
export function findPath(
  signer: Certificate,
  others: readonly Certificate[],
  anchors: readonly Certificate[],
  at: Instant,
  port: DocumentPort,
): PathAnswer {
  let attempts = 0
  let first: PathAnswer | null = null
  let weak: Code | null = null
  const links = (issuer: Certificate, certificate: Certificate): boolean => {
    if (!mayHaveIssued(issuer, certificate) || attempts >= LIMITS.pathAttempts) return false
    attempts += 1
    const fault = signatureFault(certificate, issuer.spki, port)
    // A link that is only too weak is named as such, where no path is found.
    if (fault !== null && fault !== 'certificate-signature') weak ??= fault
    return fault === null
  }
  const climb = (path: Path): PathAnswer | null => {
    const top = path.at(-1)
    if (top === undefined) return null
    const ends = anchors.some(({ sha256 }) => sha256 === top.sha256)
      ? [path]
      : anchors.filter((anchor) => links(anchor, top)).map((anchor) => [...path, anchor])
    for (const complete of ends) {
      const answer = { path: complete, code: pathFault(complete, at) }
      if (answer.code === null) return answer
      first ??= answer
    }
    if (path.length + 1 >= LIMITS.pathLength) return null
    for (const issuer of others) {
      if (path.some(({ sha256 }) => sha256 === issuer.sha256) || !links(issuer, top)) continue
      const found = climb([...path, issuer])
      if (found !== null) return found
    }
    return null
  }
  return climb([signer]) ?? first ?? { path: [], code: weak ?? 'path-not-trusted' }
}
