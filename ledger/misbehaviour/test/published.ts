/** A log of a test's entries as it is published: signed, with its tiles, audited with evidence. */

import assert from 'node:assert/strict'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { CompactRange, leafHash } from '@cadastre/merkle'
import {
  formatCheckpoint,
  formatVkey,
  KEY_TYPE_ED25519,
  makeVkey,
  noteSigner,
  type Policy,
  parsePolicy,
  signNote,
} from '@cadastre/notes'
import { type Fault, Replayer } from '@cadastre/replay'
import { createTrieMemory } from '@cadastre/trie'
import type { LogReader } from '@cadastre/why'
import { makeMisbehaviour, type Sources } from '../src/index.ts'

export const ORIGIN = 'registry.example/log'
const logKey = ed25519SignerFromSeed(new Uint8Array(32).fill(9))

export function policyOf(vkey: string): Policy {
  const policy = parsePolicy(nodeCrypto, `log ${vkey}\nquorum none\n`)
  assert.ok(policy.ok)
  return policy.value
}
/** Trust in the key that signs what {@link publish} publishes. */
export function trustIn(origin: string): Policy {
  return policyOf(formatVkey(makeVkey(nodeCrypto, origin, KEY_TYPE_ED25519, logKey.publicKey)))
}
export const TRUST: Policy = trustIn(ORIGIN)

export type Published = { readonly log: LogReader; readonly checkpoint: string; readonly size: number }

/** The log of these entries, signed under this origin. */
export function publish(entries: readonly Uint8Array[], origin: string = ORIGIN): Published {
  const levels: Uint8Array[][] = []
  const range = new CompactRange(nodeCrypto)
  for (const bytes of entries)
    range.append(leafHash(nodeCrypto, bytes), (level, index, hash) => {
      levels[level] ??= []
      ;(levels[level] ?? [])[index] = hash
    })
  return {
    size: entries.length,
    checkpoint: sign(entries.length, range.root(), origin),
    log: {
      entries: async (from, count) => entries.slice(from, from + count),
      tileHashes: async (level, from, count) => (levels[level * 8] ?? []).slice(from, from + count),
    },
  }
}

function sign(size: number, root: Uint8Array, origin: string): string {
  return signNote(formatCheckpoint({ origin, size, root }), [noteSigner(nodeCrypto, origin, logKey)])
}

export type Convicted = {
  readonly fault: Fault
  readonly made: Awaited<ReturnType<typeof makeMisbehaviour>>
}

/** Every fault of the log, with the evidence of it. */
export async function convict(entries: readonly Uint8Array[]): Promise<readonly Convicted[]> {
  const { log, checkpoint, size } = publish(entries)
  const memory = createTrieMemory({ poolBytes: 2 ** 24, recordBytes: 2 ** 26 })
  const replayer = new Replayer({ crypto: nodeCrypto, origin: ORIGIN, memory, audit: true })
  const sources: Sources = {
    crypto: nodeCrypto,
    trust: TRUST,
    log,
    checkpoint,
    size,
    stateAt: async (at) => {
      const view = replayer.stateAt(at)
      assert.ok(view, `the state at ${at} is at hand`)
      return view
    },
  }
  const found: Convicted[] = []
  const take = async (faults: readonly Fault[]) => {
    for (const fault of faults) found.push({ fault, made: await makeMisbehaviour(sources, fault) })
  }
  for (const [index, bytes] of entries.entries()) await take(replayer.step(index, bytes))
  await take(replayer.finish())
  return found
}
