// One history under all observers, and what happened in it.

import type { Application, Profile } from '@cadastre/records'
import { type Applied, type Observer, type Step, Workload } from '@cadastre/simulator'
import { objects } from './agreement.ts'
import {
  blindDecision,
  hostileRefused,
  Projection,
  pinnedVersion,
  pureDecision,
  truthfulBasis,
} from './check-decisions.ts'
import { actsBlocked, consentsRecorded, controlLost, numbersLost, servicesLost } from './check-losses.ts'
import { blindToContacts, blindToPortfolio, sameForAnyone } from './check-neutrality.ts'
import { noneLost, onePlace, poolGrowth } from './check-numbers.ts'
import { functionOfRecord } from './check-services.ts'
import { Windows } from './check-windows.ts'
import { cellsOf, SPACES } from './picture.ts'

export type Counts = ReadonlyMap<string, number>

/** One of each; the projection remembers, so that every history needs its own. */
function allObservers(): readonly Observer[] {
  return [
    numbersLost,
    controlLost,
    servicesLost,
    consentsRecorded,
    actsBlocked,
    onePlace,
    noneLost,
    functionOfRecord,
    pureDecision,
    blindDecision,
    sameForAnyone,
    blindToPortfolio,
    blindToContacts,
    pinnedVersion,
    truthfulBasis,
    poolGrowth,
    new Projection(),
    new Windows(),
    hostileRefused,
  ]
}

/** Counts what happens, so that a test can tell that much does. */
class Census implements Observer {
  readonly name = 'census'
  readonly counts: Map<string, number> = new Map()

  decided({ act, procedure, executed, hostile }: Step): null {
    const { outcome } = executed
    this.#count(`${procedure.id} ${outcome.accepted ? 'accepted' : outcome.refusals.join(' ')}`)
    if (act.kind === 'due' && outcome.accepted) this.#count(`${procedure.id} due`)
    if (hostile !== null && !outcome.accepted) this.#count('hostile refused')
    return null
  }

  applied({ after, before, procedure }: Applied): null {
    for (const space of SPACES) {
      const cells = cellsOf(after, space)
      const changed = cells.filter(({ key }) => before.get(key) !== after.get(key))
      for (const { cell } of changed) for (const { kind } of cell.registrations) this.#count(`kind ${kind}`)
      const pieces = new Set(
        cells.flatMap(({ cell }) => cell.registrations.map(({ id, first }) => `${id} ${first}`)),
      )
      const ids = new Set([...pieces].map((piece) => piece.split(' ')[0]))
      if (procedure.id === 'transfer/1' && pieces.size > ids.size) this.#count('transfer/1 part')
    }
    for (const { state } of objects<Application>(after, 'application')) this.#count(`application ${state}`)
    return null
  }

  #count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }
}

/** Run one history. Throws a `Violation` where an invariant does not hold. */
export function simulate(seed: number, profile: Profile, steps: number): Counts {
  const census = new Census()
  new Workload(seed, { profile, observers: [...allObservers(), census] }).run(steps)
  return census.counts
}
