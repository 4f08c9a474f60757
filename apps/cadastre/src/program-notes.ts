/** Subcommands of `request` about claims, complaints, extracts, erasure, pauses, errors and sanctions. */

import type { Command } from 'commander'
import { collect } from './program-run.ts'

/** Adds a subcommand for a procedure, with what all of them take. */
type AddProcedure = (kind: string, description: string) => Command

export function addNotesProcedures(add: AddProcedure): void {
  add(
    'annotate-dispute',
    'note a claim about a holding, end such a note, or serve the holder’s lapsing notice',
  )
    .option('--range <range>', 'the holding')
    .option('--facts <file>', 'what the claim rests on; the request holds its hash')
    .option('--evidence <file>', 'evidence, such as the claim that a court has stamped')
    .option(
      '--clerk <handle>',
      'a clerk who attests the stamp and signs too; named twice: two clerks, one outside the operator',
      collect,
    )
    .option('--leave <file>', 'a court’s leave to annotate the same facts again')
    .option('--lapse <annotation>', 'the holder’s lapsing notice')
    .option('--withdraw <annotation>', 'withdraw your own')
    .option('--end <annotation>', 'the case has ended, as two clerks attest')
  add('complain', 'complain about conduct; nothing follows for any record')
    .option('--text <file>', 'the complaint, which stays with you; the request holds its hash')
    .option('--instrument <file>', 'an instrument that you say is forged')
    .option('--answer <complaint>', 'a clerk records what the issuing office says')
    .option('--says <answer>', 'issued, not-issued or no-answer')
    .option('--evidence <file>', 'the office’s answer')
    .option('--clerk <handle>', 'the clerk')
  add('certified-extract', 'have an extract dated in the log').option(
    '--file <file>',
    'written by "cadastre extract --save"',
  )
  add('erase', 'erase personal data: delete what opens its commitments')
    .option('--holder <handle>', 'your handle')
    .option('--commitment <commitment>', 'what is to be erased', collect)
    .option('--all', 'everything that your record commits to')
}

export function addStaffProcedures(add: AddProcedure): void {
  const staff = ['--staff <handle>', 'the member of staff who signs; may be repeated', collect] as const
  add('apply-sanctions-act', 'staff: block what a legal act of the seat forbids, delay on a name, or lift')
    .option('--holder <handle>', 'the holder')
    .option('--act <identifier>', 'the legal act, such as its CELEX number')
    .option('--evidence <file>', 'the act’s text, or the exemption, licence or delisting')
    .option('--forbids <kind>', 'allocate or transfer; may be repeated', collect)
    .option('--register <name>', 'public register, as the act lists it')
    .option('--register-number <number>', 'number there, as the act lists it')
    .option('--ruling <file>', 'a competent authority’s ruling that names the holder')
    .option('--name-only', 'only a name is similar: delays once')
    .option('--lift', 'lift it')
    .option(...staff)
  add('pause', 'staff: pause everything, for everyone, or resume')
    .option('--trigger <trigger>', 'log-key-compromise, corruption or active-attack')
    .option('--hours <hours>', 'for how long, at most 72')
    .option('--report <file>', 'the published cause')
    .option('--resume', 'end the pause')
    .option(...staff)
  add('report-incident', 'staff: publish the registry’s own error')
    .option('--kind <kind>', 'service-differs, wrong-entry, insider-act, key-compromise, corruption, …')
    .option('--report <file>', 'the published report')
    .option('--affected <count>', 'how many records')
    .option('--discovered <instant>', 'when it was discovered')
    .option(...staff)
}
