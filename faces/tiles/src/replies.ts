/** How this room answers: plain text or bytes, readable from any page, with a length that HEAD shows too. */

export const READ_METHODS = 'GET, HEAD, OPTIONS'
export const NO_STORE = 'no-store'
/** For what never changes under its address (C2SP tlog-tiles: tiles are immutable). */
export const IMMUTABLE = 'public, max-age=31536000, immutable'
/** For what follows the newest checkpoint: a batch takes up to 200 ms, so a second is as fresh as it gets. */
export const FRESH = 'public, max-age=1'

const TEXT = 'text/plain; charset=utf-8'

/** A plain text; its `Content-Length` is set so that HEAD answers it too (RFC 9110 section 8.6). */
export function plain(status: number, text: string, headers: { readonly [name: string]: string }): Response {
  return new Response(text, {
    status,
    headers: {
      'Content-Type': TEXT,
      'Content-Length': String(Buffer.byteLength(text)),
      'Access-Control-Allow-Origin': '*',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    },
  })
}

/** Longest echo of a stranger's text. */
const ECHO_MAX = 80

/** 400, naming the offending value and what would be right. Control characters of the value are not echoed. */
export function badInput(what: string, value: string, expected: string): Response {
  const printable = value.replaceAll(/\p{C}/gu, '\u{fffd}')
  const echo = printable.length > ECHO_MAX ? `${printable.slice(0, ECHO_MAX)}…` : printable
  return plain(400, `Bad ${what}: ${echo}\nExpected: ${expected}\n`, { 'Cache-Control': NO_STORE })
}
