/** What an entry did to the record of a move between registries, or to what is noted of a registration, in one sentence. */

import type {
  Application,
  ApplicationState,
  Json,
  Notes,
  OrderRecord,
  ParsedKey,
  Transit,
  TransitState,
} from '@cadastre/records'

const MOVES: { readonly [S in TransitState]: (transit: Transit) => string } = {
  sourceInitialized: ({ recipient }) =>
    `A move to ${recipient.origin} begins; until it is final the numbers are held here.`,
  sourceFinalized: ({ recipient }) => `The move to ${recipient.origin} is final: they are held there.`,
  sourceCancelled: ({ recipient }) => `The move to ${recipient.origin} is cancelled: they stay here.`,
  recipientAccepted: ({ source }) =>
    `A move from ${source.origin} is accepted; until it is final there the numbers are held there.`,
  recipientCompleted: ({ source }) => `The move from ${source.origin} is complete: they are held here.`,
  recipientCancelled: ({ source }) => `The move from ${source.origin} is cancelled: they stay there.`,
}

/** Null for what is no move. */
export function tellTransit(key: ParsedKey | null, next: Json): string | null {
  if (key?.kind !== 'object' || key.type !== 'transit' || next === null) return null
  const transit = next as Transit
  return `${MOVES[transit.state](transit)} (${transit.range}, ${transit.handle}, ${transit.state})`
}

const CLAIMS: { readonly [kind: string]: string } = {
  dispute: 'Somebody’s claim',
  'court-claim': 'A claim before a court',
  sanction: 'A legal act of the seat',
  correction: 'A proposed correction',
  order: 'An order of an authority',
}

const STATES: { readonly [S in ApplicationState]: string } = {
  'fee-due': 'waits for the receipt of its fee',
  waiting: 'waits in its queue',
  examining: 'is examined by attestors',
  'to-notify': 'waits until those whom it concerns have been told',
  noticed: 'runs its window, in which it can be vetoed',
  cooling: 'runs its delay, in which a party can withdraw it',
  effected: 'has taken effect',
  withdrawn: 'was withdrawn by a party',
  vetoed: 'was vetoed by somebody whom it concerned',
  failed: 'could not take effect',
}

/** What became of an application; null for other objects, and where its state is as before. */
export function tellApplication(key: ParsedKey | null, before: unknown, next: Json): string | null {
  if (key?.kind !== 'object' || key.type !== 'application' || next === null) return null
  const [old, now] = [before as Application | null, next as Application]
  if (old === null) return `Application ${now.handle} recorded: it ${STATES[now.state]}.`
  if (old.state !== now.state) return `Application ${now.handle} ${STATES[now.state]}.`
  if (old.next !== now.next) return `The place behind ${now.handle} in its queue changed hands.`
  if (old.due !== now.due && now.due !== null) return `Application ${now.handle} is now due at ${now.due}.`
  return now.examination !== null && old.examination !== null
    ? `The examination of ${now.handle} went on.`
    : null
}

/** Orders that came to stand on a registration, whose effect began, or that stand there no more. */
function tellOrders(old: Notes | null, now: Notes | null): readonly string[] {
  const [was, is] = [old?.orders ?? [], now?.orders ?? []]
  const said: string[] = []
  for (const { order, effect, range, holds, until } of is) {
    const known = was.find((one) => one.order === order && one.range === range)
    const end = until === null ? '' : `, until ${until}`
    if (known === undefined || known.holds !== holds)
      said.push(
        holds
          ? `Order ${order} holds ${range}: it cannot be moved away${end}.`
          : `Order ${order} (${effect}) stands on ${range}; it is not in effect.`,
      )
    else if (known.until !== until) said.push(`Order ${order} on ${range} now stands${end || ' open-ended'}.`)
  }
  for (const { order, range } of was)
    if (!is.some((one) => one.order === order && one.range === range))
      said.push(`Order ${order} no longer stands on ${range}.`)
  return said
}

/** What became of an order; null for other objects, and where its state is as before. */
export function tellOrder(key: ParsedKey | null, before: unknown, next: Json): string | null {
  if (key?.kind !== 'object' || key.type !== 'order' || next === null) return null
  const [old, now] = [before as OrderRecord | null, next as OrderRecord]
  const why = now.reason === null ? '' : ` (${now.reason})`
  if (old === null)
    return `Order ${now.handle} (${now.detail.effect}) of ${now.authority}: ${now.state}${why}.`
  if (old.state !== now.state) return `Order ${now.handle}: ${old.state}, now ${now.state}${why}.`
  if (old.objection === null && now.objection !== null)
    return `The holder objects to facts of ${now.handle}; a third attestor looks at them.`
  if (old.objection?.upheld !== now.objection?.upheld)
    return `The facts of ${now.handle} are ${now.objection?.upheld === true ? 'found otherwise' : 'confirmed'} by the third attestor.`
  if (old.published === null && now.published !== null) return `The text of ${now.handle} is public.`
  if (old.notified === null && now.notified !== null)
    return `An attempt to notify the holder of ${now.handle} is logged.`
  return null
}

/** Null for what are no notes on a registration, and where nothing of what people ask about has changed. */
export function tellNotes(key: ParsedKey | null, before: unknown, next: Json): string | null {
  if (key?.kind !== 'object' || key.type !== 'notes') return null
  if (next === null) return tellOrders(before as Notes | null, null).join(' ') || null
  if (!('registration' in Object(next))) return null
  const [old, now] = [before as Notes | null, next as Notes]
  const id = now.registration
  const said: string[] = []
  const was = old?.pending ?? null
  if (now.pending !== was)
    said.push(
      now.pending === null
        ? `${was} is no longer under way on ${id}.`
        : `${now.pending} is under way on ${id}.`,
    )
  const known = (old?.annotations ?? []).map((one) => one.id)
  for (const one of now.annotations)
    if (!known.includes(one.id))
      said.push(`${CLAIMS[one.kind] ?? one.kind} is noted on ${id} (${one.id}); it is not judged.`)
  const left = now.annotations.map((one) => one.id)
  for (const one of known) if (!left.includes(one)) said.push(`The note ${one} on ${id} has ended.`)
  if (now.delayedUntil !== (old?.delayedUntil ?? null) && now.delayedUntil !== null)
    said.push(`Transfers of ${id} are delayed until ${now.delayedUntil}.`)
  if (now.heldUntil !== (old?.heldUntil ?? null) && now.heldUntil !== null)
    said.push(`No transfer of ${id} before ${now.heldUntil}, as was known when it was applied for.`)
  said.push(...tellOrders(old, now))
  return said.length === 0 ? null : said.join(' ')
}
