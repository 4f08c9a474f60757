// Certificate paths (RFC 5280 section 6), time stamps (RFC 3161), and CRLs and OCSP responses.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { IN_2060, testAuthority } from '@cadastre/authority'
import * as pdf from '@cadastre/authority/pdf'
import { parseInstant } from '@cadastre/records'
import { judge, said, verdict } from './judge.ts'

const ORDER = Buffer.from('An order of a court.')
const authority = testAuthority()
const signedBy = (signer: string) => ({ document: ORDER, detachedSignature: authority.sign(ORDER, signer) })

describe('RFC 5280: the path', () => {
  for (const [signer, code] of [
    ['expired', 'certificate-expired'],
    ['future', 'certificate-not-yet-valid'],
    ['stranger', 'path-not-trusted'],
    ['encipherer', 'key-usage'],
    ['server', 'key-usage'],
    ['critical', 'unknown-critical-extension'],
    ['sha1-signed', 'digest-sha1'],
    ['too-deep', 'path-too-long'],
    ['under-no-ca', 'not-a-ca'],
    ['under-no-basic', 'not-a-ca'],
    ['under-no-sign', 'not-a-ca'],
    ['under-constrained', 'unknown-critical-extension'],
  ] as const)
    test(`${signer}: ${code}`, () => {
      assert.equal(verdict(judge(signedBy(signer))), `not-authentic: ${code}`)
    })

  test('RFC 9336: a certificate for signing documents', () => {
    assert.equal(verdict(judge(signedBy('document-signer'))), 'authentic')
  })

  test('section 4.2.1.9: a self-issued certificate between does not lengthen it', () => {
    assert.equal(verdict(judge(signedBy('under-rollover'))), 'authentic')
  })

  test('section 4.1.1.2: the algorithm beside a signature is the one that was signed', () => {
    const changed = Buffer.from(authority.certificate('root'))
    const ecdsaWithSha256 = Buffer.from('2a8648ce3d040302', 'hex')
    changed[changed.lastIndexOf(ecdsaWithSha256) + 7] = 3
    assert.throws(() => judge({ document: ORDER, roots: [changed] }), { name: 'TrustAnchorError' })
  })

  test('section 4.2: no extension stands twice', () => {
    const changed = Buffer.from(authority.certificate('intermediate'))
    // Its subject key identifier (2.5.29.14) becomes a second authority key identifier (2.5.29.35).
    changed[changed.indexOf(Buffer.from('0603551d0e', 'hex')) + 4] = 35
    assert.throws(() => judge({ document: ORDER, roots: [changed] }), { name: 'TrustAnchorError' })
  })

  test('leads to any configured root, an intermediate or the seal’s own certificate among them', () => {
    for (const root of ['root', 'intermediate', 'signer']) {
      const report = judge({ ...signedBy('signer'), roots: [authority.certificate(root)] })
      assert.equal(verdict(report), 'authentic', root)
      assert.equal(report.signatures[0]?.path.at(-1)?.subject, `CN=${root},O=Test Authority,C=XX`)
      assert.equal(report.sealedBy[0]?.root, report.signatures[0]?.path.at(-1)?.sha256)
    }
    const own = judge({ ...signedBy('expired'), roots: [authority.certificate('expired')] })
    assert.equal(verdict(own), 'not-authentic: certificate-expired')
  })

  test('leads nowhere without roots, or with others', () => {
    for (const roots of [[], [authority.certificate('other-root')]])
      assert.equal(verdict(judge({ ...signedBy('signer'), roots })), 'not-authentic: path-not-trusted')
  })

  test('needs the certificates between, which may be handed in', () => {
    const alone = { document: ORDER, detachedSignature: authority.sign(ORDER, 'signer', ['-binary'], false) }
    assert.equal(verdict(judge(alone)), 'not-authentic: path-not-trusted')
    const certificates = [authority.certificate('intermediate')]
    assert.equal(verdict(judge({ ...alone, certificates })), 'authentic')
  })
})

