/** How requests are signed and checked: really, or taken for signed by whoever is said to sign. */

import { encodeBase64, encodeUtf8, type Signer as SigningKey } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import type { Act } from '@cadastre/procedures'
import type { EvidenceItem, Request } from '@cadastre/records'
import {
  assumeSigned,
  isDocument,
  requestMessage,
  requestText,
  signRequest,
  verifiedBy,
  verifyEvidence,
} from '@cadastre/signatures'
import type { Signer } from '../workload-registry.ts'
import { base64Of, fakeDigest, fakeSignature } from './digest.ts'

/** What procedures are given of a request's evidence. */
type Signed = Extract<Act, { readonly kind: 'request' }>['signatures']

export interface SignaturePort {
  /** The key of this name; the same name has the same key for ever. */
  signer(name: string): Signer
  /** Evidence of these keys for a request, given its canonical text. */
  sign(text: string, by: readonly Signer[]): readonly EvidenceItem[]
  /** The signatures of these keys and the documents of others; null where one does not hold. */
  verified(request: Request, by: readonly Signer[], documents: readonly EvidenceItem[]): Signed | null
}

/** Nothing is signed: whoever is said to sign has signed. */
export const fakeSignatures: SignaturePort = {
  signer: (name) => ({ alg: 'ed25519', key: base64Of(fakeDigest.tagged(0, `key of ${name}`)) }),
  sign(text, by) {
    const message = requestMessage(text)
    return by.map(({ alg, key }) => {
      const sig = base64Of(fakeSignature(Buffer.from(key, 'base64'), message))
      return { key, alg, sig }
    })
  },
  verified(_request, by, documents) {
    if (documents.length === 0) return assumeSigned(by)
    const evidence = [...by.map(unsigned), ...documents]
    const checks = evidence.filter((item) => !isDocument(item)).map(() => NO_CHECK)
    return verifiedBy(evidence, checks, () => true, nodeCrypto)
  },
}

const NOTHING = new Uint8Array(0)
const NO_CHECK = { algorithm: 'ed25519', key: NOTHING, message: NOTHING, signature: NOTHING } as const
const unsigned = ({ alg, key }: Signer): EvidenceItem => ({ alg, key, sig: '' })

/** Ed25519, each key made from its name. */
export class RealSignatures implements SignaturePort {
  readonly #byName = new Map<string, Signer>()
  readonly #byKey = new Map<string, SigningKey>()

  signer(name: string): Signer {
    const known = this.#byName.get(name)
    if (known !== undefined) return known
    const signing = ed25519SignerFromSeed(nodeCrypto.sha256(encodeUtf8(`key of ${name}`)))
    const signer: Signer = { alg: 'ed25519', key: encodeBase64(signing.publicKey) }
    this.#byName.set(name, signer)
    this.#byKey.set(signer.key, signing)
    return signer
  }

  /** The private key of this name. */
  signingKey(name: string): SigningKey {
    const signing = this.#byKey.get(this.signer(name).key)
    if (signing === undefined) throw new Error('every name has a key')
    return signing
  }

  sign(text: string, by: readonly Signer[]): readonly EvidenceItem[] {
    return by.map(({ key }) => {
      const signing = this.#byKey.get(key)
      if (signing === undefined) throw new Error('nobody has the private key')
      return signRequest(text, signing)
    })
  }

  readonly verified: SignaturePort['verified'] = (request, by, documents) => {
    const text = requestText(request)
    return verifyEvidence(text, [...this.sign(text, by), ...documents], null, nodeCrypto)
  }
}
