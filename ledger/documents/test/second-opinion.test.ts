// The same files before other people's verifiers: `openssl cms -verify` and poppler's `pdfsig`. They agree case by
// case; where this room is stricter, the case says so and why.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { testAuthority } from '@cadastre/authority'
import * as pdf from '@cadastre/authority/pdf'
import { judge } from './judge.ts'

const ORDER = Buffer.from('An order of a court.')
const authority = testAuthority()
const SECONDS_OF_2045 = String(Date.UTC(2045, 0, 1) / 1000)

function opensslAgrees(signature: Uint8Array, document: Uint8Array | null, root: string): boolean {
  const content = document === null ? [] : ['-content', authority.file(document)]
  const trust = ['-CAfile', `${root}.pem`, '-attime', SECONDS_OF_2045]
  const files = ['-in', authority.file(signature), '-inform', 'DER', '-out', authority.file('')]
  return authority.agrees('cms', '-verify', '-binary', ...files, ...content, ...trust)
}

describe('openssl cms -verify', () => {
  const cases: readonly (readonly [string, readonly string[], 'both accept' | 'both refuse' | string])[] = [
    ['signer', [], 'both accept'],
    ['signer', ['-cades'], 'both accept'],
    ['signer', ['-keyid'], 'both accept'],
    ['p-384', ['-md', 'sha384'], 'both accept'],
    ['p-521', ['-md', 'sha512'], 'both accept'],
    ['rsa', [], 'both accept'],
    ['rsa', ['-keyopt', 'rsa_padding_mode:pss'], 'both accept'],
    ['document-signer', [], 'both accept'],
    ['withdrawn', [], 'both accept'],
    ['under-rollover', [], 'both accept'],
    ['expired', [], 'both refuse'],
    ['future', [], 'both refuse'],
    ['stranger', [], 'both refuse'],
    ['encipherer', [], 'both refuse'],
    ['server', [], 'both refuse'],
    ['critical', [], 'both refuse'],
    ['too-deep', [], 'both refuse'],
    ['under-no-ca', [], 'both refuse'],
    ['under-no-basic', [], 'both refuse'],
    ['under-no-sign', [], 'both refuse'],
    ['signer', ['-nocerts'], 'both refuse'],
    ['signer', ['-md', 'sha1'], 'SHA-1 proves nothing'],
    ['rsa', ['-md', 'sha224'], 'not on the list of accepted algorithms'],
    ['k-256', [], 'not on the list of accepted curves'],
    ['signer', ['-noattr'], 'the bytes of signed attributes could be passed off as a document'],
    ['under-constrained', [], 'name constraints are not processed here'],
  ]
  for (const [signer, extra, expected] of cases)
    test(`${signer} ${extra.join(' ')}: ${expected}`, () => {
      const signature = authority.sign(ORDER, signer, ['-binary', ...extra])
      const ours = judge({ document: ORDER, detachedSignature: signature }).answer === 'authentic'
      const theirs = opensslAgrees(signature, ORDER, 'root')
      assert.equal(ours, expected === 'both accept')
      assert.equal(theirs, expected !== 'both refuse')
      const changed = Buffer.concat([ORDER, ORDER])
      assert.equal(judge({ document: changed, detachedSignature: signature }).answer, 'not-authentic')
      assert.equal(opensslAgrees(signature, changed, 'root'), false)
      assert.equal(opensslAgrees(signature, ORDER, 'other-root') && signer !== 'stranger', false)
    })

  test('embedded content', () => {
    const message = authority.sign(ORDER, 'signer', ['-binary', '-nodetach'])
    assert.equal(judge({ document: message }).answer, 'authentic')
    assert.ok(opensslAgrees(message, null, 'root'))
    const changed = Buffer.from(message)
    changed.write('A court', changed.indexOf('An order'))
    assert.equal(judge({ document: changed }).answer, 'not-authentic')
    assert.ok(!opensslAgrees(changed, null, 'root'))
  })

  test('openssl ts -verify of a time stamp over a signature', () => {
    const signature = authority.sign(ORDER, 'signer')
    const value = authority.signatureValue(signature)
    for (const [stamper, over, agrees] of [
      ['stamper', value, true],
      ['stamper', ORDER, false],
      ['other-stamper', value, false],
    ] as const) {
      const token = authority.stamp(over, stamper)
      const detachedSignature = authority.withTimeStamp(signature, token)
      const [stamp] = judge({ document: ORDER, detachedSignature }).signatures[0]?.timeStamps ?? []
      assert.equal(stamp?.result === 'pass', agrees)
      const files = [
        '-in',
        authority.file(token),
        '-token_in',
        '-data',
        authority.file(value),
        '-CAfile',
        'root.pem',
      ]
      assert.equal(authority.agrees('ts', '-verify', ...files), agrees)
    }
  })
})

