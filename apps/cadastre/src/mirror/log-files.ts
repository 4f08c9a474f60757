/**
 * Files of a log from several places: our own copy first, then its sources in turn. What a place gives is looked at
 * before it counts; a place that gives a wrong file is told of, and the next one is asked.
 */

import { type LogSource, SourceError } from '@cadastre/audit'

/** What is wrong with a source: it proves nothing against the log, whose files come from elsewhere then. */
export type Trouble = {
  readonly source: string
  readonly path: string
  readonly problem: string
  /** It gave something, which is not what was signed. */
  readonly isWrong: boolean
}

/** No place has the file as it must be. What was published stays; it is asked for again later. */
export class NoGoodFileError extends Error {
  override readonly name: string = 'NoGoodFileError'
}

/** `held`: our own copy has it already. */
export type Found<T> = { readonly value: T; readonly held: boolean }

/** Gives what was read from a file, or in words what is wrong with it. */
export type Look<T> = (
  bytes: Uint8Array,
  path: string,
) => { readonly value: T } | { readonly problem: string }

export class LogFiles {
  readonly #own: LogSource
  readonly #sources: readonly LogSource[]
  readonly #trouble: (trouble: Trouble) => void

  constructor(own: LogSource, sources: readonly LogSource[], trouble: (trouble: Trouble) => void) {
    this.#own = own
    this.#sources = sources
    this.#trouble = trouble
  }

  /** One file, by any of the paths at which it may stand. Throws {@link NoGoodFileError}. */
  find<T>(paths: readonly string[], look: Look<T>): Promise<Found<T>> {
    return this.findSet([paths], ([file]) => {
      if (file === undefined) throw new Error('one file was asked for')
      return look(file.bytes, file.path)
    })
  }

  /** Several files that can only be judged together, all from one place. */
  async findSet<T>(
    wanted: readonly (readonly string[])[],
    look: (
      files: readonly { readonly bytes: Uint8Array; readonly path: string }[],
    ) => { readonly value: T } | { readonly problem: string },
  ): Promise<Found<T>> {
    let last = 'there is no source'
    for (const source of [this.#own, ...this.#sources]) {
      const held = source === this.#own
      const read = await this.#readAll(source, wanted)
      const seen = typeof read === 'string' ? { problem: read } : look(read)
      if ('value' in seen) return { value: seen.value, held }
      last = `${source.name}: ${seen.problem}`
      // Our own copy lacks what it has not fetched yet.
      if (held) continue
      const isWrong = typeof read !== 'string'
      this.#trouble({ source: source.name, path: wanted[0]?.[0] ?? '', problem: seen.problem, isWrong })
    }
    throw new NoGoodFileError(`${wanted[0]?.[0] ?? 'a file'} cannot be had: ${last}`)
  }

  async #readAll(
    source: LogSource,
    wanted: readonly (readonly string[])[],
  ): Promise<readonly { readonly bytes: Uint8Array; readonly path: string }[] | string> {
    try {
      const files = await Promise.all(wanted.map((paths) => readFirst(source, paths)))
      const missing = files.indexOf(null)
      if (missing >= 0) return `${wanted[missing]?.[0] ?? 'a file'} is not there`
      return files.filter((file) => file !== null)
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      return error.message
    }
  }
}

async function readFirst(
  source: LogSource,
  paths: readonly string[],
): Promise<{ readonly bytes: Uint8Array; readonly path: string } | null> {
  for (const path of paths) {
    const bytes = await source.read(path)
    if (bytes !== null) return { bytes, path }
  }
  return null
}
