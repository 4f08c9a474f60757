/**
 * `prove-silence --application`: that a deadline of the registry passed in an application that waits. The application is
 * a record, so its proof document is the evidence: whoever has it checks it offline like any other.
 */

import { readFile, writeFile } from 'node:fs/promises'
import { keyQuery, type VerifiedAnswer } from '@cadastre/answers'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type Application, asObject, type Instant, objectKey, parseHandle } from '@cadastre/records'
import { requiredPolicy, type TrustOptions } from '../client/log-files.ts'
import { RegistryClient, verified } from '../client/registry-client.ts'
import { CommandError, EXIT, type Output, UsageError } from './output.ts'

export type DeadlineOptions = TrustOptions & { readonly verify?: string; readonly save?: string }

type Missed = { readonly what: string; readonly deadline: Instant }

/** Deadlines of the registry that had passed at `at`; of each kind the last. */
export function missedDeadlines(application: Application, at: Instant): readonly Missed[] {
  const { state, due, examination, notice } = application
  const now = (waits: Application['state']): Instant | null =>
    state === waits && due !== null && due < at ? due : null
  const examined = now('examining') ?? examination?.overdue ?? null
  const notified = now('to-notify') ?? notice?.overdue ?? null
  return [
    ...(examined === null ? [] : [{ what: 'attestors to answer', deadline: examined }]),
    ...(notified === null
      ? []
      : [{ what: 'an attempt to tell whom it concerns to be logged', deadline: notified }]),
  ]
}

export async function proveDeadlineCommand(
  name: string,
  url: string,
  options: DeadlineOptions,
  output: Output,
): Promise<number> {
  const handle = parseHandle(name)
  if (handle === null) throw new UsageError(`--application ${name}: expected a handle, such as A-41.`)
  const key = objectKey('application', handle)
  const query = keyQuery(nodeCrypto, key)
  if (query === null) throw new Error('an application has a key')
  if (options.verify !== undefined) {
    const document = await readFile(options.verify, 'utf8')
    return told(handle, verified(document, query, await requiredPolicy(options)), output)
  }
  const { document, answer } = await new RegistryClient(url).prove(key)
  const code = told(handle, answer, output)
  const file = options.save ?? `${handle}.silence`
  await writeFile(file, document)
  output.note(
    `Evidence written to ${file}; anybody checks it: cadastre prove-silence --application ${handle} --verify ${file} --registry FILE`,
  )
  return code
}

function told(handle: string, answer: VerifiedAnswer, output: Output): number {
  const key = objectKey('application', handle)
  const found = answer.covering.find((one) => one.key === key)
  const application = asObject('application', key, found?.record ?? null)
  if (application === null) throw new CommandError(`There is no application ${handle}.`)
  const missed = missedDeadlines(application, answer.at)
  if (missed.length === 0)
    throw new CommandError(
      `No silence is shown: at ${answer.at} no deadline of the registry had passed in ${handle} (${application.state}${application.due === null ? '' : `, due ${application.due}`}).`,
    )
  const { origin, size, at } = answer
  output.result(
    { verified: true, application: handle, origin, size, at, state: application.state, missed },
    [
      ...missed.map(({ what, deadline }) => `${origin} had until ${deadline} for ${what}, and let it pass.`),
      `${handle} was ${application.state} at ${at}, in the log of ${size} entries. The proof holds.`,
    ].join('\n'),
  )
  return EXIT.ok
}
