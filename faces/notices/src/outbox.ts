/**
 * Attempts on their way into the log. A batch is kept, request and signatures, before it is handed in: after a crash the
 * same request goes in again, which the registry executes once. What became of it is read in the log alone.
 */

import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { NoticeAttempt } from '@cadastre/procedures'
import { canonicalJson, instantFromSeconds } from '@cadastre/records'

export type Batch = { readonly id: number; readonly request: string; readonly evidence: string }

/** An attempt that is to be logged: where it is kept, and how it stands in the entry. */
export type Unlogged = {
  readonly message: string
  readonly number: number
  /** Whether a window waits for it. */
  readonly window: boolean
  readonly attempt: NoticeAttempt
}

type Row = { readonly [column: string]: unknown }

/** For a subscriber the hash of the message's id: it says nothing of the address, nor whose other messages are. */
function addressHash(row: Row): string | null {
  if (row['address_kind'] === 'everybody') return null
  return row['address_kind'] === 'commitment'
    ? String(row['address_of'])
    : createHash('sha256').update(String(row['message'])).digest('base64')
}

function base64Of(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}

export class Outbox {
  readonly #database: DatabaseSync
  readonly #transaction: (work: () => void) => void
  #refusals = 0

  constructor(database: DatabaseSync, transaction: (work: () => void) => void) {
    this.#database = database
    this.#transaction = transaction
  }

  /** How many batches were refused since the program began. */
  get refusals(): number {
    return this.#refusals
  }

  /** Attempts that no entry logs yet. */
  count(): number {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS n FROM attempts JOIN messages ON id = message
         WHERE logged IS NULL AND entry IS NOT NULL`,
      )
      .get()
    return Number(row?.['n'] ?? 0)
  }

  /** Ended attempts in the order in which they were made, those first for which a window waits; of one such window. */
  next(limit: number): readonly Unlogged[] {
    const rows = this.#database
      .prepare(
        `SELECT * FROM attempts JOIN messages ON id = message
         WHERE logged IS NULL AND batch IS NULL AND finished IS NOT NULL AND entry IS NOT NULL
         ORDER BY window_waits DESC, started, message, number LIMIT ?`,
      )
      .all(4 * limit)
    const picked: Unlogged[] = []
    const texts = new Set<string>()
    let window: string | null = null
    for (const row of rows) {
      const one = this.#unlogged(row)
      const { application } = one.attempt
      if (one.window) window ??= application
      if (one.window && application !== window) continue
      const text = canonicalJson({ ...one.attempt })
      if (texts.has(text)) continue
      texts.add(text)
      picked.push(one)
      if (picked.length === limit) break
    }
    return picked
  }

  #unlogged(row: Row): Unlogged {
    const reply = /^(\d{3})(?:\D|$)/.exec(String(row['reply'] ?? ''))?.[1]
    // The clock of the log never goes back; this machine's may have.
    const made = Math.max(Number(row['started']), Number(row['entry_at']))
    return {
      message: String(row['message']),
      number: Number(row['number']),
      window: row['window_waits'] === 1,
      attempt: {
        entry: Number(row['entry']),
        application: row['application'] === null ? null : String(row['application']),
        holder: row['holder'] === null ? null : String(row['holder']),
        channel: String(row['channel']) as NoticeAttempt['channel'],
        to: addressHash(row),
        message: base64Of(String(row['hash'])),
        at: instantFromSeconds(Math.floor(made / 1000)),
        reply: String(row['reply_class']) as NoticeAttempt['reply'],
        code: reply === undefined ? null : Number(reply),
      },
    }
  }

  /** The batch that is on its way; null where none is. */
  open(): Batch | null {
    const row = this.#database.prepare('SELECT * FROM batches ORDER BY id LIMIT 1').get()
    if (row === undefined) return null
    return { id: Number(row['id']), request: String(row['request']), evidence: String(row['evidence']) }
  }

  /** Keeps a batch, before it is handed in. */
  keep(request: string, evidence: string, attempts: readonly Unlogged[]): Batch {
    let id = 0
    this.#transaction(() => {
      const { lastInsertRowid } = this.#database
        .prepare('INSERT INTO batches (request, evidence) VALUES (?, ?)')
        .run(request, evidence)
      id = Number(lastInsertRowid)
      const keep = this.#database.prepare(
        'UPDATE attempts SET batch = ?, logged_as = ? WHERE message = ? AND number = ?',
      )
      for (const { message, number, attempt } of attempts)
        keep.run(id, canonicalJson({ ...attempt }), message, number)
    })
    return { id, request, evidence }
  }

  /** An entry logs the attempt with this canonical text. */
  logged(text: string, index: number): void {
    this.#database
      .prepare('UPDATE attempts SET logged = ?, batch = NULL WHERE logged_as = ? AND logged IS NULL')
      .run(index, text)
  }

  dropLoggedBatches(): void {
    this.#database.exec(
      'DELETE FROM batches WHERE NOT EXISTS (SELECT 1 FROM attempts WHERE batch = batches.id AND logged IS NULL)',
    )
  }

  /** The registry refused the batch with this request: its attempts go again, in another. */
  refused(request: string): void {
    const row = this.#database.prepare('SELECT id FROM batches WHERE request = ?').get(request)
    if (row === undefined) return
    this.#refusals += 1
    this.#database
      .prepare('UPDATE attempts SET batch = NULL, logged_as = NULL WHERE batch = ? AND logged IS NULL')
      .run(Number(row['id']))
    this.#database.prepare('DELETE FROM batches WHERE id = ?').run(Number(row['id']))
  }
}
