/**
 * The keys that a published file lists for imported holders, one a line: `<opaque id> ssh-ed25519 <base64> [comment]`, as
 * in OpenSSH's `allowed_signers`, or `<opaque id> openpgp <fingerprint>`. Empty lines and `#` are left out.
 */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { importedHolder } from '@cadastre/procedures'
import type { JsonObject } from '@cadastre/records'
import type { Registrar } from '@cadastre/registrar'
import { sshKeyIn } from '../client/ssh-signing.ts'
import { act, type Founder, FoundingError, OPERATOR } from './founding.ts'

/** Holders an entry, and keys a holder: what the procedure takes. */
const HOLDERS_AN_ENTRY = 24
const MAX_KEYS = 8

export type MaintainersReport = {
  readonly source: string
  readonly holders: number
  readonly keys: number
  /** Line numbers of keys of kinds that nothing here can check, such as ssh-rsa. */
  readonly leftOut: readonly number[]
}

type Listed = { readonly keys: Map<string, readonly JsonObject[]>; readonly leftOut: readonly number[] }

function keyIn(rest: string): JsonObject | null {
  const [kind = '', value = ''] = rest.split(/\s+/)
  if (kind === 'openpgp') {
    const fingerprint = value.toUpperCase()
    return /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(fingerprint) ? { kind, fingerprint } : null
  }
  const key = sshKeyIn(rest)
  return key === null ? null : { kind: 'ssh', key }
}

/** Every line read before anything is done; a line that names no holder refuses the file. */
function listedIn(text: string, source: string): Listed {
  const keys = new Map<string, readonly JsonObject[]>()
  const leftOut: number[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const space = trimmed.search(/\s/)
    const holder = importedHolder(source, space < 0 ? null : trimmed.slice(0, space))
    if (holder === null)
      throw new FoundingError(
        `line ${index + 1}: "${trimmed.slice(0, 60)}"; expected OPAQUE-ID ssh-ed25519 BASE64.`,
      )
    const key = keyIn(trimmed.slice(space).trim())
    const before = keys.get(holder) ?? []
    if (key === null || before.length >= MAX_KEYS) leftOut.push(index + 1)
    else keys.set(holder, [...before, key])
  }
  return { keys, leftOut }
}

/** List the file's keys with the holders of a source that was imported. */
export async function importMaintainers(
  registrar: Registrar,
  founder: Founder,
  options: { readonly file: string; readonly source: string },
): Promise<MaintainersReport> {
  const bytes = await readFile(options.file)
  const { source } = options
  const { keys, leftOut } = listedIn(bytes.toString('utf8'), source)
  const sha256 = createHash('sha256').update(bytes).digest('base64')
  const all = [...keys].map(([holder, listed]) => ({ holder, keys: listed }))
  for (let from = 0; from < all.length; from += HOLDERS_AN_ENTRY) {
    const holders = all.slice(from, from + HOLDERS_AN_ENTRY)
    await act(registrar, founder, 'import/1', {
      step: 'maintainers',
      staff: OPERATOR,
      source,
      sha256,
      holders,
    })
  }
  const count = all.reduce((sum, one) => sum + one.keys.length, 0)
  return { source, holders: all.length, keys: count, leftOut }
}
