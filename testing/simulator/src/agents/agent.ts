/** What agents are, and what they know: the public record, and their own keys and secrets. */

import type { Block, Range } from '@cadastre/numbers'
import { registrationMember } from '@cadastre/procedures'
import {
  type Application,
  type Cell,
  type Holder,
  type Json,
  type JsonObject,
  type KeyRole,
  type OrderRecord,
  type RecordKey,
  type Registration,
  type Replaced,
  registrationRange,
} from '@cadastre/records'
import type { Asking, Engine } from '../engine/engine.ts'
import type { Piece } from '../engine/lists.ts'
import type { Chance } from '../workload-chance.ts'
import { partOf } from '../workload-ranges.ts'
import type { Signer } from '../workload-registry.ts'

/** A kind of actor. What it asks is often impossible: refusals are part of a history. */
export interface Agent {
  readonly name: string
  /** The next thing that it asks for; null where there is nothing to ask. */
  wish(scene: Scene): Asking | null
}

/** Something that cannot be asked for as the scene stands; null where it could be. */
export type Mistake = (scene: Scene) => Asking | null

/** A registration and one of the cells in which it stands. */
export type Met = { readonly key: RecordKey; readonly block: Block; readonly registration: Registration }

/** The registry as agents see it, with their chance and their memory. */
export class Scene {
  readonly engine: Engine
  readonly chance: Chance
  /** What attestors have committed themselves to, by attestor and application. */
  readonly attestations: Map<string, JsonObject> = new Map()
  /** Openings of seals, by order. */
  readonly openings: Map<string, JsonObject> = new Map()
  readonly #holderKeys = new Map<string, string>()
  /** What somebody asks for again and again, before others have their turn. */
  insists: readonly Mistake[] = []
  /** Stamped claims and other things that count up. */
  serial = 0

  constructor(engine: Engine, chance: Chance) {
    this.engine = engine
    this.chance = chance
  }

  get at(): Engine['at'] {
    return this.engine.at
  }

  signer(name: string): Signer {
    return this.engine.signer(name)
  }

  /** The record at a key, taken to be what the caller says. */
  read<T>(key: string): T | null {
    const record: unknown = this.engine.get(key) ?? null
    return record as T | null
  }

  /** One of a list of the engine, by chance. */
  pick(list: string): string | undefined {
    return this.engine.lists.of(list).pick(this.chance)
  }

  holder(handle: string | null | undefined): Holder | null {
    return handle == null ? null : this.read<Holder>(this.#holderKey(handle))
  }
  /** The same text for the same handle: of a new one the hash would have to be computed at each look-up. */
  #holderKey(handle: string): string {
    let key = this.#holderKeys.get(handle)
    if (key === undefined) {
      key = `obj/holder/${handle}`
      this.#holderKeys.set(handle, key)
    }
    return key
  }
  application(handle: string | undefined): Application | null {
    return handle === undefined ? null : this.read<Application>(`obj/application/${handle}`)
  }
  order(handle: string | undefined): OrderRecord | null {
    return handle === undefined ? null : this.read<OrderRecord>(`obj/order/${handle}`)
  }

  /** A holder with keys, now and then one whom nobody has claimed. */
  anyHolder(): Holder | null {
    const wild = this.engine.size === 'small' && this.chance.chance(0.03)
    return this.holder(this.pick(wild ? 'imported' : 'holder'))
  }
  /** Somebody to deal with: seldom oneself. */
  otherHolder(self: string | null | undefined): Holder | null {
    const first = this.anyHolder()
    return first?.handle === self ? this.anyHolder() : first
  }

  /** A registration of this kind, by chance. */
  met(kind: string): Met | null {
    return this.metAt(this.engine.lists.pieces(kind).pick(this.chance))
  }
  metAt(piece: Piece | undefined): Met | null {
    if (piece === undefined) return null
    const { key, id } = piece
    const registration = this.read<Cell>(key)?.registrations.find((one) => one.id === id)
    return registration === undefined ? null : { key, block: this.engine.state.blockOf(key), registration }
  }

  /** A part of the range, as text: in a large world mostly aligned, as numbers are dealt in. */
  part(of: Range, whole: number): string {
    return partOf(this.chance, of, whole, this.engine.size === 'large' ? 0.03 : 0.45)
  }

  /** The member as the state holds it, named as requests name it. */
  replaced(member: string, value: unknown): Replaced {
    return { member, hash: value === null ? null : this.engine.state.memberHash(value as Json) }
  }
  replacedRegistration({ registration, block }: Met): Replaced {
    return this.replaced(registrationMember(registration, block.space), registration)
  }
  replacedMember(holder: Holder, member: keyof Holder): Replaced {
    return this.replaced(`obj/holder/${holder.handle}#${member}`, holder[member])
  }

  /** Keys that meet the holder's policy for an act of this role. */
  signers(handle: string | null | undefined, role: KeyRole): readonly Signer[] {
    return signersOf(this.holder(handle), role)
  }
  staff(...handles: readonly string[]): readonly Signer[] {
    return handles.map((handle) => this.signer(handle))
  }
}

/** As {@link Scene.signers}, of a holder at hand. */
export function signersOf(holder: Holder | null, role: KeyRole): readonly Signer[] {
  if (holder?.policy == null) return []
  const { keys, m } = holder.policy
  const narrow = role === 'full' ? undefined : keys.find((key) => key.roles.includes(role))
  if (narrow !== undefined) return [{ alg: narrow.alg, key: narrow.key }]
  const chosen: Signer[] = []
  for (const { alg, key, roles } of keys) {
    if (chosen.length === m) break
    if (roles.includes('full')) chosen.push({ alg, key })
  }
  return chosen
}

export function rangeOf({ registration, block }: Met): Range {
  return registrationRange(registration, block.space)
}

/** An honest wish. */
export function wish(
  procedure: string,
  body: JsonObject,
  by: readonly Signer[],
  replaces: readonly Replaced[] = [],
): Asking {
  return { procedure, body, replaces, by, hostile: null }
}
