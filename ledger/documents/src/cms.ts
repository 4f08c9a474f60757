/** CMS SignedData (RFC 5652 section 5), read. What was signed is kept as the bytes that were read. */

import { decodeBase64, decodeUtf8 } from '@cadastre/crypto'
import * as asn1js from 'asn1js'
import {
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
  setOf,
} from './asn1.ts'
import { type Certificate, readCertificate } from './certificate.ts'
import { LIMITS } from './limits.ts'
import type { DocumentPort } from './port.ts'

export const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  timeStampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  signatureTimeStamp: '1.2.840.113549.1.9.16.2.14',
  /** Status data of a PDF's signer (ISO 32000-2 section 12.8.3.3.2). */
  adobeStatusArchive: '1.2.840.113583.1.1.8',
  /** The same of CAdES (ETSI TS 101 733 section 6.3.4, RFC 5126). */
  cadesStatusValues: '1.2.840.113549.1.9.16.2.24',
  /** An OCSP response among the CRLs of SignedData (RFC 5940). */
  ocspInfo: '1.3.6.1.5.5.7.16.2',
} as const

/** The values of attributes, by type; a type that stands twice has all the values of both. */
type Attributes = ReadonlyMap<string, readonly Node[]>

export type Signer = {
  readonly issuerName: Uint8Array | null
  readonly serial: string | null
  readonly keyId: Uint8Array | null
  readonly digestAlgorithm: Node
  readonly signatureAlgorithm: Node
  readonly signature: Uint8Array
  readonly signed: Attributes | null
  /** DER of the signed attributes as SET OF: what the signature is over (RFC 5652 section 5.4). */
  readonly signedBytes: Uint8Array
  readonly unsigned: Attributes
}

export type SignedData = {
  readonly contentType: string
  /** Null where the signature is detached. */
  readonly content: Uint8Array | null
  readonly certificates: readonly Certificate[]
  readonly crls: readonly Uint8Array[]
  readonly ocsps: readonly Uint8Array[]
  readonly signers: readonly Signer[]
}

function readAttributes(nodes: readonly Node[] | null): Attributes | null {
  const found = new Map<string, readonly Node[]>()
  for (const each of nodes ?? []) {
    const [type, values] = sequenceOf(each) ?? []
    const [oid, members] = [oidOf(type), setOf(values)]
    if (oid === null || members === null) return null
    found.set(oid, [...(found.get(oid) ?? []), ...members])
  }
  return found
}

/** `[0] IMPLICIT SET OF` as the SET OF that was signed; null where it is not DER enough to be. */
function asSet(raw: Uint8Array): Uint8Array | null {
  if (raw[1] === undefined || raw[1] === 0x80) return null
  const bytes = new Uint8Array(raw)
  bytes[0] = 0x31
  return bytes
}

function readSigner(node: Node): Signer | null {
  const [, sid, digestAlgorithm, ...rest] = sequenceOf(node) ?? []
  const signedNode = isTagged(rest[0], 0) ? rest.shift() : undefined
  const [signatureAlgorithm, signatureNode, unsignedNode] = rest
  const signature = octetsOf(signatureNode)
  if (digestAlgorithm === undefined || signatureAlgorithm === undefined || signature === null) return null
  const byName = sequenceOf(sid)
  const keyId = sid instanceof asn1js.Primitive && isTagged(sid, 0) ? sid.valueBlock.valueHexView : null
  const signed = signedNode === undefined ? null : readAttributes(membersOf(signedNode))
  const signedBytes = signedNode === undefined ? new Uint8Array(0) : asSet(rawOf(signedNode))
  const unsigned = readAttributes(isTagged(unsignedNode, 1) ? membersOf(unsignedNode) : [])
  if ((signedNode !== undefined && signed === null) || signedBytes === null || unsigned === null) return null
  return {
    issuerName: byName?.[0] === undefined ? null : rawOf(byName[0]),
    serial: integerText(byName?.[1]),
    keyId,
    digestAlgorithm,
    signatureAlgorithm,
    signature,
    signed,
    signedBytes,
    unsigned,
  }
}

