// npm run bench: every benchmark in turn, each in a process of its own, and one table of their figures beside their
// limits at the end.
//   npm run bench                 all
//   npm run bench -- import whois only bench/import.ts and bench/whois.ts
// Exits 1 when a benchmark failed or a limit was missed.

import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { columnsOf, type Figure, ratioOf } from '../bench/figures.ts'
import { endChildren, run } from './children.ts'
import { type PostgresCluster, startPostgres } from './postgres.ts'

/** Modules beside the benchmarks, which measure nothing themselves. */
const NOT_BENCHMARKS = new Set(['figures', 'delegations', 'audit-log-maker'])

const known = globSync('bench/*.ts')
  .map((path) => basename(path, '.ts'))
  .filter((name) => !NOT_BENCHMARKS.has(name))
  .sort()

/** The stores' benchmarks use it where it can be started; without, they say that they leave it out. */
async function postgres(): Promise<PostgresCluster | null> {
  if (process.env['CADASTRE_TEST_POSTGRES'] !== undefined) return null
  try {
    const cluster = await startPostgres()
    process.env['CADASTRE_TEST_POSTGRES'] = cluster.url
    return cluster
  } catch (error) {
    console.log(`PostgreSQL is left out: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}

const figuresIn = (file: string): Figure[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

function table(figures: readonly Figure[]): string {
  const rows = [['figure', 'measured', 'limit', 'ratio', 'ok'], ...figures.map(columnsOf)]
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')).join('\n')
}

async function main(asked: readonly string[]): Promise<boolean> {
  const unknown = asked.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    console.error(`no benchmark ${unknown.join(', ')}; there are ${known.join(', ')}`)
    return false
  }
  const directory = mkdtempSync(join(tmpdir(), 'cadastre-bench-'))
  const file = join(directory, 'figures')
  writeFileSync(file, '')
  process.env['CADASTRE_BENCH_FIGURES'] = file
  const cluster = await postgres()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      endChildren()
      void (cluster?.stop() ?? Promise.resolve()).finally(() => process.exit(1))
    })
  const failed: string[] = []
  try {
    for (const name of asked.length === 0 ? known : asked) {
      console.log(`== bench: ${name}`)
      if ((await run(process.execPath, [`bench/${name}.ts`])) !== 0) failed.push(name)
    }
    const figures = figuresIn(file)
    console.log(`\n${table(figures)}`)
    const missed = figures.filter((figure) => (ratioOf(figure) ?? 1) < 1)
    console.log(`\n${figures.length} figures, ${missed.length} missed, ${failed.length} benchmarks failed`)
    if (failed.length > 0) console.error(`== bench: FAILED: ${failed.join(', ')}`)
    return missed.length === 0 && failed.length === 0
  } finally {
    await cluster?.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1
