/**
 * What other terms of a procedure would have meant for the past: each past act of that procedure is decided again, on the
 * state before it, once as it was and once under the new terms. The log is taken at its word: an audit says whether it
 * holds. Signatures are not verified again.
 */

import type { Crypto } from '@cadastre/crypto'
import {
  type Act,
  type Executed,
  execute,
  procedureById,
  procedureKey,
  type StateSource,
  type Subtree,
} from '@cadastre/procedures'
import {
  asRecordKey,
  canonicalJson,
  isObject,
  type Json,
  type JsonObject,
  type OpEntry,
  type ProcedureRecord,
  type RecordKey,
} from '@cadastre/records'
import { createTrieMemory, TrieWriter, type Version } from '@cadastre/trie'
import { readEntry } from './entries.ts'
import { takenAs } from './judge.ts'
import { sameJson } from './judgement.ts'
import { TrieState } from './trie-state.ts'

/** A version with other parameters. */
export type ProposedTerms = { readonly procedure: string; readonly parameters: ProcedureRecord['parameters'] }

export type ImpactedAct = {
  readonly index: number
  /** Refusal codes; null: accepted. */
  readonly was: readonly string[] | null
  readonly would: readonly string[] | null
  readonly holders: readonly string[]
}

export type Impact = {
  /** Entries that were replayed. */
  readonly size: number
  /** Acts of this procedure among them, and how many would have been decided otherwise. */
  readonly acts: number
  readonly otherwise: number
  /** Distinct holders whose acts those are. */
  readonly holders: number
  /** The first of them; at most {@link MAX_EXAMPLES}. */
  readonly examples: readonly ImpactedAct[]
}

const MAX_EXAMPLES = 1000

/** Members of bodies that name the holders who ask. */
const PARTIES = ['holder', 'from', 'to', 'parent', 'child', 'by', 'claimant', 'successor'] as const

/** The state as it was, but for the terms of one procedure. */
class OtherTerms implements StateSource {
  readonly #state: TrieState
  readonly #key: RecordKey
  readonly #terms: ProposedTerms

  constructor(state: TrieState, terms: ProposedTerms) {
    this.#state = state
    this.#key = procedureKey(terms.procedure)
    this.#terms = terms
  }

