/** What every route of the room works with. */

import type { RegistryReader, Snapshot } from '@cadastre/reader'
import type { Json, ParsedKey } from '@cadastre/records'
import type { Desk } from '@cadastre/registrar'
import type { Context } from 'hono'
import type { Archive } from './archive.ts'
import type { EntryTimes } from './entry-times.ts'
import type { Limits } from './limits.ts'
import type { Portal } from './portal.ts'
import type { SubscriptionDesk } from './routes-subscriptions.ts'

export type ApiOptions = {
  /** The source address of a request, for limits alone; null where the server does not know it. */
  readonly clientAddress: (c: Context) => string | null
  /** The published page of a procedure by kind (`transfer`), Markdown; null where there is none. */
  readonly procedureText: (kind: string) => string | null
  /** How public services would show a key at a state; null where a service has nothing to show for it. */
  readonly render: {
    readonly rdap: (snapshot: Snapshot, key: ParsedKey) => Promise<Json> | Json
    readonly whois: (snapshot: Snapshot, key: ParsedKey) => Promise<string | null> | string | null
  }
  readonly archive: Archive
  /** Null: from here nothing can be sent. */
  readonly subscriptions?: SubscriptionDesk | null
  /** A clock in milliseconds, for limits alone. */
  readonly now: () => number
  /** Hears of faults of the room itself, each answered with 500. */
  readonly failed: (error: unknown) => void
  readonly limits?: Partial<Limits>
}

/** What answers to questions are made from. */
export type ReadContext = {
  readonly reader: RegistryReader
  readonly times: EntryTimes
}

export type ApiContext = {
  readonly reader: RegistryReader
  readonly portal: Portal
  readonly desk: Desk
  readonly options: ApiOptions
  readonly limits: Limits
}
