/** What an attack is: who wants what, by which routes, and what each route must come to. */

import type { AttackWorld } from './world.ts'

export type AttackClass = 'prevented' | 'convicted' | 'only visible'

/** What came of a route. `succeeded`: nothing stopped it, nothing convicts it, nobody can see it: a defect. */
export type Outcome = {
  readonly class: AttackClass | 'succeeded'
  /** The refusal, invariant, type or constraint; the fault of the audit; or the public place where it shows. */
  readonly by: string
  /** The format of the file that convicts. */
  readonly evidence?: string
}

export type Route = {
  /** Which way in: the submit port, a log written by hand, a face, a witness. */
  readonly by: 'front door' | 'own log' | 'database' | 'faces' | 'witnesses' | 'genesis' | 'staff'
  readonly claim: Outcome
  /** A world other than the usual one. */
  readonly world?: WorldOptions
  /** What the honest holders have changes by acts of their own on the way. */
  readonly changes?: boolean
  /** Carries it out against real code, and says what came of it. */
  play(world: AttackWorld): Promise<Outcome>
}

export type WorldOptions = {
  readonly profile?: 'community' | 'national'
  /** Witnesses of the genesis policy, and how many of them are needed. */
  readonly witnesses?: { readonly count: number; readonly needed: number }
  readonly founding?: boolean
  /** A court that does not exist stands in the register, its notice long past. */
  readonly court?: boolean
}

export type Attack = {
  /** As the table and the test call it; unique. */
  readonly name: string
  /** What the attacker wants, in one sentence. */
  readonly wants: string
  readonly routes: readonly [Route, ...Route[]]
  /** What a holder or auditor does about it; null where every route is prevented. */
  readonly advice: string | null
}

export function prevented(by: string): Outcome {
  return { class: 'prevented', by }
}
/** `fault`: a code of the audit; `evidence`: the format of the file that convicts. */
export function convicted(fault: string, evidence: string): Outcome {
  return { class: 'convicted', by: fault, evidence }
}
export function onlyVisible(where: string): Outcome {
  return { class: 'only visible', by: where }
}

/** Stopped with this code by the desk or the procedure; null: it was accepted. */
export function stoppedBy(refusal: string | null): Outcome {
  return refusal === null ? { class: 'succeeded', by: 'it was accepted' } : prevented(refusal)
}
/** Whether it can be seen at this public place, which the route has looked at. */
export function shownIn(where: string, isThere: boolean): Outcome {
  return isThere ? onlyVisible(where) : { class: 'succeeded', by: `nothing in: ${where}` }
}
