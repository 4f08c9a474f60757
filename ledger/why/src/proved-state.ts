/**
 * The state before a decision, as far as a document proves it. What it does not prove is not guessed: the question is
 * noted, and the decision counts as unproved.
 */

import { keyQuery, verifyPath } from '@cadastre/answers'
import { type Crypto, encodeBase64 } from '@cadastre/crypto'
import { type Block, contains, equalBlock } from '@cadastre/numbers'
import type { StateSource, Subtree } from '@cadastre/procedures'
import {
  asRecordKey,
  canonicalJson,
  type Json,
  parseCanonicalJson,
  parseKey,
  type RecordKey,
  type StateEntry,
} from '@cadastre/records'
import { TrieState } from '@cadastre/replay'
import { createTrieMemory, TrieWriter } from '@cadastre/trie'
import { lastWritten } from './batch-effects.ts'
import type { WhyBundle } from './bundle.ts'
import { type Checked, refuse } from './refusals.ts'

/** Asked for something that the document does not prove. */
class UnprovedError extends Error {
  override readonly name: string = 'UnprovedError'
}

/** Room for what one document may hold, and the batch before it. */
const MEMORY = { poolBytes: 2 ** 28, recordBytes: 2 ** 28 }

export class ProvedState implements StateSource {
  readonly #trie: TrieWriter
  readonly #state: TrieState
  /** Keys whose path is proved: their own record, and every record at a key that covers them. */
  readonly #objects = new Set<string>()
  readonly #blocks: Block[] = []
  /** Blocks inside which everything is known. */
  readonly #whole: Block[] = []
  readonly #tooLarge = new Set<string>()
  /** Questions that the document has no answer to. */
  readonly missing: Set<string> = new Set()
  /** `subtree` inputs with more cells than a document holds, that were asked for. */
  readonly unchecked: Set<string> = new Set()

  constructor(crypto: Crypto) {
    this.#trie = new TrieWriter(createTrieMemory(MEMORY), crypto)
    this.#state = new TrieState(this.#trie, crypto)
  }

  /** Take in the proved part of the state that `before` commits to (null: the empty state before genesis). */
  static prove(
    crypto: Crypto,
    before: StateEntry | null,
    { paths, subtrees }: Pick<WhyBundle, 'paths' | 'subtrees'>,
  ): Checked<ProvedState> {
    const state = new ProvedState(crypto)
    const topmost = new Map<string, string | null>()
    const records = new Map<RecordKey, string>()
    for (const [key, path] of Object.entries(paths)) {
      const query = keyQuery(crypto, key)
      if (query === null) return refuse('wrong-path', `${key} is no key.`)
      const root = before?.roots[query.space] ?? encodeBase64(state.#trie.working().rootHash(query.space))
      const proved = verifyPath(crypto, query, path, root)
      if (!proved.ok) return refuse('wrong-path', `${key}: ${proved.error.detail}`)
      const { covering, subtree } = proved.value
      topmost.set(key, subtree === null ? null : encodeBase64(subtree))
      for (const { key: at, text } of covering) records.set(at as RecordKey, text)
      state.#known(key)
    }
    for (const [key, text] of records) state.#state.put(key, text)
    return state.#takeSubtrees(subtrees, topmost)
  }

  #known(key: string): void {
    const parsed = parseKey(key)
    if (parsed?.kind === 'cell') this.#blocks.push(parsed.block)
    else this.#objects.add(key)
  }

  /** The cells of each subtree are all of it exactly if they hash to its topmost node. */
  #takeSubtrees(
    subtrees: WhyBundle['subtrees'],
    topmost: ReadonlyMap<string, string | null>,
  ): Checked<ProvedState> {
    const whole: { readonly key: RecordKey; readonly block: Block }[] = []
    for (const [text, cells] of Object.entries(subtrees)) {
      const key = asRecordKey(text)
      const parsed = parseKey(text)
      if (
        key === null ||
        parsed?.kind !== 'cell' ||
        !this.#blocks.some((known) => equalBlock(known, parsed.block))
      )
        return refuse('wrong-subtree', `${text} is no cell with a path of its own.`)
      if (cells === null) {
        this.#tooLarge.add(key)
        continue
      }
      for (const [at, record] of cells) {
        const inside = parseKey(at)
        if (inside?.kind !== 'cell' || !contains(parsed.block, inside.block))
          return refuse('wrong-subtree', `${at} does not lie inside ${key}.`)
        if (parseCanonicalJson(record) === null)
          return refuse('wrong-subtree', `The record at ${at} is not canonical JSON.`)
        this.#state.put(at as RecordKey, record)
      }
      whole.push({ key, block: parsed.block })
    }
    for (const { key, block } of whole) {
      if (this.#state.subtree(key).hash !== (topmost.get(key) ?? null))
        return refuse('wrong-subtree', `The cells given are not all that lies inside ${key}.`)
      this.#whole.push(block)
    }
    return { ok: true, value: this }
  }

  /** Take in what earlier ops of the same batch wrote; false where a text is no op. */
  follow(ops: readonly string[]): boolean {
    const written = lastWritten(ops, (key) => this.#concerns(key))
    for (const [key, next] of written ?? []) this.#state.put(key, next === null ? null : canonicalJson(next))
    return written !== null
  }

  /** Whether an answer may depend on this key; null where it is none. */
  #concerns(key: string): boolean | null {
    if (this.#objects.has(key)) return true
    const parsed = parseKey(key)
    if (parsed?.kind !== 'cell') return parsed === null ? null : false
    return this.#blocks.some((known) => contains(known, parsed.block) || contains(parsed.block, known))
  }

  record(key: RecordKey): ReturnType<StateSource['record']> {
    const parsed = parseKey(key)
    const known = parsed?.kind === 'cell' ? this.#covers(parsed.block) : this.#objects.has(key)
    return known ? this.#state.record(key) : this.#unproved(`record ${key}`)
  }

  chain(key: RecordKey): ReturnType<StateSource['chain']> {
    const parsed = parseKey(key)
    if (parsed?.kind !== 'cell' || !this.#covers(parsed.block)) return this.#unproved(`chain ${key}`)
    return this.#state.chain(key)
  }

  subtree(key: RecordKey): Subtree {
    const parsed = parseKey(key)
    if (parsed?.kind === 'cell' && this.#whole.some((block) => contains(block, parsed.block)))
      return this.#state.subtree(key)
    if (!this.#tooLarge.has(key)) return this.#unproved(`subtree ${key}`)
    this.unchecked.add(key)
    throw new UnprovedError(key)
  }

  digest(text: string): string {
    return this.#state.digest(text)
  }

  memberHash(member: Json): string {
    return this.#state.memberHash(member)
  }

  /** What a question gives, where the document has the answer; null where it does not. */
  asked<T>(question: (state: this) => T): T | null {
    try {
      return question(this)
    } catch (error) {
      if (!(error instanceof UnprovedError)) throw error
      return null
    }
  }

  /** Whether everything at this block and at what covers it is known. */
  #covers(block: Block): boolean {
    return (
      this.#blocks.some((known) => contains(block, known)) ||
      this.#whole.some((whole) => contains(whole, block))
    )
  }

  #unproved(what: string): never {
    this.missing.add(what)
    throw new UnprovedError(what)
  }
}
