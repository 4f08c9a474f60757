/**
 * Breadth first through the small world: every act that can be asked in a state, through the real `execute`, at once and
 * at each moment at which it may have become possible. States that are alike up to symmetry are visited once.
 */

import { type Act, execute, PROCEDURES, type Procedure, type StampedEffect } from '@cadastre/procedures'
import type { Instant, LoggedInput } from '@cadastre/records'
import {
  ALL_FAMILIES,
  attested,
  dueActs,
  type Family,
  hostile,
  momentsIn,
  offersIn,
  openExaminations,
  wronglySigned,
} from './alphabet.ts'
import type { SmallState } from './small-state.ts'
import { actOf, type Origin, type Wish } from './small-world.ts'
import { Symmetry } from './symmetry.ts'
import { View } from './view.ts'

/** One act as it was accepted, and what was before it. */
export type Taken = {
  readonly procedure: string
  readonly act: Act
  readonly at: Instant
  readonly index: number
  readonly before: SmallState
  readonly after: SmallState
  readonly effects: readonly StampedEffect[]
  /** The act before it; null at the start. */
  readonly earlier: Taken | null
}

/** Judges an accepted act with its whole history; a text says what is wrong. */
export type Check = { readonly name: string; readonly check: (taken: Taken) => string | null }

export type Bounds = {
  /** Steps of a history: acts, but that an examination which both attestors answer alike is one step of four acts. */
  readonly depth: number
  readonly families?: readonly Family[]
  /**
   * How many chains of steps a history may consist of: in a chain each step after the first was impossible when the
   * chain began. Null: any steps in any order.
   */
  readonly chains?: number | null
  /** Procedures that stand in place of the real ones. */
  readonly broken?: readonly Procedure[]
  /** On how many holders acts are tried; null: on all. */
  readonly subjects?: number | null
  /** Instants tried after each state, besides the present, the last second before the first of them, and the far future. */
  readonly moments?: number
  /** Whether to stop; asked before each state. */
  readonly stop?: () => boolean
  readonly onLayer?: (layer: Layer) => void
}

export type Layer = {
  readonly depth: number
  /** States of this depth that were not seen before; of the last one all that were reached. */
  readonly states: number
  readonly accepted: number
  readonly decided: number
  /** The longest history, in acts. */
  readonly acts: number
  /** Whether every state before it was expanded. */
  readonly complete: boolean
}
export type Found = { readonly check: string; readonly message: string; readonly history: readonly Taken[] }
export type Explored = { readonly layers: readonly Layer[]; readonly found: Found | null }

type Node = {
  readonly state: SmallState
  readonly at: Instant
  readonly index: number
  readonly taken: Taken | null
  /** Chains that may still be begun. */
  readonly chains: number
  /** What was possible when the chain began. */
  readonly base: ReadonlySet<string>
}
type Step = { readonly id: string; readonly taken: Taken }

/** Inputs on which an act was refused. */
type Refused = readonly LoggedInput[]

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g

class Exploration {
  readonly #procedures: { readonly [id: string]: Procedure }
  readonly #checks: readonly Check[]
  readonly #bounds: Bounds
  readonly #symmetry: Symmetry
  readonly #visited = new Set<string>()
  /** Decisions are pure: what was refused on these inputs at this time is refused again. */
  readonly #refused = new Map<string, Refused[]>()
  next: Node[] = []
  reached = 0
  decided = 0
  accepted = 0
  /** Index of the last entry of the longest history. */
  longest = 0
  found: Found | null = null

  constructor(origin: Origin, checks: readonly Check[], bounds: Bounds) {
    const broken = (bounds.broken ?? []).map((procedure) => [procedure.id, procedure] as const)
    this.#procedures = { ...PROCEDURES, ...Object.fromEntries(broken) }
    this.#checks = checks
    this.#bounds = bounds
    this.#symmetry = new Symmetry(origin.state)
  }

