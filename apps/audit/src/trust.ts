/** Whom the auditor believes: the log's key and the witnesses, from flags, from memory, or from the registry itself. */

import { readFile } from 'node:fs/promises'
import type { Crypto, Result } from '@cadastre/crypto'
import { formatPolicy, type Policy, parsePolicy, parseVkey } from '@cadastre/notes'

/** A policy of this one log key and no witness. */
export function policyOfVkey(crypto: Crypto, vkey: string): Result<Policy, string> {
  const parsed = parseVkey(crypto, vkey)
  if (!parsed.ok) return { ok: false, error: `not a verifier key (${parsed.error}): ${vkey}` }
  return {
    ok: true,
    value: { logs: [{ vkey: parsed.value, url: null }], witnesses: [], groups: [], quorum: 'none' },
  }
}

export function policyOfText(crypto: Crypto, text: string): Result<Policy, string> {
  const parsed = parsePolicy(crypto, text)
  if (parsed.ok) return parsed
  return { ok: false, error: `not a policy: line ${parsed.error.line}, ${parsed.error.problem}` }
}

/**
 * The policy in a registry's `/.well-known/cadastre.json`: `witnessPolicy` where it has one, else `log.vkey`. Whoever
 * takes it from the registry under audit believes that registry about its own name, once.
 */
export function policyOfWellKnown(crypto: Crypto, json: string): Result<Policy, string> {
  let document: unknown
  try {
    document = JSON.parse(json)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { ok: false, error: 'the well-known file is not JSON' }
  }
  const policy = member(document, 'witnessPolicy')
  if (typeof policy === 'string' && policy !== '') return policyOfText(crypto, policy)
  const vkey = member(member(document, 'log'), 'vkey')
  return typeof vkey === 'string'
    ? policyOfVkey(crypto, vkey)
    : { ok: false, error: 'the well-known file names no log.vkey' }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** Where the policy came from, for the report. */
export type TrustOrigin = 'given' | 'remembered' | 'registry'

/** What an earlier audit left behind: the policy that was believed and the last checkpoint. */
export type Memory = { readonly policy: Policy; readonly checkpoint: string }

/** Read what an earlier audit remembered; null where there is no such file. */
export async function recall(crypto: Crypto, file: string): Promise<Result<Memory | null, string>> {
  const text = await readIfThere(file)
  if (text === null) return { ok: true, value: null }
  const separator = text.indexOf('\n\n')
  const policy = policyOfText(crypto, text.slice(0, separator + 1))
  if (separator < 0 || !policy.ok) return { ok: false, error: `${file} is no memory of an audit` }
  return { ok: true, value: { policy: policy.value, checkpoint: text.slice(separator + 2) } }
}

/** The text of a memory: the policy, an empty line, the checkpoint. */
export function memoryText({ policy, checkpoint }: Memory): string {
  return `${formatPolicy(policy)}\n${checkpoint}`
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
