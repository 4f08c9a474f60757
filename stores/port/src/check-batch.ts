/** What every batch and intake must satisfy, whatever the engine. A breach is a bug in the caller and throws. */

import type { Batch, IntakeItem } from './index.ts'

const HASH_BYTES = 32

/** Throws a RangeError unless sizes, hashes and indexes of the batch fit together. */
export function checkBatch(batch: Batch): void {
  const { entries, expectedSize, head, touched, decided } = batch
  if (entries.length === 0 || head.size !== expectedSize + entries.length)
    throw new RangeError(
      `a batch of ${entries.length} entries leads from size ${expectedSize} to ${head.size}`,
    )
  const hashes = [head.root, ...head.compactRange, ...entries.map((entry) => entry.leafHash)]
  if ([...hashes, ...batch.tileHashes.map(({ hash }) => hash)].some(({ length }) => length !== HASH_BYTES))
    throw new RangeError('a hash of the batch is not 32 bytes')
  const outside = (index: number): boolean => index < expectedSize || index >= head.size
  if (touched.some(({ index }) => outside(index)) || decided.some(({ index }) => outside(index)))
    throw new RangeError('the batch names an entry that is not its own')
  if (batch.tileHashes.some(({ level }) => level < 1))
    throw new RangeError('tile hashes of level 0 are the leaf hashes of the entries')
  const keys = new Set(batch.records.map(({ key }) => key))
  if (keys.size !== batch.records.length)
    throw new RangeError('the batch gives two final states of one record')
}

/** Throws a RangeError unless the items go on from sequence number `last` (null = none yet) without a gap. */
export function checkIntake(items: readonly IntakeItem[], last: number | null): void {
  let previous = last
  for (const { seq, requestHash } of items) {
    if (!Number.isSafeInteger(seq) || seq < 0 || (previous !== null && seq !== previous + 1))
      throw new RangeError(`receipt ${seq} does not follow receipt ${previous}`)
    if (requestHash.length !== HASH_BYTES) throw new RangeError(`receipt ${seq}: its hash is not 32 bytes`)
    previous = seq
  }
}
