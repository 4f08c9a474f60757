import { type Policy, type PolicyCosignature, quorumMet } from '@cadastre/notes'
import { type Checked, refuse } from './refusals.ts'

/** How far clocks may be apart (design.md section 4, Time). */
const CLOCK_TOLERANCE_SECONDS = 60

export interface AgeLimit {
  readonly maxSeconds: number
  /** The verifier's own time, POSIX seconds. */
  readonly now: number
}

/**
 * The latest time at which a quorum of witnesses said that this was the largest tree, POSIX seconds: cosignatures
 * are taken in, newest first, until they make a quorum, so one fresh witness cannot freshen the stale ones.
 */
export function quorumTime(policy: Policy, cosigned: readonly PolicyCosignature[]): number | null {
  const names = new Set<string>()
  for (const { witness, time } of cosigned.toSorted((a, b) => b.time - a.time)) {
    names.add(witness.name)
    if (quorumMet(policy, names)) return time
  }
  return null
}

/**
 * Since when the state is known to be the latest, POSIX seconds; checked against the limit if there is one. A
 * policy without witnesses counts from the state's own time (ledger.md, Answer).
 */
export function checkAge(
  policy: Policy,
  cosigned: readonly PolicyCosignature[],
  stateTime: number,
  limit: AgeLimit | null,
): Checked<number> {
  const latest = limit === null ? Number.POSITIVE_INFINITY : limit.now + CLOCK_TOLERANCE_SECONDS
  const timely = cosigned.filter(({ time }) => time <= latest)
  const unwitnessed = policy.quorum === 'none'
  const time = unwitnessed ? stateTime : quorumTime(policy, timely)
  if (time === null || time > latest)
    return refuse('from-the-future', 'It is signed as of a time that has not come yet.')
  if (limit !== null && limit.now - time > limit.maxSeconds)
    return refuse('stale', `It is ${limit.now - time} seconds old; ${limit.maxSeconds} are allowed.`)
  return { ok: true, value: time }
}
