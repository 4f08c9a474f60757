// CMS signatures (RFC 5652) by OpenSSL, detached and embedded, in every algorithm that is accepted and some that are not.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { IN_2045, testAuthority } from '@cadastre/authority'
import { reportHash, reportText } from '@cadastre/documents'
import { nodeDocumentPort } from '@cadastre/documents/node'
import { parseCanonicalJson } from '@cadastre/records'
import { judge, said, verdict } from './judge.ts'

const ORDER = Buffer.from('It is ordered that transfers of 192.0.2.0/24 be held.\n')
const authority = testAuthority()
const BINARY = ['-binary']
const PSS = ['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:digest']

describe('a detached signature', () => {
  for (const [signer, extra, algorithm] of [
    ['signer', [], 'ecdsa sha256'],
    ['p-384', ['-md', 'sha384'], 'ecdsa sha384'],
    ['p-521', ['-md', 'sha512'], 'ecdsa sha512'],
    ['rsa', [], 'rsa-pkcs1 sha256'],
    ['rsa', ['-md', 'sha384'], 'rsa-pkcs1 sha384'],
    ['rsa', ['-md', 'sha512'], 'rsa-pkcs1 sha512'],
    ['rsa', PSS, 'rsa-pss sha256'],
    ['rsa', ['-md', 'sha512', ...PSS], 'rsa-pss sha512'],
  ] as const)
    test(`RFC 5652 section 5.4: ${algorithm} of ${signer} holds, and not over another document`, () => {
      const signature = authority.sign(ORDER, signer, [...BINARY, ...extra])
      const report = judge({ document: ORDER, detachedSignature: signature })
      assert.equal(verdict(report), 'authentic')
      assert.equal(report.format, 'cms-detached')
      assert.equal(report.signatures[0]?.algorithm, algorithm)
      assert.equal(report.signatures[0]?.signer?.subject, `CN=${signer},O=Test Authority,C=XX`)
      assert.deepEqual(
        report.signatures[0]?.path.map(({ subject }) => subject.split(',')[0]),
        [`CN=${signer}`, 'CN=intermediate', 'CN=root'],
      )
      const other = judge({
        document: Buffer.from(`${ORDER} and 198.51.100.0/24`),
        detachedSignature: signature,
      })
      assert.equal(verdict(other), 'not-authentic: document-digest')
    })

  for (const [signer, extra, code] of [
    ['signer', ['-md', 'sha1'], 'digest-sha1'],
    ['rsa', ['-md', 'md5'], 'digest-md5'],
    ['rsa', ['-md', 'sha224'], 'algorithm-not-accepted'],
    ['rsa', ['-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_mgf1_md:sha512'], 'algorithm-not-accepted'],
    ['rsa-short', [], 'key-not-accepted'],
    ['k-256', [], 'key-not-accepted'],
    ['signer', ['-noattr'], 'signed-attributes-absent'],
    ['signer', ['-nocerts'], 'signer-certificate-absent'],
  ] as const)
    test(`${signer} ${extra.join(' ')} is refused: ${code}`, () => {
      const signature = authority.sign(ORDER, signer, [...BINARY, ...extra])
      assert.equal(
        verdict(judge({ document: ORDER, detachedSignature: signature })),
        `not-authentic: ${code}`,
      )
    })

  test('RFC 5035: a signing-certificate-v2 attribute names the certificate', () => {
    const signature = authority.sign(ORDER, 'signer', [...BINARY, '-cades'])
    assert.equal(
      said(judge({ document: ORDER, detachedSignature: signature }), 'signing-certificate'),
      'pass',
    )
    const without = authority.sign(ORDER, 'signer')
    const report = judge({ document: ORDER, detachedSignature: without })
    assert.equal(said(report, 'signing-certificate'), 'not-checked: signing-certificate-absent')
  })

  test('RFC 5652 section 11: content type and message digest, each once, as they were signed', () => {
    const signature = authority.sign(ORDER, 'signer')
    const [contentType, messageDigest] = ['1.2.840.113549.1.9.3', '1.2.840.113549.1.9.4']
    for (const [change, code] of [
      [{ contentType: '1.2.840.113549.1.9.16.1.4' }, 'content-type'],
      [{ repeated: contentType }, 'signed-attributes'],
      [{ repeated: messageDigest }, 'signed-attributes'],
      [{ removed: contentType }, 'signed-attributes'],
      [{ removed: messageDigest }, 'signed-attributes'],
      [{ repeated: '1.2.840.113549.1.9.5' }, 'signature-invalid'],
      [{ digest: '2.16.840.1.101.3.4.2.3' }, 'algorithm-not-accepted'],
    ] as const) {
      const report = judge({ document: ORDER, detachedSignature: authority.forged(signature, change) })
      assert.equal(verdict(report), `not-authentic: ${code}`, JSON.stringify(change))
    }
  })

  test('the text form (RFC 7468) is the same signature', () => {
    const signature = authority.sign(ORDER, 'signer', [...BINARY, '-outform', 'PEM'])
    assert.equal(signature[0], 0x2d)
    assert.equal(verdict(judge({ document: ORDER, detachedSignature: signature })), 'authentic')
  })

  test('RFC 5652 section 5.3: a signer named by its key identifier', () => {
    const signature = authority.sign(ORDER, 'signer', [...BINARY, '-keyid'])
    assert.equal(verdict(judge({ document: ORDER, detachedSignature: signature })), 'authentic')
  })

  test('one that carries its content is no detached one', () => {
    const signature = authority.sign(ORDER, 'signer', [...BINARY, '-nodetach'])
    assert.equal(
      verdict(judge({ document: ORDER, detachedSignature: signature })),
      'not-authentic: cms-content',
    )
  })

  test('a signature that was changed, cut or lengthened', () => {
    const signature = authority.sign(ORDER, 'signer')
    const last = signature.length - 3
    const changed = signature.slice()
    changed[last] = (changed[last] ?? 0) ^ 1
    assert.equal(
      verdict(judge({ document: ORDER, detachedSignature: changed })),
      'not-authentic: signature-invalid',
    )
    for (const length of [0, 1, 100, signature.length - 1]) {
      const cut = judge({ document: ORDER, detachedSignature: signature.subarray(0, length) })
      assert.equal(verdict(cut), 'not-authentic: cms-malformed')
    }
    const longer = judge({ document: ORDER, detachedSignature: Buffer.concat([signature, Buffer.from([0])]) })
    assert.equal(verdict(longer), 'not-authentic: cms-malformed')
  })
})

