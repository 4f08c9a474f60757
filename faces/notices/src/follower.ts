/** Follows published entries, and keeps for each what is to be sent, to whom. */

import { createHash } from 'node:crypto'
import { type Block, contains, parseBlockKey } from '@cadastre/numbers'
import { RECORD_NOTICE_ID } from '@cadastre/procedures'
import type { RegistryReader, Snapshot } from '@cadastre/reader'
import {
  type Application,
  asObject,
  type Contact,
  canonicalJson,
  type Holder,
  isArray,
  type OpEntry,
  parseCanonicalJson,
  secondsOf,
} from '@cadastre/records'
import { parseEntry } from '@cadastre/replay'
import {
  type Address,
  type Channel,
  type Followed,
  type Message,
  NOTHING_FOLLOWED,
  type NoticesDatabase,
} from './database.ts'
import { type Reason, render } from './render.ts'
import { isForAll, isSilent } from './templates.ts'
import { opAt, touchedBy } from './touched.ts'

/** Entries, and objects, read at once. */
const ENTRIES = 64
const OBJECTS = 500
/** Holders that are told of an act for all in one round. */
const HOLDERS = 100
/** What let no window begin is made again so much later. */
const REMIND_MILLISECONDS = 3_600_000

type StoredRecord = Awaited<ReturnType<RegistryReader['store']['objects']>>[number]

const hex = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The hash that each attempt is recorded with. */
export function messageHash(subject: string, text: string): string {
  return hex(`${subject}\n${text}`)
}

/** All contacts that the record keeps, replaced ones included. */
export function contactsIn(snapshot: Snapshot, handle: string): readonly Contact[] {
  const holder = snapshot.object('holder', handle) as Holder | null
  if (holder === null) return []
  return [...holder.contacts, ...holder.formerContacts.map(({ contact }) => contact)]
}

/** Commitments of mail addresses. */
export function addressesOf(contacts: readonly Contact[]): readonly string[] {
  return contacts.flatMap(({ fields }) => fields['email'] ?? [])
}

function contactsOf(holder: Holder, at: string): readonly Contact[] {
  // Who was replaced is told for a while longer: the guard against a thief who first changes the contacts.
  const former = holder.formerContacts.flatMap(({ contact, until }) => (until > at ? [contact] : []))
  return [...holder.contacts, ...former]
}

type Recipient = {
  readonly channel: Channel
  readonly address: Address
  readonly holder: string | null
  readonly reason: Reason
}
/** What is known of the entry that a message tells of. */
type Told = { readonly index: number; readonly entry: OpEntry; readonly application: Application | null }

/** What this installation can send. */
export type Reach = { readonly mail: boolean; readonly webhook: boolean }
const ALL: Reach = { mail: true, webhook: true }

/** One commitment for each address: a person who is contact twice gets one mail. */
async function mailCommitments(
  reader: RegistryReader,
  contacts: readonly Contact[],
): Promise<readonly string[]> {
  const commitments = addressesOf(contacts)
  if (commitments.length === 0) return []
  const opened = new Map<string, string>()
  for (const { commitment, value } of await reader.store.openings(commitments)) {
    const address = value.toLowerCase()
    if (!opened.has(address)) opened.set(address, commitment)
  }
  return [...opened.values()]
}

/**
 * The day of what anybody can do who has a key: claim something about a registration, and withdraw it. Of such acts of
 * one day a holder's address gets one mail, else a stranger could fill it. Null for all other acts.
 */
function strangersDay({ procedure, request, at }: OpEntry): string | null {
  const step = request?.body['step']
  const strangers = procedure === 'annotate-dispute/1' && (step === 'claim' || step === 'withdraw')
  return strangers ? at.slice(0, 10) : null
}

type Subscribed = { readonly id: string; readonly block: Block; readonly channel: Channel }

function applicationIn(entry: OpEntry): Application | null {
  if (!entry.outcome.accepted) return null
  for (const { key, next } of entry.outcome.effects) {
    const application = asObject('application', key, next)
    if (application !== null) return application
  }
  return null
}

/** Attempts that an entry of the notices service logs, as canonical JSON. */
function attemptsIn(entry: OpEntry): readonly string[] {
  const attempts = entry.request?.body['attempts'] ?? []
  return isArray(attempts) ? attempts.map(canonicalJson) : []
}

export class Follower {
  readonly #reader: RegistryReader
  readonly #database: NoticesDatabase
  readonly #reach: Reach
  /** Addresses that were told of the announcement under way; forgotten with the program, and when it is done. */
  #announced: { readonly index: number; readonly addresses: Set<string> } | null = null

