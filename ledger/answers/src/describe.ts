import { instantFromSeconds } from '@cadastre/records'
import type { VerifiedAnswer } from './verify.ts'

/** What was proved, in plain sentences, one after another. English; nothing in them is unproved. */
export function describeAnswer(answer: VerifiedAnswer): string[] {
  const { query, origin, size, at, asOf, witnesses, covering, moreSpecific } = answer
  const name = query.key.slice(query.key.indexOf('/') + 1)
  const kind = query.space === 'obj' ? 'object' : query.space === 'asn' ? 'AS number block' : 'prefix'
  const sentences = [`The log ${origin} signed a tree of ${size} entries.`]
  sentences.push(
    witnesses.length === 0
      ? 'No witness vouches that others were shown the same tree.'
      : `Witnesses that saw the same tree: ${witnesses.join(', ')}. Together they vouch for it as of ${instantFromSeconds(asOf)}.`,
  )
  sentences.push(`Its last entry is the state of ${at}, so no later record exists in that tree.`)
  if (query.space === 'obj') {
    sentences.push(
      covering.length === 0 ? `There is no object ${name}.` : `The object ${name} is recorded as shown.`,
    )
    return sentences
  }
  sentences.push(
    covering.length === 0
      ? `No record covers the ${kind} ${name}.`
      : `Exactly ${covering.length === 1 ? 'one record covers' : `${covering.length} records cover`} the ${kind} ${name}: ${covering.map(({ key }) => key).join(', ')}.`,
  )
  if (!isSingle(answer))
    sentences.push(
      moreSpecific === 'none'
        ? 'Nothing is registered inside it.'
        : 'Something more specific is registered inside it.',
    )
  return sentences
}

/** Whether the query is one number, inside which there is nothing. */
function isSingle({ query }: VerifiedAnswer): boolean {
  return query.length === query.label.length * 8
}
