/** What a search key is: addresses, AS numbers, a route, a reverse name, a handle, or words. */

import {
  type Asn,
  type Block,
  blockRange,
  parseAsn,
  parsePrefixMasked,
  parseRange,
  type Range,
  rangeToBlock,
} from '@cadastre/numbers'
import { parseHandle } from '@cadastre/records'
import type { ObjectClass } from './object-classes.ts'
import { parseZoneName } from './reverse-zones.ts'

export type SearchKey =
  | {
      readonly kind: 'ip'
      readonly range: Range
      /** The range as one prefix; null where it is none. */
      readonly block: Block | null
      /** Whether bits after the prefix length were set, and left out. */
      readonly masked: boolean
    }
  | { readonly kind: 'asn'; readonly asn: Asn }
  | { readonly kind: 'as-block'; readonly range: Range }
  | { readonly kind: 'route'; readonly block: Block; readonly origin: Asn }
  | { readonly kind: 'domain'; readonly name: string; readonly block: Block }
  | { readonly kind: 'handle'; readonly handle: string }
  | { readonly kind: 'text'; readonly text: string }
  /** It looks like numbers, but like none that exist. */
  | { readonly kind: 'invalid' }

/** `203.0.113.0/24AS64500`: the primary key of a route. */
const ROUTE = /^([0-9a-f.:]+\/\d{1,3})(as\d{1,10})$/i
/** `10/8`, `192.0.2/24`: the missing octets are zero, as IRR clients write them. */
const SHORT_PREFIX = /^(\d{1,3}(?:\.\d{1,3}){0,2})(\/\d{1,2})$/
const ARPA = /\.arpa\.?$/i

/** Classify a key. Never fails: what is nothing else is words. */
export function parseSearchKey(text: string): SearchKey {
  if (text.includes('/')) {
    const prefix = parsePrefixKey(text)
    if (prefix !== null) return prefix
  }
  if (ARPA.test(text)) {
    const block = parseZoneName(text)
    if (block !== null) return { kind: 'domain', name: text.toLowerCase().replace(/\.$/, ''), block }
  }
  const range = parseRange(text)
  if (range.ok) return rangeKey(text, range.value)
  if (range.error.code === 'reversed-range' || range.error.code === 'mixed-spaces') return { kind: 'invalid' }
  const handle = parseHandle(text)
  return handle === null ? { kind: 'text', text } : { kind: 'handle', handle }
}

function parsePrefixKey(text: string): SearchKey | null {
  const route = ROUTE.exec(text)
  if (route !== null) {
    const block = parsePrefixMasked(route[1] ?? '')
    const origin = parseAsn(route[2] ?? '')
    if (block.ok && origin.ok) return { kind: 'route', block: block.value, origin: origin.value }
  }
  const short = SHORT_PREFIX.exec(text)
  const full =
    short === null
      ? text
      : `${[...(short[1] ?? '').split('.'), '0', '0', '0'].slice(0, 4).join('.')}${short[2]}`
  const prefix = parsePrefixMasked(full)
  if (!prefix.ok) return null
  const masked = !parseRange(full).ok
  return { kind: 'ip', range: blockRange(prefix.value), block: prefix.value, masked }
}

function rangeKey(text: string, range: Range): SearchKey {
  if (range.space !== 'asn') return { kind: 'ip', range, block: rangeToBlock(range), masked: false }
  const single = text.includes('-') ? null : parseAsn(text)
  return single?.ok ? { kind: 'asn', asn: single.value } : { kind: 'as-block', range }
}

const CLASSES: { readonly [K in SearchKey['kind']]: readonly ObjectClass[] } = {
  ip: ['inetnum', 'inet6num', 'route', 'route6', 'domain'],
  asn: ['aut-num', 'as-block'],
  'as-block': ['as-block', 'aut-num'],
  route: ['route', 'route6'],
  domain: ['domain'],
  handle: ['organisation', 'inetnum', 'inet6num', 'as-block', 'aut-num', 'role', 'person'],
  text: ['organisation', 'person', 'role'],
  invalid: [],
}

/** Whether a key of this kind can be the key of an object of this class that the registry has. */
export function canFind(kind: SearchKey['kind'], type: ObjectClass): boolean {
  return CLASSES[kind].includes(type)
}
