/**
 * Evidence of kind `roots`: a state entry whose root does not follow from the one before and the effects of the batch.
 * The batch is there whole, and the nodes that its effects touch; all other nodes stand as they did, by their hashes.
 */

import { type Crypto, decodeBase64, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import type { Policy } from '@cadastre/notes'
import { asRecordKey, canonicalJson, isArray, type Json, type OpEntry } from '@cadastre/records'
import { labelOf, type ParsedEntry, parseEntry } from '@cadastre/replay'
import { HASHED_SPACES, type HashedSpace, type NodePreimage, recordHash, SPACES } from '@cadastre/trie'
import { batchStart, makeEntryRange } from '@cadastre/why'
import type { Conviction } from './conviction.ts'
import { type Evidence, formatEvidence, stretchJson } from './document.ts'
import { opOf, readProved, type Stretch, signedCheckpoint, stateOf } from './proved-entries.ts'
import { nodesOfProof, PrunedTrie, UnknownNodeError } from './pruned-trie.ts'
import { type Checked, refuse } from './refusals.ts'
import { NoEvidenceError, type Sources } from './sources.ts'

const NODES_MAX = 500_000

export function verifyRoots(crypto: Crypto, trust: Policy, { rule, members }: Evidence): Checked<Conviction> {
  if (rule !== 'roots-differ') return refuse('nothing-shown', `Roots do not show ${rule}.`)
  const checkpoint = signedCheckpoint(crypto, trust, members['checkpoint'])
  if (!checkpoint.ok) return checkpoint
  const log = readProved(crypto, checkpoint.value, members['log'])
  if (!log.ok) return log
  const space = HASHED_SPACES.find((one) => one === members['space'])
  const nodes = space === undefined ? null : readNodes(members['nodes'], space)
  if (space === undefined || nodes === null)
    return refuse('malformed-document', 'space or nodes are of another shape.')
  const says = judged(crypto, log.value, space, nodes)
  if (!says.ok) return says
  const { origin, size } = checkpoint.value
  const index = log.value.at(-1)?.index ?? null
  return {
    ok: true,
    value: { kind: 'roots', rule, basis: 'signed', origin, size, index, says: [says.value] },
  }
}

function judged(
  crypto: Crypto,
  log: Stretch,
  space: HashedSpace,
  nodes: readonly NodePreimage[],
): Checked<string> {
  const [head, last] = [log[0], log.at(-1)]
  const [before, after] = [stateOf(head), stateOf(last)]
  if (head === undefined || last === undefined || after === null || (before === null && head.index !== 0))
    return refuse('nothing-shown', 'The entries are not one batch between two state entries.')
  const ops = log.slice(before === null ? 0 : 1, -1).map(opOf)
  const batch = ops.flatMap((op) => (op === null ? [] : [op]))
  if (batch.length !== ops.length)
    return refuse('malformed-entry', 'What stands between the state entries is no op.')
  const trie = new PrunedTrie(crypto, space, before === null ? null : before.roots[space], nodes)
  const wrong = follow(crypto, trie, batch, space)
  if (wrong !== null) return wrong
  const right = trie.root
  if (right === after.roots[space])
    return refuse('nothing-shown', `The root of ${space} in entry ${last.index} is right.`)
  return {
    ok: true,
    value: `State entry ${last.index} says that the root of ${space} is ${after.roots[space]}; the effects of entries ${head.index + (before === null ? 0 : 1)} to ${last.index - 1} make it ${right}.`,
  }
}

/** Write the effects of a batch; null where every node that they touch is known. */
function follow(
  crypto: Crypto,
  trie: PrunedTrie,
  batch: readonly OpEntry[],
  space: HashedSpace,
): ReturnType<typeof refuse> | null {
  try {
    for (const { place, value } of effectsIn(crypto, batch, space)) trie.put(place, value)
    return null
  } catch (error) {
    if (!(error instanceof UnknownNodeError)) throw error
    return refuse('wrong-path', `The node with hash ${error.message} is not in the document.`)
  }
}

type Write = {
  readonly place: { readonly label: Uint8Array; readonly length: number }
  readonly value: Uint8Array | null
}

/** What accepted ops write in a space, in order. */
function effectsIn(crypto: Crypto, batch: readonly OpEntry[], space: HashedSpace): readonly Write[] {
  return batch.flatMap(({ outcome }) =>
    (outcome.accepted ? outcome.effects : []).flatMap(({ key: text, next }): readonly Write[] => {
      const key = asRecordKey(text)
      const place = key === null ? null : labelOf(crypto, key)
      if (place?.space !== space) return []
      return [{ place, value: next === null ? null : recordHash(crypto, encodeUtf8(canonicalJson(next))) }]
    }),
  )
}

/** Evidence about the state entry at `index`. Rejects with {@link NoEvidenceError}. */
export async function makeRoots(sources: Sources, index: number): Promise<string> {
  const { crypto, log, checkpoint, size } = sources
  const { state: previous } = await batchStart(log, index)
  const range = await makeEntryRange(crypto, log, previous ?? 0, index + 1, size)
  const entries = range.bytes.map(parseEntry)
  const ops = entries.flatMap((entry) => (entry?.kind === 'op' ? [entry.entry] : []))
  const space = await differing(sources, entries.at(-1) ?? null, index)
  if (space === null) throw new NoEvidenceError(`The roots of state entry ${index} follow from its batch.`)
  const view = previous === null ? null : await sources.stateAt(previous + 1)
  const nodes = new Map<string, Json>()
  for (const { place } of view === null ? [] : effectsIn(crypto, ops, space))
    for (const node of nodesOfProof(
      crypto,
      space,
      place,
      view?.prove(space, place.label, place.length) ?? NONE,
    )) {
      const json = nodeJson(node)
      nodes.set(JSON.stringify(json), json)
    }
  const members = { checkpoint, log: stretchJson(range), space, nodes: [...nodes.values()] }
  return formatEvidence('roots', 'roots-differ', members)
}

/** The first space whose root in the entry is not that of the state that the log makes. */
async function differing(
  { stateAt }: Sources,
  entry: ParsedEntry | null,
  index: number,
): Promise<HashedSpace | null> {
  if (entry?.kind !== 'state') return null
  const view = await stateAt(index + 1)
  const { roots } = entry.entry
  return HASHED_SPACES.find((space) => encodeBase64(view.rootHash(space)) !== roots[space]) ?? null
}

const NONE = { nodes: [], end: null, records: [] }

const hashText = (hash: Uint8Array | null): string | null => (hash === null ? null : encodeBase64(hash))

function nodeJson({ label, length, value, left, right }: NodePreimage): Json {
  return [length, encodeBase64(label), hashText(value), hashText(left), hashText(right)]
}

function readNodes(json: Json | undefined, space: HashedSpace): readonly NodePreimage[] | null {
  if (!isArray(json) || json.length > NODES_MAX) return null
  const nodes: NodePreimage[] = []
  for (const one of json) {
    const node = readNode(one, space)
    if (node === null) return null
    nodes.push(node)
  }
  return nodes
}

function readNode(json: Json, space: HashedSpace): NodePreimage | null {
  if (!isArray(json) || json.length !== 5) return null
  const [length, text, ...hashes] = json
  const label = typeof text === 'string' ? decodeBase64(text) : null
  const { width } = SPACES[space]
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length > width) return null
  if (label === null || label.length * 8 !== width) return null
  const [value, left, right] = hashes.map(readHash)
  if (value === undefined || left === undefined || right === undefined) return null
  return { label, length, value, left, right }
}

/** Undefined where it is neither a hash nor null. */
function readHash(json: Json): Uint8Array | null | undefined {
  if (json === null) return null
  const hash = typeof json === 'string' ? decodeBase64(json) : null
  return hash?.length === 32 ? hash : undefined
}
