/** Plays attacks and compares what came of them with what is claimed. */

import type { Attack, Outcome, Route } from './attack.ts'
import { CATALOGUE } from './catalogue.ts'
import { openWorld } from './founding.ts'

export type PlayedRoute = { readonly route: Route; readonly outcome: Outcome; readonly asClaimed: boolean }
export type Played = { readonly attack: Attack; readonly routes: readonly PlayedRoute[] }

/** Plays every route of an attack, each in a world of its own. */
export async function playAttack(attack: Attack): Promise<Played> {
  const routes: PlayedRoute[] = []
  for (const route of attack.routes) routes.push(await playRoute(route))
  return { attack, routes }
}

async function playRoute(route: Route): Promise<PlayedRoute> {
  const world = await openWorld(route.world)
  try {
    const before = world.belongings()
    const outcome = await route.play(world)
    const kept = outcome.class !== 'prevented' || route.changes === true || world.belongings() === before
    const told: Outcome = kept ? outcome : { class: 'succeeded', by: 'what the holders have has changed' }
    return { route, outcome: told, asClaimed: isSame(told, route.claim) }
  } finally {
    await world.close()
  }
}

function isSame(one: Outcome, other: Outcome): boolean {
  return one.class === other.class && one.by === other.by && one.evidence === other.evidence
}

/** What was claimed and what came, where they differ. */
export function difference({ route, outcome, asClaimed }: PlayedRoute): string | null {
  return asClaimed ? null : `${route.by}: claimed ${outcomeText(route.claim)}, came ${outcomeText(outcome)}`
}

function outcomeText({ class: kind, by, evidence }: Outcome): string {
  return `${kind} (${evidence === undefined ? by : `${by}; ${evidence}`})`
}

/** One row of the table: a route of an attack. */
export type AttackRow = {
  readonly attack: string
  readonly wants: string
  readonly route: Route['by']
  readonly class: Outcome['class']
  readonly by: string
  readonly evidence: string | null
  readonly advice: string | null
  readonly test: string
  /** What is claimed, where something else came of it; else null. */
  readonly wrong: string | null
}

export type AttackTableOptions = {
  /** Attacks whose name contains this text alone. */
  readonly filter?: string
  readonly progress?: (done: number, all: number, name: string) => void
}

/** Plays the catalogue: one row for each route. */
export async function attackTable(options: AttackTableOptions = {}): Promise<readonly AttackRow[]> {
  const attacks = CATALOGUE.filter(({ attack }) => attack.name.includes(options.filter ?? ''))
  const rows: AttackRow[] = []
  for (const [done, { attack, group }] of attacks.entries()) {
    options.progress?.(done, attacks.length, attack.name)
    const { routes } = await playAttack(attack)
    rows.push(...routes.map((played) => rowOf(attack, group, played)))
  }
  options.progress?.(attacks.length, attacks.length, '')
  return rows
}

function rowOf(attack: Attack, group: string, played: PlayedRoute): AttackRow {
  const { class: kind, by, evidence = null } = played.outcome
  return {
    attack: attack.name,
    wants: attack.wants,
    route: played.route.by,
    class: kind,
    by,
    evidence,
    advice: attack.advice,
    test: `tests/attacks/${group}.test.ts`,
    wrong: difference(played),
  }
}
