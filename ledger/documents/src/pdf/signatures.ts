/** The signatures of a PDF: found through its form, each with its byte range checked against the place of its bytes. */

import type { Code } from '../codes.ts'
import { LIMITS } from '../limits.ts'
import type { PdfDocument } from './document.ts'
import { placesOf } from './search.ts'
import { endsRevision } from './sections.ts'
import { countOf, entryOf, itemsOf, nameOf, type PdfValue } from './values.ts'

export type PdfSignature = {
  readonly subFilter: string | null
  /** DER of the CMS message, the padding cut off; null where there is none. */
  readonly cms: Uint8Array | null
  readonly byteRange: readonly number[] | null
  /** What it covers; empty where the byte range is not right. */
  readonly covered: readonly Uint8Array[]
  /** Where its last byte range ends. */
  readonly end: number
  readonly rangeFault: Code | null
}

const FIELDS_MAX = 20_000

/** Signature dictionaries of the form, each once (ISO 32000-2 sections 12.7.4.5 and 12.8.1). Null: not readable. */
function dictionariesOf(document: PdfDocument, fields: readonly PdfValue[]): PdfValue[] | null {
  const found = new Map<number, PdfValue>()
  const seen = new Set<number>()
  const waiting = fields.map((field) => ({ field, type: null as string | null }))
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { field } = next
    if (field.kind !== 'reference' || seen.has(field.number) || seen.size >= FIELDS_MAX) return null
    seen.add(field.number)
    const value = document.object(field)
    if (value?.kind !== 'dictionary') return null
    const type = nameOf(document.resolve(entryOf(value, 'FT'))) ?? next.type
    const signature = entryOf(value, 'V')
    if (type === 'Sig' && signature !== undefined && signature.kind !== 'null') {
      const dictionary = document.resolve(signature)
      if (signature.kind !== 'reference' || dictionary?.kind !== 'dictionary') return null
      found.set(signature.number, dictionary)
    }
    const kids = entryOf(value, 'Kids')
    for (const kid of itemsOf(document.resolve(kids)) ?? []) waiting.push({ field: kid, type })
  }
  return [...found.values()]
}

/** The message inside /Contents: DER of a definite length, and nothing but zeros behind it. */
function messageOf(contents: Uint8Array): Uint8Array | null {
  const first = contents[1]
  if (contents[0] !== 0x30 || first === undefined) return null
  let [length, header] = [first, 2]
  if (first >= 0x80) {
    const octets = first & 0x7f
    if (octets < 1 || octets > 3) return null
    length = contents.subarray(2, 2 + octets).reduce((value, byte) => value * 256 + byte, 0)
    header += octets
  }
  const end = header + length
  const padded = end <= contents.length && contents.subarray(end).every((byte) => byte === 0)
  return padded && end <= LIMITS.signatureBytes ? contents.subarray(0, end) : null
}

function readSignature(file: Uint8Array, dictionary: PdfValue): PdfSignature {
  const contents = entryOf(dictionary, 'Contents')
  const subFilter = nameOf(entryOf(dictionary, 'SubFilter'))
  const stated = itemsOf(entryOf(dictionary, 'ByteRange'))?.map(countOf) ?? []
  const [start, first, second, length] = stated
  const cms = contents?.kind === 'string' ? messageOf(contents.bytes) : null
  const none = { subFilter, cms, covered: [], end: 0, rangeFault: 'byte-range' as const }
  if (stated.length !== 4 || start == null || first == null || second == null || length == null)
    return { ...none, byteRange: null }
  const end = second + length
  const byteRange = [start, first, second, length]
  // The hole is exactly the hexadecimal string of this dictionary, where the file has it: nothing else is left out.
  const hole =
    contents?.kind === 'string' && contents.plainHex && contents.from === first && contents.to === second
  if (!hole || start !== 0 || first === 0 || second <= first || end > file.length || !endsRevision(file, end))
    return { ...none, byteRange, end }
  const covered = [file.subarray(0, first), file.subarray(second, end)]
  return { ...none, byteRange, end, covered, rangeFault: null }
}

/** How often the file's own bytes say /ByteRange. */
function mentions(file: Uint8Array): number {
  return placesOf(file, '/ByteRange').length
}

/** Whether the bytes look as if they held a signature: decides what an unreadable file is. */
export function mentionsSignature(file: Uint8Array): boolean {
  return mentions(file) > 0
}

/** All signatures, the one that covers least first; or why they cannot be told. */
export function findSignatures(document: PdfDocument): readonly PdfSignature[] | Code {
  const catalog = document.resolve(entryOf(document.trailer, 'Root'))
  if (catalog?.kind !== 'dictionary') return 'pdf-structure'
  const form = document.resolve(entryOf(catalog, 'AcroForm'))
  const fields = entryOf(form, 'Fields')
  const dictionaries = dictionariesOf(document, itemsOf(document.resolve(fields)) ?? [])
  if (dictionaries === null) return 'pdf-structure'
  if (dictionaries.length > LIMITS.signatures) return 'too-many-signatures'
  // A signature that the form no longer lists, or never did, is one that somebody hides.
  if (mentions(document.bytes) !== dictionaries.length) return 'signature-unlisted'
  const signatures = dictionaries.map((dictionary) => readSignature(document.bytes, dictionary))
  return signatures.sort((a, b) => a.end - b.end)
}
