import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  inclusionProof,
  type NodeReader,
  rangeProof,
  rangeProofNodes,
  rootFromRange,
  verifyInclusion,
} from '@cadastre/merkle'
import { flipBit, NaiveTree, numberedEntries } from './model.ts'

const SIZE_MAX = 40
const model = new NaiveTree(nodeCrypto, numberedEntries(SIZE_MAX))
const read: NodeReader = (level, index) => model.hash(index * 2 ** level, (index + 1) * 2 ** level)
const leaves = (first: number, end: number): Uint8Array[] =>
  Array.from({ length: end - first }, (_, offset) => model.leaf(first + offset))

test('consecutive entries: every range of every size to 40 leads to the root, and to no other place', () => {
  for (let size = 1; size <= SIZE_MAX; size++)
    for (let first = 0; first < size; first++)
      for (let end = first + 1; end <= size; end++) {
        const proof = rangeProof(nodeCrypto, read, first, end, size)
        const range = leaves(first, end)
        assert.deepEqual(rootFromRange(nodeCrypto, first, range, size, proof), model.hash(0, size))
        // The size is not in the root: it is the checkpoint's, which is signed.
        for (const other of [first - 1, first + 1])
          assert.notDeepEqual(rootFromRange(nodeCrypto, other, range, size, proof), model.hash(0, size))
        if (range.length > 1)
          assert.notDeepEqual(
            rootFromRange(nodeCrypto, first, range.slice(1), size, proof),
            model.hash(0, size),
            'an entry fewer',
          )
      }
})

test('of one entry it holds the hashes of the inclusion proof (RFC 9162 section 2.1.3)', () => {
  for (let index = 0; index < SIZE_MAX; index++) {
    const range = rangeProof(nodeCrypto, read, index, index + 1, SIZE_MAX)
    const inclusion = inclusionProof(nodeCrypto, read, index, SIZE_MAX)
    const sorted = (hashes: readonly Uint8Array[]): string[] =>
      hashes.map((hash) => Buffer.from(hash).toString('hex')).sort()
    assert.deepEqual(sorted(range), sorted(inclusion))
    assert.ok(
      verifyInclusion(nodeCrypto, model.leaf(index), index, SIZE_MAX, inclusion, model.hash(0, SIZE_MAX)),
    )
  }
})

test('a flipped bit, a hash too few or too many, and odd numbers are refused', () => {
  const proof = rangeProof(nodeCrypto, read, 5, 9, 23)
  const range = leaves(5, 9)
  const root = model.hash(0, 23)
  proof.forEach((hash, position) => {
    const forged = proof.with(position, flipBit(hash, position % 256))
    assert.notDeepEqual(rootFromRange(nodeCrypto, 5, range, 23, forged), root)
  })
  assert.equal(rootFromRange(nodeCrypto, 5, range, 23, proof.slice(1)), null)
  assert.equal(rootFromRange(nodeCrypto, 5, range, 23, [...proof, root]), null)
  assert.equal(rootFromRange(nodeCrypto, 5, [], 23, proof), null)
  assert.equal(rootFromRange(nodeCrypto, -1, range, 23, proof), null)
  assert.equal(rootFromRange(nodeCrypto, 20, range, 23, proof), null)
  assert.equal(rootFromRange(nodeCrypto, 5.5, range, 23, proof), null)
  assert.equal(rootFromRange(nodeCrypto, 5, range, 2 ** 53, proof), null)
  assert.throws(() => rangeProof(nodeCrypto, read, 3, 3, 23), RangeError)
  assert.throws(() => rangeProofNodes(3, 24, 23), RangeError)
})
