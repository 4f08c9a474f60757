// Bytes from strangers: mutations of valid files and plain noise get a report, never a throw, and never `authentic`
// for content that was not signed.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testAuthority } from '@cadastre/authority'
import * as pdf from '@cadastre/authority/pdf'
import { CODES } from '@cadastre/documents'
import fc from 'fast-check'
import { judge } from './judge.ts'

const RUNS = 400
const ORDER = Buffer.from('It is ordered that 192.0.2.0/24 be held.')
const authority = testAuthority()
const signature = authority.withLists(
  authority.withTimeStamp(
    authority.sign(ORDER, 'signer'),
    authority.stamp(authority.signatureValue(authority.sign(ORDER, 'signer'))),
  ),
  [authority.crl('intermediate', ['withdrawn'], '20250101000000Z', '20490101000000Z')],
)
const embedded = authority.sign(ORDER, 'rsa', ['-binary', '-nodetach'])
const seal = (covered: Uint8Array): Uint8Array => authority.sign(covered, 'signer')
const signed = pdf.sign(pdf.document(), seal)
const compressed = pdf.sign(pdf.compressedDocument(), seal)
const updated = pdf.withStore(compressed, { certificates: [authority.certificate('intermediate')] })

type Edit = { readonly at: number; readonly kind: number; readonly bytes: Uint8Array }
const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({ at: fc.nat(), kind: fc.nat(3), bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }) }),
  { minLength: 1, maxLength: 4 },
)

/** Bytes changed, inserted, removed, or a piece repeated. */
function edited(file: Uint8Array, list: readonly Edit[]): Uint8Array {
  let bytes = file
  for (const { at, kind, bytes: piece } of list) {
    const place = at % (bytes.length + 1)
    const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)]
    if (kind === 0) bytes = pdf.join(before, piece, after.subarray(piece.length))
    else if (kind === 1) bytes = pdf.join(before, piece, after)
    else if (kind === 2) bytes = pdf.join(before, after.subarray(piece.length))
    else bytes = pdf.join(before, after.subarray(0, 40 * piece.length), after)
  }
  return bytes
}

function check(given: Parameters<typeof judge>[0]): ReturnType<typeof judge> {
  const report = judge(given)
  const codes = report.signatures.flatMap(({ checks }) => checks.map(({ code }) => code))
  for (const code of [report.code, ...codes]) assert.ok(code === null || code in CODES)
  assert.equal(report.answer === 'authentic', report.code === null)
  return report
}

describe('changed files', () => {
  test('a detached signature', () => {
    fc.assert(
      fc.property(edits, (list) => {
        check({ document: ORDER, detachedSignature: edited(signature, list) })
        const other = check({ document: edited(ORDER, list), detachedSignature: signature })
        if (Buffer.compare(edited(ORDER, list), ORDER) !== 0) assert.equal(other.answer, 'not-authentic')
      }),
      { numRuns: RUNS },
    )
  })

  test('an embedded signature', () => {
    const covered = judge({ document: embedded }).signatures[0]?.covered
    fc.assert(
      fc.property(edits, (list) => {
        const report = check({ document: edited(embedded, list) })
        // Unsigned parts of a message may change (RFC 5652 section 11); what it says may not.
        if (report.answer === 'authentic') assert.equal(report.signatures[0]?.covered, covered)
      }),
      { numRuns: RUNS },
    )
  })

  for (const [name, file] of [
    ['a PDF', signed],
    ['a compressed PDF', compressed],
    ['a PDF with an update', updated],
  ] as const)
    test(name, () => {
      const original = judge({ document: file })
      const end = original.signatures[0]?.byteRange?.reduce((a, b) => a + b) ?? 0
      assert.equal(original.answer, 'authentic')
      fc.assert(
        fc.property(edits, (list) => {
          const report = check({ document: edited(file, list) })
          if (report.answer !== 'authentic') return
          assert.equal(report.signatures[0]?.covered, original.signatures[0]?.covered)
          assert.ok(end > 0)
        }),
        { numRuns: RUNS },
      )
    })
})

