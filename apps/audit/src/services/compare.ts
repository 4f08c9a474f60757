/**
 * The comparison: each question is put from every source address, each answer is judged against the record of the log
 * position that it names, and answers of one position are compared with each other. While the registry works the
 * record follows it; what is older than the record by then is asked for again.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Channel, Served } from './asking.ts'
import { type Difference, sentenceOf } from './finding.ts'
import type { Follower } from './follower.ts'
import { type Answer, type JudgeOptions, type ReadAnswer, readAnswer } from './judges.ts'
import type { Question, ServiceName } from './questions.ts'
import type { ServiceFaultCode, ServiceFinding } from './report.ts'

export type Asker = {
  /** Source address; `any` where none was chosen. */
  readonly from: string
  readonly channels: { readonly [S in ServiceName]: Channel }
}

export type ComparisonOptions = JudgeOptions & {
  readonly follower: Follower
  readonly askers: readonly Asker[]
  /** Questions put at once by each asker. */
  readonly batch: number
  readonly progress: (questions: number) => void
  /** Told of each contradiction while the record is still at its position: what convicts, or why nothing does. */
  readonly evidence: EvidenceMaker
  /** After this many findings more are counted but not described. */
  readonly maxFindings: number
}

export type EvidenceMaker = (
  question: Question,
  from: string,
  answer: Answer,
  read: ReadAnswer,
) => Promise<{ readonly evidence: string } | { readonly noEvidence: string }>

type Put = {
  readonly question: Question
  readonly asker: Asker
  served: Served
  attempts: number
  /** What was wrong with an answer among others on one connection: it is asked for again alone. */
  suspect: { readonly differences: readonly string[]; readonly size: number | null } | null
  /** It was wrong alone, too. */
  confirmed: boolean
}
type Right = {
  readonly question: Question
  readonly asker: Asker
  readonly size: number
  readonly text: string
}

/** How often a question is put where it is not answered, or answered of an old position. */
const ATTEMPTS = 6
const AGAIN_MILLISECONDS = 150
const LONGEST_WAIT_SECONDS = 30

export class Comparison {
  readonly #options: ComparisonOptions
  readonly findings: ServiceFinding[] = []
  findingCount = 0
  unopened = 0
  readonly questions: { [S in ServiceName]: number } = { rdap: 0, whois: 0, proof: 0 }
  /** Answers and refusals by a limit, of each asker. */
  readonly counts: Map<Asker, { answers: number; limited: number }>
  /** Every answer in turn, for whoever measures how long they took. */
  readonly answered: (asker: Asker, question: Question, answer: Answer) => void
  #house: string | null = null

  constructor(
    options: ComparisonOptions,
    answered: (asker: Asker, question: Question, answer: Answer) => void = () => undefined,
  ) {
    this.#options = options
    this.answered = answered
    this.counts = new Map(options.askers.map((asker) => [asker, { answers: 0, limited: 0 }]))
  }

  async run(questions: Iterable<Question>): Promise<void> {
    const iterator = questions[Symbol.iterator]()
    let count = 0
    let asked = this.#put(this.#next(iterator))
    for (;;) {
      const puts = await asked
      if (puts.length === 0) return
      // The next ones are on their way while these are judged.
      asked = this.#put(this.#next(iterator))
      await this.#settle(puts)
      count += puts.length / this.#options.askers.length
      this.#options.progress(count)
    }
  }

