/** A query line read: what is asked, of which objects, and how they are to be shown. Pure. */

import { flagName, type ParsedFlags, parseFlags } from './flags.ts'
import {
  duplicateIpFlags,
  invalidCombination,
  invalidOption,
  invalidSearchKey,
  type Message,
  noSearchKey,
  notSearchable,
  unknownAttribute,
  unknownSource,
  unknownType,
  unsupported,
} from './messages.ts'
import { type ObjectClass, objectClass } from './object-classes.ts'
import type { Style } from './rpsl.ts'
import { canFind, parseSearchKey, type SearchKey } from './search-key.ts'

/** Which objects around the addresses asked for: RIPE's `-x -l -L -m -M`. */
export type Match = 'default' | 'exact' | 'one-less' | 'all-less' | 'one-more' | 'all-more'

export type Ask =
  | { readonly kind: 'key'; readonly key: SearchKey; readonly match: Match }
  | { readonly kind: 'inverse'; readonly attributes: readonly InverseKey[]; readonly value: string }
  | { readonly kind: 'list'; readonly what: 'sources' | 'version' | 'types' }
  | { readonly kind: 'template'; readonly type: ObjectClass; readonly verbose: boolean }
  | { readonly kind: 'help' }
  /** `-k` alone. */
  | { readonly kind: 'nothing' }

export type Query = {
  readonly ask: Ask
  /** The key as the client wrote it. */
  readonly text: string
  /** Classes wanted; null = all. */
  readonly types: ReadonlySet<ObjectClass> | null
  readonly style: Style
  /** Whether objects that others refer to are wanted too: the holder, and with `contacts` its contacts. */
  readonly related: boolean
  /** `-B`. */
  readonly contacts: boolean
  /** Whether `% Information related to` stands before each object. */
  readonly grouping: boolean
  /** `-d`. */
  readonly domains: boolean
  /** `-b`. */
  readonly abuse: boolean
  /** An address flag that has no meaning for this key. */
  readonly uselessFlag: boolean
}

export type ParsedLine = {
  /** Whether the line asks to keep the connection (`-k`); true in faulty lines too. */
  readonly persistent: boolean
  readonly query:
    | { readonly ok: true; readonly value: Query }
    | { readonly ok: false; readonly error: Message }
}

const MATCHES: readonly Match[] = ['exact', 'one-less', 'all-less', 'one-more', 'all-more']

const SEARCHABLE = ['origin', 'org'] as const
/** Attributes by which this registry can be searched. */
type InverseKey = (typeof SEARCHABLE)[number]

/** Attributes by which RIPE's database can be searched: those that no object here has find nothing. */
const RIPE_SEARCHABLE = new Set(
  (
    'abuse-c abuse-mailbox admin-c auth author ds-rdata fingerpr form ifaddr irt-nfy local-as mbrs-by-ref member-of ' +
    'mnt-by mnt-domains mnt-irt mnt-lower mnt-nfy mnt-ref mnt-routes notify nserver org origin person ping-hdl ref-nfy ' +
    'sponsoring-org tech-c upd-to zone-c'
  ).split(' '),
)
const OTHER_ATTRIBUTES = new Set(
  (
    'as-block as-name aut-num country created descr domain inet6num inetnum last-modified netname org-name org-type ' +
    'organisation remarks role route route6 source status'
  ).split(' '),
)

/** Pairs that RIPE refuses together. */
const CONFLICTS: readonly (readonly [string, readonly string[]])[] = [
  ['abuse-contact', ['brief', 'no-filtering', 'no-referenced', 'primary-keys']],
  ['show-tag-info', ['no-tag-info']],
  ['resource', ['sources', 'all-sources', 'inverse']],
  ['valid-syntax', ['no-valid-syntax']],
]

/** Read a line, without its line end. `source` is the registry's own source name. */
export function parseLine(line: string, source: string): ParsedLine {
  const flags = parseFlags(line.trim())
  const persistent = flags.given.has('persistent-connection')
  const error = flags.error ?? flagError(flags, source)
  if (error !== null) return { persistent, query: { ok: false, error } }
  const ask = askOf(flags)
  if (!('kind' in ask)) return { persistent, query: { ok: false, error: ask } }
  const types = typesOf(flags)
  if (ask.kind === 'key' && types !== null && ![...types].some((type) => canFind(ask.key.kind, type))) {
    // RIPE: a type that no key of this form can belong to. Types that we never have find nothing.
    if (ask.key.kind !== 'handle' && ask.key.kind !== 'text')
      return { persistent, query: { ok: false, error: invalidSearchKey } }
  }
  return { persistent, query: { ok: true, value: queryOf(flags, ask, types) } }
}

