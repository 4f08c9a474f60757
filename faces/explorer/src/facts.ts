/**
 * How a registration's members read on the page. One spelling for both sides: the server writes it from the answer,
 * the browser's verifier writes it again from the proved record and compares. Pure, and free of Node and of the DOM.
 */

import type { RegistrationView } from './types.ts'

export const FACTS = [
  'id',
  'range',
  'kind',
  'holder',
  'status',
  'country',
  'registered',
  'until',
  'protected',
  'provenance',
  'procedure',
  'since',
] as const
type Fact = (typeof FACTS)[number]
/** Null: the record does not say. */
export type Facts = { readonly [F in Fact]: string | null }

const KIND_WORDS: { readonly [kind: string]: string } = {
  pool: 'pool to allocate from',
  holding: 'holding',
  sub: 'sub-delegation',
  lease: 'lease',
  reserved: 'reserved',
  quarantined: 'in quarantine',
  'moved-out': 'moved to another registry',
}

/** `procedure` tells what has gone from what is on its way here: both are held in another registry. */
export function kindWords(kind: string, procedure: string = ''): string {
  if (kind === 'moved-out' && procedure.startsWith('move-in/')) return 'on its way here'
  return KIND_WORDS[kind] ?? kind
}

export function factsOfView(view: RegistrationView): Facts {
  return {
    id: view.id,
    range: view.range,
    kind: kindWords(view.kind, view.procedure),
    holder: view.holder?.handle ?? null,
    status: view.status,
    country: view.country,
    registered: view.registered,
    until: view.until,
    protected: view.protected ? 'yes' : null,
    provenance: view.provenance,
    procedure: view.procedure,
    since: String(view.since),
  }
}

/** The same from a record's JSON; null where it is not a registration. */
export function factsOfRecord(space: string, json: unknown): Facts | null {
  if (!isRecord(json)) return null
  const text = (name: string): string | null => {
    const value = json[name]
    return typeof value === 'string' ? value : null
  }
  const since = json['since']
  const [id, first, last, kind] = [text('id'), text('first'), text('last'), text('kind')]
  if (id === null || first === null || last === null || kind === null || typeof since !== 'number')
    return null
  return {
    id,
    range: rangeText(space, first, last),
    kind: kindWords(kind, text('procedure') ?? ''),
    holder: text('holder'),
    status: text('status'),
    country: text('country'),
    registered: text('registered'),
    until: text('until'),
    protected: json['protected'] === true ? 'yes' : null,
    provenance: text('provenance'),
    procedure: text('procedure'),
    since: String(since),
  }
}

function rangeText(space: string, first: string, last: string): string {
  if (space !== 'asn') return `${first} - ${last}`
  return first === last ? `AS${first}` : `AS${first} - AS${last}`
}

/** A block as people write it, from its record key: `ip4/10.0.0.0/25` -> `10.0.0.0/25`. */
export function blockOfKey(key: string): string {
  const [space = '', first = '', length = ''] = key.split('/')
  if (space === 'asn') {
    const size = 2n ** BigInt(32 - Number(length))
    return size === 1n ? `AS${first}` : `AS${first} - AS${BigInt(first) + size - 1n}`
  }
  const whole = (space === 'ip4' && length === '32') || (space === 'ip6' && length === '128')
  return whole ? first : `${first}/${length}`
}

/** Services as lines of text, from a cell's JSON: what the page may show at that block. */
export function serviceLines(cell: unknown): readonly string[] {
  if (!isRecord(cell)) return []
  const lines: string[] = []
  const rdns = cell['rdns']
  if (isRecord(rdns)) {
    for (const name of listOf(rdns['ns'])) if (typeof name === 'string') lines.push(nameServerLine(name))
    for (const ds of listOf(rdns['ds']))
      if (isRecord(ds)) {
        const { keyTag, algorithm, digestType, digest } = ds
        lines.push(signerLine(`${keyTag} ${algorithm} ${digestType} ${String(digest).toUpperCase()}`))
      }
  }
  for (const route of listOf(cell['routes']))
    if (isRecord(route)) lines.push(routeLine(Number(route['origin'])))
  for (const roa of listOf(cell['roas']))
    if (isRecord(roa)) lines.push(roaLine(Number(roa['asn']), Number(roa['maxLength'])))
  return lines
}

export const nameServerLine = (name: string): string => `Name server ${name}`
export const signerLine = (text: string): string => `Delegation signer ${text}`
export const routeLine = (origin: number): string => `Route originated by AS${origin}`
export const roaLine = (asn: number, maxLength: number): string =>
  `Origin authorised: AS${asn}, up to /${maxLength}`

export function isRecord(value: unknown): value is { readonly [member: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
