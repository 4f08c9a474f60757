// Signatures inside PDFs (ISO 32000-2 section 12.8, ETSI EN 319 142): what is covered, what came later, and the known
// ways of making a signed file show something else.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testAuthority } from '@cadastre/authority'
import * as pdf from '@cadastre/authority/pdf'
import { judge, said, verdict } from './judge.ts'

const authority = testAuthority()
const seal = (covered: Uint8Array): Uint8Array => authority.sign(covered, 'signer')
const sealCades = (covered: Uint8Array): Uint8Array =>
  authority.sign(covered, 'signer', ['-binary', '-cades'])
const plain = pdf.document()
const signed = pdf.sign(plain, seal)
const of = (document: Uint8Array): string => verdict(judge({ document }))
const second = { fields: [10], numbers: [12, 13] as const }
const CHANGED = 'not-authentic: changed-after-signing'

describe('a signed PDF', () => {
  test('adbe.pkcs7.detached covers the file but its own hole', () => {
    const report = judge({ document: signed })
    assert.equal(verdict(report), 'authentic')
    assert.equal(report.format, 'pdf')
    const [start, first, second, length] = report.signatures[0]?.byteRange ?? []
    assert.equal(start, 0)
    assert.equal((second ?? 0) + (length ?? 0), signed.length)
    assert.equal(signed[first ?? 0], 0x3c)
    assert.equal(said(report, 'later-changes'), 'pass')
  })

  test('ETSI.CAdES.detached must name its certificate (ETSI EN 319 142-1 section 6.3)', () => {
    const subFilter = 'ETSI.CAdES.detached'
    assert.equal(of(pdf.sign(plain, sealCades, { subFilter })), 'authentic')
    const report = judge({ document: pdf.sign(plain, seal, { subFilter }) })
    assert.equal(verdict(report), 'not-authentic: signing-certificate-absent')
  })

  test('whose objects are compressed', () => {
    const compressed = pdf.sign(pdf.compressedDocument(), seal)
    assert.equal(of(compressed), 'authentic')
    assert.equal(of(pdf.update(compressed, { 4: '<< >>' })), CHANGED)
    assert.equal(of(pdf.update(compressed, { 6: '<< /Type /Font /Subtype /Type3 >>' })), CHANGED)
    assert.equal(of(pdf.withStore(compressed, {})), 'authentic')
  })

  test('whose cross-reference is in two forms', () => {
    assert.equal(of(pdf.sign(pdf.hybrid(plain, 60, '<< /Type /Metadata >>'), seal)), 'authentic')
    assert.equal(
      of(pdf.hybrid(signed, 61, '<< /Type /Metadata >>')),
      'authentic',
      'it adds what nothing shows',
    )
    assert.equal(of(pdf.hybrid(signed, 4, '<< >>')), CHANGED)
    assert.equal(of(pdf.hybrid(signed, 62, '<< >>', pdf.latin(signed).indexOf('7 0 obj'))), CHANGED)
  })

  test('other kinds of signature are refused', () => {
    for (const subFilter of ['adbe.x509.rsa_sha1', 'adbe.pkcs7.sha1', 'Unheard.Of'])
      assert.equal(of(pdf.sign(plain, seal, { subFilter })), 'not-authentic: subfilter-not-accepted')
  })

  test('holds one detached message with one signer', () => {
    const attached = (covered: Uint8Array): Uint8Array =>
      authority.sign(covered.subarray(0, 100), 'signer', ['-binary', '-nodetach'])
    assert.equal(of(pdf.sign(plain, attached)), 'not-authentic: cms-content')
    const two = (covered: Uint8Array): Uint8Array =>
      authority.merged(seal(covered), authority.sign(covered, 'p-384'))
    assert.equal(of(pdf.sign(plain, two)), 'not-authentic: several-signers')
    assert.equal(of(pdf.sign(plain, () => Uint8Array.of(0x30, 1, 0))), 'not-authentic: cms-malformed')
  })

  test('lists no object twice in one section', () => {
    const row = '4 1\n0000000009 00000 n \n'
    const trailer = `trailer\n<< /Size 200 /Root 1 0 R /Prev ${pdf.startXref(signed)} >>\n`
    for (const rows of [row + row, `4 2\n0000000009 00000 n \n`, '4 1\n0000000009 00000 x \n'])
      assert.equal(
        of(pdf.join(signed, `xref\n${rows}${trailer}startxref\n${signed.length}\n%%EOF\n`)),
        'not-authentic: pdf-structure',
      )
  })

  test('any changed byte outside the hole is noticed', () => {
    for (const [from, to] of [
      ['192.0.2.0/24', '192.0.3.0/24'],
      ['/Helvetica', '/Helvetice'],
      ['%PDF-1.7', '%PDF-1.6'],
    ] as const)
      assert.equal(of(pdf.replaced(signed, from, to)), 'not-authentic: document-digest')
  })

  test('a cut file is no file with a signature any more', () => {
    for (const length of [signed.length - 1, signed.length - 8, signed.length - 200, 2000]) {
      const answer = of(signed.subarray(0, length))
      assert.ok(answer.startsWith('not-'), answer)
    }
  })

  test('one without a signature cannot be checked by a machine', () => {
    assert.equal(of(plain), 'not-machine-checkable: no-signature')
    assert.equal(of(Buffer.from('%PDF-1.7\nnothing')), 'not-machine-checkable: pdf-structure')
    assert.equal(
      of(pdf.update(plain, {}, { trailer: '/Encrypt 9 0 R' })),
      'not-machine-checkable: pdf-encrypted',
    )
  })
})

