/** Makes the document about one decision, from the log and the state before it. */

import { pathJson } from '@cadastre/answers'
import { type Crypto, decodeUtf8, encodeUtf8 } from '@cadastre/crypto'
import { type Block, blockBytes } from '@cadastre/numbers'
import { procedureKey, REGISTRY_KEY, SUBTREE_LIMIT } from '@cadastre/procedures'
import {
  asRecordKey,
  canonicalJson,
  cellKey,
  type Json,
  type JsonObject,
  type OpEntry,
  parseKey,
  type RecordKey,
  type Request,
} from '@cadastre/records'
import { coveringCell, labelOf, parseEntry } from '@cadastre/replay'
import { createTrieMemory, type TrieView, TrieWriter } from '@cadastre/trie'
import { type CellText, formatWhy, type WhyBundle } from './bundle.ts'
import { type LogReader, makeRange } from './log-range.ts'

export type WhySources = {
  readonly crypto: Crypto
  readonly log: LogReader
  /** A checkpoint of the log that covers the entry, and its size. */
  readonly checkpoint: string
  readonly size: number
  /** The state that the first `size` entries make, where they end in a state entry. */
  readonly stateAt: (size: number) => Promise<TrieView>
  /** The published page of a procedure by its id, if it is at hand. */
  readonly page: (procedure: string, recorded: string | null) => string | null
  /** Whether to look for an entry that accepted the same request, whatever the decision says. Default false. */
  readonly searchEarlier?: boolean
}

/** What a decision looks at, as `q key`: `record obj/holder/H-7`. */
export type Question = string

/** The entry is none: no such index, or a state entry, which decides nothing. */
export class NoDecisionError extends Error {
  override readonly name: string = 'NoDecisionError'
}

const STEP = 64

/**
 * The document about the decision at `index`. Rejects with {@link NoDecisionError} where there is none. `also`: questions
 * to be proved beside those that the entry names itself, for an entry that does not name the right ones.
 */
export async function makeWhy(
  sources: WhySources,
  index: number,
  also: readonly Question[] = [],
): Promise<string> {
  const { crypto, log, checkpoint, size } = sources
  const [bytes] = index >= 0 && index < size ? await log.entries(index, 1) : []
  const parsed = bytes === undefined ? null : parseEntry(bytes)
  if (parsed === null) throw new NoDecisionError(`The published log of size ${size} has no entry ${index}.`)
  if (parsed.kind === 'state')
    throw new NoDecisionError(`Entry ${index} is a state entry: it sums up decisions and makes none.`)
  const { entry } = parsed
  const first = await batchStart(log, index)
  const view = first.state === null ? emptyState(crypto) : await sources.stateAt(first.state + 1)
  const record = view.get('obj', labelOf(crypto, procedureKey(entry.procedure)).label, 256)
  const recorded = record === null ? null : (JSON.parse(textOf(record)) as { readonly text: string }).text
  // At once: the view may be of a version that is kept for a while only.
  const asked = [...entry.inputs.map(({ key, q }) => `${q} ${key}`), ...also]
  const paths = pathsOf(crypto, view, entry, asked)
  const subtrees = subtreesOf(view, asked)
  return formatWhy({
    checkpoint,
    log: await makeRange(crypto, log, first.state ?? 0, index + 1, size),
    paths,
    subtrees,
    earlier: await earlierOf(sources, entry, index),
    page: sources.page(entry.procedure, recorded),
  })
}

/** The state before genesis. */
function emptyState(crypto: Crypto): TrieView {
  return new TrieWriter(createTrieMemory({ poolBytes: 2 ** 16, recordBytes: 2 ** 16 }), crypto).working()
}

