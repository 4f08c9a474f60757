import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesEqual } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  CompactRange,
  consistencyProof,
  inclusionProof,
  leafHash,
  type NodeReader,
  nodeProof,
  nodeProofNodes,
  rebuildCompactRange,
  rootFromNode,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '@cadastre/merkle'
import { flipBit, NaiveTree, numberedEntries } from './model.ts'

const SIZE_MAX = 300
const entries = numberedEntries(SIZE_MAX)
const model = new NaiveTree(nodeCrypto, entries)
const read: NodeReader = (level, index) => model.hash(index * 2 ** level, (index + 1) * 2 ** level)

test('the compact range has the root of RFC 6962 section 2.1 at every size from 0 to 300', () => {
  const range = new CompactRange(nodeCrypto)
  for (let size = 0; size <= SIZE_MAX; size++) {
    assert.deepEqual(range.root(), model.hash(0, size))
    assert.deepEqual(treeRoot(nodeCrypto, read, size), model.hash(0, size))
    assert.ok(rebuildCompactRange(nodeCrypto, read, size).equals(range))
    const entry = entries[size]
    if (entry !== undefined) range.append(leafHash(nodeCrypto, entry))
  }
})

test('the compact range tells of every complete subtree once, with its hash', () => {
  const range = new CompactRange(nodeCrypto)
  const told = new Set<string>()
  for (const entry of entries) {
    range.append(leafHash(nodeCrypto, entry), (level, index, hash) => {
      assert.ok(!told.has(`${level}/${index}`))
      told.add(`${level}/${index}`)
      assert.deepEqual(hash, read(level, index))
    })
  }
  let expected = 0
  for (let level = 0; 2 ** level <= SIZE_MAX; level++) expected += Math.floor(SIZE_MAX / 2 ** level)
  assert.equal(told.size, expected)
})

test('a copy of a compact range is independent, and a range of the wrong shape is refused', () => {
  const range = new CompactRange(nodeCrypto, 1, [model.leaf(0)])
  const copy = range.copy()
  copy.append(model.leaf(1))
  assert.equal(range.size, 1)
  assert.deepEqual(copy.root(), model.hash(0, 2))
  assert.throws(() => new CompactRange(nodeCrypto, 3, [model.leaf(0)]), RangeError)
  assert.throws(() => new CompactRange(nodeCrypto, 1, [new Uint8Array(31)]), RangeError)
})

test('inclusion proofs of all sizes to 300 equal RFC 6962 section 2.1.1 and verify; other indexes and sizes do not', () => {
  for (let size = 1; size <= SIZE_MAX; size++) {
    const root = model.hash(0, size)
    for (let index = 0; index < size; index++) {
      const proof = inclusionProof(nodeCrypto, read, index, size)
      assert.deepEqual(proof, model.path(index, 0, size))
      assert.ok(verifyInclusion(nodeCrypto, model.leaf(index), index, size, proof, root))
      assert.ok(!verifyInclusion(nodeCrypto, model.leaf(index), index ^ 1, size, proof, root) || size === 1)
      assert.ok(!verifyInclusion(nodeCrypto, model.leaf(index), index, size, [...proof, root], root))
      assert.ok(
        !verifyInclusion(nodeCrypto, model.leaf(index), index, size, proof.slice(1), root) || size === 1,
      )
    }
  }
})

test('every complete node of all sizes to 100 is proved from its own level up, and at no other place', () => {
  for (let size = 1; size <= 100; size++) {
    const root = model.hash(0, size)
    for (let level = 0; 2 ** level <= size; level++)
      for (let index = 0; (index + 1) * 2 ** level <= size; index++) {
        const node = { level, index }
        const proof = nodeProof(nodeCrypto, read, node, size)
        assert.equal(nodeProofNodes(node, size).length >= proof.length, true)
        assert.deepEqual(rootFromNode(nodeCrypto, read(level, index), node, size, proof), root)
        const other = rootFromNode(nodeCrypto, read(level, index), { level, index: index ^ 1 }, size, proof)
        assert.ok(other === null || !bytesEqual(other, root))
        assert.equal(rootFromNode(nodeCrypto, read(level, index), node, size, [...proof, root]), null)
      }
    const beyond = { level: 0, index: size }
    assert.equal(rootFromNode(nodeCrypto, model.leaf(0), beyond, size, []), null)
    assert.throws(() => nodeProof(nodeCrypto, read, beyond, size), RangeError)
  }
})

