/** Sentences that the services publish about facts of the record, as docs/audit.md lists them. */

import type { Instant, Notes, Paused, Registration, Transit } from '@cadastre/records'

export type OrderInForce = {
  readonly order: string
  /** Whether its numbers cannot be moved away now. */
  readonly holds: boolean
  readonly says: string
}

/** What stands on a registration by order of an authority at an instant. */
export function ordersInForce(notes: Notes | null, at: Instant): readonly OrderInForce[] {
  const ended = (until: Instant | null): boolean => until !== null && until <= at
  const until = (end: Instant | null): string => (end === null ? '' : `, until ${end}`)
  const stands = (notes?.orders ?? [])
    .filter((one) => !(one.holds && ended(one.until)))
    .map(({ order, effect, range, holds, until: end }): OrderInForce => {
      if (holds)
        return {
          order,
          holds,
          says: `Order ${order} holds ${range}: it cannot be moved away${until(end)}; every service goes on.`,
        }
      const noted = effect === 'annotate'
      return {
        order,
        holds,
        says: noted
          ? `Order ${order} is noted on ${range}${until(end)}.`
          : `Order ${order} (${effect}) on ${range} is to be executed.`,
      }
    })
  const annotated = (notes?.annotations ?? [])
    .filter((one) => one.kind === 'order' && !ended(one.until))
    .map(
      ({ by, until: end }): OrderInForce => ({
        order: by,
        holds: false,
        says: `Order ${by} is noted on the whole registration${until(end)}.`,
      }),
    )
  return [...stands, ...annotated]
}

const TRIGGERS: { readonly [trigger: string]: string } = {
  'log-key-compromise': 'a key of the log may be compromised',
  corruption: 'data are damaged',
  'active-attack': 'an attack is under way',
}

/** What every answer says while the registry is paused. */
export function pauseSays({ since, until, trigger }: Paused): string {
  const because = TRIGGERS[trigger] ?? trigger
  return (
    `The registry is paused from ${since} to ${until}, for everyone alike, because ${because}. ` +
    'What is asked for meanwhile is refused and can be asked again; every record and every service stays as it is, ' +
    'and windows of holders last as much longer.'
  )
}

/** What RDAP says of a registration's kind; null where its status and type say it all. */
export function aboutRegistration({ kind, protected: own, until }: Registration): string | null {
  switch (kind) {
    case 'holding':
      return null
    case 'sub':
      return own
        ? 'A protected part of a larger holding: it ends early only by its own holder’s signature or an order.'
        : 'A part of a larger holding, recorded by the holder of the whole.'
    case 'lease':
      return 'A lease of a part of a larger holding.'
    case 'pool':
      return 'Nobody holds these numbers: they are free, in a pool to allocate from.'
    case 'reserved':
      return 'Reserved by a published list; nobody holds these numbers.'
    case 'quarantined':
      return `Returned by the last holder; free again ${until === null ? 'later' : `at ${until}`}.`
    case 'moved-out':
      return 'Moved to another registry, which answers for these numbers now.'
  }
}

/** What RDAP says of a move to another registry. */
export function moveSays({ recipient, range, state, handle, opened }: Transit): string {
  return (
    `On its way to ${recipient.origin}: ${range}, state ${state} (${handle}, since ${opened}). ` +
    'Until it is final this registry answers for these numbers.'
  )
}
