/**
 * Histories of so many acts over the whole alphabet in which every act is needed: without it a later one would be decided
 * otherwise. A history with an act that nothing needs shows nothing that the shorter one without it does not show.
 *
 * One act at a time waits to be needed: each new one must need it. Two at the start may come together in the third.
 * An act that looks at what the pending one wrote is checked wherever it is accepted, whether it needs it or not: a
 * decision that wrongly ignores a fact does not need it.
 */

import { PROCEDURES, type Procedure } from '@cadastre/procedures'
import { addSeconds, type Instant, type RecordKey } from '@cadastre/records'
import { ALL_FAMILIES, type Family, momentsIn } from './alphabet.ts'
import { type Decided, Decisions, differs, placeOf } from './decisions.ts'
import type { Check, Explored, Found, Layer, Taken } from './explore.ts'
import { type Asked, type Question, Questions } from './questions.ts'
import type { SmallState } from './small-state.ts'
import type { Origin } from './small-world.ts'
import { Symmetry } from './symmetry.ts'

/** An act that no later one has needed yet. */
type Pending = {
  readonly name: string
  /** The state as it would be without it. */
  readonly without: SmallState
  readonly wrote: ReadonlySet<RecordKey>
  readonly places: ReadonlySet<string>
  readonly about: readonly RecordKey[]
}

type Node = {
  readonly state: SmallState
  readonly at: Instant
  readonly index: number
  readonly taken: Taken | null
  readonly pending: readonly Pending[]
  /** What else may be the one act that is pending: alike states are reached in several orders. */
  readonly others: Pending[]
}

export type NeededBounds = {
  /** Acts of the longest history. */
  readonly acts: number
  readonly families?: readonly Family[]
  readonly broken?: readonly Procedure[]
  readonly subjects?: number | null
  readonly stop?: () => boolean
  readonly onLayer?: (layer: Layer) => void
}

/** Something asked at a time, and what came of it. */
type Answer = { readonly question: Question; readonly at: Instant; readonly decided: Decided }

type Expansion = {
  readonly node: Node
  /** Acts that may still follow. */
  readonly left: number
  /** What was possible, and of what kind it was. */
  readonly possible: Map<string, string>
  readonly accepted: Answer[]
}

class Exploration {
  readonly #origin: Origin
  readonly #checks: readonly Check[]
  readonly #decisions: Decisions
  readonly #questions: Questions
  readonly #symmetry: Symmetry
  readonly #visited = new Set<string>()
  /** Those of the layer that is being made, by name. */
  readonly #made = new Map<string, Node>()
  accepted = 0
  decided = 0
  found: Found | null = null

