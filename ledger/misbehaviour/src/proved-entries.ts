/** Entries that stand in a signed log, as evidence holds them. */

import type { Crypto, Result } from '@cadastre/crypto'
import type { Policy } from '@cadastre/notes'
import { isArray, type Json, type OpEntry, type StateEntry } from '@cadastre/records'
import { type EntryError, type ParsedEntry, readEntry } from '@cadastre/replay'
import { proveEntries, type TrustedCheckpoint, trustedCheckpoint } from '@cadastre/why'
import { readStretch } from './document.ts'
import { type Checked, refuse } from './refusals.ts'

/** One entry of the log: where it stands, and what it is, if it is any. */
export type ProvedEntry = {
  readonly index: number
  readonly bytes: Uint8Array
  readonly read: Result<ParsedEntry, EntryError>
}

/** Entries side by side: nothing stands between them. */
export type Stretch = readonly ProvedEntry[]

export function opOf(entry: ProvedEntry | undefined): OpEntry | null {
  return entry?.read.ok === true && entry.read.value.kind === 'op' ? entry.read.value.entry : null
}

export function stateOf(entry: ProvedEntry | undefined): StateEntry | null {
  return entry?.read.ok === true && entry.read.value.kind === 'state' ? entry.read.value.entry : null
}

/**
 * A checkpoint that the log signed. Witnesses are not asked: what a log signed without them convicts it as well.
 */
export function signedCheckpoint(
  crypto: Crypto,
  trust: Policy,
  note: Json | undefined,
): Checked<TrustedCheckpoint> {
  if (typeof note !== 'string') return refuse('malformed-document', 'checkpoint is no text.')
  return trustedCheckpoint(crypto, logAlone(trust), note)
}

/** The same trust in the log's keys, without asking for a quorum of witnesses. */
export function logAlone(trust: Policy): Policy {
  return { ...trust, quorum: 'none' }
}

/** One stretch, proved under the checkpoint. */
export function readProved(
  crypto: Crypto,
  checkpoint: TrustedCheckpoint,
  json: Json | undefined,
): Checked<Stretch> {
  const range = readStretch(json)
  if (range === null) return refuse('malformed-document', 'Entries are of another shape.')
  const proved = proveEntries(crypto, checkpoint, range)
  if (!proved.ok) return proved
  return {
    ok: true,
    value: range.bytes.map((bytes, offset) => ({
      index: range.first + offset,
      bytes,
      read: readEntry(bytes),
    })),
  }
}

/** Several, as many as asked for at most. */
export function readAllProved(
  crypto: Crypto,
  checkpoint: TrustedCheckpoint,
  json: Json | undefined,
  max: number,
): Checked<readonly Stretch[]> {
  if (!isArray(json) || json.length === 0 || json.length > max)
    return refuse('malformed-document', `entries is no list of 1 to ${max} stretches.`)
  const stretches: Stretch[] = []
  for (const one of json) {
    const stretch = readProved(crypto, checkpoint, one)
    if (!stretch.ok) return stretch
    stretches.push(stretch.value)
  }
  return { ok: true, value: stretches }
}
