/**
 * Keys that a request enrols and that no verifier should accept (ledger.md, Ed25519): small order, torsion, a second
 * spelling of a point. Curves are no matter of core, so such a request is refused before it is one. Judging takes as long
 * as checking a signature, so it may be done in other threads.
 */

import { type Crypto, decodeBase64, type SignatureAlgorithm } from '@cadastre/crypto'
import { isArray, isObject, type Json, type JsonObject } from '@cadastre/records'
import type { Problem } from './desk.ts'

export type EnrolledKeyBytes = { readonly algorithm: SignatureAlgorithm; readonly publicKey: Uint8Array }

/** Why each key may not be enrolled, null where it may; in the order given. */
export type JudgeKeys = (keys: readonly EnrolledKeyBytes[]) => Promise<readonly (string | null)[]>

/** Judges in this thread. */
export function judgeHere(crypto: Crypto): JudgeKeys {
  return (keys) =>
    Promise.resolve(keys.map(({ algorithm, publicKey }) => crypto.enrolmentProblem(algorithm, publicKey)))
}

type Found = { readonly pointer: string; readonly text: string; readonly key: EnrolledKeyBytes }

/** No key has no bytes, so what is no base64 is judged malformed. */
const NO_BYTES = new Uint8Array(0)

function keysIn(list: Json | undefined, pointer: string): readonly Found[] {
  return (isArray(list) ? list : []).flatMap((key, index) => {
    const text = isObject(key) ? key['key'] : undefined
    if (!isObject(key) || typeof text !== 'string') return []
    const algorithm = key['alg'] === 'ed25519' ? 'ed25519' : 'es256'
    const publicKey = decodeBase64(text) ?? NO_BYTES
    return [{ pointer: `${pointer}/${index}/key`, text, key: { algorithm, publicKey } }]
  })
}

/** The first key in a request's body that is not usable; null where every one is. */
export async function unusableKey(judge: JudgeKeys, { policy, keys }: JsonObject): Promise<Problem | null> {
  const found = isObject(policy) ? keysIn(policy['keys'], '/body/policy/keys') : keysIn(keys, '/body/keys')
  if (found.length === 0) return null
  const judged = await judge(found.map(({ key }) => key))
  for (const [index, { pointer, text }] of found.entries()) {
    const fault = judged[index]
    if (fault != null)
      return {
        code: 'body-malformed',
        detail: 'A key that is to be enrolled is not usable.',
        pointer,
        value: `${text} (${fault})`,
        expected: 'a canonical point of the prime-order group',
      }
  }
  return null
}
