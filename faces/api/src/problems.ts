/** Problem documents (RFC 9457): a closed list of codes, each with its status and a page of its own. */

/** Code to HTTP status and title. */
export const PROBLEMS = {
  'bad-query': [400, 'A parameter of the address cannot be read.'],
  'malformed-json': [400, 'The body is not JSON.'],
  'malformed-body': [400, 'The body does not fit its schema.'],
  'not-found': [404, 'There is nothing at this address.'],
  'method-not-allowed': [405, 'This address does not answer that method.'],
  'too-large': [413, 'The submission is too large.'],
  'unsupported-media-type': [415, 'The body must be application/json.'],
  'not-canonical': [422, 'The text is not canonical JSON (RFC 8785).'],
  malformed: [422, 'The request does not fit its schema.'],
  'unknown-procedure': [422, 'No such procedure can be asked for here.'],
  'body-malformed': [422, 'The body does not fit the procedure’s schema.'],
  'evidence-malformed': [422, 'The evidence does not fit its schema.'],
  'commitment-mismatch': [422, 'An opening does not open a commitment in the request.'],
  'rate-limited': [429, 'Too many requests from this source address prefix.'],
  internal: [500, 'The server failed; nothing was decided.'],
  'no-channel': [503, 'This installation cannot send that way.'],
  closed: [503, 'The registrar does not take requests now.'],
} as const

export type ProblemName = keyof typeof PROBLEMS

/** What a problem says beyond its code. `value` and `expected` name what offends and what would be right. */
export type ProblemParts = {
  readonly detail: string
  readonly pointer?: string
  readonly value?: string
  readonly expected?: string
}

const PROBLEM_TYPE = 'application/problem+json'

/** Longest echo of a stranger's text. */
const ECHO_MAX = 120

/** The reply. `base` = the server's address, so that `type` is an absolute URI that answers. */
export function problem(
  base: string,
  code: ProblemName,
  parts: ProblemParts,
  headers: { readonly [name: string]: string } = {},
): Response {
  const [status, title] = PROBLEMS[code]
  const { detail, pointer, value, expected } = parts
  const document = {
    type: `${base}/api/problems/${code}`,
    title,
    status,
    detail,
    ...(pointer === undefined ? {} : { pointer }),
    ...(value === undefined
      ? {}
      : { value: value.length > ECHO_MAX ? `${value.slice(0, ECHO_MAX)}…` : value }),
    ...(expected === undefined ? {} : { expected }),
  }
  return new Response(`${JSON.stringify(document)}\n`, {
    status,
    headers: {
      'Content-Type': PROBLEM_TYPE,
      'Cache-Control': 'no-store',
      'Access-Control-Allow-Origin': '*',
      ...headers,
    },
  })
}
