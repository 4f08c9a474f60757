/**
 * What stands on, or is under way about, a registration or a holder although their own records do not say so: orders
 * that are stayed, representatives that act by order, claims and successions in their window. A secondary index in the
 * trie's unhashed space, like that of holdings: never part of a proof, and empty in most registries. It holds what faces
 * show, so that an answer costs one look whatever it finds.
 *
 * Label, 160 bits of 256: 7 zero bytes ‖ 0 ‖ the id or handle, 12 bytes of ASCII with zeros behind; of a longer one 1 ‖
 * the first 12 bytes of its hash. Value: a JSON array. At the 7 zero bytes themselves stands a count of all changes, from
 * which a reader sees that nothing has. Labels of holdings begin with 12 bytes of a hash, so none with these zeros.
 */

import { type Crypto, decodeUtf8, encodeUtf8 } from '@cadastre/crypto'
import type { Application, Json, JsonObject, OrderRecord, RecordKey } from '@cadastre/records'
import type { TrieView, TrieWriter } from '@cadastre/trie'

const ZERO_BYTES = 7
const ALL_BITS = 8 * ZERO_BYTES
const ALL: Uint8Array = new Uint8Array(32)
const ABOUT_AT = ZERO_BYTES + 1
const ABOUT_BYTES = 12
const ABOUT_BITS = 8 * (ABOUT_AT + ABOUT_BYTES)
/** More than so many are looked up one by one: a reader's copy of that many takes 13 ms and, parsed, some 4 MB. */
const MOST_COPIED = 4_096
const NONE: readonly never[] = []

/** An order, as far as it is about one registration (`ranges`: what it names of it) or one holder. */
export type OrderUnderWay = Pick<OrderRecord, 'handle' | 'holder' | 'state' | 'until' | 'stayed'> & {
  readonly type: 'order'
  readonly effect: OrderRecord['detail']['effect']
  readonly ranges: readonly string[]
}
/** A claim or a succession, with the members of its body that name somebody. */
export type ActUnderWay = Pick<Application, 'handle' | 'procedure' | 'state' | 'due'> & {
  readonly type: 'application'
  readonly parties: { readonly [P in (typeof PARTIES)[number]]?: string }
}
export type UnderWay = OrderUnderWay | ActUnderWay

const PARTIES = ['claimant', 'holder', 'predecessor', 'successor'] as const

function labelOf(crypto: Crypto, about: string): Uint8Array {
  const label = new Uint8Array(32)
  if (about.length > ABOUT_BYTES) {
    label[ZERO_BYTES] = 1
    label.set(hashOf(crypto, about), ABOUT_AT)
  } else for (let at = 0; at < about.length; at++) label[ABOUT_AT + at] = about.charCodeAt(at)
  return label
}

function hashOf(crypto: Crypto, about: string): Uint8Array {
  return crypto.sha256(encodeUtf8(about)).subarray(0, ABOUT_BYTES)
}

/** What is under way about a registration's id or a holder's handle, in order of number. */
export type UnderWayAbout = (about: string) => readonly UnderWay[]

/** Parsed when it is asked for first. */
type Copied = Uint8Array | readonly UnderWay[]
type Copy = {
  readonly changes: string
  /** By id or handle; of long ones by the bytes of their hash. */
  readonly short: Map<string, Copied>
  readonly long: Map<string, Copied>
  readonly sieve: Sieve
}

/** Tells at once that a text is not among some: a look into a map of texts that are new each time costs ten times more. */
class Sieve {
  readonly #bits = new Uint8Array(SIEVE_BITS / 8)

  add(text: string): void {
    const bit = bitOf(text)
    this.#bits[bit >>> 3] = (this.#bits[bit >>> 3] ?? 0) | (1 << (bit & 7))
  }

