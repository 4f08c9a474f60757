/**
 * Fees: invoices, payments and debts, in a database of their own, by a program of its own. No room of the registry
 * imports this one, and it opens no store of the registry: a debt has interest, collection and courts, and no way to
 * a record, a service or a decision. The one thing that leaves it is a signed note about the
 * fee of one act: paid, or refused.
 */

export { FeesDatabase, type Invoice, type NewInvoice, TENDER_SECONDS } from './database.ts'
export { type FeeNoteError, openFeeNote, signFeeNote } from './receipt.ts'
