/** Commands of holders: keys and requests. */

import type { Command } from 'commander'
import type { Options } from './client/wishes.ts'
import { addOwnRecordProcedures } from './program-keys.ts'
import { addNotesProcedures, addStaffProcedures } from './program-notes.ts'
import { addRegistriesProcedures } from './program-registries.ts'
import { collect, run, urlOf } from './program-run.ts'
import { addSuccessionProcedures } from './program-succession.ts'

const KEYS_OPTION = [
  '--keys <directory>',
  'where your keys are (default $CADASTRE_KEYS or ~/.config/cadastre/keys)',
] as const
const URL_OPTION = ['--url <address>', 'the registry (default http://127.0.0.1:$PORT)'] as const

function addKeys(program: Command): void {
  const keys = program.command('keys').description('your own keys: files that only you can read')
  keys
    .command('create')
    .description('make a new Ed25519 key')
    .argument('<name>', 'its name')
    .option(...KEYS_OPTION)
    .option('--encrypt', 'encrypt it with a passphrase', false)
    .action((name: string, options: { keys?: string; encrypt: boolean }, command: Command) =>
      run(command, async (_settings, output) => {
        const { createKeyCommand, keyDirectory } = await import('./commands/keys.ts')
        await createKeyCommand(keyDirectory(options.keys), name, options.encrypt, output)
        return undefined
      }),
    )
  keys
    .command('list')
    .description('list them with their public keys')
    .option(...KEYS_OPTION)
    .action((options: { keys?: string }, command: Command) =>
      run(command, async (_settings, output) => {
        const { keyDirectory, listKeysCommand } = await import('./commands/keys.ts')
        await listKeysCommand(keyDirectory(options.keys), output)
        return undefined
      }),
    )
  keys
    .command('backup')
    .description('copy them to another directory')
    .argument('<directory>', 'where to')
    .option(...KEYS_OPTION)
    .action((target: string, options: { keys?: string }, command: Command) =>
      run(command, async (_settings, output) => {
        const { backupKeysCommand, keyDirectory } = await import('./commands/keys.ts')
        await backupKeysCommand(keyDirectory(options.keys), target, output)
        return undefined
      }),
    )
}

/** One subcommand for each procedure; what all of them take is added here. */
function procedure(request: Command, kind: string, description: string): Command {
  return request
    .command(kind)
    .description(description)
    .option('--key <name>', 'a key that signs; may be repeated', collect)
    .option(...KEYS_OPTION)
    .option(...URL_OPTION)
    .option('--dry-run', 'show the exact bytes to sign and what would change; nothing is submitted')
    .option('--save <file>', 'write the signed request to a file, for other parties to sign')
    .option('--no-wait', 'print the receipt and do not wait for the decision')
    .action((options: Options & { url?: string }, command: Command) =>
      run(command, async (settings, output) => {
        const { requestCommand } = await import('./commands/request.ts')
        return requestCommand(kind, urlOf(options, settings), options, output)
      }),
    )
}

function addHolderProcedures(request: Command): void {
  procedure(request, 'identify-holder', 'become a holder: enrol your keys')
    .option('--name <name>', 'legal name of an organisation')
    .option('--person', 'a natural person: no name is published')
    .option('--country <code>', 'declared country (ISO 3166-1)')
    .option('--register <name>', 'public register of the organisation')
    .option('--register-number <number>', 'its number there')
    .option('--threshold <m>', 'how many keys must sign (default 1)')
    .option('--contact <role:field=value>', 'a contact, such as abuse:email=abuse@example.net', collect)
    .option('--attestor <handle>', 'an attestor who signs too (profile national)', collect)
}

