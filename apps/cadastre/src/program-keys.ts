/** Subcommands of `request` on a holder's own record: contacts, keys, their recovery, lock and confirmation. */

import type { Command } from 'commander'
import { collect } from './program-run.ts'

/** Adds a subcommand for a procedure, with what all of them take. */
type AddProcedure = (kind: string, description: string) => Command

const HOLDER = ['--holder <handle>', 'your handle'] as const
const ADD_KEY = ['--add-key <name>', 'a key to enrol, which signs too; may be repeated', collect] as const

function withVeto(command: Command): Command {
  return command
    .option('--veto <application>', 'stop a change that waits; any one of your keys will do')
    .option('--as-guardian <handle>', 'veto as a guardian that was lately removed')
}

export function addOwnRecordProcedures(add: AddProcedure): void {
  withVeto(
    add('update-holder', 'change your contacts, or the cooling of your transfers')
      .option(...HOLDER)
      .option('--contact <role:field=value>', 'new contacts, all of them', collect)
      .option('--cooling <seconds>', 'cooling of your transfers, or "profile"'),
  )
  add('confirm', 'confirm that your data is right').option(...HOLDER)
  withVeto(
    add('lock', 'lock your transfers for a term, release the lock as preset, or freeze them against theft')
      .option(...HOLDER)
      .option('--until <instant>', 'no transfer before this instant')
      .option('--release-after <seconds>', 'how long an early release will wait (default: no early release)')
      .option('--release', 'release the lock, as it was preset')
      .option('--freeze', 'no transfer for 14 days; any one of your keys signs, once in 90 days'),
  )
  withVeto(
    add('rotate-keys', 'add and remove keys, name guardians, say how lost keys may be recovered')
      .option(...HOLDER)
      .option(...ADD_KEY)
      .option('--remove-key <public key>', 'remove a key (waits seven days)', collect)
      .option('--threshold <m>', 'how many keys must sign')
      .option('--guardian <handle>', 'new guardians, all of them (waits seven days)', collect)
      .option('--without-guardians', 'no guardians any more (waits seven days)')
      .option('--guardian-threshold <count>', 'how many guardians recover your keys, or "majority"')
      .option('--evidence-recovery <on|off>', 'whether your keys may be recovered by evidence'),
  )
  withVeto(
    add('recover-keys', 'recover lost keys, by guardians or by evidence')
      .option('--holder <handle>', 'whose keys are lost')
      .option(...ADD_KEY)
      .option('--threshold <m>', 'how many of them must sign (default 1)')
      .option('--guardian <handle>', 'a guardian who signs; may be repeated', collect)
      .option('--by <handle>', 'your handle, where you ask by evidence: your keys sign too (--key)')
      .option('--instrument <file>', 'register extract with a notarised or electronic identification')
      .option('--attestor <handle>', 'the attestor outside the operator whom you choose'),
  )
}
