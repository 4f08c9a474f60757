/** The list of peers: registries from which numbers may come, and to which they may move. */

import type { PeerStatement } from '@cadastre/evidence'
import {
  type Instant,
  objectKey,
  type Peer,
  peerHandleOf,
  type RecordKey,
  type Schema,
  text,
} from '@cadastre/records'
import { type Asked, objectAt } from './common.ts'
import type { Inputs } from './procedure.ts'

/** The origin of a log, or the name under which a registry without one signs. */
export const originText: Schema<string> = text({
  expected: 'the origin of a log, printable and without spaces',
  maxLength: 255,
  pattern: '^[\\x21-\\x7e]+$',
})

/** One origin has one handle, so that nothing can come twice under two names. */
export function peerHandle(origin: string, inputs: Pick<Inputs, 'digest'>): string {
  return peerHandleOf(inputs.digest(origin))
}
export function peerKey(origin: string, inputs: Pick<Inputs, 'digest'>): RecordKey {
  return objectKey('peer', peerHandle(origin, inputs))
}

/** The peer of this origin; null where none is listed. */
export function peerOf(origin: string, inputs: Inputs): Peer | null {
  return objectAt('peer', peerKey(origin, inputs), inputs)
}

/** The policy by which the peer's statements are to be verified at this instant; null where none is in force yet. */
export function policyAt(peer: Peer | null, at: Instant): string | null {
  return peer?.policies.findLast(({ from }) => from <= at)?.policy ?? null
}

/** What the peer says of the record at this key, if the request carries it, verified by this policy. */
export function statementOn(
  from: Asked<unknown>,
  origin: string,
  policy: string,
  key: string,
): PeerStatement | null {
  const statements = from.signatures.statements ?? []
  return statements.find((one) => one.origin === origin && one.policy === policy && one.key === key) ?? null
}
