import { decodeUtf8, encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { formatProof, parseCheckpoint, parseNote } from '@cadastre/notes'
import type { JsonObject } from '@cadastre/records'
import type { ProofNode, TrieProof } from '@cadastre/trie'

/** What all answers of one checkpoint share. */
export interface AnswerFrame {
  /** The last entry of the checkpoint, a state entry, byte for byte as logged. */
  readonly state: string
  /** The inclusion proof of that entry, leaf's sibling first. */
  readonly inclusion: readonly Uint8Array[]
  /** The checkpoint, a signed note with its cosignatures, verbatim. */
  readonly checkpoint: string
}

/**
 * A maker of answers at one checkpoint. Throws a TypeError on a checkpoint that is none or is empty: it is our
 * own.
 */
export function makeAnswers(frame: AnswerFrame): (proof: TrieProof) => string {
  const note = parseNote(frame.checkpoint)
  const checkpoint = note.ok ? parseCheckpoint(note.value.text) : note
  if (!checkpoint.ok || checkpoint.value.size === 0)
    throw new TypeError('not a checkpoint of a log with entries')
  const index = checkpoint.value.size - 1
  return (proof) =>
    formatProof({
      extra: encodeUtf8(extraText(frame.state, proof)),
      index,
      proof: frame.inclusion,
      checkpoint: frame.checkpoint,
    })
}

/** One answer: the proof of one key, taken from the state that `frame` commits to. */
export function makeAnswer(frame: AnswerFrame, proof: TrieProof): string {
  return makeAnswers(frame)(proof)
}

function hashText(hash: Uint8Array | null): string | null {
  return hash === null ? null : encodeBase64(hash)
}

function nodeJson([length, ...hashes]: ProofNode): readonly (number | string | null)[] {
  return [length, ...hashes.map(hashText)]
}

function recordText(record: Uint8Array): string {
  const text = decodeUtf8(record)
  if (text === null) throw new TypeError('a record is not UTF-8')
  return text
}

/** The JSON of `extra` (ledger.md, Answer). */
function extraText(state: string, proof: TrieProof): string {
  return JSON.stringify({ state, ...pathJson(proof) })
}

/** The members `nodes`, `end` and `records`. */
export function pathJson(proof: TrieProof): JsonObject {
  const { end } = proof
  return {
    nodes: proof.nodes.map(nodeJson),
    end:
      end === null
        ? null
        : {
            key: encodeBase64(end.label),
            len: end.length,
            value: hashText(end.value),
            left: hashText(end.left),
            right: hashText(end.right),
          },
    records: proof.records.map(recordText),
  }
}
