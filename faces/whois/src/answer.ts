/**
 * Query lines to answers, each of exactly one snapshot. What the snapshot alone can answer is one string, made at once
 * and kept while the log stands still; everything else is a stream of pieces, made as fast as the client reads.
 */

import { setImmediate } from 'node:timers/promises'
import { formatPrefix } from '@cadastre/numbers'
import type { RegistryReader, Snapshot } from '@cadastre/reader'
import { abuseMailbox, contactObjects } from './contacts.ts'
import { findRegistrations } from './find-registrations.ts'
import {
  holderAt,
  holdingsOf,
  lookup,
  objectsOf,
  organisationOf,
  type Place,
  routesAt,
  wantedBy,
} from './lookup.ts'
import { moreSpecific, PAGE_CELLS } from './match.ts'
import {
  incomplete,
  type Message,
  noEntries,
  positionGone,
  tooLarge,
  USELESS_IP_FLAG,
  unknownType,
} from './messages.ts'
import { helpText, listText, notes, position, templateAnswer } from './notices.ts'
import { OriginIndex } from './origins.ts'
import { parseLine, type Query } from './query.ts'
import { parseContactHandle, sourceName } from './render.ts'
import { Doorkeeper, flat, ReplyCache } from './reply-cache.ts'
import { objectText, primaryKey, type RpslObject } from './rpsl.ts'
import type { SearchKey } from './search-key.ts'

/** Pieces of an answer. To stop reading early, call `return()`. */
export type ReplyStream = AsyncGenerator<string, void, undefined>
export type Reply = {
  /** Whether the line asked to keep the connection. */
  readonly persistent: boolean
  /** `-k` alone: nothing is asked. */
  readonly empty: boolean
  readonly body: string | ReplyStream
}

/** An answer ends in two blank lines. Each block of it ends in one. */
const END = '\n'
const block = (text: string): string => (text === '' ? '' : `${text}\n`)
const failed = (message: Message): string => block(message.text) + END

/** Cells read for each object that an answer may have: most cells hold at least one object. */
const CELLS_PER_OBJECT = 20
/** Holders found by name in one answer. */
const NAMES_MAX = 20
/** Shorter parts of a name would match half the register. */
const NAME_LENGTH_MIN = 3

/** What one answer has shown so far. */
class Shown {
  readonly holders = new Set<string>()
  count = 0
}

export class Answerer {
  readonly #reader: RegistryReader
  readonly #source: string
  readonly #place: Place
  readonly #objects: number
  readonly #limits: string
  readonly #cache = new ReplyCache<Reply>()
  readonly #asked = new Doorkeeper()
  readonly #organisations = new ReplyCache<string>()
  readonly #origins: OriginIndex

  /** `objects`: most objects in one answer; `limits`: the published limits as a sentence. */
  constructor(reader: RegistryReader, objects: number, limits: string) {
    this.#reader = reader
    this.#source = sourceName(reader.info.name)
    this.#place = { source: this.#source, base: reader.info.baseUrl }
    this.#objects = objects
    this.#limits = limits
    this.#origins = new OriginIndex(reader)
  }

