/** What agents pick from: the keys of the state by what stands there, kept up to date with each effect. */

import type { Application, Cell, Holder, Json, OrderRecord, RecordKey, Registration } from '@cadastre/records'
import { Bag } from './bag.ts'

const ENDED: ReadonlySet<string> = new Set(['effected', 'withdrawn', 'vetoed', 'failed'])

/** The list in which an object is: holders with keys and without, applications and orders by their state. */
function listOf(type: string, record: unknown): string {
  if (type === 'holder') return (record as Holder).policy === null ? 'imported' : 'holder'
  if (type === 'order') return `order ${(record as OrderRecord).state}`
  if (type !== 'application') return type
  const { procedure, state } = record as Application
  // What has ended is many, and of no use but to strangers who ask for it again.
  return ENDED.has(state) ? 'application ended' : `application ${procedure} ${state}`
}

/** The list in which a registration is: by its kind; of what nobody living holds, apart. */
function kindOf({ kind, holder }: Registration): string {
  if (kind === 'pool' || kind === 'reserved' || kind === 'quarantined') return `numbers ${kind}`
  return holder?.startsWith('H-') === true ? kind : `imported ${kind}`
}

function isServing({ rdns, routes, roas }: Cell): boolean {
  return rdns !== null || routes.length + roas.length > 0
}

/** A registration, and one of the cells in which it stands. */
export type Piece = { readonly key: RecordKey; readonly id: string }

const NONE = new Bag()
const NO_PIECES = new Bag<Piece>()
const NOWHERE: readonly Registration[] = []

/**
 * Lists by name: `holder` and `imported`; `application transfer/1 cooling`, `application ended`, `order window`; other
 * objects by their type; cells with services under `serviced`. Registrations under `holding`, `sub`, `imported holding`,
 * `numbers pool` ….
 */
export class Lists {
  readonly #bags = new Map<string, Bag>()
  readonly #pieces = new Map<string, Bag<Piece>>()

  /** The list of this name; empty where nothing was ever in it. */
  of(name: string): Bag {
    return this.#bags.get(name) ?? NONE
  }

  /** Registrations of this kind; none where there never was one. */
  pieces(kind: string): Bag<Piece> {
    return this.#pieces.get(kind) ?? NO_PIECES
  }

  replace(key: RecordKey, old: Json | undefined, next: Json): void {
    const [before, after]: [unknown, unknown] = [old ?? null, next]
    if (!key.startsWith('obj/')) this.#cell(key, before as Cell | null, after as Cell | null)
    else {
      const slash = key.indexOf('/', 4)
      const type = key.slice(4, slash)
      const was = before === null ? null : listOf(type, before)
      const is = after === null ? null : listOf(type, after)
      if (was === is) return
      const handle = key.slice(slash + 1)
      if (was !== null) this.#bag(was).remove(handle)
      if (is !== null) this.#bag(is).add(handle, handle)
    }
  }

  #cell(key: RecordKey, before: Cell | null, after: Cell | null): void {
    const was = before?.registrations ?? NOWHERE
    const is = after?.registrations ?? NOWHERE
    for (const one of was)
      if (!is.some((other) => other.id === one.id && kindOf(other) === kindOf(one)))
        this.#kind(kindOf(one)).remove(`${key} ${one.id}`)
    for (const one of is)
      if (!was.includes(one)) this.#kind(kindOf(one)).add(`${key} ${one.id}`, { key, id: one.id })
    const serves = after !== null && isServing(after)
    if (serves !== (before !== null && isServing(before))) {
      if (serves) this.#bag('serviced').add(key, key)
      else this.#bag('serviced').remove(key)
    }
  }

  #bag(name: string): Bag {
    let bag = this.#bags.get(name)
    if (bag === undefined) {
      bag = new Bag()
      this.#bags.set(name, bag)
    }
    return bag
  }

  #kind(kind: string): Bag<Piece> {
    let bag = this.#pieces.get(kind)
    if (bag === undefined) {
      bag = new Bag()
      this.#pieces.set(kind, bag)
    }
    return bag
  }
}
