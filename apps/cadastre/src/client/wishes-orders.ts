/**
 * Requests of the order desk: the register of authorities, orders as they are served, published and unsealed, and what a
 * holder can say against one. An order is taken from the form that its authority filled in; what the form says in the
 * authority's terms is looked up here, with proof.
 */

import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { nodeCrypto } from '@cadastre/crypto/node'
import { formatRange, type Range, rangeToBlocks } from '@cadastre/numbers'
import {
  type Cell,
  cellKey,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  type OrderDocument,
  readOrderDocument,
} from '@cadastre/records'
import { memberHashOf } from '@cadastre/signatures'
import { CommandError, UsageError } from '../commands/output.ts'
import { systemNow } from '../data/system-now.ts'
import { findRegistration, handleOption, type Wish } from './bodies.ts'
import type { RegistryClient } from './registry-client.ts'
import { fileHash, list, needed, text } from './wish-options.ts'
import type { Options, WishContext } from './wishes.ts'

type Build = (context: WishContext) => Promise<Wish>

function handle(options: Options, name: string): string {
  return handleOption(text(options, name), `--${name}`)
}
function optionalHandle(options: Options, name: string): string | null {
  return text(options, name) === undefined ? null : handle(options, name)
}
function wish(procedure: string, body: JsonObject): Wish {
  return { procedure, body, replaces: [] }
}
async function jsonFile(path: string): Promise<Json> {
  const content = await readFile(path, 'utf8')
  try {
    const read: Json = JSON.parse(content)
    return read
  } catch (error) {
    throw new CommandError(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The form that the authority filled in. */
async function formOf(path: string): Promise<OrderDocument> {
  const read = readOrderDocument(await readFile(path, 'utf8'))
  if (read.ok) return read.value
  const faults = read.error.map(({ pointer, expected }) => `${pointer}: ${expected}`)
  throw new CommandError(`${path} is no complete form:\n  ${faults.join('\n  ')}`)
}

/** A report that `order check --save` wrote, or the records of service and of the call to the gazetted number. */
async function authenticity(options: Options): Promise<JsonObject> {
  const report = text(options, 'report')
  if (report !== undefined) {
    const read = await jsonFile(report)
    const [sealed] = isObject(read) && isArray(read['sealedBy']) ? read['sealedBy'] : []
    if (!isObject(sealed)) throw new CommandError(`${report}: no signature on the document is valid.`)
    const { certificate = null, root = null } = sealed
    return { means: 'seal', certificate, root, report: await fileHash(report) }
  }
  const copy = text(options, 'certifiedCopy')
  const record = copy ?? needed(options, 'bailiff', '--report, --bailiff or --certified-copy FILE')
  return {
    means: copy === undefined ? 'bailiff' : 'certified-copy',
    record: await fileHash(record),
    callBack: await fileHash(needed(options, 'callBack', '--call-back FILE')),
  }
}

/** Exactly the registrations that hold the numbers which the form lists. */
async function scopeOf(client: RegistryClient, form: OrderDocument): Promise<readonly JsonObject[]> {
  return Promise.all(
    form.resources.map(async (range) => {
      const { key, registration } = await findRegistration(client, range, form.holder)
      return { key, id: registration.id, range: formatRange(range) }
    }),
  )
}

/** The services that the form names, each exactly as it is declared now. */
async function servicesAt(
  client: RegistryClient,
  named: { readonly kind: string; readonly range: Range; readonly asn: number | null },
): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = []
  for (const block of rangeToBlocks(named.range)) {
    const at = cellKey(block)
    const record: Partial<Cell> | null = await client.record(at)
    const { rdns = null, routes = [], roas = [] } = record ?? {}
    if (named.kind === 'rdns' && rdns !== null)
      found.push({ at, service: { kind: 'rdns', ns: rdns.ns, ds: rdns.ds } })
    if (named.kind === 'route' && routes.some(({ origin }) => origin === named.asn))
      found.push({ at, service: { kind: 'route', origin: named.asn } })
    if (named.kind === 'roa')
      for (const { asn, maxLength } of roas)
        if (asn === named.asn) found.push({ at, service: { kind: 'roa', asn, maxLength } })
  }
  if (found.length === 0)
    throw new CommandError(`No such ${named.kind} is declared at ${formatRange(named.range)}.`)
  return found
}

/** What is ordered, in the registry's terms. */
async function detailOf({ client, options }: WishContext, { order }: OrderDocument): Promise<JsonObject> {
  switch (order.effect) {
    case 'disclose':
      // Which commitments answer what the authority asks for in words is for the desk to say, and for attestors to check.
      return { effect: 'disclose', commitments: list(options, 'commitment') }
    case 'withdrawNamedService': {
      const services = await Promise.all(order.services.map((named) => servicesAt(client, named)))
      return { effect: order.effect, services: services.flat() }
    }
    default:
      return { ...order }
  }
}

/** The form's seal: what is hidden is written to a file of the desk's own, to be shown when the seal ends. */
async function sealOf(
  options: Options,
  form: OrderDocument,
  document: string,
  detail: JsonObject,
): Promise<JsonObject> {
  if (form.notice.kind !== 'sealed') return { reference: form.reference, document, seal: null }
  const { commitments = [] } = detail
  const opening: JsonObject = {
    document,
    reference: form.reference,
    holder: form.holder,
    commitments,
    nonce: randomBytes(32).toString('base64'),
  }
  await writeFile(needed(options, 'opening', '--opening FILE (to keep)'), JSON.stringify(opening, null, 2), {
    flag: 'wx',
    mode: 0o600,
  })
  const commitment = memberHashOf(nodeCrypto, opening)
  return { reference: null, document: null, seal: { until: form.notice.until, commitment } }
}

const serve = async (context: WishContext): Promise<Wish> => {
  const { client, options } = context
  const form = await formOf(needed(options, 'form', '--form FILE'))
  const { log } = await client.wellKnown()
  if (form.registry !== log.origin)
    throw new CommandError(`The form binds ${form.registry}, and this registry is ${log.origin}.`)
  const detail = await detailOf(context, form)
  const document = await fileHash(needed(options, 'document', '--document FILE'))
  const hidden = form.notice.kind === 'sealed' && form.order.effect === 'disclose'
  return wish('serve-order/1', {
    step: 'serve',
    staff: handle(options, 'staff'),
    attestor: optionalHandle(options, 'attestor'),
    authority: form.authority,
    ...(await sealOf(options, form, document, detail)),
    date: form.date,
    served: text(options, 'served') ?? systemNow(),
    authenticity: await authenticity(options),
    order: hidden ? { effect: 'disclose', commitments: [] } : detail,
    scope: hidden ? [] : await scopeOf(client, form),
    holder: hidden ? null : form.holder,
    until: form.duration.kind === 'until' ? form.duration.until : null,
    executeFrom: form.executeFrom,
    reverses: form.reverses,
  })
}

const serveOrder: Build = async (context) => {
  const { options } = context
  const order = text(options, 'order')
  if (order === undefined) return serve(context)
  const shared = { staff: handle(options, 'staff'), order: handleOption(order, 'ORDER') }
  const opening = text(options, 'opening')
  if (opening !== undefined)
    return wish('serve-order/1', { step: 'unseal', ...shared, opening: await jsonFile(opening) })
  const published = await fileHash(needed(options, 'text', '--text FILE'))
  return wish('serve-order/1', { step: 'publish', ...shared, text: published })
}

const contestOrder: Build = async ({ options }) => {
  const order = handleOption(text(options, 'order'), 'ORDER')
  const filed = text(options, 'filed')
  if (filed !== undefined)
    return wish('contest-order/1', {
      step: 'appeal',
      order,
      filed: await fileHash(filed),
      staff: list(options, 'staff').map((one) => handleOption(one, '--staff')),
    })
  const items = list(options, 'item')
  if (items.length === 0) throw new UsageError('--item ITEM: which fact of the checklist is otherwise?')
  return wish('contest-order/1', {
    step: 'object',
    order,
    holder: handle(options, 'holder'),
    items,
    evidence: await fileHash(needed(options, 'evidence', '--evidence FILE')),
  })
}

const registerAuthority: Build = async ({ options }) => {
  const step = needed(options, 'step', 'register, change or end')
  const shared = {
    step,
    staff: handle(options, 'staff'),
    attestor: optionalHandle(options, 'attestor'),
    authority: handleOption(text(options, 'authority'), 'AUTHORITY'),
    gazette: await fileHash(needed(options, 'gazette', '--gazette FILE')),
  }
  if (step === 'end') return wish('register-authority/1', shared)
  const terms = await jsonFile(needed(options, 'terms', '--terms FILE'))
  return wish('register-authority/1', { ...shared, terms })
}

export const ORDERS_WISHES: { readonly [kind: string]: Build } = {
  'contest-order': contestOrder,
  'register-authority': registerAuthority,
  'serve-order': serveOrder,
}
