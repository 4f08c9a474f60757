/**
 * What an incremental update after a signature may do and leave it whole: bring validation data (the document security
 * store of ETSI EN 319 142-1 section 5.4.2), and further signatures and time stamps that nobody sees on a page. All
 * else, of whatever effect, is a change: shown content that was prepared before signing and switched on afterwards is
 * an update like any other.
 */

import type { DocumentPort } from '../port.ts'
import { PdfDocument } from './document.ts'
import type { Budget } from './reader.ts'
import { headersIn, placesOf } from './search.ts'
import type { Section } from './sections.ts'
import {
  entryOf,
  itemsOf,
  nameOf,
  type PdfDictionary,
  type PdfValue,
  sameEntries,
  sameValue,
} from './values.ts'

const CATALOG_ADDITIONS: ReadonlySet<string> = new Set(['DSS', 'Extensions', 'AcroForm'])
const FORM_ADDITIONS: ReadonlySet<string> = new Set(['Fields', 'SigFlags'])
const PAGE_ADDITIONS: ReadonlySet<string> = new Set(['Annots'])
/** What a program writes of itself into the document information; a title or an author is not among it. */
const INFORMATION_CHANGES: ReadonlySet<string> = new Set(['ModDate', 'Producer'])
/** All that a document security store has, and all that its parts by signature have: nothing of it can be shown. */
const STORE_ENTRY = /^(?:Type|Certs|CRLs|OCSPs|VRI)$/
const STORE_PART_ENTRY = /^(?:Type|[0-9A-F]{40})$/
/** All that a field of an unseen signature has. */
const WIDGET_ENTRIES: ReadonlySet<string> = new Set(
  'Type Subtype FT T TU TM F V P Rect Ff AP DA MK NM M Lock SV'.split(' '),
)

class Comparison {
  readonly #before: PdfDocument
  readonly #after: PdfDocument

  constructor(before: PdfDocument, after: PdfDocument) {
    this.#before = before
    this.#after = after
  }