  #next(iterator: Iterator<Question, unknown, undefined>): readonly Question[] {
    const batch: Question[] = []
    while (batch.length < this.#options.batch) {
      const next = iterator.next()
      if (next.done === true) break
      batch.push(next.value)
      this.questions[next.value.service] += 1
    }
    return batch
  }

  #put(questions: readonly Question[]): Promise<Put[]> {
    const { askers } = this.#options
    return Promise.all(
      questions.flatMap((question) =>
        askers.map(async (asker): Promise<Put> => {
          const served = await this.#ask(asker, question)
          return { question, asker, served, attempts: 1, suspect: null, confirmed: false }
        }),
      ),
    )
  }

  async #ask(asker: Asker, question: Question, alone: boolean = false): Promise<Served> {
    const channel = asker.channels[question.service]
    const served = await (alone
      ? (channel.askAlone?.(question.text) ?? channel.ask(question.text))
      : channel.ask(question.text))
    const count = this.counts.get(asker)
    if (served.kind === 'answer') {
      this.answered(asker, question, served)
      if (count !== undefined) count.answers += 1
    } else if (served.kind === 'refused' && served.limit && count !== undefined) count.limited += 1
    return served
  }

  /** Judge all of them, asking again where that is needed. */
  async #settle(puts: readonly Put[]): Promise<void> {
    let waiting = puts
    const right: Right[] = []
    const known = this.findings.length
    while (waiting.length > 0) {
      const again = await this.#judge(waiting, right)
      const hopeless = again.filter(({ attempts }) => attempts >= ATTEMPTS)
      for (const put of hopeless) this.#giveUp(put, puts)
      waiting = again.filter(({ attempts }) => attempts < ATTEMPTS)
      if (waiting.length > 0) await this.#again(waiting)
    }
    for (const put of puts) this.#onceWrong(put, puts)
    this.#servedRight(known, right)
    this.#compareAskers(right)
  }

  /**
   * Wrong among others and right alone: where another answer on the connection was broken this one was perhaps only cut
   * at the wrong place; otherwise it is what was served.
   */
  #onceWrong(put: Put, puts: readonly Put[]): void {
    const { asker, question, suspect, confirmed } = put
    if (suspect === null || confirmed) return
    const broken = puts.some(
      (one) => one.confirmed && one.asker === asker && one.question.service === question.service,
    )
    if (broken) return
    const details = ['Asked again alone it was right. Before that:', ...suspect.differences]
    this.#find('answer-differs', question, [asker], suspect.size, details)
  }

  /** Who was given the right answer where another was not. */
  #servedRight(known: number, right: readonly Right[]): void {
    for (let at = known; at < this.findings.length; at++) {
      const finding = this.findings[at]
      if (finding === undefined) continue
      const others = right.filter(
        ({ question, asker }) =>
          question.text === finding.question &&
          question.service === finding.service &&
          !finding.from.includes(asker.from) &&
          !finding.others.includes(asker.from),
      )
      if (others.length > 0)
        this.findings[at] = {
          ...finding,
          others: [...finding.others, ...others.map(({ asker }) => asker.from)],
        }
    }
  }

  async #again(waiting: readonly Put[]): Promise<void> {
    const seconds = waiting.map(({ served }) => (served.kind === 'refused' ? served.waitSeconds : 0))
    const attempt = Math.max(...waiting.map(({ attempts }) => attempts))
    await sleep(
      Math.max(Math.min(Math.max(...seconds), LONGEST_WAIT_SECONDS) * 1000, AGAIN_MILLISECONDS * attempt),
    )
    await Promise.all(
      waiting.map(async (put) => {
        put.served = await this.#ask(put.asker, put.question, put.suspect !== null)
        put.attempts += 1
      }),
    )
  }

  /** Judge what can be judged, in order of log position; what is to be asked again is given back. */
  async #judge(puts: readonly Put[], right: Right[]): Promise<readonly Put[]> {
    const again: Put[] = []
    const read: { readonly put: Put; readonly answer: Answer; readonly read: ReadAnswer }[] = []
    for (const put of puts) {
      const { served } = put
      if (served.kind !== 'answer') {
        again.push(put)
        continue
      }
      const found = readAnswer(this.#options, put.question, served)
      if (found !== null) read.push({ put, answer: served, read: found })
      // An error of the server's own may pass.
      else if (put.suspect === null) {
        put.suspect = { differences: ['What was served could not be read.'], size: null }
        again.push(put)
      } else this.#unreadable(put, served)
    }
    read.sort((one, other) => one.read.position.size - other.read.position.size)
    for (const one of read) {
      const where = await this.#reach(one.read.position.size)
      if (where === 'passed') again.push(one.put)
      else if (where === 'there') {
        if (!(await this.#compare(one.put, one.answer, one.read, right))) again.push(one.put)
      } else this.#unpublished(one.put, one.read.position.size)
    }
    return again
  }

  /** Bring the record to a position; it may have been published a moment ago. */
  async #reach(size: number): Promise<'there' | 'passed' | 'unknown' | 'no-position'> {
    const { follower } = this.#options
    for (let attempt = 1; ; attempt++) {
      const where = follower.advance(size)
      if (where !== 'unknown' || attempt > ATTEMPTS) return where
      await follower.fetch(false)
      if (follower.latest.size < size) await sleep(AGAIN_MILLISECONDS * attempt)
    }
  }

  /** False: it must be asked for again before anything is said. */
  async #compare(put: Put, answer: Answer, read: ReadAnswer, right: Right[]): Promise<boolean> {
    const { question, asker } = put
    const { size } = read.position
    const { differences, unopened } = read.judge(this.#options.follower.record)
    this.unopened += unopened
    const all = [...differences, ...this.#houseDiffers(read)]
    if (all.length === 0) {
      right.push({ question, asker, size, text: answer.text })
      return true
    }
    if (put.suspect === null && asker.channels[question.service].askAlone !== undefined) {
      put.suspect = { differences: all.map(sentenceOf), size }
      return false
    }
    put.confirmed = true
    const made =
      this.findings.length < this.#options.maxFindings && differences.length > 0
        ? await this.#options.evidence(question, asker.from, answer, read)
        : { noEvidence: 'What differs is not of the record, or too much was found already.' }
    this.#find(
      question.service === 'proof' ? 'proof-wrong' : 'answer-differs',
      question,
      [asker],
      size,
      all.map(sentenceOf),
      made,
    )
    return true
  }

  /** What the operator says for itself in every answer must be the same in all. */
  #houseDiffers({ house }: ReadAnswer): readonly Difference[] {
    if (house === null) return []
    this.#house ??= house
    return house === this.#house
      ? []
      : [{ where: '/notices', what: 'differs', record: `as in other answers, ${this.#house}`, served: house }]
  }

  #unreadable(put: Put, answer: Answer): void {
    const { question, asker } = put
    put.confirmed = true
    if (question.service === 'proof' && answer.status === 200) {
      const detail = 'The proof does not hold.'
      this.#find('proof-wrong', question, [asker], null, [detail])
      return
    }
    const text = answer.text.slice(0, 200)
    const detail = `HTTP status ${answer.status}, and what was served has not the form of its protocol or names no log position: ${text}`
    this.#find('answer-unreadable', question, [asker], null, [detail])
  }

  #unpublished({ question, asker }: Put, size: number): void {
    const detail = `The answer is of log size ${size}; the last checkpoint is of ${this.#options.follower.latest.size}, and no state ends there.`
    this.#find('position-unpublished', question, [asker], size, [detail])
  }

  #giveUp({ question, asker, served }: Put, puts: readonly Put[]): void {
    const others = puts.filter(
      (one) => one.question === question && one.asker !== asker && one.served.kind === 'answer',
    )
    if (served.kind === 'answer') {
      const size = readAnswer(this.#options, question, served)?.position.size ?? null
      const detail = `Asked ${ATTEMPTS} times, it is of log size ${size}, while other answers are of ${this.#options.follower.record.size}.`
      this.#find('answer-stale', question, [asker], size, [detail])
    } else
      this.#find(
        'refused',
        question,
        [asker],
        null,
        [`Asked ${ATTEMPTS} times: ${served.why}.`],
        {
          noEvidence: 'No answer says nothing that could be kept.',
        },
        others.map((one) => one.asker),
      )
  }

  /** Answers of one position, each of them right as far as the record goes, must still be the same. */
  #compareAskers(right: readonly Right[]): void {
    if (this.#options.askers.length < 2) return
    const first = new Map<string, Right>()
    for (const one of right) {
      const name = `${one.question.service} ${one.question.text} ${one.size}`
      const other = first.get(name)
      if (other === undefined) first.set(name, one)
      else if (other.text !== one.text)
        this.#find('askers-differ', one.question, [one.asker], one.size, [
          `${other.asker.from} and ${one.asker.from} were given different answers, which the record does not tell apart: ${firstDifference(other.text, one.text)}`,
        ])
    }
  }

  #find(
    code: ServiceFaultCode,
    question: Question,
    askers: readonly Asker[],
    size: number | null,
    details: readonly string[],
    made: { readonly evidence: string } | { readonly noEvidence: string } = {
      noEvidence: 'It is seen by asking again, and not from a file.',
    },
    others: readonly Asker[] = [],
  ): void {
    this.add({
      code,
      service: question.service,
      question: question.text,
      from: askers.map(({ from }) => from),
      others: others.map(({ from }) => from),
      size,
      details,
      evidence: 'evidence' in made ? made.evidence : null,
      noEvidence: 'noEvidence' in made ? made.noEvidence : null,
    })
  }

  /** One more finding; the same of another asker joins it. */
  add(finding: ServiceFinding): void {
    const details = finding.details.join('\n')
    const same = this.findings.findIndex(
      (one) =>
        one.code === finding.code &&
        one.question === finding.question &&
        one.service === finding.service &&
        one.details.join('\n') === details,
    )
    const known = this.findings[same]
    if (known !== undefined) {
      this.findings[same] = { ...known, from: [...known.from, ...finding.from] }
      return
    }
    this.findingCount += 1
    if (this.findings.length < this.#options.maxFindings) this.findings.push(finding)
  }
}

function firstDifference(one: string, other: string): string {
  let at = 0
  while (at < one.length && one[at] === other[at]) at += 1
  const from = Math.max(0, at - 20)
  return `${JSON.stringify(one.slice(from, at + 60))} and ${JSON.stringify(other.slice(from, at + 60))}`
}
