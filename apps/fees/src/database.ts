/** Invoices, payments, tenders and debts (SQLite). Amounts are whole cents, times are instants. */

import { DatabaseSync } from 'node:sqlite'
import { addSeconds, DAY_SECONDS, type Instant, parseInstant } from '@cadastre/records'

export type NewInvoice = {
  readonly holder: string
  /** The act that it is for; null for a yearly fee and the like. */
  readonly act: string | null
  /** SHA-256 of the act's request, standard base64; null where it is for no act. */
  readonly request: string | null
  readonly cents: number
  readonly issued: Instant
  readonly due: Instant
}

export type Invoice = NewInvoice & {
  readonly number: number
  readonly paidCents: number
  /** When it was paid in full, or counts as paid; null while it is open. */
  readonly paid: Instant | null
}

/** A tender that nobody acknowledges for 5 business days counts as paid; a week holds at least five. */
export const TENDER_SECONDS: number = 7 * DAY_SECONDS

const SCHEMA = `
CREATE TABLE IF NOT EXISTS invoices (
  number INTEGER PRIMARY KEY, holder TEXT NOT NULL, act TEXT, request TEXT UNIQUE,
  cents INTEGER NOT NULL CHECK (cents > 0), issued TEXT NOT NULL, due TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS payments (
  reference TEXT PRIMARY KEY, invoice INTEGER NOT NULL REFERENCES invoices, cents INTEGER NOT NULL CHECK (cents > 0),
  at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS tenders (
  invoice INTEGER PRIMARY KEY REFERENCES invoices, at TEXT NOT NULL, refused TEXT) STRICT;
CREATE TABLE IF NOT EXISTS extras_ended (holder TEXT PRIMARY KEY, since TEXT NOT NULL) STRICT;
`

export class FeesDatabase {
  readonly #database: DatabaseSync

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: 10_000 })
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;')
    this.#database.exec(SCHEMA)
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  /** Gives the invoice's number. Throws where the request has an invoice already. */
  issue({ holder, act, request, cents, issued, due }: NewInvoice): number {
    const { lastInsertRowid } = this.#database
      .prepare('INSERT INTO invoices (holder, act, request, cents, issued, due) VALUES (?, ?, ?, ?, ?, ?)')
      .run(holder, act, request, cents, issued, due)
    return Number(lastInsertRowid)
  }

  /** Books a payment; the same reference again changes nothing. */
  pay(invoice: number, cents: number, reference: string, at: Instant): void {
    this.#database
      .prepare('INSERT INTO payments VALUES (?, ?, ?, ?) ON CONFLICT (reference) DO NOTHING')
      .run(reference, invoice, cents, at)
  }

  /** The holder offered payment in full. Unless it is acknowledged or refused within a week, it counts as paid. */
  tender(invoice: number, at: Instant): void {
    this.#database
      .prepare('INSERT INTO tenders VALUES (?, ?, NULL) ON CONFLICT (invoice) DO NOTHING')
      .run(invoice, at)
  }

  /** Refuses a tender, in time: one that has come to count as paid stays so. */
  refuseTender(invoice: number, at: Instant): void {
    this.#database
      .prepare('UPDATE tenders SET refused = coalesce(refused, ?) WHERE invoice = ?')
      .run(at, invoice)
  }

  /** Ends what is no service of the registry (events, a newsletter): all that a debt ends without a court. */
  endExtras(holder: string, since: Instant): void {
    this.#database
      .prepare('INSERT INTO extras_ended VALUES (?, ?) ON CONFLICT (holder) DO NOTHING')
      .run(holder, since)
  }

  /** The invoice as of `at`; null where there is none of this number. */
  invoice(number: number, at: Instant): Invoice | null {
    const row = this.#database.prepare('SELECT * FROM invoices WHERE number = ?').get(number)
    return row === undefined ? null : this.#read(row, at)
  }

  /** What is owed and late: open invoices that were due before `at`, by number. */
  debts(at: Instant): readonly Invoice[] {
    return this.#database
      .prepare('SELECT * FROM invoices WHERE due < ? ORDER BY number')
      .all(at)
      .map((row) => this.#read(row, at))
      .filter(({ paid }) => paid === null)
  }

  #read(row: { readonly [column: string]: unknown }, at: Instant): Invoice {
    const number = Number(row['number'])
    const cents = Number(row['cents'])
    const payments = this.#database
      .prepare('SELECT cents, at FROM payments WHERE invoice = ? AND at <= ? ORDER BY at, reference')
      .all(number, at)
    let paidCents = 0
    let paid: Instant | null = null
    for (const payment of payments) {
      paidCents += Number(payment['cents'])
      if (paid === null && paidCents >= cents) paid = instantIn(payment['at'])
    }
    return {
      number,
      holder: String(row['holder']),
      act: row['act'] === null ? null : String(row['act']),
      request: row['request'] === null ? null : String(row['request']),
      cents,
      issued: instantIn(row['issued']),
      due: instantIn(row['due']),
      paidCents,
      paid: paid ?? this.#tendered(number, at),
    }
  }

  #tendered(invoice: number, at: Instant): Instant | null {
    const row = this.#database.prepare('SELECT at, refused FROM tenders WHERE invoice = ?').get(invoice)
    if (row === undefined) return null
    const counts = addSeconds(instantIn(row['at']), TENDER_SECONDS)
    const refused = row['refused'] !== null && instantIn(row['refused']) <= counts
    return refused || counts > at ? null : counts
  }
}

function instantIn(value: unknown): Instant {
  const instant = parseInstant(String(value))
  if (instant === null) throw new Error('the database holds a time that is none')
  return instant
}
