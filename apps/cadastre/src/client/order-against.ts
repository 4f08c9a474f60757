/**
 * What a running registry says, with proof, to the items of an order's checklist: the register of authorities, the
 * numbers and whom they are held by, orders that it names, documents that were served before. Nothing is served.
 */

import { createHash } from 'node:crypto'
import { contains, formatRange, type Range } from '@cadastre/numbers'
import {
  type Authority,
  addSeconds,
  type CHECKLIST,
  type Instant,
  isLive,
  MAX_SEAL_SECONDS,
  type OrderDocument,
  type OrderRecord,
  objectKey,
  parseHandle,
  type RecordKey,
  registrationRange,
  waitsForWindow,
} from '@cadastre/records'
import { CommandError } from '../commands/output.ts'
import { findRegistration } from './bodies.ts'
import type { RegistryClient } from './registry-client.ts'

type Item = (typeof CHECKLIST)[number]
/** `why` is null where the item would pass as far as the registry tells. */
export type RegistryAnswer = { readonly item: Item; readonly why: string | null }

export type Served = {
  readonly form: OrderDocument
  /** SHA-256 of the document, and of the certificate of its seal where it has one; base64. */
  readonly document: string
  readonly certificate: string | null
  readonly at: Instant
}

async function objectAt<T>(client: RegistryClient, key: RecordKey): Promise<T | null> {
  return (await client.record(key)) as T | null
}

function orderOf(client: RegistryClient, text: string): Promise<OrderRecord | null> {
  const handle = parseHandle(text)
  return handle === null ? Promise.resolve(null) : objectAt(client, objectKey('order', handle))
}

/** One answer for each item that the registry can say something about. */
export async function answersOf(client: RegistryClient, served: Served): Promise<readonly RegistryAnswer[]> {
  const { form, certificate, at } = served
  const handle = parseHandle(form.authority)
  const authority = handle === null ? null : await objectAt<Authority>(client, objectKey('authority', handle))
  const ended = authority?.ended != null && authority.ended <= at
  const { log } = await client.wellKnown()
  const answers: RegistryAnswer[] = [
    {
      item: 'authority-registered',
      why:
        authority === null
          ? `${form.authority} is not in the register`
          : ended
            ? 'its entry has ended'
            : null,
    },
    {
      item: 'binds-registry',
      why: form.registry === log.origin ? null : `this registry is ${log.origin}`,
    },
    { item: 'lists-numbers', why: await numbersFault(client, form) },
    { item: 'notice-stated', why: noticeFault(form, at) },
    { item: 'duration-stated', why: durationFault(form, at) },
    { item: 'not-superseded', why: await earlierFault(client, served) },
  ]
  if (authority !== null) answers.push({ item: 'effect-allowed', why: effectFault(form, authority, at) })
  if (authority !== null && certificate !== null && !authority.terms.sealCerts.includes(certificate))
    answers.push({ item: 'served-authentic', why: `the seal is none of those of ${authority.handle}` })
  return answers
}

function effectFault(
  { order }: OrderDocument,
  { terms, noticedUntil }: Authority,
  at: Instant,
): string | null {
  if (!terms.effectsAllowed.includes(order.effect)) return `the register does not allow it ${order.effect}`
  const young = noticedUntil > at && !['hold', 'annotate', 'lift'].includes(order.effect)
  return young ? `until ${noticedUntil} it may only hold and annotate` : null
}

function noticeFault({ notice, order }: OrderDocument, at: Instant): string | null {
  if (notice.kind !== 'sealed') return null
  if (waitsForWindow(order.effect)) return `${order.effect} is never sealed`
  if (notice.until <= at) return 'the end of the seal has passed'
  return notice.until > addSeconds(at, MAX_SEAL_SECONDS) ? 'a seal of more than twelve months' : null
}

function durationFault({ duration }: OrderDocument, at: Instant): string | null {
  return duration.kind === 'until' && duration.until <= at ? 'its end has passed' : null
}

async function numbersFault(client: RegistryClient, form: OrderDocument): Promise<string | null> {
  for (const range of form.resources) {
    const why = await rangeFault(client, range, form.holder)
    if (why !== null) return why
  }
  return null
}

async function rangeFault(
  client: RegistryClient,
  range: Range,
  holder: string | null,
): Promise<string | null> {
  try {
    const { registration } = await findRegistration(client, range, holder)
    return contains(registrationRange(registration, range.space), range)
      ? null
      : `${formatRange(range)} reaches beyond ${registration.id}`
  } catch (error) {
    if (error instanceof CommandError) return `${formatRange(range)}: ${error.message}`
    throw error
  }
}

async function earlierFault(client: RegistryClient, { form, document }: Served): Promise<string | null> {
  const digest = createHash('sha256').update(document).digest('hex')
  const before = await objectAt<{ readonly order: string }>(
    client,
    objectKey('document', digest.slice(0, 40).toUpperCase()),
  )
  const earlier = before === null ? null : await orderOf(client, before.order)
  if (earlier !== null && earlier.state !== 'returned')
    return `this document was served before, as ${earlier.handle}`
  const { order, reverses } = form
  if (reverses !== null) {
    const reversed = await orderOf(client, reverses)
    if (reversed === null) return `there is no order ${reverses}`
    if (reversed.state !== 'executed' && reversed.state !== 'varied')
      return `${reverses} is ${reversed.state}: there is nothing to reverse`
  }
  if (!('order' in order)) return null
  const target = await orderOf(client, order.order)
  if (target === null) return `there is no order ${order.order}`
  return isLive(target) ? null : `${order.order} is ${target.state}`
}
