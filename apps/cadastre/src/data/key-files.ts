/**
 * Private keys in files: PKCS #8 PEM (RFC 5958, RFC 7468), readable by the owner only, encrypted with a passphrase on
 * wish (PBES2, RFC 8018, by OpenSSL). Nothing of our own: `openssl pkey` reads them.
 */

import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeBase64, type Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed } from '@cadastre/crypto/node'

/** Thrown on a key that cannot be made or read; the message says which file and why. */
class KeyFileError extends Error {
  override readonly name: string = 'KeyFileError'
}

/** Letters, digits, `-`, `_`, `.`: a name that is safe as a file name everywhere. */
const KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

function keyFile(directory: string, name: string): string {
  if (!KEY_NAME.test(name))
    throw new KeyFileError(`"${name}" is no key name; use up to 64 letters, digits, "-", "_" and ".".`)
  return join(directory, `${name}.pem`)
}

/** Make a new Ed25519 key; refuses to replace a file. */
export async function createKey(directory: string, name: string, passphrase: string | null): Promise<Signer> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const encryption = passphrase === null ? {} : { cipher: 'aes-256-cbc', passphrase }
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption })
  const file = keyFile(directory, name)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  try {
    await writeFile(file, pem, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (isCode(error, 'EEXIST')) throw new KeyFileError(`${file} exists already; keys are never overwritten.`)
    throw error
  }
  return signerOf(privateKey)
}

/** Read a key. `passphrase` is asked for only where the file is encrypted. */
export async function loadKey(
  directory: string,
  name: string,
  passphrase: () => Promise<string | null>,
): Promise<Signer> {
  const file = keyFile(directory, name)
  let pem: string
  try {
    pem = await readFile(file, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT'))
      throw new KeyFileError(
        `There is no key "${name}" in ${directory}. "cadastre keys create ${name}" makes one.`,
      )
    throw error
  }
  await refuseOpenFile(file)
  if (!pem.includes('ENCRYPTED')) return signerOf(createPrivateKey(pem))
  const given = await passphrase()
  if (given === null)
    throw new KeyFileError(`${file} is encrypted; set CADASTRE_PASSPHRASE or answer the prompt.`)
  try {
    return signerOf(createPrivateKey({ key: pem, passphrase: given }))
  } catch (error) {
    throw new KeyFileError(`${file} does not open with this passphrase.`, { cause: error })
  }
}

/** A private key that others can read is no longer private: said before it is used. */
async function refuseOpenFile(file: string): Promise<void> {
  const { mode } = await stat(file)
  if ((mode & 0o077) !== 0) throw new KeyFileError(`${file} can be read by others; run: chmod 600 ${file}`)
}

export type KeyListing = { readonly name: string; readonly encrypted: boolean }

export async function listKeys(directory: string): Promise<readonly KeyListing[]> {
  let names: string[]
  try {
    names = await readdir(directory)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw error
  }
  const listed: KeyListing[] = []
  for (const name of names.filter((candidate) => candidate.endsWith('.pem')).toSorted()) {
    const pem = await readFile(join(directory, name), 'utf8')
    listed.push({ name: name.slice(0, -'.pem'.length), encrypted: pem.includes('ENCRYPTED') })
  }
  return listed
}

function signerOf(key: KeyObject): Signer {
  const { d } = key.export({ format: 'jwk' })
  const seed = d === undefined ? null : decodeBase64(padded(d))
  if (key.asymmetricKeyType !== 'ed25519' || seed === null)
    throw new KeyFileError('Only Ed25519 keys are read from files.')
  return ed25519SignerFromSeed(seed)
}

/** base64url without padding (RFC 7515 section 2), as JWK has it, in standard base64. */
function padded(text: string): string {
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  return standard + '='.repeat((4 - (standard.length % 4)) % 4)
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
