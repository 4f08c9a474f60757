/** `witness`: cosign other registries' checkpoints. */

import { makeVkey, formatVkey, KEY_TYPE_COSIGNATURE } from '@cadastre/notes'
import { nodeCrypto } from '@cadastre/crypto/node'
import { loadKey } from '../data/key-files.ts'
import type { WitnessCommandOptions } from '../program-verifiers.ts'
import { startWitness } from '../witness-server.ts'
import { keyDirectory } from './keys.ts'
import { type Output, UsageError } from './output.ts'
import { askPassphrase } from './passphrase.ts'

export async function witnessCommand(options: WitnessCommandOptions, output: Output): Promise<undefined> {
  const port = Number(options.port)
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new UsageError(`--port ${options.port}: expected 0 to 65535.`)
  const signer = await loadKey(keyDirectory(options.keys), options.key, () => askPassphrase(`Passphrase for ${options.key}: `))
  const witness = await startWitness({ port, stateFile: options.state, signer, name: options.name, logs: options.log })
  const vkey = formatVkey(makeVkey(nodeCrypto, options.name, KEY_TYPE_COSIGNATURE, signer.publicKey))
  output.result({ port: witness.port, vkey }, `Witness ${options.name} listens on port ${witness.port}.\nkey: ${vkey}`)
  await new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  await witness.close()
  return undefined
}
