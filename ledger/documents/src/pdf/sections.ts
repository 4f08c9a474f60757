/** Cross-reference tables and streams (ISO 32000-2 sections 7.5.4, 7.5.8), from the end of a file backwards. */

import { LIMITS } from '../limits.ts'
import { readObject } from './objects.ts'
import { type Budget, PdfReader } from './reader.ts'
import { countOf, entryOf, itemsOf, nameOf, type PdfDictionary, type PdfStream } from './values.ts'

export type XrefEntry =
  | { readonly kind: 'free' }
  | { readonly kind: 'at'; readonly offset: number; readonly generation: number }
  | { readonly kind: 'in'; readonly stream: number; readonly index: number }

export type Section = {
  /** Where it stands; of a hybrid one, the lower of its two places. */
  readonly offset: number
  readonly lowest: number
  /** Whether it is a table, with the word `trailer` behind it. */
  readonly isTable: boolean
  readonly entries: ReadonlyMap<number, XrefEntry>
  readonly trailer: PdfDictionary
}

type Decode = (stream: PdfStream) => Uint8Array | null

const MARK = '%%EOF'
/** How far before its end a file may say where its cross-reference is, and how much white space may end it. */
const TAIL_BYTES = 64

/** Where the last cross-reference section is, said in the last line but one of the file (ISO 32000-2 section 7.5.5). */
function startOf(bytes: Uint8Array): number | null {
  const tail = String.fromCharCode(...bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES)))
  const found = /startxref[\r\n ]{1,4}(\d{1,12})[\r\n ]{1,4}%%EOF[\r\n ]{0,8}$/.exec(tail)
  return found === null ? null : Number(found[1])
}

/** Whether a file could end here. */
export function endsRevision(bytes: Uint8Array, end: number): boolean {
  return startOf(bytes.subarray(Math.max(0, end - TAIL_BYTES), end)) !== null && MARK.length < end
}

function readTable(reader: PdfReader, budget: Budget): Map<number, XrefEntry> | null {
  const entries = new Map<number, XrefEntry>()
  while (!reader.keyword('trailer')) {
    const [first, count] = [reader.count(), reader.count()]
    if (first === null || count === null || first + count > LIMITS.pdfObjects) return null
    for (let number = first; number < first + count; number++) {
      budget.left -= 1
      const [offset, generation, kind] = [reader.count(), reader.count(), reader.word()]
      if (offset === null || generation === null || budget.left < 0 || entries.has(number)) return null
      if (kind !== 'n' && kind !== 'f') return null
      entries.set(number, kind === 'f' ? { kind: 'free' } : { kind: 'at', offset, generation })
    }
  }
  return entries
}

function entryFrom(type: number, second: number, third: number): XrefEntry | null {
  if (type === 0) return { kind: 'free' }
  if (type === 1) return { kind: 'at', offset: second, generation: third }
  return type === 2 ? { kind: 'in', stream: second, index: third } : null
}

/** The entries of a decoded cross-reference stream. */
function readEntries(stream: PdfStream, bytes: Uint8Array, budget: Budget): Map<number, XrefEntry> | null {
  const widths = (itemsOf(entryOf(stream, 'W')) ?? []).map(countOf)
  const [w1, w2, w3] = widths
  if (widths.length !== 3 || w1 == null || w2 == null || w3 == null || w1 > 2 || w2 > 8 || w3 > 8) return null
  const size = countOf(entryOf(stream, 'Size'))
  const index = entryOf(stream, 'Index')
  const ranges = index === undefined ? [0, size] : (itemsOf(index) ?? []).map(countOf)
  const entries = new Map<number, XrefEntry>()
  let at = 0
  const field = (width: number, absent: number): number => {
    if (width === 0) return absent
    let value = 0
    for (const end = at + width; at < end; at++) value = value * 256 + (bytes[at] ?? 0)
    return value
  }
  for (let pair = 0; pair < ranges.length; pair += 2) {
    const [first, count] = [ranges[pair], ranges[pair + 1]]
    if (first == null || count == null || first + count > LIMITS.pdfObjects) return null
    for (let number = first; number < first + count; number++) {
      budget.left -= 1
      if (at + w1 + w2 + w3 > bytes.length || budget.left < 0 || entries.has(number)) return null
      const entry = entryFrom(field(w1, 1), field(w2, 0), field(w3, 0))
      if (entry === null) return null
      entries.set(number, entry)
    }
  }
  return at === bytes.length ? entries : null
}

type Read = { readonly entries: Map<number, XrefEntry>; readonly trailer: PdfDictionary }

function readStreamSection(bytes: Uint8Array, offset: number, budget: Budget, decode: Decode): Read | null {
  const reader = new PdfReader(bytes, offset, budget)
  const stream = readObject(reader, bytes, null, null, countOf)
  if (stream?.kind !== 'stream' || nameOf(entryOf(stream, 'Type')) !== 'XRef') return null
  const decoded = decode(stream)
  const entries = decoded === null ? null : readEntries(stream, decoded, budget)
  return entries === null ? null : { entries, trailer: stream.dictionary }
}

/** A section of either kind. Of a hybrid file's, the stream fills in what the table does not have or has as free. */
function readSection(bytes: Uint8Array, offset: number, budget: Budget, decode: Decode): Section | null {
  const reader = new PdfReader(bytes, offset, budget)
  if (!reader.keyword('xref')) {
    const read = readStreamSection(bytes, offset, budget, decode)
    return read === null ? null : { ...read, offset, lowest: offset, isTable: false }
  }
  const entries = readTable(reader, budget)
  const trailer = reader.value()
  if (entries === null || trailer?.kind !== 'dictionary') return null
  const hidden = entryOf(trailer, 'XRefStm')
  if (hidden === undefined) return { entries, trailer, offset, lowest: offset, isTable: true }
  const at = countOf(hidden)
  const stream = at === null ? null : readStreamSection(bytes, at, budget, decode)
  if (at === null || stream === null) return null
  for (const [number, entry] of stream.entries)
    if ((entries.get(number)?.kind ?? 'free') === 'free') entries.set(number, entry)
  return { entries, trailer, offset, lowest: Math.min(offset, at), isTable: true }
}

/** All sections of a file, newest first; null where one of them does not hold. */
export function readSections(bytes: Uint8Array, budget: Budget, decode: Decode): readonly Section[] | null {
  const sections: Section[] = []
  let offset = startOf(bytes)
  while (offset !== null) {
    const again = sections.some((section) => section.offset === offset)
    if (again || offset >= bytes.length || sections.length >= LIMITS.pdfSections) return null
    const section = readSection(bytes, offset, budget, decode)
    if (section === null) return null
    sections.push(section)
    const previous = entryOf(section.trailer, 'Prev')
    if (previous === undefined) return sections
    offset = countOf(previous)
  }
  return null
}
