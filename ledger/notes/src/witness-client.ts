import { encodeUtf8 } from '@cadastre/crypto'
import { type CosignatureVerifier, cosignatureTime } from './cosignature.ts'
import { parseSignatureLines } from './note.ts'
import { linesOf, parseDecimal, textOf } from './text.ts'

/** What a witness's answer to `add-checkpoint` amounts to. */
export type WitnessReply =
  /** Cosigned: signature lines to append to the checkpoint, each checked. */
  | {
      readonly kind: 'cosigned'
      readonly cosignatures: readonly {
        readonly name: string
        readonly time: number
        readonly line: string
      }[]
    }
  /** The witness last cosigned another size than the `old` we sent: send a proof from there, or stop if it is ours to fear. */
  | { readonly kind: 'conflict'; readonly size: number }
  /** Anything else. 422 says that the witness saw another tree: sign nothing more until that is explained. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }

const REASON_CHARACTERS_MAX = 200

/**
 * Reads a witness's answer.
 * @param text the text of the checkpoint that was sent.
 * @param known the keys of this witness; lines of other keys are ignored, a bad line of a known key refuses all.
 */
export function interpretWitnessReply(
  reply: { readonly status: number; readonly contentType: string; readonly body: Uint8Array | string },
  text: string,
  known: readonly CosignatureVerifier[],
): WitnessReply {
  const { status } = reply
  const body = textOf(reply.body)
  const refused = (reason: string): WitnessReply => ({ kind: 'refused', status, reason })
  if (body === null) return refused('answer is not UTF-8')
  if (status === 409) {
    const size = mediaType(reply.contentType) === 'text/x.tlog.size' ? conflictSize(body) : null
    return size === null ? refused('409 without a size') : { kind: 'conflict', size }
  }
  if (status !== 200) return refused(body.slice(0, REASON_CHARACTERS_MAX).trim())
  const signatures = parseSignatureLines(body)
  if (signatures === null) return refused('answer is not signature lines')
  const bytes = encodeUtf8(text)
  const cosignatures: { name: string; time: number; line: string }[] = []
  for (const { name, id, signature, line } of signatures) {
    const key = known.find((candidate) => candidate.name === name && candidate.id === id)
    if (key === undefined) continue
    const time = cosignatureTime(signature)
    if (time === null || !key.verify(bytes, signature)) return refused('a cosignature does not verify')
    cosignatures.push({ name, time, line })
  }
  return cosignatures.length > 0
    ? { kind: 'cosigned', cosignatures }
    : refused('no cosignature of a known key')
}

function conflictSize(body: string): number | null {
  const lines = linesOf(body)
  return lines?.length === 1 && lines[0] !== undefined ? parseDecimal(lines[0]) : null
}

function mediaType(contentType: string): string {
  return contentType.replace(/;.*$/s, '').trim().toLowerCase()
}
