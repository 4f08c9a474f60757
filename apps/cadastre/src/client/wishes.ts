/** One function for each procedure a holder may ask for: options as typed in, body and replaced members out. */

import { randomBytes } from 'node:crypto'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { formatRange, parseAsn, parsePrefix } from '@cadastre/numbers'
import { type Contact, cellKey, type Json, type JsonObject, type RecordKey } from '@cadastre/records'
import { commitmentOf } from '@cadastre/signatures'
import type { Opening } from '@cadastre/store-port'
import { UsageError } from '../commands/output.ts'
import { findRegistration, handleOption, rangeOption, replacedMember, type Wish } from './bodies.ts'
import type { RegistryClient } from './registry-client.ts'
import { readSubject } from './subject.ts'
import { enrolled, list, text, wholeNumber } from './wish-options.ts'
import { feeEvidence, feeWish } from './wishes-fee.ts'
import { KEYS_WISHES, ownRecord, vetoOption } from './wishes-keys.ts'
import { NOTES_WISHES } from './wishes-notes.ts'
import { ORDERS_WISHES } from './wishes-orders.ts'
import { REGISTRIES_WISHES } from './wishes-registries.ts'
import { SUCCESSION_WISHES } from './wishes-succession.ts'

/** Options as commander gives them. */
export type Options = { readonly [name: string]: string | readonly string[] | boolean | undefined }

export type WishContext = {
  readonly client: RegistryClient
  readonly options: Options
  /** Keys named with `--key`, in order. */
  readonly signers: readonly Signer[]
  /** Keys named with `--add-key`. */
  readonly added: readonly Signer[]
  /** Openings of the commitments that the body makes. */
  readonly openings: Opening[]
}

type Build = (context: WishContext) => Promise<Wish>

/** `abuse:email=abuse@example.net` makes a commitment; its opening goes along with the request, never into the log. */
function contacts({ options, openings }: WishContext): readonly Contact[] {
  const byRole = new Map<string, Record<string, string>>()
  for (const given of list(options, 'contact')) {
    const match = /^([a-z]+):(fn|email|tel|adr)=(.+)$/.exec(given)
    const [, role, field, value] = match ?? []
    if (role === undefined || field === undefined || value === undefined)
      throw new UsageError(
        `--contact ${given}: expected ROLE:FIELD=VALUE, such as abuse:email=abuse@example.net.`,
      )
    const opening = randomBytes(32)
    const commitment = commitmentOf(nodeCrypto, opening, field, value)
    openings.push({ commitment, opening: encodeBase64(opening), field, value })
    byRole.set(role, { ...byRole.get(role), [field]: commitment })
  }
  return [...byRole].map(([role, fields]) => ({ role, kind: 'group', fields }))
}

const identifyHolder: Build = async (context) => {
  const { options, signers } = context
  if (signers.length === 0)
    throw new UsageError('--key NAME: a holder enrols at least one key ("cadastre keys create NAME").')
  const register = text(options, 'register')
  const number = text(options, 'registerNumber')
  const body = {
    kind: options['person'] === true ? 'person' : 'organisation',
    name: text(options, 'name') ?? null,
    register: register !== undefined && number !== undefined ? { name: register, number } : null,
    person: null,
    country: text(options, 'country') ?? null,
    policy: {
      m: wholeNumber(text(options, 'threshold') ?? '1', '--threshold'),
      keys: signers.map(enrolled),
      guardians: [],
    },
    contacts: contacts(context) as readonly Json[],
    attestors: list(options, 'attestor'),
  }
  return { procedure: 'identify-holder/1', body, replaces: [] }
}

const updateHolder: Build = async (context) => {
  const { options } = context
  const about = (body: JsonObject, members: readonly string[] = []): Promise<Wish> =>
    ownRecord(context, 'update-holder/1', body, members)
  const veto = vetoOption(options)
  if (veto !== null) return about({ ...veto, change: 'veto' })
  const cooling = text(options, 'cooling')
  if (cooling !== undefined) {
    const coolingSeconds = cooling === 'profile' ? null : wholeNumber(cooling, '--cooling')
    return about({ change: 'cooling', coolingSeconds }, ['coolingSeconds'])
  }
  if (list(options, 'contact').length === 0)
    throw new UsageError('What is to change? --contact, --cooling or --veto.')
  return about({ change: 'contacts', contacts: contacts(context) as readonly Json[] }, ['contacts'])
}

