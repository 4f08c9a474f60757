/** Subscriptions to a block of numbers, for anyone. Nothing is sent to an address that has not confirmed it, but that one question. */

import { createHash, randomBytes } from 'node:crypto'
import { type Block, blockKey } from '@cadastre/numbers'
import type { RegistryInfo } from '@cadastre/reader'
import type { Channel, NoticesDatabase } from './database.ts'
import { messageHash } from './follower.ts'
import { isMailAddress } from './mail.ts'
import { blockText } from './render.ts'
import { isWebhookAddress } from './webhook.ts'

export type SubscriptionRefusal = 'address-malformed' | 'too-many' | 'already-there'

/** What is subscribed to: its key, what it is called, and what one is told of. */
export type SubscriptionSubject = { readonly key: string; readonly name: string; readonly says: string }

/** Bounds on strangers: subscriptions in all, and of one address. */
const SUBSCRIPTIONS_MAX = 10_000
const SUBSCRIPTIONS_PER_TARGET_MAX = 20
const CONFIRM_WITHIN_MILLISECONDS = 24 * 3600 * 1000

const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex')

export class Subscriptions {
  readonly #database: NoticesDatabase
  readonly #info: RegistryInfo
  readonly #allowPrivate: boolean

  constructor(database: NoticesDatabase, info: RegistryInfo, allowPrivate: boolean) {
    this.#database = database
    this.#info = info
    this.#allowPrivate = allowPrivate
  }

  /** Keep the wish, and ask the address whether it wants it. Null, or why not. */
  subscribe(block: Block, channel: Channel, target: string, now: number): SubscriptionRefusal | null {
    const name = blockText(block)
    return this.subscribeTo(
      { key: blockKey(block), name, says: `every act that touches ${name}` },
      channel,
      target,
      now,
    )
  }

  /** The same, of anything that has a key. */
  subscribeTo(
    { key, name, says }: SubscriptionSubject,
    channel: Channel,
    target: string,
    now: number,
  ): SubscriptionRefusal | null {
    const fits = channel === 'mail' ? isMailAddress(target) : isWebhookAddress(target, this.#allowPrivate)
    if (!fits) return 'address-malformed'
    this.#database.dropUnconfirmed(now - CONFIRM_WITHIN_MILLISECONDS)
    const counts = this.#database.subscriptionCounts(target)
    if (counts.all >= SUBSCRIPTIONS_MAX || counts.ofTarget >= SUBSCRIPTIONS_PER_TARGET_MAX) return 'too-many'
    const id = `S-${randomBytes(8).toString('hex')}`
    const token = randomBytes(24).toString('base64url')
    const subject = `${this.#info.name}: confirm your subscription to ${name}`
    const text = [
      `${this.#info.name} (${this.#info.origin})`,
      '',
      `Somebody, perhaps you, asked to be told of ${says}.`,
      'If it was you, confirm it within a day with this token. If not, do nothing: you will not hear of it again.',
      '',
      `Token: ${token}`,
      '',
      `Confirm:  ${this.#info.baseUrl}/subscribe/confirm?token=${token}`,
      `or        cadastre subscribe --confirm ${token} --url ${this.#info.baseUrl}`,
      '',
      'The same token ends the subscription, on the same page, at any time.',
      '',
    ].join('\n')
    const subscription = {
      id,
      block: key,
      channel,
      target,
      tokenHash: tokenHash(token),
      created: now,
      confirmed: null,
    }
    const message = {
      id: `c-${id}`,
      entry: null,
      entryAt: now,
      holder: null,
      application: null,
      window: false,
      channel,
      address: { kind: 'subscription' as const, of: id },
      subject,
      text,
      hash: messageHash(subject, text),
    }
    return this.#database.addSubscription(subscription, message, now) ? null : 'already-there'
  }

  /** Whether a subscription has this token; from now on it is told. */
  confirm(token: string, now: number): boolean {
    return this.#database.confirm(tokenHash(token), now)
  }

  unsubscribe(token: string): boolean {
    return this.#database.unsubscribe(tokenHash(token))
  }
}
