/**
 * The rules of `docs/protocols.md` section 2 and of the specifications that public conformance testers check, as a
 * function from a response to what is wrong with it. Each finding begins with its source.
 */

import { parseAddress, parsePrefixMasked, type Range, range } from '@cadastre/numbers'
import { isObjectClass, objectFindings } from './conformance-objects.ts'

export type Seen = {
  readonly method: string
  /** The path asked for, after `/rdap`. */
  readonly target: string
  readonly status: number
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: string
}

export type Json = null | boolean | number | string | Json[] | { [member: string]: Json }
export type JsonObject = { [member: string]: Json }
export type Report = (rule: string, where: string, what: string) => undefined

const LOOKUP = /^\/(ip|autnum|domain|entity|nameserver)(\/|$)/
const STATUSES = new Set([200, 301, 302, 303, 307, 400, 404, 405, 422, 429, 500, 501])

/** IANA: RDAP Extensions, those in use here and by their profile. */
const EXTENSIONS = new Set([
  'rdap_level_0',
  'nro_rdap_profile_0',
  'nro_rdap_profile_asn_flat_0',
  'nro_rdap_profile_asn_hierarchical_0',
  'cidr0',
  'redacted',
  'geofeed1',
  'rirSearch1',
  'ips',
  'autnums',
  'ipSearchResults',
  'autnumSearchResults',
])

const REASONS: { readonly [status: number]: string } = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
}

export function isRecord(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What is wrong with a response, one line each; empty where nothing is. */
export function findings(seen: Seen): string[] {
  const found: string[] = []
  const report: Report = (rule, where, what) => {
    found.push(`${rule}: ${where}: ${what}`)
    return undefined
  }
  headerFindings(seen, report)
  if (seen.method === 'HEAD') {
    if (seen.body !== '') report('RFC 9110 9.3.2', 'body', 'HEAD has a body')
    return found
  }
  if (Number(seen.headers['content-length']) !== Buffer.byteLength(seen.body))
    report('RFC 9110 8.6', 'Content-Length', 'is not the length of the body')
  const body = parse(seen.body, report)
  if (body !== null) bodyFindings(seen, body, report)
  return found
}

function headerFindings({ status, headers, target }: Seen, report: Report): undefined {
  if (!STATUSES.has(status)) report('RFC 7480 5', 'status', String(status))
  if (headers['content-type'] !== 'application/rdap+json')
    report('RFC 7480 4.2, 1800s', 'Content-Type', String(headers['content-type']))
  if (headers['access-control-allow-origin'] !== '*')
    report('RFC 7480 5.6, 1800s', 'Access-Control-Allow-Origin', 'is not *')
  if (headers['access-control-allow-credentials'] !== undefined)
    report('RFC 7480 5.6, 1800s', 'Access-Control-Allow-Credentials', 'is present')
  if (status === 429 && headers['retry-after'] === undefined)
    report('RFC 7480 5.5', 'Retry-After', 'is absent')
  if (status === 405 && headers['allow'] === undefined) report('RFC 9110 15.5.6', 'Allow', 'is absent')
  if (status >= 300 && status < 400 && !URL.canParse(headers['location'] ?? ''))
    report('RFC 7480 5.2', 'Location', 'is not a complete address')
  if (headers['location']?.includes('?') && target.includes('?'))
    report('ICANN', 'Location', 'copies the query string')
}

function parse(text: string, report: Report): JsonObject | null {
  const duplicate = duplicateKey(text)
  if (duplicate !== null) report('ICANN, RFC 8259 4', 'body', `repeats the member ${duplicate}`)
  const value = JSON.parse(text) as Json
  if (isRecord(value)) return value
  report('RFC 9083 4', 'body', 'is no object')
  return null
}

/** A member name that an object of the text repeats. */
function duplicateKey(text: string): string | null {
  const open: Set<string>[] = []
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/gu)) {
    const [token] = match
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (match[1] !== undefined) {
      const names = open.at(-1)
      if (names?.has(token)) return token
      names?.add(token)
    }
  }
  return null
}

function bodyFindings(seen: Seen, body: JsonObject, report: Report): undefined {
  conformanceFindings(body, report)
  noticesFindings(body, report)
  if (seen.status >= 400) errorFindings(seen.status, body, report)
  else if (seen.status === 200 && LOOKUP.test(seen.target) && !isObjectClass(body['objectClassName']))
    report('RFC 9083 5', 'objectClassName', 'is absent')
  walk(body, '$', report)
  objectFindings(body, '$', report)
  if (seen.status === 200) boundFindings(seen.target, body, report)
}

