/**
 * The mirror's cosignature (C2SP tlog-cosignature): that it durably holds the whole log of the checkpoint, and that this
 * is the largest consistent tree that it has seen. Made only for what is on disk.
 */

import type { Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import {
  type AddCheckpointDecision,
  appendSignatureLines,
  cosign,
  decideAddCheckpoint,
  noteVerifier,
  type Policy,
  parseNote,
  SIGNATURES_MAX,
} from '@cadastre/notes'
import { keptCheckpoint } from './sources.ts'

export class Cosigner {
  readonly #name: string
  readonly #signer: Signer
  /** POSIX seconds. */
  readonly #time: () => number
  #held: string | null = null

  constructor(name: string, signer: Signer, time: () => number) {
    this.#name = name
    this.#signer = signer
    this.#time = time
  }

  /** The note that was last cosigned; null before. */
  get held(): string | null {
    return this.#held
  }

  /** The note with this mirror's line, where there is room for it. Its files are on disk. */
  add(note: string): string {
    const parsed = parseNote(note)
    if (!parsed.ok || parsed.value.signatures.length >= SIGNATURES_MAX) return note
    const line = cosign(nodeCrypto, this.#name, this.#signer, parsed.value.text, this.#time())
    this.#held = appendSignatureLines(note, [line])
    return this.#held
  }

  /**
   * `add-checkpoint` (C2SP tlog-witness): the checkpoint that is held is cosigned again. A larger one is answered 503
   * until it has been copied and executed; what is held is told by 409, as by any witness.
   */
  answer(
    policy: Policy,
    held: string,
    body: Uint8Array,
  ): Omit<AddCheckpointDecision, 'status' | 'record'> & { readonly status: number } {
    const checkpoint = keptCheckpoint(held)
    const decision = decideAddCheckpoint({
      crypto: nodeCrypto,
      body,
      logKeys: (origin) => {
        const keys = policy.logs.filter(({ vkey }) => vkey.name === origin)
        return keys.length === 0 ? null : keys.map(({ vkey }) => noteVerifier(nodeCrypto, vkey))
      },
      recorded: () => checkpoint,
      witness: { name: this.#name, signer: this.#signer },
      time: this.#time(),
    })
    if (decision.record === null || decision.record.size === checkpoint.size) return decision
    const text = `This mirror holds ${checkpoint.size} entries; it cosigns the rest once it has copied it.\n`
    return { status: 503, contentType: 'text/plain; charset=utf-8', body: text }
  }
}
