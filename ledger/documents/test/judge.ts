// What the tests of the room share: a document judged with the test authority's roots, and which check said what.

import { IN_2045, testAuthority } from '@cadastre/authority'
import { type CheckName, type DocumentInput, type Report, verifyDocument } from '@cadastre/documents'
import { nodeDocumentPort } from '@cadastre/documents/node'

export type Given = Partial<DocumentInput> & Pick<DocumentInput, 'document'>

/** Judged in 2045, with the root of signers and stampers, unless it says otherwise. */
export function judge(given: Given): Report {
  const root = testAuthority().certificate('root')
  return verifyDocument({ roots: [root], timeStampRoots: [root], at: IN_2045, ...given }, nodeDocumentPort)
}

/** `authentic`, or the answer and its code. */
export function verdict({ answer, code }: Report): string {
  return code === null ? answer : `${answer}: ${code}`
}

/** What a check of a signature said: `pass`, or its result and code. */
export function said(report: Report, check: CheckName, index = 0): string {
  const found = report.signatures[index]?.checks.find((each) => each.check === check)
  if (found === undefined) throw new Error(`no signature ${index}`)
  return found.code === null ? found.result : `${found.result}: ${found.code}`
}
