// A claim without a test is no claim: README and docs/security.md against the tests that they name.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { claimsIn, unheldClaims } from './claims.ts'

const read = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null)
const pageOf = (file: string): string => readFileSync(file, 'utf8')

/** Fewer than these were never claimed: a table that is not found would pass everything. */
const LEAST = { 'README.md': 12, 'docs/security.md': 25 }

for (const [file, least] of Object.entries(LEAST))
  test(`every claim of ${file} has a class and tests that are there`, () => {
    const page = pageOf(file)
    assert.ok(claimsIn(page).length >= least, `${claimsIn(page).length} claims`)
    assert.deepEqual(unheldClaims(page, read), [])
  })

test('README claims nothing that docs/security.md does not', () => {
  const whole = new Set(claimsIn(pageOf('docs/security.md')).map(({ claim }) => claim))
  const alone = claimsIn(pageOf('README.md')).filter(({ claim }) => !whole.has(claim))
  assert.deepEqual(
    alone.map(({ claim }) => claim),
    [],
  )
})

test('a claim without a class, without a test, of a missing file or a missing test is reported', () => {
  const page = [
    '| claim | class | held by |',
    '|---|---|---|',
    '| Good. | prevented, convicted | `a.test.ts` “it holds”, `b.test.ts` |',
    '| Vague. | impossible | `a.test.ts` |',
    '| Bare. | prevented | everybody |',
    '| Gone. | convicted | `gone.test.ts` |',
    '| Code. | convicted | `a.ts` |',
    '| Renamed. | only visible | `a.test.ts` “it held” |',
  ].join('\n')
  const files = new Map([
    ['a.test.ts', "test('it holds', () => {})"],
    ['b.test.ts', ''],
  ])
  assert.deepEqual(
    unheldClaims(page, (file) => files.get(file) ?? null),
    [
      'Vague.: class “impossible” is none of prevented, convicted, only visible',
      'Bare.: no test holds it',
      'Gone.: there is no gone.test.ts',
      'Code.: a.ts is no test',
      'Renamed.: a.test.ts has no test “it held”',
    ],
  )
})
