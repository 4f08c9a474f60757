/**
 * Arrays in PostgreSQL's binary format (src/backend/utils/adt/arrayfuncs.c, array_recv), for `unnest`: one parameter
 * carries a whole column of a batch, without the escaping and hexadecimal of the text format.
 */

/** Object identifiers of element types, as in pg_type.dat. */
const BYTEA = 17
const INT8 = 20
const TEXT = 25

/** Bytes of the header: dimensions, whether there are nulls, element type, length, lower bound. */
const HEADER_BYTES = 20
const NULL_LENGTH = -1

function binaryArray(elementType: number, values: readonly (Uint8Array | null)[]): Buffer {
  let length = HEADER_BYTES
  for (const value of values) length += 4 + (value?.length ?? 0)
  const bytes = Buffer.allocUnsafe(length)
  let offset = bytes.writeInt32BE(1, 0)
  offset = bytes.writeInt32BE(values.includes(null) ? 1 : 0, offset)
  offset = bytes.writeInt32BE(elementType, offset)
  offset = bytes.writeInt32BE(values.length, offset)
  offset = bytes.writeInt32BE(1, offset)
  for (const value of values) {
    offset = bytes.writeInt32BE(value?.length ?? NULL_LENGTH, offset)
    if (value === null) continue
    bytes.set(value, offset)
    offset += value.length
  }
  return bytes
}

/** A parameter of type bytea[]. */
export function byteaArray(values: readonly Uint8Array[]): Buffer {
  return binaryArray(BYTEA, values)
}

/** A parameter of type text[]. */
export function textArray(values: readonly (string | null)[]): Buffer {
  return binaryArray(
    TEXT,
    values.map((value) => (value === null ? null : Buffer.from(value))),
  )
}

/** A parameter of type int8[]. */
export function int8Array(values: readonly number[]): Buffer {
  return binaryArray(
    INT8,
    values.map((value) => {
      const bytes = Buffer.allocUnsafe(8)
      bytes.writeBigInt64BE(BigInt(value))
      return bytes
    }),
  )
}
