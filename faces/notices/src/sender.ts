/**
 * Sends what is due, at most so many a second, and keeps each attempt. Delivery is at least once: an attempt is kept
 * before it is made, so that a crash between the server's answer and its record shows as `unknown`, and the message
 * goes again under the same id, by which its receiver can tell.
 */

import type { RegistryReader } from '@cadastre/reader'
import type { Channel, NoticesDatabase, PendingMessage, ReplyClass } from './database.ts'
import type { Delivery, Send } from './delivery.ts'
import { addressesOf, contactsIn } from './follower.ts'

export type SenderOptions = {
  readonly channels: { readonly [channel in Exclude<Channel, 'public'>]: Send | null }
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Waits before the second, third, … attempt, seconds; there is no attempt after the last. */
  readonly retrySeconds?: readonly number[]
  /** At most this many attempts a second. */
  readonly perSecond?: number
  readonly sleep?: (milliseconds: number) => Promise<void>
  /** Told of each attempt without any address: the message's id and the class of the reply. */
  readonly attempted?: (message: string, replyClass: ReplyClass) => void
}

/** Five minutes to a day: eight attempts within three days, then no more. */
export const RETRY_SECONDS: readonly number[] = [300, 1800, 3600, 7200, 21_600, 86_400, 86_400]
const PER_SECOND = 10
/** Attempts under way at once: one slow server does not hold up the others. */
const TOGETHER = 4
const REPLY_MAX = 200

export class Sender {
  readonly #database: NoticesDatabase
  readonly #reader: RegistryReader
  readonly #options: SenderOptions
  readonly #retrySeconds: readonly number[]

  constructor(database: NoticesDatabase, reader: RegistryReader, options: SenderOptions) {
    this.#database = database
    this.#reader = reader
    this.#options = options
    this.#retrySeconds = options.retrySeconds ?? RETRY_SECONDS
  }

  /** One attempt at each message whose time has come; the number of attempts. `stopped` is asked between them. */
  async sendDue(stopped: () => boolean = () => false): Promise<number> {
    const { now, sleep = pause, perSecond = PER_SECOND } = this.#options
    let made = 0
    while (!stopped()) {
      const messages = this.#database.due(now(), TOGETHER)
      if (messages.length === 0) break
      await Promise.all(messages.map((message) => this.#attempt(message)))
      made += messages.length
      await sleep((messages.length * 1000) / perSecond)
    }
    return made
  }

  async #attempt(message: PendingMessage): Promise<void> {
    const { now, attempted } = this.#options
    if (message.attempts > this.#retrySeconds.length) {
      this.#database.giveUp(message.id)
      return
    }
    const number = this.#database.begin(message, now())
    const target = await this.#target(message)
    const delivery = await this.#deliver(message, target)
    const reply = withoutTarget(delivery.reply, target).slice(0, REPLY_MAX)
    const ended = { message: message.id, number, replyClass: delivery.replyClass, reply }
    this.#database.finish(ended, now(), this.#then(delivery.replyClass, number))
    attempted?.(message.id, delivery.replyClass)
  }

  async #deliver(message: PendingMessage, target: string | null): Promise<Delivery> {
    const { channels } = this.#options
    if (message.channel === 'public') {
      const contacts = message.holder === null ? [] : contactsIn(this.#reader.snapshot(), message.holder)
      const unable = channels.mail === null && addressesOf(contacts).length > 0
      return { replyClass: unable ? 'no-channel' : 'no-address', reply: '' }
    }
    const send = channels[message.channel]
    if (send === null) return { replyClass: 'no-channel', reply: '' }
    return target === null ? { replyClass: 'no-address', reply: '' } : send({ ...message, target })
  }

  #then(replyClass: ReplyClass, number: number): Parameters<NoticesDatabase['finish']>[2] {
    if (replyClass === 'delivered') return { state: 'sent' }
    const wait = this.#retrySeconds[number - 1]
    const again = replyClass === 'temporary' || replyClass === 'unreachable'
    return again && wait !== undefined
      ? { state: 'pending', nextAt: this.#options.now() + wait * 1000 }
      : { state: 'failed' }
  }

  async #target({ address }: PendingMessage): Promise<string | null> {
    if (address.kind === 'everybody') return null
    if (address.kind === 'subscription') return this.#database.subscription(address.of)?.target ?? null
    const [opening] = await this.#reader.store.openings([address.of])
    return opening?.value ?? null
  }
}

/** Servers like to say an address back. */
function withoutTarget(reply: string, target: string | null): string {
  return target === null || target === '' ? reply : reply.replaceAll(target, '<recipient>')
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
