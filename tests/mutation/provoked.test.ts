// issue 3: "a test named after each precondition and each refusal". For every procedure and every code of its list a
// test of the core carries the code in its name, and the procedure really decides so while that test runs.

import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Executed, PROCEDURES } from '@cadastre/procedures'
import { isObject } from '@cadastre/records'
import { Evaluator } from './evaluate.ts'
import { makePlan } from './plan.ts'

const ROOT = join(import.meta.dirname, '../..')
const EXECUTE = join(ROOT, 'core/procedures/src/execute.ts')
const TESTS = globSync('core/procedures/test/*.test.ts', { cwd: ROOT })
  .sort()
  .map((path) => join(ROOT, path))

type Execute = (procedure: { readonly id: string }, ...rest: readonly unknown[]) => Executed

/** The codes that an outcome gives: of a refusal, of an application that failed, and of an order that is returned. */
function codesOf({ outcome }: Executed): readonly string[] {
  if (!outcome.accepted) return outcome.refusals
  return outcome.stamped.flatMap(({ key, next }) => {
    if (!/^obj\/(?:application|order)\//.test(key) || !isObject(next)) return []
    const { reason } = next
    return typeof reason === 'string' ? [reason] : []
  })
}

/** Run the core's tests; the ids of the tests in which each procedure gave each code, by `<procedure> <code>`. */
async function decided(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const seen = new Map<string, Set<string>>()
  let current = ''
  const evaluator = await Evaluator.load(await makePlan([EXECUTE], TESTS))
  evaluator.switches.reached = null
  const watched = (real: Execute): Execute => {
    return (procedure, ...rest) => {
      const executed = real(procedure, ...rest)
      for (const code of codesOf(executed)) {
        const pair = `${procedure.id} ${code}`
        seen.set(pair, (seen.get(pair) ?? new Set<string>()).add(current))
      }
      return executed
    }
  }
  const tests = evaluator.tests((path, exports) => {
    if (path === EXECUTE) exports['execute'] = watched(exports['execute'] as Execute)
  })
  for (const one of tests) {
    current = one.id
    await one.run()
  }
  return seen
}

/** Whether the test has the code in its name. */
function named(test: string, code: string): boolean {
  const [, ...name] = test.split('#')
  const words: readonly string[] = name.join('#').match(/[a-z0-9]+(?:-[a-z0-9]+)*/g) ?? []
  return words.includes(code)
}

test('every refusal of every procedure is really decided, in a test that carries its name', async () => {
  const seen = await decided()
  assert.ok(seen.size > 500, `${seen.size}`)
  const missing = Object.values(PROCEDURES).flatMap(({ id, refusals }) =>
    refusals.flatMap((code) => {
      const tests = [...(seen.get(`${id} ${code}`) ?? [])]
      if (tests.length === 0) return [`${id}: ${code}: no test provokes it`]
      return tests.some((one) => named(one, code)) ? [] : [`${id}: ${code}: no test is named after it`]
    }),
  )
  assert.deepEqual(missing, [])
})

test('a code is named as a whole word', () => {
  assert.equal(named('/x/lock.test.ts#3 not-locked, frozen', 'frozen'), true)
  assert.equal(named('/x/lock.test.ts#3 not-locked, frozen', 'locked'), false)
  assert.equal(named('/x/frozen.test.ts#1 more', 'frozen'), false)
})
