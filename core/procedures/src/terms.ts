/** Versions of procedures and their parameters, as bodies state them. */

import { bool, hash32, integer, map, parsedText, type Schema } from '@cadastre/records'
import { MAX_PARAMETER, type Parameters } from './profiles.ts'

/** A version of a procedure, such as `transfer/1`. */
export const procedureId: Schema<string> = parsedText({
  expected: 'the id of a procedure, such as transfer/1',
  maxLength: 40,
  parse: (value) => (/^[a-z][a-z-]*\/[1-9][0-9]{0,3}$/.test(value) ? value : null),
})
const parameter: Schema<number | boolean | string> = {
  json: {
    oneOf: [{ type: 'integer', minimum: 0, maximum: MAX_PARAMETER }, { type: 'boolean' }, hash32.json],
  },
  read: (value, pointer) =>
    typeof value === 'boolean'
      ? bool.read(value, pointer)
      : typeof value === 'string'
        ? hash32.read(value, pointer)
        : integer(0, MAX_PARAMETER).read(value, pointer),
}
/** Numbers, switches and the hash of a calendar: no parameter can name anybody. */
export const parameterMap: Schema<Parameters> = map(parameter, {
  pattern: '^[a-z][A-Za-z0-9]*$',
  maxMembers: 16,
  expected: 'names and values of parameters',
})