/** Index of the last state entry before this entry; null in the first batch of the log. */
export async function batchStart(log: LogReader, index: number): Promise<{ readonly state: number | null }> {
  for (let end = index; end > 0; ) {
    const from = Math.max(0, end - STEP)
    const entries = await log.entries(from, end - from)
    for (let at = entries.length - 1; at >= 0; at--) {
      const bytes = entries[at]
      if (bytes !== undefined && parseEntry(bytes)?.kind === 'state') return { state: from + at }
    }
    end = from
  }
  return { state: null }
}

function keyIn(question: Question): string {
  return question.slice(question.indexOf(' ') + 1)
}

function pathsOf(
  crypto: Crypto,
  view: TrieView,
  entry: OpEntry,
  asked: readonly Question[],
): WhyBundle['paths'] {
  const keys = new Set<string>([REGISTRY_KEY, procedureKey(entry.procedure), ...asked.map(keyIn)])
  if (entry.outcome.accepted) for (const { key } of entry.outcome.effects) keys.add(key)
  const paths: Record<string, JsonObject> = {}
  for (const text of keys) {
    const key = asRecordKey(text)
    if (key === null) throw new NoDecisionError(`The entry names ${text}, which is no key.`)
    const { space, label, length } = labelOf(crypto, key)
    paths[key] = pathJson(view.prove(space, label, length))
  }
  return paths
}

function subtreesOf(view: TrieView, asked: readonly Question[]): WhyBundle['subtrees'] {
  const subtrees: Record<string, readonly CellText[] | null> = {}
  for (const question of asked) {
    const key = keyIn(question)
    const parsed = question.startsWith('subtree ') ? parseKey(key) : null
    if (parsed?.kind === 'cell') subtrees[key] = cellsIn(view, parsed.block)
  }
  return subtrees
}

function cellsIn(view: TrieView, block: Block): readonly CellText[] | null {
  const found = view.inside(block.space, blockBytes(block), block.length, { limit: SUBTREE_LIMIT + 1 })
  if (found.length > SUBTREE_LIMIT) return null
  return found.map((one): CellText => [keyOf(block, one), textOf(one.record)])
}

function keyOf(block: Block, one: Parameters<typeof coveringCell>[1]): RecordKey {
  return cellKey(coveringCell(block.space, one).block)
}

function textOf(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes)
  if (text === null) throw new TypeError('a record is not UTF-8')
  return text
}

/** The entry that accepted the same request: looked for only where that is why the decision refuses. */
async function earlierOf(
  { crypto, log, size, searchEarlier }: WhySources,
  { outcome, request }: OpEntry,
  index: number,
): Promise<WhyBundle['earlier']> {
  const isWhy = !outcome.accepted && outcome.refusals.includes('already-accepted')
  if (request === null || !(isWhy || searchEarlier === true)) return null
  const found = await findAccepted(log, request, index)
  return found === null ? null : makeRange(crypto, log, found, found + 1, size)
}

/** Index of the first entry before `index` that accepted this very request; null where there is none. */
export async function findAccepted(log: LogReader, request: Request, index: number): Promise<number | null> {
  const text = canonicalJson(request as Json)
  const nonce = encodeUtf8(request.nonce)
  for (let from = 0; from < index; from += STEP) {
    const entries = await log.entries(from, Math.min(STEP, index - from))
    for (const [offset, bytes] of entries.entries()) {
      if (!holds(bytes, nonce)) continue
      const parsed = parseEntry(bytes)
      if (parsed?.kind !== 'op' || !parsed.entry.outcome.accepted || parsed.entry.request === null) continue
      if (canonicalJson(parsed.entry.request as Json) === text) return from + offset
    }
  }
  return null
}

/** Whether the bytes hold these others, so that most entries need not be parsed. */
function holds(bytes: Uint8Array, part: Uint8Array): boolean {
  const [head] = part
  if (head === undefined) return true
  for (let at = bytes.indexOf(head); at >= 0; at = bytes.indexOf(head, at + 1))
    if (part.every((byte, offset) => bytes[at + offset] === byte)) return true
  return false
}
