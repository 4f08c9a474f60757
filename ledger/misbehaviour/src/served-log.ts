/** Judging a file of the log as somebody fetched it: is it what the checkpoint commits to? */

import { bytesEqual, type Crypto, decodeBase64, decodeUtf8, encodeBase64 } from '@cadastre/crypto'
import {
  decodeBundle,
  HASH_BYTES,
  leafHash,
  nodeFromTile,
  nodeHash,
  parseTilePath,
  rootFromNode,
  type TilePath,
  type TreeNode,
  tileBytes,
  tileNodeReader,
  tilePath,
  treeRoot,
} from '@cadastre/merkle'
import type { Policy } from '@cadastre/notes'
import { isArray, isObject, type Json, type JsonObject } from '@cadastre/records'
import type { TrustedCheckpoint } from '@cadastre/why'
import { readHashes } from './document.ts'
import type { Observation } from './observation.ts'
import { signedCheckpoint } from './proved-entries.ts'
import { type Checked, refuse } from './refusals.ts'
import type { MisbehaviourRule } from './rules.ts'

type Judged = { readonly origin: string; readonly size: number; readonly says: readonly string[] }

export function judgeLogFile(
  crypto: Crypto,
  trust: Policy,
  rule: MisbehaviourRule,
  observed: Observation,
  members: JsonObject,
): Checked<Judged> {
  const checkpoint = signedCheckpoint(crypto, trust, members['checkpoint'])
  if (!checkpoint.ok) return checkpoint
  const { origin, size } = checkpoint.value
  const says = observed.query === 'checkpoint' ? wrongCheckpoint : wrongFile
  const found = says(crypto, { trust, rule, observed, members, checkpoint: checkpoint.value })
  if (!found.ok) return found
  return { ok: true, value: { origin, size, says: [found.value] } }
}

type Case = {
  readonly trust: Policy
  readonly rule: MisbehaviourRule
  readonly observed: Observation
  readonly members: JsonObject
  readonly checkpoint: TrustedCheckpoint
}

function nothing(why: string): Checked<string> {
  return refuse('nothing-shown', why)
}

function wrongCheckpoint(
  crypto: Crypto,
  { trust, rule, observed, members, checkpoint }: Case,
): Checked<string> {
  if (rule === 'log-root-differs') return wrongRoot(crypto, checkpoint, members['tiles'])
  if (rule !== 'log-shrunk' || observed.bytes === null) return nothing(`A checkpoint does not show ${rule}.`)
  const served = signedCheckpoint(crypto, trust, decodeUtf8(observed.bytes) ?? '')
  if (!served.ok) return served
  if (served.value.origin !== checkpoint.origin || served.value.size >= checkpoint.size)
    return nothing('The checkpoint served is not of a smaller log.')
  return {
    ok: true,
    value: `A checkpoint of ${served.value.size} entries was given out; ${checkpoint.origin} had signed one of ${checkpoint.size}.`,
  }
}

