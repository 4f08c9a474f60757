/** What an audit found, as data; `render.ts` puts it into words. */

import type { StateEntry } from '@cadastre/records'
import type { Fault, FaultCode, ReceiptCount, Tally } from '@cadastre/replay'
import type { OrdersReport } from '@cadastre/statistics'
import type { TrustOrigin } from './trust.ts'

/** What can be wrong with a log's files, beside what its entries say. */
export const FILE_FAULTS = {
  'bundle-missing': 'Every entry that a checkpoint covers is published (C2SP tlog-tiles).',
  'bundle-malformed': 'A bundle holds its entries, each after its length (C2SP tlog-tiles).',
  'tile-missing': 'Every tile that a checkpoint covers is published (C2SP tlog-tiles).',
  'tile-differs': 'Tiles hold the hashes of the entries.',
  'log-root-differs': 'The checkpoint signs the root of the tree of all entries (RFC 6962 section 2.1).',
  'log-shrunk': 'A log only grows: it has at least the size of an earlier checkpoint.',
  'log-forked': 'A log only grows: its first entries are those of an earlier checkpoint.',
  'state-after-cosignature': 'A cosignature is not earlier than the last state entry, but for 60 s.',
} as const

export type FileFaultCode = keyof typeof FILE_FAULTS

export type AuditFault =
  | Fault
  | {
      /** Index of the first entry concerned. */
      readonly index: number
      readonly code: FileFaultCode
      readonly detail: string
    }
export type AuditFaultCode = FaultCode | FileFaultCode

export type AuditReport = {
  readonly source: string
  readonly origin: string
  readonly trust: TrustOrigin
  /** Entries that the checkpoint covers. */
  readonly size: number
  /** Entries that were replayed; fewer where a file is missing. */
  readonly entries: number
  /** Root hash of the checkpoint, standard base64. */
  readonly root: string
  /** `at` of the last state entry. */
  readonly at: string | null
  readonly lastState: StateEntry | null
  readonly cosignatures: readonly { readonly witness: string; readonly time: string }[]
  readonly quorum: string
  /** Size of the earlier checkpoint that this log was compared with; null where there was none. */
  readonly comparedWith: number | null
  readonly tally: Tally
  readonly receipts: ReceiptCount
  readonly tiles: number
  /** The transparency report, counted again; `lacking`: what was taken without a basis, as faults tell. */
  readonly orders: OrdersReport & { readonly lacking: number }
  /** All faults, those beyond the limit of described ones included. */
  readonly faultCount: number
  readonly faults: readonly AuditFault[]
  readonly seconds: number
}
