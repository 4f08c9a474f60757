/** The addresses that are fetched, and what is known of each: kept between runs, so that nothing is asked twice. */

import { isArray, isObject, type Json, type JsonObject } from '@cadastre/records'
import { WatchError } from './open.ts'

export type Address = {
  readonly url: string
  /** Seconds between two looks. */
  readonly everySeconds: number
}

export type AddressState = {
  readonly url: string
  /** For conditional requests (RFC 9110 section 13): of the last answer that was taken in. */
  readonly etag: string | null
  readonly lastModified: string | null
  /** Whether a checksum file stands beside it; null before it was looked for. */
  readonly hasChecksum: boolean | null
  /** POSIX seconds of the last look, and of the next. */
  readonly checkedAt: number
  readonly nextAt: number
  /** Looks that failed since the last that did not. */
  readonly failures: number
  /** What the last look brought: `new`, `same`, or what went wrong. */
  readonly last: string
}

const DEFAULT_EVERY_SECONDS = 6 * 3600
const LEAST_EVERY_SECONDS = 300
const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86400 }

/**
 * Reads the list of addresses: one a line, and after it, on wish, how often (`6h`, `30m`, `1d`); `#` begins a comment.
 * Throws a {@link WatchError} that names the line.
 */
export function readAddresses(text: string): readonly Address[] {
  const found: Address[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const [url, every, ...rest] = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/)
    if (url === undefined || url === '') continue
    const span = every === undefined ? null : /^([0-9]{1,4})([mhd])$/.exec(every)
    if (
      !URL.canParse(url) ||
      !/^https?:/.test(url) ||
      rest.length > 0 ||
      (every !== undefined && span === null)
    )
      throw new WatchError(`addresses, line ${index + 1}: expected "https://… [6h]", found "${line.trim()}".`)
    const seconds = span === null ? DEFAULT_EVERY_SECONDS : Number(span[1]) * (UNITS[span[2] ?? ''] ?? 0)
    found.push({ url, everySeconds: Math.max(seconds, LEAST_EVERY_SECONDS) })
  }
  return found
}

function readState(json: Json): AddressState | null {
  if (!isObject(json) || typeof json['url'] !== 'string') return null
  const text = (name: string): string | null => (typeof json[name] === 'string' ? json[name] : null)
  const number = (name: string): number => (typeof json[name] === 'number' ? json[name] : 0)
  const { hasChecksum } = json
  return {
    url: json['url'],
    etag: text('etag'),
    lastModified: text('lastModified'),
    hasChecksum: typeof hasChecksum === 'boolean' ? hasChecksum : null,
    checkedAt: number('checkedAt'),
    nextAt: number('nextAt'),
    failures: number('failures'),
    last: text('last') ?? '',
  }
}

/** What was known at the end of the last run; nothing where the file is missing or spoiled: all is asked anew. */
export function readStates(text: string | null): Map<string, AddressState> {
  const states = new Map<string, AddressState>()
  if (text === null) return states
  let json: Json
  try {
    json = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return states
    throw error
  }
  for (const each of isArray(json) ? json : []) {
    const state = readState(each)
    if (state !== null) states.set(state.url, state)
  }
  return states
}

export function formatStates(states: ReadonlyMap<string, AddressState>): string {
  const list: JsonObject[] = Array.from(states.values(), (state) => ({ ...state }))
  return `${JSON.stringify(list, null, 2)}\n`
}

export function newState(url: string): AddressState {
  return {
    url,
    etag: null,
    lastModified: null,
    hasChecksum: null,
    checkedAt: 0,
    nextAt: 0,
    failures: 0,
    last: '',
  }
}
