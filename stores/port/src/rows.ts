/** Rows as the port's types, for both engines: their columns are named alike. */

import type { Due, Instant, RecordKey } from '@cadastre/records'
import { bytesIn, numberIn, type Row, textIn } from './columns.ts'
import { splitHashes } from './head-bytes.ts'
import type { Head, IntakeItem, Opening, PublishedCheckpoint, ReceiptStatus, StoredRecord } from './index.ts'

/** The head row; null before genesis, when it holds only the count of writers. */
export function headIn(row: Row | undefined): Head | null {
  if (row === undefined || row['size'] === 0) return null
  return {
    size: numberIn(row, 'size'),
    root: bytesIn(row, 'root'),
    at: textIn(row, 'at') as Instant,
    compactRange: splitHashes(bytesIn(row, 'compact')),
  }
}

export function recordIn(row: Row): StoredRecord {
  return { key: textIn(row, 'key') as RecordKey, text: textIn(row, 'text') }
}

export function receiptIn(row: Row | undefined): ReceiptStatus | null {
  if (row === undefined) return null
  const index = row['decided'] === null ? null : numberIn(row, 'decided')
  return { seq: numberIn(row, 'seq'), receipt: textIn(row, 'receipt'), index }
}

export function openingIn(row: Row): Opening {
  return {
    commitment: textIn(row, 'commitment'),
    opening: textIn(row, 'opening'),
    field: textIn(row, 'field'),
    value: textIn(row, 'value'),
  }
}

export function intakeIn(row: Row, openings: readonly Row[]): IntakeItem {
  return {
    seq: numberIn(row, 'seq'),
    at: textIn(row, 'at') as Instant,
    request: textIn(row, 'request'),
    evidence: textIn(row, 'evidence'),
    requestHash: bytesIn(row, 'request_hash'),
    receipt: textIn(row, 'receipt'),
    openings: openings.map(openingIn),
  }
}

export function dueIn(row: Row): Due {
  return {
    at: textIn(row, 'at') as Instant,
    procedure: textIn(row, 'procedure'),
    key: textIn(row, 'key') as RecordKey,
  }
}

export function checkpointIn(row: Row): PublishedCheckpoint {
  return { size: numberIn(row, 'size'), note: textIn(row, 'note'), at: textIn(row, 'at') as Instant }
}
