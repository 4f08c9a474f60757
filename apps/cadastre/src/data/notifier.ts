/** The notices service's keys: one that records attempts in the log and can do nothing else, one that signs webhooks. */

import { encodeBase64, type Signer } from '@cadastre/crypto'
import type { DataDirectory } from './data-directory.ts'
import type { StaffPlan } from './founding.ts'
import { createKey, listKeys, loadKey } from './key-files.ts'

/** Handle of the member of staff. */
export const NOTIFIER = 'NOTIFIER'

/** The key of this name, made where there is none. */
async function keyNamed(keys: string, name: string): Promise<Signer> {
  const passphrase = process.env['CADASTRE_PASSPHRASE'] ?? null
  const there = (await listKeys(keys)).some((one) => one.name === name)
  return there ? loadKey(keys, name, () => Promise.resolve(passphrase)) : createKey(keys, name, passphrase)
}

export function notifierKey(directory: DataDirectory): Promise<Signer> {
  return keyNamed(directory.keys, 'notifier')
}
export function webhookKey(directory: DataDirectory): Promise<Signer> {
  return webhookKeyIn(directory.keys)
}
/** The key in this directory that signs webhooks, made where there is none. */
export function webhookKeyIn(keys: string): Promise<Signer> {
  return keyNamed(keys, 'webhooks')
}

/** The notifier as a member of staff that a founding names. */
export async function notifierPlan(directory: DataDirectory): Promise<StaffPlan> {
  const { publicKey } = await notifierKey(directory)
  return { handle: NOTIFIER, role: 'notifier', key: encodeBase64(publicKey), outside: false }
}