/** APNIC, R4: what answers contains what was asked. */
function boundFindings(target: string, body: JsonObject, report: Report): undefined {
  const [, kind = '', first = '', length] = (target.split('?')[0] ?? '').split('/').map(decodeURIComponent)
  if (
    kind === 'autnum' &&
    !(Number(body['startAutnum']) <= Number(first) && Number(first) <= Number(body['endAutnum']))
  )
    report('R4, APNIC', 'startAutnum', 'the block does not contain the number')
  if (kind !== 'ip') return
  const asked = parsePrefixMasked(`${first}/${length ?? (first.includes(':') ? 128 : 32)}`)
  const given = rangeOf(body)
  if (!asked.ok || given === null) return report('R4, APNIC', '$', 'a network for what is no prefix')
  const last =
    asked.value.first + (1n << BigInt((asked.value.space === 'ip4' ? 32 : 128) - asked.value.length)) - 1n
  if (given.space !== asked.value.space || asked.value.first < given.first || last > given.last)
    report('R4, APNIC', 'startAddress', 'the network does not contain what was asked')
}

/** The range that a network states; null where it states none. */
export function rangeOf(network: JsonObject): Range | null {
  const first = parseAddress(String(network['startAddress']))
  const last = parseAddress(String(network['endAddress']))
  if (!first.ok || !last.ok) return null
  const made = range(first.value.space, first.value.value, last.value.value)
  return made.ok ? made.value : null
}

function conformanceFindings(body: JsonObject, report: Report): undefined {
  const list = body['rdapConformance']
  if (!Array.isArray(list) || list.length === 0)
    return report('RFC 9083 4.1, 100s', 'rdapConformance', 'is absent or empty')
  for (const id of list)
    if (typeof id !== 'string' || !EXTENSIONS.has(id))
      report('RFC 9083 4.1, 100s', 'rdapConformance', `not registered: ${String(id)}`)
  for (const id of ['rdap_level_0', 'nro_rdap_profile_0', 'cidr0'])
    if (!list.includes(id)) report('NRO profile', 'rdapConformance', `lacks ${id}`)
  const models = list.filter((id) => String(id).startsWith('nro_rdap_profile_asn_'))
  if (models.length !== 1)
    report('NRO profile', 'rdapConformance', 'declares not exactly one model of AS numbers')
}

function noticesFindings(body: JsonObject, report: Report): undefined {
  const notices = body['notices']
  if (!Array.isArray(notices)) return report('NRO profile', 'notices', 'are absent')
  const rels = notices.flatMap((notice) =>
    isRecord(notice) && Array.isArray(notice['links'])
      ? notice['links'].map((link) => (isRecord(link) ? link['rel'] : null))
      : [],
  )
  for (const rel of ['terms-of-service', 'inaccuracy-report'])
    if (!rels.includes(rel)) report('NRO profile', 'notices', `no link ${rel}`)
}

function errorFindings(status: number, body: JsonObject, report: Report): undefined {
  if (body['errorCode'] !== status) report('RFC 9083 6, APNIC', 'errorCode', 'is not the HTTP status')
  if (body['title'] !== REASONS[status]) report('NRO profile', 'title', 'is not the reason phrase')
  if (!isStrings(body['description'])) report('RFC 9083 6', 'description', 'is no list of strings')
}

function isStrings(value: Json | undefined): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')
}

/** Rules that hold wherever a member of the name stands. */
function walk(value: Json, where: string, report: Report): undefined {
  if (value === null) return report('RFC 9083 2.1', where, 'is null')
  if (Array.isArray(value)) {
    if (value.length === 0) report('RFC 9083 4, 200s', where, 'is an empty array')
    for (const [index, one] of value.entries()) walk(one, `${where}[${index}]`, report)
    return
  }
  if (!isRecord(value)) return
  if (where !== '$' && value['rdapConformance'] !== undefined)
    report('RFC 9083 4.1, 100s', where, 'rdapConformance is not at the top')
  for (const [name, member] of Object.entries(value)) {
    // Components of a jCard value may be empty, and its parameters are an object: RFC 7095 section 3.3.
    if (name === 'vcardArray') continue
    if (name === 'notices' || name === 'remarks') noteFindings(member, `${where}.${name}`, report)
    walk(member, `${where}.${name}`, report)
  }
}

/** RFC 9083 section 10.2.1. */
const NOTE_TYPES =
  /^(result set|object) truncated due to (authorization|excessive load|unexplainable reasons)$/

function noteFindings(notes: Json, where: string, report: Report): undefined {
  if (!Array.isArray(notes)) return report('RFC 9083 4.3', where, 'is no array')
  for (const note of notes) {
    if (!isRecord(note)) return report('RFC 9083 4.3', where, 'holds no object')
    if (!isStrings(note['description']))
      report('RFC 9083 4.3, 500s', where, 'description is no list of strings')
    const type = note['type']
    if (type !== undefined && !NOTE_TYPES.test(String(type)))
      report('RFC 9083 10.2.1, 500s', where, `type is not registered: ${String(type)}`)
  }
}
