/** Ready answers: status, headers, bytes. */

import { RDAP_TYPE } from './links.ts'
import type { FinishedFrame } from './notices.ts'
import { renderError, type Template } from './render.ts'

export interface RdapAnswer {
  readonly status: number
  /** Names and values in turn, as `writeHead` takes them. */
  readonly headers: readonly string[]
  /** The body: ASCII, so that its length in bytes is its length. To be left out in reply to HEAD. */
  readonly text: string
  /** The same as bytes. */
  readonly body: Buffer
}

class ReadyAnswer implements RdapAnswer {
  readonly status: number
  readonly headers: readonly string[]
  readonly text: string

  constructor(status: number, text: string, headers: readonly string[]) {
    this.status = status
    this.text = text
    this.headers = headers
  }

  get body(): Buffer {
    return Buffer.from(this.text, 'latin1')
  }
}

/** Without a frame, because the snapshot may be what failed. */
export const FAILED: Template = {
  status: 500,
  head: '{"rdapConformance":["rdap_level_0"],"errorCode":500,"title":"Internal Server Error",',
  tail: null,
  closing: '"description":["This server failed to answer; the query may be right."]}',
}

/** Bytes that a template takes, about, without what it shares. */
export function sizeOf({ head, tail }: Template): number {
  return head.length + (tail?.length ?? 0)
}

/** The answer to one query. The query is text of our own making: digits, dots, colons, a slash. */
export function fill({ status, head, tail, closing, location }: Template, query: string): RdapAnswer {
  const text = tail === null ? head + closing : head + query + tail + closing
  const headers = headersOf(text.length)
  return new ReadyAnswer(status, text, location === undefined ? headers : [...headers, 'Location', location])
}

function headersOf(length: number): readonly string[] {
  return ['Content-Type', RDAP_TYPE, 'Access-Control-Allow-Origin', '*', 'Content-Length', String(length)]
}

export function notAllowed(frame: FinishedFrame): RdapAnswer {
  const answer = fill(renderError(frame, 405, ['Only GET and HEAD are answered here.']), '')
  return new ReadyAnswer(answer.status, answer.text, [...answer.headers, 'Allow', 'GET, HEAD'])
}
