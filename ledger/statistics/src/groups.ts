/** How those who ask are grouped, and tallies of all of them and of each group. */

import type { End } from './tally.ts'
import { Tally, type TallyReport } from './tally.ts'

/**
 * How requests are grouped, beside their procedure. `region`: of the country. `path`: whether an attestor signed too, or
 * the holder alone.
 */
export const GROUPINGS = ['country', 'region', 'size', 'path'] as const
type Grouping = (typeof GROUPINGS)[number]

/** The groups of one who asked. */
export type Asker = { readonly [G in Grouping]: string }

export type ByGroup = { readonly [G in Grouping]: { readonly [group: string]: TallyReport } }

/** Requests of one procedure or month, all and by group. */
export class Counted {
  readonly tally: Tally = new Tally()
  readonly by: { readonly [G in Grouping]: Map<string, Tally> } = {
    country: new Map(),
    region: new Map(),
    size: new Map(),
    path: new Map(),
  }

  add(asker: Asker, end: End): void {
    this.tally.add(end)
    for (const grouping of GROUPINGS) made(this.by[grouping], asker[grouping], () => new Tally()).add(end)
  }

  report(): TallyReport & { readonly by: ByGroup } {
    const { country, region, size, path } = this.by
    return {
      ...this.tally.report(),
      by: {
        country: reportsOf(country),
        region: reportsOf(region),
        size: reportsOf(size),
        path: reportsOf(path),
      },
    }
  }
}

function reportsOf(groups: ReadonlyMap<string, Tally>): { readonly [group: string]: TallyReport } {
  const sorted = [...groups].sort(([, one], [, other]) => other.n - one.n)
  return Object.fromEntries(sorted.map(([name, tally]) => [name, tally.report()]))
}

/** What the map has of this name; made where it has nothing yet. */
export function made<T>(map: Map<string, T>, name: string, make: () => T): T {
  const known = map.get(name) ?? make()
  map.set(name, known)
  return known
}
