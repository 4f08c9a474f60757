// What the second model alone finds: random histories with one procedure broken, and no other observer.

import type { Procedure } from '@cadastre/procedures'
import type { Profile } from '@cadastre/records'
import { playHistory, secondModel, settingOf, Violation, Workload } from '@cadastre/simulator'

export type Finding = {
  /** `model`, or `invariant`: what was decided is refused at run time, so that nothing can be written. */
  readonly by: 'model' | 'invariant'
  readonly seed: number
  readonly message: string
}

/**
 * The first history in which the second model contradicts the broken procedure; null where none of `seeds` histories in
 * each of the two generators does. What an invariant at run time stops is found as well, if nothing else is.
 */
export function foundByModel(
  broken: Procedure,
  profile: Profile,
  seeds: number,
  acts: number,
): Finding | null {
  let prevented: Finding | null = null
  for (let seed = 1; seed <= seeds; seed++) {
    const watching = { observers: [secondModel({ completeEvery: 1000 })], broken: [broken] }
    const { failure } = playHistory(seed, settingOf(seed, profile, false), acts, watching)
    if (failure?.found === 'second model') return { by: 'model', seed, message: failure.message }
    if (failure !== null) prevented ??= { by: 'invariant', seed, message: failure.message }
    const message = inWorkload(broken, profile, seed)
    if (message !== null) return { by: 'model', seed, message }
  }
  return prevented
}

function inWorkload(broken: Procedure, profile: Profile, seed: number): string | null {
  const observers = [secondModel({ completeEvery: 1000 })]
  try {
    new Workload(seed, { profile, observers, broken: [broken] }).run(200)
    return null
  } catch (error) {
    if (error instanceof Violation) return error.message
    // What an invariant stops at run time is not written, and so not seen by an observer.
    if (error instanceof Error && /goes beyond its bounds|without a basis/.test(error.message)) return null
    throw error
  }
}
