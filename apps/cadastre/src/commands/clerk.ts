/**
 * `clerk`: an attestor works its queue. Answers are written to a file of the attestor's own when it commits itself, and
 * read from there when it reveals them: nobody else sees them before.
 */

import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeBase64 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type Attestation, QUESTIONS } from '@cadastre/procedures'
import type { Application, Call, JsonObject } from '@cadastre/records'
import { objectKey } from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import { handleOption } from '../client/bodies.ts'
import { type QueueReply, RegistryClient } from '../client/registry-client.ts'
import { fileHash, list, needed, text } from '../client/wish-options.ts'
import type { Options } from '../client/wishes.ts'
import { keyDirectory } from './keys.ts'
import { CommandError, EXIT, type Output, UsageError } from './output.ts'
import { askFor } from './request.ts'

function staffOf(options: Options): string {
  return handleOption(text(options, 'staff'), '--staff')
}

/** The attestor's queue, first come first. */
export async function clerkListCommand(url: string, options: Options, output: Output): Promise<number> {
  const staff = staffOf(options)
  const client = new RegistryClient(url)
  const items: QueueReply['queues'][number]['items'][number][] = []
  let waiting = 0
  for (let more = true; more; ) {
    const { queues } = await client.queue(staff, items.length)
    const [queue] = queues
    items.push(...(queue?.items ?? []))
    waiting = queue?.waiting ?? 0
    more = queue?.more === true && (queue?.items.length ?? 0) > 0
  }
  const lines = items.map(
    ({ application, procedure, due }, place) =>
      `${place === 0 ? 'next' : String(place + 1).padStart(4)}  ${application.padEnd(10)} ${procedure.padEnd(14)} ${due === null ? '' : `due ${due}`}`,
  )
  output.result(
    { staff, waiting, items },
    lines.length === 0 ? `Nothing waits for ${staff}.` : lines.join('\n'),
  )
  return EXIT.ok
}

/** The application, proved. */
async function examined(client: RegistryClient, handle: string): Promise<Application> {
  const record: unknown = await client.record(objectKey('application', handle))
  const application = record as Application | null
  if (application === null || application.examination === null)
    throw new CommandError(`There is no application ${handle} that attestors examine.`)
  return application
}

/** Where a call stands; with the answers, once they are revealed. */
function standing({ commitment, answers, missed }: Call): string {
  if (missed) return 'missed'
  if (answers !== null) {
    const said = Object.entries(answers).map(([question, answer]) => `${question} ${answer}`)
    return `revealed: ${said.join(', ')}`
  }
  return commitment === null ? 'called' : 'committed'
}

export async function clerkShowCommand(given: string, url: string, output: Output): Promise<number> {
  const handle = handleOption(given, 'APPLICATION')
  const application = await examined(new RegistryClient(url), handle)
  const { examination, procedure, state, due, body } = application
  const texts: { readonly [id: string]: string } = QUESTIONS
  const questions = (examination?.questions ?? []).map((id) => `  ${id}: ${texts[id] ?? ''}`)
  const calls = (examination?.calls ?? []).map(
    (call) => `  ${call.staff}${call.outside ? ' (outside)' : ''}: ${standing(call)}`,
  )
  output.result(
    application,
    [
      `${handle}: ${procedure}, ${state}${due === null ? '' : `, due ${due}`}`,
      'Questions, each to be answered with yes or no:',
      ...questions,
      'Attestors:',
      ...calls,
      `As signed: ${JSON.stringify(body, null, 2)}`,
    ].join('\n'),
  )
  return EXIT.ok
}

function attestationFile(options: Options, application: string, staff: string): string {
  const directory = keyDirectory(text(options, 'keys'))
  return join(directory, 'attestations', `${staff}.${application}.json`)
}

/** `instrument-authentic=yes`, once for each question. */
function answersOf(options: Options, questions: readonly string[]): Attestation['answers'] {
  const answers: Record<string, 'yes' | 'no'> = {}
  for (const given of list(options, 'answer')) {
    const [question = '', answer] = given.split('=', 2)
    if (!questions.includes(question) || (answer !== 'yes' && answer !== 'no'))
      throw new UsageError(
        `--answer ${given}: expected QUESTION=yes or QUESTION=no; the questions are ${questions.join(', ')}.`,
      )
    answers[question] = answer
  }
  const missing = questions.filter((question) => answers[question] === undefined)
  if (missing.length > 0) throw new UsageError(`--answer QUESTION=yes|no: missing for ${missing.join(', ')}.`)
  return answers
}

export async function clerkCommitCommand(
  given: string,
  url: string,
  options: Options,
  output: Output,
): Promise<number> {
  const [staff, application] = [staffOf(options), handleOption(given, 'APPLICATION')]
  const client = new RegistryClient(url)
  const { examination } = await examined(client, application)
  const attestation: Attestation = {
    application,
    staff,
    answers: answersOf(options, examination?.questions ?? []),
    evidence: await fileHash(needed(options, 'evidence', '--evidence FILE')),
    nonce: encodeBase64(randomBytes(32)),
  }
  const file = attestationFile(options, application, staff)
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 })
  // Kept before it is sent: a commitment whose answers are lost can never be revealed. An earlier one is not replaced.
  await writeFile(file, `${JSON.stringify(attestation, null, 2)}\n`, { mode: 0o600, flag: 'wx' }).catch(
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
        throw new CommandError(
          `${file} exists: you have answered already. Reveal it with "cadastre clerk reveal".`,
        )
      throw error
    },
  )
  const commitment = memberHashOf(nodeCrypto, { ...attestation })
  const code = await askFor(
    client,
    'attest/1',
    { step: 'commit', application, staff, commitment },
    options,
    output,
  )
  // Refused: there is nothing to reveal, and the next attempt is free.
  if (code !== EXIT.ok) await rm(file)
  return code
}

export async function clerkRevealCommand(
  given: string,
  url: string,
  options: Options,
  output: Output,
): Promise<number> {
  const [staff, application] = [staffOf(options), handleOption(given, 'APPLICATION')]
  const file = attestationFile(options, application, staff)
  const saved = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new CommandError(
        `${staff} has no answers to ${application} here: expected ${file}, which "cadastre clerk commit" writes. Commit first; if you did so elsewhere, --keys names the directory.`,
      )
    throw new CommandError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    )
  })
  const attestation: JsonObject = JSON.parse(saved)
  return askFor(new RegistryClient(url), 'attest/1', { ...attestation, step: 'reveal' }, options, output)
}

/** Move on from a call that is moot: its application has ended, or another attestor was called instead. */
export async function clerkPassCommand(
  given: string,
  url: string,
  options: Options,
  output: Output,
): Promise<number> {
  const [staff, application] = [staffOf(options), handleOption(given, 'APPLICATION')]
  const client = new RegistryClient(url)
  const { queues } = await client.queue(staff, 0)
  if (queues.every(({ items }) => items.length === 0))
    throw new CommandError(`Nothing waits for ${staff}, so there is no call to ${application} to pass.`)
  return askFor(client, 'attest/1', { step: 'pass', application, staff }, options, output)
}
