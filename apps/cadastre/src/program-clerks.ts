/** Commands of attestors. */

import type { Command } from 'commander'
import type { Options } from './client/wishes.ts'
import { collect, run, urlOf } from './program-run.ts'

type ClerkOptions = Options & { readonly url?: string }
type Work = typeof import('./commands/clerk.ts')

const URL_OPTION = ['--url <address>', 'the registry (default http://127.0.0.1:$PORT)'] as const
const STAFF_OPTION = ['--staff <handle>', 'your handle, such as CL-1'] as const

/** What a step of the queue takes: the clerk's key signs it. */
function signed(command: Command): Command {
  return command
    .argument('<application>', 'such as A-41')
    .option(...STAFF_OPTION)
    .option('--key <name>', 'your key', collect)
    .option('--keys <directory>', 'where your keys are (default $CADASTRE_KEYS or ~/.config/cadastre/keys)')
    .option(...URL_OPTION)
    .option('--no-wait', 'print the receipt and do not wait for the decision')
}

function step(
  command: Command,
  name: 'clerkCommitCommand' | 'clerkRevealCommand' | 'clerkPassCommand',
): void {
  command.action((application: string, options: ClerkOptions, used: Command) =>
    run(used, async (settings, output) => {
      const work: Work = await import('./commands/clerk.ts')
      return work[name](application, urlOf(options, settings), options, output)
    }),
  )
}

export function addClerkCommands(program: Command): void {
  const clerk = program
    .command('clerk')
    .description('work an attestor’s queue: closed questions, answered blind to the other attestor')
  clerk
    .command('list')
    .description('what waits for you, first come first')
    .option(...STAFF_OPTION)
    .option(...URL_OPTION)
    .action((options: ClerkOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { clerkListCommand } = await import('./commands/clerk.ts')
        return clerkListCommand(urlOf(options, settings), options, output)
      }),
    )
  clerk
    .command('show')
    .description('what an application asks, and what is to be answered')
    .argument('<application>', 'such as A-41')
    .option(...URL_OPTION)
    .action((application: string, options: ClerkOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { clerkShowCommand } = await import('./commands/clerk.ts')
        return clerkShowCommand(application, urlOf(options, settings), output)
      }),
    )
  step(
    signed(clerk.command('commit').description('commit yourself to your answers; nobody sees them yet'))
      .option('--answer <question=yes|no>', 'once for each question', collect)
      .option('--evidence <file>', 'what your answers rest on; the log holds its hash'),
    'clerkCommitCommand',
  )
  step(
    signed(clerk.command('reveal').description('reveal them, when all attestors have committed themselves')),
    'clerkRevealCommand',
  )
  step(signed(clerk.command('pass').description('move on from a call that is moot')), 'clerkPassCommand')
}
