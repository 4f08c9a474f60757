// The bounded check put to one fault: the broken procedure in place of the real one, on the acts of its families.

import { type Explored, explore, foundSmallWorld, type Origin } from '@cadastre/simulator/bounded'
import { CHECKS } from '../checks/index.ts'
import type { Fault } from './fault.ts'

const origins = new Map<string, Origin>()

const WAYS = [
  { chains: 1, subjects: 1 },
  { chains: null, subjects: 1 },
  { chains: null, subjects: null },
] as const

/** Deeper and deeper: one chain of acts on one holder, then any order, then on all holders. */
export function findBounded(
  { broken, families, profile, depth }: Fault,
  milliseconds: number,
): Explored['found'] {
  const origin = origins.get(profile) ?? foundSmallWorld(profile)
  origins.set(profile, origin)
  const before = process.cpuUsage()
  const stop = (): boolean => {
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000 > milliseconds
  }
  for (const { chains, subjects } of WAYS)
    for (let limit = 1; limit <= depth && !stop(); limit++) {
      const { found } = explore(origin, CHECKS, {
        depth: limit,
        families,
        broken: [broken],
        chains,
        subjects,
        stop,
      })
      if (found !== null) return found
    }
  return null
}
