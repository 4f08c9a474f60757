// Runs groups of test files with node's test runner and sums their counts.

import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './children.ts'

export interface TestCounts {
  readonly tests: number
  readonly suites: number
  readonly passed: number
  readonly failed: number
  readonly cancelled: number
  readonly skipped: number
  readonly todo: number
}

export const NO_TESTS: TestCounts = {
  tests: 0,
  suites: 0,
  passed: 0,
  failed: 0,
  cancelled: 0,
  skipped: 0,
  todo: 0,
}

export function sum(a: TestCounts, b: TestCounts): TestCounts {
  return {
    tests: a.tests + b.tests,
    suites: a.suites + b.suites,
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    cancelled: a.cancelled + b.cancelled,
    skipped: a.skipped + b.skipped,
    todo: a.todo + b.todo,
  }
}

/** A test that takes this long hangs: it is ended, and counted as cancelled, so that the rest is still told. */
const HUNG_MS = 600_000

/** Every test file of the project, as sorted paths relative to its root. */
export function testFiles(): string[] {
  const rooms = '{core,ledger,stores,registrar,faces,apps,testing,tests,scripts}'
  return globSync(`${rooms}/**/*.test.ts`, { exclude: (path) => path.includes('node_modules') }).sort()
}

/**
 * Runs the files and prints what node's `spec` reporter says. `together` runs them in one process, which suits
 * pure code: 30 times less start-up; others get a process each, two at a time.
 */
export async function runTests(
  name: string,
  files: readonly string[],
  together: boolean,
): Promise<TestCounts> {
  if (files.length === 0) return NO_TESTS
  console.log(`== tests: ${name} (${files.length} files)`)
  const directory = mkdtempSync(join(tmpdir(), 'cadastre-counts-'))
  const counts = join(directory, 'counts.json')
  const how = together ? ['--test-isolation=none'] : ['--test-concurrency=2', `--test-timeout=${HUNG_MS}`]
  const report = ['--test-reporter=spec', '--test-reporter-destination=stdout']
  report.push('--test-reporter=./scripts/count-reporter.ts', `--test-reporter-destination=${counts}`)
  const status = await run(process.execPath, ['--test', ...how, ...report, ...files])
  try {
    return checked(name, status, readFileSync(counts, 'utf8'))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The counts, with one more failure where the runner failed for another reason than a failed test, or ran nothing. */
function checked(name: string, status: number | null, text: string): TestCounts {
  const counted = text === '' ? {} : JSON.parse(text)
  const passed: number = counted.passed ?? 0
  const [suites, cancelled, skipped, todo] = ['suites', 'cancelled', 'skipped', 'todo'].map(
    (key): number => counted[key] ?? 0,
  ) as [number, number, number, number]
  const tests: number = counted.tests ?? 0
  const failed = tests - passed - cancelled - skipped - todo
  const bad = failed + cancelled
  if (tests > 0 && (status === 0) === (bad === 0))
    return { tests, suites, passed, failed, cancelled, skipped, todo }
  console.error(`== tests: ${name}: the runner ended with ${status} after ${tests} tests`)
  return { tests: tests + 1, suites, passed, failed: failed + 1, cancelled, skipped, todo }
}

/** The closing lines of node's test runner (its TAP form, which continuous integration reads), for the sum. */
export function closingLines(counts: TestCounts, durationMs: number): string {
  const lines = [
    `# tests ${counts.tests}`,
    `# suites ${counts.suites}`,
    `# pass ${counts.passed}`,
    `# fail ${counts.failed}`,
    `# cancelled ${counts.cancelled}`,
    `# skipped ${counts.skipped}`,
    `# todo ${counts.todo}`,
    `# duration_ms ${Math.round(durationMs)}`,
  ]
  return lines.join('\n')
}
