/**
 * Import of maintainers' keys: which keys a published file lists for imported holders, so that a machine can check a
 * claim (`claim`). Holders that are unknown, claimed or listed already are left out: nothing is ever overwritten.
 */

import {
  array,
  handle,
  type MaintainerKey,
  type Maintainers,
  object,
  objectKey,
  type RecordKey,
  type Schema,
  tagged,
  text,
} from '@cadastre/records'
import { holderKey, holderOf, objectAt, recordNeed } from './common.ts'
import { DRAFT_SINCE, put } from './effects.ts'
import type { Effect, Inputs, Need } from './procedure.ts'

/** The keys that a published file lists for one imported holder. */
type Listed = { readonly holder: string; readonly keys: readonly MaintainerKey[] }

/** Raw public key: 32 bytes (Ed25519), or 65 that begin with 04 (an uncompressed point of P-256). */
const sshKey: Schema<string> = text({
  expected: 'a raw Ed25519 or P-256 public key in base64',
  maxLength: 88,
  pattern: '^(?:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=|B[A-Za-z0-9+/]{85}[AEIMQUYcgkosw048]=)$',
})
/** RFC 9580 section 5.5.2.2: version 4, time made, algorithm and its numbers; RSA of 4096 bits has 526 bytes. */
const pgpKey: Schema<string> = text({
  expected: 'the body of an OpenPGP public-key packet of version 4 in base64',
  maxLength: 704,
  pattern:
    '^B[A-P](?:[A-Za-z0-9+/]{2})(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$',
})
const fingerprint: Schema<string> = text({
  expected: 'the fingerprint of an OpenPGP key, 40 or 64 capital hexadecimal digits',
  maxLength: 64,
  pattern: '^(?:[0-9A-F]{40}|[0-9A-F]{64})$',
})
const key: Schema<MaintainerKey> = tagged('kind', {
  ssh: object({ key: sshKey }),
  pgp: object({ key: pgpKey }),
  openpgp: object({ fingerprint }),
})
export const listedHolders: Schema<readonly Listed[]> = array(
  object({ holder: handle, keys: array(key, 8, 1) }),
  64,
  1,
)

export function maintainersKey(holder: string): RecordKey {
  return objectKey('maintainers', holder)
}
export function maintainersOf(inputs: Inputs, holder: string): Maintainers | null {
  return objectAt('maintainers', maintainersKey(holder), inputs)
}

export function maintainersNeeds(listed: readonly Listed[]): readonly Need[] {
  return listed.flatMap(({ holder }) => [recordNeed(holderKey(holder)), recordNeed(maintainersKey(holder))])
}

/** One record for each holder that can be claimed with these keys; a holder named twice counts once. */
export function maintainersEffects(
  source: string,
  listed: readonly Listed[],
  inputs: Inputs,
): readonly Effect[] {
  const taken = new Map<string, Effect>()
  for (const { holder, keys } of listed) {
    const known = holderOf(inputs, holder)
    if (known?.kind !== 'imported' || known.policy !== null || maintainersOf(inputs, holder) !== null)
      continue
    const record: Maintainers = { v: 1, holder, keys, source, since: DRAFT_SINCE }
    if (!taken.has(holder)) taken.set(holder, put(maintainersKey(holder), record))
  }
  return [...taken.values()]
}
