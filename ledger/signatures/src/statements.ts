/**
 * Other registries' statements: a proof from a log, or a signed note of a registry that has none. Each is verified by
 * the policy that it names, so that nothing but its own bytes decides whether it holds; the procedure asks whether the
 * policy is the one of a listed peer.
 */

import { keyQuery, type Query, verifyAnswer } from '@cadastre/answers'
import { type Crypto, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import type { PeerStatement } from '@cadastre/evidence'
import {
  noteVerifier,
  openNote,
  type Policy,
  parseCheckpoint,
  parseNote,
  parsePolicy,
  parseProof,
} from '@cadastre/notes'
import { type EvidenceItem, parseCanonicalJson, parseInstant } from '@cadastre/records'

const STATEMENT_HEADER = 'cadastre-statement/v1'
const PROOF_HEADER = 'c2sp.org/tlog-proof@v1\n'

/** Whether the item is another registry's statement, and no signature over the request. */
function isStatement(item: EvidenceItem): boolean {
  return item.alg === 'peer-proof'
}

/** The evidence item of a statement on the record at `subject`; `policy` as the peer's record here has it. */
export function statementItem(policy: string, subject: string, document: string): EvidenceItem {
  return { alg: 'peer-proof', key: policy, sig: document, subject }
}

/** The text that a registry without a log signs, as a signed note under its origin, to state one of its records. */
export function statementText(
  statement: Pick<PeerStatement, 'origin' | 'at' | 'key'>,
  record: string,
): string {
  const { origin, at, key } = statement
  return `${[STATEMENT_HEADER, origin, at, key, record].join('\n')}\n`
}

/** The statements among the evidence; null where one of them does not hold. */
export function statementsOf(
  evidence: readonly EvidenceItem[],
  crypto: Crypto,
): readonly PeerStatement[] | null {
  const statements: PeerStatement[] = []
  for (const item of evidence) {
    if (!isStatement(item)) continue
    const statement = statementOf(item, crypto)
    if (statement === null) return null
    statements.push(statement)
  }
  return statements
}

function statementOf({ key, sig, subject }: EvidenceItem, crypto: Crypto): PeerStatement | null {
  const policy = parsePolicy(crypto, key)
  const query = subject === undefined ? null : keyQuery(crypto, subject)
  if (!policy.ok || query === null) return null
  const said = sig.startsWith(PROOF_HEADER)
    ? proved(sig, policy.value, query, crypto)
    : signed(sig, policy.value, query, crypto)
  return said === null
    ? null
    : { ...said, policy: key, key: query.key, hash: encodeBase64(crypto.sha256(encodeUtf8(sig))) }
}

type Said = Pick<PeerStatement, 'origin' | 'at' | 'record' | 'checkpoint'>

/** A proof of any age: what it proves was so, and procedures rely only on what stays so. */
function proved(document: string, trust: Policy, query: Query, crypto: Crypto): Said | null {
  const answer = verifyAnswer(crypto, { trust, age: null }, query, document)
  if (!answer.ok) return null
  const { origin, at, covering } = answer.value
  const here = covering.find(({ length }) => length === query.length)
  return { origin, at, record: here?.record ?? null, checkpoint: checkpointIn(document) }
}

/** The checkpoint of a proof that was verified. */
function checkpointIn(document: string): PeerStatement['checkpoint'] {
  const proof = parseProof(document)
  const note = proof.ok ? parseNote(proof.value.checkpoint) : proof
  const checkpoint = note.ok ? parseCheckpoint(note.value.text) : note
  if (!checkpoint.ok) throw new TypeError('the proof was verified')
  return { size: checkpoint.value.size, root: encodeBase64(checkpoint.value.root) }
}

function signed(document: string, policy: Policy, query: Query, crypto: Crypto): Said | null {
  const opened = openNote(
    document,
    policy.logs.map(({ vkey }) => noteVerifier(crypto, vkey)),
  )
  if (!opened.ok) return null
  const [header, origin, instant, key, record, end, ...more] = opened.value.text.split('\n')
  const at = parseInstant(instant ?? '')
  if (header !== STATEMENT_HEADER || origin === undefined || at === null || record === undefined) return null
  if (key !== query.key || end !== '' || more.length > 0) return null
  if (!opened.value.verified.some(({ verifier }) => verifier.name === origin)) return null
  const value = parseCanonicalJson(record)
  return value === null && record !== 'null' ? null : { origin, at, record: value, checkpoint: null }
}
