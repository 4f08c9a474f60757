/** What an answer says beside objects: the banner, the log position with its proof, lists, help. All lines begin with `%`. */

import { formatPrefix, type Range, rangeToBlock } from '@cadastre/numbers'
import { pauseOf, type RegistryInfo, type Snapshot } from '@cadastre/reader'
import { flagName } from './flags.ts'
import { holderAt } from './lookup.ts'
import { TEMPLATES, templateText } from './object-classes.ts'
import type { Ask, Query } from './query.ts'
import { parseContactHandle } from './render.ts'
import type { SearchKey } from './search-key.ts'

const comment = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => (line === '' ? '%\n' : `% ${line}\n`))
    .join('')

/** First lines on a connection. */
export function banner(info: RegistryInfo, limits: string): string {
  const lines = [`This is the ${info.name} query service.`, 'The objects are in RPSL format.']
  if (info.demonstration !== null) lines.push('', info.demonstration)
  lines.push('', `Procedures, proofs and the whole log: ${info.baseUrl}/`, `Limits ${limits}.`)
  return comment(lines.join('\n'))
}

/** Of which log position the answer is, and where it is proved, absence included; the pause in force, the same for all. */
export function position(info: RegistryInfo, snapshot: Snapshot, key: SearchKey | null): string {
  const { size, at } = snapshot.publication
  const path = key === null ? null : proofPath(snapshot, key)
  const proof = path === null ? '' : `, proof: ${info.baseUrl}/proof/${path}`
  const pause = pauseOf(snapshot)
  return `% Log position: size ${size}, as of ${at}${proof}\n${pause === null ? '' : `% Remark: ${pause.says}\n`}`
}

/** Null where no one proof document is about exactly what was asked: ranges of several blocks, names, registration ids. */
function proofPath(snapshot: Snapshot, key: SearchKey): string | null {
  switch (key.kind) {
    case 'ip': {
      if (key.block === null) return null
      const text = formatPrefix(key.block)
      const single = key.block.length === (key.block.space === 'ip6' ? 128 : 32)
      return `ip/${single ? text.slice(0, text.indexOf('/')) : text}`
    }
    case 'asn':
      return `autnum/${key.asn}`
    case 'as-block':
      return asnProofPath(key.range)
    case 'route':
    case 'domain':
      return `ip/${formatPrefix(key.block)}`
    case 'handle':
      return holderProofPath(snapshot, key.handle)
    case 'text':
    case 'invalid':
      return null
  }
}

/** One AS number, or an aligned block of them. */
function asnProofPath(range: Range): string | null {
  const { first, last } = range
  if (first === last) return `autnum/${first}`
  return rangeToBlock(range) === null ? null : `autnum/${first}-${last}`
}

/** Handles that can only be a holder's, so that absence proves that there is none. Other words may be part of a name. */
const HOLDER_HANDLE = /^(?:H-\d+|IMP-.+)$/

function holderProofPath(snapshot: Snapshot, handle: string): string | null {
  const holder = parseContactHandle(handle)?.holder ?? handle
  const known = HOLDER_HANDLE.test(holder) || holderAt(snapshot, holder) !== null
  return known ? `object/holder/${holder}` : null
}

/** The answer to `-q` and to the long flags that mean the same. */
export function listText(
  what: Extract<Ask, { kind: 'list' }>['what'],
  info: RegistryInfo,
  source: string,
  size: number,
): string {
  // `X`: not mirrored by NRTM, which stays for the feeds; the log itself is the better mirror.
  if (what === 'sources') return `${source}:3:X:0-${size}\n`
  if (what === 'version') return `% Cadastre ${info.version}\n`
  return `${[...TEMPLATES.keys()].join('\n')}\n`
}

/** The answer to `-t` and `-v`; null where the registry has no objects of the class. */
export function templateAnswer({ type, verbose }: Extract<Ask, { kind: 'template' }>): string | null {
  const text = templateText(type)
  if (text === null) return null
  return verbose ? `% The ${type} class, as this registry renders it from its log:\n\n${text}\n` : `${text}\n`
}

const HELP_FLAGS: readonly (readonly [string, string])[] = [
  ['exact', 'only exactly these addresses'],
  ['one-less', 'the next range around them'],
  ['all-less', 'all ranges around them, and exactly them'],
  ['one-more', 'the first level inside them'],
  ['all-more', 'everything inside them'],
  ['reverse-domain', 'reverse zones too'],
  ['abuse-contact', 'only the address for reports of abuse'],
  ['inverse', 'origin AS64500, or org H-7: by attribute'],
  ['select-types', 'only these classes, separated by commas'],
  ['no-referenced', 'without the holder'],
  ['no-filtering', "with the holder's contacts"],
  ['no-grouping', 'without the lines "Information related to"'],
  ['primary-keys', 'only the keys of objects'],
  ['brief', 'two-letter attribute names'],
  ['persistent-connection', 'keep the connection; alone, close it'],
  ['sources', 'only from these sources'],
  ['template', 'the attributes of a class'],
  ['client', 'the name of your program'],
]

export function helpText(limits: string): string {
  const flags = HELP_FLAGS.map(([long, what]) => `${flagName(long).padEnd(30)}${what}`)
  return comment(
    [
      'Ask for an address, a prefix, a range "a - b", an AS number, a range of them, a handle (H-7, R-41),',
      'a reverse zone or a part of the name of a holder. One query a line.',
      '',
      ...flags,
      `${'-q sources|version|types'.padEnd(30)}lists`,
      '',
      `Limits ${limits}.`,
    ].join('\n'),
  )
}

/** Notes that stand before the objects. */
export function notes(query: Query, masked: string | null, free: boolean): string {
  const text = masked === null ? '' : `% Note: host bits were set; this is about ${masked}\n`
  return free ? `${text}% Nobody holds '${query.text}': it is free within a pool of this registry.\n` : text
}
