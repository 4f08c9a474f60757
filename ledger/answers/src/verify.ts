import { bytesEqual, type Crypto, decodeBase64, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { leafHash, verifyInclusion } from '@cadastre/merkle'
import { checkPolicy, type Policy, type PolicyCheckError, parseProof } from '@cadastre/notes'
import { block, blockKey, bytesToValue } from '@cadastre/numbers'
import {
  type Instant,
  isObject,
  type JsonObject,
  parseCanonicalJson,
  type StateEntry,
  secondsOf,
} from '@cadastre/records'
import { recordHash } from '@cadastre/trie'
import { parseExtra, readPath } from './extra.ts'
import { type AgeLimit, checkAge } from './freshness.ts'
import { type CheckedPath, checkPath, truncated } from './path.ts'
import type { Query } from './query.ts'
import { type AnswerRefusal, type Checked, refuse } from './refusals.ts'
import { parseStateEntry } from './state-entry.ts'

/** Whom the verifier trusts, and how old an answer may be. */
export interface AnswerPolicy {
  /** The log's key (its name is the log's origin), the witnesses, and how many of them are needed. */
  readonly trust: Policy
  /** Null: any age, for looking at an answer kept from the past. */
  readonly age: AgeLimit | null
}

export interface ProvedRecord {
  /** The record's key, such as `ip4/203.0.113.0/24`. */
  readonly key: string
  /** Bits of the key. */
  readonly length: number
  /** Canonical JSON, as hashed. */
  readonly text: string
  readonly record: JsonObject
  readonly hash: Uint8Array
}

export interface VerifiedAnswer {
  readonly query: Query
  readonly origin: string
  /** Log size of the checkpoint. */
  readonly size: number
  readonly state: StateEntry
  /** The state's own time. */
  readonly at: Instant
  /** Since when it is known to be the latest: a quorum's cosignatures or, without witnesses, `at`. POSIX seconds. */
  readonly asOf: number
  /** Witnesses whose cosignatures are good, by their names in the policy. */
  readonly witnesses: readonly string[]
  /** Every record that covers the query, outermost first; the last may be at the query itself. */
  readonly covering: readonly ProvedRecord[]
  /** Whether anything at all is registered strictly inside the query. */
  readonly moreSpecific: 'none' | 'exists'
}

const CHECKPOINT_REFUSALS: Readonly<Record<PolicyCheckError, readonly [AnswerRefusal, string]>> = {
  'too-long': ['malformed-checkpoint', 'The checkpoint is too long.'],
  'not-utf8': ['malformed-checkpoint', 'The checkpoint is not UTF-8.'],
  'control-character': ['malformed-checkpoint', 'The checkpoint has a control character.'],
  'no-signatures': ['malformed-checkpoint', 'The checkpoint has no signatures.'],
  'malformed-signature': ['malformed-checkpoint', 'A signature line of the checkpoint is malformed.'],
  'malformed-checkpoint': ['malformed-checkpoint', 'The checkpoint does not state origin, size and root.'],
  'unknown-log': ['unknown-log', 'The checkpoint is of a log that is not trusted here.'],
  'other-origin': ['unknown-log', 'The checkpoint is of a log that is not trusted here.'],
  'invalid-signature': ['bad-signature', 'A signature on the checkpoint is bad.'],
  'no-log-signature': ['no-log-signature', 'The log has not signed the checkpoint.'],
  'no-known-signature': ['no-log-signature', 'The log has not signed the checkpoint.'],
  'no-quorum': ['no-quorum', 'Too few witnesses have cosigned the checkpoint.'],
}

/**
 * Verifies an answer to a query, from nothing but its text and the policy. Total: any text gives a verified
 * answer or one refusal. The steps are ledger.md's "Verifier", in its order.
 */
export function verifyAnswer(
  crypto: Crypto,
  policy: AnswerPolicy,
  query: Query,
  text: string | Uint8Array,
): Checked<VerifiedAnswer> {
  const document = parseProof(text)
  if (!document.ok)
    return refuse('malformed-document', `The text is not a proof document (${document.error}).`)
  const { extra: extraBytes, index, proof, checkpoint: note } = document.value
  if (extraBytes === null)
    return refuse('malformed-document', 'The proof document has no data of the answer.')

  // The note: the log's key, no bad signature of a known key, a quorum of cosignatures.
  const opened = checkPolicy(crypto, policy.trust, note)
  if (!opened.ok) return refuse(...CHECKPOINT_REFUSALS[opened.error])
  const { checkpoint, cosigned } = opened.value

  // The last entry: only then can nothing later contradict it.
  if (index !== checkpoint.size - 1)
    return refuse('not-last-entry', `Entry ${index} is not the last of ${checkpoint.size}.`)

  const extra = parseExtra(extraBytes)
  if (!extra.ok) return extra
  const leaf = leafHash(crypto, encodeUtf8(extra.value.state))
  if (!verifyInclusion(crypto, leaf, index, checkpoint.size, proof, checkpoint.root))
    return refuse('not-included', 'The state is not the one in the log.')
  const state = parseStateEntry(extra.value.state)
  if (state === null) return refuse('malformed-state', 'The entry is not a state entry in canonical form.')

  const age = checkAge(policy.trust, cosigned, secondsOf(state.at), policy.age)
  if (!age.ok) return age

  const path = checkPath(crypto, query, extra.value.nodes, extra.value.end)
  if (!path.ok) return path
  const root = decodeBase64(state.roots[query.space])
  if (root === null || !bytesEqual(root, path.value.root))
    return refuse('wrong-root', 'The path does not lead to the root of the state.')

  const covering = checkRecords(crypto, query, path.value, extra.value.records)
  if (!covering.ok) return covering
  return {
    ok: true,
    value: {
      query,
      origin: checkpoint.origin,
      size: checkpoint.size,
      state,
      at: state.at,
      asOf: age.value,
      witnesses: [...new Set(cosigned.map(({ witness }) => witness.name))],
      covering: covering.value,
      moreSpecific: path.value.moreSpecific,
    },
  }
}

/** What one path proves under a root of its space. */
export interface ProvedPath {
  /** Every record covering the query, outermost first; the last may be at the query itself. */
  readonly covering: readonly ProvedRecord[]
  readonly moreSpecific: 'none' | 'exists'
  /** The hash of the topmost node at or inside the query: the `subtree` input. Null if there is none. */
  readonly subtree: Uint8Array | null
}

/** Checks one path, as {@link pathJson} writes it, against the root that a state entry names. Total. */
export function verifyPath(
  crypto: Crypto,
  query: Query,
  json: JsonObject,
  root: string,
): Checked<ProvedPath> {
  const parts = readPath(json)
  if (!parts.ok) return parts
  const path = checkPath(crypto, query, parts.value.nodes, parts.value.end)
  if (!path.ok) return path
  if (encodeBase64(path.value.root) !== root)
    return refuse('wrong-root', 'The path does not lead to the root of the state.')
  const covering = checkRecords(crypto, query, path.value, parts.value.records)
  if (!covering.ok) return covering
  const { moreSpecific, subtree } = path.value
  return { ok: true, value: { covering: covering.value, moreSpecific, subtree } }
}

/** Each value on the path with its record, in order: none hidden, none added. */
function checkRecords(
  crypto: Crypto,
  query: Query,
  path: CheckedPath,
  texts: readonly string[],
): Checked<readonly ProvedRecord[]> {
  if (texts.length !== path.values.length)
    return refuse('wrong-record', `The path has ${path.values.length} records; ${texts.length} are given.`)
  const records: ProvedRecord[] = []
  for (const [position, { length, hash }] of path.values.entries()) {
    const text = texts[position] ?? ''
    if (!bytesEqual(recordHash(crypto, encodeUtf8(text)), hash))
      return refuse('wrong-record', 'A record is not the one in the state.')
    const record = parseCanonicalJson(text)
    if (record === null || !isObject(record))
      return refuse('malformed-record', 'A record is not canonical JSON.')
    records.push({ key: keyAt(query, length), length, text, record, hash })
  }
  return { ok: true, value: records }
}

/** The text of the key that the first `length` bits of the query are. */
function keyAt(query: Query, length: number): string {
  if (query.space === 'obj' || length === query.length) return query.key
  const covering = block(query.space, bytesToValue(truncated(query.label, length)), length)
  if (!covering.ok) throw new TypeError('a prefix of a key is a key')
  return blockKey(covering.value)
}
