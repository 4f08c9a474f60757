/** `witness`: cosign other registries' checkpoints. */

import { loadKey } from '../data/key-files.ts'
import type { WitnessCommandOptions } from '../program-verifiers.ts'
import { startWitness } from '../witness-server.ts'
import { keyDirectory } from './keys.ts'
import { type Output, UsageError } from './output.ts'
import { askPassphrase } from './passphrase.ts'

export async function witnessCommand(options: WitnessCommandOptions, output: Output): Promise<undefined> {
  const port = Number(options.port)
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new UsageError(`--port ${options.port}: expected 0 to 65535.`)
  const signer = await loadKey(keyDirectory(options.keys), options.key, () =>
    askPassphrase(`Passphrase for ${options.key}: `),
  )
  const witness = await startWitness({
    port,
    stateFile: options.state,
    signer,
    name: options.name,
    logs: options.log,
    report: (error) => output.note(`A request met an error: ${error}`),
  })
  const { url, vkey } = witness
  output.result(
    { name: options.name, url, vkey },
    `Witness ${options.name} listens at ${url}.\nFor a registry's witness policy:\nwitness ${options.name} ${vkey} ${url}`,
  )
  await new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  await witness.close()
  return undefined
}