describe('the byte range', () => {
  const hole = (): readonly [number, number] => {
    const [, first = 0, second = 0] = judge({ document: signed }).signatures[0]?.byteRange ?? []
    return [first, second]
  }
  const pad = (value: number): string => String(value).padStart(10, '0')
  const ranged = (range: readonly number[]): Uint8Array => {
    const [first, second] = hole()
    const old = `[0 ${pad(first)} ${pad(second)} ${pad(signed.length - second)}]`
    const [start, ...rest] = range
    return pdf.replaced(signed, old, `[${start} ${rest.map(pad).join(' ')}]`)
  }

  test('that leaves out more than the hole, less, or something else, is refused', () => {
    const [first, second] = hole()
    const rest = signed.length - second
    for (const range of [
      [0, first - 1, second, rest],
      [0, first + 1, second, rest],
      [0, first, second + 1, rest - 1],
      [0, first, second - 1, rest + 1],
      [0, first, second, rest - 6],
      [0, first, second, rest + 1],
      [0, first, first, signed.length - first],
      [1, first - 1, second, rest],
      [1, first, second, rest],
      [0, 0, 0, signed.length],
      [0, 100, 200, signed.length - 200],
    ])
      assert.equal(of(ranged(range)), 'not-authentic: byte-range', range.join(' '))
  })

  test('whose end is no end of a revision is refused', () => {
    assert.equal(of(pdf.join(signed, ' ')), 'not-authentic: changed-after-signing')
    assert.equal(of(pdf.join(signed, 'x')), 'not-authentic: pdf-structure')
  })

  test('of a hole that holds more than digits is refused: what stands in it is signed by nobody', () => {
    const [first] = hole()
    const withSpace = signed.slice()
    withSpace.set([0x20, 0x20], first + 10_000)
    assert.equal(of(withSpace), 'not-authentic: byte-range')
    const padded = signed.slice()
    padded.set([0x34, 0x31], first + 16_000)
    assert.equal(of(padded), 'not-authentic: cms-malformed')
  })

  test('a second dictionary entry of the same name makes the file unreadable, whichever a viewer would take', () => {
    const twice = pdf.replaced(signed, '/Filter /Adobe.PPKLite', '/ByteRange [0 1 2 3]  ')
    assert.equal(of(twice), 'not-authentic: pdf-structure')
    const font = pdf.sign(pdf.update(plain, { 6: '<< /Type /Font /Type /Font >>' }), seal)
    assert.equal(of(font), 'authentic', 'what is not read does not matter')
    const form = pdf.replaced(signed, '/SigFlags 3', '/Fields [ ]')
    assert.equal(of(form), 'not-authentic: signature-unlisted')
  })
})