describe('RFC 3161: a time stamp', () => {
  const signature = authority.sign(ORDER, 'signer')
  const value = authority.signatureValue(signature)
  const stamped = (stamper: string, over = value) => ({
    document: ORDER,
    detachedSignature: authority.withTimeStamp(signature, authority.stamp(over, stamper)),
  })

  test('proves that a signature existed before its certificate expired', () => {
    const late = judge({ document: ORDER, detachedSignature: signature, at: IN_2060 })
    assert.equal(verdict(late), 'not-authentic: certificate-expired')
    const report = judge({ ...stamped('stamper'), at: IN_2060 })
    assert.equal(verdict(report), 'authentic')
    assert.equal(report.signatures[0]?.judgedBy, 'time-stamp')
    const [stamp] = report.signatures[0]?.timeStamps ?? []
    assert.equal(stamp?.time, report.signatures[0]?.judgedAt)
    assert.equal(stamp?.authority?.subject, 'CN=stamper,O=Test Authority,C=XX')
    assert.equal(said(report, 'time-stamp'), 'pass')
  })

  test('of a certificate that had expired before it proves nothing', () => {
    const expired = authority.sign(ORDER, 'expired')
    const token = authority.stamp(authority.signatureValue(expired))
    const report = judge({ document: ORDER, detachedSignature: authority.withTimeStamp(expired, token) })
    assert.equal(verdict(report), 'not-authentic: certificate-expired')
  })

  test('of something else is wrong', () => {
    assert.equal(verdict(judge(stamped('stamper', ORDER))), 'not-authentic: time-stamp-imprint')
  })

  test('of an authority that is not configured, or is none, says nothing', () => {
    const unfit = ['wrong-stamper', 'soft-stamper', 'mail-stamper', 'late-stamper']
    const tokens = unfit.map((name) => authority.stampAs(value, name))
    for (const token of [authority.stamp(value, 'other-stamper'), ...tokens]) {
      const given = { document: ORDER, detachedSignature: authority.withTimeStamp(signature, token) }
      const report = judge(given)
      assert.equal(verdict(report), 'authentic')
      assert.equal(said(report, 'time-stamp'), 'not-checked: time-stamp-untrusted')
      assert.equal(verdict(judge({ ...given, at: IN_2060 })), 'not-authentic: certificate-expired')
    }
  })

  test('that is signed as something else is none', () => {
    const token = authority.stampAs(value, 'stamper', '1.2.840.113549.1.7.1')
    const report = judge({ document: ORDER, detachedSignature: authority.withTimeStamp(signature, token) })
    assert.equal(verdict(report), 'not-authentic: time-stamp-malformed')
  })

  test('of an authority whose certificate was withdrawn says nothing', () => {
    const lists = ['20250101000000Z', '20800101000000Z'] as const
    for (const [listed, code] of [
      [[], null],
      [['stamper'], 'certificate-expired'],
    ] as const) {
      const crls = [authority.crl('root', listed, ...lists)]
      assert.equal(judge({ ...stamped('stamper'), at: IN_2060, crls }).code, code)
    }
  })

  test('with a broken signature is wrong', () => {
    const token = authority.stamp(value)
    token[token.length - 2] = (token.at(-2) ?? 0) ^ 1
    const report = judge({ document: ORDER, detachedSignature: authority.withTimeStamp(signature, token) })
    assert.equal(verdict(report), 'not-authentic: time-stamp-signature')
  })

  test('and a stated time from the future are refused', () => {
    const at = parseInstant('2021-01-01T00:00:00Z') ?? undefined
    assert.ok(at !== undefined)
    const stated = judge({ document: ORDER, detachedSignature: signature, at })
    assert.equal(verdict(stated), 'not-authentic: signing-time-later')
    assert.equal(verdict(judge({ ...stamped('stamper'), at })), 'not-authentic: time-stamp-later')
  })
})

describe('ETSI EN 319 142-1 section 5.4.3: a document time stamp', () => {
  const seal = (covered: Uint8Array): Uint8Array => authority.sign(covered, 'signer')
  const signed = pdf.sign(pdf.document(), seal)
  const options = {
    subFilter: 'ETSI.RFC3161',
    type: 'DocTimeStamp',
    fields: [10],
    numbers: [12, 13] as const,
  }
  const stamp = (stamper: string) => pdf.sign(signed, (covered) => authority.stamp(covered, stamper), options)

  test('dates the signatures that it covers', () => {
    const document = stamp('stamper')
    const report = judge({ document, at: IN_2060 })
    assert.equal(verdict(report), 'authentic')
    assert.deepEqual(
      report.signatures.map(({ kind }) => kind),
      ['pdf', 'pdf-time-stamp'],
    )
    assert.equal(report.signatures[0]?.judgedBy, 'time-stamp')
    assert.equal(report.sealedBy.length, 1)
    assert.equal(verdict(judge({ document: signed, at: IN_2060 })), 'not-authentic: certificate-expired')
    assert.equal(
      verdict(judge({ document: stamp('other-stamper'), at: IN_2060 })),
      'not-authentic: certificate-expired',
    )
    assert.equal(verdict(judge({ document: stamp('other-stamper') })), 'authentic')
  })

  test('alone is no seal', () => {
    const document = pdf.sign(pdf.document(), (covered) => authority.stamp(covered), {
      subFilter: 'ETSI.RFC3161',
      type: 'DocTimeStamp',
    })
    assert.equal(verdict(judge({ document })), 'not-machine-checkable: no-signature')
  })

  test('of something else spoils the document', () => {
    const document = pdf.sign(signed, () => authority.stamp(ORDER), options)
    assert.equal(verdict(judge({ document })), 'not-authentic: time-stamp-imprint')
    const garbage = pdf.sign(signed, () => Uint8Array.of(0x30, 1, 0), options)
    assert.equal(verdict(judge({ document: garbage })), 'not-authentic: time-stamp-malformed')
  })
})

