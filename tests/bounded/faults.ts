// node tests/bounded/faults.ts [--bounded]
// Writes the table of docs/faults.md anew: every deliberate fault put to the bounded check, the observers of random
// histories and the second model. `--bounded`: the bounded check alone, what the others found stays as it stands.

import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { foundByObservers, foundBySecondModel } from './faults/by-simulation.ts'
import { FAULTS } from './faults/index.ts'
import { boundedFinding, type Row, rowsIn, tableOf } from './faults/table.ts'

const PAGE = new URL('../../docs/faults.md', import.meta.url)
const { values } = parseArgs({ options: { bounded: { type: 'boolean', default: false } } })
const page = readFileSync(PAGE, 'utf8')
const before = new Map(rowsIn(page).map((row) => [row.what, row]))
const rows: Row[] = []
for (const [place, fault] of FAULTS.entries()) {
  const old = before.get(fault.what)
  const row = {
    what: fault.what,
    bounded: boundedFinding(fault),
    observers: values.bounded ? (old?.observers ?? null) : foundByObservers(fault),
    model: values.bounded ? (old?.model ?? null) : foundBySecondModel(fault),
  }
  rows.push(row)
  console.log(
    `${place + 1}/${FAULTS.length} ${row.what}: ${[row.bounded, row.observers, row.model].map((one) => one ?? '–').join(' | ')}`,
  )
}
const start = page.indexOf('| fault |')
const end = page.lastIndexOf('|\n') + 1
writeFileSync(PAGE, `${page.slice(0, start)}${tableOf(rows)}${page.slice(end)}`)
const unfound = rows.filter(({ bounded, observers, model }) => (bounded ?? observers ?? model) === null)
for (const { what } of unfound) console.error(`found by nothing: ${what}`)
process.exitCode = unfound.length === 0 ? 0 : 1
