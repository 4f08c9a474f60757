// Runs dependency-cruiser over a tree of rooms and says which arrows are forbidden.

import { globSync } from 'node:fs'
import { cruise } from 'dependency-cruiser'
import { RULES } from './arrows.ts'

export interface Survey {
  /** Modules that the cruiser read, relative to the tree. */
  readonly modules: ReadonlySet<string>
  /** Forbidden imports, as `from -> to: rule (comment)`. */
  readonly violations: readonly string[]
}

/** Floors whose files the cruiser reads. */
const FLOORS = [
  'core',
  'ledger',
  'stores',
  'registrar',
  'faces',
  'apps',
  'community',
  'testing',
  'tests',
  'scripts',
  'bench',
]

/** Surveys the tree at `baseDir`, an absolute path. */
export async function survey(baseDir: string): Promise<Survey> {
  const present = globSync(FLOORS, { cwd: baseDir })
  const { output } = await cruise(present, {
    baseDir,
    validate: true,
    ruleSet: { forbidden: [...RULES] },
    // Type-only imports are arrows too: a room that knows another's types is bound to it.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)node_modules/.*/node_modules/|\\.json$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  })
  if (typeof output === 'string') throw new Error('dependency-cruiser gave text instead of a result')
  const read = output.modules.map(({ source }) => source).filter((path) => path.endsWith('.ts'))
  const why = new Map(RULES.map(({ name, comment }) => [name, comment]))
  const violations = output.summary.violations.map(
    ({ from, to, rule }) => `${from} -> ${to}: ${rule.name} (${why.get(rule.name)})`,
  )
  return { modules: new Set(read), violations }
}
