/** Opening a watch: its directory made where there is none, its policy read, its writer. */

import { nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_ED25519, makeVkey, parsePolicy } from '@cadastre/notes'
import { WatchDirectory } from './watch-directory.ts'
import { WatchLog, type WatchLogOptions } from './watch-log.ts'

/** Thrown where a directory is no watch, or one that cannot be opened as asked. */
export class WatchError extends Error {
  override readonly name: string = 'WatchError'
}

export type OpenWatchOptions = Omit<WatchLogOptions, 'directory' | 'origin' | 'policy'> & {
  readonly directory: string
  /** For a new watch; an existing one has its own. */
  readonly origin: string | null
}

/** Opens the writer of a watch; the directory becomes one where it is none and an origin is given. */
export async function openWatch({
  directory: path,
  origin,
  ...options
}: OpenWatchOptions): Promise<WatchLog> {
  const directory = new WatchDirectory(path)
  let file = await directory.read()
  if (file !== null && origin !== null && origin !== file.origin)
    throw new WatchError(`${path} is the watch of ${file.origin}, not of ${origin}.`)
  if (file === null) {
    if (origin === null) throw new WatchError(`${path} holds no watch yet; name the origin of its log.`)
    const vkey = makeVkey(nodeCrypto, origin, KEY_TYPE_ED25519, options.signer.publicKey)
    file = { v: 1, origin }
    await directory.create(origin, `log ${formatVkey(vkey)}\nquorum none\n`)
  }
  const text = (await directory.policyText()) ?? ''
  const policy = parsePolicy(nodeCrypto, text)
  if (!policy.ok)
    throw new WatchError(`${directory.policy}: line ${policy.error.line}: ${policy.error.problem}`)
  const own = formatVkey(makeVkey(nodeCrypto, file.origin, KEY_TYPE_ED25519, options.signer.publicKey))
  if (!policy.value.logs.some(({ vkey }) => formatVkey(vkey) === own))
    throw new WatchError(`${directory.policy} names another key than the one here: ${own}.`)
  return WatchLog.open({ ...options, directory, origin: file.origin, policy: policy.value })
}
