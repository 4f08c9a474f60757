/** A report in words, or as JSON. */

import { ruleText } from '@cadastre/misbehaviour'
import { ordersLines } from '@cadastre/statistics'
import type { AuditFault, AuditReport } from './report.ts'

const number = (value: number): string => value.toLocaleString('en-US')

/** The rule that a fault breaks. */
export function ruleOf(code: AuditFault['code']): string {
  return ruleText(code)
}

/** Evidence of a fault: the file in which it is, or why there is none. */
export type WrittenEvidence = {
  readonly index: number
  readonly code: AuditFault['code']
  readonly file: string | null
  readonly why: string | null
}

export function renderJson(report: AuditReport, evidence: readonly WrittenEvidence[] = []): string {
  const faults = report.faults.map((fault) => ({ ...fault, rule: ruleOf(fault.code) }))
  return `${JSON.stringify({ ...report, clean: report.faultCount === 0, faults, evidence }, null, 2)}\n`
}

/** Which files convict of what, and how anybody checks them; nothing where there are none. */
export function renderEvidence(evidence: readonly WrittenEvidence[]): string {
  if (evidence.length === 0) return ''
  const [example] = evidence.flatMap(({ file }) => file ?? [])
  const lines = evidence.flatMap(({ index, code, file, why }) => [
    `  entry ${index}: ${code}: ${file ?? 'no small file'}`,
    ...(why === null ? [] : [`    ${why}`]),
  ])
  const how =
    example === undefined
      ? []
      : [`Anybody verifies such a file, offline: cadastre verify ${example} --registry registry.json`]
  return `${['', 'Evidence:', ...lines, ...how].join('\n')}\n`
}

export function renderText(report: AuditReport): string {
  const orders = ordersLines(report.orders, report.orders.lacking)
  return `${[...facts(report), '', ...orders, ...verdict(report)].join('\n')}\n`
}

function facts(report: AuditReport): readonly string[] {
  const { tally, seconds, entries } = report
  const done = entries - report.resumed.from
  const rate = seconds > 0 ? `, ${number(Math.round(done / seconds))} entries/s` : ''
  const trust = {
    given: 'the key that you gave',
    remembered: 'the key of the earlier audit',
    registry: 'the key that the registry itself names (keep it with --remember, or give it with --vkey)',
  }[report.trust]
  return [
    `${report.origin} at ${number(report.size)} entries, state of ${report.at ?? 'nothing yet'}`,
    `  source       ${report.source}`,
    `  checkpoint   signed by ${trust}; ${cosignatures(report)}`,
    `  tree         ${number(entries)} entries hashed, ${number(report.tiles)} tiles compared`,
    `  earlier      ${report.comparedWith === null ? 'no earlier checkpoint to compare with' : `compared with the checkpoint of size ${number(report.comparedWith)}`}`,
    ...resumed(report),
    `  acts         ${number(tally.ops)} decided again: ${number(tally.accepted)} accepted, ${number(tally.refused)} refused`,
    `  receipts     ${receipts(report)}`,
    `  signatures   ${number(tally.signatures)} checked`,
    `  states       ${number(tally.states)} roots of the state compared`,
    `  time         ${seconds.toFixed(1)} s${rate}`,
  ]
}

function resumed({ resumed: { from, discarded } }: AuditReport): readonly string[] {
  if (discarded !== null) return [`  resumed      no: ${discarded}; all entries were replayed`]
  return from === 0 ? [] : [`  resumed      after ${number(from)} entries that an earlier run had replayed`]
}

/** Faults of receipts are told below; here, what was looked at. */
function receipts({ receipts: { decided, last, open } }: AuditReport): string {
  if (last === 0) return 'none: nobody has asked for anything yet'
  const waiting =
    open === 0
      ? 'none passed over'
      : `${number(open)} passed over whose deadline has not come (waiting, or never given out)`
  return `${number(decided)} decided, compared with their order and deadlines; the last is number ${number(last)}; ${waiting}`
}

function cosignatures({ cosignatures: all, quorum }: AuditReport): string {
  if (all.length === 0) return quorum === 'none' ? 'no witnesses asked for' : 'no cosignatures'
  const names = all.map(({ witness, time }) => `${witness} at ${time}`).join(', ')
  return `cosigned by ${names}${quorum === 'none' ? '' : ' (a quorum)'}`
}

function verdict({ faultCount, faults }: AuditReport): readonly string[] {
  if (faultCount === 0)
    return [
      '',
      'No fault: every decision follows from the entries before it, and the files are those that were signed.',
    ]
  const more = faultCount - faults.length
  return [
    '',
    `${number(faultCount)} ${faultCount === 1 ? 'fault' : 'faults'}:`,
    ...faults.flatMap(({ index, code, detail }) => [
      '',
      `entry ${index}: ${code}`,
      `  ${ruleOf(code)}`,
      `  ${detail}`,
    ]),
    ...(more > 0 ? ['', `and ${number(more)} more that are not described`] : []),
  ]
}
