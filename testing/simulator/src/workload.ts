/**
 * Random histories of a registry: holders that identify themselves, allocate, delegate, transfer, return, declare
 * services and change keys; a clock that jumps; and hostile requests, which must all be refused. What the generator
 * asks is often impossible: refusals are part of a history.
 */

import { blockKey } from '@cadastre/numbers'
import { addSeconds, DAY_SECONDS, type Holder, type JsonObject, type Replaced } from '@cadastre/records'
import { Chance } from './workload-chance.ts'
import { updateWish, withdrawWish } from './workload-holders.ts'
import { blockInside, partOf } from './workload-ranges.ts'
import {
  ATTESTORS,
  commitmentOf,
  type Signer,
  signerOf,
  type Wish,
  type WorkloadOptions,
  WorkloadRegistry,
} from './workload-registry.ts'
import {
  holdersOf,
  type Met,
  rangeOf,
  recordsOf,
  registrationsMet,
  replacedMember,
  replacedRegistration,
  signersFor,
  wrongSigners,
} from './workload-view.ts'
import { windowWish } from './workload-windows.ts'

const MAX_HOLDERS = 7
const FIRST_HOLDERS = 4

/** Prefix lengths to ask for, some of them not allowed. */
const SIZES = {
  community: { ip4: [23, 25, 26, 27, 28, 30, 32], ip6: [33, 34, 36, 40, 48], asn: [32] },
  national: { ip4: [22, 23, 24, 25], ip6: [32, 48, 40], asn: [32] },
} as const

/** Procedures of which some acts take a single key. */
const ONE_KEY: readonly string[] = [
  'confirm/1',
  'declare-service/1',
  'dissolve/1',
  'lock/1',
  'rotate-keys/1',
  'update-holder/1',
]

/** How often each act is asked for. */
const WEIGHTS = {
  identify: 4,
  allocate: 14,
  delegate: 14,
  endChild: 6,
  transfer: 16,
  return: 6,
  service: 18,
  update: 13,
  withdraw: 5,
  window: 16,
  wait: 16,
}

export class Workload {
  readonly registry: WorkloadRegistry
  readonly chance: Chance
  /** Requests by what became of them: `transfer/1 accepted`, `transfer/1 locked`. */
  readonly counts: Map<string, number> = new Map()

  constructor(seed: number, options: WorkloadOptions) {
    this.chance = new Chance(seed)
    this.registry = new WorkloadRegistry(options)
  }

  /** One thing that happens. Throws a `Violation` where an observer finds something wrong. */
  step(): void {
    const what = this.chance.weighted(WEIGHTS)
    if (what === 'wait') this.#wait()
    const wish = what === 'wait' ? null : this.#wish(what)
    if (wish === null) return
    const asked = wish.hostile === null && this.chance.chance(0.2) ? this.#hostile(wish) : wish
    const refusal = this.registry.ask(asked)
    this.#count(`${asked.procedure} ${refusal ?? 'accepted'}`)
    // The registrar writes what is due before the next request; sometimes it is late, and decisions must not differ.
    if (this.chance.chance(0.7)) this.registry.settle(20)
  }

  run(steps: number): void {
    for (let count = 0; count < FIRST_HOLDERS; count++) {
      const wish = this.#identify()
      if (wish !== null) this.registry.ask(wish)
    }
    for (let step = 0; step < steps; step++) this.step()
    this.registry.settle(1000)
  }

  #count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }

