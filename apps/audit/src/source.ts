/** Where the public files of a log are read from: a directory, or the address under which they are published. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Reads public files of one log by their path below the log's prefix, such as `checkpoint`. */
export interface LogSource {
  readonly name: string
  /** The file's bytes; null where there is none. Rejects with {@link SourceError} where that cannot be known. */
  read(path: string): Promise<Uint8Array | null>
}

/** The source cannot be read: no statement about the log follows. */
export class SourceError extends Error {
  override readonly name: string = 'SourceError'
}

/** A full bundle of the longest entries, and some. */
const MAX_FILE_BYTES = 20_000_000
const TIMEOUT_MILLISECONDS = 30_000
const ATTEMPTS = 4
const FIRST_PAUSE_MILLISECONDS = 250

/** Files in a directory, as a registry or a mirror keeps them. */
export function directorySource(directory: string): LogSource {
  return {
    name: directory,
    async read(path) {
      try {
        return await readFile(join(directory, path))
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : null
        if (code === 'ENOENT' || code === 'ENOTDIR') return null
        throw new SourceError(`${path}: ${error instanceof Error ? error.message : String(error)}`)
      }
    },
  }
}

/** Files under an http or https address, such as `https://registry.example/log/`. */
export function httpSource(base: string, get: typeof fetch = fetch): LogSource {
  const prefix = base.endsWith('/') ? base : `${base}/`
  return {
    name: prefix,
    async read(path) {
      let pause = FIRST_PAUSE_MILLISECONDS
      for (let attempt = 1; ; attempt++) {
        const answer = await ask(get, `${prefix}${path}`)
        if (answer.kind === 'file') return answer.bytes
        if (answer.kind === 'none') return null
        if (attempt === ATTEMPTS) throw new SourceError(`${prefix}${path}: ${answer.reason}`)
        await sleep(pause)
        pause *= 2
      }
    },
  }
}

type Answer =
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly reason: string }

async function ask(get: typeof fetch, url: string): Promise<Answer> {
  try {
    const response = await get(url, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) })
    if (response.status === 404 || response.status === 410) return { kind: 'none' }
    if (!response.ok) return { kind: 'failed', reason: `HTTP status ${response.status}` }
    return { kind: 'file', bytes: await bounded(response) }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const cause = error.cause instanceof Error ? `: ${error.cause.message}` : ''
    return { kind: 'failed', reason: `${error.message}${cause}` }
  }
}

async function bounded(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > MAX_FILE_BYTES) throw new SourceError('the answer is longer than any file of a log')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/**
 * The source that a text names: an address where it begins with `http:` or `https:`, else a directory. An address
 * without a path is that of a registry, whose log is at `/log/`.
 */
export function sourceOf(text: string): LogSource {
  if (!/^https?:/.test(text)) return directorySource(text)
  return httpSource(/^https?:\/\/[^/]*\/?$/.test(text) ? `${text.replace(/\/$/, '')}/log/` : text)
}