function addNumberProcedures(request: Command): void {
  procedure(request, 'allocate', 'ask for numbers out of a pool')
    .option('--holder <handle>', 'your handle')
    .option('--pool <handle>', 'the pool')
    .option('--length <bits>', 'prefix length')
    .option('--block <prefix>', 'the block you choose, where the pool is open')
    .option('--withdraw <application>', 'leave the queue')
    .option('--by <handle>', 'your handle, where you withdraw')
    .option('--fee <application>', 'carry the word on its fee to an application; nobody needs to sign')
    .option('--fee-note <file>', 'what the fees’ key signed about this request')
    .option('--cashier <handle>', 'whose key that is (default CASHIER)')
  procedure(request, 'delegate', 'delegate a part to a child, lease it, or end that')
    .option('--parent <handle>', 'your handle')
    .option('--range <range>', 'prefix or range')
    .option('--child <handle>', 'the child')
    .option('--kind <kind>', 'sub or lease (default sub)')
    .option('--status <status>', 'assigned or allocated (default assigned)')
    .option('--until <instant>', 'end of the term')
    .option(
      '--protected',
      'only the child or an order can end it early; the child signs too; waits seven days',
    )
    .option('--country <code>', 'declared country')
    .option('--end', 'end the delegation of this range')
    .option('--veto <application>', 'stop a protected child that waits; any one key of either party will do')
    .option('--as-guardian <handle>', 'veto as a guardian that was lately removed')
    .option('--by <handle>', 'who ends or vetoes it')
  procedure(request, 'transfer', 'transfer a holding or a part of it; both parties sign')
    .option('--from <handle>', 'the seller')
    .option('--to <handle>', 'the buyer')
    .option('--range <range>', 'prefix or range, whole or part')
    .option('--withdraw <application>', 'withdraw a transfer that cools')
    .option('--by <handle>', 'the party that withdraws')
  procedure(request, 'return', 'give numbers back')
    .option('--holder <handle>', 'your handle')
    .option('--range <range>', 'prefix or range, whole or part')
    .option('--withdraw <application>', 'withdraw a return')
    .option('--by <handle>', 'your handle')
  procedure(request, 'declare-service', 'declare reverse DNS, a route or a ROA')
    .option('--holder <handle>', 'your handle')
    .option('--at <prefix>', 'the prefix')
    .option('--rdns <ns1,ns2>', 'name servers of its reverse zone')
    .option('--ds <record>', 'DS: "keytag algorithm digesttype digest"', collect)
    .option('--route <asn>', 'this AS number originates the prefix')
    .option('--roa <asn-maxlength>', 'ROA intent, such as AS64500-24')
    .option('--remove', 'remove it')
}

function addSaved(request: Command): void {
  request
    .command('sign')
    .description('add your signature to a saved request')
    .argument('<file>', 'written by --save')
    .option('--key <name>', 'a key that signs; may be repeated', collect)
    .option('--ssh-key <path>', 'an SSH key that signs, by ssh-keygen: only to claim what was imported')
    .option('--pgp-key <file>', 'an OpenPGP public key whose secret half signs, by gpg: only for claims, too')
    .option('--pgp-signature <file>', 'the detached signature that gpg made of what --pgp-bytes wrote')
    .option(...KEYS_OPTION)
    .action((file: string, options: Options, command: Command) =>
      run(command, async (_settings, output) => {
        const { signCommand } = await import('./commands/request.ts')
        return signCommand(file, options, output)
      }),
    )
  request
    .command('submit')
    .description('submit a saved request')
    .argument('<file>', 'written by --save')
    .option(...URL_OPTION)
    .option('--no-wait', 'print the receipt and do not wait for the decision')
    .action((file: string, options: { url?: string; wait: boolean }, command: Command) =>
      run(command, async (settings, output) => {
        const { submitCommand } = await import('./commands/request.ts')
        return submitCommand(file, urlOf(options, settings), options.wait, output)
      }),
    )
}

export function addHolderCommands(program: Command): void {
  addKeys(program)
  const request = program
    .command('request')
    .description('ask for a procedure: build, sign, submit, wait for the decision')
  addHolderProcedures(request)
  addOwnRecordProcedures((kind, description) => procedure(request, kind, description))
  addNumberProcedures(request)
  addSuccessionProcedures((kind, description) => procedure(request, kind, description))
  addNotesProcedures((kind, description) => procedure(request, kind, description))
  addStaffProcedures((kind, description) => procedure(request, kind, description))
  addRegistriesProcedures((kind, description) => procedure(request, kind, description))
  addSaved(request)
}