  constructor(reader: RegistryReader, database: NoticesDatabase, reach: Reach = ALL) {
    this.#reader = reader
    this.#database = database
    this.#reach = reach
  }

  /**
   * Follow all entries of the last published checkpoint. On the first start nothing is told about the past, but of
   * windows that still wait for it. Gives the number of messages kept. `stopped` is asked between entries.
   */
  async follow(now: number, stopped: () => boolean = () => false): Promise<number> {
    const { size } = this.#reader.snapshot().publication
    const from = this.#database.next()
    if (from === null) {
      this.#database.follow(size, { ...NOTHING_FOLLOWED, waiting: await this.#waitingApplications() }, now)
      return 0
    }
    const subscribed = this.#subscribed()
    let kept = 0
    for (let next = from; next < size && !stopped(); next += ENTRIES) {
      const entries = await this.#reader.store.entries(next, Math.min(ENTRIES, size - next))
      const followed = await this.#read(entries, next, subscribed)
      this.#database.follow(next + entries.length, followed, now)
      kept += followed.messages.length
    }
    return kept
  }

  async #read(
    entries: readonly Uint8Array[],
    first: number,
    subscribed: readonly Subscribed[],
  ): Promise<Followed> {
    const messages: Message[] = []
    const logged: { text: string; index: number }[] = []
    const refused: string[] = []
    const waiting: string[] = []
    const forAll: number[] = []
    // A new one for each round: only the last published states stay readable.
    const snapshot = this.#reader.snapshot()
    for (const [offset, bytes] of entries.entries()) {
      const parsed = parseEntry(bytes)
      if (parsed?.kind !== 'op') continue
      const { entry } = parsed
      const index = first + offset
      if (entry.procedure === RECORD_NOTICE_ID && entry.request !== null) {
        if (entry.outcome.accepted) logged.push(...attemptsIn(entry).map((text) => ({ text, index })))
        else refused.push(canonicalJson(entry.request))
      }
      const application = applicationIn(entry)
      if (application?.state === 'to-notify') waiting.push(application.handle)
      if (isForAll(entry)) forAll.push(index)
      messages.push(...(await this.#messages(snapshot, { index, entry, application }, subscribed)))
    }
    return { messages, logged, refused, waiting, forAll }
  }

  /**
   * Tells every holder of an act that concerns the registry as a whole, some holders a round, each address once. Gives
   * how many messages were made.
   */
  async announce(now: number): Promise<number> {
    const open = this.#database.announcement()
    if (open === null) return 0
    const { entry: index, after } = open
    const entry = await opAt(this.#reader, index)
    if (entry === null) throw new Error(`entry ${index} is no op`)
    if (this.#announced?.index !== index) this.#announced = { index, addresses: new Set() }
    const page = this.#reach.mail ? await this.#reader.store.objects('holder', after, HOLDERS) : []
    const recipients: Recipient[] = []
    let last = after
    for (const { key } of page) {
      last = key.slice('obj/holder/'.length)
      recipients.push(...(await this.#toAnnounce(last, entry.at, this.#announced.addresses)))
    }
    const messages = this.#rendered({ index, entry, application: null }, recipients)
    this.#database.announce(index, page.length < HOLDERS ? null : last, messages, now)
    return messages.length
  }

  async #toAnnounce(holder: string, at: string, told: Set<string>): Promise<readonly Recipient[]> {
    const snapshot = this.#reader.snapshot()
    const recipients: Recipient[] = []
    for (const recipient of await this.#contacts(snapshot, holder, at)) {
      const [opening] = await this.#reader.store.openings([recipient.address.of])
      const address = opening?.value.toLowerCase() ?? ''
      if (told.has(address)) continue
      told.add(address)
      recipients.push(recipient)
    }
    return recipients
  }

  /** Applications whose windows wait, in the state as published. */
  async #waitingApplications(): Promise<readonly string[]> {
    const waiting: string[] = []
    let after: string | null = null
    for (;;) {
      const page: readonly StoredRecord[] = await this.#reader.store.objects('application', after, OBJECTS)
      for (const { key, text } of page) {
        const application = asObject('application', key, parseCanonicalJson(text))
        if (application?.state === 'to-notify') waiting.push(application.handle)
        after = key.slice('obj/application/'.length)
      }
      if (page.length < OBJECTS) return waiting
    }
  }

  /**
   * Makes messages for windows that wait and of which nothing is under way: to holders without an address, in public;
   * and again where what was attempted let no window begin. Gives how many.
   */
  async remind(now: number): Promise<number> {
    const snapshot = this.#reader.snapshot()
    let made = 0
    for (const handle of this.#database.waiting()) {
      const application = snapshot.object('application', handle) as Application | null
      if (application?.state !== 'to-notify' || application.notice === null) {
        this.#database.doneWaiting(handle)
        continue
      }
      const { to, attempted, since } = application.notice
      const untold = to.length === 0 ? [null] : to.filter((holder) => !attempted.includes(holder))
      for (const holder of untold) {
        if (this.#database.isUnderWay(handle, holder, since, now - REMIND_MILLISECONDS)) continue
        const entry = await opAt(this.#reader, since)
        if (entry === null) throw new Error(`entry ${since} is no op`)
        const recipients = await this.#owed(snapshot, holder)
        const told = { index: since, entry, application }
        const suffix = `-${Math.floor(now / REMIND_MILLISECONDS)}`
        this.#database.add(this.#rendered(told, recipients, suffix), now)
        made += recipients.length
      }
    }
    return made
  }

  /** How a holder is told of a window: by mail where its record has an address, else in public. */
  async #owed(snapshot: Snapshot, holder: string | null): Promise<readonly Recipient[]> {
    const reason: Reason = holder === null ? { kind: 'everybody' } : { kind: 'holder', holder }
    const contacts = holder === null ? [] : contactsIn(snapshot, holder)
    const [first] = addressesOf(contacts)
    if (first === undefined || !this.#reach.mail)
      return [{ channel: 'public', address: { kind: 'everybody', of: holder ?? '' }, holder, reason }]
    // Where all was erased an attempt by mail still says so.
    const opened = await mailCommitments(this.#reader, contacts)
    const commitments = opened.length === 0 ? [first] : opened
    return commitments.map((of) => ({ channel: 'mail', address: { kind: 'commitment', of }, holder, reason }))
  }

  #subscribed(): readonly Subscribed[] {
    return this.#database.confirmed().flatMap(({ id, block, channel }) => {
      if (channel !== 'public' && !this.#reach[channel]) return []
      const parsed = parseBlockKey(block)
      if (!parsed.ok) throw new Error(`subscription ${id} is of no block`)
      return [{ id, block: parsed.value, channel }]
    })
  }

  async #messages(
    snapshot: Snapshot,
    told: Told,
    subscribed: readonly Subscribed[],
  ): Promise<readonly Message[]> {
    const { index, entry } = told
    if (!entry.outcome.accepted || isSilent(entry.procedure) || isForAll(entry)) return []
    const { holders, blocks } = await touchedBy(this.#reader, snapshot, index, entry)
    const recipients: Recipient[] = []
    for (const holder of holders) recipients.push(...(await this.#contacts(snapshot, holder, entry.at)))
    for (const { id, block, channel } of subscribed)
      if (blocks.some((touched) => contains(block, touched) || contains(touched, block)))
        recipients.push({
          channel,
          address: { kind: 'subscription', of: id },
          holder: null,
          reason: { kind: 'subscription', block, id },
        })
    return this.#rendered(told, recipients)
  }

  #rendered(told: Told, recipients: readonly Recipient[], suffix = ''): readonly Message[] {
    const { index, entry, application } = told
    const day = strangersDay(entry)
    return recipients.map(({ channel, address, holder, reason }) => {
      // The same id on the same day: what is kept already is not kept again.
      const about = day === null || holder === null ? `${index}` : `claims-${day}`
      const notice = render({ info: this.#reader.info, index, entry, reason })
      return {
        id: `n${about}-${hex(`${channel} ${address.kind} ${address.of}`).slice(0, 24)}${suffix}`,
        entry: index,
        entryAt: secondsOf(entry.at) * 1000,
        holder,
        application: application?.handle ?? null,
        window: application?.state === 'to-notify',
        channel,
        address,
        ...notice,
        hash: messageHash(notice.subject, notice.text),
      }
    })
  }

  async #contacts(snapshot: Snapshot, handle: string, at: string): Promise<readonly Recipient[]> {
    const holder = snapshot.object('holder', handle) as Holder | null
    if (holder === null || !this.#reach.mail) return []
    const commitments = await mailCommitments(this.#reader, contactsOf(holder, at))
    return commitments.map((of) => ({
      channel: 'mail',
      address: { kind: 'commitment', of },
      holder: handle,
      reason: { kind: 'holder', holder: handle },
    }))
  }
}
