/** From the path of a request to what is asked (RFC 9082 section 3.1), without looking at any record. */

import {
  asnBlock,
  type Block,
  parseAddress,
  parseAsn,
  parsePrefixMasked,
  type Result,
  singleBlock,
} from '@cadastre/numbers'
import { parseHandle } from '@cadastre/records'
import { parseReverseName } from './reverse-name.ts'

export type Target =
  | { readonly kind: 'numbers'; readonly block: Block }
  /** `handle` null: the text can be no handle, so there is nothing to find. */
  | { readonly kind: 'entity'; readonly handle: string | null }
  /** `block` null: a name outside the reverse trees. */
  | { readonly kind: 'domain'; readonly name: string; readonly block: Block | null }
  | { readonly kind: 'help' }
  | { readonly kind: 'refused'; readonly status: 400 | 501; readonly description: string }

/** Longest path that is looked at, in UTF-16 code units; the longest sensible one is a domain name of 253. */
export const MAX_PATH = 1024
const ECHO_MAX = 80

/** RFC 9082 section 3.2, and the searches that extensions add. */
const SEARCHES = new Set(['domains', 'nameservers', 'entities', 'ips', 'autnums'])

function refused(description: string, status: 400 | 501 = 400): Target {
  return { kind: 'refused', status, description }
}

function echo(text: string): string {
  const printable = text.replaceAll(/\p{C}/gu, '\u{fffd}')
  return printable.length > ECHO_MAX ? `${printable.slice(0, ECHO_MAX)}…` : printable
}

/** What the path asks; it begins with the slash after `/rdap` and has no query string. */
export function parseTarget(path: string): Target {
  if (path.length > MAX_PATH) return refused(`A path is at most ${MAX_PATH} characters long.`)
  const [, name = '', ...encoded] = path.split('/')
  const values: string[] = []
  for (const segment of encoded) {
    const decoded = decode(segment)
    if (decoded === null) return refused('The path is not percent-encoded UTF-8 (RFC 3986 section 2.1).')
    values.push(decoded)
  }
  switch (name) {
    case 'ip':
      return ipTarget(values)
    case 'autnum':
      return autnumTarget(values)
    case 'domain':
      return domainTarget(values)
    case 'entity':
      return entityTarget(values)
    case 'help':
      return values.join('') === '' ? { kind: 'help' } : refused('Help takes nothing: /help.')
    case '':
      return refused('Ask /ip, /autnum, /domain, /entity or /help (RFC 9082 section 3.1).')
    default:
      return refused(
        SEARCHES.has(name)
          ? 'Searches are not offered here.'
          : `This kind of query is not offered here: ${echo(name)}`,
        501,
      )
  }
}

function decode(segment: string): string | null {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    if (error instanceof URIError) return null
    throw error
  }
}

function ipTarget(values: readonly string[]): Target {
  const [address = '', length] = values
  const form = 'Ask /ip/<address> or /ip/<address>/<prefix length>.'
  if (values.length > 2 || address.includes('/') || address === '' || length === '') return refused(form)
  const parsed = length === undefined ? blockOfAddress(address) : parsePrefixMasked(`${address}/${length}`)
  if (parsed.ok) return { kind: 'numbers', block: parsed.value }
  return refused(
    `Not ${length === undefined ? 'an address' : 'a prefix'}: ${echo(values.join('/'))}. ${form}`,
  )
}

function blockOfAddress(text: string): Result<Block, unknown> {
  const address = parseAddress(text)
  return address.ok ? { ok: true, value: singleBlock(address.value.space, address.value.value) } : address
}

/** AS numbers in asplain only (RFC 5396): digits, no `AS`, no dot. */
function autnumTarget(values: readonly string[]): Target {
  const [text = ''] = values
  const number = values.length === 1 && /^[0-9]+$/.test(text) ? parseAsn(text) : null
  if (number?.ok) return { kind: 'numbers', block: asnBlock(number.value) }
  return refused(
    `Not an AS number in decimal digits: ${echo(values.join('/'))}. Ask /autnum/<0 to 4294967295>.`,
  )
}

function entityTarget(values: readonly string[]): Target {
  const [text = ''] = values
  if (values.length !== 1 || text === '') return refused('Ask /entity/<handle>.')
  return { kind: 'entity', handle: parseHandle(text) }
}

/** A name of letters, digits, hyphens and underscores, or (RFC 9082 section 3.1.3) U-labels, or a RFC 2317 zone. */
function domainTarget(values: readonly string[]): Target {
  const [text = ''] = values
  const name = (text.endsWith('.') ? text.slice(0, -1) : text).toLowerCase()
  const form = 'Ask /domain/<name of a reverse zone>.'
  if (values.length !== 1 || name === '' || name.length > 253) return refused(form)
  if (!name.split('.').every(isLabel)) return refused(`Not a domain name: ${echo(text)}. ${form}`)
  return { kind: 'domain', name, block: parseReverseName(name) }
}

function isLabel(label: string): boolean {
  return label.length <= 63 && /^(?:[a-z0-9_/-]|[^\p{ASCII}\p{C}\p{Z}])+$/u.test(label)
}
