// The bounded model check in stages: everything as deep as it goes, then families of procedures deeper.

import type { Profile } from '@cadastre/records'
import {
  ALL_FAMILIES,
  type Bounds,
  type Explored,
  explore,
  exploreNeeded,
  type Family,
  type Found,
  foundSmallWorld,
  type Taken,
} from '@cadastre/simulator/bounded'
import { CHECKS } from './checks/index.ts'

type StageOptions = {
  /** Processor time for all stages. */
  readonly seconds: number
  /** Steps of a history in the stages by families, and of a single chain. */
  readonly depth: number
  readonly print?: (line: string) => void
}
type Reached = {
  readonly stage: string
  readonly depth: number
  readonly acts: number
  readonly complete: boolean
}
type Staged = {
  readonly found: Found | null
  readonly reached: readonly Reached[]
  readonly accepted: number
}

const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** What one act was, as one line of JSON. */
export function lineOf({ index, at, procedure, act }: Taken): string {
  const asked =
    act.kind === 'due'
      ? { due: act.subject }
      : { body: act.request.body, by: act.signatures.keys.map(({ key }) => key) }
  return JSON.stringify({ entry: index, at, procedure, ...asked })
}

class Stages {
  readonly #origin: ReturnType<typeof foundSmallWorld>
  readonly #options: StageOptions
  readonly #began = processorSeconds()
  readonly reached: Reached[] = []
  accepted = 0
  found: Found | null = null

  constructor(profile: Profile, options: StageOptions) {
    this.#origin = foundSmallWorld(profile)
    this.#options = options
  }

  /** Processor seconds that are left. */
  get left(): number {
    return this.#began + this.#options.seconds - processorSeconds()
  }

  /** One exploration, for so many processor seconds at most. */
  run(stage: string, bounds: Bounds, seconds: number, print = true): Explored {
    return this.#run(stage, (stop) => explore(this.#origin, CHECKS, { ...bounds, stop }), seconds, print)
  }
  /** Histories of so many acts in which every act is needed. */
  runNeeded(stage: string, acts: number, seconds: number): Explored {
    return this.#run(stage, (stop) => exploreNeeded(this.#origin, CHECKS, { acts, stop }), seconds, true)
  }

  #run(
    stage: string,
    exploring: (stop: () => boolean) => Explored,
    seconds: number,
    print: boolean,
  ): Explored {
    const before = processorSeconds()
    const explored = exploring(() => processorSeconds() - before > seconds)
    const accepted = explored.layers.reduce((sum, layer) => sum + layer.accepted, 0)
    const decided = explored.layers.reduce((sum, layer) => sum + layer.decided, 0)
    const states = explored.layers
      .map(({ states: count, complete }) => `${count}${complete ? '' : '…'}`)
      .join(' ')
    const took = Math.max(processorSeconds() - before, 0.001)
    const done = explored.layers.filter(({ complete }) => complete)
    this.accepted += accepted
    this.found ??= explored.found
    this.reached.push({
      stage,
      depth: done.length,
      acts: Math.max(0, explored.layers.at(-1)?.acts ?? 0),
      complete: done.length === explored.layers.length,
    })
    const rate = Math.round(decided / took)
    if (print)
      this.#options.print?.(
        `${this.#origin.profile}, ${stage}: states by step ${states}; ${accepted} transitions, ${decided} decisions, ${took.toFixed(1)} s (${rate} decisions/s); longest history ${this.reached.at(-1)?.acts} acts`,
      )
    return explored
  }
}

/** All pairs of families, the first ones first. */
function pairs(): readonly (readonly [Family, Family])[] {
  return ALL_FAMILIES.flatMap((one, place) =>
    ALL_FAMILIES.slice(place + 1).map((other) => [one, other] as const),
  )
}

/** Families with so much in them that acts are tried on one holder, so that six steps can be reached. */
const LARGE: readonly Family[] = [
  ...(['holders', 'keys', 'dissolve', 'succeed', 'claims', 'corrections', 'holds', 'takings'] as const),
  ...(['contests', 'authorities', 'disputes', 'sanctions'] as const),
]
/** What is contested must have been ordered. */
const TOGETHER: { readonly [F in Family]?: readonly Family[] } = { contests: ['holds', 'contests'] }

function byFamilies(stages: Stages, depth: number): void {
  // The small ones first: what they do not need is left for the others.
  const families = ALL_FAMILIES.toSorted((a, b) => Number(LARGE.includes(a)) - Number(LARGE.includes(b)))
  for (const [place, family] of families.entries()) {
    if (stages.found !== null) return
    const share = (stages.left * 0.8) / (families.length - place)
    const subjects = LARGE.includes(family) ? 1 : null
    const name = `${family}${subjects === null ? '' : ' on one holder'}, any order`
    stages.run(name, { depth, families: TOGETHER[family] ?? [family], subjects }, share)
  }
}

export function runStages(profile: Profile, options: StageOptions): Staged {
  const { seconds, depth, print } = options
  const stages = new Stages(profile, options)
  stages.run('every act, any order', { depth: 2 }, seconds / 20)
  if (stages.found === null) stages.runNeeded('every act, each needed by a later one', depth, seconds / 2)
  if (stages.found === null)
    stages.run('every act on one holder, any order', { depth: 3, subjects: 1 }, seconds / 20)
  byFamilies(stages, depth)
  let count = 0
  const all = pairs()
  for (const [place, families] of all.entries()) {
    if (stages.found !== null || stages.left <= 0) break
    const share = stages.left / (all.length - place)
    const { layers } = stages.run(families.join(' and '), { depth: 3, families, subjects: 1 }, share, false)
    if (layers.every(({ complete }) => complete)) count += 1
  }
  print?.(`${profile}, pairs of families in any order, three steps: ${count} of ${all.length} completely`)
  print?.(
    `${profile}: ${stages.accepted} transitions in all, ${stages.found === null ? 'no violation' : 'a violation'}`,
  )
  if (stages.found !== null) {
    print?.(`${stages.found.check}: ${stages.found.message}`)
    for (const taken of stages.found.history) print?.(lineOf(taken))
  }
  return stages
}
