/** Subcommands of `request` between registries and about the registry itself, `impact`, and `take-over`. */

import type { Command } from 'commander'
import type { ImpactOptions } from './commands/impact.ts'
import type { PrepareOptions, TakeOverOptions } from './commands/take-over.ts'
import { collect, run, urlOf } from './program-run.ts'

/** Adds a subcommand for a procedure, with what all of them take. */
type AddProcedure = (kind: string, description: string) => Command

const STAFF = ['--staff <handle>', 'the member of staff who signs', collect] as const
const PEER_URL = ['--peer-url <address>', 'the other registry, which proves what it says'] as const

export function addRegistriesProcedures(add: AddProcedure): void {
  add('move-out', 'move numbers to a holder of another registry')
    .option('--holder <handle>', 'your handle')
    .option('--range <range>', 'prefix or range, whole or part')
    .option('--to-registry <origin>', 'origin of the other registry')
    .option('--to <handle>', 'the holder there')
    .option('--finalize <transit>', 'the other registry has accepted: carry its word here')
    .option('--cancel <transit>', 'cancel it, until it is final')
    .option('--by <handle>', 'your handle')
    .option(...PEER_URL)
  add('move-in', 'take in numbers from a holder of another registry')
    .option('--from-registry <origin>', 'origin of the other registry')
    .option('--accept <transit>', 'its handle of the move; the holder here signs')
    .option('--holder <handle>', 'your handle')
    .option('--range <range>', 'prefix or range')
    .option('--complete <transit>', 'it is final there: carry its word here')
    .option('--cancel <transit>', 'it was cancelled there: carry its word here')
    .option(...PEER_URL)
  add('list-peer', 'staff: list another registry, or its new keys')
    .option('--origin <origin>', 'origin of its log')
    .option('--policy <file>', 'C2SP tlog-policy that names its keys')
    .option('--rdap <address>', 'base of its RDAP service')
    .option(...STAFF)
  add('adopt-procedure', 'staff: other terms of a procedure, after the notice')
    .option('--procedure <id>', 'such as transfer/1')
    .option('--page <file>', 'the page')
    .option('--parameter <name=value>', 'over those in force; may be repeated', collect)
    .option('--vectors <file>', 'the published test vectors; the request holds their hash')
    .option('--impact <file>', 'what "cadastre impact --json" printed')
    .option('--withdraw <application>', 'withdraw an adoption')
    .option(...STAFF)
  add(
    'change-staff',
    'staff: members begin or end, after the notice; two operators sign, or the only one there is',
  )
    .option('--add <HANDLE:ROLE:KEY>', 'who is to begin; may be repeated; signs too', collect)
    .option('--end <handle>', 'who is to end; may be repeated', collect)
    .option('--withdraw <application>', 'withdraw a change')
    .option('--staff <handle>', 'an operator who signs; twice, where there are several', collect)
  add('change-witnesses', 'staff: other witnesses; the old quorum signs too')
    .option('--policy <file>', 'C2SP tlog-policy with the new ones')
    .option(...STAFF)
  add('hand-over', 'staff: name a successor, announce the hand-over, end this log')
    .option('--successor-origin <origin>', 'origin of the successor’s log')
    .option('--successor-key <key>', 'its log’s Ed25519 key, base64; it signs too')
    .option('--announce', 'begin the notice; the successor signs too')
    .option('--withdraw', 'end the notice')
    .option('--finish', 'end this log')
    .option(...STAFF)
}

export function addImpact(program: Command): void {
  program
    .command('impact')
    .description('what other terms of a procedure would have meant for the past, from the public log')
    .argument('[source]', 'directory or address of the public files (default the running registry)')
    .requiredOption('--procedure <id>', 'such as transfer/1')
    .option('--parameter <name=value>', 'over those in force; may be repeated', collect)
    .option('--registry <file>', 'a saved /.well-known/cadastre.json: the keys you trust')
    .option('--policy <file>', 'a C2SP tlog-policy file instead')
    .option('--url <address>', 'the registry (default http://127.0.0.1:$PORT)')
    .action((source: string | undefined, options: ImpactOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { impactCommand } = await import('./commands/impact.ts')
        return impactCommand(source, urlOf(options, settings), options, output)
      }),
    )
}

export function addTakeOver(program: Command): void {
  const takeOver = program
    .command('take-over')
    .description('go on with another registry’s log, as its successor, in a data directory of one’s own')
  takeOver
    .command('prepare')
    .description('make the successor’s keys; its origin and log key are what the predecessor names')
    .requiredOption('--origin <origin>', 'origin of the successor’s log')
    .requiredOption('--name <name>', 'its name')
    .option('--profile <profile>', 'the predecessor’s: community or national', 'community')
    .requiredOption('--seat <country>', 'the predecessor’s seat, which stays (ISO 3166-1)')
    .action((options: PrepareOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { prepareCommand } = await import('./commands/take-over.ts')
        await prepareCommand(settings, options, output)
        return undefined
      }),
    )
  takeOver
    .command('run')
    .description('read, verify and decide again the predecessor’s whole log, and go on with it')
    .argument('<source>', 'directory or address of its public files')
    .requiredOption('--policy <file>', 'C2SP tlog-policy: the predecessor’s key and witnesses')
    .requiredOption('--mandate <file>', 'the document on which it rests; the entry holds its hash')
    .option('--kind <kind>', 'hand-over, order or silence', 'hand-over')
    .action((source: string, options: TakeOverOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { takeOverCommand } = await import('./commands/take-over.ts')
        return takeOverCommand(settings, source, options, output)
      }),
    )
}
