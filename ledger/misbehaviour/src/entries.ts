/** Evidence of kind `entries`: one or a few entries of the signed log that break a rule between themselves. */

import { type Crypto, decodeBase64, encodeBase64 } from '@cadastre/crypto'
import { consistencyNodes, consistencyProof, verifyConsistency } from '@cadastre/merkle'
import type { Policy } from '@cadastre/notes'
import { isObject, type Json } from '@cadastre/records'
import { loadNodes, makeEntryRange, type TrustedCheckpoint } from '@cadastre/why'
import type { Conviction } from './conviction.ts'
import { type Evidence, formatEvidence, readHashes, stretchJson } from './document.ts'
import { ENTRY_RULES, type Given } from './entry-rules.ts'
import { readAllProved, signedCheckpoint } from './proved-entries.ts'
import { type Checked, refuse } from './refusals.ts'
import type { MisbehaviourRule } from './rules.ts'
import type { Sources } from './sources.ts'

const STRETCHES_MAX = 4

export function verifyEntries(
  crypto: Crypto,
  trust: Policy,
  { rule, members }: Evidence,
): Checked<Conviction> {
  const checkpoint = signedCheckpoint(crypto, trust, members['checkpoint'])
  if (!checkpoint.ok) return checkpoint
  const stretches = readAllProved(crypto, checkpoint.value, members['entries'], STRETCHES_MAX)
  if (!stretches.ok) return stretches
  const tree = readTree(crypto, checkpoint.value, members['tree'])
  if (!tree.ok) return tree
  const given: Given = {
    crypto,
    checkpoint: checkpoint.value,
    stretches: stretches.value,
    tree: tree.value,
  }
  const says = ENTRY_RULES[rule]?.(given) ?? null
  if (says === null) return refuse('nothing-shown', `These entries do not show ${rule}.`)
  const { origin, size } = checkpoint.value
  const index = stretches.value.at(-1)?.at(-1)?.index ?? null
  return { ok: true, value: { kind: 'entries', rule, basis: 'signed', origin, size, index, says: [says] } }
}

/** The root of an earlier size of the same tree: consistent with the checkpoint, whatever another note says. */
function readTree(
  crypto: Crypto,
  checkpoint: TrustedCheckpoint,
  json: Json | undefined,
): Checked<Given['tree']> {
  if (json === undefined) return { ok: true, value: null }
  const { size, root: text, proof } = isObject(json) ? json : {}
  const root = typeof text === 'string' ? decodeBase64(text) : null
  const hashes = readHashes(proof)
  if (typeof size !== 'number' || root === null || hashes === null)
    return refuse('malformed-document', 'tree is of another shape.')
  return verifyConsistency(crypto, size, checkpoint.size, hashes, root, checkpoint.root)
    ? { ok: true, value: { size, root } }
    : refuse('not-included', `The log did not have this root at ${size} entries.`)
}

/** Evidence of these stretches: pairs of the first and the end (not included) of each. */
export async function makeEntries(
  { crypto, log, checkpoint, size }: Sources,
  rule: MisbehaviourRule,
  stretches: readonly (readonly [number, number])[],
  tree?: { readonly size: number; readonly root: Uint8Array },
): Promise<string> {
  const ranges = await Promise.all(
    stretches.map(([from, end]) => makeEntryRange(crypto, log, from, end, size)),
  )
  const members = { checkpoint, entries: ranges.map(stretchJson) }
  if (tree === undefined) return formatEvidence('entries', rule, members)
  const read = await loadNodes(crypto, log, consistencyNodes(tree.size, size), size)
  const proof = consistencyProof(crypto, read, tree.size, size).map(encodeBase64)
  return formatEvidence('entries', rule, {
    ...members,
    tree: { size: tree.size, root: encodeBase64(tree.root), proof },
  })
}
