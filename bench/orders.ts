/**
 * Intake of an order: reading the file's bytes to the hash of the report, signature, path, time stamp and status of
 * certificates verified, beside the limit of 100 ms. An ordinary sealed PDF with its validation data and a document
 * time stamp, a detached CMS signature, and the largest documents that are accepted, which pass the same desk.
 * The server's own CPU time counts: intake waits for nothing. Needs the `openssl` command, which makes the certificates.
 *
 * Run: `node bench/orders.ts [rounds, default 40]`.
 */
import { IN_2045, testAuthority } from '@cadastre/authority'
import * as pdf from '@cadastre/authority/pdf'
import { type DocumentInput, LIMITS, reportHash, verifyDocument } from '@cadastre/documents'
import { nodeDocumentPort } from '@cadastre/documents/node'
import { report } from './figures.ts'

const ROUNDS = Number(process.argv[2] ?? 40)
const LIMIT_MS = 100

const authority = testAuthority()
const roots = [authority.certificate('root')]
const crl = authority.crl('intermediate', ['withdrawn'], '20250101000000Z', '20490101000000Z')
const crlOfRoot = authority.crl('root', [], '20250101000000Z', '20490101000000Z')

/** A PDF whose one picture has so many bytes, sealed; then validation data, then a time stamp over all. */
function sealedPdf(size: number): Uint8Array {
  const picture = { 40: { entries: '/Type /XObject', bytes: Buffer.alloc(size, 'picture ') } }
  const sign = (covered: Uint8Array): Uint8Array => authority.sign(covered, 'rsa', ['-binary', '-cades'])
  const signed = pdf.sign(pdf.update(pdf.document(), picture), sign, { subFilter: 'ETSI.CAdES.detached' })
  const certificates = [authority.certificate('intermediate')]
  const stored = pdf.withStore(signed, { crls: [crl, crlOfRoot], certificates })
  return pdf.sign(stored, (covered) => authority.stamp(covered), {
    subFilter: 'ETSI.RFC3161',
    type: 'DocTimeStamp',
    fields: [10],
    numbers: [12, 13],
  })
}

function detached(size: number): Pick<DocumentInput, 'document' | 'detachedSignature' | 'crls'> {
  const document = Buffer.alloc(size, 'An order of a court. ')
  const signature = authority.sign(document, 'rsa')
  const token = authority.stamp(authority.signatureValue(signature))
  return { document, detachedSignature: authority.withTimeStamp(signature, token), crls: [crl, crlOfRoot] }
}

/** The middle and the slowest of the rounds, in milliseconds of CPU time. */
function measure(what: string, given: Pick<DocumentInput, 'document' | 'detachedSignature' | 'crls'>): void {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    const judged = verifyDocument({ ...given, roots, timeStampRoots: roots, at: IN_2045 }, nodeDocumentPort)
    reportHash(judged, nodeDocumentPort)
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
    if (judged.answer !== 'authentic') throw new Error(`${what}: ${judged.code}`)
    if (judged.signatures[0]?.judgedBy !== 'time-stamp') throw new Error(`${what}: no time stamp`)
  }
  times.sort((a, b) => a - b)
  const value = times[Math.floor(times.length / 2)] ?? 0
  report({ what: `intake: ${what}`, value, unit: 'ms', limit: { atMost: LIMIT_MS } })
  report({ what: '  slowest of them, the first included', value: times.at(-1) ?? 0, unit: 'ms', limit: null })
}

measure('sealed PDF of 300 KB, validation data, time stamp', { document: sealedPdf(300_000) })
measure('detached CMS over 300 KB, time stamp, CRLs', detached(300_000))
measure('sealed PDF at the limit of 20 MB', { document: sealedPdf(LIMITS.documentBytes - 200_000) })
measure('detached CMS at the limit of 20 MB', detached(LIMITS.documentBytes))
