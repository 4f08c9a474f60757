/** The pause in force: every face says the same of it, to everyone, whatever was asked for. */

import type { Instant, Registry } from '@cadastre/records'
import type { Snapshot } from './published.ts'

export type PauseInForce = {
  readonly since: Instant
  readonly until: Instant
  /** Such as `active-attack`, as the procedure's page lists them. */
  readonly trigger: string
  /** SHA-256 of the published cause, standard base64. */
  readonly report: string
  /** One sentence for people. */
  readonly says: string
}

type State = Pick<Snapshot, 'publication' | 'object'>

const TRIGGERS: { readonly [trigger: string]: string } = {
  'log-key-compromise': 'a key of the log may be compromised',
  corruption: 'data are damaged',
  'active-attack': 'an attack is under way',
}

/** A snapshot never changes, and faces ask with each answer. */
const KNOWN = new WeakMap<State, { readonly pause: PauseInForce | null }>()

/** Null where nothing is paused at the state's own time. */
export function pauseOf(snapshot: State): PauseInForce | null {
  const known = KNOWN.get(snapshot) ?? { pause: read(snapshot) }
  KNOWN.set(snapshot, known)
  return known.pause
}

function read(snapshot: State): PauseInForce | null {
  const registry = snapshot.object('registry', 'REGISTRY') as Registry | null
  const paused = registry?.paused ?? null
  if (paused === null || paused.until <= snapshot.publication.at) return null
  const { since, until, trigger, report } = paused
  const why = TRIGGERS[trigger] ?? trigger
  const says = `The registry is paused from ${since} to ${until}, for everyone alike, because ${why}. What is asked for meanwhile is refused and can be asked again; every record and every service stays as it is, and windows of holders last as much longer.`
  return { since, until, trigger, report, says }
}
