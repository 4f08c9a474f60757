/** A report on a document, and what its form says, in plain words. */

import {
  type CheckResult,
  CODES,
  type PathStep,
  type Report,
  type SignatureReport,
} from '@cadastre/documents'
import { CHECKLIST, type OrderDocumentFault } from '@cadastre/records'
import type { RegistryAnswer } from '../client/order-against.ts'
import { bold } from './output.ts'

/** What each check is about. */
const CHECK_WORDS: { readonly [C in CheckResult['check']]: string } = {
  'byte-range': 'the signature covers the whole file but itself',
  'later-changes': 'nothing was changed after signing',
  'signature-format': 'the signature is a CMS message',
  algorithms: 'the algorithms and the key are accepted',
  'signed-attributes': 'the signed attributes are there, once',
  'document-digest': 'the document is the one that was signed',
  signature: 'the signature was made with the key of the certificate',
  'signing-certificate': 'the signature names its certificate',
  'time-stamp': 'a time stamp dates the signature',
  'signing-time': 'the stated time is not later than the proved one',
  'certificate-path': 'the certificate leads to a configured root',
  'certificate-use': 'the certificate is for signing documents',
  'certificate-status': 'no certificate was withdrawn by its issuer',
}
const RESULT_WORDS = { pass: 'yes', fail: 'NO', 'not-checked': 'not checked' } as const

/** A fingerprint as other programs print it. */
function hexadecimal(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex')
}

function stepLine({ subject, status, statusSince, notAfter }: PathStep): string {
  const since = statusSince === null ? '' : ` since ${statusSince}`
  return `    ${subject} (until ${notAfter}; ${status}${since})`
}

function signatureLines(signature: SignatureReport, number: number, of: number): readonly string[] {
  const { kind, signer, byteRange, algorithm, signingTime, timeStamps, path, judgedAt, judgedBy } = signature
  const made = signer === null ? ['  The signer could not be told.'] : [`  Signed by ${signer.subject}`]
  const serial =
    signer === null ? [] : [`  Certificate ${signer.serial}, SHA-256 ${hexadecimal(signer.sha256)}`]
  const by = judgedBy === 'time-stamp' ? 'a time stamp proves it' : 'the time of this check'
  return [
    bold(`Signature ${number} of ${of}: ${kind}${algorithm === null ? '' : `, ${algorithm}`}`),
    ...made,
    ...serial,
    ...(byteRange === null ? [] : [`  Covers bytes ${byteRange.join(' ')}`]),
    ...(signingTime === null ? [] : [`  States ${signingTime} as its time`]),
    ...timeStamps.map(
      ({ time, authority, result }) =>
        `  Time stamp ${time ?? 'unreadable'} by ${authority?.subject ?? 'nobody known'}: ${RESULT_WORDS[result]}`,
    ),
    ...(kind === 'pdf-time-stamp' ? [] : [`  Judged at ${judgedAt} (${by})`]),
    ...(path.length === 0 ? [] : ['  Path:', ...path.map(stepLine)]),
    ...signature.checks
      .filter(({ result, code }) => result !== 'not-checked' || code !== null)
      .map(({ check, result, code }) => {
        const why = code === null ? '' : `: ${CODES[code]} (${code})`
        return `  ${RESULT_WORDS[result].padEnd(11)}  ${CHECK_WORDS[check]}${why}`
      }),
    '',
  ]
}

const ANSWER_WORDS: { readonly [A in Report['answer']]: string } = {
  authentic: 'Authentic',
  'not-authentic': 'Not authentic',
  'not-machine-checkable': 'No machine can check this document',
}

/** The report as lines. */
export function reportLines(report: Report, name: string, hash: string): readonly string[] {
  const { document, answer, code, signatures, sealedBy } = report
  const why = code === null ? '' : `: ${CODES[code]} (${code})`
  const advice =
    answer === 'not-machine-checkable'
      ? ['It can be served by a bailiff, or as a certified copy with a call back (docs/orders.md).']
      : []
  return [
    `${name}: ${document.bytes} bytes, SHA-256 ${hexadecimal(document.sha256)}, judged at ${report.at}`,
    bold(`${ANSWER_WORDS[answer]}${why}.`),
    ...sealedBy.map(({ certificate }) => `Sealed with the certificate ${hexadecimal(certificate)}.`),
    ...advice,
    '',
    ...signatures.flatMap((signature, index) => signatureLines(signature, index + 1, signatures.length)),
    `Hash of this report: ${hash}`,
  ]
}

