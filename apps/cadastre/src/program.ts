/** All commands, their options and help. Each loads its own code when it is used: the tool answers at once. */

import { Command } from 'commander'
import { EXIT } from './commands/output.ts'
import { addClerkCommands } from './program-clerks.ts'
import { addHolderCommands } from './program-holders.ts'
import { addMirror } from './program-mirror.ts'
import { addOrderCommands } from './program-orders.ts'
import { addImpact, addTakeOver } from './program-registries.ts'
import { collect, run } from './program-run.ts'
import { addVerifierCommands } from './program-verifiers.ts'
import { addWatch } from './program-watch.ts'
import { VERSION } from './version.ts'

const ENVIRONMENT = `
Environment:
  CADASTRE_DATA        data directory (default ./data)
  DATABASE_URL         PostgreSQL, postgres://…; SQLite in the data directory without it
  PORT, WHOIS_PORT     ports of the server (8080, 4343); HOST the address (127.0.0.1)
  CADASTRE_URL         public address of the HTTP services, where it differs
  CADASTRE_SMTP        mail server for notices, smtp://… or smtps://…; no notices without it
  CADASTRE_MAIL_FROM   address that notices come from; notices@<host of the log's origin> without it
  CADASTRE_PASSPHRASE  opens encrypted keys without asking
  LOG_LEVEL            of the server: trace, debug, info, warn (default), error

Exit codes: 0 done, 1 refused or not verified, 2 wrong usage, 3 not possible now (port in use, store locked, no connection).
`

const KEYS_FILE =
  'lines of OPAQUE-ID ssh-ed25519 BASE64; of OPAQUE-ID openpgp, with an armoured public key on the lines below; or of OPAQUE-ID openpgp FINGERPRINT'

function addInit(program: Command): void {
  program
    .command('init')
    .description('found a registry in an empty data directory')
    .requiredOption(
      '--origin <origin>',
      'origin of its log: host name and path without scheme, such as registry.example/log',
    )
    .requiredOption('--name <name>', 'its name')
    .option('--profile <profile>', 'community or national', 'community')
    .option('--seat <country>', 'country whose courts and regulators are competent (ISO 3166-1)', 'XX')
    .option(
      '--staff <HANDLE:ROLE:KEY>',
      'clerk, outside-clerk (outside the operator), operator, adopter or auditor, by its public key; may be repeated',
      collect,
      [],
    )
    .option('--pool <HANDLE=RANGE[,open]>', 'a range to allocate from; may be repeated', collect, [])
    .option(
      '--root <file>',
      'a root certificate of authorities’ seals, for good; may be repeated',
      collect,
      [],
    )
    .option('--calendar <file>', 'business days of the seat: weekend and holidays, as JSON')
    .action((options, command: Command) =>
      run(command, async (settings, output) => {
        const { init } = await import('./commands/founding-commands.ts')
        await init(settings, options, output)
        return undefined
      }),
    )
}

function addImports(program: Command): void {
  program
    .command('import')
    .description(
      'take in published records: delegated statistics, or with --nested a list of prefix,country,asn lines (plain or gzip)',
    )
    .argument('<file>', 'the file')
    .requiredOption('--source <NAME>', 'name of the source, in capital letters')
    .option('--nested', 'rows inside others become their children', false)
    .option('--attribution <text>', 'who publishes the file, under which licence', '')
    .option('--allow-none', 'no error where every row is left out (exit code 1 otherwise)', false)
    .action((file: string, options, command: Command) =>
      run(command, async (settings, output) => {
        const { importCommand } = await import('./commands/founding-commands.ts')
        return importCommand(settings, file, options, output)
      }),
    )
  program
    .command('import-keys')
    .description('list maintainers’ keys with imported holders, so that these can be claimed by signature')
    .argument('<file>', KEYS_FILE)
    .requiredOption('--source <NAME>', 'name of the imported source')
    .action((file: string, options: { source: string }, command: Command) =>
      run(command, async (settings, output) => {
        const { importKeysCommand } = await import('./commands/founding-commands.ts')
        await importKeysCommand(settings, file, options.source, output)
        return undefined
      }),
    )
}

function addOpen(program: Command): void {
  program
    .command('open')
    .description('end founding for good: from now on only holders’ requests change records')
    .action((_options, command: Command) =>
      run(command, async (settings, output) => {
        const { open } = await import('./commands/founding-commands.ts')
        await open(settings, output)
        return undefined
      }),
    )
}

function addRunningCommands(program: Command): void {
  program
    .command('serve')
    .description('run the registry: web page, RDAP, WHOIS, log, proofs, API')
    .option('--demonstration', 'make a demonstration registry where the data directory is empty', false)
    .action((options, command: Command) =>
      run(command, async (settings, output) => {
        const { serveCommand } = await import('./commands/serve-command.ts')
        await serveCommand(settings, options, output)
        return undefined
      }),
    )
  program
    .command('rebuild')
    .description('recreate every table from the log and compare it, byte for byte')
    .action((_options, command: Command) =>
      run(command, async (settings, output) => {
        const { rebuild } = await import('./commands/rebuild.ts')
        return rebuild(settings, output)
      }),
    )
}

export function createProgram(): Command {
  const program = new Command('cadastre')
    .description('An Internet number registry whose every record anyone can check.')
    .version(VERSION)
    .option('--json', 'results as JSON')
    .addHelpText('after', ENVIRONMENT)
    .showHelpAfterError()
    .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage))
  addInit(program)
  addImports(program)
  addOpen(program)
  addRunningCommands(program)
  addTakeOver(program)
  addHolderCommands(program)
  addClerkCommands(program)
  addOrderCommands(program)
  addVerifierCommands(program)
  addMirror(program)
  addImpact(program)
  addWatch(program)
  return program
}
