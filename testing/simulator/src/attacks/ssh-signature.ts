/** An SSH signature over a request, as `ssh-keygen -Y sign -n cadastre-claim` makes it (OpenSSH PROTOCOL.sshsig). */

import { concatBytes, encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { type EvidenceItem, preAuthenticationEncoding } from '@cadastre/records'

/** `string` of RFC 4251 section 5. */
function string(value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === 'string' ? encodeUtf8(value) : value
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, bytes.length)
  return concatBytes(length, bytes)
}

/** The item of evidence by an Ed25519 key over the canonical text of a request. */
export function sshItem(request: string, signer: Signer): EvidenceItem {
  const hash = string(
    nodeCrypto.sha256(encodeUtf8(preAuthenticationEncoding(request, encodeUtf8(request).length))),
  )
  const head = encodeUtf8('SSHSIG')
  const names = concatBytes(string('cadastre-claim'), string(''), string('sha256'))
  const signature = signer.sign(concatBytes(head, names, hash))
  const publicKey = concatBytes(string('ssh-ed25519'), string(signer.publicKey))
  const inner = concatBytes(string('ssh-ed25519'), string(signature))
  const sig = concatBytes(head, Uint8Array.of(0, 0, 0, 1), string(publicKey), names, string(inner))
  return { alg: 'sshsig', key: encodeBase64(signer.publicKey), sig: encodeBase64(sig) }
}
