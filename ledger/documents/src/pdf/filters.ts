/** The filters that cross-reference streams, object streams and validation data come in: none, or Flate. */

import { LIMITS } from '../limits.ts'
import type { DocumentPort } from '../port.ts'
import { countOf, entryOf, itemsOf, nameOf, type PdfStream, type PdfValue } from './values.ts'

const single = (value: PdfValue | undefined): PdfValue | undefined => {
  const items = itemsOf(value)
  return items === null ? value : items.length === 1 ? items[0] : undefined
}

/** PNG predictors (ISO 32000-2 section 7.4.4.4), each row with its own kind in front. */
function unpredict(bytes: Uint8Array, columns: number): Uint8Array | null {
  if (columns < 1 || columns > 64 || bytes.length % (columns + 1) !== 0) return null
  const rows = bytes.length / (columns + 1)
  const out = new Uint8Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const kind = bytes[row * (columns + 1)]
    // None and Up are what cross-reference streams use; the others are for pictures.
    if (kind !== 0 && kind !== 2) return null
    for (let column = 0; column < columns; column++) {
      const above = kind === 2 && row > 0 ? (out[(row - 1) * columns + column] ?? 0) : 0
      out[row * columns + column] = (bytes[row * (columns + 1) + 1 + column] ?? 0) + above
    }
  }
  return out
}

/** The decoded bytes of a stream; null for other filters, broken ones, and more bytes than the limit. */
export function decodeStream(stream: PdfStream, port: DocumentPort): Uint8Array | null {
  const filter = entryOf(stream, 'Filter')
  if (filter === undefined || itemsOf(filter)?.length === 0) return stream.bytes
  if (nameOf(single(filter)) !== 'FlateDecode') return null
  const inflated = port.inflate(stream.bytes, LIMITS.pdfStreamBytes)
  const parameters = single(entryOf(stream, 'DecodeParms'))
  const predictor = countOf(entryOf(parameters, 'Predictor')) ?? 1
  if (inflated === null || predictor === 1) return inflated
  return predictor < 10 ? null : unpredict(inflated, countOf(entryOf(parameters, 'Columns')) ?? 1)
}
