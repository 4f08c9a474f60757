import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  bundlesForGrowth,
  bundlesForSize,
  CompactRange,
  consistencyNodes,
  consistencyProof,
  decodeBundle,
  encodeBundle,
  entriesPath,
  inclusionNodes,
  inclusionProof,
  type NodeReader,
  parseTilePath,
  readTileBytes,
  rebuildCompactRange,
  rootNodes,
  type Tile,
  tileNodeReader,
  tilePath,
  tilesForGrowth,
  tilesForNodes,
  tilesForSize,
} from '@cadastre/merkle'
import fc from 'fast-check'
import { NaiveTree, numberedEntries } from './model.ts'

const names = (tiles: readonly Tile[]): string[] => tiles.map((t) => tilePath(t.level, t.index, t.width))

test('tlog-tiles: the path of index 1234067 is x001/x234/067', () => {
  assert.equal(tilePath(0, 1_234_067, 8), 'tile/0/x001/x234/067.p/8')
  assert.equal(tilePath(1, 0, 256), 'tile/1/000')
  assert.equal(entriesPath(1_000), 'tile/entries/x001/000')
  assert.equal(entriesPath(5, 255), 'tile/entries/005.p/255')
  for (const width of [0, 257, 1.5]) assert.throws(() => tilePath(0, 0, width), RangeError)
  assert.throws(() => tilePath(64, 0), RangeError)
  assert.throws(() => tilePath(0, -1), RangeError)
})

test('a tile path parses back, and only its one spelling parses', () => {
  fc.assert(
    fc.property(
      fc.option(fc.integer({ min: 0, max: 63 })),
      fc.maxSafeNat(),
      fc.integer({ min: 1, max: 256 }),
      (level, index, width) => {
        const path = level === null ? entriesPath(index, width) : tilePath(level, index, width)
        const parsed = parseTilePath(path)
        const expected =
          level === null
            ? { kind: 'entries', bundle: { index, width } }
            : { kind: 'tile', tile: { level, index, width } }
        assert.deepEqual(parsed, expected)
      },
    ),
  )
  const refused = [
    ...[
      'tile/0/1',
      'tile/0/0000',
      'tile/00/000',
      'tile/64/000',
      'tile/-1/000',
      'tile/0/x000/001',
      'tile/0/x001',
    ],
    ...[
      'tile/0/001/002',
      'tile/0/000.p/0',
      'tile/0/000.p/256',
      'tile/0/000.p/01',
      'tile/0/000.p/',
      'tile/0/000.p',
    ],
    ...['/tile/0/000', 'tile/0/000/', 'tile/data/000', 'tile/entries/x000/000', 'tile/0/000\n', 'tile/0/٠٠٠'],
    ...[
      'tile/0/../000',
      'tile/0/x999/x999/x999/x999/x999/999',
      'tile/0/x001/x001/x001/x001/x001/x001/001',
      '',
    ],
  ]
  for (const path of refused) assert.equal(parseTilePath(path), null, path)
})

test('tlog-tiles: the tiles of sizes 256 and 70,000 are those of the specification', () => {
  assert.deepEqual(names(tilesForSize(256)), ['tile/0/000', 'tile/1/000.p/1'])
  assert.deepEqual(names(tilesForSize(0)), [])
  const tiles = names(tilesForSize(70_000))
  assert.equal(tiles.filter((name) => name.startsWith('tile/0/')).length, 274)
  assert.ok(tiles.includes('tile/0/273.p/112'))
  assert.deepEqual(
    tiles.filter((name) => !name.startsWith('tile/0/')),
    ['tile/1/000', 'tile/1/001.p/17', 'tile/2/000.p/1'],
  )
})

