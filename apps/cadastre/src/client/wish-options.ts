/** Reading options of requests: what several builders share. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { CommandError, UsageError } from '../commands/output.ts'
import type { Options } from './wishes.ts'

export function text(options: Options, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}
export function list(options: Options, name: string): readonly string[] {
  const value = options[name]
  return Array.isArray(value) ? value : []
}

/** An option that the procedure needs; `flag` as the person types it. */
export function needed(options: Options, name: string, flag: string): string {
  const value = text(options, name)
  if (value === undefined) throw new UsageError(`${flag}: missing.`)
  return value
}

/** Instruments and texts stay with the parties: the request holds the SHA-256 of the file, standard base64. */
export async function fileHash(path: string): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('base64')
  } catch (error) {
    throw new CommandError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
export async function optionalFileHash(options: Options, name: string): Promise<string | null> {
  const path = text(options, name)
  return path === undefined ? null : fileHash(path)
}
