/** `request`: build, show, sign, submit a request, and wait for its decision. */

import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import {
  addSeconds,
  canonicalJson,
  type EvidenceItem,
  isObject,
  type Json,
  type JsonObject,
  preAuthenticationEncoding,
  type Request,
  readRequest,
} from '@cadastre/records'
import { evidenceText, readEvidence, requestMessage, requestText, signRequest } from '@cadastre/signatures'
import type { Opening } from '@cadastre/store-port'
import type { Wish } from '../client/bodies.ts'
import { rememberHolder, withHandles } from '../client/known-holders.ts'
import { type Pgp, signWithPgp } from '../client/pgp-signing.ts'
import { RegistryClient, type Status } from '../client/registry-client.ts'
import { signWithSsh } from '../client/ssh-signing.ts'
import { type Options, WISHES } from '../client/wishes.ts'
import { loadKey } from '../data/key-files.ts'
import { systemNow } from '../data/system-now.ts'
import { keyDirectory } from './keys.ts'
import { CommandError, EXIT, type Output, UsageError } from './output.ts'
import { askPassphrase } from './passphrase.ts'

/** A request on its way from one party to the next: what `--save` writes, `sign` and `submit` read. */
type Saved = {
  readonly request: Request
  readonly evidence: readonly EvidenceItem[]
  readonly openings: readonly Opening[]
}

const EXPIRY_SECONDS = 24 * 3600

async function signersOf(options: Options, names: unknown): Promise<readonly Signer[]> {
  const directory = keyDirectory(typeof options['keys'] === 'string' ? options['keys'] : undefined)
  const signers: Signer[] = []
  for (const name of Array.isArray(names) ? names : [])
    signers.push(
      await loadKey(directory, String(name), () => askPassphrase(`Passphrase for ${String(name)}: `)),
    )
  return signers
}

export async function requestCommand(
  kind: string,
  url: string,
  options: Options,
  output: Output,
): Promise<number> {
  const build = WISHES[kind]
  if (build === undefined)
    throw new UsageError(`${kind} is no procedure to ask for; there are ${Object.keys(WISHES).join(', ')}.`)
  const client = new RegistryClient(url)
  const signers = await signersOf(options, options['key'])
  const added = await signersOf(options, options['addKey'])
  const openings: Opening[] = []
  const { log } = await client.wellKnown()
  const directory = keyDirectory(typeof options['keys'] === 'string' ? options['keys'] : undefined)
  const named = await withHandles(options, directory, log.vkey)
  const wish = await build({ client, options: named, signers, added, openings })
  const request = requestOf(log.origin, wish)
  if (options['dryRun'] === true) return showDryRun(client, request, output)
  const text = requestText(request)
  if (typeof options['pgpBytes'] === 'string') await writePgpBytes(options, text)
  const evidence = [
    ...[...signers, ...added].map((signer) => signRequest(text, signer)),
    ...(await listedEvidence(options, text)),
    ...(wish.evidence ?? []),
  ]
  const saved: Saved = { request, evidence, openings }
  if (typeof options['save'] === 'string') return save(options['save'], saved, output)
  if (evidence.length === 0)
    throw new UsageError(
      '--key NAME: nobody signs. Name keys, or --save FILE for others to sign, or --dry-run to look.',
    )
  const status = await submit(client, saved, options['wait'] !== false, output)
  const handle = wish.procedure === 'identify-holder/1' ? handleIn(status) : null
  const [key] = Array.isArray(options['key']) ? options['key'] : []
  if (handle !== null && typeof key === 'string') await rememberHolder(directory, log.vkey, key, handle)
  return exitCodeOf(status)
}

function requestOf(origin: string, wish: Wish): Request {
  return {
    v: 1,
    origin,
    procedure: wish.procedure,
    body: wish.body,
    replaces: wish.replaces,
    expires: addSeconds(systemNow(), EXPIRY_SECONDS),
    nonce: encodeBase64(randomBytes(16)),
  }
}

