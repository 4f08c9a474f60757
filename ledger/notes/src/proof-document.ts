import { decodeBase64, encodeBase64, type Result } from '@cadastre/crypto'
import { parseDecimal, parseHash, textOf } from './text.ts'

/** A C2SP tlog-proof document. Only its framing: nothing in it is checked here. */
export interface ProofDocument {
  /** Data of the application's own, not authenticated by the format; null when there is none. */
  readonly extra: Uint8Array | null
  /** The entry's place in the log, from 0. */
  readonly index: number
  /** The inclusion proof, leaf's sibling first. */
  readonly proof: readonly Uint8Array[]
  /** The log's checkpoint, a signed note, verbatim. */
  readonly checkpoint: string
}

export type ProofError = 'too-long' | 'not-utf8' | 'malformed-proof'

const HEADER = 'c2sp.org/tlog-proof@v1'
/** A tree of 2^63 entries has paths of 63 hashes. */
const PROOF_HASHES_MAX = 63
/** Bound on a document from a stranger; the largest answer of a registry is near 100 kB. */
const DOCUMENT_CHARACTERS_MAX = 4_000_000

/** The document's text. Throws a RangeError on an index or a hash that has no form in it. */
export function formatProof(document: ProofDocument): string {
  const { extra, index, proof, checkpoint } = document
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError(`not an index: ${index}`)
  if (proof.length > PROOF_HASHES_MAX || proof.some((hash) => hash.length !== 32)) {
    throw new RangeError('not an inclusion proof')
  }
  const lines = [HEADER]
  if (extra !== null) lines.push(`extra ${encodeBase64(extra)}`)
  lines.push(`index ${index}`, ...proof.map(encodeBase64), '')
  return `${lines.join('\n')}\n${checkpoint}`
}

/** Takes a document apart. */
export function parseProof(input: Uint8Array | string): Result<ProofDocument, ProofError> {
  if (input.length > DOCUMENT_CHARACTERS_MAX) return { ok: false, error: 'too-long' }
  const text = textOf(input)
  if (text === null) return { ok: false, error: 'not-utf8' }
  const malformed = { ok: false, error: 'malformed-proof' } as const
  const blank = text.indexOf('\n\n')
  if (blank < 0 || blank + 2 === text.length) return malformed
  const [header, ...lines] = text.slice(0, blank).split('\n')
  if (header !== HEADER) return malformed
  let extra: Uint8Array | null = null
  if (lines[0]?.startsWith('extra ') === true) {
    extra = decodeBase64(lines[0].slice('extra '.length))
    if (extra === null) return malformed
    lines.shift()
  }
  const [indexLine, ...hashes] = lines
  if (indexLine?.startsWith('index ') !== true || hashes.length > PROOF_HASHES_MAX) return malformed
  const index = parseDecimal(indexLine.slice('index '.length))
  if (index === null) return malformed
  const proof: Uint8Array[] = []
  for (const line of hashes) {
    const hash = parseHash(line)
    if (hash === null) return malformed
    proof.push(hash)
  }
  return { ok: true, value: { extra, index, proof, checkpoint: text.slice(blank + 2) } }
}
