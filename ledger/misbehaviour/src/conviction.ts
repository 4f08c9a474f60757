/** What verified evidence shows, as data and in plain words. */

import type { Kind } from './document.ts'
import { type MisbehaviourRule, ruleText } from './rules.ts'

export type Conviction = {
  readonly kind: Kind | 'silence'
  /** The rule that is broken. */
  readonly rule: MisbehaviourRule
  /**
   * `signed`: the registry's own signature is on all of it, and it cannot say otherwise. `observed`: somebody says what a
   * service gave out and when; what would have been right is proved, that it was given out is not.
   */
  readonly basis: 'signed' | 'observed'
  readonly origin: string
  /** Log size of the checkpoint on which it rests; null where it rests on none. */
  readonly size: number | null
  /** The entry concerned; null where it is none. */
  readonly index: number | null
  /** What is shown, a sentence each. */
  readonly says: readonly string[]
}

/** A verdict in words. */
export function convictionLines(conviction: Conviction): readonly string[] {
  const { rule, basis, origin, size, index, says, kind } = conviction
  const place = [
    ...(index === null ? [] : [`entry ${index}`]),
    ...(size === null ? [] : [`log of ${size} entries`]),
  ]
  const weight =
    basis === 'signed'
      ? `Signed: ${origin} itself signed all that this rests on, and cannot say otherwise.`
      : 'Observed: what was given out is the word of whoever kept it, for answers and files are not signed; what would have been right is proved. Ask others whether they saw the same.'
  return [
    `${origin} broke a rule: ${rule}${place.length === 0 ? '' : ` (${place.join(', ')})`}.`,
    `The rule: ${ruleText(rule)}`,
    ...says,
    weight,
    `Checked offline, from this file and the keys that you trust alone (evidence of kind ${kind}).`,
  ]
}
