/**
 * Messages in the wording of RIPE's server (QueryMessages.java of RIPE-NCC/whois), which clients look for: a line
 * `%ERROR:<number>: <title>`, an empty comment, an explanation. Numbers outside its list are not made up.
 */

export type Message = { readonly code: number; readonly text: string }

function error(code: number, title: string, ...lines: readonly string[]): Message {
  const rest = lines.map((line) => (line === '' ? '%\n' : `% ${line}\n`)).join('')
  return { code, text: `%ERROR:${code}: ${title}\n${rest === '' ? '' : `%\n${rest}`}` }
}

export const internalError: Message = error(100, 'internal software error')

export function noEntries(source: string): Message {
  return error(101, 'no entries found', `No entries found in source ${source}.`)
}

export function unknownSource(name: string): Message {
  return error(
    102,
    'unknown source',
    `"${name}" is not a known source.`,
    'Use "-q sources" to list known sources.',
  )
}

export function unknownType(name: string): Message {
  return error(103, `unknown object type '${name}'`)
}

export function unknownAttribute(name: string): Message {
  return error(104, 'unknown attribute', `"${name}" is not a known attribute.`)
}

export function notSearchable(name: string): Message {
  return error(105, 'attribute is not searchable', `"${name}" is not an inverse searchable attribute.`)
}

export const noSearchKey: Message = error(106, 'no search key specified', 'No search key specified')

export const inputTooLong: Message = error(
  107,
  'input line too long',
  'Input exceeds the maximum line length.',
)

export const badCharacter: Message = error(
  108,
  'bad character in input',
  'An invalid character was passed in the query: queries are printable UTF-8 text.',
)

export function invalidCombination(one: string, other: string): Message {
  return error(
    109,
    'invalid combination of flags passed',
    `The flags "${one}" and "${other}" cannot be used together.`,
  )
}

export function multipleFlags(flag: string): Message {
  return error(110, 'multiple use of flag', `The flag "${flag}" cannot be used multiple times.`)
}

/** RIPE puts the reason before the error. */
export function invalidOption(reason: string | null): Message {
  const { code, text } = error(111, 'invalid option supplied', 'Use help query to see the valid options.')
  return { code, text: reason === null ? text : `% ${reason}\n%\n${text}` }
}

export function tooLarge(downloads: string): Message {
  return error(
    112,
    'unsupported query',
    "'-mM' query options are not allowed on very large ranges/prefixes.",
    'All of this data is in the public log:',
    downloads,
  )
}

export function incomplete(objects: number, downloads: string): Message {
  return error(
    112,
    'unsupported query',
    `The answer above is INCOMPLETE: it ends after ${objects} objects.`,
    'Ask for smaller prefixes. All of this data is in the public log:',
    downloads,
  )
}

/** The answer took so long to read that its log position is no longer at hand. */
export const positionGone: Message = error(
  112,
  'unsupported query',
  'The answer above is INCOMPLETE: the log has moved on too far while it was read.',
  'Ask for smaller prefixes, or read faster.',
)

export function unsupported(reason: string): Message {
  return error(114, 'unsupported query', reason)
}

export const invalidSearchKey: Message = error(
  115,
  'invalid search key',
  'Search key entered is not valid for the specified object type(s)',
)

export const tooManyArguments: Message = error(
  118,
  'too many arguments supplied',
  'Too many arguments supplied.',
)

export function accessDenied(prefix: string, limits: string, waitSeconds: number): Message {
  return error(
    201,
    `access denied for ${prefix}`,
    'Queries from this network have passed the limit, which is the same for everyone:',
    limits,
    `It recovers by itself: ask again in ${waitSeconds} s.`,
  )
}

export const idle: Message = error(
  305,
  'connection has been closed',
  'The connection has been closed after a period of inactivity.',
)

export function connectionsExceeded(limits: string): Message {
  return error(
    306,
    'connections exceeded',
    'Number of connections has exceeded the maximum number allowed, which is the same for everyone:',
    limits,
  )
}

export const duplicateIpFlags: Message = error(
  901,
  'duplicate IP flags passed',
  'More than one IP flag (-l, -L, -m, -M or -x) passed to the server.',
)

/** A warning: the query is answered all the same. */
export const USELESS_IP_FLAG =
  '%WARNING:902: useless IP flag passed\n%\n% An IP flag (-l, -L, -m, -M, -x, -d or -b) used without an IP key.\n'
