/** Follows published entries, and keeps for each what is to be sent, to whom. */

import { createHash } from 'node:crypto'
import { type Block, contains, parseBlockKey } from '@cadastre/numbers'
import type { RegistryReader, Snapshot } from '@cadastre/reader'
import { asObject, type Contact, type Holder, type OpEntry, objectKey } from '@cadastre/records'
import { parseEntry } from '@cadastre/replay'
import type { Address, Channel, Message, NoticesDatabase } from './database.ts'
import { type Reason, render } from './render.ts'
import { isSilent } from './templates.ts'
import { touchedBy } from './touched.ts'

/** Entries read at once. */
const ENTRIES = 64

const hex = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The hash that each attempt is recorded with. */
export function messageHash(subject: string, text: string): string {
  return hex(`${subject}\n${text}`)
}

type Recipient = { readonly channel: Channel; readonly address: Address; readonly reason: Reason }

function contactsOf(holder: Holder, at: string): readonly Contact[] {
  // Who was replaced is told for a while longer: the guard against a thief who first changes the contacts.
  const former = holder.formerContacts.flatMap(({ contact, until }) => (until > at ? [contact] : []))
  return [...holder.contacts, ...former]
}

/** One commitment for each address: a person who is contact twice gets one mail. */
async function mailCommitments(
  reader: RegistryReader,
  contacts: readonly Contact[],
): Promise<readonly string[]> {
  const commitments = contacts.flatMap(({ fields }) => fields['email'] ?? [])
  if (commitments.length === 0) return []
  const opened = new Map<string, string>()
  for (const { commitment, value } of await reader.store.openings(commitments)) {
    const address = value.toLowerCase()
    if (!opened.has(address)) opened.set(address, commitment)
  }
  return [...opened.values()]
}

type Subscribed = { readonly id: string; readonly block: Block; readonly channel: Channel }

export class Follower {
  readonly #reader: RegistryReader
  readonly #database: NoticesDatabase

  constructor(reader: RegistryReader, database: NoticesDatabase) {
    this.#reader = reader
    this.#database = database
  }

  /**
   * Follow all entries of the last published checkpoint. On the first start nothing is told about the past. Gives the
   * number of messages kept. `stopped` is asked between entries.
   */
  async follow(now: number, stopped: () => boolean = () => false): Promise<number> {
    const { size } = this.#reader.snapshot().publication
    const from = this.#database.next()
    if (from === null) {
      this.#database.follow(size, [], now)
      return 0
    }
    const subscribed = this.#subscribed()
    let kept = 0
    for (let next = from; next < size && !stopped(); next += ENTRIES) {
      const entries = await this.#reader.store.entries(next, Math.min(ENTRIES, size - next))
      const messages: Message[] = []
      // A new one for each round: only the last published states stay readable.
      const snapshot = this.#reader.snapshot()
      for (const [offset, bytes] of entries.entries()) {
        const parsed = parseEntry(bytes)
        if (parsed?.kind === 'op')
          messages.push(...(await this.#messages(snapshot, next + offset, parsed.entry, subscribed)))
      }
      this.#database.follow(next + entries.length, messages, now)
      kept += messages.length
    }
    return kept
  }

  #subscribed(): readonly Subscribed[] {
    return this.#database.confirmed().map(({ id, block, channel }) => {
      const parsed = parseBlockKey(block)
      if (!parsed.ok) throw new Error(`subscription ${id} is of no block`)
      return { id, block: parsed.value, channel }
    })
  }

  async #messages(
    snapshot: Snapshot,
    index: number,
    entry: OpEntry,
    subscribed: readonly Subscribed[],
  ): Promise<readonly Message[]> {
    if (!entry.outcome.accepted || isSilent(entry.procedure)) return []
    const { holders, blocks } = await touchedBy(this.#reader, snapshot, index, entry)
    const recipients: Recipient[] = []
    for (const holder of holders) recipients.push(...(await this.#contacts(snapshot, holder, entry.at)))
    for (const { id, block, channel } of subscribed)
      if (blocks.some((touched) => contains(block, touched) || contains(touched, block)))
        recipients.push({
          channel,
          address: { kind: 'subscription', of: id },
          reason: { kind: 'subscription', block, id },
        })
    return recipients.map(({ channel, address, reason }) => {
      const notice = render({ info: this.#reader.info, index, entry, reason })
      const id = `n${index}-${hex(`${channel} ${address.kind} ${address.of}`).slice(0, 24)}`
      return { id, entry: index, channel, address, ...notice, hash: messageHash(notice.subject, notice.text) }
    })
  }

  async #contacts(snapshot: Snapshot, handle: string, at: string): Promise<readonly Recipient[]> {
    const key = objectKey('holder', handle)
    const holder = asObject('holder', key, snapshot.object('holder', handle))
    if (holder === null) return []
    const commitments = await mailCommitments(this.#reader, contactsOf(holder, at))
    return commitments.map((of) => ({
      channel: 'mail',
      address: { kind: 'commitment', of },
      reason: { kind: 'holder', holder: handle },
    }))
  }
}
