/** Signing a request with an SSH key, by OpenSSH's own `ssh-keygen`: the key may be in a file, an agent or a token. */

import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { decodeBase64, encodeBase64 } from '@cadastre/crypto'
import type { EvidenceItem } from '@cadastre/records'
import { readSshKey, requestMessage, SSH_NAMESPACE, sshArmourBody } from '@cadastre/signatures'
import { CommandError } from '../commands/output.ts'

/** The raw public key, base64, of the SSH key at this path; its public half is in `<path>.pub`. */
export async function sshPublicKey(path: string): Promise<string> {
  const file = path.endsWith('.pub') ? path : `${path}.pub`
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  })
  const key = sshKeyIn(text.trim())
  if (key === null)
    throw new CommandError(`${file}: expected an SSH public key of type ssh-ed25519 or ecdsa-sha2-nistp256.`)
  return key
}

/** The raw public key, base64, in `<type> <base64> [comment]`; null where it is of another kind. */
export function sshKeyIn(text: string): string | null {
  const blob = decodeBase64(text.split(/\s+/)[1] ?? '')
  const key = blob === null ? null : readSshKey(blob)
  return key === null ? null : encodeBase64(key.key)
}

/** The signature of the SSH key at this path over a request's canonical text. */
export async function signWithSsh(path: string, requestText: string): Promise<EvidenceItem> {
  const key = await sshPublicKey(path)
  const armour = await run(['-Y', 'sign', '-n', SSH_NAMESPACE, '-f', path], requestMessage(requestText))
  const sig = sshArmourBody(armour)
  if (sig === null) throw new CommandError(`ssh-keygen made no signature with ${path}.`)
  return { alg: 'sshsig', key, sig }
}

/** Standard error goes to the terminal: `ssh-keygen` may ask for a passphrase there. */
function run(options: readonly string[], input: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh-keygen', options, { stdio: ['pipe', 'pipe', 'inherit'] })
    const output: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.on('error', (error) => reject(new CommandError(`ssh-keygen cannot be run: ${error.message}`)))
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString('utf8'))
      else reject(new CommandError(`ssh-keygen ended with ${code}; nothing was signed.`))
    })
    child.stdin.end(input)
  })
}