type Pdfsig = { readonly valid: boolean; readonly total: boolean }

/** What `pdfsig` says of each signature. Certificates are left out: it reads a browser's store of roots. */
function pdfsig(file: Uint8Array): readonly Pdfsig[] {
  const { stdout } = spawnSync('pdfsig', ['-nocert', authority.path(authority.file(file, 'pdf'))], {
    encoding: 'utf8',
  })
  return stdout
    .split(/^Signature #\d+:$/m)
    .slice(1)
    .map((part) => ({
      valid: part.includes('Signature is Valid.'),
      total: part.includes('- Total document signed'),
    }))
}

const absent = spawnSync('pdfsig', ['-v']).error !== undefined
describe('pdfsig', { skip: absent ? 'Debian’s poppler-utils is not here' : false }, () => {
  const seal = (covered: Uint8Array): Uint8Array => authority.sign(covered, 'signer')
  const cades = (covered: Uint8Array): Uint8Array => authority.sign(covered, 'signer', ['-binary', '-cades'])
  const plain = pdf.document()
  const signed = pdf.sign(plain, seal)
  const second = { fields: [10], numbers: [12, 13] as const }
  const stream = { entries: '', bytes: Buffer.from('BT ET') }
  const VALID = { valid: true, total: true }
  const LATER = { valid: true, total: false }

  const cases: readonly (readonly [string, Uint8Array, string | null, readonly Pdfsig[]])[] = [
    ['nothing signed', plain, 'no-signature', []],
    ['adbe.pkcs7.detached', signed, null, [VALID]],
    ['ETSI.CAdES.detached', pdf.sign(plain, cades, { subFilter: 'ETSI.CAdES.detached' }), null, [VALID]],
    ['RSA', pdf.sign(plain, (covered) => authority.sign(covered, 'rsa')), null, [VALID]],
    [
      'P-384',
      pdf.sign(plain, (covered) => authority.sign(covered, 'p-384', ['-binary', '-md', 'sha384'])),
      null,
      [VALID],
    ],
    ['compressed objects', pdf.sign(pdf.compressedDocument(), seal), null, [VALID]],
    ['two signatures', pdf.sign(signed, seal, second), null, [LATER, VALID]],
    [
      'changed text',
      pdf.replaced(signed, '192.0.2.0', '192.0.3.0'),
      'document-digest',
      [{ valid: false, total: true }],
    ],
    ['an update behind it', pdf.update(signed, { 4: stream }), 'changed-after-signing', [LATER]],
    ['another page content', pdf.update(signed, { 3: pdf.page([10], 7) }), 'changed-after-signing', [LATER]],
    ['an object taken away', pdf.update(signed, {}, { freed: [4] }), 'changed-after-signing', [LATER]],
    [
      'a stranger over a change',
      pdf.sign(pdf.update(signed, { 4: stream }), (covered) => authority.sign(covered, 'stranger'), second),
      'changed-after-signing',
      [LATER, VALID],
    ],
    // It says that more came; here it is looked at what: validation data only.
    [
      'validation data behind it',
      pdf.withStore(signed, { certificates: [authority.certificate('intermediate')] }),
      null,
      [LATER],
    ],
  ]
  for (const [name, file, code, theirs] of cases)
    test(`${name}: ${code ?? 'accepted'}`, () => {
      const report = judge({ document: file })
      assert.equal(report.code, code)
      assert.deepEqual(pdfsig(file), theirs)
      for (const [index, { valid }] of theirs.entries())
        assert.equal(
          report.signatures[index]?.checks.every(
            ({ check, result }) => result !== 'fail' || !['document-digest', 'signature'].includes(check),
          ),
          valid,
        )
    })
})
