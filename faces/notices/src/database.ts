/**
 * The room's own database (SQLite): how far the log was followed, who subscribed, what is to be sent, each attempt.
 * A message's id is made from its entry and its address, so following an entry again adds nothing. Of holders'
 * contacts it keeps the commitment, not the address: what is erased in the registry cannot be mailed from here.
 */

import { DatabaseSync } from 'node:sqlite'
import { type NoticeAttempt, REPLY_CLASSES } from '@cadastre/procedures'
import { Outbox } from './outbox.ts'

/** `public`: the entry itself is the notice, and an attempt is only logged. */
export type Channel = NoticeAttempt['channel']

/** Where a message goes: a commitment that the registry's store opens, a subscription of this room, or to nobody. */
export type Address = { readonly kind: 'commitment' | 'everybody' | 'subscription'; readonly of: string }

export type Message = {
  readonly id: string
  /** Index of the entry it is about; null for a request to confirm a subscription. */
  readonly entry: number | null
  /** When that entry was made, milliseconds since 1970: no attempt is earlier. */
  readonly entryAt: number
  /** The holder that is told; null for a subscriber, and for everybody. */
  readonly holder: string | null
  /** The application that the entry is about, and whether its window waits for the attempt. */
  readonly application: string | null
  readonly window: boolean
  readonly channel: Channel
  readonly address: Address
  readonly subject: string
  readonly text: string
  /** SHA-256 of subject, newline and text, hexadecimal. */
  readonly hash: string
}

export type PendingMessage = Message & { readonly attempts: number }

/** What `record-notice/1` calls them: `temporary` and `unreachable` are tried again. */
export type ReplyClass = NoticeAttempt['reply']

export type Attempt = {
  readonly message: string
  readonly number: number
  readonly hash: string
  /** Milliseconds since 1970. */
  readonly started: number
  readonly finished: number | null
  readonly replyClass: ReplyClass | null
  /** The server's words, the address taken out; at most 200 characters. */
  readonly reply: string | null
  /** Index of the entry that logs it; null as long as none does. */
  readonly logged: number | null
}

/** What following entries adds and settles, in one step. */
export type Followed = {
  readonly messages: readonly Message[]
  /** Attempts that entries log, as the canonical JSON that stands there. */
  readonly logged: readonly { readonly text: string; readonly index: number }[]
  /** Requests of this service that were decided and refused. */
  readonly refused: readonly string[]
  /** Applications whose window waits for an attempt. */
  readonly waiting: readonly string[]
  /** Entries of which every holder is told. */
  readonly forAll: readonly number[]
}
export const NOTHING_FOLLOWED: Followed = { messages: [], logged: [], refused: [], waiting: [], forAll: [] }

export type MessageState = 'pending' | 'sent' | 'failed'

