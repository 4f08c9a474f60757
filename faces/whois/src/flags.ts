/**
 * Flags of a query line as RIPE's server reads them: short ones in clusters, whose last may have its argument glued on
 * (`-BrTinetnum`, `-KTroute,route6`), long ones with the argument after a space or `=`.
 */

import { invalidOption, type Message, multipleFlags, tooManyArguments } from './messages.ts'

/** Short letter (or `''`) and long name of each flag; whether it takes an argument. */
const FLAGS: readonly (readonly [short: string, long: string, argument: boolean])[] = [
  ['x', 'exact', false],
  ['l', 'one-less', false],
  ['L', 'all-less', false],
  ['m', 'one-more', false],
  ['M', 'all-more', false],
  ['C', 'no-irt', false],
  ['c', 'irt', false],
  ['b', 'abuse-contact', false],
  ['d', 'reverse-domain', false],
  ['i', 'inverse', true],
  ['F', 'brief', false],
  ['K', 'primary-keys', false],
  ['k', 'persistent-connection', false],
  ['G', 'no-grouping', false],
  ['B', 'no-filtering', false],
  ['', 'valid-syntax', false],
  ['', 'no-valid-syntax', false],
  ['', 'no-tag-info', false],
  ['', 'show-tag-info', false],
  ['', 'filter-tag-include', true],
  ['', 'filter-tag-exclude', true],
  ['r', 'no-referenced', false],
  ['', 'no-personal', false],
  ['', 'show-personal', false],
  ['T', 'select-types', true],
  ['a', 'all-sources', false],
  ['s', 'sources', true],
  ['', 'resource', false],
  ['q', 'list', true],
  ['', 'list-sources', false],
  ['', 'version', false],
  ['', 'types', false],
  ['t', 'template', true],
  ['v', 'verbose', true],
  ['V', 'client', true],
  ['R', 'no-referral', false],
  ['Z', 'charset', true],
  ['', 'list-versions', false],
  ['', 'diff-versions', true],
  ['', 'show-version', true],
]
/** Flags whose arguments add up; any other that takes one may be given once. */
const REPEATABLE = new Set([
  'inverse',
  'select-types',
  'sources',
  'client',
  'charset',
  'filter-tag-include',
  'filter-tag-exclude',
])

type Flag = { readonly long: string; readonly short: string; readonly argument: boolean }
const byShort = new Map<string, Flag>()
const byLong = new Map<string, Flag>()
for (const [short, long, argument] of FLAGS) {
  const flag = { short, long, argument }
  if (short !== '') byShort.set(short, flag)
  // `-q` has no long form.
  if (long !== 'list') byLong.set(long, flag)
}

/** How RIPE's messages write a flag: `-K, --primary-keys`. */
export function flagName(long: string): string {
  const flag = FLAGS.find((one) => one[1] === long)
  return flag === undefined || flag[0] === '' ? `--${long}` : `-${flag[0]}, --${long}`
}

export type ParsedFlags = {
  /** Long names of the flags given, with their arguments, split at commas. */
  readonly given: ReadonlyMap<string, readonly string[]>
  /** What is no flag: the search key, its words joined by one space. */
  readonly key: string
  /** The first thing wrong; null where nothing is. */
  readonly error: Message | null
}

/** Most words in one query; RIPE's limit. */
const WORDS_MAX = 60
const NONE: ReadonlyMap<string, readonly string[]> = new Map()

class FlagReader {
  readonly given = new Map<string, string[]>()
  readonly words: string[] = []
  error: Message | null = null
  /** A flag that waits for its argument in the next word. */
  #waiting: Flag | null = null

  read(word: string): void {
    if (this.#waiting !== null) {
      this.#give(this.#waiting, word)
      this.#waiting = null
    } else if (word.startsWith('--') && word.length > 2) this.#long(word)
    // A word that begins with "-" and a digit is the end of a range, `10.0.0.0 -10.0.0.255`.
    else if (word.startsWith('-') && word.length > 1 && !/^-[\d-]/.test(word)) this.#cluster(word)
    else this.words.push(word)
  }

  end(): void {
    if (this.#waiting !== null) this.error ??= invalidOption(null)
  }

  #long(word: string): void {
    const equals = word.indexOf('=')
    const name = (equals < 0 ? word.slice(2) : word.slice(2, equals)).toLowerCase()
    const flag = byLong.get(name)
    if (flag === undefined || (equals >= 0 && !flag.argument))
      this.error ??= invalidOption(`Invalid option: ${word}`)
    else if (equals >= 0) this.#give(flag, word.slice(equals + 1))
    else this.#take(flag)
  }

  #cluster(word: string): void {
    for (let index = 1; index < word.length; index++) {
      const flag = byShort.get(word.charAt(index))
      if (flag === undefined) {
        this.error ??= invalidOption(`Invalid option: ${word}`)
        return
      }
      if (flag.argument && index + 1 < word.length) {
        this.#give(flag, word.slice(index + 1))
        return
      }
      this.#take(flag)
    }
  }

  #take(flag: Flag): void {
    if (flag.argument) this.#waiting = flag
    else this.given.set(flag.long, [])
  }

  #give(flag: Flag, argument: string): void {
    const before = this.given.get(flag.long)
    if (before !== undefined && !REPEATABLE.has(flag.long))
      this.error ??= multipleFlags(flag.short === '' ? `--${flag.long}` : `-${flag.short}`)
    this.given.set(flag.long, [...(before ?? []), ...argument.split(',').filter((part) => part !== '')])
  }
}

/** Split a line into flags and key. Reads on after an error, so that `-k` is seen in a faulty line too. */
export function parseFlags(line: string): ParsedFlags {
  // Most queries have no flag at all.
  if (!line.includes('-') && !/\s/.test(line)) return { given: NONE, key: line, error: null }
  const words = line.split(/\s+/).filter((word) => word !== '')
  const reader = new FlagReader()
  for (const word of words.slice(0, WORDS_MAX)) reader.read(word)
  reader.end()
  const error = words.length > WORDS_MAX ? tooManyArguments : reader.error
  return { given: reader.given, key: reader.words.join(' '), error }
}
