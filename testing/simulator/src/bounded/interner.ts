/** Records that many states share: each text is kept once, with a cheap stand-in for its hash. */

import { createHash } from 'node:crypto'
import { canonicalJson, type Json, type RecordKey } from '@cadastre/records'
import { type Shape, shapeOf } from './shape.ts'

/** One record's value, whatever states hold it. */
export type Interned = {
  readonly text: string
  readonly value: Json
  /** Stands for the record's hash: equal for equal texts, in the form of 32 bytes in base64. */
  readonly hash: string
  /** What symmetry sees of it under a key. */
  readonly shapes: Map<RecordKey, Shape>
}

/**
 * Gives equal texts equal hashes and different texts different ones, which is all that `decide` may rely on, and knows of
 * every hash what it was of, so that renaming what a state holds can rename inside hashes too.
 */
export class Interner {
  readonly #records = new Map<string, Interned>()
  readonly #members = new WeakMap<object, string>()
  readonly #hashes = new Map<string, string>()
  readonly #meanings = new Map<string, string>()
  readonly #digests = new Map<string, string>()

  record(value: Json): Interned {
    const text = canonicalJson(value)
    const known = this.#records.get(text)
    if (known !== undefined) return known
    const made = { text, value, hash: this.#hash(text), shapes: new Map<RecordKey, Shape>() }
    this.#records.set(text, made)
    return made
  }

  memberHash(member: Json): string {
    if (typeof member !== 'object' || member === null) return this.#hash(canonicalJson(member))
    const known = this.#members.get(member)
    if (known !== undefined) return known
    const hash = this.#hash(canonicalJson(member))
    this.#members.set(member, hash)
    return hash
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
  meaning(hash: string): string | null {
    return this.#meanings.get(hash) ?? null
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
    // 42 characters that no other hash has, and the end that 32 bytes have (RFC 4648 section 4).
    const hash = `${this.#hashes.size.toString(36).padStart(42, '/')}A=`
    this.#hashes.set(text, hash)
    this.#meanings.set(hash, text)
    return hash
  }
}
