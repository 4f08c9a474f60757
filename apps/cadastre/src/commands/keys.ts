/** `keys`: the caller's own keys, in files that only the owner can read. */

import { chmod, copyFile, mkdir, readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { encodeBase64 } from '@cadastre/crypto'
import { createKey, listKeys, loadKey } from '../data/key-files.ts'
import { CommandError, type Output } from './output.ts'
import { askPassphrase } from './passphrase.ts'

/** `--keys`, `CADASTRE_KEYS`, or a folder in the home directory. */
export function keyDirectory(option: string | undefined): string {
  return resolve(option ?? process.env['CADASTRE_KEYS'] ?? join(homedir(), '.config', 'cadastre', 'keys'))
}

export async function createKeyCommand(
  directory: string,
  name: string,
  encrypt: boolean,
  output: Output,
): Promise<void> {
  const passphrase = encrypt ? await askPassphrase(`Passphrase for ${name}: `) : null
  if (encrypt && passphrase === null)
    throw new CommandError('No passphrase was given; set CADASTRE_PASSPHRASE or answer the prompt.')
  const signer = await createKey(directory, name, passphrase)
  const publicKey = encodeBase64(signer.publicKey)
  output.result(
    { name, alg: signer.algorithm, key: publicKey, encrypted: encrypt, directory },
    `Key "${name}" made in ${directory}${encrypt ? ', encrypted' : ''}.\npublic key (ed25519): ${publicKey}\nBack it up: cadastre keys backup <directory>`,
  )
}

export async function listKeysCommand(directory: string, output: Output): Promise<void> {
  const keys = await listKeys(directory)
  const listed = []
  for (const { name, encrypted } of keys) {
    const signer = encrypted ? null : await loadKey(directory, name, () => Promise.resolve(null))
    listed.push({ name, encrypted, key: signer === null ? null : encodeBase64(signer.publicKey) })
  }
  const lines = listed.map(
    ({ name, encrypted, key }) => `${name.padEnd(20)} ${encrypted ? 'encrypted' : key}`,
  )
  output.result(
    listed,
    lines.length === 0 ? `No keys in ${directory}. "cadastre keys create NAME" makes one.` : lines.join('\n'),
  )
}

/** Copy every key file; an existing file of another content is not overwritten. */
export async function backupKeysCommand(directory: string, target: string, output: Output): Promise<void> {
  const keys = await listKeys(directory)
  if (keys.length === 0) throw new CommandError(`There are no keys in ${directory}.`)
  await mkdir(target, { recursive: true, mode: 0o700 })
  const there = new Set(await readdir(target))
  const copied: string[] = []
  for (const { name } of keys) {
    const file = `${name}.pem`
    if (there.has(file)) {
      const [from, to] = await Promise.all([stat(join(directory, file)), stat(join(target, file))])
      if (from.size === to.size) continue
      throw new CommandError(
        `${join(target, file)} is another key of the same name; choose an empty directory.`,
      )
    }
    await copyFile(join(directory, file), join(target, file))
    await chmod(join(target, file), 0o600)
    copied.push(name)
  }
  output.result({ target, copied }, `${copied.length} of ${keys.length} keys copied to ${target}.`)
}
