// The table of docs/faults.md: each deliberate fault, and what finds it.

import { CHECKS } from '../checks/index.ts'
import type { Fault } from './fault.ts'
import { findBounded } from './find.ts'

/** Processor time for one fault in the bounded check, milliseconds: far more than any of them takes. */
const MOST = 60_000

export type Row = {
  readonly what: string
  /** Check and length of the shortest history, in acts; null where the bounded check does not find it. */
  readonly bounded: string | null
  readonly observers: string | null
  readonly model: string | null
}

/** What the bounded check finds: the check and how many acts it took; `execute`: stopped by an invariant at run time. */
export function boundedFinding(fault: Fault): string | null {
  const found = findBounded(fault, MOST)
  if (found === null) return null
  const known = CHECKS.some(({ name }) => name === found.check)
  const acts = found.history.length
  const name = known || found.check !== 'execute' ? found.check : 'stopped by `execute`'
  return `${name} (${acts} ${acts === 1 ? 'act' : 'acts'})`
}

const cell = (text: string | null): string => text ?? '–'

export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ what, bounded, observers, model }) =>
      `| ${what} | ${cell(bounded)} | ${cell(observers)} | ${cell(model)} |`,
  )
  return [
    '| fault | bounded check | observers of random histories | second model |',
    '|---|---|---|---|',
    ...lines,
  ].join('\n')
}

/** The rows that a page's table holds. */
export function rowsIn(page: string): readonly Row[] {
  const lines = page.split('\n').filter((line) => /^\| [a-z-]+\/\d+: /.test(line))
  const read = (text: string | undefined): string | null => (text === undefined || text === '–' ? null : text)
  return lines.map((line) => {
    const [, what = '', bounded, observers, model] = line.split('|').map((part) => part.trim())
    return { what, bounded: read(bounded), observers: read(observers), model: read(model) }
  })
}
