// One mutant after another against the tests that can tell, in one process.

import type { CollectedTest } from './collect.ts'
import type { Evaluator } from './evaluate.ts'
import type { Mutant } from './instrument.ts'
import type { Plan } from './plan.ts'

/**
 * `killed`: a test failed. `endless`: the mutant ran on and on, or ended the process. `uncovered`: no test reaches
 * its place. `ignored`: a comment in the source leaves it out and says why.
 */
export type Status = 'killed' | 'survived' | 'uncovered' | 'endless' | 'ignored'

export interface Verdict {
  readonly id: string
  readonly status: Status
  /** The test that failed, or null. */
  readonly by: string | null
}

interface Baseline {
  readonly ms: number
  /** Hits of each mutant's place in this test. */
  readonly reached: ReadonlyMap<string, number>
}

/** A mutant may be reached this many times as often as without it, before it counts as endless. */
const HITS_FACTOR = 100
const HITS_MIN = 1000

/** What a run of all tests without any mutant shows. */
export class Campaign {
  readonly #evaluator: Evaluator
  readonly #baselines: ReadonlyMap<string, Baseline>
  /** Mutants whose place is reached when modules are evaluated. */
  readonly #static: ReadonlyMap<string, number>
  /** The tests that reach any place of a file or of one that imports it, by path. */
  readonly #related: ReadonlyMap<string, ReadonlySet<string>>
  /** How many mutants of a file each test has killed: the best are asked first. */
  readonly #kills = new Map<string, number>()

  private constructor(
    evaluator: Evaluator,
    baselines: ReadonlyMap<string, Baseline>,
    atLoad: ReadonlyMap<string, number>,
  ) {
    this.#evaluator = evaluator
    this.#baselines = baselines
    this.#static = atLoad
    this.#related = relatedTests(evaluator.plan, baselines)
  }

  /** Run every test once without a mutant; throws where one fails. */
  static async begin(evaluator: Evaluator): Promise<Campaign> {
    const { switches } = evaluator
    const atLoad = new Map<string, number>()
    switches.reached = atLoad
    const tests = evaluator.tests()
    const baselines = new Map<string, Baseline>()
    for (const test of tests) {
      const reached = new Map<string, number>()
      switches.reached = reached
      const began = performance.now()
      try {
        await test.run()
      } catch (cause) {
        throw new Error(`without any mutant this test fails: ${test.id}`, { cause })
      }
      baselines.set(test.id, { ms: performance.now() - began, reached })
    }
    switches.reached = null
    return new Campaign(evaluator, baselines, atLoad)
  }

  /** How long the tests that may be asked take without the mutant. */
  expectedMs(mutant: Mutant): number {
    return [...this.#asked(mutant)].reduce((sum, id) => sum + (this.#baselines.get(id)?.ms ?? 0), 0)
  }

  /**
   * The tests that can tell: those that reach the mutant's place. Of a table's mutant, which is in force before any
   * test runs: those that reach its file or one that imports it, and those that only look at tables.
   */
  #asked({ id, path }: Mutant): ReadonlySet<string> {
    const atLoad = this.#static.has(id)
    const related = this.#related.get(path)
    const asked = [...this.#baselines].filter(
      ([test, { reached }]) =>
        reached.has(id) || (atLoad && (reached.size === 0 || related?.has(test) === true)),
    )
    return new Set(asked.map(([test]) => test))
  }

  /** Put the mutant in force and ask the tests, the likeliest to fail first. */
  async judge(mutant: Mutant): Promise<Verdict> {
    const { id, ignored } = mutant
    if (ignored !== null) return { id, status: 'ignored', by: null }
    const atLoad = this.#static.get(id)
    const covering = [...this.#baselines].filter(([, { reached }]) => reached.has(id))
    if (atLoad === undefined && covering.length === 0) return { id, status: 'uncovered', by: null }
    const { switches } = this.#evaluator
    const hits = covering.reduce((sum, [, { reached }]) => sum + (reached.get(id) ?? 0), atLoad ?? 0)
    switches.active = id
    switches.hits = 0
    switches.hitsMax = Math.max(HITS_MIN, hits * HITS_FACTOR)
    try {
      const failed = await this.#firstFailure(mutant)
      if (failed === null) return { id, status: 'survived', by: null }
      const endless = switches.hits > switches.hitsMax
      return { id, status: endless ? 'endless' : 'killed', by: failed }
    } finally {
      switches.active = null
    }
  }

  /** The test that fails first; the module that cannot be evaluated at all; null where everything passes. */
  async #firstFailure(mutant: Mutant): Promise<string | null> {
    let tests: readonly CollectedTest[]
    try {
      tests = this.#evaluator.tests()
    } catch (error) {
      return `evaluation: ${error instanceof Error ? error.message : String(error)}`
    }
    for (const test of this.#inOrder(tests, mutant)) {
      try {
        await test.run()
      } catch (error) {
        // Whatever a test throws, it has noticed the mutant.
        if (error !== undefined) this.#count(mutant.path, test.id)
        return test.id
      }
    }
    return null
  }

  #count(path: string, test: string): void {
    const key = `${path} ${test}`
    this.#kills.set(key, (this.#kills.get(key) ?? 0) + 1)
  }

  #inOrder(tests: readonly CollectedTest[], mutant: Mutant): readonly CollectedTest[] {
    const asked = this.#asked(mutant)
    const rated = tests.flatMap((test) => {
      const baseline = this.#baselines.get(test.id)
      if (baseline === undefined || !asked.has(test.id)) return []
      const kills = this.#kills.get(`${mutant.path} ${test.id}`) ?? 0
      const covers = baseline.reached.has(mutant.id) ? 1 : 0.1
      return [{ test, rate: (kills + covers) / (baseline.ms + 0.1) }]
    })
    return rated.sort((a, b) => b.rate - a.rate).map(({ test }) => test)
  }
}

function relatedTests(
  { modules, mutants }: Plan,
  baselines: ReadonlyMap<string, Baseline>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const pathOf = new Map(mutants.map(({ id, path }) => [id, path]))
  const reaching = new Map<string, Set<string>>()
  for (const [test, { reached }] of baselines)
    for (const path of new Set([...reached.keys()].map((id) => pathOf.get(id) ?? '')))
      reaching.set(path, (reaching.get(path) ?? new Set()).add(test))
  const related = new Map<string, Set<string>>()
  const relate = (path: string, user: string): void => {
    related.set(path, new Set([...(related.get(path) ?? []), ...(reaching.get(user) ?? [])]))
  }
  for (const { path, imports } of modules) {
    relate(path, path)
    for (const target of Object.values(imports)) if ('path' in target) relate(target.path, path)
  }
  return related
}