test('growing adds what the new size has and the old had not, never an empty tile', () => {
  fc.assert(
    fc.property(fc.nat(200_000), fc.nat(70_000), (from, more) => {
      const before = new Set(names(tilesForSize(from)))
      const after = names(tilesForSize(from + more))
      assert.deepEqual(
        names(tilesForGrowth(from, from + more)),
        after.filter((name) => !before.has(name)),
      )
    }),
    { numRuns: 50 },
  )
  assert.deepEqual(tilesForGrowth(256, 256), [])
  assert.deepEqual(bundlesForGrowth(255, 258), [
    { index: 0, width: 256 },
    { index: 1, width: 2 },
  ])
  assert.deepEqual(bundlesForSize(256), [{ index: 0, width: 256 }])
  assert.throws(() => tilesForGrowth(2, 1), RangeError)
})

test('proofs and the compact range come out of tiles as out of all hashes, from the listed tiles alone', () => {
  const sizeMax = 1_500
  const model = new NaiveTree(nodeCrypto, numberedEntries(sizeMax))
  const nodes: NodeReader = (level, index) => model.hash(index * 2 ** level, (index + 1) * 2 ** level)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: sizeMax }), fc.nat(), fc.nat(), (size, a, b) => {
      const reader = (allowed: readonly Tile[]): NodeReader =>
        tileNodeReader(nodeCrypto, size, (tile) => {
          assert.ok(names(allowed).includes(tilePath(tile.level, tile.index, tile.width)))
          return readTileBytes(nodes, tile)
        })
      const index = a % size
      const inclusion = reader(tilesForNodes(inclusionNodes(index, size), size))
      assert.deepEqual(inclusionProof(nodeCrypto, inclusion, index, size), model.path(index, 0, size))
      const first = 1 + (b % size)
      const consistency = reader(tilesForNodes(consistencyNodes(first, size), size))
      assert.deepEqual(consistencyProof(nodeCrypto, consistency, first, size), model.proof(first, size))
      const range = rebuildCompactRange(nodeCrypto, reader(tilesForNodes(rootNodes(size), size)), size)
      assert.deepEqual(range.root(), model.hash(0, size))
    }),
  )
})

test('tiles filled from what the compact range tells equal tiles read from the model', () => {
  const entries = numberedEntries(700)
  const model = new NaiveTree(nodeCrypto, entries)
  const told = new Map<string, Uint8Array>()
  const range = new CompactRange(nodeCrypto)
  entries.forEach((_, i) => {
    range.append(model.leaf(i), (level, index, hash) => told.set(`${level}/${index}`, hash))
  })
  for (const tile of tilesForSize(700)) {
    const fromRange = readTileBytes(
      (level, index) => told.get(`${level}/${index}`) ?? new Uint8Array(0),
      tile,
    )
    const fromModel = readTileBytes(
      (level, index) => model.hash(index * 2 ** level, (index + 1) * 2 ** level),
      tile,
    )
    assert.deepEqual(fromRange, fromModel)
  }
})

test('entry bundles: uint16 lengths, round trip, and cut or padded ones refused', () => {
  assert.deepEqual(encodeBundle([Uint8Array.of(7), new Uint8Array(0)]), Uint8Array.of(0, 1, 7, 0, 0))
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 600 }), { minLength: 1, maxLength: 256 }), (entries) => {
      const bytes = encodeBundle(entries)
      const decoded = decodeBundle(bytes, entries.length)
      assert.ok(decoded.ok)
      assert.deepEqual(decoded.value, entries)
      assert.equal(decodeBundle(bytes.subarray(0, -1), entries.length).ok, false)
      assert.equal(decodeBundle(bytes, entries.length + 1).ok, false)
      assert.equal(decodeBundle(bytes, entries.length - 1).ok, false)
    }),
    { numRuns: 40 },
  )
  assert.throws(() => encodeBundle([new Uint8Array(65_536)]), RangeError)
  assert.deepEqual(decodeBundle(Uint8Array.of(0), 1), { ok: false, error: 'truncated' })
  assert.equal(decodeBundle(new Uint8Array(2 * 257), 257).ok, false)
})
