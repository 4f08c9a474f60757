/** Everybody on the scene, how often each acts, and the clock. */

import { DAY_SECONDS } from '@cadastre/records'
import type { Engine } from '../engine/engine.ts'
import type { Chance } from '../workload-chance.ts'
import { type Agent, Scene } from './agent.ts'
import { brokers } from './brokers.ts'
import { applicants, keepers, newcomers, operatorsOfNetworks, returners } from './holders.ts'
import { lessors } from './lessors.ts'
import { doubters } from './strangers.ts'

type Role = { readonly agent: Agent; readonly small: number; readonly large: number }

const CAST: readonly Role[] = [
  { agent: newcomers, small: 4, large: 10 },
  { agent: applicants, small: 14, large: 4 },
  { agent: returners, small: 6, large: 0.2 },
  { agent: operatorsOfNetworks, small: 18, large: 40 },
  { agent: keepers, small: 13, large: 40 },
  { agent: brokers, small: 16, large: 12 },
  { agent: lessors, small: 20, large: 10 },
  { agent: doubters, small: 5, large: 0.2 },
]

/** How often the clock moves between two acts. */
const WAITS = { small: 0.12, large: 0.05 } as const

export class Play {
  readonly scene: Scene
  readonly #agents: Agent[] = []
  readonly #bounds: number[] = []
  #total = 0

  constructor(engine: Engine, chance: Chance) {
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
    if (chance.chance(WAITS[engine.size])) this.#wait()
    const wish = this.#agent().wish(this.scene)
    if (wish !== null) engine.ask(wish)
    // The registrar writes what is due before the next request; sometimes it is late, and decisions must not differ.
    if (engine.size === 'large' || chance.chance(0.7)) engine.settle(20)
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
    const most = chance.pick([60, DAY_SECONDS, 8 * DAY_SECONDS, 100 * DAY_SECONDS])
    engine.later(chance.between(1, most))
    if (chance.chance(0.8)) engine.settle(40)
  }
}
