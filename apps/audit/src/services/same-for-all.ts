/** What must be the same for everybody: answers of one position, and what the operator says of itself in each. */

import type { Findings } from './findings.ts'
import type { Question } from './questions.ts'

/** An answer in which nothing contradicts the record. */
export type Right = {
  readonly question: Question
  readonly from: string
  readonly size: number
  /** What must be alike. */
  readonly text: string
}

/** Answers of one position, each of them right as far as the record goes, must still be the same. */
export function compareAskers(right: readonly Right[], findings: Findings): void {
  const first = new Map<string, Right>()
  for (const one of right) {
    const { question, from, size, text } = one
    const name = `${question.service} ${question.text} ${size}`
    const other = first.get(name)
    if (other === undefined) first.set(name, one)
    else if (other.text !== text) {
      const detail = `${other.from} and ${from} were given different answers, which the record does not tell apart: ${firstDifference(other.text, text)}`
      findings.find({ code: 'askers-differ', question, from, size, details: [detail] })
    }
  }
}

const CONTEXT = 20
const EXCERPT = 60

function firstDifference(one: string, other: string): string {
  let at = 0
  while (at < one.length && one[at] === other[at]) at += 1
  const start = Math.max(0, at - CONTEXT)
  return `${JSON.stringify(one.slice(start, at + EXCERPT))} and ${JSON.stringify(other.slice(start, at + EXCERPT))}`
}

type Where = Omit<Right, 'text'>

/** Words of the operator's own in every answer: what few answers say and most do not. */
export class HouseWords {
  readonly #words = new Map<string, { count: number; readonly examples: Where[] }>()

  note(words: string, where: Where): void {
    const known = this.#words.get(words) ?? { count: 0, examples: [] }
    this.#words.set(words, known)
    known.count += 1
    if (known.examples.length < EXAMPLES) known.examples.push(where)
  }

  find(findings: Findings): void {
    const [usual, ...others] = [...this.#words].sort(([, one], [, other]) => other.count - one.count)
    for (const [words, { examples }] of others)
      for (const { question, from, size } of examples) {
        const detail = `/notices: the record says as in other answers, ${usual?.[0]}; the answer says ${words}.`
        findings.find({ code: 'answer-differs', question, from, size, details: [detail] })
      }
  }
}

/** Answers that are named for the same words. */
const EXAMPLES = 20
