/** Makes evidence of what the log's own files, as published, show. */

import { makeAnswer } from '@cadastre/answers'
import { bytesEqual, decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import {
  entriesPath,
  HASH_BYTES,
  type NodeReader,
  nodeProof,
  nodeProofNodes,
  parseTilePath,
  rootFromNode,
  rootNodes,
  TILE_WIDTH,
  type Tile,
  type TreeNode,
  tileNodeReader,
  tilePath,
  tilesForNodes,
} from '@cadastre/merkle'
import { WITNESSES_KEY } from '@cadastre/procedures'
import type { Json, JsonObject } from '@cadastre/records'
import { labelOf } from '@cadastre/replay'
import { makeEntryRange } from '@cadastre/why'
import { formatEvidence } from './document.ts'
import { observationJson } from './observation.ts'
import { signedCheckpoint } from './proved-entries.ts'
import type { MisbehaviourRule } from './rules.ts'
import { NoEvidenceError, type Sources } from './sources.ts'

type Files = NonNullable<Sources['files']>

function filesOf({ files }: Sources): Files {
  if (files == null) throw new NoEvidenceError('It takes the published files themselves.')
  return files
}

/** Evidence about a tile or a bundle: that it is not there, is none, or holds something else. `made`: the right tile. */
export async function makeServedFile(
  sources: Sources,
  rule: MisbehaviourRule,
  path: string,
  made: Uint8Array | null,
): Promise<string> {
  const bytes = await filesOf(sources).read(path)
  const parsed = parseTilePath(path)
  if (bytes === null || parsed === null) return observed(sources, rule, path, bytes)
  if (rule !== 'tile-differs' || parsed.kind !== 'tile') return observed(sources, rule, path, bytes)
  const { tile } = parsed
  if (made === null || bytes.length !== tile.width * HASH_BYTES) return observed(sources, rule, path, bytes)
  const node = firstDifference(tile, bytes, made)
  if (node === null) throw new NoEvidenceError(`${path} is now what it should be.`)
  const own = await nodeJson(sources, node, { tile, bytes: made })
  const [culprit, kept, proof] =
    own !== null
      ? [path, bytes, own]
      : // The tile is what was signed: then the entries are not.
        await servedBundle(sources, tile, node)
  return observed(sources, rule, culprit, kept, { node: proof })
}

async function servedBundle(
  sources: Sources,
  { level, index, width }: Tile,
  node: TreeNode,
): Promise<readonly [string, Uint8Array, JsonObject]> {
  const path = entriesPath(index, width)
  const bytes = level === 0 ? await filesOf(sources).read(path) : null
  const proof = await nodeJson(sources, node, null)
  if (bytes === null || proof === null)
    throw new NoEvidenceError('The published tiles do not lead to the root that is signed.')
  return [path, bytes, proof]
}

function firstDifference({ level, index, width }: Tile, one: Uint8Array, other: Uint8Array): TreeNode | null {
  const hash = (bytes: Uint8Array, at: number) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)
  for (let at = 0; at < width; at++)
    if (!bytesEqual(hash(one, at), hash(other, at)))
      return { level: 8 * level, index: index * TILE_WIDTH + at }
  return null
}

/** The node with its proof from the published tiles, one of them replaced; null where they do not lead to the root. */
async function nodeJson(
  sources: Sources,
  node: TreeNode,
  replaced: { readonly tile: Tile; readonly bytes: Uint8Array } | null,
): Promise<JsonObject | null> {
  const { crypto, size } = sources
  const read = await nodesFrom(sources, [node, ...nodeProofNodes(node, size)], replaced)
  if (read === null) return null
  const [hash, proof] = [read(node.level, node.index), nodeProof(crypto, read, node, size)]
  const signed = signedCheckpoint(crypto, sources.trust, sources.checkpoint)
  const root = rootFromNode(crypto, hash, node, size, proof)
  if (!signed.ok || root === null || !bytesEqual(root, signed.value.root)) return null
  return { ...node, hash: encodeBase64(hash), proof: proof.map(encodeBase64) }
}

