/** Vectors of the log's tree: leaves, roots, proofs, tiles, bundles, paths of files. */

import { encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  bundlesForSize,
  consistencyProof,
  encodeBundle,
  entriesPath,
  inclusionProof,
  leafHash,
  type NodeReader,
  nodeHash,
  readTileBytes,
  tilePath,
  tilesForSize,
  treeRoot,
} from '@cadastre/merkle'
import { type Case, type Input, input, texts } from './shared.ts'

/** Entries of no meaning: the n-th is the decimal n, the empty one apart. */
function plainEntry(n: number): Uint8Array {
  return encodeUtf8(n === 3 ? '' : String(n))
}

/** The reader of a tree's nodes, from its leaves; each node is computed once. */
export function readerOf(entries: readonly Uint8Array[]): NodeReader {
  const known = new Map<string, Uint8Array>()
  const read: NodeReader = (level, index) => {
    const name = `${level}/${index}`
    const found = known.get(name)
    if (found !== undefined) return found
    const entry = entries[index]
    if (level === 0 && entry === undefined) throw new RangeError(`no leaf ${index}`)
    const hash =
      level === 0 && entry !== undefined
        ? leafHash(nodeCrypto, entry)
        : nodeHash(nodeCrypto, read(level - 1, index * 2), read(level - 1, index * 2 + 1))
    known.set(name, hash)
    return hash
  }
  return read
}

const plain = (size: number): NodeReader => readerOf(Array.from({ length: size }, (_, n) => plainEntry(n)))

/** Leaf hashes of the first entries, and roots at sizes that matter. */
export function rootVectors(): object {
  const read = plain(600)
  const sizes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 32, 33, 255, 256, 257, 511, 512, 513, 600]
  return {
    leaves: Array.from({ length: 8 }, (_, n) => ({
      ...input(plainEntry(n)),
      hash: encodeBase64(read(0, n)),
    })),
    roots: sizes.map((size) => ({ size, root: encodeBase64(treeRoot(nodeCrypto, read, size)) })),
  }
}

export type InclusionCase = Case & {
  readonly leaf: string
  readonly index: number
  readonly size: number
  readonly proof: readonly string[]
  readonly root: string
}
export type ConsistencyCase = Case & {
  readonly first: number
  readonly second: number
  readonly proof: readonly string[]
  readonly firstRoot: string
  readonly secondRoot: string
}

const OTHER = encodeBase64(new Uint8Array(32).fill(7))

export function inclusionCases(): readonly InclusionCase[] {
  const read = plain(300)
  const made = (index: number, size: number): InclusionCase => ({
    name: `${index} of ${size}`,
    valid: true,
    leaf: encodeBase64(read(0, index)),
    index,
    size,
    proof: inclusionProof(nodeCrypto, read, index, size).map(encodeBase64),
    root: encodeBase64(treeRoot(nodeCrypto, read, size)),
  })
  const good: InclusionCase[] = []
  for (const size of [1, 2, 3, 4, 5, 7, 8])
    for (let index = 0; index < size; index++) good.push(made(index, size))
  for (const [index, size] of [
    [0, 255],
    [254, 255],
    [255, 256],
    [256, 257],
    [128, 257],
    [299, 300],
    [171, 300],
  ] as const)
    good.push(made(index, size))
  const spoil = (name: string, of: InclusionCase, change: Partial<InclusionCase>): InclusionCase => ({
    ...of,
    ...change,
    name,
    valid: false,
  })
  const five = made(2, 5)
  const last = made(4, 5)
  const single = made(0, 1)
  return [
    ...good,
    spoil('another leaf', five, { leaf: OTHER }),
    spoil('another index', five, { index: 3 }),
    spoil('index after the end', five, { index: 5 }),
    spoil('another size', five, { size: 9 }),
    spoil('a hash too many', five, { proof: [...five.proof, OTHER] }),
    spoil('a hash too few', five, { proof: five.proof.slice(0, -1) }),
    spoil('hashes swapped', five, { proof: [...five.proof].reverse() }),
    spoil('another root', five, { root: OTHER }),
    spoil('a hash for a tree of one', single, { proof: [OTHER] }),
    spoil('an empty tree', single, { size: 0 }),
    spoil('the last leaf with the proof of an inner one', last, { proof: five.proof }),
    spoil('the root as its own leaf', five, { leaf: five.root, index: 0, size: 5, proof: [] }),
  ]
}

