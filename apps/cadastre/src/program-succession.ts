/** Subcommands of `request` that attestors examine: succession, claims, notices of dissolution, corrections. */

import type { Command } from 'commander'
import { collect } from './program-run.ts'

/** Adds a subcommand for a procedure, with what all of them take. */
type AddProcedure = (kind: string, description: string) => Command

const ATTESTOR = ['--attestor <handle>', 'the attestor outside the operator whom you choose'] as const

function withEnding(command: Command): Command {
  return command
    .option('--withdraw <application>', 'withdraw what you asked for')
    .option('--veto <application>', 'stop it; any one key of a holder whom it concerns will do')
    .option('--by <handle>', 'who asks, withdraws or vetoes')
}

export function addSuccessionProcedures(add: AddProcedure): void {
  withEnding(
    add('succeed', 'enter into the registrations of a predecessor, by law or with its signature')
      .option('--predecessor <handle>', 'whom you succeed')
      .option('--successor <handle>', 'your handle')
      .option('--range <range>', 'what is to pass; may be repeated', collect)
      .option('--ground <ground>', 'merger, asset-transfer, death or dissolution')
      .option('--instrument <file>', 'register extract, certificate of inheritance, liquidator’s act')
      .option(...ATTESTOR),
  )
  withEnding(
    add('claim', 'claim what was imported: an imported holder, or a registration without one')
      .option('--claimant <handle>', 'your handle')
      .option('--holder <handle>', 'the imported holder, IMP-…')
      .option('--range <range>', 'the registration, where it has no holder')
      .option('--ssh-key <path>', 'a listed maintainer’s SSH key, which signs by ssh-keygen')
      .option('--pgp-key <file>', 'a listed maintainer’s OpenPGP public key, whose secret half signs by gpg')
      .option('--pgp-bytes <file>', 'write what gpg is to sign elsewhere into this file; with --save')
      .option('--means <means>', 'instrument, checklist, reverse-zone or openpgp')
      .option('--evidence <file>', 'the evidence; without it, the token of the claim is told')
      .option(...ATTESTOR),
  )
  withEnding(
    add('dissolve', 'file the official notice that a holder has died or been dissolved, or take it back')
      .option('--holder <handle>', 'the holder')
      .option('--notice <file>', 'the official notice')
      .option('--lift', 'take the notice back; any one key of the holder will do')
      .option(...ATTESTOR),
  )
  withEnding(
    add('correct', 'correct what is declared: country, date, status, an organisation’s name')
      .option('--range <range>', 'the registration to correct')
      .option('--holder <handle>', 'or the holder')
      .option('--field <field>', 'country, registered, status or name')
      .option('--value <value>', 'what the instrument says')
      .option('--none', 'it says nothing')
      .option('--instrument <file>', 'the instrument that the entry rests on')
      .option(...ATTESTOR),
  )
}
