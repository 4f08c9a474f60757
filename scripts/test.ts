// npm test: everything that is checked, in one command.
//   npm test              Debian packages, npm run check, every test
//   npm test -- core      only the test files whose path begins with (or contains) `core`
// Ends with the summary of node's test runner; exits 1 on any failure.

import { check, isWall } from './check.ts'
import { endChildren } from './children.ts'
import { provideDebianPackages, reportLeftOut } from './debian.ts'
import { type PostgresCluster, startPostgres } from './postgres.ts'
import { closingLines, NO_TESTS, runTests, sum, type TestCounts, testFiles } from './run-tests.ts'

/** Pure rooms, whose tests share one process; every other test file gets a process of its own. */
const TOGETHER = ['core/', 'ledger/']

const inCi = process.env['CI'] === 'true'

async function runAll(files: readonly string[]): Promise<TestCounts> {
  let counts = NO_TESTS
  for (const room of TOGETHER) {
    const inRoom = files.filter((file) => file.startsWith(room))
    counts = sum(counts, await runTests(room, inRoom, true))
  }
  const rest = files.filter((file) => !TOGETHER.some((room) => file.startsWith(room)))
  return sum(counts, await runTests('a process each', rest, false))
}

/** The files named by the arguments: a path prefix, or any part of a path; all of them without arguments. */
function chosen(filters: readonly string[]): string[] {
  const files = testFiles()
  if (filters.length === 0) return files.filter((file) => !isWall(file)) // walls run within the check
  return files.filter((file) => filters.some((filter) => file.includes(filter)))
}

async function main(filters: readonly string[]): Promise<boolean> {
  const began = performance.now()
  const files = chosen(filters)
  if (files.length === 0) {
    console.error(`no test file matches ${filters.join(' ')}`)
    return false
  }
  const missing = provideDebianPackages()
  reportLeftOut(missing)
  if (inCi && missing.length > 0) {
    console.error('== CI=true: nothing may be left out')
    return false
  }
  process.env['CADASTRE_MISSING'] = JSON.stringify(missing)
  let cluster: PostgresCluster | undefined
  const stop = async (): Promise<void> => cluster?.stop()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      endChildren()
      void stop().finally(() => process.exit(1))
    })
  }
  try {
    if (!missing.includes('postgresql')) {
      cluster = await startPostgres()
      process.env['CADASTRE_TEST_POSTGRES'] = cluster.url
      console.log('== PostgreSQL: a private cluster is running')
    }
    const checked = filters.length === 0 ? await check() : { failures: [], counts: NO_TESTS }
    const counts = sum(checked.counts, await runAll(files))
    const leftOut = counts.skipped + counts.todo
    if (checked.failures.length > 0) console.error(`== check: FAILED: ${checked.failures.join(', ')}`)
    if (inCi && leftOut > 0)
      console.error(`== CI=true: ${leftOut} tests were skipped; nothing may be left out`)
    console.log(closingLines(counts, performance.now() - began))
    const passed = checked.failures.length === 0 && counts.failed + counts.cancelled === 0
    return passed && counts.tests > 0 && !(inCi && leftOut > 0)
  } finally {
    await stop()
  }
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1
