/** Everybody on the scene, how often each acts, and the clock. */

import { DAY_SECONDS } from '@cadastre/records'
import type { Asking, Engine } from '../engine/engine.ts'
import type { Chance } from '../workload-chance.ts'
import { type Agent, Scene } from './agent.ts'
import { attestors, notifier } from './attestors.ts'
import { brokers } from './brokers.ts'
import { cashiers } from './cashiers.ts'
import { claimants } from './claimants.ts'
import { clumsy } from './clumsy.ts'
import { courts } from './courts.ts'
import { applicants, keepers, newcomers, operatorsOfNetworks, returners } from './holders.ts'
import { lessors } from './lessors.ts'
import { operators, witnesses } from './operators.ts'
import { peers } from './peers.ts'
import { doubters } from './strangers.ts'
import { successors } from './successors.ts'
import { blunder, hostile, thieves } from './thieves.ts'

type Role = { readonly agent: Agent; readonly small: number; readonly large: number }

const CAST: readonly Role[] = [
  { agent: newcomers, small: 4, large: 10 },
  { agent: applicants, small: 14, large: 4 },
  { agent: returners, small: 6, large: 0.05 },
  { agent: operatorsOfNetworks, small: 18, large: 40 },
  { agent: keepers, small: 13, large: 40 },
  { agent: brokers, small: 16, large: 8 },
  { agent: lessors, small: 20, large: 10 },
  { agent: doubters, small: 5, large: 0.2 },
  { agent: attestors, small: 70, large: 0 },
  { agent: notifier, small: 12, large: 0 },
  { agent: successors, small: 10, large: 0 },
  { agent: claimants, small: 12, large: 0 },
  { agent: courts, small: 14, large: 0 },
  { agent: operators, small: 8, large: 0 },
  { agent: witnesses, small: 1, large: 0 },
  { agent: peers, small: 8, large: 0 },
  { agent: cashiers, small: 4, large: 0 },
  { agent: clumsy, small: 30, large: 0 },
  { agent: thieves, small: 3, large: 0 },
]

/** How often the clock moves between two acts. */
const WAITS = { small: 0.06, large: 0.05 } as const

/** How often somebody else asks for what an agent wants. */
const HOSTILE = { small: 0.12, large: 0.002 } as const

const BLUNDERS = { small: 0.04, large: 0.001 } as const

/** How far the clock jumps. */
const JUMPS = { minute: 3, day: 4, week: 3, season: 0.6 } as const
const LONGEST = { minute: 60, day: DAY_SECONDS, week: 8 * DAY_SECONDS, season: 100 * DAY_SECONDS } as const

/** More is never due at once. */
const PUNCTUAL = 100_000

export type Manner = {
  /** Whether time passes between acts, as by default; where it does not, the caller moves the clock. */
  readonly timely?: boolean
  /** Everything due is done before anything else, as a registrar does it. */
  readonly punctual?: boolean
  /** False where another registry does what is due, and the engine only follows its log. */
  readonly settles?: boolean
}

export class Play {
  readonly scene: Scene
  readonly #manner: Manner
  readonly #agents: Agent[] = []
  readonly #bounds: number[] = []
  #total = 0

  constructor(engine: Engine, chance: Chance, manner: Manner = {}) {
    this.#manner = manner
    this.scene = new Scene(engine, chance)
    for (const { agent, [engine.size]: weight } of CAST) {
      this.#total += weight
      this.#agents.push(agent)
      this.#bounds.push(this.#total)
    }
  }

  /** One thing that happens. Throws a `Violation` where an observer finds something wrong. */
  step(): void {
    const { engine, chance } = this.scene
    const wish = this.next()
    if (wish !== null) engine.ask(wish)
    // The registrar writes what is due before the next request; sometimes it is late, and decisions must not differ.
    if (this.#manner.punctual === true) engine.settle(PUNCTUAL)
    else if (engine.size === 'large' || chance.chance(0.7)) engine.settle(20)
  }

  /** What is asked next, and time may have passed; null where somebody has nothing to ask. */
  next(): Asking | null {
    const { engine, chance } = this.scene
    if (this.#manner.timely !== false && chance.chance(WAITS[engine.size])) this.#wait()
    const wish = this.#insisted() ?? this.#agent().wish(this.scene)
    return wish === null ? null : this.#spoilt(wish)
  }

  #insisted(): Asking | null {
    const [again, ...rest] = this.scene.insists
    if (again === undefined || this.scene.chance.chance(0.25)) return null
    this.scene.insists = rest
    return again(this.scene)
  }

  #spoilt(wish: Asking): Asking {
    const { engine, chance } = this.scene
    if (chance.chance(HOSTILE[engine.size])) return hostile(this.scene, wish)
    return chance.chance(BLUNDERS[engine.size]) ? blunder(this.scene, wish) : wish
  }

  #agent(): Agent {
    const drawn = this.scene.chance.fraction() * this.#total
    const place = this.#bounds.findIndex((bound) => drawn < bound)
    return this.#agents[place] ?? newcomers
  }

  #wait(): void {
    const { engine, chance } = this.scene
    if (engine.size === 'large') {
      engine.later(chance.between(1, 60))
      return
    }
    engine.later(chance.between(1, LONGEST[chance.weighted(JUMPS)]))
    if (this.#manner.settles === false) return
    if (this.#manner.punctual === true) engine.settle(PUNCTUAL)
    else if (chance.chance(0.8)) engine.settle(40)
  }
}
