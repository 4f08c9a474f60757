// The mutation runner itself, on a small room made for it: what a test notices is killed, what none notices survives.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Compiler } from './compile.ts'
import { explained, type Known, stale } from './known.ts'
import { makePlan } from './plan.ts'
import { countsOf, type Judged, score, survivorLine, table, unnoticed } from './report.ts'
import { judgeAll } from './run.ts'

const SOURCE = `export const LIMIT = 10
export const CODES = ['too-large']
export function fits(size: number): boolean {
  return size <= LIMIT
}
export function sum(upTo: number): number {
  let total = 0
  for (let n = 1; n <= upTo; n++) total += n
  return total
}
export function unused(): string {
  return 'nobody asks'
}
// Stryker disable next-line StringLiteral: the text is for people
export const TITLE = 'Sizes'
`
const TEST = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CODES, fits, sum } from '../src/sizes.ts'
test('what is larger does not fit', () => {
  assert.equal(fits(11), false)
  assert.equal(fits(9), true)
})
test('too-large is a code', () => assert.deepEqual(CODES, ['too-large']))
test('a sum', async () => assert.equal(sum(3), 6))
`

/** Run the mutants of a source against a test, both in a directory of their own. */
async function judge(source: string, tests: string): Promise<{ root: string; judged: readonly Judged[] }> {
  const root = mkdtempSync(join(tmpdir(), 'cadastre-mutants-'))
  try {
    for (const name of ['src', 'test']) mkdirSync(join(root, name))
    const paths = [join(root, 'src/sizes.ts'), join(root, 'test/sizes.test.ts')] as const
    writeFileSync(paths[0], source)
    writeFileSync(paths[1], tests)
    const plan = await makePlan([paths[0]], [paths[1]])
    const verdicts = await judgeAll(plan, plan.mutants, 1, () => undefined)
    const byId = new Map(verdicts.map((verdict) => [verdict.id, verdict]))
    const judged = plan.mutants.flatMap((mutant) => {
      const verdict = byId.get(mutant.id)
      return verdict === undefined ? [] : [{ mutant, verdict, objection: null }]
    })
    assert.equal(judged.length, plan.mutants.length)
    return { root, judged }
  } finally {
    rmSync(root, { recursive: true })
  }
}

function statusOf(judged: readonly Judged[], original: string, replacement: string): string | undefined {
  return judged.find(({ mutant }) => mutant.original === original && mutant.replacement === replacement)
    ?.verdict.status
}

test('a planted mutant is killed, one at the untested edge survives, in tables as in functions; loops are ended', async () => {
  const { root, judged } = await judge(SOURCE, TEST)
  const status = (original: string, replacement: string): string | undefined =>
    statusOf(judged, original, replacement)
  assert.equal(status('size <= LIMIT', 'size > LIMIT'), 'killed')
  assert.equal(status('size <= LIMIT', 'size < LIMIT'), 'survived')
  assert.equal(status("['too-large']", '[]'), 'killed')
  assert.equal(status('n++', 'n--'), 'endless')
  assert.equal(status("'nobody asks'", '""'), 'uncovered')
  assert.equal(status("'Sizes'", '""'), 'ignored')
  const survivors = judged.filter(unnoticed)
  const [edge] = survivors
  assert.ok(edge)
  assert.equal(survivorLine(edge, root), 'src/sizes.ts:4:10 EqualityOperator: size <= LIMIT → size < LIMIT')
  const { killed, endless, survived, uncovered } = countsOf(judged)
  assert.equal(
    score(countsOf(judged)),
    (100 * (killed + endless)) / (killed + endless + survived + uncovered),
  )
  assert.match(table(judged, root), /^src\/sizes\.ts +\d/m)
  const known: Known = {
    file: 'src/sizes.ts',
    line: 'return size <= LIMIT',
    original: 'size <= LIMIT',
    replacement: 'size < LIMIT',
  }
  assert.deepEqual(
    survivors.filter((one) => explained(one, [known], root)),
    [edge],
  )
  const noticed = { ...known, replacement: 'size > LIMIT' }
  assert.deepEqual(stale(judged, [known, noticed], root, [edge.mutant.path]), [noticed])
})

test('tests that fail without any mutant prove nothing, and a comment that leaves mutants out says why', async () => {
  await assert.rejects(judge(SOURCE, TEST.replace('fits(9), true', 'fits(9), false')), /without any mutant/)
  await assert.rejects(judge(SOURCE.replace(': the text is for people', ''), TEST), /without a reason/)
})

test('the compiler refuses a mutant that cannot be part of the program, and only such a one', async () => {
  const root = mkdtempSync(join(tmpdir(), 'cadastre-mutants-'))
  try {
    const path = join(root, 'guard.ts')
    writeFileSync(
      path,
      `export function first(names: readonly string[]): number {\n  const [name] = names\n  if (name === undefined) throw new Error('none')\n  return name.length\n}\n`,
    )
    const config = join(root, 'tsconfig.json')
    const compilerOptions = { strict: true, noUncheckedIndexedAccess: true, types: [], target: 'ES2024' }
    writeFileSync(config, JSON.stringify({ compilerOptions, include: ['*.ts'] }))
    const plan = await makePlan([path], [])
    const compiler = new Compiler(config)
    const objection = (replacement: string): string | null | undefined => {
      const mutant = plan.mutants.find((one) => one.replacement === replacement)
      return mutant === undefined ? undefined : compiler.objection(mutant)
    }
    assert.match(objection('false') ?? '', /undefined/)
    assert.equal(objection('""'), null)
    // After each question the compiler knows the file as it is.
    assert.match(objection('false') ?? '', /undefined/)
  } finally {
    rmSync(root, { recursive: true })
  }
})
