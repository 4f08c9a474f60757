/** `order check` as a court clerk meets it: what it prints, and its exit code. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { IN_2045, testAuthority } from '@cadastre/authority'
import * as pdf from '@cadastre/authority/pdf'

const authority = testAuthority()
const MAIN = join(import.meta.dirname, '../src/main.ts')
const FORM = {
  v: 1,
  registry: 'registry.example/log',
  authority: 'COURT-1',
  reference: 'C 12/2026',
  date: '2026-05-01',
  order: { effect: 'hold' },
  resources: ['192.0.2.0/24'],
  holder: 'H-7',
  duration: { kind: 'open' },
  executeFrom: null,
  notice: { kind: 'to-holder' },
  appeal: { kind: 'none' },
  reverses: null,
}

mkdirSync(authority.path('roots'))
const roots = ['root.pem', 'other-root.pem'].map((name) => authority.read(name))
writeFileSync(authority.path('roots/roots.pem'), Buffer.concat(roots))

function check(
  file: string,
  ...extra: readonly string[]
): { readonly status: number | null; readonly text: string } {
  const trust = ['--roots', authority.path('roots'), '--at', IN_2045]
  const args = [MAIN, 'order', 'check', authority.path(file), ...trust, ...extra]
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { NO_COLOR: '1' } })
  return { status, text: stdout }
}

test('a sealed PDF with its form beside it', () => {
  const file = authority.file(
    pdf.sign(pdf.document(), (covered) => authority.sign(covered, 'signer')),
    'pdf',
  )
  const form = authority.path(authority.file(JSON.stringify(FORM), 'json'))
  const report = authority.path('report.json')
  const { status, text } = check(file, '--form', form, '--save', report)
  assert.equal(status, 0)
  assert.match(text, /^Authentic\.$/m)
  assert.match(text, /^ {2}Signed by CN=signer,O=Test Authority,C=XX$/m)
  assert.match(text, /^ {3}4 {2}yes {3}it was served as an authentic document$/m)
  assert.match(text, /^ {3}7 {2}yes {3}its effect is in the vocabulary$/m)
  const hash = createHash('sha256').update(readFileSync(report)).digest('base64')
  assert.ok(text.includes(`Hash of this report: ${hash}`), 'the saved report is what was hashed')
})

test('one that was changed, and a form outside the vocabulary', () => {
  const signed = pdf.sign(pdf.document(), (covered) => authority.sign(covered, 'signer'))
  const file = authority.file(pdf.update(signed, { 3: pdf.page([10], 7) }), 'pdf')
  const wrong = JSON.stringify({ ...FORM, order: { effect: 'close' } })
  const { status, text } = check(file, '--form', authority.path(authority.file(wrong, 'json')))
  assert.equal(status, 1)
  assert.match(text, /^Not authentic: the file was changed after it was signed \(changed-after-signing\)\.$/m)
  assert.match(text, /^ {3}7 {2}NO .*expected one of disclose, annotate, hold/m)
})

test('a form that is itself the signed content, with a detached seal and without', () => {
  const content = Buffer.from(JSON.stringify(FORM, null, 2))
  const file = authority.file(content, 'json')
  const signature = authority.path(authority.file(authority.sign(content, 'signer'), 'p7s'))
  const detached = check(file, '--signature', signature)
  assert.equal(detached.status, 0, detached.text)
  assert.match(detached.text, /^ {3}6 {2}yes /m)
  const embedded = check(
    authority.file(authority.sign(content, 'signer', ['-binary', '-nodetach']), 'p7m'),
    '--json',
  )
  assert.equal(embedded.status, 0)
  const { form, authenticity, hash } = JSON.parse(embedded.text)
  assert.equal(form.reference, 'C 12/2026')
  const fingerprint = (name: string): string =>
    createHash('sha256').update(authority.certificate(name)).digest('base64')
  assert.deepEqual(authenticity, {
    means: 'seal',
    certificate: fingerprint('signer'),
    root: fingerprint('root'),
    report: hash,
  })
  const bare = check(file)
  assert.equal(bare.status, 1)
  assert.match(bare.text, /No machine can check this document/)
  assert.match(bare.text, /served by a bailiff/)
})
