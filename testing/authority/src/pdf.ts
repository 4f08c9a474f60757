// PDFs for tests, written by hand so that each byte is known: a document, incremental updates, and signatures whose
// hole is filled after the rest is fixed, as signing programs do it (ISO 32000-2 section 12.8.1).

import { deflateSync } from 'node:zlib'

const text = (value: string): Uint8Array => Uint8Array.from(value, (letter) => letter.charCodeAt(0))

export function join(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const bytes = parts.map((part) => (typeof part === 'string' ? text(part) : part))
  const out = new Uint8Array(bytes.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of bytes) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export function latin(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

/** Objects by number; each a text, or a stream's dictionary entries and bytes. */
export type Objects = {
  readonly [number: number]: string | { readonly entries: string; readonly bytes: Uint8Array }
}

export type UpdateOptions = {
  /** Entries of the cross-reference that point elsewhere than into this update. */
  readonly pointing?: { readonly [number: number]: number }
  /** Object numbers to list as free. */
  readonly freed?: readonly number[]
  readonly trailer?: string
  readonly previous?: number | null
}

/**
 * The same page as modern programs write it: the catalog and what belongs to it inside a compressed object stream, and
 * a compressed cross-reference stream with a predictor (ISO 32000-2 sections 7.5.7 and 7.5.8).
 */
export function compressedDocument(): Uint8Array {
  const held = [
    [1, '<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>'],
    [2, '<< /Type /Pages /Kids [3 0 R] /Count 1 >>'],
    [3, page()],
    [5, '<< /Fields [] /SigFlags 3 >>'],
    [6, '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'],
  ] as const
  let [index, values] = ['', '']
  for (const [number, value] of held) {
    index += `${number} ${values.length} `
    values += `${value} `
  }
  const places = new Map<number, number>()
  let body: Uint8Array = text('%PDF-1.7\n')
  const add = (number: number, entries: string, bytes: Uint8Array): void => {
    places.set(number, body.length)
    const start = `${number} 0 obj\n<< ${entries} /Length ${bytes.length} >>\nstream\n`
    body = join(body, start, bytes, '\nendstream\nendobj\n')
  }
  add(4, '', text('BT /F1 12 Tf 72 720 Td (Hold 192.0.2.0/24.) Tj ET'))
  const holder = `/Type /ObjStm /N ${held.length} /First ${index.length} /Filter /FlateDecode`
  add(8, holder, deflateSync(text(index + values)))
  places.set(9, body.length)
  const rows = Array.from({ length: 10 }, (_, number): readonly number[] => {
    const within = held.findIndex(([each]) => each === number)
    const place = places.get(number)
    if (within >= 0) return [2, 0, 8, within]
    return place === undefined ? [0, 0, 0, 0] : [1, place >> 8, place & 255, 0]
  })
  const predicted = rows.flatMap((row, at) => [
    2,
    ...row.map((byte, column) => (byte - (rows[at - 1]?.[column] ?? 0)) & 255),
  ])
  const filter = '/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 4 >>'
  const start = body.length
  add(9, `/Type /XRef /Size 10 /W [1 2 1] /Root 1 0 R ${filter}`, deflateSync(Uint8Array.from(predicted)))
  return join(body, `startxref\n${start}\n%%EOF\n`)
}

/** Where the last cross-reference section of a file begins. */
export function startXref(file: Uint8Array): number {
  const found = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(latin(file.subarray(-64)))
  if (found === null) throw new Error('no startxref')
  return Number(found[1])
}

/** Appends objects with a cross-reference table of their own. */
export function update(file: Uint8Array, objects: Objects, options: UpdateOptions = {}): Uint8Array {
  const places = new Map<number, number>(
    Object.entries(options.pointing ?? {}).map(([number, offset]) => [Number(number), offset]),
  )
  let body = file
  for (const [number, object] of Object.entries(objects)) {
    places.set(Number(number), body.length)
    const content =
      typeof object === 'string'
        ? object
        : join(
            `<< ${object.entries} /Length ${object.bytes.length} >>\nstream\n`,
            object.bytes,
            '\nendstream',
          )
    body = join(body, `${number} 0 obj\n`, content, '\nendobj\n')
  }
  const previous = options.previous === undefined ? startXref(file) : options.previous
  const line = (offset: number, generation: number, kind: string): string =>
    `${String(offset).padStart(10, '0')} ${String(generation).padStart(5, '0')} ${kind} \n`
  const listed = [...places].map(([number, offset]) => [number, line(offset, 0, 'n')] as const)
  const freed = (options.freed ?? []).map((number) => [number, line(0, 1, 'f')] as const)
  const rows = [...listed, ...freed].sort(([a], [b]) => a - b).map(([number, row]) => `${number} 1\n${row}`)
  const zero = previous === null ? `0 1\n${line(0, 65535, 'f')}` : ''
  const trailer = `/Size 200 /Root 1 0 R${previous === null ? '' : ` /Prev ${previous}`} ${options.trailer ?? ''}`
  return join(
    body,
    `xref\n${zero}${rows.join('')}trailer\n<< ${trailer} >>\nstartxref\n${body.length}\n%%EOF\n`,
  )
}

const content = (words: string): Objects[number] => ({
  entries: '',
  bytes: text(`BT /F1 12 Tf 72 720 Td (${words}) Tj ET`),
})

/** A page with one line of text. Objects 1 to 9 are its own; signatures take from 10 on. */
export function document(words = 'Hold 192.0.2.0/24.', catalog = ''): Uint8Array {
  return update(
    text('%PDF-1.7\n'),
    {
      1: `<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R ${catalog} >>`,
      2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      3: page(),
      4: content(words),
      5: '<< /Fields [] /SigFlags 3 >>',
      6: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
      7: content('Hidden: Hold 198.51.100.0/24.'),
    },
    { previous: null },
  )
}

export function page(annotations: readonly number[] = [], contents = 4): string {
  const annots =
    annotations.length === 0 ? '' : `/Annots [${annotations.map((each) => `${each} 0 R`).join(' ')}]`
  const resources = '/Resources << /Font << /F1 6 0 R >> >>'
  return `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] ${resources} /Contents ${contents} 0 R ${annots} >>`
}

const HOLE = 16_384
const RANGE = '[0 0000000000 0000000000 0000000000]'

export type SignOptions = {
  readonly subFilter?: string
  readonly type?: string
  /** Numbers of the field and the signature dictionary. */
  readonly numbers?: readonly [number, number]
  /** Fields that were there before. */
  readonly fields?: readonly number[]
  readonly rectangle?: string
  readonly more?: Objects
  readonly trailer?: string
}

/** Adds a signature field as an update, then fills its hole with what `sign` makes of the rest. */
export function sign(
  file: Uint8Array,
  make: (covered: Uint8Array) => Uint8Array,
  options: SignOptions = {},
): Uint8Array {
  const {
    subFilter = 'adbe.pkcs7.detached',
    type = 'Sig',
    numbers = [10, 11],
    fields = [],
    more = {},
  } = options
  const [field, dictionary] = numbers
  const all = [...fields, field]
  const hole = `<${'0'.repeat(HOLE)}>`
  const objects: Objects = {
    3: page(all),
    5: `<< /Fields [${all.map((each) => `${each} 0 R`).join(' ')}] /SigFlags 3 >>`,
    [field]: `<< /Type /Annot /Subtype /Widget /FT /Sig /T (S${field}) /F 132 /P 3 0 R /Rect ${options.rectangle ?? '[0 0 0 0]'} /V ${dictionary} 0 R >>`,
    [dictionary]: `<< /Type /${type} /Filter /Adobe.PPKLite /SubFilter /${subFilter} /ByteRange ${RANGE} /Contents ${hole} >>`,
    ...more,
  }
  const prepared = update(file, objects, { trailer: options.trailer ?? '' })
  const from = latin(prepared).lastIndexOf(hole)
  const to = from + hole.length
  const pad = (value: number): string => String(value).padStart(10, '0')
  const range = `[0 ${pad(from)} ${pad(to)} ${pad(prepared.length - to)}]`
  const ranged = text(replaceLast(latin(prepared), RANGE, range))
  const message = make(join(ranged.subarray(0, from), ranged.subarray(to)))
  const digits = Buffer.from(message).toString('hex')
  if (digits.length > HOLE) throw new Error('the hole is too small')
  return join(ranged.subarray(0, from), `<${digits.padEnd(HOLE, '0')}>`, ranged.subarray(to))
}

export function replaceLast(value: string, from: string, to: string): string {
  const at = value.lastIndexOf(from)
  if (at < 0) throw new Error(`nothing to replace: ${from}`)
  return value.slice(0, at) + to + value.slice(at + from.length)
}

/** The bytes with one text in place of another; the same length keeps every offset. */
export function replaced(file: Uint8Array, from: string, to: string): Uint8Array {
  return text(replaceLast(latin(file), from, to))
}

/** A document security store (ETSI EN 319 142-1 section 5.4.2) as an update. */
export function withStore(
  file: Uint8Array,
  store: {
    readonly crls?: readonly Uint8Array[]
    readonly ocsps?: readonly Uint8Array[]
    readonly certificates?: readonly Uint8Array[]
  },
): Uint8Array {
  const objects: { [number: number]: Objects[number] } = {}
  let next = 101
  const streams = (list: readonly Uint8Array[] = []): string =>
    list
      .map((bytes) => {
        next += 1
        objects[next] = { entries: '', bytes }
        return `${next} 0 R`
      })
      .join(' ')
  const [certificates, crls, ocsps] = [streams(store.certificates), streams(store.crls), streams(store.ocsps)]
  return update(file, {
    ...objects,
    100: `<< /Type /DSS /Certs [${certificates}] /CRLs [${crls}] /OCSPs [${ocsps}] >>`,
    1: '<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /DSS 100 0 R >>',
  })
}

/** A cross-reference stream of a few kilobytes that inflates to `size` zeros. */
export function bomb(size: number): Uint8Array {
  const zeros = deflateSync(new Uint8Array(size), { level: 9 })
  const entries = `/Type /XRef /Size 10 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode /Length ${zeros.length}`
  const head = '%PDF-1.7\n'
  return join(
    `${head}9 0 obj\n<< ${entries} >>\nstream\n`,
    zeros,
    `\nendstream\nendobj\nstartxref\n${head.length}\n%%EOF\n`,
  )
}

/**
 * A hybrid update (ISO 32000-2 section 7.5.8.4): the table has an object as free that a cross-reference stream beside it
 * knows. `offset` is where the stream says that the object is; in the update itself where null.
 */
export function hybrid(
  file: Uint8Array,
  number: number,
  value: string,
  offset: number | null = null,
): Uint8Array {
  const [own, at] = [file.length, (place: number) => [place >> 16, (place >> 8) & 255, place & 255]]
  let body = join(file, `${number} 0 obj\n${value}\nendobj\n`)
  const stream = body.length
  const entry = Uint8Array.from([1, ...at(offset ?? own), 0])
  const entries = `/Type /XRef /Size 200 /W [1 3 1] /Index [${number} 1] /Root 1 0 R /Length ${entry.length}`
  body = join(body, `199 0 obj\n<< ${entries} >>\nstream\n`, entry, '\nendstream\nendobj\n')
  const trailer = `/XRefStm ${stream}`
  return update(body, {}, { previous: startXref(file), trailer, pointing: { 199: stream }, freed: [number] })
}
