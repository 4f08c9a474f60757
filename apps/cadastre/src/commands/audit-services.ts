/** `audit-services`: the services of a running registry compared with its record, as a command. */

import { readPolicyFile, runServices, type ServicesPhase } from '@cadastre/audit'
import type { AuditServicesOptions } from '../program-services.ts'
import { createProgress, EXIT, type Output, type Progress, UsageError } from './output.ts'

export async function auditServicesCommand(
  url: string,
  options: AuditServicesOptions,
  output: Output,
): Promise<number> {
  const bars = new Map<ServicesPhase, Progress>()
  const progress = (phase: ServicesPhase, done: number, of: number | null): void => {
    let bar = bars.get(phase)
    if (bar === undefined) {
      for (const earlier of bars.values()) earlier.end()
      bar = createProgress(phase)
      bars.set(phase, bar)
    }
    bar.update(done, of)
  }
  const { exitCode, text } = await runServices({
    url,
    json: output.json,
    progress,
    vkey: options.vkey,
    policy: options.policy === undefined ? undefined : await readPolicyFile(options.policy),
    remember: options.remember,
    evidence: options.evidence,
    from: options.from,
    sample: wholeNumber('--sample', options.sample, 1),
    seed: wholeNumber('--seed', options.seed, 1),
    connections: wholeNumber('--connections', options.connections, 1),
  }).finally(() => {
    for (const bar of bars.values()) bar.end()
  })
  process.stdout.write(text)
  // A comparison that could not be made is neither clean nor faulty.
  return exitCode === 2 ? EXIT.unavailable : exitCode
}

function wholeNumber(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!/^\d{1,9}$/.test(text) || value < least)
    throw new UsageError(`${name} is "${text}"; it must be a whole number from ${least} on.`)
  return value
}