/** The ten items of the checklist. */
const ITEM_WORDS: { readonly [I in (typeof CHECKLIST)[number]]: string } = {
  'authority-registered': 'the authority is registered',
  'effect-allowed': 'the effect is one that it may order',
  'in-force-at-seat': 'the order is in force and binding at the seat',
  'served-authentic': 'it was served as an authentic document',
  'binds-registry': 'it binds this registry',
  'lists-numbers': 'it lists exact prefixes or AS numbers',
  'effect-in-vocabulary': 'its effect is in the vocabulary',
  'duration-stated': 'its duration is stated',
  'notice-stated': 'notice or seal is stated',
  'not-superseded': 'it is not stayed, lifted or superseded',
}

export type ItemAnswer = {
  readonly item: (typeof CHECKLIST)[number]
  /** `open`: the register, the record and two attestors answer it, not the paper. */
  readonly answer: 'pass' | 'fail' | 'open'
  readonly why: string | null
}

/** Items whose statement on paper is all that a machine can look at here. */
const STATED: ReadonlySet<string> = new Set([
  'lists-numbers',
  'effect-in-vocabulary',
  'duration-stated',
  'notice-stated',
])

/** Whether each item would pass, as far as paper and seal tell. `faults` is null where no form came along. */
export function itemsOf(report: Report, faults: readonly OrderDocumentFault[] | null): readonly ItemAnswer[] {
  const unread = faults?.find(({ item }) => item === null)
  return CHECKLIST.map((item): ItemAnswer => {
    const found = faults?.find((fault) => fault.item === item)
    if (found !== undefined)
      return {
        item,
        answer: 'fail',
        why: `${found.pointer}: ${found.value || 'nothing'}; expected ${found.expected}`,
      }
    if (item === 'served-authentic') return authenticItem(report)
    if (faults === null) return { item, answer: 'open', why: 'no form came with the document' }
    if (!STATED.has(item)) return { item, answer: 'open', why: 'for the register and two attestors' }
    return unread === undefined
      ? { item, answer: 'pass', why: null }
      : {
          item,
          answer: 'fail',
          why: `the form cannot be read: ${unread.pointer || 'expected'} ${unread.expected}`,
        }
  })
}

/** The same, with what a running registry answers: its no is a no, its yes settles what no paper can show. */
export function withRegistry(
  items: readonly ItemAnswer[],
  asked: readonly RegistryAnswer[],
): readonly ItemAnswer[] {
  return items.map((one) => {
    const said = asked.find(({ item }) => item === one.item)
    if (said === undefined || one.answer === 'fail') return one
    if (said.why !== null) return { ...one, answer: 'fail', why: said.why }
    // Whether it was lifted elsewhere only its authority can say.
    if (one.item === 'not-superseded')
      return { ...one, why: 'nothing on record says otherwise; two attestors ask the authority' }
    return one.answer === 'open' ? { ...one, answer: 'pass', why: 'as the registry says, with proof' } : one
  })
}

function authenticItem({ answer, code }: Report): ItemAnswer {
  const item = 'served-authentic'
  if (answer === 'authentic') return { item, answer: 'pass', why: null }
  const why = code === null ? null : CODES[code]
  return { item, answer: answer === 'not-authentic' ? 'fail' : 'open', why }
}

const ITEM_RESULTS = { pass: 'yes', fail: 'NO', open: 'open' } as const

export function itemLines(items: readonly ItemAnswer[]): readonly string[] {
  return [
    '',
    bold('Checklist (a dry run: nothing was served, nothing is decided)'),
    ...items.map(({ item, answer, why }, index) => {
      const number = `${index + 1}`.padStart(2)
      return `  ${number}  ${ITEM_RESULTS[answer].padEnd(5)} ${ITEM_WORDS[item]}${why === null ? '' : `: ${why}`}`
    }),
  ]
}
