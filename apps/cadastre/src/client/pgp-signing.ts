/** Signing a request with an OpenPGP key, by GnuPG's own `gpg`: the secret key may be in its agent, a token, or elsewhere. */

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { decodeBase64, encodeBase64 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import type { EvidenceItem } from '@cadastre/records'
import { readOpenPgpKey, requestMessage, verifyEvidence } from '@cadastre/signatures'
import { CommandError } from '../commands/output.ts'
import { armouredKey, armouredSignature } from './openpgp-files.ts'

export type Pgp = {
  /** Armoured public key, as `gpg --armor --export` writes it. */
  readonly keyFile: string
  /** Armoured detached signature that was made elsewhere; null: gpg makes it now. */
  readonly signatureFile: string | null
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  })
}

/** The body of the primary key's packet, base64, in an armoured public key; null where it is of another kind. */
export function pgpKeyIn(armour: string): string | null {
  const body = armouredKey(armour)
  return body === null || readOpenPgpKey(body) === null ? null : encodeBase64(body)
}

/** The key in this file as an evidence item and a list of maintainers name it. */
export async function pgpPublicKey(file: string): Promise<string> {
  const key = pgpKeyIn(await textOf(file))
  if (key === null)
    throw new CommandError(
      `${file}: expected one armoured OpenPGP public key (version 4) of Ed25519, NIST P-256 or RSA with 2048 to 4096 bits.`,
    )
  return key
}

/** RFC 9580 section 5.5.4.2; only to tell gpg which key is meant. */
function fingerprintOf(key: string): string {
  const body = decodeBase64(key) ?? new Uint8Array()
  return createHash('sha1')
    .update(Uint8Array.of(0x99, body.length >> 8, body.length & 0xff))
    .update(body)
    .digest('hex')
    .toUpperCase()
}

/** The signature of this key over a request's canonical text. */
export async function signWithPgp({ keyFile, signatureFile }: Pgp, text: string): Promise<EvidenceItem> {
  const key = await pgpPublicKey(keyFile)
  const user = `${fingerprintOf(key)}!`
  const armour =
    signatureFile === null
      ? await run(
          ['--armor', '--digest-algo', 'SHA256', '--local-user', user, '--output', '-', '--detach-sign'],
          requestMessage(text),
        )
      : await textOf(signatureFile)
  const sig = armouredSignature(armour)
  const item: EvidenceItem | null = sig === null ? null : { alg: 'openpgp', key, sig: encodeBase64(sig) }
  if (item === null || verifyEvidence(text, [item], null, nodeCrypto) === null)
    throw new CommandError(
      `${signatureFile ?? 'What gpg made'} is no signature of this request by the key in ${keyFile}. A subkey’s does not count: gpg --armor --digest-algo SHA256 --local-user ${user} --detach-sign FILE`,
    )
  return item
}

/** Standard error goes to the terminal; the passphrase is asked for by gpg's agent. */
function run(options: readonly string[], input: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('gpg', options, { stdio: ['pipe', 'pipe', 'inherit'] })
    const output: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.on('error', (error) => reject(new CommandError(`gpg cannot be run: ${error.message}`)))
    child.stdin.on('error', () => undefined)
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString('utf8'))
      else reject(new CommandError(`gpg ended with ${code}; nothing was signed.`))
    })
    child.stdin.end(input)
  })
}