function queryOf({ given, key }: ParsedFlags, ask: Ask, types: ReadonlySet<ObjectClass> | null): Query {
  const style: Style = given.has('primary-keys') ? 'keys' : given.has('brief') ? 'brief' : 'full'
  const ip = ask.kind === 'key' && ask.key.kind === 'ip'
  const ipFlags = [...MATCHES, 'reverse-domain'].some((flag) => given.has(flag))
  return {
    ask,
    text: key,
    types,
    style,
    related: !given.has('no-referenced') && style !== 'keys',
    contacts: given.has('no-filtering') && !given.has('no-personal'),
    grouping: !given.has('no-grouping'),
    domains: given.has('reverse-domain') || (types?.has('domain') ?? false),
    abuse: given.has('abuse-contact'),
    uselessFlag: ask.kind === 'key' && !ip && ipFlags,
  }
}

function typesOf({ given }: ParsedFlags): ReadonlySet<ObjectClass> | null {
  const names = given.get('select-types')
  if (names === undefined) return null
  return new Set(names.map(objectClass).filter((type) => type !== null))
}

function flagError({ given }: ParsedFlags, source: string): Message | null {
  for (const [flag, others] of CONFLICTS) {
    const other = given.has(flag) ? others.find((one) => given.has(one)) : undefined
    if (other !== undefined) return invalidCombination(flagName(flag), flagName(other))
  }
  if (MATCHES.filter((one) => given.has(one)).length > 1) return duplicateIpFlags
  const type = given.get('select-types')?.find((name) => objectClass(name) === null)
  if (type !== undefined) return unknownType(type)
  const other = given.get('sources')?.find((name) => name.toLowerCase() !== source.toLowerCase())
  if (other !== undefined) return unknownSource(other)
  return null
}

function askOf({ given, key }: ParsedFlags): Ask | Message {
  const listed = listAsked(given)
  if (listed !== null) return listed
  const template = given.get('template') ?? given.get('verbose')
  if (template !== undefined) return templateAsked(template[0] ?? '', given.has('verbose'))
  for (const flag of ['list-versions', 'diff-versions', 'show-version'])
    if (given.has(flag)) return unsupported(`"--${flag}" is not offered: the public log holds each version.`)
  const inverse = given.get('inverse')
  if (inverse !== undefined) return inverseAsked(inverse, key)
  if (key === '') return given.has('persistent-connection') ? { kind: 'nothing' } : noSearchKey
  if (key.toLowerCase() === 'help' || key === '?') return { kind: 'help' }
  if (key.startsWith('!')) return unsupported('IRRd-style "!" queries are not offered yet.')
  const searchKey = parseSearchKey(key)
  if (searchKey.kind === 'invalid') return invalidSearchKey
  return { kind: 'key', key: searchKey, match: MATCHES.find((one) => given.has(one)) ?? 'default' }
}

function listAsked(given: ParsedFlags['given']): Ask | Message | null {
  if (given.has('list-sources')) return { kind: 'list', what: 'sources' }
  if (given.has('version')) return { kind: 'list', what: 'version' }
  if (given.has('types')) return { kind: 'list', what: 'types' }
  const list = given.get('list')
  if (list === undefined) return null
  const what = list[0]?.toLowerCase()
  if (what === 'sources' || what === 'version' || what === 'types') return { kind: 'list', what }
  return invalidOption(`Invalid option: -q ${list[0] ?? ''}`)
}

function templateAsked(name: string, verbose: boolean): Ask | Message {
  const type = objectClass(name)
  return type === null ? unknownType(name) : { kind: 'template', type, verbose }
}

function inverseAsked(names: readonly string[], value: string): Ask | Message {
  const attributes: InverseKey[] = []
  for (const name of names.map((one) => one.toLowerCase())) {
    const searchable = SEARCHABLE.find((one) => one === name)
    if (searchable !== undefined) attributes.push(searchable)
    else if (OTHER_ATTRIBUTES.has(name)) return notSearchable(name)
    else if (!RIPE_SEARCHABLE.has(name)) return unknownAttribute(name)
  }
  return value === '' ? noSearchKey : { kind: 'inverse', attributes, value }
}
