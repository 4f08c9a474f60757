/**
 * Everything that must hold of a registry whatever happened to it, checked from its public files and its store: no
 * receipted act lost, no published checkpoint contradicted, tiles complete, receipts chained, the log as its own
 * replay says.
 */

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesEqual, encodeBase64 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  bundlesForSize,
  CompactRange,
  decodeBundle,
  entriesPath,
  leafHash,
  TILE_WIDTH,
  tilePath,
  tilesForSize,
} from '@cadastre/merkle'
import {
  type Checkpoint,
  FIRST_PREVIOUS,
  noteVerifier,
  openCheckpoint,
  openReceipt,
  parseVkey,
  receiptHash,
  type Vkey,
} from '@cadastre/notes'
import type { Json, OpEntry } from '@cadastre/records'
import { canonicalJson } from '@cadastre/records'
import { parseEntry, Replayer } from '@cadastre/replay'
import type { StoreReader } from '@cadastre/store-port'

export type RegistryUnderCheck = {
  readonly origin: string
  readonly logVkey: string
  readonly receiptVkey: string
  /** The directory of the public files. */
  readonly logDirectory: string
  readonly store: Omit<StoreReader, 'close'>
  /** Receipts that were handed out, as signed notes. */
  readonly receipts: readonly string[]
  /** Checkpoints that were seen at any time, as signed notes. */
  readonly checkpoints: readonly string[]
}

export type CheckedRegistry = { readonly size: number; readonly receipts: number }

function vkeyOf(text: string): Vkey {
  const vkey = parseVkey(nodeCrypto, text)
  if (!vkey.ok) throw new Error(`not a vkey: ${text}`)
  return vkey.value
}

function opened(registry: RegistryUnderCheck, note: string): Checkpoint {
  const read = openCheckpoint(note, registry.origin, [noteVerifier(nodeCrypto, vkeyOf(registry.logVkey))])
  if (!read.ok) throw new Error(`a checkpoint does not open (${read.error}): ${note}`)
  return read.value.checkpoint
}

/** Throws an AssertionError on the first thing that does not hold; gives what was found. */
export async function checkRegistry(registry: RegistryUnderCheck): Promise<CheckedRegistry> {
  const note = await readFile(join(registry.logDirectory, 'checkpoint'), 'utf8')
  const published = opened(registry, note)
  const entries = await publicEntries(registry.logDirectory, published.size)
  const roots = await checkTiles(registry.logDirectory, entries)
  assert.ok(bytesEqual(roots(published.size), published.root), 'the public checkpoint is not of the entries')
  const saved = (await registry.store.checkpoints()).map((checkpoint) => checkpoint.note)
  for (const seen of [...registry.checkpoints, ...saved]) {
    const checkpoint = opened(registry, seen)
    assert.ok(checkpoint.size <= published.size, `a checkpoint of size ${checkpoint.size} is lost`)
    assert.ok(
      bytesEqual(roots(checkpoint.size), checkpoint.root),
      `the checkpoint of size ${checkpoint.size} is contradicted`,
    )
  }
  checkReplay(registry.origin, entries)
  await checkStore(registry.store, entries)
  return { size: published.size, receipts: await checkReceipts(registry, entries) }
}

async function publicEntries(directory: string, size: number): Promise<Uint8Array[]> {
  const entries: Uint8Array[] = []
  for (const { index, width } of bundlesForSize(size)) {
    const bundle = decodeBundle(await readFile(join(directory, entriesPath(index, width))), width)
    assert.ok(bundle.ok, `bundle ${index} of width ${width} is damaged`)
    entries.push(...bundle.value)
  }
  return entries
}

