// Files that another program sealed, and the report on them, byte for byte: what a log has bound must stay what it is.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { IN_2045, IN_2060 } from '@cadastre/authority'
import { reportHash, reportText, verifyDocument } from '@cadastre/documents'
import { nodeDocumentPort } from '@cadastre/documents/node'

const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'fixtures', name))
const root = fixture('root.der')

for (const [name, seals, hash] of [
  ['pades-b-lta', 1, 'anGuAINSpNn1QyvHEmzoJmWguvy5iBg/S/IB5g9tRsc='],
  ['pades-two-seals', 2, 'BB5QiYXrBrUdlCQAoSDWPn8qY7wqSVCS6eTf4sfwESY='],
] as const)
  test(`ETSI EN 319 142-1: ${name}`, () => {
    const given = { document: fixture(`${name}.pdf`), roots: [root], timeStampRoots: [root] }
    const report = verifyDocument({ ...given, at: IN_2060 }, nodeDocumentPort)
    assert.equal(report.answer, 'authentic')
    assert.equal(report.sealedBy.length, seals)
    assert.ok(
      report.signatures.every(({ kind, judgedBy }) => kind === 'pdf-time-stamp' || judgedBy === 'time-stamp'),
    )
    assert.equal(`${reportText(report)}\n`, fixture(`${name}.report`).toString('utf8'))
    assert.equal(reportHash(report, nodeDocumentPort), hash)
    const untrusted = verifyDocument({ ...given, timeStampRoots: [], at: IN_2060 }, nodeDocumentPort)
    assert.equal(untrusted.code, 'certificate-expired')
    assert.equal(verifyDocument({ ...given, at: IN_2045 }, nodeDocumentPort).answer, 'authentic')
  })
