/** A reader made by hand: publications of given sizes, and proofs that only name what was asked. */

import type { RegistryReader, Snapshot } from '@cadastre/reader'
import { parseInstant } from '@cadastre/records'

function unused(): never {
  throw new Error('this face must not ask for it')
}

const at = parseInstant('2026-11-24T06:13:43Z') ?? unused()

function snapshot(size: number): Snapshot {
  return {
    publication: {
      size,
      at,
      note: `registry.example/log\n${size}\nAAAA\n\n— registry.example/log c2ln\n`,
      stateText: '{}',
      inclusion: [],
      version: { roots: [], id: size } as never,
    },
    get registry() {
      return unused()
    },
    chain: unused,
    inside: unused,
    object: unused,
    holdings: unused,
    underWay: unused,
    prove: (key) => `proof of ${key} at ${size}\n`,
  }
}

/** The last size is the latest checkpoint. */
export function fakeReader(sizes: readonly number[]): RegistryReader {
  const snapshots = new Map(sizes.map((size) => [size, snapshot(size)]))
  const latest = snapshots.get(sizes.at(-1) ?? 0)
  const store = {
    head: unused,
    entries: unused,
    tileHashes: unused,
    snapshot: unused,
    records: unused,
    record: unused,
    objects: unused,
    touched: unused,
    receiptBySeq: unused,
    receiptsByRequest: unused,
    lastReceipt: unused,
    openings: unused,
    holdersMatching: unused,
    checkpoints: async () => [...sizes].map((size) => ({ size, note: '', at })),
  }
  return {
    get info() {
      return unused()
    },
    snapshot: () => latest ?? unused(),
    snapshotAt: (size) => snapshots.get(size) ?? null,
    history: unused,
    store,
  }
}
