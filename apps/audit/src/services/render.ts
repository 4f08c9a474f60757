/** A comparison of services in words, or as JSON. */

import { SERVICE_FAULTS, type ServiceFinding, type ServicesReport } from './report.ts'

const number = (value: number): string => value.toLocaleString('en-US')

export function renderServicesJson(report: ServicesReport): string {
  const findings = report.findings.map((one) => ({ ...one, rule: SERVICE_FAULTS[one.code] }))
  return `${JSON.stringify({ ...report, clean: report.findingCount === 0, findings }, null, 2)}\n`
}

export function renderServicesText(report: ServicesReport): string {
  return `${[...facts(report), ...verdict(report)].join('\n')}\n`
}

function facts(report: ServicesReport): readonly string[] {
  const { questions, sizes, sample, askers, seconds } = report
  const all = questions.rdap + questions.whois + questions.proof + questions.api
  const rate = seconds > 0 ? `, ${number(Math.round((all * askers.length) / seconds))} questions/s` : ''
  const extent =
    sample === null
      ? 'complete: everything in the record, and the numbers between'
      : `a sample of ${number(sample.questions)} questions; --seed ${sample.seed} asks the same again`
  return [
    `${report.origin}: services at ${report.url} compared with the record`,
    `  log          from ${number(sizes[0])} to ${number(sizes[1])} entries, state of ${report.at}`,
    `  extent       ${extent}`,
    `  questions    ${number(questions.rdap)} of RDAP, ${number(questions.whois)} of WHOIS, ${number(questions.api)} of /api, ${number(questions.proof)} proofs, ${number(report.files)} files of the log`,
    ...askers.map(
      ({ from, answers, limited }) =>
        `  from         ${from}: ${number(answers)} answers${limited === 0 ? '' : `, ${number(limited)} times told to come back later`}`,
    ),
    `  not opened   ${number(report.unopened)} values that the record only commits to: that they are there was compared, not what they say`,
    `  time         ${seconds.toFixed(1)} s${rate}`,
  ]
}

function verdict({ findingCount, findings }: ServicesReport): readonly string[] {
  if (findingCount === 0)
    return ['', 'No difference: every answer says what the record says, and nothing else.']
  const more = findingCount - findings.length
  return [
    '',
    `${number(findingCount)} ${findingCount === 1 ? 'finding' : 'findings'}:`,
    ...findings.flatMap(found),
    ...(more > 0 ? ['', `and ${number(more)} more that are not described`] : []),
  ]
}

function found(finding: ServiceFinding): readonly string[] {
  const { code, service, question, from, others, size, details, evidence, noEvidence } = finding
  const served = `served to ${from.join(', ')}${others.length === 0 ? '' : `; ${others.join(', ')} was served what is right`}`
  return [
    '',
    `${service} ${question}: ${code}`,
    `  ${SERVICE_FAULTS[code]}`,
    `  ${served}${size === null ? '' : `; log size ${number(size)}`}`,
    ...details.map((detail) => `  ${detail}`),
    evidence === null
      ? `  no evidence file: ${noEvidence ?? ''}`
      : '  an evidence file shows it (--evidence)',
  ]
}
