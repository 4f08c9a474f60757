/**
 * The keys that a published file lists for imported holders, one a line: `<opaque id> ssh-ed25519 <base64> [comment]`, as
 * in OpenSSH's `allowed_signers`; `<opaque id> openpgp` with an armoured public key on the lines below, as RPSL's
 * key-cert objects publish it (with or without `certif:`); or `<opaque id> openpgp <fingerprint>`. Empty lines and `#`
 * are left out.
 */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { importedHolder } from '@cadastre/procedures'
import { canonicalJson, type JsonObject } from '@cadastre/records'
import type { Registrar } from '@cadastre/registrar'
import { pgpKeyIn } from '../client/pgp-signing.ts'
import { sshKeyIn } from '../client/ssh-signing.ts'
import { act, type Founder, FoundingError, OPERATOR } from './founding.ts'

/** Holders an entry, and keys a holder: what the procedure takes. */
const HOLDERS_AN_ENTRY = 24
const MAX_KEYS = 8
/** Characters of one entry's list: it stands in the request and again in what the request wrote. */
const CHARACTERS_AN_ENTRY = 10_000

export type MaintainersReport = {
  readonly source: string
  readonly holders: number
  readonly keys: number
  /** Line numbers of keys of kinds that nothing here can check, such as ssh-rsa or DSA. */
  readonly leftOut: readonly number[]
}

type Listed = { readonly keys: Map<string, readonly JsonObject[]>; readonly leftOut: readonly number[] }

function keyIn(rest: string, block: string): JsonObject | null {
  const [kind = '', value = ''] = rest.split(/\s+/)
  if (kind === 'openpgp' && value === '') {
    const key = pgpKeyIn(block)
    return key === null ? null : { kind: 'pgp', key }
  }
  if (kind === 'openpgp') {
    const fingerprint = value.toUpperCase()
    return /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(fingerprint) ? { kind, fingerprint } : null
  }
  const key = sshKeyIn(rest)
  return key === null ? null : { kind: 'ssh', key }
}

/** Lines without the armoured keys between them, and these by the number of the line before them. */
type Lines = { readonly lines: readonly string[]; readonly blocks: ReadonlyMap<number, string> }

function withoutBlocks(text: string): Lines {
  const lines: string[] = []
  const blocks = new Map<number, string>()
  let named = -1
  let block: string[] | null = null
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.replace(/^certif:/, '').trim()
    if (trimmed === '-----BEGIN PGP PUBLIC KEY BLOCK-----') {
      if (!/\sopenpgp$/.test(lines[named] ?? '') || block !== null)
        throw new FoundingError(`line ${index + 1}: a key begins, but not below a line OPAQUE-ID openpgp.`)
      block = []
    }
    block?.push(trimmed)
    lines.push(block === null ? line.trim() : '')
    if (trimmed === '-----END PGP PUBLIC KEY BLOCK-----' && block !== null) {
      blocks.set(named, block.join('\n'))
      block = null
      named = -1
    } else if (block === null && trimmed !== '') named = index
  }
  if (block !== null) throw new FoundingError(`line ${named + 1}: the key below it does not end.`)
  return { lines, blocks }
}

/** As many holders an entry as the procedure takes and an entry has room for. */
function inEntries(all: readonly JsonObject[]): readonly (readonly JsonObject[])[] {
  const entries: JsonObject[][] = []
  let room = 0
  for (const one of all) {
    const { length } = canonicalJson(one)
    const last = entries.at(-1)
    if (last === undefined || last.length >= HOLDERS_AN_ENTRY || length > room) {
      entries.push([one])
      room = CHARACTERS_AN_ENTRY - length
    } else {
      last.push(one)
      room -= length
    }
  }
  return entries
}

/** Every line read before anything is done; a line that names no holder refuses the file. */
function listedIn(text: string, source: string): Listed {
  const keys = new Map<string, readonly JsonObject[]>()
  const leftOut: number[] = []
  const { lines, blocks } = withoutBlocks(text)
  for (const [index, trimmed] of lines.entries()) {
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const space = trimmed.search(/\s/)
    const holder = importedHolder(source, space < 0 ? null : trimmed.slice(0, space))
    if (holder === null)
      throw new FoundingError(
        `line ${index + 1}: "${trimmed.slice(0, 60)}"; expected OPAQUE-ID ssh-ed25519 BASE64, or OPAQUE-ID openpgp.`,
      )
    const key = keyIn(trimmed.slice(space).trim(), blocks.get(index) ?? '')
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
  for (const holders of inEntries(all)) {
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
