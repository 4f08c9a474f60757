/** Ready answers: status, headers, bytes. */

import { RDAP_TYPE } from './links.ts'
import type { Frame } from './notices.ts'
import { renderError, type Template } from './render.ts'

export type RdapAnswer = {
  readonly status: number
  /** Names and values in turn, as `writeHead` takes them. */
  readonly headers: readonly string[]
  /** To be left out in reply to HEAD. */
  readonly body: Buffer
}

/** Without a frame, because the snapshot may be what failed. */
export const FAILED: Template = {
  status: 500,
  head: Buffer.from(
    '{"rdapConformance":["rdap_level_0"],"errorCode":500,"title":"Internal Server Error","description":["This server failed to answer; the query may be right."]}',
  ),
  tail: null,
}

export function sizeOf({ head, tail }: Template): number {
  return head.length + (tail?.length ?? 0)
}

/** The answer to one query. The query is text of our own making: digits, dots, colons, a slash. */
export function fill(template: Template, query: string): RdapAnswer {
  const { status, head, tail } = template
  if (tail === null) return { status, headers: headersOf(head.length), body: head }
  const body = Buffer.allocUnsafe(head.length + query.length + tail.length)
  head.copy(body, 0)
  body.write(query, head.length, 'latin1')
  tail.copy(body, head.length + query.length)
  return { status, headers: headersOf(body.length), body }
}

function headersOf(length: number, extra: readonly string[] = []): readonly string[] {
  return [
    'Content-Type',
    RDAP_TYPE,
    'Access-Control-Allow-Origin',
    '*',
    'Content-Length',
    String(length),
    ...extra,
  ]
}

export function notAllowed(frame: Frame): RdapAnswer {
  const { status, head } = renderError(frame, 405, ['Only GET and HEAD are answered here.'])
  return { status, headers: headersOf(head.length, ['Allow', 'GET, HEAD']), body: head }
}
