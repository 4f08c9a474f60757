// Evaluates the compiled modules of a plan, as often as wanted, each time from nothing.

import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import fc from 'fast-check'
import { type CollectedTest, collector } from './collect.ts'
import type { CompiledModule, Plan } from './plan.ts'

/** The two functions that instrumented code calls, and what they look at. */
export class Switches {
  /** The mutant that is in force, by id. */
  active: string | null = null
  hits = 0
  hitsMax: number = Number.POSITIVE_INFINITY
  /** How often each mutant's place was reached; null: not counted. */
  reached: Map<string, number> | null = new Map()

  readonly isActive: (id: string) => boolean = (id) => {
    if (id !== this.active) return false
    this.hits += 1
    if (this.hits > this.hitsMax) throw new Error('the mutant runs without end')
    return true
  }
  readonly cover: (...ids: readonly string[]) => void = (...ids) => {
    const { reached } = this
    if (reached !== null) for (const id of ids) reached.set(id, (reached.get(id) ?? 0) + 1)
  }
}

/** The most runs of one property: a mutant that a property finds, it finds soon. */
const PROPERTY_RUNS_MAX = 25

/** fast-check with a fixed seed, few runs and no shrinking: the same tests each time, and quick ones. */
const boundedAssert = <Ts>(
  property: fc.IRawProperty<Ts>,
  parameters?: fc.Parameters<Ts>,
): Promise<void> | void =>
  fc.assert(property, {
    ...parameters,
    seed: 1,
    numRuns: Math.min(parameters?.numRuns ?? PROPERTY_RUNS_MAX, PROPERTY_RUNS_MAX),
    endOnFailure: true,
  })

type Exports = Record<string, unknown>
type Wrapper = (
  exports: Exports,
  require: (specifier: string) => unknown,
  meta: { readonly url: string; readonly dirname: string; readonly filename: string; readonly main: false },
  isActive: Switches['isActive'],
  cover: Switches['cover'],
) => void

interface Ready {
  readonly module: CompiledModule
  readonly wrapper: Wrapper
}

/** A plan's modules, compiled once; {@link Evaluator.tests} evaluates them afresh. */
export class Evaluator {
  readonly switches: Switches = new Switches()
  readonly plan: Plan
  readonly #ready: ReadonlyMap<string, Ready>
  readonly #outside: ReadonlyMap<string, unknown>

  private constructor(plan: Plan, outside: ReadonlyMap<string, unknown>) {
    this.plan = plan
    this.#outside = outside
    this.#ready = new Map(plan.modules.map((module) => [module.path, { module, wrapper: wrapperOf(module) }]))
  }

  static async load(plan: Plan): Promise<Evaluator> {
    const names = new Set(
      plan.modules.flatMap(({ imports }) =>
        Object.values(imports).flatMap((target) => ('outside' in target ? [target.outside] : [])),
      ),
    )
    const outside = new Map<string, unknown>()
    for (const name of names) if (name !== 'node:test') outside.set(name, await import(name))
    outside.set('fast-check', { default: { ...fc, assert: boundedAssert } })
    return new Evaluator(plan, outside)
  }

  /**
   * Evaluate every module anew and collect the tests; throws what a module throws. `change` may replace what a module
   * exports, before anybody imports it.
   */
  tests(change: (path: string, exports: Exports) => void = () => undefined): readonly CollectedTest[] {
    const collected: CollectedTest[] = []
    const done = new Map<string, Exports>()
    const evaluate = (path: string): Exports => {
      const before = done.get(path)
      if (before !== undefined) return before
      const ready = this.#ready.get(path)
      if (ready === undefined) throw new Error(`${path} is not in the plan`)
      const exports: Exports = {}
      done.set(path, exports)
      const require = (specifier: string): unknown => {
        const target = ready.module.imports[specifier]
        if (target === undefined)
          throw new Error(`${path} imports ${specifier}, which the plan does not know`)
        if ('path' in target) return evaluate(target.path)
        return target.outside === 'node:test' ? collector(path, collected) : this.#outside.get(target.outside)
      }
      const meta = {
        url: pathToFileURL(path).href,
        dirname: dirname(path),
        filename: path,
        main: false,
      } as const
      ready.wrapper(exports, require, meta, this.switches.isActive, this.switches.cover)
      change(path, exports)
      return exports
    }
    for (const path of this.plan.tests) evaluate(path)
    return collected
  }
}

function wrapperOf({ path, code }: CompiledModule): Wrapper {
  const text = `(function (exports, require, __meta, stryMutAct_9fa48, stryCov_9fa48) {${code}\n})`
  return new Script(text, { filename: path }).runInThisContext()
}
