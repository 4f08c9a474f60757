/**
 * The comparison: each question is put from every source address, each answer is judged against the record of the log
 * position that it names, and answers of one position are compared with each other. While the registry works the
 * record follows it; what is older than the record by then is asked for again.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Channel, Served } from './asking.ts'
import { sentenceOf } from './finding.ts'
import { Findings, type MadeEvidence } from './findings.ts'
import type { Follower } from './follower.ts'
import { type Answer, type JudgeOptions, type ReadAnswer, readAnswer } from './judges.ts'
import type { Question, ServiceName } from './questions.ts'
import { compareAskers, HouseWords, type Right } from './same-for-all.ts'

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
) => Promise<MadeEvidence>

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
/** How often a question is put where it is not answered, or answered of an old position. */
const ATTEMPTS = 6
const AGAIN_MILLISECONDS = 150
const LONGEST_WAIT_SECONDS = 30
/** Questions without any answer after which a service counts as silent. */
const SILENT_AFTER = 16
const NO_ANSWER: MadeEvidence = { noEvidence: 'No answer says nothing that could be kept.' }

export class Comparison {
  readonly #options: ComparisonOptions
  readonly findings: Findings
  unopened = 0
  readonly questions: { [S in ServiceName]: number } = { rdap: 0, whois: 0, proof: 0, api: 0 }
  /** Answers and refusals by a limit, of each asker. */
  readonly counts: Map<Asker, { answers: number; limited: number }>
  /** Every answer in turn, for whoever measures how long they took. */
  readonly answered: (asker: Asker, question: Question, answer: Answer) => void
  readonly #house = new HouseWords()
  /** Sizes that were waited for and never published. */
  readonly #unpublishedSizes = new Set<number>()
  /** Services that gave an asker no answer to a whole batch: nothing more is asked of them. */
  readonly #silent = new Set<string>()

  constructor(
    options: ComparisonOptions,
    answered: (asker: Asker, question: Question, answer: Answer) => void = () => undefined,
  ) {
    this.#options = options
    this.answered = answered
    this.findings = new Findings(options.maxFindings)
    this.counts = new Map(options.askers.map((asker) => [asker, { answers: 0, limited: 0 }]))
  }

  async run(questions: Iterable<Question>): Promise<void> {
    const iterator = questions[Symbol.iterator]()
    let count = 0
    let asked = this.#put(this.#next(iterator))
    for (;;) {
      const puts = await asked
      if (puts.length === 0) break
      // The next ones are on their way while these are judged.
      asked = this.#put(this.#next(iterator))
      await this.#settle(puts)
      count += new Set(puts.map(({ question }) => question)).size
      this.#options.progress(count)
    }
    this.#house.find(this.findings)
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
        askers
          .filter((asker) => !this.#silent.has(nameOf(asker, question)))
          .map(async (asker): Promise<Put> => {
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
    const known = this.findings.all.length
    while (waiting.length > 0) {
      const again = await this.#judge(waiting, right)
      const hopeless = again.filter(({ attempts }) => attempts >= ATTEMPTS)
      this.#fallSilent(hopeless, puts)
      for (const put of hopeless)
        if (!this.#silent.has(nameOf(put.asker, put.question))) this.#giveUp(put, puts)
      waiting = again.filter(({ attempts }) => attempts < ATTEMPTS)
      if (waiting.length > 0) await this.#again(waiting)
    }
    for (const put of puts) this.#onceWrong(put, puts)
    this.findings.servedRight(known, right)
    if (this.#options.askers.length > 1) compareAskers(right, this.findings)
  }

  /** A service that answers an asker nothing of a whole batch: told once, and not asked all the rest as often. */
  #fallSilent(hopeless: readonly Put[], puts: readonly Put[]): void {
    const answered = new Set(
      puts.flatMap(({ asker, question, served }) =>
        served.kind === 'answer' ? [nameOf(asker, question)] : [],
      ),
    )
    for (const { asker, question, served } of hopeless) {
      const name = nameOf(asker, question)
      const count = hopeless.filter((one) => nameOf(one.asker, one.question) === name).length
      if (served.kind === 'answer' || answered.has(name) || count < SILENT_AFTER || this.#silent.has(name))
        continue
      this.#silent.add(name)
      this.findings.find({
        code: 'refused',
        question: { service: question.service, text: 'all of them' },
        from: asker.from,
        size: null,
        details: [`Of ${count} questions none was answered: ${served.why}. Nothing more was asked.`],
        made: NO_ANSWER,
        others: this.#options.askers
          .map(({ from }) => from)
          .filter((from) => answered.has(`${question.service} ${from}`)),
      })
    }
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
    this.findings.find({ code: 'answer-differs', question, from: asker.from, size: suspect.size, details })
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
      if (where !== 'unknown') return where
      if (attempt > ATTEMPTS || this.#unpublishedSizes.has(size)) {
        this.#unpublishedSizes.add(size)
        return where
      }
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
    if (read.house !== null) this.#house.note(read.house, { question, from: asker.from, size })
    if (differences.length === 0) {
      right.push({ question, from: asker.from, size, text: read.alike })
      return true
    }
    const details = differences.map(sentenceOf)
    if (put.suspect === null && asker.channels[question.service].askAlone !== undefined) {
      put.suspect = { differences: details, size }
      return false
    }
    put.confirmed = true
    const made = this.findings.full
      ? { noEvidence: 'Too much was found already.' }
      : await this.#options.evidence(question, asker.from, answer, read)
    const code = question.service === 'proof' ? 'proof-wrong' : 'answer-differs'
    this.findings.find({ code, question, from: asker.from, size, details, made })
    return true
  }

  #unreadable(put: Put, { status, text }: Answer): void {
    const { question, asker } = put
    put.confirmed = true
    const wrongProof = question.service === 'proof' && status === 200
    const detail = wrongProof
      ? 'The proof does not hold.'
      : `HTTP status ${status}, and what was served has not the form of its protocol or names no log position: ${text.slice(0, EXCERPT)}`
    const code = wrongProof ? 'proof-wrong' : 'answer-unreadable'
    this.findings.find({ code, question, from: asker.from, size: null, details: [detail] })
  }

  #unpublished({ question, asker }: Put, size: number): void {
    const detail = `The answer is of log size ${size}; the last checkpoint is of ${this.#options.follower.latest.size}, and no state ends there.`
    const found = { question, from: asker.from, size, details: [detail] }
    this.findings.find({ ...found, code: 'position-unpublished' })
  }

  #giveUp({ question, asker, served }: Put, puts: readonly Put[]): void {
    const { from } = asker
    if (served.kind === 'answer') {
      const size = readAnswer(this.#options, question, served)?.position.size ?? null
      const detail = `Asked ${ATTEMPTS} times, it is of log size ${size}, while other answers are of ${this.#options.follower.record.size}.`
      this.findings.find({ code: 'answer-stale', question, from, size, details: [detail] })
      return
    }
    const others = puts.filter((one) => one.question === question && one.served.kind === 'answer')
    this.findings.find({
      code: 'refused',
      question,
      from,
      size: null,
      details: [`Asked ${ATTEMPTS} times: ${served.why}.`],
      made: NO_ANSWER,
      others: others.map((one) => one.asker.from),
    })
  }
}

const EXCERPT = 200

const nameOf = ({ from }: Asker, { service }: Question): string => `${service} ${from}`