/** `--ssh-key PATH`, `--pgp-key FILE`: signatures by ssh-keygen and gpg beside those of `--key`. */
async function listedEvidence(options: Options, text: string): Promise<readonly EvidenceItem[]> {
  const { sshKey, pgpKey, pgpBytes, pgpSignature } = options
  const items: EvidenceItem[] = []
  if (typeof sshKey === 'string') items.push(await signWithSsh(sshKey, text))
  if (typeof pgpKey === 'string' && pgpBytes === undefined) {
    const made: Pgp = {
      keyFile: pgpKey,
      signatureFile: typeof pgpSignature === 'string' ? pgpSignature : null,
    }
    items.push(await signWithPgp(made, text))
  }
  return items
}

/** `--pgp-bytes FILE`: what gpg is to sign on another machine. */
async function writePgpBytes(options: Options, text: string): Promise<void> {
  if (typeof options['save'] !== 'string')
    throw new UsageError('--pgp-bytes FILE: --save FILE, too, so that the signature finds its request again.')
  await writeFile(String(options['pgpBytes']), requestMessage(text))
}

/** Sign this body with the keys of `--key`, submit it, and wait for the decision. */
export async function askFor(
  client: RegistryClient,
  procedure: string,
  body: JsonObject,
  options: Options,
  output: Output,
): Promise<number> {
  const signers = await signersOf(options, options['key'])
  if (signers.length === 0) throw new UsageError('--key NAME: name the key that signs.')
  const { log } = await client.wellKnown()
  const request = requestOf(log.origin, { procedure, body, replaces: [] })
  const text = requestText(request)
  const evidence = signers.map((signer) => signRequest(text, signer))
  const saved: Saved = { request, evidence, openings: [] }
  return exitCodeOf(await submit(client, saved, options['wait'] !== false, output))
}

/** The handle of the holder that an accepted request made. */
function handleIn(status: Status): string | null {
  if (status.state !== 'accepted') return null
  const made = status.records.find(({ key }) => key.startsWith('obj/holder/'))
  return made === undefined ? null : made.key.slice('obj/holder/'.length)
}

function exitCodeOf(status: Status): number {
  return status.state === 'refused' ? EXIT.no : EXIT.ok
}

async function save(file: string, saved: Saved, output: Output): Promise<number> {
  await writeFile(file, `${JSON.stringify(saved, null, 2)}\n`)
  output.result(
    { file, signatures: saved.evidence.length },
    `Written to ${file} with ${saved.evidence.length} signature(s).\nOthers sign it with: cadastre request sign ${file} --key NAME\nThen: cadastre request submit ${file}`,
  )
  return EXIT.ok
}

