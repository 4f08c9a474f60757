/** What is asked: everything in the record, the space between, and what is not there. */

import {
  asnBlock,
  type Block,
  block,
  blockKey,
  blockLast,
  blockRange,
  formatPrefix,
  type NumberSpace,
  parseAsn,
  singleBlock,
  WIDTH,
} from '@cadastre/numbers'
import { type Cell, type CoveringCell, type Holder, isObject, type Json } from '@cadastre/records'
import { lookupPath } from './api/judge.ts'
import { LOOKED_UP, type LookedUp } from './api/objects.ts'
import type { LogRecord } from './log-record.ts'
import { contactHandle } from './rdap/entities.ts'
import { queryText } from './rdap/links.ts'
import { zoneNameOf, zonesOf } from './reverse-zones.ts'

export type ServiceName = 'rdap' | 'whois' | 'proof' | 'api'

export type Question = {
  readonly service: ServiceName
  /**
   * RDAP: the path below the service, `/ip/192.0.2.0/24`. WHOIS: the line. Proofs: the path below `/proof`.
   * JSON: the path below `/api`.
   */
  readonly text: string
}

const rdap = (text: string): Question => ({ service: 'rdap', text })
const whois = (text: string): Question => ({ service: 'whois', text })
const proof = (text: string): Question => ({ service: 'proof', text })
const api = (key: string): Question => ({ service: 'api', text: lookupPath(key) })

/** Cells and objects read in one step. */
const PAGE = 256
/** Checking a proof costs as much as ten answers: of a complete comparison every so many-th is asked for its proof. */
const PROOF_EVERY = 100
/** `/api` reads the same records, and allows some hundred questions a second to each asker: of many every so many-th. */
const API_EVERY = 10
const MANY = 20_000
const apiEvery = (record: LogRecord): number => (aboutHowMany(record) > MANY ? API_EVERY : 1)

/** How many questions there are, about: for telling how long it takes. */
export function aboutHowMany(record: LogRecord): number {
  return 2 * (record.count('ip4') + record.count('ip6')) + 4 * record.count('asn') + 3 * record.count('obj')
}

/**
 * All questions about the record, read page by page while it moves on. Each cell and the numbers before it, each
 * holder with its contacts, each reverse zone, each origin of routes.
 */
export function* questionsOf(record: LogRecord): Generator<Question, void, undefined> {
  for (const space of ['ip4', 'ip6', 'asn'] as const) yield* ofSpace(record, space)
  yield* ofObjects(record)
  for (const origin of record.origins) yield whois(`-i origin AS${origin}`)
  yield* ofNothing()
}

function* ofSpace(record: LogRecord, space: NumberSpace): Generator<Question, void, undefined> {
  const gaps = new Gaps(space)
  const every = apiEvery(record)
  let after: Block | null = null
  let count = 0
  for (;;) {
    const page: readonly CoveringCell[] = record.cells(space, after, PAGE)
    for (const found of page) {
      yield* ofCovering(gaps, found)
      count += 1
      if (count % PROOF_EVERY === 1) yield proof(proofPath(found.block))
      if ((count - 1) % every === 0) yield api(blockKey(found.block))
    }
    after = page.at(-1)?.block ?? null
    if (page.length < PAGE || after === null) break
  }
  for (const gap of gaps.rest()) yield* ofNumbers(gap)
}

function* ofCovering(gaps: Gaps, { block: at, cell }: CoveringCell): Generator<Question, void, undefined> {
  for (const gap of gaps.before(at)) yield* ofNumbers(gap)
  yield* at.space === 'asn' ? ofAsnCell(at) : ofCell(at, cell)
}

/** The same questions about a state that is at hand, cells in order of first number and then width; no proofs. */
export function* questionsAbout(
  cells: readonly CoveringCell[],
  objects: readonly unknown[],
): Generator<Question, void, undefined> {
  const origins = new Set<number>()
  for (const space of ['ip4', 'ip6', 'asn'] as const) {
    const gaps = new Gaps(space)
    for (const found of cells) {
      if (found.block.space !== space) continue
      for (const { origin } of found.cell.routes) origins.add(origin)
      yield* ofCovering(gaps, found)
    }
    for (const gap of gaps.rest()) yield* ofNumbers(gap)
  }
  for (const object of objects) {
    const holder = asHolder(object)
    const named = holder === null ? lookedUpIn(object) : `obj/holder/${holder.handle}`
    if (holder !== null) yield* ofHolder(holder)
    if (named !== null) yield* ofNamed(named)
  }
  for (const { block: at } of cells) yield api(blockKey(at))
  for (const origin of origins) yield whois(`-i origin AS${origin}`)
  yield* ofNothing()
}

function* ofCell(at: Block, cell: Cell): Generator<Question, void, undefined> {
  const text = formatPrefix(at)
  yield rdap(`/ip/${text}`)
  yield whois(text)
  // What one answer does not show: registrations around the innermost one, routes further out, zones.
  if (cell.registrations.length !== 1 || cell.routes.length > 0 || cell.rdns !== null)
    yield whois(`-L -d ${text}`)
  if (cell.rdns === null) return
  for (const zone of at.length === 0 ? [] : zonesOf(at)) {
    yield rdap(`/domain/${zoneNameOf(zone)}`)
    yield whois(zoneNameOf(zone))
  }
}

/** AS numbers are asked for one at a time: the first and the last of the cell. */
function* ofAsnCell(at: Block): Generator<Question, void, undefined> {
  yield* ofAsn(at.first)
  if (at.length < WIDTH.asn) yield* ofAsn(blockLast(at))
}

