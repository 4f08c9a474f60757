/** Commands for those who write orders, and for the desk that takes them in. */

import type { Command } from 'commander'
import type { Options } from './client/wishes.ts'
import type { OrderCheckOptions } from './commands/order-check.ts'
import { collect, run, urlOf } from './program-run.ts'

const STAFF = ['--staff <handle>', 'the member of staff at the desk, who signs'] as const
const ATTESTOR = [
  '--attestor <handle>',
  'the outside attestor whom the authority chose (default: in turn)',
] as const

/** What every request takes. */
function asked(command: Command): Command {
  return command
    .option('--key <name>', 'a key that signs; may be repeated', collect)
    .option('--keys <directory>', 'where your keys are (default $CADASTRE_KEYS or ~/.config/cadastre/keys)')
    .option('--url <address>', 'the registry (default http://127.0.0.1:$PORT)')
    .option('--dry-run', 'show the exact bytes to sign and what would change; nothing is submitted')
    .option('--save <file>', 'write the signed request to a file, for other parties to sign')
    .option('--no-wait', 'print the receipt and do not wait for the decision')
}

async function ask(kind: string, options: Options, command: Command): Promise<void> {
  await run(command, async (settings, output) => {
    const { requestCommand } = await import('./commands/request.ts')
    const { url } = options
    return requestCommand(kind, urlOf(typeof url === 'string' ? { url } : {}, settings), options, output)
  })
}

function addDesk(order: Command): void {
  asked(
    order
      .command('serve')
      .description('staff: take an order in, from the form and the document; attestors are called')
      .option('--form <file>', 'the form that the authority filled in (docs/order.schema.json)')
      .option('--document <file>', 'the order itself; the log holds its hash')
      .option('--report <file>', 'written by "order check --save": its seal is the authority’s')
      .option('--bailiff <file>', 'the bailiff’s record of service')
      .option('--certified-copy <file>', 'the certification of the copy')
      .option('--call-back <file>', 'the note of the call to the gazetted number')
      .option('--commitment <commitment>', 'disclose: what is to be opened; may be repeated', collect)
      .option('--opening <file>', 'sealed: where to keep what the seal hides')
      .option('--served <instant>', 'when it came (default now)')
      .option(...STAFF)
      .option(...ATTESTOR),
  ).action((options: Options, command: Command) => ask('serve-order', options, command))
  asked(
    order
      .command('publish')
      .description('staff: the order’s text is public from now on')
      .argument('<order>', 'such as O-41')
      .option('--text <file>', 'the text, redacted as ordered')
      .option(...STAFF),
  ).action((name: string, options: Options, command: Command) =>
    ask('serve-order', { ...options, order: name }, command),
  )
  asked(
    order
      .command('unseal')
      .description('staff: show what a seal that has ended was a commitment to')
      .argument('<order>', 'such as O-41')
      .option('--opening <file>', 'what "order serve" kept')
      .option(...STAFF),
  ).action((name: string, options: Options, command: Command) =>
    ask('serve-order', { ...options, order: name }, command),
  )
}

function addContest(order: Command): void {
  asked(
    order
      .command('object')
      .description('object, once, to facts of the checklist; merits go to the court')
      .argument('<order>', 'such as O-41')
      .option('--holder <handle>', 'your handle')
      .option('--item <item>', 'the fact that is otherwise, such as not-superseded; may be repeated', collect)
      .option('--evidence <file>', 'what shows it'),
  ).action((name: string, options: Options, command: Command) =>
    ask('contest-order', { ...options, order: name }, command),
  )
  asked(
    order
      .command('appeal')
      .description('two clerks: an appeal was filed that by law stays the order')
      .argument('<order>', 'such as O-41')
      .option('--filed <file>', 'the appeal as the court stamped it')
      .option('--staff <handle>', 'a clerk who certifies the stamp; twice', collect),
  ).action((name: string, options: Options, command: Command) =>
    ask('contest-order', { ...options, order: name }, command),
  )
}

function addAuthorities(program: Command): void {
  const authority = program.command('authority').description('the register of courts and other authorities')
  const step = (name: 'register' | 'change' | 'end', description: string): void => {
    const command = authority
      .command(name)
      .description(description)
      .argument('<authority>', 'its handle')
      .option('--gazette <file>', 'the gazette, or the law; the log holds its hash')
      .option(...STAFF)
      .option(...ATTESTOR)
    if (name !== 'end') command.option('--terms <file>', 'kind, name, country, effects, … as JSON')
    asked(command).action((handle: string, options: Options, used: Command) =>
      ask('register-authority', { ...options, step: name, authority: handle }, used),
    )
  }
  step('register', 'staff: enter an authority; for 90 days it may only hold and annotate')
  step('change', 'staff: change its terms, 90 days after the notice')
  step('end', 'staff: end its entry')
}

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
    .option('--url <address>', 'a running registry: would each item pass there, by its register and records?')
    .option('--at <instant>', 'judge as of this time (default now)')
    .option('--save <file>', 'write the report, as the log binds it')
    .action((file: string, options: OrderCheckOptions, command: Command) =>
      run(command, async (_settings, output) => {
        const { orderCheckCommand } = await import('./commands/order-check.ts')
        return orderCheckCommand(file, options, output)
      }),
    )
  addDesk(order)
  addContest(order)
  addAuthorities(program)
}
