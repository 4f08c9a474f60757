/** `npm run simulate -- --attacks`: plays the catalogue and prints it as a table. */

import { attackPage } from './page.ts'
import { type AttackRow, attackTable } from './run.ts'

export type AttackCommand = {
  readonly json: boolean
  /** The tables of docs/attacks.md in place of a run. */
  readonly page?: boolean
  /** Attacks whose name contains this alone. */
  readonly filter?: string
  readonly print: (line: string) => void
  readonly progress: (done: number, all: number, name: string) => void
}

/** 1 where what came of an attack is not what is claimed. */
export async function runAttacks(command: AttackCommand): Promise<0 | 1> {
  const { json, page = false, filter = '', print, progress } = command
  if (page) {
    print(attackPage())
    return 0
  }
  const rows = await attackTable({ filter, progress })
  for (const line of json ? [JSON.stringify(rows, null, 2)] : linesOf(rows)) print(line)
  return rows.some(({ wrong }) => wrong !== null) ? 1 : 0
}

function linesOf(rows: readonly AttackRow[]): readonly string[] {
  const cells = rows.map(({ attack, route, class: kind, by, evidence, test }) => [
    attack,
    route,
    kind,
    evidence === null ? by : `${by}, file ${evidence}`,
    test,
  ])
  const head = ['attack', 'route', 'class', 'by what', 'test']
  const widths = head.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(' | ')
      .trimEnd()
  const wrong = rows.flatMap((row) =>
    row.wrong === null ? [] : [`NOT AS CLAIMED: ${row.attack}: ${row.wrong}`],
  )
  return [
    line(head),
    widths.map((width) => '-'.repeat(width)).join('-|-'),
    ...cells.map(line),
    '',
    ...sums(rows),
    ...wrong,
  ]
}

function sums(rows: readonly AttackRow[]): readonly string[] {
  const attacks = new Set(rows.map(({ attack }) => attack)).size
  const count = (kind: string): number => rows.filter((row) => row.class === kind).length
  const kinds = ['prevented', 'convicted', 'only visible'].map((kind) => `${count(kind)} ${kind}`)
  return [`${attacks} attacks by ${rows.length} routes: ${kinds.join(', ')}; ${count('succeeded')} succeeded`]
}
