/** Request bodies from what a person types. Members that are replaced are looked up, with proof. */

import { nodeCrypto } from '@cadastre/crypto/node'
import { parseRange, type Range, rangeToBlocks } from '@cadastre/numbers'
import {
  type Cell,
  cellKey,
  type EvidenceItem,
  type Json,
  type JsonObject,
  objectKey,
  parseHandle,
  type RecordKey,
  type Registration,
  type Replaced,
  registrationRange,
} from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import { CommandError, UsageError } from '../commands/output.ts'
import type { RegistryClient } from './registry-client.ts'

/** A body, and what it replaces. */
export type Wish = {
  readonly procedure: string
  readonly body: JsonObject
  readonly replaces: readonly Replaced[]
  /** Other registries' proofs that go along. */
  readonly evidence?: readonly EvidenceItem[]
}

export function handleOption(text: string | undefined, option: string): string {
  if (text === undefined)
    throw new UsageError(
      `${option} HANDLE is required, such as ${option} ${option === '--staff' ? 'CL-1' : 'H-7'}.`,
    )
  const handle = parseHandle(text)
  if (handle === null) throw new UsageError(`${option} ${text}: expected a handle, such as H-7.`)
  return handle
}

export function rangeOption(text: string | undefined, option: string): Range {
  if (text === undefined) throw new UsageError(`${option} RANGE is required, such as ${option} 10.0.0.0/24.`)
  const range = parseRange(text)
  if (!range.ok)
    throw new UsageError(
      `${option} ${text}: expected a prefix, an address range or an AS number (${range.error.expected}).`,
    )
  return range.value
}

export type Found = {
  /** The first cell that holds it. */
  readonly key: RecordKey
  readonly registration: Registration
  readonly replaced: Replaced
}

/** The innermost registration over a range that this holder has (any holder where null), proved. */
export async function findRegistration(
  client: RegistryClient,
  range: Range,
  holder: string | null,
): Promise<Found> {
  const first = rangeToBlocks(range)[0]
  if (first === undefined) throw new Error('a range has at least one block')
  const answer = await client.proveBlock(first, cellKey(first))
  const met = answer.covering.flatMap(({ record }) => registrationsOf(record))
  const registration = met.findLast(
    (one) => one.kind !== 'pool' && (holder === null || one.holder === holder),
  )
  if (registration === undefined)
    throw new CommandError(
      `${holder ?? 'Nobody'} holds nothing over this range at log size ${answer.size}${met.length > 0 ? `; innermost is ${describe(met.at(-1))}` : ''}.`,
    )
  const key = cellKey(rangeToBlocks(registrationRange(registration, range.space))[0] ?? first)
  const hash = memberHashOf(nodeCrypto, registration)
  return { key, registration, replaced: { member: `${key}#${registration.id}`, hash } }
}

function describe(registration: Registration | undefined): string {
  return registration === undefined
    ? 'nothing'
    : `${registration.id} (${registration.kind}${registration.holder === null ? '' : ` of ${registration.holder}`})`
}

/** The member of a record, as a request names what it replaces; null where there is none. */
export async function replacedMember(
  client: RegistryClient,
  key: RecordKey,
  member: string,
): Promise<Replaced> {
  const record = await client.record(key)
  const value: Json = record?.[member] ?? null
  return { member: `${key}#${member}`, hash: value === null ? null : memberHashOf(nodeCrypto, value) }
}

export function holderRecordKey(handle: string): RecordKey {
  return objectKey('holder', handle)
}

/** The registrations of a proved cell record. */
function registrationsOf(record: JsonObject): readonly Registration[] {
  const cell: Partial<Cell> = record
  return cell.registrations ?? []
}