  constructor(origin: Origin, checks: readonly Check[], bounds: NeededBounds) {
    const broken = Object.fromEntries((bounds.broken ?? []).map((procedure) => [procedure.id, procedure]))
    this.#origin = origin
    this.#checks = checks
    this.#decisions = new Decisions({ ...PROCEDURES, ...broken })
    this.#questions = new Questions(
      bounds.families ?? ALL_FAMILIES,
      bounds.subjects ?? Number.POSITIVE_INFINITY,
    )
    this.#symmetry = new Symmetry(origin.state)
  }

  /** `left`: acts that may still follow this node. */
  expand(node: Node, left: number): void {
    const expansion: Expansion = { node, left, possible: new Map(), accepted: [] }
    const concerned = this.#now(expansion)
    for (const at of this.#moments(node)) {
      if (this.found !== null) return
      this.#then(expansion, concerned, at)
    }
    if (left > 1) for (const answer of expansion.accepted) this.#reach(node, answer)
  }

  /** When it is asked again; at the start also much later, when everything that the world began with has run out. */
  #moments({ state, at, taken }: Node): readonly Instant[] {
    const moments = momentsIn(state, at, 4)
    return taken === null ? [...moments, ...LATER_SECONDS.map((seconds) => addSeconds(at, seconds))] : moments
  }

  /** What is asked at once. Gives what somebody would look at otherwise without something that is pending. */
  #now(expansion: Expansion): ReadonlyMap<number, ReadonlySet<string>> {
    const { node } = expansion
    const concerned = new Map<number, ReadonlySet<string>>()
    const pairs = expansion.left > 1 && this.#isFirst(node)
    for (let way = -1; way < this.#questions.ways; way++) {
      const ids = new Set<string>()
      for (const asked of this.#asked(way, node, node.at)) {
        if (!pairs && !this.#mayTouchAll(node, asked.right)) continue
        const decided = this.#decide(asked.right, node.state, node.at, node.index)
        if (decided === null) continue
        const touched = this.#touchesAll(node, asked.right, node.at, decided)
        if (touched) ids.add(asked.right.id)
        if (touched || pairs) this.#answered(expansion, asked, node.at, decided, touched)
        if (this.found !== null) return concerned
      }
      if (ids.size > 0) concerned.set(way, ids)
    }
    return concerned
  }

  /** What is asked after a wait: only what something pending may have made possible, or otherwise. */
  #then(expansion: Expansion, concerned: ReadonlyMap<number, ReadonlySet<string>>, at: Instant): void {
    const { node } = expansion
    const before = new Map(expansion.possible)
    for (const [way, ids] of concerned)
      for (const asked of this.#asked(way, node, at)) {
        const { id } = asked.right
        if (!ids.has(id)) continue
        const decided = this.#decide(asked.right, node.state, at, node.index)
        if (decided === null || before.get(id) === decided.kind) continue
        if (this.#touchesAll(node, asked.right, at, decided))
          this.#answered(expansion, asked, at, decided, true)
        if (this.found !== null) return
      }
  }

  #mayTouchAll({ pending, others }: Node, question: Question): boolean {
    const touches = ({ places, wrote, about }: Pending): boolean =>
      question.names.some((key) => wrote.has(key)) ||
      question.about.some((key) => about.includes(key)) ||
      this.#decisions.mayRead(question, places)
    return pending.every(touches) || others.some(touches)
  }

  #asked(way: number, { state }: Node, at: Instant): readonly Asked[] {
    return way < 0 ? this.#questions.due(state) : this.#questions.asked(way, state, at)
  }

  #answered(expansion: Expansion, asked: Asked, at: Instant, decided: Decided, touched: boolean): void {
    const { node, possible, accepted } = expansion
    const { right, wrong, hostile } = asked
    if (decided.refused !== null) return
    possible.set(right.id, decided.kind)
    if (touched) {
      this.#check(node, right, at, decided)
      for (const one of wrong) this.#wrong(node, one, at, accepted)
      for (const one of hostile()) this.#refuses(node, one, at)
    }
    accepted.push({ question: right, at, decided })
  }

  #decide(question: Question, state: SmallState, at: Instant, index: number): Decided | null {
    this.decided += 1
    return this.#decisions.decide(question, state, at, index)
  }

  #needs(node: Node, pending: Pending, question: Question, at: Instant, decided: Decided): boolean {
    if (question.about.some((key) => pending.about.includes(key))) return true
    if (!differs(decided, node.state, pending.without, at)) return false
    const without = this.#decide(question, pending.without, at, node.index)
    return without === null || without.said !== decided.said
  }
  /** Whether it reads or names something that each of what is pending wrote. */
  #touchesAll({ state, pending, others }: Node, question: Question, at: Instant, decided: Decided): boolean {
    const { names, about } = question
    const touches = ({ wrote, about: its, without }: Pending): boolean =>
      names.some((key) => wrote.has(key)) ||
      about.some((key) => its.includes(key)) ||
      differs(decided, state, without, at)
    return pending.every(touches) || others.some(touches)
  }
  #isFirst({ index }: Node): boolean {
    return index === this.#origin.index + 1
  }

  #wrong(node: Node, question: Question, at: Instant, accepted: Answer[]): void {
    const decided = this.#decide(question, node.state, at, node.index)
    if (decided === null || decided.refused !== null) return
    this.#check(node, question, at, decided)
    accepted.push({ question, at, decided })
  }
  #refuses(node: Node, question: Question, at: Instant): void {
    const decided = this.#decide(question, node.state, at, node.index)
    if (decided === null || decided.refused !== null || this.found !== null) return
    const message = 'it was for another registry, had expired, or named what no longer stands'
    this.found = {
      check: 'what is hostile is refused',
      message,
      history: historyOf(this.#taken(node, { question, at, decided })),
    }
  }

  #taken({ state: before, index, taken: earlier }: Node, { question, at, decided }: Answer): Taken {
    const { procedure } = question
    const after = before.after(decided.changes)
    return { procedure, act: question.actAt(at), at, index, before, after, effects: decided.effects, earlier }
  }

  #check(node: Node, question: Question, at: Instant, decided: Decided): void {
    this.accepted += 1
    const taken = this.#taken(node, { question, at, decided })
    if (decided.fault !== null) {
      this.found ??= { check: 'execute', message: decided.fault, history: historyOf(taken) }
      return
    }
    for (const { name, check } of this.#checks) {
      if (this.found !== null) return
      const message = check(taken)
      if (message !== null) this.found = { check: name, message, history: historyOf(taken) }
    }
  }

  #reach(node: Node, answer: Answer): void {
    const { question, at, decided } = answer
    const { index, state } = node
    const needs = (one: Pending): boolean => this.#needs(node, one, question, at, decided)
    const kept = node.others.some(needs) ? [] : node.pending.filter((one) => !needs(one))
    if (kept.length > 0 && !this.#isFirst(node)) return
    const after = state.after(decided.changes)
    const pending: Pending[] = kept.map((one) => {
      const same = this.#decisions.decide(question, one.without, at, index)
      return { ...one, without: one.without.after(same?.changes ?? []) }
    })
    const own: Pending = {
      name: question.id.replace(NEW_HANDLE, ''),
      without: state,
      wrote: new Set(decided.changes.map(({ key }) => key)),
      places: new Set(decided.changes.map(({ key }) => placeOf(key))),
      about: question.about,
    }
    pending.push(own)
    const names =
      pending.length === 1
        ? ''
        : pending
            .map((one) => one.name)
            .sort()
            .join()
    const name = `${this.#symmetry.nameOnGround(after, at)} ${names}`
    const known = this.#made.get(name)
    if (known !== undefined && pending.length === 1)
      if (![...known.pending, ...known.others].some((one) => one.name === own.name)) known.others.push(own)
    if (this.#visited.has(name)) return
    const made = { state: after, at, index: index + 1, taken: this.#taken(node, answer), pending, others: [] }
    this.#visited.add(name)
    this.#made.set(name, made)
  }

  /** The layer that was made. */
  layer(): readonly Node[] {
    const nodes = [...this.#made.values()]
    this.#made.clear()
    return nodes
  }
}

const LATER_SECONDS = [500 * 86400, 1000 * 86400]
const NEW_HANDLE = /-\d\d+/g

function historyOf(last: Taken): readonly Taken[] {
  const history: Taken[] = []
  for (let taken: Taken | null = last; taken !== null; taken = taken.earlier) history.unshift(taken)
  return history
}

/** Explore until the bounds are met, a check finds something, or it is to stop. */
export function exploreNeeded(origin: Origin, checks: readonly Check[], bounds: NeededBounds): Explored {
  const exploration = new Exploration(origin, checks, bounds)
  const { state, at, index } = origin
  let layer: readonly Node[] = [{ state, at, index, taken: null, pending: [], others: [] }]
  const layers: Layer[] = []
  for (let depth = 1; depth <= bounds.acts && layer.length > 0; depth++) {
    const [decided, accepted] = [exploration.decided, exploration.accepted]
    let expanded = 0
    for (const node of layer) {
      if (exploration.found !== null || bounds.stop?.() === true) break
      exploration.expand(node, bounds.acts - depth + 1)
      expanded += 1
    }
    const complete = expanded === layer.length
    layer = exploration.layer()
    const done: Layer = {
      depth,
      states: layer.length,
      accepted: exploration.accepted - accepted,
      decided: exploration.decided - decided,
      acts: depth,
      complete,
    }
    layers.push(done)
    bounds.onLayer?.(done)
    if (exploration.found !== null || !complete) break
  }
  return { layers, found: exploration.found }
}
