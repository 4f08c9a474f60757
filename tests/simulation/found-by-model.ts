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
  for (let seed = 1; seed <= seeds; seed++)
    for (const play of [playedByAgents, playedByHolders]) {
      const finding = play(broken, profile, seed, acts)
      if (finding?.by === 'model') return finding
      prevented ??= finding
    }
  return prevented
}

function playedByAgents(broken: Procedure, profile: Profile, seed: number, acts: number): Finding | null {
  return finding(seed, () => {
    const watching = { observers: [secondModel({ completeEvery: 1000 })], broken: [broken] }
    const { failure } = playHistory(seed, settingOf(seed, profile, false), acts, watching)
    if (failure === null) return null
    return { by: failure.found === 'second model' ? 'model' : 'invariant', seed, message: failure.message }
  })
}
function playedByHolders(broken: Procedure, profile: Profile, seed: number): Finding | null {
  return finding(seed, () => {
    const observers = [secondModel({ completeEvery: 1000 })]
    new Workload(seed, { profile, observers, broken: [broken] }).run(200)
    return null
  })
}

/** What is thrown while a registry is founded, or by a registry that reports no faults, is a finding too. */
function finding(seed: number, run: () => Finding | null): Finding | null {
  try {
    return run()
  } catch (error) {
    if (error instanceof Violation) return { by: 'model', seed, message: error.message }
    if (!(error instanceof Error)) throw error
    const isStopped = /goes beyond its bounds|without a basis/.test(error.message)
    if (!isStopped) throw error
    return { by: 'invariant', seed, message: error.message }
  }
}
