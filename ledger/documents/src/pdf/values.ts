/** The values of a PDF (ISO 32000-2 section 7.3). */

type PdfName = { readonly kind: 'name'; readonly value: string }
type PdfNumber = { readonly kind: 'number'; readonly value: number }
export type PdfReference = {
  readonly kind: 'reference'
  readonly number: number
  readonly generation: number
}
type PdfString = {
  readonly kind: 'string'
  readonly bytes: Uint8Array
  /** Written `<…>` with hexadecimal digits alone: no white space, an even number of them. */
  readonly plainHex: boolean
  /** Where it stands, delimiters included, in the bytes that were read. */
  readonly from: number
  readonly to: number
}
type PdfArray = { readonly kind: 'array'; readonly items: readonly PdfValue[] }
export type PdfDictionary = { readonly kind: 'dictionary'; readonly entries: ReadonlyMap<string, PdfValue> }
export type PdfStream = {
  readonly kind: 'stream'
  readonly dictionary: PdfDictionary
  /** As it stands in the file, before any filter. */
  readonly bytes: Uint8Array
}
export type PdfValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | PdfName
  | PdfNumber
  | PdfReference
  | PdfString
  | PdfArray
  | PdfDictionary
  | PdfStream

export function entryOf(value: PdfValue | null | undefined, name: string): PdfValue | undefined {
  if (value?.kind === 'stream') return value.dictionary.entries.get(name)
  return value?.kind === 'dictionary' ? value.entries.get(name) : undefined
}

export function nameOf(value: PdfValue | null | undefined): string | null {
  return value?.kind === 'name' ? value.value : null
}

/** A whole number that is not negative. */
export function countOf(value: PdfValue | null | undefined): number | null {
  const fits = value?.kind === 'number' && Number.isSafeInteger(value.value) && value.value >= 0
  return fits ? value.value : null
}

export function itemsOf(value: PdfValue | null | undefined): readonly PdfValue[] | null {
  return value?.kind === 'array' ? value.items : null
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** Whether two values say the same, in whatever spelling; references are the same when they name the same object. */
export function sameValue(a: PdfValue | undefined, b: PdfValue | undefined): boolean {
  if (a === undefined || b === undefined || a.kind !== b.kind) return a === b
  switch (a.kind) {
    case 'null':
      return true
    case 'boolean':
    case 'number':
    case 'name':
      return b.kind === a.kind && a.value === b.value
    case 'reference':
      return b.kind === 'reference' && a.number === b.number && a.generation === b.generation
    case 'string':
      return b.kind === 'string' && sameBytes(a.bytes, b.bytes)
    case 'array':
      return (
        b.kind === 'array' &&
        a.items.length === b.items.length &&
        a.items.every((item, index) => sameValue(item, b.items[index]))
      )
    case 'dictionary':
      return b.kind === 'dictionary' && sameEntries(a, b, new Set())
    case 'stream':
      return (
        b.kind === 'stream' &&
        sameBytes(a.bytes, b.bytes) &&
        sameEntries(a.dictionary, b.dictionary, new Set())
      )
  }
}

/** Whether two dictionaries say the same but for the names given. */
export function sameEntries(a: PdfDictionary, b: PdfDictionary, but: ReadonlySet<string>): boolean {
  const names = new Set([...a.entries.keys(), ...b.entries.keys()])
  return [...names].every((name) => but.has(name) || sameValue(a.entries.get(name), b.entries.get(name)))
}
