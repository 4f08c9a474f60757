/** Which file answers, where several of one registry, or of several, are followed. */

import type { Block } from '@cadastre/numbers'
import type { CalendarDate } from '@cadastre/records'
import type { WatchReader, WatchSource } from './model.ts'

/** Sources of files that say who has numbers. */
export function delegationSources(reader: WatchReader, registry?: string): readonly WatchSource[] {
  return reader
    .sources()
    .filter(({ kind }) => kind === 'delegated' || kind === 'delegated-extended')
    .filter((source) => registry === undefined || source.registry === registry)
}

const extendedFirst = ({ kind }: WatchSource): number => (kind === 'delegated-extended' ? 0 : 1)

/** Those of a registry, the one that tells most first: of more days; of as many, the extended one. */
export function sourcesOfRegistry(reader: WatchReader, registry: string): readonly WatchSource[] {
  return delegationSources(reader, registry).toSorted(
    (a, b) => b.days - a.days || extendedFirst(a) - extendedFirst(b),
  )
}

/** Sources with a file for the day, the latest file first; of one day the extended one. */
export function sourcesOn(
  reader: WatchReader,
  day: CalendarDate | null,
  registry?: string,
): readonly WatchSource[] {
  const fileDay = ({ id }: WatchSource): string => reader.dayFor(id, day)?.day ?? ''
  return delegationSources(reader, registry)
    .filter((source) => fileDay(source) !== '')
    .toSorted((a, b) =>
      fileDay(a) === fileDay(b) ? extendedFirst(a) - extendedFirst(b) : fileDay(a) < fileDay(b) ? 1 : -1,
    )
}

/** Of {@link sourcesOn}, those with a row that holds all of the block on the day. */
export function sourcesNaming(
  reader: WatchReader,
  block: Block,
  day: CalendarDate | null,
): readonly WatchSource[] {
  const naming = new Set(reader.covering(block, day).map(({ source }) => source))
  return sourcesOn(reader, day).filter(({ id }) => naming.has(id))
}
