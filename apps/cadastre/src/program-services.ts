/** The command that compares a registry's services with its record. */

import type { Command } from 'commander'
import { run, urlOf } from './program-run.ts'

export type AuditServicesOptions = {
  readonly url?: string
  readonly from?: readonly string[]
  readonly sample?: string
  readonly seed?: string
  readonly connections?: string
  readonly vkey?: string
  readonly policy?: string
  readonly remember?: string
  readonly evidence?: string
}

export function addAuditServices(program: Command): void {
  program
    .command('audit-services')
    .description(
      'ask a running registry for everything in its record, and compare RDAP, WHOIS, proofs and the log’s files with it',
    )
    .argument('[url]', 'the registry (default the running one)')
    .option('--url <address>', 'the same as an option (default http://127.0.0.1:$PORT)')
    .option('--from <address...>', 'source addresses to ask from; each asks the same')
    .option('--sample <questions>', 'so many questions, chosen at random (default everything)')
    .option('--seed <number>', 'the choice of an earlier sample again')
    .option('--connections <number>', 'connections from each address to each service', '16')
    .option('--vkey <key>', 'verifier key of the log')
    .option('--policy <file>', 'C2SP tlog-policy instead')
    .option('--remember <file>', 'what "audit --remember" kept: the same keys')
    .option('--evidence <dir>', 'write files there that show each contradiction, for "cadastre verify"')
    .action((url: string | undefined, options: AuditServicesOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { auditServicesCommand } = await import('./commands/audit-services.ts')
        return auditServicesCommand(url ?? urlOf(options, settings), options, output)
      }),
    )
}
