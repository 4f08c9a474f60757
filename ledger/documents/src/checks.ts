/** The checks of one signature as they are made: each is said once, and what was not reached was not checked. */

import { CHECKS, type CheckName, type Code } from './codes.ts'
import type { CheckResult } from './report.ts'

export class CheckList {
  readonly #said: Map<CheckName, CheckResult> = new Map()

  pass(check: CheckName): void {
    this.#say({ check, result: 'pass', code: null })
  }

  fail(check: CheckName, code: Code): void {
    this.#say({ check, result: 'fail', code })
  }

  /** There is nothing to check, or nothing to check it with; `code` says which. */
  skip(check: CheckName, code: Code): void {
    this.#say({ check, result: 'not-checked', code })
  }

  /** Passes without a code, fails with one. */
  say(check: CheckName, code: Code | null): void {
    if (code === null) this.pass(check)
    else this.fail(check, code)
  }

  get failed(): boolean {
    return [...this.#said.values()].some(({ result }) => result === 'fail')
  }

  passed(check: CheckName): boolean {
    return this.#said.get(check)?.result === 'pass'
  }

  results(): readonly CheckResult[] {
    return CHECKS.map((check) => this.#said.get(check) ?? { check, result: 'not-checked', code: null })
  }

  #say(result: CheckResult): void {
    if (this.#said.has(result.check)) throw new Error(`${result.check} is said twice`)
    this.#said.set(result.check, result)
  }
}