/** RevocationInfoChoices (RFC 5652 section 10.2.1): CRLs, and OCSP responses in the other format. */
function readLists(nodes: readonly Node[]): Pick<SignedData, 'crls' | 'ocsps'> {
  const crls: Uint8Array[] = []
  const ocsps: Uint8Array[] = []
  for (const each of nodes.slice(0, LIMITS.statuses)) {
    const [format, info] = membersOf(each) ?? []
    if (each instanceof asn1js.Sequence) crls.push(rawOf(each))
    else if (isTagged(each, 1) && oidOf(format) === OID.ocspInfo && info !== undefined)
      ocsps.push(rawOf(info))
  }
  return { crls, ocsps }
}

/** Reads ContentInfo with SignedData in it; null for anything else, and for more than the limits allow. */
export function parseSignedData(bytes: Uint8Array, maxBytes: number, port: DocumentPort): SignedData | null {
  const [type, wrapped] = sequenceOf(parseAsn1(bytes, maxBytes) ?? undefined) ?? []
  const outer = isTagged(wrapped, 0) ? sequenceOf(membersOf(wrapped)?.[0]) : null
  if (oidOf(type) !== OID.signedData || outer === null) return null
  const [, , encapsulated, ...rest] = outer
  const certificateNode = isTagged(rest[0], 0) ? rest.shift() : undefined
  const listNode = isTagged(rest[0], 1) ? rest.shift() : undefined
  const signerNodes = setOf(rest[0])
  const [contentTypeNode, contentNode] = sequenceOf(encapsulated) ?? []
  const contentType = oidOf(contentTypeNode)
  if (signerNodes === null || contentType === null || signerNodes.length > LIMITS.signatures) return null
  const content = contentNode === undefined ? null : octetsOf(membersOf(contentNode)?.[0])
  if (contentNode !== undefined && content === null) return null
  const certificateNodes = (membersOf(certificateNode) ?? []).filter(
    (each) => each instanceof asn1js.Sequence,
  )
  if (certificateNodes.length > LIMITS.certificates) return null
  const signers = signerNodes.map(readSigner).filter((each) => each !== null)
  if (signers.length !== signerNodes.length) return null
  return {
    contentType,
    content,
    // One that cannot be read proves nothing, and takes nothing from the others.
    certificates: certificateNodes.map((each) => readCertificate(each, port)).filter((each) => each !== null),
    ...readLists(membersOf(listNode) ?? []),
    signers,
  }
}

/** Status data that signers put into attributes: `[0]` CRLs and `[1]` OCSP responses, in both conventions. */
export function attributeLists(signer: Signer): Pick<SignedData, 'crls' | 'ocsps'> {
  const values = [
    ...(signer.signed?.get(OID.adobeStatusArchive) ?? []),
    ...(signer.unsigned.get(OID.cadesStatusValues) ?? []),
  ]
  const inTag = (number: number): Uint8Array[] =>
    values
      .flatMap((value) => sequenceOf(value) ?? [])
      .filter((each) => isTagged(each, number))
      .flatMap((each) => sequenceOf(membersOf(each)?.[0]) ?? [])
      .map(rawOf)
  return { crls: inTag(0), ocsps: inTag(1) }
}

/** The signer's stated time (RFC 5652 section 11.3). */
export function signingTimeOf(signer: Signer): ReturnType<typeof instantOf> {
  const values = signer.signed?.get(OID.signingTime) ?? []
  return values.length === 1 ? instantOf(values[0]) : null
}

const PEM = /^-----BEGIN (CMS|PKCS7|CERTIFICATE|X509 CRL)-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END \1-----\s*$/

/** DER from the text form of RFC 7468, one block to a file; bytes that are no such text are given back as they are. */
export function fromPem(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x2d) return bytes
  const block = PEM.exec(decodeUtf8(bytes) ?? '')?.[2]
  const der = block === undefined ? null : decodeBase64(block.replaceAll(/[\r\n]/g, ''))
  return der ?? bytes
}
