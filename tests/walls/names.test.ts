// design.md section 3: "no type, column, route or command is named revoke, suspend, penalise, blacklist or override
// (X.509's own terms and language keywords are allow-listed)".

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bannedLines, bannedNames } from './names.ts'
import { allSources, trackedTexts } from './source.ts'

const isWall = ({ path }: { path: string }): boolean => path.startsWith('tests/walls/')

test('no identifier, status, code, route or SQL carries a banned name', () => {
  const sources = allSources().filter((source) => !isWall(source))
  assert.ok(sources.length >= 30, `${sources.length} files`)
  assert.deepEqual(sources.flatMap(bannedNames), [])
  assert.deepEqual(
    trackedTexts()
      .filter(({ path }) => /\.(sql|txt)$/.test(path))
      .flatMap(bannedLines),
    [],
  )
})

test('planted names are found', () => {
  for (const text of [
    'type Suspension = { suspendedAt: number }',
    'function revokeHolding() {}',
    "const status = 'suspended'",
    "app.post('/holders/:handle/penalize', f)",
    "db.exec('CREATE TABLE blacklist (handle TEXT)')",
    'db.exec(`ALTER TABLE holder ADD COLUMN overridden INTEGER`)',
    'class A { #revoked = 1 }',
    "program.command('override-order')",
  ]) {
    assert.ok(bannedNames({ path: 'planted.ts', text }).length >= 1, text)
  }
  assert.equal(bannedNames({ path: 'faces/api/src/suspend.ts', text: '' }).length, 1)
  assert.equal(bannedLines({ path: 'commands.txt', text: 'lookup\nrevoke\n' }).length, 1)
})

test('language keywords, the X.509 terms and prose pass', () => {
  const text = `class E extends Error { override readonly name = 'E' }
    const crl = 'CertificateRevocationList'
    const page = 'This registry cannot revoke or suspend anything.'`
  assert.deepEqual(bannedNames({ path: 'planted.ts', text }), [])
  const state = "const status = 'revoked'"
  assert.deepEqual(bannedNames({ path: 'ledger/documents/src/status.ts', text: state }), [])
  assert.equal(bannedNames({ path: 'core/records/src/cell.ts', text: state }).length, 1)
  const record = "const status = 'holder-revoked'"
  assert.equal(bannedNames({ path: 'ledger/documents/src/status.ts', text: record }).length, 1)
})
