/** A log's public files as commands read them: which keys are trusted, the checkpoint, its entries. */

import { readFile } from 'node:fs/promises'
import { type LogSource, sourceOf } from '@cadastre/audit'
import { nodeCrypto } from '@cadastre/crypto/node'
import { checkPolicy, type Policy } from '@cadastre/notes'
import { isObject, type Json } from '@cadastre/records'
import { type LogReader, publicLog } from '@cadastre/why'
import { CommandError, UsageError } from '../commands/output.ts'
import { policyOf } from './registry-client.ts'

export type TrustOptions = { readonly registry?: string; readonly policy?: string }

/** Whom to trust: a saved `/.well-known/cadastre.json`, or a tlog-policy file. Null where neither is named. */
async function namedPolicy({ registry, policy }: TrustOptions): Promise<Policy | null> {
  if (policy !== undefined) return policyOf(await readFile(policy, 'utf8'))
  return registry === undefined ? null : policyOf(wellKnownPolicy(await readFile(registry, 'utf8'), registry))
}

function wellKnownPolicy(text: string, name: string): string {
  const value = JSON.parse(text) as Json
  if (!isObject(value) || typeof value['witnessPolicy'] !== 'string')
    throw new CommandError(`${name} is no saved /.well-known/cadastre.json: it has no witnessPolicy.`)
  return value['witnessPolicy']
}

/** The same, which must be named. */
export async function requiredPolicy(options: TrustOptions): Promise<Policy> {
  const trust = await namedPolicy(options)
  if (trust === null)
    throw new UsageError(
      '--registry FILE (a saved /.well-known/cadastre.json) or --policy FILE: whom do you trust?',
    )
  return trust
}

/** The registry's key of receipts: named, or in a saved well-known file. */
export async function receiptKey({
  receiptKey: named,
  registry,
}: TrustOptions & { readonly receiptKey?: string }): Promise<string | null> {
  if (named !== undefined || registry === undefined) return named ?? null
  const value = JSON.parse(await readFile(registry, 'utf8')) as Json
  const receipts = isObject(value) ? value['receipts'] : undefined
  const vkey = isObject(receipts) ? receipts['vkey'] : undefined
  return typeof vkey === 'string' ? vkey : null
}

export type OpenedLog = {
  readonly log: LogReader
  readonly trust: Policy
  readonly checkpoint: string
  readonly size: number
}

/** Open the log at a directory or address, under the policy that is named, or that it publishes itself. */
export async function openLog(text: string, options: TrustOptions): Promise<OpenedLog> {
  const source = sourceOf(text)
  const trust = (await namedPolicy(options)) ?? (await publishedPolicy(text, source))
  const bytes = await source.read('checkpoint')
  if (bytes === null) throw new CommandError(`There is no checkpoint at ${source.name}.`)
  const checkpoint = new TextDecoder().decode(bytes)
  const opened = checkPolicy(nodeCrypto, trust, checkpoint)
  if (!opened.ok) throw new CommandError(`The policy does not accept the checkpoint: ${opened.error}.`)
  const { size } = opened.value.checkpoint
  return { log: publicLog((path) => source.read(path), size), trust, checkpoint, size }
}

/** What the registry says of itself: believed about its own name, once. */
async function publishedPolicy(text: string, source: LogSource): Promise<Policy> {
  const bytes = /^https?:/.test(text)
    ? await sourceOf(`${new URL(text).origin}/.well-known/`).read('cadastre.json')
    : await source.read('cadastre.json')
  if (bytes === null)
    throw new UsageError(`--registry FILE or --policy FILE: ${source.name} does not say which keys it has.`)
  return policyOf(wellKnownPolicy(new TextDecoder().decode(bytes), source.name))
}
