/** From an entry to the text of its notice. Pure: the same entry and reader of it give the same bytes. */

import { type Block, blockKey, formatAddress, formatPrefix } from '@cadastre/numbers'
import type { RegistryInfo } from '@cadastre/reader'
import { type Application, asObject, type OpEntry, parseKey } from '@cadastre/records'
import { templateOf } from './templates.ts'

/** Why somebody is told. */
export type Reason =
  | { readonly kind: 'holder'; readonly holder: string }
  | { readonly kind: 'subscription'; readonly block: Block; readonly id: string }
  | { readonly kind: 'everybody' }

export type NoticeInput = {
  readonly info: Pick<RegistryInfo, 'name' | 'origin' | 'baseUrl' | 'demonstration'>
  readonly index: number
  readonly entry: OpEntry
  readonly reason: Reason
}

export type Notice = { readonly subject: string; readonly text: string }

/** At most this many records are listed in one notice; the entry has them all. */
const RECORDS_MAX = 20

/** `203.0.113.0/24`, `AS64500`, `AS64496 (/28)`. */
export function blockText(block: Block): string {
  if (block.space !== 'asn') return formatPrefix(block)
  const first = `AS${formatAddress('asn', block.first)}`
  return block.length === 32 ? first : `${first} (block ${blockKey(block)})`
}

function keysOf(entry: OpEntry): readonly string[] {
  return entry.outcome.accepted ? entry.outcome.effects.map(({ key }) => key) : []
}

function applicationOf(entry: OpEntry): Application | null {
  if (!entry.outcome.accepted) return null
  for (const { key, next } of entry.outcome.effects) {
    const application = asObject('application', key, next)
    if (application !== null) return application
  }
  return null
}

/** Where the proof of a record is served. */
function proofUrl(baseUrl: string, key: string): string {
  const parsed = parseKey(key)
  if (parsed === null) throw new TypeError(`not a record key: ${key}`)
  if (parsed.kind === 'object') return `${baseUrl}/proof/object/${parsed.type}/${parsed.handle}`
  const { block } = parsed
  return block.space === 'asn'
    ? `${baseUrl}/proof/autnum/${block.first}`
    : `${baseUrl}/proof/ip/${formatPrefix(block)}`
}

function stepOf(entry: OpEntry): string {
  const body = entry.request?.body
  const step = body?.['step'] ?? body?.['change']
  return typeof step === 'string' ? step : ''
}

function reasonText(reason: Reason): string {
  if (reason.kind === 'everybody') return 'This is told in public: nobody is known who could be written to.'
  return reason.kind === 'holder'
    ? `You are told as a contact of the holder ${reason.holder}.`
    : `You are told because you subscribed to ${blockText(reason.block)} (subscription ${reason.id}).`
}

function listed(keys: readonly string[]): readonly string[] {
  const shown = keys.slice(0, RECORDS_MAX).map((key) => `  ${key}`)
  return keys.length > RECORDS_MAX ? [...shown, `  and ${keys.length - RECORDS_MAX} more`] : shown
}

/** Public facts only: handles and numbers, nothing that an opening opens. */
export function render({ info, index, entry, reason }: NoticeInput): Notice {
  const application = applicationOf(entry)
  const template = templateOf(entry.procedure)
  const facts = {
    procedure: application?.procedure ?? null,
    state: application?.state ?? null,
    until: application?.due ?? null,
    window: application?.notice ?? null,
    overdue: application?.notice?.overdue ?? null,
  }
  const step = stepOf(entry)
  const keys = keysOf(entry)
  const lines = [
    `${info.name} (${info.origin})`,
    ...(info.demonstration === null ? [] : [info.demonstration]),
    '',
    `Entry ${index}, ${entry.at}, procedure ${entry.procedure}${step === '' ? '' : `, ${step}`}`,
    '',
    `What happened: ${template.happened(facts)}`,
    `What can be done: ${template.possible(facts)}`,
    '',
    ...(application === null
      ? []
      : [
          `Application ${application.handle}: ${application.state}${application.due === null ? '' : `, ${application.due}`}`,
        ]),
    'Records:',
    ...listed(keys),
    '',
    `The entry:  ${info.baseUrl}/api/log/entries/${index}`,
    ...keys.slice(0, 1).map((key) => `The proof:  ${proofUrl(info.baseUrl, key)}`),
    `Why:        ${info.baseUrl}/why/${index}`,
    '',
    reasonText(reason),
  ]
  const about = application === null ? '' : `, ${application.handle} ${application.state}`
  return {
    subject: `${info.name}: ${entry.procedure}, entry ${index}${about}`,
    text: `${lines.join('\n')}\n`,
  }
}