describe('the status of certificates', () => {
  const long = ['20250101000000Z', '20490101000000Z'] as const
  const crl = (listed: readonly string[], from: string = long[0], until: string = long[1]) =>
    authority.crl('intermediate', listed, from, until)
  const ofRoot = authority.crl('root', [], ...long)
  const first = (given: Parameters<typeof judge>[0]) => judge(given).signatures[0]?.path[0]?.status

  test('RFC 5280 section 6.3: a CRL that does not list it, one that does', () => {
    const clean = { ...signedBy('withdrawn'), crls: [crl([]), ofRoot] }
    assert.equal(verdict(judge(clean)), 'authentic')
    assert.equal(said(judge(clean), 'certificate-status'), 'pass')
    const listed = judge({ ...signedBy('withdrawn'), crls: [crl(['withdrawn']), ofRoot] })
    assert.equal(verdict(listed), 'not-authentic: certificate-revoked')
    assert.equal(listed.signatures[0]?.path[0]?.statusSince, '2030-01-01T00:00:00Z')
  })

  test('what is not said is unknown, and is stated', () => {
    const report = judge({ ...signedBy('signer'), crls: [crl([])] })
    assert.equal(verdict(report), 'authentic')
    assert.equal(said(report, 'certificate-status'), 'not-checked: status-unknown')
    assert.deepEqual(
      report.signatures[0]?.path.map(({ status }) => status),
      ['good', 'unknown', 'anchor'],
    )
  })

  test('a list that is out of date, from the future, of another issuer or changed says nothing', () => {
    const unfit = authority.crl('no-lists', [], ...long)
    assert.equal(
      first({ ...signedBy('under-no-lists'), crls: [unfit] }),
      'unknown',
      'its key is not for lists',
    )
    const changed = crl([])
    changed[changed.length - 3] = (changed.at(-3) ?? 0) ^ 1
    for (const list of [
      crl([], '20250101000000Z', '20260101000000Z'),
      crl([], '20470101000000Z', '20490101000000Z'),
      authority.crl('other-root', [], ...long),
      changed,
      ORDER,
    ])
      assert.equal(first({ ...signedBy('signer'), crls: [list] }), 'unknown')
  })

  test('RFC 6960: OCSP responses, of the issuer or of one that it named', () => {
    for (const responder of ['responder', 'intermediate']) {
      const good = authority.ocsp('signer', false, responder)
      assert.equal(first({ ...signedBy('signer'), ocsps: [good] }), 'good', responder)
      const bad = authority.ocsp('withdrawn', true, responder)
      const report = judge({ ...signedBy('withdrawn'), ocsps: [bad] })
      assert.equal(verdict(report), 'not-authentic: certificate-revoked')
      assert.equal(first({ ...signedBy('signer'), ocsps: [bad] }), 'unknown', 'of another certificate')
    }
    for (const responder of ['document-signer', 'old-responder']) {
      const response = authority.ocsp('signer', false, responder)
      assert.equal(first({ ...signedBy('signer'), ocsps: [response] }), 'unknown', responder)
    }
  })

  test('a signature that is proved to be older than the withdrawal stands', () => {
    const signature = authority.sign(ORDER, 'withdrawn')
    const token = authority.stamp(authority.signatureValue(signature))
    const detachedSignature = authority.withTimeStamp(signature, token)
    const report = judge({ document: ORDER, detachedSignature, crls: [crl(['withdrawn']), ofRoot] })
    assert.equal(verdict(report), 'authentic')
    assert.equal(report.signatures[0]?.path[0]?.statusSince, '2030-01-01T00:00:00Z')
  })

  test('lists travel in the message (RFC 5652 section 10.2.1) and in the store of a PDF', () => {
    const message = authority.sign(ORDER, 'withdrawn')
    const response = authority.ocsp('withdrawn', true)
    for (const detachedSignature of [
      authority.withLists(message, [crl(['withdrawn'])]),
      authority.withLists(message, [], [response]),
      authority.withStatusValues(message, [crl(['withdrawn'])], []),
      authority.withStatusValues(message, [], [response]),
    ]) {
      const report = judge({ document: ORDER, detachedSignature })
      assert.equal(verdict(report), 'not-authentic: certificate-revoked')
    }
    const signed = pdf.sign(pdf.document(), (covered) => authority.sign(covered, 'withdrawn'))
    assert.equal(verdict(judge({ document: signed })), 'authentic')
    const listed = pdf.withStore(signed, { crls: [crl(['withdrawn'])] })
    assert.equal(verdict(judge({ document: listed })), 'not-authentic: certificate-revoked')
    const answered = pdf.withStore(signed, { ocsps: [response] })
    assert.equal(verdict(judge({ document: answered })), 'not-authentic: certificate-revoked')
  })
})
