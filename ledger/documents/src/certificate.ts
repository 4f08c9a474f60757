/** X.509 certificates (RFC 5280) as the room uses them: what is compared is the bytes that were signed. */

import { bytesEqual, encodeBase64 } from '@cadastre/crypto'
import * as asn1js from 'asn1js'
import { BasicConstraints, ExtKeyUsage } from 'pkijs'
import { schemeOf } from './algorithms.ts'
import {
  attempt,
  instantOf,
  integerText,
  isTagged,
  membersOf,
  type Node,
  octetsOf,
  oidOf,
  parseAsn1,
  rawOf,
  sequenceOf,
} from './asn1.ts'
import type { Code } from './codes.ts'
import { LIMITS } from './limits.ts'
import { nameText } from './names.ts'
import type { DocumentPort, SignatureScheme } from './port.ts'
import type { CertificateFacts } from './report.ts'

/** Bits of the key usage extension (RFC 5280 section 4.2.1.3). */
type KeyUsage = 'digitalSignature' | 'nonRepudiation' | 'keyCertSign' | 'cRLSign'

export type Certificate = CertificateFacts & {
  readonly der: Uint8Array
  readonly tbs: Uint8Array
  /** DER of the names, by which certificates are chained. */
  readonly subjectName: Uint8Array
  readonly issuerName: Uint8Array
  readonly spki: Uint8Array
  /** The bits of subjectPublicKey, which OCSP hashes (RFC 6960 section 4.1.1). */
  readonly publicKey: Uint8Array
  /** The scheme, or why it is refused. */
  readonly scheme: SignatureScheme | Code
  readonly signature: Uint8Array
  readonly subjectKeyId: Uint8Array | null
  readonly authorityKeyId: Uint8Array | null
  /** Null without the extension: no certificate authority. */
  readonly basic: { readonly ca: boolean; readonly pathLength: number | null } | null
  /** Null without the extension: every use (RFC 5280 section 4.2.1.3). */
  readonly keyUsage: readonly KeyUsage[] | null
  /** Object identifiers of the purposes; null without the extension. */
  readonly purposes: readonly string[] | null
  readonly purposesCritical: boolean
  /** Whether a critical extension is not understood here, or one that is must not be left unread. */
  readonly unknownCritical: boolean
}

const OID = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  authorityKeyId: '2.5.29.35',
  purposes: '2.5.29.37',
} as const

/**
 * Extensions that are processed, or whose meaning is met by anything: any policy is acceptable here, so the policies
 * need no reading (RFC 5280 section 6.1.1, initial-any-policy).
 */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  OID.keyUsage,
  OID.basicConstraints,
  OID.certificatePolicies,
  OID.purposes,
])
/** Not processed here, and refused even where it is not critical: it would narrow what the path may say. */
const NEVER_IGNORED: ReadonlySet<string> = new Set([OID.nameConstraints])

type Extension = { readonly oid: string; readonly critical: boolean; readonly value: Uint8Array }

function readExtension(node: Node): Extension | null {
  const members = sequenceOf(node)
  const oid = oidOf(members?.[0])
  if (members === null || oid === null || members.length > 3) return null
  const flag = members.length === 3 ? members[1] : undefined
  if (members.length === 3 && !(flag instanceof asn1js.Boolean)) return null
  const value = octetsOf(members.at(-1))
  const critical = flag instanceof asn1js.Boolean && flag.getValue()
  return value === null ? null : { oid, critical, value }
}

/** The extensions of a certificate or CRL, none of them twice (RFC 5280 section 4.2); null where they are malformed. */
export function readExtensions(node: Node | undefined): ReadonlyMap<string, Extension> | null {
  const found = new Map<string, Extension>()
  for (const each of sequenceOf(node) ?? []) {
    const extension = readExtension(each)
    if (extension === null || found.has(extension.oid)) return null
    found.set(extension.oid, extension)
  }
  return found
}

const USAGE_BITS: readonly (readonly [number, number, KeyUsage])[] = [
  [0, 0x80, 'digitalSignature'],
  [0, 0x40, 'nonRepudiation'],
  [0, 0x04, 'keyCertSign'],
  [0, 0x02, 'cRLSign'],
]

function readKeyUsage(value: Uint8Array): readonly KeyUsage[] | null {
  const node = parseAsn1(value, LIMITS.certificateBytes)
  if (!(node instanceof asn1js.BitString)) return null
  const bits = node.valueBlock.valueHexView
  return USAGE_BITS.filter(([byte, bit]) => ((bits[byte] ?? 0) & bit) !== 0).map(([, , name]) => name)
}

function readBasic(value: Uint8Array): Certificate['basic'] {
  const node = parseAsn1(value, LIMITS.certificateBytes)
  const basic = node === null ? null : attempt(() => new BasicConstraints({ schema: node }))
  if (basic === null) return null
  const { cA, pathLenConstraint } = basic
  if (pathLenConstraint === undefined) return { ca: cA, pathLength: null }
  const length = Number(pathLenConstraint)
  return Number.isSafeInteger(length) && length >= 0 ? { ca: cA, pathLength: length } : null
}