describe('after signing', () => {
  test('new text on the page (incremental saving)', () => {
    const changed = pdf.update(signed, {
      4: { entries: '', bytes: Buffer.from('BT (Hold 0.0.0.0/0.) Tj ET') },
    })
    assert.equal(of(changed), CHANGED)
  })

  test('a page that shows other content, prepared before (shadow attack: replace)', () => {
    assert.equal(of(pdf.update(signed, { 3: pdf.page([10], 7) })), CHANGED)
  })

  test('an object of the signed file that another entry points to (shadow attack: hide and replace)', () => {
    const hidden = pdf.latin(signed).indexOf('7 0 obj')
    assert.equal(of(pdf.update(signed, {}, { pointing: { 7: hidden } })), CHANGED)
    const prepared = pdf.join(pdf.document(), '')
    const twice = pdf.sign(
      pdf.update(prepared, { 4: { entries: '', bytes: Buffer.from('BT (Hold 203.0.113.0/24.) Tj ET') } }),
      seal,
    )
    const first = pdf.latin(twice).indexOf('4 0 obj')
    assert.equal(of(twice), 'authentic')
    assert.equal(of(pdf.update(twice, {}, { pointing: { 4: first } })), CHANGED)
  })

  test('an object that is taken away (shadow attack: hide)', () => {
    assert.equal(of(pdf.update(signed, {}, { freed: [4] })), CHANGED)
  })

  test('an overlay: an annotation, a form field with an area, a new form', () => {
    const note = '<< /Type /Annot /Subtype /FreeText /Rect [0 0 600 700] /Contents (Void.) >>'
    assert.equal(of(pdf.update(signed, { 3: pdf.page([10, 60]), 60: note })), CHANGED)
    const field = { fields: [10], numbers: [12, 13] as const }
    const seen = pdf.sign(signed, seal, { ...field, rectangle: '[0 0 600 700]' })
    assert.equal(of(seen), CHANGED)
    const drawn = (bytes: string): pdf.Objects => ({
      12: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (S12) /Rect [0 0 0 0] /V 13 0 R /AP << /N 14 0 R >> >>',
      14: { entries: '/Type /XObject /Subtype /Form /BBox [0 0 0 0]', bytes: Buffer.from(bytes) },
    })
    assert.equal(of(pdf.sign(signed, seal, { ...field, more: drawn('BT (Void.) Tj ET') })), CHANGED)
    assert.equal(of(pdf.sign(signed, seal, { ...field, more: drawn('') })), 'authentic')
    const acting = { 12: '<< /Subtype /Widget /FT /Sig /T (S12) /Rect [0 0 0 0] /V 13 0 R /AA << >> >>' }
    assert.equal(of(pdf.sign(signed, seal, { ...field, more: acting })), CHANGED)
    assert.equal(of(pdf.sign(signed, seal, field)), 'authentic')
  })

  test('lists that are objects: of fields they may grow, of pages and content not', () => {
    const listed = pdf.sign(
      pdf.update(plain, { 2: '<< /Type /Pages /Kids 50 0 R /Count 1 >>', 50: '[3 0 R]' }),
      seal,
    )
    const widget = '<< /Subtype /Widget /FT /Sig /T (S60) /Rect [0 0 0 0] >>'
    assert.equal(of(listed), 'authentic')
    assert.equal(of(pdf.update(listed, { 50: '[3 0 R 60 0 R]', 60: widget })), CHANGED)
    const form = { 5: '<< /Fields 51 0 R /SigFlags 3 >>', 51: '[10 0 R]' }
    const fields = pdf.sign(plain, seal, { more: form })
    assert.equal(of(fields), 'authentic')
    assert.equal(of(pdf.update(fields, { 51: '[10 0 R 60 0 R]', 60: widget })), 'authentic')
    assert.equal(of(pdf.update(fields, { 51: '[60 0 R]', 60: widget })), 'not-authentic: signature-unlisted')
  })

  test('another document around the signed one', () => {
    const other = {
      1: '<< /Type /Catalog /Pages 22 0 R /AcroForm 5 0 R >>',
      22: '<< /Type /Pages /Kids [] /Count 0 >>',
    }
    assert.equal(of(pdf.update(signed, other)), CHANGED)
    assert.equal(
      of(pdf.update(signed, { 1: '<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R /OpenAction 9 0 R >>' })),
      CHANGED,
    )
    const root = { 30: '<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>' }
    assert.equal(of(pdf.update(signed, root, { trailer: '/Info 31 0 R' })), CHANGED)
  })

  test('an update that leaves the signed revision out of its chain', () => {
    const skipping = pdf.update(signed, { 70: '<< >>' }, { previous: pdf.startXref(plain) })
    assert.ok(of(skipping).startsWith('not-authentic'), of(skipping))
  })

  test('another cross-reference that was prepared inside the signed file', () => {
    const base = pdf.document('Shown never.')
    const shown = pdf.update(base, {
      4: { entries: '', bytes: Buffer.from('BT (Hold 192.0.2.0/24.) Tj ET') },
    })
    const row = (offset: number): string => `${String(offset).padStart(10, '0')} 00000 n \n`
    // It knows the objects of the signature to come, and the page's content as it was before.
    const prepared = (offsets: readonly number[]): Uint8Array => {
      const rows = [3, 5, 10, 11].map((number, index) => `${number} 1\n${row(offsets[index] ?? 0)}`).join('')
      const trailer = `trailer\n<< /Size 200 /Root 1 0 R /Prev ${pdf.startXref(base)} >>\n`
      return pdf.sign(
        pdf.join(shown, `xref\n${rows}${trailer}startxref\n${pdf.startXref(shown)}\n%%EOF\n`),
        seal,
      )
    }
    const first = pdf.latin(prepared([]))
    const file = prepared([3, 5, 10, 11].map((number) => first.lastIndexOf(`\n${number} 0 obj`) + 1))
    assert.equal(of(file), 'authentic')
    assert.equal(of(pdf.update(file, { 70: '<< >>' })), 'authentic')
    assert.equal(of(pdf.update(file, { 70: '<< >>' }, { previous: shown.length })), CHANGED)
  })

  test('objects that no section lists, for viewers that search a file they take for damaged', () => {
    const stray = '4 0 obj\n<< /Length 9 >>\nstream\nBT ET    \nendstream\nendobj\n'
    for (const hidden of [stray, `% ${stray}`, 'trailer\n<< /Root 7 0 R >>\n'])
      assert.equal(of(pdf.update(pdf.join(signed, hidden), {}, { previous: pdf.startXref(signed) })), CHANGED)
    const inside = { 100: { entries: '/Type /Metadata', bytes: Buffer.from(`\n${stray}`) } }
    assert.equal(of(pdf.update(signed, inside)), CHANGED)
    const holder = '/Type /ObjStm /N 1 /First 4'
    assert.equal(
      of(pdf.update(signed, { 100: { entries: holder, bytes: Buffer.from('4 0 << >>') } })),
      CHANGED,
    )
  })

  test('of what a file says about itself only when and by what it was written', () => {
    const trailer = '/Info 40 0 R'
    const about = (words: string): pdf.Objects => ({ 40: `<< /Title (Order) ${words} >>` })
    const informed = pdf.sign(pdf.update(plain, about('/Producer (a)'), { trailer }), seal, { trailer })
    assert.equal(of(pdf.update(informed, about('/Producer (b) /ModDate (c)'), { trailer })), 'authentic')
    assert.equal(of(pdf.update(informed, about('/Author (d)'), { trailer })), CHANGED)
    assert.equal(of(pdf.update(informed, { 40: '<< /Title (No order) >>' }, { trailer })), CHANGED)
  })

  test('a signature that an update hides from the form', () => {
    assert.equal(
      of(pdf.update(signed, { 5: '<< /Fields [] /SigFlags 3 >>' })),
      'not-authentic: signature-unlisted',
    )
  })

  test('validation data, and nothing else, may come (ETSI EN 319 142-1 section 5.4)', () => {
    const crl = authority.crl('intermediate', [], '20250101000000Z', '20500101000000Z')
    const stored = pdf.withStore(signed, {
      crls: [crl],
      certificates: [authority.certificate('intermediate')],
    })
    assert.equal(of(stored), 'authentic')
    assert.equal(judge({ document: stored }).signatures[0]?.path[0]?.status, 'good')
    assert.equal(of(pdf.update(stored, { 4: '<< >>' })), CHANGED)
    const again = { crls: [crl], certificates: [authority.certificate('intermediate')], ocsps: [crl] }
    assert.equal(of(pdf.withStore(pdf.sign(stored, seal, second), again)), 'authentic')
    const more = pdf.update(pdf.sign(stored, seal, second), { 100: '<< /Type /DSS /Kids [3 0 R] >>' })
    assert.equal(of(more), CHANGED)
  })
})

