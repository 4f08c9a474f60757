/**
 * The model's own picture of a registry: a flat list of what is registered over which numbers, a flat list of services,
 * and objects by their key. Nothing in it was read from the state of the registry that is judged.
 */

import type { NumberSpace } from '@cadastre/numbers'
import type {
  Application,
  Holder,
  HolderNotes,
  Json,
  JsonObject,
  Notes,
  ObjectRecords,
  ProcedureRecord,
  Registration,
  Registry,
  Staff,
} from '@cadastre/records'
import { inside, keyAt, numberText, type Prefixed, prefixesOf, type Span, touches } from './numbers.ts'

/** One piece of a registration: its own first and last number, and what is registered there. */
export type Parcel = Span & {
  readonly entry: Omit<Registration, 'first' | 'last'>
}
/** A service as its holder stated it, in force or not. */
export type Service = Prefixed & {
  readonly kind: 'rdns' | 'route' | 'roa'
  readonly what: JsonObject
  readonly under: string
  readonly since: number
}

/** A member's hash in base64, a text's in hexadecimal. */
type Hashes = { memberHash(member: Json): string; digest(text: string): string }

export class World {
  /** Outer ones before inner ones. */
  readonly parcels: { [S in NumberSpace]: Parcel[] } = { ip4: [], ip6: [], asn: [] }
  readonly services: { [S in NumberSpace]: Service[] } = { ip4: [], ip6: [], asn: [] }
  readonly objects: Map<string, object> = new Map()
  /** The same objects, by their type. */
  readonly #byType: Map<string, Map<string, object>> = new Map()
  /** Keys of records that the act at hand may have changed. */
  readonly touched: Set<string> = new Set()
  /** The act at hand. */
  at = ''
  index = 0
  /** Registrations that the act at hand has made so far. */
  made = 0
  /** Register entries, by the handles of their identities, of which no page says how they are made up. */
  readonly registers: Map<string, string> = new Map()
  /** Refusals for sizes that the act at hand may meet before others: the model does not measure entries. */
  readonly maybe: Set<string> = new Set()
  /** Sizes of each pool of which nothing was free when it was last looked for. */
  readonly exhausted: Map<string, Set<number>> = new Map()
  /** The queues of each pool, by size: handles of applications. */
  readonly queues: Map<string, Map<number, readonly string[]>> = new Map()
  /** Pools whose queues are to be served. */
  readonly toServe: Set<string> = new Set()
  /** What waiting applications found when they were made. */
  readonly found: Map<string, unknown> = new Map()
  /** Which hash is used: simulations have a quick one. */
  hashes: Hashes = { memberHash: () => '', digest: () => '' }
  /** A name that the registry made up, read in the record that the act wrote: nothing else is ever read there. */
  nameIn: (key: string, member: string) => string = () => ''

  get<T extends keyof ObjectRecords>(type: T, handle: unknown): ObjectRecords[T] | null {
    const found: unknown = this.objects.get(`obj/${type}/${String(handle)}`) ?? null
    return found as ObjectRecords[T] | null
  }
  put<T extends keyof ObjectRecords>(type: T, handle: string, record: ObjectRecords[T] | HolderNotes): void {
    const key = `obj/${type}/${handle}`
    this.touched.add(key)
    this.objects.set(key, record)
    this.#ofType(type).set(key, record)
  }
  drop(type: keyof ObjectRecords, handle: string): void {
    this.touched.add(`obj/${type}/${handle}`)
    this.objects.delete(`obj/${type}/${handle}`)
    this.#ofType(type).delete(`obj/${type}/${handle}`)
  }
  all<T extends keyof ObjectRecords>(type: T): readonly ObjectRecords[T][] {
    const found: unknown[] = [...this.#ofType(type).values()]
    return found as ObjectRecords[T][]
  }
  #ofType(type: string): Map<string, object> {
    const all = this.#byType.get(type) ?? new Map<string, object>()
    this.#byType.set(type, all)
    return all
  }

