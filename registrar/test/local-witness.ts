/** A witness in this process, which can be made to fall silent, to hang, or to answer as a test says. */

import type { Signer } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import {
  decideAddCheckpoint,
  formatVkey,
  KEY_TYPE_COSIGNATURE,
  makeVkey,
  noteVerifier,
  parseVkey,
  type WitnessedState,
} from '@cadastre/notes'
import type { PostCheckpoint } from '@cadastre/registrar'
import { TEST_ORIGIN } from '@cadastre/simulator'

type Reply = Awaited<ReturnType<PostCheckpoint>>

export class LocalWitness {
  readonly name: string
  readonly signer: Signer = generateEd25519Signer()
  readonly #logVkey: string
  recorded: WitnessedState | null = null
  /** POSIX seconds of the next cosignature; each takes one more. */
  time = 1_800_000_000
  /** What happens instead of an answer of its own. */
  instead: (() => Promise<Reply>) | null = null
  /** Bodies of the requests that came. */
  readonly asked: string[] = []

  constructor(name: string, logVkey: string) {
    this.name = name
    this.#logVkey = logVkey
  }

  /** Its line of a policy. */
  get line(): string {
    const vkey = makeVkey(nodeCrypto, this.name, KEY_TYPE_COSIGNATURE, this.signer.publicKey)
    return `witness ${this.name} ${formatVkey(vkey)} http://${this.name}\n`
  }

  fallSilent(): void {
    this.instead = () => Promise.reject(new Error('connection refused'))
  }

  hang(): void {
    this.instead = () => new Promise(() => undefined)
  }

  answer(status: number, contentType: string, body: string): void {
    this.instead = () => Promise.resolve({ status, contentType, body })
  }

  recover(): void {
    this.instead = null
  }

  async post(body: string): Promise<Reply> {
    this.asked.push(body)
    if (this.instead !== null) return this.instead()
    const vkey = parseVkey(nodeCrypto, this.#logVkey)
    if (!vkey.ok) throw new Error('not the vkey of a log')
    const decision = decideAddCheckpoint({
      crypto: nodeCrypto,
      body,
      logKeys: (origin) => (origin === TEST_ORIGIN ? [noteVerifier(nodeCrypto, vkey.value)] : null),
      recorded: () => this.recorded,
      witness: { name: this.name, signer: this.signer },
      time: this.time++,
    })
    if (decision.record !== null) this.recorded = decision.record
    return decision
  }
}

/** Options for a registry with these witnesses. */
export function witnessedBy(
  witnesses: readonly LocalWitness[],
  quorum: string,
): { readonly policy: string; readonly post: PostCheckpoint } {
  return {
    policy: `${witnesses.map(({ line }) => line).join('')}${quorum}`,
    post: (url, body) => {
      const witness = witnesses.find(({ name }) => url === `http://${name}/add-checkpoint`)
      if (witness === undefined) throw new Error(`nobody is at ${url}`)
      return witness.post(body)
    },
  }
}
