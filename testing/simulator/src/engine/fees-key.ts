/** The fees' key: what it says is really signed, whatever port the requests have. */

import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_ED25519, makeVkey, type NoteSigner, noteSigner } from '@cadastre/notes'
import { WORKLOAD_ORIGIN } from '../workload-registry.ts'

const NAME = `${WORKLOAD_ORIGIN}/fees`
const signer = ed25519SignerFromSeed(nodeCrypto.sha256(new TextEncoder().encode('key of the cashier')))

export const FEES_SIGNER: NoteSigner = noteSigner(nodeCrypto, NAME, signer)
export const FEES_VKEY: string = formatVkey(makeVkey(nodeCrypto, NAME, KEY_TYPE_ED25519, signer.publicKey))
/** As the genesis names it. */
export const CASHIER_KEY: string = Buffer.from(signer.publicKey).toString('base64')
