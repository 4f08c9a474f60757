/**
 * Test vectors of the ledger as data that any language can read. This room makes them; `data/` holds what it makes,
 * checked in. Whether a case is valid is written down by hand here, never computed by the code under test; hashes,
 * roots and signatures are computed, and compared by a checker in another language that was written from
 * `docs/ledger.md`.
 */

import { encodeUtf8 } from '@cadastre/crypto'
import { honestCases, MAX_SECONDS } from './answers.ts'
import { entryCases } from './entries.ts'
import { evidenceCases } from './evidence.ts'
import { forgeryCases } from './forgeries.ts'
import { logCases } from './log-forgeries.ts'
import { misbehaviourVectors } from './misbehaviour.ts'
import { checkpointCases, cosignatureCases, noteCases, receiptChains, testKeys, vkeyCases } from './notes.ts'
import { policyCases, policyCheckCases, quorumVectors } from './policies.ts'
import { NOW, policyText } from './shared.ts'
import { ed25519Cases, es256Cases } from './signatures.ts'
import { hashVectors, trieVectors } from './state.ts'
import { base64Cases, canonicalJsonCases, decimalCases, instantCases, keyCases } from './texts.ts'
import {
  bundleCases,
  consistencyCases,
  inclusionCases,
  rootVectors,
  tileListVectors,
  tilePathCases,
  tileVectors,
} from './tree.ts'
import { logDescription, publicFiles, wholeLog } from './whole-log.ts'

export { type AnswerCase, MAX_SECONDS } from './answers.ts'
export type { EntryCase } from './entries.ts'
export type { EvidenceCase } from './evidence.ts'
export { entriesOf, faultsOf, type LogCase } from './log-forgeries.ts'
export type { MisbehaviourCase } from './misbehaviour.ts'
export type { CheckpointCase, CosignatureCase, NoteCase, ReceiptChain } from './notes.ts'
export type { PolicyCheckCase } from './policies.ts'
export { type Case, type Input, inputBytes, NOW } from './shared.ts'
export type { SignatureCase } from './signatures.ts'
export type { KeyCase } from './texts.ts'
export type { BundleCase, ConsistencyCase, InclusionCase } from './tree.ts'

/** Every JSON file without its ending, as a value. */
async function jsonFiles(): Promise<Readonly<Record<string, unknown>>> {
  const trust = { policy: policyText(), now: NOW, maxSeconds: MAX_SECONDS }
  return {
    'texts/base64': base64Cases(),
    'texts/decimals': decimalCases(),
    'texts/instants': instantCases(),
    'texts/canonical-json': canonicalJsonCases(),
    'texts/keys': keyCases(),
    'entries/entries': entryCases(),
    'tree/roots': rootVectors(),
    'tree/inclusion': inclusionCases(),
    'tree/consistency': consistencyCases(),
    'tree/tiles': tileVectors(),
    'tree/tile-lists': tileListVectors(),
    'tree/tile-paths': tilePathCases(),
    'tree/bundles': bundleCases(),
    'notes/test-keys': testKeys(),
    'notes/vkeys': vkeyCases(),
    'notes/notes': noteCases(),
    'notes/checkpoints': checkpointCases(),
    'notes/cosignatures': cosignatureCases(),
    'notes/receipts': receiptChains(),
    'notes/policies': policyCases(),
    'notes/quorums': quorumVectors(),
    'notes/policy-checks': policyCheckCases(),
    'state/hashes': hashVectors(),
    'state/tries': trieVectors(),
    'signatures/ed25519': ed25519Cases(),
    'signatures/es256': es256Cases(),
    'signatures/evidence': evidenceCases(),
    'answers/honest': { ...trust, cases: honestCases() },
    'answers/forgeries': { ...trust, cases: forgeryCases() },
    'log/log': logDescription(wholeLog()),
    'log/forgeries': logCases(),
    'misbehaviour/files': await misbehaviourVectors(),
  }
}

/** Pretty where people read: one case a line. */
function jsonText(value: unknown): string {
  if (Array.isArray(value)) return `[\n${value.map((item) => JSON.stringify(item)).join(',\n')}\n]\n`
  const members = Object.entries(value as object).map(([name, member]) => {
    const text = Array.isArray(member) ? jsonText(member).trimEnd() : JSON.stringify(member)
    return `${JSON.stringify(name)}: ${text}`
  })
  return `{\n${members.join(',\n')}\n}\n`
}

/** Every file of `data/`, by its path there. Deterministic. */
export async function vectorFiles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  for (const [name, value] of Object.entries(await jsonFiles()))
    files.set(`${name}.json`, encodeUtf8(jsonText(value)))
  for (const [path, bytes] of publicFiles(wholeLog().log.entries)) files.set(`log/public/${path}`, bytes)
  return files
}