async function loadSaved(file: string): Promise<Saved> {
  let value: Json
  try {
    value = JSON.parse(await readFile(file, 'utf8')) as Json
  } catch (error) {
    throw new CommandError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const parts = isObject(value) ? value : {}
  const request = readRequest(parts['request'] ?? null)
  if (!request.ok)
    throw new CommandError(
      `${file}: request${request.error.pointer} is ${request.error.value}; expected ${request.error.expected}.`,
    )
  const items = parts['evidence'] ?? []
  const evidence =
    Array.isArray(items) && items.length === 0 ? { ok: true as const, value: [] } : readEvidence(items)
  if (!evidence.ok)
    throw new CommandError(`${file}: evidence${evidence.error.pointer}: expected ${evidence.error.expected}.`)
  const openings: unknown = parts['openings'] ?? []
  return { request: request.value, evidence: evidence.value, openings: openings as readonly Opening[] }
}

/** Add one's signatures to a saved request. */
export async function signCommand(file: string, options: Options, output: Output): Promise<number> {
  const saved = await loadSaved(file)
  const signers = await signersOf(options, options['key'])
  if (signers.length === 0 && options['sshKey'] === undefined && options['pgpKey'] === undefined)
    throw new UsageError('--key NAME, --ssh-key PATH or --pgp-key FILE: name the key that signs.')
  const text = requestText(saved.request)
  output.note(`You sign: ${text}`)
  const known = new Set(saved.evidence.map(({ key }) => key))
  const signed = [
    ...signers.map((signer) => signRequest(text, signer)),
    ...(await listedEvidence(options, text)),
  ]
  const items = signed.filter(({ key }) => !known.has(key))
  return save(file, { ...saved, evidence: [...saved.evidence, ...items] }, output)
}

export async function submitCommand(
  file: string,
  url: string,
  wait: boolean,
  output: Output,
): Promise<number> {
  return exitCodeOf(await submit(new RegistryClient(url), await loadSaved(file), wait, output))
}

async function submit(client: RegistryClient, saved: Saved, wait: boolean, output: Output): Promise<Status> {
  const text = requestText(saved.request)
  let status = await client.submit(text, evidenceText(saved.evidence), saved.openings)
  output.note(`Receipt ${status.seq}; to be decided by ${status.deadline}.`)
  while (wait && (status.state ?? 'waiting') === 'waiting') status = await client.status(status.seq)
  output.result(status, outcomeText(status))
  return status
}

/** What a written record means to the person who asked; nothing for records that only the registry cares for. */
function plainly(key: string): readonly string[] {
  const made = (type: string): string | null =>
    key.startsWith(`obj/${type}/`) ? key.slice(type.length + 5) : null
  const holder = made('holder')
  if (holder !== null) return [`  holder ${holder}`]
  const application = made('application')
  return application === null
    ? []
    : [`  application ${application}: look at it with "cadastre lookup ${application}"`]
}

function outcomeText(status: Status): string {
  if (status.state === 'accepted')
    return [
      `Accepted: entry ${status.index}, ${status.at}.`,
      ...status.records.flatMap(({ key }) => plainly(key)),
      ...status.records.map(({ key, subject }) => `  ${key}${key.endsWith(subject) ? '' : ` (${subject})`}`),
    ].join('\n')
  if (status.state === 'refused')
    return [
      `Refused: entry ${status.index}, ${status.at}.`,
      ...status.refusals.map(({ code, text }) => `  ${code}: ${text}`),
    ].join('\n')
  return `Received. The receipt:\n${status.receipt}`
}

/** Exact bytes to sign, changes of records, RDAP and WHOIS before and after. */
async function showDryRun(client: RegistryClient, request: Request, output: Output): Promise<number> {
  const text = requestText(request)
  const result = await client.dryRun(text)
  output.result(result, dryRunText(text, result))
  return isObject(result) && result['outcome'] === 'refused' ? EXIT.no : EXIT.ok
}

function dryRunText(text: string, result: Json): string {
  if (!isObject(result)) throw new CommandError('The registry’s answer to a dry run is no object.')
  const bytes = preAuthenticationEncoding(text, new TextEncoder().encode(text).length)
  const lines = ['To sign (UTF-8, without a line end):', bytes, '']
  const refusals = Array.isArray(result['refusals']) ? result['refusals'] : []
  if (result['outcome'] === 'refused') {
    lines.push('It would be refused:')
    for (const refusal of refusals)
      if (isObject(refusal)) lines.push(`  ${String(refusal['code'])}: ${String(refusal['text'])}`)
    return lines.join('\n')
  }
  lines.push('Records:')
  for (const change of Array.isArray(result['changes']) ? result['changes'] : [])
    if (isObject(change))
      lines.push(
        `  ${String(change['key'])}`,
        `    before ${canonicalJson(change['before'] ?? null)}`,
        `    after  ${canonicalJson(change['after'] ?? null)}`,
      )
  for (const service of Array.isArray(result['services']) ? result['services'] : [])
    if (isObject(service)) lines.push(...serviceLines(String(service['subject']), service))
  return lines.join('\n')
}

function serviceLines(subject: string, service: { readonly [name: string]: Json }): readonly string[] {
  const lines: string[] = []
  for (const name of ['rdap', 'whois'] as const) {
    const shown = service[name]
    if (!isObject(shown)) continue
    for (const when of ['before', 'after'] as const) {
      const value = shown[when]
      const text = typeof value === 'string' ? value.trimEnd() : JSON.stringify(value ?? null, null, 2)
      lines.push('', `${name.toUpperCase()} ${subject} ${when}:`, text)
    }
  }
  return lines
}
