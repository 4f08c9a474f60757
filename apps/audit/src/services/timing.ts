/**
 * Whether some question is always answered more slowly than others like it. Networks are slow by chance, so that a slow
 * answer alone says nothing: each suspect is asked again in turn with others of its service, and must be slower than
 * all of them every time.
 */

import type { Asker } from './compare.ts'
import type { Answer } from './judges.ts'
import type { Question } from './questions.ts'
import type { ServiceFinding } from './report.ts'

type Timed = { readonly asker: Asker; readonly question: Question; readonly milliseconds: number }

/** Suspects kept of each service and asker, and how often each is asked again. */
const SUSPECTS = 24
const ROUNDS = 5
/** A suspect must be so many times and so much slower. */
const TIMES_SLOWER = 4
const MILLISECONDS_SLOWER = 25
/** Long answers take longer. */
const LONGEST = 32_768

export class Timing {
  /** The slowest of each asker and service. */
  readonly #slowest = new Map<string, Timed[]>()
  /** Some other question of each asker and service, to compare with. */
  readonly #others = new Map<string, Timed>()

  note(asker: Asker, question: Question, answer: Answer): void {
    if (answer.text.length > LONGEST) return
    const name = `${question.service} ${asker.from}`
    const timed: Timed = { asker, question, milliseconds: answer.milliseconds }
    const slowest = this.#slowest.get(name) ?? []
    this.#slowest.set(name, slowest)
    const fastest = this.#others.get(name)
    if (fastest === undefined || fastest.milliseconds > timed.milliseconds) this.#others.set(name, timed)
    const last = slowest.at(-1)
    if (slowest.length === SUSPECTS && last !== undefined && last.milliseconds >= timed.milliseconds) return
    const at = slowest.findIndex((one) => one.milliseconds < timed.milliseconds)
    slowest.splice(at < 0 ? slowest.length : at, 0, timed)
    slowest.length = Math.min(slowest.length, SUSPECTS)
  }

  async findings(): Promise<readonly ServiceFinding[]> {
    const findings: ServiceFinding[] = []
    for (const [name, slowest] of this.#slowest) {
      const other = this.#others.get(name)
      if (other === undefined) continue
      for (const suspect of slowest) {
        if (suspect.question === other.question || !slower(suspect.milliseconds, other.milliseconds)) continue
        const finding = await compared(suspect, other)
        if (finding !== null) findings.push(finding)
      }
    }
    return findings
  }
}

function slower(one: number, other: number): boolean {
  return one > other * TIMES_SLOWER && one > other + MILLISECONDS_SLOWER
}

async function compared({ asker, question }: Timed, other: Timed): Promise<ServiceFinding | null> {
  let [fastest, slowestOther] = [Number.POSITIVE_INFINITY, 0]
  for (let round = 0; round < ROUNDS; round++) {
    const own = await asker.channels[question.service].ask(question.text)
    const control = await asker.channels[question.service].ask(other.question.text)
    if (own.kind !== 'answer' || control.kind !== 'answer') return null
    fastest = Math.min(fastest, own.milliseconds)
    slowestOther = Math.max(slowestOther, control.milliseconds)
    if (!slower(fastest, slowestOther)) return null
  }
  const times = `${fastest.toFixed(0)} ms at least, in ${ROUNDS} rounds; ${other.question.text} took ${slowestOther.toFixed(0)} ms at most.`
  return {
    code: 'slower',
    service: question.service,
    question: question.text,
    from: [asker.from],
    others: [],
    size: null,
    details: [`It takes ${times}`],
    evidence: null,
    noEvidence: 'How long an answer took is seen by asking again, and not from a file.',
  }
}