/** Every tile of this size is there and right; gives the log's root at each size up to it. */
async function checkTiles(
  directory: string,
  entries: readonly Uint8Array[],
): Promise<(size: number) => Uint8Array> {
  const levels: Uint8Array[][] = []
  const range = new CompactRange(nodeCrypto)
  const roots = [range.root()]
  for (const entry of entries) {
    range.append(leafHash(nodeCrypto, entry), (level, _index, hash) => {
      if (level % 8 !== 0) return
      const row = levels[level / 8] ?? []
      row.push(hash)
      levels[level / 8] = row
    })
    roots.push(range.root())
  }
  for (const { level, index, width } of tilesForSize(entries.length)) {
    const hashes = (levels[level] ?? []).slice(index * TILE_WIDTH, index * TILE_WIDTH + width)
    const bytes = await readFile(join(directory, tilePath(level, index, width)))
    assert.ok(bytesEqual(bytes, Buffer.concat(hashes)), `tile ${level}/${index} of width ${width} is wrong`)
  }
  return (size) => {
    const root = roots[size]
    if (root === undefined) throw new RangeError(`size ${size} of ${entries.length}`)
    return root
  }
}

function checkReplay(origin: string, entries: readonly Uint8Array[]): void {
  const replayer = new Replayer({ crypto: nodeCrypto, origin })
  const faults = entries.flatMap((bytes, index) => replayer.step(index, bytes))
  assert.deepEqual([...faults, ...replayer.finish()], [])
}

async function checkStore(store: RegistryUnderCheck['store'], entries: readonly Uint8Array[]): Promise<void> {
  const head = await store.head()
  assert.equal(head?.size, entries.length, 'the store holds more than is published')
  const stored = await store.entries(0, entries.length)
  for (const [index, entry] of entries.entries())
    assert.ok(bytesEqual(stored[index] ?? new Uint8Array(), entry), `entry ${index} differs from the store's`)
}

/** The chain from the first receipt on, each decided by the entry that says so, in order; none handed out is lost. */
async function checkReceipts(registry: RegistryUnderCheck, entries: readonly Uint8Array[]): Promise<number> {
  const key = noteVerifier(nodeCrypto, vkeyOf(registry.receiptVkey))
  const last = (await registry.store.lastReceipt())?.seq ?? 0
  const decisions = decisionsIn(entries)
  assert.deepEqual(
    [...decisions.keys()],
    Array.from({ length: last }, (_, n) => n + 1),
    'receipts are not decided in order, each once',
  )
  const kept = new Set<string>()
  let previous: Uint8Array = FIRST_PREVIOUS
  for (const [seq, { index, entry }] of decisions) {
    const status = await registry.store.receiptBySeq(seq)
    assert.equal(status?.index, index, `receipt ${seq} is not settled by its entry`)
    const read = openReceipt(status.receipt, key)
    assert.ok(read.ok, `receipt ${seq} does not open`)
    const { receipt, text } = read.value
    assert.equal(receipt.seq, seq)
    assert.equal(encodeBase64(receipt.previous), encodeBase64(previous), `receipt ${seq} breaks the chain`)
    const request = nodeCrypto.sha256(Buffer.from(canonicalJson(entry.request as Json)))
    assert.equal(encodeBase64(receipt.request), encodeBase64(request), `receipt ${seq} is of another request`)
    assert.equal(receipt.received, entry.received?.at)
    previous = receiptHash(nodeCrypto, text)
    kept.add(status.receipt)
  }
  for (const receipt of registry.receipts) assert.ok(kept.has(receipt), `a receipt is lost:\n${receipt}`)
  return last
}

function decisionsIn(
  entries: readonly Uint8Array[],
): ReadonlyMap<number, { readonly index: number; readonly entry: OpEntry }> {
  const decisions = new Map<number, { readonly index: number; readonly entry: OpEntry }>()
  for (const [index, bytes] of entries.entries()) {
    const parsed = parseEntry(bytes)
    if (parsed?.kind !== 'op' || parsed.entry.received === null) continue
    const { seq } = parsed.entry.received
    assert.ok(!decisions.has(seq), `receipt ${seq} is decided twice`)
    decisions.set(seq, { index, entry: parsed.entry })
  }
  return decisions
}
