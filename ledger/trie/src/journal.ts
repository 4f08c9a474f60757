/** What a batch replaced since its first mark, so that one refused act can be undone. */
import { NumberList } from './garbage.ts'
import { LABEL_WORDS_MAX, SPACE_NAMES, SPACES, type Space } from './spaces.ts'

/** Words of an entry: label, then old record, new record, length, space. */
const TAIL_WORDS = 4

export interface JournalEntry {
  readonly space: Space
  /** The label, in a buffer that the next read reuses. */
  readonly words: Uint32Array
  readonly length: number
  readonly old: number
  readonly next: number
}

export class Journal {
  private readonly list: NumberList = new NumberList()
  private readonly words: Uint32Array = new Uint32Array(LABEL_WORDS_MAX)
  /** Nothing is written down before somebody may want to undo. */
  recording = false

  get position(): number {
    return this.list.length
  }

  push(space: Space, words: Uint32Array, length: number, old: number, next: number): void {
    const count = SPACES[space].width >>> 5
    for (let i = 0; i < count; i++) this.list.push(words[i] as number)
    this.list.push(old)
    this.list.push(next)
    this.list.push(length)
    this.list.push(SPACE_NAMES.indexOf(space))
  }

  /** Removes the last entry and returns it. */
  pop(): JournalEntry {
    const end = this.list.length
    const space = SPACE_NAMES[this.list.at(end - 1)]
    if (space === undefined) throw new TypeError('journal is damaged')
    const count = SPACES[space].width >>> 5
    const start = end - TAIL_WORDS - count
    for (let i = 0; i < count; i++) this.words[i] = this.list.at(start + i)
    const entry = {
      space,
      words: this.words,
      length: this.list.at(end - 2),
      old: this.list.at(end - 4),
      next: this.list.at(end - 3),
    }
    this.list.truncate(start)
    return entry
  }
}
