/**
 * What a refusal says would be right. A schema that reads what strangers send states it in words; where one has none,
 * one map makes a sentence of what its check looked for, so that nobody reads the words of a library.
 */

import { z } from '@hono/zod-openapi'

/** A whole number in an address, both bounds included. */
export function wholeNumber(minimum: number, maximum: number): z.ZodCoercedNumber {
  const error = `a whole number from ${minimum} to ${maximum}`
  return z.coerce.number({ error }).int({ error }).min(minimum, { error }).max(maximum, { error })
}

/** A text of a length, in UTF-16 code units; `error` is what is expected. */
export function textOf(minimum: number, maximum: number, error: string): z.ZodString {
  const text = z.string({ error }).max(maximum, { error })
  return minimum === 0 ? text : text.min(minimum, { error })
}

/** A text of a pattern; `error` is what is expected. */
export function patternOf(pattern: RegExp, error: string): z.ZodString {
  return z.string({ error }).regex(pattern, { error })
}

const TYPES: { readonly [type: string]: string } = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}
const UNITS: { readonly [origin: string]: string } = {
  string: ' characters',
  array: ' items',
}

/** The map: what was expected, from what a check says of itself. */
function expectedBy(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? 'another type of value'
    case 'too_small':
      return `at least ${issue.minimum}${UNITS[issue.origin] ?? ''}`
    case 'too_big':
      return `at most ${issue.maximum}${UNITS[issue.origin] ?? ''}`
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`
    case 'unrecognized_keys':
      return 'no member of this name'
    default:
      return 'what /api/openapi.json says'
  }
}

// Words of a schema go before these. Zod keeps one such map a process, and only this room uses Zod.
z.config({ customError: expectedBy })

/** RFC 6901: the whole document is "", and `~` and `/` in names are escaped. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The member or parameter that offends; an unknown member is named itself, not the object around it. */
export function pathOf(issue: z.core.$ZodIssue | undefined): readonly PropertyKey[] {
  if (issue === undefined) return []
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  return [...issue.path, ...unknown]
}