  #wait(): void {
    const most = this.chance.pick([60, DAY_SECONDS, 8 * DAY_SECONDS, 100 * DAY_SECONDS])
    this.registry.later(this.chance.between(1, most))
    if (this.chance.chance(0.8)) this.registry.settle(40)
  }

  #wish(what: Exclude<keyof typeof WEIGHTS, 'wait'>): Wish | null {
    const { registry, chance } = this
    switch (what) {
      case 'identify':
        return this.#identify()
      case 'allocate':
        return this.#allocate()
      case 'delegate':
        return this.#delegate()
      case 'endChild':
        return this.#endChild()
      case 'transfer':
        return this.#transfer()
      case 'return':
        return this.#return()
      case 'service':
        return this.#service()
      case 'update':
        return updateWish(registry, chance)
      case 'withdraw':
        return withdrawWish(registry, chance)
      case 'window':
        return windowWish(registry, chance)
    }
  }

  /** The same wish, made by somebody who may not make it, or at the wrong registry, or on something outdated. */
  #hostile(wish: Wish): Wish {
    const { registry, chance } = this
    const stale = wish.replaces.length > 0
    switch (
      chance.weighted({ signers: 6, stale: stale ? 3 : 0, missing: stale ? 1 : 0, origin: 1, expired: 1 })
    ) {
      case 'stale': {
        const replaces = wish.replaces.map(
          (one): Replaced => ({ ...one, hash: commitmentOf('something else') }),
        )
        return { ...wish, replaces, hostile: 'it names what no longer stands' }
      }
      case 'missing':
        return { ...wish, replaces: [], hostile: 'it names nothing' }
      case 'origin':
        return { ...wish, origin: 'other.example/log', hostile: 'it is for another registry' }
      case 'expired':
        return { ...wish, expires: addSeconds(registry.at, -1), hostile: 'it has expired' }
      case 'signers': {
        const by = wrongSigners(registry, chance, wish.by, ONE_KEY.includes(wish.procedure))
        return { ...wish, by, hostile: 'the wrong keys signed' }
      }
    }
  }

  /** A holder with keys, or rarely one without. */
  #holder(): Holder | undefined {
    const holders = holdersOf(this.registry)
    const active = holders.filter((holder) => holder.policy !== null)
    return this.chance.chance(0.95) ? this.chance.pick(active) : this.chance.pick(holders)
  }

  /** Somebody to deal with: seldom oneself. */
  #otherHolder(self: string | null | undefined): Holder | undefined {
    const first = this.#holder()
    return first?.handle === self && this.chance.chance(0.9) ? this.#holder() : first
  }

  #identify(): Wish | null {
    const { registry, chance } = this
    const holders = holdersOf(registry).length
    if (holders >= MAX_HOLDERS && chance.chance(0.9)) return null
    const name = `holder ${chance.below(MAX_HOLDERS * 2)}`
    const all = ['full', 'second', 'routing', 'technical'].map((role) => signerOf(`${name} ${role}`))
    const roles = [['full'], ['full', 'routing'], ['routing'], ['technical']]
    const person = chance.chance(0.4)
    const attestors = registry.profile === 'national' ? ATTESTORS : []
    const body = {
      kind: person ? 'person' : 'organisation',
      name: person ? null : `${name} Ltd`,
      register: person ? null : { name: 'Register', number: name },
      person: person ? commitmentOf(name) : null,
      country: chance.pick(['CH', 'BR', null]),
      policy: {
        m: chance.between(1, 2),
        keys: all.map((signer, place) => ({ ...signer, roles: roles[place] ?? [] })),
        guardians: [],
      },
      contacts: [],
      attestors,
    }
    const by: readonly Signer[] = [...all, ...attestors.map(signerOf)]
    return { procedure: 'identify-holder/1', body, replaces: [], by, hostile: null }
  }

  #allocate(): Wish | null {
    const { registry, chance } = this
    const holder = this.#holder()
    const pool = chance.pick(recordsOf<JsonObject>(registry, 'pool'))
    if (holder === undefined || pool === undefined) return null
    const sizes = SIZES[registry.profile]
    const space = String(pool['space']) as keyof typeof sizes
    const length = chance.pick<number>(sizes[space])
    const within = registrationsMet(registry, ['pool']).filter((met) => met.block.space === space)
    const met = chance.pick(within)
    const near = met === undefined ? null : blockInside(chance, rangeOf(met))
    const block = near !== null && chance.chance(0.25) ? blockKey(near) : null
    const body = {
      holder: holder.handle,
      pool: String(pool['handle']),
      length: block === null || near === null ? length : near.length,
      block,
    }
    const by = signersFor(registry, holder.handle, 'full')
    return { procedure: 'allocate/1', body, replaces: [], by, hostile: null }
  }

  #met(kinds: readonly string[]): Met | undefined {
    const all = registrationsMet(this.registry, kinds)
    const held = all.filter(({ registration }) => !(registration.holder ?? 'IMP-').startsWith('IMP-'))
    return this.chance.chance(0.93) ? this.chance.pick(held) : this.chance.pick(all)
  }

  #delegate(): Wish | null {
    const { registry, chance } = this
    const met = this.#met(['holding', 'sub', 'lease'])
    if (met === undefined) return null
    const { registration } = met
    const isProtected = chance.chance(0.5)
    const child = chance.chance(isProtected ? 0.97 : 0.8) ? (this.#holder()?.handle ?? null) : null
    const hasTerm = chance.chance(isProtected ? 0.95 : 0.6)
    const body = {
      step: 'grant',
      parent: registration.holder ?? 'H-1',
      registration: { key: met.key, id: registration.id },
      range: partOf(chance, rangeOf(met), 0.1),
      child,
      kind: chance.pick(['sub', 'lease']),
      status: 'assigned',
      until: hasTerm ? addSeconds(registry.at, chance.between(1, 800 * DAY_SECONDS)) : null,
      protected: isProtected,
      country: chance.pick(['CH', null]),
    }
    const own = signersFor(registry, registration.holder, 'full')
    const by = isProtected ? [...own, ...signersFor(registry, child, 'full')] : own
    const replaces = [replacedRegistration(registry, met)]
    return { procedure: 'delegate/1', body, replaces, by, hostile: null }
  }

  #endChild(): Wish | null {
    const { registry, chance } = this
    const met = this.#met(chance.chance(0.95) ? ['sub', 'lease'] : ['holding'])
    if (met === undefined) return null
    const around = registrationsMet(registry, ['holding', 'sub', 'lease']).filter(
      ({ block }) => block.space === met.block.space,
    )
    const by = chance.chance(0.4) ? met.registration.holder : chance.pick(around)?.registration.holder
    const body = { step: 'end', registration: { key: met.key, id: met.registration.id }, by: by ?? 'H-1' }
    const signers = signersFor(registry, by ?? null, 'full')
    const replaces = [replacedRegistration(registry, met)]
    return { procedure: 'delegate/1', body, replaces, by: signers, hostile: null }
  }

  #transfer(): Wish | null {
    const { registry, chance } = this
    const met = this.#met(
      chance.chance(0.95) ? ['holding'] : ['sub', 'lease', 'pool', 'reserved', 'quarantined'],
    )
    const buyer = this.#otherHolder(met?.registration.holder)
    if (met === undefined || buyer === undefined) return null
    const { registration } = met
    const staged = chance.chance(0.3) ? chance.between(1, 2) : 0
    const services = Array.from({ length: staged }, () => ({
      at: blockKey(blockInside(chance, rangeOf(met))),
      service: this.#anyService(),
    }))
    const body = {
      step: 'offer',
      from: registration.holder ?? 'H-1',
      to: buyer.handle,
      registration: { key: met.key, id: registration.id },
      range: partOf(chance, rangeOf(met), staged > 0 ? 0.8 : 0.35),
      services,
    }
    const by = [
      ...signersFor(registry, registration.holder, 'full'),
      ...signersFor(registry, buyer.handle, 'full'),
    ]
    const replaces = [replacedRegistration(registry, met)]
    return { procedure: 'transfer/1', body, replaces, by, hostile: null }
  }

  #return(): Wish | null {
    const { registry, chance } = this
    const met = this.#met(chance.chance(0.95) ? ['holding'] : ['sub', 'lease', 'reserved'])
    if (met === undefined) return null
    const { registration } = met
    const body = {
      step: 'offer',
      holder: registration.holder ?? 'H-1',
      registration: { key: met.key, id: registration.id },
      range: partOf(chance, rangeOf(met), 0.5),
    }
    const by = signersFor(registry, registration.holder, 'full')
    const replaces = [replacedRegistration(registry, met)]
    return { procedure: 'return/1', body, replaces, by, hostile: null }
  }

  #anyService(): JsonObject {
    const { chance } = this
    const origin = chance.between(64496, 64499)
    switch (chance.below(3)) {
      case 0:
        return { kind: 'rdns', ns: [`ns${chance.below(3)}.example.net`], ds: [] }
      case 1:
        return { kind: 'route', origin }
      default:
        return { kind: 'roa', asn: origin, maxLength: chance.pick([24, 28, 32, 48, 64]) }
    }
  }

  #service(): Wish | null {
    const { registry, chance } = this
    const met = this.#met(['holding', 'sub', 'lease'])
    if (met === undefined || (met.block.space === 'asn' && chance.chance(0.9))) return null
    const block = chance.chance(0.5) ? met.block : blockInside(chance, rangeOf(met))
    const at = blockKey(block)
    const service = this.#anyService()
    const { registration } = met
    const body = {
      holder: registration.holder ?? this.#holder()?.handle ?? 'H-1',
      at,
      service,
      action: chance.chance(0.8) ? 'set' : 'remove',
    }
    const role = service['kind'] === 'rdns' ? 'technical' : 'routing'
    const by = signersFor(registry, body.holder, chance.chance(0.7) ? role : 'full')
    const standing = [...registry.records].find(([key]) => key === at)?.[1] as JsonObject | undefined
    const rdns = standing?.['rdns'] as JsonObject | null | undefined
    const current = rdns != null && rdns['under'] === registration.id ? rdns : null
    const named = service['kind'] === 'rdns' ? [replacedMember(registry, `${at}#rdns`, current)] : []
    const replaces = [replacedRegistration(registry, met), ...named]
    return { procedure: 'declare-service/1', body, replaces, by, hostile: null }
  }
}
