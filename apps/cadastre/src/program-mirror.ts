/** Commands of whoever mirrors a registry. */

import type { Command } from 'commander'
import type { MirrorCommandOptions } from './commands/mirror.ts'
import { collect, run } from './program-run.ts'

export function addMirror(program: Command): void {
  program
    .command('mirror')
    .description('keep a verified copy of a registry’s log, and serve it')
    .argument('<source>', 'address of the registry, of another mirror, or of its files; or their directory')
    .option('--dir <directory>', 'where the copy is kept', './mirror')
    .option('--from <source>', 'another source of the same log; may be repeated', collect, [])
    .option('--policy <file>', 'C2SP tlog-policy: the log’s key and its witnesses')
    .option('--registry <file>', 'a saved /.well-known/cadastre.json instead')
    .option('--once', 'copy what there is, and end', false)
    .option('--serve', 'pages, RDAP, WHOIS, log, proofs, a second door, subscriptions', false)
    .option('--every <seconds>', 'how often the sources are asked', '10')
    .option('--name <name>', 'name of the mirror, as its door and its cosignatures sign')
    .option('--key <name>', 'its key, in the directory; made where there is none', 'mirror')
    .option('--cosign', 'cosign what is durably held (C2SP tlog-cosignature)', false)
    .action((source: string, options: MirrorCommandOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { mirrorCommand } = await import('./commands/mirror.ts')
        return mirrorCommand(settings, source, options, output)
      }),
    )
}