function* ofAsn(number: bigint): Generator<Question, void, undefined> {
  yield rdap(`/autnum/${number}`)
  yield whois(`AS${number}`)
}

/** One number of the space between cells. */
function* ofNumbers(at: Block): Generator<Question, void, undefined> {
  if (at.space === 'asn') yield* ofAsn(at.first)
  else {
    yield rdap(`/ip/${queryText(at)}`)
    yield whois(queryText(at))
  }
}

function proofPath(at: Block): string {
  if (at.space !== 'asn') return `/ip/${formatPrefix(at)}`
  const { first, last } = blockRange(at)
  return first === last ? `/autnum/${first}` : `/autnum/${first}-${last}`
}

/** The numbers of a space that no innermost cell fills, one number of each stretch of them. */
class Gaps {
  readonly #space: NumberSpace
  /** Cells around the place where the walk is, outermost first. */
  readonly #open: Block[] = []
  /** The first number that was not met yet. */
  #next = 0n

  constructor(space: NumberSpace) {
    this.#space = space
  }

  /** Numbers before a cell, the next in order of first number and then width. */
  before(at: Block): readonly Block[] {
    const found = this.#close(at.first)
    if (this.#next < at.first) found.push(singleBlock(this.#space, this.#next))
    this.#next = at.first
    this.#open.push(at)
    return found
  }

  rest(): readonly Block[] {
    const end = 1n << BigInt(WIDTH[this.#space])
    const found = this.#close(end)
    if (this.#next < end) found.push(singleBlock(this.#space, this.#next))
    return found
  }

  /** Leave the cells that end before a number: what is left of each behind its last child is a stretch too. */
  #close(first: bigint): Block[] {
    const found: Block[] = []
    for (
      let inner = this.#open.at(-1);
      inner !== undefined && blockLast(inner) < first;
      inner = this.#open.at(-1)
    ) {
      this.#open.pop()
      // A cell without children answers for itself.
      if (this.#next > inner.first && this.#next <= blockLast(inner))
        found.push(singleBlock(this.#space, this.#next))
      this.#next = blockLast(inner) + 1n
    }
    return found
  }
}

function* ofObjects(record: LogRecord): Generator<Question, void, undefined> {
  let after: Uint8Array | null = null
  let [count, others] = [0, 0]
  const every = apiEvery(record)
  for (;;) {
    const page: ReturnType<LogRecord['objects']> = record.objects(after, PAGE)
    for (const { record: object } of page) {
      const holder = asHolder(object)
      if (holder === null) {
        const named = lookedUpIn(object)
        others += 1
        if (named !== null && (!named.startsWith('obj/application/') || (others - 1) % every === 0))
          yield* ofNamed(named)
        continue
      }
      yield* ofHolder(holder)
      count += 1
      if (count % PROOF_EVERY === 1) yield proof(`/object/holder/${holder.handle}`)
      if ((count - 1) % every === 0) yield api(`obj/holder/${holder.handle}`)
    }
    after = page.at(-1)?.label ?? null
    if (page.length < PAGE || after === null) return
  }
}

/** Members by which objects of a type are told from all others, which the record's place does not say. */
const MARKS: { readonly [T in LookedUp]: readonly string[] } = {
  application: ['consents', 'examination', 'procedure'],
  pool: ['cursors', 'queues'],
  transit: ['recipient', 'notBefore'],
  incident: ['discovered', 'deadline'],
  complaint: ['complaint', 'answerBy'],
  order: ['authenticity', 'checklist'],
  authority: ['terms', 'noticedUntil'],
}

/** The key of an object that is looked up by itself; null for others. */
function lookedUpIn(object: unknown): string | null {
  const json = object as Json
  if (!isObject(json) || typeof json['handle'] !== 'string') return null
  const type = LOOKED_UP.find((one) => MARKS[one].every((member) => member in json))
  return type === undefined ? null : `obj/${type}/${json['handle']}`
}

/** Holders alone of all objects have a key policy and contacts. */
function asHolder(object: unknown): Holder | null {
  const json = object as Json
  return isObject(json) && 'contacts' in json && 'policy' in json && 'identity' in json
    ? (object as Holder)
    : null
}

/** An object that is looked up; of an order also the representative that it may appoint. */
function* ofNamed(key: string): Generator<Question, void, undefined> {
  yield api(key)
  if (key.startsWith(ORDER)) yield rdap(`/entity/${key.slice(ORDER.length)}`)
}
const ORDER = 'obj/order/'

function* ofHolder(holder: Holder): Generator<Question, void, undefined> {
  const { handle, contacts } = holder
  yield rdap(`/entity/${handle}`)
  yield whois(`-i org ${handle}`)
  yield whois(handle)
  if (contacts.length > 0) yield whois(`-B ${handle}`)
  for (const index of contacts.keys()) yield rdap(`/entity/${contactHandle(holder, index)}`)
}

/** What is nowhere: numbers that no registry has, a holder that there is none of, a zone that nobody asked for. */
function* ofNothing(): Generator<Question, void, undefined> {
  const none = parseAsn('0')
  if (none.ok) yield rdap(`/autnum/${asnBlock(none.value).first}`)
  yield rdap('/entity/H-0')
  yield proof('/object/holder/H-0')
  for (const [space, length] of [
    ['ip4', 0],
    ['ip4', 1],
    ['ip6', 0],
  ] as const) {
    const wide = block(space, 0n, length)
    if (wide.ok) yield rdap(`/ip/${formatPrefix(wide.value)}`)
  }
}
