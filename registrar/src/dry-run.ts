/** What a request would change now, with the signatures of its parties taken for granted. Nothing is written. */

import { encodeUtf8 } from '@cadastre/crypto'
import type { Signatures, Verified } from '@cadastre/evidence'
import { execute, holderKey, isHandle, procedureById } from '@cadastre/procedures'
import {
  type Holder,
  type Instant,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  objectKey,
  preAuthenticationEncoding,
  type Request,
  type Staff,
} from '@cadastre/records'
import type { TrieState } from '@cadastre/replay'
import { assumeSigned } from '@cadastre/signatures'
import type { DryRunResult, RecordChange } from './desk.ts'

/** Members of bodies that name holders who may have to sign. */
const PARTIES = ['holder', 'from', 'to', 'parent', 'child', 'by', 'guardian'] as const

type Key = Signatures['keys'][number]

/** All keys of the parties that the body names, of the policy that it enrols, of staff that it names, of a claimant. */
function signaturesOfParties(state: TrieState, body: JsonObject): Verified<Signatures> {
  const keys: Key[] = []
  const guardians = isArray(body['guardians']) ? body['guardians'] : []
  for (const handle of [...PARTIES.map((member) => body[member]), ...guardians]) {
    if (typeof handle !== 'string' || !isHandle(handle)) continue
    const holder = state.record(holderKey(handle)).value as Holder | null
    for (const { alg, key } of holder?.policy?.keys ?? []) keys.push({ alg, key })
  }
  const { policy } = body
  const enrolling = isObject(policy) ? policy['keys'] : body['keys']
  if (isArray(enrolling)) keys.push(...enrolling.flatMap(enrolled))
  const attestors = body['attestors']
  if (isArray(attestors)) keys.push(...attestors.flatMap((attestor) => staffKey(state, attestor)))
  const { staff, key } = body
  const members = isArray(staff) ? staff : [staff ?? null]
  keys.push(...members.flatMap((member) => staffKey(state, member)))
  // A claimant names its own key, or that of a listed maintainer.
  if (typeof key === 'string')
    keys.push({ alg: 'ed25519', key }, { alg: 'sshsig', key }, { alg: 'openpgp', key })
  return assumeSigned(keys)
}

function enrolled(value: Json): readonly Key[] {
  if (!isObject(value)) return []
  const { alg, key } = value
  if (
    typeof key !== 'string' ||
    (alg !== 'ed25519' && alg !== 'es256' && alg !== 'webauthn' && alg !== 'sshsig')
  )
    return []
  return [{ alg, key }]
}

function staffKey(state: TrieState, attestor: Json): readonly Key[] {
  if (typeof attestor !== 'string' || !isHandle(attestor)) return []
  const staff = state.record(objectKey('staff', attestor)).value as Staff | null
  return staff === null ? [] : [{ alg: staff.alg, key: staff.key }]
}

/** What the request would change now, in the working state at `at`, as entry `index`. */
export function dryRun(
  state: TrieState,
  requestText: string,
  request: Request,
  at: Instant,
  index: number,
): DryRunResult {
  const procedure = procedureById(request.procedure)
  if (procedure === null) throw new Error('checked by readRequestText')
  const signatures = signaturesOfParties(state, request.body)
  const act = { kind: 'request', request, signatures, received: at } as const
  const { outcome } = execute(procedure, act, state, at, index)
  const toSign = preAuthenticationEncoding(requestText, encodeUtf8(requestText).length)
  if (!outcome.accepted) return { ok: true, toSign, outcome }
  const changes = outcome.stamped.map(
    ({ key, next }): RecordChange => ({ key, before: state.record(key).value as Json, after: next }),
  )
  return { ok: true, toSign, outcome: { accepted: true, changes } }
}
