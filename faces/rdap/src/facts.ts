/**
 * What an answer needs from the store, because the state does not hold it: the time of an entry, and the openings of
 * commitments. Both are cached, so that an answer waits for the store at most once for each.
 */

import type { RegistryReader } from '@cadastre/reader'
import { type Contact, type Holder, type Instant, parseInstant } from '@cadastre/records'
import { BoundedCache } from './bounded-cache.ts'

export type Needs = { readonly entries: readonly number[]; readonly commitments: readonly string[] }

/** Facts as far as they are known: null where the store has none. */
export type Facts = {
  timeOf(entry: number): Instant | null
  /** The opened value of a commitment. */
  valueOf(commitment: string): string | null
}

const MAX_TIMES = 65_536
const MAX_OPENINGS = 16_384
/** An op entry begins with this member, because its members are sorted (RFC 8785). */
const ENTRY_START = '{"at":"'
const INSTANT_LENGTH = 20

export class FactsCache implements Facts {
  readonly #store: RegistryReader['store']
  /** Entries never change, so their times outlive every snapshot. */
  readonly #times = new BoundedCache<number, Instant | null>(MAX_TIMES)
  #values = new BoundedCache<string, string | null>(MAX_OPENINGS)

  constructor(store: RegistryReader['store']) {
    this.#store = store
  }

  /** Openings can be erased, and an erasure is an entry: a new snapshot asks the store again. */
  forgetOpenings(): void {
    this.#values = new BoundedCache(MAX_OPENINGS)
  }

  timeOf(entry: number): Instant | null {
    return this.#times.get(entry) ?? null
  }
  valueOf(commitment: string): string | null {
    return this.#values.get(commitment) ?? null
  }

  /** What of the needs is not known yet; null where everything is. */
  missing(needs: Needs): Needs | null {
    const entries = needs.entries.filter((index) => this.#times.get(index) === undefined)
    const commitments = needs.commitments.filter((one) => this.#values.get(one) === undefined)
    return entries.length === 0 && commitments.length === 0 ? null : { entries, commitments }
  }

  async load({ entries, commitments }: Needs): Promise<void> {
    const values = this.#values
    const times = entries.map(async (index) => {
      const [bytes] = await this.#store.entries(index, 1)
      this.#times.set(index, bytes === undefined ? null : entryTime(bytes), 1)
    })
    const openings = async (): Promise<void> => {
      const found = await this.#store.openings(commitments)
      for (const one of commitments) {
        const opening = found.find(({ commitment }) => commitment === one)
        values.set(one, opening === undefined || opening.value === '' ? null : opening.value, 1)
      }
    }
    await Promise.all([...times, ...(commitments.length === 0 ? [] : [openings()])])
  }
}

/** `at` of an entry, without parsing up to 32 KiB of it; null where it is no entry in canonical form. */
function entryTime(bytes: Uint8Array): Instant | null {
  const end = ENTRY_START.length + INSTANT_LENGTH
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, end)).toString('latin1')
  return start.startsWith(ENTRY_START) ? parseInstant(start.slice(ENTRY_START.length)) : null
}

/**
 * Contacts whose data an answer publishes. A natural person's own data as registrant is not published; the contacts
 * that a holder names for others to write to are.
 */
export function isPublished(contact: Contact): boolean {
  return contact.role !== 'registrant' || contact.kind !== 'individual'
}

/** Commitments of everything published of a holder. */
export function commitmentsOf(holder: Holder | null): readonly string[] {
  if (holder === null) return []
  return holder.contacts.filter(isPublished).flatMap((contact) => Object.values(contact.fields))
}
