/** Reading the committed vectors, and saying whether a case went as it says. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Case } from '../src/index.ts'

export const DATA: string = join(import.meta.dirname, '../data')

/** The cases of a file, or of its member `cases`. The type is what this room's source says of them. */
export function casesOf<T>(name: string): readonly T[] {
  const value: readonly T[] | { readonly cases: readonly T[] } = JSON.parse(
    readFileSync(join(DATA, `${name}.json`), 'utf8'),
  )
  return 'cases' in value ? value.cases : value
}

/** Runs the check on every case: what it gives is null or false exactly where the case is not valid. */
export function agreesOn<T extends Case>(cases: readonly T[], check: (one: T) => unknown): void {
  assert.ok(cases.some(({ valid }) => valid) || cases.some(({ valid }) => !valid))
  for (const one of cases) {
    const given = check(one)
    assert.equal(given !== null && given !== false, one.valid, one.name)
  }
}

export function orNull<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false },
): T | null {
  return result.ok ? result.value : null
}