  /** The answer to one line, which is printable text without its line end. */
  answer(line: string): Reply {
    const snapshot = this.#reader.snapshot()
    const { size } = snapshot.publication
    const kept = this.#cache.get(size, line)
    if (kept !== undefined) return kept
    const { persistent, query } = parseLine(line, this.#source)
    const empty = query.ok && query.value.ask.kind === 'nothing'
    const body = query.ok ? this.#body(snapshot, query.value) : failed(query.error)
    const reply = { persistent, empty, body }
    if (typeof body === 'string' && this.#asked.knows(line))
      this.#cache.set(size, line, { ...reply, body: flat(body) }, line.length + body.length)
    return reply
  }

  #body(snapshot: Snapshot, query: Query): string | ReplyStream {
    const { ask } = query
    switch (ask.kind) {
      case 'nothing':
        return END
      case 'help':
        return block(helpText(this.#limits)) + END
      case 'list': {
        const { size } = snapshot.publication
        return block(listText(ask.what, this.#reader.info, this.#source, size)) + END
      }
      case 'template': {
        const text = templateAnswer(ask)
        return text === null ? failed(unknownType(ask.type)) : block(text) + END
      }
      case 'inverse':
        return this.#inverse(query, ask.attributes, ask.value)
      case 'key':
        return this.#byKey(snapshot, query, ask.key)
    }
  }

  #byKey(snapshot: Snapshot, query: Query, key: SearchKey): string | ReplyStream {
    const match = query.ask.kind === 'key' ? query.ask.match : 'default'
    if (key.kind === 'ip' && (match === 'one-more' || match === 'all-more')) {
      const everything = key.block?.length === 0
      return everything ? failed(tooLarge(this.#downloads)) : this.#inside(snapshot, query, key, match)
    }
    const found = lookup(snapshot, query, key, match, this.#place) ?? this.#holder(snapshot, key)
    if (found === null) return this.#elsewhere(snapshot, query, key)
    const head = this.#head(snapshot, query, key, found.free)
    const objects = found.objects.filter((object) => query.types?.has(object.type) ?? true)
    if (objects.length === 0) return head + failed(noEntries(this.#source))
    if (query.abuse || (query.contacts && query.related))
      return this.#streamed(snapshot, query, head, objects)
    const shown = new Shown()
    let text = head
    for (const object of objects) text += this.#entry(snapshot, query, object, shown)
    return text + END
  }

  #holder(snapshot: Snapshot, key: SearchKey): { objects: readonly RpslObject[]; free: boolean } | null {
    const holder = key.kind === 'handle' ? holderAt(snapshot, key.handle) : null
    return holder === null ? null : { objects: [organisationOf(snapshot, holder, this.#place)], free: false }
  }

  get #downloads(): string {
    return `${this.#reader.info.baseUrl}/log/`
  }

  #head(snapshot: Snapshot, query: Query, key: SearchKey | null, free: boolean): string {
    const warning = query.uselessFlag ? block(USELESS_IP_FLAG) : ''
    const masked = key?.kind === 'ip' && key.masked && key.block !== null ? formatPrefix(key.block) : null
    const said = notes(query, masked, free)
    return warning + block(position(this.#reader.info, snapshot, key) + said)
  }

  /** One object, the line before it, and its holder where that was not shown before. */
  #entry(snapshot: Snapshot, query: Query, object: RpslObject, shown: Shown): string {
    shown.count++
    let text = ''
    if (query.grouping && query.style !== 'keys')
      text = `% Information related to '${primaryKey(object)}'\n\n`
    text += block(objectText(object, query.style))
    if (object.type === 'organisation') shown.holders.add(primaryKey(object))
    const holder = query.related ? holderOf(object) : null
    if (holder === null || shown.holders.has(holder)) return text
    shown.holders.add(holder)
    return text + this.#organisation(snapshot, query, holder)
  }

  #organisation(snapshot: Snapshot, query: Query, handle: string): string {
    const { size } = snapshot.publication
    const key = query.style === 'full' ? handle : `${query.style} ${handle}`
    const kept = this.#organisations.get(size, key)
    if (kept !== undefined) return kept
    const holder = holderAt(snapshot, handle)
    const text =
      holder === null ? '' : block(objectText(organisationOf(snapshot, holder, this.#place), query.style))
    this.#organisations.set(size, key, flat(text), key.length + text.length)
    return text
  }

  /** Answers with contacts, whose openings only the store has. */
  async *#streamed(
    snapshot: Snapshot,
    query: Query,
    head: string,
    objects: readonly RpslObject[],
  ): ReplyStream {
    const shown = new Shown()
    let text = head
    for (const object of objects) {
      if (query.abuse) {
        text += await this.#abuse(snapshot, query, object)
        continue
      }
      const before = new Set(shown.holders)
      text += this.#entry(snapshot, query, object, shown)
      if (!query.contacts || !query.related) continue
      for (const handle of shown.holders)
        if (!before.has(handle)) text += await this.#contacts(snapshot, query, handle)
      yield text
      text = ''
    }
    yield text + END
  }

  async #contacts(snapshot: Snapshot, query: Query, handle: string): Promise<string> {
    const holder = holderAt(snapshot, handle)
    if (holder === null) return ''
    const objects = await contactObjects(this.#reader.store, holder, this.#source)
    return objects.map((object) => block(objectText(object, query.style))).join('')
  }

  async #abuse(snapshot: Snapshot, query: Query, object: RpslObject): Promise<string> {
    const handle = object.type === 'organisation' ? primaryKey(object) : holderOf(object)
    const holder = handle === null ? null : holderAt(snapshot, handle)
    const mailbox = holder === null ? null : await abuseMailbox(this.#reader.store, holder)
    const key = objectText(object, 'keys')
    const line =
      mailbox === null
        ? ''
        : objectText({ ...object, keyCount: 1, attributes: [['abuse-mailbox', mailbox]] }, query.style)
    return block(key + line)
  }

  /** `-m` and `-M`: page by page, so that neither a slow client nor a large range holds memory or the processor. */
  async *#inside(
    snapshot: Snapshot,
    query: Query,
    key: Extract<SearchKey, { kind: 'ip' }>,
    match: 'one-more' | 'all-more',
  ): ReplyStream {
    const shown = new Shown()
    yield this.#head(snapshot, query, key, false)
    let pages = 0
    for (const page of moreSpecific(snapshot, key, match, wantedBy(query))) {
      let text = ''
      for (const object of page.flatMap((found) => objectsOf(snapshot, found, null, this.#place))) {
        if (!(query.types?.has(object.type) ?? true)) continue
        if (shown.count === this.#objects) {
          yield text + failed(incomplete(this.#objects, this.#downloads))
          return
        }
        text += this.#entry(snapshot, query, object, shown)
      }
      if (text !== '') yield text
      await setImmediate()
      pages++
      const stop = this.#mustStop(snapshot, pages)
      if (stop === null) continue
      yield failed(stop)
      return
    }
    yield shown.count === 0 ? failed(noEntries(this.#source)) : END
  }

  /** Why a long answer cannot go on; null where it can. */
  #mustStop(snapshot: Snapshot, pages: number): Message | null {
    if (this.#reader.snapshotAt(snapshot.publication.size) === null) return positionGone
    return pages * PAGE_CELLS > this.#objects * CELLS_PER_OBJECT
      ? incomplete(this.#objects, this.#downloads)
      : null
  }

  /** `-i`: by holder, or by origin of routes. */
  async *#inverse(query: Query, attributes: readonly string[], value: string): ReplyStream {
    const origin = /^(?:as)?(\d{1,10})$/i.exec(value)?.[1]
    const byOrigin = attributes.includes('origin') && origin !== undefined
    const indexed = byOrigin ? await this.#origins.find(Number(origin)) : null
    const snapshot = indexed?.snapshot ?? this.#reader.snapshot()
    const shown = new Shown()
    yield this.#head(snapshot, query, null, false)
    const routes = indexed?.blocks.flatMap((at) => routesAt(snapshot, at, Number(origin))) ?? []
    const held = attributes.includes('org') ? holdingsOf(snapshot, value.toUpperCase(), this.#objects) : null
    const more = held?.more ?? false
    let text = ''
    for (const found of [...routes, ...(held?.found ?? [])])
      for (const object of objectsOf(snapshot, found, null, this.#place)) {
        if (!(query.types?.has(object.type) ?? true)) continue
        if (shown.count === this.#objects) {
          yield text + failed(incomplete(this.#objects, this.#downloads))
          return
        }
        text += this.#entry(snapshot, query, object, shown)
        if (text.length < PIECE_LENGTH) continue
        yield text
        text = ''
      }
    if (more) yield text + failed(incomplete(shown.count, this.#downloads))
    else yield text + (shown.count === 0 ? failed(noEntries(this.#source)) : END)
  }

  /** Keys for which the snapshot has no index: registrations by id, contacts, holders by name. */
  async *#elsewhere(snapshot: Snapshot, query: Query, key: SearchKey): ReplyStream {
    const head = this.#head(snapshot, query, key, false)
    const objects = (await this.#search(snapshot, key)).filter(
      (object) => query.types?.has(object.type) ?? true,
    )
    if (objects.length === 0) yield head + failed(noEntries(this.#source))
    else yield* this.#streamed(snapshot, query, head, objects)
  }

  async #search(snapshot: Snapshot, key: SearchKey): Promise<readonly RpslObject[]> {
    const { store } = this.#reader
    if (key.kind === 'handle') {
      const found = await findRegistrations(store, snapshot, key.handle)
      if (found.length > 0) return found.flatMap((one) => objectsOf(snapshot, one, null, this.#place))
      const contact = parseContactHandle(key.handle)
      const holder = contact === null ? null : holderAt(snapshot, contact.holder)
      if (contact !== null && holder !== null)
        return contactObjects(store, holder, this.#source, contact.index)
    }
    const text = key.kind === 'handle' ? key.handle : key.kind === 'text' ? key.text : ''
    if (text.length < NAME_LENGTH_MIN) return []
    const handles = await store.holdersMatching(text, NAMES_MAX)
    return handles
      .map((handle) => holderAt(snapshot, handle))
      .flatMap((holder) => (holder === null ? [] : [organisationOf(snapshot, holder, this.#place)]))
  }
}

const PIECE_LENGTH = 16_384

function holderOf(object: RpslObject): string | null {
  return object.attributes.find(([name]) => name === 'org')?.[1] ?? null
}