function readPurposes(value: Uint8Array): readonly string[] | null {
  const node = parseAsn1(value, LIMITS.certificateBytes)
  const purposes = node === null ? null : attempt(() => new ExtKeyUsage({ schema: node }))
  return purposes?.keyPurposes ?? null
}

/** AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OPTIONAL, … } (RFC 5280 section 4.2.1.1). */
function readAuthorityKeyId(value: Uint8Array): Uint8Array | null {
  const first = sequenceOf(parseAsn1(value, LIMITS.certificateBytes) ?? undefined)?.[0]
  return first instanceof asn1js.Primitive && isTagged(first, 0) ? first.valueBlock.valueHexView : null
}

type Read = Pick<
  Certificate,
  | 'subjectKeyId'
  | 'authorityKeyId'
  | 'basic'
  | 'keyUsage'
  | 'purposes'
  | 'purposesCritical'
  | 'unknownCritical'
>

/** What the extensions say; null where one that is understood is malformed. */
function interpret(extensions: ReadonlyMap<string, Extension>): Read | null {
  const value = (oid: string): Uint8Array | undefined => extensions.get(oid)?.value
  const [usage, basic, purposes] = [value(OID.keyUsage), value(OID.basicConstraints), value(OID.purposes)]
  const authority = value(OID.authorityKeyId)
  const own = value(OID.subjectKeyId)
  const read: Read = {
    subjectKeyId: own === undefined ? null : octetsOf(parseAsn1(own, LIMITS.certificateBytes) ?? undefined),
    authorityKeyId: authority === undefined ? null : readAuthorityKeyId(authority),
    basic: basic === undefined ? null : readBasic(basic),
    keyUsage: usage === undefined ? null : readKeyUsage(usage),
    purposes: purposes === undefined ? null : readPurposes(purposes),
    purposesCritical: extensions.get(OID.purposes)?.critical ?? false,
    unknownCritical: [...extensions.values()].some(
      ({ oid, critical }) => (critical && !UNDERSTOOD.has(oid)) || NEVER_IGNORED.has(oid),
    ),
  }
  const malformed =
    (usage !== undefined && read.keyUsage === null) ||
    (basic !== undefined && read.basic === null) ||
    (purposes !== undefined && read.purposes === null)
  return malformed ? null : read
}

function readPublicKey(spki: Node | undefined): Uint8Array | null {
  const bits = sequenceOf(spki)?.[1]
  return bits instanceof asn1js.BitString ? bits.valueBlock.valueHexView : null
}

/** Reads a certificate of version 1 or 3 (a version 1 certificate has no extensions, so it issues nothing). */
export function readCertificate(node: Node, port: DocumentPort): Certificate | null {
  const outer = sequenceOf(node)
  const [tbs, algorithm, signature] = outer ?? []
  const body = sequenceOf(tbs)
  if (outer?.length !== 3 || tbs === undefined || body === null) return null
  const fields = isTagged(body[0], 0) ? body.slice(1) : body
  const [serialNode, innerAlgorithm, issuer, validity, subject, spki, ...rest] = fields
  const [from, until] = sequenceOf(validity) ?? []
  const extensions = readExtensions(membersOf(rest.find((each) => isTagged(each, 3)))?.[0])
  const read = extensions === null ? null : interpret(extensions)
  const publicKey = readPublicKey(spki)
  const [serial, notBefore, notAfter] = [integerText(serialNode), instantOf(from), instantOf(until)]
  const [subjectText, issuerText] = [nameText(subject), nameText(issuer)]
  if (serial === null || notBefore === null || notAfter === null || read === null || publicKey === null)
    return null
  if (subjectText === null || issuerText === null || !(signature instanceof asn1js.BitString)) return null
  if (subject === undefined || issuer === undefined || spki === undefined || algorithm === undefined)
    return null
  // RFC 5280 section 4.1.1.2: the algorithm beside the signature is the one that was signed.
  if (innerAlgorithm === undefined || !bytesEqual(rawOf(innerAlgorithm), rawOf(algorithm))) return null
  const scheme = schemeOf(algorithm)
  return {
    ...read,
    subject: subjectText,
    issuer: issuerText,
    serial,
    sha256: encodeBase64(port.digest('sha256', rawOf(node))),
    notBefore: notBefore,
    notAfter,
    der: rawOf(node),
    tbs: rawOf(tbs),
    subjectName: rawOf(subject),
    issuerName: rawOf(issuer),
    spki: rawOf(spki),
    publicKey,
    scheme: scheme.ok ? scheme.value : scheme.error,
    signature: signature.valueBlock.valueHexView,
  }
}

/** A DER certificate; null where it is none. */
export function parseCertificate(der: Uint8Array, port: DocumentPort): Certificate | null {
  const node = parseAsn1(der, LIMITS.certificateBytes)
  return node === null ? null : readCertificate(node, port)
}

/** What a report says of a certificate. */
export function factsOf(certificate: Certificate): CertificateFacts {
  const { subject, issuer, serial, sha256, notBefore, notAfter } = certificate
  return { subject, issuer, serial, sha256, notBefore, notAfter }
}