describe('an embedded signature', () => {
  for (const extra of [['-nodetach'], ['-nodetach', '-stream'], ['-nodetach', '-outform', 'PEM']])
    test(`RFC 5652 section 5.2: openssl cms -sign ${extra.join(' ')}`, () => {
      const message = authority.sign(ORDER, 'signer', [...BINARY, ...extra])
      const report = judge({ document: message })
      assert.equal(verdict(report), 'authentic')
      assert.equal(report.format, 'cms-embedded')
      const digest = Buffer.from(nodeDocumentPort.digest('sha256', ORDER)).toString('base64')
      assert.equal(report.signatures[0]?.covered, digest)
    })

  test('a changed content is noticed', () => {
    const message = authority.sign(ORDER, 'signer', [...BINARY, '-nodetach'])
    const changed = Buffer.from(message)
    changed.write('198', changed.indexOf('192.0.2'))
    assert.equal(verdict(judge({ document: changed })), 'not-authentic: document-digest')
  })

  test('a message without content and without the document cannot be checked, and is said to be none', () => {
    assert.equal(verdict(judge({ document: authority.sign(ORDER, 'signer') })), 'not-authentic: cms-content')
  })

  test('two signers: one that leads nowhere takes nothing away, one that is wrong spoils the document', () => {
    const first = authority.sign(ORDER, 'signer', [...BINARY, '-nodetach'])
    const both = authority.resign(first, 'stranger')
    const report = judge({ document: both })
    assert.equal(verdict(report), 'authentic')
    assert.equal(report.sealedBy.length, 1)
    assert.deepEqual(report.signatures.map(({ valid }) => valid).sort(), [false, true])
    assert.equal(verdict(judge({ document: authority.resign(first, 'k-256') })), 'authentic')
    const wrong = both.slice()
    wrong[both.length - 3] = (both.at(-3) ?? 0) ^ 1
    assert.equal(verdict(judge({ document: wrong })), 'not-authentic: signature-invalid')
  })
})

test('a file that is no signed document cannot be checked by a machine', () => {
  for (const bytes of [Buffer.alloc(0), ORDER, Buffer.from([0x30, 0x00]), Buffer.alloc(1000, 0x30)])
    assert.equal(verdict(judge({ document: bytes })), 'not-machine-checkable: unknown-format')
  assert.equal(verdict(judge({ document: new Uint8Array(20_000_001) })), 'not-machine-checkable: too-large')
  const large = judge({ document: ORDER, detachedSignature: new Uint8Array(1_000_001) })
  assert.equal(verdict(large), 'not-authentic: too-large')
})

test('the report is canonical JSON, the same at each judging, and its hash tells times and roots apart', () => {
  const given = { document: ORDER, detachedSignature: authority.sign(ORDER, 'signer') }
  const [once, again] = [judge(given), judge(given)]
  assert.equal(reportText(once), reportText(again))
  assert.notEqual(parseCanonicalJson(reportText(once)), null)
  const hash = reportHash(once, nodeDocumentPort)
  assert.equal(hash, reportHash(again, nodeDocumentPort))
  assert.match(hash, /^[A-Za-z0-9+/]{43}=$/)
  const roots = [authority.certificate('root'), authority.certificate('other-root')]
  assert.notEqual(hash, reportHash(judge({ ...given, roots }), nodeDocumentPort))
  assert.equal(
    judge({ ...given, roots }).roots,
    judge({ ...given, roots: roots.toReversed() }).roots,
    'the order of the roots does not matter',
  )
  assert.equal(once.at, IN_2045)
})

test('a configured root that is none is a fault of the configuration', () => {
  assert.throws(() => judge({ document: ORDER, roots: [ORDER] }), { name: 'TrustAnchorError' })
})
