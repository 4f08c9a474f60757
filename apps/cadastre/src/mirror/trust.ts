/**
 * Whom the mirror believes: the policy that it was given, or, said plainly, the one that the registry itself named when
 * it was first copied. Kept in `mirror.json`, so that it is believed once.
 */

import { type LogSource, policyOfText, policyOfWellKnown, type TrustOrigin } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import { formatPolicy, formatVkey, type Policy } from '@cadastre/notes'
import { isObject, type Json, type JsonObject } from '@cadastre/records'
import { readIfThere, writeDurably } from '@cadastre/registrar'

/** What does not change about a mirrored log. */
export type MirrorFile = {
  readonly v: 1
  /** Origin of the log. */
  readonly origin: string
  /** C2SP tlog-policy: the log's key, and the witnesses that must have seen a checkpoint. */
  readonly policy: string
  /** `registry`: it was believed about its own name, once. */
  readonly trust: Exclude<TrustOrigin, 'remembered'>
  /** The registry's key of receipts, as it named it; empty where it named none. */
  readonly receiptVkey: string
}

/** Thrown where it cannot be said whose log is to be copied. */
export class MirrorTrustError extends Error {
  override readonly name: string = 'MirrorTrustError'
}

export async function readMirrorFile(file: string): Promise<MirrorFile | null> {
  const text = await readIfThere(file)
  if (text === null) return null
  const value = JSON.parse(text) as Json
  const { origin, policy, trust, receiptVkey } = isObject(value) ? value : {}
  if (typeof origin !== 'string' || typeof policy !== 'string' || typeof receiptVkey !== 'string')
    throw new MirrorTrustError(`${file} is no file of a mirror.`)
  return { v: 1, origin, policy, trust: trust === 'given' ? 'given' : 'registry', receiptVkey }
}

export async function writeMirrorFile(file: string, mirror: MirrorFile): Promise<void> {
  await writeDurably(file, `${JSON.stringify(mirror, null, 2)}\n`)
}

/** `given`: text of a policy or of a saved well-known file; `published`: the well-known file of the source. */
export function trustOf(given: string | null, published: string | null): MirrorFile {
  const document = given === null ? published : isJson(given) ? given : null
  if (given === null && published === null)
    throw new MirrorTrustError(
      'The source does not say which key it has: name --policy FILE or --registry FILE.',
    )
  const read =
    given !== null && !isJson(given)
      ? policyOfText(nodeCrypto, given)
      : policyOfWellKnown(nodeCrypto, given ?? published ?? '')
  if (!read.ok) throw new MirrorTrustError(read.error)
  const [log, ...others] = read.value.logs
  if (log === undefined || others.length > 0)
    throw new MirrorTrustError('The policy must name exactly one log: a mirror copies one.')
  return {
    v: 1,
    origin: log.vkey.name,
    policy: formatPolicy(read.value),
    trust: given === null ? 'registry' : 'given',
    receiptVkey: receiptVkeyOf(document ?? published),
  }
}

function isJson(text: string): boolean {
  return text.trimStart().startsWith('{')
}

function receiptVkeyOf(json: string | null): string {
  if (json === null) return ''
  const value = JSON.parse(json) as Json
  const receipts = isObject(value) ? value['receipts'] : undefined
  const vkey = isObject(receipts) ? receipts['vkey'] : undefined
  return typeof vkey === 'string' ? vkey : ''
}

export function policyOfMirror({ policy }: MirrorFile): Policy {
  const read = policyOfText(nodeCrypto, policy)
  if (!read.ok) throw new MirrorTrustError(read.error)
  return read.value
}

/**
 * What a checkpoint must satisfy, all of it, where the log's own record asks for these policies: they, with the key of the
 * log that is believed; and the policy that was given. One that the registry named itself gives way to its record, whose
 * change takes the old quorum and 30 days (change-witnesses).
 */
export function policiesFor(mirror: MirrorFile, recorded: readonly Policy[]): readonly Policy[] {
  const believed = policyOfMirror(mirror)
  const asked = recorded.map((policy): Policy => ({ ...policy, logs: believed.logs }))
  return mirror.trust === 'given' || asked.length === 0 ? [believed, ...asked] : asked
}

/** The well-known file of a source: at its host, or beside its files. */
export async function publishedTrust(host: LogSource | null, beside: LogSource): Promise<string | null> {
  const bytes = (await host?.read('cadastre.json')) ?? (await beside.read('cadastre.json'))
  return bytes === null ? null : new TextDecoder().decode(bytes)
}

/** `cadastre.json` beside the mirror's files, so that a folder or a static server says whose log it holds. */
export function besideFiles(mirror: MirrorFile, name: string): JsonObject {
  const [log] = policyOfMirror(mirror).logs
  return {
    v: 1,
    name,
    log: { origin: mirror.origin, vkey: log === undefined ? '' : formatVkey(log.vkey) },
    receipts: { vkey: mirror.receiptVkey },
    witnessPolicy: mirror.policy,
    mirror: { of: mirror.origin },
  }
}
