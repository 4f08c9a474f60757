// The survivors that are explained: mutants that change nothing anybody can observe, each with the reason.

import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Judged, unnoticed } from './report.ts'

/** Names mutants by the text of their line, so that it stands when lines move. */
export interface Known {
  readonly file: string
  /** The line the mutant begins on, without the white space around it. */
  readonly line: string
  readonly original: string
  readonly replacement: string
}

/** Survivors of one kind. */
interface Reason {
  /** Why no test can tell these mutants from the code. */
  readonly reason: string
  readonly mutants: readonly Known[]
}

const LIST = 'tests/mutation/survivors.json'

export function readKnown(root: string): readonly Known[] {
  const reasons: readonly Reason[] = JSON.parse(readFileSync(join(root, LIST), 'utf8'))
  return reasons.flatMap(({ mutants }) => mutants)
}

function fits({ mutant }: Judged, known: Known, root: string): boolean {
  return (
    known.file === relative(root, mutant.path) &&
    known.line === mutant.lineText &&
    known.original === mutant.original &&
    known.replacement === mutant.replacement
  )
}

export function explained(one: Judged, known: readonly Known[], root: string): boolean {
  return known.some((entry) => fits(one, entry, root))
}

/** Entries of files that were mutated, which no survivor fits any more. */
export function stale(
  judged: readonly Judged[],
  known: readonly Known[],
  root: string,
  chosen: readonly string[],
): readonly Known[] {
  const files = new Set(chosen.map((path) => relative(root, path)))
  const survivors = judged.filter(unnoticed)
  return known.filter((entry) => files.has(entry.file) && !survivors.some((one) => fits(one, entry, root)))
}
