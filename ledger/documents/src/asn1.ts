/**
 * Reading ASN.1 by asn1js, within limits: BER as CMS allows it, and what does not end exactly where its bytes end is
 * no value. The library reports errors in two ways, by a mark and by throwing; here both are null.
 */

import { type Instant, parseInstant } from '@cadastre/records'
import * as asn1js from 'asn1js'
import { LIMITS } from './limits.ts'

export type Node = asn1js.BaseBlock

/** What `read` gives, or null where it throws: for decoders of pkijs, which throw on what a stranger sends. */
export function attempt<T>(read: () => T | null): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error) return null
    throw error
  }
}

/** The value that these bytes are; null where they are none, or more than one. */
export function parseAsn1(bytes: Uint8Array, maxBytes: number): Node | null {
  if (bytes.length === 0 || bytes.length > maxBytes) return null
  const limits = {
    maxDepth: LIMITS.asn1Depth,
    maxNodes: LIMITS.asn1Nodes,
    maxContentLength: maxBytes,
    parseEmbedded: false,
  }
  const parsed = attempt(() => asn1js.fromBER(bytes, limits))
  if (parsed === null || parsed.offset !== bytes.length || parsed.result.error !== '') return null
  return parsed.result
}

/** The bytes of a node, tag and length included, as they were read. */
export function rawOf(node: Node): Uint8Array {
  return node.valueBeforeDecodeView
}

/** The members of a SEQUENCE or SET, or of a constructed context tag; null for anything else. */
export function membersOf(node: Node | undefined): readonly Node[] | null {
  return node instanceof asn1js.Constructed ? node.valueBlock.value : null
}

/** The members of a SEQUENCE. */
export function sequenceOf(node: Node | undefined): readonly Node[] | null {
  return node instanceof asn1js.Sequence ? membersOf(node) : null
}

/** The members of a SET. */
export function setOf(node: Node | undefined): readonly Node[] | null {
  return node instanceof asn1js.Set ? membersOf(node) : null
}

/** Whether the node is tagged `[number]` of the context. */
export function isTagged(node: Node | undefined, number: number): boolean {
  return node?.idBlock.tagClass === 3 && node.idBlock.tagNumber === number
}

export function oidOf(node: Node | undefined): string | null {
  return node instanceof asn1js.ObjectIdentifier ? node.valueBlock.toString() : null
}

/** The bytes of an OCTET STRING, its segments joined where it has some (BER). */
export function octetsOf(node: Node | undefined): Uint8Array | null {
  return node instanceof asn1js.OctetString ? new Uint8Array(node.getValue()) : null
}

/** Longest INTEGER that is read: RFC 5280 section 4.1.2.2 allows 20 bytes to a serial number. */
const INTEGER_BYTES_MAX = 64

/** Hexadecimal of an INTEGER without leading zeros; `-` before what is negative. */
export function integerText(node: Node | undefined): string | null {
  if (!(node instanceof asn1js.Integer)) return null
  const bytes = node.valueBlock.valueHexView
  if (bytes.length === 0 || bytes.length > INTEGER_BYTES_MAX) return null
  let value = BigInt.asIntN(8, BigInt(bytes[0] ?? 0))
  for (const byte of bytes.subarray(1)) value = value * 256n + BigInt(byte)
  return value.toString(16)
}

const UTC_TIME = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/
const GENERALIZED_TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:[.,]\d{1,9})?Z$/

/**
 * The instant of a UTCTime or GeneralizedTime, fractions cut off; null for what X.690 section 11.7 and RFC 5280
 * section 4.1.2.5 do not allow, and for days that do not exist.
 */
export function instantOf(node: Node | undefined): Instant | null {
  // In asn1js GeneralizedTime is a kind of UTCTime.
  if (!(node instanceof asn1js.UTCTime)) return null
  const utc = !(node instanceof asn1js.GeneralizedTime)
  const text = String.fromCharCode(...node.valueBlock.valueHexView.subarray(0, 40))
  const parts = (utc ? UTC_TIME : GENERALIZED_TIME).exec(text)
  if (parts === null) return null
  const [, first = '', month, day, hour, minute, second] = parts
  const year = utc ? `${first < '50' ? '20' : '19'}${first}` : first
  return parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}
