/**
 * The name of a state up to symmetry. Names of entries (and so of holders, registrations, applications), of IPv4 /24
 * networks, of keys and of hashes are only names: states that differ by a renaming are one state. So is time: only how
 * far an instant lies from now counts.
 *
 * Each name gets a colour from where it stands, refined round by round by the colours of what stands beside it
 * (colour refinement, Weisfeiler and Leman 1968); the state's name is the multiset of its records so coloured. States
 * that a renaming maps onto each other always get one name. Different ones get different names unless refinement cannot
 * tell them apart, which needs regular structures that no state here has, or hashes are equal by chance: two sums of 32
 * bits, made of colours of 32 bits.
 */

import { type Instant, type ProcedureRecord, type RecordKey, secondsOf } from '@cadastre/records'
import type { Interned, Interner } from './interner.ts'
import { mix, type Name, type Shape, shapeOf } from './shape.ts'
import type { SmallState } from './small-state.ts'

const ROUNDS = 3
/** Beyond this, long ago is long ago: no period of any procedure is longer. */
const LONG_AGO_SECONDS = 3 * 366 * 86400
/** Two years: after so long a silence windows are longer. */
const DORMANT_SECONDS = 2 * 366 * 86400

/** Records that are only shown: nothing is decided by them. */
const SHOWN = 'obj/incident/'
/** Instants that are only shown, and the last sign of life, of which only dormancy counts. */
const TOUCHED = /"(active|confirmed)":"([^"]*)"/g

type Colours = ReadonlyMap<string, number>

export class Symmetry {
  readonly #interner: Interner
  readonly #seconds = new Map<string, number>()
  readonly #meanings = new Map<string, Shape | null>()
  readonly #holders = new Map<string, Shape>()
  /** Colours that the ground gives: of a state that names nothing alike, so that what is written on it can be named alone. */
  readonly #ground: Colours

  /** `ground`: the state from which all that are to be named come. */
  constructor(ground: SmallState) {
    this.#interner = ground.interner
    const shapes = [...ground.entries()].map(([key, record]) => this.#interner.shape(key, record))
    this.#ground = this.#refined(shapes, 0, [], new Map())
  }

  /** Whether the ground has two holders, registrations or networks that it cannot tell apart. */
  get groundIsSymmetric(): boolean {
    const colours = [...this.#ground].filter(([text]) => text.length < 20).map(([, colour]) => colour)
    return new Set(colours).size < colours.length
  }

  /** The name of a state by all that it holds. */
  nameOf(state: SmallState, at: Instant): string {
    return this.#name(this.#shapes(state.entries(), at), at, state, new Map())
  }

  /** The same for a state that was made from the ground, by what was written since: cheaper. */
  nameOnGround(state: SmallState, at: Instant): string {
    const shapes = this.#shapes(state.written(), at)
    for (const key of state.deleted()) shapes.push(shapeOf(`${key}\ngone`))
    return `${at} ${this.#name(shapes, at, state, this.#ground)}`
  }

  #shapes(entries: Iterable<readonly [RecordKey, Interned]>, at: Instant): Shape[] {
    const shapes: Shape[] = []
    for (const [key, record] of entries) if (!key.startsWith(SHOWN)) shapes.push(this.#shape(key, record, at))
    return shapes
  }

  #shape(key: RecordKey, record: Interned, at: Instant): Shape {
    if (!key.startsWith('obj/holder/')) return this.#interner.shape(key, record)
    // That a holder was heard of is written with nearly every act of its own.
    const text = `${key}\n${record.text.replace(TOUCHED, (_, name: string, then: string) =>
      name === 'active' && this.#secondsOf(at) - this.#secondsOf(then) > DORMANT_SECONDS
        ? '"active":"long ago"'
        : `"${name}":""`,
    )}`
    const known = this.#holders.get(text)
    if (known !== undefined) return known
    const made = shapeOf(text)
    this.#holders.set(text, made)
    return made
  }

  #name(shapes: readonly Shape[], at: Instant, state: SmallState, ground: Colours): string {
    const now = this.#secondsOf(at)
    const revised = revisionsIn(state)
    const colours = this.#refined(shapes, now, revised, ground)
    const of = (name: Name): number => this.#colourOf(name, colours, now, revised)
    let [low, high] = [0, 0]
    for (const shape of shapes) {
      low = (low + painted(shape, 0, of)) | 0
      high = (high + mix(painted(shape, 0x5bd1e995, of), 17)) | 0
    }
    return `${(low >>> 0).toString(36)}.${(high >>> 0).toString(36)}`
  }

  #refined(
    shapes: readonly Shape[],
    now: number,
    revised: readonly number[],
    ground: Colours,
  ): Map<string, number> {
    let colours = new Map(ground)
    for (let round = 0; round < ROUNDS; round++) {
      const of = (name: Name): number => this.#colourOf(name, colours, now, revised)
      const sums = new Map<string, number>()
      for (const shape of shapes) {
        const record = painted(shape, 0, of)
        for (const [place, { kind, text }] of shape.names.entries())
          if (kind !== 'instant') sums.set(text, ((sums.get(text) ?? 0) + mix(record, place)) | 0)
      }
      const next = new Map(colours)
      for (const [text, sum] of sums) next.set(text, mix(colours.get(text) ?? 0, sum))
      colours = next
    }
    return colours
  }

  #colourOf(name: Name, colours: Colours, now: number, revised: readonly number[]): number {
    const { kind, text } = name
    if (kind === 'instant') return mix(3, Math.max(this.#secondsOf(text) - now, -LONG_AGO_SECONDS))
    // An entry is older or younger than each change of terms.
    const first = kind === 'entry' ? mix(5, revised.filter((since) => since < Number(text)).length) : 7
    const meaning = kind === 'atom' ? this.#meaning(text) : null
    if (meaning === null) return mix(first, colours.get(text) ?? 0)
    return painted(meaning, 13, (inner) => this.#colourOf(inner, colours, now, revised))
  }

  #meaning(text: string): Shape | null {
    const known = this.#meanings.get(text)
    if (known !== undefined) return known
    const meaning = this.#interner.meaning(text)
    const shape = meaning === null ? null : shapeOf(meaning)
    this.#meanings.set(text, shape)
    return shape
  }

  #secondsOf(text: string): number {
    const known = this.#seconds.get(text)
    if (known !== undefined) return known
    const seconds = secondsOf(text as Instant)
    this.#seconds.set(text, seconds)
    return seconds
  }
}

function painted({ template, names }: Shape, seed: number, of: (name: Name) => number): number {
  let hash = template ^ seed
  for (const name of names) hash = mix(hash, of(name))
  return hash
}

function revisionsIn(state: SmallState): readonly number[] {
  const revised: number[] = []
  for (const [key, { value }] of state.written()) {
    if (!key.startsWith('obj/procedure/')) continue
    const record: unknown = value
    for (const { since } of (record as ProcedureRecord).revisions) revised.push(since)
  }
  return revised
}
