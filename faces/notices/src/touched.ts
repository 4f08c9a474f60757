/** Whom and what an entry touches: holders to tell, and blocks that somebody may have subscribed to. */

import { type Block, rangeToBlocks } from '@cadastre/numbers'
import { RECORD_NOTICE_ID } from '@cadastre/procedures'
import type { RegistryReader, Snapshot } from '@cadastre/reader'
import {
  type Application,
  asObject,
  type Cell,
  isArray,
  isObject,
  type Json,
  type LoggedEffect,
  type OpEntry,
  parseHandle,
  parseKey,
  type Registration,
  registrationRange,
} from '@cadastre/records'
import { parseEntry } from '@cadastre/replay'

export type Touched = {
  /** Handles of holders, in order, each once. */
  readonly holders: readonly string[]
  readonly blocks: readonly Block[]
}

/** Members of a request's body that name a party. A name elsewhere (a legal name, a text) tells nobody. */
const PARTIES = new Set([
  'holder',
  'from',
  'to',
  'by',
  'parent',
  'child',
  'predecessor',
  'successor',
  'guardian',
])

/** How far back the act is looked for that wrote a note which now falls due. */
const NOTE_ACTS_MAX = 8

type Reference = { readonly block: Block; readonly id: string }
type Found = { readonly parties: Set<string>; readonly references: Reference[] }

function walk(json: Json, found: Found): void {
  if (isArray(json)) for (const item of json) walk(item, found)
  else if (isObject(json)) walkObject(json, found)
}

function walkObject(json: { readonly [member: string]: Json }, found: Found): void {
  const { key, id, origin } = json
  // A holder of another registry: the same handle here is somebody else.
  if (origin !== undefined) return
  const at = typeof key === 'string' ? parseKey(key) : null
  if (at?.kind === 'cell' && typeof id === 'string') found.references.push({ block: at.block, id })
  for (const [member, value] of Object.entries(json)) {
    if (typeof value !== 'string') walk(value, found)
    else if (PARTIES.has(member) && parseHandle(value) === value) found.parties.add(value)
  }
}

/** The op entry at this index; null for a state entry, and past the end. */
export async function opAt(reader: RegistryReader, index: number): Promise<OpEntry | null> {
  const [bytes] = await reader.store.entries(index, 1)
  const parsed = bytes === undefined ? null : parseEntry(bytes)
  return parsed?.kind === 'op' ? parsed.entry : null
}

function effectsOf(entry: OpEntry | null): readonly LoggedEffect[] {
  return entry?.outcome.accepted === true ? entry.outcome.effects : []
}

/** The cell as it stood before the entry: what the last act before it wrote there. */
async function cellBefore(reader: RegistryReader, key: string, index: number): Promise<Cell | null> {
  const [last] = await reader.store.touched([key], index, 1)
  if (last === undefined) return null
  const effect = effectsOf(await opAt(reader, last.index)).find((one) => one.key === key)
  return (effect?.next ?? null) as Cell | null
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Registrations of the first that the second has not, or has otherwise. */
function changed(from: Cell | null, to: Cell | null): readonly Registration[] {
  return (from?.registrations ?? []).filter(
    (registration) => !(to?.registrations ?? []).some((other) => same(registration, other)),
  )
}

function servicesChanged(before: Cell | null, after: Cell | null): boolean {
  const services = (cell: Cell | null): unknown[] => [
    cell?.rdns ?? null,
    cell?.routes ?? [],
    cell?.roas ?? [],
  ]
  return !same(services(before), services(after))
}

/** Holders whose registrations at this cell change; where only services do, the one whose services they are. */
function holdersAt(chain: readonly Registration[], before: Cell | null, after: Cell | null): string[] {
  const registrations = [...changed(before, after), ...changed(after, before)]
  if (servicesChanged(before, after)) registrations.push(...chain.slice(-1))
  return registrations.flatMap(({ holder }) => (holder === null ? [] : [holder]))
}

function partiesOf(application: Application): readonly string[] {
  const { consents, examination, notice } = application
  return [...consents, ...(examination?.affected ?? []), ...(notice?.to ?? [])]
}

class Collector {
  readonly #reader: RegistryReader
  readonly #snapshot: Snapshot
  readonly #index: number
  readonly holders = new Set<string>()
  readonly blocks = new Map<string, Block>()

  constructor(reader: RegistryReader, snapshot: Snapshot, index: number) {
    this.#reader = reader
    this.#snapshot = snapshot
    this.#index = index
  }

  body(body: Json): void {
    const found: Found = { parties: new Set(), references: [] }
    walk(body, found)
    for (const party of found.parties) this.holders.add(party)
    for (const reference of found.references) this.#reference(reference)
  }

  #reference({ block, id }: Reference): void {
    for (const { cell } of this.#snapshot.chain(block)) {
      const registration = cell.registrations.find((one) => one.id === id)
      if (registration === undefined) continue
      if (registration.holder !== null) this.holders.add(registration.holder)
      for (const piece of rangeToBlocks(registrationRange(registration, block.space)))
        this.blocks.set(`${piece.space}/${piece.first}/${piece.length}`, piece)
    }
  }

  async effect({ key, next }: LoggedEffect): Promise<void> {
    const parsed = parseKey(key)
    if (parsed?.kind === 'cell') {
      this.blocks.set(key, parsed.block)
      const before = await cellBefore(this.#reader, key, this.#index)
      const chain = this.#snapshot.chain(parsed.block).flatMap(({ cell }) => cell.registrations)
      for (const holder of holdersAt(chain, before, next as Cell | null)) this.holders.add(holder)
      return
    }
    if (parsed?.type === 'holder') this.holders.add(parsed.handle)
    const application = asObject('application', key, next)
    if (application !== null) {
      for (const party of partiesOf(application)) this.holders.add(party)
      this.body(application.body)
    }
    const transit = asObject('transit', key, next)
    if (transit !== null) {
      for (const party of transit.consents) this.holders.add(party)
      this.body(transit.registration)
    }
    if (parsed?.type === 'notes') await this.#notes(key, parsed.handle)
  }

  /** Notes do not say where their registration lies; the act that wrote them does. */
  async #notes(key: string, handle: string): Promise<void> {
    if (this.#snapshot.object('holder', handle) !== null) this.holders.add(handle)
    for (const { index } of await this.#reader.store.touched([key], this.#index + 1, NOTE_ACTS_MAX)) {
      const entry = await opAt(this.#reader, index)
      const found: Found = { parties: new Set(), references: [] }
      walk(entry?.request?.body ?? null, found)
      const reference = found.references.find(({ id }) => id === handle)
      if (reference === undefined) continue
      this.#reference(reference)
      return
    }
  }
}

/** What an accepted act touches, looked up in the snapshot. Nothing for a refused one: it changed nothing. */
export async function touchedBy(
  reader: RegistryReader,
  snapshot: Snapshot,
  index: number,
  entry: OpEntry,
): Promise<Touched> {
  const collector = new Collector(reader, snapshot, index)
  const effects = effectsOf(entry)
  // A record of attempts names everybody who was told of something: it concerns only whose window it lets begin.
  const named = effects.length > 0 && entry.procedure !== RECORD_NOTICE_ID
  if (named && entry.request !== null) collector.body(entry.request.body)
  for (const effect of effects) await collector.effect(effect)
  const known = [...collector.holders].filter((handle) => snapshot.object('holder', handle) !== null)
  return { holders: known.toSorted(), blocks: [...collector.blocks.values()] }
}