describe('noise', () => {
  const heads = ['', '%PDF-1.7\n', '0\x80\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x02', '-----BEGIN CMS-----\n']
  test('behind the beginnings of every format', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...heads),
        fc.uint8Array({ maxLength: 300 }),
        fc.boolean(),
        (head, bytes, detached) => {
          const noise = pdf.join(head, bytes)
          const report = check(detached ? { document: ORDER, detachedSignature: noise } : { document: noise })
          assert.notEqual(report.answer, 'authentic')
        },
      ),
      { numRuns: RUNS },
    )
  })

  test('words of a PDF in any order', () => {
    const words = [
      '1 0 obj',
      'endobj',
      '<<',
      '>>',
      '[',
      ']',
      '/Type',
      '/Root 1 0 R',
      '/Prev 9',
      'stream\n',
      'endstream',
      'xref\n0 1\n',
      '0000000009 00000 n \n',
      'trailer',
      'startxref\n9\n%%EOF',
      '(',
      ')',
      '<00',
      '>',
      '1 0 R',
      '/ByteRange [0 1 2 3]',
      '%\n',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), (list) => {
        const file = pdf.join(`%PDF-1.7\n${list.join(' ')}\nstartxref\n9\n%%EOF\n`)
        assert.notEqual(check({ document: file }).answer, 'authentic')
      }),
      { numRuns: RUNS },
    )
  })
})

describe('files that are made to cost', () => {
  const quick = (document: Uint8Array): string | null => {
    const before = process.hrtime.bigint()
    const { code } = check({ document })
    // No measurement: only that it ends, orders of magnitude away from what a bound that is missing costs.
    assert.ok(process.hrtime.bigint() - before < 20_000_000_000n)
    return code
  }
  const tail = (at: number): string => `startxref\n${at}\n%%EOF\n`

  test('deep nesting', () => {
    assert.equal(quick(Buffer.alloc(1_000_000, Buffer.from([0x30, 0x80]))), 'unknown-format')
    const arrays = `%PDF-1.7\nxref\n0 0\ntrailer ${'['.repeat(500_000)}`
    assert.equal(quick(pdf.join(`${arrays}\n${tail(9)}`)), 'pdf-structure')
  })

  test('a cross-reference that goes in circles, and one that never ends', () => {
    const circle = `%PDF-1.7\nxref\n0 0\ntrailer << /Prev 9 >>\n${tail(9)}`
    assert.equal(quick(pdf.join(circle)), 'pdf-structure')
    assert.equal(quick(pdf.join(`%PDF-1.7\nxref\n0 199999\n${tail(9)}`)), 'pdf-structure')
  })

  test('twenty megabytes of digits, of angles, of names', () => {
    for (const filler of ['0', '<', '/', '(', ' obj', '% '])
      quick(pdf.join('%PDF-1.7\nxref\n0 0\ntrailer ', Buffer.alloc(19_000_000, filler), `\n${tail(9)}`))
  })

  test('a stream that inflates without end', () => {
    const bomb = pdf.bomb(400_000_000)
    assert.equal(quick(bomb), 'pdf-structure')
  })

  test('an object that holds itself, fields that are their own children', () => {
    const self = pdf.update(pdf.document(), {
      5: '<< /Fields [10 0 R] >>',
      10: '<< /FT /Sig /Kids [10 0 R] >>',
    })
    assert.equal(quick(self), 'pdf-structure')
    assert.equal(quick(pdf.update(pdf.document(), { 5: '5 0 R' })), 'no-signature')
  })

  test('an update of twenty megabytes behind a signature', () => {
    quick(pdf.update(signed, { 70: { entries: '', bytes: Buffer.alloc(15_000_000, '0 obj ') } }))
    quick(pdf.update(signed, { 70: { entries: '', bytes: Buffer.alloc(15_000_000, '0') } }))
  })
})
