/** Commands for those who write orders, and for the desk that takes them in. */

import type { Command } from 'commander'
import type { OrderCheckOptions } from './commands/order-check.ts'
import { run } from './program-run.ts'

export function addOrderCommands(program: Command): void {
  const order = program.command('order').description('orders of courts and regulators')
  order
    .command('check')
    .description('a dry run: is the document authentic, and what of the checklist does it state?')
    .argument('<file>', 'the order: PDF, CMS, or any file with --signature')
    .option('--signature <file>', 'a detached CMS signature of the file')
    .option('--roots <directory>', 'certificates that seals must lead to')
    .option('--time-stamp-roots <directory>', 'those of time stamps (default the same)')
    .option('--status <directory>', 'CRLs (.crl) and OCSP responses (.ocsp), DER')
    .option('--form <file>', 'the filled-in form, where it is not the signed content itself')
    .option('--at <instant>', 'judge as of this time (default now)')
    .option('--save <file>', 'write the report, as the log binds it')
    .action((file: string, options: OrderCheckOptions, command: Command) =>
      run(command, async (_settings, output) => {
        const { orderCheckCommand } = await import('./commands/order-check.ts')
        return orderCheckCommand(file, options, output)
      }),
    )
}
