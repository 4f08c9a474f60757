/** The places that a mirror copies from, and what each of them shows now. Bytes from strangers: bounded, and no redirects. */

import { httpSource, type LogSource, SourceError, sourceOf } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import { ENTRY_BYTES_MAX, HASH_BYTES, TILE_WIDTH } from '@cadastre/merkle'
import {
  type Checkpoint,
  checkPolicy,
  type OpenedCheckpoint,
  type Policy,
  parseCheckpoint,
  parseNote,
} from '@cadastre/notes'

/** A note of sixteen signatures and some. */
const CHECKPOINT_BYTES_MAX = 64 * 1024
const BUNDLE_BYTES_MAX = TILE_WIDTH * (2 + ENTRY_BYTES_MAX)

function limitOf(path: string): number {
  if (path.includes('tile/entries/')) return BUNDLE_BYTES_MAX
  return path.includes('tile/') ? TILE_WIDTH * HASH_BYTES : CHECKPOINT_BYTES_MAX
}

/** A full bundle within this time is 560 kB/s; a slower source is no source. */
const TIMEOUT_MILLISECONDS = 30_000

/** As `fetch`, but whoever sends more than such a file can have, too slowly, or sends us elsewhere, has failed. */
function boundedFetch(milliseconds: number): typeof fetch {
  return async (input, init) => {
    const url = String(input instanceof Request ? input.url : input)
    const response = await fetch(url, {
      ...init,
      redirect: 'error',
      signal: AbortSignal.timeout(milliseconds),
    })
    const limit = limitOf(new URL(url).pathname)
    if (Number(response.headers.get('content-length') ?? 0) > limit) {
      await response.body?.cancel()
      throw new SourceError(`the answer is longer than the ${limit} bytes of such a file`)
    }
    let length = 0
    const counted = response.body?.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (part, controller) => {
          length += part.length
          if (length > limit) controller.error(new SourceError('the answer is longer than any such file'))
          else controller.enqueue(part)
        },
      }),
    )
    return new Response(counted ?? null, { status: response.status, headers: response.headers })
  }
}

const isHttp = (text: string): boolean => /^https?:/.test(text)

/** The log that a text names: a registry's or a mirror's address, that of its files, or a directory. */
export function mirrorSource(text: string, milliseconds: number = TIMEOUT_MILLISECONDS): LogSource {
  const { name } = sourceOf(text)
  return isHttp(text) ? httpSource(name, boundedFetch(milliseconds)) : sourceOf(text)
}

/** Where the host of a source says which keys it has; null for a directory. */
export function hostSource(text: string): LogSource | null {
  return isHttp(text)
    ? httpSource(`${new URL(text).origin}/.well-known/`, boundedFetch(TIMEOUT_MILLISECONDS))
    : null
}

export type Shown =
  | {
      readonly kind: 'checkpoint'
      readonly source: LogSource
      readonly note: string
      readonly opened: OpenedCheckpoint
    }
  /** It could not be read, or nobody who is believed has signed it. */
  | { readonly kind: 'problem'; readonly source: LogSource; readonly problem: string }

/** What a source shows now, where this policy accepts it. */
export async function shownBy(source: LogSource, policy: Policy): Promise<Shown> {
  const problem = (text: string): Shown => ({ kind: 'problem', source, problem: text })
  let bytes: Uint8Array | null
  try {
    bytes = await source.read('checkpoint')
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    return problem(error.message)
  }
  if (bytes === null) return problem('there is no checkpoint')
  if (bytes.length > CHECKPOINT_BYTES_MAX) return problem('the checkpoint is longer than any')
  const note = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(bytes)
  const opened = checkPolicy(nodeCrypto, policy, note)
  return opened.ok
    ? { kind: 'checkpoint', source, note, opened: opened.value }
    : problem(`the policy does not accept its checkpoint: ${opened.error}`)
}

/** The checkpoint, where all of these policies accept it: at least one. */
export function acceptedBy(policies: readonly Policy[], note: string): ReturnType<typeof checkPolicy> {
  const [first, ...others] = policies
  if (first === undefined) throw new RangeError('a checkpoint is judged by a policy')
  const opened = checkPolicy(nodeCrypto, first, note)
  if (!opened.ok) return opened
  const refusal = others.map((policy) => checkPolicy(nodeCrypto, policy, note)).find(({ ok }) => !ok)
  return refusal ?? opened
}

/** A checkpoint that was checked when it was kept. */
export function keptCheckpoint(note: string): Checkpoint {
  const parsed = parseNote(note)
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : null
  if (checkpoint?.ok !== true) throw new Error('the kept checkpoint is none')
  return checkpoint.value
}
