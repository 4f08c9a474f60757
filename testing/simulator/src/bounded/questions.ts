/** What can be asked in a state, each question once however often it is thought of; and what is remembered of each. */

import type { Act } from '@cadastre/procedures'
import type { Instant, RecordKey } from '@cadastre/records'
import { dueActs, type Family, generatorsOf, hostile, type Offers, wronglySigned } from './alphabet.ts'
import { MemoTree, type Seen } from './memo-tree.ts'
import type { SmallState } from './small-state.ts'
import { actOf, type Wish } from './small-world.ts'
import { type Look, View } from './view.ts'

export class Question {
  readonly procedure: string
  /** What is asked, whenever it is asked. */
  readonly id: string
  /** Records that it names. */
  readonly names: readonly RecordKey[]
  /** Applications, orders and ways that it is about. */
  readonly about: readonly RecordKey[]
  readonly #make: (at: Instant) => Act
  #act: readonly [Instant, Act] | null = null

  constructor(procedure: string, id: string, named: string, make: (at: Instant) => Act) {
    this.procedure = procedure
    this.id = id
    this.#make = make
    const names = new Set<RecordKey>()
    const about = new Set<RecordKey>()
    for (const [handle, letter = ''] of named.matchAll(HANDLE)) {
      for (const kind of KINDS[letter] ?? []) names.add(`obj/${kind}/${handle}` as RecordKey)
      for (const kind of ABOUT[letter] ?? []) about.add(`obj/${kind}/${handle}` as RecordKey)
    }
    for (const [key] of named.matchAll(CELL)) names.add(key as RecordKey)
    this.names = [...names]
    this.about = [...about]
  }

  actAt(at: Instant): Act {
    if (this.#act?.[0] === at) return this.#act[1]
    const act = this.#make(at)
    this.#act = [at, act]
    return act
  }
}

const HANDLE = /(?<![A-Z0-9])([A-Z])-\d+(?:-\d+)?/g
const CELL = /(?:ip4|ip6|asn)\/[^"#/]+\/\d+/g
const KINDS: { readonly [letter: string]: readonly string[] } = {
  H: ['holder', 'notes'],
  R: ['notes'],
  A: ['application'],
  O: ['order'],
  T: ['transit'],
}
const ABOUT: { readonly [letter: string]: readonly string[] } = {
  A: ['application'],
  O: ['order'],
  T: ['transit'],
}

/** A question, and the same asked as it must never be answered. */
export type Asked = {
  readonly right: Question
  /** With signatures that must not be enough. */
  readonly wrong: readonly Question[]
  /** For another registry, after its expiry, on what no longer stands. */
  readonly hostile: () => readonly Question[]
}

/** Questions are forgotten when there are so many. */
const MOST_REMEMBERED = 100_000

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g

export class Questions {
  readonly #generators: { readonly offers: Offers; memo: MemoTree<Look, readonly Asked[]> }[]
  readonly #questions = new Map<string, Question>()
  readonly #subjects: number

  constructor(families: readonly Family[], subjects: number) {
    this.#generators = generatorsOf(families).map((offers) => ({ offers, memo: new MemoTree() }))
    this.#subjects = subjects
  }

  /** How many ways there are to think of questions. */
  get ways(): number {
    return this.#generators.length
  }

  /** What can be asked in this state at this instant, thought of in one of the ways; not what falls due. */
  asked(way: number, state: SmallState, at: Instant): readonly Asked[] {
    const generator = this.#generators[way]
    if (generator === undefined) return []
    const { offers, memo } = generator
    const known = memo.recall((look) => seen(state, at, look))
    if (known !== undefined) return known
    const looked = new Map<Look, Seen>()
    const view = new View(state, at, this.#subjects, (look) => looked.set(look, seen(state, at, look)))
    const asked = offers(view).map((offer) => ({
      right: this.#of(offer.wish),
      wrong: wronglySigned(view, offer).map((wish) => this.#of(wish)),
      hostile: () => hostile(offer).map((wish) => this.#of(wish)),
    }))
    generator.memo.remember([...looked], asked)
    return asked
  }

  /** What is said to have fallen due, due or not. */
  due(state: SmallState): readonly Asked[] {
    return dueActs(state).map(({ procedure, subject }) => this.#due(procedure, subject))
  }

  #due(procedure: string, subject: RecordKey): Asked {
    const right = this.#once(`due ${procedure} ${subject}`, () => {
      const handle = subject.split('/').at(-1) ?? ''
      return new Question(procedure, `due ${subject}`, `${subject} ${handle}`, () => ({
        kind: 'due',
        subject,
      }))
    })
    return { right, wrong: [], hostile: () => [] }
  }

  #of(wish: Wish): Question {
    const { procedure, body, replaces = [], by, statements = [], feeNotes = [] } = wish
    const { origin = '', expired = false } = wish
    const parts = [body, replaces, by.map(({ key }) => key), statements, feeNotes.length, origin, expired]
    const text = JSON.stringify(body)
    return this.#once(`${procedure} ${JSON.stringify(parts)}`, () => {
      const id = `${procedure} ${text.replace(INSTANT, '')}`
      return new Question(procedure, id, text, (at) => actOf(wish, at))
    })
  }

  #once(name: string, make: () => Question): Question {
    const known = this.#questions.get(name)
    if (known !== undefined) return known
    if (this.#questions.size > MOST_REMEMBERED) {
      this.#questions.clear()
      for (const generator of this.#generators) generator.memo = new MemoTree()
    }
    const made = make()
    this.#questions.set(name, made)
    return made
  }
}

function seen(state: SmallState, at: Instant, look: Look): Seen {
  if (look === 'at') return at
  if (look.includes('/')) return state.get(look as RecordKey)
  return state.versionOf(look)
}
