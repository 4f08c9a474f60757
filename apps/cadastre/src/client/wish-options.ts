/** Reading options of requests: what several builders share. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import type { JsonObject } from '@cadastre/records'
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

/** A key as a policy enrols it, with every role. */
export function enrolled(signer: Signer): JsonObject {
  return {
    alg: signer.algorithm,
    key: encodeBase64(signer.publicKey),
    roles: ['full', 'routing', 'technical'],
  }
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

/** A whole number that an option gives; the error names the option. */
export function wholeNumber(given: string, option: string): number {
  if (!/^\d{1,15}$/.test(given)) throw new UsageError(`${option} ${given}: expected a whole number.`)
  return Number(given)
}