  registry(): Registry | null {
    return this.get('registry', 'REGISTRY')
  }
  holder(handle: unknown): Holder | null {
    return this.get('holder', handle)
  }
  application(handle: unknown): Application | null {
    return this.get('application', handle)
  }
  /** A member of staff in office. */
  staff(handle: unknown): Staff | null {
    const member = this.get('staff', handle)
    if (member === null || (member.until !== null && member.until <= this.at)) return null
    return member.since < (this.registry()?.predecessor?.since ?? 0) ? null : member
  }
  procedure(id: string): ProcedureRecord | null {
    return this.get('procedure', id.toUpperCase().replace('/', '-'))
  }

  /** Notes on a registration. */
  notes(id: string): Notes {
    const found: unknown = this.objects.get(`obj/notes/${id}`) ?? null
    return (found as Notes | null) ?? { ...NO_NOTES, registration: id, since: this.index }
  }
  holderNotes(handle: string): HolderNotes {
    const found: unknown = this.objects.get(`obj/notes/${handle}`) ?? null
    if (found !== null) return found as HolderNotes
    return { v: 1, holder: handle, blocked: [], delayed: null, representative: null, since: this.index }
  }

  /** What is registered over all of these numbers, outermost first. */
  over(span: Span): readonly Parcel[] {
    return this.parcels[span.space].filter((parcel) => inside(span, parcel))
  }
  /** What is registered within these numbers and over no others. */
  within(span: Span): readonly Parcel[] {
    return this.parcels[span.space].filter((parcel) => inside(parcel, span))
  }
  touching(span: Span): readonly Parcel[] {
    return this.parcels[span.space].filter((parcel) => touches(parcel, span))
  }
  /** Every piece of a registration. */
  pieces(id: string): readonly Parcel[] {
    return [...this.parcels.ip4, ...this.parcels.ip6, ...this.parcels.asn].filter(
      ({ entry }) => entry.id === id,
    )
  }
  innermost(span: Span): Parcel | undefined {
    return this.over(span).at(-1)
  }

  /** A handle as the entry at hand gives it: `R-41`, then `R-41-1`. */
  nextId(): string {
    const id = this.made === 0 ? `R-${this.index}` : `R-${this.index}-${this.made}`
    this.made += 1
    return id
  }
  touch(span: Span): void {
    for (const prefix of prefixesOf(span)) this.touched.add(keyAt(prefix))
  }
  add(parcel: Parcel): void {
    this.touch(parcel)
    this.parcels[parcel.space].push(parcel)
  }
  /** Puts others in the place of a parcel: further in than what is around it, further out than what is inside. */
  swap(old: Parcel, next: readonly Parcel[]): void {
    const list = this.parcels[old.space]
    const place = list.indexOf(old)
    if (place < 0) throw new Error(`not in the picture: ${old.entry.id}`)
    for (const parcel of [old, ...next]) this.touch(parcel)
    list.splice(place, 1, ...next)
  }
  addService(service: Service): void {
    this.touched.add(keyAt(service))
    this.services[service.space].push(service)
  }
  endService(service: Service): void {
    const list = this.services[service.space]
    list.splice(list.indexOf(service), 1)
    this.touched.add(keyAt(service))
  }
}

const NO_NOTES: Omit<Notes, 'registration' | 'since'> = {
  v: 1,
  pending: null,
  heldUntil: null,
  annotations: [],
  delayedUntil: null,
  pastFacts: [],
  orders: [],
}

/** The registration of a parcel, as a record states it. */
export function registrationOf({ entry, space, first, last }: Parcel): Registration {
  return { ...entry, first: numberText(space, first), last: numberText(space, last) }
}

/** H(0x07 ‖ canonical JSON), as requests name what they replace. */
export const memberHash = (world: World, member: unknown): string => world.hashes.memberHash(member as Json)
/** The name of a registration's piece in a request. */
export function memberName(parcel: Parcel): string {
  const [prefix] = prefixesOf(parcel)
  if (prefix === undefined) throw new Error('a parcel has numbers')
  return `${keyAt(prefix)}#${parcel.entry.id}`
}
