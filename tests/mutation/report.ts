// What a run found, as a table by file and a list of survivors.

import { relative } from 'node:path'
import type { Status, Verdict } from './campaign.ts'
import type { Mutant } from './instrument.ts'

export interface Judged {
  readonly mutant: Mutant
  readonly verdict: Verdict
  /** Of a mutant that no test noticed: what the compiler says to it; null where it compiles. */
  readonly objection: string | null
}

export type Counts = Readonly<Record<Status | 'uncompilable', number>>

export function countsOf(judged: readonly Judged[]): Counts {
  const count = (status: Status): number => judged.filter(({ verdict }) => verdict.status === status).length
  return {
    killed: count('killed'),
    endless: count('endless'),
    survived: count('survived'),
    uncovered: count('uncovered'),
    ignored: count('ignored'),
    uncompilable: judged.filter(({ objection }) => objection !== null).length,
  }
}

const percent = (part: number, whole: number): number => (whole === 0 ? 100 : (100 * part) / whole)

/** Of every hundred mutants that took part, those that the tests noticed. */
export function score({ killed, endless, survived, uncovered }: Counts): number {
  return percent(killed + endless, killed + endless + survived + uncovered)
}
/** The same where the compiler counts as a test: it runs in every check, and refuses what it refuses. */
function scoreWithCompiler(counts: Counts): number {
  const { killed, endless, survived, uncovered, uncompilable } = counts
  return percent(killed + endless + uncompilable, killed + endless + survived + uncovered)
}

export const unnoticed = ({ verdict: { status } }: Judged): boolean =>
  status === 'survived' || status === 'uncovered'

const TITLES = ['killed', 'endless', 'survived', 'uncovered', 'of these refused by tsc', 'ignored'] as const

function row(name: string, counts: Counts): string {
  const { killed, survived, uncovered, endless, uncompilable, ignored } = counts
  const cells = [killed, endless, survived, uncovered, uncompilable, ignored].map((count, index) =>
    String(count).padStart((TITLES[index] ?? '').length + 2),
  )
  const scores = [score(counts), scoreWithCompiler(counts)].map((one) => `${one.toFixed(1)}%`.padStart(9))
  return `${name.padEnd(44)}${cells.join('')}${scores.join('')}`
}

/** One row a file, the worst last, and the sum: of every hundred those that tests noticed, and that tests or tsc did. */
export function table(judged: readonly Judged[], root: string): string {
  const files = Map.groupBy(judged, ({ mutant }) => relative(root, mutant.path))
  const rows = [...files]
    .map(([name, inFile]) => ({ name, counts: countsOf(inFile) }))
    .sort((a, b) => score(b.counts) - score(a.counts) || a.name.localeCompare(b.name))
    .map(({ name, counts }) => row(name, counts))
  const titles = TITLES.map((title) => `  ${title}`).join('')
  return [`${'file'.padEnd(44)}${titles}    tests +tsc`, ...rows, row('all', countsOf(judged))].join('\n')
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