  /** Everything that can follow; `last`: whether nothing is to follow that again. */
  expand(node: Node, last: boolean): void {
    const steps: Step[] = []
    const possible = new Set<string>()
    this.#at(node, node.at, possible, steps)
    for (const moment of momentsIn(node.state, node.at, this.#bounds.moments ?? 4))
      if (this.found === null) this.#at(node, moment, possible, steps)
    if (last) this.reached += steps.length
    else for (const step of steps) this.#reach(node, step, possible)
  }

  /**
   * All that can be asked at this instant. Of what is asked after a wait only what was not possible before it: the rest
   * might as well have been asked before.
   */
  #at(node: Node, at: Instant, possible: Set<string>, steps: Step[]): void {
    const view = new View(node.state, at, this.#bounds.subjects ?? Number.POSITIVE_INFINITY)
    const before = new Set(possible)
    const skips = (id: string): boolean => before.has(id) || (node.chains === 0 && node.base.has(id))
    for (const offer of offersIn(view, this.#bounds.families ?? ALL_FAMILIES)) {
      const id = idOf(offer.wish)
      if (skips(id)) continue
      const right = this.#ask(node, offer.wish, at)
      if (right === null) continue
      possible.add(id)
      steps.push({ id, taken: right })
      for (const wrong of wronglySigned(view, offer)) {
        const taken = this.#ask(node, wrong, at)
        if (taken !== null) steps.push({ id, taken })
      }
      for (const wrong of hostile(offer)) this.#refuses(node, wrong, at)
      if (this.found !== null) return
    }
    for (const { procedure, subject } of dueActs(node.state)) {
      const id = `due ${subject}`
      if (skips(id)) continue
      const taken = this.#take(node, procedure, { kind: 'due', subject }, at, `${at} ${procedure} ${subject}`)
      if (taken === null) continue
      possible.add(id)
      steps.push({ id, taken })
    }
    for (const application of openExaminations(view)) {
      const id = `attested ${application.handle}`
      const taken = skips(id) ? null : this.#sequence(node, attested(view, application), at)
      if (taken === null) continue
      possible.add(id)
      steps.push({ id, taken })
    }
  }

  /** What may never be accepted. */
  #refuses(node: Node, wish: Wish, at: Instant): void {
    const taken = this.#ask(node, wish, at)
    if (taken === null || this.found !== null) return
    const message = 'it was for another registry, had expired, or named what no longer stands'
    this.found = { check: 'what is hostile is refused', message, history: historyOf(taken) }
  }

  /** Several acts as one step; null where one of them is refused. */
  #sequence(node: Node, wishes: readonly Wish[], at: Instant): Taken | null {
    let taken: Taken | null = null
    let here = node
    for (const wish of wishes) {
      taken = this.#ask(here, wish, at)
      if (taken === null) return null
      here = { ...node, state: taken.after, index: taken.index + 1, taken }
    }
    return taken
  }

  #ask(node: Node, wish: Wish, at: Instant): Taken | null {
    const { body, replaces = [], by, statements = [], feeNotes = [] } = wish
    const { origin = '', expired = false } = wish
    const parts = [body, replaces, by.map(({ key }) => key), statements, feeNotes.length, origin, expired]
    return this.#take(
      node,
      wish.procedure,
      actOf(wish, at),
      at,
      `${at} ${wish.procedure} ${JSON.stringify(parts)}`,
    )
  }

  /** Decide, and check what was accepted; null where it is refused. */
  #take(node: Node, id: string, act: Act, at: Instant, name: string): Taken | null {
    this.decided += 1
    const refused = this.#refused.get(name)
    if (refused?.some((inputs) => hold(inputs, node.state)) === true) return null
    const procedure = this.#procedures[id]
    if (procedure === undefined) return null
    const { state: before, index, taken: earlier } = node
    const step = { procedure: id, act, at, index, before, earlier }
    try {
      const { inputs, outcome } = execute(procedure, act, before, at, index)
      if (outcome.accepted)
        return this.#checked({ ...step, after: before.with(outcome.stamped), effects: outcome.stamped })
      if (refused === undefined) this.#refused.set(name, [inputs])
      else refused.push(inputs)
      return null
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.found ??= {
        check: 'execute',
        message: error.message,
        history: historyOf({ ...step, after: before, effects: [] }),
      }
      return null
    }
  }

  #checked(taken: Taken): Taken {
    this.accepted += 1
    this.longest = Math.max(this.longest, taken.index + 1)
    for (const { name, check } of this.#checks) {
      if (this.found !== null) return taken
      const message = check(taken)
      if (message !== null) this.found = { check: name, message, history: historyOf(taken) }
    }
    return taken
  }

  #reach(node: Node, { id, taken }: Step, possible: ReadonlySet<string>): void {
    const free = this.#bounds.chains == null
    const begins = !free && (node.taken === null || node.base.has(id))
    const chains = begins ? node.chains - 1 : node.chains
    if (chains < 0) return
    const base = begins ? possible : node.base
    const { after, at, index } = taken
    const name = this.#symmetry.nameOnGround(after, at)
    const visit = free ? name : `${name} ${chains} ${[...base].sort().join()}`
    if (this.#visited.has(visit)) return
    this.#visited.add(visit)
    this.next.push({ state: after, at, index: index + 1, taken, chains, base })
  }
}

/** What is asked, whenever it is asked. */
function idOf({ procedure, body }: Wish): string {
  return `${procedure} ${JSON.stringify(body).replace(INSTANT, '')}`
}

/** Whether these inputs are what they were. */
function hold(inputs: readonly LoggedInput[], state: SmallState): boolean {
  return inputs.every(({ key, q, hash }) => {
    const name = key as Parameters<SmallState['record']>[0]
    return (
      (q === 'record' ? state.record(name) : q === 'chain' ? state.chain(name) : state.subtree(name)).hash ===
      hash
    )
  })
}

function historyOf(last: Taken): readonly Taken[] {
  const history: Taken[] = []
  for (let taken: Taken | null = last; taken !== null; taken = taken.earlier) history.unshift(taken)
  return history
}

/** Explore until the bounds are met, a check finds something, or it is to stop. */
export function explore(origin: Origin, checks: readonly Check[], bounds: Bounds): Explored {
  const exploration = new Exploration(origin, checks, bounds)
  const { state, at, index } = origin
  const chains = bounds.chains ?? Number.POSITIVE_INFINITY
  let layer: Node[] = [{ state, at, index, taken: null, chains, base: new Set() }]
  const layers: Layer[] = []
  for (let depth = 1; depth <= bounds.depth && layer.length > 0; depth++) {
    const [decided, accepted] = [exploration.decided, exploration.accepted]
    const last = depth === bounds.depth
    let expanded = 0
    for (const node of layer) {
      if (exploration.found !== null || bounds.stop?.() === true) break
      exploration.expand(node, last)
      expanded += 1
    }
    const done: Layer = {
      depth,
      states: last ? exploration.reached : exploration.next.length,
      accepted: exploration.accepted - accepted,
      decided: exploration.decided - decided,
      acts: exploration.longest - origin.index,
      complete: expanded === layer.length,
    }
    layers.push(done)
    bounds.onLayer?.(done)
    if (exploration.found !== null || !done.complete) break
    layer = exploration.next
    exploration.next = []
  }
  return { layers, found: exploration.found }
}
