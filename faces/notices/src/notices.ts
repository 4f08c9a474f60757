/** The room at work: follow, send, wait, until it is closed. */

import { encodeBase64, type Signer } from '@cadastre/crypto'
import type { RegistryReader } from '@cadastre/reader'
import { type MessageState, NoticesDatabase, type ReplyClass } from './database.ts'
import { Follower } from './follower.ts'
import { smtpSender } from './mail.ts'
import { type NoticeLog, Recorder } from './recorder.ts'
import { Sender } from './sender.ts'
import { Subscriptions } from './subscriptions.ts'
import { webhookSender } from './webhook.ts'

export type NoticesOptions = {
  /** Path of the room's own database. */
  readonly database: string
  /** `smtp://host:port` or `smtps://…`; null: no mail can be sent from here, and windows begin with notices in public. */
  readonly smtpUrl: string | null
  /** Address that mail comes from; `notices@<host of the origin>` where null. */
  readonly from: string | null
  /** Signs webhooks; null = none are sent. */
  readonly webhookSigner: Signer | null
  /** The way into the registry's log; null = attempts are kept here alone, and no window begins. */
  readonly log: NoticeLog | null
  /** Tell those who subscribed, and nobody else: what a mirror does, for the registry itself tells its holders. */
  readonly subscribersOnly?: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly pollMilliseconds?: number
  readonly retrySeconds?: readonly number[]
  readonly perSecond?: number
  /** For tests: webhooks to this machine. */
  readonly allowPrivate?: boolean
  readonly attempted?: (message: string, replyClass: ReplyClass) => void
  /** Told of what went wrong in a round; the next one tries again. */
  readonly failed: (error: unknown) => void
}

export type Notices = {
  readonly subscriptions: Subscriptions
  /** By which of them something can be sent from here. */
  readonly channels: readonly ('mail' | 'webhook')[]
  /** Raw public key of the signer of webhooks, base64; null where none are sent. */
  readonly webhookKey: string | null
  readonly counts: () => { readonly [state in MessageState]: number }
  /** One round now, when none is under way: follow what is published, and send what is due. */
  readonly round: () => Promise<void>
  /** Ends after the attempts that are under way. What is pending goes on at the next start. */
  readonly close: () => Promise<void>
}

const POLL_MILLISECONDS = 1000
/** Attempts that may wait to be logged. */
const BACKLOG_MAX = 10_000

/** Starts to follow the registry. It must have been published once. */
export function startNotices(reader: RegistryReader, options: NoticesOptions): Notices {
  const database = new NoticesDatabase(options.database)
  const host = reader.info.origin.split('/', 1)[0] ?? reader.info.origin
  const allowPrivate = options.allowPrivate ?? false
  const { now, webhookSigner } = options
  const mail =
    options.smtpUrl === null
      ? null
      : smtpSender({ url: options.smtpUrl, from: options.from ?? `notices@${host}`, host })
  const webhook =
    webhookSigner === null
      ? null
      : webhookSender({ signer: webhookSigner, origin: reader.info.origin, now, allowPrivate })
  const follower = new Follower(reader, database, { mail: mail !== null, webhook: webhook !== null })
  const sender = new Sender(database, reader, { ...options, channels: { mail, webhook } })
  const recorder = options.log === null ? null : new Recorder(database.outbox, options.log, now)
  let stopping = false
  let under: Promise<void> | null = null
  const work = async (): Promise<void> => {
    await follower.follow(now(), () => stopping)
    if (options.subscribersOnly !== true) {
      await follower.remind(now())
      await follower.announce(now())
    }
    // What cannot be logged is not attempted: no more than so many attempts wait for it.
    if (recorder === null || database.outbox.count() < BACKLOG_MAX) await sender.sendDue(() => stopping)
    await recorder?.handOver()
  }
  const round = (): Promise<void> => {
    under ??= work().finally(() => {
      under = null
    })
    return under
  }
  const timer = setInterval(() => {
    if (under === null) round().catch(options.failed)
  }, options.pollMilliseconds ?? POLL_MILLISECONDS)
  timer.unref()
  return {
    channels: [
      ...(mail === null ? [] : ['mail' as const]),
      ...(webhook === null ? [] : ['webhook' as const]),
    ],
    webhookKey: webhookSigner === null ? null : encodeBase64(webhookSigner.publicKey),
    subscriptions: new Subscriptions(database, reader.info, allowPrivate),
    counts: () => database.counts(),
    round,
    close: async () => {
      stopping = true
      clearInterval(timer)
      // Whoever started the round has heard of its error.
      await under?.catch((error: unknown) => options.failed(error))
      database.close()
    },
  }
}