  mayHold(text: string): boolean {
    const bit = bitOf(text)
    return ((this.#bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0
  }
}
const SIEVE_BITS = 65_536

function bitOf(text: string): number {
  let hash = 0
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return (hash ^ (hash >>> 16)) & (SIEVE_BITS - 1)
}

/**
 * Reads the index for one thread. Every answer looks here, and hardly any finds something: so it keeps a copy of the
 * whole, as long as nothing changes and it is not too large.
 */
export class UnderWayReader {
  readonly #crypto: Crypto
  #copy: Copy | null = null

  constructor(crypto: Crypto) {
    this.#crypto = crypto
  }

  /** As of one version. */
  at(view: TrieView): UnderWayAbout {
    const count = view.get('index', ALL, ALL_BITS)
    if (count === null) return () => NONE
    const changes = decodeUtf8(count) ?? ''
    if (this.#copy?.changes !== changes) {
      const copy = copied(view, changes)
      if (copy === null) return (about) => lookedUp(view, labelOf(this.#crypto, about))
      this.#copy = copy
    }
    const { short, long, sieve } = this.#copy
    return (about) => {
      const isShort = about.length <= ABOUT_BYTES
      if (isShort ? !sieve.mayHold(about) : long.size === 0) return NONE
      const name = isShort ? about : nameOf(hashOf(this.#crypto, about))
      const known = isShort ? short : long
      const found = known.get(name) ?? NONE
      if (!(found instanceof Uint8Array)) return found
      const all = parsed(found)
      known.set(name, all)
      return all
    }
  }
}

/** Null where it is too large. */
function copied(view: TrieView, changes: string): Copy | null {
  const found = view.inside('index', ALL, ALL_BITS, { limit: MOST_COPIED + 2 })
  if (found.length > MOST_COPIED + 1) return null
  const [short, long] = [new Map<string, Copied>(), new Map<string, Copied>()]
  for (const { label, length, record } of found) {
    if (length !== ABOUT_BITS) continue
    const about = label.subarray(ABOUT_AT, ABOUT_AT + ABOUT_BYTES)
    // A slice of its own, because small copies share their memory with others.
    if (label[ZERO_BYTES] === 1) long.set(nameOf(about), record.slice())
    else short.set(nameOf(about.subarray(0, lengthOf(about))), record.slice())
  }
  const sieve = new Sieve()
  for (const about of short.keys()) sieve.add(about)
  return { changes, short, long, sieve }
}

function lengthOf(about: Uint8Array): number {
  const end = about.indexOf(0)
  return end < 0 ? about.length : end
}

function nameOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function lookedUp(view: TrieView, label: Uint8Array): readonly UnderWay[] {
  const found = view.get('index', label, ABOUT_BITS)
  return found === null ? NONE : parsed(found)
}

function parsed(value: Uint8Array): readonly UnderWay[] {
  const all = JSON.parse(decodeUtf8(value) ?? '[]') as readonly UnderWay[]
  const numberOf = ({ handle }: UnderWay): number => Number(handle.slice(2))
  return all.length < 2 ? all : all.toSorted((one, other) => numberOf(one) - numberOf(other))
}

/** Keeps the index of one trie. */
export class UnderWayIndex {
  readonly #trie: TrieWriter
  readonly #crypto: Crypto

  constructor(trie: TrieWriter, crypto: Crypto) {
    this.#trie = trie
    this.#crypto = crypto
  }

  /** Bring it up to what the object's record will be (canonical text; null: none), before the object itself is set. */
  update(key: RecordKey, label: Uint8Array, next: string | null): void {
    if (!key.startsWith(ORDER) && !key.startsWith(APPLICATION)) return
    const old = this.#trie.get('obj', label, 256)
    const before = old === null ? null : indexed(key, decodeUtf8(old) ?? '')
    const after = next === null ? null : indexed(key, next)
    if (before === null && after === null) return
    const handle = key.slice(key.lastIndexOf('/') + 1)
    for (const about of new Set([...aboutOf(key, before), ...aboutOf(key, after)]))
      this.#set(about, handle, underWayOf(key, after, about))
  }

  #set(about: string, handle: string, next: UnderWay | null): void {
    const label = labelOf(this.#crypto, about)
    const found = this.#trie.get('index', label, ABOUT_BITS)
    const others = found === null ? NONE : parsed(found).filter((one) => one.handle !== handle)
    if (next === null && found === null) return
    const all = next === null ? others : [...others, next]
    const value = all.length === 0 ? null : encodeUtf8(JSON.stringify(all))
    this.#trie.set('index', label, ABOUT_BITS, value)
    const changes = this.#trie.get('index', ALL, ALL_BITS)
    const count = changes === null ? 0 : Number(decodeUtf8(changes))
    this.#trie.set('index', ALL, ALL_BITS, encodeUtf8(String(count + 1)))
  }
}

const ORDER = 'obj/order/'
const APPLICATION = 'obj/application/'

/** The record, where it may be in the index. Most applications are of other procedures: those are not parsed. */
function indexed(key: string, text: string): unknown {
  const may = key.startsWith(ORDER) || PROCEDURES.some((member) => text.includes(member))
  return may ? (JSON.parse(text) as Json) : null
}
const PROCEDURES = ['"procedure":"claim/1"', '"procedure":"succeed/1"']

/** Which registrations and holders the index finds an object by; none for other objects, and for null. */
export function aboutOf(key: string, record: unknown): readonly string[] {
  if (record === null) return NONE
  if (key.startsWith(ORDER)) return aboutOrder(record as OrderRecord)
  return key.startsWith(APPLICATION) ? aboutApplication(record as Application) : NONE
}

/** What the index holds of an object about a registration or a holder; null where it is not about it. */
export function underWayOf(key: string, record: unknown, about: string): UnderWay | null {
  if (!aboutOf(key, record).includes(about)) return null
  if (key.startsWith(ORDER)) {
    const { handle, holder, state, until, stayed, detail, scope } = record as OrderRecord
    const ranges = scope.flatMap(({ id, range }) => (id === about ? [range] : []))
    return { type: 'order', handle, holder, state, until, stayed, effect: detail.effect, ranges }
  }
  const { handle, procedure, state, due, body } = record as Application
  return { type: 'application', handle, procedure, state, due, parties: partiesIn(body) }
}

function partiesIn(body: JsonObject): ActUnderWay['parties'] {
  return Object.fromEntries(
    PARTIES.flatMap((name) => (typeof body[name] === 'string' ? [[name, body[name]]] : [])),
  )
}

function aboutOrder({ state, detail, executed, scope, holder }: OrderRecord): readonly string[] {
  const represents = detail.effect === 'appointRepresentative'
  const runs = state === 'executed' || state === 'varied'
  if (state !== 'stayed' && !(represents && runs)) return NONE
  const ids = [...new Set(scope.map(({ id }) => id))]
  // One that was never executed and has no numbers has touched nobody yet.
  return represents && holder !== null && (runs || executed !== null) ? [...ids, holder] : ids
}

/** In the window in which somebody can veto, or in the delay in which a party can withdraw. */
function aboutApplication({ procedure, state, body }: Application): readonly string[] {
  if (state !== 'noticed' && state !== 'cooling') return NONE
  if (procedure === 'succeed/1') return [...new Set(refsIn(body['registrations']))]
  if (procedure !== 'claim/1') return NONE
  const { holder = null } = body
  return typeof holder === 'string' ? [holder] : refsIn([body['registration'] ?? null])
}

function refsIn(refs: Json | undefined): readonly string[] {
  return (Array.isArray(refs) ? refs : []).flatMap((ref: Json) => {
    const id = typeof ref === 'object' && ref !== null && 'id' in ref ? ref['id'] : null
    return typeof id === 'string' ? [id] : []
  })
}
