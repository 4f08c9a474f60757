/** One effect of an entry, told: which registrations changed hands, which members changed, one plain sentence. */

import type { Block } from '@cadastre/numbers'
import type { Snapshot } from '@cadastre/reader'
import {
  type Cell,
  canonicalJson,
  EMPTY_CELL,
  isObject,
  type Json,
  type LoggedEffect,
  parseKey,
  type Registration,
  registrationRange,
} from '@cadastre/records'
import type { HistoryChange, Party, RegistrationChange, RegistrationState } from './generated/lookup-types.ts'
import { tellApplication, tellNotes, tellOrder, tellTransit } from './noted-changes.ts'
import { blockText, rangeText } from './question.ts'
import { partyOf } from './views.ts'

/** `before` is the record that the effect replaced, null where there was none. */
export function changeOf(snapshot: Snapshot, effect: LoggedEffect, before: unknown): HistoryChange {
  const key = parseKey(effect.key)
  if (key?.kind === 'cell') return cellChange(snapshot, effect, key.block, before)
  const name = key === null ? effect.key : `${capital(key.type)} ${key.handle}`
  const members = changedMembers(before as Json, effect.next)
  return {
    key: effect.key,
    subject: key === null ? effect.key : key.handle,
    summary:
      tellTransit(key, effect.next) ??
      tellNotes(key, before, effect.next) ??
      tellApplication(key, before, effect.next) ??
      tellOrder(key, before, effect.next) ??
      objectSummary(name, before, effect.next, members),
    prev: effect.prev,
    registrations: [],
    members,
  }
}

function objectSummary(name: string, before: unknown, next: Json, members: readonly string[]): string {
  if (next === null) return `${name} removed.`
  if (before === null) return `${name} recorded.`
  return `${name} changed: ${members.join(', ') || 'nothing'}.`
}

/** Members of the two objects that differ, in order of name; all of them where there was none before. */
function changedMembers(before: Json, next: Json): readonly string[] {
  const [old, now] = [isObject(before) ? before : {}, isObject(next) ? next : {}]
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()
  return names.filter((name) => textOf(old[name]) !== textOf(now[name]))
}

function textOf(value: Json | undefined): string {
  return value === undefined ? '' : canonicalJson(value)
}

const SERVICE_NAMES = { rdns: 'reverse DNS', routes: 'routes', roas: 'ROA intents' } as const

function cellChange(snapshot: Snapshot, effect: LoggedEffect, block: Block, before: unknown): HistoryChange {
  const old = (before ?? EMPTY_CELL) as Cell
  const now = (effect.next ?? EMPTY_CELL) as Cell
  const registrations = registrationChanges(snapshot, block, old, now)
  const members = changedMembers(old as Json, now as Json).filter((name) => name in SERVICE_NAMES)
  const services = members.map((name) => SERVICE_NAMES[name as keyof typeof SERVICE_NAMES])
  const sentences = registrations.map(registrationSentence)
  if (services.length > 0) sentences.push(`${capital(services.join(', '))} changed.`)
  return {
    key: effect.key,
    subject: blockText(block),
    summary: sentences.join(' ') || 'The record was rewritten without a change.',
    prev: effect.prev,
    registrations,
    members,
  }
}

/** A registration is told apart by id, and its pieces within one cell by their first number. */
function nameOf({ id, first }: Registration): string {
  return `${id} ${first}`
}

function registrationChanges(
  snapshot: Snapshot,
  block: Block,
  old: Cell,
  now: Cell,
): readonly RegistrationChange[] {
  const find = (cell: Cell, registration: Registration): Registration | undefined =>
    cell.registrations.find((one) => one.id === registration.id && one.first === registration.first) ??
    cell.registrations.find((one) => one.id === registration.id)
  const state = (registration: Registration): RegistrationState => ({
    holder: partyOf(snapshot, registration.holder),
    kind: registration.kind,
    status: registration.status,
    range: rangeText(registrationRange(registration, block.space)),
  })
  const changes: RegistrationChange[] = []
  const met = new Set<string>()
  for (const after of now.registrations) {
    const before = find(old, after)
    if (before !== undefined) met.add(nameOf(before))
    if (before !== undefined && canonicalJson(before) === canonicalJson(after)) continue
    const change = before === undefined ? 'recorded' : before.holder === after.holder ? 'changed' : 'moved'
    changes.push({
      id: after.id,
      change,
      before: before === undefined ? null : state(before),
      after: state(after),
    })
  }
  for (const before of old.registrations)
    if (!met.has(nameOf(before)))
      changes.push({ id: before.id, change: 'ended', before: state(before), after: null })
  return changes
}

function registrationSentence({ change, before, after }: RegistrationChange): string {
  const range = after?.range ?? before?.range ?? ''
  const kind = KIND_NAMES[after?.kind ?? before?.kind ?? ''] ?? 'registration'
  if (change === 'recorded') return `${range} recorded as a ${kind}${forParty(after?.holder ?? null)}.`
  if (change === 'moved')
    return `${range} moved from ${partyText(before?.holder ?? null)} to ${partyText(after?.holder ?? null)}.`
  if (change === 'ended')
    return `The ${kind} of ${range}${forParty(before?.holder ?? null)} is no longer here.`
  return before?.range === after?.range
    ? `The terms of ${range} changed.`
    : `${before?.range} became ${range}.`
}

const KIND_NAMES: { readonly [kind: string]: string } = {
  pool: 'pool',
  holding: 'holding',
  sub: 'sub-delegation',
  lease: 'lease',
  reserved: 'reservation',
  quarantined: 'quarantine',
  'moved-out': 'number range that moved to another registry',
}

function forParty(party: Party | null): string {
  return party === null ? '' : ` of ${partyText(party)}`
}

function partyText(party: Party | null): string {
  if (party === null) return 'nobody'
  return party.name === null ? party.handle : `${party.name} (${party.handle})`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
