/**
 * Which holder a key of ours belongs to, at which registry: remembered when a holder is identified, so that people may
 * write a key's name where a handle is asked for. A convenience; the log is the record.
 */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseHandle } from '@cadastre/records'
import { UsageError } from '../commands/output.ts'
import type { Options } from './wishes.ts'

/** By the log's verifier key: a registry that is founded anew under the same origin is another. */
type Known = { readonly [vkey: string]: { readonly [key: string]: string } }

/** Options that name a holder. */
const HOLDER_OPTIONS = [
  'holder',
  'from',
  'to',
  'parent',
  'child',
  'by',
  'predecessor',
  'successor',
  'claimant',
] as const
const HANDLE = /^[a-z]+-[a-z0-9._-]+$/i

async function load(directory: string): Promise<Known> {
  try {
    return JSON.parse(await readFile(join(directory, 'holders.json'), 'utf8')) as Known
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}

/** Remember that a key's holder is this one. */
export async function rememberHolder(
  directory: string,
  vkey: string,
  key: string,
  handle: string,
): Promise<void> {
  const known = await load(directory)
  const next: Known = { ...known, [vkey]: { ...known[vkey], [key]: handle } }
  await writeFile(join(directory, 'holders.json'), `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 })
}

/** The options with key names replaced by the handles of their holders. */
export async function withHandles(options: Options, directory: string, vkey: string): Promise<Options> {
  const names = (await load(directory))[vkey] ?? {}
  const result: Record<string, Options[string]> = { ...options }
  for (const option of HOLDER_OPTIONS) {
    const given = options[option]
    if (typeof given !== 'string' || HANDLE.test(given)) continue
    const handle = names[given] ?? null
    if (handle === null || parseHandle(handle) === null)
      throw new UsageError(
        `--${option} ${given}: expected a handle such as H-7, or the name of a key with which a holder was identified at this registry.`,
      )
    result[option] = handle
  }
  return result
}
