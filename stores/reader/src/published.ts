/**
 * What faces read: the registry at one published checkpoint. Every answer comes from one {@link Snapshot}, so it is of
 * exactly one log position and can say which. Faces get a {@link RegistryReader}; nothing here can write.
 */

import type { Block } from '@cadastre/numbers'
import type {
  CoveringCell,
  ObjectType,
  OpEntry,
  Profile,
  RecordKey,
  Registration,
  Registry,
} from '@cadastre/records'
import type { UnderWay } from '@cadastre/replay'
import type { Publication, StoreReader } from '@cadastre/store-port'

/** A registration that a holder has, and the block of one cell that holds it. */
export type HeldRegistration = { readonly block: Block; readonly registration: Registration }

export type Page<T> = {
  readonly items: readonly T[]
  /** Where to go on; null at the end. */
  readonly after: Block | null
}

export interface Snapshot {
  readonly publication: Publication
  readonly registry: Registry
  /** Everything registered at blocks that cover this one, outermost first, this block included. */
  chain(block: Block): readonly CoveringCell[]
  /** Cells at and inside the block, by first number and then shorter prefix, after `after`; at most `limit`. */
  inside(block: Block, limit: number, after?: Block | null): Page<CoveringCell>
  /** The parsed object, or null. The handle must be in stored form (upper case). */
  object(type: ObjectType, handle: string): unknown
  /** Registrations of a holder, one a cell, by space and number, after the cell `after`; at most `limit` cells. */
  holdings(
    holder: string,
    limit: number,
    after?: Block | null,
  ): { readonly items: readonly HeldRegistration[]; readonly more: boolean }
  /** Orders and acts about a registration's id or a holder's handle that their own records do not name. */
  underWay(about: string): readonly UnderWay[]
  /** The proof document (C2SP tlog-proof) for a cell key or an object key, present or absent. */
  prove(key: RecordKey): string
}

/** One entry that touched some key. */
export type HistoryItem = {
  readonly index: number
  /** Which of the keys asked for it touched. */
  readonly keys: readonly string[]
  readonly entry: OpEntry
}

/** What does not change while the server runs; published in `/.well-known/cadastre.json`. */
export type RegistryInfo = {
  readonly origin: string
  readonly name: string
  readonly seat: string
  readonly profile: Profile
  /** The notice that every face shows on a demonstration registry; null otherwise. */
  readonly demonstration: string | null
  /** What that notice is called where the server is none of a demonstration: `Watched`. */
  readonly noticeTitle?: string
  /** Who mends wrong data, where that is not the holder of a record here. */
  readonly wrongData?: string
  readonly logVkey: string
  readonly receiptVkey: string
  /** C2SP tlog-policy text. */
  readonly policy: string
  /** `http://127.0.0.1:8080`, without a slash at the end. */
  readonly baseUrl: string
  readonly whois: { readonly host: string; readonly port: number }
  readonly version: string
}

export interface RegistryReader {
  readonly info: RegistryInfo
  /** The last published state; throws before the first publication. */
  snapshot(): Snapshot
  /** The state at an earlier published checkpoint, one of the last 64; null otherwise. */
  snapshotAt(size: number): Snapshot | null
  /** Entries within the snapshot that touched any of these keys, newest first, index < `before`. */
  history(
    snapshot: Snapshot,
    keys: readonly string[],
    limit: number,
    before?: number,
  ): Promise<readonly HistoryItem[]>
  readonly store: Omit<StoreReader, 'close'>
}