describe('several signatures', () => {
  test('each is judged; the last covers the whole file', () => {
    const both = pdf.sign(signed, (covered) => authority.sign(covered, 'rsa'), second)
    const report = judge({ document: both })
    assert.equal(verdict(report), 'authentic')
    assert.deepEqual(
      report.signatures.map(({ signer }) => signer?.subject.split(',')[0]),
      ['CN=signer', 'CN=rsa'],
    )
    assert.equal(report.sealedBy.length, 2)
  })

  test('a stranger’s beside one that is trusted takes nothing away; alone it is not enough', () => {
    const stranger = (covered: Uint8Array): Uint8Array => authority.sign(covered, 'stranger')
    const both = judge({ document: pdf.sign(signed, stranger, second) })
    assert.equal(verdict(both), 'authentic')
    assert.equal(both.sealedBy.length, 1)
    assert.equal(of(pdf.sign(plain, stranger)), 'not-authentic: path-not-trusted')
  })

  test('a stranger’s does not cover up what was changed between', () => {
    const changed = pdf.update(signed, { 4: { entries: '', bytes: Buffer.from('BT (Hold all.) Tj ET') } })
    const covered = pdf.sign(changed, (bytes) => authority.sign(bytes, 'stranger'), second)
    assert.equal(of(covered), CHANGED)
    assert.equal(of(pdf.sign(changed, seal, second)), CHANGED)
  })

  test('more than the limit', () => {
    let many = plain
    const fields: number[] = []
    for (let each = 0; each < 17; each++) {
      many = pdf.sign(many, () => Uint8Array.of(0x30, 0), {
        fields: [...fields],
        numbers: [20 + 2 * each, 21 + 2 * each],
      })
      fields.push(20 + 2 * each)
    }
    assert.equal(of(many), 'not-authentic: too-many-signatures')
  })
})
