/**
 * IANA's own registries: the address spaces, special-purpose addresses and AS numbers as XML, and the RDAP bootstrap
 * files as JSON. What they say of numbers is written as rows in the form of IANA's delegated file
 * (`iana|ZZ|ipv4|41.0.0.0|16777216|20050401|afrinic`), so that one reader reads all.
 */

import {
  formatAddress,
  parseAddress,
  parsePrefix,
  type Range,
  type Result,
  range,
  rangeSize,
  rangeToBlock,
} from '@cadastre/numbers'
import type { CalendarDate } from '@cadastre/records'
import { isArray, isObject, type Json, parseDate } from '@cadastre/records'
import type { FileIdentity } from './delegated-file.ts'
import { type Notes, type Refusal, refusal } from './notes.ts'
import type { RowList } from './row-list.ts'

const XML_REGISTRIES: Readonly<Record<string, string>> = {
  'ipv4-address-space': 'iana/ipv4-address-space',
  'ipv6-unicast-address-assignments': 'iana/ipv6-unicast',
  'ipv6-address-space': 'iana/ipv6-address-space',
  'as-numbers': 'iana/as-numbers',
  'iana-ipv4-special-registry': 'iana/ipv4-special',
  'iana-ipv6-special-registry': 'iana/ipv6-special',
}

