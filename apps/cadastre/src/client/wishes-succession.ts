/** Requests that attestors examine: succession, claims to what was imported, notices of dissolution, corrections. */

import { encodeBase64 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { claimToken } from '@cadastre/procedures'
import type { JsonObject } from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import { UsageError } from '../commands/output.ts'
import {
  findRegistration,
  handleOption,
  holderRecordKey,
  rangeOption,
  replacedMember,
  type Wish,
} from './bodies.ts'
import { pgpPublicKey } from './pgp-signing.ts'
import { sshPublicKey } from './ssh-signing.ts'
import { fileHash, list, needed, text } from './wish-options.ts'
import type { Options, WishContext } from './wishes.ts'

type Build = (context: WishContext) => Promise<Wish>

function handle(options: Options, name: string): string {
  return handleOption(text(options, name), `--${name}`)
}

/** `--withdraw` or `--veto`, with `--by`; null where neither is asked for. */
function ending(procedure: string, options: Options): Wish | null {
  for (const step of ['withdraw', 'veto']) {
    if (text(options, step) === undefined) continue
    const body = { step, application: handle(options, step), by: handle(options, 'by') }
    return { procedure, body, replaces: [] }
  }
  return null
}

const succeed: Build = async ({ client, options }) => {
  const ended = ending('succeed/1', options)
  if (ended !== null) return ended
  const predecessor = handle(options, 'predecessor')
  const ranges = list(options, 'range').map((one) => rangeOption(one, '--range'))
  if (ranges.length === 0) throw new UsageError('--range RANGE: which registrations are to pass?')
  const found = await Promise.all(ranges.map((range) => findRegistration(client, range, predecessor)))
  const attestor = text(options, 'attestor')
  return {
    procedure: 'succeed/1',
    body: {
      step: 'apply',
      predecessor,
      successor: handle(options, 'successor'),
      registrations: found.map(({ key, registration }) => ({ key, id: registration.id })),
      ground: needed(options, 'ground', '--ground merger|asset-transfer|death|dissolution'),
      instrument: await fileHash(needed(options, 'instrument', '--instrument FILE')),
      attestor: attestor === undefined ? null : handleOption(attestor, '--attestor'),
    },
    replaces: found.map(({ replaced }) => replaced),
  }
}

/** Evidence of a claim; without it, the token is told that the evidence must carry. */
async function evidenceOf(
  { client, options }: WishContext,
  claimant: string,
  claimed: Parameters<typeof claimToken>[2],
): Promise<JsonObject> {
  const means = needed(
    options,
    'means',
    '--means instrument|checklist|reverse-zone|openpgp, or --ssh-key PATH or --pgp-key FILE',
  )
  if (text(options, 'evidence') === undefined) {
    const { log } = await client.wellKnown()
    const token = memberHashOf(nodeCrypto, claimToken(log.origin, claimant, claimed))
    const digest = encodeBase64(nodeCrypto.sha256(new TextEncoder().encode(token)))
    throw new UsageError(
      `--evidence FILE: missing. The token of this claim is ${token} (its SHA-256 for a signed checklist: ${digest}).`,
    )
  }
  return {
    means,
    evidence: await fileHash(needed(options, 'evidence', '--evidence FILE')),
    attestor: handle(options, 'attestor'),
  }
}

/** The listed key of `--pgp-key` or `--ssh-key`; null where neither is named. */
async function listedKey(options: Options): Promise<string | null> {
  const pgp = text(options, 'pgpKey')
  if (pgp !== undefined) return pgpPublicKey(pgp)
  const ssh = text(options, 'sshKey')
  return ssh === undefined ? null : sshPublicKey(ssh)
}

const claim: Build = async (context) => {
  const { client, options } = context
  const procedure = 'claim/1'
  const listed = await listedKey(options)
  if (text(options, 'veto') !== undefined) {
    if (listed === null) throw new UsageError('--ssh-key PATH or --pgp-key FILE: a listed key that vetoes.')
    const body = {
      step: 'veto',
      application: handle(options, 'veto'),
      holder: handle(options, 'holder'),
      key: listed,
    }
    return { procedure, body, replaces: [] }
  }
  const ended = ending(procedure, options)
  if (ended !== null) return ended
  const claimant = handle(options, 'claimant')
  const range = text(options, 'range')
  if (range === undefined) {
    const holder = handle(options, 'holder')
    const body: JsonObject =
      listed === null
        ? { step: 'holder', claimant, holder, ...(await evidenceOf(context, claimant, holder)) }
        : { step: 'key', claimant, holder, key: listed }
    return { procedure, body, replaces: [] }
  }
  const { key, registration, replaced } = await findRegistration(client, rangeOption(range, '--range'), null)
  const ref = { key, id: registration.id }
  const proof = await evidenceOf(context, claimant, ref)
  return {
    procedure,
    body: { step: 'registration', claimant, registration: ref, ...proof },
    replaces: [replaced],
  }
}

const dissolve: Build = async ({ options, signers }) => {
  const procedure = 'dissolve/1'
  const ended = ending(procedure, options)
  if (ended !== null) return ended
  const holder = handle(options, 'holder')
  if (options['lift'] === true) return { procedure, body: { step: 'lift', holder }, replaces: [] }
  const [signer] = signers
  if (signer === undefined) throw new UsageError('--key NAME: who files the notice signs with a key.')
  return {
    procedure,
    body: {
      step: 'notice',
      holder,
      notice: await fileHash(needed(options, 'notice', '--notice FILE')),
      key: encodeBase64(signer.publicKey),
      attestor: handle(options, 'attestor'),
    },
    replaces: [],
  }
}

const correct: Build = async ({ client, options }) => {
  const procedure = 'correct/1'
  const ended = ending(procedure, options)
  if (ended !== null) return ended
  const field = needed(options, 'field', '--field country|registered|status|name')
  const shared = {
    by: handle(options, 'by'),
    instrument: await fileHash(needed(options, 'instrument', '--instrument FILE')),
    attestor: handle(options, 'attestor'),
    correction: {
      field,
      value: options['none'] === true ? null : needed(options, 'value', '--value or --none'),
    },
  }
  const range = text(options, 'range')
  if (range === undefined) {
    const holder = handle(options, 'holder')
    const replaced = await replacedMember(client, holderRecordKey(holder), field)
    return { procedure, body: { step: 'holder', holder, ...shared }, replaces: [replaced] }
  }
  const { key, registration, replaced } = await findRegistration(client, rangeOption(range, '--range'), null)
  const body = { step: 'registration', registration: { key, id: registration.id }, ...shared }
  return { procedure, body, replaces: [replaced] }
}

export const SUCCESSION_WISHES: { readonly [kind: string]: Build } = { succeed, claim, dissolve, correct }