test('consistency proofs of all pairs of sizes to 300 equal RFC 6962 section 2.1.2 and verify', () => {
  for (let second = 1; second <= SIZE_MAX; second++) {
    const newRoot = model.hash(0, second)
    for (let first = 0; first <= second; first++) {
      const oldRoot = model.hash(0, first)
      const proof = consistencyProof(nodeCrypto, read, first, second)
      assert.deepEqual(proof, first === 0 ? [] : model.proof(first, second))
      assert.ok(verifyConsistency(nodeCrypto, first, second, proof, oldRoot, newRoot))
      assert.ok(!verifyConsistency(nodeCrypto, first, second, [...proof, newRoot], oldRoot, newRoot))
      if (proof.length > 0) {
        assert.ok(!verifyConsistency(nodeCrypto, first, second, proof.slice(1), oldRoot, newRoot))
      }
      if (first > 0 && first < second) {
        assert.ok(!verifyConsistency(nodeCrypto, first, second, proof, newRoot, newRoot))
        assert.ok(!verifyConsistency(nodeCrypto, second, first, proof, newRoot, oldRoot))
      }
    }
  }
})

/** Every way to spoil one bit of one hash, all of them for small trees, a spread of them for large ones. */
function* spoiled(hashes: readonly Uint8Array[], size: number): Generator<Uint8Array[]> {
  const step = size <= 17 ? 1 : 61
  const bits = hashes.length * 256
  for (let bit = size % step; bit < bits; bit += step) {
    yield hashes.map((hash, i) => (i === bit >> 8 ? flipBit(hash, bit & 255) : hash))
  }
}

test('a flipped bit in the leaf, the proof or the root of an inclusion proof is refused', () => {
  for (let size = 1; size <= SIZE_MAX; size += size < 20 ? 1 : 7) {
    for (let index = 0; index < size; index++) {
      const proof = inclusionProof(nodeCrypto, read, index, size)
      const all = [model.leaf(index), model.hash(0, size), ...proof]
      for (const [leaf, root, ...path] of spoiled(all, size)) {
        assert.ok(leaf !== undefined && root !== undefined)
        assert.ok(!verifyInclusion(nodeCrypto, leaf, index, size, path, root))
      }
    }
  }
})

test('a flipped bit in either root or the proof of a consistency proof is refused', () => {
  for (let second = 2; second <= SIZE_MAX; second += second < 18 ? 1 : 7) {
    for (let first = 1; first <= second; first++) {
      const proof = consistencyProof(nodeCrypto, read, first, second)
      const all = [model.hash(0, first), model.hash(0, second), ...proof]
      for (const [oldRoot, newRoot, ...path] of spoiled(all, second)) {
        assert.ok(oldRoot !== undefined && newRoot !== undefined)
        assert.ok(!verifyConsistency(nodeCrypto, first, second, path, oldRoot, newRoot))
      }
    }
  }
})

test('verification is total: sizes, indexes and hashes of odd shapes give false', () => {
  const root = model.hash(0, 2)
  const leaf = model.leaf(0)
  for (const index of [-1, 2, 0.5, Number.NaN, 2 ** 53]) {
    assert.ok(!verifyInclusion(nodeCrypto, leaf, index, 2, [model.leaf(1)], root))
  }
  for (const size of [0, -2, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.ok(!verifyInclusion(nodeCrypto, leaf, 0, size, [model.leaf(1)], root))
    assert.ok(!verifyConsistency(nodeCrypto, 1, size, [model.leaf(1)], leaf, root))
  }
  assert.ok(!verifyInclusion(nodeCrypto, leaf.subarray(1), 0, 2, [model.leaf(1)], root))
  assert.ok(!verifyInclusion(nodeCrypto, leaf, 0, 2, [new Uint8Array(33)], root))
  assert.ok(!verifyConsistency(nodeCrypto, 0, 2, [], leaf, root), 'the empty tree has one root')
  assert.ok(!verifyConsistency(nodeCrypto, 2, 2, [], new Uint8Array(0), new Uint8Array(0)))
})

test('indexes beyond 32 bits keep their bits', () => {
  // A tree of 2^40 + 1 leaves whose complete subtrees all have made-up hashes, so that its shape is real.
  const fake: NodeReader = (level, index) => nodeCrypto.sha256(new TextEncoder().encode(`${level}/${index}`))
  const size = 2 ** 40 + 1
  const root = treeRoot(nodeCrypto, fake, size)
  const proof = inclusionProof(nodeCrypto, fake, 2 ** 40, size)
  assert.equal(proof.length, 1)
  assert.ok(verifyInclusion(nodeCrypto, fake(0, 2 ** 40), 2 ** 40, size, proof, root))
  const consistency = consistencyProof(nodeCrypto, fake, 2 ** 40, size)
  assert.ok(verifyConsistency(nodeCrypto, 2 ** 40, size, consistency, fake(40, 0), root))
})