export type Subscription = {
  readonly id: string
  /** Key of a block, as in the state: `ip4/203.0.113.0/24`. */
  readonly block: string
  readonly channel: Channel
  readonly target: string
  readonly tokenHash: string
  readonly created: number
  readonly confirmed: number | null
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS followed (one INTEGER PRIMARY KEY CHECK (one = 1), next INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS subscriptions (
  id TEXT PRIMARY KEY, block TEXT NOT NULL, channel TEXT NOT NULL, target TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, confirmed INTEGER) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS subscription_of ON subscriptions (channel, target, block);
CREATE TABLE IF NOT EXISTS messages (
  id TEXT PRIMARY KEY, entry INTEGER, entry_at INTEGER NOT NULL, holder TEXT, application TEXT,
  window_waits INTEGER NOT NULL, created INTEGER NOT NULL, channel TEXT NOT NULL, address_kind TEXT NOT NULL, address_of TEXT NOT NULL,
  subject TEXT NOT NULL, text TEXT NOT NULL, hash TEXT NOT NULL,
  state TEXT NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS messages_pending ON messages (address_kind, next_at) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS attempts (
  message TEXT NOT NULL, number INTEGER NOT NULL, hash TEXT NOT NULL, started INTEGER NOT NULL,
  finished INTEGER, reply_class TEXT, reply TEXT, logged_as TEXT, batch INTEGER, logged INTEGER,
  PRIMARY KEY (message, number)) STRICT;
CREATE INDEX IF NOT EXISTS attempts_unlogged ON attempts (started) WHERE logged IS NULL;
CREATE INDEX IF NOT EXISTS attempts_as ON attempts (logged_as) WHERE logged IS NULL;
CREATE INDEX IF NOT EXISTS messages_of ON messages (application) WHERE window_waits = 1;
CREATE TABLE IF NOT EXISTS batches (id INTEGER PRIMARY KEY, request TEXT NOT NULL, evidence TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS announcements (entry INTEGER PRIMARY KEY, after TEXT) STRICT;
CREATE TABLE IF NOT EXISTS waiting (application TEXT PRIMARY KEY) STRICT;
`

export class NoticesDatabase {
  readonly #database: DatabaseSync
  /** Attempts on their way into the log. */
  readonly outbox: Outbox

  /** Opens the file, and makes it where there is none. Attempts that were under way when the program ended are `unknown`. */
  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: 10_000 })
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;')
    this.#database.exec(SCHEMA)
    this.#database.exec(
      `UPDATE attempts SET finished = started, reply_class = 'unknown', reply = '' WHERE finished IS NULL`,
    )
    this.outbox = new Outbox(this.#database, (work) => this.#transaction(work))
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.#database.exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** Index of the next entry to follow; null before the first start. */
  next(): number | null {
    const row = this.#database.prepare('SELECT next FROM followed').get()
    return row === undefined ? null : Number(row['next'])
  }

  /** Keeps what entries give to send, what they settle, and that they were followed: all or nothing. */
  follow(next: number, { messages, logged, refused, waiting, forAll }: Followed, now: number): void {
    this.#transaction(() => {
      for (const message of messages) this.#insert(message, now)
      for (const { text, index } of logged) this.outbox.logged(text, index)
      for (const request of refused) this.outbox.refused(request)
      this.outbox.dropLoggedBatches()
      for (const entry of forAll)
        this.#database.prepare('INSERT INTO announcements VALUES (?, NULL) ON CONFLICT DO NOTHING').run(entry)
      for (const application of waiting)
        this.#database.prepare('INSERT INTO waiting VALUES (?) ON CONFLICT DO NOTHING').run(application)
      this.#database
        .prepare('INSERT INTO followed VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET next = excluded.next')
        .run(next)
    })
  }

  #insert(message: Message, now: number): void {
    const { id, entry, entryAt, holder, application, channel, address, subject, text, hash } = message
    const window = message.window ? 1 : 0
    this.#database
      .prepare(
        `INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, ?)
         ON CONFLICT (id) DO NOTHING`,
      )
      .run(
        ...[id, entry, entryAt, holder, application, window, now, channel],
        ...[address.kind, address.of, subject, text, hash, now],
      )
  }

  /** Messages beside those of an entry that is followed. */
  add(messages: readonly Message[], now: number): void {
    this.#transaction(() => {
      for (const message of messages) this.#insert(message, now)
    })
  }

  /** The first entry of which not every holder has been told, and the last holder who has. */
  announcement(): { readonly entry: number; readonly after: string | null } | null {
    const row = this.#database.prepare('SELECT * FROM announcements ORDER BY entry LIMIT 1').get()
    return row === undefined ? null : { entry: Number(row['entry']), after: textOrNull(row['after']) }
  }

  /** Messages of an announcement, and how far it has come; null: to its end. */
  announce(entry: number, after: string | null, messages: readonly Message[], now: number): void {
    this.#transaction(() => {
      for (const message of messages) this.#insert(message, now)
      if (after === null) this.#database.prepare('DELETE FROM announcements WHERE entry = ?').run(entry)
      else this.#database.prepare('UPDATE announcements SET after = ? WHERE entry = ?').run(after, entry)
    })
  }

  /** Applications of which it was seen that their windows wait. */
  waiting(): readonly string[] {
    const rows = this.#database.prepare('SELECT application FROM waiting ORDER BY application').all()
    return rows.map((row) => String(row['application']))
  }

  doneWaiting(application: string): void {
    this.#database.prepare('DELETE FROM waiting WHERE application = ?').run(application)
  }

  /** Whether something of this entry is under way to this holder, or was lately: nothing need be made again. */
  isUnderWay(application: string, holder: string | null, entry: number, since: number): boolean {
    const row = this.#database
      .prepare(
        `SELECT 1 FROM messages WHERE window_waits = 1 AND application = ? AND holder IS ? AND entry = ? AND
         (state = 'pending' OR created > ? OR EXISTS
           (SELECT 1 FROM attempts WHERE message = messages.id AND logged IS NULL))`,
      )
      .get(application, holder, entry, since)
    return row !== undefined
  }

  /** Messages whose time has come, holders' contacts first. */
  due(now: number, limit: number): readonly PendingMessage[] {
    return this.#database
      .prepare(
        `SELECT * FROM messages WHERE state = 'pending' AND next_at <= ? ORDER BY address_kind, next_at, id LIMIT ?`,
      )
      .all(now, limit)
      .map((row) => ({
        id: String(row['id']),
        entry: row['entry'] === null ? null : Number(row['entry']),
        entryAt: Number(row['entry_at']),
        holder: textOrNull(row['holder']),
        application: textOrNull(row['application']),
        window: row['window_waits'] === 1,
        channel: channelIn(row['channel']),
        address: { kind: addressKindIn(row['address_kind']), of: String(row['address_of']) },
        subject: String(row['subject']),
        text: String(row['text']),
        hash: String(row['hash']),
        attempts: Number(row['attempts']),
      }))
  }

  /** An attempt begins: kept before anything is sent. Gives its number, from 1. */
  begin(message: PendingMessage, now: number): number {
    const number = message.attempts + 1
    this.#transaction(() => {
      this.#database
        .prepare('INSERT INTO attempts (message, number, hash, started) VALUES (?, ?, ?, ?)')
        .run(message.id, number, message.hash, now)
      this.#database.prepare('UPDATE messages SET attempts = ? WHERE id = ?').run(number, message.id)
    })
    return number
  }

  /** An attempt ended. A message that is done with keeps its hash and loses its text. */
  finish(
    attempt: Pick<Attempt, 'message' | 'number' | 'replyClass' | 'reply'>,
    now: number,
    then: { readonly state: 'sent' | 'failed' } | { readonly state: 'pending'; readonly nextAt: number },
  ): void {
    const { message, number, replyClass, reply } = attempt
    this.#transaction(() => {
      this.#database
        .prepare(
          'UPDATE attempts SET finished = ?, reply_class = ?, reply = ? WHERE message = ? AND number = ?',
        )
        .run(now, replyClass, reply, message, number)
      if (then.state === 'pending')
        this.#database.prepare('UPDATE messages SET next_at = ? WHERE id = ?').run(then.nextAt, message)
      else
        this.#database
          .prepare(`UPDATE messages SET state = ?, subject = '', text = '' WHERE id = ?`)
          .run(then.state, message)
    })
  }

  /** A message that ran out of attempts while the program was not there to see it. */
  giveUp(message: string): void {
    this.#database
      .prepare(`UPDATE messages SET state = 'failed', subject = '', text = '' WHERE id = ?`)
      .run(message)
  }

  attempts(message?: string): readonly Attempt[] {
    return this.#database
      .prepare('SELECT * FROM attempts WHERE ?1 IS NULL OR message = ?1 ORDER BY started, message, number')
      .all(message ?? null)
      .map((row) => ({
        message: String(row['message']),
        number: Number(row['number']),
        hash: String(row['hash']),
        started: Number(row['started']),
        finished: row['finished'] === null ? null : Number(row['finished']),
        replyClass: replyClassIn(row['reply_class']),
        reply: textOrNull(row['reply']),
        logged: row['logged'] === null ? null : Number(row['logged']),
      }))
  }

  /** How many messages are in each state. */
  counts(): { readonly [state in MessageState]: number } {
    const counts = { pending: 0, sent: 0, failed: 0 }
    for (const row of this.#database
      .prepare('SELECT state, count(*) AS n FROM messages GROUP BY state')
      .all()) {
      const state = String(row['state'])
      if (state === 'pending' || state === 'sent' || state === 'failed') counts[state] = Number(row['n'])
    }
    return counts
  }

  /** Keeps a subscription that is yet to be confirmed, and the message that asks for that; false where it is there already. */
  addSubscription(subscription: Subscription, message: Message, now: number): boolean {
    const { id, block, channel, target, tokenHash, created } = subscription
    let added = false
    this.#transaction(() => {
      const { changes } = this.#database
        .prepare('INSERT INTO subscriptions VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING')
        .run(id, block, channel, target, tokenHash, created)
      added = changes === 1
      if (added) this.#insert(message, now)
    })
    return added
  }

  /** Confirms; false where no subscription has this token. */
  confirm(tokenHash: string, now: number): boolean {
    return (
      this.#database
        .prepare('UPDATE subscriptions SET confirmed = coalesce(confirmed, ?) WHERE token_hash = ?')
        .run(now, tokenHash).changes === 1
    )
  }

  /** Ends a subscription, its address included; false where none has this token. */
  unsubscribe(tokenHash: string): boolean {
    return (
      this.#database.prepare('DELETE FROM subscriptions WHERE token_hash = ?').run(tokenHash).changes === 1
    )
  }

  /** Drops subscriptions that were made before `before` and never confirmed. */
  dropUnconfirmed(before: number): void {
    this.#database.prepare('DELETE FROM subscriptions WHERE confirmed IS NULL AND created < ?').run(before)
  }

  subscription(id: string): Subscription | null {
    const row = this.#database.prepare('SELECT * FROM subscriptions WHERE id = ?').get(id)
    return row === undefined ? null : subscriptionIn(row)
  }

  confirmed(): readonly Subscription[] {
    return this.#database
      .prepare('SELECT * FROM subscriptions WHERE confirmed IS NOT NULL ORDER BY id')
      .all()
      .map(subscriptionIn)
  }

  /** All subscriptions, and those for one target. */
  subscriptionCounts(target: string): { readonly all: number; readonly ofTarget: number } {
    const row = this.#database
      .prepare('SELECT count(*) AS n, count(*) FILTER (WHERE target = ?) AS mine FROM subscriptions')
      .get(target)
    return { all: Number(row?.['n'] ?? 0), ofTarget: Number(row?.['mine'] ?? 0) }
  }
}

function channelIn(value: unknown): Channel {
  return value === 'webhook' || value === 'public' ? value : 'mail'
}

function addressKindIn(value: unknown): Address['kind'] {
  return value === 'commitment' || value === 'everybody' ? value : 'subscription'
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}

function replyClassIn(value: unknown): ReplyClass | null {
  return REPLY_CLASSES.find((one) => one === value) ?? null
}

function subscriptionIn(row: { readonly [column: string]: unknown }): Subscription {
  return {
    id: String(row['id']),
    block: String(row['block']),
    channel: channelIn(row['channel']),
    target: String(row['target']),
    tokenHash: String(row['token_hash']),
    created: Number(row['created']),
    confirmed: row['confirmed'] === null ? null : Number(row['confirmed']),
  }
}
