// npm run check: types, lint and format, walls, dead code, document links. Runs every step and shows every
// failure; exits 1 if there was one.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './children.ts'
import { NO_TESTS, runTests, sum, type TestCounts, testFiles } from './run-tests.ts'

export interface CheckResult {
  /** Names of the steps that failed. */
  readonly failures: readonly string[]
  /** Counts of the wall tests. */
  readonly counts: TestCounts
}

const passes = async (program: string, ...args: readonly string[]): Promise<boolean> =>
  (await run(program, args)) === 0

const bin = (name: string): string => join('node_modules/.bin', name)

/** Projects for the compiler: the core alone with nothing but the language, everything, the browsers' parts. */
const PROJECTS = [
  'tsconfig.core.json',
  'tsconfig.json',
  'faces/explorer/browser/tsconfig.json',
  'apps/watch/browser/tsconfig.json',
]

/** The walls: tests that read the source instead of running it. */
export const isWall = (file: string): boolean => file.startsWith('tests/walls/')

export async function check(): Promise<CheckResult> {
  const failures: string[] = []
  let counts = NO_TESTS
  const step = async (name: string, work: () => Promise<boolean>): Promise<void> => {
    console.log(`== check: ${name}`)
    const began = performance.now()
    const passed = await work()
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    console.log(`== check: ${name}: ${passed ? 'passed' : 'FAILED'} in ${seconds} s`)
    if (!passed) failures.push(name)
  }
  for (const project of PROJECTS.filter((path) => existsSync(path))) {
    await step(`types (${project})`, () => passes(bin('tsc'), '-p', project))
  }
  await step('lint and format', () => passes(bin('biome'), 'check', '--error-on-warnings', '.'))
  await step('walls', async () => {
    const walls = await runTests('walls', testFiles().filter(isWall), true)
    counts = sum(counts, walls)
    return walls.failed + walls.cancelled === 0
  })
  await step('dead code', () => passes(bin('knip'), '--no-config-hints'))
  await step('document links', () => passes(process.execPath, 'scripts/docs-links.ts'))
  return { failures, counts }
}

if (import.meta.main) {
  const { failures } = await check()
  console.log(failures.length === 0 ? '== check: all passed' : `== check: FAILED: ${failures.join(', ')}`)
  process.exitCode = failures.length === 0 ? 0 : 1
}
