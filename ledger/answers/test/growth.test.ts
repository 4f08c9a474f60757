// A log only grows (RFC 9162 section 2.1.4): checked from the public tiles alone, as a browser does it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { leafHash, type NodeReader, nodeHash, readTileBytes, treeRoot } from '@cadastre/merkle'
import fc from 'fast-check'
import { growthTiles, provesGrowth, type TreePosition } from '../src/index.ts'

const hasher = nodeCrypto

/** A log whose entries are what `entry` says. */
function logOf(entry: (index: number) => string): NodeReader {
  const known = new Map<string, Uint8Array>()
  const read: NodeReader = (level, index) => {
    const name = `${level}/${index}`
    const hash =
      known.get(name) ??
      (level === 0
        ? leafHash(hasher, encodeUtf8(entry(index)))
        : nodeHash(hasher, read(level - 1, 2 * index), read(level - 1, 2 * index + 1)))
    known.set(name, hash)
    return hash
  }
  return read
}

const honest = logOf((index) => `entry ${index}`)
const at = (read: NodeReader, size: number): TreePosition => ({
  size,
  root: encodeBase64(treeRoot(hasher, read, size)),
})

/** The tiles as a server has them at that size. */
function tilesOf(read: NodeReader, from: number, to: number): Map<string, Uint8Array> {
  return new Map(
    growthTiles(from, to).map(({ path, bytes }) => {
      const [, level = '0', rest = ''] = /^tile\/([0-9]+)\/(.*)$/.exec(path) ?? []
      const index = Number(rest.replace(/\.p\/.*$/, '').replaceAll(/[x/]/g, ''))
      return [path, readTileBytes(read, { level: Number(level), index, width: bytes / 32 })]
    }),
  )
}

const SIZE_MAX = 1500
const sizes = fc
  .tuple(fc.integer({ min: 1, max: SIZE_MAX }), fc.integer({ min: 1, max: SIZE_MAX }))
  .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const)

test('an honest log grows between any two sizes', () => {
  fc.assert(
    fc.property(sizes, ([from, to]) => {
      const tiles = tilesOf(honest, from, to)
      assert.ok(provesGrowth(nodeCrypto, at(honest, from), at(honest, to), tiles))
      assert.ok(tiles.size <= 6)
    }),
    { numRuns: 60 },
  )
})

test('a log that changed, left out or put in an old entry does not, whichever tiles it shows', () => {
  fc.assert(
    fc.property(sizes, fc.nat(SIZE_MAX), ([from, to], where) => {
      fc.pre(to > from)
      const changed = where % from
      const forged = logOf((index) => (index === changed ? 'another' : `entry ${index}`))
      for (const read of [honest, forged])
        assert.ok(!provesGrowth(nodeCrypto, at(honest, from), at(forged, to), tilesOf(read, from, to)))
    }),
    { numRuns: 40 },
  )
})

test('tiles that are missing or too short prove nothing; equal sizes need equal roots, a smaller log never grew', () => {
  const tiles = tilesOf(honest, 300, 700)
  const [first] = tiles.keys()
  assert.ok(first)
  for (const bytes of [new Uint8Array(0), (tiles.get(first) ?? new Uint8Array(0)).slice(0, -1)])
    assert.ok(
      !provesGrowth(nodeCrypto, at(honest, 300), at(honest, 700), new Map([...tiles, [first, bytes]])),
    )
  assert.ok(!provesGrowth(nodeCrypto, at(honest, 300), at(honest, 700), new Map()))
  assert.ok(provesGrowth(nodeCrypto, at(honest, 300), at(honest, 300), new Map()))
  assert.ok(!provesGrowth(nodeCrypto, at(honest, 300), { ...at(honest, 301), size: 300 }, new Map()))
  assert.ok(!provesGrowth(nodeCrypto, at(honest, 700), at(honest, 300), tiles))
  assert.ok(!provesGrowth(nodeCrypto, { size: 300, root: '!' }, at(honest, 700), tiles))
})
