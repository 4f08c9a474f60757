/** Numbers on their way between two registries, and the registries to which they may move. */

import type { Instant } from './time.ts'

/** Another registry to which numbers may move, or from which they may come: `obj/peer/<peerHandle of its origin>`. */
export type Peer = {
  readonly v: 1
  readonly handle: string
  /** Origin of its log, or of its signed statements. */
  readonly origin: string
  /** Its RDAP service, where numbers that moved there are asked for; null where it has none. */
  readonly rdap: string | null
  /** Whose statements count, each from its instant on: texts in the form of C2SP tlog-policy. The latest last. */
  readonly policies: readonly { readonly policy: string; readonly from: Instant }[]
  readonly since: number
}

/** The handle of the peer whose origin has this SHA-256 (hexadecimal): 160 bits of it, so that one origin has one. */
export function peerHandleOf(digest: string): string {
  return digest.slice(0, 40).toUpperCase()
}

export const TRANSIT_STATES = [
  'sourceInitialized',
  'sourceFinalized',
  'sourceCancelled',
  'recipientAccepted',
  'recipientCompleted',
  'recipientCancelled',
] as const
export type TransitState = (typeof TRANSIT_STATES)[number]

/** Numbers on their way between two registries: one record in each, which the other sees by a proof. */
export type Transit = {
  readonly v: 1
  /** In the source `T-41`; in the recipient `<peerHandle of the source>.T-41`. */
  readonly handle: string
  readonly state: TransitState
  readonly source: { readonly origin: string; readonly holder: string }
  readonly recipient: { readonly origin: string; readonly holder: string }
  readonly range: string
  /** As declared in the source, and again in the recipient. */
  readonly status: string
  readonly country: string | null
  readonly registered: string | null
  /** The registration of which the range is part: in the source the holding; in the recipient the mark of its arrival. */
  readonly registration: { readonly key: string; readonly id: string }
  /** In the recipient: whether the numbers had moved out of it to this source before. */
  readonly returning: boolean
  /** Handles whose consent was verified. */
  readonly consents: readonly string[]
  /** In the source: not final before this instant. */
  readonly notBefore: Instant | null
  /** In the source: cancelled at this instant, unless it is final by then. */
  readonly due: Instant | null
  readonly opened: Instant
  /** Seconds of pause that `due` already makes up for. */
  readonly pausedSeconds: number
  /** Hash of the counterpart's statement on which the state rests; null at the start. */
  readonly statement: string | null
  readonly since: number
}
