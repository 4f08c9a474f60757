/**
 * The vectors against a second implementation: a checker in Python, written from docs/ledger.md alone. That it agrees
 * means something only because it can disagree: spoiled copies of the vectors show that.
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const PYTHON = '/usr/bin/python3'
const CHECKER = join(import.meta.dirname, 'checker.py')
const DATA = join(import.meta.dirname, '../../../testing/vectors/data')

function missing(): string | null {
  if (!existsSync(PYTHON)) return `${PYTHON} is not there (Debian package python3)`
  const found = spawnSync(PYTHON, ['-c', 'import cryptography']).status === 0
  return found ? null : 'Python has no cryptography (Debian package python3-cryptography)'
}

const lacking = missing()
const skip = lacking !== null && process.env['CI'] === undefined ? lacking : false

function check(directory: string): { readonly status: number | null; readonly output: string } {
  // -s: nobody's own packages; -B: nothing is written beside the sources.
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-s', '-B', CHECKER, directory], { encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

test('the checker in Python agrees on every vector', { skip }, (context) => {
  assert.equal(lacking, null)
  const { status, output } = check(DATA)
  assert.equal(status, 0, output)
  const [, agreed, refused] = /(\d+) agreed, (\d+) refused, 0 disagreements\n$/.exec(output) ?? []
  assert.ok(Number(agreed) >= 600 && Number(refused) >= 600, output)
  context.diagnostic(output.trimEnd().split('\n').at(-1) ?? '')
})

/** What is changed in a file of vectors, and the file that must then be disagreed on. */
const SPOILED: readonly (readonly [string, (text: string) => string])[] = [
  ['texts/canonical-json', (text) => text.replace('"valid":false', '"valid":true')],
  ['texts/instants', (text) => text.replace('"valid":true', '"valid":false')],
  ['texts/keys', (text) => text.replace('"label":"cb007100"', '"label":"cb007200"')],
  ['entries/entries', (text) => text.replace(/"leaf":"./, '"leaf":"?')],
  ['tree/roots', (text) => text.replace(/"root":"([^"]*)"/g, '"root":"A$1"')],
  ['tree/inclusion', (text) => text.replace(/"index":0,"size":2/, '"index":1,"size":2')],
  ['tree/tiles', (text) => text.replace(/"base64":"(.{20})./, '"base64":"$1*')],
  ['notes/notes', (text) => text.replaceAll('"valid":true', '"valid":false')],
  ['notes/cosignatures', (text) => text.replace(/"time":19\d+/, '"time":1')],
  ['notes/receipts', (text) => text.replaceAll('"valid":false', '"valid":true')],
  ['notes/quorums', (text) => text.replace('"met":true', '"met":false')],
  ['notes/policy-checks', (text) => text.replace(/"asOf":19\d+/, '"asOf":1')],
  ['state/hashes', (text) => text.replace('"length":24', '"length":25')],
  ['state/tries', (text) => text.replace(/"subtree":"[^"]*"/, '"subtree":null')],
  ['signatures/ed25519', (text) => text.replaceAll('"valid":false', '"valid":true')],
  ['signatures/evidence', (text) => text.replace('"valid":true', '"valid":false')],
  ['answers/honest', (text) => text.replace('"moreSpecific":"exists"', '"moreSpecific":"none"')],
  ['answers/forgeries', (text) => text.replaceAll('"valid":false', '"valid":true')],
  ['log/log', (text) => text.replace('"size":9', '"size":10')],
  ['log/forgeries', (text) => text.replaceAll('"valid":false', '"valid":true')],
  ['misbehaviour/files', (text) => text.replaceAll('"valid":false', '"valid":true')],
]

test('the checker in Python can disagree: on each spoiled file, and on a byte of the public log', {
  skip,
}, () => {
  const copy = mkdtempSync(join(tmpdir(), 'cadastre-vectors-'))
  try {
    cpSync(DATA, copy, { recursive: true })
    for (const [name, change] of SPOILED) {
      const path = join(copy, `${name}.json`)
      const text = readFileSync(path, 'utf8')
      const spoiled = change(text)
      assert.notEqual(spoiled, text, name)
      writeFileSync(path, spoiled)
    }
    const { status, output } = check(copy)
    assert.equal(status, 1, output)
    for (const [name] of SPOILED) assert.match(output, new RegExp(`DISAGREE ${name}: `), name)
    rmSync(copy, { recursive: true })
    cpSync(DATA, copy, { recursive: true })
    const checkpoint = join(copy, 'log/public/checkpoint')
    const smaller = readFileSync(checkpoint, 'utf8').replace(
      /\n(\d+)\n/,
      (_, size) => `\n${Number(size) - 1}\n`,
    )
    writeFileSync(checkpoint, smaller)
    assert.match(check(copy).output, /DISAGREE log\/log: public files: bad Ed25519 signature/)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
})
