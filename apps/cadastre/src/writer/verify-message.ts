/**
 * What the threads that check signatures are asked, as one message: structured clone of three small arrays a question
 * costs the writer's thread more than all else about it.
 */

import type { EnrolledKeyBytes } from '@cadastre/registrar'
import type { Check } from '@cadastre/signatures'

/** The answers come in the same order. */
export type Question = { readonly check: Check } | { readonly key: EnrolledKeyBytes }
/** Of a check, whether it passes; of a key, why it may not be enrolled, or null. */
export type Answer = boolean | string | null

export type Packed = {
  /** All bytes of all questions, one after another. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** For each question the algorithm and the lengths of key, message and signature; of a key that is judged only the first. */
  readonly shapes: readonly (
    | readonly [Check['algorithm'], number, number, number]
    | readonly [EnrolledKeyBytes['algorithm'], number]
  )[]
}

export function packQuestions(questions: readonly Question[]): Packed {
  const parts: Uint8Array[] = []
  const shapes = questions.map((question): Packed['shapes'][number] => {
    if ('key' in question) {
      const { algorithm, publicKey } = question.key
      parts.push(publicKey)
      return [algorithm, publicKey.length]
    }
    const { algorithm, key, message, signature } = question.check
    parts.push(key, message, signature)
    return [algorithm, key.length, message.length, signature.length]
  })
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return { bytes, shapes }
}

export function unpackQuestions({ bytes, shapes }: Packed): readonly Question[] {
  let at = 0
  const take = (length: number): Uint8Array => {
    at += length
    return bytes.subarray(at - length, at)
  }
  return shapes.map((shape): Question => {
    const key = take(shape[1])
    if (shape.length === 2) return { key: { algorithm: shape[0], publicKey: key } }
    const [algorithm, , message, signature] = shape
    return { check: { algorithm, key, message: take(message), signature: take(signature) } }
  })
}