async function nodesFrom(
  sources: Sources,
  nodes: readonly TreeNode[],
  replaced: { readonly tile: Tile; readonly bytes: Uint8Array } | null,
): Promise<NodeReader | null> {
  const { crypto, size } = sources
  const tiles = new Map<string, Uint8Array>()
  for (const tile of tilesForNodes(nodes, size)) {
    const isReplaced = replaced?.tile.level === tile.level && replaced.tile.index === tile.index
    const bytes = isReplaced ? replaced.bytes : await readTile(sources, tile)
    if (bytes === null) return null
    tiles.set(`${tile.level}/${tile.index}`, bytes)
  }
  return tileNodeReader(crypto, size, ({ level, index }) => {
    const bytes = tiles.get(`${level}/${index}`)
    if (bytes === undefined) throw new Error('a tile was not loaded')
    return bytes
  })
}

/** A partial file may be gone once the full one exists (C2SP tlog-tiles). */
async function readTile(sources: Sources, { level, index, width }: Tile): Promise<Uint8Array | null> {
  const { read } = filesOf(sources)
  const bytes = (await read(tilePath(level, index, width))) ?? (await read(tilePath(level, index)))
  return bytes === null || bytes.length < width * HASH_BYTES ? null : bytes.subarray(0, width * HASH_BYTES)
}

/** Evidence that the checkpoint signs another root than the tiles along the right edge make. */
export async function makeWrongRoot(sources: Sources): Promise<string> {
  const { checkpoint, size } = sources
  const tiles: Json[] = []
  for (const tile of tilesForNodes(rootNodes(size), size)) {
    const bytes = await readTile(sources, tile)
    const path = tilePath(tile.level, tile.index, tile.width)
    if (bytes === null) throw new NoEvidenceError(`${path} is not there, or too short.`)
    tiles.push({ path, bytes: encodeBase64(bytes) })
  }
  return observed(sources, 'log-root-differs', 'checkpoint', encodeUtf8(checkpoint), { tiles })
}

/** Evidence that a smaller log was given out than the one signed before. */
export function makeShrunk(sources: Sources): string {
  const { checkpoint, earlier } = sources
  if (earlier == null) throw new NoEvidenceError('There is no earlier checkpoint.')
  return observed({ ...sources, checkpoint: earlier }, 'log-shrunk', 'checkpoint', encodeUtf8(checkpoint))
}

/** Evidence that the checkpoint lacks cosignatures that the registry's own record asks for. */
export async function makeQuorumMissing(sources: Sources): Promise<string> {
  const { crypto, log, checkpoint, size, stateAt } = sources
  const index = size - 1
  const { bytes, proof } = await makeEntryRange(crypto, log, index, size, size)
  const view = await stateAt(size)
  const { space, label, length } = labelOf(crypto, WITNESSES_KEY)
  // Of the last entry the proof has the hashes of its inclusion proof, in the order of the tree.
  const inclusion = proof.map((hash) => decodeBase64(hash) ?? new Uint8Array(0)).toReversed()
  const frame = { state: decodeUtf8(bytes[0] ?? new Uint8Array(0)) ?? '', inclusion, checkpoint }
  const proofs = [{ key: WITNESSES_KEY, proof: makeAnswer(frame, view.prove(space, label, length)) }]
  return observed(sources, 'quorum-missing', 'checkpoint', encodeUtf8(checkpoint), { proofs, size })
}

function observed(
  sources: Sources,
  rule: MisbehaviourRule,
  query: string,
  bytes: Uint8Array | null,
  more: JsonObject = {},
): string {
  const { now } = filesOf(sources)
  const observation = { service: 'log', query, at: now(), from: null, status: null, bytes, size: null }
  const members = { ...observationJson(observation), checkpoint: sources.checkpoint, ...more }
  return formatEvidence('served', rule, members)
}
