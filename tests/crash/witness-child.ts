/** The witness that the tests kill: `node witness-child.ts <port> <state file> <seed, hex> <vkey of the log>`. */

import { writeSync } from 'node:fs'
import { ed25519SignerFromSeed } from '@cadastre/crypto/node'
import { startWitness } from '../../apps/cadastre/src/witness-server.ts'

export const WITNESS_CHILD: string = import.meta.filename
export const WITNESS_NAME = 'witness.example'

if (import.meta.main) {
  const [port, stateFile, seed, log] = process.argv.slice(2)
  const witness = await startWitness({
    port: Number(port),
    stateFile: stateFile ?? '',
    signer: ed25519SignerFromSeed(Buffer.from(seed ?? '', 'hex')),
    name: WITNESS_NAME,
    logs: [log ?? ''],
  })
  writeSync(1, `${witness.url} ${witness.vkey}\n`)
}