/** The tiles along the right edge, as served, make another root than the one signed. */
function wrongRoot(
  crypto: Crypto,
  { size, root }: TrustedCheckpoint,
  json: Json | undefined,
): Checked<string> {
  const tiles = new Map<string, Uint8Array>()
  for (const one of isArray(json) ? json : []) {
    const { path, bytes } = isObject(one) ? one : {}
    const decoded = typeof bytes === 'string' ? decodeBase64(bytes) : null
    if (typeof path !== 'string' || decoded === null)
      return refuse('malformed-document', 'A tile is of another shape.')
    tiles.set(path, decoded)
  }
  try {
    const read = tileNodeReader(crypto, size, ({ level, index, width }) =>
      must(tiles.get(tilePath(level, index, width))),
    )
    const served = treeRoot(crypto, read, size)
    if (bytesEqual(served, root)) return nothing('The tiles make the root that is signed.')
    return {
      ok: true,
      value: `The checkpoint signs ${encodeBase64(root)} at ${size} entries; the tiles that were given out make ${encodeBase64(served)}.`,
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return refuse('malformed-document', 'The tiles do not reach along the right edge of the tree.')
  }
}

function must(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new RangeError('a tile is missing')
  return bytes
}

function wrongFile(crypto: Crypto, { rule, observed, members, checkpoint }: Case): Checked<string> {
  const path = parseTilePath(observed.query)
  if (path === null || !isPublished(path, checkpoint.size))
    return nothing(`A log of ${checkpoint.size} entries has no file ${observed.query}.`)
  const missing = path.kind === 'tile' ? 'tile-missing' : 'bundle-missing'
  if (observed.bytes === null)
    return rule === missing
      ? { ok: true, value: `${observed.query} was not there.` }
      : nothing('The file was not there.')
  const hashes = hashesIn(crypto, path, observed.bytes)
  if (hashes === null) {
    const malformed = path.kind === 'tile' ? 'tile-differs' : 'bundle-malformed'
    return rule === malformed
      ? { ok: true, value: `${observed.query} is no ${path.kind === 'tile' ? 'tile' : 'bundle'}.` }
      : nothing('The file is malformed.')
  }
  if (rule !== 'tile-differs' && rule !== 'log-root-differs') return nothing(`A file does not show ${rule}.`)
  return wrongNode(crypto, path, hashes, checkpoint, members['node'])
}

function isPublished(path: TilePath, size: number): boolean {
  const { level, index, width } =
    path.kind === 'tile' ? path.tile : { level: 0, index: path.bundle.index, width: path.bundle.width }
  const nodes = Math.floor(size / 256 ** level) - index * 256
  return nodes >= width
}

/** The hashes that a file stands for, left to right, as a tile; null where it is malformed. */
function hashesIn(crypto: Crypto, path: TilePath, bytes: Uint8Array): Uint8Array | null {
  if (path.kind === 'tile') return bytes.length === path.tile.width * HASH_BYTES ? bytes : null
  const entries = decodeBundle(bytes, path.bundle.width)
  return entries.ok ? tileBytes(entries.value.map((entry) => leafHash(crypto, entry))) : null
}

/** One node of the tree, proved under the checkpoint, that the file has otherwise. */
function wrongNode(
  crypto: Crypto,
  path: TilePath,
  hashes: Uint8Array,
  { size, root }: TrustedCheckpoint,
  json: Json | undefined,
): Checked<string> {
  const { level, index, hash: text, proof: list } = isObject(json) ? json : {}
  const hash = typeof text === 'string' ? decodeBase64(text) : null
  const proof = readHashes(list)
  if (typeof level !== 'number' || typeof index !== 'number' || hash === null || proof === null)
    return refuse('malformed-document', 'node is of another shape.')
  const computed = rootFromNode(crypto, hash, { level, index }, size, proof)
  if (computed === null || !bytesEqual(computed, root))
    return refuse('not-included', `Node ${level}/${index} is not proved under the checkpoint.`)
  const served = nodeIn(crypto, path, hashes, { level, index })
  if (served === null) return nothing(`The file does not hold node ${level}/${index}.`)
  if (bytesEqual(served, hash)) return nothing('The file holds what the checkpoint commits to.')
  return {
    ok: true,
    value: `The checkpoint commits to ${encodeBase64(hash)} at node ${level}/${index} of the tree; the file that was given out makes ${encodeBase64(served)} there.`,
  }
}

function nodeIn(crypto: Crypto, path: TilePath, hashes: Uint8Array, node: TreeNode): Uint8Array | null {
  const tile = path.kind === 'tile' ? path.tile : { level: 0, ...path.bundle }
  const inTile = node.level - 8 * tile.level
  if (inTile === 8) {
    // The whole of a full tile: the parent's hash.
    if (node.index !== tile.index || tile.width < 256) return null
    const half = (side: number): Uint8Array =>
      nodeFromTile(crypto, tile, hashes, { level: node.level - 1, index: 2 * node.index + side })
    return nodeHash(crypto, half(0), half(1))
  }
  try {
    return inTile < 0 || inTile > 8 ? null : nodeFromTile(crypto, tile, hashes, node)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return null
  }
}
