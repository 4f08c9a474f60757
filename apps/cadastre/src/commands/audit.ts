/** `audit`: the independent audit, as a command. */

import { readPolicyFile, runAudit } from '@cadastre/audit'
import type { AuditCommandOptions } from '../program-verifiers.ts'
import { createProgress, EXIT, type Output } from './output.ts'

export async function auditCommand(
  source: string,
  options: AuditCommandOptions,
  output: Output,
): Promise<number> {
  const bar = createProgress('auditing entries')
  const { exitCode, text } = await runAudit({
    source,
    json: output.json,
    progress: (entries, size) => bar.update(entries, size),
    ...(options.vkey === undefined ? {} : { vkey: options.vkey }),
    ...(options.policy === undefined ? {} : { policy: await readPolicyFile(options.policy) }),
    remember: options.remember,
    evidence: options.evidence,
    resume: options.resume,
  }).finally(() => bar.end())
  process.stdout.write(text)
  // An audit that could not be made is neither clean nor faulty.
  return exitCode === 2 ? EXIT.unavailable : exitCode
}
