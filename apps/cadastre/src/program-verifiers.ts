/** Commands of everybody else: look up, verify, audit, witness. */

import type { Command } from 'commander'
import type { VerifyOptions } from './commands/lookup.ts'
import type { SilenceOptions } from './commands/prove-silence.ts'
import type { StatsOptions } from './commands/stats.ts'
import type { SubscribeOptions } from './commands/subscribe.ts'
import type { WhyOptions } from './commands/why.ts'
import { run, urlOf } from './program-run.ts'
import { addAuditServices } from './program-services.ts'

export function addVerifierCommands(program: Command): void {
  program
    .command('lookup')
    .description('what is registered for an address, prefix, AS number or handle, with its proof verified')
    .argument('<query>', 'such as 203.0.113.7, 2001:db8::/32, AS64496, H-7')
    .option('--url <address>', 'the registry (default http://127.0.0.1:$PORT)')
    .option('--save <file>', 'keep the proof document')
    .action((query: string, options: { url?: string; save?: string }, command: Command) =>
      run(command, async (settings, output) => {
        const { lookupCommand } = await import('./commands/lookup.ts')
        return lookupCommand(query, urlOf(options, settings), options.save, output)
      }),
    )
  addExtract(program)
  program
    .command('verify')
    .description('verify a proof document, a certified extract, or evidence of misbehaviour, offline')
    .argument('<file>', 'the document')
    .option('--for <query>', 'what a proof or extract is about: address, prefix, AS number or handle')
    .option('--registry <file>', 'a saved /.well-known/cadastre.json: the keys you trust')
    .option('--policy <file>', 'a C2SP tlog-policy file instead')
    .option('--receipt-key <vkey>', 'the registry’s key of receipts, beside --policy')
    .action((file: string, options: VerifyOptions, command: Command) =>
      run(command, async (_settings, output) => {
        const { verifyCommand } = await import('./commands/lookup.ts')
        return verifyCommand(file, options, output)
      }),
    )
  addWhy(program)
  addSilence(program)
  addStats(program)
  addSubscribe(program)
  addHandIn(program)
  program
    .command('audit')
    .description(
      'check every signature, hash and root, and make every decision again, from the public files alone',
    )
    .argument('[source]', 'directory or address of the public files (default the running registry)')
    .option('--url <address>', 'the registry (default http://127.0.0.1:$PORT)')
    .option('--vkey <key>', 'verifier key of the log')
    .option('--policy <file>', 'C2SP tlog-policy instead')
    .option('--remember <file>', 'keep the checkpoint there, and compare with it next time')
    .option('--evidence <dir>', 'write small files there that convict, for "cadastre verify"')
    .option('--resume <dir>', 'keep there where the audit stands, and go on from it next time')
    .action((source: string | undefined, options: AuditCommandOptions, command: Command) =>
      run(command, async (settings, output) => {
        const { auditCommand } = await import('./commands/audit.ts')
        return auditCommand(source ?? `${urlOf(options, settings)}/log/`, options, output)
      }),
    )
  addAuditServices(program)
  program
    .command('witness')
    .description(
      'cosign other registries’ checkpoints (C2SP tlog-witness), and take requests at a second door',
    )
    .requiredOption('--name <name>', 'name of the witness, as in its key')
    .requiredOption('--key <name>', 'its key ("cadastre keys create")')
    .requiredOption('--log <vkey...>', 'verifier keys of the logs it watches')
    .option('--keys <directory>', 'where the key is')
    .option('--state <file>', 'what it has cosigned so far', './witness-state.json')
    .option('--port <port>', 'port to listen on', '8090')
    .action((options: WitnessCommandOptions, command: Command) =>
      run(command, async (_settings, output) => {
        const { witnessCommand } = await import('./commands/witness.ts')
        return witnessCommand(options, output)
      }),
    )
}

function addExtract(program: Command): void {
  program
    .command('extract')
    .description('a certified extract: the record, its history and the proof, in one document')
    .argument('<query>', 'such as 203.0.113.0/24, AS64496, H-7')
    .option('--url <address>', 'the registry (default http://127.0.0.1:$PORT)')
    .option('--save <file>', 'write the document')
    .action((query: string, options: { url?: string; save?: string }, command: Command) =>
      run(command, async (settings, output) => {
        const { extractCommand } = await import('./commands/extract.ts')
        return extractCommand(query, urlOf(options, settings), options.save, output)
      }),
    )
}

