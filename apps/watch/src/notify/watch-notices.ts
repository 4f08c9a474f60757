/**
 * Who asked to be told of a prefix, an AS number or a published holder is told of its changes, by mail or signed
 * webhook, through the registry's own notices: subscriptions that are confirmed, attempts that are kept, retries that
 * stop. One message a subscription and file.
 */

import { createHash } from 'node:crypto'
import type { Signer } from '@cadastre/crypto'
import {
  type Message,
  messageHash,
  NOTHING_FOLLOWED,
  NoticesDatabase,
  Sender,
  type Subscription,
  type SubscriptionRefusal,
  Subscriptions,
  smtpSender,
  webhookSender,
} from '@cadastre/notices'
import { blockKey, blockRange, parseBlockKey, rangeToBlock } from '@cadastre/numbers'
import type { Change, ChangeFilter, ObservedDay } from '../model.ts'
import { numbersText } from '../report.ts'
import { type Subject, subjectOf } from '../web/subject.ts'
import type { WatchedWorld } from '../world/watched-world.ts'

export type WatchNoticesOptions = {
  /** Path of the database of subscriptions and messages. */
  readonly database: string
  /** The watched world as it is served now. */
  readonly world: () => WatchedWorld
  /** `smtp://…`; null = no mail. */
  readonly smtpUrl: string | null
  readonly from: string | null
  readonly webhookSigner: Signer
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** For tests: webhooks to this machine. */
  readonly allowPrivate?: boolean
}

/** Of one message so many changes are told; the rest are on the page that it names. */
const TOLD_MAX = 50
/** Days are logged in a row; a watch that was away for long tells the latest of them. */
const MESSAGES_MAX = 1000

export class WatchNotices {
  readonly #options: WatchNoticesOptions
  readonly #database: NoticesDatabase
  readonly #subscriptions: Subscriptions
  readonly #sender: Sender
  #stopping = false

  constructor(options: WatchNoticesOptions) {
    const { smtpUrl, from, webhookSigner, now, allowPrivate = false } = options
    const reader = options.world().at(null)
    const { origin } = reader.info
    const host = origin.split('/', 1)[0] ?? origin
    this.#options = options
    this.#database = new NoticesDatabase(options.database)
    this.#subscriptions = new Subscriptions(this.#database, reader.info, allowPrivate)
    const mail = smtpUrl === null ? null : smtpSender({ url: smtpUrl, from: from ?? `notices@${host}`, host })
    const webhook = webhookSender({ signer: webhookSigner, origin, now, allowPrivate })
    this.#sender = new Sender(this.#database, reader, { channels: { mail, webhook }, now })
  }

  get channels(): readonly ('mail' | 'webhook')[] {
    return this.#options.smtpUrl === null ? ['webhook'] : ['mail', 'webhook']
  }

  /** Asks the address whether it wants to be told. `subject-unknown`: the text names no prefix, AS number or holder. */
  subscribe(
    text: string,
    channel: 'mail' | 'webhook',
    target: string,
  ): SubscriptionRefusal | 'subject-unknown' | null {
    const subject = subjectOf(text, this.#options.world().names())
    const key = subject === null ? null : keyOf(subject)
    if (subject === null || key === null) return 'subject-unknown'
    const says = `every published change of ${subject.text}`
    const now = this.#options.now()
    return this.#subscriptions.subscribeTo({ key, name: subject.text, says }, channel, target, now)
  }

  confirm(token: string): boolean {
    return this.#subscriptions.confirm(token, this.#options.now())
  }
  end(token: string): boolean {
    return this.#subscriptions.unsubscribe(token)
  }

  /** Keeps what is to be told of days that were logged since the last round, and sends what is due. */
  async round(): Promise<void> {
    this.#follow()
    await this.#sender.sendDue(() => this.#stopping)
  }

  #follow(): void {
    const { world, now } = this.#options
    const { watch } = world()
    const next = this.#database.next()
    if (next !== null && next >= watch.info.size) return
    // On the first round nothing is told about the past.
    const messages = next === null ? [] : this.#messages(next)
    this.#database.follow(watch.info.size, { ...NOTHING_FOLLOWED, messages }, now())
  }

  #messages(next: number): readonly Message[] {
    const { watch } = this.#options.world()
    const days = watch
      .sources()
      .flatMap(({ id }) => watch.days(id))
      .filter(({ index }) => index >= next)
    const messages = this.#database.confirmed().flatMap((subscription) => {
      const filter = filterOf(subscription)
      return days.flatMap((day) => {
        const changes = watch.changes({ ...filter, source: day.source, from: day.day, to: day.day })
        return changes.length === 0 ? [] : [this.#message(subscription, day, changes)]
      })
    })
    return messages.slice(-MESSAGES_MAX)
  }

  #message(subscription: Subscription, day: ObservedDay, changes: readonly Change[]): Message {
    const { info } = this.#options.world().at(null)
    const { id, block, channel } = subscription
    const name = nameOf(block)
    const told = changes.slice(0, TOLD_MAX).map(({ range, text }) => `${numbersText(range)}: ${text}`)
    const more = changes.length > told.length ? [`and ${changes.length - told.length} more`] : []
    const subject = `${name}: ${changes.length} ${changes.length === 1 ? 'change' : 'changes'} in ${day.source} of ${day.day}`
    const text = [
      ...told,
      ...more,
      '',
      'The files give no reasons, and neither does this message.',
      `${info.baseUrl}/?q=${encodeURIComponent(name)}`,
      '',
      `You are told because you subscribed to ${name} (subscription ${id}); the token that confirmed it ends it at ${info.baseUrl}/subscribe/confirm.`,
      '',
    ].join('\n')
    const which = createHash('sha256').update(`${day.source} ${id}`).digest('hex').slice(0, 24)
    return {
      id: `w${day.index}-${which}`,
      entry: day.index,
      entryAt: this.#options.now(),
      holder: null,
      application: null,
      window: false,
      channel,
      address: { kind: 'subscription', of: id },
      subject,
      text,
      hash: messageHash(subject, text),
    }
  }

  close(): void {
    this.#stopping = true
    this.#database.close()
  }
}

const HOLDER = 'holder/'

/** One prefix or block of AS numbers by its key, a holder by registry and opaque-id; null where numbers are no one block. */
function keyOf({ range, filter }: Subject): string | null {
  if (range === null) return `${HOLDER}${filter.holder?.registry ?? ''}/${filter.holder?.opaqueId ?? ''}`
  const block = rangeToBlock(range)
  return block === null ? null : blockKey(block)
}

function filterOf({ block: key }: Subscription): ChangeFilter {
  const block = parseBlockKey(key)
  if (block.ok) return { within: blockRange(block.value) }
  const [registry = '', ...rest] = key.slice(HOLDER.length).split('/')
  return { holder: { registry, opaqueId: rest.join('/') } }
}

function nameOf(key: string): string {
  const block = parseBlockKey(key)
  if (block.ok) return numbersText(blockRange(block.value))
  const [registry = '', ...rest] = key.slice(HOLDER.length).split('/')
  return `IMP-${registry}-${rest.join('/')}`.toUpperCase()
}
