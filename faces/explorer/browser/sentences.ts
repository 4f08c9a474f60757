/** What the page says of a verified answer, in plain sentences. Nothing in them is unproved. */

import { describeAnswer, type Policy, type VerifiedAnswer } from '@cadastre/answers'
import { blockOfKey, kindWords } from '../src/facts.ts'
import { provedRegistrations } from './compare.ts'
import type { Seen } from './memory.ts'

/** One sentence: what was proved of what was asked. */
export function headline(answer: VerifiedAnswer, names: ReadonlyMap<string, string | null>): string {
  const { query, covering, moreSpecific } = answer
  if (query.space === 'obj') {
    const [, type = 'object', handle = ''] = query.key.split('/')
    return covering.length === 0
      ? `There is no ${type} ${handle} in this register.`
      : `This is the record of the ${type} ${handle}, whole and unchanged.`
  }
  const asked = blockOfKey(query.key)
  const innermost = provedRegistrations(answer).at(-1)
  const nobody = moreSpecific === 'exists' ? `Nobody holds the whole of ${asked}` : `Nobody holds ${asked}`
  if (innermost === undefined) return `${nobody} in this register: no registration covers it.`
  const { kind, holder, since, procedure } = innermost.facts
  const record = `entry ${since}, procedure ${procedure}`
  if (holder === null) return withoutHolder(innermost.facts.kind, { asked, nobody, record })
  const name = names.get(holder) ?? null
  return `${asked} is registered to ${holder}${name === null ? '' : `, ${name}`} (${kind}; ${record}).`
}

/** What is proved of numbers that are recorded under nobody's name. */
function withoutHolder(
  kind: string | null,
  { asked, nobody, record }: { readonly asked: string; readonly nobody: string; readonly record: string },
): string {
  if (kind === kindWords('pool')) return `${nobody}: it lies in a pool to allocate from.`
  if (kind === kindWords('moved-out'))
    return `${asked} is held in another registry, to which it moved (${record}).`
  if (kind === kindWords('moved-out', 'move-in/1'))
    return `${asked} is held in another registry, from which it is on its way here (${record}).`
  if (kind === kindWords('reserved') || kind === kindWords('quarantined'))
    return `${nobody}: ${kind} (${record}).`
  return `${asked} is registered without a named holder (${kind}; ${record}).`
}

/** What became of the log since an earlier visit. */
export function growth(grownFrom: Seen | null, size: number): string {
  if (grownFrom === null)
    return 'This browser has not seen this log before. It remembers the size and root, and checks next time that the log has only grown.'
  return grownFrom.size >= size
    ? `This browser has seen this log at ${grownFrom.size} entries before: it is the same.`
    : `This browser has seen this log at ${grownFrom.size} entries before: a consistency proof shows that nothing of them was changed or left out since.`
}

/** The particulars: log, witnesses, time, what covers it, whether there is more inside. */
export function particulars(answer: VerifiedAnswer, policy: Policy): readonly string[] {
  const sentences = describeAnswer(answer)
  if (policy.quorum === 'none' && policy.witnesses.length === 0)
    return sentences.map((sentence) =>
      sentence.startsWith('No witness vouches')
        ? `No witness is configured: nobody else vouches that others were shown the same tree.`
        : sentence,
    )
  return sentences
}
