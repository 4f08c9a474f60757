/** Asking witnesses for cosignatures: the client side of C2SP tlog-witness, with the network as an argument. */

import type { Crypto } from '@cadastre/crypto'
import {
  appendSignatureLines,
  cosignatureVerifier,
  formatAddCheckpoint,
  interpretWitnessReply,
  parseNote,
  type Policy,
  type PolicyWitness,
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

/** What a witness last said about this log's size; where to start the next consistency proof. */
export class Witnesses {
  readonly #policy: Policy
  readonly #crypto: Crypto
  readonly #post: PostCheckpoint
  readonly #sizes = new Map<string, number>()

  constructor(policy: Policy, crypto: Crypto, post: PostCheckpoint) {
    this.#policy = policy
    this.#crypto = crypto
    this.#post = post
  }

  get configured(): boolean {
    return this.#policy.witnesses.some((witness) => witness.url !== null)
  }

  /** Ask every witness of the policy, at the same time. */
  async cosign(note: string, size: number, prove: ProveFrom): Promise<Cosigned> {
    const asked = this.#policy.witnesses.filter((witness) => witness.url !== null)
    const replies = await Promise.all(asked.map((witness) => this.#ask(witness, note, size, prove)))
    const stop = replies.find((reply) => reply.kind === 'stop')
    if (stop?.kind === 'stop') return stop
    const signed = replies.filter((reply) => reply.kind === 'line')
    const names = new Set(signed.map((reply) => reply.name))
    if (!quorumMet(this.#policy, names))
      return {
        kind: 'waiting',
        reasons: replies.flatMap((reply) => (reply.kind === 'refused' ? [reply.reason] : [])),
      }
    return { kind: 'quorum', note: appendSignatureLines(note, signed.flatMap((reply) => reply.lines)) }
  }

  async #ask(witness: PolicyWitness, note: string, size: number, prove: ProveFrom): Promise<Reply> {
    let old = this.#sizes.get(witness.name) ?? 0
    // A witness that remembers another size than we do says which (409); the second try starts there.
    for (let attempt = 0; attempt < 2; attempt++) {
      const reply = await this.#once(witness, note, old, size, prove)
      if (reply.kind !== 'conflict') return reply
      if (reply.size > size)
        return {
          kind: 'stop',
          reason: `witness ${witness.name} has cosigned size ${reply.size}, but this store ends at ${size}: it is older than what was published`,
        }
      old = reply.size
    }
    return { kind: 'refused', reason: `witness ${witness.name} keeps changing its size` }
  }

  async #once(
    witness: PolicyWitness,
    note: string,
    old: number,
    size: number,
    prove: ProveFrom,
  ): Promise<Reply | { readonly kind: 'conflict'; readonly size: number }> {
    const proof = await prove(old)
    let answer: Awaited<ReturnType<PostCheckpoint>>
    try {
      answer = await this.#post(`${witness.url ?? ''}/add-checkpoint`, formatAddCheckpoint(old, proof, note))
    } catch (error) {
      return { kind: 'refused', reason: `witness ${witness.name}: ${error instanceof Error ? error.message : 'unreachable'}` }
    }
    const parsed = parseNote(note)
    if (!parsed.ok) throw new Error('the checkpoint is our own note')
    const reply = interpretWitnessReply(answer, parsed.value.text, [cosignatureVerifier(this.#crypto, witness.vkey)])
    if (reply.kind === 'conflict') return reply
    if (reply.kind === 'cosigned') {
      this.#sizes.set(witness.name, size)
      return { kind: 'line', name: witness.name, lines: reply.cosignatures.map(({ line }) => line) }
    }
    if (reply.status === 422)
      return {
        kind: 'stop',
        reason: `witness ${witness.name} answers 422: the tree it saw is not a part of this one (${reply.reason})`,
      }
    return { kind: 'refused', reason: `witness ${witness.name} answers ${reply.status}: ${reply.reason}` }
  }
}

type Reply =
  | { readonly kind: 'line'; readonly name: string; readonly lines: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'stop'; readonly reason: string }