const allocate: Build = async (context) => {
  const { options } = context
  const withdrawn = text(options, 'withdraw')
  if (withdrawn !== undefined) return withdrawal('allocate/1', withdrawn, options)
  const awaited = text(options, 'fee')
  if (awaited !== undefined) return feeWish(context, awaited)
  const holder = handleOption(text(options, 'holder'), '--holder')
  const pool = handleOption(text(options, 'pool'), '--pool')
  const chosen = text(options, 'block')
  const subject = chosen === undefined ? null : readSubject(chosen)
  if (subject !== null && subject.kind !== 'block')
    throw new UsageError(`--block ${chosen ?? ''}: expected a prefix or an AS number.`)
  const length = text(options, 'length') ?? subject?.block.length.toString() ?? '32'
  return {
    procedure: 'allocate/1',
    body: {
      holder,
      pool,
      length: wholeNumber(length.replace(/^\//, ''), '--length'),
      block: subject?.key ?? null,
    },
    replaces: [],
    evidence: await feeEvidence(context),
  }
}

const transfer: Build = async ({ client, options }) => {
  const withdrawn = text(options, 'withdraw')
  if (withdrawn !== undefined) return withdrawal('transfer/1', withdrawn, options)
  const from = handleOption(text(options, 'from'), '--from')
  const to = handleOption(text(options, 'to'), '--to')
  const range = rangeOption(text(options, 'range'), '--range')
  const { key, registration, replaced } = await findRegistration(client, range, from)
  return {
    procedure: 'transfer/1',
    body: {
      step: 'offer',
      from,
      to,
      registration: { key, id: registration.id },
      range: formatRange(range),
      services: [],
    },
    replaces: [replaced],
  }
}

function withdrawal(procedure: string, application: string, options: Options): Wish {
  const body = {
    step: 'withdraw',
    application: handleOption(application, '--withdraw'),
    by: handleOption(text(options, 'by'), '--by'),
  }
  return { procedure, body, replaces: [] }
}

const returnNumbers: Build = async ({ client, options }) => {
  const withdrawn = text(options, 'withdraw')
  if (withdrawn !== undefined) return withdrawal('return/1', withdrawn, options)
  const holder = handleOption(text(options, 'holder'), '--holder')
  const range = rangeOption(text(options, 'range'), '--range')
  const { key, registration, replaced } = await findRegistration(client, range, holder)
  return {
    procedure: 'return/1',
    body: { step: 'offer', holder, registration: { key, id: registration.id }, range: formatRange(range) },
    replaces: [replaced],
  }
}

const delegate: Build = async ({ client, options }) => {
  const veto = vetoOption(options)
  if (veto !== null) {
    const holder = handleOption(text(options, 'by'), '--by')
    return { procedure: 'delegate/1', body: { ...veto, step: 'veto', holder }, replaces: [] }
  }
  const range = rangeOption(text(options, 'range'), '--range')
  const ending = text(options, 'by')
  if (options['end'] === true) {
    const by = handleOption(ending, '--by')
    const { key, registration, replaced } = await findRegistration(client, range, null)
    return {
      procedure: 'delegate/1',
      body: { step: 'end', registration: { key, id: registration.id }, by },
      replaces: [replaced],
    }
  }
  const parent = handleOption(text(options, 'parent'), '--parent')
  const child = text(options, 'child')
  const { key, registration, replaced } = await findRegistration(client, range, parent)
  return {
    procedure: 'delegate/1',
    body: {
      step: 'grant',
      parent,
      registration: { key, id: registration.id },
      range: formatRange(range),
      child: child === undefined ? null : handleOption(child, '--child'),
      kind: text(options, 'kind') ?? 'sub',
      status: text(options, 'status') ?? 'assigned',
      until: text(options, 'until') ?? null,
      protected: options['protected'] === true,
      country: text(options, 'country') ?? null,
    },
    replaces: [replaced],
  }
}

/** `AS64500` or `AS64500-24` (maximum length). */
function roaOption(given: string, length: number): JsonObject {
  const [number, maxLength] = given.split('-', 2)
  return {
    kind: 'roa',
    asn: asnOption(number ?? '', '--roa'),
    maxLength: wholeNumber(String(maxLength ?? length), '--roa'),
  }
}
function asnOption(given: string, option: string): number {
  const asn = parseAsn(given)
  if (!asn.ok) throw new UsageError(`${option} ${given}: expected ${asn.error.expected}.`)
  return asn.value
}

/** `12345 13 2 ABCD…`: key tag, algorithm, digest type, digest (RFC 4034 section 5.3). */
function dsOption(given: string): JsonObject {
  const [keyTag, algorithm, digestType, ...digest] = given.trim().split(/\s+/)
  return {
    keyTag: wholeNumber(keyTag ?? '', '--ds'),
    algorithm: wholeNumber(algorithm ?? '', '--ds'),
    digestType: wholeNumber(digestType ?? '', '--ds'),
    digest: digest.join('').toLowerCase(),
  }
}

function serviceOption(options: Options, length: number): JsonObject {
  const rdns = text(options, 'rdns')
  if (rdns !== undefined) return { kind: 'rdns', ns: rdns.split(','), ds: list(options, 'ds').map(dsOption) }
  const route = text(options, 'route')
  if (route !== undefined) return { kind: 'route', origin: asnOption(route, '--route') }
  const roa = text(options, 'roa')
  if (roa !== undefined) return roaOption(roa, length)
  throw new UsageError('Which service? --rdns NS1,NS2, --route AS64500 or --roa AS64500-24.')
}

const declareService: Build = async ({ client, options }) => {
  const holder = handleOption(text(options, 'holder'), '--holder')
  const at = parsePrefix(text(options, 'at') ?? '')
  if (!at.ok) throw new UsageError(`--at ${text(options, 'at') ?? ''}: expected ${at.error.expected}.`)
  const key: RecordKey = cellKey(at.value)
  const service = serviceOption(options, at.value.length)
  const range = rangeOption(text(options, 'at'), '--at')
  const { replaced } = await findRegistration(client, range, null)
  const current = service['kind'] === 'rdns' ? [await replacedMember(client, key, 'rdns')] : []
  return {
    procedure: 'declare-service/1',
    body: { holder, at: key, service, action: options['remove'] === true ? 'remove' : 'set' },
    replaces: [replaced, ...current],
  }
}

export const WISHES: { readonly [kind: string]: Build } = {
  'identify-holder': identifyHolder,
  'update-holder': updateHolder,
  allocate,
  delegate,
  transfer,
  return: returnNumbers,
  'declare-service': declareService,
  ...KEYS_WISHES,
  ...NOTES_WISHES,
  ...SUCCESSION_WISHES,
  ...REGISTRIES_WISHES,
  ...ORDERS_WISHES,
}
