/** What an audit found, as data; `render.ts` puts it into words. */

import type { FileFaultCode } from '@cadastre/misbehaviour'
import type { StateEntry } from '@cadastre/records'
import type { Fault, FaultCode, ReceiptCount, Tally } from '@cadastre/replay'
import type { OrdersReport } from '@cadastre/statistics'
import type { TrustOrigin } from './trust.ts'

export type AuditFault =
  | Fault
  | {
      /** Index of the first entry concerned. */
      readonly index: number
      readonly code: FileFaultCode
      readonly detail: string
      /** The file concerned, where it is one. */
      readonly path?: string
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
  /** How many entries an earlier run had replayed, and why what it had kept was not used, if it was not. */
  readonly resumed: { readonly from: number; readonly discarded: string | null }
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

/** What convicts of a fault: a small file that anybody verifies, or why there is none. */
export type AuditEvidence = {
  readonly fault: AuditFault
  readonly text: string | null
  /** Where `text` is null: why, and what to do instead. */
  readonly why: string | null
}
