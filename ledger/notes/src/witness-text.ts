import { encodeBase64 } from '@cadastre/crypto'
import { parseDecimal, parseHash, textOf } from './text.ts'
import type { AddCheckpoint } from './witness.ts'

/** Proof lines a client may send: C2SP tlog-witness. */
const PROOF_LINES_MAX = 63
/** Bound on a body from a stranger: a checkpoint of 100 signatures and a proof fit. */
const BODY_CHARACTERS_MAX = 1_100_000

/** The body of a POST to `add-checkpoint`. Throws a RangeError on a proof of more than 63 hashes. */
export function formatAddCheckpoint(old: number, proof: readonly Uint8Array[], checkpoint: string): string {
  if (!Number.isSafeInteger(old) || old < 0 || proof.length > PROOF_LINES_MAX) {
    throw new RangeError('not an add-checkpoint request')
  }
  return `old ${old}\n${proof.map((hash) => `${encodeBase64(hash)}\n`).join('')}\n${checkpoint}`
}

/** Takes the body of a POST to `add-checkpoint` apart; null if it is malformed, which a witness answers with 400. */
export function parseAddCheckpoint(body: Uint8Array | string): AddCheckpoint | null {
  if (body.length > BODY_CHARACTERS_MAX) return null
  const text = textOf(body)
  if (text === null) return null
  const blank = text.indexOf('\n\n')
  if (blank < 0) return null
  const [first, ...lines] = text.slice(0, blank).split('\n')
  if (first?.startsWith('old ') !== true || lines.length > PROOF_LINES_MAX) return null
  const old = parseDecimal(first.slice('old '.length))
  if (old === null) return null
  const proof: Uint8Array[] = []
  for (const line of lines) {
    const hash = parseHash(line)
    if (hash === null) return null
    proof.push(hash)
  }
  return { old, proof, checkpoint: text.slice(blank + 2) }
}