  #existed(number: number): boolean {
    const entry = this.#before.entry(number)
    return entry !== null && entry.kind !== 'free'
  }

  /** A reference to a new signature field without an area on the page. */
  #isUnseenSignature(value: PdfValue): boolean {
    if (value.kind !== 'reference' || this.#existed(value.number)) return false
    const field = this.#after.object(value)
    if (field?.kind !== 'dictionary') return false
    const corners = itemsOf(entryOf(field, 'Rect')) ?? []
    const [left, bottom, right, top] = corners
    const unseen = corners.length === 4 && (sameValue(left, right) || sameValue(bottom, top))
    const known = [...field.entries.keys()].every((name) => WIDGET_ENTRIES.has(name))
    return (
      this.#drawsNothing(entryOf(field, 'AP')) &&
      known &&
      unseen &&
      nameOf(entryOf(field, 'FT')) === 'Sig' &&
      nameOf(entryOf(field, 'Subtype')) === 'Widget'
    )
  }

  /** Whether an appearance is absent, or a stream without a byte. */
  #drawsNothing(appearance: PdfValue | undefined): boolean {
    if (appearance === undefined) return true
    if (appearance.kind !== 'dictionary' || appearance.entries.size !== 1) return false
    const normal = this.#after.resolve(appearance.entries.get('N'))
    return normal?.kind === 'stream' && normal.bytes.length === 0
  }

  /** Whether a list is one of fields or annotations, and not of pages or of what is drawn. */
  #listsFields(list: PdfValue): boolean {
    return (itemsOf(list) ?? []).every((item) => {
      const value = this.#before.resolve(item)
      return nameOf(entryOf(value, 'Subtype')) !== null || nameOf(entryOf(value, 'FT')) !== null
    })
  }

  /** Nothing, or the old list with unseen signatures behind it. */
  #isExtended(before: PdfValue | undefined, after: PdfValue | undefined): boolean {
    if (sameValue(before, after)) return true
    const [old, now] = [before === undefined ? [] : itemsOf(before), itemsOf(after)]
    if (old === null || now === null) return false
    const kept = old.every((item, index) => sameValue(item, now[index]))
    return kept && now.slice(old.length).every((item) => this.#isUnseenSignature(item))
  }

  #sameForm(before: PdfValue | undefined, after: PdfValue | undefined): boolean {
    if (sameValue(before, after)) return true
    if (before?.kind !== 'dictionary' || after?.kind !== 'dictionary') return false
    const fields = this.#isExtended(before.entries.get('Fields'), after.entries.get('Fields'))
    return fields && sameEntries(before, after, FORM_ADDITIONS)
  }

  #sameCatalog(before: PdfDictionary, after: PdfDictionary): boolean {
    const form = this.#sameForm(before.entries.get('AcroForm'), after.entries.get('AcroForm'))
    return form && sameEntries(before, after, CATALOG_ADDITIONS)
  }

  #samePage(before: PdfDictionary, after: PdfDictionary): boolean {
    const notes = this.#isExtended(before.entries.get('Annots'), after.entries.get('Annots'))
    return notes && sameEntries(before, after, PAGE_ADDITIONS)
  }

  /** Whether an object that existed says the same, additions that are allowed apart. */
  #sameObject(number: number): boolean {
    const [before, after] = [this.#before.object({ number }), this.#after.object({ number })]
    if (before === null || after === null) return false
    if (before.kind === 'array') return this.#listsFields(before) && this.#isExtended(before, after)
    if (before.kind === 'dictionary' && after.kind === 'dictionary') {
      if (number === numberOf(entryOf(this.#before.trailer, 'Root'))) return this.#sameCatalog(before, after)
      const form = entryOf(this.#before.resolve(entryOf(this.#before.trailer, 'Root')), 'AcroForm')
      if (number === numberOf(form)) return this.#sameForm(before, after)
      if (nameOf(entryOf(before, 'Type')) === 'Page') return this.#samePage(before, after)
      if (number === numberOf(entryOf(this.#before.trailer, 'Info')))
        return sameEntries(before, after, INFORMATION_CHANGES)
      if (isStore(before, after)) return true
    }
    return sameValue(before, after)
  }

  /** Whether the update leaves what was signed as it was. */
  holds(): boolean {
    const end = this.#before.bytes.length
    const newer = this.#after.sections.filter(({ offset }) => offset >= end)
    const older = this.#after.sections.slice(newer.length)
    if (newer.length === 0) return false
    // The update goes on from the revision that was signed, and from no other place in it.
    if (older[0]?.offset !== this.#before.sections[0]?.offset || newer.some(({ lowest }) => lowest < end))
      return false
    const was = this.#before.trailer
    const ends = newer.every(({ trailer }) =>
      ['Root', 'Info', 'Encrypt'].every((name) => sameValue(entryOf(was, name), entryOf(trailer, name))),
    )
    const numbers = new Set(newer.flatMap(({ entries }) => [...entries.keys()]))
    return (
      ends && this.#nothingStray(newer, end) && [...numbers].every((number) => this.#mayStand(number, end))
    )
  }

  /**
   * Whether the update holds no object and no trailer beside those that its sections list, not even inside a stream or
   * a comment: a viewer that takes a section for damaged searches the file for objects, and would find them.
   */
  #nothingStray(newer: readonly Section[], end: number): boolean {
    const entries = newer.flatMap((section) => [...section.entries])
    const places = new Set(entries.flatMap(([, entry]) => (entry.kind === 'at' ? [entry.offset] : [])))
    // A cross-reference stream is an object, too.
    for (const { offset, lowest } of newer) places.add(offset).add(lowest)
    const update = this.#after.bytes.subarray(end)
    const listed = headersIn(update).every((offset) => places.has(end + offset))
    const tables = newer.filter(({ isTable }) => isTable).length
    const held = entries.every(([number, entry]) => entry.kind !== 'at' || this.#holdsOnlyListed(number))
    return listed && held && placesOf(update, 'trailer').length === tables
  }

  #holdsOnlyListed(stream: number): boolean {
    return this.#after.heldBy(stream).every((number) => {
      const entry = this.#after.entry(number)
      return entry?.kind === 'in' && entry.stream === stream
    })
  }

  #mayStand(number: number, end: number): boolean {
    const entry = this.#after.entry(number)
    const holder = entry?.kind === 'in' ? this.#after.entry(entry.stream) : entry
    if (entry === null || entry.kind === 'free') return !this.#existed(number)
    // An object that the update lists is in the update: an older, hidden one would have been prepared before.
    if (holder?.kind !== 'at' || holder.offset < end) return false
    return !this.#existed(number) || this.#sameObject(number)
  }
}

/** Whether both are a document security store, or both its parts by signature: it may grow, and shrink. */
function isStore(before: PdfDictionary, after: PdfDictionary): boolean {
  const names = [...before.entries.keys(), ...after.entries.keys()]
  return [STORE_ENTRY, STORE_PART_ENTRY].some((known) => names.every((name) => known.test(name)))
}

function numberOf(value: PdfValue | undefined): number | null {
  return value?.kind === 'reference' ? value.number : null
}

/** Whether everything behind `end` leaves a signature that ends there whole. */
export function laterChangesHold(
  after: PdfDocument,
  end: number,
  port: DocumentPort,
  budget: Budget,
): boolean {
  if (end === after.bytes.length) return true
  const before = PdfDocument.open(after.bytes.subarray(0, end), port, budget)
  return before !== null && new Comparison(before, after).holds()
}

/** Streams of the document security store: certificates, CRLs and OCSP responses, none of them trusted. */
export function storeOf(document: PdfDocument, kind: 'Certs' | 'CRLs' | 'OCSPs'): readonly PdfValue[] {
  const catalog = document.resolve(entryOf(document.trailer, 'Root'))
  const store = document.resolve(entryOf(catalog, 'DSS'))
  return (itemsOf(document.resolve(entryOf(store, kind))) ?? [])
    .map((each) => document.resolve(each))
    .filter((each) => each !== null)
}