export function consistencyCases(): readonly ConsistencyCase[] {
  const read = plain(300)
  const root = (size: number): string => encodeBase64(treeRoot(nodeCrypto, read, size))
  const made = (first: number, second: number): ConsistencyCase => ({
    name: `${first} to ${second}`,
    valid: true,
    first,
    second,
    proof: consistencyProof(nodeCrypto, read, first, second).map(encodeBase64),
    firstRoot: root(first),
    secondRoot: root(second),
  })
  const good: ConsistencyCase[] = []
  for (let second = 0; second <= 8; second++)
    for (let first = 0; first <= second; first++) good.push(made(first, second))
  for (const [first, second] of [
    [1, 300],
    [128, 256],
    [255, 256],
    [256, 257],
    [129, 300],
    [300, 300],
  ] as const)
    good.push(made(first, second))
  const spoil = (name: string, of: ConsistencyCase, change: Partial<ConsistencyCase>): ConsistencyCase => ({
    ...of,
    ...change,
    name,
    valid: false,
  })
  const some = made(3, 7)
  const power = made(4, 7)
  return [
    ...good,
    spoil('backwards', some, { first: 7, second: 3 }),
    spoil('another first root', some, { firstRoot: OTHER }),
    spoil('another second root', some, { secondRoot: OTHER }),
    spoil('another first root at a power of two', power, { firstRoot: OTHER }),
    spoil('a hash too many', some, { proof: [...some.proof, OTHER] }),
    spoil('a hash too few', some, { proof: some.proof.slice(1) }),
    spoil('no hashes', some, { proof: [] }),
    spoil('a hash between equal sizes', made(5, 5), { proof: [OTHER] }),
    spoil('equal sizes with other roots', made(5, 5), { secondRoot: OTHER }),
    spoil('a hash from the empty tree', made(0, 5), { proof: [OTHER] }),
    spoil('another root of the empty tree', made(0, 5), { firstRoot: OTHER }),
  ]
}

/** Every file that a log of a size publishes: tiles and bundles with their bytes. */
export function tileVectors(): object {
  const sizes = [1, 5, 256, 257]
  const read = plain(257)
  return sizes.map((size) => ({
    size,
    root: encodeBase64(treeRoot(nodeCrypto, read, size)),
    files: [
      ...tilesForSize(size).map((tile) => ({
        path: tilePath(tile.level, tile.index, tile.width),
        base64: encodeBase64(readTileBytes(read, tile)),
      })),
      ...bundlesForSize(size).map(({ index, width }) => ({
        path: entriesPath(index, width),
        base64: encodeBase64(
          encodeBundle(Array.from({ length: width }, (_, n) => plainEntry(index * 256 + n))),
        ),
      })),
    ],
  }))
}

/** Which files a log of a size has, without their bytes. */
export function tileListVectors(): object {
  return [1, 255, 256, 257, 512, 65535, 65536, 65537, 70000].map((size) => ({
    size,
    count: tilesForSize(size).length + bundlesForSize(size).length,
    last: [...tilesForSize(size), ...bundlesForSize(size).map((bundle) => ({ level: -1, ...bundle }))]
      .filter(
        ({ index, level }, _, all) => !all.some((other) => other.level === level && other.index > index),
      )
      .map(({ level, index, width }) =>
        level < 0 ? entriesPath(index, width) : tilePath(level, index, width),
      ),
  }))
}

export function tilePathCases(): readonly (Case & Input)[] {
  const same = (...paths: readonly string[]): Record<string, string> =>
    Object.fromEntries(paths.map((path) => [path, path]))
  return [
    ...texts(
      true,
      same(
        'tile/0/000',
        'tile/0/x001/x234/067',
        'tile/0/x001/x234/067.p/8',
        'tile/63/000.p/255',
        'tile/entries/000.p/1',
        'tile/entries/x001/000',
        'tile/1/x009/x007/x199/x254/x740/991',
      ),
    ),
    ...texts(
      false,
      same(
        '',
        'checkpoint',
        '/tile/0/000',
        'tile/00/000',
        'tile/64/000',
        'tile/0/0',
        'tile/0/x000/001',
        'tile/0/001/002',
        'tile/0/x001',
        'tile/0/000.p/0',
        'tile/0/000.p/256',
        'tile/0/000.p/01',
        'tile/0/000.p',
        'tile/0/000.p/',
        'tile/Entries/000',
        'tile/0/000/',
        'tile/0/1000',
        'tile/1/x009/x007/x199/x254/x740/992',
        'tile/1/x001/x000/x000/x000/x000/x000/000',
        'tile/0/000\n',
      ),
    ),
  ]
}

export type BundleCase = Case & { readonly base64: string; readonly width: number }
export function bundleCases(): readonly BundleCase[] {
  const two = encodeBundle([encodeUtf8('a'), encodeUtf8('')])
  const given = (name: string, valid: boolean, bytes: Uint8Array, width: number): BundleCase => ({
    name,
    valid,
    base64: encodeBase64(bytes),
    width,
  })
  return [
    given('two entries, one of them empty', true, two, 2),
    given('fewer than said', false, two, 3),
    given('more than said', false, two, 1),
    given('an entry cut off', false, two.subarray(0, 2), 1),
    given('a length cut off', false, two.subarray(0, 4), 1),
    given('nothing', false, new Uint8Array(0), 1),
  ]
}
