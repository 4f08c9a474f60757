/** Records as a registry writes them, for tests of stores: documentation prefixes and numbers only. */

import {
  type Application,
  type Cell,
  type Holder,
  type Instant,
  instantFromSeconds,
  type Json,
  NEW_HOLDER,
  type Pool,
  type RecordKey,
  type Registration,
  type RegistrationKind,
} from '@cadastre/records'
import type { IntakeItem, Opening } from '../src/index.ts'

export const key = (text: string): RecordKey => text as RecordKey

/** Second `n` of the tests' time. */
export function at(n: number): Instant {
  return instantFromSeconds(1_790_000_000 + n)
}

export type SampleRegistration = {
  readonly kind: RegistrationKind
  readonly first: string
  readonly last: string
  readonly holder?: string
  readonly until?: Instant
}

export function cell(...registrations: readonly SampleRegistration[]): Json {
  const whole = registrations.map(
    (registration, n): Registration => ({
      id: `R-${n}`,
      holder: null,
      status: 'assigned',
      country: 'ZZ',
      registered: null,
      until: null,
      protected: false,
      provenance: null,
      procedure: 'import/1',
      since: 0,
      ...registration,
    }),
  )
  const value: Cell = { v: 1, registrations: whole, rdns: null, routes: [], roas: [] }
  return value as Json
}

export function holding(first: string, last: string, holder = 'H-1'): Json {
  return cell({ kind: 'holding', first, last, holder })
}

export function holder(handle: string, name: string | null): Json {
  const value: Holder = {
    v: 1,
    handle,
    kind: name === null ? 'person' : 'organisation',
    name,
    country: null,
    identity: null,
    policy: null,
    contacts: [],
    ...NEW_HOLDER,
    procedure: 'identify-holder/1',
    since: 0,
  }
  return value as Json
}

export function application(handle: string, state: Application['state'], due: Instant | null): Json {
  const value: Application = {
    v: 1,
    handle,
    procedure: 'transfer/1',
    state,
    body: {},
    consents: [],
    due,
    opened: at(0),
    pausedSeconds: 0,
    next: null,
    fee: null,
    reason: null,
    examination: null,
    notice: null,
    since: 0,
  }
  return value as Json
}

export function pool(handle: string, serve: Instant | null): Json {
  const value: Pool = {
    v: 1,
    handle,
    space: 'ip4',
    first: '192.0.2.0',
    last: '192.0.2.255',
    open: false,
    cursors: {},
    queues: {},
    exhausted: [],
    serve,
    since: 0,
  }
  return value as Json
}

/** An opening whose value is found nowhere else. */
export function opening(n: number): Opening {
  return {
    commitment: `${String(n).padStart(43, 'C')}=`,
    opening: `${String(n).padStart(43, 'O')}=`,
    field: 'fn',
    value: `Secret Name ${n} Ω`,
  }
}

export function intakeItem(seq: number, openings: readonly Opening[] = []): IntakeItem {
  const requestHash = new Uint8Array(32).fill(7)
  new DataView(requestHash.buffer).setUint32(0, seq)
  return {
    seq,
    at: at(seq),
    request: `{"nonce":"n${seq}"}`,
    evidence: `[{"key":"k${seq}"}]`,
    requestHash,
    receipt: `receipt ${seq}\n`,
    openings,
  }
}