/** The text of the first `<name>` in a piece of XML, its entities undone; IANA's files use no others. */
function element(xml: string, name: string): string | null {
  const match = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)`).exec(xml)
  if (match === null) return null
  return (match[1] ?? '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** `041/8` of the IPv4 registry is 41.0.0.0/8. */
function ianaRange(text: string, space: 'numbers' | 'addresses'): Range | null {
  if (space === 'numbers') {
    const match = /^([0-9]{1,10})(?:-([0-9]{1,10}))?$/.exec(text)
    if (match === null) return null
    const first = BigInt(match[1] ?? '')
    const found = range('asn', first, match[2] === undefined ? first : BigInt(match[2]))
    return found.ok ? found.value : null
  }
  const short = /^([0-9]{1,3})\/8$/.exec(text)
  const prefix = parsePrefix(short === null ? text : `${Number(short[1])}.0.0.0/8`)
  if (!prefix.ok) return null
  const { first, length, space: family } = prefix.value
  const last = first + (1n << BigInt((family === 'ip4' ? 32 : 128) - length)) - 1n
  const found = range(family, first, last)
  return found.ok ? found.value : null
}

/** Who has it, in the words of IANA's delegated file: a registry, `ietf` (reserved) or `iana` (not allocated). */
function holderOf(record: string): string {
  const whois = /whois\.([a-z]+)\./.exec(element(record, 'whois') ?? '')?.[1] ?? ''
  if (whois === 'ripe') return 'ripencc'
  if (['afrinic', 'apnic', 'arin', 'lacnic'].includes(whois)) return whois
  const says = `${element(record, 'status') ?? ''} ${element(record, 'designation') ?? ''} ${element(record, 'description') ?? ''}`
  if (/unallocated/i.test(says)) return 'iana'
  if (/reserved|special|private|documentation|multicast|future|loopback|local/i.test(says)) return 'ietf'
  return 'other'
}

/** `2005-04` as `20050401`; nothing where there is none. */
function compactDate(text: string | null): string {
  const match = /^([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?$/.exec(text ?? '')
  return match === null ? '' : `${match[1]}${match[2]}${match[3] ?? '01'}`
}

/** A row of IANA's delegated form. Null for a range of IPv6 that is no prefix: no file has one. */
function ianaRow(of: Range, date: string, holder: string): string | null {
  const start = formatAddress(of.space, of.first)
  if (of.space !== 'ip6')
    return `iana|ZZ|${of.space === 'ip4' ? 'ipv4' : 'asn'}|${start}|${rangeSize(of)}|${date}|${holder}`
  const block = rangeToBlock(of)
  return block === null ? null : `iana|ZZ|ipv6|${start}|${block.length}|${date}|${holder}`
}

function identity(source: string, day: CalendarDate, header: string): FileIdentity {
  return { source, kind: 'iana', registry: 'iana', day, header, headerRows: null }
}

/** Reads one of IANA's XML registries that hold numbers. */
export function readIanaXml(text: string, notes: Notes): Result<RowList, Refusal> {
  const id = /<registry[^>]*\sid="([^"]{1,80})"/.exec(text)?.[1] ?? ''
  const source = XML_REGISTRIES[id]
  if (source === undefined) return refusal('unknown-format', `No registry of numbers: "${id}".`)
  if (!/<\/registry>\s*$/.test(text)) return refusal('truncated', 'The XML does not end with </registry>.')
  const day = parseDate(element(text, 'updated') ?? '')
  if (day === null) return refusal('day-unknown', 'The registry does not say when it was updated.')
  const rows: string[] = []
  for (const match of text.matchAll(/<record(?:\s[^>]*)?>[\s\S]*?<\/record>/g)) {
    const [record] = match
    const date = compactDate(
      element(record, 'date') ?? /<record[^>]*\sdate="([^"]*)"/.exec(record)?.[1] ?? null,
    )
    const number = element(record, 'number')
    const names = number === null ? (element(record, 'prefix') ?? element(record, 'address') ?? '') : number
    for (const name of names.split(/\s*,\s*/)) {
      const found = ianaRange(name, number === null ? 'addresses' : 'numbers')
      const row = found === null ? null : ianaRow(found, date, holderOf(record))
      if (row === null) notes.add('row-unreadable', () => `no numbers: ${name}`)
      else rows.push(row)
    }
  }
  return rows.length === 0
    ? refusal('empty', 'The registry has no records.')
    : { ok: true, value: { identity: identity(source, day, `${id} ${day}`), rows } }
}

const BOOTSTRAPS: Readonly<Record<string, string>> = { ip4: 'ipv4', ip6: 'ipv6', asn: 'asn' }

function bootstrapRange(text: string): Range | null {
  return ianaRange(text, /^[0-9-]+$/.test(text) ? 'numbers' : 'addresses')
}

/** Reads an RDAP bootstrap file of numbers (RFC 9224): the host that answers stands for the holder. */
export function readBootstrap(json: Json, notes: Notes): Result<RowList, Refusal> | null {
  if (!isObject(json) || !isArray(json['services'])) return null
  const published = json['publication']
  const day = parseDate(typeof published === 'string' ? published.slice(0, 10) : '')
  if (day === null) return refusal('day-unknown', 'The bootstrap file does not say when it was published.')
  const rows: string[] = []
  let space = ''
  for (const service of json['services']) {
    const [entries, urls] = isArray(service) ? service : []
    const [url] = isArray(urls) ? urls.filter((each) => typeof each === 'string') : []
    const host = url !== undefined && URL.canParse(url) ? new URL(url).hostname : 'other'
    for (const entry of isArray(entries) ? entries : []) {
      const found = typeof entry === 'string' ? bootstrapRange(entry) : null
      const row = found === null ? null : ianaRow(found, '', host)
      if (row === null || found === null)
        notes.add('row-unreadable', () => `no numbers: ${JSON.stringify(entry)}`)
      else {
        space = found.space
        rows.push(row)
      }
    }
  }
  const name = BOOTSTRAPS[space]
  if (name === undefined) return refusal('unknown-format', 'The bootstrap file names no numbers.')
  const source = `iana/rdap-bootstrap-${name}`
  return { ok: true, value: { identity: identity(source, day, String(published)), rows } }
}

/** An address of a transfer log; octets with leading zeros (`054.224.000.000`) are ARIN's spelling. */
export function lenientAddress(text: string): ReturnType<typeof parseAddress> {
  const bare = /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(text)
    ? text.split('.').map(Number).join('.')
    : text.toLowerCase()
  return parseAddress(bare)
}
