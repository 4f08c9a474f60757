// What finds a fault beside the bounded check: the observers of random histories (tests/simulation), and the naive second
// model (testing/simulator/src/model).

import type { Procedure } from '@cadastre/procedures'
import type { Profile } from '@cadastre/records'
import { type Observer, Violation, Workload } from '@cadastre/simulator'
import { hostileRefused, pinnedVersion } from '../../simulation/check-decisions.ts'
import {
  actsBlocked,
  consentsRecorded,
  controlLost,
  numbersLost,
  servicesLost,
} from '../../simulation/check-losses.ts'
import { noneLost, onePlace, poolGrowth } from '../../simulation/check-numbers.ts'
import { functionOfRecord } from '../../simulation/check-services.ts'
import { Windows } from '../../simulation/check-windows.ts'
import { foundByModel } from '../../simulation/found-by-model.ts'
import type { Fault } from './fault.ts'

const observers = (): readonly Observer[] => [
  numbersLost,
  controlLost,
  servicesLost,
  consentsRecorded,
  actsBlocked,
  onePlace,
  noneLost,
  functionOfRecord,
  pinnedVersion,
  poolGrowth,
  new Windows(),
  hostileRefused,
]

const SEEDS = 4
const STEPS = 200

/** The observer that finds it first in a few histories, or what stops it at run time; null where nothing does. */
export function foundByObservers({ broken, profile }: Pick<Fault, 'broken' | 'profile'>): string | null {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const found = inHistory(seed, broken, profile)
    if (found !== null) return found
  }
  return null
}

function inHistory(seed: number, broken: Procedure, profile: Profile): string | null {
  try {
    new Workload(seed, { profile, observers: observers(), broken: [broken] }).run(STEPS)
    return null
  } catch (error) {
    if (error instanceof Violation) return error.observer
    if (!(error instanceof Error)) throw error
    return 'stopped by execute'
  }
}

/** What the second model says; null where it says nothing. */
export function foundBySecondModel({ broken, profile }: Pick<Fault, 'broken' | 'profile'>): string | null {
  try {
    const finding = foundByModel(broken, profile, 2, 400)
    return finding === null ? null : finding.by === 'model' ? 'contradicted' : 'stopped by execute'
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return 'stopped by execute'
  }
}
