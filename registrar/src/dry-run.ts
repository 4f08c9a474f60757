/** What a request would change now, with the signatures of its parties taken for granted. Nothing is written. */

import type { Signatures, Verified } from '@cadastre/evidence'
import { holderKey, isHandle } from '@cadastre/procedures'
import { type Holder, isArray, isObject, type Json, type JsonObject, objectKey, type Staff } from '@cadastre/records'
import type { TrieState } from '@cadastre/replay'
import { assumeSigned } from '@cadastre/signatures'

/** Members of bodies that name holders who may have to sign. */
const PARTIES = ['holder', 'from', 'to', 'parent', 'child', 'by'] as const

type Key = Signatures['keys'][number]

/** All keys of the parties that the body names, of the policy that it enrols, and of its attestors. */
export function signaturesOfParties(state: TrieState, body: JsonObject): Verified<Signatures> {
  const keys: Key[] = []
  for (const member of PARTIES) {
    const handle = body[member]
    if (typeof handle !== 'string' || !isHandle(handle)) continue
    const holder = state.record(holderKey(handle)).value as Holder | null
    for (const { alg, key } of holder?.policy?.keys ?? []) keys.push({ alg, key })
  }
  const policy = body['policy']
  if (isObject(policy) && isArray(policy['keys'])) keys.push(...policy['keys'].flatMap(enrolled))
  const attestors = body['attestors']
  if (isArray(attestors)) keys.push(...attestors.flatMap((attestor) => staffKey(state, attestor)))
  return assumeSigned(keys)
}

function enrolled(value: Json): readonly Key[] {
  if (!isObject(value)) return []
  const { alg, key } = value
  if (typeof key !== 'string' || (alg !== 'ed25519' && alg !== 'es256' && alg !== 'webauthn')) return []
  return [{ alg, key }]
}

function staffKey(state: TrieState, attestor: Json): readonly Key[] {
  if (typeof attestor !== 'string' || !isHandle(attestor)) return []
  const staff = state.record(objectKey('staff', attestor)).value as Staff | null
  return staff === null ? [] : [{ alg: staff.alg, key: staff.key }]
}
