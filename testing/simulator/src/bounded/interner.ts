/** Records that many states share: each text is kept once, and hashed once. */

import { createHash, hash } from 'node:crypto'
import { canonicalJson, type Json, type RecordKey } from '@cadastre/records'
import { type Shape, shapeOf } from './shape.ts'

/** One record's value, whatever states hold it. */
export type Interned = {
  /** Its own number: equal for equal texts alone. */
  readonly id: number
  /** Equal for texts that differ only in when a holder was last heard of. */
  readonly still: number
  readonly text: string
  readonly value: Json
  /** Equal for equal texts alone; not the hash of the state trie. */
  readonly hash: string
  /** What symmetry sees of it under a key. */
  readonly shapes: Map<RecordKey, Shape>
}

/** Of a holder's record: the last sign of life. */
const HEARD = /(?<="active":")[^"]*(?=")/

/** Hashes, and knows of every hash what it is of, so that renaming what a state holds can rename inside hashes too. */
export class Interner {
  readonly #records = new Map<string, Interned>()
  readonly #silent = new Map<string, number>()
  readonly #members = new WeakMap<object, string>()
  readonly #hashes = new Map<string, string>()
  readonly #meanings = new Map<string, string>()
  readonly #digests = new Map<string, string>()

  record(value: Json): Interned {
    const text = canonicalJson(value)
    const known = this.#records.get(text)
    if (known !== undefined) return known
    const id = this.#records.size
    const silent = text.replace(HEARD, '')
    const still = this.#silent.get(silent) ?? id
    if (still === id) this.#silent.set(silent, id)
    const made = { id, still, text, value, hash: this.#hash(text), shapes: new Map<RecordKey, Shape>() }
    this.#records.set(text, made)
    return made
  }

  memberHash(member: Json): string {
    if (typeof member !== 'object' || member === null) return this.#hash(canonicalJson(member))
    const known = this.#members.get(member)
    if (known !== undefined) return known
    const made = this.#hash(canonicalJson(member))
    this.#members.set(member, made)
    return made
  }

  /** SHA-256 in hexadecimal: the real one, because handles are made of it. */
  digest(text: string): string {
    const known = this.#digests.get(text)
    if (known !== undefined) return known
    const bytes = createHash('sha256').update(text).digest()
    const hex = bytes.toString('hex')
    this.#digests.set(text, hex)
    this.#meanings.set(hex, text)
    this.#meanings.set(hex.toUpperCase(), text)
    this.#meanings.set(bytes.toString('base64'), text)
    return hex
  }

  /** What this hash is of; null where it is none of ours. */
  meaning(name: string): string | null {
    return this.#meanings.get(name) ?? null
  }

  shape(key: RecordKey, record: Interned): Shape {
    const known = record.shapes.get(key)
    if (known !== undefined) return known
    const shape = shapeOf(`${key}\n${record.text}`)
    record.shapes.set(key, shape)
    return shape
  }

  #hash(text: string): string {
    const known = this.#hashes.get(text)
    if (known !== undefined) return known
    // H(0x07 ‖ canonical JSON), as requests name members; for records it only has to tell them apart.
    const made = hash('sha256', `\x07${text}`, 'base64')
    this.#hashes.set(text, made)
    this.#meanings.set(made, text)
    return made
  }
}
