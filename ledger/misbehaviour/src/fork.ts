/** Evidence of kind `fork`: two checkpoints that the log signed, of which one is no beginning of the other. */

import { bytesEqual, type Crypto, decodeBase64, encodeBase64 } from '@cadastre/crypto'
import { consistencyNodes, consistencyProof, rootNodes, treeRoot, verifyConsistency } from '@cadastre/merkle'
import { type Checkpoint, type Policy, parseCheckpoint, parseNote } from '@cadastre/notes'
import { type LogReader, loadNodes } from '@cadastre/why'
import type { Conviction } from './conviction.ts'
import { type Evidence, formatEvidence, readHashes, readTexts } from './document.ts'
import { signedCheckpoint } from './proved-entries.ts'
import { type Checked, refuse } from './refusals.ts'
import { NoEvidenceError } from './sources.ts'

export function verifyFork(crypto: Crypto, trust: Policy, { rule, members }: Evidence): Checked<Conviction> {
  if (rule !== 'log-forked') return refuse('nothing-shown', `Two checkpoints do not show ${rule}.`)
  const notes = readTexts(members['checkpoints'], 2)
  const [one, other] = (notes ?? []).map((note) => signedCheckpoint(crypto, trust, note))
  if (one === undefined || other === undefined)
    return refuse('malformed-document', 'checkpoints are no two notes.')
  if (!one.ok) return one
  if (!other.ok) return other
  const [smaller, larger] =
    one.value.size <= other.value.size ? [one.value, other.value] : [other.value, one.value]
  if (smaller.origin !== larger.origin)
    return refuse('other-subject', `${smaller.origin} and ${larger.origin} are two logs.`)
  const right = rootAt(crypto, smaller.size, larger, members)
  if (!right.ok) return right
  if (bytesEqual(right.value, smaller.root))
    return refuse('nothing-shown', 'The larger checkpoint goes on where the smaller one ends.')
  const says = `${smaller.origin} signed the root ${encodeBase64(smaller.root)} for ${smaller.size} entries, and a log of ${larger.size} entries whose first ${smaller.size} have the root ${encodeBase64(right.value)}.`
  const { origin, size } = larger
  return {
    ok: true,
    value: { kind: 'fork', rule, basis: 'signed', origin, size, index: smaller.size - 1, says: [says] },
  }
}

/** The root of the first `size` entries of the tree that the larger checkpoint signs. */
function rootAt(
  crypto: Crypto,
  size: number,
  larger: { readonly size: number; readonly root: Uint8Array },
  members: Evidence['members'],
): Checked<Uint8Array> {
  if (size === larger.size) return { ok: true, value: larger.root }
  const root = typeof members['root'] === 'string' ? decodeBase64(members['root']) : null
  const proof = readHashes(members['proof'])
  if (root === null || proof === null)
    return refuse('malformed-document', 'root or proof are of another shape.')
  return verifyConsistency(crypto, size, larger.size, proof, root, larger.root)
    ? { ok: true, value: root }
    : refuse('not-included', `The larger log does not have this root at ${size} entries.`)
}

/**
 * Evidence of a fork from two signed checkpoints. Of different sizes it also takes the tiles of the larger one's log.
 * Rejects with {@link NoEvidenceError} where they show none.
 */
export async function makeFork(
  crypto: Crypto,
  one: string,
  other: string,
  log: LogReader | null = null,
): Promise<string> {
  const [first, second] = [positionIn(one), positionIn(other)]
  const [smaller, larger] = first.size <= second.size ? [first, second] : [second, first]
  const checkpoints = [one, other]
  if (smaller.size === larger.size) return formatEvidence('fork', 'log-forked', { checkpoints })
  if (log === null || smaller.size === 0)
    throw new NoEvidenceError('Checkpoints of two sizes alone show no fork: it takes the larger log’s tiles.')
  const nodes = [...consistencyNodes(smaller.size, larger.size), ...rootNodes(smaller.size)]
  const read = await loadNodes(crypto, log, nodes, larger.size)
  const root = encodeBase64(treeRoot(crypto, read, smaller.size))
  const proof = consistencyProof(crypto, read, smaller.size, larger.size).map(encodeBase64)
  return formatEvidence('fork', 'log-forked', { checkpoints, root, proof })
}

function positionIn(note: string): Checkpoint {
  const parsed = parseNote(note)
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : null
  if (checkpoint?.ok !== true) throw new NoEvidenceError('One of the two is no checkpoint.')
  return checkpoint.value
}
