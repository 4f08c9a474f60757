/**
 * A PDF as its cross-reference sections say it is (ISO 32000-2 sections 7.5.4 to 7.5.8), newest first. Objects are
 * found through them alone, as a viewer of an undamaged file finds them; a file whose sections do not hold is not read.
 */

import { LIMITS } from '../limits.ts'
import type { DocumentPort } from '../port.ts'
import { decodeStream } from './filters.ts'
import { readObject } from './objects.ts'
import { type Budget, PdfReader } from './reader.ts'
import { readSections, type Section, type XrefEntry } from './sections.ts'
import { countOf, entryOf, nameOf, type PdfReference, type PdfStream, type PdfValue } from './values.ts'

export class PdfDocument {
  readonly bytes: Uint8Array
  /** Newest first. */
  readonly sections: readonly Section[]
  readonly #budget: Budget
  readonly #port: DocumentPort
  readonly #objects: Map<number, PdfValue | null> = new Map()
  readonly #streams: Map<number, readonly (readonly [number, PdfValue])[] | null> = new Map()

  private constructor(bytes: Uint8Array, sections: readonly Section[], budget: Budget, port: DocumentPort) {
    this.bytes = bytes
    this.sections = sections
    this.#budget = budget
    this.#port = port
  }

  /** Opens a file; null where its structure does not hold. */
  static open(bytes: Uint8Array, port: DocumentPort, budget: Budget): PdfDocument | null {
    const sections = readSections(bytes, budget, (stream) => decodeStream(stream, port))
    return sections === null ? null : new PdfDocument(bytes, sections, budget, port)
  }

  get trailer(): PdfValue | null {
    return this.sections[0]?.trailer ?? null
  }

  /** What the newest section that knows the object says of it. */
  entry(number: number): XrefEntry | null {
    for (const { entries } of this.sections) {
      const entry = entries.get(number)
      if (entry !== undefined) return entry
    }
    return null
  }

  /** The value itself, or the object that it refers to; null where that does not exist or cannot be read. */
  resolve(value: PdfValue | undefined): PdfValue | null {
    if (value === undefined) return null
    return value.kind === 'reference' ? this.object(value) : value
  }

  object({ number }: Pick<PdfReference, 'number'>): PdfValue | null {
    const known = this.#objects.get(number)
    if (known !== undefined) return known
    // Before reading: an object that needs itself, such as a stream whose length is in it, is none.
    this.#objects.set(number, null)
    const entry = this.entry(number)
    const value = entry === null ? null : this.#read(number, entry)
    this.#objects.set(number, value)
    return value
  }

  #read(number: number, entry: XrefEntry): PdfValue | null {
    if (entry.kind === 'free') return null
    if (entry.kind === 'in') {
      const held = this.#held(entry.stream)?.[entry.index]
      return held?.[0] === number ? held[1] : null
    }
    const reader = new PdfReader(this.bytes, entry.offset, this.#budget)
    return readObject(reader, this.bytes, number, entry.generation, (length) => countOf(this.resolve(length)))
  }

  /** The objects of an object stream, with their numbers. */
  #held(stream: number): readonly (readonly [number, PdfValue])[] | null {
    const known = this.#streams.get(stream)
    if (known !== undefined) return known
    this.#streams.set(stream, null)
    const own = this.entry(stream)
    // An object stream is never inside another (ISO 32000-2 section 7.5.7).
    const holder = own?.kind === 'at' ? this.object({ number: stream }) : null
    const held = holder?.kind === 'stream' ? this.#readHeld(holder) : null
    this.#streams.set(stream, held)
    return held
  }

  /** Numbers of the objects in an object stream; none where it is no object stream. */
  heldBy(stream: number): readonly number[] {
    const isHolder = nameOf(entryOf(this.object({ number: stream }), 'Type')) === 'ObjStm'
    return isHolder ? (this.#held(stream) ?? []).map(([number]) => number) : []
  }

  #readHeld(stream: PdfStream): readonly (readonly [number, PdfValue])[] | null {
    const bytes = decodeStream(stream, this.#port)
    const [count, first] = [countOf(entryOf(stream, 'N')), countOf(entryOf(stream, 'First'))]
    if (bytes === null || count === null || first === null || nameOf(entryOf(stream, 'Type')) !== 'ObjStm')
      return null
    if (count > LIMITS.pdfObjects) return null
    const index = new PdfReader(bytes, 0, this.#budget)
    const held: (readonly [number, PdfValue])[] = []
    for (let each = 0; each < count; each++) {
      const [number, offset] = [index.count(), index.count()]
      if (number === null || offset === null) return null
      const value = new PdfReader(bytes, first + offset, this.#budget).value()
      if (value === null || value.kind === 'reference') return null
      held.push([number, elsewhere(value)])
    }
    return held
  }
}

/** Places of strings inside an object stream are none of the file. */
function elsewhere(value: PdfValue): PdfValue {
  if (value.kind === 'string') return { ...value, from: -1, to: -1 }
  if (value.kind === 'array') return { ...value, items: value.items.map(elsewhere) }
  if (value.kind !== 'dictionary') return value
  return {
    ...value,
    entries: new Map([...value.entries].map(([name, each]) => [name, elsewhere(each)])),
  }
}