function addWhy(program: Command): void {
  program
    .command('why')
    .description('why an entry decided as it did: in plain words, and checked from its inputs’ proofs alone')
    .argument('[subject]', 'index of the entry, handle of what it recorded (A-41), or the file of a receipt')
    .option('--url <address>', 'the registry (default http://127.0.0.1:$PORT)')
    .option('--source <source>', 'directory or address of the public files: made here, without the registry')
    .option('--save <file>', 'keep the document')
    .option('--bundle <file>', 'check a kept document, offline')
    .option('--registry <file>', 'a saved /.well-known/cadastre.json: the keys you trust')
    .option('--policy <file>', 'a C2SP tlog-policy file instead')
    .action((subject: string | undefined, options: WhyOptions & { url?: string }, command: Command) =>
      run(command, async (settings, output) => {
        const { whyCommand } = await import('./commands/why.ts')
        return whyCommand(subject, urlOf(options, settings), options, output)
      }),
    )
}

function addSubscribe(program: Command): void {
  program
    .command('subscribe')
    .description('be told by mail or webhook of every act that touches some numbers')
    .argument('[numbers]', 'a prefix such as 203.0.113.0/24, or an AS number such as AS64496')
    .option('--url <address>', 'the registry (default http://127.0.0.1:$PORT)')
    .option('--mail <address>', 'ask this mail address')
    .option('--webhook <address>', 'ask this https address')
    .option('--confirm <token>', 'confirm with the token that was sent')
    .option('--end <token>', 'end it with the same token')
    .action((numbers: string | undefined, options: SubscribeOptions & { url?: string }, command: Command) =>
      run(command, async (settings, output) => {
        const { subscribeCommand } = await import('./commands/subscribe.ts')
        return subscribeCommand(numbers, urlOf(options, settings), options, output)
      }),
    )
}

type SilenceArguments = SilenceOptions & { readonly url?: string; readonly application?: string }

function addSilence(program: Command): void {
  program
    .command('prove-silence')
    .description('evidence from the public log that a request was not decided by its deadline')
    .argument('[file]', 'a receipt, or the note of a witness at whose door the request was handed in')
    .option('--url <address>', 'the registry (default http://127.0.0.1:$PORT)')
    .option('--source <source>', 'directory or address of the public files, such as a mirror')
    .option('--save <file>', 'where to write the evidence (default the receipt’s name and .silence)')
    .option('--verify <file>', 'check evidence, offline')
    .option('--registry <file>', 'a saved /.well-known/cadastre.json: the keys you trust')
    .option('--policy <file>', 'a C2SP tlog-policy file instead')
    .option('--receipt-key <vkey>', 'the registry’s key of receipts, beside --policy')
    .option('--application <handle>', 'instead: that a deadline of the registry passed in this application')
    .action((file: string | undefined, options: SilenceArguments, command: Command) =>
      run(command, async (settings, output) => {
        if (options.application !== undefined) {
          const { proveDeadlineCommand } = await import('./commands/prove-deadline.ts')
          return proveDeadlineCommand(options.application, urlOf(options, settings), options, output)
        }
        const { proveSilenceCommand } = await import('./commands/prove-silence.ts')
        return proveSilenceCommand(file, urlOf(options, settings), options, output)
      }),
    )
}

function addStats(program: Command): void {
  program
    .command('stats')
    .description(
      'pass rates, refusals and times by procedure, country and size, and disparities, from the public log',
    )
    .option('--url <address>', 'the registry (default http://127.0.0.1:$PORT)')
    .option('--source <source>', 'directory or address of the public files, such as a mirror')
    .option('--from <instant>', 'decisions from this instant on')
    .option('--until <instant>', 'decisions up to this instant')
    .option('--registry <file>', 'a saved /.well-known/cadastre.json: the keys you trust')
    .option('--policy <file>', 'a C2SP tlog-policy file instead')
    .action((options: StatsOptions & { url?: string }, command: Command) =>
      run(command, async (settings, output) => {
        const { statsCommand } = await import('./commands/stats.ts')
        return statsCommand(urlOf(options, settings), options, output)
      }),
    )
}

function addHandIn(program: Command): void {
  program
    .command('hand-in')
    .description('hand a signed request in at a witness’s door, where the registry’s own is shut')
    .argument('<file>', 'written by "request … --save"')
    .requiredOption('--door <address>', 'the witness')
    .option('--save <file>', 'where to write its note (default the request’s name and .door)')
    .action((file: string, options: { door: string; save?: string }, command: Command) =>
      run(command, async (_settings, output) => {
        const { handInCommand } = await import('./commands/hand-in.ts')
        return handInCommand(file, options, output)
      }),
    )
}

export type AuditCommandOptions = {
  readonly url?: string
  readonly vkey?: string
  readonly policy?: string
  readonly remember?: string
  readonly evidence?: string
  readonly resume?: string
}
export type WitnessCommandOptions = {
  readonly name: string
  readonly key: string
  readonly log: readonly string[]
  readonly keys?: string
  readonly state: string
  readonly port: string
}
