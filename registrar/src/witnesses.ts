/** Asking witnesses for cosignatures: the client side of C2SP tlog-witness, with the network as an argument. */

import type { Crypto } from '@cadastre/crypto'
import {
  appendSignatureLines,
  cosignatureVerifier,
  formatAddCheckpoint,
  formatVkey,
  interpretWitnessReply,
  type Policy,
  type PolicyWitness,
  parseNote,
  quorumMet,
} from '@cadastre/notes'

/** Posts `add-checkpoint` to a witness; rejects where it cannot be reached in time. */
export type PostCheckpoint = (
  url: string,
  body: string,
) => Promise<{ readonly status: number; readonly contentType: string; readonly body: string }>

export type Cosigned =
  | { readonly kind: 'quorum'; readonly note: string }
  /** Not enough cosignatures yet; try again later. */
  | { readonly kind: 'waiting'; readonly reasons: readonly string[] }
  /** A witness has seen a larger tree, or another tree: this log must sign nothing more until that is explained. */
  | { readonly kind: 'stop'; readonly reason: string }

/** Proof that the tree of `old` is the start of the tree that is to be cosigned. */
export type ProveFrom = (old: number) => Promise<readonly Uint8Array[]>

type Reply =
  | { readonly kind: 'line'; readonly key: string; readonly lines: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'stop'; readonly reason: string }
type Conflict = { readonly kind: 'conflict'; readonly size: number }

/** One checkpoint that is to be cosigned. */
type Asked = { readonly note: string; readonly size: number; readonly prove: ProveFrom }

export class Witnesses {
  readonly #own: Policy
  readonly #crypto: Crypto
  readonly #post: PostCheckpoint
  /** All of these must be satisfied. */
  #policies: readonly Policy[]
  #asked: readonly PolicyWitness[]
  /** What each witness last said about this log's size; where to start the next consistency proof. */
  readonly #sizes = new Map<string, number>()
  /** Those that have not answered yet. One that hangs must not hold up the others, nor gather requests. */
  readonly #busy = new Set<string>()
  /** Said by a witness after the others had made a quorum. */
  #lateStop: Reply | null = null

  constructor(policy: Policy, crypto: Crypto, post: PostCheckpoint) {
    this.#own = policy
    this.#crypto = crypto
    this.#post = post
    this.#policies = [policy]
    this.#asked = askable(this.#policies)
  }

  /** From now on these policies must be satisfied too: those that the registry's own record names. */
  require(policies: readonly Policy[]): void {
    this.#policies = [this.#own, ...policies]
    this.#asked = askable(this.#policies)
  }

  get configured(): boolean {
    return this.#asked.length > 0
  }

  /**
   * Ask every witness of the policies, at the same time, until they make a quorum or all have answered. One that sees a
   * fork counts more than any quorum.
   */
  async cosign(note: string, size: number, prove: ProveFrom): Promise<Cosigned> {
    const replies: Reply[] = []
    const pending = new Set<Promise<void>>()
    for (const witness of this.#asked) {
      const asking = this.#ask(witness, { note, size, prove }).then((reply) => {
        replies.push(reply)
        if (reply.kind === 'stop') this.#lateStop = reply
        pending.delete(asking)
      })
      pending.add(asking)
    }
    while (pending.size > 0 && this.#lateStop === null && !this.#isQuorum(replies))
      await Promise.race(pending)
    // Whoever answered in the same moment counts too.
    await Promise.resolve()
    if (this.#lateStop?.kind === 'stop') return this.#lateStop
    if (!this.#isQuorum(replies))
      return {
        kind: 'waiting',
        reasons: replies.flatMap((reply) => (reply.kind === 'refused' ? [reply.reason] : [])),
      }
    const lines = replies.flatMap((reply) => (reply.kind === 'line' ? reply.lines : []))
    return { kind: 'quorum', note: appendSignatureLines(note, lines) }
  }

  #isQuorum(replies: readonly Reply[]): boolean {
    return this.#policies.every((policy) => this.#satisfies(policy, replies))
  }

  /** A quorum of none is made when all have answered, so that their cosignatures are shown all the same. */
  #satisfies(policy: Policy, replies: readonly Reply[]): boolean {
    if (policy.quorum === 'none') return replies.length === this.#asked.length
    const cosigned = new Set(replies.flatMap((reply) => (reply.kind === 'line' ? [reply.key] : [])))
    const names = policy.witnesses.filter((witness) => cosigned.has(keyOf(witness))).map(({ name }) => name)
    return quorumMet(policy, new Set(names))
  }

  async #ask(witness: PolicyWitness, asked: Asked): Promise<Reply> {
    const key = keyOf(witness)
    if (this.#busy.has(key))
      return { kind: 'refused', reason: `witness ${witness.name} has not answered yet` }
    this.#busy.add(key)
    try {
      return await this.#untilAgreed(witness, asked)
    } finally {
      this.#busy.delete(key)
    }
  }

  async #untilAgreed(witness: PolicyWitness, asked: Asked): Promise<Reply> {
    const { name } = witness
    let old = this.#sizes.get(keyOf(witness)) ?? 0
    // A witness that remembers another size than we do says which (409); the second try starts there.
    for (let attempt = 0; attempt < 2; attempt++) {
      const reply = await this.#once(witness, asked, old)
      if (reply.kind !== 'conflict') return reply
      if (reply.size > asked.size)
        return {
          kind: 'stop',
          reason: `Witness ${name} has cosigned size ${reply.size}, but the store ends at size ${asked.size}: the store is older than what was published. Nothing more is signed, so that no two histories are. Restore the newer store.`,
        }
      old = reply.size
    }
    return { kind: 'refused', reason: `witness ${name} keeps changing its size` }
  }

  async #once(witness: PolicyWitness, { note, size, prove }: Asked, old: number): Promise<Reply | Conflict> {
    const { name } = witness
    let answer: Awaited<ReturnType<PostCheckpoint>>
    try {
      const body = formatAddCheckpoint(old, await prove(old), note)
      answer = await this.#post(`${witness.url ?? ''}/add-checkpoint`, body)
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unreachable'
      return { kind: 'refused', reason: `witness ${name}: ${why}` }
    }
    const parsed = parseNote(note)
    if (!parsed.ok) throw new Error('the checkpoint is our own note')
    const verifiers = [cosignatureVerifier(this.#crypto, witness.vkey)]
    const reply = interpretWitnessReply(answer, parsed.value.text, verifiers)
    if (reply.kind === 'conflict') return reply
    if (reply.kind === 'cosigned') {
      this.#sizes.set(keyOf(witness), size)
      return { kind: 'line', key: keyOf(witness), lines: reply.cosignatures.map(({ line }) => line) }
    }
    if (reply.status === 422)
      return {
        kind: 'stop',
        reason: `Witness ${name} answers 422 (${reply.reason}): the tree that it has cosigned is no part of the store's. Nothing more is signed, so that no two histories are. Restore the store that was published.`,
      }
    return { kind: 'refused', reason: `witness ${name} answers ${reply.status}: ${reply.reason}` }
  }
}

/** Names have meaning inside one policy only; keys in all. */
function keyOf({ vkey }: PolicyWitness): string {
  return formatVkey(vkey)
}

/** The witnesses that can be asked, each once. */
function askable(policies: readonly Policy[]): readonly PolicyWitness[] {
  const byKey = new Map<string, PolicyWitness>()
  for (const { witnesses } of policies)
    for (const witness of witnesses)
      if (witness.url !== null && !byKey.has(keyOf(witness))) byKey.set(keyOf(witness), witness)
  return [...byKey.values()]
}
