// npm run mutate -- [files…] [--json FILE] [--since FILE] [--jobs N]
// Mutation testing of core/procedures on its own tests. `files` are parts of the names of source files; without any,
// all are mutated. `--json` writes every verdict; `--since` reads such a file, and does not judge again what a test
// noticed then. Ends with 1 where a mutant survives that compiles and that `survivors.json` does not explain, and
// where that file explains one that does not survive.

import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import type { Verdict } from './campaign.ts'
import { coreCompiler } from './compile.ts'
import type { Mutant } from './instrument.ts'
import { explained, readKnown, stale } from './known.ts'
import { makePlan } from './plan.ts'
import { type Judged, survivorLine, table, unnoticed } from './report.ts'
import { judgeAll } from './run.ts'

const ROOT = process.cwd()
const SOURCES = 'core/procedures/src/*.ts'
const TESTS = 'core/procedures/test/*.test.ts'
const EVERY_MS = 15_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, since: { type: 'string' }, jobs: { type: 'string', default: '1' } },
})

const found = (pattern: string): string[] =>
  globSync(pattern)
    .sort()
    .map((path) => join(ROOT, path))

async function main(): Promise<boolean> {
  const chosen = found(SOURCES).filter(
    (path) => positionals.length === 0 || positionals.some((part) => path.includes(part)),
  )
  if (chosen.length === 0) throw new Error(`no source file matches ${positionals.join(' ')}`)
  const plan = await makePlan(chosen, found(TESTS))
  console.log(`${plan.mutants.length} mutants in ${chosen.length} files`)
  const began = performance.now()
  let done = 0
  let shown = began
  const before = noticedIn(values.since ?? null, plan.mutants)
  const waiting = plan.mutants.filter(({ id }) => !before.has(id))
  const judgedNow = await judgeAll(plan, waiting, Number(values.jobs), () => {
    done += 1
    if (performance.now() - shown < EVERY_MS) return
    shown = performance.now()
    console.log(`${done} of ${waiting.length} in ${((shown - began) / 1000).toFixed(0)} s`)
  })
  const verdicts = [...before.values(), ...judgedNow]
  const byId = new Map(verdicts.map((verdict) => [verdict.id, verdict]))
  const compiler = coreCompiler(ROOT)
  const judged = plan.mutants.flatMap((mutant): Judged[] => {
    const verdict = byId.get(mutant.id)
    if (verdict === undefined) return []
    const survives = verdict.status === 'survived' || verdict.status === 'uncovered'
    return [{ mutant, verdict, objection: survives ? compiler.objection(mutant) : null }]
  })
  if (values.json !== undefined) {
    const named = judged.map((one) => ({
      ...one,
      mutant: { ...one.mutant, path: relative(ROOT, one.mutant.path) },
    }))
    writeFileSync(values.json, JSON.stringify(named, null, 1))
  }
  const whole = report(judged, chosen)
  const missing = waiting.length - judgedNow.length
  if (missing > 0)
    console.log(`Interrupted: ${missing} mutants have not been judged, and the table leaves them out.`)
  return whole && missing === 0
}

/** What names a mutant from one run to the next, where lines move. */
const nameOf = ({ path, lineText, original, replacement }: Mutant): string =>
  JSON.stringify([relative(ROOT, path), lineText, original, replacement])

/** The verdicts of an earlier run on mutants that a test noticed then, by the ids that they have now. */
function noticedIn(file: string | null, mutants: readonly Mutant[]): ReadonlyMap<string, Verdict> {
  if (file === null) return new Map()
  const judged: readonly Judged[] = JSON.parse(readFileSync(file, 'utf8'))
  const seen = Map.groupBy(judged, ({ mutant }) => nameOf(mutant))
  return new Map(
    mutants.flatMap((mutant) => {
      const then = seen.get(nameOf(mutant)) ?? []
      const [first] = then
      if (first === undefined || then.some(unnoticed)) return []
      return [[mutant.id, { ...first.verdict, id: mutant.id }]]
    }),
  )
}

function report(judged: readonly Judged[], chosen: readonly string[]): boolean {
  const known = readKnown(ROOT)
  const survivors = judged.filter(unnoticed)
  const compiling = survivors.filter(({ objection }) => objection === null)
  const unexplained = compiling.filter((one) => !explained(one, known, ROOT))
  console.log(table(judged, ROOT))
  for (const survivor of unexplained) console.log(survivorLine(survivor, ROOT))
  const outdated = stale(judged, known, ROOT, chosen)
  for (const entry of outdated)
    console.log(`explained, but no survivor: ${entry.file}: ${entry.original} → ${entry.replacement}`)
  const [refused, explainedCount] = [
    survivors.length - compiling.length,
    compiling.length - unexplained.length,
  ]
  console.log(
    `${survivors.length} survivors: ${refused} refused by the compiler, ${explainedCount} explained, ${unexplained.length} not`,
  )
  return unexplained.length + outdated.length === 0
}

process.exitCode = (await main()) ? 0 : 1
