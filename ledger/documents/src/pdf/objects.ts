/** Indirect objects and streams (ISO 32000-2 sections 7.3.8 and 7.3.10). */

import type { PdfReader } from './reader.ts'
import type { PdfValue } from './values.ts'

/** `number generation obj … endobj` here, the number and generation as given (any where null). */
export function readObject(
  reader: PdfReader,
  bytes: Uint8Array,
  number: number | null,
  generation: number | null,
  lengthOf: (length: PdfValue | undefined) => number | null,
): PdfValue | null {
  const [ownNumber, ownGeneration] = [reader.count(), reader.count()]
  if (ownNumber === null || ownGeneration === null || !reader.keyword('obj')) return null
  if ((number ?? ownNumber) !== ownNumber || (generation ?? ownGeneration) !== ownGeneration) return null
  const value = reader.value()
  if (value === null || reader.keyword('endobj')) return value
  if (value.kind !== 'dictionary' || !reader.startStream()) return null
  const length = lengthOf(value.entries.get('Length'))
  const from = reader.position
  if (length === null || from + length > bytes.length) return null
  reader.position = from + length
  if (!reader.keyword('endstream') || !reader.keyword('endobj')) return null
  return { kind: 'stream', dictionary: value, bytes: bytes.subarray(from, from + length) }
}
