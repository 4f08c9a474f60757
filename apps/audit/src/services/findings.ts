/** What was found so far: the same of several askers is one finding, and of very many only the first are described. */

import type { Question } from './questions.ts'
import type { ServiceFaultCode, ServiceFinding } from './report.ts'

/** What shows it, or why nothing does. */
export type MadeEvidence = { readonly evidence: string } | { readonly noEvidence: string }

export type Found = {
  readonly code: ServiceFaultCode
  readonly question: Question
  /** Source address that was served it. */
  readonly from: string
  readonly size: number | null
  readonly details: readonly string[]
  readonly made?: MadeEvidence
  /** Source addresses that were served what is right. */
  readonly others?: readonly string[]
}

const SEEN_BY_ASKING: MadeEvidence = { noEvidence: 'It is seen by asking again, and not from a file.' }

export class Findings {
  readonly #most: number
  readonly #described: ServiceFinding[] = []
  readonly #places = new Map<string, number>()
  #count = 0

  /** `most`: how many are described. */
  constructor(most: number) {
    this.#most = most
  }

  get all(): readonly ServiceFinding[] {
    return this.#described
  }
  get count(): number {
    return this.#count
  }
  /** Whether more would not be described. */
  get full(): boolean {
    return this.#described.length >= this.#most
  }

  find({ code, question, from, size, details, made = SEEN_BY_ASKING, others = [] }: Found): void {
    this.add({
      code,
      service: question.service,
      question: question.text,
      from: [from],
      others,
      size,
      details,
      evidence: 'evidence' in made ? made.evidence : null,
      noEvidence: 'noEvidence' in made ? made.noEvidence : null,
    })
  }

  add(finding: ServiceFinding): void {
    const { code, service, question, details, from } = finding
    const name = [code, service, question, ...details].join('\n')
    const place = this.#places.get(name)
    const known = place === undefined ? undefined : this.#described[place]
    if (place !== undefined && known !== undefined) {
      const more = from.filter((one) => !known.from.includes(one))
      this.#described[place] = { ...known, from: [...known.from, ...more] }
      return
    }
    this.#count += 1
    if (this.full) return
    this.#places.set(name, this.#described.length)
    this.#described.push(finding)
  }

  /** From a place on: who was given the right answer where another was not. */
  servedRight(place: number, right: readonly { readonly question: Question; readonly from: string }[]): void {
    for (let at = place; at < this.#described.length; at++) {
      const finding = this.#described[at]
      if (finding === undefined) continue
      const others = right.filter(
        ({ question, from }) =>
          question.text === finding.question &&
          question.service === finding.service &&
          !finding.from.includes(from) &&
          !finding.others.includes(from),
      )
      if (others.length > 0)
        this.#described[at] = { ...finding, others: [...finding.others, ...others.map(({ from }) => from)] }
    }
  }
}
