/** `subscribe`: ask that an address be told of acts on some numbers, confirm that, end it. No key and no account. */

import type { JsonObject } from '@cadastre/records'
import { CommandError, ConnectionError, EXIT, type Output, UsageError } from './output.ts'

export type SubscribeOptions = {
  readonly mail?: string
  readonly webhook?: string
  readonly confirm?: string
  readonly end?: string
}

type Wish = { readonly path: string; readonly body: JsonObject; readonly done: string }

/** What is to be sent; one thing at a time. */
function wishOf(numbers: string | undefined, { mail, webhook, confirm, end }: SubscribeOptions): Wish {
  const given = [mail, webhook, confirm, end].filter((one) => one !== undefined).length
  if (given !== 1) throw new UsageError('Name one of --mail, --webhook, --confirm and --end.')
  if (confirm !== undefined)
    return { path: '/confirm', body: { token: confirm }, done: 'You are told from now on.' }
  if (end !== undefined)
    return { path: '/end', body: { token: end }, done: 'It has ended, and the address is deleted.' }
  if (numbers === undefined) throw new UsageError('Name a prefix or an AS number.')
  const target = mail ?? webhook ?? ''
  return {
    path: '',
    body: { numbers, channel: mail === undefined ? 'webhook' : 'mail', target },
    done: `If ${target} is not subscribed yet, it is asked now whether it wants to be told of ${numbers}. It has a day.`,
  }
}

export async function subscribeCommand(
  numbers: string | undefined,
  url: string,
  options: SubscribeOptions,
  output: Output,
): Promise<number> {
  const { path, body, done } = wishOf(numbers, options)
  const address = `${url.replace(/\/+$/, '')}/api/subscriptions${path}`
  const reply = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
  }).catch((error: unknown) => {
    throw new ConnectionError(`${url} does not answer.`, { cause: error })
  })
  const answer = (await reply.json()) as JsonObject
  if (!reply.ok) {
    const { detail, expected } = answer
    throw new CommandError(
      `${String(detail)}${expected === undefined ? '' : ` Expected ${String(expected)}.`}`,
    )
  }
  output.result(answer, done)
  return EXIT.ok
}
