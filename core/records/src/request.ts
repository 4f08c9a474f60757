/** The request as signed: its schema, and the pre-authentication encoding that signatures cover. */

import type { Result } from '@cadastre/numbers'
import { base64, hash32, instant } from './fields.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { array, nullable, object, type Schema, type SchemaError, text } from './schema.ts'
import { REQUEST_PAYLOAD_TYPE, type Request } from './signing.ts'

const anyObject: Schema<JsonObject> = {
  json: { type: 'object' },
  fits: isObject,
  read: (value, pointer) =>
    isObject(value)
      ? { ok: true, value }
      : {
          ok: false,
          error: { pointer, value: JSON.stringify(value ?? null).slice(0, 80), expected: 'an object' },
        },
}

const versionOne: Schema<1> = {
  json: { const: 1 },
  fits: (value) => value === 1,
  read: (value, pointer) =>
    value === 1
      ? { ok: true, value: 1 }
      : { ok: false, error: { pointer, value: JSON.stringify(value ?? null).slice(0, 80), expected: '1' } },
}

/** The envelope of every request; the body's schema is the procedure's. */
export const requestSchema: Schema<Request> = object({
  v: versionOne,
  origin: text({ expected: 'the log origin of the registry', maxLength: 255, pattern: '^[\\x21-\\x7e]+$' }),
  procedure: text({
    expected: 'a procedure id, such as transfer/1',
    maxLength: 40,
    pattern: '^[a-z-]+/[1-9][0-9]{0,3}$',
  }),
  body: anyObject,
  replaces: array(
    object({
      member: text({
        expected: '<record key>#<member>',
        maxLength: 200,
        pattern: '^[\\x21-\\x7e]+#[\\x21-\\x7e]+$',
      }),
      hash: nullable(hash32),
    }),
    64,
  ),
  expires: instant,
  nonce: base64,
})

export function readRequest(value: Json): Result<Request, SchemaError> {
  return requestSchema.read(value, '')
}

/**
 * DSSE v1 pre-authentication encoding of a request, as text: `DSSEv1 <len type> <type> <len body> <body>`, lengths
 * in UTF-8 bytes. What is signed is its UTF-8 encoding. `byteLength` = bytes of the canonical text.
 */
export function preAuthenticationEncoding(canonicalText: string, byteLength: number): string {
  return `DSSEv1 ${REQUEST_PAYLOAD_TYPE.length} ${REQUEST_PAYLOAD_TYPE} ${byteLength} ${canonicalText}`
}