  record(key: RecordKey): { readonly value: unknown; readonly hash: string | null } {
    const found = this.#state.record(key)
    if (key !== this.#key || found.value === null) return found
    const record = found.value as ProcedureRecord
    // Nothing was ever in force but these: no earlier terms to which a holding could appeal.
    return { value: { ...record, parameters: this.#terms.parameters, revisions: [] }, hash: found.hash }
  }
  chain(key: RecordKey): ReturnType<StateSource['chain']> {
    return this.#state.chain(key)
  }
  subtree(key: RecordKey): Subtree {
    return this.#state.subtree(key)
  }
  digest(text: string): string {
    return this.#state.digest(text)
  }
  memberHash(member: Json): string {
    return this.#state.memberHash(member)
  }
}

class ImpactReplay {
  readonly #crypto: Crypto
  readonly #trie: TrieWriter
  readonly #state: TrieState
  readonly #other: OtherTerms
  readonly #terms: ProposedTerms
  #version: Version | null = null
  #size = 0
  #acts = 0
  #otherwise = 0
  readonly #holders = new Set<string>()
  readonly #examples: ImpactedAct[] = []

  constructor(crypto: Crypto, terms: ProposedTerms) {
    this.#crypto = crypto
    this.#trie = new TrieWriter(createTrieMemory(), crypto)
    this.#state = new TrieState(this.#trie, crypto)
    this.#other = new OtherTerms(this.#state, terms)
    this.#terms = terms
  }

  step(bytes: Uint8Array): void {
    const read = readEntry(bytes)
    if (!read.ok) throw new TypeError(`entry ${this.#size} is none (${read.error.code}): audit the log first`)
    if (read.value.kind === 'op') this.#op(read.value.entry)
    else this.#commit()
    this.#size += 1
  }

  #commit(): void {
    const version = this.#trie.commit()
    if (this.#version !== null) this.#trie.release(this.#version)
    this.#version = version
  }

  #op(entry: OpEntry): void {
    if (entry.procedure === this.#terms.procedure) this.#compare(entry)
    if (!entry.outcome.accepted) return
    for (const { key: name, next } of entry.outcome.effects) {
      const key = asRecordKey(name)
      if (key !== null) this.#state.write([{ key, next, text: next === null ? null : canonicalJson(next) }])
    }
  }

  #compare(entry: OpEntry): void {
    const act = actOf(entry, this.#crypto)
    // What was refused before the procedure was asked is refused under any terms.
    if (act === null || beforeProcedure(entry)) return
    this.#acts += 1
    const would = this.#decide(act, entry)
    if (would !== null && sameOutcome(entry, would)) return
    this.#otherwise += 1
    const holders = this.#holdersOf(entry)
    for (const holder of holders) this.#holders.add(holder)
    if (this.#examples.length < MAX_EXAMPLES)
      this.#examples.push({
        index: this.#size,
        was: entry.outcome.accepted ? null : entry.outcome.refusals,
        would: would === null ? ['procedure-fault'] : would.outcome.accepted ? null : would.outcome.refusals,
        holders,
      })
  }

  /** Null where the procedure's own code fails under these terms. */
  #decide(act: Act, { procedure: id, at }: OpEntry): Executed | null {
    const procedure = procedureById(id)
    if (procedure === null) throw new TypeError(`no such procedure: ${id}`)
    try {
      return execute(procedure, act, this.#other, at, this.#size)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      return null
    }
  }

  #holdersOf(entry: OpEntry): readonly string[] {
    if (entry.request !== null) return partiesIn(entry.request.body)
    const key = asRecordKey(entry.inputs[0]?.key ?? '')
    const record = key === null ? null : (this.#state.record(key).value as Json)
    const body = isObject(record ?? undefined) ? (record as JsonObject)['body'] : undefined
    return isObject(body) ? partiesIn(body) : []
  }

  get impact(): Impact {
    const [size, acts, otherwise, holders] = [this.#size, this.#acts, this.#otherwise, this.#holders.size]
    return { size, acts, otherwise, holders, examples: this.#examples }
  }
}

function partiesIn(body: JsonObject): readonly string[] {
  const named = PARTIES.map((member) => body[member]).filter((value) => typeof value === 'string')
  return [...new Set(named)]
}

function actOf({ request, received, at, evidence, inputs }: OpEntry, crypto: Crypto): Act | null {
  if (request !== null) {
    const signatures = takenAs(true, evidence, crypto)
    return signatures === null ? null : { kind: 'request', request, signatures, received: received?.at ?? at }
  }
  const subject = asRecordKey(inputs[0]?.key ?? '')
  return subject === null ? null : { kind: 'due', subject }
}

const BEFORE: readonly string[] = ['signature-invalid', 'already-accepted', 'procedure-fault']

function beforeProcedure({ outcome }: OpEntry): boolean {
  return !outcome.accepted && outcome.refusals.some((code) => BEFORE.includes(code))
}

function sameOutcome({ outcome }: OpEntry, would: Executed): boolean {
  if (outcome.accepted !== would.outcome.accepted) return false
  if (outcome.accepted) return would.outcome.accepted && sameJson(outcome.effects, would.outcome.effects)
  return !would.outcome.accepted && sameJson(outcome.refusals, would.outcome.refusals)
}

/** Replay a log from its first entry under other terms of one procedure. A log that cannot be read throws. */
export async function impactOf(
  crypto: Crypto,
  entries: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  terms: ProposedTerms,
): Promise<Impact> {
  const replay = new ImpactReplay(crypto, terms)
  for await (const bytes of entries) replay.step(bytes)
  return replay.impact
}
