// What a run found, as a table by file and a list of survivors.

import { relative } from 'node:path'
import type { Status, Verdict } from './campaign.ts'
import type { Mutant } from './instrument.ts'

export interface Judged {
  readonly mutant: Mutant
  readonly verdict: Verdict
}

export type Counts = Readonly<Record<Status, number>>

export function countsOf(judged: readonly Judged[]): Counts {
  const count = (status: Status): number => judged.filter(({ verdict }) => verdict.status === status).length
  return {
    killed: count('killed'),
    endless: count('endless'),
    survived: count('survived'),
    uncovered: count('uncovered'),
    ignored: count('ignored'),
  }
}

/** Of every hundred mutants that took part, those that the tests noticed. */
export function score({ killed, endless, survived, uncovered }: Counts): number {
  const noticed = killed + endless
  const all = noticed + survived + uncovered
  return all === 0 ? 100 : (100 * noticed) / all
}

export const unnoticed = ({ verdict: { status } }: Judged): boolean =>
  status === 'survived' || status === 'uncovered'

function row(name: string, counts: Counts): string {
  const { killed, survived, uncovered, endless, ignored } = counts
  const cells = [killed, endless, survived, uncovered, ignored].map((count) => String(count).padStart(9))
  return `${name.padEnd(44)}${cells.join('')}${score(counts).toFixed(1).padStart(8)}%`
}

/** One row a file, the worst last, and the sum. */
export function table(judged: readonly Judged[], root: string): string {
  const files = Map.groupBy(judged, ({ mutant }) => relative(root, mutant.path))
  const rows = [...files]
    .map(([name, inFile]) => ({ name, counts: countsOf(inFile) }))
    .sort((a, b) => score(b.counts) - score(a.counts) || a.name.localeCompare(b.name))
    .map(({ name, counts }) => row(name, counts))
  const titles = ['killed', 'endless', 'survived', 'uncovered', 'ignored'].map((title) => title.padStart(9))
  return [`${'file'.padEnd(44)}${titles.join('')}   score`, ...rows, row('all', countsOf(judged))].join('\n')
}

const LONG = 160
const short = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > LONG ? `${line.slice(0, LONG)}…` : line
}

/** A survivor as `file:line mutator: original → replacement`. */
export function survivorLine({ mutant, verdict }: Judged, root: string): string {
  const place = `${relative(root, mutant.path)}:${mutant.line}:${mutant.column}`
  const note = verdict.status === 'uncovered' ? ' (no test comes here)' : ''
  return `${place} ${mutant.mutator}${note}: ${short(mutant.original)} → ${short(mutant.replacement)}`
}
