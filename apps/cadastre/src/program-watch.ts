/** `watch`: follow the files that existing registries publish. */

import type { Command } from 'commander'
import type { WatchFetchOptions, WatchIngestOptions } from './commands/watch-ingest.ts'
import type {
  WatchAuditOptions,
  WatchProveOptions,
  WatchReportOptions,
  WatchVerifyOptions,
} from './commands/watch-read.ts'
import { run } from './program-run.ts'

const DIRECTORY = [
  '--directory <directory>',
  'directory of the watch (default "watch" in the data directory)',
] as const
const ORIGIN = [
  '--origin <origin>',
  'for a new watch: origin of its log, host name and path without scheme, such as watch.example/log',
] as const

export function addWatch(program: Command): void {
  const watch = program
    .command('watch')
    .description('the public memory of what registries publish: take in, report, prove')
  watch
    .command('ingest')
    .description(
      'take in published files: delegated statistics, transfer logs, IANA’s registries; plain, gzip, bzip2 or xz',
    )
    .argument('<files...>', 'files or folders')
    .option(...ORIGIN)
    .option(...DIRECTORY)
    .action((files: readonly string[], options: WatchIngestOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { watchIngest } = await import('./commands/watch-ingest.ts')
        return watchIngest(settings, files, options, output)
      }),
    )
  watch
    .command('fetch')
    .description('fetch what is new at the addresses of the file "addresses", again and again')
    .option('--once', 'look once at each address whose time has come, and end', false)
    .option(...ORIGIN)
    .option(...DIRECTORY)
    .action((options: WatchFetchOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { watchFetch } = await import('./commands/watch-ingest.ts')
        return watchFetch(settings, options, output)
      }),
    )
  addReading(watch)
}

function addReading(watch: Command): void {
  watch
    .command('report')
    .description('what the files of a registry show between two days')
    .requiredOption('--registry <name>', 'as its files name it, such as afrinic')
    .option('--from <day>', 'first day, YYYY-MM-DD')
    .option('--to <day>', 'last day')
    .option('--csv <file>', 'write every change as CSV ("-" is standard output)')
    .option('--changes', 'with --json: every change with its rows', false)
    .option(...DIRECTORY)
    .action((options: WatchReportOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { watchReport } = await import('./commands/watch-read.ts')
        return watchReport(settings, options, output)
      }),
    )
  watch
    .command('prove')
    .description('prove what was published for numbers, on a day or now')
    .argument('<numbers>', 'prefix, address or AS number')
    .option('--at <day>', 'YYYY-MM-DD; without it, what stands now')
    .option('--registry <name>', 'whose files are asked about, where several were followed')
    .option('--save <file>', 'write the proof document')
    .option(...DIRECTORY)
    .action((numbers: string, options: WatchProveOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { watchProve } = await import('./commands/watch-read.ts')
        return watchProve(settings, numbers, options, output)
      }),
    )
  watch
    .command('verify')
    .description('verify a proof of what was published on a day, offline')
    .argument('<file>', 'written by "watch prove"')
    .requiredOption('--for <numbers>', 'what it is about: prefix, address or AS number')
    .option('--policy <file>', 'C2SP tlog-policy: the keys you trust (default that of the watch here)')
    .option(...DIRECTORY)
    .action((file: string, options: WatchVerifyOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { watchVerify } = await import('./commands/watch-read.ts')
        return watchVerify(settings, file, options, output)
      }),
    )
  watch
    .command('audit')
    .description('check every hash and make every state of a watch log again, from its public files alone')
    .argument('[source]', 'directory or address of the public files (default those of the watch here)')
    .option('--policy <file>', 'C2SP tlog-policy: the keys you trust (default that of the watch here)')
    .option(...DIRECTORY)
    .action((source: string | undefined, options: WatchAuditOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { watchAudit } = await import('./commands/watch-read.ts')
        return watchAudit(settings, source, options, output)
      }),
    )
  watch
    .command('serve')
    .description('serve the watched world read-only: pages, RDAP, WHOIS, log')
    .option(...DIRECTORY)
    .action((options: { directory?: string }, command: Command) =>
      run(command, async (settings, output) => {
        const { watchServe } = await import('./commands/watch-serve.ts')
        return watchServe(settings, options, output)
      }),
    )
}
