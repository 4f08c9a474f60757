import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import {
  bundlesForGrowth,
  CompactRange,
  consistencyProof,
  encodeBundle,
  entriesPath,
  inclusionProof,
  leafHash,
  readTileBytes,
  tileNodeReader,
  tilePath,
  tilesForGrowth,
} from '@cadastre/merkle'
import {
  appendSignatureLines,
  cosign,
  formatCheckpoint,
  formatVkey,
  KEY_TYPE_COSIGNATURE,
  KEY_TYPE_ED25519,
  makeVkey,
  noteSigner,
  signNote,
} from '@cadastre/notes'

const ORIGIN = 'registry.example/log'
const WITNESS = 'witness.example/w1'
/** Across the edges of a tile, and large enough for two full ones. */
const SIZES = [1, 2, 255, 256, 257, 512, 700] as const
const GOPATH = '/usr/share/gocode'

const log = ed25519SignerFromSeed(new Uint8Array(32).fill(1))
const witness = ed25519SignerFromSeed(new Uint8Array(32).fill(2))

/** What this machine lacks to run the Go program, or null. */
function missing(): string | null {
  if (spawnSync('go', ['version']).status !== 0) return 'Go is not installed (Debian package golang-go)'
  const sources = join(GOPATH, 'src/golang.org/x/mod/sumdb/note')
  return existsSync(sources) ? null : `${sources} is not there (Debian package golang-golang-x-mod-dev)`
}

function write(directory: string, name: string, bytes: Uint8Array | string): void {
  const path = join(directory, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

/** Grows one log through the sizes, writing after each what a registry would publish. */
function writeLog(directory: string): void {
  const nodes = new Map<string, Uint8Array>()
  const stored = (level: number, index: number): Uint8Array => {
    const hash = nodes.get(`${level}/${index}`)
    if (hash === undefined) throw new Error(`no node ${level}/${index}`)
    return hash
  }
  const range = new CompactRange(nodeCrypto)
  const entries: Uint8Array[] = []
  for (const size of SIZES) {
    const before = range.size
    while (range.size < size) {
      const entry = encodeUtf8(`{"n":${range.size}}`)
      entries.push(entry)
      range.append(leafHash(nodeCrypto, entry), (level, index, hash) => nodes.set(`${level}/${index}`, hash))
    }
    for (const tile of tilesForGrowth(before, size)) {
      write(directory, tilePath(tile.level, tile.index, tile.width), readTileBytes(stored, tile))
    }
    for (const { index, width } of bundlesForGrowth(before, size)) {
      const start = index * 256
      write(directory, entriesPath(index, width), encodeBundle(entries.slice(start, start + width)))
    }
    const text = formatCheckpoint({ origin: ORIGIN, size, root: range.root() })
    const note = signNote(text, [noteSigner(nodeCrypto, ORIGIN, log)])
    const cosignature = cosign(nodeCrypto, WITNESS, witness, text, 1_700_000_000 + size)
    write(directory, `checkpoint.${size}`, appendSignatureLines(note, [cosignature]))
  }
}

/** Our proofs, made from the written tiles alone. */
function claims(directory: string): object {
  const inclusion: object[] = []
  const consistency: object[] = []
  for (const size of SIZES) {
    const read = tileNodeReader(nodeCrypto, size, (tile) =>
      readFileSync(join(directory, tilePath(tile.level, tile.index, tile.width))),
    )
    for (let index = 0; index < size; index++) {
      const proof = inclusionProof(nodeCrypto, read, index, size).map(encodeBase64)
      inclusion.push({ size, index, proof })
    }
    for (const first of SIZES.filter((other) => other <= size)) {
      const proof = consistencyProof(nodeCrypto, read, first, size).map(encodeBase64)
      consistency.push({ first, second: size, proof })
    }
  }
  return {
    origin: ORIGIN,
    log: formatVkey(makeVkey(nodeCrypto, ORIGIN, KEY_TYPE_ED25519, log.publicKey)),
    witness: formatVkey(makeVkey(nodeCrypto, WITNESS, KEY_TYPE_COSIGNATURE, witness.publicKey)),
    sizes: SIZES,
    inclusion,
    consistency,
  }
}

const lacking = missing()
const skip = lacking !== null && process.env['CI'] === undefined ? lacking : false

test("Go's x/mod accepts our checkpoints, tiles, proofs and cosignatures, and refuses spoiled ones", {
  skip,
}, () => {
  assert.equal(lacking, null)
  const directory = mkdtempSync(join(tmpdir(), 'cadastre-xmod-'))
  try {
    writeLog(directory)
    write(directory, 'claims.json', JSON.stringify(claims(directory)))
    const program = join(import.meta.dirname, 'main.go')
    const env = {
      ...process.env,
      GO111MODULE: 'off',
      GOPATH,
      GOFLAGS: '',
      GOTOOLCHAIN: 'local',
      GOWORK: 'off',
    }
    const output = execFileSync('go', ['run', program, directory], { env, encoding: 'utf8' })
    const inclusion = SIZES.reduce((sum, size) => sum + size, 0)
    const consistency = (SIZES.length * (SIZES.length + 1)) / 2
    const tiles = SIZES.reduce((sum, size) => sum + tilesForGrowth(0, size).length, 0)
    assert.equal(
      output,
      `checkpoints ${SIZES.length} inclusion ${inclusion} consistency ${consistency} spoiled-tiles ${tiles}\n`,
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
})
