/** Loading the state from the store, and proving that it is what the log says before anything is built on it. */

import { bytesEqual, type Crypto, decodeUtf8, encodeBase64 } from '@cadastre/crypto'
import { CompactRange } from '@cadastre/merkle'
import { parseEntry, TrieState } from '@cadastre/replay'
import type { Head, StoreReader } from '@cadastre/store-port'
import { HASHED_SPACES, type TrieMemory, TrieWriter, type Version } from '@cadastre/trie'
import { rootAt } from './tree-nodes.ts'

/** Thrown where the stored records are not those of the last state entry: `cadastre rebuild` recreates them. */
export class DamagedStoreError extends Error {
  override readonly name: string = 'DamagedStoreError'
}

export type Loaded = {
  readonly head: Head | null
  readonly trie: TrieWriter
  readonly state: TrieState
  readonly version: Version
  readonly range: CompactRange
  /** Text of the last state entry; null before genesis. */
  readonly stateText: string | null
}

/** Load all current records into fresh shared memory and check their roots against the last state entry. */
export async function loadState(
  crypto: Crypto,
  store: StoreReader,
  memory: TrieMemory,
  progress?: (records: number) => void,
): Promise<Loaded> {
  const trie = new TrieWriter(memory, crypto)
  const state = new TrieState(trie, crypto, { keepIndex: true })
  const head = await store.head()
  let count = 0
  for await (const page of store.records()) {
    for (const { key, text } of page) state.put(key, text)
    count += page.length
    progress?.(count)
  }
  const version = trie.commit()
  if (head === null) return { head, trie, state, version, range: new CompactRange(crypto), stateText: null }
  const [bytes] = await store.entries(head.size - 1, 1)
  const parsed = bytes === undefined ? null : parseEntry(bytes)
  if (bytes === undefined || parsed?.kind !== 'state')
    throw new DamagedStoreError('The log does not end in a state entry.')
  for (const space of HASHED_SPACES)
    if (encodeBase64(version.hashes[space]) !== parsed.entry.roots[space])
      throw new DamagedStoreError(
        `The stored records of ${space} are not those of the log's last state. Run "cadastre rebuild" to recreate them from the log.`,
      )
  const range = new CompactRange(crypto, head.size, head.compactRange)
  if (!bytesEqual(range.root(), head.root) || !bytesEqual(await rootAt(crypto, store, head.size), head.root))
    throw new DamagedStoreError("The stored hashes of the log's tree do not make its root.")
  return { head, trie, state, version, range, stateText: decodeUtf8(bytes) }
}
