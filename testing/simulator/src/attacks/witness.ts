/** Witnesses of an attacked registry: the real decision of tlog-witness, with keys of their own. */

import type { Signer } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import {
  cosign,
  decideAddCheckpoint,
  formatVkey,
  KEY_TYPE_COSIGNATURE,
  makeVkey,
  noteVerifier,
  parseNote,
  parseVkey,
  type WitnessedState,
} from '@cadastre/notes'
import { type Instant, secondsOf } from '@cadastre/records'
import type { PostCheckpoint } from '@cadastre/registrar'

export class AttackWitness {
  readonly name: string
  readonly signer: Signer = generateEd25519Signer()
  recorded: WitnessedState | null = null
  /** The witness's own clock. */
  now: () => Instant
  readonly #logVkey: string

  constructor(name: string, logVkey: string, now: () => Instant) {
    this.name = name
    this.#logVkey = logVkey
    this.now = now
  }

  /** Its line of a policy. */
  get line(): string {
    const vkey = makeVkey(nodeCrypto, this.name, KEY_TYPE_COSIGNATURE, this.signer.publicKey)
    return `witness ${this.name} ${formatVkey(vkey)} http://${this.name}\n`
  }

  /** Its signature line on a checkpoint, which it does not look at: a captured witness, or one shown no other log. */
  cosign(checkpoint: string): string {
    const note = parseNote(checkpoint)
    if (!note.ok) throw new Error(`no note: ${checkpoint}`)
    return cosign(nodeCrypto, this.name, this.signer, note.value.text, secondsOf(this.now()))
  }

  /** What it answers to `add-checkpoint`. */
  post(body: string): Awaited<ReturnType<PostCheckpoint>> {
    const vkey = parseVkey(nodeCrypto, this.#logVkey)
    if (!vkey.ok) throw new Error('not the vkey of a log')
    const decision = decideAddCheckpoint({
      crypto: nodeCrypto,
      body,
      logKeys: (origin) => (origin === vkey.value.name ? [noteVerifier(nodeCrypto, vkey.value)] : null),
      recorded: () => this.recorded,
      witness: { name: this.name, signer: this.signer },
      time: secondsOf(this.now()),
    })
    if (decision.record !== null) this.recorded = decision.record
    return decision
  }
}

/** Policy lines and network for a registry whose checkpoints need so many of these witnesses. */
export function witnessedBy(
  witnesses: readonly AttackWitness[],
  needed: number,
): { readonly policy: string; readonly post: PostCheckpoint } {
  const names = witnesses.map(({ name }) => name).join(' ')
  return {
    policy: `${witnesses.map(({ line }) => line).join('')}group quorum-of-witnesses ${needed} ${names}\nquorum quorum-of-witnesses\n`,
    post: async (url, body) => {
      const witness = witnesses.find(({ name }) => url === `http://${name}/add-checkpoint`)
      if (witness === undefined) throw new Error(`nobody is at ${url}`)
      return witness.post(body)
    },
  }
}
